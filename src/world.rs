//! The process as a value: variables, arguments, folders, clock and terminal.
//!
//! Built once in `main` and passed down; nothing else asks the operating system who it is.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::vars;

/// What the program may know of its surroundings.
#[derive(Debug, Clone)]
pub struct World {
    arguments: Vec<OsString>,
    variables: BTreeMap<OsString, OsString>,
    working_directory: PathBuf,
    executable: PathBuf,
    /// The longest it waits for another process, where that is less than usual.
    patience: Option<Duration>,
    /// Which standard streams are a terminal, and what it can do.
    pub terminal: Terminal,
}

/// Which standard streams are a terminal, and what it can do.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Terminal {
    /// Standard input is.
    pub input: bool,
    /// Standard output is.
    pub output: bool,
    /// Standard error is.
    pub error: bool,
    /// Its cursor can be moved: `TERM` names a terminal that is not dumb.
    pub moves_cursor: bool,
    /// Its columns.
    pub width: usize,
}

/// The variable that names the user's home.
pub const HOME_VARIABLE: &str = if cfg!(windows) { vars::USERPROFILE } else { vars::HOME };

/// What to say where it does not.
pub const NO_HOME: &str = if cfg!(windows) {
    "USERPROFILE is not set, so your home folder is not known"
} else {
    "HOME is not set, so your home folder is not known"
};

/// What to do about that.
pub const NAME_HOME: &str = if cfg!(windows) {
    "set it to your home folder, as in `set USERPROFILE=C:\\Users\\you`"
} else {
    "set it to your home folder, as in `export HOME=/home/you`"
};

/// The columns of a terminal that does not say.
const USUAL_WIDTH: usize = 80;

impl World {
    /// Reads the running process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that asks")]
    pub fn from_process() -> Self {
        let size = terminal_size::terminal_size_of(std::io::stderr());
        let size = size.or_else(|| terminal_size::terminal_size_of(std::io::stdout()));
        let name = std::env::var(vars::TERM).unwrap_or_default();
        Self {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os().collect(),
            working_directory: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            executable: std::env::current_exe().unwrap_or_default(),
            patience: None,
            terminal: Terminal {
                input: std::io::stdin().is_terminal(),
                output: std::io::stdout().is_terminal(),
                error: std::io::stderr().is_terminal(),
                // Windows' own terminals need no name.
                moves_cursor: name != "dumb" && (cfg!(windows) || !name.is_empty()),
                width: size.map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0)),
            },
        }
    }

    /// A surrounding made of the given variables, for judging what a setting would mean elsewhere.
    #[must_use]
    pub fn with_variables<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
        working_directory: &Path,
    ) -> Self {
        Self {
            arguments: vec!["claude-bedrock".into()],
            variables: variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
            working_directory: working_directory.to_owned(),
            executable: PathBuf::new(),
            patience: None,
            terminal: Terminal { input: false, output: false, error: false, moves_cursor: false, width: USUAL_WIDTH },
        }
    }

    /// The same process with more variables, as a program that Claude Code runs sees them.
    #[must_use]
    pub fn with_more<K: Into<OsString>, V: Into<OsString>>(&self, variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut world = self.clone();
        world.variables.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        world
    }

    /// The same process in another folder.
    #[must_use]
    pub fn at(&self, folder: &Path) -> Self {
        Self { working_directory: folder.to_owned(), ..self.clone() }
    }

    /// The same process, which waits no longer than this for another one that holds a lock.
    #[must_use]
    pub fn with_patience(&self, most: Duration) -> Self {
        Self { patience: Some(most), ..self.clone() }
    }

    /// How long it waits for another process, instead of what is usual.
    #[must_use]
    pub fn patience(&self, usual: Duration) -> Duration {
        self.patience.map_or(usual, |most| most.min(usual))
    }

    /// The command line, program name first.
    #[must_use]
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// Every variable, for running a program in the same surroundings.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<OsString, OsString> {
        &self.variables
    }

    /// A variable's value; empty and non-Unicode values count as absent.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.raw_var(name).filter(|value| !value.is_empty())
    }

    /// A variable's value even when it is empty, which Claude Code tells from unset in places.
    #[must_use]
    pub fn raw_var(&self, name: &str) -> Option<&str> {
        valued(&self.variables, name, cfg!(windows)).and_then(|value| value.to_str())
    }

    /// A variable that names a file or folder; empty counts as absent.
    #[must_use]
    pub fn path_var(&self, name: &str) -> Option<PathBuf> {
        valued(&self.variables, name, cfg!(windows)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The user's home: `HOME`, on Windows `USERPROFILE`.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        self.path_var(HOME_VARIABLE)
    }

    /// A path below the home folder. Without one it is a path at which nothing can be, and not one in the folder the
    /// program was started in, which may be anybody's.
    #[must_use]
    pub fn below_home(&self, path: impl AsRef<Path>) -> PathBuf {
        self.home().map_or_else(PathBuf::new, |home| home.join(path))
    }

    /// The folder the program was started in.
    #[must_use]
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// The running program's file, links resolved where the system does so.
    #[must_use]
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// The time now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one clock")]
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// A moment by the clock on this machine's wall.
    #[must_use]
    pub fn on_the_wall(&self, moment: Timestamp) -> String {
        on_the_wall(moment)
    }

    /// Whether a person can be asked: a terminal to read from, and no continuous integration.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        self.terminal.input && !self.is_continuous_integration()
    }

    /// Whether this is a continuous-integration job. Whoever takes the mark back in its own words is in none.
    #[must_use]
    pub fn is_continuous_integration(&self) -> bool {
        self.var(vars::CI).is_some_and(|value| !matches!(value, "false" | "0"))
    }

    /// Whether this process runs in a container, by the marks that Docker and Podman leave there.
    #[must_use]
    pub fn is_container() -> bool {
        ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists())
    }

    /// Whether questions can be answered with arrows, or only line by line.
    #[must_use]
    pub fn can_ask_with_arrows(&self) -> bool {
        self.can_ask() && self.terminal.error && self.terminal.moves_cursor
    }

    /// Makes a path absolute against the working directory without resolving links.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> PathBuf {
        self.working_directory.join(path)
    }

    /// A path as people write it, the home folder shortened.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        shortened(path, self.home().as_deref())
    }

    /// Replaces a leading `~` by the home folder.
    #[must_use]
    pub fn expand_home(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), self.home()) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }
}

/// A path as people write it, the home folder shortened.
#[must_use]
pub fn shortened(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// A moment as people are told of it: by the clock on this machine's wall, as `2026-01-22 04:55 MST`.
#[must_use]
pub fn on_the_wall(moment: Timestamp) -> String {
    moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// A variable by its name, whose letters Windows takes in either case: its search path is usually called `Path`.
fn valued<'a>(variables: &'a BTreeMap<OsString, OsString>, name: &str, folds_case: bool) -> Option<&'a OsString> {
    let exact = variables.get(OsStr::new(name));
    let folded = || {
        let mut named = variables.iter().filter(|_| folds_case);
        named.find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    exact.or_else(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_names_its_variables_in_either_case() {
        let variables = BTreeMap::from([("Path".into(), "C:\\bin".into())]);
        assert_eq!(valued(&variables, "PATH", true), Some(&"C:\\bin".into()));
        assert_eq!(valued(&variables, "PATH", false), None);
    }

    #[test]
    fn who_takes_the_mark_of_continuous_integration_back_can_be_asked() {
        for (mark, can_ask) in [("true", false), ("1", false), ("false", true), ("0", true), ("", true)] {
            let mut world = World::with_variables([(vars::CI, mark)], Path::new("/"));
            world.terminal.input = true;
            assert_eq!(world.can_ask(), can_ask, "{mark:?}");
        }
    }
}
