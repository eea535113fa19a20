//! What we write into the AWS files: whole sections at the end of `~/.aws/config`, in the one form every reader
//! understands, legacy profiles moved to a session, and single lines mended, with a receipt for taking it out again. No
//! other byte of a file is touched.

mod addition;
mod process;
mod repair;
mod upgrade;

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::private_file::{self, StateFolder};
use crate::settings::store::{self, Snapshot};

pub use addition::{Addition, Deed, Rest};
pub use process::process_section;
pub use repair::{Change, FileDiff, LineEdit, Repair, SignInAfter};
pub use upgrade::Upgrade;

/// A profile with an SSO session, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// The profile's name.
    pub name: String,
    /// The session's name.
    pub session: String,
    /// Whether the session's section has to be written too.
    pub is_new_session: bool,
    /// The start URL.
    pub start_url: String,
    /// The region of IAM Identity Center.
    pub sso_region: String,
    /// The account.
    pub account_id: String,
    /// The permission set.
    pub role_name: String,
    /// The profile's own region.
    pub region: String,
}

/// Whether a name can stand in a section header without quotes, which is the only form that the AWS CLI, the AWS SDK
/// for JavaScript and the one for Rust read alike.
#[must_use]
pub fn is_portable_name(name: &str) -> bool {
    !name.is_empty()
        && name != "__proto__"
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.@%+:/-".contains(&byte))
}

impl NewProfile {
    /// The sections, as `aws configure sso` writes them.
    #[must_use]
    pub fn sections(&self) -> String {
        let Self { name, session, start_url, sso_region, account_id, role_name, region, .. } = self;
        let header = if name == "default" { "[default]".to_owned() } else { format!("[profile {name}]") };
        let mut text = format!(
            "{header}\nsso_session = {session}\nsso_account_id = {account_id}\nsso_role_name = {role_name}\nregion = {region}\n"
        );
        if self.is_new_session {
            text.push_str(&session_section(session, start_url, sso_region));
        }
        text
    }
}

/// The section of a session whose sign-ins renew themselves.
#[must_use]
pub fn session_section(session: &str, start_url: &str, region: &str) -> String {
    format!(
        "[sso-session {session}]\nsso_start_url = {start_url}\nsso_region = {region}\n\
         sso_registration_scopes = sso:account:access\n"
    )
}

/// A name for the session of a start URL: the first label of its host, which companies may choose:
/// `https://acme.awsapps.com/start`.
#[must_use]
pub fn session_name_in(start_url: &str) -> String {
    let host = start_url.split_once("://").map_or(start_url, |(_, rest)| rest);
    let label = host.split(['/', '?', '#', ':', '.']).next().unwrap_or_default();
    if is_portable_name(label) { label.to_owned() } else { "sso".to_owned() }
}

/// The name, or the first one with a number behind it that is not taken.
pub fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while is_taken(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

/// A file's text with sections added at its end, and what exactly was added.
#[must_use]
pub fn with_sections(text: &str, sections: &str) -> (String, String) {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let separator = match text {
        "" => "",
        text if text.ends_with('\n') => newline,
        // A last line without an end would swallow the header.
        _ if newline == "\n" => "\n\n",
        _ => "\r\n\r\n",
    };
    let added = format!("{separator}{}", sections.replace('\n', newline));
    (format!("{text}{added}"), added)
}

/// A config file with what is to come into it, not written yet.
#[derive(Debug)]
pub struct Planned {
    snapshot: Snapshot,
    text: String,
    addition: Addition,
}

impl Planned {
    /// Plans to add sections to a config file.
    ///
    /// # Errors
    /// When the file cannot be read, or is not UTF-8 text.
    pub fn new(path: &Path, sections: &str) -> Result<Self, Failure> {
        let snapshot = store::read(path).map_err(|error| Failure::refused(error.to_string()))?;
        let before = std::str::from_utf8(snapshot.bytes().unwrap_or_default())
            .map_err(|_| Failure::refused(format!("`{}` is not UTF-8 text; nothing was written", path.display())))?;
        let (text, added) = with_sections(before, sections);
        let addition = Addition::new(path, snapshot.bytes(), &added);
        Ok(Self { snapshot, text, addition })
    }

    /// The same with other sections, for the file as it was read.
    #[must_use]
    pub fn adding(&self, sections: &str) -> Self {
        let before = self.snapshot.bytes();
        let (text, added) = with_sections(&String::from_utf8_lossy(before.unwrap_or_default()), sections);
        let addition = Addition::new(&self.addition.path, before, &added);
        Self { snapshot: self.snapshot.clone(), text, addition }
    }

    /// Plans to move legacy profiles in a config file, as `upgrade` has it.
    ///
    /// # Errors
    /// When the file cannot be read, or is not the one that was looked at.
    pub fn upgraded(path: &Path, looked_at: &[u8], upgrade: &Upgrade) -> Result<Self, Failure> {
        let snapshot = unchanged(path, looked_at)?;
        let addition = Addition::moving(path, snapshot.bytes(), upgrade);
        Ok(Self { snapshot, text: upgrade.text.clone(), addition })
    }

    /// Plans to mend lines of an AWS file.
    ///
    /// # Errors
    /// When the file cannot be read, is not the one that was looked at, or the edits do not fit it.
    pub fn repaired(path: &Path, looked_at: &[u8], edits: &[&LineEdit]) -> Result<Self, Failure> {
        let snapshot = unchanged(path, looked_at)?;
        let text = std::str::from_utf8(looked_at).ok();
        let repaired = text.and_then(|text| repair::repaired(text, edits)).ok_or_else(|| {
            Failure::failed(format!("`{}` cannot be mended as it stands; nothing was written", path.display()))
        })?;
        let addition = Addition::mending(path, snapshot.bytes(), &repaired);
        Ok(Self { snapshot, text: repaired.text, addition })
    }

    /// The file's text as it would be.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines that would be added.
    pub fn added_lines(&self) -> impl Iterator<Item = &str> {
        self.addition.added().lines().filter(|line| !line.is_empty())
    }

    /// Writes the file, its receipt first.
    ///
    /// # Errors
    /// When the file was changed meanwhile or cannot be written; it then stands as it was.
    pub fn write(&self, state: &StateFolder) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::failed(error.to_string());
        let mut known = additions(state).map_err(failed)?;
        known.push(self.addition.clone());
        keep(state, &known).map_err(failed)?;
        self.snapshot.clone().replace(self.text.as_bytes()).map_err(|error| Failure::failed(error.to_string()))?;
        Ok(())
    }
}

/// The file, while it still is what was looked at.
fn unchanged(path: &Path, looked_at: &[u8]) -> Result<Snapshot, Failure> {
    let snapshot = store::read(path).map_err(|error| Failure::refused(error.to_string()))?;
    if snapshot.bytes() == Some(looked_at) {
        return Ok(snapshot);
    }
    let shown = path.display();
    Err(Failure::failed(format!("`{shown}` was changed by another program meanwhile; nothing was written"))
        .hint("run the same command again"))
}

/// What an undo did with one addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenOut {
    /// The file is as it was, or was so already.
    Restored,
    /// Somebody edited a part of what was written, and that part stays.
    Partly,
    /// Somebody edited what was written, so it stays.
    Kept,
}

/// One addition, undone.
#[derive(Debug)]
pub struct Undone {
    /// The AWS file.
    pub path: PathBuf,
    /// What had been done to it.
    pub deed: Deed,
    /// What became of it.
    pub taken: TakenOut,
}

/// Takes every addition out again, the last one first.
///
/// # Errors
/// When a file cannot be read or written; the receipts of what is still in it stay.
pub fn undo(state: &StateFolder, dry_run: bool) -> Result<Vec<Undone>, Failure> {
    let failed = |error: io::Error| Failure::failed(error.to_string());
    let mut known = additions(state).map_err(failed)?;
    let mut done = Vec::new();
    let mut left = known.len();
    while left > 0 {
        left -= 1;
        let addition = &known[left];
        let (path, deed) = (addition.path.clone(), addition.deed());
        done.push(Undone { path, deed, taken: take_out(addition, dry_run)? });
        if !dry_run {
            known.truncate(left);
            keep(state, &known).map_err(failed)?;
        }
    }
    Ok(done)
}

fn take_out(addition: &Addition, dry_run: bool) -> Result<TakenOut, Failure> {
    let failed = |error: store::StoreError| Failure::failed(error.to_string());
    let snapshot = store::read(&addition.path).map_err(failed)?;
    if addition.is_undone(snapshot.bytes()) {
        return Ok(TakenOut::Restored);
    }
    let Some(rest) = addition.taken_out(snapshot.bytes().unwrap_or_default()) else { return Ok(TakenOut::Kept) };
    let taken = if rest.is_whole { TakenOut::Restored } else { TakenOut::Partly };
    if dry_run {
        return Ok(taken);
    }
    if rest.bytes.is_empty() && !addition.existed {
        snapshot.remove().map_err(failed)?;
    } else {
        snapshot.replace(&rest.bytes).map_err(failed)?;
    }
    Ok(taken)
}

/// The receipts of additions, oldest first.
///
/// # Errors
/// The file system's, or a damaged receipt.
pub fn additions(state: &StateFolder) -> io::Result<Vec<Addition>> {
    match private_file::read(&receipt_path(state))? {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            let path = receipt_path(state);
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the receipt `{}` cannot be used: {error}; move it away to go on without it", path.display()),
            )
        }),
        None => Ok(Vec::new()),
    }
}

/// Keeps the receipts of additions.
///
/// # Errors
/// The file system's.
pub fn keep(state: &StateFolder, additions: &[Addition]) -> io::Result<()> {
    let path = receipt_path(state);
    if additions.is_empty() {
        return private_file::remove(&path);
    }
    private_file::write(&path, &serde_json::to_vec_pretty(additions)?)
}

fn receipt_path(state: &StateFolder) -> PathBuf {
    state.path().join("aws-config.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> NewProfile {
        NewProfile {
            name: "Dev-111122223333".into(),
            session: "my-sso".into(),
            is_new_session: true,
            start_url: "https://d-1234567890.awsapps.com/start".into(),
            sso_region: "us-east-1".into(),
            account_id: "111122223333".into(),
            role_name: "Dev".into(),
            region: "us-west-2".into(),
        }
    }

    #[test]
    fn sections_are_those_of_the_aws_cli() {
        assert_eq!(
            profile().sections(),
            "[profile Dev-111122223333]\nsso_session = my-sso\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
             region = us-west-2\n[sso-session my-sso]\nsso_start_url = https://d-1234567890.awsapps.com/start\n\
             sso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
        );
        let known = NewProfile { is_new_session: false, name: "default".into(), ..profile() };
        assert!(known.sections().starts_with("[default]\n") && !known.sections().contains("[sso-session"));
    }

    #[test]
    fn what_is_added_comes_out_again_whatever_stands_around_it() {
        for before in ["", "[default]\nregion = x\n", "[default]\nregion = x", "[a]\r\nb = c\r\n", "# only a comment"] {
            let (after, added) = with_sections(before, &profile().sections());
            assert!(after.starts_with(before));
            let addition = Addition::new(Path::new("config"), Some(before.as_bytes()), &added);
            assert_eq!(addition.taken_out(after.as_bytes()).map(|rest| rest.bytes).as_deref(), Some(before.as_bytes()));
            let edited = format!("# mine\n{after}[profile later]\n");
            let rest = addition.taken_out(edited.as_bytes()).expect("still in it");
            assert_eq!(rest.bytes, format!("# mine\n{before}[profile later]\n").into_bytes());
            assert_eq!(addition.taken_out(b"something else"), None);
        }
    }

    #[test]
    fn names_that_need_quotes_are_not_portable() {
        assert!(is_portable_name("Dev-1") && is_portable_name("a.b@c"));
        for name in ["", "with space", "o'neil", "é", "a]b", "__proto__"] {
            assert!(!is_portable_name(name), "{name}");
        }
    }
}
