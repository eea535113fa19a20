//! A set-up as edits of a settings file: key by key, before and after. It can be shown and thrown away.

use std::path::{Path, PathBuf};

use crate::cli::{IdentityMode, SetupScope};
use crate::helper_command::{self, Unquotable};
use crate::pins;
use crate::receipt::{Receipt, same_value};
use crate::settings::document::{Document, Edit, Key, RawJson};
use crate::vars;

/// What the user chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The AWS profile; none is needed for a project's settings.
    pub profile: String,
    /// The region.
    pub region: String,
    /// The main model.
    pub model: String,
    /// What each alias is pinned to, by the variable that pins it.
    pub pins: Vec<(&'static str, String)>,
    /// What goes beside the pins: a prefix, capabilities of opaque ARNs, settings chosen under "more".
    pub also: Vec<Wish>,
    /// How Claude Code gets its identity.
    pub identity: IdentityMode,
    /// The settings file to write.
    pub scope: SetupScope,
    /// The user's own commands in the place of ours.
    pub own: OwnHelpers,
    /// Whether our part of the status line is written or taken away; `None` for as it is.
    pub status_line: Option<bool>,
}

/// Commands of the user's own that Claude Code is to run instead of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnHelpers {
    /// The absolute path of a script for `awsCredentialExport`; its identity takes the place of a profile's.
    pub export: Option<PathBuf>,
    /// The shell text for `awsAuthRefresh`.
    pub refresh: Option<String>,
}

/// What of others may give way to a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consent {
    /// The keys of a recognised configuration that is taken over; those nobody has a use for are removed.
    pub adopted: Vec<Key>,
    /// Whether every other value in the way is replaced too.
    pub replace: bool,
}

/// A key with the value it should have for a choice to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The key.
    pub key: Key,
    /// Its value; `None` for absent.
    pub value: Option<String>,
    /// How much depends on it.
    pub need: Need,
}

/// How much of a choice depends on a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The choice is impossible without it.
    Required,
    /// A value of someone else's that keeps it away is told.
    Wanted,
    /// Whatever is there already does as well.
    Spare,
}

/// One key of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: Key,
    /// Its value now.
    pub before: Option<RawJson>,
    /// Its value then; `None` for removed.
    pub after: Option<RawJson>,
}

/// A key that stays because its value is someone else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The wish that goes unfulfilled.
    pub wish: Wish,
    /// The value that stays.
    pub current: RawJson,
}

/// What would happen to a settings file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The keys that change, in the order they are written.
    pub changes: Vec<Change>,
    /// The keys that stay.
    pub kept: Vec<Kept>,
    /// The objects, `env` and `modelOverrides`, that a set-up brought in and that go when they are empty.
    pub remove_empty: Vec<&'static str>,
}

/// What a choice wants written.
///
/// # Errors
/// [`Unquotable`] when the profile's name or a script's path cannot be put into a helper command.
pub fn wishes(choice: &Choice, program: &Path) -> Result<Vec<Wish>, Unquotable> {
    let mut wishes = vec![
        Wish::env(vars::USE_BEDROCK, Some("1"), true),
        Wish::env(vars::AWS_REGION, Some(&choice.region), true),
        Wish::env(vars::MODEL, Some(&choice.model), false),
    ];
    wishes.extend(choice.pins.iter().map(|(name, id)| Wish::env(name, Some(id), false)));
    wishes.extend(choice.also.iter().cloned());
    if choice.scope == SetupScope::Project {
        return Ok(wishes);
    }
    // Both beat a profile and an export, wherever they are set; an empty value in `env` cancels them.
    wishes.push(Wish::env(vars::BEARER_TOKEN_BEDROCK, Some(""), true));
    wishes.push(Wish::env(vars::SKIP_BEDROCK_AUTH, None, true));
    let own_refresh = choice.own.refresh.as_deref();
    if let Some(script) = &choice.own.export {
        wishes.push(Wish::top(vars::CREDENTIAL_EXPORT, Some(&helper_command::own_export(script)?), true));
        wishes.push(Wish::top(vars::AUTH_REFRESH, own_refresh, own_refresh.is_some()));
        return Ok(wishes);
    }
    match choice.identity {
        IdentityMode::Isolated => {
            let export = helper_command::credential_export(program, &choice.profile)?;
            wishes.push(Wish::top(vars::CREDENTIAL_EXPORT, Some(&export), true));
            // A refresh command beside the export would open its browser for an identity that is not used.
            wishes.push(Wish::top(vars::AUTH_REFRESH, None, false));
        }
        IdentityMode::Shared => {
            let ours = helper_command::auth_refresh(program, &choice.profile)?;
            wishes.push(Wish::env(vars::AWS_PROFILE, Some(&choice.profile), true));
            wishes.push(Wish::top(vars::AUTH_REFRESH, Some(own_refresh.unwrap_or(&ours)), own_refresh.is_some()));
            wishes.push(Wish::top(vars::CREDENTIAL_EXPORT, None, true));
        }
    }
    Ok(wishes)
}

impl Consent {
    fn covers(&self, key: &Key) -> bool {
        self.replace || self.adopted.contains(key)
    }
}

impl Need {
    fn of(required: bool) -> Self {
        if required { Self::Required } else { Self::Wanted }
    }
}

impl Wish {
    /// A variable in `env`.
    #[must_use]
    pub fn env(name: &'static str, value: Option<&str>, required: bool) -> Self {
        Self { key: Key::Env(name.into()), value: value.map(str::to_owned), need: Need::of(required) }
    }

    /// A setting of its own.
    #[must_use]
    pub fn top(name: &'static str, value: Option<&str>, required: bool) -> Self {
        Self { key: Key::Top(name.into()), value: value.map(str::to_owned), need: Need::of(required) }
    }

    /// The value as it is written: text, and for the key that holds an object the JSON it is.
    #[must_use]
    pub fn json(&self) -> Option<RawJson> {
        let value = self.value.as_deref()?;
        if self.key == Key::top(vars::STATUS_LINE)
            && let Ok(raw) = RawJson::from_raw(value)
        {
            return Some(raw);
        }
        Some(RawJson::from_string(value))
    }

    /// Whether a value found in a file already is what is wished for.
    fn is_met_by(&self, current: Option<&RawJson>) -> bool {
        match (&self.value, current) {
            // A switch that is off is as good as absent.
            (None, Some(current)) if self.key == Key::Env(vars::SKIP_BEDROCK_AUTH.into()) => {
                !vars::is_on(&current.as_str().unwrap_or_else(|| current.text().to_owned()))
            }
            (_, current) => same_value(self.json().as_ref(), current),
        }
    }
}

/// Plans a set-up on a document. Values that are neither ours nor wished for stay unless consent was given.
#[must_use]
pub fn set_up(document: &Document, receipt: Option<&Receipt>, wishes: &[Wish], consent: &Consent) -> Plan {
    // A status line was asked for by itself, and goes by `reset` alone.
    fulfil(document, receipt, wishes, consent, &|key| *key != Key::top(vars::STATUS_LINE))
}

/// Plans new pins on a document; of what earlier set-ups wrote, nothing but pins and their companions goes.
#[must_use]
pub fn pin(document: &Document, receipt: Option<&Receipt>, wishes: &[Wish], consent: &Consent) -> Plan {
    fulfil(document, receipt, wishes, consent, &pins::is_written_by_pinning)
}

fn fulfil(
    document: &Document,
    receipt: Option<&Receipt>,
    wishes: &[Wish],
    consent: &Consent,
    may_go: &dyn Fn(&Key) -> bool,
) -> Plan {
    let mut plan = Plan::default();
    for wish in wishes {
        let current = document.get(&wish.key);
        if wish.is_met_by(current.as_ref()) {
            continue;
        }
        let is_ours = receipt.and_then(|receipt| receipt.key(&wish.key)).is_some_and(|r| r.is_ours(current.as_ref()));
        match current {
            Some(_) if !is_ours && wish.need == Need::Spare => {}
            Some(current) if !is_ours && !consent.covers(&wish.key) => {
                plan.kept.push(Kept { wish: wish.clone(), current });
            }
            before => {
                let after = wish.json();
                plan.changes.push(Change { key: wish.key.clone(), before, after });
            }
        }
    }
    let is_wished = |key: &Key| wishes.iter().any(|wish| wish.key == *key);
    // What an earlier set-up wrote and this one has no use for goes back to what it was; what one of them was allowed to
    // remove stays away.
    let obsolete = receipt.iter().flat_map(|receipt| &receipt.keys).filter(|record| may_go(&record.key));
    for record in obsolete.filter(|record| !is_wished(&record.key) && !consent.adopted.contains(&record.key)) {
        let current = document.get(&record.key);
        let after = record.before.clone().filter(|_| !record.wrote.contains(&None));
        if record.is_ours(current.as_ref()) && !same_value(current.as_ref(), after.as_ref()) {
            plan.changes.push(Change { key: record.key.clone(), before: current, after });
        }
    }
    // The object that our overrides were alone in goes with the last of them.
    let is_override = |change: &Change| matches!(change.key, Key::Override(_)) && change.after.is_none();
    if receipt.is_some_and(|receipt| !receipt.before.overrides) && plan.changes.iter().any(is_override) {
        plan.remove_empty.push(vars::MODEL_OVERRIDES);
    }
    // What is left of a configuration that is taken over would only contradict ours.
    for key in consent.adopted.iter().filter(|key| !is_wished(key)) {
        if let Some(before) = document.get(key) {
            plan.changes.push(Change { key: key.clone(), before: Some(before), after: None });
        }
    }
    plan
}

/// Plans the undoing of a set-up, key by key: our values go back to what stood there, later edits of others stay.
#[must_use]
pub fn undo(document: &Document, receipt: &Receipt) -> Plan {
    let mut plan = Plan { remove_empty: receipt.before.lacked(), ..Plan::default() };
    for record in &receipt.keys {
        let current = document.get(&record.key);
        if same_value(current.as_ref(), record.before.as_ref()) {
            continue;
        }
        if record.is_ours(current.as_ref()) {
            plan.changes.push(Change { key: record.key.clone(), before: current, after: record.before.clone() });
        } else if let Some(current) = current {
            let value =
                record.before.as_ref().map(|before| before.as_str().unwrap_or_else(|| before.text().to_owned()));
            plan.kept.push(Kept { wish: Wish { key: record.key.clone(), value, need: Need::Wanted }, current });
        }
    }
    plan
}

/// Plans the removal of the Bedrock keys that others wrote.
#[must_use]
pub fn remove_foreign(document: &Document) -> Plan {
    let mut plan = Plan { remove_empty: vec![vars::ENV, vars::MODEL_OVERRIDES], ..Plan::default() };
    let mut remove = |key: Key, condition: &dyn Fn(&RawJson) -> bool| {
        if let Some(before) = document.get(&key).filter(condition) {
            plan.changes.push(Change { key, before: Some(before), after: None });
        }
    };
    for name in vars::BEDROCK_ENV {
        remove(Key::Env(name.into()), &|_| true);
    }
    for (name, value) in vars::ORIGINAL_PLUGIN_TOKEN_SETTINGS {
        remove(Key::Env(name.into()), &|current| current.as_str().as_deref() == Some(value));
    }
    for name in [vars::AUTH_REFRESH, vars::CREDENTIAL_EXPORT].into_iter().chain(vars::OTHER_BEDROCK_SETTINGS) {
        remove(Key::Top(name.into()), &|_| true);
    }
    for name in vars::MODEL_BEARING_SETTINGS {
        remove(Key::Top(name.into()), &|current| crate::model::is_bedrock_id(current.text().trim_matches('"')));
    }
    plan
}

impl Plan {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The kept values without which the choice cannot hold.
    pub fn impossible(&self) -> impl Iterator<Item = &Kept> {
        self.kept.iter().filter(|kept| kept.wish.need == Need::Required)
    }

    /// The plan as edits of the document.
    #[must_use]
    pub fn edits(&self) -> Vec<Edit> {
        let mut edits: Vec<Edit> = self
            .changes
            .iter()
            .map(|change| match &change.after {
                Some(value) => Edit::Set(change.key.clone(), value.clone()),
                None => Edit::Remove(change.key.clone()),
            })
            .collect();
        edits.extend(self.remove_empty.iter().map(|name| Edit::RemoveEmpty(name)));
        edits
    }
}
