//! The models Claude Code is told to use: whether their ids can work in the region.

use std::iter;

use crate::aws::bedrock::InferenceProfile;
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Finding, Fix};
use crate::checks::{Check, Needs};
use crate::configuration::Provider;
use crate::model::{self, Model};
use crate::regions;
use crate::settings::document::Key;
use crate::settings::scope::Found;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("M23", Needs::Files, gov_cloud),
    Check::of("M25", Needs::Files, mantle_id),
    Check::of("M26", Needs::Files, mantle_not_used),
    Check::of("M03", Needs::Files, anthropic_id),
    Check::of("M05", Needs::Files, unqualified_long_context),
    Check::of("M08", Needs::Files, malformed_arn),
    Check::of("M22", Needs::Files, no_long_context),
    Check::of("M01", Needs::Files, bare_id),
    Check::of("M02", Needs::Files, other_geography),
    Check::of("M06", Needs::Listing, assumed_apac),
    Check::of("M04", Needs::Listing, wrong_ending),
    Check::of("M02", Needs::Listing, not_listed),
];

/// The prefixes of system-defined inference profiles, and what the regions they serve begin with.
const GEOGRAPHIES: [(&str, &[&str]); 7] = [
    ("us-gov", &["us-gov-"]),
    ("us", &["us-", "ca-"]),
    ("eu", &["eu-"]),
    ("apac", &["ap-"]),
    ("jp", &["ap-"]),
    ("au", &["ap-"]),
    ("ca", &["ca-"]),
];

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
    fn prefix(&self) -> Option<&str> {
        let (prefix, _) = self.id().split_once(".anthropic.claude-")?;
        (!prefix.contains([':', '/', '.'])).then_some(prefix)
    }

    fn key(&self) -> Key {
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
        Finding::error(id, title, fix).seen([evidence::found(self.name, &self.found)])
    }
}

/// Every model id in force: the pins, and the `model` key where no variable beats it.
pub(super) fn pins(facts: &Facts) -> Vec<Pin> {
    if !facts.is_bedrock() {
        return Vec::new();
    }
    let aliases = vars::FAMILY_PINS.map(|(_, name)| name);
    let names = iter::once(vars::MODEL).chain(aliases).chain([vars::SMALL_FAST_MODEL]);
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
fn listed_like<'a>(facts: &'a Facts, id: &str) -> Option<&'a str> {
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

fn is_listed(facts: &Facts, id: &str) -> bool {
    listing(facts).is_some_and(|listed| listed.iter().any(|profile| profile.id == id || profile.arn == id))
}

fn gov_cloud(facts: &Facts) -> Vec<Finding> {
    if !region(facts).starts_with("us-gov-") {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| pin.prefix().is_some_and(|prefix| prefix != "us-gov"));
    wrong
        .map(|pin| {
            let title = format!(
                "`{}` names a profile of the commercial regions, and `{}` is GovCloud",
                pin.name,
                region(facts)
            );
            let listed = listed_like(facts, pin.id()).map(str::to_owned);
            pin.finding(facts, "M23", title, listed.as_deref())
        })
        .collect()
}

fn mantle_id(facts: &Facts) -> Vec<Finding> {
    if !is_mantle_alone(facts) {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| pin.prefix().is_some());
    wrong
        .map(|pin| {
            let bare = pin.id().split_once('.').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
            let title = format!("`{}` names an inference profile, which the Mantle endpoint does not know", pin.name);
            pin.finding(facts, "M25", title, Some(&bare))
        })
        .collect()
}

fn mantle_not_used(facts: &Facts) -> Vec<Finding> {
    let Some(switch) = facts.variable(vars::USE_MANTLE) else { return Vec::new() };
    let is_on = vars::is_on(&switch.value);
    let said_no = ["0", "false", "no", "off"].contains(&switch.value.trim().to_ascii_lowercase().as_str());
    if is_on || said_no {
        return Vec::new();
    }
    let title = format!("`{}` is `{}`, which Claude Code takes for off", vars::USE_MANTLE, switch.value);
    let edits = evidence::edit(facts, &switch.source, Key::env(vars::USE_MANTLE), Some("1"));
    vec![
        Finding::warning("M26", title, Fix::ask("write `1`", edits)).seen([evidence::found(vars::USE_MANTLE, &switch)]),
    ]
}

/// Whether an id is one of Anthropic's own service: `claude-opus-4-6`.
pub(super) fn is_anthropic_id(id: &str) -> bool {
    id.starts_with("claude-") && id.bytes().any(|byte| byte.is_ascii_digit())
}

fn anthropic_id(facts: &Facts) -> Vec<Finding> {
    if facts.setting(vars::MODEL_OVERRIDES).is_some() {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| is_anthropic_id(pin.id()) && !pin.found.value.ends_with("[1m]"));
    wrong
        .map(|pin| {
            let title = format!("`{}` is `{}`, an id of Anthropic's own service", pin.name, pin.found.value);
            let listed = listed_like(facts, pin.id()).map(str::to_owned);
            pin.finding(facts, "M03", title, listed.as_deref())
        })
        .collect()
}

fn unqualified_long_context(facts: &Facts) -> Vec<Finding> {
    let wrong = pins(facts).into_iter().filter(|pin| is_anthropic_id(pin.id()) && pin.found.value.ends_with("[1m]"));
    wrong
        .map(|pin| {
            let title = format!("`{}` is `{}`, which Bedrock does not know", pin.name, pin.found.value);
            let listed = listed_like(facts, pin.id()).map(str::to_owned);
            pin.finding(facts, "M05", title, listed.as_deref())
        })
        .collect()
}

/// `arn:PARTITION:bedrock:REGION:ACCOUNT:RESOURCE`.
fn malformed_arn(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for pin in pins(facts).into_iter().filter(|pin| pin.id().starts_with("arn:")) {
        let parts: Vec<&str> = pin.id().splitn(6, ':').collect();
        let id = pin.id().to_owned();
        let (fault, instead) = match parts.as_slice() {
            _ if id.contains("%2F") || id.contains("%2f") => {
                (Some("`%2F` in it stands for `/`".to_owned()), Some(id.replace("%2F", "/").replace("%2f", "/")))
            }
            [_, partition, "bedrock", of, account, resource] => {
                let is_profile = [
                    "inference-profile/",
                    "application-inference-profile/",
                    "foundation-model/",
                    "provisioned-model/",
                    "imported-model/",
                    "custom-model/",
                ];
                if !is_profile.iter().any(|start| resource.starts_with(start)) {
                    (Some("it names no model and no inference profile".to_owned()), None)
                } else if *partition != regions::partition_of(region(facts)).name {
                    (Some(format!("it is of the partition `{partition}`, and `{}` is of another", region(facts))), None)
                } else if !of.is_empty() && *of != region(facts) && !resource.starts_with("foundation-model/") {
                    (Some(format!("it is of {of}, and requests go to {}", region(facts))), None)
                } else if !account.is_empty()
                    && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    (Some("its account is not twelve digits".to_owned()), None)
                } else {
                    (None, None)
                }
            }
            _ => (Some("it is no ARN of Bedrock's".to_owned()), None),
        };
        if let Some(fault) = fault {
            found.push(pin.finding(
                facts,
                "M08",
                format!("the ARN in `{}` cannot work: {fault}", pin.name),
                instead.as_deref(),
            ));
        }
    }
    found
}

/// Models without the long context, as the documentation of Claude Code lists them (model-config, August 2026).
fn lacks_long_context(model: &Model) -> bool {
    match model.family.as_str() {
        "sonnet" => matches!(model.generation.as_slice(), [3, ..] | [4] | [4, 5]),
        "opus" => matches!(model.generation.as_slice(), [3, ..] | [4] | [4, 0..=5]),
        "haiku" => matches!(model.generation.as_slice(), [3 | 4, ..]),
        _ => false,
    }
}

fn no_long_context(facts: &Facts) -> Vec<Finding> {
    let wrong = pins(facts).into_iter().filter(|pin| {
        pin.found.value.ends_with("[1m]") && Model::parse(pin.id()).is_some_and(|model| lacks_long_context(&model))
    });
    wrong
        .map(|pin| {
            let title = format!("the model in `{}` has no context of a million tokens", pin.name);
            let plain = pin.id().to_owned();
            let edits = evidence::edit(facts, &pin.found.source, pin.key(), Some(&plain));
            let fix =
                if edits.is_empty() { Fix::explain("take `[1m]` off") } else { Fix::safe("take `[1m]` off", edits) };
            Finding::error("M22", title, fix).seen([evidence::found(pin.name, &pin.found)])
        })
        .collect()
}

/// A foundation model's own id where only inference profiles answer: from Claude 4 on, and wherever AWS lists one.
fn bare_id(facts: &Facts) -> Vec<Finding> {
    if is_mantle_alone(facts) || facts.variable(vars::USE_MANTLE).is_some_and(|found| vars::is_on(&found.value)) {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| pin.id().starts_with("anthropic.claude-"));
    wrong
        .filter_map(|pin| {
            let model = Model::parse(pin.id())?;
            let listed = listed_like(facts, pin.id()).map(str::to_owned);
            if listed.is_none() && model.generation.first().is_none_or(|generation| *generation < 4) {
                return None;
            }
            let title = format!("`{}` names a model that only answers through an inference profile", pin.name);
            Some(pin.finding(facts, "M01", title, listed.as_deref()))
        })
        .collect()
}

/// A prefix that no region of this geography serves; what a listing says is better, so it waits for one.
fn other_geography(facts: &Facts) -> Vec<Finding> {
    if listing(facts).is_some() || region(facts).starts_with("us-gov-") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for pin in pins(facts) {
        let served = pin.prefix().and_then(|prefix| GEOGRAPHIES.iter().find(|(known, _)| *known == prefix));
        let Some((prefix, regions)) = served else { continue };
        if !regions.iter().any(|start| region(facts).starts_with(start)) {
            let title = format!(
                "`{}` names a `{prefix}.` profile, and no region such as `{}` serves those",
                pin.name,
                region(facts)
            );
            found.push(pin.finding(facts, "M02", title, None));
        }
    }
    found
}

/// The pins that the region does not list, with the listed profile of the same model.
fn unlisted(facts: &Facts) -> Vec<(Pin, Option<String>)> {
    let is_id = |pin: &Pin| pin.prefix().is_some();
    if is_mantle_alone(facts) || listing(facts).is_none_or(<[_]>::is_empty) || region(facts).starts_with("us-gov-") {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| is_id(pin) && !is_listed(facts, pin.id()));
    wrong
        .map(|pin| {
            let instead = listed_like(facts, pin.id()).map(str::to_owned);
            (pin, instead)
        })
        .collect()
}

fn prefix_of(id: &str) -> &str {
    id.split_once('.').map_or("", |(prefix, _)| prefix)
}

fn assumed_apac(facts: &Facts) -> Vec<Finding> {
    let wrong = unlisted(facts).into_iter().filter(|(pin, instead)| pin.prefix() == Some("apac") && instead.is_some());
    wrong
        .map(|(pin, instead)| {
            let title =
                format!("`{}` begins with `apac.`, under which `{}` does not list the model", pin.name, region(facts));
            pin.finding(facts, "M06", title, instead.as_deref())
        })
        .collect()
}

fn wrong_ending(facts: &Facts) -> Vec<Finding> {
    let same_prefix = |(pin, instead): &(Pin, Option<String>)| {
        instead.as_deref().is_some_and(|instead| pin.prefix() == Some(prefix_of(instead)))
    };
    unlisted(facts)
        .into_iter()
        .filter(same_prefix)
        .map(|(pin, instead)| {
            let title = format!("`{}` is nearly right: no `{}` is listed in `{}`", pin.name, pin.id(), region(facts));
            pin.finding(facts, "M04", title, instead.as_deref())
        })
        .collect()
}

fn not_listed(facts: &Facts) -> Vec<Finding> {
    let other = |(pin, instead): &(Pin, Option<String>)| match instead.as_deref() {
        Some(instead) => pin.prefix() != Some(prefix_of(instead)) && pin.prefix() != Some("apac"),
        None => true,
    };
    unlisted(facts)
        .into_iter()
        .filter(other)
        .map(|(pin, instead)| {
            let title = format!("`{}` names `{}`, which `{}` does not list", pin.name, pin.id(), region(facts));
            pin.finding(facts, "M02", title, instead.as_deref())
        })
        .collect()
}
