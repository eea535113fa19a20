//! The JSON of `models`, version 1.

use jiff::Timestamp;
use serde::Serialize;

use crate::aws::bedrock::{Agreement, Availability};
use crate::configuration::Configuration;
use crate::gate::papers;
use crate::offering::{self, Entry};
use crate::plan::Plan;
use crate::proof::{Proof, Proofs, Status};
use crate::report::human::models::Facts;

use super::{ChangeReport, KeptReport};

/// The answer of `models --json`. What is unknown is `null`.
#[derive(Debug, Serialize)]
pub struct List {
    version: u32,
    region: String,
    models: Vec<ModelReport>,
    /// Anthropic's use-case form by AWS's papers: `filed` or `missing`; `null` where they were not shown.
    use_case_form: Option<&'static str>,
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
    /// What AWS's papers say of the model for this account; `null` where they were not shown. No proof: a probe is.
    availability: Option<AvailabilityReport>,
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
struct AvailabilityReport {
    /// `available`, `pending`, `not-available` or `unknown`.
    agreement: &'static str,
    authorized: bool,
    entitled: bool,
    in_region: bool,
    /// What a request would probably meet, where something is in the way.
    failure_mode: Option<&'static str>,
    title: Option<&'static str>,
    fix: Option<&'static str>,
}

impl AvailabilityReport {
    fn of(papers: Availability) -> Self {
        let hindrance = papers::hindrance(&papers);
        Self {
            agreement: match papers.agreement {
                Agreement::Made => "available",
                Agreement::Pending => "pending",
                Agreement::Missing => "not-available",
                Agreement::Unclear => "unknown",
            },
            authorized: papers.authorized,
            entitled: papers.entitled,
            in_region: papers.in_region,
            failure_mode: hindrance.map(|found| found.failure_mode),
            title: hindrance.map(|found| found.title),
            fix: hindrance.map(|found| found.fix),
        }
    }
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
            use_case_form: facts.offering.form_is_filed.map(|is_filed| if is_filed { "filed" } else { "missing" }),
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
            availability: entry.papers.map(AvailabilityReport::of),
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

/// How a pinned model answered when it was last asked.
#[derive(Debug, Serialize)]
pub(super) struct PinProbe {
    id: String,
    pinned_as: Vec<&'static str>,
    #[serde(flatten)]
    probe: ProbeReport,
}

impl PinProbe {
    /// Those that were asked, the main model first.
    pub(super) fn all(configuration: &Configuration, proofs: &Proofs) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for (role, id) in offering::pinned(configuration) {
            match (found.iter_mut().find(|known| known.id == id), proofs.of_pin(&id)) {
                (Some(known), _) => known.pinned_as.push(role),
                (None, Some(proof)) => {
                    found.push(Self { id, pinned_as: vec![role], probe: ProbeReport::of(proof) });
                }
                (None, None) => {}
            }
        }
        found
    }
}

/// The answer of `models create-profile --json`.
#[derive(Debug, Serialize)]
pub struct Created<'a> {
    version: u32,
    /// `null` where nothing was made.
    arn: Option<&'a str>,
    from: &'a str,
    /// What `--pin` did; `null` where nothing was pinned.
    pinned: Option<Pinned>,
}

impl<'a> Created<'a> {
    /// The report of a profile that was made, and pinned or not.
    #[must_use]
    pub fn new(arn: &'a str, from: &'a str, pinned: Option<Pinned>) -> Self {
        Self { version: 1, arn: Some(arn), from, pinned }
    }

    /// The report of a dry run.
    #[must_use]
    pub fn planned(from: &'a str) -> Self {
        Self { version: 1, arn: None, from, pinned: None }
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
