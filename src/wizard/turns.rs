//! What a wizard takes in: answers, ways back, and what the world answers in between.

use std::mem;

use crate::aws::bedrock::{FoundationModel, InferenceProfile};
use crate::cli::IdentityMode;
use crate::model;
use crate::pins;
use crate::plan::Choice;
use crate::proof::{Proof, Proofs};
use crate::regions::Residency;
use crate::regions::survey::Survey;

use super::closing;
use super::knowledge::{Knowledge, Listing, Planned, Regions};
use super::more::{self, Extra};
use super::question::{ADOPT, REPLACE, SHARED, Topic, YES};
use super::{Turn, Wizard};

impl Wizard {
    /// Takes an answer to a question that was asked.
    ///
    /// # Errors
    /// In a sentence, why it is none; nothing has happened then and the question stands.
    pub fn answer(&mut self, topic: Topic, answer: &str) -> Result<(), String> {
        let answer = topic.accept(answer)?;
        let before = self.answers.clone();
        match topic {
            Topic::Adoption => self.answers.adopt = Some(answer == ADOPT),
            Topic::Profile => self.answers.profile = Some(answer.clone()),
            Topic::Region => self.answers.region = Some(answer.clone()),
            Topic::Residency => self.answers.residency = Residency::parse(&answer),
            Topic::Model => self.answers.model = Some(answer.clone()),
            Topic::More => {
                self.answers.more.asked = more::named(&answer);
                self.answers.more.open = answer != more::DONE;
            }
            Topic::Extra(extra) => {
                self.answers.more.values.insert(extra, answer.clone());
                if let Some(objection) = self.answers.more.objection() {
                    self.answers = before;
                    return Err(objection);
                }
                self.answers.more.asked.retain(|asked| *asked != extra);
                self.knowledge.planned = None;
            }
            Topic::Identity => {
                let shared = answer == SHARED;
                self.answers.identity = Some(if shared { IdentityMode::Shared } else { IdentityMode::Isolated });
            }
            Topic::Conflict => {
                self.answers.replace = Some(answer == REPLACE);
                if answer == REPLACE {
                    // What is replaced changes the plan.
                    self.knowledge.planned = None;
                }
            }
            Topic::Confirmation => {
                self.close(&answer);
                return Ok(());
            }
        }
        self.asked.push(Turn { topic, before });
        self.earlier.insert(topic, answer);
        Ok(())
    }

    /// The last question has answers that end it, and others that lead to more before it is asked again.
    fn close(&mut self, answer: &str) {
        let before = self.answers.clone();
        match answer {
            closing::MORE => self.answers.more.open = true,
            closing::STATUS_LINE => {
                self.answers.more.values.insert(Extra::StatusLine, YES.to_owned());
                self.knowledge.planned = None;
            }
            closing::PROBE => {
                self.probes_now = true;
                return;
            }
            // It is offered only where the model was asked for.
            closing::OTHER_MODEL => {
                self.back_to(&[Topic::Model]);
                return;
            }
            answer => self.answers.confirmed = Some(answer == YES),
        }
        self.asked.push(Turn { topic: Topic::Confirmation, before });
    }

    /// Goes back to the question asked last; `false` when there is none.
    pub fn back(&mut self) -> bool {
        let Some(Turn { topic, before }) = self.asked.pop() else { return false };
        let is_planned_alike = match topic {
            Topic::More => true,
            Topic::Confirmation => before.more.values == self.answers.more.values,
            _ => false,
        };
        self.answers = before;
        match topic {
            Topic::Profile => {
                self.knowledge.listing = None;
                if matches!(self.knowledge.regions, Regions::Found(_)) {
                    self.knowledge.regions = Regions::Wanted;
                }
            }
            Topic::Region => self.knowledge.listing = None,
            _ => {}
        }
        if !is_planned_alike {
            self.knowledge.planned = None;
        }
        true
    }

    /// Goes back to the latest of some questions; `false`, and nothing has happened, when none of them was asked.
    pub fn back_to(&mut self, topics: &[Topic]) -> bool {
        let Some(at) = self.asked.iter().rposition(|turn| topics.contains(&turn.topic)) else { return false };
        while self.asked.len() > at {
            self.back();
        }
        true
    }

    /// Takes what the regions answered; none where they could not be asked.
    pub fn surveyed(&mut self, survey: Option<Survey>) {
        self.knowledge.regions = survey.map_or(Regions::Unasked, Regions::Found);
    }

    /// Takes what Bedrock offers to the chosen profile in the chosen region.
    pub fn observed(&mut self, listing: Listing) {
        self.knowledge.listing = Some(listing);
        self.knowledge.looked_up.clear();
    }

    /// The first of a choice's models that is to be looked up by itself: an ARN, or what is in no listing.
    #[must_use]
    pub fn to_look_up(&self, choice: &Choice) -> Option<String> {
        let listed = || self.knowledge.listing.iter().flat_map(Listing::profiles);
        let is_known = |id: &str| {
            !id.starts_with("arn:") && listed().any(|profile| profile.id == id)
                || self.knowledge.looked_up.iter().any(|(known, _)| known == id)
        };
        let ids = std::iter::once(&choice.model).chain(choice.pins.iter().map(|(_, id)| id));
        ids.map(|id| model::without_context_suffix(id)).find(|id| !is_known(id)).map(str::to_owned)
    }

    /// Takes what AWS said of a model that is in no listing; what is pinned may change with it.
    pub fn looked_up(&mut self, id: String, found: Option<InferenceProfile>) {
        self.knowledge.looked_up.push((id, found));
        self.knowledge.planned = None;
    }

    /// The pins and the region they are used in now, where the region that was chosen lists none of them.
    #[must_use]
    pub fn pins_elsewhere(&self) -> Option<(&str, &[(&'static str, String)])> {
        let Knowledge { pinned, region_in_use, listing, .. } = &self.knowledge;
        let is_listed = |(_, id): &(&str, String)| {
            let id = model::without_context_suffix(id);
            let profiles = listing.iter().flat_map(Listing::profiles);
            profiles.into_iter().any(|profile| profile.id == id || profile.arn == id)
        };
        let main = pinned.iter().find(|(role, _)| *role == pins::MAIN).or(pinned.first())?;
        let is_elsewhere = self.answers.region.as_ref() != Some(region_in_use) && !is_listed(main);
        is_elsewhere.then_some((region_in_use.as_str(), pinned.as_slice()))
    }

    /// The pins as they are, and the region they are used in.
    #[must_use]
    pub fn pins_now(&self) -> (&str, &[(&'static str, String)]) {
        (&self.knowledge.region_in_use, &self.knowledge.pinned)
    }

    /// Takes where those pins keep requests; none where that is not known.
    pub fn kept_elsewhere(&mut self, residency: Option<Residency>) {
        self.knowledge.kept_elsewhere = residency;
    }

    /// Takes how long the models behind it will live.
    pub fn told_of_models(&mut self, models: Vec<FoundationModel>) {
        self.knowledge.models = models;
    }

    /// Takes how models answered when they were last asked.
    pub fn proven(&mut self, proofs: Proofs) {
        self.knowledge.proofs = proofs;
    }

    /// Takes how models answered that were asked because [`super::Step::Probe`] said so. What they answered may change
    /// what is pinned.
    pub fn probed(&mut self, ids: Vec<String>, proofs: Vec<Proof>) {
        self.probed.extend(ids);
        self.probes_now = false;
        self.knowledge.proofs = mem::take(&mut self.knowledge.proofs).and(proofs);
        self.knowledge.planned = None;
    }

    /// Takes what a plan for the choice would do to the settings file.
    pub fn planned(&mut self, planned: Planned) {
        self.knowledge.planned = Some(planned);
    }

    /// Forgets the plan, for the settings file was changed in the meantime.
    pub fn plan_anew(&mut self) {
        self.knowledge.planned = None;
        self.answers.confirmed = None;
        self.asked.retain(|turn| turn.topic != Topic::Confirmation);
    }
}
