//! What a helper command finds around it when Claude Code runs it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::claude_code::Version;
use crate::settings::scope::Settings;
use crate::vars;
use crate::world::World;

/// The version whose surroundings were observed, for when none is installed.
const OBSERVED: Version = Version(2, 1, 329);

/// Variables and folder of a helper command.
#[derive(Clone)]
pub struct Surroundings {
    /// Every variable it sees.
    pub variables: BTreeMap<OsString, OsString>,
    /// The folder it is run in: the session's.
    pub folder: PathBuf,
}

impl Surroundings {
    /// As in a session started here: the shell's variables, over them the settings' `env`, over them what Claude Code
    /// adds for every command it runs. Of these the socket for messages to the session is left out, for there is none.
    #[must_use]
    pub fn of_session(world: &World, settings: &Settings, installed: Option<Version>) -> Self {
        let mut variables: BTreeMap<OsString, OsString> = world.variables().clone();
        let of_settings = settings.environment().into_iter();
        variables
            .extend(of_settings.filter(|(name, value)| is_passable(name, value)).map(|(n, v)| (n.into(), v.into())));
        let Version(major, minor, patch) = installed.unwrap_or(OBSERVED);
        variables.insert(vars::AI_AGENT.into(), format!("claude-code_{major}-{minor}-{patch}_harness").into());
        variables.extend(vars::ADDED_FOR_HELPERS.iter().map(|(name, value)| (name.into(), value.into())));
        Self { variables, folder: world.working_directory().to_owned() }
    }

    /// Without a variable, or with the value it will have.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.variables.insert(name.into(), value.into()),
            None => self.variables.remove(std::ffi::OsStr::new(name)),
        };
        self
    }
}

/// What no operating system takes as a variable.
fn is_passable(name: &str, value: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0')
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The variables may hold secrets.
        formatter.debug_struct("Surroundings").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::document::Document;
    use crate::settings::scope::{self, Scope};

    #[test]
    fn the_settings_beat_the_shell_and_numbers_and_switches_are_passed_as_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().to_str().expect("UTF-8");
        let world =
            World::with_variables([("HOME", home), ("AWS_REGION", "shell"), ("SHELL_ONLY", "1")], folder.path());
        let text = br#"{"env": {"AWS_REGION": "settings", "N": 5, "B": true, "NULL": null, "A=B": "x"}}"#;
        let path = scope::path_of(&world, Scope::User).expect("a home");
        let settings = Settings::read(&world).with_document(&path, Document::parse(text).expect("settings"));
        let found = Surroundings::of_session(&world, &settings, Some(Version(2, 1, 197)));
        let value = |name: &str| found.variables.get(std::ffi::OsStr::new(name)).and_then(|value| value.to_str());
        assert_eq!(value("AWS_REGION"), Some("settings"));
        assert_eq!(value("SHELL_ONLY"), Some("1"));
        assert_eq!((value("N"), value("B")), (Some("5"), Some("true")));
        assert_eq!((value("NULL"), value("A=B")), (None, None));
        assert_eq!(value("AI_AGENT"), Some("claude-code_2-1-197_harness"));
        assert_eq!(value("CLAUDE_CODE_ENTRYPOINT"), Some("sdk-cli"));
    }
}
