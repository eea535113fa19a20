//! Carries plans out: the receipt first, then the settings file, so that whatever was written can be undone.

use std::path::Path;
use std::time::Duration;

use crate::draft;
use crate::error::Failure;
use crate::plan::Plan;
use crate::private_file::{self, Lock, StateFolder};
use crate::receipt::{Before, Receipt, Receipts};
use crate::settings::document::{Document, Key};
use crate::settings::store::{Snapshot, StoreError};
pub use crate::world::shortened;

/// How long one set-up waits for another.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);

/// Keeps other set-ups and resets of this user out until dropped, and clears away what killed ones left of a receipt.
///
/// # Errors
/// When another one takes too long, or the state folder cannot be written.
pub fn lock(state: &StateFolder) -> Result<Lock, Failure> {
    let lock = private_file::lock(&state.lock("settings"), LOCK_PATIENCE);
    let lock = lock.map_err(|error| Failure::failed(error.to_string()))?;
    draft::sweep(&state.receipts());
    Ok(lock)
}

/// Why a set-up's plan was not written; the settings file stands as it was.
#[derive(Debug)]
pub enum NotWritten {
    /// Another program changed the file after the plan was made.
    ChangedMeanwhile(Failure),
    /// It cannot be written.
    Failed(Failure),
}

impl From<NotWritten> for Failure {
    fn from(not_written: NotWritten) -> Self {
        match not_written {
            NotWritten::ChangedMeanwhile(failure) | NotWritten::Failed(failure) => failure,
        }
    }
}

/// Writes a set-up's plan into the settings file it was made from, with a receipt for undoing it.
///
/// # Errors
/// When the file was changed in the meantime, or cannot be written; it and its receipt then stand as they were.
pub fn set_up(
    receipts: &Receipts,
    known: Option<&Receipt>,
    snapshot: Snapshot,
    document: &Document,
    scope: &str,
    plan: &Plan,
) -> Result<(), NotWritten> {
    let failed = |error: &dyn std::fmt::Display| NotWritten::Failed(Failure::failed(error.to_string()));
    let new = document.apply(&plan.edits()).map_err(|error| failed(&error))?;
    let path = snapshot.path().to_owned();
    let known_still = known.filter(|receipt| tells_of(receipt, snapshot.bytes(), document));
    let receipt = match known_still {
        Some(receipt) => receipt.clone(),
        None => begin(&snapshot, document, scope, known),
    };
    let first_bytes = snapshot.bytes().filter(|_| known_still.is_none());
    let receipt = receipt_after(receipt, snapshot.bytes(), plan, &new);
    if let Err(error) = receipts.store(&receipt, first_bytes) {
        take_back(receipts, &path, known);
        return Err(failed(&error));
    }
    let Err(error) = snapshot.replace(&new) else { return Ok(()) };
    // When overtaken, ours could be read for a moment, and may be in what others write next.
    if !matches!(error, StoreError::Overtaken { .. }) {
        take_back(receipts, &path, known);
    }
    Err(match error {
        StoreError::Changed { .. } | StoreError::Overtaken { .. } => {
            NotWritten::ChangedMeanwhile(Failure::failed(error.to_string()))
        }
        error => failed(&error),
    })
}

/// Whether a receipt still is about the content: not when everything of ours is out of it, because others took it out,
/// or because a killed run left the receipt of what it never wrote.
fn tells_of(receipt: &Receipt, current: Option<&[u8]>, document: &Document) -> bool {
    !receipt.before.was(current) && !crate::plan::undo(document, receipt).is_empty()
}

fn begin(snapshot: &Snapshot, document: &Document, scope: &str, known: Option<&Receipt>) -> Receipt {
    let path = snapshot.path();
    // A killed run may have made the folder.
    let folder = path.parent().is_some_and(Path::exists) && known.is_none_or(|known| known.before.folder);
    let has = |name| document.get(&Key::top(name)).is_some();
    Receipt::begin(path, scope, Before::of(snapshot.bytes(), folder, &has))
}

/// The receipt for a content that the plan turns into a new one.
fn receipt_after(mut receipt: Receipt, current: Option<&[u8]>, plan: &Plan, new: &[u8]) -> Receipt {
    if !receipt.before.was(current) && !current.is_some_and(|bytes| receipt.left_behind(bytes)) {
        receipt.unbroken = false;
    }
    for change in &plan.changes {
        receipt.record(&change.key, change.before.clone(), change.after.clone());
    }
    receipt.leave(new);
    receipt
}

/// Puts the receipt back when nothing was written. One that cannot be put back tells of more than there is, which
/// [`plan_undo`] and the next set-up find out.
fn take_back(receipts: &Receipts, settings: &Path, known: Option<&Receipt>) {
    let _ = match known {
        Some(known) => receipts.store(known, None),
        None => receipts.forget(settings),
    };
}

/// How a settings file is given back.
#[derive(Debug)]
pub enum Undo {
    /// It already is as it was.
    Nothing,
    /// Nobody edited since: its first bytes come back.
    Bytes(Vec<u8>),
    /// Nobody edited since, and there was no file.
    NoFile,
    /// Others edited since: only our keys go back.
    Keys(Document, Plan),
}

/// Finds out how a settings file is to be given back.
///
/// # Errors
/// When the file cannot be read or is no settings document any more.
pub fn plan_undo(receipts: &Receipts, receipt: &Receipt, snapshot: &Snapshot) -> Result<Undo, Failure> {
    let Some(current) = snapshot.bytes() else { return Ok(Undo::Nothing) };
    if receipt.before.was(Some(current)) {
        return Ok(Undo::Nothing);
    }
    if receipt.unbroken && receipt.left_behind(current) {
        if !receipt.before.file {
            return Ok(Undo::NoFile);
        }
        // Without the copy it can still be undone key by key.
        let first_bytes = receipts.first_bytes(receipt).map_err(|error| Failure::failed(error.to_string()))?;
        if let Some(bytes) = first_bytes {
            return Ok(Undo::Bytes(bytes));
        }
    }
    let document = Document::parse(current).map_err(|malformed| {
        Failure::failed(format!("`{}` cannot be undone: {malformed}", snapshot.path().display()))
            .hint("fix the file, then run `claude-bedrock reset` again; the receipt is kept")
    })?;
    let plan = crate::plan::undo(&document, receipt);
    Ok(Undo::Keys(document, plan))
}

/// Gives a settings file back.
///
/// # Errors
/// When the file was changed in the meantime, or cannot be written; it then stands as it was and the receipt is kept.
pub fn undo(receipts: &Receipts, receipt: &Receipt, snapshot: Snapshot, undo: &Undo) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(error.to_string());
    match undo {
        Undo::Nothing => {
            let is_missing = snapshot.bytes().is_none();
            snapshot.confirm().map_err(|error| failed(&error))?;
            if is_missing {
                remove_folder(receipt);
            }
        }
        Undo::Bytes(bytes) => {
            snapshot.replace(bytes).map_err(|error| failed(&error))?;
        }
        Undo::NoFile => remove_file(receipt, snapshot)?,
        Undo::Keys(document, plan) => {
            let new = document.apply(&plan.edits()).map_err(|error| failed(&error))?;
            if !receipt.before.file && is_empty_object(&new) {
                remove_file(receipt, snapshot)?;
            } else if snapshot.bytes() == Some(&new) {
                snapshot.confirm().map_err(|error| failed(&error))?;
            } else {
                snapshot.replace(&new).map_err(|error| failed(&error))?;
            }
        }
    }
    receipts.forget(&receipt.settings).map_err(|error| failed(&error))
}

/// Writes a plan that needs no receipt, such as the removal of what others wrote.
///
/// # Errors
/// As [`undo`].
pub fn write(snapshot: Snapshot, document: &Document, plan: &Plan) -> Result<(), Failure> {
    let new = document.apply(&plan.edits()).map_err(|error| Failure::failed(error.to_string()))?;
    snapshot.replace(&new).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(())
}

fn remove_file(receipt: &Receipt, snapshot: Snapshot) -> Result<(), Failure> {
    snapshot.remove().map_err(|error| Failure::failed(error.to_string()))?;
    remove_folder(receipt);
    Ok(())
}

/// Removes the folder that came with us.
fn remove_folder(receipt: &Receipt) {
    if !receipt.before.folder
        && let Some(folder) = receipt.settings.parent()
    {
        // Claude Code keeps its own files there too; then the folder stays.
        let _ = fs_err::remove_dir(folder);
    }
}

fn is_empty_object(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).is_ok_and(|object| object.is_empty())
}

#[cfg(test)]
mod tests;
