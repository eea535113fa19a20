//! What may be pinned by its name: what is listed, goes where it may, and has the long window that is asked for.

use crate::capabilities::{self, LongContext};
use crate::error::Failure;
use crate::model;
use crate::offering::Kind;
use crate::pins::Wanted;
use crate::regions::Residency;

use super::pin::Pin;

impl Pin<'_> {
    /// An id as it is written: an application profile by its ARN, `[1m]` behind it.
    pub(super) fn resolved(&self, id: &str) -> String {
        let suffix = &id[model::without_context_suffix(id).len()..];
        match self.look.offering.entries.iter().find(|entry| entry.is_named(id)) {
            Some(entry) => format!("{}{suffix}", entry.pin()),
            None => id.to_owned(),
        }
    }

    pub(super) fn check_families(&self, named: &[String]) -> Result<(), Failure> {
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

    pub(super) fn check_listed(&self, id: &str) -> Result<(), Failure> {
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
                    [] => failure.hint("`claude-bedrock models` lists what there is"),
                    near => failure.hint(format!("listed there: {}", near.join(", "))),
                };
                Err(failure.hint("an id that is not listed has to answer for itself: add `--probe`"))
            }
        }
    }

    /// `[1m]` where the model takes it; a probe may know better than the file.
    pub(super) fn check_long_context(&self, id: &str) -> Result<(), Failure> {
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
    pub(super) fn check_residency(&self, named: &[String], residency: Option<Residency>) -> Result<(), Failure> {
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
}
