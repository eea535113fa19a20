//! `/bin/sh`, sockets and process groups.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::Ending;

/// Our end of the standard input, which nothing is written to.
pub(super) type Input = UnixStream;

pub(super) fn shell(command: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command);
    shell
}

pub(super) fn syntax_check(command: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-n", "-c"]).arg(command);
    shell
}

pub(super) fn spawn(shell: &mut Command) -> io::Result<(Child, Input, UnixStream, UnixStream)> {
    let ((input, its_input), (output, its_output), (error, its_error)) =
        (UnixStream::pair()?, UnixStream::pair()?, UnixStream::pair()?);
    shell.stdin(stdio(its_input)).stdout(stdio(its_output)).stderr(stdio(its_error)).process_group(0);
    Ok((shell.spawn()?, input, output, error))
}

fn stdio(stream: UnixStream) -> Stdio {
    OwnedFd::from(stream).into()
}

pub(super) fn has_ended(child: &mut Child) -> bool {
    // The status is looked at and left where it is.
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(Pid::from_child(child)), look), Ok(None))
}

pub(super) fn terminate(child: &Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::TERM);
}

pub(super) fn kill(child: &mut Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

pub(super) fn ending(status: ExitStatus) -> Ending {
    status.code().map_or_else(|| Ending::Signalled(status.signal().unwrap_or_default()), Ending::Exited)
}
