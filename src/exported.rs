//! What a shell, an env file or VS Code has to hold for Claude Code to run on Bedrock without settings of its own. Pure.

use crate::configuration::{Configuration, Identity, Provider};
use crate::settings::scope::{Settings, Source};
use crate::tuning;
use crate::vars;
use crate::world::World;

/// Everything `env` may set, in the order it is shown in.
const NAMES: [&str; 43] = [
    vars::USE_BEDROCK,
    vars::USE_MANTLE,
    vars::AWS_PROFILE,
    vars::AWS_REGION,
    vars::AWS_CONFIG_FILE,
    vars::AWS_SHARED_CREDENTIALS_FILE,
    vars::MODEL,
    vars::DEFAULT_OPUS_MODEL,
    "ANTHROPIC_DEFAULT_OPUS_MODEL_NAME",
    "ANTHROPIC_DEFAULT_OPUS_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_OPUS_MODEL_SUPPORTED_CAPABILITIES",
    vars::DEFAULT_SONNET_MODEL,
    "ANTHROPIC_DEFAULT_SONNET_MODEL_NAME",
    "ANTHROPIC_DEFAULT_SONNET_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_SONNET_MODEL_SUPPORTED_CAPABILITIES",
    vars::DEFAULT_HAIKU_MODEL,
    "ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL_SUPPORTED_CAPABILITIES",
    vars::DEFAULT_FABLE_MODEL,
    "ANTHROPIC_DEFAULT_FABLE_MODEL_NAME",
    "ANTHROPIC_DEFAULT_FABLE_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_FABLE_MODEL_SUPPORTED_CAPABILITIES",
    vars::DEFAULT_MODEL,
    vars::FURTHER_MODELS[0].0,
    vars::FURTHER_MODELS[1].0,
    vars::FURTHER_MODELS[2].0,
    vars::FURTHER_MODELS[3].0,
    vars::FURTHER_MODELS[4].0,
    "ANTHROPIC_CUSTOM_MODEL_OPTION_NAME",
    "ANTHROPIC_CUSTOM_MODEL_OPTION_DESCRIPTION",
    "ANTHROPIC_CUSTOM_MODEL_OPTION_SUPPORTED_CAPABILITIES",
    vars::SMALL_FAST_MODEL,
    vars::SMALL_FAST_MODEL_AWS_REGION,
    vars::BEDROCK_REGION_PREFIX,
    vars::BEDROCK_SERVICE_TIER,
    vars::BEDROCK_BASE_URL,
    vars::MANTLE_BASE_URL,
    vars::MAX_OUTPUT_TOKENS,
    vars::MAX_THINKING_TOKENS,
    vars::DISABLE_PROMPT_CACHING,
    vars::ENABLE_PROMPT_CACHING_1H,
    vars::FORCE_PROMPT_CACHING_5M,
];

/// Everything `env` may have set that is its own to take away. Where the user's AWS files are is theirs to say, unless
/// Claude Code's settings name them, which `env` then passes on.
#[must_use]
pub fn names_of_ours(settings: &Settings) -> Vec<&'static str> {
    let named = settings.environment();
    NAMES.into_iter().filter(|name| !FROM_SETTINGS_ALONE.contains(name) || named.contains_key(*name)).collect()
}

/// The user's own files are AWS's to find; they are passed on only where Claude Code's settings name them.
const FROM_SETTINGS_ALONE: [&str; 2] = [vars::AWS_CONFIG_FILE, vars::AWS_SHARED_CREDENTIALS_FILE];

/// What names models and has no variable.
const FILES_ALONE: [&str; 4] =
    [vars::MODEL_OVERRIDES, vars::FALLBACK_MODEL, vars::AVAILABLE_MODELS, vars::MODEL_PICKER];

/// What was said on the command line.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// `--profile`.
    pub profile: Option<String>,
    /// The region, `--region` or the configured one.
    pub region: String,
    /// `--model`.
    pub model: Option<String>,
}

/// Variables to set, and what a person should know about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Names and values in order.
    pub variables: Vec<(&'static str, String)>,
    /// What does not go with them, a sentence each.
    pub notes: Vec<String>,
}

/// The variables of a configuration; secrets and helper commands stay behind, which a note says.
#[must_use]
pub fn of(world: &World, settings: &Settings, configuration: &Configuration, given: &Given) -> Exported {
    let mut notes = Vec::new();
    let profile = given.profile.clone().or_else(|| profile(configuration));
    let value = |name: &'static str| -> Option<String> {
        let configured = || settings.variable(world, name).map(|found| found.value);
        let value = match name {
            // Where both are on, plain Bedrock answers for all but models named in Mantle's own way.
            vars::USE_BEDROCK => (configuration.provider != Provider::Mantle).then(|| "1".to_owned()),
            vars::USE_MANTLE => configuration.has_mantle.then(|| "1".to_owned()),
            vars::AWS_PROFILE => profile.clone(),
            vars::AWS_REGION => Some(given.region.clone()),
            vars::MODEL => {
                let main = configuration.main_model.as_ref().map(|found| found.value.clone());
                given.model.clone().or(main)
            }
            _ if FROM_SETTINGS_ALONE.contains(&name) => settings.environment().remove(name),
            _ => configured(),
        };
        value.filter(|value| !value.is_empty())
    };
    let mut variables: Vec<(&'static str, String)> =
        NAMES.iter().filter_map(|name| Some((*name, value(name)?))).collect();
    variables.retain(|(name, value)| {
        // `https://name:password@host` is the one place among these for a secret.
        let secret = [vars::BEDROCK_BASE_URL, vars::MANTLE_BASE_URL].contains(name) && value.contains('@');
        if secret {
            notes.push(format!("{name} holds a password and is not printed; set it by hand"));
        }
        !secret
    });
    for key in FILES_ALONE.into_iter().filter(|key| settings.top(key).is_some()) {
        notes.push(format!("{key} cannot be exported: Claude Code reads it from settings files alone"));
    }
    identity_notes(configuration, profile.as_deref(), &mut notes);
    rival_notes(settings, &variables, &mut notes);
    let is_set = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
    if is_set(vars::MODEL).is_none() && is_set(vars::DEFAULT_OPUS_MODEL).is_none() {
        notes.push("no model is pinned: Claude Code then takes the newest Opus, at the price of Opus".into());
    }
    notes.extend(tuning::notes(is_set).into_iter().map(|note| format!("{}: {}", note.name, note.text)));
    Exported { variables, notes }
}

/// The profile, where a variable can name the identity.
fn profile(configuration: &Configuration) -> Option<String> {
    configuration.profile.as_ref().map(|found| found.value.clone())
}

fn identity_notes(configuration: &Configuration, profile: Option<&str>, notes: &mut Vec<String>) {
    let helper = |key| format!("{key} cannot be exported: Claude Code reads it from settings files alone");
    if configuration.auth_refresh.is_some() {
        notes.push(helper(vars::AUTH_REFRESH));
    }
    match &configuration.identity {
        Identity::Isolated(..) | Identity::Export(_) => {
            notes.push(helper(vars::CREDENTIAL_EXPORT));
            notes.push(match profile {
                Some(_) => "without it every command that Claude Code runs shares the profile".into(),
                None => "its identity has no profile; name one with `--profile`".into(),
            });
        }
        Identity::ApiKey(_) => {
            let name = vars::BEARER_TOKEN_BEDROCK;
            notes.push(format!("{name} is a secret and is not printed; where it is set, it beats any profile"));
        }
        Identity::Keys(_) => {
            notes.push("the access keys in variables are secrets and are not printed".into());
        }
        Identity::Unsigned(_) => {
            let name = if configuration.has_mantle { vars::SKIP_MANTLE_AUTH } else { vars::SKIP_BEDROCK_AUTH };
            notes.push(format!("{name} is not printed: it belongs to a gateway"));
        }
        Identity::Profile(_) | Identity::Ambient => {}
    }
    if !matches!(configuration.provider, Provider::Bedrock | Provider::Mantle) {
        notes.push("Claude Code's settings do not switch Bedrock on; these variables do, where they are set".into());
    }
}

/// A settings file's `env` beats what a shell exports.
fn rival_notes(settings: &Settings, variables: &[(&'static str, String)], notes: &mut Vec<String>) {
    for (name, value) in variables {
        let Some(rival) = settings.in_files(name) else { continue };
        if rival.value == *value {
            continue;
        }
        let place = match &rival.source {
            Source::Settings { path, line: Some(line), .. } => format!("`{}:{line}`", path.display()),
            Source::Settings { path, .. } => format!("`{}`", path.display()),
            _ => "a settings file".into(),
        };
        notes.push(format!("{name} is set in {place} too, which beats what a shell exports"));
    }
}
