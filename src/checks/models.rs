//! The models Claude Code is told to use: whether their ids can work in the region.

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
    Check::of("M08", Needs::Identity, arn_of_another_account),
    Check::of("M07", Needs::Listing, alias_without_profile),
    Check::of("M12", Needs::Files, small_region_without_pin),
    Check::of("M10", Needs::Files, opaque_arn),
    Check::of("M24", Needs::Files, picker_ids),
    Check::of("M13", Needs::Files, nothing_pinned),
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
struct Pin {
    name: &'static str,
    found: Found,
}

impl Pin {
    /// The id without `[1m]`.
    fn id(&self) -> &str {
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
    fn finding(&self, facts: &Facts, id: &'static str, title: String, instead: Option<&str>) -> Finding {
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
fn pins(facts: &Facts) -> Vec<Pin> {
    if !facts.is_bedrock() {
        return Vec::new();
    }
    let names = [
        vars::MODEL,
        vars::DEFAULT_OPUS_MODEL,
        vars::DEFAULT_SONNET_MODEL,
        vars::DEFAULT_HAIKU_MODEL,
        vars::DEFAULT_FABLE_MODEL,
        vars::SMALL_FAST_MODEL,
    ];
    let mut pins: Vec<Pin> =
        names.into_iter().filter_map(|name| Some(Pin { name, found: facts.variable(name)? })).collect();
    if facts.variable(vars::MODEL).is_none()
        && let Some(found) = facts.setting(vars::MODEL_SETTING)
    {
        pins.push(Pin { name: vars::MODEL_SETTING, found });
    }
    pins
}

fn region(facts: &Facts) -> &str {
    &facts.configuration.region.value
}

fn listing(facts: &Facts) -> Option<&[InferenceProfile]> {
    facts.online.listing.seen().map(Vec::as_slice)
}

fn is_mantle_alone(facts: &Facts) -> bool {
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
fn is_anthropic_id(id: &str) -> bool {
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

fn arn_of_another_account(facts: &Facts) -> Vec<Finding> {
    let Some(identity) = facts.online.identity.seen() else { return Vec::new() };
    let mut found = Vec::new();
    for pin in pins(facts) {
        let account = pin.id().strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3)).unwrap_or_default();
        let shared = account.len() == 12 && account != identity.account;
        if shared && pin.id().contains(":application-inference-profile/") {
            let title = format!(
                "the ARN in `{}` is of account {account}, and Claude Code acts in {}",
                pin.name, identity.account
            );
            found.push(
                pin.finding(facts, "M08", title, None).seen([evidence::call("sts:GetCallerIdentity", &identity.arn)]),
            );
        }
    }
    found
}

/// Models without the long context, as the documentation of Claude Code lists them (model-config, August 2026).
fn lacks_long_context(model: &Model) -> bool {
    match model.family.as_str() {
        "sonnet" => matches!(model.generation.as_slice(), [3, ..] | [4] | [4, 5]),
        "opus" => matches!(model.generation.as_slice(), [3, ..] | [4] | [4, 0..=5]),
        "haiku" => matches!(model.generation.as_slice(), [3, ..] | [4, ..]),
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

/// What an alias stands for when nobody pins it, as Claude Code 2.1.329 was observed to resolve it.
const BUILT_IN: [(&str, &str, &str); 3] = [
    ("opus", vars::DEFAULT_OPUS_MODEL, "anthropic.claude-opus-5-5"),
    ("sonnet", vars::DEFAULT_SONNET_MODEL, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("haiku", vars::DEFAULT_HAIKU_MODEL, "anthropic.claude-haiku-4-5-20251001-v1:0"),
];

/// An alias that nobody pins and whose built-in model the region does not list: a subagent meets it.
fn alias_without_profile(facts: &Facts) -> Vec<Finding> {
    let Some(listed) = listing(facts).filter(|listed| !listed.is_empty() && facts.is_bedrock()) else {
        return Vec::new();
    };
    if is_mantle_alone(facts) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (family, name, built_in) in BUILT_IN {
        if facts.variable(name).is_some() || listed.iter().any(|profile| profile.id.ends_with(built_in)) {
            continue;
        }
        let title = format!(
            "the alias `{family}` is not pinned, and `{}` lists no `{built_in}` that it would stand for",
            region(facts)
        );
        let fix = match model::newest(listed, family) {
            Some(newest) => {
                let edits = evidence::user_edit(facts, Key::env(name), &newest.id);
                Fix::ask(format!("pin it: `{name}` = `{}`", newest.id), edits)
            }
            None => Fix::explain(format!("pin `{name}` to a model that is listed")).command("claude-bedrock setup"),
        };
        found.push(Finding::warning("M07", title, fix));
    }
    found
}

fn small_region_without_pin(facts: &Facts) -> Vec<Finding> {
    let Some(found) = facts.variable(vars::SMALL_FAST_MODEL_AWS_REGION).filter(|_| facts.is_bedrock()) else {
        return Vec::new();
    };
    if facts.variable(vars::DEFAULT_HAIKU_MODEL).is_some() || facts.variable(vars::SMALL_FAST_MODEL).is_some() {
        return Vec::new();
    }
    let title = format!("`{}` does nothing without `{}`", vars::SMALL_FAST_MODEL_AWS_REGION, vars::DEFAULT_HAIKU_MODEL);
    let edits = evidence::edit(facts, &found.source, Key::env(vars::SMALL_FAST_MODEL_AWS_REGION), None);
    vec![
        Finding::warning("M12", title, Fix::ask("remove it, or pin the model", edits))
            .seen([evidence::found(vars::SMALL_FAST_MODEL_AWS_REGION, &found)]),
    ]
}

fn opaque_arn(facts: &Facts) -> Vec<Finding> {
    let opaque = pins(facts).into_iter().filter(|pin| pin.id().contains(":application-inference-profile/"));
    let mut found = Vec::new();
    for pin in opaque {
        let capabilities = format!("{}_SUPPORTED_CAPABILITIES", pin.name);
        let declared =
            facts.documents().any(|(_, document)| document.get(&Key::Env(capabilities.clone().into())).is_some());
        if declared || facts.setting(vars::MODEL_OVERRIDES).is_some() {
            continue;
        }
        let title = format!("the ARN in `{}` does not tell which model is behind it", pin.name);
        let fix = Fix::explain(format!("allow `bedrock:GetInferenceProfile`, or declare `{capabilities}`"));
        found.push(Finding::hint("M10", title, fix).seen([evidence::found(pin.name, &pin.found)]));
    }
    found
}

/// The picker takes ids of Bedrock's form only.
fn picker_ids(facts: &Facts) -> Vec<Finding> {
    let Some(found) = facts.setting(vars::AVAILABLE_MODELS).filter(|_| facts.is_bedrock()) else { return Vec::new() };
    let ids: Vec<String> = serde_json::from_str(&found.value).unwrap_or_default();
    let foreign: Vec<&String> =
        ids.iter().filter(|id| is_anthropic_id(id) || id.starts_with("anthropic.claude-")).collect();
    let Some(first) = foreign.first() else { return Vec::new() };
    let title = format!("`availableModels` lists `{first}`, which is no inference profile");
    let fix = Fix::explain("list the ids of inference profiles, prefix and all").command("claude-bedrock setup");
    let shown = Found { value: (*first).clone(), ..found.clone() };
    vec![Finding::warning("M24", title, fix).seen([evidence::found(vars::AVAILABLE_MODELS, &shown)])]
}

fn nothing_pinned(facts: &Facts) -> Vec<Finding> {
    if !facts.is_bedrock() || !pins(facts).is_empty() {
        return Vec::new();
    }
    let title = "no model is pinned: Claude Code takes its newest Opus, and another one after an update";
    let fix = Fix::explain("pin the models you want").command("claude-bedrock setup");
    vec![Finding::hint("M13", title, fix)]
}
