//! Places that a settings file should not be in, and what is said of each. Nothing is changed there.

mod own_files;

use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};

use crate::harness::{Home, PROGRAM, Run, mode, set_mode, unavailable};

const SETTINGS: &str = "{ \"language\" : \"german\" }\n";

/// Whether this process may do what permissions forbid.
fn is_superuser(home: &Home) -> bool {
    fs_err::metadata(home.path()).expect("there").uid() == 0
}

/// Runs the program as one whom permissions bind, even where the tests are run by the superuser.
fn run_bound(home: &Home, arguments: &[&str]) -> Run {
    let mut command = if is_superuser(home) {
        let mut command = home.command("setpriv");
        command.args(["--bounding-set=-all", "--inh-caps=-all", PROGRAM]);
        command
    } else {
        home.command(PROGRAM)
    };
    command.args(arguments).output().expect("it starts").into()
}

/// A home whose settings are as given.
fn home_with(settings: &str) -> Home {
    let home = Home::new();
    home.write(".claude/settings.json", settings);
    home
}

/// Asserts that a set-up is refused with all of the words and that nothing was changed.
#[track_caller]
fn assert_refused(home: &Home, run: &Run, words: &[&str]) {
    assert!(matches!(run.code, Some(1 | 2)), "{run:?}");
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` is not in: {}", run.stderr);
    }
    assert!(home.state_files("receipts").is_empty(), "no receipt for what was not done");
}

#[track_caller]
fn assert_untouched(home: &Home) {
    assert_eq!(home.read(".claude/settings.json"), SETTINGS.as_bytes());
    let names: Vec<_> = fs_err::read_dir(home.path().join(".claude")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

/// Runs a script as root of a namespace with mounts of its own; the program is `"$0"`.
pub(crate) fn in_namespace(home: &Home, script: &str) -> Option<Run> {
    let probe = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        unavailable("no file system can be mounted in a user namespace here");
        return None;
    }
    let mut command = home.command("unshare");
    command.args(["-rm", "sh", "-euc", script, PROGRAM]);
    Some(command.output().expect("unshare starts").into())
}

#[test]
fn a_folder_nobody_may_write_to() {
    let home = home_with(SETTINGS);
    let folder = home.path().join(".claude");
    set_mode(&folder, 0o555);
    let run = run_bound(&home, &["setup", "--yes"]);
    set_mode(&folder, 0o755);
    assert_refused(&home, &run, &["cannot create a file in", folder.to_str().expect("UTF-8"), "you may write there"]);
    assert_untouched(&home);
}

#[test]
fn a_file_that_may_not_be_read() {
    let home = home_with(SETTINGS);
    set_mode(&home.settings(), 0o000);
    let run = run_bound(&home, &["setup", "--yes"]);
    set_mode(&home.settings(), 0o644);
    assert_refused(&home, &run, &["cannot read", "/.claude/settings.json", "belongs to you"]);
    assert_untouched(&home);
}

#[test]
fn a_file_system_that_is_read_only() {
    let home = home_with(SETTINGS);
    let script = r#"mount --bind .claude .claude; mount -o remount,bind,ro .claude; exec "$0" setup --yes"#;
    let Some(run) = in_namespace(&home, &format!("cd ..; {script}")) else { return };
    assert_refused(&home, &run, &["/.claude", "the file system is read-only"]);
    assert_untouched(&home);
}

#[test]
fn a_file_that_is_mounted_by_itself() {
    let home = home_with(SETTINGS);
    let file = "../.claude/settings.json";
    let Some(run) = in_namespace(&home, &format!(r#"mount --bind {file} {file}; exec "$0" setup --yes"#)) else {
        return;
    };
    assert_refused(&home, &run, &["/.claude/settings.json", "mount its directory instead"]);
    assert_untouched(&home);
}

#[test]
fn a_disk_that_is_full() {
    let home = home_with(SETTINGS);
    let script = r#"
        cd ..; mv .claude/settings.json kept; mount -t tmpfs -o size=16k none .claude
        cp kept .claude/settings.json; dd if=/dev/zero of=.claude/much bs=1k 2>/dev/null || true
        "$0" setup --yes || echo "ended with $?"
        mv kept .claude.settings; cmp .claude/settings.json .claude.settings && ls -A .claude"#;
    let Some(run) = in_namespace(&home, script) else { return };
    assert!(run.stdout.ends_with("ended with 1\nmuch\nsettings.json\n"), "{run:?}");
    assert!(run.stderr.contains("free some space") && run.stderr.contains("/.claude"), "{run:?}");
    assert!(home.state_files("receipts").is_empty(), "no receipt for what was not done");
}

#[test]
fn a_disk_that_is_full_where_our_own_files_are() {
    let home = home_with(SETTINGS);
    let _ = home.run(["credentials", "--profile", "work"]).success();
    let script = r#"
        cd ..; cp -a .local kept; mount -t tmpfs -o size=64k none .local; cp -a kept/. .local
        dd if=/dev/zero of=.local/much bs=1k 2>/dev/null || true
        "$0" setup --yes || echo "ended with $?"; find .local -path '*receipts/*'"#;
    let Some(run) = in_namespace(&home, script) else { return };
    assert_eq!(run.stdout, "ended with 1\n", "{run:?}");
    assert!(run.stderr.contains("/.local/state/claude-bedrock/"), "{run:?}");
    assert_untouched(&home);
}

#[test]
fn a_folder_in_the_files_place() {
    let home = Home::new();
    home.write(".claude/settings.json/keep", "");
    let run = home.run(["setup", "--yes"]);
    assert_refused(&home, &run, &["/.claude/settings.json` is not a file", "move it away"]);
    assert!(home.settings().join("keep").exists());
}

#[test]
fn a_file_in_the_folders_place() {
    let home = Home::new();
    home.write(".claude", "mine");
    let run = home.run(["setup", "--yes"]);
    assert_refused(&home, &run, &["/.claude", "a file stands where a directory should be"]);
    assert_eq!(home.read(".claude"), b"mine");
}

#[test]
fn a_pipe_in_the_files_place() {
    let home = home_with(SETTINGS);
    fs_err::remove_file(home.settings()).expect("removable");
    assert!(Command::new("mkfifo").arg(home.settings()).status().expect("mkfifo runs").success());
    let run = home.run(["setup", "--yes"]);
    assert_refused(&home, &run, &["is not a file"]);
}

#[test]
fn a_link_that_leads_nowhere_yet() {
    let home = Home::new();
    fs_err::create_dir(home.path().join(".claude")).expect("a folder");
    symlink("../dotfiles/claude.json", home.settings()).expect("a link");
    let _ = home.run(["setup", "--yes"]).success();
    let target = home.path().join("dotfiles/claude.json");
    assert!(target.exists() && is_link(&home.settings()));
    let _ = home.run(["reset"]).success();
    assert!(!target.exists() && is_link(&home.settings()));
}

#[test]
fn links_that_lead_in_a_circle() {
    let home = Home::new();
    fs_err::create_dir(home.path().join(".claude")).expect("a folder");
    symlink("other", home.settings()).expect("a link");
    symlink("settings.json", home.path().join(".claude/other")).expect("a link");
    let run = home.run(["setup", "--yes"]);
    assert_refused(&home, &run, &["symbolic link in a circle"]);
    assert!(is_link(&home.settings()));
}

fn is_link(path: &Path) -> bool {
    fs_err::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

#[test]
fn a_file_with_another_name() {
    let home = home_with(SETTINGS);
    let other = home.path().join("other.json");
    fs_err::hard_link(home.settings(), &other).expect("a hard link");
    let run = home.run(["setup", "--yes"]);
    assert_refused(&home, &run, &["hard links", "make it a file with one name"]);
    assert_untouched(&home);
    assert_eq!(fs_err::metadata(other).expect("there").nlink(), 2);
}

#[test]
fn a_file_of_another_owner() {
    let home = home_with(SETTINGS);
    if !is_superuser(&home) || chown(home.settings(), Some(1), Some(1)).is_err() {
        return unavailable_to("give a file to another user");
    }
    let run = run_bound(&home, &["setup", "--yes"]);
    assert_refused(&home, &run, &["belongs to another user or group", "run the same command as its owner"]);
    assert_untouched(&home);

    // The superuser may, and leaves it to its owner.
    let _ = home.run(["setup", "--yes"]).success();
    assert_eq!(fs_err::metadata(home.settings()).expect("there").uid(), 1);
    let _ = home.run(["reset"]).success();
    assert_eq!(fs_err::metadata(home.settings()).expect("there").uid(), 1);
    assert_untouched(&home);
}

/// What only the superuser can arrange is skipped for others, in continuous integration too.
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn unavailable_to(what: &str) {
    eprintln!("SKIPPED: only the superuser can {what}");
}

#[test]
fn a_file_that_may_never_change() {
    let home = home_with(SETTINGS);
    let immutable = |flag: &str| {
        let status = Command::new("chattr").arg(flag).arg(home.settings()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    if !immutable("+i") {
        return unavailable_to("make a file immutable, on a file system that knows of it");
    }
    let run = home.run(["setup", "--yes"]);
    assert!(immutable("-i"));
    assert_refused(&home, &run, &["cannot replace", "/.claude/settings.json", "Operation not permitted", "lsattr"]);
    assert_untouched(&home);
}

/// An access list in the kernel's own form (`posix_acl_xattr.h`): a version, then tag, permissions and id of each entry.
fn access_list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

const NOBODY: u32 = u32::MAX;
/// The owner and user 1000 may write, the owning group may do nothing, the mask is `rw-`.
const LIST: [(u16, u16, u32); 5] = [(1, 6, NOBODY), (2, 6, 1000), (4, 0, NOBODY), (0x10, 6, NOBODY), (0x20, 0, NOBODY)];
const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let length = getxattr(path, name, value.as_mut_slice()).ok()?;
    value.truncate(length);
    Some(value)
}

/// Gives a file an attribute, unless the file system knows of none.
fn set_attribute(path: &Path, name: &str, value: &[u8]) -> bool {
    setxattr(path, name, value, XattrFlags::empty()).is_ok()
}

#[test]
fn an_access_list_and_attributes_are_kept() {
    let home = home_with(SETTINGS);
    let (list, file) = (access_list(&LIST), home.settings());
    if !set_attribute(&file, ACCESS, &list) || !set_attribute(&file, "user.origin", b"dotfiles") {
        return unavailable("the file system of the temporary folder keeps no extended attributes");
    }
    for run in [&["setup", "--yes"][..], &["reset"]] {
        let _ = run_bound(&home, run).success();
        assert_eq!(attribute(&file, ACCESS), Some(list.clone()), "{run:?}");
        assert_eq!(attribute(&file, "user.origin").as_deref(), Some(&b"dotfiles"[..]), "{run:?}");
        assert_eq!(mode(&file), 0o660, "{run:?}");
    }
    assert_untouched(&home);
}

#[test]
fn a_folders_default_list_does_not_open_the_file() {
    let home = home_with(SETTINGS);
    let file = home.settings();
    set_mode(&file, 0o640);
    if !set_attribute(&home.path().join(".claude"), DEFAULT, &access_list(&LIST)) {
        return unavailable("the file system of the temporary folder keeps no access lists");
    }
    for run in [&["setup", "--yes"][..], &["reset"]] {
        let _ = run_bound(&home, run).success();
        let mut names = vec![0; 4096];
        assert_eq!(listxattr(&file, names.as_mut_slice()).ok(), Some(0), "{run:?}: user 1000 may not write");
        assert_eq!(mode(&file), 0o640, "{run:?}");
    }
}

#[test]
fn an_attribute_that_cannot_be_kept() {
    let home = home_with(SETTINGS);
    if !is_superuser(&home) || !set_attribute(&home.settings(), "security.claude-bedrock-test", b"x") {
        return unavailable_to("give a file a security attribute");
    }
    let run = run_bound(&home, &["setup", "--yes"]);
    assert_refused(&home, &run, &["the extended attribute `security.claude-bedrock-test`, which cannot be kept"]);
    assert_untouched(&home);
}

#[test]
fn a_megabyte_of_settings() {
    let rules: Vec<String> = (0..50_000).map(|number| format!("\"Bash(echo {number}:*)\"")).collect();
    let settings = format!("{{\"permissions\": {{\"allow\": [{}]}}}}", rules.join(",\n"));
    assert!(settings.len() > 900_000);
    given_back(&settings);
}

#[test]
fn settings_ten_thousand_levels_deep() {
    given_back(&format!("{{\"x\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000)));
}

/// Sets up, looks that everything is there, and gives it back.
fn given_back(settings: &str) {
    let home = home_with(settings);
    let _ = home.run(["setup", "--yes"]).success();
    let after = home.settings_text();
    assert!(after.len() > settings.len() && after.starts_with(&settings[..settings.len() - 1]));
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), settings);
}

#[test]
fn a_file_that_is_being_written() {
    for half in ["{ \"language\" : \"ger", "{", "{ \"language\" :"] {
        let home = home_with(half);
        let run = home.run(["setup", "--yes"]);
        assert_refused(&home, &run, &["the file ends in the middle of a value", "nothing was written"]);
        assert_eq!(home.settings_text(), half);
    }
}

#[test]
fn a_reset_while_the_file_is_being_written_keeps_the_receipt() {
    let home = home_with(SETTINGS);
    let _ = home.run(["setup", "--yes"]).success();
    let whole = home.settings_text();
    home.write(".claude/settings.json", &whole[..whole.len() / 2]);
    let said = home.run(["reset"]).failure(1);
    assert!(said.contains("the file ends in the middle of a value") && said.contains("the receipt is kept"), "{said}");
    home.write(".claude/settings.json", whole);
    let _ = home.run(["reset"]).success();
    assert_untouched(&home);
}
