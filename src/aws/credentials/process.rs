//! `credential_process`: a program of the user's own that prints credentials.
//!
//! Claude Code runs the line in a shell (`child_process.exec` of Node), the AWS CLI splits it into words and runs
//! these. A line of plain words means the same to both and is run without a shell; anything else means what the shell
//! makes of it, for Claude Code's identity is the one this program gives.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use crate::aws::profile::words;
use crate::vars;
use crate::world::World;

/// How long the program may take where Claude Code is not told to wait for another time.
const DEADLINE: Duration = Duration::from_mins(1);

/// The longest time that is waited, whatever was said.
const LONGEST_DEADLINE: Duration = Duration::from_mins(5);

/// How much it may print, as in Node's `exec`.
const MOST_OUTPUT: usize = 1024 * 1024;

/// How much of its complaints is read, and how much of the last line is shown.
const MOST_COMPLAINTS: usize = 64 * 1024;
const SHOWN_COMPLAINT: usize = 300;

/// How often the program is looked at once it has closed its output.
const POLL: Duration = Duration::from_millis(5);

/// What the program printed, understood.
pub(super) struct Printed {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: Option<String>,
    pub(super) expiration: Option<Timestamp>,
}

/// Why the program gave no credentials, without anything it printed on standard output.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started.
    #[error("it could not be started: {0}")]
    NotStarted(String),
    /// It took too long and was ended.
    #[error("it did not end within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// It printed too much and was ended.
    #[error("it printed more than 1 MiB")]
    TooMuch,
    /// It ended with an error.
    #[error("it ended with {status}{complaint}")]
    Failed {
        /// Its exit code or signal.
        status: String,
        /// The last line of its standard error, after a colon.
        complaint: String,
    },
    /// Its output is not what the contract wants.
    #[error("{0}")]
    Malformed(&'static str),
    /// Its credentials are over already.
    #[error("it printed credentials that ended at {0}")]
    Expired(Timestamp),
}

/// Runs a command line and reads what it prints. The profiles whose credentials it is to give are told to it, so that
/// another run of this program among its children can see that it was called by itself.
pub(super) fn run(world: &World, line: &str, profiles: &[&str]) -> Result<Printed, ProcessError> {
    let mut told: Vec<&str> = profiles.to_vec();
    let inherited = calling_profiles(world);
    told.extend(inherited.iter().map(String::as_str));
    let output = output(line, &told.join("\n"), deadline(world))?;
    understand(&output, world.now())
}

/// As long as Claude Code waits for credentials.
fn deadline(world: &World) -> Duration {
    let said = world.var(vars::CHAIN_RESOLVE_TIMEOUT_MS).and_then(|text| text.trim().parse().ok());
    let said = said.map(Duration::from_millis).filter(|said| !said.is_zero());
    said.map_or(DEADLINE, |said| said.min(LONGEST_DEADLINE))
}

/// The profiles whose `credential_process` this very process was started by.
pub(super) fn calling_profiles(world: &World) -> Vec<String> {
    let value = world.var(vars::PROFILE_CHAIN).unwrap_or_default();
    value.lines().map(ToOwned::to_owned).collect()
}

fn output(line: &str, profiles: &str, deadline: Duration) -> Result<Vec<u8>, ProcessError> {
    let start = Instant::now();
    let mut child = spawn(line, profiles)?;
    let printed = collect(child.stdout.take(), MOST_OUTPUT);
    let complaints = collect(child.stderr.take(), MOST_COMPLAINTS);
    let left = || deadline.saturating_sub(start.elapsed());
    let printed = match printed.recv_timeout(left()) {
        Ok(printed) if printed.len() > MOST_OUTPUT => Err(ProcessError::TooMuch),
        Ok(printed) => Ok(printed),
        Err(_) => Err(ProcessError::TimedOut(deadline)),
    };
    let printed = printed.and_then(|printed| Ok((printed, wait(&mut child, start, deadline)?)));
    let (printed, status) = match printed {
        Ok(ended) => ended,
        Err(error) => {
            // One that ended meanwhile cannot be killed, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
    };
    if status.success() {
        return Ok(printed);
    }
    // Someone it left behind may hold its standard error open.
    let complaints = complaints.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    Err(ProcessError::Failed { status: status.to_string(), complaint: last_line(&complaints) })
}

fn wait(child: &mut Child, start: Instant, deadline: Duration) -> Result<std::process::ExitStatus, ProcessError> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() < deadline => std::thread::sleep(POLL),
            Ok(None) => return Err(ProcessError::TimedOut(deadline)),
            Err(error) => return Err(ProcessError::NotStarted(error.to_string())),
        }
    }
}

/// Starts the program. What no program file answers to, such as a shell's own `exec`, is left to the shell, too.
fn spawn(line: &str, profiles: &str) -> Result<Child, ProcessError> {
    if let Some(words) = plain_words(line).filter(|_| cfg!(unix)) {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        match start(command, profiles) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => return other.map_err(|error| ProcessError::NotStarted(error.to_string())),
        }
    }
    start(shell(line), profiles).map_err(|error| ProcessError::NotStarted(error.to_string()))
}

fn start(mut command: Command, profiles: &str) -> std::io::Result<Child> {
    command.env(vars::PROFILE_CHAIN, profiles);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// The shell that Node's `exec` runs a line with.
#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(line);
    command
}

/// The shell that Node's `exec` runs a line with.
#[cfg(windows)]
fn shell(line: &str) -> Command {
    use std::os::windows::process::CommandExt;
    let mut command = Command::new("cmd.exe");
    command.args(["/d", "/s", "/c"]).raw_arg(format!("\"{line}\""));
    command
}

/// The words of a line that means the same with and without a shell; none for any other.
fn plain_words(line: &str) -> Option<Vec<String>> {
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some('\'') if c != '\'' => {}
            Some(open) if c == open => quote = None,
            Some(_) if matches!(c, '$' | '`' | '\\' | '!') => return None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c.is_ascii_alphanumeric() || " \t@%+=:,./_-".contains(c) => {}
            None => return None,
        }
    }
    let words = words(line)?;
    // `NAME=value program` sets a variable.
    words.first().is_some_and(|first| !first.is_empty() && !first.contains('=')).then_some(words)
}

/// Reads a stream to its end on a thread of its own, at most one byte more than wanted.
fn collect(stream: Option<impl Read + Send + 'static>, most: usize) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let _ = stream.take(most as u64 + 1).read_to_end(&mut bytes);
        }
        // Nobody listens any more after the deadline.
        let _ = sender.send(bytes);
    });
    receiver
}

fn last_line(complaints: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaints);
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(SHOWN_COMPLAINT).collect();
    if plain.is_empty() { plain } else { format!(": {plain}") }
}

/// Reads the document as `getValidatedProcessCredentials` of the AWS SDK for JavaScript does.
fn understand(output: &[u8], now: Timestamp) -> Result<Printed, ProcessError> {
    let document: Value =
        serde_json::from_slice(output).map_err(|_| ProcessError::Malformed("it did not print a JSON document"))?;
    if document["Version"].as_f64() != Some(1.0) {
        return Err(ProcessError::Malformed("the document it printed has no `\"Version\": 1`"));
    }
    let text = |name: &str| document[name].as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    let (Some(access_key_id), Some(secret_access_key)) = (text("AccessKeyId"), text("SecretAccessKey")) else {
        return Err(ProcessError::Malformed("the document it printed lacks `AccessKeyId` or `SecretAccessKey`"));
    };
    let expiration = match text("Expiration") {
        None => None,
        Some(time) => match time.parse::<Timestamp>() {
            Ok(end) if end < now => return Err(ProcessError::Expired(end)),
            Ok(end) => Some(end),
            Err(_) => {
                return Err(ProcessError::Malformed(
                    "the `Expiration` it printed is not a time such as 2030-01-31T12:00:00Z",
                ));
            }
        },
    };
    Ok(Printed { access_key_id, secret_access_key, session_token: text("SessionToken"), expiration })
}

#[cfg(test)]
mod tests {
    use super::plain_words;

    #[test]
    fn a_line_of_plain_words_needs_no_shell() {
        for (line, words) in [
            ("/opt/tool --profile=x", &["/opt/tool", "--profile=x"][..]),
            ("'/opt/my tool' \"a b\"", &["/opt/my tool", "a b"]),
            ("tool 'a$b `c` \\'", &["tool", "a$b `c` \\"]),
        ] {
            assert_eq!(
                plain_words(line).as_deref(),
                Some(&words.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
    }

    #[test]
    fn what_a_shell_would_change_is_left_to_the_shell() {
        for line in [
            "tool $HOME",
            "tool \"$HOME\"",
            "~/tool",
            "tool | cat",
            "tool > x",
            "tool; tool",
            "tool & ",
            "A=b tool",
            "tool `x`",
            "tool a\\ b",
            "tool *.json",
            "tool #x",
            "(tool)",
            "tool 'open",
            "\"a\\\"b\"",
            "",
            "tool {a,b}",
        ] {
            assert_eq!(plain_words(line), None, "{line}");
        }
    }
}
