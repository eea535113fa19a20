//! The Claude models a principal sees in a region, each with where its traffic goes and how long it will live.
//!
//! Pure: what AWS listed goes in, newest generation first comes out.

use jiff::Timestamp;

use crate::aws::bedrock::{Availability, FoundationModel, InferenceProfile, Lifecycle};
use crate::configuration::Configuration;
use crate::gate::papers::{self, Hindrance};
use crate::model::{self, Model};
use crate::regions::Reach;
use crate::settings::scope::Found;
use crate::vars;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An inference profile of AWS's.
    System,
    /// An inference profile of the account's.
    Application,
    /// A model without a profile around it.
    Foundation,
}

impl Kind {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system-defined",
            Self::Application => "application",
            Self::Foundation => "foundation-model",
        }
    }
}

/// One way to a Claude model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name, as AWS or the account gave it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The model behind it.
    pub model: Model,
    /// That model's name.
    pub model_name: String,
    /// That model's id.
    pub model_id: String,
    /// The regions its traffic may go to; the empty name stands for any.
    pub routes_to: Vec<String>,
    /// Where that is.
    pub reach: Reach,
    /// How long it will live.
    pub lifecycle: Lifecycle,
    /// What the account's papers say of that model; `None` where they were not shown.
    pub papers: Option<Availability>,
}

/// Puts together what AWS listed; with `all` also the models no profile leads to.
#[must_use]
pub fn entries(profiles: &[InferenceProfile], models: &[FoundationModel], all: bool) -> Vec<Entry> {
    let mut entries: Vec<Entry> = profiles.iter().filter_map(|profile| of_profile(profile, models)).collect();
    if all {
        let is_led_to = |model: &&FoundationModel| entries.iter().all(|entry| entry.model_id != model.id);
        let bare: Vec<Entry> = models.iter().filter(is_led_to).filter_map(of_model).collect();
        entries.extend(bare);
    }
    entries.sort_by(|one, other| {
        let newer = other.model.generation.cmp(&one.model.generation);
        newer
            .then(family_order(&one.model.family).cmp(&family_order(&other.model.family)))
            .then(other.model.date.cmp(&one.model.date))
            .then_with(|| one.model_id.cmp(&other.model_id))
            .then(one.kind.cmp(&other.kind))
            .then(one.breadth().cmp(&other.breadth()))
            .then_with(|| one.id.cmp(&other.id))
    });
    entries
}

impl Entry {
    /// What is written to pin it: the id, and for an application profile its ARN.
    #[must_use]
    pub fn pin(&self) -> &str {
        if self.kind == Kind::Application { &self.arn } else { &self.id }
    }

    /// Whether a pin or a typed id means it.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let name = model::without_context_suffix(name);
        name == self.id || name == self.arn
    }

    /// What the account's papers say is in the way.
    #[must_use]
    pub fn hindrance(&self) -> Option<Hindrance> {
        self.papers.as_ref().and_then(papers::hindrance)
    }

    /// In how many regions its traffic may be; most of all for one that goes anywhere.
    #[must_use]
    pub fn breadth(&self) -> usize {
        if self.reach == Reach::Anywhere { usize::MAX } else { self.routes_to.len() }
    }

    /// `active`, `legacy`, `end-of-life` or `unknown`.
    #[must_use]
    pub fn stage(&self, now: Timestamp) -> &'static str {
        match (self.lifecycle.end_of_life_at, self.lifecycle.is_legacy) {
            (Some(end), _) if end <= now => "end-of-life",
            (_, Some(true)) => "legacy",
            (_, Some(false)) => "active",
            (_, None) => "unknown",
        }
    }
}

fn of_profile(profile: &InferenceProfile, models: &[FoundationModel]) -> Option<Entry> {
    let model = model::of_profile(profile)?;
    let model_id = profile
        .model_arns
        .iter()
        .find_map(|arn| arn.split_once("foundation-model/").map(|(_, id)| id))
        .map_or_else(|| profile.id.clone(), str::to_owned);
    let known = models.iter().find(|known| known.id == model_id);
    let mut routes_to: Vec<String> =
        profile.model_arns.iter().map(|arn| arn.split(':').nth(3).unwrap_or_default().to_owned()).collect();
    routes_to.sort();
    routes_to.dedup();
    Some(Entry {
        id: profile.id.clone(),
        arn: profile.arn.clone(),
        name: profile.name.clone(),
        kind: if profile.is_application { Kind::Application } else { Kind::System },
        model_name: known.map_or_else(|| words(&model), |known| known.name.clone()),
        model,
        model_id,
        reach: Reach::of_models(&profile.model_arns),
        routes_to,
        lifecycle: known.map(|known| known.lifecycle.clone()).unwrap_or_default(),
        papers: None,
    })
}

fn of_model(found: &FoundationModel) -> Option<Entry> {
    let region = found.arn.split(':').nth(3).unwrap_or_default().to_owned();
    Some(Entry {
        id: found.id.clone(),
        arn: found.arn.clone(),
        name: found.name.clone(),
        kind: Kind::Foundation,
        model: Model::parse(&found.id)?,
        model_name: found.name.clone(),
        model_id: found.id.clone(),
        reach: Reach::of([region.as_str()]),
        routes_to: vec![region],
        lifecycle: found.lifecycle.clone(),
        papers: None,
    })
}

/// A model whose name AWS did not tell: `Claude Sonnet 4.6`.
fn words(model: &Model) -> String {
    let mut family = model.family.clone();
    if let Some(first) = family.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let numbers: Vec<String> = model.generation.iter().map(u32::to_string).collect();
    format!("Claude {family} {}", numbers.join("."))
}

/// The order Claude Code's picker has, others behind.
fn family_order(family: &str) -> usize {
    vars::FAMILY_PINS.iter().position(|(known, _)| *known == family).unwrap_or(vars::FAMILY_PINS.len())
}

/// What is pinned now and as what: `main`, an alias, `background`, `subagents`.
#[must_use]
pub fn pinned(configuration: &Configuration) -> Vec<(&'static str, String)> {
    let alias = |family: &str| {
        let pin = configuration.pins.iter().find(|(known, _)| *known == family);
        pin.and_then(|(_, found)| found.as_ref()).map(|found| found.value.clone())
    };
    let mut pinned = Vec::new();
    if let Some(main) = &configuration.main_model {
        // The main model may be named by its alias.
        let value = alias(model::without_context_suffix(&main.value)).unwrap_or_else(|| main.value.clone());
        pinned.push(("main", value));
    }
    for (family, found) in &configuration.pins {
        pinned.extend(found.as_ref().map(|found| (*family, found.value.clone())));
    }
    let beats = |found: &Option<Found>| found.as_ref().map(|found| found.value.clone());
    let background = beats(&configuration.background_model).or_else(|| alias("haiku"));
    pinned.extend(background.map(|id| ("background", id)));
    // An alias, which this may also be, is pinned as what it means.
    let subagents = beats(&configuration.subagent_model).filter(|id| model::is_bedrock_id(id));
    pinned.extend(subagents.map(|id| ("subagents", id)));
    pinned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(id: &str, regions: &[&str], is_application: bool) -> InferenceProfile {
        let model = "anthropic.claude-sonnet-5-5";
        let model = id.split_once('.').map_or(model, |(_, model)| model);
        let arn = |region: &&str| format!("arn:aws:bedrock:{region}::foundation-model/{model}");
        InferenceProfile {
            id: id.into(),
            arn: format!("arn:aws:bedrock:us-west-2:1:x/{id}"),
            name: id.into(),
            is_application,
            model_arns: regions.iter().map(arn).collect(),
        }
    }

    #[test]
    fn the_newest_generation_comes_first_and_then_the_narrowest_way() {
        let profiles = [
            profile("global.anthropic.claude-sonnet-5-5", &["us-west-2", ""], false),
            profile("opaque1", &["us-west-2"], true),
            profile("us.anthropic.claude-haiku-4-5-20251001-v1:0", &["us-east-1"], false),
            profile("us.anthropic.claude-sonnet-5-5", &["us-west-2", "us-east-1"], false),
            profile("us.anthropic.claude-opus-5-5", &["us-east-1"], false),
            profile("us.amazon.nova-pro-v1:0", &["us-east-1"], false),
        ];
        let model = FoundationModel {
            id: "anthropic.claude-3-haiku-20240307-v1:0".into(),
            arn: "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0".into(),
            name: "Claude 3 Haiku".into(),
            is_on_demand: true,
            lifecycle: Lifecycle { is_legacy: Some(true), ..Lifecycle::default() },
        };
        let found = entries(&profiles, &[model], true);
        let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "us.anthropic.claude-opus-5-5",
                "us.anthropic.claude-sonnet-5-5",
                "global.anthropic.claude-sonnet-5-5",
                "opaque1",
                "us.anthropic.claude-haiku-4-5-20251001-v1:0",
                "anthropic.claude-3-haiku-20240307-v1:0",
            ]
        );
        let words: Vec<String> = found.iter().map(|entry| entry.reach.to_string()).collect();
        assert_eq!(words[..4], ["stays in the US", "stays in the US", "goes anywhere", "stays in the US"]);
        assert_eq!((found[3].pin(), found[3].model.family.as_str()), (found[3].arn.as_str(), "sonnet"));
        assert_eq!(found[5].stage(Timestamp::UNIX_EPOCH), "legacy");
        assert_eq!(found[4].model_name, "Claude Haiku 4.5");
    }
}
