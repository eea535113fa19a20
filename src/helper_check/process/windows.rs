//! `cmd.exe` and pipes; what a command started is not ended with it.

use std::io;
use std::os::windows::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use super::Ending;

/// Our end of the standard input, which nothing is written to.
pub(super) type Input = ChildStdin;

pub(super) fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd.exe");
    // What `cmd.exe` reads is its own command line, not a list of arguments.
    shell.raw_arg("/d /s /c \"").raw_arg(command).raw_arg("\"");
    shell
}

/// `cmd.exe` cannot look at syntax alone.
pub(super) fn syntax_check(_command: &str) -> Command {
    shell("exit 0")
}

pub(super) fn spawn(shell: &mut Command) -> io::Result<(Child, Input, ChildStdout, ChildStderr)> {
    let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let gone = || io::Error::other("a stream is missing");
    let input = child.stdin.take().ok_or_else(gone)?;
    let output = child.stdout.take().ok_or_else(gone)?;
    let error = child.stderr.take().ok_or_else(gone)?;
    Ok((child, input, output, error))
}

pub(super) fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

pub(super) fn terminate(_child: &Child) {}

pub(super) fn kill(child: &mut Child) {
    let _ = child.kill();
}

pub(super) fn ending(status: ExitStatus) -> Ending {
    Ending::Exited(status.code().unwrap_or(-1))
}
