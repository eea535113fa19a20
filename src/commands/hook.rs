//! `hook`: what Claude Code runs when a session starts or fails. Instant and silent when all is well; no browser, no
//! question, and never an error, for Claude Code would show that instead of the session.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::aws::call;
use crate::aws::session::{self, SessionError};
use crate::cli::plugin::HookArgs;
use crate::error::{Exit, Failure};
use crate::observe::session_start::{self, Start};
use crate::session_notice::{self, Notice, Renewal};
use crate::ui::Ui;
use crate::world::World;

const SESSION_START: &str = "session-start";
const STOP_FAILURE: &str = "stop-failure";
/// Renews the token of the configured profile and nothing else, for [`SESSION_START`].
const RENEW: &str = "renew";

/// How long the first request of a session is held back for a renewal.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the renewal is looked at.
const POLL: Duration = Duration::from_millis(5);

pub(super) fn run(world: &World, ui: Ui, args: &HookArgs) -> Result<(), Failure> {
    // Without a home there are no settings and no sign-in that could be spoken of.
    if world.home().is_none() {
        return Ok(());
    }
    match args.event.as_str() {
        SESSION_START => {
            if let Some(notice) = session_start(world) {
                // A reader that is gone needs no answer.
                let _ = ui.answer_verbatim(&session_start_answer(&notice));
            }
        }
        STOP_FAILURE => {
            if let Some(line) = stop_failure(world) {
                let _ = ui.answer_verbatim(&stop_failure_answer(&line));
            }
        }
        RENEW => return renew(world),
        _ => {}
    }
    Ok(())
}

fn session_start(world: &World) -> Option<Notice> {
    let mut start = session_start::look(world);
    let mut renewal = Renewal::NotTried;
    if session_notice::wants_renewal(&start.observation) {
        renewal = renewed_in_time(world);
        start = session_start::look(world);
    }
    let notice = session_notice::judge(&start.observation, renewal)?;
    if notice.is_offer && session_start::told_of_upgrade(world).is_err() {
        return None;
    }
    Some(notice)
}

/// Has another process renew the token: a refresh token is good for one exchange, so that one that was begun must not
/// be given up, however long the session can wait for it.
fn renewed_in_time(world: &World) -> Renewal {
    let mut command = Command::new(world.executable());
    command.args(["hook", RENEW]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // What ends the hook must not end the exchange.
        command.process_group(0);
    }
    let Ok(mut child) = command.spawn() else { return Renewal::Unreachable };
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Renewal::Underway,
            Ok(Some(status)) if status.code() == Some(Exit::SignedOut as i32) => return Renewal::Refused,
            Ok(Some(_)) | Err(_) => return Renewal::Unreachable,
            Ok(None) => std::thread::sleep(POLL),
        }
    }
    Renewal::Underway
}

/// Apart from a session that starts, whose stack frame would have to hold the whole exchange.
#[inline(never)]
fn renew(world: &World) -> Result<(), Failure> {
    let Start { renewable, files, .. } = session_start::look(world);
    let Some((profile, sso)) = renewable else { return Ok(()) };
    match call::block_on(session::usable_token(world, &files.profiles, &profile, &sso, false)) {
        // Whoever keeps the lock is signing in or renewing.
        Ok(_) | Err(SessionError::Busy(_)) => Ok(()),
        Err(error) if error.needs_sign_in() => Err(Failure::signed_out(error.to_string())),
        Err(error) => Err(Failure::failed(error.to_string())),
    }
}

fn session_start_answer(notice: &Notice) -> String {
    let answer = json!({
        "systemMessage": notice.message(),
        "hookSpecificOutput": { "hookEventName": "SessionStart", "additionalContext": notice.context() },
    });
    format!("{answer}\n")
}

/// What is said of a turn that failed for its credentials; nothing where these are none of Bedrock's.
fn stop_failure(world: &World) -> Option<String> {
    let observation = session_start::look(world).observation;
    match session_notice::judge(&observation, Renewal::NotTried) {
        Some(notice) if !notice.is_offer => Some(notice.line()),
        _ => session_notice::unexplained(&observation),
    }
}

/// The one thing Claude Code takes from a hook about a failure: a notification of the terminal (OSC 9).
fn stop_failure_answer(line: &str) -> String {
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    format!("{}\n", json!({ "terminalSequence": format!("\u{1b}]9;{line}\u{7}") }))
}
