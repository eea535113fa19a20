//! What is to be pinned: what was named or is to be found, as far as the listing, a residency and the models allow it.

use jiff::SignedDuration;

use crate::capabilities::{self, LongContext};
use crate::error::Failure;
use crate::model;
use crate::offering::{Entry, Kind};
use crate::pins::{self, Pinning, Wanted};
use crate::proof::{Proof, Status};
use crate::regions::{self, Residency};
use crate::slip;

use super::Pin;

/// How long a model that answered need not be asked again by a choice among all.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(10);

/// What is to be pinned and what speaks for it.
pub(super) struct Decision {
    pub(super) pinning: Pinning,
    /// Ids that neither a listing nor a probe has shown.
    pub(super) unverified: Vec<String>,
    pub(super) residency: Option<Residency>,
}

impl Pin<'_> {
    pub(super) fn decide(&self) -> Result<Decision, Failure> {
        let entries = &self.look.offering.entries;
        let named: Vec<String> = self.args.models.iter().map(|id| self.resolved(id)).collect();
        self.check_families(&named)?;
        for id in &named {
            self.check_listed(id)?;
            self.check_long_context(id)?;
        }
        let kept = || self.look.kept_residency(self.world);
        let from_named = || pins::kept_residency(entries, &[(pins::MAIN, named.first()?.clone())]);
        let residency = self.args.residency.or_else(kept).or_else(from_named);
        self.check_residency(&named, residency)?;
        let asked = self.ask_models(&named, residency)?;
        let proofs = self.look.proofs(self.world);
        // A model that was not asked now counts as it answered last; one that never was may be there.
        let is_usable = |entry: &Entry| {
            let proof = proofs.of(&[&entry.id, &entry.arn]);
            if self.args.auto {
                proof.is_some_and(Proof::is_usable)
            } else {
                proof.is_none_or(|p| p.status != Status::Stopped)
            }
        };
        let current: Vec<(&'static str, String)> = if self.args.auto { Vec::new() } else { self.look.pinned.clone() };
        let wanted = Wanted { entries, residency, named: &named, current: &current, is_usable: &is_usable };
        let pinning = wanted.pinning().ok_or_else(|| self.nothing_answers(&asked, residency))?;
        let mut unverified: Vec<String> = Vec::new();
        for id in std::iter::once(&pinning.main).chain(pinning.aliases.iter().map(|(_, id)| id)) {
            // What nobody may list was named by somebody, and only an answer shows that it can be used.
            let is_seen = self.look.offering.is_listed && entries.iter().any(|entry| entry.is_named(id));
            let is_proven = proofs.of(&[id]).is_some_and(Proof::is_usable);
            if !is_seen && !is_proven && !unverified.contains(id) {
                unverified.push(id.clone());
            }
        }
        Ok(Decision { pinning, unverified, residency })
    }

    /// An id as it is written: an application profile by its ARN, `[1m]` behind it.
    fn resolved(&self, id: &str) -> String {
        let suffix = &id[model::without_context_suffix(id).len()..];
        match self.look.offering.entries.iter().find(|entry| entry.is_named(id)) {
            Some(entry) => format!("{}{suffix}", entry.pin()),
            None => id.to_owned(),
        }
    }

    fn check_families(&self, named: &[String]) -> Result<(), Failure> {
        let wanted =
            Wanted { entries: &self.look.offering.entries, residency: None, named, current: &[], is_usable: &|_| true };
        let mut seen: Vec<(String, &String)> = Vec::new();
        for id in named {
            let Some(family) = wanted.family_of(id) else { continue };
            if let Some((_, other)) = seen.iter().find(|(known, _)| *known == family) {
                return Err(Failure::refused(format!(
                    "both {other} and {id} would be what the alias `{family}` means"
                ))
                .hint("name one of each family; the first is the main model"));
            }
            seen.push((family, id));
        }
        Ok(())
    }

    fn check_listed(&self, id: &str) -> Result<(), Failure> {
        let offering = &self.look.offering;
        let found = offering.entries.iter().find(|entry| entry.is_named(id));
        let region = &self.look.who.region;
        match found {
            Some(entry) if entry.kind == Kind::Foundation && offering.is_listed => {
                Err(Failure::refused(format!("`{id}` is a model, and Claude Code needs an inference profile"))
                    .hint("`claude-bedrock models` lists them"))
            }
            Some(_) => Ok(()),
            // Proven below, or accepted for want of a listing and said to be unverified.
            None if self.args.probe || !offering.is_listed => Ok(()),
            None => {
                let failure = Failure::refused(format!("Bedrock lists no inference profile `{id}` in {region}"));
                let near = self.look.near(id);
                let failure = match near.as_slice() {
                    [] => match slip::meant(id, offering.listed.iter().map(String::as_str)) {
                        Some(meant) => failure.hint(format!("did you mean `{meant}`?")),
                        None => failure.hint("`claude-bedrock models` lists what there is"),
                    },
                    near => failure.hint(format!("listed there: {}", near.join(", "))),
                };
                Err(failure.hint("only a request shows whether an id that is not listed works: add `--probe`"))
            }
        }
    }

    /// `[1m]` where the model takes it; a probe may know better than the file.
    fn check_long_context(&self, id: &str) -> Result<(), Failure> {
        if id == model::without_context_suffix(id) || self.args.probe {
            return Ok(());
        }
        let entries = &self.look.offering.entries;
        let listed = entries.iter().find(|entry| entry.is_named(id)).map(|entry| entry.model.clone());
        let Some(model) = listed.or_else(|| model::Model::parse(model::without_context_suffix(id))) else {
            return Ok(());
        };
        let refused = |why: &str| {
            let date = capabilities::as_of();
            Failure::refused(format!("`[1m]` behind `{}` {why} (as of {date})", model::without_context_suffix(id)))
                .hint("leave `[1m]` out; or have the model answer for itself with `--probe`")
        };
        match capabilities::long_context(&model) {
            LongContext::BySuffix => Ok(()),
            LongContext::Always => Err(refused("has no use: the model always has the long window")),
            LongContext::No => Err(refused("is an error: the model has no long window")),
        }
    }

    /// What is named keeps where requests may be processed: as told now, or as what is pinned keeps it.
    fn check_residency(&self, named: &[String], residency: Option<Residency>) -> Result<(), Failure> {
        let Some(residency) = residency else { return Ok(()) };
        for id in named {
            let entry = self.look.offering.entries.iter().find(|entry| entry.is_named(id));
            if let Some(entry) = entry.filter(|entry| !residency.admits(&entry.reach)) {
                let failure = Failure::refused(match self.args.residency {
                    Some(_) => {
                        format!("`{id}` {}, which `--residency {}` does not allow", entry.reach, residency.name())
                    }
                    None => {
                        format!("`{id}` {}; what is pinned now keeps requests in {}", entry.reach, residency.place())
                    }
                })
                .hint("name another way to the model; `claude-bedrock models` says where each goes");
                let wider = entry.reach.residency().name();
                return Err(match self.args.residency {
                    Some(_) => failure,
                    None => failure.hint(format!("if that is to change, say so: `--residency {wider}`")),
                });
            }
        }
        Ok(())
    }

    /// Asks the models themselves, where that is wanted: all that may be chosen, or those that were named.
    fn ask_models(&self, named: &[String], residency: Option<Residency>) -> Result<Vec<Proof>, Failure> {
        let ids: Vec<String> = if self.args.auto {
            let entries = self.look.offering.entries.iter().filter(|entry| entry.kind != Kind::Foundation);
            let admitted = entries.filter(|entry| residency.is_none_or(|residency| residency.admits(&entry.reach)));
            self.without_answered(admitted.map(|entry| entry.pin().to_owned()).collect())
        } else if self.args.probe {
            named.to_vec()
        } else {
            return Ok(Vec::new());
        };
        let proofs = self.look.probe(self.world, self.ui, &ids, self.args.yes)?;
        match proofs.iter().find(|proof| !proof.is_usable()) {
            Some(proof) if !self.args.auto => {
                let failure = Failure::refused(format!("{} does not answer: {}", proof.id, proof.words()));
                Err(proof.fix.iter().fold(failure, |failure, fix| failure.hint(fix.clone())))
            }
            _ => Ok(proofs),
        }
    }

    /// Those that did not answer a moment ago: a second look at the same plan is not billed again.
    fn without_answered(&self, mut ids: Vec<String>) -> Vec<String> {
        let (all, proofs, now) = (ids.len(), self.look.proofs(self.world), self.world.now());
        let has_answered = |id: &String| {
            proofs
                .of(&[id])
                .is_some_and(|proof| proof.status == Status::Answered && now.duration_since(proof.at) < JUST_NOW)
        };
        ids.retain(|id| !has_answered(id));
        let words = match all - ids.len() {
            0 => return ids,
            1 => "One model has answered within the last ten minutes and is not asked again.".to_owned(),
            count => format!("{count} models have answered within the last ten minutes and are not asked again."),
        };
        self.ui.status(&words);
        ids
    }

    fn nothing_answers(&self, asked: &[Proof], residency: Option<Residency>) -> Failure {
        let region = &self.look.who.region;
        let under = residency.filter(|residency| *residency != Residency::Any);
        let under = match (under, self.args.residency) {
            (None, _) => String::new(),
            (Some(residency), Some(_)) => format!(" under `--residency {}`", residency.name()),
            (Some(residency), None) => {
                format!("; what is pinned now keeps requests in {}", residency.place())
            }
        };
        let failure = Failure::failed(format!("no Claude model answers in {region}{under}, and nothing was written"));
        let mut failure = self.look.unlisted(failure);
        let nowhere = residency.filter(|residency| asked.is_empty() && *residency != Residency::Any);
        if let Some(elsewhere) = nowhere.and_then(|wanted| elsewhere(region, wanted)) {
            failure = failure.hint(elsewhere);
            if self.args.residency.is_none() {
                failure = failure.hint("if that is to change, say so with `--residency`");
            }
        }
        let mut told: Vec<String> = Vec::new();
        for proof in asked {
            let words = format!("{}; {}", proof.words(), proof.fix.as_deref().unwrap_or("no fix is known"));
            if !told.contains(&words) {
                told.push(words.clone());
                failure = failure.hint(words);
            }
        }
        failure
    }
}

/// Where profiles that keep a residency would be listed, when none is here.
fn elsewhere(region: &str, wanted: Residency) -> Option<String> {
    let partition = regions::partition_of(region).name;
    let within = regions::with_bedrock(partition).filter(|found| found.name != region && wanted.has(found.country));
    let names: Vec<&str> = within.map(|found| found.name).collect();
    Some(format!(
        "no profile listed in {region} stays in {}; ask from a region there, such as `--region {}` (Bedrock is in {}), \
         or compare them with `claude-bedrock regions --residency {}`",
        wanted.place(),
        names.first()?,
        names.join(", "),
        wanted.name()
    ))
}
