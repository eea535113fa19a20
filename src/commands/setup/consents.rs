//! What another program may answer to a plan: each answer names what it agrees to.

use jiff::Timestamp;

use crate::wizard::question::{NO, YES};
use crate::wizard::{MORE, Offer, PROBE, Question};

/// What a consent is to.
pub(super) struct Consents {
    /// The plan, by its own name.
    pub(super) plan: String,
    /// When a model was last asked.
    pub(super) last_probe: Option<Timestamp>,
    /// Whether the settings under "more" were not named yet.
    pub(super) may_say_more: bool,
}

impl Consents {
    /// What an answer means; nothing when it was given to another plan, or before the models were asked.
    pub(super) fn meaning(&self, question: Option<&Question>, said: &str) -> Option<&'static str> {
        self.answers(question).into_iter().find(|(answer, ..)| answer == said).map(|(_, meaning, _)| meaning)
    }

    /// The choices; the first one has the plan written.
    pub(super) fn offers(&self, question: Option<&Question>) -> Vec<Offer> {
        self.answers(question).into_iter().map(|(value, _, about)| Offer { value, about }).collect()
    }

    fn answers(&self, question: Option<&Question>) -> Vec<(String, &'static str, String)> {
        let offered = |value: &str| question.and_then(|it| it.offers.iter().find(|offer| offer.value == value));
        let mut answers = vec![
            (self.plan.clone(), YES, "yes, write exactly this plan".to_owned()),
            (NO.to_owned(), NO, "nothing is written".to_owned()),
        ];
        if let Some(offer) = offered(PROBE) {
            let asked = self.last_probe.map(Timestamp::as_millisecond).unwrap_or_default();
            answers.push((format!("{PROBE}-{}-{asked:x}", self.plan), PROBE, offer.about.clone()));
        }
        if let Some(offer) = offered(MORE).filter(|_| self.may_say_more) {
            answers.push((MORE.to_owned(), MORE, format!("status line, {}", offer.about)));
        }
        answers
    }
}
