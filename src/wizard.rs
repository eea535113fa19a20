//! The set-up's questions as a state machine: what is known and what was answered give the next step.
//!
//! Pure. Flags, `--yes` and a terminal answer the same questions; a question is plain data.

mod answering;
mod closing;
pub mod foreign;
pub mod knowledge;
mod models;
pub mod more;
mod obstacles;
mod places;
pub mod question;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::BTreeMap;

use crate::cli::{IdentityMode, SetupScope};
use crate::plan::{Choice, Consent, OwnHelpers, Wish};
use crate::regions::{self, Residency};
use crate::vars;

pub use self::answering::Silence;
use self::closing::Closing;
pub use self::closing::{MORE, OTHER_MODEL, PROBE, STATUS_LINE};
use self::foreign::Recognised;
pub use self::knowledge::{KeptValue, Knowledge, Listing, Planned, ProfileOption, Regions, StatusLine};
use self::models::Choices;
use self::more::{AS_IT_IS, Extra, More};
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
    /// Whether every model is to answer before it is pinned.
    pub probe: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A question.
    Ask(Question),
    /// The regions are to be asked how near they are and what they have for this profile.
    Survey {
        /// The profile.
        profile: String,
    },
    /// Bedrock is to be asked what it offers to this profile in this region.
    Observe {
        /// The profile.
        profile: String,
        /// The region.
        region: String,
    },
    /// The settings file is to be planned, and its changes shown.
    Plan(Choice, Consent),
    /// These models are to be asked for a token each, which somebody has agreed to.
    Probe(Choice, Vec<String>),
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
    asked: Vec<Turn>,
    /// What was answered before someone went back, so that the same answer lies at hand.
    earlier: BTreeMap<Topic, String>,
    /// Whether somebody has agreed to ask the models now.
    probes_now: bool,
    /// The models that were asked, whatever came of it.
    probed: Vec<String>,
}

/// A question that was answered, and how things stood before it was.
#[derive(Debug, Clone)]
struct Turn {
    topic: Topic,
    before: Answers,
}

impl Wizard {
    /// A wizard that knows this, with what the flags have answered.
    #[must_use]
    pub fn new(knowledge: Knowledge, given: Answers) -> Self {
        let (asked, earlier, probed) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { knowledge, answers: given, asked, earlier, probes_now: false, probed }
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
            if matches!(self.knowledge.regions, Regions::Wanted) {
                return Step::Survey { profile: profile.clone() };
            }
            return self.ask(places::region(&self.knowledge, self.adopted(), option));
        };
        let Some(listing) = &self.knowledge.listing else {
            return Step::Observe { profile: profile.clone(), region: region.clone() };
        };
        let choices = self.choices(listing);
        let Some(model) = &self.answers.model else { return self.ask_model(&choices, listing, region) };
        if let Some(stuck) = self.objection(&choices, listing, model, region) {
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
            status_line: self.answers.more.values.get(&Extra::StatusLine).map(|answer| answer == YES),
        })
    }

    /// What is known of the models that a choice pins: what stops them, and what nobody has verified.
    #[must_use]
    pub fn known_of(&self, choice: &Choice) -> Vec<String> {
        self.closing(choice).notes()
    }

    /// Whether each model that a choice pins has answered lately, so that nothing is to be warned of.
    #[must_use]
    pub fn are_all_proven(&self, choice: &Choice) -> bool {
        self.closing(choice).are_all_proven()
    }

    /// Of the values of others that stay, the models that the region does not list, a sentence each.
    #[must_use]
    pub fn kept_in_vain(&self) -> Vec<String> {
        let (Some(planned), Some(listing)) = (&self.knowledge.planned, &self.knowledge.listing) else {
            return Vec::new();
        };
        let region = self.answers.region.as_deref().unwrap_or_default();
        let mut models: Vec<&String> = planned.kept.iter().filter_map(|kept| kept.model.as_ref()).collect();
        models.retain(|id| listing.lacks(id));
        models.dedup();
        models
            .into_iter()
            .map(|id| format!("{region} does not list `{id}`: what asks for it gets no answer."))
            .collect()
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
                None => return self.ask(question::conflict(&planned.kept, self.kept_in_vain())),
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
        if self.answers.probe || self.probes_now {
            let ids = self.to_probe(&choice);
            if !ids.is_empty() {
                return Step::Probe(choice, ids);
            }
        }
        match self.answers.confirmed {
            None if planned.changes > 0 => self.ask(self.closing(&choice).question(planned.changes)),
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
        if *listing == Listing::Denied {
            return self.ask(question::model(Vec::new(), None));
        }
        if let Some(stuck) = choices.nothing_stays(region) {
            return Step::Stuck(stuck);
        }
        let residencies = choices.open_residencies();
        if !residencies.is_empty() {
            return self.ask(question::residency(residencies, choices.kept_away()));
        }
        let offers = choices.offers();
        if offers.is_empty() {
            return Step::Stuck(Stuck {
                message: format!("Bedrock lists no Claude inference profile in {region}"),
                hint: regions::without_bedrock(region).unwrap_or_else(|| {
                    "name another region, or an application inference profile's ARN with `--model`".to_owned()
                }),
                mended_by: &[Topic::Region, Topic::Profile],
            });
        }
        let mut question = question::model(offers, choices.note());
        question.start = question.offers.iter().position(|offer| !self.is_silent(&offer.value)).unwrap_or_default();
        self.ask(question)
    }

    fn choices<'a>(&'a self, listing: &Listing) -> Choices<'a> {
        Choices::of(&self.knowledge, self.adopted(), listing, self.answers.residency, self.asked_now())
    }

    /// What each alias is pinned to, and what goes beside it: a prefix, capabilities, the settings under "more".
    fn pins_and_more(
        &self,
        choices: &Choices<'_>,
        model: &str,
        region: &str,
    ) -> (Vec<(&'static str, String)>, Vec<Wish>) {
        let mut pinning = choices.pinning(model);
        for (name, id) in self.pins_to_keep(choices, region) {
            let borrowed = pinning.aliases.iter_mut().find(|(alias, pinned)| *alias == name && pinned == model);
            if let Some((_, pinned)) = borrowed {
                id.clone_into(pinned);
            }
        }
        if let Some(background) = self.background() {
            let haiku = pinning.aliases.iter_mut().filter(|(name, _)| *name == vars::DEFAULT_HAIKU_MODEL);
            haiku.for_each(|(_, id)| background.clone_into(id));
        }
        let mut also = choices.companions(&pinning, region, &self.knowledge.rivals);
        also.extend(more::wishes(&self.answers.more));
        (pinning.aliases, also)
    }

    /// Where nothing may be listed, what the aliases of other families than the named model's mean now: it is as good
    /// there as it was, and nothing else is known of them.
    fn pins_to_keep<'a>(&'a self, choices: &Choices<'_>, region: &str) -> Vec<(&'static str, &'a str)> {
        let Knowledge { listing, pinned, region_in_use, .. } = &self.knowledge;
        if *listing != Some(Listing::Denied) || region_in_use != region || self.answers.residency.is_some() {
            return Vec::new();
        }
        let main = self.answers.model.as_deref().and_then(|main| choices.family_of(main));
        let is_as_before = self.answers.profile == self.knowledge.configured_profile;
        let stays = |family: &str, id: &str| {
            main.as_deref() != Some(family)
                && choices.family_of(id).is_none_or(|its| its == family)
                && (is_as_before || !id.starts_with("arn:"))
        };
        let of = |family: &str| pinned.iter().find(|(role, _)| *role == family).map(|(_, id)| id.as_str());
        let kept = |(family, name)| of(family).filter(|id| stays(family, id)).map(|id| (name, id));
        vars::FAMILY_PINS.into_iter().filter_map(kept).collect()
    }

    /// The background model that was named.
    fn background(&self) -> Option<&str> {
        let named = self.answers.more.values.get(&Extra::Background).map(String::as_str);
        named.filter(|named| *named != AS_IT_IS)
    }

    /// What is wrong with what was named, before any of it is planned.
    fn objection(&self, choices: &Choices<'_>, listing: &Listing, model: &str, region: &str) -> Option<Stuck> {
        let in_background = || {
            let stuck = choices.objection(listing, self.background()?, region)?;
            Some(Stuck { mended_by: &[Topic::Extra(Extra::Background)], ..stuck })
        };
        let of_limits = || {
            let message = self.answers.more.objection()?.trim_end_matches('.').to_owned();
            let hint = "leave the limit of thinking out, or raise the limit of an answer".into();
            let mended_by = &[Topic::Extra(Extra::ThinkingTokens), Topic::Extra(Extra::OutputTokens)];
            Some(Stuck { message, hint, mended_by })
        };
        let of_background_region = || {
            let named = self.answers.more.values.get(&Extra::BackgroundRegion)?;
            let residency = choices.kept_by(model)?;
            let is_within = regions::find(named).is_none_or(|known| residency.has(known.country));
            (!is_within).then(|| Stuck {
                message: format!("background requests would go to {named}, which is not in {}", residency.place()),
                hint: "name a region there, or another residency with `--residency`".into(),
                mended_by: &[Topic::Extra(Extra::BackgroundRegion), Topic::Residency],
            })
        };
        let of_background = || in_background().or_else(of_background_region);
        choices.objection(listing, model, region).or_else(of_background).or_else(of_limits)
    }

    fn closing<'a>(&'a self, choice: &'a Choice) -> Closing<'a> {
        let may_change_model = self.was_recommended();
        Closing { knowledge: &self.knowledge, choice, more: &self.answers.more, may_change_model }
    }

    /// One of the settings beyond the usual ones, or which of them.
    fn ask_more(&self, choice: &Choice) -> Step {
        let Some(extra) = self.answers.more.asked.first().copied() else {
            let has_status_line = self.knowledge.status_line != StatusLine::NotOurs;
            return self.ask(more::menu(&self.answers.more, has_status_line));
        };
        let haiku = choice.pins.iter().find(|(name, _)| *name == vars::DEFAULT_HAIKU_MODEL);
        let pinned = haiku.map_or("", |(_, id)| id.as_str());
        let listing = self.knowledge.listing.as_ref().unwrap_or(&Listing::Denied);
        self.ask(more::question(extra, self.choices(listing).background_offers(pinned)))
    }

    /// A question, beginning where its last answer was.
    fn ask(&self, mut question: Question) -> Step {
        // The list of other settings begins anew each time, at its end; the last question at its recommendation; and
        // the models at one that may answer.
        let begins_anew = matches!(question.topic, Topic::More | Topic::Confirmation);
        let is_over = |earlier: &String| question.topic == Topic::Model && self.is_silent(earlier);
        let earlier = self.earlier.get(&question.topic).filter(|earlier| !begins_anew && !is_over(earlier));
        if let Some(earlier) = earlier {
            // A slip is not to be taken for an answer by pressing Enter.
            let meant = if question.topic == Topic::Region { regions::meant(earlier) } else { None };
            question.begin_at(meant.unwrap_or(earlier));
        }
        Step::Ask(question)
    }
}
