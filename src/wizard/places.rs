//! The question for the region, made from what the regions answered.

use crate::regions::survey::{self, Row, State, Survey};
use crate::regions::{self, Residency};
use crate::vars;
use crate::wizard::foreign::Recognised;
use crate::wizard::knowledge::{Knowledge, ProfileOption, Regions};
use crate::wizard::question::{Offer, Question, Style, Topic};

/// What Claude Code itself falls back to.
const FALLBACK: &str = "us-east-1";

/// As many models are named beside a region.
const FEW: usize = 2;

/// Those that settings and profile suggest first, then the nearest.
pub(super) fn region(knowledge: &Knowledge, adopted: Option<&Recognised>, option: Option<&ProfileOption>) -> Question {
    let theirs = adopted.and_then(|recognised| recognised.region.clone());
    let suggested = option.iter().flat_map(|option| option.regions.clone());
    let survey = match &knowledge.regions {
        Regions::Found(survey) => Some(survey),
        Regions::Unasked | Regions::Wanted => None,
    };
    // What lies elsewhere than requests are to stay is no suggestion.
    let stays = |region: &String| {
        let residency = survey.map_or(Residency::Any, |survey| survey.residency);
        regions::find(region).is_none_or(|known| residency.has(known.country))
    };
    let mut names: Vec<String> = Vec::new();
    let mut add = |region: String| {
        if !names.contains(&region) {
            names.push(region);
        }
    };
    theirs.into_iter().chain(knowledge.configured_region.clone()).chain(suggested).filter(stays).for_each(&mut add);
    let recommended = survey.and_then(|survey| survey.recommendation.as_ref());
    recommended.map(|recommended| recommended.region.clone()).into_iter().for_each(&mut add);
    let open = survey.into_iter().flat_map(|survey| &survey.rows).filter(|row| !row.offers().is_empty());
    open.map(|row| row.name.clone()).for_each(&mut add);
    if names.is_empty() {
        names.push(FALLBACK.into());
    }
    let newest = survey.map(|survey| models(survey.newest())).unwrap_or_default();
    let row = |name: &str| survey.and_then(|survey| survey.rows.iter().find(|row| row.name == name));
    Question {
        topic: Topic::Region,
        notes: survey.map(notes).unwrap_or_default(),
        text: "In which AWS region?".into(),
        style: Style::Type,
        offers: names
            .iter()
            .map(|region| Offer::new(region, row(region).map(|row| about(row, &newest)).unwrap_or_default()))
            .collect(),
        has_recommendation: true,
        start: 0,
    }
}

/// How near it is, where it keeps requests, and which models it has: the newest of all are told once, above the list.
fn about(row: &Row, newest: &[String]) -> String {
    let latency = row.latency_ms().map(|latency| format!("{latency} ms"));
    let words = match &row.state {
        State::Unreached(_) => "could not be reached".to_owned(),
        State::Closed { .. } => "lists no models for you".to_owned(),
        State::Open { offers, .. } if offers.is_empty() => "no Claude".to_owned(),
        State::Open { offers, .. } => {
            let kept: Vec<&str> = row.residencies().into_iter().map(word).collect();
            let models = models(offers.iter().collect());
            let is_told = models.len() > FEW && models == newest;
            let models = if is_told { "the newest models".to_owned() } else { models.join(", ") };
            format!("{}; {models}", kept.join(" or "))
        }
    };
    latency.into_iter().chain([words]).collect::<Vec<_>>().join("; ")
}

/// Families and their generations, in the order of the pins.
fn models(mut offers: Vec<&survey::Offer>) -> Vec<String> {
    offers.sort_by_key(|offer| vars::FAMILY_PINS.iter().position(|(family, _)| *family == offer.family));
    offers.iter().map(|offer| format!("{} {}", offer.family, offer.version())).collect()
}

fn word(residency: Residency) -> &'static str {
    match residency {
        Residency::Any => "anywhere",
        other => other.name(),
    }
}

/// Which is the best by what they answered, and how many did not.
fn notes(survey: &Survey) -> Vec<String> {
    let recommended = survey.recommendation.as_ref().map(|recommendation| recommendation.region.as_str());
    let best = recommended.and_then(|best| survey.rows.iter().find(|row| row.name == best));
    let best = best.map(|row| {
        let latency = row.latency_ms().unwrap_or_default();
        let newest = models(survey.newest());
        let which = if newest.len() > FEW { format!(" ({})", newest.join(", ")) } else { String::new() };
        format!("The nearest region with the newest models for you{which} is {}, {latency} ms away.", row.name)
    });
    let silent = survey.rows.iter().filter(|row| matches!(row.state, State::Unreached(_))).count();
    let silent = match silent {
        0 => None,
        1 => Some("One region could not be reached.".to_owned()),
        count => Some(format!("{count} regions could not be reached.")),
    };
    best.into_iter().chain(silent).collect()
}
