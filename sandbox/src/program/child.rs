//! A command inside the sandbox: its terminal and its signals are its own.

use std::{
    ffi::{OsStr, OsString},
    io,
    process::{Command, ExitCode, ExitStatus},
};

use tokio::{process::Child, runtime};

use super::{Failure, during};

/// What shells return for a command that is not there, or not a program.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;
/// What shells add to the number of the signal that ended a command.
const SIGNALLED: i32 = 128;

/// Runs a command in exactly this environment and returns its exit code.
pub(super) fn run(command: &[OsString], environment: &[(OsString, OsString)]) -> Result<ExitCode, Failure> {
    let name = command[0].to_string_lossy().into_owned();
    let status = status(prepare(&command[0], &command[1..], environment));
    let error = match status {
        Ok(status) => return Ok(exit_code(status)),
        Err(error) => error,
    };
    let code = match error.kind() {
        io::ErrorKind::NotFound => NOT_FOUND,
        io::ErrorKind::PermissionDenied => NOT_EXECUTABLE,
        _ => return Err(during(format!("running `{name}`"))(error)),
    };
    super::say(&format!("aws-sandbox: `{name}`: {error}"));
    Ok(ExitCode::from(code))
}

/// Makes a command that sees this environment and nothing else.
pub(super) fn prepare(
    program: &OsStr,
    arguments: &[impl AsRef<OsStr>],
    environment: &[(OsString, OsString)],
) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment.iter().map(|(key, value)| (key, value)));
    command
}

/// Runs a command to its end, which no signal to us forestalls.
pub(super) fn status(command: Command) -> io::Result<ExitStatus> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let signals = signals::Signals::hold()?;
        let mut child = tokio::process::Command::from(command).spawn()?;
        wait(&mut child, signals).await
    })
}

async fn wait(child: &mut Child, mut signals: signals::Signals) -> io::Result<ExitStatus> {
    let id = child.id();
    loop {
        tokio::select! {
            status = child.wait() => return status,
            () = signals.pass_on(id) => {}
        }
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(SIGNALLED + signals::of(status)?));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

#[cfg(unix)]
mod signals {
    use std::{io, os::unix::process::ExitStatusExt, process::ExitStatus};

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{self, SignalKind};

    /// Signals that would end us before the command has had its say.
    pub(super) struct Signals {
        interrupt: unix::Signal,
        quit: unix::Signal,
        terminate: unix::Signal,
        hang_up: unix::Signal,
    }

    impl Signals {
        pub(super) fn hold() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                quit: unix::signal(SignalKind::quit())?,
                terminate: unix::signal(SignalKind::terminate())?,
                hang_up: unix::signal(SignalKind::hangup())?,
            })
        }

        /// Waits for a signal, and passes it on unless the terminal has sent it to the command too.
        pub(super) async fn pass_on(&mut self, child: Option<u32>) {
            let signal = tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.quit.recv() => return,
                _ = self.terminate.recv() => Signal::TERM,
                _ = self.hang_up.recv() => Signal::HUP,
            };
            let child = child.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
            if let Some(child) = child {
                // It may have ended in between.
                let _ = kill_process(child, signal);
            }
        }
    }

    /// The number of the signal that ended a command.
    pub(super) fn of(status: ExitStatus) -> Option<i32> {
        status.signal()
    }
}

#[cfg(not(unix))]
mod signals {
    use std::{io, process::ExitStatus};

    /// The interrupt, which the console sends to the command as well.
    pub(super) struct Signals;

    impl Signals {
        #[expect(clippy::unnecessary_wraps, reason = "one signature on all systems")]
        pub(super) fn hold() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn pass_on(&mut self, _: Option<u32>) {
            // Without a console there is nothing to hold back.
            let _ = tokio::signal::ctrl_c().await;
        }
    }

    pub(super) fn of(_: ExitStatus) -> Option<i32> {
        None
    }
}
