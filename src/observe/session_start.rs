//! What a starting Claude Code session can be told from files alone: no network, no program, no runtime.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::aws::credentials::{self, CacheKey, CredentialsError};
use crate::aws::files::{self, AwsFiles};
use crate::aws::profile::{ProfileKind, SsoProfile};
use crate::aws::session;
use crate::aws::sign_in;
use crate::checks;
use crate::checks::facts::Facts;
use crate::configuration::{self, Configuration, Identity, Provider};
use crate::helper_command;
use crate::private_file::{self, StateFolder};
use crate::session_notice::{Observation, SignIn, TokenFacts, Trouble, UPGRADE_EVERY, WARN_BEFORE, command};
use crate::settings::scope::{Content, Found, Settings, Source};
use crate::vars;
use crate::world::World;

/// The name under which it is kept when the longer sign-in was told of.
const UPGRADE: &str = "upgrade";

/// Everything there is to say, with the profile and session that a renewal would be about.
#[derive(Debug)]
pub struct Start {
    /// What there is to judge.
    pub observation: Observation,
    /// What Claude Code will do.
    pub configuration: Configuration,
    /// The profile whose sign-in it depends on, as far as that can be known.
    pub profile: Option<String>,
    /// The profile that names the SSO session, and the session.
    pub renewable: Option<(String, SsoProfile)>,
    /// The AWS files.
    pub files: AwsFiles,
}

/// Looks at the settings, the AWS files and the caches.
#[must_use]
pub fn look(world: &World) -> Start {
    let settings = Settings::read(world);
    let files = files::read(world);
    let configuration = configuration::judge(world, &settings, &files.profiles, None);
    let on_bedrock = matches!(configuration.provider, Provider::Bedrock | Provider::Mantle);
    let mut observation = Observation {
        now: world.now(),
        warn_before: warn_before(world),
        ignored: ignored(&settings),
        on_bedrock,
        missing_program: None,
        hidden_profile: None,
        trouble: None,
        fault: None,
        sign_in: None,
        credentials_until: None,
        upgrade_is_due: false,
    };
    if !on_bedrock {
        return Start { observation, configuration, profile: None, renewable: None, files };
    }
    observation.missing_program = missing_program(&configuration);
    let facts = Facts::of_files(world, settings, files, configuration);
    observation.fault = fault(&facts);
    let Facts { files, configuration, .. } = facts;
    let Some(profile) = watched_profile(world, &configuration) else {
        return Start { observation, configuration, profile: None, renewable: None, files };
    };
    if matches!(configuration.identity, Identity::Profile(_)) {
        let hidden = files.profiles.profile(&profile).is_some_and(|found| !found.found_by_claude_code);
        observation.hidden_profile = hidden.then(|| profile.clone());
    }
    let renewable = credentials::sso_behind(&files, &profile);
    match &renewable {
        Some((holder, sso)) => {
            observation.sign_in = Some(sign_in(world, &files, &profile, holder, sso));
            observation.upgrade_is_due = upgrade_is_due(world, observation.now);
        }
        None => observation.trouble = trouble(world, &files, &configuration.identity, &profile),
    }
    if matches!(configuration.identity, Identity::Isolated(..)) {
        let key = CacheKey::of(world, &files, &profile);
        observation.credentials_until =
            key.and_then(|key| credentials::cached(world, &key)).map(|found| found.expiration);
    }
    Start { observation, configuration, profile: Some(profile), renewable, files }
}

/// Keeps that the longer sign-in was told of.
///
/// # Errors
/// The file system's; then it must not be told, or it would be told every time.
pub fn told_of_upgrade(world: &World) -> std::io::Result<()> {
    let state = StateFolder::of(world).ok_or(std::io::ErrorKind::NotFound)?;
    private_file::write(&state.told().join(UPGRADE), world.now().to_string().as_bytes())
}

/// Forgets when anything was told.
///
/// # Errors
/// The file system's.
pub fn forget_told(state: &StateFolder) -> std::io::Result<()> {
    private_file::remove_folder(&state.told())
}

fn upgrade_is_due(world: &World, now: Timestamp) -> bool {
    let Some(state) = StateFolder::of(world) else { return false };
    let told = private_file::read(&state.told().join(UPGRADE)).ok().flatten();
    let told: Option<Timestamp> = told.and_then(|bytes| String::from_utf8(bytes).ok()?.trim().parse().ok());
    told.is_none_or(|told| now.duration_since(told) >= UPGRADE_EVERY)
}

fn warn_before(world: &World) -> SignedDuration {
    let minutes = world.var(vars::WARN_MINUTES).and_then(|text| text.trim().parse::<u32>().ok());
    minutes.map_or(WARN_BEFORE, |minutes| SignedDuration::from_mins(minutes.into()))
}

/// A settings file that is dropped concerns us when it would set Bedrock up.
fn ignored(settings: &Settings) -> Option<(PathBuf, String)> {
    settings.layers().iter().find_map(|layer| {
        let Content::Dropped(reason) = &layer.content else { return None };
        let bytes = private_file::read(&layer.path).ok()??;
        let names = bytes.windows(vars::USE_BEDROCK.len()).any(|window| window == vars::USE_BEDROCK.as_bytes());
        names.then(|| (layer.path.clone(), reason.clone()))
    })
}

fn missing_program(judged: &Configuration) -> Option<(&'static str, PathBuf)> {
    let export = match &judged.identity {
        Identity::Isolated(_, ours) => Some(ours.program.clone()),
        Identity::Export(found) => helper_command::own_script(&found.value)
            .or_else(|| helper_command::first_word(&found.value).map(PathBuf::from)),
        _ => None,
    };
    let refresh = judged.auth_refresh.as_ref().and_then(|found| helper_command::recognise(&found.value));
    let helpers = [(vars::CREDENTIAL_EXPORT, export), (vars::AUTH_REFRESH, refresh.map(|ours| ours.program))];
    let named = helpers.into_iter().filter_map(|(setting, program)| Some((setting, program?)));
    // A program without a folder is looked up by a shell, in its own ways.
    named.into_iter().find(|(_, program)| program.is_absolute() && !program.exists())
}

/// A setting with which nothing is answered. Which keys there are is not judged where Claude Code has taken keys out of
/// the environment.
fn fault(facts: &Facts) -> Option<String> {
    let about_keys = !is_scrubbed(&facts.world);
    checks::stopping(facts).find(|found| about_keys || !found.id.starts_with('A')).map(|found| found.title)
}

fn is_scrubbed(world: &World) -> bool {
    world.var(vars::SUBPROCESS_ENV_SCRUB).is_some_and(vars::is_on)
}

/// The profile whose sign-in Claude Code depends on, as far as this process can know.
fn watched_profile(world: &World, judged: &Configuration) -> Option<String> {
    let scrubbed = is_scrubbed(world);
    let is_known = |found: &Found| !scrubbed || matches!(found.source, Source::Settings { .. });
    match &judged.identity {
        Identity::Isolated(found, _) | Identity::Profile(found) if is_known(found) => {
            judged.profile.as_ref().map(|found| found.value.clone())
        }
        Identity::Ambient if !scrubbed => judged.profile.as_ref().map(|found| found.value.clone()),
        _ => None,
    }
}

fn sign_in(world: &World, files: &AwsFiles, profile: &str, holder: &str, sso: &SsoProfile) -> SignIn {
    let now = world.now();
    let token = session::read(world, sso).map(|token| TokenFacts {
        expires_at: token.expires_at,
        usable: token.is_usable(now),
        renewable: token.is_renewable(now),
        has_refresh_token: token.has_refresh_token(),
        registration_expires_at: token.registration_expires_at,
    });
    // Of interest to whoever has to sign in now.
    let is_over = token.is_none_or(|token: TokenFacts| !token.usable);
    let cooling_down = is_over.then(|| sign_in::remembered(world, sso).cooling_down).flatten();
    SignIn {
        session: session::session_name(sso),
        profile: (holder != profile).then(|| holder.to_owned()),
        token,
        legacy: matches!(credentials::kind(files, holder), Ok(ProfileKind::LegacySso(_))),
        cooling_down: cooling_down.map(|(how, _)| how),
    }
}

/// Claude Code's own SDK knows more sources than this program; what only this program cannot use is no trouble where
/// it is not asked.
fn trouble(world: &World, files: &AwsFiles, identity: &Identity, profile: &str) -> Option<Trouble> {
    let error = credentials::readiness(world, files, profile).err()?;
    let (command, asks) = match error.innermost() {
        CredentialsError::Login(login) if login.needs_sign_in() => {
            (command("aws login", Some(error.failing_profile().unwrap_or(profile))), false)
        }
        CredentialsError::NoProfile { .. } if !matches!(identity, Identity::Ambient) => {
            ("claude-bedrock setup".into(), true)
        }
        CredentialsError::Incomplete { .. } if matches!(identity, Identity::Isolated(..)) => {
            ("claude-bedrock profiles".into(), false)
        }
        _ => return None,
    };
    Some(Trouble { reason: error.to_string(), command, asks })
}
