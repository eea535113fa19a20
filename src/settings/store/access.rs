//! Whose a file is and who may open it: what a replacement keeps, and what it must not change.

use std::fs::Metadata;
use std::io;

use crate::draft::Draft;

/// How many names a file has; more than one are hard links.
#[cfg(unix)]
pub(super) fn number_of_names(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
pub(super) fn number_of_names(_metadata: &Metadata) -> u64 {
    1
}

/// Whether a file is a file, and open to the same people as another one.
#[cfg(unix)]
pub(super) fn is_as_open(metadata: &Metadata, prior: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let access = |of: &Metadata| (of.mode(), of.uid(), of.gid(), of.nlink());
    access(metadata) == access(prior)
}

#[cfg(not(unix))]
pub(super) fn is_as_open(metadata: &Metadata, _prior: &Metadata) -> bool {
    metadata.is_file()
}

#[cfg(unix)]
pub(super) fn keep_owner(draft: &Draft, prior: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let new = draft.file().metadata()?;
    if (new.uid(), new.gid()) == (prior.uid(), prior.gid()) {
        return Ok(());
    }
    fchown(draft.file(), Some(prior.uid()), Some(prior.gid()))
}

#[cfg(not(unix))]
pub(super) fn keep_owner(_draft: &Draft, _prior: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn keep_permissions(draft: &Draft, prior: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(prior.permissions().mode() & 0o777);
    draft.file().set_permissions(permissions)
}

#[cfg(not(unix))]
pub(super) fn keep_permissions(_draft: &Draft, _prior: &Metadata) -> io::Result<()> {
    Ok(())
}
