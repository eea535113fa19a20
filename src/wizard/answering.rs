//! Which models are asked before they are pinned, and what becomes of a main model that does not answer.

use crate::plan::Choice;
use crate::proof::{Proof, Status};

use super::Wizard;
use super::question::Topic;

/// What becomes of a main model that was asked and does not answer, with how it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// Somebody named it, so nothing stands in for it.
    Named(Proof),
    /// It was recommended, and what could stand in for it is still to be asked.
    OthersFirst,
    /// It was recommended, and this one answers.
    StandIn(Proof, String),
    /// It was recommended, and nothing else answers either; so many ways to models the residency keeps away.
    Complete(Proof, usize),
}

impl Wizard {
    /// The models that were agreed to be asked: those that did not answer lately, and by themselves each only once.
    /// Where a recommended main model does not answer, all that could stand in for it are asked at once, and anew: what
    /// stops it now may have come to stop them too.
    pub(super) fn to_probe(&self, choice: &Choice) -> Vec<String> {
        let mut ids = self.closing(choice).unproven();
        if self.probes_now {
            return ids;
        }
        if self.was_recommended() && self.silent_main(choice).is_some() {
            let others = self.knowledge.listing.as_ref().map(|listing| self.choices(listing).ids());
            for id in others.into_iter().flatten() {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        ids.retain(|id| !self.probed.contains(id));
        ids
    }

    /// What becomes of a main model that does not answer; `None` where it was not asked, or answers.
    #[must_use]
    pub fn silence(&self, choice: &Choice) -> Option<Silence> {
        let main = self.silent_main(choice)?.clone();
        let Some(listing) = self.knowledge.listing.as_ref().filter(|_| self.was_recommended()) else {
            return Some(Silence::Named(main));
        };
        if !self.to_probe(choice).is_empty() {
            return Some(Silence::OthersFirst);
        }
        let choices = self.choices(listing);
        Some(match choices.recommended_id() {
            Some(other) => Silence::StandIn(main, other),
            None => Silence::Complete(main, choices.left_out()),
        })
    }

    /// Whether the main model was asked for, and not named by a flag.
    pub(super) fn was_recommended(&self) -> bool {
        self.asked.iter().any(|turn| turn.topic == Topic::Model)
    }

    /// How the main model was refused, where it was asked in this set-up.
    fn silent_main(&self, choice: &Choice) -> Option<&Proof> {
        let proof = self.knowledge.proofs.of(&[&choice.model])?;
        (self.asked_now().contains(&choice.model) && !proof.is_usable()).then_some(proof)
    }

    /// The models that were asked because every one is to answer before it is pinned.
    pub(super) fn asked_now(&self) -> &[String] {
        if self.answers.probe { &self.probed } else { &[] }
    }

    /// Whether a model is known not to answer.
    pub(super) fn is_silent(&self, id: &str) -> bool {
        let is_over = |proof: &Proof| {
            proof.status == Status::Stopped || !proof.is_usable() && self.asked_now().contains(&proof.id)
        };
        self.knowledge.proofs.of(&[id]).is_some_and(is_over)
    }
}
