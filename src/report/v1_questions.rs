//! The answer of `setup --json --answers`, version 1: the next question, the plan, or what came of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::error::Failure;
use crate::wizard::{Offer, Question, Style, Topic};

/// The most that the listed choices of a question take, in bytes: Claude Code shows a model 30,000 characters of what a
/// command prints, and of more only the beginning (observed with 2.1.329).
const ROOM: usize = 12_000;
/// What a choice takes beside its words.
const FRAME: usize = 60;

/// Where an interview stands.
#[derive(Debug, Clone, Serialize)]
pub struct Interview {
    version: u32,
    /// `question`, `plan`, `applied`, `unchanged` or `stuck`.
    state: &'static str,
    /// What is to be answered next.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<QuestionReport>,
    /// What would be or was written, as `setup --json` reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Value>,
    /// The change of the settings file line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    /// How to undo it by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<String>,
    /// Why it cannot go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
    /// The questions whose other answer could mend it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mended_by: Vec<String>,
    /// The answers it was given.
    answers: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize)]
struct QuestionReport {
    /// The key of its answer.
    topic: String,
    text: String,
    notes: Vec<String>,
    /// `choose`: one of the choices; `type`: any text, the choices being suggestions.
    style: &'static str,
    /// Whether several of the choices may be answered, with commas between.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    several: bool,
    choices: Vec<ChoiceReport>,
    /// How many choices there are beside those; words under `search` among the answers find them.
    unlisted: usize,
    /// The answer to take where the user has no wish.
    recommended: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct ChoiceReport {
    answer: String,
    about: String,
}

impl Interview {
    fn of(state: &'static str, answers: &BTreeMap<String, String>) -> Self {
        Self {
            version: 1,
            state,
            question: None,
            plan: None,
            diff: None,
            recovery: None,
            error: None,
            hints: Vec::new(),
            mended_by: Vec::new(),
            answers: answers.clone(),
        }
    }

    /// A question, to be answered under a key, with the choices that hold the words of a search.
    #[must_use]
    pub fn asking(key: &str, question: &Question, answers: &BTreeMap<String, String>, search: Option<&str>) -> Self {
        Self { question: Some(QuestionReport::of(key, question, search)), ..Self::of("question", answers) }
    }

    /// The plan, written when the question it comes with is answered with its first choice.
    #[must_use]
    pub fn planning(self, plan: Value, diff: String) -> Self {
        Self { state: "plan", plan: Some(plan), diff: Some(diff), ..self }
    }

    /// The end: what was written, or that nothing had to be.
    #[must_use]
    pub fn ended(applied: bool, plan: Value, recovery: String, answers: &BTreeMap<String, String>) -> Self {
        let state = if applied { "applied" } else { "unchanged" };
        Self { plan: Some(plan), recovery: Some(recovery), ..Self::of(state, answers) }
    }

    /// That it cannot go on as answered.
    #[must_use]
    pub fn stuck(failure: &Failure, mended_by: Vec<String>, answers: &BTreeMap<String, String>) -> Self {
        let (error, hints) = (Some(failure.message.clone()), failure.hints.clone());
        Self { error, hints, mended_by, ..Self::of("stuck", answers) }
    }

    /// The document.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

impl QuestionReport {
    fn of(key: &str, question: &Question, search: Option<&str>) -> Self {
        let offers = &question.offers;
        let recommended = offers.first().filter(|_| question.has_recommendation);
        let found: Vec<&Offer> = match search {
            Some(words) => question.matching(words).into_iter().map(|at| &offers[at]).collect(),
            None => offers.iter().collect(),
        };
        let choices = listed(&found);
        let mut notes = question.notes.clone();
        if let Some(words) = search.filter(|_| found.is_empty()) {
            notes.push(format!("None of the {} choices contains \"{words}\".", offers.len()));
        }
        Self {
            topic: key.to_owned(),
            text: question.text.clone(),
            notes,
            style: if question.style == Style::Type { "type" } else { "choose" },
            several: question.topic == Topic::More,
            unlisted: offers.len() - choices.len(),
            choices,
            recommended: recommended.map(|offer| offer.value.clone()),
        }
    }
}

/// The first of the choices for which there is room, and they are the better ones; without any that alone would fill it.
fn listed(found: &[&Offer]) -> Vec<ChoiceReport> {
    let taken = |offer: &Offer| offer.value.len() + offer.about.len() + FRAME;
    let mut left = ROOM;
    let fits = |offer: &&&Offer| left.checked_sub(taken(offer)).map(|rest| left = rest).is_some();
    let offers = found.iter().filter(|offer| taken(offer) <= ROOM / 2).take_while(fits);
    offers.map(|offer| ChoiceReport { answer: offer.value.clone(), about: offer.about.clone() }).collect()
}
