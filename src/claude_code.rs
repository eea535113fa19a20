//! The Claude Code that is installed: its version, and what that version makes of our settings.

pub mod defaults;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::cli::IdentityMode;
use crate::private_file;
use crate::programs;
use crate::world::World;

/// How long `claude --version` may take; it was observed to take 8 to 80 ms.
const DEADLINE: Duration = Duration::from_secs(5);

/// The most that is read of a program's output.
const MOST_BYTES: u64 = 4 << 20;

/// Up to 2.1.96 an empty `AWS_BEARER_TOKEN_BEDROCK` in the settings breaks request signing.
const EMPTY_BEARER_TOKEN_SINCE: Version = Version(2, 1, 97);
/// Before 2.1.141 `awsCredentialExport` was skipped while ambient credentials worked.
const EXPORT_ALWAYS_RUNS_SINCE: Version = Version(2, 1, 141);

/// A version of Claude Code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl Version {
    /// Reads `2.1.329 (Claude Code)`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split_whitespace().next()?.split('.').map(str::parse);
        let version = Self(numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        numbers.next().is_none().then_some(version)
    }

    /// The oldest version that never uses another identity than a set-up of this mode chooses.
    #[must_use]
    pub fn needed(mode: IdentityMode) -> Self {
        match mode {
            IdentityMode::Isolated => EXPORT_ALWAYS_RUNS_SINCE,
            IdentityMode::Shared => EMPTY_BEARER_TOKEN_SINCE,
        }
    }
}

/// The version of the `claude` on `PATH`; `None` when there is none or it does not say.
#[must_use]
pub fn installed(world: &World) -> Option<Version> {
    Version::parse(&version_line(world, "claude")?)
}

/// The first line of what a program on `PATH` prints for `--version`.
#[must_use]
pub fn version_line(world: &World, name: &str) -> Option<String> {
    match run_program(world, name, &["--version"], DEADLINE) {
        Ended::Well(printed) => printed.lines().next().map(str::to_owned),
        _ => None,
    }
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Well, with what it printed.
    Well(String),
    /// Badly, with what it printed last: its errors, else its answer.
    Badly(String),
    /// Not in time.
    TooLate,
    /// It is not on `PATH`.
    NotThere,
}

/// Runs the `claude` on `PATH` with arguments and without a shell, a terminal or an input.
#[must_use]
pub fn run(world: &World, arguments: &[&str], deadline: Duration) -> Ended {
    run_program(world, "claude", arguments, deadline)
}

fn run_program(world: &World, name: &str, arguments: &[&str], deadline: Duration) -> Ended {
    let Some(program) = programs::on_path(world, name) else { return Ended::NotThere };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else { return Ended::NotThere };
    // Both are read while it runs, lest it waits for a reader.
    let (answer, errors) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() <= deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Ended::TooLate;
            }
        }
    };
    // What it left running in the background may keep the streams open.
    let text = |reader: &Receiver<String>| reader.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    let (answer, errors) = (text(&answer), text(&errors));
    match status.success() {
        true => Ended::Well(answer),
        false if errors.trim().is_empty() => Ended::Badly(answer),
        false => Ended::Badly(errors),
    }
}

/// Everything a stream holds, up to what is reasonable.
fn reader(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let _ = stream.take(MOST_BYTES).read_to_end(&mut bytes);
        }
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// Where the `claude` on `PATH` is.
#[must_use]
pub fn on_path(world: &World) -> Option<PathBuf> {
    programs::on_path(world, "claude")
}

/// The version an installation tells by its place, without being run: the native installer names the program's file
/// after it, and an npm package has it in `package.json`.
#[must_use]
pub fn version_by_place(program: &Path) -> Option<Version> {
    let program = fs_err::canonicalize(program).ok()?;
    if let Some(version) = program.file_name().and_then(|name| Version::parse(name.to_str()?)) {
        return Some(version);
    }
    let packages = program.ancestors().skip(1).take(4).map(|folder| folder.join("package.json"));
    packages.filter_map(|path| private_file::read(&path).ok().flatten()).find_map(|bytes| {
        let package: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let name = package["name"].as_str().unwrap_or_default();
        name.starts_with("@anthropic-ai/claude-code").then(|| Version::parse(package["version"].as_str()?))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered() {
        assert_eq!(Version::parse("2.1.329 (Claude Code)\n"), Some(Version(2, 1, 329)));
        assert_eq!(Version::parse("claude"), None);
        assert!(Version(2, 1, 96) < Version::needed(IdentityMode::Shared));
        assert!(Version(2, 1, 141) >= Version::needed(IdentityMode::Isolated));
    }
}
