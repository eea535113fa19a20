//! The answer of `regions --json`.

use serde::Serialize;

use crate::aws::reachability::Unreached;
use crate::regions::survey::{Closed, Offer, Row, State, Survey};
use crate::report::human::regions::{closed_words, unreached_words};

/// The regions, the nearest first. What is unknown is `null`.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "`regions` is the name of the format's list")]
pub struct Regions {
    version: u32,
    partition: &'static str,
    /// The residency the offers keep to.
    residency: &'static str,
    regions: Vec<RegionReport>,
    recommended: Option<RecommendationReport>,
}

#[derive(Debug, Serialize)]
struct RegionReport {
    name: String,
    description: Option<&'static str>,
    /// ISO 3166-1.
    country: Option<&'static str>,
    reachable: bool,
    latency_ms: Option<u64>,
    /// The Claude families listed for this account.
    families: Vec<String>,
    /// The newest of each.
    newest: Vec<OfferReport>,
    /// The residencies that some profile keeps.
    residencies: Vec<&'static str>,
    problem: Option<ProblemReport>,
}

#[derive(Debug, Serialize)]
struct OfferReport {
    family: String,
    generation: String,
    /// Those of the newest generation.
    residencies: Vec<&'static str>,
    /// Every generation that is listed, the newest first.
    generations: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ProblemReport {
    /// `no-address`, `refused`, `timed-out`, `untrusted`, `unreachable`; of a region that answers `control-policy`,
    /// `denied`, `not-enabled`, `no-bedrock`, `failed`.
    kind: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
struct RecommendationReport {
    region: String,
    reasons: Vec<String>,
}

impl Regions {
    /// The report of a survey.
    #[must_use]
    pub fn of(survey: &Survey) -> Self {
        let recommended = survey.recommendation.as_ref();
        Self {
            version: 1,
            partition: survey.partition,
            residency: survey.residency.name(),
            regions: survey.rows.iter().map(region).collect(),
            recommended: recommended.map(|recommendation| RecommendationReport {
                region: recommendation.region.clone(),
                reasons: recommendation.reasons.clone(),
            }),
        }
    }
}

fn region(row: &Row) -> RegionReport {
    let names = |residencies: &[crate::regions::Residency]| residencies.iter().map(|kept| kept.name()).collect();
    let offer = |offer: &Offer| OfferReport {
        family: offer.family.clone(),
        generation: offer.version(),
        residencies: names(&offer.residencies),
        generations: offer.versions(),
    };
    RegionReport {
        name: row.name.clone(),
        description: row.known.map(|known| known.description),
        country: row.known.map(|known| known.country),
        reachable: row.latency_ms().is_some(),
        latency_ms: row.latency_ms(),
        families: row.offers().iter().map(|offer| offer.family.clone()).collect(),
        newest: row.offers().iter().map(offer).collect(),
        residencies: names(&row.all_residencies()),
        problem: problem(&row.state),
    }
}

fn problem(state: &State) -> Option<ProblemReport> {
    let (kind, message) = match state {
        State::Open { .. } => return None,
        State::Closed { reason, .. } => {
            let kind = match reason {
                Closed::ControlPolicy => "control-policy",
                Closed::Denied => "denied",
                Closed::NotEnabled => "not-enabled",
                Closed::NoBedrock => "no-bedrock",
                Closed::TimedOut => "timed-out",
                Closed::Other(_) => "failed",
            };
            (kind, closed_words(reason))
        }
        State::Unreached(unreached) => {
            let kind = match unreached {
                Unreached::NoAddress => "no-address",
                Unreached::Refused(_) => "refused",
                Unreached::TimedOut => "timed-out",
                Unreached::Untrusted(_) => "untrusted",
                Unreached::Other(_) => "unreachable",
            };
            (kind, unreached_words(unreached))
        }
    };
    Some(ProblemReport { kind, message })
}
