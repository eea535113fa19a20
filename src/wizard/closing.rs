//! The last question: write it, or first have the models answer, or set something more.

use crate::aws::probe::INPUT_TOKENS;
use crate::plan::Choice;
use crate::proof::{KEPT_FOR, Proof, Status};
use crate::wizard::knowledge::{Knowledge, Listing, StatusLine};
use crate::wizard::more::{Extra, More};
use crate::wizard::question::{NO, Offer, Question, Style, Topic, YES};

/// The answer that has the models asked first.
pub const PROBE: &str = "probe";
/// The answer that adds our part of the status line.
pub const STATUS_LINE: &str = "statusline";
/// The answer that leads to the settings most people leave as they are.
pub const MORE: &str = "more";
/// The answer that leads back to the models.
pub const OTHER_MODEL: &str = "model";

/// What a choice is about to pin, and what is known of it.
pub(super) struct Closing<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) choice: &'a Choice,
    pub(super) more: &'a More,
    /// Whether the main model was asked for, so that it can be asked for again.
    pub(super) may_change_model: bool,
}

impl Closing<'_> {
    /// The models it pins, the main one first, each once.
    fn models(&self) -> Vec<&str> {
        let mut models = vec![self.choice.model.as_str()];
        for (_, id) in &self.choice.pins {
            if !models.contains(&id.as_str()) {
                models.push(id);
            }
        }
        models
    }

    fn proof(&self, id: &str) -> Option<&Proof> {
        self.knowledge.proofs.of(&[id])
    }

    /// Whether it answered, not long ago; one that was only busy has not.
    fn is_proven(&self, id: &str) -> bool {
        let is_fresh = |proof: &&Proof| self.knowledge.now.duration_since(proof.at) < KEPT_FOR;
        self.proof(id).filter(is_fresh).is_some_and(|proof| proof.status == Status::Answered)
    }

    /// Those of which nobody knows whether they answer.
    pub(super) fn unproven(&self) -> Vec<String> {
        self.models().into_iter().filter(|id| !self.is_proven(id)).map(str::to_owned).collect()
    }

    /// How many changes, what is known of the models, and what can be done now.
    pub(super) fn question(&self, changes: usize) -> Question {
        let text =
            if changes == 1 { "Write this change?".to_owned() } else { format!("Write these {changes} changes?") };
        let mut offers = vec![Offer::new(YES, "write it")];
        if self.may_change_model && self.is_stopped(&self.choice.model) {
            offers.insert(0, Offer::new(OTHER_MODEL, "choose another main model"));
        }
        offers.extend(self.probe_offer());
        if self.knowledge.status_line == StatusLine::Absent && !self.more.values.contains_key(&Extra::StatusLine) {
            offers.push(Offer::new(STATUS_LINE, "also show what ends soon in Claude Code's status line"));
        }
        offers.push(Offer::new(MORE, "background model, caching, service tier, token limits"));
        offers.push(Offer::new(NO, "leave everything as it is"));
        Question {
            topic: Topic::Confirmation,
            notes: self.notes(),
            text,
            style: Style::Choose,
            has_recommendation: true,
            offers,
            start: 0,
        }
    }

    /// The cost stands in it, so that choosing it is a consent to that.
    fn probe_offer(&self) -> Option<Offer> {
        let count = self.unproven().len();
        let tokens = count * (INPUT_TOKENS + 1);
        let what = match count {
            0 => return None,
            1 => "first ask the model for a token".to_owned(),
            count => format!("first ask the {count} models for a token each"),
        };
        Some(Offer::new(PROBE, format!("{what}; {tokens} tokens are billed")))
    }

    fn is_stopped(&self, id: &str) -> bool {
        self.proof(id).is_some_and(|proof| proof.status == Status::Stopped)
    }

    pub(super) fn are_all_proven(&self) -> bool {
        self.unproven().is_empty()
    }

    /// What stops a model and what opens it; what nobody has verified.
    pub(super) fn notes(&self) -> Vec<String> {
        if self.are_all_proven() {
            return vec!["Every model to be pinned has answered within the last week.".to_owned()];
        }
        let mut notes = Vec::new();
        for id in self.models() {
            match self.proof(id) {
                Some(proof) if !proof.is_usable() => {
                    let fix = proof.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
                    notes.push(format!("{id} does not answer: {}{fix}", proof.words()));
                }
                Some(proof) if proof.status == Status::Throttled => {
                    notes.push(format!("{id} is there, but has not answered: {}.", proof.words()));
                }
                None if self.is_unlisted(id) => {
                    notes.push(format!(
                        "{id} is unverified: it could not be listed, and nobody has asked it, which a probe does."
                    ));
                }
                _ => {}
            }
        }
        notes
    }

    fn is_unlisted(&self, id: &str) -> bool {
        self.knowledge.listing.as_ref().is_none_or(|listing| *listing == Listing::Denied) && !self.is_proven(id)
    }
}
