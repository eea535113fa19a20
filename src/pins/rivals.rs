//! The variables that have Claude Code ask for something else than what is pinned.

use crate::claude_code::defaults::Defaults;
use crate::configuration::Rival;
use crate::model;
use crate::offering::Entry;
use crate::plan::{Need, Wish};
use crate::settings::document::Key;
use crate::vars;

use super::{Pinning, anthropic_name, region_prefix, unpinned_id};

impl Pinning {
    /// What cancels the variables that would have Claude Code ask for something else in the background, for subagents and
    /// as auto mode's judge; a model of their own may stay where it is there. An empty rival is one that was cancelled
    /// before. The `judge` is named where Claude Code would take one that is not there.
    pub(super) fn against_rivals(&self, entries: &[Entry], rivals: &[Rival], judge: Option<&str>) -> Vec<Wish> {
        let named = |name: &str| judge.filter(|_| name == vars::AUTO_MODE_MODEL);
        let in_the_way = rivals.iter().filter(|rival| !self.may_stay(rival, entries));
        let cancelled = in_the_way.map(|rival| {
            let value = named(rival.name).or((!rival.is_only_here).then_some(""));
            Wish::env(rival.name, value, false)
        });
        let mut wishes: Vec<Wish> = cancelled.collect();
        let chosen = rivals.iter().find(|rival| rival.name == vars::AUTO_MODE_MODEL);
        if let Some(judge) = judge.filter(|judge| chosen.is_none_or(|chosen| chosen.value == *judge)) {
            let key = Key::env(vars::AUTO_MODE_MODEL);
            wishes.push(Wish { key, value: Some(judge.to_owned()), need: Need::Spare });
        }
        wishes
    }

    fn may_stay(&self, rival: &Rival, entries: &[Entry]) -> bool {
        let is_there = |id: &str| {
            let is_pinned = self.main == id || self.aliases.iter().any(|(_, pin)| pin == id);
            is_pinned || entries.is_empty() || entries.iter().any(|entry| entry.is_named(id))
        };
        match rival.name {
            _ if rival.value.is_empty() => false,
            vars::SMALL_FAST_MODEL => self.pin(vars::DEFAULT_HAIKU_MODEL) == Some(rival.value.as_str()),
            // An alias is what its pin says.
            _ => !model::is_bedrock_id(&rival.value) || is_there(&rival.value),
        }
    }

    /// The pin that is to judge in auto mode. Claude Code has the pin of the Sonnet family judge, a model of its own
    /// where that one is too new for it, and turns to the main model when that is refused; which then is too new, too
    /// (observed with 2.1.329). So where that model of its own is not there, a pin judges that may: the background
    /// model, if possible.
    pub(super) fn judge(&self, entries: &[Entry], region: &str, listed: &[String]) -> Option<&str> {
        let defaults = Defaults::newest();
        let may_judge = |id: &&str| {
            let id = model::without_context_suffix(id);
            let listed = entries.iter().find(|entry| entry.is_named(id));
            defaults.may_judge(anthropic_name(listed.map_or(id, |entry| &entry.model_id)))
        };
        if listed.is_empty() || self.pin(vars::DEFAULT_SONNET_MODEL).as_ref().is_none_or(may_judge) {
            return None;
        }
        let preferred = region_prefix(region, listed, &self.main);
        let own = unpinned_id(region, preferred, listed, defaults.judge?);
        let pins = [vars::DEFAULT_HAIKU_MODEL, vars::DEFAULT_FABLE_MODEL, vars::DEFAULT_OPUS_MODEL];
        pins.into_iter().filter_map(|name| self.pin(name)).find(may_judge).filter(|_| !listed.contains(&own))
    }

    fn pin(&self, name: &str) -> Option<&str> {
        self.aliases.iter().find(|(known, _)| *known == name).map(|(_, id)| id.as_str())
    }
}
