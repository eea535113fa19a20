//! Models that nobody chose, and choices that have no effect.

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Finding, Fix};
use crate::checks::pinned::{is_anthropic_id, is_mantle_alone, listing, pins, region};
use crate::checks::{Check, Needs};
use crate::claude_code::defaults::Defaults;
use crate::model;
use crate::settings::document::Key;
use crate::settings::scope::Found;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("M07", Needs::Listing, alias_without_profile),
    Check::of("M12", Needs::Files, small_region_without_pin),
    Check::of("M10", Needs::Files, opaque_arn),
    Check::of("M24", Needs::Files, picker_ids),
    Check::of("M13", Needs::Files, nothing_pinned),
    Check::of("M08", Needs::Identity, arn_of_another_account),
];

/// An alias that nobody pins and whose built-in model the region does not list: a subagent meets it.
fn alias_without_profile(facts: &Facts) -> Vec<Finding> {
    let Some(listed) = listing(facts).filter(|listed| !listed.is_empty() && facts.is_bedrock()) else {
        return Vec::new();
    };
    if is_mantle_alone(facts) {
        return Vec::new();
    }
    let defaults = facts.version().and_then(Defaults::of).unwrap_or(Defaults::newest());
    let mut found = Vec::new();
    for (family, name) in vars::FAMILY_PINS {
        let Some(built_in) = defaults.model(family, false) else { continue };
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
    let overrides = facts.model_overrides();
    let mut found = Vec::new();
    for pin in opaque {
        let capabilities = format!("{}{}", pin.name, vars::PIN_CAPABILITIES);
        let declared =
            facts.documents().any(|(_, document)| document.get(&Key::Env(capabilities.clone().into())).is_some());
        if declared || overrides.iter().any(|(_, id)| id == pin.id()) {
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
    let title = format!("`availableModels` lists `{first}`, which is not an inference profile");
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
