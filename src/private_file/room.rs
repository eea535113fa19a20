//! Files that keep room for a content to come, known to whoever ends the program while it is waited for.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static KEPT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file without a content of its own yet.
#[derive(Debug)]
pub(super) struct Room(PathBuf);

impl Room {
    pub(super) fn of(path: &Path) -> Self {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).retain(|kept| *kept != self.0);
    }
}

/// Removes the files that only keep room, for whoever ends the program without waiting for their makers.
pub fn clear_rooms() {
    for path in KEPT.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = super::remove(&path);
    }
}
