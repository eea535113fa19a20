//! How a finding points at things: lines of files as they may be shown, and edits of settings.

use std::path::Path;

use crate::aws::profile::{SourceFile, Value};
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, SettingEdit};
use crate::settings::document::{Key, RawJson};
use crate::settings::scope::{Found, Scope, Source};
use crate::vars;

/// What stands in the place of a value that may be a secret.
const HIDDEN: &str = "(hidden)";

/// The longest text that is shown of a value.
const LONGEST: usize = 200;

/// Where a value comes from; `name` is its variable or settings key.
#[must_use]
pub fn found(name: &str, found: &Found) -> Evidence {
    at(name, &found.value, &found.source)
}

/// A command of ours, which holds no secret, as it stands in its file; the profile in it is what is meant.
#[must_use]
pub fn own_command(key: &str, command: &Found, profile: &str) -> Evidence {
    match &command.source {
        Source::Settings { path, line: Some(line), .. } => Evidence::Line {
            path: path.clone(),
            line: *line,
            text: format!("\"{key}\": {}", serde_json::Value::from(command.value.as_str())),
            meant: format!("--profile={profile}"),
        },
        _ => found(key, command),
    }
}

/// Where the value a finding is about comes from, and where the stronger or weaker ones do.
pub fn with_overrides<'a>(name: &'a str, value: &'a Found) -> impl Iterator<Item = Evidence> + 'a {
    let hidden = value.overrides.iter().map(move |(value, source)| at(name, value, source));
    std::iter::once(found(name, value)).chain(hidden)
}

fn at(name: &str, value: &str, source: &Source) -> Evidence {
    let value = shown(name, value);
    match source {
        Source::Settings { path, line: Some(line), .. } => Evidence::Line {
            path: path.clone(),
            line: *line,
            text: format!("\"{name}\": {}", serde_json::Value::from(value.as_str())),
            meant: serde_json::Value::from(value).to_string(),
        },
        Source::Settings { path, .. } => Evidence::File { path: path.clone(), text: format!("`{name}` is {value}") },
        Source::Variable(variable) => Evidence::Variable { name: variable.clone(), value },
        Source::AwsFile { path, line } => {
            let name = if name.starts_with("AWS_") { "region" } else { name };
            Evidence::Line { path: path.clone(), line: *line, text: format!("{name} = {value}"), meant: value }
        }
        Source::Default => Evidence::Said(format!("nothing says otherwise, so Claude Code takes {value}")),
    }
}

/// A key's value in an AWS file.
#[must_use]
pub fn aws_value(facts: &Facts, key: &str, value: &Value) -> Evidence {
    let text = if is_secret_key(key) {
        HIDDEN.to_owned()
    } else if key == "credential_process" {
        // Its arguments may be secret.
        let program = value.text.split_whitespace().next().unwrap_or_default();
        if program == value.text { program.to_owned() } else { format!("{program} …") }
    } else {
        value.text.clone()
    };
    Evidence::Line {
        path: aws_path(facts, value.file).to_owned(),
        line: value.line,
        text: format!("{key} = {text}"),
        meant: text,
    }
}

/// A line of an AWS file as it may be shown.
#[must_use]
pub fn aws_line(facts: &Facts, file: SourceFile, line: usize) -> Evidence {
    let bytes = match file {
        SourceFile::Config => &facts.files.config,
        SourceFile::Credentials => &facts.files.credentials,
    };
    let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
    let text = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim();
    let shown = if text.starts_with('[') {
        text.to_owned()
    } else {
        match text.split_once('=') {
            Some((key, value)) if is_plain_key(key.trim()) && !is_secret_key(key.trim()) => {
                let value = value.trim();
                let value = if key.trim() == "credential_process" {
                    value.split_whitespace().next().unwrap_or_default()
                } else {
                    value
                };
                format!("{} = {value}", key.trim())
            }
            Some((key, _)) if is_plain_key(key.trim()) => format!("{} = {HIDDEN}", key.trim()),
            // What is no plain line may hold anything.
            _ => HIDDEN.to_owned(),
        }
    };
    Evidence::Line { path: aws_path(facts, file).to_owned(), line, meant: shown.clone(), text: shown }
}

fn aws_path(facts: &Facts, file: SourceFile) -> &Path {
    match file {
        SourceFile::Config => &facts.files.config_path,
        SourceFile::Credentials => &facts.files.credentials_path,
    }
}

/// Whether a key of an AWS file may hold a secret.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["secret", "token", "password"].iter().any(|mark| key.contains(mark)) && !key.ends_with("_file")
}

fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// A call and what came of it.
#[must_use]
pub fn call(operation: &str, answer: &impl std::fmt::Display) -> Evidence {
    Evidence::Call { operation: operation.to_owned(), answer: masked(&answer.to_string()) }
}

/// A value as it may be shown: hidden where its name says so, masked where it looks like a secret, never long.
#[must_use]
pub fn shown(name: &str, value: &str) -> String {
    if vars::may_hold_secret(name) && !value.is_empty() {
        return HIDDEN.to_owned();
    }
    let masked = masked(value);
    match masked.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked,
    }
}

/// A text in which every word that looks like a secret is hidden: keys and tokens by their beginnings, what stands
/// before the `@` of an address, and what follows a word such as `--password`, to the end of its quotation.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut shown = Vec::new();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        let names_secret = ["password", "passwd", "secret", "token", "api-key", "apikey", "api_key"]
            .iter()
            .any(|mark| lower.contains(mark));
        let assigned = word.split_once('=').filter(|(_, value)| names_secret && !value.is_empty());
        if names_secret && word.starts_with('-') && !word.contains('=') {
            shown.push(word.to_owned());
            if let Some(value) = words.next() {
                shown.push(hidden(value, &mut words));
            }
        } else if let Some((name, value)) = assigned {
            shown.push(format!("{name}={}", hidden(value, &mut words)));
        } else if ["ABSK", "bedrock-api-key-", "eyJ", "aoa"]
            .iter()
            .any(|start| word.trim_start_matches(['"', '\'']).starts_with(start) && word.len() > 24)
        {
            shown.push(hidden(word, &mut words));
        } else {
            shown.push(without_user_information(word));
        }
    }
    shown.join(" ")
}

/// What stands in the place of a word; of a quotation that it opens all words, and the quotes that close around it.
fn hidden<'a>(word: &str, rest: &mut impl Iterator<Item = &'a str>) -> String {
    let mut last = word;
    if let Some(quote) = word.chars().next().filter(|sign| ['"', '\''].contains(sign)) {
        let ends_it =
            |word: &str| word.trim_end_matches([')', ';', ',', '"', '\'']).len() < word.len() && word.contains(quote);
        let mut is_done = word.len() > 1 && ends_it(&word[1..]);
        while !is_done && let Some(next) = rest.next() {
            last = next;
            is_done = ends_it(next);
        }
        return format!("{quote}{HIDDEN}{}", closing(last));
    }
    format!("{HIDDEN}{}", closing(last))
}

/// What closes behind a secret at the end of a word. What is hidden already closes by itself.
fn closing(word: &str) -> &str {
    let inner = word.trim_end_matches(['"', '\'', ')', ';', ',']);
    let closing = &word[inner.len()..];
    closing.strip_prefix(')').filter(|_| format!("{inner})").ends_with(HIDDEN)).unwrap_or(closing)
}

/// An address without the name and password before its host.
fn without_user_information(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{HIDDEN}@{}", &rest[at + 1..]),
        None => word.to_owned(),
    }
}

/// The edit that gives a key another value wherever the file is one a person may write; none where it is not in a
/// settings file.
#[must_use]
pub fn edit(facts: &Facts, source: &Source, key: Key, after: Option<&str>) -> Vec<SettingEdit> {
    let Source::Settings { scope, path, .. } = source else { return Vec::new() };
    let before = facts.documents().find(|(layer, _)| layer.path == *path).and_then(|(_, document)| document.get(&key));
    vec![SettingEdit { path: path.clone(), scope: *scope, key, before, after: after.map(RawJson::from_string) }]
}

/// The edit that sets a key in the user's own settings.
#[must_use]
pub fn user_edit(facts: &Facts, key: Key, after: &str) -> Vec<SettingEdit> {
    let layer = facts.settings.layers().iter().find(|layer| layer.scope == Scope::User);
    let Some(layer) = layer else { return Vec::new() };
    let source = Source::Settings { scope: Scope::User, path: layer.path.clone(), line: None };
    edit(facts, &source, key, Some(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked() {
        for (text, expected) in [
            ("aws sso login --profile work", "aws sso login --profile work"),
            ("tool --password hunter2 --quiet", "tool --password (hidden) --quiet"),
            ("TOKEN=abc tool", "TOKEN=(hidden) tool"),
            ("sh -c 'TOKEN=abc'", "sh -c 'TOKEN=(hidden)'"),
            ("sh -c \"tool --secret abc\"; true", "sh -c \"tool --secret (hidden)\"; true"),
            ("tool --password \"hunter two\" --quiet", "tool --password \"(hidden)\" --quiet"),
            ("TOKEN='a b c' tool", "TOKEN='(hidden)' tool"),
            ("tool --password 'never closed", "tool --password '(hidden)"),
            ("https://ada:pw@proxy.example:8080/x", "https://(hidden)@proxy.example:8080/x"),
            ("key ABSKQmVkcm9ja0FQSUtleS1hYmNkZWZn is", "key (hidden) is"),
        ] {
            assert_eq!(masked(text), expected);
            assert_eq!(masked(expected), expected, "what is hidden stays as it is shown");
        }
        assert_eq!(shown("AWS_BEARER_TOKEN_BEDROCK", "x"), HIDDEN);
        assert_eq!(shown("AWS_REGION", "us-west-2"), "us-west-2");
    }
}
