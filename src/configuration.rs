//! What Claude Code will do with the settings and variables it finds: provider, identity, region and models.
//!
//! Pure: everything was read before.

use std::fmt;
use std::path::Path;

use crate::aws::profile::ProfileFiles;
use crate::helper_command::{self, Ours};
use crate::model;
use crate::settings::scope::{Found, Settings, Source};
use crate::vars;
use crate::world::World;

/// Who answers Claude Code's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Amazon Bedrock.
    Bedrock,
    /// Bedrock's Messages API endpoint.
    Mantle,
    /// Microsoft Foundry.
    Foundry,
    /// Google Vertex AI.
    Vertex,
    /// Claude Platform on AWS.
    AnthropicAws,
    /// Anthropic itself.
    Anthropic,
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bedrock => "bedrock",
            Self::Mantle => "mantle",
            Self::Foundry => "foundry",
            Self::Vertex => "vertex",
            Self::AnthropicAws => "anthropic-aws",
            Self::Anthropic => "anthropic",
        })
    }
}

/// Where Claude Code's Bedrock identity comes from, strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Requests go out unsigned, for a gateway.
    Unsigned(Found),
    /// A Bedrock API key.
    ApiKey(Found),
    /// Our `awsCredentialExport`.
    Isolated(Found, Ours),
    /// Someone else's `awsCredentialExport`.
    Export(Found),
    /// `AWS_PROFILE`.
    Profile(Found),
    /// Access keys in variables.
    Keys(Found),
    /// Whatever else the AWS SDK for JavaScript finds, the profile `default` first.
    Ambient,
}

impl Identity {
    /// The mode's name in reports.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Unsigned(_) => "unsigned",
            Self::ApiKey(_) => "api-key",
            Self::Isolated(..) => "isolated",
            Self::Export(_) => "export",
            Self::Profile(found) => match found.source {
                Source::Settings { .. } => "shared",
                _ => "ambient",
            },
            Self::Keys(_) | Self::Ambient => "ambient",
        }
    }

    /// The value that decides, when there is one to point at.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        match self {
            Self::Unsigned(found)
            | Self::ApiKey(found)
            | Self::Isolated(found, _)
            | Self::Export(found)
            | Self::Profile(found)
            | Self::Keys(found) => Some(found),
            Self::Ambient => None,
        }
    }
}

/// What Claude Code will do.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Who answers.
    pub provider: Provider,
    /// The switch that decides it.
    pub provider_switch: Option<Found>,
    /// Where its AWS identity comes from, Bedrock switched on or not.
    pub identity: Identity,
    /// The profile behind that identity, where one is.
    pub profile: Option<Found>,
    /// The region.
    pub region: Found,
    /// The main model, where one is pinned.
    pub main_model: Option<Found>,
    /// Whether Mantle is switched on, alone or beside Bedrock.
    pub has_mantle: bool,
    /// The alias pins, by alias.
    pub pins: Vec<(&'static str, Option<Found>)>,
    /// The background model by its older variable, which beats the pin of `haiku` for background requests (observed).
    pub background_model: Option<Found>,
    /// What beats the main model, or all pins, for subagents.
    pub subagent_model: Option<Found>,
    /// `awsAuthRefresh`, where one is set.
    pub auth_refresh: Option<Found>,
}

impl Configuration {
    /// Whether Mantle answers for a model: for all where it stands alone, beside Bedrock for ids of its own form
    /// (observed with 2.1.329).
    #[must_use]
    pub fn goes_to_mantle(&self, id: &str) -> bool {
        self.provider == Provider::Mantle || (self.has_mantle && model::is_mantle_id(id))
    }
}

/// Judges settings, variables and profiles; `profile` is a profile the user named instead of the configured one.
#[must_use]
pub fn judge(world: &World, settings: &Settings, profiles: &ProfileFiles, profile: Option<&str>) -> Configuration {
    let (provider, provider_switch) = provider(world, settings);
    let identity = identity(world, settings, provider);
    let has_mantle = settings.variable(world, vars::USE_MANTLE).is_some_and(|found| vars::is_on(&found.value));
    let profile = match profile {
        Some(name) => Some(argument(name, "--profile")),
        None => profile_behind(&identity, profiles),
    };
    let region = region(world, settings, profiles, profile.as_ref().map(|found| found.value.as_str()));
    Configuration {
        provider,
        provider_switch,
        has_mantle: has_mantle && matches!(provider, Provider::Bedrock | Provider::Mantle),
        identity,
        profile,
        region,
        main_model: filled(settings.variable(world, vars::MODEL)).or_else(|| settings.top(vars::MODEL_SETTING)),
        pins: vars::FAMILY_PINS
            .iter()
            .map(|(family, name)| (*family, filled(settings.variable(world, name))))
            .collect(),
        background_model: filled(settings.variable(world, vars::SMALL_FAST_MODEL)),
        subagent_model: filled(settings.variable(world, vars::SUBAGENT_MODEL)),
        auth_refresh: settings.top(vars::AUTH_REFRESH),
    }
}

/// A variable that beats a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Its name.
    pub name: &'static str,
    /// The value in force; empty where a settings file has cancelled it.
    pub value: String,
    /// Whether it is gone once the settings file that is to be written lets go of it.
    pub is_only_here: bool,
}

/// The variables that beat pins, seen from the settings file at `path`. What a shell says is one person's own, and no
/// business of a file that is `shared`.
#[must_use]
pub fn rivals_of_pins(world: &World, settings: &Settings, path: &Path, shared: bool) -> Vec<Rival> {
    let rival = |name| {
        let found = settings.variable(world, name)?;
        let is_here = matches!(&found.source, Source::Settings { path: at, .. } if at == path);
        let counts = is_here || !shared && !found.value.is_empty();
        let is_only_here = is_here && found.overrides.is_empty() && !found.value.is_empty();
        counts.then_some(Rival { name, value: found.value, is_only_here })
    };
    vars::RIVALS_OF_PINS.into_iter().filter_map(rival).collect()
}

/// A value given on the command line.
fn argument(value: &str, option: &str) -> Found {
    Found { value: value.to_owned(), source: Source::Variable(option.to_owned()), overrides: Vec::new() }
}

/// The first provider switch that is on. Bedrock and Foundry outrank Claude Platform on AWS, and plain Bedrock
/// answers where Mantle is switched on beside it.
fn provider(world: &World, settings: &Settings) -> (Provider, Option<Found>) {
    let switches = [
        (vars::USE_BEDROCK, Provider::Bedrock),
        (vars::USE_FOUNDRY, Provider::Foundry),
        (vars::USE_VERTEX, Provider::Vertex),
        (vars::USE_MANTLE, Provider::Mantle),
        (vars::USE_ANTHROPIC_AWS, Provider::AnthropicAws),
    ];
    for (name, provider) in switches {
        if let Some(found) = settings.variable(world, name)
            && vars::is_on(&found.value)
        {
            return (provider, Some(found));
        }
    }
    (Provider::Anthropic, filled(settings.variable(world, vars::USE_BEDROCK)))
}

fn identity(world: &World, settings: &Settings, provider: Provider) -> Identity {
    let unsigned = if provider == Provider::Mantle { vars::SKIP_MANTLE_AUTH } else { vars::SKIP_BEDROCK_AUTH };
    if let Some(found) = settings.variable(world, unsigned)
        && vars::is_on(&found.value)
    {
        return Identity::Unsigned(found);
    }
    if let Some(found) = filled(settings.variable(world, vars::BEARER_TOKEN_BEDROCK)) {
        return Identity::ApiKey(found);
    }
    if let Some(found) = filled(settings.top(vars::CREDENTIAL_EXPORT)) {
        return match helper_command::recognise(&found.value) {
            Some(ours) => Identity::Isolated(found, ours),
            None => Identity::Export(found),
        };
    }
    if let Some(found) = filled(settings.variable(world, vars::AWS_PROFILE)) {
        return Identity::Profile(found);
    }
    match filled(settings.variable(world, vars::AWS_ACCESS_KEY_ID)) {
        Some(found) => Identity::Keys(found),
        None => Identity::Ambient,
    }
}

fn profile_behind(identity: &Identity, profiles: &ProfileFiles) -> Option<Found> {
    match identity {
        Identity::Isolated(found, ours) => Some(Found { value: ours.profile.clone(), ..found.clone() }),
        Identity::Profile(found) => Some(found.clone()),
        Identity::Ambient if profiles.profile("default").is_some() => {
            Some(Found { value: "default".into(), source: Source::Default, overrides: Vec::new() })
        }
        _ => None,
    }
}

/// `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's `region`, `us-east-1`; a value not shaped like a region is
/// skipped. The profile Claude Code looks at is `AWS_PROFILE`'s; in isolated mode `AWS_REGION` is always written.
fn region(world: &World, settings: &Settings, profiles: &ProfileFiles, profile: Option<&str>) -> Found {
    let mut candidates = Vec::new();
    for name in [vars::AWS_REGION, vars::AWS_DEFAULT_REGION] {
        if let Some(found) = filled(settings.variable(world, name)) {
            candidates.push((found.value, found.source));
            candidates.extend(found.overrides);
        }
    }
    if let Some(value) = profiles.profile(profile.unwrap_or("default")).and_then(|found| found.get("region")) {
        let path = profiles.path(value.file).unwrap_or(Path::new("")).to_owned();
        candidates.push((value.text.clone(), Source::AwsFile { path, line: value.line }));
    }
    candidates.retain(|(value, _)| is_region_shaped(value));
    if candidates.is_empty() {
        candidates.push(("us-east-1".to_owned(), Source::Default));
    }
    let (value, source) = candidates.remove(0);
    Found { value: value.trim().to_owned(), source, overrides: candidates }
}

/// Letters, digits and hyphens, as in `us-gov-west-1`; which regions there are is AWS's to say.
#[must_use]
pub fn is_region_shaped(text: &str) -> bool {
    let text = text.trim();
    text.contains('-')
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn filled(found: Option<Found>) -> Option<Found> {
    found.filter(|found| !found.value.is_empty())
}
