//! What can be in the way of reading or writing a user's file, and what to do about it.

use std::path::{Path, PathBuf};
use std::{io, iter};

use super::LARGEST;

/// A user's file cannot be read or written; no file was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program wrote the file after it was read.
    #[error(
        "`{}` was changed by another program in the meantime; nothing was written; run the same command again",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another program wrote the file in the very moment in which it was replaced; for that moment ours was in place.
    #[error(
        "`{}` was changed by another program at the same moment; its change stays and ours was taken back; run the \
         same command again",
        path.display()
    )]
    Overtaken {
        /// The file.
        path: PathBuf,
    },
    /// A directory, a pipe or a device stands where the file should be.
    #[error("`{}` is not a file; move it away and run the same command again", path.display())]
    NotAFile {
        /// What stands there.
        path: PathBuf,
    },
    /// The file is larger than a settings file can be.
    #[error("`{}` is larger than {} MiB; check that it is the right file", path.display(), LARGEST >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The symbolic links lead in a circle.
    #[error("`{}` is a symbolic link in a circle; correct it and run the same command again", path.display())]
    LinkLoop {
        /// The link as asked for.
        path: PathBuf,
    },
    /// The file has a second name, which a replacement would leave with the old content.
    #[error(
        "`{}` has other names (hard links) that a replacement would part from it; make it a file with one name, or a \
         symbolic link",
        path.display()
    )]
    HardLinked {
        /// The file.
        path: PathBuf,
    },
    /// Somebody took the right to write away.
    #[error(
        "`{}` is read-only; if no other tool manages it, make it writable and run the same command again",
        path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The new file could not be given the old one's owner or permissions.
    #[error(
        "`{}` belongs to another user or group, which cannot be kept; run the same command as its owner",
        path.display()
    )]
    OwnerNotKept {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The new file could not be given an extended attribute of the old one, an access control list perhaps.
    #[error(
        "`{}` has the extended attribute `{name}`, which cannot be kept: {}; remove the attribute, or run the same \
         command as its owner",
        path.display(), reason(source)
    )]
    AttributeNotKept {
        /// The file.
        path: PathBuf,
        /// The attribute.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system refused a step.
    #[error("cannot {step} `{}`: {}; {}", path.display(), reason(source), remedy(source))]
    Failed {
        /// The step, as a verb.
        step: &'static str,
        /// The file or directory it was about.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

pub(super) fn failed(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Failed { step, path, source }
}

/// What the system said, without the path that `fs_err` and `tempfile` add to it.
fn reason(error: &io::Error) -> String {
    system_code(error).map_or_else(|| error.kind().to_string(), |code| io::Error::from_raw_os_error(code).to_string())
}

fn system_code(error: &io::Error) -> Option<i32> {
    let first: &(dyn std::error::Error + 'static) = error;
    iter::successors(Some(first), |error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .find_map(io::Error::raw_os_error)
}

fn remedy(error: &io::Error) -> &'static str {
    /// `EPERM`, which permissions never cause.
    const NOT_PERMITTED: Option<i32> = Some(1);
    match error.kind() {
        io::ErrorKind::PermissionDenied if cfg!(unix) && system_code(error) == NOT_PERMITTED => {
            "check that it belongs to you and is not protected (see `lsattr`, on macOS `ls -lO`)"
        }
        io::ErrorKind::PermissionDenied => "check that it belongs to you and that you may write there",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space and run the same command again",
        io::ErrorKind::ReadOnlyFilesystem => {
            "the file system is read-only, so the file must be changed where it is made"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a directory should be; move it away"
        }
        io::ErrorKind::ResourceBusy => "it is mounted by itself, as into a container; mount its directory instead",
        _ => "check the path and run the same command again",
    }
}
