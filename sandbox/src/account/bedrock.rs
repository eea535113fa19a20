//! Where Bedrock is, which models it has, and where they route to.

use jiff::Timestamp;
use serde::Deserialize;

use super::DataRetention;

/// A set of regions that cross-region inference profiles route to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geography {
    /// The prefix of the profile ids, such as `us`.
    pub name: String,
    /// The first word of the profile names, such as `US`.
    pub title: String,
    /// Regions; `{source}` is the calling region, the empty text no region at all.
    pub routes: Vec<String>,
    /// The profiles' description; `{model}` is filled in.
    pub description: String,
}

/// A region Bedrock is in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The region's name.
    pub name: String,
    /// The geographies whose profiles it lists, in that order.
    pub geographies: Vec<String>,
}

/// A foundation model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The foundation model's id.
    pub id: String,
    /// Who made it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// When its profiles appeared.
    pub created_at: Timestamp,
    /// The geographies it has profiles in; all when absent.
    #[serde(default)]
    pub geographies: Option<Vec<String>>,
    /// Whether it answers to its own id, without a profile.
    #[serde(default)]
    pub on_demand: bool,
    /// When it became a legacy model, which only those who use it may go on using.
    #[serde(default)]
    pub legacy_at: Option<Timestamp>,
    /// When its public extended access begins.
    #[serde(default)]
    pub extended_access_at: Option<Timestamp>,
    /// When it stops answering.
    #[serde(default)]
    pub end_of_life_at: Option<Timestamp>,
    /// The account's data retention modes it answers under; all when absent.
    #[serde(default)]
    pub data_retention: Option<Vec<DataRetention>>,
}

impl Model {
    pub(crate) fn is_legacy(&self, now: Timestamp) -> bool {
        self.legacy_at.is_some_and(|since| since <= now)
    }

    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.end_of_life_at.is_some_and(|end| end <= now)
    }
}
