//! The keys whose wrong type makes Claude Code ignore the whole file.
//!
//! Each row was seen to do so in Claude Code 2.1.329 (`These settings files did not load, so nothing in them is in
//! effect`) and in 2.1.197. Keys that tolerate any type are left out on purpose: `hooks`, `effortLevel` and
//! `forceLoginMethod` are skipped alone (`extraKnownMarketplaces` since some release between the two), and a value
//! inside `env` may be of any type. `null` is a wrong type too, also for `env`; an empty string is a right one, also for
//! `awsAuthRefresh`.

use crate::vars;

use super::spans::{Object, is_whitespace, string_length};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    // `null` only in the newer of the two.
    FlagOrNull,
    PositiveNumber,
    List,
    Texts,
    Object,
    TextMap,
}

const KNOWN: &[(&str, Kind)] = &[
    ("$schema", Kind::Text),
    ("alwaysThinkingEnabled", Kind::Flag),
    ("apiKeyHelper", Kind::Text),
    ("autoUpdatesChannel", Kind::Text),
    ("availableModels", Kind::Texts),
    ("awsAuthRefresh", Kind::Text),
    ("awsCredentialExport", Kind::Text),
    ("cleanupPeriodDays", Kind::PositiveNumber),
    ("companyAnnouncements", Kind::Texts),
    ("disableAllHooks", Kind::Flag),
    ("enabledPlugins", Kind::Object),
    ("enforceAvailableModels", Kind::FlagOrNull),
    ("env", Kind::Object),
    ("fallbackModel", Kind::Texts),
    ("gcpAuthRefresh", Kind::Text),
    ("includeCoAuthoredBy", Kind::Flag),
    ("includeGitInstructions", Kind::Flag),
    ("language", Kind::Text),
    ("model", Kind::Text),
    ("modelOverrides", Kind::TextMap),
    ("otelHeadersHelper", Kind::Text),
    ("outputStyle", Kind::Text),
    ("permissions", Kind::Object),
    ("permissions.additionalDirectories", Kind::List),
    ("permissions.allow", Kind::List),
    ("permissions.ask", Kind::List),
    // A mode that this release does not know drops the file as well, but the list of modes differs between releases.
    ("permissions.defaultMode", Kind::Text),
    ("permissions.deny", Kind::List),
    ("sandbox", Kind::Object),
    ("spinnerTipsEnabled", Kind::Flag),
    ("statusLine", Kind::Object),
    ("statusLine.command", Kind::Text),
    ("statusLine.type", Kind::Text),
];

/// A known key with a value that Claude Code does not take.
pub(super) struct WrongType {
    pub(super) key: &'static str,
    pub(super) expected: &'static str,
    pub(super) found: &'static str,
    pub(super) offset: usize,
}

/// Whether the members of the object that has this name at the top count: those a [`Key`] may name, and those of the
/// table.
///
/// [`Key`]: super::Key
pub(super) fn is_looked_into(name: &str) -> bool {
    [vars::ENV, vars::MODEL_OVERRIDES].contains(&name)
        || KNOWN.iter().any(|(key, _)| key.split_once('.').is_some_and(|(outer, _)| outer == name))
}

/// The first of them in the table's order.
pub(super) fn find_wrong_type(text: &str, root: &Object) -> Option<WrongType> {
    KNOWN.iter().find_map(|(key, kind)| {
        let member = match key.split_once('.') {
            None => root.member(key)?,
            Some((outer, inner)) => root.member(outer)?.object.as_ref()?.member(inner)?,
        };
        let raw = &text[member.value.clone()];
        (!kind.accepts(raw)).then(|| WrongType {
            key,
            expected: kind.described(),
            found: describe_value(raw),
            offset: member.value.start,
        })
    })
}

impl Kind {
    fn accepts(self, raw: &str) -> bool {
        match self {
            Self::Text => is_string(raw),
            Self::Flag => matches!(raw, "true" | "false"),
            Self::FlagOrNull => matches!(raw, "true" | "false" | "null"),
            Self::PositiveNumber => {
                raw.parse().is_ok_and(|number: f64| number.is_finite() && number >= 1.0 && number.fract() == 0.0)
            }
            Self::List => raw.starts_with('['),
            Self::Texts => is_list_of_strings(raw),
            Self::Object => raw.starts_with('{'),
            Self::TextMap => Object::at(raw, 0)
                .is_some_and(|object| object.members.iter().all(|member| is_string(&raw[member.value.clone()]))),
        }
    }

    fn described(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Flag | Self::FlagOrNull => "`true` or `false`",
            Self::PositiveNumber => "a whole number from 1",
            Self::List => "an array",
            Self::Texts => "an array of strings",
            Self::Object => "an object",
            Self::TextMap => "an object of strings",
        }
    }
}

fn is_string(raw: &str) -> bool {
    raw.starts_with('"')
}

fn is_list_of_strings(raw: &str) -> bool {
    let Some(mut rest) = raw.strip_prefix('[') else { return false };
    loop {
        rest = rest.trim_start_matches(|character| is_whitespace(character) || character == ',');
        if rest == "]" {
            return true;
        }
        let Some(length) = string_length(rest) else { return false };
        rest = &rest[length..];
    }
}

fn describe_value(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "`null`",
        _ => "a number",
    }
}
