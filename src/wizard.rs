//! The set-up's questions as a state machine: what is known and what was answered give the next step.
//!
//! Pure. Flags, `--yes` and a terminal answer the same questions; a question is plain data.

pub mod foreign;
pub mod knowledge;
mod models;
pub mod question;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::cli::{IdentityMode, SetupScope};
use crate::plan::{Choice, Consent, OwnHelpers};

use self::foreign::Recognised;
pub use self::knowledge::{KeptValue, Knowledge, Listing, Planned, ProfileOption};
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
        let Some(model) = &self.answers.model else { return self.ask_model(listing, region) };
        if let Some(stuck) = models::unlisted(listing, model, region) {
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
        self.settle(Choice {
            profile: profile.clone(),
            region: region.clone(),
            model: model.clone(),
            pins: models::pins(listing, model, self.adopted()),
            also: Vec::new(),
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
            Topic::Model => self.answers.model = Some(answer.clone()),
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
        if topic != Topic::Confirmation {
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
                hint: "create one with `aws configure sso`, then run `claude-bedrock setup` again".into(),
                mended_by: &[],
            });
        }
        self.ask(question::profile(&self.knowledge, self.adopted()))
    }

    fn ask_model(&self, listing: &Listing, region: &str) -> Step {
        let offers = models::offers(&self.knowledge, self.adopted(), listing);
        if offers.is_empty() && *listing != Listing::Denied {
            return Step::Stuck(Stuck {
                message: format!("Bedrock lists no Claude inference profile in {region}"),
                hint: "name another region, or an application inference profile's ARN with `--model`".into(),
                mended_by: &[Topic::Region, Topic::Profile],
            });
        }
        self.ask(question::model(offers))
    }

    /// A question, beginning where its last answer was.
    fn ask(&self, mut question: Question) -> Step {
        if let Some(earlier) = self.earlier.get(&question.topic) {
            question.begin_at(earlier);
        }
        Step::Ask(question)
    }
}

fn not_found_by_claude_code(profile: &str) -> Stuck {
    Stuck {
        message: format!("Claude Code does not find the profile `{profile}` by itself, for its name is quoted"),
        hint: "use `--identity isolated`, which works with any profile name".into(),
        mended_by: &[Topic::Identity, Topic::Profile],
    }
}

/// The kept values without which the choice cannot hold, and whose they are.
fn impossible(planned: &Planned, recognised: Option<&Recognised>) -> Option<Stuck> {
    let lines: Vec<&str> = planned.kept.iter().filter(|kept| kept.required).map(|kept| kept.line.as_str()).collect();
    if lines.is_empty() {
        return None;
    }
    let whose = recognised.map(|recognised| format!("\n{}", recognised.explanation())).unwrap_or_default();
    Some(Stuck {
        message: format!(
            "with these values kept, Claude Code could not work as chosen; nothing was written:\n{}{whose}",
            lines.join("\n")
        ),
        hint: "run again with `--force` to replace them; `claude-bedrock reset` brings them back".into(),
        mended_by: &[Topic::Conflict],
    })
}
