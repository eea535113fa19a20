//! The file behind a helper command: whether Claude Code finds it, and whether only the user can change it.

use std::path::{Path, PathBuf};

use crate::helper_check::Finding;
use crate::world::World;

/// What a look at a script's file brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVerdict {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Whether `chmod 700` by the user would mend a problem among them.
    pub is_narrowable: bool,
}

/// The path as it would have to be written; `None` when it is absolute.
///
/// Claude Code resolves a relative path in the folder of the session, wherever that is.
#[must_use]
pub fn absolute_instead(world: &World, path: &Path) -> Option<PathBuf> {
    if path.is_absolute() {
        return None;
    }
    let absolute = world.absolute(&world.expand_home(path));
    // `components` drops the `.` of `./grant.sh`; a `..` may lead through a link and is only resolved by the system.
    Some(fs_err::canonicalize(&absolute).unwrap_or_else(|_| absolute.components().collect()))
}

/// Looks at a script's file and at the folders that lead to it.
#[must_use]
pub fn check(path: &Path) -> FileVerdict {
    let shown = path.display();
    let problem =
        |code, message: String| FileVerdict { findings: vec![Finding::problem(code, message)], is_narrowable: false };
    let metadata = match fs_err::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return problem("no-file", format!("there is no file `{shown}`"));
        }
        Err(error) => return problem("no-file", format!("`{shown}` cannot be looked at: {error}")),
    };
    if !metadata.is_file() {
        return problem("not-a-file", format!("`{shown}` is not a regular file"));
    }
    permissions::check(path, &metadata)
}

/// Gives a script to the user alone: `chmod 700`.
///
/// # Errors
/// The file system's.
pub fn narrow(path: &Path) -> std::io::Result<()> {
    permissions::narrow(path)
}

/// The command that does what [`narrow`] does.
#[must_use]
pub fn narrowing_command(path: &Path) -> String {
    format!("chmod 700 {}", quoted(path))
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    shlex::try_quote(&path).unwrap_or_else(|_| path.as_str().into()).into_owned()
}

#[cfg(unix)]
mod permissions {
    use std::fs::Metadata;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::path::Path;

    use super::{FileVerdict, narrowing_command, quoted};
    use crate::helper_check::Finding;

    const EXECUTABLE_BY_OWNER: u32 = 0o100;
    const EXECUTABLE: u32 = 0o111;
    const WRITABLE_BY_GROUP: u32 = 0o020;
    const WRITABLE_BY_OTHERS: u32 = 0o002;
    const STICKY: u32 = 0o1000;

    pub(super) fn check(path: &Path, metadata: &Metadata) -> FileVerdict {
        let user = rustix::process::geteuid().as_raw();
        let is_users = metadata.uid() == user;
        let shown = path.display();
        let mode = metadata.mode();
        let narrow = |finding: Finding| {
            let command =
                if is_users { narrowing_command(path) } else { format!("sudo chmod go-w,a+rx {}", quoted(path)) };
            finding.hint(format!("run `{command}`"))
        };
        let mut findings = Vec::new();
        if !is_users && metadata.uid() != 0 {
            let owner = metadata.uid();
            findings.push(
                Finding::problem("foreign-owner", format!("`{shown}` belongs to the user {owner}, who can change it"))
                    .hint("make a copy of your own, and read it first"),
            );
        }
        if mode & (if is_users { EXECUTABLE_BY_OWNER } else { EXECUTABLE }) == 0 {
            findings.push(narrow(Finding::problem("not-executable", format!("`{shown}` is not executable"))));
        }
        if mode & (WRITABLE_BY_GROUP | WRITABLE_BY_OTHERS) != 0 {
            let who = if mode & WRITABLE_BY_OTHERS == 0 { "its group" } else { "everybody" };
            let message = format!("`{shown}` is writable by {who}, who could replace what hands out your credentials");
            findings.push(narrow(Finding::problem("writable-by-others", message)));
        }
        let is_narrowable = is_users && findings.iter().any(Finding::is_problem);
        folders(path, user, &mut findings);
        FileVerdict { findings, is_narrowable }
    }

    /// Whoever may write a folder may exchange what lies in it; in a sticky one only what is theirs.
    fn folders(path: &Path, user: u32, findings: &mut Vec<Finding>) {
        let resolved = fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut seen = Vec::new();
        for entry in path.ancestors().chain(resolved.ancestors()) {
            let Some(folder) = entry.parent() else { continue };
            if seen.contains(&folder) {
                continue;
            }
            seen.push(folder);
            let (Ok(metadata), Ok(of_entry)) = (fs_err::metadata(folder), fs_err::symlink_metadata(entry)) else {
                continue;
            };
            findings.extend(folder_finding(folder, &metadata, &of_entry, user));
        }
    }

    fn folder_finding(folder: &Path, metadata: &Metadata, of_entry: &Metadata, user: u32) -> Option<Finding> {
        let shown = folder.display();
        let mode = metadata.mode();
        let is_kept_by_sticky = mode & STICKY != 0 && [user, 0].contains(&of_entry.uid());
        if is_kept_by_sticky {
            return None;
        }
        if mode & WRITABLE_BY_OTHERS != 0 {
            let message = format!("everybody may write the folder `{shown}`, and so exchange the script below it");
            let hint = format!("run `chmod o-w {}`, or keep the script in a folder of your own", quoted(folder));
            return Some(Finding::problem("folder-writable", message).hint(hint));
        }
        if mode & WRITABLE_BY_GROUP != 0 {
            let message = format!("its group may write the folder `{shown}`, and so exchange the script below it");
            return Some(Finding::warning("folder-writable-by-group", message));
        }
        if ![user, 0].contains(&metadata.uid()) {
            let message = format!("the folder `{shown}` belongs to the user {}", metadata.uid());
            return Some(Finding::warning("folder-of-another-user", message));
        }
        None
    }

    pub(super) fn narrow(path: &Path) -> std::io::Result<()> {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o700))
    }
}

#[cfg(windows)]
mod permissions {
    //! Access control lists are not judged.

    use std::fs::Metadata;
    use std::path::Path;

    use super::FileVerdict;

    pub(super) fn check(_path: &Path, _metadata: &Metadata) -> FileVerdict {
        FileVerdict { findings: Vec::new(), is_narrowable: false }
    }

    pub(super) fn narrow(_path: &Path) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn codes(verdict: &FileVerdict) -> Vec<&'static str> {
        verdict.findings.iter().filter(|finding| finding.is_problem()).map(|finding| finding.code).collect()
    }

    fn set_mode(path: &Path, mode: u32) {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours");
    }

    #[test]
    fn the_command_that_closes_a_folder_names_it_as_one_word() {
        let folder = tempfile::tempdir().expect("a folder in the sticky temporary one");
        let script = folder.path().join("my scripts/grant.sh");
        crate::private_file::write(&script, b"#!/bin/sh\n").expect("writable");
        set_mode(&script, 0o700);
        set_mode(script.parent().expect("a folder"), 0o777);
        let said = format!("{:?}", check(&script).findings);
        assert!(said.contains(&format!("chmod o-w '{}/my scripts'", folder.path().display())), "{said}");
    }

    #[test]
    fn a_script_and_its_folders_are_judged_by_who_can_change_them() {
        let folder = tempfile::tempdir().expect("a folder in the sticky temporary one");
        let script = folder.path().join("bin/grant.sh");
        crate::private_file::write(&script, b"#!/bin/sh\n").expect("writable");
        assert_eq!(codes(&check(&script)), ["not-executable"]);
        for (mode, expected, narrowable) in [
            (0o700, &[][..], false),
            (0o755, &[], false),
            (0o600, &["not-executable"], true),
            (0o720, &["writable-by-others"], true),
            (0o702, &["writable-by-others"], true),
            (0o666, &["not-executable", "writable-by-others"], true),
        ] {
            set_mode(&script, mode);
            let verdict = check(&script);
            assert_eq!((codes(&verdict).as_slice(), verdict.is_narrowable), (expected, narrowable), "{mode:o}");
        }
        narrow(&script).expect("ours");
        assert_eq!(codes(&check(&script)), [""; 0]);

        let bin = folder.path().join("bin");
        set_mode(&bin, 0o777);
        assert_eq!(codes(&check(&script)), ["folder-writable"]);
        assert!(!check(&script).is_narrowable);
        set_mode(&bin, 0o1777);
        assert_eq!(codes(&check(&script)), [""; 0], "in a sticky folder nobody else can exchange it");
        set_mode(&bin, 0o770);
        assert_eq!(codes(&check(&script)), [""; 0]);
        assert_eq!(check(&script).findings[0].code, "folder-writable-by-group");
    }

    #[test]
    fn a_link_is_judged_by_the_folders_at_both_of_its_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = folder.path().join("open/grant.sh");
        crate::private_file::write(&script, b"#!/bin/sh\n").expect("writable");
        set_mode(&script, 0o700);
        set_mode(&folder.path().join("open"), 0o777);
        let link = folder.path().join("link");
        fs_err::os::unix::fs::symlink(&script, &link).expect("a link");
        assert_eq!(codes(&check(&link)), ["folder-writable"]);
    }

    #[test]
    fn what_is_no_file_is_said_so() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(codes(&check(&folder.path().join("nothing"))), ["no-file"]);
        assert_eq!(codes(&check(folder.path())), ["not-a-file"]);
    }

    #[test]
    fn a_relative_path_is_answered_with_the_absolute_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().canonicalize().expect("there");
        let world = World::with_variables([("HOME", "/home/ada")], &folder);
        assert_eq!(absolute_instead(&world, Path::new("./grant.sh")), Some(folder.join("grant.sh")));
        assert_eq!(absolute_instead(&world, Path::new("~/grant.sh")), Some(PathBuf::from("/home/ada/grant.sh")));
        assert_eq!(absolute_instead(&world, Path::new("/bin/grant.sh")), None);
    }
}
