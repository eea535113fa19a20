//! What somebody should know of pins before they count, a sentence or two each.

use crate::offering::Entry;
use crate::pins::Wanted;
use crate::proof::Status;
use crate::report::human;

use super::{Decision, Pin};

impl Pin<'_> {
    pub(super) fn remarks(&self, decision: &Decision) -> Vec<String> {
        let entries = &self.look.offering.entries;
        let mut remarks = decision.pinning.stand_ins(entries);
        for id in &decision.unverified {
            remarks
                .push(format!("{id} is unverified: it could not be listed, and nobody has asked it (`--probe` does)."));
        }
        remarks.extend(self.refusals(decision));
        remarks.extend(self.strays(decision));
        if self.is_opus(&decision.pinning.main) {
            remarks.push("Opus costs more than Sonnet; every turn of the main model is billed as such.".to_owned());
        }
        remarks
    }

    /// The models that were stopped when they were last asked.
    fn refusals(&self, decision: &Decision) -> Vec<String> {
        let proofs = self.look.proofs(self.world);
        let refusal = |id: &str| {
            let proof = proofs.of_pin(id).filter(|proof| proof.status == Status::Stopped)?;
            let age = human::rough(self.world.now().duration_since(proof.at));
            let fix = proof.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
            Some(format!("{id} did not answer {age} ago: {}{fix}. `--probe` asks it again.", proof.words()))
        };
        each_once(decision).into_iter().filter_map(refusal).collect()
    }

    /// Where nobody said where requests may go, those that go further than the main model's.
    fn strays(&self, decision: &Decision) -> Vec<String> {
        let entry = |id: &str| self.look.offering.entries.iter().find(|entry| entry.is_named(id));
        let Some(main) = entry(&decision.pinning.main).filter(|_| decision.residency.is_none()) else {
            return Vec::new();
        };
        let kept = main.reach.residency();
        let strays = |entry: &&Entry| !kept.admits(&entry.reach);
        let told = |entry: &Entry| {
            format!(
                "{} {}, and the main model {}; `--residency` keeps them together.",
                entry.id, entry.reach, main.reach
            )
        };
        each_once(decision).into_iter().filter_map(entry).filter(strays).map(told).collect()
    }

    /// The family behind an opaque ARN counts, too.
    fn is_opus(&self, id: &str) -> bool {
        let entries = &self.look.offering.entries;
        let wanted = Wanted { entries, residency: None, named: &[], current: &[], is_usable: &|_| true };
        wanted.family_of(id).is_some_and(|family| family == "opus")
    }
}

/// The ids that are pinned, the main model first.
fn each_once(decision: &Decision) -> Vec<&str> {
    let mut ids = vec![decision.pinning.main.as_str()];
    for (_, id) in &decision.pinning.aliases {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    ids
}
