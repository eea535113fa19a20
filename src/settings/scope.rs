//! Which settings files there are, and which wins.
//!
//! Observed order, strongest first: managed settings (drop-ins on top), local, project, user, and last the shell's
//! own variables, which every file's `env` overrides. Project files are looked up in the working directory alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::settings::document::{Document, Key, RawJson};
use crate::settings::store::{self, Snapshot};
use crate::vars;
use crate::world::World;

/// A place Claude Code reads settings from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// An administrator's, for the whole machine.
    Managed,
    /// The user's in this project.
    Local,
    /// Everyone's in this project.
    Project,
    /// The user's everywhere.
    User,
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Managed => "managed",
            Self::Local => "local",
            Self::Project => "project",
            Self::User => "user",
        })
    }
}

/// One settings file and what came of reading it.
#[derive(Debug)]
pub struct Layer {
    /// Its scope.
    pub scope: Scope,
    /// Its path.
    pub path: PathBuf,
    /// Its content.
    pub content: Content,
}

/// What a settings file holds.
#[derive(Debug)]
pub enum Content {
    /// There is no file.
    Absent,
    /// A document Claude Code reads.
    Document(Document),
    /// A file Claude Code drops whole, and why, with line and column.
    Dropped(String),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A settings file, and the line in it where that is known.
    Settings {
        /// Its scope.
        scope: Scope,
        /// Its path.
        path: PathBuf,
        /// The line of the key.
        line: Option<usize>,
    },
    /// A variable of the shell.
    Variable(String),
    /// A file of AWS's.
    AwsFile {
        /// Its path.
        path: PathBuf,
        /// The line of the key.
        line: usize,
    },
    /// What Claude Code does when nobody says otherwise.
    Default,
}

/// A value with its source and the weaker values it hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The value's text; a JSON string decoded, another value as written.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
    /// What it overrides, strongest first.
    pub overrides: Vec<(String, Source)>,
}

/// All settings in force in one folder.
#[derive(Debug)]
pub struct Settings {
    layers: Vec<Layer>,
}

/// Claude Code's own folder: `CLAUDE_CONFIG_DIR` or `~/.claude`.
#[must_use]
pub fn claude_folder(world: &World) -> Option<PathBuf> {
    let named = world.path_var(vars::CLAUDE_CONFIG_DIR).map(|path| world.absolute(&path));
    named.or_else(|| Some(world.home()?.join(".claude")))
}

/// The settings file of a scope that a person may write.
#[must_use]
pub fn path_of(world: &World, scope: Scope) -> Option<PathBuf> {
    let here = world.working_directory().join(".claude");
    match scope {
        Scope::Managed => Some(managed_folder().join("managed-settings.json")),
        Scope::Local => Some(here.join("settings.local.json")),
        Scope::Project => Some(here.join("settings.json")),
        Scope::User => Some(claude_folder(world)?.join("settings.json")),
    }
}

fn managed_folder() -> PathBuf {
    PathBuf::from(if cfg!(target_os = "macos") {
        "/Library/Application Support/ClaudeCode"
    } else if cfg!(windows) {
        r"C:\Program Files\ClaudeCode"
    } else {
        "/etc/claude-code"
    })
}

impl Settings {
    /// Reads every settings file that applies in the working directory.
    #[must_use]
    pub fn read(world: &World) -> Self {
        let mut layers: Vec<Layer> =
            managed_paths().into_iter().map(|path| Layer::read(Scope::Managed, path)).collect();
        for scope in [Scope::Local, Scope::Project, Scope::User] {
            let Some(path) = path_of(world, scope) else { continue };
            // Started in the home folder, the project's file is the user's.
            if !(scope == Scope::Project && path_of(world, Scope::User).as_deref() == Some(path.as_path())) {
                layers.push(Layer::read(scope, path));
            }
        }
        Self { layers }
    }

    /// Settings made of the given files, strongest first.
    #[must_use]
    pub fn of(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// Every settings file, strongest first.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The same settings with one file's content exchanged, to judge a plan before it is carried out.
    #[must_use]
    pub fn with_document(mut self, path: &Path, document: Document) -> Self {
        for layer in &mut self.layers {
            if layer.path == path {
                layer.content = Content::Document(document);
                break;
            }
        }
        self
    }

    /// What a top-level key is in effect.
    #[must_use]
    pub fn top(&self, key: &'static str) -> Option<Found> {
        strongest(self.occurrences(&Key::Top(key.into())))
    }

    /// What a variable is in Claude Code's environment: the strongest file's `env`, else the shell's.
    ///
    /// An empty value in a file cancels the shell's; then this is a `Found` with an empty value.
    #[must_use]
    pub fn variable(&self, world: &World, name: &'static str) -> Option<Found> {
        let mut occurrences = self.occurrences(&Key::Env(name.into()));
        if let Some(value) = world.raw_var(name) {
            occurrences.push((value.to_owned(), Source::Variable(name.to_owned())));
        }
        strongest(occurrences)
    }

    /// What a variable is in the files' `env`, whatever the shell says.
    #[must_use]
    pub fn in_files(&self, name: &'static str) -> Option<Found> {
        strongest(self.occurrences(&Key::Env(name.into())))
    }

    /// Every variable the files' `env` sets, with the strongest file's value: strings, numbers and switches.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for layer in self.layers.iter().rev() {
            let Content::Document(document) = &layer.content else { continue };
            let plain = document.env().into_iter().filter(|(_, value)| !value.text().starts_with(['n', '{', '[']));
            variables.extend(plain.map(|(name, value)| (name, decoded(&value))));
        }
        variables
    }

    fn occurrences(&self, key: &Key) -> Vec<(String, Source)> {
        let mut found = Vec::new();
        for layer in &self.layers {
            let Content::Document(document) = &layer.content else { continue };
            let Some((value, line)) = document.get_with_line(key) else { continue };
            let source = Source::Settings { scope: layer.scope, path: layer.path.clone(), line: Some(line) };
            found.push((decoded(&value), source));
        }
        found
    }
}

fn strongest(mut occurrences: Vec<(String, Source)>) -> Option<Found> {
    if occurrences.is_empty() {
        return None;
    }
    let (value, source) = occurrences.remove(0);
    Some(Found { value, source, overrides: occurrences })
}

/// A value as Claude Code puts it into the environment: strings decoded, numbers and booleans as written.
fn decoded(value: &RawJson) -> String {
    value.as_str().unwrap_or_else(|| value.text().to_owned())
}

impl Layer {
    fn read(scope: Scope, path: PathBuf) -> Self {
        let content = match store::read(&path) {
            Ok(snapshot) => Content::of(snapshot),
            Err(error) => Content::Dropped(error.to_string()),
        };
        Self { scope, path, content }
    }
}

impl Content {
    /// Judges the bytes of a settings file.
    #[must_use]
    pub fn of(snapshot: Snapshot) -> Self {
        match snapshot.into_bytes() {
            None => Self::Absent,
            Some(bytes) => match Document::of(bytes) {
                Ok(document) => Self::Document(document),
                Err(malformed) => Self::Dropped(malformed.to_string()),
            },
        }
    }
}

/// `managed-settings.json` and its drop-ins, strongest first: the drop-ins lie on top, the last name uppermost.
fn managed_paths() -> Vec<PathBuf> {
    let folder = managed_folder();
    let mut drop_ins: Vec<PathBuf> = fs_err::read_dir(folder.join("managed-settings.d"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    drop_ins.sort_unstable();
    drop_ins.reverse();
    drop_ins.push(folder.join("managed-settings.json"));
    drop_ins
}
