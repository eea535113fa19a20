//! The only writer of the user's files: compare with what was read, then replace in one step.
//!
//! A [`Snapshot`] is what was on disk; only a snapshot can be replaced or removed, and it is used up by that, so no
//! write can be made blindly or twice. Another program may write between the comparison and the rename, since Claude
//! Code takes no lock. So the new file and the old one trade places, and what came out is compared once more: a change
//! of that moment goes back into its place. Only where the system cannot exchange two files, or when this program is
//! killed in that very moment, is it lost.

use std::fs::Metadata;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use std::{fmt, thread};

use crate::draft::{self, Draft};
use crate::links::{self, Lost};

mod access;
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod attributes;
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod elsewhere;
mod error;
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod exchange;
#[cfg(test)]
mod tests;

pub use self::error::StoreError;

use self::access::{is_as_open, keep_owner, keep_permissions, number_of_names};
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
use self::elsewhere::{attributes, exchange};
use self::error::failed;
use self::exchange::Exchange;

/// Far above any settings file; a file beyond it is something else.
const LARGEST: u64 = 64 * 1024 * 1024;

/// How long an empty file may be one that another program has just begun to write, and a missing one the moment between
/// its old and its new name.
const WRITING: Duration = Duration::from_secs(1);

/// What was on disk when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    path: PathBuf,
    target: PathBuf,
    bytes: Option<Vec<u8>>,
    /// When it was emptied, for a file without content: emptied once more, it is not the same.
    emptied: Option<SystemTime>,
}

/// Reads a file that may be missing.
///
/// Missing means that it truly is not there, or that a symbolic link leads to where nothing is yet. Every other
/// obstacle is an error, so that a file nobody could read is never taken for an empty one.
pub fn read(path: &Path) -> Result<Snapshot, StoreError> {
    let target = links::follow(path).map_err(|lost| match lost {
        Lost::Circle => StoreError::LinkLoop { path: path.to_owned() },
        Lost::Refused(at, error) => failed("read", &at)(error),
    })?;
    let (bytes, modified) = match fs_err::metadata(&target) {
        Ok(metadata) => (read_file(&target, &metadata)?, metadata.modified().ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (None, None),
        Err(error) => return Err(failed("read", &target)(error)),
    };
    let emptied = modified.filter(|_| bytes.as_ref().is_some_and(Vec::is_empty));
    Ok(Snapshot { path: path.to_owned(), target, bytes, emptied })
}

impl Snapshot {
    /// Returns the path as it was asked for.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path behind the symbolic links: the file that is replaced.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Returns the content, or `None` when there was no file.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }

    /// Returns the content to a caller who will not write.
    #[must_use]
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        self.bytes
    }

    /// Replaces the file when it still is what it was, and returns the snapshot of the new one.
    ///
    /// Symbolic links stay and their target is replaced. The file keeps its permissions, owner, group and extended
    /// attributes, or stays as it is; a new one is private to the user. When the content is the same, nothing is
    /// written.
    pub fn replace(self, new: &[u8]) -> Result<Self, StoreError> {
        if self.bytes() == Some(new) {
            self.check_unchanged()?;
            return Ok(self);
        }
        let directory = self.directory();
        // 0777 less the umask, as Claude Code makes `~/.claude`; what is secret in it is private itself.
        fs_err::create_dir_all(directory).map_err(failed("create the directory", directory))?;
        // Before the names are counted: a killed run may have left a second one.
        draft::sweep(directory);
        let prior = self.replaceable_file()?;
        let draft = self.write_beside(new, prior.as_ref())?;
        if self.bytes().is_some_and(<[u8]>::is_empty) {
            self.wait_for_a_writer(Some(&draft))?;
        }
        self.check_unchanged()?;
        match &prior {
            Some(prior) => self.trade_places(draft, new, prior)?,
            None => self.settle(draft)?,
        }
        sync_directory(directory);
        Ok(Self { bytes: Some(new.to_vec()), emptied: None, ..self })
    }

    /// Removes the file when it still is what it was; without one there is nothing to do.
    pub fn remove(self) -> Result<(), StoreError> {
        self.check_unchanged()?;
        if self.bytes.is_some() {
            self.move_away()?;
            sync_directory(self.directory());
        }
        Ok(())
    }

    /// Takes the file out of its place, looks at it once more, and lets it go.
    fn move_away(&self) -> Result<(), StoreError> {
        // A full disk may have no room for a name to move it to.
        let Ok(aside) = Draft::begin(self.directory()) else {
            return fs_err::remove_file(&self.target).map_err(failed("remove", &self.target));
        };
        fs_err::rename(&self.target, aside.path()).map_err(failed("remove", &self.target))?;
        if fs_err::read(aside.path()).ok() == self.bytes {
            return Ok(());
        }
        // Written in the moment before it was moved; should somebody have written again since, that is the latest.
        aside.give_back(&self.target);
        Err(self.changed())
    }

    /// Makes sure that the file is what it was and nobody is about to fill or create it, for a caller who will write
    /// nothing; clears away what a killed run left beside it.
    pub fn confirm(self) -> Result<(), StoreError> {
        if self.bytes().is_none_or(<[u8]>::is_empty) {
            self.wait_for_a_writer(Draft::begin(self.directory()).ok().as_ref())?;
        }
        self.check_unchanged()?;
        self.sweep();
        Ok(())
    }

    /// Clears away what killed runs left beside the file.
    pub fn sweep(&self) {
        draft::sweep(self.directory());
    }

    fn directory(&self) -> &Path {
        match self.target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }

    /// The file to replace, when there is one and a rename over it takes nothing away from anybody.
    fn replaceable_file(&self) -> Result<Option<Metadata>, StoreError> {
        let metadata = match fs_err::metadata(&self.target) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &self.target)(error)),
        };
        if metadata.permissions().readonly() {
            return Err(StoreError::ReadOnly { path: self.target.clone() });
        }
        if number_of_names(&metadata) > 1 {
            return Err(StoreError::HardLinked { path: self.target.clone() });
        }
        Ok(Some(metadata))
    }

    /// Writes the content to the disk under a temporary name, which vanishes unless it is renamed.
    fn write_beside(&self, new: &[u8], prior: Option<&Metadata>) -> Result<Draft, StoreError> {
        let directory = self.directory();
        let mut draft = Draft::begin(directory).map_err(failed("create a file in", directory))?;
        draft.fill(new).map_err(failed("write", &self.target))?;
        if let Some(prior) = prior {
            keep_owner(&draft, prior)
                .map_err(|source| StoreError::OwnerNotKept { path: self.target.clone(), source })?;
            // After the owner, because a change of owner clears bits; access lists before the permissions, which would
            // let the group in without them.
            attributes::keep(draft.file(), &self.target)?;
            keep_permissions(&draft, prior).map_err(failed("keep the permissions of", &self.target))?;
        }
        draft.sync().map_err(failed("write", &self.target))?;
        Ok(draft)
    }

    /// Waits until whoever may have just emptied the file would have filled it, unless it is filled sooner. The file
    /// system's own clock tells how long ago that was: a draft is as old as now.
    fn wait_for_a_writer(&self, draft: Option<&Draft>) -> Result<(), StoreError> {
        const POLL: Duration = Duration::from_millis(20);
        let now = draft.and_then(|draft| draft.file().metadata().ok()?.modified().ok());
        let age = now.zip(self.emptied).and_then(|(now, emptied)| now.duration_since(emptied).ok());
        let start = Instant::now();
        while age.unwrap_or_default() + start.elapsed() < WRITING {
            self.check_unchanged()?;
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Compares what is on disk now with the snapshot, links included.
    fn check_unchanged(&self) -> Result<(), StoreError> {
        if read(&self.path)? == *self { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> StoreError {
        StoreError::Changed { path: self.path.clone() }
    }

    /// Puts the draft where the file is, and a change of this very moment back.
    fn trade_places(&self, draft: Draft, new: &[u8], prior: &Metadata) -> Result<(), StoreError> {
        let is_what_it_was = |path: &Path| self.is_what_it_was(path, prior);
        match exchange::exchange(draft.path(), &self.target, new, is_what_it_was) {
            Exchange::Done => Ok(()),
            Exchange::Overtaken => Err(StoreError::Overtaken { path: self.path.clone() }),
            Exchange::Gone => Err(self.changed()),
            Exchange::Refused => {
                self.check_unchanged()?;
                self.rename(draft)
            }
        }
    }

    /// Whether the file that came out of its place is the one that was read.
    fn is_what_it_was(&self, path: &Path, prior: &Metadata) -> bool {
        fs_err::symlink_metadata(path).is_ok_and(|metadata| {
            is_as_open(&metadata, prior) && (self.emptied.is_none() || metadata.modified().ok() == self.emptied)
        }) && fs_err::read(path).ok() == self.bytes
    }

    /// Renames over the file.
    fn rename(&self, draft: Draft) -> Result<(), StoreError> {
        let Err(error) = draft.replace(&self.target, || self.check_unchanged().is_ok()) else { return Ok(()) };
        self.check_unchanged()?;
        Err(failed("replace", &self.target)(error))
    }

    /// Gives a new file its name, which nobody else may have taken meanwhile.
    fn settle(&self, draft: Draft) -> Result<(), StoreError> {
        match draft.settle(&self.target) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(self.changed()),
            Err(error) => Err(failed("create", &self.target)(error)),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The content may hold secrets.
        let length = self.bytes.as_ref().map(Vec::len);
        formatter
            .debug_struct("Snapshot")
            .field("path", &self.path)
            .field("target", &self.target)
            .field("length", &length)
            .finish_non_exhaustive()
    }
}

fn read_file(path: &Path, metadata: &Metadata) -> Result<Option<Vec<u8>>, StoreError> {
    // Before the file is opened: to open a pipe is to wait for a writer.
    if !metadata.is_file() {
        return Err(StoreError::NotAFile { path: path.to_owned() });
    }
    let file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    // One more than there should be, so that the end is met without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default() + 1);
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() as u64 > LARGEST {
        return Err(StoreError::TooLarge { path: path.to_owned() });
    }
    Ok(Some(bytes))
}

/// Puts the rename on the disk. The change is made by then, and some network file systems refuse this, so a failure is
/// none.
fn sync_directory(directory: &Path) {
    if cfg!(unix) {
        fs_err::File::open(directory).and_then(|directory| directory.sync_all()).ok();
    }
}
