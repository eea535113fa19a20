//! What the questions are made from.

use jiff::Timestamp;

use crate::aws::bedrock::{FoundationModel, InferenceProfile};
use crate::cli::IdentityMode;
use crate::configuration::Rival;
use crate::model;
use crate::proof::Proofs;
use crate::regions::Residency;
use crate::regions::survey::Survey;
use crate::slip;
use crate::wizard::foreign::Recognised;

/// A profile the user may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileOption {
    /// Its name.
    pub name: String,
    /// Its kind, account and sign-in, in a few words.
    pub description: String,
    /// Whether it would give credentials now.
    pub usable: bool,
    /// Whether Claude Code finds it by itself.
    pub found_by_claude_code: bool,
    /// The regions it suggests, the most likely first.
    pub regions: Vec<String>,
}

/// What was learnt of Bedrock in the chosen region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// What it offers.
    Profiles(Vec<InferenceProfile>),
    /// The principal may not list.
    Denied,
}

impl Listing {
    /// The inference profiles that are known, AWS's own first.
    #[must_use]
    pub fn profiles(&self) -> &[InferenceProfile] {
        match self {
            Self::Profiles(profiles) => profiles,
            Self::Denied => &[],
        }
    }

    /// Whether an id is meant for an inference profile and is none that is listed here.
    #[must_use]
    pub fn lacks(&self, id: &str) -> bool {
        let id = model::without_context_suffix(id);
        let ids = || self.profiles().iter().map(|profile| profile.id.as_str());
        let is_meant = id.contains(".anthropic.claude-") || !slip::near(id, ids()).is_empty();
        !self.profiles().is_empty() && !id.starts_with("arn:") && is_meant && ids().all(|listed| listed != id)
    }
}

/// A value of someone else's that a plan leaves in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptValue {
    /// The key, the value and what was wanted, in a line without secrets.
    pub line: String,
    /// Whether the choice is impossible with it.
    pub required: bool,
    /// The model that stays pinned by it.
    pub model: Option<String>,
}

/// What a plan would do to the settings file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Planned {
    /// How many keys change.
    pub changes: usize,
    /// What stays although something else was wanted.
    pub kept: Vec<KeptValue>,
}

/// Whose Claude Code's status line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusLine {
    /// Nobody's, so that ours can be offered.
    Absent,
    /// Ours.
    Ours,
    /// Somebody else's, or it has no place in the settings file.
    #[default]
    NotOurs,
}

/// What is known of the regions for the chosen profile.
#[derive(Debug, Clone, Default)]
pub enum Regions {
    /// Nothing, and nobody is to be asked.
    #[default]
    Unasked,
    /// They are to be asked before a region is chosen.
    Wanted,
    /// What they answered.
    Found(Survey),
}

/// What the questions are made from.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// What time it is.
    pub now: Timestamp,
    /// How near the regions are and what they have.
    pub regions: Regions,
    /// Whether there is a status line already.
    pub status_line: StatusLine,
    /// The profiles there are.
    pub profiles: Vec<ProfileOption>,
    /// The files they were looked for in, in words.
    pub looked_in: String,
    /// The profile Claude Code is configured with or `AWS_PROFILE` names.
    pub configured_profile: Option<String>,
    /// The region Claude Code is configured with by a settings file or variable.
    pub configured_region: Option<String>,
    /// The identity mode we wrote earlier.
    pub configured_identity: Option<IdentityMode>,
    /// The main model we wrote earlier.
    pub configured_model: Option<String>,
    /// Every model that is pinned, and as what.
    pub pinned: Vec<(&'static str, String)>,
    /// The region Claude Code uses now, whoever says so.
    pub region_in_use: String,
    /// Where those pins keep requests, where the chosen region lists none of them.
    pub kept_elsewhere: Option<Residency>,
    /// The configuration of somebody else in the settings file.
    pub recognised: Option<Recognised>,
    /// The variables that beat pins.
    pub rivals: Vec<Rival>,
    /// How models answered the profile in the region, when they were last asked.
    pub proofs: Proofs,
    /// What Bedrock offers to the profile in the region, once asked.
    pub listing: Option<Listing>,
    /// What was asked for by itself, for it is in no listing, and what AWS said of it.
    pub looked_up: Vec<(String, Option<InferenceProfile>)>,
    /// How long the models behind it will live, as far as AWS tells.
    pub models: Vec<FoundationModel>,
    /// What a plan for the choice would do, once made.
    pub planned: Option<Planned>,
}
