//! A legacy SSO profile, whose start URL stands in the profile itself, moved to an `[sso-session]` section: its sign-in
//! then renews itself. Pure: a text and what becomes of it.
//!
//! Only the lines of `sso_start_url` and `sso_region` change, and the section is added at the end. What comes out is
//! read again, as Claude Code and as the AWS CLI read it, before anybody is shown it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{free_name, is_portable_name, session_name_in, session_section, with_sections};
use crate::aws::files::AwsFiles;
use crate::aws::profile::{
    ACCOUNT_ACCESS, CliKind, CliReading, Profile, ProfileFiles, ProfileKind, SourceFile, SsoProfile, Value,
    is_same_portal,
};

/// The keys that move.
const MOVING: [&str; 2] = ["sso_start_url", "sso_region"];

/// A config file with legacy profiles moved to a session, not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The session's name.
    pub session: String,
    /// The file's text as it would be.
    pub text: String,
    /// The profiles that move: all with the same start URL and region, for one sign-in serves them.
    pub(super) moved: Vec<Moved>,
    /// The section that is added; empty where there is a fitting one.
    pub(super) added: String,
}

/// What became of a profile's lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    pub(super) profile: String,
    pub(super) session: String,
    pub(super) start_url: String,
    pub(super) region: String,
    pub(super) splices: Vec<Splice>,
}

/// A piece of the new text and what stood in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Splice {
    /// Where it begins in the new text, in bytes.
    pub(super) at: usize,
    pub(super) is: String,
    pub(super) was: String,
    /// The line before it, by which it is found in a file that somebody edited since; empty where the profile tells.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) behind: String,
}

impl Upgrade {
    /// Plans to move a profile that is [`ProfileKind::LegacySso`], and those that share its start URL and region.
    ///
    /// # Errors
    /// Why it has to be done by hand, in a sentence with the file and the line.
    pub fn plan(files: &AwsFiles, profile: &Profile, sso: &SsoProfile) -> Result<Self, String> {
        let path = files.config_path.as_path();
        let shown = path.display();
        let text = std::str::from_utf8(files.config.as_deref().unwrap_or_default())
            .map_err(|_| format!("`{shown}` is not UTF-8 text"))?;
        if let Some((value, key)) = elsewhere(profile) {
            let credentials = files.credentials_path.display();
            return Err(format!(
                "`{key}` of the profile `{}` is in `{credentials}` (line {}); move it to `{shown}` first",
                profile.name, value.line
            ));
        }
        let moving: Vec<&Profile> = files
            .profiles
            .profiles()
            .filter(|other| elsewhere(other).is_none())
            .filter(|other| match other.kind(&files.profiles) {
                ProfileKind::LegacySso(other) => is_same_session(&other, sso),
                _ => false,
            })
            .collect();
        let (session, is_new) = session_for(&files.profiles, sso);
        let mut lines: Vec<Line> = text.split_inclusive('\n').map(Line::kept).collect();
        for profile in &moving {
            move_lines(&mut lines, files, profile, &session)?;
        }
        let (text, moved) = spliced(&lines, &moving, &session);
        let (text, added) = if is_new {
            with_sections(&text, &session_section(&session, &sso.start_url, &sso.region))
        } else {
            (text, String::new())
        };
        let upgrade = Self { session, text, moved, added };
        upgrade.check(files, path, &moving)?;
        Ok(upgrade)
    }

    /// The names of the profiles that move.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.moved.iter().map(|moved| moved.profile.as_str())
    }

    /// The lines that go and come, below the header they stand under; no other line is shown, for it may be a secret.
    #[must_use]
    pub fn diff(&self) -> Vec<(String, Vec<(bool, String)>)> {
        let lines = |is_new: bool, text: &str| -> Vec<(bool, String)> {
            text.lines().filter(|line| !line.is_empty()).map(|line| (is_new, line.trim_end().to_owned())).collect()
        };
        let mut sections: Vec<(String, Vec<(bool, String)>)> = Vec::new();
        for moved in &self.moved {
            let shown = moved.splices.iter().flat_map(|splice| [lines(false, &splice.was), lines(true, &splice.is)]);
            sections.push((format!("[{}]", title(&moved.profile)), shown.flatten().collect()));
        }
        if !self.added.is_empty() {
            sections.push((String::new(), lines(true, &self.added)));
        }
        sections
    }

    /// Reads what comes out: the profiles must be what they were but for the session, and all others untouched.
    fn check(&self, files: &AwsFiles, path: &Path, moving: &[&Profile]) -> Result<(), String> {
        let credentials = files.credentials.as_deref();
        let credentials_text = credentials.map(String::from_utf8_lossy);
        let after = ProfileFiles::parse(
            Some((path, self.text.as_str())),
            credentials_text.as_deref().map(|text| (files.credentials_path.as_path(), text)),
        );
        let cli_before = CliReading::of(files.config.as_deref(), credentials);
        let cli_after = CliReading::of(Some(self.text.as_bytes()), credentials);
        for before in files.profiles.profiles() {
            let moves = moving.iter().any(|moving| moving.name == before.name);
            let now = after.profile(&before.name).map(|profile| profile.kind(&after));
            let was = before.kind(&files.profiles);
            let holds = match (&was, &now) {
                (ProfileKind::LegacySso(was), Some(ProfileKind::Sso(now))) if moves => self.is_moved(was, now),
                (was, Some(now)) => !moves && was == now,
                (_, None) => false,
            };
            let cli_holds = !cli_before.refused.is_empty()
                || match cli_before.kind(&before.name) {
                    CliKind::LegacySso if moves => cli_after.kind(&before.name) == CliKind::Sso,
                    kind => moves || cli_after.kind(&before.name) == kind,
                };
            if !holds || !cli_holds {
                let line = before.line(SourceFile::Config).unwrap_or_default();
                return Err(format!(
                    "the profile `{}` is written in a way that AWS tools read differently (`{}`, line {line}), so it \
                     cannot be rewritten safely; `claude-bedrock profiles` tells what to mend",
                    before.name,
                    path.display()
                ));
            }
        }
        Ok(())
    }

    fn is_moved(&self, was: &SsoProfile, now: &SsoProfile) -> bool {
        now.session_name.as_deref() == Some(&self.session)
            && is_same_session(now, was)
            && (&now.account_id, &now.role_name) == (&was.account_id, &was.role_name)
    }
}

impl Moved {
    /// The lines it had, for a file that somebody edited since.
    pub(super) fn lines(&self, newline: &str) -> String {
        format!("sso_start_url = {}{newline}sso_region = {}{newline}", self.start_url, self.region)
    }
}

/// Whether one sign-in serves both.
fn is_same_session(one: &SsoProfile, other: &SsoProfile) -> bool {
    is_same_portal(&one.start_url, &other.start_url) && one.region == other.region
}

/// A key that cannot be moved because it stands in the credentials file.
fn elsewhere(profile: &Profile) -> Option<(&Value, &'static str)> {
    MOVING.into_iter().find_map(|key| {
        let value = profile.get(key)?;
        (value.file != SourceFile::Config).then_some((value, key))
    })
}

/// The session to use: one that is there with the same start URL and region, else a new name.
fn session_for(files: &ProfileFiles, sso: &SsoProfile) -> (String, bool) {
    let fitting = files.sso_sessions().find(|session| {
        let text = |key: &str| session.get(key).map_or("", |value| value.text.as_str());
        let scopes = session.registration_scopes();
        let renews = scopes.is_empty() || scopes.iter().any(|scope| scope == ACCOUNT_ACCESS);
        let is_usable = session.found_by_claude_code && is_portable_name(&session.name);
        let is_same = is_same_portal(text("sso_start_url"), &sso.start_url) && text("sso_region") == sso.region;
        is_usable && renews && is_same
    });
    if let Some(session) = fitting {
        return (session.name.clone(), false);
    }
    let is_taken = |name: &str| files.sso_sessions().any(|session| session.name == name);
    (free_name(&session_name_in(&sso.start_url), is_taken), true)
}

/// A line of the file, with its end.
struct Line {
    was: String,
    /// What it becomes, and in which profile.
    is: Option<(String, String)>,
}

impl Line {
    fn kept(text: &str) -> Self {
        Self { was: text.to_owned(), is: None }
    }

    fn replace(&mut self, profile: &str, session: Option<&str>) -> Result<(), String> {
        let newline = if self.was.ends_with("\r\n") { "\r\n" } else { "\n" };
        let body = self.was.trim_end_matches(['\r', '\n']);
        let indent = &body[..body.len() - body.trim_start().len()];
        let mut is = session.map(|session| format!("{indent}sso_session = {session}{newline}")).unwrap_or_default();
        // To the AWS CLI a comment behind a value is a part of it, so it gets a line of its own.
        if let Some(at) = body.match_indices([' ', '\t']).find_map(|(at, blank)| {
            let comment = &body[at + blank.len()..];
            comment.starts_with(['#', ';']).then_some(at + blank.len())
        }) {
            is.push_str(&body[at..]);
            is.push_str(newline);
        }
        if !self.was.ends_with('\n') {
            // The file ends here, and so does what takes the line's place.
            is.truncate(is.trim_end_matches(['\r', '\n']).len());
        }
        if self.is.is_some() {
            return Err(format!("the profile `{profile}` shares a line with another one"));
        }
        self.is = Some((profile.to_owned(), is));
        Ok(())
    }
}

/// Replaces the lines of a profile that move. A repeated key has several, of which a reader tells the last one only.
fn move_lines(lines: &mut [Line], files: &AwsFiles, profile: &Profile, session: &str) -> Result<(), String> {
    let mut moving: Vec<usize> = Vec::new();
    let mut probe: Vec<&str> = lines.iter().map(|line| line.was.as_str()).collect();
    loop {
        let text = probe.concat();
        let read = ProfileFiles::parse(Some((files.config_path.as_path(), &text)), None);
        let values = MOVING.map(|key| read.profile(&profile.name).and_then(|profile| profile.get(key)?.line.into()));
        let found: Vec<usize> = values.into_iter().flatten().map(|line: usize| line - 1).collect();
        if found.is_empty() {
            break;
        }
        for &at in &found {
            probe[at] = "\n";
        }
        moving.extend(found);
    }
    moving.sort_unstable();
    for (index, &at) in moving.iter().enumerate() {
        lines[at].replace(&profile.name, (index == 0).then_some(session))?;
    }
    Ok(())
}

/// The new text with what was replaced in it.
fn spliced(lines: &[Line], moving: &[&Profile], session: &str) -> (String, Vec<Moved>) {
    let mut text = String::new();
    let own = |profile: &Profile, key: &str| profile.get(key).map(|value| value.text.clone()).unwrap_or_default();
    let mut moved: Vec<Moved> = moving
        .iter()
        .map(|profile| Moved {
            profile: profile.name.clone(),
            session: session.to_owned(),
            start_url: own(profile, MOVING[0]),
            region: own(profile, MOVING[1]),
            splices: Vec::new(),
        })
        .collect();
    for line in lines {
        match &line.is {
            None => text.push_str(&line.was),
            Some((profile, is)) => {
                if let Some(moved) = moved.iter_mut().find(|moved| moved.profile == *profile) {
                    moved.splices.push(Splice {
                        at: text.len(),
                        is: is.clone(),
                        was: line.was.clone(),
                        behind: String::new(),
                    });
                }
                text.push_str(is);
            }
        }
    }
    (text, moved)
}

fn title(profile: &str) -> String {
    if profile == "default" { profile.to_owned() } else { format!("profile {profile}") }
}

#[cfg(test)]
mod tests;
