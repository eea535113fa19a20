//! The settings file a command is about to change.

use std::path::Path;

use crate::error::Failure;
use crate::settings::document::Document;
use crate::settings::store::{self, Snapshot};

/// The file as it stands, refused when Claude Code could not read it either.
pub(super) fn read(path: &Path) -> Result<(Snapshot, Document), Failure> {
    let snapshot = store::read(path).map_err(|error| Failure::refused(error.to_string()))?;
    let document = Document::parse(snapshot.bytes().unwrap_or_default()).map_err(|malformed| {
        Failure::refused(format!("Claude Code cannot read `{}`: {malformed}", path.display()))
            .hint(malformed.remedy)
            .hint("nothing was written")
    })?;
    Ok((snapshot, document))
}
