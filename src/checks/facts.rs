//! Everything the checks judge, as data: what was read, what was asked, and what could not be asked and why.

mod online;
mod traces;

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::aws::credentials::CredentialsError;
use crate::aws::files::AwsFiles;
use crate::aws::profile::{Lint, Profile, ProfileKind};
use crate::claude_code::Version;
use crate::configuration::{Configuration, Provider};
use crate::helper_check;
use crate::settings::document::{Document, Key};
use crate::settings::scope::{Content, Found, Layer, Settings};
use crate::vars;
use crate::world::World;

pub use online::{Endpoint, Look, Online};
pub use traces::{AuthRefresh, KeyState, ReceiptState, Traces};

/// An operating system, as far as a check asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux and everything like it.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// The one this program was built for.
    #[must_use]
    pub fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

/// The Claude Code that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaudeCode {
    /// Where the `claude` on `PATH` is.
    pub path: PathBuf,
    /// Its version, when it says.
    pub version: Option<Version>,
}

/// A settings-like file that Claude Code does not read for what stands in it.
#[derive(Debug, Clone)]
pub struct Stray {
    /// The file.
    pub path: PathBuf,
    /// The Bedrock keys in it, each with its line.
    pub keys: Vec<(String, usize)>,
}

/// A line of a shell's start-up file that assigns one of the variables of a Bedrock set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellLine {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The variable.
    pub name: String,
    /// Whether programs started by the shell see it.
    pub exported: bool,
}

/// An editor of the Visual Studio Code family with its user settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    /// Its user settings file.
    pub path: PathBuf,
    /// Whether Claude Code's extension is installed in it.
    pub has_extension: bool,
    /// `claudeCode.disableLoginPrompt`.
    pub disables_login_prompt: bool,
    /// The names in `claudeCode.environmentVariables`, each with its value.
    pub variables: Vec<(String, String)>,
}

/// Where the program runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Place {
    /// The Windows Subsystem for Linux.
    pub wsl: bool,
    /// A container.
    pub container: bool,
    /// A shell opened from another machine.
    pub ssh: bool,
    /// A host that an editor of the Visual Studio Code family works in from elsewhere.
    pub editor_remote: bool,
    /// An instance of Amazon EC2.
    pub ec2: bool,
    /// Claude's desktop application is installed.
    pub desktop: bool,
    /// A program that opens the browser of Windows is on `PATH`.
    pub has_wslview: bool,
}

/// The SSO token behind the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenState {
    /// Its cache file.
    pub path: PathBuf,
    /// What became of reading it.
    pub content: TokenContent,
}

/// What a token's cache file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenContent {
    /// There is none.
    Absent,
    /// It holds no token, or could not be read.
    Unreadable(String),
    /// A token.
    Token {
        /// When it ends.
        expires_at: Timestamp,
        /// Whether the file holds a refresh token.
        has_refresh_token: bool,
        /// Whether it can be renewed without a person now.
        renewable: bool,
    },
}

/// A program that a helper command names.
#[derive(Debug, Clone, Default)]
pub struct HelperState {
    /// The first word of the command, where that is plain.
    pub first_word: Option<String>,
    /// The file that word stands for with a plain `PATH`, when there is one.
    pub found: Option<PathBuf>,
    /// The file it names by a path, there or not.
    pub path: Option<PathBuf>,
    /// What a look at that file brought.
    pub file: Vec<helper_check::Finding>,
}

/// Everything that was observed.
#[derive(Debug)]
pub struct Facts {
    /// The process: its variables and its folder.
    pub world: World,
    /// The time of observation.
    pub now: Timestamp,
    /// The operating system.
    pub platform: Platform,
    /// Claude Code's settings.
    pub settings: Settings,
    /// The AWS files.
    pub files: AwsFiles,
    /// What Claude Code will do.
    pub configuration: Configuration,
    /// What is wrong with the AWS files.
    pub lints: Vec<Lint>,
    /// The profiles the AWS CLI finds in them.
    pub cli_profiles: Vec<String>,
    /// The installed Claude Code.
    pub claude_code: Option<ClaudeCode>,
    /// Why the profile would give no credentials, told from files alone; `None` without a profile.
    pub readiness: Option<Result<(), CredentialsError>>,
    /// The SSO token behind the profile.
    pub token: Option<TokenState>,
    /// Settings-like files that do not count.
    pub strays: Vec<Stray>,
    /// Assignments in shells' start-up files.
    pub shell_lines: Vec<ShellLine>,
    /// Editors.
    pub editors: Vec<Editor>,
    /// Where the program runs.
    pub place: Place,
    /// The program of `awsAuthRefresh`.
    pub refresh_helper: HelperState,
    /// The program of `awsCredentialExport`.
    pub export_helper: HelperState,
    /// The files named by variables that are not there, by variable.
    pub lost_files: Vec<(&'static str, PathBuf)>,
    /// What this program and Claude Code left behind of earlier runs.
    pub traces: Traces,
    /// The user's files that hold secrets and that others may read.
    pub open_files: Vec<PathBuf>,
    /// What the network told.
    pub online: Online,
}

impl Facts {
    /// Nothing but what the settings and the AWS files say, for the checks that need no more.
    #[must_use]
    pub fn of_files(world: &World, settings: Settings, files: AwsFiles, configuration: Configuration) -> Self {
        Self {
            now: world.now(),
            world: world.clone(),
            platform: Platform::here(),
            settings,
            files,
            configuration,
            lints: Vec::new(),
            cli_profiles: Vec::new(),
            claude_code: None,
            readiness: None,
            token: None,
            strays: Vec::new(),
            shell_lines: Vec::new(),
            editors: Vec::new(),
            place: Place::default(),
            refresh_helper: HelperState::default(),
            export_helper: HelperState::default(),
            lost_files: Vec::new(),
            traces: Traces::default(),
            open_files: Vec::new(),
            online: Online::skipped("files alone were read"),
        }
    }

    /// Whether Claude Code's requests go to Bedrock at all.
    #[must_use]
    pub fn is_bedrock(&self) -> bool {
        matches!(self.configuration.provider, Provider::Bedrock | Provider::Mantle)
    }

    /// What a variable is in Claude Code's environment; one that is empty counts as absent.
    #[must_use]
    pub fn variable(&self, name: &'static str) -> Option<Found> {
        self.settings.variable(&self.world, name).filter(|found| !found.value.is_empty())
    }

    /// What a top-level settings key is; one that is empty counts as absent.
    #[must_use]
    pub fn setting(&self, key: &'static str) -> Option<Found> {
        self.settings.top(key).filter(|found| !found.value.is_empty())
    }

    /// What `modelOverrides` makes of Anthropic's names: the name and the id, the strongest file's first.
    #[must_use]
    pub fn model_overrides(&self) -> Vec<(String, String)> {
        let objects = self.documents().filter_map(|(_, document)| document.get(&Key::top(vars::MODEL_OVERRIDES)));
        let maps = objects.filter_map(|object| serde_json::from_str::<Map<String, Value>>(object.text()).ok());
        let entries = maps.flatten().filter_map(|(name, id)| Some((name, id.as_str()?.to_owned())));
        entries.collect()
    }

    /// The settings documents Claude Code reads, strongest first.
    pub fn documents(&self) -> impl Iterator<Item = (&Layer, &Document)> {
        self.settings.layers().iter().filter_map(|layer| match &layer.content {
            Content::Document(document) => Some((layer, document)),
            Content::Absent | Content::Dropped(_) => None,
        })
    }

    /// Every place in the settings where one of the variables stands, strongest first.
    pub fn settings_with<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Layer, Key)> {
        let key = Key::Env(name.to_owned().into());
        self.documents().filter(move |(_, document)| document.get(&key).is_some()).map(move |(layer, _)| {
            let key = Key::Env(name.to_owned().into());
            (layer, key)
        })
    }

    /// The profile behind Claude Code's identity.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.files.profiles.profile(&self.configuration.profile.as_ref()?.value)
    }

    /// How that profile gets its credentials.
    #[must_use]
    pub fn kind(&self) -> Option<ProfileKind> {
        Some(self.profile()?.kind(&self.files.profiles))
    }

    /// The installed version, when it is known.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.claude_code.as_ref()?.version
    }
}
