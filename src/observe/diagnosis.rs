//! Observes everything that `diagnose` judges: files at once, and the network beside each other, each with its own
//! deadline.

pub mod asked;
mod machine;
mod online;
mod open_files;
mod traces;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;

use crate::aws::credentials;
use crate::aws::files::{self, AwsFiles};
use crate::aws::profile::{CliReading, Lint, ProfileKind, Source, SourceFile, lints};
use crate::aws::session::{self, Cached};
use crate::checks::facts::{ClaudeCode, Facts, HelperState, Online, Platform, TokenContent, TokenState};
use crate::claude_code;
use crate::configuration::{self, Configuration};
use crate::helper_check::export::Export;
use crate::helper_check::file;
use crate::helper_command;
use crate::programs;
use crate::settings::scope::Settings;
use crate::vars;
use crate::world::World;

/// How far an observation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Files and variables.
    Files,
    /// The network too.
    Network,
    /// The network, and one token of every model Claude Code would use.
    Probe,
}

/// Looks at everything.
#[must_use]
pub fn facts(world: &World, depth: Depth) -> Facts {
    let settings = Settings::read(world);
    let files = files::read(world);
    let configuration = configuration::judge(world, &settings, &files.profiles, None);
    let cli = CliReading::of(files.config.as_deref(), files.credentials.as_deref());
    let readiness = configuration.profile.as_ref().map(|found| credentials::readiness(world, &files, &found.value));
    let helper = |key| helper(world, &settings, key);
    let mut facts = Facts {
        now: world.now(),
        platform: Platform::here(),
        lints: lints_of(&files, &cli),
        cli_profiles: cli.profiles().map(|(name, _)| name.to_owned()).collect(),
        claude_code: claude(world),
        token: token(world, &files, &configuration),
        strays: machine::strays(world),
        shell_lines: machine::shell_lines(world),
        editors: machine::editors(world),
        place: machine::place(world),
        refresh_helper: helper(vars::AUTH_REFRESH),
        export_helper: helper(vars::CREDENTIAL_EXPORT),
        lost_files: lost_files(world, &settings),
        traces: traces::traces(world, &files, &configuration),
        open_files: open_files::open_files(world, &files),
        online: Online::skipped("--offline: the network was not asked"),
        world: world.clone(),
        settings,
        files,
        configuration,
        readiness,
    };
    if depth != Depth::Files {
        look_around(&mut facts, depth);
    }
    facts
}

/// Asks the network, and beside it the installed Claude Code for its version where its place does not tell.
fn look_around(facts: &mut Facts, depth: Depth) {
    let is_unknown = facts.claude_code.as_ref().is_some_and(|claude| claude.version.is_none());
    let told = OnceLock::new();
    // Whoever needs it first asks, and the others wait for that.
    let installed = || *told.get_or_init(|| is_unknown.then(|| claude_code::installed(&facts.world)).flatten());
    let online = thread::scope(|scope| {
        scope.spawn(installed);
        online::ask(facts, depth, &installed)
    });
    let version = installed();
    facts.online = online;
    if let Some(claude) = &mut facts.claude_code {
        claude.version = claude.version.or(version);
    }
    if depth == Depth::Probe {
        asked::keep(facts);
    }
}

fn lints_of(files: &AwsFiles, cli: &CliReading) -> Vec<Lint> {
    let sources = [(SourceFile::Config, &files.config), (SourceFile::Credentials, &files.credentials)];
    let sources = sources.iter().filter_map(|(file, bytes)| Some(Source { file: *file, bytes: bytes.as_deref()? }));
    lints(&files.profiles, cli, &sources.collect::<Vec<_>>())
}

/// The installed Claude Code. Its folder's name tells the version where it was installed the usual ways; else it has to
/// be asked, which takes longer than everything else.
fn claude(world: &World) -> Option<ClaudeCode> {
    let path = claude_code::on_path(world)?;
    Some(ClaudeCode { version: claude_code::version_by_place(&path), path })
}

fn token(world: &World, files: &AwsFiles, configuration: &Configuration) -> Option<TokenState> {
    let profile = files.profiles.profile(&configuration.profile.as_ref()?.value)?;
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = profile.kind(&files.profiles) else { return None };
    world.home()?;
    let path = session::token_path(world, &sso);
    let content = match session::cached(&path) {
        Cached::Absent => TokenContent::Absent,
        Cached::Unreadable(reason) => TokenContent::Unreadable(reason),
        Cached::Token(token) => TokenContent::Token {
            expires_at: token.expires_at,
            has_refresh_token: token.has_refresh_token(),
            renewable: token.is_renewable(world.now()),
        },
    };
    Some(TokenState { path, content })
}

/// The program of a helper command, looked up as a shell without a person's aliases does.
fn helper(world: &World, settings: &Settings, key: &'static str) -> HelperState {
    let Some(command) = settings.top(key).filter(|found| !found.value.is_empty()) else {
        return HelperState::default();
    };
    let own = helper_command::own_script(&command.value).and_then(|path| path.to_str().map(str::to_owned));
    let first_word = own.or_else(|| helper_command::first_word(&command.value));
    let is_path = |word: &&String| word.contains('/') || (cfg!(windows) && word.contains('\\'));
    let path = match key {
        vars::CREDENTIAL_EXPORT => Export::configured(&command.value).file.filter(|path| path.is_absolute()),
        _ => None,
    };
    let path = path.or_else(|| {
        let written = first_word.as_ref().filter(is_path)?;
        Some(world.absolute(&world.expand_home(Path::new(written))))
    });
    let found = match (&path, &first_word) {
        (Some(path), _) => Some(path.clone()).filter(|path| path.is_file()),
        (None, Some(program)) => programs::on_path(world, program),
        (None, None) => None,
    };
    let is_ours = helper_command::recognise(&command.value).is_some();
    let file = match (&path, key) {
        (Some(path), vars::CREDENTIAL_EXPORT) if !is_ours => file::check(path).findings,
        _ => Vec::new(),
    };
    HelperState { first_word, found, path, file }
}

/// The files that variables name and that are not there.
fn lost_files(world: &World, settings: &Settings) -> Vec<(&'static str, PathBuf)> {
    let names =
        [vars::AWS_CONFIG_FILE, vars::AWS_SHARED_CREDENTIALS_FILE, vars::NODE_EXTRA_CA_CERTS, vars::AWS_CA_BUNDLE];
    let files = names.into_iter().filter_map(|name| {
        let value = settings.variable(world, name).filter(|found| !found.value.is_empty())?.value;
        Some((name, world.absolute(&world.expand_home(Path::new(&value)))))
    });
    files.filter(|(_, path)| !path.exists()).collect()
}
