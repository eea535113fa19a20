//! One run of a helper command, as Claude Code makes it.
//!
//! `/bin/sh -c`, standard input a socket that never ends, the other two streams sockets as well, the session's folder
//! and environment. What is not as in Claude Code: the command leads a process group of its own, so that all of it
//! can be ended, and it cannot read from the terminal.

#[cfg_attr(unix, path = "process/unix.rs")]
#[cfg_attr(windows, path = "process/windows.rs")]
mod platform;

use std::io::{self, Read};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::helper_check::surroundings::Surroundings;

/// How often a running command is looked at.
const POLL: Duration = Duration::from_millis(5);

/// How long a command may take to end once its standard input ended, or once it was told to.
const GRACE: Duration = Duration::from_secs(2);

/// What is kept of each stream; no credentials document comes near it.
const KEPT: usize = 1 << 20;

/// How a run ended, and what it printed.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub ending: Ending,
    /// How long it took, the time it was kept waiting for included.
    pub duration: Duration,
    /// Standard output, at most the first MiB; bytes that are no UTF-8 are replaced.
    pub stdout: SecretString,
    /// How many bytes it wrote to standard error, which is not shown: it may hold secrets too.
    pub stderr_length: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with an exit code.
    Exited(i32),
    /// By a signal it was sent from elsewhere.
    Signalled(i32),
    /// It was still running at the deadline.
    TimedOut {
        /// Whether it ended as soon as its standard input did: that is what it was waiting for.
        awaited_input: bool,
    },
    /// It ended, and something it left in the background held its output open until the deadline.
    HeldOpen,
}

/// Why a run brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The user stopped it; it was ended.
    #[error("stopped")]
    Interrupted,
    /// The shell could not be started.
    #[error("the shell could not be started: {0}")]
    NotStarted(#[from] io::Error),
}

/// Does some work until it is done or the user presses Ctrl-C.
///
/// # Errors
/// [`RunError::Interrupted`].
pub async fn unless_interrupted<F: Future>(work: F) -> Result<F::Output, RunError> {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        // An interruption is listened for before the work begins, so that none comes too early.
        biased;
        () = interrupted => Err(RunError::Interrupted),
        done = work => Ok(done),
    }
}

/// Runs a command as Claude Code does, and ends all of it when it is not done by the deadline.
///
/// # Errors
/// See [`RunError`].
pub async fn run(command: &str, surroundings: &Surroundings, deadline: Duration) -> Result<Ran, RunError> {
    unless_interrupted(run_to_end(command, surroundings, deadline)).await?
}

/// Dropped by an interruption, what was started is ended.
async fn run_to_end(command: &str, surroundings: &Surroundings, deadline: Duration) -> Result<Ran, RunError> {
    let mut running = Running::start(command, surroundings)?;
    let ending = match running.wait(deadline).await {
        Some(ending) => ending,
        None if running.leader_ended() => Ending::HeldOpen,
        None => {
            running.end_input();
            let awaited_input = running.wait(GRACE).await.is_some();
            Ending::TimedOut { awaited_input }
        }
    };
    let duration = running.started.elapsed();
    if !matches!(ending, Ending::Exited(_) | Ending::Signalled(_)) {
        running.end().await;
    }
    Ok(Ran {
        ending,
        duration,
        stdout: String::from_utf8_lossy(&running.stdout.kept).into_owned().into(),
        stderr_length: running.stderr.length,
    })
}

/// Waits for a command whose output is nobody's, such as a look at its syntax.
///
/// # Errors
/// As [`run`].
pub async fn has_shell_syntax(command: &str, surroundings: &Surroundings) -> Result<bool, RunError> {
    let mut check = platform::syntax_check(command);
    check.env_clear().envs(&surroundings.variables).current_dir(&surroundings.folder);
    let mut running = Running::of(check)?;
    let ending = unless_interrupted(running.wait(GRACE * 5)).await?;
    Ok(ending == Some(Ending::Exited(0)))
}

struct Running {
    child: Child,
    input: Option<platform::Input>,
    stdout: Stream,
    stderr: Stream,
    started: Instant,
    reaped: bool,
}

impl Running {
    fn start(command: &str, surroundings: &Surroundings) -> Result<Self, RunError> {
        let mut shell = platform::shell(command);
        shell.env_clear().envs(&surroundings.variables).current_dir(&surroundings.folder);
        Self::of(shell)
    }

    fn of(mut shell: Command) -> Result<Self, RunError> {
        let started = Instant::now();
        let (child, input, stdout, stderr) = platform::spawn(&mut shell)?;
        // The command's ends of the sockets close with it.
        drop(shell);
        let (stdout, stderr) = (Stream::read(stdout), Stream::read(stderr));
        Ok(Self { child, input: Some(input), stdout, stderr, started, reaped: false })
    }

    /// Waits until the shell has ended and nobody holds its output any more, as Claude Code does; `None` when that
    /// takes too long.
    async fn wait(&mut self, at_most: Duration) -> Option<Ending> {
        let start = Instant::now();
        loop {
            let silent = self.stdout.has_ended() & self.stderr.has_ended();
            if silent && self.leader_ended() {
                return Some(self.reap());
            }
            if start.elapsed() >= at_most {
                return None;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn end_input(&mut self) {
        self.input = None;
    }

    /// Asks everything that was started to end, and then makes it.
    async fn end(&mut self) {
        if self.reaped {
            return;
        }
        platform::terminate(&self.child);
        let _ = self.wait(GRACE).await;
        self.kill();
    }

    fn kill(&mut self) {
        if !self.reaped {
            // The leader is not reaped before, so its number is still its own.
            platform::kill(&mut self.child);
            self.reap();
        }
    }

    /// Takes the exit status; the number of the process may be another's from then on.
    fn reap(&mut self) -> Ending {
        self.reaped = true;
        match self.child.wait() {
            Ok(status) => platform::ending(status),
            Err(_) => Ending::Exited(-1),
        }
    }

    /// Whether the shell has ended; its status stays to be taken.
    fn leader_ended(&mut self) -> bool {
        self.reaped || platform::has_ended(&mut self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One of the output streams, read on a thread of its own until it ends.
struct Stream {
    end: Receiver<(Vec<u8>, u64)>,
    kept: Vec<u8>,
    length: u64,
    ended: bool,
}

impl Stream {
    fn read(mut source: impl Read + Send + 'static) -> Self {
        let (sender, end) = mpsc::channel();
        // Never joined: something may hold the stream open for ever.
        std::thread::spawn(move || {
            let (mut kept, mut length, mut buffer) = (Vec::new(), 0_u64, [0; 4096]);
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                length += count as u64;
                let room = KEPT.saturating_sub(kept.len()).min(count);
                kept.extend_from_slice(&buffer[..room]);
            }
            let _ = sender.send((kept, length));
        });
        Self { end, kept: Vec::new(), length: 0, ended: false }
    }

    fn has_ended(&mut self) -> bool {
        if !self.ended {
            match self.end.try_recv() {
                Ok((kept, length)) => (self.kept, self.length, self.ended) = (kept, length, true),
                Err(TryRecvError::Disconnected) => self.ended = true,
                Err(TryRecvError::Empty) => {}
            }
        }
        self.ended
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::BTreeMap;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::aws::call::block_on;

    fn ran(command: &str, deadline: Duration) -> Ran {
        let variables = BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into()), ("PLACE".into(), "here".into())]);
        let surroundings = Surroundings { variables, folder: "/".into() };
        block_on(run(command, &surroundings, deadline)).expect("sh starts")
    }

    const PLENTY: Duration = Duration::from_secs(30);
    /// Enough for a shell to begin, on a busy machine too.
    const LITTLE: Duration = Duration::from_secs(2);

    #[test]
    fn what_is_printed_and_how_it_ends_is_told() {
        let found = ran("printf %s \"$PLACE in $PWD\"; echo oops >&2; exit 3", PLENTY);
        assert_eq!(found.ending, Ending::Exited(3));
        assert_eq!(found.stdout.expose_secret(), "here in /");
        assert_eq!(found.stderr_length, 5);
        assert_eq!(ran("kill -9 $$", PLENTY).ending, Ending::Signalled(9));
        assert_eq!(ran("head -c 3000000 /dev/zero", PLENTY).stdout.expose_secret().len(), KEPT);
    }

    #[test]
    fn waiting_for_input_is_told_from_being_slow() {
        assert_eq!(ran("cat; echo done", LITTLE).ending, Ending::TimedOut { awaited_input: true });
        assert_eq!(ran("sleep 600", LITTLE).ending, Ending::TimedOut { awaited_input: false });
        assert_eq!(ran("sleep 600 & echo", LITTLE).ending, Ending::HeldOpen);
    }

    #[test]
    fn everything_that_was_started_is_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("alive");
        let child = format!("trap '' TERM; while :; do date +%s%N > '{}'; sleep 0.05; done", file.display());
        let found = ran(&format!("({child}) & ({child})"), LITTLE);
        assert_eq!(found.ending, Ending::TimedOut { awaited_input: false });
        let last = fs_err::read(&file).expect("it ran");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(fs_err::read(&file).expect("it ran"), last, "something is still running");
    }

    #[test]
    fn the_shells_syntax_is_looked_at_without_running_anything() {
        let surroundings = Surroundings { variables: BTreeMap::new(), folder: "/".into() };
        let check = |command: &str| block_on(has_shell_syntax(command, &surroundings)).expect("sh starts");
        assert!(check("aws sso login --profile myprofile && exit 9"));
        assert!(!check("aws sso login --profile 'myprofile"));
    }
}
