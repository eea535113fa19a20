//! The extended attributes of a file, which a rename over it would drop: access control lists, labels, a user's own.
//!
//! With an access control list the group bits of a file's mode are the list's mask (acl(5)): permissions copied without
//! the list would open the file to the whole group.

use std::fs::File;
use std::path::Path;

use super::error::StoreError;

/// What the system keeps by itself: hashes of the content (evm(7), ima) and marks nobody can set, such as the one macOS
/// leaves on a file that an application was given by hand (`com.apple.macl`, under System Integrity Protection).
const OF_THE_SYSTEM: [&[u8]; 4] = [b"security.ima", b"security.evm", b"com.apple.macl", b"com.apple.provenance"];

/// What a folder can bring into a new file (the access entries of its default list).
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

pub(super) fn keep(draft: &File, target: &Path) -> Result<(), StoreError> {
    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
    use rustix::io::Errno;

    let not_kept = |name: &[u8], error: Errno| StoreError::AttributeNotKept {
        path: target.to_owned(),
        name: String::from_utf8_lossy(name).into_owned(),
        source: error.into(),
    };
    let prior = fs_err::File::open(target).map_err(super::failed("read", target))?;
    let names = names(prior.file()).map_err(super::failed("read the attributes of", target))?;
    for name in names.iter().filter(|name| !OF_THE_SYSTEM.contains(&name.as_slice())) {
        let wanted = value(prior.file(), name).map_err(|error| not_kept(name, error))?;
        if value(draft, name).ok() != Some(wanted.clone()) {
            fsetxattr(draft, name.as_slice(), &wanted, XattrFlags::empty()).map_err(|error| not_kept(name, error))?;
        }
    }
    if names.iter().any(|name| name == ACCESS_LIST) || value(draft, ACCESS_LIST).is_err() {
        return Ok(());
    }
    fremovexattr(draft, ACCESS_LIST).map_err(|error| not_kept(ACCESS_LIST, error))
}

/// The names of a file's attributes; none where the file system has no such thing.
fn names(file: &File) -> std::io::Result<Vec<Vec<u8>>> {
    use rustix::io::Errno;

    let listed = grown(|buffer| rustix::fs::flistxattr(file, buffer));
    match listed {
        Ok(list) => Ok(list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()),
        Err(Errno::NOTSUP | Errno::NOSYS) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn value(file: &File, name: &[u8]) -> rustix::io::Result<Vec<u8>> {
    grown(|buffer| rustix::fs::fgetxattr(file, name, buffer))
}

/// Reads into a buffer that grows until the answer fits; Linux ends both names and values at 64 KiB.
fn grown(read: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> rustix::io::Result<Vec<u8>> {
    let mut buffer = vec![0; 1024];
    loop {
        match read(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(rustix::io::Errno::RANGE) if buffer.len() < 1 << 24 => buffer.resize(buffer.len() * 4, 0),
            Err(error) => return Err(error),
        }
    }
}
