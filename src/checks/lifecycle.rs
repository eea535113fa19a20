//! How long the models in use will live, what they cost then, and what the account has to agree to for them.

use jiff::{SignedDuration, Timestamp};

use crate::aws::bedrock::Lifecycle;
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::pinned::pins;
use crate::checks::probes::answers;
use crate::checks::{Check, Needs};
use crate::model::Model;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("M15", Needs::Lifecycle, ended),
    Check::of("M14", Needs::Lifecycle, legacy),
    Check::of("M16", Needs::Lifecycle, dearer),
    Check::of("M19", Needs::DataRetention, other_retention),
];

/// So long before its end a model is warned of.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The models in use with where they are in their lives.
fn lives(facts: &Facts) -> impl Iterator<Item = (&str, &Lifecycle)> {
    facts.online.lifecycles.iter().filter_map(|(model, look)| Some((model.as_str(), look.seen()?)))
}

/// The pins of a model, and AWS's word on it.
fn seen(facts: &Facts, model: &str, answer: &str) -> Vec<Evidence> {
    let of_model = pins(facts).into_iter().filter(|pin| pin.id().ends_with(model));
    let pinned = of_model.map(|pin| evidence::found(pin.name, &pin.found));
    pinned.chain([evidence::call("bedrock:GetFoundationModel", &answer)]).collect()
}

fn newer() -> Fix {
    Fix::explain("move the pin to a newer model").command("claude-bedrock models pin --auto")
}

fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}

fn ended(facts: &Facts) -> Vec<Finding> {
    let near = lives(facts).filter_map(|(model, life)| Some((model, life.end_of_life_at?)));
    near.filter(|(_, end)| *end <= facts.now + SOON)
        .map(|(model, end)| {
            let answer = format!("endOfLifeTime {end}");
            let finding = if end <= facts.now {
                Finding::error("M15", format!("`{model}` reached its end on {}", day(end)), newer())
            } else {
                let title = format!("`{model}` reaches its end on {} and answers nobody from then on", day(end));
                Finding::warning("M15", title, newer())
            };
            finding.seen(seen(facts, model, &answer))
        })
        .collect()
}

fn legacy(facts: &Facts) -> Vec<Finding> {
    let old = lives(facts).filter(|(_, life)| {
        life.is_legacy == Some(true) && life.end_of_life_at.is_none_or(|end| end > facts.now + SOON)
    });
    old.map(|(model, life)| {
        let until = life.end_of_life_at.map(|end| format!("; it ends on {}", day(end))).unwrap_or_default();
        let title =
            format!("`{model}` is legacy: an account that has not used it for some days is locked out of it{until}");
        let answers = pins(facts).iter().any(|pin| pin.id().ends_with(model) && answers(facts, &pin.found.value));
        let finding =
            if answers { Finding::hint("M14", title, newer()) } else { Finding::warning("M14", title, newer()) };
        finding.seen(seen(facts, model, "modelLifecycle.status LEGACY"))
    })
    .collect()
}

fn dearer(facts: &Facts) -> Vec<Finding> {
    let extended = lives(facts).filter_map(|(model, life)| {
        let since = life.extended_access_at.filter(|since| *since <= facts.now)?;
        life.end_of_life_at.is_none_or(|end| end > facts.now).then_some((model, since))
    });
    extended
        .map(|(model, since)| {
            let title = format!("`{model}` is in extended access since {} and costs more than it did", day(since));
            let answer = format!("publicExtendedAccessTime {since}");
            Finding::warning("M16", title, newer()).seen(seen(facts, model, &answer))
        })
        .collect()
}

/// The modes a model takes, where AWS documents that it takes not every one (data retention, autumn 2026).
const RETENTION: [(&str, &[u32], &[&str]); 2] =
    [("fable", &[5], &["provider_data_share"]), ("fable", &[5, 1], &["aws_review", "provider_data_share"])];

fn other_retention(facts: &Facts) -> Vec<Finding> {
    let Some(mode) = facts.online.data_retention.seen().filter(|mode| *mode != "inherit") else { return Vec::new() };
    // Who has had an answer needs no papers.
    let unproven = pins(facts).into_iter().filter(|pin| !answers(facts, &pin.found.value));
    let refused = unproven.filter_map(|pin| {
        let model = Model::parse(pin.id())?;
        let (.., served_in) =
            RETENTION.iter().find(|(family, of, _)| model.family == *family && model.generation == **of)?;
        (!served_in.contains(&mode.as_str())).then_some((pin, served_in.join("` or `")))
    });
    refused
        .map(|(pin, wanted)| {
            let id = pin.id();
            let title = format!("`{id}` is served in the data retention mode `{wanted}`, and the account's is `{mode}`");
            let sentence = format!(
                "We want to use {id} on Amazon Bedrock, which is available in the account's data retention mode `{wanted}` only; ours is `{mode}`. The mode decides for the whole account who may keep prompts: please decide whether it may be changed, and change it if so."
            );
            let text = "choose another model, or have an administrator decide about the mode of the whole account";
            let asked = evidence::call("bedrock:GetAccountDataRetention", &format!("mode {mode}"));
            Finding::error("M19", title, Fix::administrator(text, sentence))
                .seen([evidence::found(pin.name, &pin.found), asked])
        })
        .collect()
}
