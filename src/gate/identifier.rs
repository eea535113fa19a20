//! Which kind of wrong an id is that AWS calls invalid.

use super::{Asked, Gate, Opener};
use crate::regions;

/// The mark of all of them, before the id is looked at.
pub(super) const UNSPECIFIC: &str = "M04";

/// The gate of an id AWS does not know, as exact as what is known of the request allows.
pub(super) fn gate(asked: &Asked<'_>) -> Gate {
    let id = asked.model.unwrap_or_default();
    let bare = id.strip_suffix("[1m]").unwrap_or(id);
    let region = asked.region.unwrap_or_default();
    let prefix = bare.split_once("anthropic.").map(|(prefix, _)| prefix);
    let others = same_model_elsewhere(bare, asked.listed.unwrap_or_default());
    let (id, name, title, fix) = if bare.starts_with("arn:") {
        (
            "M08",
            "arn",
            "the ARN leads to nothing there",
            "check the region, the account and the spelling of the ARN".to_owned(),
        )
    } else if prefix.is_none() && !bare.is_empty() {
        (
            "M03",
            "anthropic-id",
            "this is Anthropic's name for the model, not Bedrock's",
            "pin the inference profile's id; `claude-bedrock models` lists them".to_owned(),
        )
    } else if regions::is_gov_cloud(region) && prefix.is_some_and(|prefix| prefix != "us-gov.") {
        (
            "M23",
            "govcloud-id",
            "the id is one of the commercial regions, and this is GovCloud",
            "pin an id that is listed in GovCloud".to_owned(),
        )
    } else if let Some(other) = others.first() {
        let (id, name) = if region.starts_with("ap-") { ("M06", "asia-prefix") } else { ("M02", "prefix") };
        (id, name, "the model is there under another prefix", format!("pin {other}"))
    } else if id != bare {
        (
            "M05",
            "context-suffix",
            "the id does not exist, and `[1m]` stands behind it",
            "pin an id that is listed; `[1m]` goes behind it only where the model takes it".to_owned(),
        )
    } else {
        (
            UNSPECIFIC,
            "model-id",
            "no such model or inference profile there",
            "name an id that `claude-bedrock models` lists".to_owned(),
        )
    };
    Gate { id, name, title, fix, opener: Opener::You, action: None, resource: None, region: None }
}

/// The listed ids of the same model with another prefix.
fn same_model_elsewhere<'a>(id: &str, listed: &'a [String]) -> Vec<&'a str> {
    let Some((_, model)) = id.split_once("anthropic.") else { return Vec::new() };
    let is_same = |other: &&String| {
        other.as_str() != id && other.split_once("anthropic.").is_some_and(|(_, theirs)| theirs == model)
    };
    listed.iter().filter(is_same).map(String::as_str).collect()
}
