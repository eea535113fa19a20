//! Where Claude Code and the AWS CLI read a profile differently.

use std::collections::BTreeMap;

use super::cli::{CliKind, CliReading};
use super::keys::is_plain;
use super::{Profile, ProfileFiles};

/// The keys whose values are nobody's secret.
const SHOWN: [&str; 17] = [
    "aws_access_key_id",
    "credential_source",
    "duration_seconds",
    "endpoint_url",
    "login_session",
    "output",
    "region",
    "role_arn",
    "role_session_name",
    "services",
    "source_profile",
    "sso_account_id",
    "sso_region",
    "sso_registration_scopes",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
];

/// What stands in the place of a value that may be a secret.
const HIDDEN: &str = "(hidden)";

/// A profile that is read differently, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What Claude Code makes of it.
    pub claude_code: Reading,
    /// What the AWS CLI makes of it.
    pub aws_cli: Reading,
    /// The keys whose values differ.
    pub keys: Vec<KeyDifference>,
}

/// What one of the two makes of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Whether it finds the profile.
    pub found: bool,
    /// How it would get credentials.
    pub kind: Option<&'static str>,
    /// Why it would not.
    pub error: Option<String>,
}

/// A key and its two values, with secrets and whatever could be one left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDifference {
    /// The key, nested ones as `s3.addressing_style`, those of a session as `sso-session NAME: sso_region`.
    pub key: String,
    /// Its value in Claude Code.
    pub claude_code: Option<String>,
    /// Its value in the AWS CLI.
    pub aws_cli: Option<String>,
}

/// Compares what Claude Code and the AWS CLI make of a profile; none when it is the same.
#[must_use]
pub fn differences(files: &ProfileFiles, cli: &CliReading, name: &str) -> Option<Difference> {
    let ours = files.profile(name);
    let found = ours.filter(|profile| profile.found_by_claude_code);
    let theirs = cli.profile(name);
    let claude_code = match found {
        Some(profile) => {
            let kind = profile.kind(files);
            Reading { found: true, kind: Some(kind.id()), error: kind.gap().map(ToString::to_string) }
        }
        None => Reading { found: false, kind: None, error: None },
    };
    let aws_cli = match (theirs, cli.refused.first()) {
        (Some(_), _) => {
            let kind = cli.kind(name);
            let error = if let CliKind::Refused(reason) = &kind { Some(reason.clone()) } else { None };
            Reading { found: true, kind: Some(kind.id()), error }
        }
        (None, Some((_, refused))) => Reading { found: false, kind: None, error: Some(refused.reason.to_string()) },
        (None, None) => Reading { found: false, kind: None, error: None },
    };
    let keys = if claude_code.found && aws_cli.found { keys(files, cli, name) } else { Vec::new() };
    let same = claude_code.found == aws_cli.found && claude_code.kind == aws_cli.kind && keys.is_empty();
    (!same).then_some(Difference { claude_code, aws_cli, keys })
}

fn keys(files: &ProfileFiles, cli: &CliReading, name: &str) -> Vec<KeyDifference> {
    let mut all = Vec::new();
    let ours = files.profile(name).map(Profile::keys).into_iter().flatten();
    let theirs = cli.profile(name).map(super::CliSection::values).unwrap_or_default();
    compare("", ours.map(|(key, value)| (key.to_owned(), value.text.as_str())), theirs, &mut all);
    let session = files.profile(name).and_then(|profile| profile.get("sso_session"));
    if let Some(session) = session.and_then(|value| files.sso_session(&value.text)) {
        let ours = session.keys().map(|(key, value)| (key.to_owned(), value.text.as_str()));
        let theirs = cli.sso_sessions().find(|(known, _)| *known == session.name);
        let theirs = theirs.map(|(_, section)| section.values()).unwrap_or_default();
        compare(&format!("sso-session {}: ", session.name), ours, theirs, &mut all);
    }
    all
}

fn compare<'a>(
    prefix: &str,
    ours: impl Iterator<Item = (String, &'a str)>,
    theirs: Vec<(String, &'a str)>,
    found: &mut Vec<KeyDifference>,
) {
    let mut pairs: BTreeMap<String, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for (key, value) in ours {
        pairs.entry(key).or_default().0 = Some(value);
    }
    for (key, value) in theirs {
        pairs.entry(key).or_default().1 = Some(value);
    }
    for (key, (ours, theirs)) in pairs {
        // That an empty value is none to Claude Code changes nothing for keys nobody reads.
        if ours == theirs {
            continue;
        }
        let shown = |value: Option<&str>| value.map(|value| shown(&key, value));
        let (claude_code, aws_cli) = (shown(ours), shown(theirs));
        let key = if is_plain(&key) { format!("{prefix}{key}") } else { format!("{prefix}(unreadable)") };
        found.push(KeyDifference { key, claude_code, aws_cli });
    }
}

/// The first word of a value that is no secret: what follows it may be a comment, or the next line with its secret.
fn shown(key: &str, value: &str) -> String {
    if !SHOWN.contains(&key) {
        return HIDDEN.to_owned();
    }
    match value.split_once(char::is_whitespace) {
        None => value.to_owned(),
        Some((first, _)) => format!("{first} ..."),
    }
}
