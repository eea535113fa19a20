//! A draft: the new content of a file, written beside it under a name of ours until it takes the file's place.
//!
//! A draft is locked while its maker lives. So what a killed run left behind can be told from what a living one is
//! writing, and the next draft in the same folder clears it away.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile, PersistError};

const PREFIX: &str = ".claude-bedrock-";
const SUFFIX: &str = ".tmp";

/// A sweeper can take a draft for a left-over one in the moment before it is locked; then another one is made.
const MOST_TRIES: usize = 8;

/// A file of ours without a place yet; it vanishes when dropped.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
}

impl Draft {
    /// Makes an empty draft in a folder, 0600 from birth, and clears left-over ones away.
    ///
    /// # Errors
    /// The file system's.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        sweep(folder);
        let mut draft = Self::create(folder)?;
        for _ in 1..MOST_TRIES {
            if draft.is_held() {
                break;
            }
            draft = Self::create(folder)?;
        }
        Ok(draft)
    }

    fn create(folder: &Path) -> io::Result<Self> {
        // A temporary file of the `tempfile` crate is 0600 when it comes into being.
        Ok(Self { file: Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)? })
    }

    /// Locks the draft; false when a sweeper was faster. A file system without locks is never swept.
    fn is_held(&self) -> bool {
        // On Windows a lock would keep readers out, and the open file is protected by itself.
        cfg!(windows)
            || (!matches!(self.file().try_lock(), Err(std::fs::TryLockError::WouldBlock)) && self.path().exists())
    }

    /// Writes the content and puts it on the disk.
    ///
    /// # Errors
    /// The file system's.
    pub fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Puts the content and the attributes on the disk.
    ///
    /// # Errors
    /// The file system's.
    pub fn sync(&self) -> io::Result<()> {
        self.file().sync_all()
    }

    /// The open file.
    #[must_use]
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Its name for now.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Takes the place of a file, whatever stands there. On Windows another program may hold it open for a moment, a
    /// scanner or a reader, so there it is tried for two seconds, as long as `may_try_again` says so.
    ///
    /// # Errors
    /// The file system's.
    pub fn replace(self, target: &Path, may_try_again: impl Fn() -> bool) -> io::Result<()> {
        const PAUSE: Duration = Duration::from_millis(200);
        let mut tries = if cfg!(windows) { 10 } else { 1 };
        let mut file = self.file;
        loop {
            tries -= 1;
            match file.persist(target) {
                Err(PersistError { error, file: back })
                    if tries > 0 && error.kind() == io::ErrorKind::PermissionDenied =>
                {
                    std::thread::sleep(PAUSE);
                    if !may_try_again() {
                        return Err(error);
                    }
                    file = back;
                }
                other => return other.map(drop).map_err(|refused| refused.error),
            }
        }
    }

    /// Takes a place in which nothing stands.
    ///
    /// # Errors
    /// `AlreadyExists` when something does, else the file system's.
    pub fn settle(self, target: &Path) -> io::Result<()> {
        self.file.persist_noclobber(target).map(drop).map_err(|error| error.error)
    }

    /// Puts a file that was moved to this name back where it was, unless something stands there by now. Where the
    /// system can neither do so nor put it over what may stand there, it stays under this name.
    pub fn give_back(self, target: &Path) {
        let Err(PersistError { error, file }) = self.file.persist_noclobber(target) else { return };
        // Some file systems know no rename that spares what is there.
        if error.kind() != io::ErrorKind::AlreadyExists
            && let Err(PersistError { file, .. }) = file.persist(target)
        {
            let _ = file.keep();
        }
    }
}

/// Removes the drafts that killed runs left in a folder. What cannot be removed does no harm.
pub fn sweep(folder: &Path) {
    if cfg!(windows) {
        return;
    }
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_draft = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if !is_draft || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        if let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs_err::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs_err::read_dir(folder).expect("readable").count()
    }

    #[test]
    fn a_draft_that_was_left_behind_goes_and_a_living_one_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        for foreign in [".claude-bedrock-notes", "a.tmp"] {
            File::create(folder.path().join(foreign)).expect("creatable");
        }
        File::create(folder.path().join(".claude-bedrock-killed.tmp")).expect("creatable");
        let living = Draft::begin(folder.path()).expect("creatable");
        assert_eq!(names(folder.path()), 3);
        let second = Draft::begin(folder.path()).expect("creatable");
        assert!(living.path().exists() && second.path().exists());
        drop((living, second));
        assert_eq!(names(folder.path()), 2);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes the user's file")]
    fn what_was_moved_aside_comes_back_unless_something_newer_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.json");
        for (newer, expected) in [(None, "moved"), (Some("newer"), "newer")] {
            fs_err::write(&path, "moved").expect("writable");
            let aside = Draft::begin(folder.path()).expect("creatable");
            fs_err::rename(&path, aside.path()).expect("movable");
            if let Some(newer) = newer {
                fs_err::write(&path, newer).expect("writable");
            }
            aside.give_back(&path);
            assert_eq!(fs_err::read_to_string(&path).expect("there"), expected);
            assert_eq!(names(folder.path()), 1);
        }
    }

    #[test]
    fn a_folder_with_the_name_of_a_draft_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        fs_err::create_dir(folder.path().join(".claude-bedrock-x.tmp")).expect("creatable");
        sweep(folder.path());
        assert_eq!(names(folder.path()), 1);
    }
}
