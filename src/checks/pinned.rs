//! The model ids in force, and what the region lists in the place of one.

use std::iter;

use crate::aws::bedrock::InferenceProfile;
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Finding, Fix};
use crate::configuration::Provider;
use crate::model::{self, Model};
use crate::settings::document::Key;
use crate::settings::scope::Found;
use crate::slip;
use crate::vars;

/// A model id someone wrote, and the variable or key it stands in.
pub(super) struct Pin {
    pub(super) name: &'static str,
    pub(super) found: Found,
}

impl Pin {
    /// The id without `[1m]`.
    pub(super) fn id(&self) -> &str {
        model::without_context_suffix(&self.found.value)
    }

    /// Its geography prefix, where it has one: `us` of `us.anthropic.claude-…`.
    pub(super) fn prefix(&self) -> Option<&str> {
        let (prefix, _) = self.id().split_once(".anthropic.claude-")?;
        (!prefix.contains([':', '/', '.'])).then_some(prefix)
    }

    /// Where it would be written.
    pub(super) fn key(&self) -> Key {
        if self.name == vars::MODEL_SETTING { Key::top(vars::MODEL_SETTING) } else { Key::env(self.name) }
    }

    /// The finding for it, with an edit to the right id where that is known.
    pub(super) fn finding(&self, facts: &Facts, id: &'static str, title: String, instead: Option<&str>) -> Finding {
        let fix = match instead {
            Some(instead) => {
                let suffix = if self.found.value.ends_with("[1m]") { "[1m]" } else { "" };
                let value = format!("{instead}{suffix}");
                let edits = evidence::edit(facts, &self.found.source, self.key(), Some(&value));
                if edits.is_empty() {
                    Fix::explain(format!("set `{}` to `{value}`", self.name))
                } else {
                    Fix::safe(format!("write `{value}`"), edits)
                }
            }
            None => Fix::explain("choose one that your region lists").command("claude-bedrock setup"),
        };
        self.with(id, title, fix)
    }

    /// The finding for an id that nothing listed stands for, with those that a slip or two away are listed: one alone
    /// may have been meant, and only a person knows.
    pub(super) fn slip(&self, facts: &Facts, id: &'static str, title: String, near: &[&str]) -> Finding {
        let [meant] = near else {
            if near.is_empty() {
                return self.finding(facts, id, title, None);
            }
            let names: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
            let text = format!("did you mean {}? Choose one that your region lists", names.join(" or "));
            return self.with(id, title, Fix::explain(text).command("claude-bedrock setup"));
        };
        let suffix = &self.found.value[self.id().len()..];
        let value = format!("{meant}{suffix}");
        let edits = evidence::edit(facts, &self.found.source, self.key(), Some(&value));
        self.with(id, title, Fix::ask(format!("did you mean `{meant}`? Set `{}` to it", self.name), edits))
    }

    fn with(&self, id: &'static str, title: String, fix: Fix) -> Finding {
        Finding::error(id, title, fix).seen([evidence::found(self.name, &self.found)])
    }
}

/// Every model id in force: the pins, and the `model` key where no variable beats it.
pub(super) fn pins(facts: &Facts) -> Vec<Pin> {
    if !facts.is_bedrock() {
        return Vec::new();
    }
    let aliases = vars::FAMILY_PINS.map(|(_, name)| name);
    let names = iter::once(vars::MODEL).chain(aliases).chain(vars::RIVALS_OF_PINS);
    let mut pins: Vec<Pin> = names.filter_map(|name| Some(Pin { name, found: facts.variable(name)? })).collect();
    if facts.variable(vars::MODEL).is_none()
        && let Some(found) = facts.setting(vars::MODEL_SETTING)
    {
        pins.push(Pin { name: vars::MODEL_SETTING, found });
    }
    pins
}

pub(super) fn region(facts: &Facts) -> &str {
    &facts.configuration.region.value
}

pub(super) fn listing(facts: &Facts) -> Option<&[InferenceProfile]> {
    facts.online.listing.seen().map(Vec::as_slice)
}

pub(super) fn is_mantle_alone(facts: &Facts) -> bool {
    facts.configuration.provider == Provider::Mantle
}

/// The listed profile of the model an id means; the one whose traffic stays in the fewest regions.
pub(super) fn listed_like<'a>(facts: &'a Facts, id: &str) -> Option<&'a str> {
    let wanted = Model::parse(id).or_else(|| Model::parse(&format!("anthropic.{id}")))?;
    let fits = |profile: &&InferenceProfile| {
        model::of_profile(profile).is_some_and(|listed| {
            listed.family == wanted.family
                && listed.generation == wanted.generation
                && (wanted.date.is_none() || listed.date == wanted.date)
        })
    };
    let fitting = listing(facts)?.iter().filter(fits).filter(|profile| !profile.is_application);
    fitting.min_by_key(|profile| model::reach(profile)).map(|profile| profile.id.as_str())
}

pub(super) fn is_listed(facts: &Facts, id: &str) -> bool {
    listing(facts).is_some_and(|listed| listed.iter().any(|profile| profile.id == id || profile.arn == id))
}

/// The listed ids that are a slip or two away from one that is not listed.
pub(super) fn near<'a>(facts: &'a Facts, id: &str) -> Vec<&'a str> {
    let system = listing(facts).unwrap_or_default().iter().filter(|profile| !profile.is_application);
    slip::near(id, system.map(|profile| profile.id.as_str()))
}

/// Whether an id is one of Anthropic's own service: `claude-opus-4-6`.
pub(super) fn is_anthropic_id(id: &str) -> bool {
    id.starts_with("claude-") && id.bytes().any(|byte| byte.is_ascii_digit())
}
