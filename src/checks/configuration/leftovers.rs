//! Models of one provider that are pinned while another one answers.

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Finding, Fix};
use crate::configuration::{Identity, Provider};
use crate::helper_command;
use crate::model;
use crate::settings::document::Key;
use crate::settings::scope::{Found, Source};
use crate::vars;

/// The names in other providers' catalogues that are seen where a Bedrock id belongs.
const OTHER_MODELS: [&str; 10] =
    ["gpt-", "glm-", "kimi", "deepseek", "minimax", "qwen", "gemini", "grok", "mistral", "llama"];

/// Keys of Bedrock without Bedrock, or of another provider with it.
pub(super) fn leftovers(facts: &Facts) -> Vec<Finding> {
    match facts.configuration.provider {
        Provider::Bedrock | Provider::Mantle => of_others(facts),
        Provider::Anthropic => of_bedrock(facts),
        Provider::Foundry | Provider::Vertex | Provider::AnthropicAws => Vec::new(),
    }
}

/// The switch that says no, where one does.
pub(super) fn switched_off(facts: &Facts) -> Option<&Found> {
    let switch = facts.configuration.provider_switch.as_ref();
    switch.filter(|switch| facts.configuration.provider == Provider::Anthropic && !vars::is_on(&switch.value))
}

/// Whether more of a Bedrock set-up is there than its switch.
pub(super) fn is_set_up(facts: &Facts) -> bool {
    !matches!(facts.configuration.identity, Identity::Ambient) || pinned(facts).next().is_some()
}

fn pinned(facts: &Facts) -> impl Iterator<Item = (&'static str, Found)> {
    let families = vars::FAMILY_PINS.into_iter().map(|(_, name)| name);
    let names = std::iter::once(vars::MODEL).chain(families).chain(vars::RIVALS_OF_PINS);
    names.filter_map(|name| Some((name, facts.variable(name)?)))
}

fn of_others(facts: &Facts) -> Vec<Finding> {
    let foreign = pinned(facts).filter(|(_, value)| {
        let lower = value.value.to_ascii_lowercase();
        OTHER_MODELS.iter().any(|start| lower.starts_with(start) || lower.contains(&format!("/{start}")))
    });
    let found = foreign.map(|(name, value)| {
        let title = format!("`{name}` names `{}`, which is not a Claude model on Bedrock", value.value);
        removed(facts, title, name, &value)
    });
    found.collect()
}

fn of_bedrock(facts: &Facts) -> Vec<Finding> {
    let left: Vec<(&str, Found)> = pinned(facts).filter(|(_, value)| model::is_bedrock_id(&value.value)).collect();
    if !left.is_empty() && is_only_switched_off(facts) {
        return vec![waiting(facts, &left)];
    }
    let found = left.iter().map(|(name, value)| {
        let id = &value.value;
        let title = format!("`{name}` is left of a Bedrock set-up, and Anthropic does not know `{id}`");
        removed(facts, title, name, value)
    });
    found.collect()
}

fn removed(facts: &Facts, title: String, name: &str, value: &Found) -> Finding {
    let edits = evidence::edit(facts, &value.source, Key::Env(name.to_owned().into()), None);
    let fix = Fix::ask(format!("remove `{name}`"), edits);
    Finding::error("C03", title, fix).seen([evidence::found(name, value)])
}

/// Whether somebody turned a set-up off and did not leave it behind.
fn is_only_switched_off(facts: &Facts) -> bool {
    let configuration = &facts.configuration;
    let refresh = configuration.auth_refresh.as_ref().and_then(|found| helper_command::recognise(&found.value));
    switched_off(facts).is_some_and(|switch| matches!(switch.source, Source::Settings { .. }))
        || is_undoable(facts)
        || refresh.is_some()
        || matches!(configuration.identity, Identity::Isolated(..))
}

/// Whether `reset` knows of the set-up.
fn is_undoable(facts: &Facts) -> bool {
    facts.traces.receipts.iter().any(|receipt| receipt.is_there && receipt.is_of_set_up)
}

/// All pins of a set-up that is off: each is good again once it is on, so none is taken away alone.
fn waiting(facts: &Facts, left: &[(&str, Found)]) -> Finding {
    let names: Vec<String> = left.iter().map(|(name, _)| format!("`{name}`")).collect();
    let are = if names.len() == 1 { "names a Bedrock model" } else { "name Bedrock models" };
    let title = format!("{} {are} while Bedrock is off, and Anthropic does not know them", names.join(", "));
    let command = if is_undoable(facts) { "claude-bedrock reset" } else { "claude-bedrock reset --all" };
    let fix = Fix::explain("switch Bedrock on again, or take the whole set-up away").command(command);
    let why = "The set-up is there, and its switch is off; Claude Code then sends these names to Anthropic.";
    Finding::error("C03", title, fix).why(why).seen(left.iter().map(|(name, value)| evidence::found(name, value)))
}
