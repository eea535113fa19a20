//! What the models themselves answered, and what the account's quotas say: papers are no proof, an answer is.

use crate::aws::probe::{Outcome, Probed};
use crate::checks::evidence;
use crate::checks::facts::{Facts, Look};
use crate::checks::finding::{Evidence, Finding, Fix, Severity};
use crate::checks::{Check, Needs};
use crate::gate::{self, Answer, Asked, Gate, Opener};
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("Q03", Needs::Quotas, no_quota),
    Check::of("Q04", Needs::Quotas, reserves_too_much),
    Check::of("P14", Needs::Probe, |facts| probed(facts, "P14")),
    Check::of("M11", Needs::Probe, |facts| probed(facts, "M11")),
    Check::of("M14", Needs::Probe, |facts| probed(facts, "M14")),
    Check::of("M15", Needs::Probe, |facts| probed(facts, "M15")),
    Check::of("M18", Needs::Probe, |facts| probed(facts, "M18")),
    Check::of("M19", Needs::Probe, |facts| probed(facts, "M19")),
    Check::of("M20", Needs::Asked, |facts| probed(facts, "M20")),
    Check::of("P04", Needs::Probe, |facts| probed(facts, "P04")),
    Check::of("P05", Needs::Probe, |facts| probed(facts, "P05")),
    Check::of("P06", Needs::Probe, |facts| probed(facts, "P06")),
    Check::of("P07", Needs::Probe, |facts| probed(facts, "P07")),
    Check::of("P08", Needs::Probe, |facts| probed(facts, "P08")),
    Check::of("P09", Needs::Probe, |facts| probed(facts, "P09")),
    Check::of("P13", Needs::Probe, |facts| probed(facts, "P13")),
    Check::of("M25", Needs::Probe, |facts| probed(facts, "M25")),
    Check::of("M17", Needs::Probe, |facts| probed(facts, "M17")),
    Check::of("P02", Needs::Probe, |facts| probed(facts, "P02")),
    Check::of("P01", Needs::Probe, |facts| probed(facts, "P01")),
    Check::of("Q01", Needs::Probe, |facts| probed(facts, "Q01")),
    Check::of("Q02", Needs::Probe, |facts| probed(facts, "Q02")),
    Check::of("Q05", Needs::Probe, |facts| probed(facts, "Q05")),
    Check::of("N06", Needs::Probe, |facts| probed(facts, "N06")),
    Check::of("Q06", Needs::Probe, |facts| probed(facts, "Q06")),
];

/// The ids a probe may end with; what else AWS says is the last one's.
const KNOWN: [&str; 22] = [
    "P14", "M11", "M14", "M15", "M18", "M19", "M25", "P01", "P02", "P04", "P05", "P06", "P07", "P08", "P09", "P13",
    "M17", "Q01", "Q02", "Q03", "Q05", "N06",
];

/// The finding's id for a gate: that of the mode where one is looked for, else that of a refusal nobody explains.
fn id_of(facts: &Facts, probed: &Probed, gate: Option<&Gate>) -> &'static str {
    let Some(gate) = gate else { return "M20" };
    if gate.id == "Q06" {
        return "Q06";
    }
    let is_background = facts.variable(vars::DEFAULT_HAIKU_MODEL).is_some_and(|found| found.value == probed.id)
        && facts
            .configuration
            .main_model
            .as_ref()
            .is_some_and(|main| main.value != probed.id && answers(facts, &main.value));
    if is_background && matches!(gate.id, "P06" | "P08" | "M17" | "M18") {
        return "M11";
    }
    // All papers green, and still refused without a word why.
    if gate.id == "M17"
        && facts.online.availability.iter().all(|(_, look)| look.seen().is_some_and(|found| found.authorized))
    {
        return if facts.online.availability.is_empty() { "M17" } else { "P14" };
    }
    KNOWN.into_iter().find(|id| *id == gate.id).unwrap_or("M20")
}

pub(super) fn answers(facts: &Facts, id: &str) -> bool {
    let probes = facts.online.probes.seen().into_iter().flatten();
    probes.into_iter().any(|probed| probed.id == id && matches!(probed.outcome, Outcome::Answered { .. }))
}

fn probed(facts: &Facts, id: &'static str) -> Vec<Finding> {
    let Look::Seen(probes) = &facts.online.probes else { return Vec::new() };
    let listed: Option<Vec<String>> =
        facts.online.listing.seen().map(|listed| listed.iter().map(|profile| profile.id.clone()).collect());
    let mut found = Vec::new();
    for probed in probes {
        let (gate, said) = match &probed.outcome {
            Outcome::Answered { .. } => continue,
            Outcome::Refused { status, code, message } => {
                let answer = Answer { status: *status, code: code.as_deref(), message };
                let asked = Asked {
                    model: Some(&probed.id),
                    region: Some(&facts.configuration.region.value),
                    listed: listed.as_deref(),
                    daily_quota_is_zero: Some(no_quota_for(facts, &probed.id)),
                };
                (gate::classify(&answer, &asked), format!("{} {message}", code.as_deref().unwrap_or_default()))
            }
            Outcome::TimedOut => (None, "no answer came in time".to_owned()),
            Outcome::Unreachable(reason) => (None, reason.clone()),
        };
        if id_of(facts, probed, gate.as_ref()) != id {
            continue;
        }
        let seen = Evidence::Call {
            operation: format!("{} {}", operation(facts, &probed.id), probed.id),
            answer: evidence::masked(said.trim()),
        };
        found.push(finding(facts, id, probed, gate.as_ref()).seen([seen]));
    }
    found
}

/// What a model is asked by, as IAM calls it.
fn operation(facts: &Facts, id: &str) -> &'static str {
    if facts.configuration.goes_to_mantle(id) {
        "bedrock-mantle:CreateInference"
    } else {
        "bedrock:InvokeModelWithResponseStream"
    }
}

fn finding(facts: &Facts, id: &'static str, probed: &Probed, gate: Option<&Gate>) -> Finding {
    let Some(gate) = gate else {
        let title = format!("`{}` does not answer", probed.id);
        return Finding::error(id, title, Fix::explain("choose another model").command("claude-bedrock setup"));
    };
    let title = format!("`{}`: {}", probed.id, gate.headline());
    let who = facts.online.identity.seen().map_or("my principal", |identity| identity.arn.as_str());
    let fix = match gate.opener {
        Opener::Administrator | Opener::Aws => {
            let wanted = match (&gate.action, &gate.resource) {
                (Some(action), Some(resource)) => format!("{action} on {resource} is refused to {who}"),
                _ => format!("{who} may not use {}", probed.id),
            };
            let wish = capitalised(&gate.fix);
            Fix::administrator(gate.fix.clone(), format!("Claude Code on Amazon Bedrock: {wanted}. {wish}"))
        }
        Opener::You | Opener::Time => Fix::explain(gate.fix.clone()),
    };
    let severity = if gate.is_passing() { Severity::Warning } else { Severity::Error };
    Finding { severity, ..Finding::error(id, title, fix) }
}

/// A sentence of its own.
fn capitalised(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().into_iter().flat_map(char::to_uppercase).chain(signs.as_str().chars()).collect()
}

/// Whether the account has no daily tokens for a model: the same words stand for that and for tokens used up.
fn no_quota_for(facts: &Facts, id: &str) -> bool {
    let quotas = facts.online.quotas.seen().map(Vec::as_slice).unwrap_or_default();
    let name = name_of(facts, id);
    name.is_some_and(|name| quotas.iter().any(|quota| quota.is_daily_for(&name) && quota.value <= 0.0))
}

/// A model's name, as the quotas end with it: `Claude Opus 5.5`.
fn name_of(facts: &Facts, id: &str) -> Option<String> {
    let id = crate::model::without_context_suffix(id);
    let name = &facts.online.listing.seen()?.iter().find(|profile| profile.id == id)?.name;
    Some(name[name.find("Claude")?..].to_owned())
}

/// The names of the models in use, as the quotas end with them: `Claude Opus 5.5`.
fn model_names(facts: &Facts) -> Vec<String> {
    let pins = facts
        .configuration
        .main_model
        .iter()
        .chain(facts.configuration.pins.iter().filter_map(|(_, pin)| pin.as_ref()));
    let mut names: Vec<String> = pins.filter_map(|pin| name_of(facts, &pin.value)).collect();
    names.sort();
    names.dedup();
    names
}

fn no_quota(facts: &Facts) -> Vec<Finding> {
    let Some(quotas) = facts.online.quotas.seen() else { return Vec::new() };
    let mut found = Vec::new();
    for name in model_names(facts) {
        let Some(quota) = quotas.iter().find(|quota| quota.is_daily_for(&name) && quota.value <= 0.0) else { continue };
        let account = facts.online.identity.seen().map_or("our account", |identity| identity.account.as_str());
        let sentence = format!(
            "Our account {account} has the quota 0 for `{}` ({}) in {}; please raise it.",
            quota.name, quota.code, facts.configuration.region.value
        );
        let text = if quota.adjustable {
            "ask for more in Service Quotas"
        } else {
            "open a support case with AWS: it cannot be raised by yourself"
        };
        let answer = format!("{} = 0, adjustable: {}", quota.name, quota.adjustable);
        found.push(
            Finding::error(
                "Q03",
                format!("the account has no daily tokens for {name}: every request is refused"),
                Fix::administrator(text, sentence),
            )
            .seen([evidence::call("servicequotas:ListServiceQuotas", &answer)]),
        );
    }
    found
}

/// Output counts this often against the quota, for models from Claude 3.7 on (Bedrock's documentation of quotas).
const BURN_DOWN: f64 = 5.0;

fn reserves_too_much(facts: &Facts) -> Vec<Finding> {
    let Some(quotas) = facts.online.quotas.seen() else { return Vec::new() };
    let Some(limit) = facts.variable(vars::MAX_OUTPUT_TOKENS) else { return Vec::new() };
    let Ok(output) = limit.value.trim().parse::<u32>() else { return Vec::new() };
    let mut found = Vec::new();
    for name in model_names(facts) {
        let minute = quotas.iter().find(|quota| {
            let of = quota.name.to_lowercase();
            of.contains("tokens per minute") && of.ends_with(&name.to_lowercase())
        });
        let Some(quota) = minute.filter(|quota| quota.value > 0.0 && f64::from(output) * BURN_DOWN > quota.value)
        else {
            continue;
        };
        let title = format!("one answer of {name} may reserve more than the {} tokens of a minute", quota.value);
        let fix =
            Fix::explain(format!("lower `{}` (not below 4096), or ask for a higher quota", vars::MAX_OUTPUT_TOKENS));
        let seen = [
            evidence::found(vars::MAX_OUTPUT_TOKENS, &limit),
            evidence::call("servicequotas:ListServiceQuotas", &format!("{} = {}", quota.name, quota.value)),
        ];
        found.push(Finding::warning("Q04", title, fix).seen(seen));
    }
    found
}
