//! Recognises whose Bedrock configuration a settings file holds when it is not ours.
//!
//! Pure. What the original Bedrock plugin writes is known from its source; what Claude Code's own wizard writes was
//! observed with 2.1.329.

use crate::helper_command;
use crate::model;
use crate::settings::document::{Document, Key};
use crate::vars;

/// Who wrote a configuration, as far as its keys tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The original Bedrock plugin: a profile, a region, a model, `aws sso login` and three token settings.
    OriginalPlugin,
    /// Claude Code's `/setup-bedrock`: a profile, a region and pins, and nothing that renews a sign-in.
    ClaudeCodeWizard,
    /// A person, who has Claude Code run `aws sso login`.
    SsoLogin,
}

/// Somebody else's configuration and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Who wrote it.
    pub origin: Origin,
    /// Its profile.
    pub profile: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Its main model.
    pub model: Option<String>,
    /// Its alias pins, by variable.
    pub pins: Vec<(&'static str, String)>,
    /// The keys it is made of, which give way when it is taken over.
    pub keys: Vec<Key>,
}

/// Recognises the configuration in a settings file; `None` when there is none, or when it is ours.
#[must_use]
pub fn recognise(document: &Document) -> Option<Recognised> {
    let refresh = top(document, vars::AUTH_REFRESH);
    let export = top(document, vars::CREDENTIAL_EXPORT);
    let helpers = [refresh.as_deref(), export.as_deref()];
    if helpers.into_iter().flatten().any(|command| helper_command::recognise(command).is_some()) {
        return None;
    }
    let login = refresh.as_deref().and_then(SsoLogin::parse);
    let origin = match &login {
        Some(login) if is_original_plugin(document, login) => Origin::OriginalPlugin,
        Some(_) => Origin::SsoLogin,
        None if refresh.is_none() && export.is_none() && is_claude_codes(document) => Origin::ClaudeCodeWizard,
        None => return None,
    };
    let pins = vars::FAMILY_PINS.iter().filter_map(|(_, name)| Some((*name, env(document, name)?))).collect();
    Some(Recognised {
        origin,
        profile: env(document, vars::AWS_PROFILE).or(login.and_then(|login| login.profile)),
        region: env(document, vars::AWS_REGION).filter(|region| crate::configuration::is_region_shaped(region)),
        model: env(document, vars::MODEL)
            .or_else(|| top(document, vars::MODEL_SETTING).filter(|id| model::is_bedrock_id(id))),
        pins,
        keys: keys(document, origin),
    })
}

impl Recognised {
    /// The model its sessions begin with: the one it names, else what it pins Claude Code's default alias to.
    #[must_use]
    pub fn main_model(&self) -> Option<&str> {
        self.model.as_deref().or_else(|| self.pin(vars::DEFAULT_SONNET_MODEL))
    }

    /// What it pins an alias to, by the variable that does so.
    #[must_use]
    pub fn pin(&self, name: &str) -> Option<&str> {
        self.pins.iter().find(|(known, _)| *known == name).map(|(_, id)| id.as_str())
    }

    /// What it is, in a sentence or two.
    #[must_use]
    pub fn explanation(&self) -> String {
        let profile = self.profile.as_ref().map(|name| format!(" for the profile `{name}`")).unwrap_or_default();
        match self.origin {
            Origin::OriginalPlugin => format!(
                "The original Bedrock plugin has set up Claude Code{profile}. When the sign-in ends, its `aws sso \
                 login` opens a browser; it also limits thinking and answers to a fixed number of tokens."
            ),
            Origin::ClaudeCodeWizard => format!(
                "Claude Code's own wizard has set up Bedrock{profile}. Every command Claude Code runs shares that \
                 profile, and nothing renews its sign-in."
            ),
            Origin::SsoLogin => format!(
                "Claude Code is set to run `aws sso login`{profile} by itself, which opens a browser whenever the \
                 sign-in has ended."
            ),
        }
    }

    /// Who wrote it, in few words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.origin {
            Origin::OriginalPlugin => "the original Bedrock plugin's configuration",
            Origin::ClaudeCodeWizard => "the configuration of Claude Code's own wizard",
            Origin::SsoLogin => "a configuration with `aws sso login`",
        }
    }
}

/// An `aws sso login` command.
struct SsoLogin {
    profile: Option<String>,
    /// Whether it is written exactly as the original plugin writes it.
    is_plugins: bool,
}

impl SsoLogin {
    /// Reads `aws sso login --profile NAME` and its spellings; anything more than that is somebody's own script.
    fn parse(command: &str) -> Option<Self> {
        let words: Vec<&str> = command.split_whitespace().collect();
        let (program, rest) = words.split_first()?;
        let program = program.trim_matches(['"', '\'']).rsplit(['/', '\\']).next()?;
        let ["sso", "login", options @ ..] = rest else { return None };
        if !matches!(program, "aws" | "aws.exe") || command.contains([';', '&', '|', '`', '$', '<', '>']) {
            return None;
        }
        let unquoted = |name: &str| name.trim_matches(['"', '\'']).to_owned();
        let profile = options.iter().enumerate().find_map(|(at, option)| match option.strip_prefix("--profile") {
            Some("") => options.get(at + 1).map(|name| unquoted(name)),
            Some(rest) => rest.strip_prefix('=').map(unquoted),
            None => None,
        });
        let is_plugins = profile.as_ref().is_some_and(|name| command == format!("aws sso login --profile {name}"));
        Some(Self { profile, is_plugins })
    }
}

fn is_original_plugin(document: &Document, login: &SsoLogin) -> bool {
    let has = |name| env(document, name).is_some();
    login.is_plugins
        && env(document, vars::AWS_PROFILE) == login.profile
        && is_switched_on(document)
        && has(vars::AWS_REGION)
        && has(vars::MODEL)
        && vars::ORIGINAL_PLUGIN_TOKEN_SETTINGS.iter().any(|(name, _)| has(name))
}

fn is_claude_codes(document: &Document) -> bool {
    let has = |name| env(document, name).is_some();
    is_switched_on(document)
        && has(vars::AWS_PROFILE)
        && has(vars::AWS_REGION)
        && vars::FAMILY_PINS.iter().any(|(_, name)| has(name))
}

fn is_switched_on(document: &Document) -> bool {
    env(document, vars::USE_BEDROCK).is_some_and(|value| vars::is_on(&value))
}

/// The keys a configuration is made of and that the file holds.
fn keys(document: &Document, origin: Origin) -> Vec<Key> {
    let mut keys: Vec<Key> = [vars::USE_BEDROCK, vars::AWS_PROFILE, vars::AWS_REGION, vars::MODEL]
        .into_iter()
        .chain(vars::FAMILY_PINS.map(|(_, name)| name))
        .map(Key::env)
        .collect();
    if origin == Origin::OriginalPlugin {
        // One that was changed since is the user's own wish.
        let untouched = |(name, value): &(&'static str, &str)| env(document, name).as_deref() == Some(*value);
        keys.extend(
            vars::ORIGINAL_PLUGIN_TOKEN_SETTINGS.iter().filter(|pair| untouched(pair)).map(|(n, _)| Key::env(n)),
        );
    }
    keys.push(Key::top(vars::AUTH_REFRESH));
    if top(document, vars::MODEL_SETTING).is_some_and(|id| model::is_bedrock_id(&id)) {
        keys.push(Key::top(vars::MODEL_SETTING));
    }
    keys.retain(|key| document.get(key).is_some());
    keys
}

/// A filled variable of `env`; numbers and booleans as Claude Code makes text of them.
fn env(document: &Document, name: &'static str) -> Option<String> {
    let value = document.get(&Key::env(name))?;
    let text = value.as_str().unwrap_or_else(|| value.text().to_owned());
    Some(text).filter(|text| !text.is_empty())
}

fn top(document: &Document, name: &'static str) -> Option<String> {
    document.get(&Key::top(name))?.as_str().filter(|text| !text.is_empty())
}
