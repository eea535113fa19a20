//! Walks the wizard to a decision: asks a person, AWS and the settings file what it wants to know.

use crate::apply;
use crate::ask::{self, Reply};
use crate::aws::credentials::CredentialsError;
use crate::aws::identity::Identity;
use crate::aws::sign_in::Wish;
use crate::commands::sign_in;
use crate::error::{Exit, Failure};
use crate::observe::{self, Verified};
use crate::plan::{Choice, Consent};
use crate::private_file::Lock;
use crate::proof::Proofs;
use crate::regions;
use crate::wizard::question::NO;
use crate::wizard::{Question, Step, Stuck, Topic, Wizard, more};

use super::Setup;
use super::asker::{Asker, Given, Stop, mended_by_sign_in};
use super::consents::Consents;
use super::draft::Draft;
use super::outcome::Outcome;

/// Every question before the last, for a failure that any other answer might mend.
const ALL: [Topic; 7] =
    [Topic::Adoption, Topic::Profile, Topic::Region, Topic::Residency, Topic::Model, Topic::Identity, Topic::Conflict];

/// What the interview comes to.
pub(super) struct Decision {
    pub(super) choice: Choice,
    pub(super) consent: Consent,
    pub(super) identity: Identity,
    pub(super) draft: Draft,
    /// Held from the last look at the settings file until it is written; none for a dry run.
    pub(super) lock: Option<Lock>,
}

/// The wizard on its way.
pub(super) struct Interview<'a> {
    pub(super) setup: &'a Setup<'a>,
    pub(super) wizard: Wizard,
    /// Who that is, and what is on offer.
    pub(super) verified: Option<Verified>,
    /// The draft that is or was shown.
    shown: Option<(Choice, Draft)>,
    /// The draft that stands on the screen, by its name.
    displayed: Option<String>,
    /// Whether another program has named the settings under "more" already.
    has_named_more: bool,
}

impl<'a> Interview<'a> {
    pub(super) fn new(setup: &'a Setup<'a>, wizard: Wizard) -> Self {
        Self { setup, wizard, verified: None, shown: None, displayed: None, has_named_more: false }
    }

    pub(super) fn decide(mut self) -> Result<Decision, Stop> {
        loop {
            match self.wizard.next() {
                Step::Ask(question) => self.ask(&question)?,
                Step::Survey { profile } => self.survey(&profile)?,
                Step::Observe { profile, region } => self.observe(&profile, &region)?,
                Step::Plan(choice, consent) => {
                    if let Err((failure, mended_by)) = self.plan(&choice, &consent) {
                        self.go_back(failure, mended_by)?;
                    }
                }
                Step::Probe(choice, ids) => self.probe(&choice, ids)?,
                Step::Declined => return Err(Failure::interrupted().into()),
                Step::Stuck(Stuck { message, hint, mended_by }) => {
                    self.go_back(Failure::refused(message).hint(hint), mended_by)?;
                }
                Step::Done(choice, consent) => {
                    if let Some((draft, lock)) = self.last_look(&choice, &consent)? {
                        if !self.setup.asker.asks() || self.setup.args.dry_run {
                            // Nobody was asked a last question that would have told it.
                            self.tell_known_of(&choice);
                        }
                        let unknown = || Failure::failed("AWS was not asked who you are");
                        let identity = self.verified.ok_or_else(unknown)?.identity;
                        return Ok(Decision { choice, consent, identity, draft, lock });
                    }
                }
            }
        }
    }

    fn tell_known_of(&self, choice: &Choice) {
        let Setup { ui, .. } = self.setup;
        let is_proven = self.wizard.are_all_proven(choice);
        for note in self.wizard.known_of(choice) {
            if is_proven { ui.status(&note) } else { ui.warning(&note) }
        }
    }

    fn ask(&mut self, question: &Question) -> Result<(), Stop> {
        match question.topic {
            Topic::Confirmation if self.setup.asker.given().is_none() => self.show_draft(!question.notes.is_empty()),
            _ => self.displayed = None,
        }
        match self.reply(question)? {
            Reply::Answer(answer) => match (self.wizard.answer(question.topic, &answer), &self.setup.asker) {
                (Err(reason), Asker::Given(_)) => {
                    Err(Stop::Failed(Failure::refused(reason), vec![question.topic.key().to_owned()]))
                }
                (Err(reason), _) => {
                    self.setup.ui.status(&reason);
                    Ok(())
                }
                (Ok(()), _) => Ok(()),
            },
            Reply::Back if self.wizard.back() => Ok(()),
            Reply::Back => Err(Failure::interrupted().into()),
        }
    }

    /// Answers a question by asking, without a person by its recommendation, or by what came as JSON.
    fn reply(&mut self, question: &Question) -> Result<Reply, Stop> {
        match &self.setup.asker {
            Asker::Person => Ok(ask::question(self.setup.world, self.setup.ui, question)?),
            Asker::Given(given) if question.topic == Topic::Confirmation => {
                self.consent(given, Some(question)).map(|answer| Reply::Answer(answer.to_owned()))
            }
            // What it has named all at once is asked for, and that was all.
            Asker::Given(_) if question.topic == Topic::More && self.has_named_more => {
                Ok(Reply::Answer(more::DONE.to_owned()))
            }
            Asker::Given(given) if question.topic == Topic::More => {
                let named = given.answer(question.topic.key(), question)?;
                self.has_named_more = true;
                Ok(Reply::Answer(named))
            }
            Asker::Given(given) => given.answer(question.topic.key(), question).map(Reply::Answer),
            Asker::Recommendation => match question.offers.first() {
                Some(first) if question.has_recommendation => Ok(Reply::Answer(first.value.clone())),
                _ => Err(not_guessed(question).into()),
            },
        }
    }

    /// A consent counts for the plan it was given to; whatever else is said, that plan is shown.
    fn consent(&self, given: &Given, question: Option<&Question>) -> Result<&'static str, Stop> {
        let (Some((choice, draft)), Some(Verified { identity, .. })) = (&self.shown, &self.verified) else {
            return Err(Failure::failed("there is no plan to agree to").into());
        };
        let consents = Consents {
            plan: draft.fingerprint(),
            // How the models answered belongs to it, so that a consent to ask them is good for once.
            last_probe: self.proofs(&choice.profile, &choice.region).all().iter().map(|proof| proof.at).max(),
            may_say_more: !given.answers.contains_key(Topic::More.key()),
        };
        let said = given.answers.get(Topic::Confirmation.key());
        if let Some(meaning) = said.and_then(|said| consents.meaning(question, said)) {
            return Ok(meaning);
        }
        let notes = question.map(|question| question.notes.clone()).unwrap_or_default();
        let outcome = Outcome { setup: self.setup, choice, identity, draft };
        Err(outcome.asked(given, notes, consents.offers(question)))
    }

    fn observe(&mut self, profile: &str, region: &str) -> Result<(), Stop> {
        let ui = self.setup.ui;
        match self.verified(profile, region)? {
            Ok(verified) => {
                ui.detail(&format!("{} answers in {region}", verified.identity.arn));
                self.wizard.observed(verified.listing.clone());
                let elsewhere = self.wizard.pins_elsewhere();
                let kept = elsewhere.and_then(|(region, pins)| self.setup.kept_residency(profile, region, pins));
                self.wizard.kept_elsewhere(kept);
                self.wizard.told_of_models(verified.models.clone());
                self.verified = Some(verified);
                self.wizard.proven(self.remembered(profile, region));
                Ok(())
            }
            Err(error) => {
                let failure = self.setup.own.explain(&error, profile);
                if failure.exit == Exit::SignedOut {
                    return self.go_back(failure, &[Topic::Profile]);
                }
                let failure = regions::doubt(region).into_iter().fold(failure, Failure::hint);
                self.go_back(failure, &[Topic::Region, Topic::Profile])
            }
        }
    }

    /// How near the regions are; where they cannot be asked, the question has less to say.
    fn survey(&mut self, profile: &str) -> Result<(), Stop> {
        let setup = self.setup;
        let (region_in_use, pins) = self.wizard.pins_now();
        let ask = || setup.survey(profile, region_in_use, pins);
        let answered = if setup.asker.is_person() { self.signed_in(profile, ask)? } else { ask() };
        self.wizard.surveyed(answered.ok());
        Ok(())
    }

    /// What of that the choice goes by: with nobody there to see it, what was refused before is asked anew where models
    /// are asked at all.
    fn remembered(&self, profile: &str, region: &str) -> Proofs {
        let proofs = self.proofs(profile, region);
        if self.setup.args.probe && !self.setup.asker.asks() {
            return proofs.refused_since(self.setup.world.now());
        }
        proofs
    }

    /// How models answered the profile there, when they were last asked.
    fn proofs(&self, profile: &str, region: &str) -> Proofs {
        let Setup { world, files, state, .. } = self.setup;
        let key = observe::principal::proof_key(world, files, profile, region);
        key.map(|key| Proofs::read(state, &key, world.now())).unwrap_or_default()
    }

    fn verified(&self, profile: &str, region: &str) -> Result<Result<Verified, CredentialsError>, Stop> {
        let Setup { world, ui, files, own, .. } = self.setup;
        self.signed_in(profile, || {
            let progress = ui.progress(&format!("Asking AWS who `{profile}` is and which models {region} has…"));
            let verified = own.caller(world, files, profile, region).verify();
            drop(progress);
            verified
        })
    }

    /// Asks AWS about a profile, signing in to it first where that is needed and somebody is there to do it.
    fn signed_in<T>(
        &self,
        profile: &str,
        ask: impl Fn() -> Result<T, CredentialsError>,
    ) -> Result<Result<T, CredentialsError>, Stop> {
        let Setup { world, ui, files, own, asker, .. } = self.setup;
        match ask() {
            Err(error) if error.needs_sign_in() && !own.gives_identity() => {
                let wanted = match asker.given() {
                    Some(given) if !error.is_about_console_login() => given.signs_in(profile, &error.to_string())?,
                    Some(_) => false,
                    None => world.can_ask(),
                };
                if !wanted {
                    return Ok(Err(error));
                }
                sign_in::for_profile(world, *ui, files, profile, &error, Wish::Forced).map_err(mended_by_sign_in)?;
                Ok(ask())
            }
            other => Ok(other),
        }
    }

    /// Makes the plan for a choice; what is wrong with it comes with the questions that could mend it.
    fn plan(&mut self, choice: &Choice, consent: &Consent) -> Result<(), (Failure, &'static [Topic])> {
        let identity = self.verified.as_ref().map(|verified| &verified.identity);
        self.setup.check_claude_code(choice).map_err(|failure| (failure, &[Topic::Identity][..]))?;
        let mended_by_model: &[Topic] = &[Topic::Model, Topic::Region];
        if let Some(id) = self.wizard.to_look_up(choice) {
            let found = self.setup.look_up(choice, &id, identity).map_err(|failure| (failure, mended_by_model))?;
            self.wizard.looked_up(id, found);
            return Ok(());
        }
        let draft = self.setup.draft(choice, consent).map_err(|failure| (failure, &ALL[..]))?;
        self.wizard.planned(draft.summary());
        if !self.setup.asker.asks() {
            self.tell_what_is_kept(&draft);
        }
        self.shown = Some((choice.clone(), draft));
        Ok(())
    }

    /// Without a person to ask: what stays as others wrote it, and whose it is.
    fn tell_what_is_kept(&self, draft: &Draft) {
        if draft.plan.kept.is_empty() {
            return;
        }
        let mut text = String::new();
        if let Some(recognised) = self.setup.recognised.as_ref().filter(|_| self.wizard.adopted().is_none()) {
            text = format!("{}\nIt is left as it is; `--force` takes it over.\n", recognised.explanation());
        }
        let lines: Vec<String> = draft.summary().kept.into_iter().map(|kept| kept.line).collect();
        self.setup.ui.status(&format!("{text}These values are not ours:\n{}", lines.join("\n")));
        for note in self.wizard.kept_in_vain() {
            self.setup.ui.warning(&note);
        }
    }

    /// Shows the plan, unless it was the last thing that was shown; notes of the question bring their own distance.
    fn show_draft(&mut self, is_noted: bool) {
        let (Some((choice, draft)), Some(Verified { identity, .. })) = (&self.shown, &self.verified) else { return };
        let name = draft.fingerprint();
        if self.displayed.as_ref() == Some(&name) {
            return;
        }
        self.displayed = Some(name);
        let ui = self.setup.ui;
        let outcome = Outcome { setup: self.setup, choice, identity, draft };
        let plan = outcome.plan_with_diff(ui.status_width());
        ui.status(&format!("\n{}", if is_noted { plan.trim_end() } else { &plan }));
    }

    /// The settings file as it stands now, under the lock; `None`, and the plan is made anew, when it is not what was
    /// shown any more.
    fn last_look(&mut self, choice: &Choice, consent: &Consent) -> Result<Option<(Draft, Option<Lock>)>, Stop> {
        let lock = if self.setup.args.dry_run { None } else { Some(apply::lock(&self.setup.state)?) };
        let mended_by = || ALL.iter().map(|topic| topic.key().to_owned()).collect();
        let draft = self.setup.draft(choice, consent).map_err(|failure| Stop::Failed(failure, mended_by()))?;
        match &self.shown {
            Some((_, shown)) if self.setup.asker.asks() && !draft.is_like(shown) => {
                self.setup.ui.warning("the settings file was changed in the meantime; this is the new plan");
                self.wizard.plan_anew();
                Ok(None)
            }
            // A profile that is created is a change, too, though none of the settings.
            _ if draft.plan.is_empty() && self.setup.planned.is_some() => {
                if let Some(given) = self.setup.asker.given()
                    && self.consent(given, None)? == NO
                {
                    return Err(Failure::interrupted().into());
                }
                Ok(Some((draft, lock)))
            }
            _ => Ok(Some((draft, lock))),
        }
    }

    /// Tells a failure and goes back to the latest question that could mend it; without one it is the end.
    fn go_back(&mut self, failure: Failure, mended_by: &[Topic]) -> Result<(), Stop> {
        if self.setup.asker.is_person() && self.wizard.back_to(mended_by) {
            self.setup.ui.failure(&failure);
            return Ok(());
        }
        Err(Stop::Failed(failure, mended_by.iter().map(|topic| topic.key().to_owned()).collect()))
    }
}

/// A question that has several good answers and nobody to ask.
fn not_guessed(question: &Question) -> Failure {
    let offers: Vec<String> =
        question.offers.iter().map(|offer| format!("{}  ({})", offer.value, offer.about)).collect();
    let (what, option) = match question.topic {
        Topic::Profile => ("several profiles could be meant", "--profile NAME"),
        Topic::Region => ("no region is known", "--region REGION"),
        Topic::Model => ("this identity is not allowed to list the models", "--model ID"),
        Topic::Identity => ("no identity mode is known", "--identity MODE"),
        Topic::Residency => match question.notes.first() {
            Some(kept) => (kept.trim_end_matches('.'), "--residency PLACE"),
            None => ("requests could be processed in several places", "--residency PLACE"),
        },
        Topic::Adoption | Topic::Conflict | Topic::Confirmation | Topic::More | Topic::Extra(_) => {
            ("someone has to decide", "--force")
        }
    };
    let list = if offers.is_empty() { String::new() } else { format!(":\n  {}", offers.join("\n  ")) };
    Failure::refused(format!("{what}, and nothing was written{list}")).hint(format!("name one with `{option}`"))
}
