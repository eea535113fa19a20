//! Headers of sections that were meant for something and are not found by it.

use crate::aws::credentials::CredentialsError;
use crate::aws::profile::SourceFile;
use crate::aws_config::{Change, LineEdit, is_portable_name};
use crate::checks::facts::Facts;
use crate::checks::finding::{Fix, FixKind};
use crate::configuration::Identity;

use super::{Draft, edit, text_of};

const PROFILE: &str = "profile";
const SESSION: &str = "sso-session";

/// The header of the profile that is not found, set right.
pub(super) fn of_lost_profile(facts: &Facts) -> Option<Fix> {
    let lost = facts.readiness.as_ref().and_then(|readiness| readiness.as_ref().err());
    let name = match lost.map(CredentialsError::innermost) {
        Some(CredentialsError::NoProfile { name, .. }) => name.as_str(),
        // The AWS CLI finds it, and this program with it.
        _ => facts.profile().filter(|profile| !profile.found_by_claude_code)?.name.as_str(),
    };
    let right = header(facts, SourceFile::Config, PROFILE, name)
        .or_else(|| header(facts, SourceFile::Credentials, PROFILE, name))?;
    // In the credentials file the wrong header is that of a profile by itself, to each reader of another one.
    let odd = facts.files.profiles.profiles().filter(|profile| profile.line(right.edit.file) == Some(right.edit.line));
    let about: Vec<&str> = odd.map(|profile| profile.name.as_str()).chain([name, &right.was]).collect();
    let is_isolated = matches!(facts.configuration.identity, Identity::Isolated(..));
    Draft::new(FixKind::Safe, format!("write `{}`", right.header), vec![right.edit], &about)
        .fix(facts, |after| after.profile(name).is_some_and(|profile| is_isolated || profile.found_by_claude_code))
}

/// The header of a session that is not found, set right.
pub(super) fn of_session(facts: &Facts, name: &str) -> Option<(String, LineEdit)> {
    let right = header(facts, SourceFile::Config, SESSION, name)?;
    Some((right.header, right.edit))
}

/// A header set right.
struct Right {
    header: String,
    /// What stood between the brackets.
    was: String,
    edit: LineEdit,
}

/// The one header that was meant for a name, as it has to be written, with the edit that does so.
fn header(facts: &Facts, file: SourceFile, kind: &str, name: &str) -> Option<Right> {
    if !is_portable_name(name) {
        return None;
    }
    let right = match (file, name) {
        (_, "default") => "[default]".to_owned(),
        (SourceFile::Credentials, _) => format!("[{name}]"),
        (SourceFile::Config, _) => format!("[{kind} {name}]"),
    };
    let text = text_of(&facts.files, file)?;
    let mut found = text.lines().enumerate().filter_map(|(at, line)| {
        let (inside, behind) = line.trim().strip_prefix('[')?.split_once(']')?;
        let is_meant = meant(inside) == (kind, name);
        if !is_meant || line.trim_end() == right {
            return None;
        }
        let mut lines = vec![right.clone()];
        match behind.trim() {
            "" => {}
            // For what follows the bracket Claude Code does not find the section.
            comment if comment.starts_with(['#', ';']) => lines.push(comment.to_owned()),
            _ => return None,
        }
        Some((inside.to_owned(), edit(file, at + 1, Change::Become(lines))))
    });
    let (was, edit) = found.next()?;
    let is_only = found.next().is_none();
    drop(found);
    is_only.then_some(Right { header: right, was, edit })
}

/// What somebody meant by the text between the brackets: the kind, and the name without quotes.
fn meant(inside: &str) -> (&'static str, &str) {
    let inside = inside.trim();
    let parted = inside.split_once(char::is_whitespace).or_else(|| inside.split_once('.'));
    let (kind, name) = match parted.map(|(kind, name)| (kind_of(kind), name.trim())) {
        Some((Some(kind), name)) => (kind, name),
        // A name alone, as the credentials file wants it.
        _ => (PROFILE, inside),
    };
    let quoted = ['"', '\''].into_iter().find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    (kind, quoted.unwrap_or(name))
}

fn kind_of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    match word.as_str() {
        "profile" | "profiles" | "profil" => Some(PROFILE),
        "sso-session" | "sso-sessions" | "ssosession" | "session" => Some(SESSION),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_means_what_a_reader_takes_it_for() {
        for (inside, kind, name) in [
            ("work", PROFILE, "work"),
            (" profile work ", PROFILE, "work"),
            ("profile  work", PROFILE, "work"),
            ("Profile work", PROFILE, "work"),
            ("profile.work", PROFILE, "work"),
            ("profile \"work\"", PROFILE, "work"),
            ("profiles work", PROFILE, "work"),
            ("sso_session corp", SESSION, "corp"),
            ("SSO-Session corp", SESSION, "corp"),
            ("acme.dev", PROFILE, "acme.dev"),
            ("services s3", PROFILE, "services s3"),
        ] {
            assert_eq!(meant(inside), (kind, name), "{inside}");
        }
    }
}
