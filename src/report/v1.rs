//! The JSON reports, version 1. These types are the format; nothing inside the program is made of them.

pub mod diagnosis;
pub mod env;
pub mod explain;
pub mod models;
pub mod policy;
pub mod profiles;
pub mod regions;

use jiff::Timestamp;
use serde::Serialize;

use crate::observe::Facts;
use crate::plan::{Change, Choice, Kept, Plan};
use crate::report::{human, redacted};
use crate::settings::document::{Key, RawJson};
use crate::settings::scope::{Found, Source};

/// The answer of `status --json`. What is unknown is `null`.
#[derive(Debug, Serialize)]
pub struct Status {
    version: u32,
    provider: String,
    profile: Option<String>,
    region: String,
    models: Models,
    identity: IdentityReport,
    credentials: CredentialsReport,
    session: SessionReport,
    sources: Sources,
    /// How the pinned models answered this identity here when they were last asked.
    probes: Vec<models::PinProbe>,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Models {
    main: Option<String>,
    opus: Option<String>,
    sonnet: Option<String>,
    haiku: Option<String>,
    fable: Option<String>,
}

#[derive(Debug, Serialize)]
struct IdentityReport {
    mode: &'static str,
    account: Option<String>,
    arn: Option<String>,
}

#[derive(Debug, Serialize)]
struct CredentialsReport {
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct SessionReport {
    name: Option<String>,
    expires_at: Option<Timestamp>,
    renewable: Option<bool>,
    registration_expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Sources {
    provider: Option<SourceReport>,
    identity: Option<SourceReport>,
    profile: Option<SourceReport>,
    region: Option<SourceReport>,
    models: ModelSources,
}

#[derive(Debug, Serialize)]
struct ModelSources {
    main: Option<SourceReport>,
    opus: Option<SourceReport>,
    sonnet: Option<SourceReport>,
    haiku: Option<SourceReport>,
    fable: Option<SourceReport>,
}

/// Where a value comes from and what weaker values it hides.
#[derive(Debug, Serialize)]
struct SourceReport {
    #[serde(flatten)]
    place: Place,
    overrides: Vec<Overridden>,
}

#[derive(Debug, Serialize)]
struct Overridden {
    value: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Place {
    Settings { scope: String, path: String, line: Option<usize> },
    Variable { name: String },
    AwsFile { path: String, line: usize },
    Default,
}

impl Status {
    /// The report of what was observed.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let configuration = &facts.configuration;
        let value = |found: &Option<Found>| found.as_ref().map(|found| found.value.clone());
        let pin =
            |family: &str| configuration.pins.iter().find(|(name, _)| *name == family).and_then(|(_, f)| f.clone());
        let source = |family: &str| pin(family).as_ref().map(source);
        let session = facts.session.as_ref();
        Self {
            version: 1,
            provider: configuration.provider.to_string(),
            profile: value(&configuration.profile),
            region: configuration.region.value.clone(),
            models: Models {
                main: value(&configuration.main_model),
                opus: value(&pin("opus")),
                sonnet: value(&pin("sonnet")),
                haiku: value(&pin("haiku")),
                fable: value(&pin("fable")),
            },
            identity: IdentityReport {
                mode: configuration.identity.mode(),
                account: facts.account.clone(),
                arn: facts.arn.clone(),
            },
            credentials: CredentialsReport { expires_at: facts.credentials_expire_at },
            session: SessionReport {
                name: session.map(|session| session.name.clone()),
                expires_at: session.and_then(|session| session.expires_at),
                renewable: session.map(|session| session.renewable),
                registration_expires_at: session.and_then(|session| session.registration_expires_at),
            },
            sources: Sources {
                provider: configuration.provider_switch.as_ref().map(self::source),
                identity: configuration.identity.found().map(hidden_source),
                profile: configuration.profile.as_ref().map(hidden_source),
                region: Some(self::source(&configuration.region)),
                models: ModelSources {
                    main: configuration.main_model.as_ref().map(self::source),
                    opus: source("opus"),
                    sonnet: source("sonnet"),
                    haiku: source("haiku"),
                    fable: source("fable"),
                },
            },
            probes: models::PinProbe::all(&facts.configuration, &facts.proofs),
            problems: facts.problems.clone(),
        }
    }
}

fn source(found: &Found) -> SourceReport {
    let overrides = found.overrides.iter();
    SourceReport {
        place: place(&found.source),
        overrides: overrides.map(|(value, source)| Overridden { value: value.clone(), place: place(source) }).collect(),
    }
}

/// The source of a value whose hidden rivals may be secrets: an API key, or someone's helper command.
fn hidden_source(found: &Found) -> SourceReport {
    let mut report = source(found);
    for overridden in &mut report.overrides {
        human::HIDDEN.clone_into(&mut overridden.value);
    }
    report
}

pub(super) fn place(source: &Source) -> Place {
    match source {
        Source::Settings { scope, path, line } => {
            Place::Settings { scope: scope.to_string(), path: path.display().to_string(), line: *line }
        }
        Source::Variable(name) => Place::Variable { name: name.clone() },
        Source::AwsFile { path, line } => Place::AwsFile { path: path.display().to_string(), line: *line },
        Source::Default => Place::Default,
    }
}

/// The answer of `setup --json`.
#[derive(Debug, Serialize)]
pub struct Setup<'a> {
    version: u32,
    applied: bool,
    settings: String,
    choice: ChoiceReport<'a>,
    identity: SetupIdentity<'a>,
    changes: Vec<ChangeReport>,
    kept: Vec<KeptReport>,
}

#[derive(Debug, Serialize)]
struct ChoiceReport<'a> {
    /// `null` where an export command gives the identity.
    profile: Option<&'a str>,
    region: &'a str,
    model: &'a str,
    identity: &'static str,
    /// The script of `--export-command`; then `identity` is `export`.
    #[serde(skip_serializing_if = "Option::is_none")]
    export_command: Option<String>,
    /// The shell text of `--refresh-command`.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_command: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct SetupIdentity<'a> {
    account: &'a str,
    arn: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct ChangeReport {
    key: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct KeptReport {
    key: String,
    current: String,
    wanted: Option<String>,
}

impl<'a> Setup<'a> {
    /// The report of a plan, carried out or not.
    #[must_use]
    pub fn of(
        choice: &'a Choice,
        identity: &'a crate::aws::identity::Identity,
        plan: &Plan,
        settings: String,
        applied: bool,
    ) -> Self {
        Self {
            version: 1,
            applied,
            settings,
            choice: ChoiceReport {
                profile: choice.own.export.is_none().then_some(choice.profile.as_str()),
                region: &choice.region,
                model: &choice.model,
                identity: choice.own.export.as_ref().map_or(human::mode_name(choice.identity), |_| "export"),
                export_command: choice.own.export.as_ref().map(|script| script.display().to_string()),
                refresh_command: choice.own.refresh.as_deref(),
            },
            identity: SetupIdentity { account: &identity.account, arn: &identity.arn },
            changes: plan.changes.iter().map(ChangeReport::of).collect(),
            kept: plan.kept.iter().map(KeptReport::of).collect(),
        }
    }
}

impl ChangeReport {
    pub(super) fn of(change: &Change) -> Self {
        Self {
            key: change.key.to_string(),
            before: change.before.as_ref().map(|value| shown(&change.key, value)),
            after: change.after.as_ref().map(|value| shown(&change.key, value)),
        }
    }
}

impl KeptReport {
    pub(super) fn of(kept: &Kept) -> Self {
        Self {
            key: kept.wish.key.to_string(),
            current: shown(&kept.wish.key, &kept.current),
            wanted: kept.wish.json().map(|value| shown(&kept.wish.key, &value)),
        }
    }
}

/// A value as it may be shown; a string decoded.
fn shown(key: &Key, value: &RawJson) -> String {
    let shown = redacted::shown(key, value);
    RawJson::from_raw(&shown).ok().and_then(|value| value.as_str()).unwrap_or(shown)
}

/// The answer of `reset --json`.
#[derive(Debug, Serialize)]
pub struct Reset {
    version: u32,
    applied: bool,
    files: Vec<ResetFile>,
    provider: String,
}

/// One settings file of a reset.
#[derive(Debug, Serialize)]
pub struct ResetFile {
    settings: String,
    restored: &'static str,
    changes: Vec<ChangeReport>,
    kept: Vec<KeptReport>,
}

impl Reset {
    /// The report of a reset, carried out or not.
    #[must_use]
    pub fn new(applied: bool, files: Vec<ResetFile>, provider: String) -> Self {
        Self { version: 1, applied, files, provider }
    }
}

impl ResetFile {
    /// How one file is given back: `bytes`, `removed`, `keys`, `sections` or `nothing`.
    #[must_use]
    pub fn new(settings: String, restored: &'static str, plan: Option<&Plan>) -> Self {
        let changes = plan.map(|plan| plan.changes.iter().map(ChangeReport::of).collect());
        let kept = plan.map(|plan| plan.kept.iter().map(KeptReport::of).collect());
        Self { settings, restored, changes: changes.unwrap_or_default(), kept: kept.unwrap_or_default() }
    }
}
