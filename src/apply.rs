//! Carries plans out: the receipt first, then the settings file, so that whatever was written can be undone.

use std::path::Path;
use std::time::Duration;

use crate::error::Failure;
use crate::plan::Plan;
use crate::private_file::{self, Lock, StateFolder};
use crate::receipt::{Before, Receipt, Receipts};
use crate::settings::document::{Document, Key};
use crate::settings::store::Snapshot;
use crate::vars;

/// How long one set-up waits for another.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);

/// Keeps other set-ups and resets of this user out until dropped.
///
/// # Errors
/// When another one takes too long, or the state folder cannot be written.
pub fn lock(state: &StateFolder) -> Result<Lock, Failure> {
    private_file::lock(&state.lock("settings"), LOCK_PATIENCE).map_err(|error| Failure::failed(error.to_string()))
}

/// Writes a set-up's plan into the settings file it was made from, with a receipt for undoing it.
///
/// # Errors
/// When the file was changed meanwhile, or cannot be written; it then stands as it was.
pub fn set_up(
    receipts: &Receipts,
    known: Option<Receipt>,
    snapshot: Snapshot,
    document: &Document,
    scope: &str,
    plan: &Plan,
) -> Result<(), Failure> {
    let new = document.apply(&plan.edits()).map_err(|error| Failure::failed(error.to_string()))?;
    let current = snapshot.bytes().map(<[u8]>::to_vec);
    let path = snapshot.path().to_owned();
    let is_new = known.is_none();
    let before = Before {
        file: current.is_some(),
        folder: path.parent().is_some_and(Path::exists),
        env: document.get(&Key::Top(vars::ENV.into())).is_some(),
    };
    let mut receipt = known.unwrap_or_else(|| Receipt::begin(&path, scope, before));
    if !is_new && !stands_as_we_know(receipts, &receipt, current.as_deref())? {
        receipt.unbroken = false;
    }
    for change in &plan.changes {
        receipt.record(&change.key, change.before.clone(), change.after.clone());
    }
    receipt.leave(&new);
    let first_bytes = current.as_deref().filter(|_| is_new);
    receipts.store(&receipt, first_bytes).map_err(|error| Failure::failed(error.to_string()))?;
    snapshot.replace(&new).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(())
}

/// Whether a file holds what we left in it, or what we found in it at first.
fn stands_as_we_know(receipts: &Receipts, receipt: &Receipt, current: Option<&[u8]>) -> Result<bool, Failure> {
    Ok(first(receipts, receipt)?.is(current) || current.is_some_and(|bytes| receipt.left_behind(bytes)))
}

/// What stood in a settings file before the first set-up.
enum First {
    NoFile,
    Bytes(Vec<u8>),
    /// The copy is gone; the file can still be undone key by key.
    Lost,
}

impl First {
    fn is(&self, current: Option<&[u8]>) -> bool {
        match self {
            Self::NoFile => current.is_none(),
            Self::Bytes(bytes) => current == Some(bytes),
            Self::Lost => false,
        }
    }
}

fn first(receipts: &Receipts, receipt: &Receipt) -> Result<First, Failure> {
    if !receipt.before.file {
        return Ok(First::NoFile);
    }
    let bytes = receipts.first_bytes(&receipt.settings).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(bytes.map_or(First::Lost, First::Bytes))
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
    let first = first(receipts, receipt)?;
    let Some(current) = snapshot.bytes() else { return Ok(Undo::Nothing) };
    if first.is(Some(current)) {
        return Ok(Undo::Nothing);
    }
    if receipt.unbroken && receipt.left_behind(current) {
        match first {
            First::Bytes(bytes) => return Ok(Undo::Bytes(bytes)),
            First::NoFile => return Ok(Undo::NoFile),
            First::Lost => {}
        }
    }
    let document = Document::parse(current).map_err(|malformed| {
        Failure::failed(format!("`{}` cannot be undone: {malformed}", snapshot.path().display()))
            .hint("mend the file, then run `claude-bedrock reset` again; the receipt is kept")
    })?;
    let plan = crate::plan::undo(&document, receipt);
    Ok(Undo::Keys(document, plan))
}

/// Gives a settings file back.
///
/// # Errors
/// When the file was changed meanwhile, or cannot be written; it then stands as it was and the receipt is kept.
pub fn undo(receipts: &Receipts, receipt: &Receipt, snapshot: Snapshot, undo: &Undo) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(error.to_string());
    match undo {
        Undo::Nothing => {}
        Undo::Bytes(bytes) => {
            snapshot.replace(bytes).map_err(|error| failed(&error))?;
        }
        Undo::NoFile => remove_file(receipt, snapshot)?,
        Undo::Keys(document, plan) => {
            let new = document.apply(&plan.edits()).map_err(|error| failed(&error))?;
            if !receipt.before.file && is_empty_object(&new) {
                remove_file(receipt, snapshot)?;
            } else if snapshot.bytes() != Some(&new) {
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
    if !receipt.before.folder
        && let Some(folder) = receipt.settings.parent()
    {
        // Claude Code keeps its own files there too; then the folder stays.
        let _ = fs_err::remove_dir(folder);
    }
    Ok(())
}

fn is_empty_object(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).is_ok_and(|object| object.is_empty())
}

/// The path of a settings file as people write it, the home folder shortened.
#[must_use]
pub fn shortened(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}
