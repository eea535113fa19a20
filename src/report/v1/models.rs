//! The JSON of `models`, version 1.

use jiff::Timestamp;
use serde::Serialize;

use crate::offering::Entry;
use crate::plan::Plan;
use crate::proof::{Proof, Status};
use crate::report::human::models::Facts;

use super::{ChangeReport, KeptReport};

/// The answer of `models --json`. What is unknown is `null`.
#[derive(Debug, Serialize)]
pub struct List {
    version: u32,
    region: String,
    models: Vec<ModelReport>,
    /// What is pinned and not listed.
    unlisted_pins: Vec<UnlistedPin>,
    /// What could not be learnt, in a sentence each.
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ModelReport {
    id: String,
    arn: String,
    name: String,
    /// `system-defined`, `application` or `foundation-model`.
    #[serde(rename = "type")]
    kind: &'static str,
    family: String,
    model: String,
    /// Regions; `*` stands for any.
    routes_to: Vec<String>,
    /// The narrowest `--residency` that takes it.
    residency: &'static str,
    lifecycle: LifecycleReport,
    /// `main`, `opus`, `sonnet`, `haiku`, `fable`, `background`.
    pinned_as: Vec<&'static str>,
    probe: Option<ProbeReport>,
}

#[derive(Debug, Serialize)]
struct LifecycleReport {
    /// `active`, `legacy`, `end-of-life` or `unknown`.
    status: &'static str,
    legacy_at: Option<Timestamp>,
    end_of_life_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct ProbeReport {
    status: Status,
    failure_mode: Option<String>,
    first_token_ms: Option<u64>,
    title: Option<String>,
    fix: Option<String>,
    region: Option<String>,
    message: Option<String>,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct UnlistedPin {
    id: String,
    pinned_as: Vec<&'static str>,
    probe: Option<ProbeReport>,
}

impl List {
    /// The report of what was found.
    #[must_use]
    pub fn of(facts: &Facts<'_>) -> Self {
        let entries = facts.offering.entries.iter();
        Self {
            version: 1,
            region: facts.region.to_owned(),
            models: entries.map(|entry| ModelReport::of(entry, facts)).collect(),
            unlisted_pins: facts
                .unlisted()
                .into_iter()
                .map(|(id, pinned_as)| UnlistedPin {
                    probe: facts.proofs.of(&[&id]).map(ProbeReport::of),
                    id,
                    pinned_as,
                })
                .collect(),
            problems: facts.offering.missing.clone(),
        }
    }
}

impl ModelReport {
    fn of(entry: &Entry, facts: &Facts<'_>) -> Self {
        let any = |region: &String| if region.is_empty() { "*".to_owned() } else { region.clone() };
        Self {
            id: entry.id.clone(),
            arn: entry.arn.clone(),
            name: entry.name.clone(),
            kind: entry.kind.name(),
            family: entry.model.family.clone(),
            model: entry.model_id.clone(),
            routes_to: entry.routes_to.iter().map(any).collect(),
            residency: entry.reach.residency().name(),
            lifecycle: LifecycleReport {
                status: entry.stage(facts.now),
                legacy_at: entry.lifecycle.legacy_at,
                end_of_life_at: entry.lifecycle.end_of_life_at,
            },
            pinned_as: facts.pinned_as(entry),
            probe: facts.proof(entry).map(ProbeReport::of),
        }
    }
}

impl ProbeReport {
    fn of(proof: &Proof) -> Self {
        Self {
            status: proof.status,
            failure_mode: proof.failure_mode.clone(),
            first_token_ms: proof.first_token_ms,
            title: proof.title.clone(),
            fix: proof.fix.clone(),
            region: proof.region.clone(),
            message: proof.message.clone(),
            at: proof.at,
        }
    }
}

/// The answer of `models create-profile --json`.
#[derive(Debug, Serialize)]
pub struct Created<'a> {
    version: u32,
    arn: &'a str,
    from: &'a str,
}

impl<'a> Created<'a> {
    /// The report of a profile that was made.
    #[must_use]
    pub fn new(arn: &'a str, from: &'a str) -> Self {
        Self { version: 1, arn, from }
    }
}

/// The answer of `models pin --json`.
#[derive(Debug, Serialize)]
pub struct Pinned {
    version: u32,
    applied: bool,
    settings: String,
    main: String,
    aliases: Vec<AliasReport>,
    /// Ids that nothing has shown to exist.
    unverified: Vec<String>,
    changes: Vec<ChangeReport>,
    kept: Vec<KeptReport>,
}

#[derive(Debug, Serialize)]
struct AliasReport {
    variable: &'static str,
    id: String,
}

impl Pinned {
    /// The report of a pinning, carried out or not.
    #[must_use]
    pub fn of(
        pinning: &crate::pins::Pinning,
        unverified: &[String],
        plan: &Plan,
        settings: String,
        applied: bool,
    ) -> Self {
        let aliases = pinning.aliases.iter();
        Self {
            version: 1,
            applied,
            settings,
            main: pinning.main.clone(),
            aliases: aliases.map(|(variable, id)| AliasReport { variable, id: id.clone() }).collect(),
            unverified: unverified.to_vec(),
            changes: plan.changes.iter().map(ChangeReport::of).collect(),
            kept: plan.kept.iter().map(KeptReport::of).collect(),
        }
    }
}
