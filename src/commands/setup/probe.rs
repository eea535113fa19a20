//! Has the models answer that are about to be pinned, once somebody has agreed to that.

use std::fmt::Write;

use crate::commands::models;
use crate::error::Failure;
use crate::observe::models::Offering;
use crate::offering;
use crate::plan::Choice;
use crate::proof::{Proof, Status};
use crate::ui::{BAD, GOOD, NOTICE, styled};
use crate::wizard::{Silence, Topic};

use super::asker::Stop;
use super::interview::Interview;

impl Interview<'_> {
    /// Asks them, tells how that ended, and goes by it from here on.
    pub(super) fn probe(&mut self, choice: &Choice, ids: Vec<String>) -> Result<(), Stop> {
        let (setup, Choice { profile, region, .. }) = (self.setup, choice);
        if setup.args.probe {
            setup.ui.status(&models::cost(ids.len()));
        }
        let progress = setup.ui.progress(&format!("Asking {} models for one token each…", ids.len()));
        let caller = setup.own.caller(setup.world, &setup.files, profile, region);
        let proofs = caller.probe(&self.offering(), &ids);
        drop(progress);
        let proofs = proofs
            .map_err(|error| Stop::Failed(setup.own.explain(&error, profile), vec![Topic::Profile.key().to_owned()]))?;
        // How it ended with the main model is told where that is decided.
        let is_told_later = |proof: &Proof| !setup.asker.asks() && proof.id == choice.model;
        if setup.asker.given().is_none() {
            setup.ui.status(&told(&proofs, is_told_later));
        }
        self.wizard.probed(ids, proofs);
        if setup.asker.asks() { Ok(()) } else { self.pass_over(choice) }
    }

    /// With nobody there to choose another one: what was recommended and does not answer gives way to what does.
    fn pass_over(&mut self, choice: &Choice) -> Result<(), Stop> {
        match self.wizard.silence(choice) {
            None | Some(Silence::OthersFirst) => Ok(()),
            Some(Silence::StandIn(main, other)) => {
                let fix = main.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
                self.setup.ui.warning(&format!(
                    "{} is recommended and was passed over, because it does not answer: {}{fix}",
                    main.id,
                    main.words()
                ));
                self.setup.ui.status(&format!("{other} answers and is the main model instead."));
                self.wizard.back_to(&[Topic::Model]);
                Ok(())
            }
            Some(Silence::Named(main)) => Err(refused(&main).hint(
                "or name another model with `--model ID`; `claude-bedrock models --probe` finds one that answers",
            )),
            Some(Silence::Complete(main, left_out)) => {
                let failure = refused(&main).hint("no other model that may be pinned here answers either");
                Err(if left_out == 0 { failure } else { failure.hint(elsewhere(left_out)) })
            }
        }
        .map_err(|failure| Stop::Failed(failure, vec![Topic::Model.key().into()]))
    }

    /// What was listed, in the form a gate is recognised by.
    fn offering(&self) -> Offering {
        let Some(verified) = &self.verified else { return Offering::default() };
        let profiles = verified.listing.profiles();
        let system = profiles.iter().filter(|profile| !profile.is_application);
        Offering {
            entries: offering::entries(profiles, &verified.models, false),
            listed: system.map(|profile| profile.id.clone()).collect(),
            is_listed: !profiles.is_empty(),
            ..Offering::default()
        }
    }
}

/// A line for each model, and what opens the gate that stopped it; once, where it is the same for several.
fn told(proofs: &[Proof], is_told_later: impl Fn(&Proof) -> bool) -> String {
    let mut text = String::new();
    let mut fixes: Vec<&str> = Vec::new();
    for proof in proofs {
        let (mark, style, but) = match proof.status {
            Status::Answered => ("✔", GOOD, ""),
            Status::Throttled => ("!", NOTICE, "is there, but has not answered: "),
            Status::Stopped | Status::TimedOut | Status::Unreachable => ("✘", BAD, ""),
        };
        let _ = writeln!(text, "{} {} {but}{}", styled(style, mark), proof.id, proof.words());
        let fix = proof.fix.as_deref().filter(|fix| !is_told_later(proof) && !fixes.contains(fix));
        if let Some(fix) = fix {
            let _ = writeln!(text, "  {}", styled(NOTICE, fix));
            fixes.push(fix);
        }
    }
    text.trim_end().to_owned()
}

fn refused(main: &Proof) -> Failure {
    let failure = Failure::refused(format!("{} does not answer: {}; nothing was written", main.id, main.words()));
    main.fix.iter().fold(failure, |failure, fix| failure.hint(fix.clone()))
}

/// What a residency keeps away may answer.
fn elsewhere(left_out: usize) -> String {
    let ways = match left_out {
        1 => "1 more way to a model was".to_owned(),
        number => format!("{number} more ways to models were"),
    };
    format!("{ways} not asked, for requests could be processed elsewhere there: `--residency any` allows that")
}
