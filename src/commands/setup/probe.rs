//! Has the models answer that are about to be pinned, once somebody has agreed to that.

use std::fmt::Write;

use crate::commands::models;
use crate::error::Failure;
use crate::observe::models::Offering;
use crate::offering;
use crate::plan::Choice;
use crate::proof::Proof;
use crate::ui::{BAD, GOOD, NOTICE, styled};
use crate::wizard::Topic;

use super::asker::{Asker, Stop};
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
        if setup.asker.given().is_none() {
            setup.ui.status(&told(&proofs));
        }
        let main = proofs.iter().find(|proof| proof.id == choice.model && !proof.is_usable()).cloned();
        let known = self.proofs(profile, region).and(proofs);
        self.wizard.probed(ids, known);
        match (main, &setup.asker) {
            (Some(main), Asker::Recommendation) => Err(Stop::Failed(refused(&main), vec![Topic::Model.key().into()])),
            _ => Ok(()),
        }
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

/// A line for each model, and what opens the gate that stopped it.
fn told(proofs: &[Proof]) -> String {
    let mut text = String::new();
    for proof in proofs {
        let (mark, style) = if proof.is_usable() { ("✔", GOOD) } else { ("✘", BAD) };
        let _ = writeln!(text, "{} {} {}", styled(style, mark), proof.id, proof.words());
        if let Some(fix) = &proof.fix {
            let _ = writeln!(text, "  {}", styled(NOTICE, fix));
        }
    }
    text.trim_end().to_owned()
}

fn refused(main: &Proof) -> Failure {
    let failure = Failure::refused(format!("{} does not answer: {}; nothing was written", main.id, main.words()));
    let failure = main.fix.iter().fold(failure, |failure, fix| failure.hint(fix.clone()));
    failure.hint("or name another model with `--model ID`; `claude-bedrock models --probe` finds one that answers")
}
