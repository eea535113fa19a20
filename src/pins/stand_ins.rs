//! Aliases that another family stands in for, where no model of their own is to be used.

use crate::claude_code::defaults::Defaults;
use crate::model::{self, Model};
use crate::offering::{Entry, Kind};
use crate::plan::{Need, Wish};
use crate::settings::document::Key;
use crate::vars;

use super::{Pinning, anthropic_name, region_prefix, unpinned_id};

impl Pinning {
    /// The aliases that another family stands in for, a sentence each.
    #[must_use]
    pub fn stand_ins(&self, entries: &[Entry]) -> Vec<String> {
        let missing = self.missing_families(entries);
        let told = missing.map(|(family, id)| {
            let mut text =
                format!("The alias `{family}` means {id}, because no model of that family can be used here.");
            if vars::FAMILIES_LOOKED_FOR.contains(&family) {
                text.push_str(" Its entry in `modelOverrides` keeps Claude Code from trying one at every start.");
            }
            text
        });
        told.collect()
    }

    /// The aliases that mean a model of another family, whatever the reason, a sentence each.
    #[must_use]
    pub fn borrowed(&self) -> Vec<String> {
        let borrowed = self.missing_families(&[]);
        borrowed.map(|(family, id)| format!("The alias `{family}` means {id}, a model of another family.")).collect()
    }

    /// What keeps Claude Code from asking its own models of a family for one token each when it starts, because the
    /// family's pin names another one (observed with 2.1.329). It passes over a family whose default model has an
    /// override, whatever that says; one that says what it would take anyhow changes nothing else: no request is shaped
    /// by it, and who names that model still gets it, or the error that it is not there.
    pub(super) fn not_looked_for(&self, entries: &[Entry], region: &str, listed: &[String]) -> Vec<Wish> {
        let preferred = region_prefix(region, listed, &self.main);
        let missing = self.missing_families(entries).filter(|(family, _)| vars::FAMILIES_LOOKED_FOR.contains(family));
        let defaults = missing.filter_map(|(family, _)| Defaults::newest().model(family, false));
        let overrides = defaults.map(|model| Wish {
            key: Key::Override(anthropic_name(model).to_owned().into()),
            value: Some(unpinned_id(region, preferred, listed, model)),
            need: Need::Spare,
        });
        overrides.collect()
    }

    /// The families whose alias means a model of another one, with that model.
    fn missing_families<'a>(&'a self, entries: &'a [Entry]) -> impl Iterator<Item = (&'static str, &'a String)> {
        // Where an opaque ARN leads to is not seen by Claude Code either.
        let is_opaque = |id: &str| entries.iter().any(|entry| entry.kind == Kind::Application && entry.is_named(id));
        let family_of = move |id: &str| {
            let id = model::without_context_suffix(id);
            Model::parse(id).filter(|_| !is_opaque(id)).map(|model| model.family)
        };
        vars::FAMILY_PINS.into_iter().filter_map(move |(family, name)| {
            let (_, id) = self.aliases.iter().find(|(known, _)| *known == name)?;
            family_of(id).is_some_and(|its| its != family).then_some((family, id))
        })
    }
}
