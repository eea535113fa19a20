//! `logout`: ends a sign-in at AWS and removes what belongs to it, and nothing else.

use std::fmt::Write;
use std::time::Duration;

use crate::aws::call;
use crate::aws::credentials::{self, CacheKey};
use crate::aws::files::{self, AwsFiles};
use crate::aws::portal::Portal;
use crate::aws::profile::{ProfileKind, SsoProfile, SsoSession};
use crate::aws::session::{self, Cached};
use crate::cli::{Global, LogoutArgs};
use crate::commands::sign_in::Asked;
use crate::error::Failure;
use crate::private_file::StateFolder;
use crate::ui::{GOOD, Ui, styled};
use crate::world::World;

/// How long a renewal or sign-in under way is waited for, whose result would outlive the sign-out.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &LogoutArgs) -> Result<(), Failure> {
    let files = files::read(world);
    let sessions = if args.all { all_sessions(&files) } else { vec![one_session(world, global)?] };
    let (mut text, mut problems) = (String::new(), Vec::new());
    for sso in &sessions {
        let name = session::session_name(sso);
        let _ = match sign_out(world, ui, &files, sso) {
            Ok(true) => writeln!(text, "{} Signed out of {name}.", styled(GOOD, "✔")),
            Ok(false) => writeln!(text, "Nobody was signed in to {name}."),
            // One that stays keeps no other signed in.
            Err(failure) => {
                problems.push(failure);
                continue;
            }
        };
    }
    if sessions.is_empty() {
        text.push_str("There is no SSO session to sign out of.\n");
    }
    ui.answer(&text)?;
    let last = problems.pop();
    for failure in &problems {
        ui.failure(failure);
    }
    last.map_or(Ok(()), Err)
}

fn one_session(world: &World, global: &Global) -> Result<SsoProfile, Failure> {
    Asked::of(world, global)?.expect_sso("sign out of").cloned()
}

/// One profile of each session, and the sessions that no profile has (yet).
fn all_sessions(files: &AwsFiles) -> Vec<SsoProfile> {
    let of_profiles = files.profiles.profiles().filter_map(|profile| match profile.kind(&files.profiles) {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso),
        _ => None,
    });
    let mut sessions: Vec<SsoProfile> = Vec::new();
    for sso in of_profiles.chain(files.profiles.sso_sessions().filter_map(SsoSession::without_profile)) {
        if sessions.iter().all(|known| known.token_cache_key != sso.token_cache_key) {
            sessions.push(sso);
        }
    }
    sessions
}

/// Ends the sign-in; false when there was none. A portal that cannot be reached does not keep it on this machine.
fn sign_out(world: &World, ui: Ui, files: &AwsFiles, sso: &SsoProfile) -> Result<bool, Failure> {
    let failed = |error: session::SessionError| Failure::failed(error.to_string());
    let _lock = session::lock(world, sso, LOCK_PATIENCE).map_err(failed)?;
    let path = session::token_path(world, sso);
    let cached = session::cached(&path);
    match &cached {
        Cached::Token(token) => {
            let portal = Portal::new(world, &files.profiles, sso, token);
            if let Err(error) = call::block_on(portal.log_out()) {
                ui.warning(&format!("AWS could not be asked to end the sign-in: {error}"));
            }
        }
        Cached::Unreadable(reason) => ui.warning(&format!(
            "the sign-in in `{}` cannot be read ({reason}), so AWS was not asked to end it",
            path.display()
        )),
        Cached::Absent => {}
    }
    session::forget(world, sso).map_err(failed)?;
    forget_credentials(world, files, sso)?;
    Ok(!matches!(cached, Cached::Absent))
}

/// The cached role credentials of every profile with that session, those of the AWS CLI too, and of the roles that are
/// assumed over such a profile.
fn forget_credentials(world: &World, files: &AwsFiles, sso: &SsoProfile) -> Result<(), Failure> {
    let Some(state) = StateFolder::of(world) else { return Ok(()) };
    for profile in files.profiles.profiles() {
        let Some((holder, behind)) = credentials::sso_behind(files, &profile.name) else { continue };
        if behind.token_cache_key != sso.token_cache_key {
            continue;
        }
        if holder == profile.name {
            session::forget_cli_credentials(world, &behind).map_err(|error| Failure::failed(error.to_string()))?;
        }
        if let Some(key) = CacheKey::of(world, files, &profile.name) {
            credentials::forget(&state, &key).map_err(|error| Failure::failed(error.to_string()))?;
        }
    }
    Ok(())
}
