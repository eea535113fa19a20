//! Who answers the questions: a person at a terminal, the recommendations, or another program with JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Failure;
use crate::new_profile;
use crate::report::v1_questions::Interview;
use crate::wizard::question::{NO, YES};
use crate::wizard::{Offer, Question, Style, Topic};

/// The key of the words that every choice of the next question is to hold.
const SEARCH: &str = "search";
/// The most of what an answer may have been that is said of one that is none.
const CHOICES_NAMED: usize = 20;

/// The key of the answer to whether someone signs in now.
pub(super) const SIGN_IN: &str = "sign-in";

/// Who answers.
#[derive(Debug)]
pub(super) enum Asker {
    /// A person.
    Person,
    /// Nobody; what is recommended is taken.
    Recommendation,
    /// Another program, which shows the questions to a person and comes back with the answers.
    Given(Given),
}

/// Answers by the key of their question.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) answers: BTreeMap<String, String>,
    /// What the choices of the next question are to hold, where there are too many to be listed.
    pub(super) search: Option<String>,
}

/// Why a set-up goes no further.
#[derive(Debug)]
pub(super) enum Stop {
    /// It cannot, and which other answers could mend that.
    Failed(Failure, Vec<String>),
    /// There is a question that was not answered yet.
    Asked(Box<Interview>),
}

/// A sign-in that failed can be tried again, or another profile be chosen.
pub(super) fn mended_by_sign_in(failure: Failure) -> Stop {
    Stop::Failed(failure, vec![SIGN_IN.to_owned(), Topic::Profile.key().to_owned()])
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure, Vec::new())
    }
}

impl Asker {
    /// Whether a question may be asked at all.
    pub(super) fn asks(&self) -> bool {
        !matches!(self, Self::Recommendation)
    }

    pub(super) fn is_person(&self) -> bool {
        matches!(self, Self::Person)
    }

    pub(super) fn given(&self) -> Option<&Given> {
        match self {
            Self::Given(given) => Some(given),
            _ => None,
        }
    }
}

impl Given {
    /// Reads `{"profile": "work", "region": "us-west-2"}`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let refused = |reason: String| {
            Failure::refused(format!("`--answers` {reason}")).hint("give an object such as '{\"profile\": \"work\"}'")
        };
        let value: Value = serde_json::from_str(text).map_err(|error| refused(format!("is not JSON: {error}")))?;
        let Value::Object(object) = value else { return Err(refused("is not a JSON object".into())) };
        let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.key()).chain(new_profile::Topic::KEYS).collect();
        let mut answers = BTreeMap::new();
        for (key, value) in object {
            let Value::String(answer) = value else { return Err(refused(format!("has no text under `{key}`"))) };
            if ![SIGN_IN, SEARCH].contains(&key.as_str()) && !known.contains(&key.as_str()) {
                let known = known.join(", ");
                return Err(refused(format!(
                    "holds `{key}`, which is not a question; there are {known}, {SIGN_IN}, {SEARCH}"
                )));
            }
            answers.insert(key, answer);
        }
        let search = answers.remove(SEARCH);
        Ok(Self { answers, search })
    }

    /// Whether a profile that is not there yet is spoken of.
    pub(super) fn names_new_profile(&self) -> bool {
        self.answers.contains_key(new_profile::Topic::StartUrl.key())
    }

    /// The answer to a question; what is no choice of it is refused, but for models, which need not be listed.
    ///
    /// # Errors
    /// The question when it was not answered yet; why the answer is none.
    pub(super) fn answer(&self, key: &str, question: &Question) -> Result<String, Stop> {
        let Some(answer) = self.answers.get(key) else { return Err(self.asked(key, question)) };
        let is_free = question.style == Style::Type || matches!(question.topic, Topic::Model | Topic::More);
        if is_free || question.offers.iter().any(|offer| offer.value == *answer) {
            return Ok(answer.clone());
        }
        let named = question.offers.iter().take(CHOICES_NAMED).map(|offer| offer.value.as_str());
        let more = question.offers.len().saturating_sub(CHOICES_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let choices = named.collect::<Vec<_>>().join(", ");
        let failure = Failure::refused(format!("`{answer}` is not an answer to \"{}\"", question.text))
            .hint(format!("the choices are: {choices}{more}"));
        Err(Stop::Failed(failure, vec![key.to_owned()]))
    }

    pub(super) fn asked(&self, key: &str, question: &Question) -> Stop {
        Stop::Asked(Box::new(Interview::asking(key, question, &self.answers, self.search.as_deref())))
    }

    /// Whether someone signs in now; a question until it is answered.
    pub(super) fn signs_in(&self, profile: &str, reason: &str) -> Result<bool, Stop> {
        let question = Question {
            topic: Topic::Profile,
            notes: vec![format!("{reason}.")],
            text: format!("Sign in to AWS for `{profile}` now?"),
            style: Style::YesNo,
            offers: vec![
                Offer { value: YES.into(), about: "a browser opens here, or a code is shown to enter in any".into() },
                Offer { value: NO.into(), about: "nothing is written".into() },
            ],
            has_recommendation: true,
            start: 0,
        };
        Ok(self.answer(SIGN_IN, &question)? == YES)
    }
}
