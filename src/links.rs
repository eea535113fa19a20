//! Where symbolic links lead: `canonicalize` does not say it of a link behind which nothing is yet.

use std::io;
use std::path::{Path, PathBuf};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Why nobody can say where a path leads.
#[derive(Debug)]
pub enum Lost {
    /// In a circle.
    Circle,
    /// The system did not let this be looked at.
    Refused(PathBuf, io::Error),
}

/// The file a path means, which need not be there: the links of its last component are followed by hand.
///
/// # Errors
/// [`Lost`].
pub fn follow(path: &Path) -> Result<PathBuf, Lost> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let refused = |error| Lost::Refused(target.clone(), error);
        match fs_err::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_symlink() => {
                let link = fs_err::read_link(&target).map_err(refused)?;
                target = target.parent().map(|parent| parent.join(&link)).unwrap_or(link);
            }
            Ok(_) => return Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(target),
            Err(error) => return Err(refused(error)),
        }
    }
    Err(Lost::Circle)
}
