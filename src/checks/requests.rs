//! What is set about requests and answers: limits, betas, caching, guardrails.

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Finding, Fix};
use crate::checks::{Check, Needs};
use crate::model::Model;
use crate::settings::document::Key;
use crate::settings::scope::Found;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("O03", Needs::Files, above_the_model),
    Check::of("O02", Needs::Files, thinking_above_output),
    Check::of("O01", Needs::Files, low_output),
    Check::of("O08", Needs::Files, guardrail_headers),
    Check::of("O04", Needs::Files, betas),
    Check::of("O07", Needs::Files, guardrail_in_history),
    Check::of("O06", Needs::Files, caching),
];

/// The output limit that old documentation recommended.
const OLD_ADVICE: u64 = 4096;
/// The most any Claude model gives on Bedrock (model cards, 2026).
const MOST_OF_ANY: u64 = 128_000;
/// The most those of the generations up to 4.5 give.
const MOST_UP_TO_4_5: u64 = 64_000;

fn number(facts: &Facts, name: &'static str) -> Option<(u64, Found)> {
    let found = facts.variable(name).filter(|_| facts.is_bedrock())?;
    Some((found.value.trim().parse().ok()?, found))
}

fn set_to(
    facts: &Facts,
    name: &'static str,
    found: &Found,
    value: u64,
    kind: fn(String, Vec<super::finding::SettingEdit>) -> Fix,
) -> Fix {
    let edits = evidence::edit(facts, &found.source, Key::env(name), Some(&value.to_string()));
    kind(format!("set `{name}` to {value}"), edits)
}

fn main_model(facts: &Facts) -> Option<Model> {
    Model::parse(&facts.configuration.main_model.as_ref()?.value)
}

/// Whether a model thinks by itself as much as it wants, so that a number for it is ignored.
fn is_adaptive(model: &Model) -> bool {
    model.generation.as_slice() >= [4, 6].as_slice()
}

fn above_the_model(facts: &Facts) -> Vec<Finding> {
    let Some((limit, found)) = number(facts, vars::MAX_OUTPUT_TOKENS) else { return Vec::new() };
    let most = match main_model(facts) {
        Some(model) if model.generation.as_slice() <= [4, 5].as_slice() => MOST_UP_TO_4_5,
        _ => MOST_OF_ANY,
    };
    if limit <= most {
        return Vec::new();
    }
    let title = format!("`{}` is {limit}, and the model gives {most} at most", vars::MAX_OUTPUT_TOKENS);
    let fix = set_to(facts, vars::MAX_OUTPUT_TOKENS, &found, most, Fix::safe);
    vec![Finding::error("O03", title, fix).seen([evidence::found(vars::MAX_OUTPUT_TOKENS, &found)])]
}

fn thinking_above_output(facts: &Facts) -> Vec<Finding> {
    let Some((thinking, of_thinking)) = number(facts, vars::MAX_THINKING_TOKENS) else { return Vec::new() };
    let Some((output, of_output)) = number(facts, vars::MAX_OUTPUT_TOKENS) else { return Vec::new() };
    if thinking < output || thinking == 0 {
        return Vec::new();
    }
    let title =
        format!("`{}` ({thinking}) is not below `{}` ({output})", vars::MAX_THINKING_TOKENS, vars::MAX_OUTPUT_TOKENS);
    // AWS wants 1024 at least, and the answer needs room beside the thought.
    let lower = (output / 2).max(1024);
    let fix = if lower < output {
        set_to(facts, vars::MAX_THINKING_TOKENS, &of_thinking, lower, Fix::safe)
    } else {
        Fix::explain("raise the output limit above 2048, or take both away")
    };
    let ignored = main_model(facts).is_some_and(|model| is_adaptive(&model));
    let seen = [
        evidence::found(vars::MAX_THINKING_TOKENS, &of_thinking),
        evidence::found(vars::MAX_OUTPUT_TOKENS, &of_output),
    ];
    let finding = if ignored { Finding::warning("O02", title, fix) } else { Finding::error("O02", title, fix) };
    vec![finding.seen(seen)]
}

fn low_output(facts: &Facts) -> Vec<Finding> {
    let Some((limit, found)) = number(facts, vars::MAX_OUTPUT_TOKENS).filter(|(limit, _)| *limit <= OLD_ADVICE) else {
        return Vec::new();
    };
    let title =
        format!("`{}` is {limit}: longer answers, and whole files, break off with an error", vars::MAX_OUTPUT_TOKENS);
    let edits = evidence::edit(facts, &found.source, Key::env(vars::MAX_OUTPUT_TOKENS), None);
    let fix = Fix::ask("take it away; each model then has a limit that fits", edits);
    vec![Finding::warning("O01", title, fix).seen([evidence::found(vars::MAX_OUTPUT_TOKENS, &found)])]
}

fn headers(facts: &Facts) -> Option<Found> {
    facts.variable(vars::CUSTOM_HEADERS).filter(|_| facts.is_bedrock())
}

fn named<'a>(found: &'a Found, name: &str) -> Option<&'a str> {
    let mut lines = found.value.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(header, _)| header.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn guardrail_headers(facts: &Facts) -> Vec<Finding> {
    const IDENTIFIER: &str = "X-Amzn-Bedrock-GuardrailIdentifier";
    const VERSION: &str = "X-Amzn-Bedrock-GuardrailVersion";
    let Some(found) = headers(facts) else { return Vec::new() };
    let mentions = found.value.to_ascii_lowercase().contains("guardrail");
    let fault = match (named(&found, IDENTIFIER), named(&found, VERSION)) {
        _ if !mentions => return Vec::new(),
        _ if found.value.contains("\\n") => "`\\n` is written in it as two characters, so all of it is one header",
        (Some(id), _) if id.to_ascii_lowercase().contains("guardrailversion") => {
            "its headers stand on one line; each needs a line of its own"
        }
        (Some(id), Some(version)) if !id.is_empty() && (version == "DRAFT" || version.parse::<u32>().is_ok()) => {
            return Vec::new();
        }
        (Some(_), Some(_)) => "the guardrail's version is neither a number nor DRAFT",
        (Some(_), None) => "it names a guardrail and no version",
        (None, _) => "it names no guardrail",
    };
    let title = format!("the guardrail of `{}` is not applied: {fault}", vars::CUSTOM_HEADERS);
    let fix = Fix::explain(format!(
        "write `{IDENTIFIER}: ID` and `{VERSION}: 1`, with a line break (`\\n` in JSON) between them"
    ));
    vec![Finding::warning("O08", title, fix).seen([evidence::found(vars::CUSTOM_HEADERS, &found)])]
}

fn betas(facts: &Facts) -> Vec<Finding> {
    let variable = facts.variable(vars::BETAS).filter(|_| facts.is_bedrock()).map(|found| (vars::BETAS, found));
    let header = headers(facts)
        .filter(|found| named(found, "anthropic-beta").is_some())
        .map(|found| (vars::CUSTOM_HEADERS, found));
    let Some((name, found)) = variable.or(header) else { return Vec::new() };
    let title = format!("`{name}` asks for beta features, and Bedrock refuses those it does not know");
    let edits =
        if name == vars::BETAS { evidence::edit(facts, &found.source, Key::env(name), None) } else { Vec::new() };
    let fix = Fix::ask("take them away", edits);
    vec![Finding::warning("O04", title, fix).seen([evidence::found(name, &found)])]
}

fn guardrail_in_history(facts: &Facts) -> Vec<Finding> {
    let Some(found) = headers(facts).filter(|found| found.value.to_ascii_lowercase().contains("guardrail")) else {
        return Vec::new();
    };
    let title = "with a guardrail, a blocked turn stays in the conversation and blocks every later one";
    let fix = Fix::explain("type `/clear` when the same text comes back again and again");
    vec![Finding::hint("O07", title, fix).seen([evidence::found(vars::CUSTOM_HEADERS, &found)])]
}

fn caching(facts: &Facts) -> Vec<Finding> {
    let Some(found) =
        facts.variable(vars::DISABLE_PROMPT_CACHING).filter(|found| facts.is_bedrock() && vars::is_on(&found.value))
    else {
        return Vec::new();
    };
    let title = "prompt caching is switched off: every turn pays for the whole conversation again";
    let edits = evidence::edit(facts, &found.source, Key::env(vars::DISABLE_PROMPT_CACHING), None);
    vec![
        Finding::hint("O06", title, Fix::ask("take the switch away", edits))
            .seen([evidence::found(vars::DISABLE_PROMPT_CACHING, &found)]),
    ]
}
