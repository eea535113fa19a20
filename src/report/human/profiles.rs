//! The report of `profiles`, for people.

use std::fmt::Write;
use std::path::Path;

use crate::apply::shortened;
use crate::aws::profile::{Dependency, Difference, Lint, Reading, SourceFile};
use crate::observe::profiles::{Listed, ProfileFacts};
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

/// The width of the column of names.
const NAME_WIDTH: usize = 14;

/// The profiles, then what is wrong with the files.
#[must_use]
pub fn profiles(facts: &ProfileFacts, home: Option<&Path>) -> String {
    let mut text = String::new();
    for listed in &facts.listed {
        profile(&mut text, listed);
    }
    if facts.listed.is_empty() {
        let config = facts.files.config_shown();
        let _ = writeln!(text, "No profile is in `{config}` or its credentials file.");
        let _ = writeln!(text, "`claude-bedrock setup` makes one from your company's SSO start URL.\n");
    }
    for lint in &facts.lints {
        finding(&mut text, lint, facts, home);
    }
    for problem in &facts.files.problems {
        let _ = writeln!(text, "{} {problem}", styled(BAD.bold(), "problem:"));
    }
    printable(text.trim_end()) + "\n"
}

fn profile(text: &mut String, listed: &Listed) {
    let ready = match &listed.problem {
        None => styled(GOOD, "usable"),
        Some(_) => styled(BAD, "not usable now"),
    };
    let _ = writeln!(text, "{}  {}, {ready}", styled(BOLD, &listed.name), listed.kind_words);
    let mut pair = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:NAME_WIDTH$}{value}");
    };
    if let Some(problem) = &listed.problem {
        pair("problem", problem);
    }
    for (name, value) in [("account", &listed.account_id), ("role", &listed.role_name), ("region", &listed.region)] {
        if let Some(value) = value {
            pair(name, value);
        }
    }
    if !listed.depends_on.is_empty() {
        let all: Vec<String> = listed.depends_on.iter().map(dependency_words).collect();
        pair("depends on", &all.join(", "));
    }
    if !listed.found_by_claude_code {
        pair("Claude Code", &styled(NOTICE, "does not find it by itself"));
    }
    if let Some(difference) = &listed.difference {
        pair("the AWS CLI", &styled(NOTICE, &difference_words(difference)));
    }
    text.push('\n');
}

fn dependency_words(dependency: &Dependency) -> String {
    match dependency {
        Dependency::Profile(name) => format!("profile {name}"),
        Dependency::SsoSession(name) => format!("sso-session {name}"),
        Dependency::Program(name) => format!("program {name}"),
        Dependency::TokenFile(path) => format!("token file {path}"),
        Dependency::CredentialSource(source) => format!("credential source {source}"),
        Dependency::LoginSession(arn) => format!("`aws login` as {arn}"),
    }
}

/// What the AWS CLI makes of a profile that it reads differently.
fn difference_words(difference: &Difference) -> String {
    let Difference { claude_code, aws_cli, keys } = difference;
    let mut parts = Vec::new();
    match aws_cli {
        Reading { found: false, error: Some(error), .. } => parts.push(format!("refuses its files: {error}")),
        Reading { found: false, .. } => parts.push("does not find it".to_owned()),
        Reading { error: Some(error), .. } => parts.push(format!("refuses it: {error}")),
        Reading { kind, .. } if *kind != claude_code.kind => {
            parts.push(format!("reads it as {}", kind.unwrap_or("none")));
        }
        _ => {}
    }
    for key in keys {
        let value = |value: &Option<String>| value.as_ref().map_or("nothing".to_owned(), |text| format!("`{text}`"));
        parts.push(format!("has {} for `{}`, Claude Code {}", value(&key.aws_cli), key.key, value(&key.claude_code)));
    }
    parts.join("; ")
}

fn finding(text: &mut String, lint: &Lint, facts: &ProfileFacts, home: Option<&Path>) {
    let path = match lint.file {
        SourceFile::Config => &facts.files.config_path,
        SourceFile::Credentials => &facts.files.credentials_path,
    };
    let place = format!("{}:{}", shortened(path, home), lint.line);
    let _ = writeln!(
        text,
        "{} {place}: {} {}",
        styled(NOTICE.bold(), "warning:"),
        lint.message,
        styled(DIM, &format!("[{}]", lint.id))
    );
    let _ = writeln!(text, "  fix: {}\n", lint.fix);
}

/// Names come from files that may hold anything: what could steer a terminal is shown, our own colours are kept.
fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => safe.push(c),
            // A style of ours: `ESC [ digits m`, and nothing else starts so.
            '\u{1b}' if rest.peek() == Some(&'[') => {
                let ahead: String = rest.clone().skip(1).take_while(|c| c.is_ascii_digit() || *c == ';').collect();
                let is_style = rest.clone().nth(1 + ahead.len()) == Some('m');
                safe.push_str(if is_style { "\u{1b}" } else { "\\u{1b}" });
            }
            c if c.is_control() => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}
