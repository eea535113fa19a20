//! What we write into the AWS files: whole sections at the end of `~/.aws/config`, in the one form every reader
//! understands, legacy profiles moved to a session, and single lines mended, with a receipt for taking it out again. No
//! other byte of a file is touched.

mod addition;
mod process;
mod repair;
mod sections;
mod upgrade;

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::private_file::{self, StateFolder};
use crate::settings::store::{self, Snapshot, StoreError};

pub use addition::{Addition, Deed, Rest};
pub use process::process_section;
pub use repair::{Change, FileDiff, LineEdit, Repair, SignInAfter};
pub use sections::{NewProfile, free_name, is_portable_name, session_name_in, session_section, with_sections};
pub use upgrade::Upgrade;

/// A config file as it was read, to which sections can be added.
#[derive(Debug)]
pub struct ConfigFile {
    snapshot: Snapshot,
    text: String,
}

impl ConfigFile {
    /// Reads it; one that is missing is an empty one.
    ///
    /// # Errors
    /// When the file cannot be read, or is not UTF-8 text.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let snapshot = store::read(path).map_err(|error| Failure::refused(error.to_string()))?;
        let text = std::str::from_utf8(snapshot.bytes().unwrap_or_default())
            .map_err(|_| Failure::refused(format!("`{}` is not UTF-8 text; nothing was written", path.display())))?;
        let text = text.to_owned();
        Ok(Self { snapshot, text })
    }

    /// Plans to add sections at its end.
    #[must_use]
    pub fn with(&self, sections: &str) -> Planned {
        let (text, added) = with_sections(&self.text, sections);
        let addition = Addition::new(self.snapshot.path(), self.snapshot.bytes(), &added);
        Planned { snapshot: self.snapshot.clone(), text, addition }
    }
}

/// A config file with what is to come into it, not written yet.
#[derive(Debug)]
pub struct Planned {
    snapshot: Snapshot,
    text: String,
    addition: Addition,
}

impl Planned {
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
            Failure::failed(format!("`{}` cannot be fixed as it is; nothing was written", path.display()))
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
    /// When the file was changed in the meantime or cannot be written; it then stands as it was.
    pub fn write(&self, state: &StateFolder) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::failed(error.to_string());
        let known = additions(state).map_err(failed)?;
        keep(state, &[&known[..], std::slice::from_ref(&self.addition)].concat()).map_err(failed)?;
        let Err(error) = self.snapshot.clone().replace(self.text.as_bytes()) else { return Ok(()) };
        // When overtaken, ours could be read for a moment, and may be in what others write next.
        if !matches!(error, StoreError::Overtaken { .. }) {
            // A receipt that stays tells of more than there is, which an undo finds out.
            let _ = keep(state, &known);
        }
        Err(Failure::failed(error.to_string()))
    }
}

/// The file, while it still is what was looked at.
fn unchanged(path: &Path, looked_at: &[u8]) -> Result<Snapshot, Failure> {
    let snapshot = store::read(path).map_err(|error| Failure::refused(error.to_string()))?;
    if snapshot.bytes() == Some(looked_at) {
        return Ok(snapshot);
    }
    let shown = path.display();
    Err(Failure::failed(format!("`{shown}` was changed by another program in the meantime; nothing was written"))
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

/// Takes every addition out again, the last one first, and tells what could not be: a file that cannot be read or
/// written keeps its additions and their receipts, and no other file from being undone.
#[must_use]
pub fn undo(state: &StateFolder, dry_run: bool) -> (Vec<Undone>, Vec<Failure>) {
    let failed = |error: io::Error| Failure::failed(error.to_string());
    let (mut done, mut problems) = (Vec::new(), Vec::new());
    let mut known = match additions(state) {
        Ok(known) => known,
        Err(error) => return (done, vec![failed(error)]),
    };
    let mut stuck: Vec<PathBuf> = Vec::new();
    for at in (0..known.len()).rev() {
        let (path, deed) = (known[at].path.clone(), known[at].deed());
        // An older addition was made to a file without this one.
        if stuck.contains(&path) {
            continue;
        }
        match take_out(&known[at], dry_run) {
            Ok(taken) => done.push(Undone { path, deed, taken }),
            Err(failure) => {
                problems.push(failure);
                stuck.push(path);
                continue;
            }
        }
        if !dry_run {
            known.remove(at);
            if let Err(error) = keep(state, &known) {
                problems.push(failed(error));
                break;
            }
        }
    }
    (done, problems)
}

fn take_out(addition: &Addition, dry_run: bool) -> Result<TakenOut, Failure> {
    let failed = |error: StoreError| Failure::failed(error.to_string());
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
