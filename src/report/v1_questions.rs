//! The answer of `setup --json --answers`, version 1: the next question, the plan, or what came of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::error::Failure;
use crate::wizard::{Question, Style, Topic};

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

    /// A question, to be answered under a key.
    #[must_use]
    pub fn asking(key: &str, question: &Question, answers: &BTreeMap<String, String>) -> Self {
        Self { question: Some(QuestionReport::of(key, question)), ..Self::of("question", answers) }
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
    fn of(key: &str, question: &Question) -> Self {
        let offers = &question.offers;
        let recommended = offers.first().filter(|_| question.has_recommendation);
        Self {
            topic: key.to_owned(),
            text: question.text.clone(),
            notes: question.notes.clone(),
            style: if question.style == Style::Type { "type" } else { "choose" },
            several: question.topic == Topic::More,
            choices: offers
                .iter()
                .map(|offer| ChoiceReport { answer: offer.value.clone(), about: offer.about.clone() })
                .collect(),
            recommended: recommended.map(|offer| offer.value.clone()),
        }
    }
}
