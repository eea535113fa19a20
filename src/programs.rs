//! Programs as a shell finds them: by their path, or by their name in a folder of `PATH`.

use std::path::{Path, PathBuf};

use crate::vars;
use crate::world::World;

/// The program of that name on `PATH`. A folder that is not absolute may be anybody's, and is left out.
#[must_use]
pub fn on_path(world: &World, name: &str) -> Option<PathBuf> {
    let entries = world.path_var(vars::PATH)?;
    std::env::split_paths(&entries).filter(|folder| folder.is_absolute()).find_map(|folder| at(&folder.join(name)))
}

/// The file that is run for a path: one that may be run.
#[cfg(unix)]
#[must_use]
pub fn at(path: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs_err::metadata(path).ok()?;
    (found.is_file() && found.permissions().mode() & 0o111 != 0).then(|| path.to_owned())
}

/// The file that is run for a path: with the ending that makes it a program, which may be left out. An npm package has
/// a script for other shells under the bare name beside it.
#[cfg(not(unix))]
#[must_use]
pub fn at(path: &Path) -> Option<PathBuf> {
    let ended = ["exe", "cmd", "bat", "com"].into_iter().map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    });
    let whole = path.extension().map(|_| path.to_owned());
    ended.chain(whole).find(|path| path.is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_run_is_passed_over_for_what_may() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name).join("tool"));
        for path in [&first, &second] {
            crate::private_file::write(path, b"#!/bin/sh\n").expect("writable");
        }
        fs_err::set_permissions(&second, std::fs::Permissions::from_mode(0o700)).expect("ours");
        let entries = std::env::join_paths([&first, &second].map(|path| path.parent().expect("a folder")));
        let world = World::with_variables([(vars::PATH, entries.expect("plain names"))], folder.path());
        assert_eq!(on_path(&world, "tool"), Some(second));
        assert_eq!(on_path(&world, "other"), None);
        let here = World::with_variables([(vars::PATH, "second")], folder.path());
        assert_eq!(on_path(&here, "tool"), None, "a folder that is not absolute");
    }
}
