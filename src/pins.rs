//! Which model is pinned as what, so that no alias, subagent or background request meets an id the account lacks.
//!
//! Pure. What Claude Code does with each variable was observed with 2.1.329.

use crate::capabilities;
use crate::configuration::Rival;
use crate::model;
use crate::offering::{Entry, Kind};
use crate::plan::{Need, Wish};
use crate::regions::{Reach, Residency};
use crate::settings::document::Key;
use crate::vars;

mod rivals;
mod stand_ins;

/// What the main model is pinned as, besides the aliases.
pub const MAIN: &str = "main";

/// The main model and what each alias means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinning {
    /// The main model.
    pub main: String,
    /// What each alias means, by the variable that pins it; `haiku` is the background model too.
    pub aliases: Vec<(&'static str, String)>,
}

/// What a pinning is made from.
pub struct Wanted<'a> {
    /// What there is, newest first.
    pub entries: &'a [Entry],
    /// Where traffic may go; `None` for wherever it stays narrowest.
    pub residency: Option<Residency>,
    /// What was named, the main model first.
    pub named: &'a [String],
    /// What is pinned now, by alias; kept where it still is there.
    pub current: &'a [(&'static str, String)],
    /// Whether a model may be chosen by itself.
    pub is_usable: &'a dyn Fn(&Entry) -> bool,
}

impl Wanted<'_> {
    /// The pinning; `None` when there is no model to be the main one.
    #[must_use]
    pub fn pinning(&self) -> Option<Pinning> {
        let main = match self.named.first() {
            Some(named) => named.clone(),
            // The family between the dear and the small.
            None => {
                ["sonnet", "opus", "haiku", "fable"].iter().find_map(|family| self.newest(family))?.pin().to_owned()
            }
        };
        let aliases = vars::FAMILY_PINS.map(|(family, name)| (name, self.alias(family, &main)));
        Some(Pinning { main, aliases: aliases.to_vec() })
    }

    fn alias(&self, family: &str, main: &str) -> String {
        let is_its = |id: &&String| self.family_of(id).as_deref() == Some(family);
        if let Some(named) = self.named.iter().find(is_its) {
            return named.clone();
        }
        let current = self.current.iter().find(|(known, _)| *known == family).map(|(_, id)| id);
        let still = current.filter(|id| {
            self.entries.iter().any(|entry| entry.is_named(id) && self.admits(entry) && entry.model.family == family)
        });
        still.cloned().or_else(|| Some(self.newest(family)?.pin().to_owned())).unwrap_or_else(|| main.to_owned())
    }

    /// The family of an id: AWS's word for it, else what its name says.
    #[must_use]
    pub fn family_of(&self, id: &str) -> Option<String> {
        let listed = self.entries.iter().find(|entry| entry.is_named(id)).map(|entry| entry.model.family.clone());
        listed.or_else(|| model::Model::parse(model::without_context_suffix(id)).map(|model| model.family))
    }

    /// The newest of a family that may be used and goes nowhere it must not; a legacy model only when nothing else is.
    fn newest(&self, family: &str) -> Option<&Entry> {
        let fits = |entry: &&Entry| {
            entry.kind != Kind::Foundation
                && entry.model.family == family
                && self.admits(entry)
                && (self.is_usable)(entry)
        };
        let fitting: Vec<&Entry> = self.entries.iter().filter(fits).collect();
        let living = fitting.iter().find(|entry| entry.lifecycle.is_legacy != Some(true));
        let first = living.or(fitting.first())?;
        // Who lets traffic go anywhere is served best by the widest way; everybody else by the narrowest, the first.
        let same = fitting.iter().filter(|entry| entry.model_id == first.model_id && entry.kind == first.kind);
        match self.residency {
            Some(Residency::Any) => same.max_by_key(|entry| entry.breadth()).copied(),
            _ => Some(first),
        }
    }

    fn admits(&self, entry: &Entry) -> bool {
        self.residency.is_none_or(|residency| residency.admits(&entry.reach))
    }
}

impl Pinning {
    /// The variables and keys it is written as; `region` and `listed` are where Claude Code would choose by itself.
    #[must_use]
    pub fn wishes(&self, entries: &[Entry], region: &str, listed: &[String], rivals: &[Rival]) -> Vec<Wish> {
        let mut wishes = vec![Wish::env(vars::MODEL, Some(&self.main), false)];
        wishes.extend(self.aliases.iter().map(|(name, id)| Wish::env(name, Some(id), false)));
        wishes.extend(self.companions(entries, region, listed, rivals));
        wishes
    }

    /// What goes beside the pins: the prefix, what Claude Code cannot learn from an opaque ARN, what it need not look
    /// for, and what keeps variables from beating the pins.
    #[must_use]
    pub fn companions(&self, entries: &[Entry], region: &str, listed: &[String], rivals: &[Rival]) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if let Some(prefix) = region_prefix(region, listed, &self.main) {
            wishes.push(Wish::env(vars::BEDROCK_REGION_PREFIX, Some(prefix), false));
        }
        for (name, id) in &self.aliases {
            let found = entries.iter().find(|entry| entry.kind == Kind::Application && entry.is_named(id));
            let Some(entry) = found else { continue };
            // Another family's model stands in where one is missing; its alias is not to be taken for it.
            let owned = |suffix: &str| Key::Env(format!("{name}{suffix}").into());
            let value = |value: String| Some(value).filter(|value| !value.is_empty());
            wishes.push(Wish { key: owned(vars::PIN_NAME), value: value(entry.name.clone()), need: Need::Wanted });
            let supported = capabilities::supported(&entry.model);
            wishes.push(Wish { key: owned(vars::PIN_CAPABILITIES), value: value(supported), need: Need::Wanted });
            // Beside the overrides of others, which are theirs.
            let key = Key::Override(anthropic_name(&entry.model_id).to_owned().into());
            wishes.push(Wish { key, value: Some(entry.arn.clone()), need: Need::Wanted });
        }
        wishes.extend(self.not_looked_for(entries, region, listed));
        wishes.extend(self.against_rivals(entries, rivals, self.judge(entries, region, listed)));
        wishes
    }
}

/// Whether a key names the main model or what an alias means.
#[must_use]
pub fn is_main_or_alias(key: &Key) -> bool {
    *key == Key::env(vars::MODEL) || vars::FAMILY_PINS.iter().any(|(_, name)| *key == Key::env(name))
}

/// Whether a key is one a pinning writes, so that what an earlier one wrote can go.
#[must_use]
pub fn is_written_by_pinning(key: &Key) -> bool {
    match key {
        Key::Top(_) => false,
        Key::Override(_) => true,
        Key::Env(name) => {
            [vars::BEDROCK_REGION_PREFIX, vars::MODEL].contains(&name.as_ref())
                || vars::RIVALS_OF_PINS.contains(&name.as_ref())
                || vars::FAMILY_PINS.iter().any(|(_, pin)| name.starts_with(pin))
        }
    }
}

/// The prefix Claude Code has to be told because its own choice for the region does not exist there (observed: the
/// region's usual prefix where that is listed, else the first profile listed, whichever it is).
#[must_use]
pub fn region_prefix<'a>(region: &str, listed: &[String], main: &'a str) -> Option<&'a str> {
    let usual = usual_prefix(region);
    if usual == "us-gov" {
        return None;
    }
    let main = model::without_context_suffix(main);
    let (prefix, model) = main.split_once('.').filter(|_| !main.starts_with("arn:"))?;
    let is_usual = |id: &String| id.split_once('.') == Some((usual, model));
    let is_taken = vars::REGION_PREFIXES.contains(&prefix) && prefix != usual;
    (is_taken && !listed.iter().any(is_usual)).then_some(prefix)
}

/// The prefix Claude Code puts before a model's name in a region, where nothing tells it otherwise (observed).
fn usual_prefix(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("us-gov-") => "us-gov",
        _ if region.starts_with("us-") => "us",
        _ if region.starts_with("eu-") => "eu",
        _ if region.starts_with("ap-") => "apac",
        _ => "global",
    }
}

/// The id Claude Code makes of a model's name: that of the preferred prefix where it is listed, else the first listed
/// of the model, else the preferred one all the same (observed).
#[must_use]
pub fn unpinned_id(region: &str, preferred: Option<&str>, listed: &[String], model: &str) -> String {
    let usual = usual_prefix(region);
    let preferred = preferred.filter(|prefix| usual != "us-gov" && vars::REGION_PREFIXES.contains(prefix));
    let wanted = format!("{}.{model}", preferred.unwrap_or(usual));
    let is_of_model = |id: &&String| id.split_once('.').is_some_and(|(_, rest)| rest == model);
    match listed.iter().find(is_of_model) {
        Some(first) if !listed.contains(&wanted) => first.clone(),
        _ => wanted,
    }
}

/// The residency that pins already keep: that of the main model; of another where that one is nowhere to be seen and the
/// other keeps requests anywhere in particular.
#[must_use]
pub fn kept_residency(entries: &[Entry], pinned: &[(&str, String)]) -> Option<Residency> {
    let is_known = |entry: &&Entry| entry.kind != Kind::Foundation && !matches!(entry.reach, Reach::Unknown(_));
    let kept = |(role, id): &(&str, String)| {
        let entry = entries.iter().filter(is_known).find(|entry| entry.is_named(id))?;
        Some(entry.reach.residency()).filter(|kept| *role == MAIN || *kept != Residency::Any)
    };
    let (main, others): (Vec<_>, Vec<_>) = pinned.iter().partition(|(role, _)| *role == MAIN);
    main.into_iter().chain(others).find_map(kept)
}

/// The residencies one can choose between there, the narrowest first; those that would lead to the same are one.
#[must_use]
pub fn residencies(entries: &[Entry]) -> Vec<(Residency, &Reach)> {
    let mut found: Vec<(Residency, &Reach)> = Vec::new();
    let mut system: Vec<&Entry> = entries.iter().filter(|entry| entry.kind == Kind::System).collect();
    system.sort_by_key(|entry| entry.breadth());
    for entry in system {
        let residency = entry.reach.residency();
        // What this program cannot place is no promise to choose.
        if !matches!(entry.reach, Reach::Unknown(_)) && found.iter().all(|(known, _)| *known != residency) {
            found.push((residency, &entry.reach));
        }
    }
    found
}

/// Anthropic's name for a model, which is what `modelOverrides` goes by: AWS's id without vendor and revision. Claude
/// Code passes over a name it does not know.
#[must_use]
pub fn anthropic_name(model_id: &str) -> &str {
    let name = model_id.split_once("anthropic.").map_or(model_id, |(_, name)| name);
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let (stem, revision) = name.rsplit_once("-v").unwrap_or((name, ""));
    if !revision.is_empty() && revision.bytes().all(|byte| byte.is_ascii_digit()) { stem } else { name }
}

#[cfg(test)]
mod tests;
