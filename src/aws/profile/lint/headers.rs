//! What the headers of sections show.

use super::Lint;
use crate::aws::profile::header::{self, Header};
use crate::aws::profile::{SourceFile, words};

/// Kinds of sections in the config file.
const KINDS: [&str; 3] = ["profile", "sso-session", "services"];

/// Sections of the AWS CLI's own that have no name.
const CLI_SECTIONS: [&str; 2] = ["plugins", "preview"];

/// Judges the text between the brackets.
pub(super) fn lint(file: SourceFile, text: &str, line: usize, found: &mut Vec<Lint>) {
    let finding = match file {
        _ if header::is_refused(text) => Some((
            "proto-section",
            "for this section Claude Code ignores the whole file".to_owned(),
            "give the profile another name".to_owned(),
        )),
        _ if text == "DEFAULT" => Some((
            "upper-case-default",
            "the AWS CLI gives the keys of `[DEFAULT]` to every section, Claude Code ignores it".to_owned(),
            "write `[default]` for the default profile".to_owned(),
        )),
        SourceFile::Config => in_config(text),
        SourceFile::Credentials => in_credentials(text),
    };
    if let Some((id, message, fix)) = finding {
        found.push(Lint { id, file, line, profile: profile(file, text), message, fix });
    }
}

/// Tells whether a header is that of a profile or session to the AWS CLI.
pub(super) fn names_something(file: SourceFile, text: &str) -> bool {
    match file {
        SourceFile::Credentials => text != "DEFAULT",
        SourceFile::Config => {
            text == "default"
                || KINDS[..2].iter().any(|kind| text.starts_with(kind))
                    && words::split(text).is_some_and(|words| words.len() == 2)
        }
    }
}

/// The profile that a header is about, whoever finds it.
pub(super) fn profile(file: SourceFile, text: &str) -> Option<String> {
    if text == "default" {
        return Some(text.to_owned());
    }
    match file {
        SourceFile::Credentials => Some(text.to_owned()),
        SourceFile::Config => match words::split(text)?.as_slice() {
            [kind, name] if kind.eq_ignore_ascii_case("profile") => Some(name.clone()),
            [name] => name.strip_prefix("profile.").map(ToOwned::to_owned),
            _ => None,
        },
    }
}

type Finding = (&'static str, String, String);

fn in_config(text: &str) -> Option<Finding> {
    if text == "default" || CLI_SECTIONS.contains(&text) {
        return None;
    }
    if text.trim() != text {
        return Some((
            "blank-in-brackets",
            "for a blank beside its brackets neither Claude Code nor the AWS CLI finds this section".into(),
            "remove the blanks behind `[` and before `]`".into(),
        ));
    }
    if let Some((kind, name)) = text.split_once('.')
        && KINDS.contains(&kind)
    {
        return Some((
            "dotted-prefix",
            format!("Claude Code finds the section as `{name}`, the AWS CLI does not find it"),
            format!("write a blank instead of the dot: `[{kind} {name}]`"),
        ));
    }
    let Some(words) = words::split(text) else {
        return Some((
            "open-quote",
            "a quote is left open; neither Claude Code nor the AWS CLI finds this section".into(),
            "remove the quote, or give the profile a plain name".into(),
        ));
    };
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [name] if KINDS.contains(name) => {
            Some(("missing-name", "the section has no name".into(), format!("write it as `[{name} NAME]`")))
        }
        [name] => Some((
            "missing-profile-prefix",
            format!("`[{name}]` is not a profile here: the config file needs `[profile {name}]`"),
            format!("write `[profile {name}]`"),
        )),
        [kind, name] => named(text, kind, name),
        [kind, ..] if KINDS.contains(kind) => Some((
            "blanks-in-name",
            "for the blanks in its name neither Claude Code nor the AWS CLI finds this section".into(),
            "write the name without blanks".into(),
        )),
        _ => None,
    }
}

fn named(text: &str, kind: &str, name: &str) -> Option<Finding> {
    if !KINDS.contains(&kind) {
        return other_kind(kind, name);
    }
    if matches!(Header::read(text), Header::Filed(filed) if filed == format!("{kind}.{name}")) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-@+.%:/".contains(c);
    if name.chars().all(plain) {
        return Some((
            "header-spacing",
            "Claude Code finds this section only with exactly one blank before its name, the AWS CLI with any".into(),
            format!("write `[{kind} {name}]`"),
        ));
    }
    Some((
        "name-hidden-from-claude-code",
        format!("Claude Code does not find `{name}` for the characters in its name, the AWS CLI does"),
        "use letters of A to Z, digits and `_ - @ + . % : /` only".into(),
    ))
}

fn other_kind(kind: &str, name: &str) -> Option<Finding> {
    if let Some(meant) = KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind)) {
        return Some((
            "upper-case-prefix",
            format!("`{kind}` is not a kind of section; write it in lower-case letters"),
            format!("write `[{meant} {name}]`"),
        ));
    }
    KINDS.iter().find(|known| kind.starts_with(*known)).map(|meant| {
        (
            "unknown-prefix",
            format!("the AWS CLI takes `{kind}` for `{meant}`, Claude Code ignores the section"),
            format!("write `[{meant} {name}]`"),
        )
    })
}

fn in_credentials(text: &str) -> Option<Finding> {
    if let Some((kind, name)) = text.split_once(char::is_whitespace)
        && KINDS.contains(&kind)
    {
        return Some((
            "prefix-in-credentials",
            format!("in the credentials file this is a profile of the odd name `{text}`, not `{name}`"),
            match kind {
                "profile" => format!("write `[{name}]`"),
                _ => "move the section to the config file".into(),
            },
        ));
    }
    matches!(Header::read(text), Header::Dropped(_)).then(|| {
        (
            "name-hidden-from-claude-code",
            format!("Claude Code does not find `{text}` for the blank in its name, the AWS CLI does"),
            "write the name without blanks".into(),
        )
    })
}
