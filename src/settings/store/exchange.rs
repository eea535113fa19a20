//! Two files trade places in one step, so that what a replacement takes away can still be looked at.

use std::path::Path;

/// How often a change is put back over another one before it is left to whoever writes so busily.
const MOST_RETURNS: usize = 16;

/// How an exchange ended.
pub(super) enum Exchange {
    /// The new file is in place, and the one that was expected came out.
    Done,
    /// Another one came out; the latest file of others is in place again.
    Overtaken,
    /// There was no file any more.
    Gone,
    /// The system or the file system does not do this; nothing was changed.
    Refused,
}

/// Exchanges the draft, which holds `new`, with the target, and takes it back unless what came out `is_expected`.
///
/// Killed halfway, a file stands in the target's place all the same: the new one or the latest of others.
pub(super) fn exchange(draft: &Path, target: &Path, new: &[u8], is_expected: impl Fn(&Path) -> bool) -> Exchange {
    use rustix::io::Errno;

    match trade(draft, target) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Exchange::Gone,
        Err(_) => return Exchange::Refused,
    }
    if is_expected(draft) {
        return Exchange::Done;
    }
    // What was put in last should come out; when it is something else, somebody wrote again, and that is the latest.
    let mut put_in = Some(new.to_vec());
    for _ in 0..MOST_RETURNS {
        let taken_out = content(draft);
        if trade(draft, target).is_err() || content(draft) == put_in {
            break;
        }
        put_in = taken_out;
    }
    Exchange::Overtaken
}

fn trade(one: &Path, other: &Path) -> rustix::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)
}

/// A file's content; `None` for what is no file, so that no pipe is opened.
fn content(path: &Path) -> Option<Vec<u8>> {
    fs_err::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    fs_err::read(path).ok()
}
