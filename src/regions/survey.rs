//! What the answers of many regions mean together: what is on offer where, and which region to take.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Reach, Region, Residency, find};
use crate::aws::bedrock::InferenceProfile;
use crate::aws::call::CallError;
use crate::aws::reachability::{Answer, Reached, Unreached};
use crate::model;

/// The generations of a family, the newest first, each with the residencies its profiles keep.
pub type Generations = BTreeMap<Reverse<Vec<u32>>, Vec<Residency>>;

/// A region with what was found out about it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its place, where the data knows it.
    pub known: Option<&'static Region>,
    /// What it answered.
    pub state: State,
}

/// What a region answered, in terms a user can act on.
#[derive(Debug, Clone)]
pub enum State {
    /// It answered and listed its profiles.
    Open {
        /// The latency in milliseconds.
        latency_ms: u64,
        /// The newest of every family, and where its requests may stay.
        offers: Vec<Offer>,
    },
    /// It answered, but would not list its profiles.
    Closed {
        /// The latency in milliseconds.
        latency_ms: u64,
        /// Why.
        reason: Closed,
    },
    /// It did not answer.
    Unreached(Unreached),
}

/// Why a region that answers lists nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// The organisation forbids the region.
    ControlPolicy,
    /// The principal may not list the inference profiles.
    Denied,
    /// The account has not enabled the region; keys that work elsewhere are unknown there.
    NotEnabled,
    /// Bedrock is not in this region.
    NoBedrock,
    /// The listing took too long.
    TimedOut,
    /// Something else, in AWS's words.
    Other(String),
}

/// A family of Claude models in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The family, such as `opus`.
    pub family: String,
    /// The newest generation, such as `[5, 5]`.
    pub generation: Vec<u32>,
    /// The residencies its profiles keep, narrowest first.
    pub residencies: Vec<Residency>,
    /// Every generation that is listed, the newest first, each with the residencies its profiles keep.
    pub generations: Generations,
}

impl Offer {
    /// The generation with points: `5.5`.
    #[must_use]
    pub fn version(&self) -> String {
        version(&self.generation)
    }

    /// The same of every generation that is listed, the newest first.
    #[must_use]
    pub fn versions(&self) -> Vec<String> {
        self.generations.keys().map(|Reverse(generation)| version(generation)).collect()
    }
}

/// A region to take, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    /// The region.
    pub region: String,
    /// The reasons, a clause each.
    pub reasons: Vec<String>,
}

/// All regions that were asked.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The partition they are of.
    pub partition: &'static str,
    /// What the user wants requests to keep to.
    pub residency: Residency,
    /// One row a region: the nearest first, then those that did not answer.
    pub rows: Vec<Row>,
    /// The region to take, when there is one.
    pub recommendation: Option<Recommendation>,
}

impl Survey {
    /// The newest generation of each family that any region lists, by family.
    #[must_use]
    pub fn newest(&self) -> Vec<&Offer> {
        let mut newest: BTreeMap<&str, &Offer> = BTreeMap::new();
        for offer in self.rows.iter().flat_map(Row::offers) {
            let known = newest.entry(&offer.family).or_insert(offer);
            if offer.generation > known.generation {
                *known = offer;
            }
        }
        newest.into_values().collect()
    }

    /// Judges answers under the residency the user wants.
    #[must_use]
    pub fn of(partition: &'static str, residency: Residency, answers: Vec<Answer>) -> Self {
        // Where no region knows the keys, it is not the regions.
        let keys_work = answers.iter().any(|answer| {
            matches!(&answer.outcome, Ok(Reached { listing: Some(listing), .. }) if !listing.as_ref().is_err_and(knows_no_keys))
        });
        let mut rows: Vec<Row> = answers.into_iter().map(|answer| row(answer, residency, keys_work)).collect();
        rows.sort_by_cached_key(|row| (row.latency_ms().unwrap_or(u64::MAX), row.name.clone()));
        let recommendation = recommend(&rows, residency);
        Self { partition, residency, rows, recommendation }
    }
}

impl Row {
    /// The latency, when it answered.
    #[must_use]
    pub fn latency_ms(&self) -> Option<u64> {
        match self.state {
            State::Open { latency_ms, .. } | State::Closed { latency_ms, .. } => Some(latency_ms),
            State::Unreached(_) => None,
        }
    }

    /// The families on offer.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        match &self.state {
            State::Open { offers, .. } => offers,
            State::Closed { .. } | State::Unreached(_) => &[],
        }
    }

    /// The residencies that profiles of the newest models here keep, in the order of the command line.
    #[must_use]
    pub fn residencies(&self) -> Vec<Residency> {
        each_once(self.offers().iter().flat_map(|offer| offer.residencies.clone()))
    }

    /// The same of every profile here, those of older models among them.
    #[must_use]
    pub fn all_residencies(&self) -> Vec<Residency> {
        each_once(self.offers().iter().flat_map(|offer| offer.generations.values().flatten().copied()))
    }
}

fn each_once(residencies: impl Iterator<Item = Residency>) -> Vec<Residency> {
    let mut all: Vec<Residency> = residencies.collect();
    all.sort_by_key(|residency| *residency as u8);
    all.dedup();
    all
}

fn version(generation: &[u32]) -> String {
    generation.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

fn knows_no_keys(error: &CallError) -> bool {
    matches!(error.code(), Some("UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidSignatureException"))
}

fn row(answer: Answer, residency: Residency, keys_work: bool) -> Row {
    let Answer { region, outcome } = answer;
    let state = match outcome {
        Err(unreached) => State::Unreached(unreached),
        Ok(Reached { latency, listing }) => {
            let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX).max(1);
            match listing {
                Some(Ok(profiles)) => State::Open { latency_ms, offers: offers(&profiles, residency) },
                Some(Err(error)) => State::Closed { latency_ms, reason: closed(&error, keys_work) },
                None => State::Closed { latency_ms, reason: Closed::TimedOut },
            }
        }
    };
    Row { known: find(&region), name: region, state }
}

fn closed(error: &CallError, keys_work: bool) -> Closed {
    match error {
        CallError::Answered { message, .. } if error.is_denied() && message.contains("service control policy") => {
            Closed::ControlPolicy
        }
        _ if error.is_denied() => Closed::Denied,
        _ if knows_no_keys(error) && keys_work => Closed::NotEnabled,
        CallError::Answered { code, message, .. }
            if code == "UnknownOperationException" || message.contains("is not available in the region") =>
        {
            Closed::NoBedrock
        }
        other => Closed::Other(other.to_string()),
    }
}

/// The newest generation of each family among the profiles that keep to a residency, newest family first.
fn offers(profiles: &[InferenceProfile], residency: Residency) -> Vec<Offer> {
    let mut families: BTreeMap<String, Generations> = BTreeMap::new();
    for profile in profiles {
        let Some(model) = model::of_profile(profile) else { continue };
        let reach = Reach::of_models(&profile.model_arns);
        if !residency.admits(&reach) {
            continue;
        }
        let kept = families.entry(model.family).or_default().entry(Reverse(model.generation)).or_default();
        if !kept.contains(&reach.residency()) {
            kept.push(reach.residency());
        }
    }
    for kept in families.values_mut().flat_map(BTreeMap::values_mut) {
        // Any last: it is what all the others are narrower than.
        kept.sort_by_key(|residency| (*residency == Residency::Any, *residency as u8));
    }
    let offer = |(family, generations): (String, Generations)| {
        let (Reverse(generation), residencies) = generations.first_key_value()?;
        let (generation, residencies) = (generation.clone(), residencies.clone());
        Some(Offer { family, generation, residencies, generations })
    };
    families.into_iter().filter_map(offer).collect()
}

/// Of the regions that offer the most families in their newest generation the nearest.
fn recommend(rows: &[Row], residency: Residency) -> Option<Recommendation> {
    let mut newest: BTreeMap<&str, &[u32]> = BTreeMap::new();
    for offer in rows.iter().flat_map(Row::offers) {
        let known = newest.entry(&offer.family).or_insert(&offer.generation);
        *known = (*known).max(&offer.generation);
    }
    let count = |row: &Row| {
        let is_newest = |offer: &&Offer| newest.get(offer.family.as_str()) == Some(&offer.generation.as_slice());
        row.offers().iter().filter(is_newest).count()
    };
    let most = rows.iter().map(count).max().filter(|most| *most > 0)?;
    // The rows are sorted by latency.
    let best: Vec<&Row> = rows.iter().filter(|row| count(row) == most).collect();
    let chosen = best.first()?;
    let families: Vec<String> = (chosen.offers().iter())
        .filter(|offer| newest.get(offer.family.as_str()) == Some(&offer.generation.as_slice()))
        .map(|offer| format!("{} {}", offer.family, offer.version()))
        .collect();
    let mut reasons = vec![format!("it lists {}, the newest of their families", families.join(", "))];
    if most < newest.len() {
        reasons.push(format!("no region lists the newest of all {} families", newest.len()));
    }
    if residency != Residency::Any {
        reasons.push(format!("their requests stay in {}", residency.place()));
    }
    let latency = chosen.latency_ms().unwrap_or_default();
    reasons.push(match best.len() {
        1 => format!("no other does; it answers in {latency} ms"),
        others => format!("it is the nearest of {others} that do, {latency} ms away"),
    });
    Some(Recommendation { region: chosen.name.clone(), reasons })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(region: &str, ms: u64, listing: Result<Vec<InferenceProfile>, CallError>) -> Answer {
        Answer {
            region: region.into(),
            outcome: Ok(Reached { latency: Duration::from_millis(ms), listing: Some(listing) }),
        }
    }

    fn refusal(code: &str, message: &str) -> CallError {
        CallError::Answered { service: "Amazon Bedrock", code: code.into(), message: message.into() }
    }

    fn offered(region: &str, ms: u64, ids: &[(&str, &[&str])]) -> Answer {
        answer(region, ms, Ok(ids.iter().map(|(id, regions)| InferenceProfile::routed(id, regions)).collect()))
    }

    const EU: &[&str] = &["eu-west-1", "eu-north-1"];
    const GLOBAL: &[&str] = &["eu-west-1", ""];

    #[test]
    fn the_nearest_of_those_with_the_newest_is_recommended_within_the_residency() {
        let answers = || {
            vec![
                offered(
                    "eu-west-1",
                    20,
                    &[("eu.anthropic.claude-opus-5", EU), ("global.anthropic.claude-opus-6", GLOBAL)],
                ),
                offered("eu-north-1", 10, &[("eu.anthropic.claude-opus-4-8", EU)]),
                offered("eu-west-3", 30, &[("eu.anthropic.claude-opus-5", EU)]),
            ]
        };
        let chosen = |residency| Survey::of("aws", residency, answers()).recommendation.expect("one");
        let anywhere = chosen(Residency::Any);
        assert_eq!(anywhere.region, "eu-west-1");
        assert!(anywhere.reasons[0].contains("opus 6"), "{anywhere:?}");
        let european = chosen(Residency::Eu);
        assert_eq!(european.region, "eu-west-1");
        assert!(european.reasons[0].contains("opus 5,"), "{european:?}");
        assert!(european.reasons.iter().any(|reason| reason.contains("the nearest of 2")), "{european:?}");
        assert_eq!(Survey::of("aws", Residency::Jp, answers()).recommendation, None);
    }

    #[test]
    fn what_closes_a_region_is_told_apart() {
        let scp = "User: x is not authorized to perform: bedrock:ListInferenceProfiles on resource: * with an explicit \
                   deny in a service control policy";
        let survey = Survey::of(
            "aws",
            Residency::Any,
            vec![
                answer("eu-west-1", 5, Err(refusal("AccessDeniedException", scp))),
                answer("eu-west-2", 4, Err(refusal("AccessDeniedException", "no identity-based policy allows"))),
                answer("eu-west-3", 3, Err(refusal("UnrecognizedClientException", "invalid"))),
                answer("eu-south-1", 2, Err(refusal("ThrottlingException", "slow down"))),
                Answer { region: "eu-south-2".into(), outcome: Err(Unreached::NoAddress) },
            ],
        );
        let reasons: Vec<Option<Closed>> = (survey.rows.iter())
            .map(|row| match &row.state {
                State::Closed { reason, .. } => Some(reason.clone()),
                _ => None,
            })
            .collect();
        assert!(matches!(&reasons[0], Some(Closed::Other(words)) if words.contains("slow down")));
        assert_eq!(reasons[1..], [Some(Closed::NotEnabled), Some(Closed::Denied), Some(Closed::ControlPolicy), None]);
        assert_eq!(survey.recommendation, None);
    }

    #[test]
    fn keys_that_no_region_knows_are_not_the_regions_fault() {
        let refused = || Err(refusal("UnrecognizedClientException", "invalid"));
        let answers = vec![answer("eu-west-1", 5, refused()), answer("eu-west-2", 4, refused())];
        let survey = Survey::of("aws", Residency::Any, answers);
        let all_other =
            survey.rows.iter().all(|row| matches!(row.state, State::Closed { reason: Closed::Other(_), .. }));
        assert!(all_other, "{survey:?}");
    }
}
