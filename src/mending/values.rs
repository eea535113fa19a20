//! Values of profiles that cannot be meant so.

use crate::aws::profile::ProfileKind;
use crate::aws_config::Change;
use crate::checks::configuration::region_fault;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix, FixKind};

use super::{Draft, edit};

/// The longest that a role assumed with another role's credentials lasts (AWS's documentation of role chaining).
const CHAINED: &str = "3600";

/// The keys of an access key.
const ACCESS_KEY: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// The access key that hides the profile's SSO role becomes a comment.
pub(super) fn shadowing_keys(facts: &Facts) -> Option<Fix> {
    let profile = facts.profile()?;
    facts
        .lints
        .iter()
        .find(|lint| lint.id == "keys-shadow-sso" && lint.profile.as_deref() == Some(profile.name.as_str()))?;
    let values = ACCESS_KEY.into_iter().filter_map(|key| profile.get(key));
    let edits = values.map(|value| edit(value.file, value.line, Change::CommentOut)).collect();
    let text = "make the access key a comment, so that the SSO role is used";
    let name = profile.name.as_str();
    Draft::new(FixKind::Ask, text, edits, &[name]).then_sign_in(name, false).fix(facts, |after| {
        let kind = after.profile(name).map(|profile| profile.kind(after));
        matches!(kind, Some(ProfileKind::Sso(_) | ProfileKind::LegacySso(_)))
    })
}

/// A chained role for as long as there is one.
pub(super) fn chained_duration(facts: &Facts) -> Option<Fix> {
    let profile = facts.profile()?;
    let value = profile.get("duration_seconds")?;
    let change = Change::Value { was: value.text.clone(), is: CHAINED.to_owned() };
    let text = format!("write `duration_seconds = {CHAINED}`, the longest there is");
    let name = profile.name.as_str();
    Draft::new(FixKind::Safe, text, vec![edit(value.file, value.line, change)], &[name]).fix(facts, |after| {
        let value = after.profile(name).and_then(|profile| profile.get("duration_seconds"));
        value.is_some_and(|value| value.text == CHAINED)
    })
}

/// The region that was meant by a slip in the profile.
pub(super) fn region(facts: &Facts, finding: &Finding) -> Option<Fix> {
    let profile = facts.profile()?;
    let value = profile.get("region")?;
    let is_about_it = finding.evidence.iter().any(|evidence| {
        matches!(evidence, Evidence::Line { path, line, .. }
            if *line == value.line && facts.files.profiles.path(value.file) == Some(path.as_path()))
    });
    let (_, meant) = region_fault("region", &value.text).filter(|_| is_about_it)?;
    let meant = meant?;
    let change = Change::Value { was: value.text.clone(), is: meant.clone() };
    let name = profile.name.as_str();
    Draft::new(FixKind::Ask, format!("write `{meant}`"), vec![edit(value.file, value.line, change)], &[])
        .fix(facts, |after| {
            after.profile(name).and_then(|profile| profile.get("region")).is_some_and(|value| value.text == meant)
        })
}
