//! The set-up's questions as a state machine: what is known and what was answered give the next step.
//!
//! Pure. Flags, `--yes` and a terminal answer the same questions; a question is plain data.

pub mod foreign;
pub mod knowledge;
mod models;
pub mod more;
mod obstacles;
pub mod question;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::cli::{IdentityMode, SetupScope};
use crate::plan::{Choice, Consent, OwnHelpers, Wish};
use crate::proof::Proofs;
use crate::regions::Residency;
use crate::vars;

use self::foreign::Recognised;
pub use self::knowledge::{KeptValue, Knowledge, Listing, Planned, ProfileOption};
use self::models::Choices;
use self::more::{Extra, More};
use self::obstacles::{impossible, not_found_by_claude_code};
pub use self::question::{ADOPT, KEEP, NO, Offer, Question, REPLACE, Style, Topic, YES};

/// What was answered so far, by flags or by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Whether a recognised configuration is taken over.
    pub adopt: Option<bool>,
    /// The profile.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Where traffic may go.
    pub residency: Option<Residency>,
    /// The main model.
    pub model: Option<String>,
    /// The identity mode.
    pub identity: Option<IdentityMode>,
    /// Whether the values of others that are in the way are replaced.
    pub replace: Option<bool>,
    /// Whether the changes are to be written.
    pub confirmed: Option<bool>,
    /// The settings file.
    pub scope: SetupScope,
    /// Commands of the user's own, which are given and never asked for.
    pub own: OwnHelpers,
    /// The settings beyond the usual ones.
    pub more: More,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A question.
    Ask(Question),
    /// Bedrock is to be asked what it offers to this profile in this region.
    Observe {
        /// The profile.
        profile: String,
        /// The region.
        region: String,
    },
    /// The settings file is to be planned, and its changes shown.
    Plan(Choice, Consent),
    /// Everything is answered.
    Done(Choice, Consent),
    /// The person does not want it written.
    Declined,
    /// It cannot go on as answered.
    Stuck(Stuck),
}

/// Why it cannot go on, and which other answer would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The questions whose answer could mend it.
    pub mended_by: &'static [Topic],
}

/// The set-up's questions on their way to a choice.
#[derive(Debug, Clone)]
pub struct Wizard {
    knowledge: Knowledge,
    answers: Answers,
    asked: Vec<Topic>,
    /// What was answered before someone went back, so that the same answer lies at hand.
    earlier: BTreeMap<Topic, String>,
}

impl Wizard {
    /// A wizard that knows this, with what the flags have answered.
    #[must_use]
    pub fn new(knowledge: Knowledge, given: Answers) -> Self {
        Self { knowledge, answers: given, asked: Vec::new(), earlier: BTreeMap::new() }
    }

    /// The configuration of somebody else that is taken over.
    #[must_use]
    pub fn adopted(&self) -> Option<&Recognised> {
        self.knowledge.recognised.as_ref().filter(|_| self.answers.adopt == Some(true))
    }

    /// The next step.
    #[must_use]
    pub fn next(&self) -> Step {
        if let (Some(recognised), None) = (&self.knowledge.recognised, self.answers.adopt) {
            return self.ask(question::adoption(recognised));
        }
        let Some(profile) = &self.answers.profile else { return self.ask_profile() };
        let option = self.knowledge.profiles.iter().find(|option| &option.name == profile);
        let Some(region) = &self.answers.region else {
            return self.ask(question::region(&self.knowledge, self.adopted(), option));
        };
        let Some(listing) = &self.knowledge.listing else {
            return Step::Observe { profile: profile.clone(), region: region.clone() };
        };
        let choices = Choices::of(&self.knowledge, self.adopted(), listing, self.answers.residency);
        let Some(model) = &self.answers.model else { return self.ask_model(&choices, listing, region) };
        if let Some(stuck) = choices.objection(listing, model, region) {
            return Step::Stuck(stuck);
        }
        let identity = match (self.answers.scope, self.answers.identity) {
            // A project's settings hold no identity, so there is nothing to ask.
            (SetupScope::Project, _) => IdentityMode::Shared,
            (_, Some(identity)) => identity,
            (_, None) => return self.ask(question::identity(&self.knowledge, option)),
        };
        if identity == IdentityMode::Shared
            && self.answers.scope != SetupScope::Project
            && option.is_some_and(|option| !option.found_by_claude_code)
        {
            return Step::Stuck(not_found_by_claude_code(profile));
        }
        let (pins, also) = self.pins_and_more(&choices, model, region);
        self.settle(Choice {
            profile: profile.clone(),
            region: region.clone(),
            model: model.clone(),
            pins,
            also,
            identity,
            scope: self.answers.scope,
            own: self.answers.own.clone(),
        })
    }

    /// Takes an answer to a question that was asked.
    ///
    /// # Errors
    /// In a sentence, why it is none; nothing has happened then and the question stands.
    pub fn answer(&mut self, topic: Topic, answer: &str) -> Result<(), String> {
        let answer = topic.accept(answer)?;
        match topic {
            Topic::Adoption => self.answers.adopt = Some(answer == ADOPT),
            Topic::Profile => self.answers.profile = Some(answer.clone()),
            Topic::Region => self.answers.region = Some(answer.clone()),
            Topic::Residency => self.answers.residency = Residency::parse(&answer),
            Topic::Model => self.answers.model = Some(answer.clone()),
            Topic::More => {
                self.answers.more.asked = Extra::parse(&answer);
                self.answers.more.open = answer != more::DONE;
            }
            Topic::Extra(extra) => {
                self.answers.more.values.insert(extra, answer.clone());
                self.answers.more.asked = None;
                self.knowledge.planned = None;
            }
            Topic::Identity => {
                let shared = answer == question::SHARED;
                self.answers.identity = Some(if shared { IdentityMode::Shared } else { IdentityMode::Isolated });
            }
            Topic::Conflict => {
                self.answers.replace = Some(answer == REPLACE);
                if answer == REPLACE {
                    // What is replaced changes the plan.
                    self.knowledge.planned = None;
                }
            }
            Topic::Confirmation => self.answers.confirmed = Some(answer == YES),
        }
        self.asked.push(topic);
        self.earlier.insert(topic, answer);
        Ok(())
    }

    /// Goes back to the question asked last; `false` when there is none.
    pub fn back(&mut self) -> bool {
        let Some(topic) = self.asked.pop() else { return false };
        match topic {
            Topic::Residency => self.answers.residency = None,
            // What was chosen there is asked again, or the list is left for what stands before it.
            Topic::More => {
                self.answers.more.asked = None;
                self.answers.more.open = true;
            }
            Topic::Extra(extra) => {
                self.answers.more.values.remove(&extra);
                self.answers.more.asked = Some(extra);
            }
            Topic::Adoption => self.answers.adopt = None,
            Topic::Profile => self.answers.profile = None,
            Topic::Region => self.answers.region = None,
            Topic::Model => self.answers.model = None,
            Topic::Identity => self.answers.identity = None,
            Topic::Conflict => self.answers.replace = None,
            Topic::Confirmation => self.answers.confirmed = None,
        }
        if matches!(topic, Topic::Profile | Topic::Region) {
            self.knowledge.listing = None;
        }
        if !matches!(topic, Topic::Confirmation | Topic::More) {
            self.knowledge.planned = None;
        }
        true
    }

    /// Goes back to the latest of some questions; `false`, and nothing has happened, when none of them was asked.
    pub fn back_to(&mut self, topics: &[Topic]) -> bool {
        let Some(at) = self.asked.iter().rposition(|topic| topics.contains(topic)) else { return false };
        while self.asked.len() > at {
            self.back();
        }
        true
    }

    /// Takes what Bedrock offers to the chosen profile in the chosen region.
    pub fn observed(&mut self, listing: Listing) {
        self.knowledge.listing = Some(listing);
    }

    /// Takes how models answered when they were last asked.
    pub fn proven(&mut self, proofs: Proofs) {
        self.knowledge.proofs = proofs;
    }

    /// Takes what a plan for the choice would do to the settings file.
    pub fn planned(&mut self, planned: Planned) {
        self.knowledge.planned = Some(planned);
    }

    /// Forgets the plan, for the settings file was changed meanwhile.
    pub fn plan_anew(&mut self) {
        self.knowledge.planned = None;
        self.answers.confirmed = None;
        self.asked.retain(|topic| *topic != Topic::Confirmation);
    }

    /// From a choice to its writing.
    fn settle(&self, choice: Choice) -> Step {
        let consent = Consent {
            adopted: self.adopted().map(|recognised| recognised.keys.clone()).unwrap_or_default(),
            replace: self.answers.replace == Some(true),
        };
        let Some(planned) = &self.knowledge.planned else { return Step::Plan(choice, consent) };
        if !planned.kept.is_empty() {
            match self.answers.replace {
                None => return self.ask(question::conflict(&planned.kept)),
                Some(_) => {
                    if let Some(stuck) = impossible(planned, self.knowledge.recognised.as_ref()) {
                        return Step::Stuck(stuck);
                    }
                }
            }
        }
        if self.answers.more.open {
            return self.ask_more(&choice);
        }
        match self.answers.confirmed {
            None if planned.changes > 0 => self.ask(question::confirmation(planned.changes)),
            Some(false) => Step::Declined,
            _ => Step::Done(choice, consent),
        }
    }

    fn ask_profile(&self) -> Step {
        if self.knowledge.profiles.is_empty() {
            return Step::Stuck(Stuck {
                message: format!("there is no AWS profile on this machine: {} hold none", self.knowledge.looked_in),
                hint: "make one from your company's AWS access portal address: `claude-bedrock setup --start-url URL`"
                    .into(),
                mended_by: &[],
            });
        }
        self.ask(question::profile(&self.knowledge, self.adopted()))
    }

    fn ask_model(&self, choices: &Choices<'_>, listing: &Listing, region: &str) -> Step {
        if let Some(stuck) = choices.nothing_stays(region) {
            return Step::Stuck(stuck);
        }
        let residencies = choices.open_residencies();
        if !residencies.is_empty() {
            return self.ask(question::residency(residencies));
        }
        let offers = choices.offers();
        if offers.is_empty() && *listing != Listing::Denied {
            return Step::Stuck(Stuck {
                message: format!("Bedrock lists no Claude inference profile in {region}"),
                hint: "name another region, or an application inference profile's ARN with `--model`".into(),
                mended_by: &[Topic::Region, Topic::Profile],
            });
        }
        self.ask(question::model(offers, choices.note()))
    }

    /// What each alias is pinned to, and what goes beside it: a prefix, capabilities, the settings under "more".
    fn pins_and_more(
        &self,
        choices: &Choices<'_>,
        model: &str,
        region: &str,
    ) -> (Vec<(&'static str, String)>, Vec<Wish>) {
        let mut pinning = choices.pinning(model);
        if let Some(background) = self.answers.more.values.get(&Extra::Background) {
            let haiku = pinning.aliases.iter_mut().filter(|(name, _)| *name == vars::DEFAULT_HAIKU_MODEL);
            haiku.for_each(|(_, id)| id.clone_from(background));
        }
        let mut also = choices.companions(&pinning, region);
        also.extend(more::wishes(&self.answers.more));
        (pinning.aliases, also)
    }

    /// One of the settings beyond the usual ones, or which of them.
    fn ask_more(&self, choice: &Choice) -> Step {
        let Some(extra) = self.answers.more.asked else { return self.ask(more::menu(&self.answers.more)) };
        let haiku = choice.pins.iter().find(|(name, _)| *name == vars::DEFAULT_HAIKU_MODEL);
        let pinned = haiku.map_or("", |(_, id)| id.as_str());
        let listing = self.knowledge.listing.as_ref().unwrap_or(&Listing::Denied);
        let choices = Choices::of(&self.knowledge, self.adopted(), listing, self.answers.residency);
        self.ask(more::question(extra, choices.background_offers(pinned)))
    }

    /// A question, beginning where its last answer was.
    fn ask(&self, mut question: Question) -> Step {
        // The list of other settings begins anew each time, at its end.
        let earlier = self.earlier.get(&question.topic).filter(|_| question.topic != Topic::More);
        if let Some(earlier) = earlier {
            question.begin_at(earlier);
        }
        Step::Ask(question)
    }
}
