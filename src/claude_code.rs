//! The Claude Code that is installed: its version, and what that version makes of our settings.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::IdentityMode;
use crate::private_file;
use crate::vars;
use crate::world::World;

/// How long `claude --version` may take; it was observed to take 8 to 80 ms.
const DEADLINE: Duration = Duration::from_secs(5);

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
    let program = on_path(world)?;
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let start = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if start.elapsed() > DEADLINE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut text = String::new();
    child.stdout.take()?.take(1024).read_to_string(&mut text).ok()?;
    Version::parse(&text)
}

/// Where the `claude` on `PATH` is.
#[must_use]
pub fn on_path(world: &World) -> Option<PathBuf> {
    let name = format!("claude{}", std::env::consts::EXE_SUFFIX);
    let entries = world.path_var(vars::PATH)?;
    std::env::split_paths(&entries)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
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
