use std::io::Write as _;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::*;

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod exchanged;

fn home() -> TempDir {
    tempdir().expect("a temporary directory can be made")
}

/// Writes as another program does.
fn put(path: &Path, content: &str) {
    let mut file = fs_err::File::create(path).expect("the file can be made");
    file.write_all(content.as_bytes()).expect("the file can be written");
}

fn content(path: &Path) -> String {
    fs_err::read_to_string(path).expect("the file can be read")
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(directory).expect("the directory can be read");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_missing_file_is_made_with_its_directories_and_removed_again() {
    let home = home();
    let path = home.path().join(".claude/settings.json");
    let snapshot = read(&path).expect("a missing file is no error");
    assert_eq!(snapshot.bytes(), None);
    let snapshot = snapshot.replace(b"{}").expect("the file can be made");
    assert_eq!(snapshot.bytes(), Some(&b"{}"[..]));
    assert_eq!(content(&path), "{}");
    assert_eq!(names(&home.path().join(".claude")), ["settings.json"]);
    snapshot.remove().expect("the file can be removed");
    assert_eq!(names(&home.path().join(".claude")), [""; 0]);
}

#[test]
fn a_missing_file_stays_missing_when_removed() {
    let home = home();
    read(&home.path().join("settings.json")).expect("a missing file").remove().expect("nothing to remove");
}

#[test]
fn a_file_changed_meanwhile_is_neither_replaced_nor_removed() {
    let home = home();
    let path = home.path().join("settings.json");
    put(&path, "{}");
    let (first, second) = (read(&path).expect("readable"), read(&path).expect("readable"));
    put(&path, r#"{"a":1}"#);
    let error = first.replace(b"{ }").expect_err("the file was changed");
    assert!(matches!(error, StoreError::Changed { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` was changed by another program in the meantime; nothing was written; run the same command again",
            path.display()
        )
    );
    assert!(matches!(second.remove(), Err(StoreError::Changed { .. })));
    assert_eq!(content(&path), r#"{"a":1}"#);
    assert_eq!(names(home.path()), ["settings.json"]);
}

#[test]
fn a_file_that_appeared_or_vanished_meanwhile_is_a_change() {
    let home = home();
    let path = home.path().join("settings.json");
    let missing = read(&path).expect("a missing file is no error");
    put(&path, "{}");
    assert!(matches!(missing.replace(b"{ }"), Err(StoreError::Changed { .. })));
    let present = read(&path).expect("readable");
    fs_err::remove_file(&path).expect("removable");
    assert!(matches!(present.replace(b"{ }"), Err(StoreError::Changed { .. })));
    assert_eq!(names(home.path()), [""; 0]);
}

#[test]
fn equal_content_is_not_written_but_still_compared() {
    let home = home();
    let path = home.path().join("settings.json");
    put(&path, "{}");
    let snapshot = read(&path).expect("readable");
    let before = fs_err::metadata(&path).expect("metadata").modified().expect("a time");
    let snapshot = snapshot.replace(b"{}").expect("nothing to do");
    assert_eq!(fs_err::metadata(&path).expect("metadata").modified().expect("a time"), before);
    put(&path, "[]");
    assert!(matches!(snapshot.replace(b"{}"), Err(StoreError::Changed { .. })));
}

#[test]
fn a_directory_in_its_place_is_refused() {
    let home = home();
    assert!(matches!(read(home.path()), Err(StoreError::NotAFile { .. })));
}

#[test]
fn a_file_where_the_directory_should_be_is_an_error_not_a_missing_file() {
    let home = home();
    let file = home.path().join(".claude");
    put(&file, "");
    let result = read(&file.join("settings.json")).and_then(|snapshot| snapshot.replace(b"{}"));
    let message = result.expect_err("the directory is a file").to_string();
    assert!(message.contains(".claude") && message.contains("move it away"), "{message}");
    assert_eq!(content(&file), "");
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let home = home();
    let path = home.path().join("settings.json");
    let file = fs_err::File::create(&path).expect("the file can be made");
    file.set_len(LARGEST + 1).expect("a sparse file");
    assert!(matches!(read(&path), Err(StoreError::TooLarge { .. })));
}

#[test]
fn an_error_says_the_step_the_path_the_reason_and_the_remedy_once() {
    let error = failed("write", Path::new("/home/me/settings.json"))(io::Error::from(io::ErrorKind::StorageFull));
    insta::assert_snapshot!(
        error,
        @"cannot write `/home/me/settings.json`: no storage space; free some space and run the same command again"
    );
}

#[test]
fn debug_output_does_not_show_the_content() {
    let home = home();
    let path = home.path().join("settings.json");
    put(&path, "secret");
    let shown = format!("{:?}", read(&path).expect("readable"));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn an_empty_file_that_is_about_to_be_filled_is_not_written_over() {
    let home = home();
    let path = home.path().join("settings.json");
    put(&path, "");
    let (written, unwritten) = (read(&path).expect("readable"), read(&path).expect("readable"));
    let other = path.clone();
    let writer = thread::spawn(move || {
        // Well within the wait, on a busy machine too.
        thread::sleep(WRITING / 20);
        put(&other, r#"{"a":1}"#);
    });
    assert!(matches!(written.replace(b"{}"), Err(StoreError::Changed { .. })));
    writer.join().expect("written");
    assert!(matches!(unwritten.confirm(), Err(StoreError::Changed { .. })));
    assert_eq!(content(&path), r#"{"a":1}"#);
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let home = home();
    let path = home.path().join("settings.json");
    put(&path, "{}");
    put(&home.path().join(".claude-bedrock-killed.tmp"), "{");
    read(&path).expect("readable").confirm().expect("unchanged");
    assert_eq!(names(home.path()), ["settings.json"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs_err::metadata(path).expect("metadata").permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the mode can be set");
    }

    fn is_link(path: &Path) -> bool {
        fs_err::symlink_metadata(path).expect("metadata").is_symlink()
    }

    /// Permissions do not bind the superuser, so a test of theirs would test nothing.
    fn runs_as_superuser(directory: &Path) -> bool {
        fs_err::metadata(directory).expect("metadata").uid() == 0
    }

    #[test]
    fn the_mode_is_kept() {
        let home = home();
        for wanted in [0o600, 0o640, 0o644, 0o666] {
            let path = home.path().join(format!("{wanted:o}.json"));
            put(&path, "{}");
            set_mode(&path, wanted);
            read(&path).expect("readable").replace(b"{ }").expect("replaceable");
            assert_eq!(mode(&path), wanted, "{wanted:o}");
        }
    }

    #[test]
    fn a_new_file_is_private() {
        let home = home();
        let path = home.path().join("settings.json");
        read(&path).expect("missing").replace(b"{}").expect("creatable");
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let home = home();
        let path = home.path().join("settings.json");
        put(&path, "{}");
        set_mode(&path, 0o444);
        assert!(matches!(read(&path).expect("readable").replace(b"{ }"), Err(StoreError::ReadOnly { .. })));
        assert_eq!(content(&path), "{}");
    }

    #[test]
    fn links_are_kept_and_their_target_is_replaced_in_its_own_directory() {
        let home = home();
        let dotfiles = home.path().join("dotfiles");
        fs_err::create_dir(&dotfiles).expect("a directory");
        put(&dotfiles.join("claude.json"), "{}");
        set_mode(&dotfiles.join("claude.json"), 0o644);
        symlink("dotfiles/claude.json", home.path().join("middle")).expect("a link");
        let path = home.path().join("settings.json");
        symlink("middle", &path).expect("a link");
        read(&path).expect("readable").replace(b"{ }").expect("replaceable");
        assert!(is_link(&path) && is_link(&home.path().join("middle")));
        assert_eq!(content(&dotfiles.join("claude.json")), "{ }");
        assert_eq!(mode(&dotfiles.join("claude.json")), 0o644);
        assert_eq!(names(&dotfiles), ["claude.json"]);
        assert_eq!(names(home.path()), ["dotfiles", "middle", "settings.json"]);
    }

    #[test]
    fn a_dangling_link_gets_its_target_and_loses_it_again() {
        let home = home();
        let path = home.path().join("settings.json");
        symlink("dotfiles/claude.json", &path).expect("a link");
        let snapshot = read(&path).expect("a missing target is no error");
        assert_eq!(snapshot.bytes(), None);
        let snapshot = snapshot.replace(b"{}").expect("creatable");
        assert!(is_link(&path));
        assert_eq!(content(&home.path().join("dotfiles/claude.json")), "{}");
        snapshot.remove().expect("removable");
        assert!(is_link(&path));
    }

    #[test]
    fn a_link_that_was_turned_elsewhere_is_a_change() {
        let home = home();
        put(&home.path().join("one"), "{}");
        put(&home.path().join("two"), "{}");
        let path = home.path().join("settings.json");
        symlink("one", &path).expect("a link");
        let snapshot = read(&path).expect("readable");
        fs_err::remove_file(&path).expect("removable");
        symlink("two", &path).expect("a link");
        assert!(matches!(snapshot.replace(b"{ }"), Err(StoreError::Changed { .. })));
    }

    #[test]
    fn a_circle_of_links_is_refused() {
        let home = home();
        let path = home.path().join("settings.json");
        symlink("settings.json", &path).expect("a link");
        assert!(matches!(read(&path), Err(StoreError::LinkLoop { .. })));
    }

    #[test]
    fn a_device_is_refused_and_not_read() {
        assert!(matches!(read(Path::new("/dev/zero")), Err(StoreError::NotAFile { .. })));
    }

    #[test]
    fn a_socket_is_refused() {
        let home = home();
        let path = home.path().join("settings.json");
        let _listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
        assert!(matches!(read(&path), Err(StoreError::NotAFile { .. })));
    }

    #[test]
    fn a_file_with_two_names_is_refused() {
        let home = home();
        let path = home.path().join("settings.json");
        put(&path, "{}");
        fs_err::hard_link(&path, home.path().join("backup.json")).expect("a hard link");
        assert!(matches!(read(&path).expect("readable").replace(b"{ }"), Err(StoreError::HardLinked { .. })));
        assert_eq!(content(&path), "{}");
    }

    #[test]
    fn another_owner_is_kept_where_the_system_allows_it() {
        let home = home();
        if !runs_as_superuser(home.path()) {
            return; // Only the superuser can give a file away.
        }
        let path = home.path().join("settings.json");
        put(&path, "{}");
        set_mode(&path, 0o640);
        if std::os::unix::fs::chown(&path, Some(1), Some(2)).is_err() {
            return; // A user namespace without these ids.
        }
        read(&path).expect("readable").replace(b"{ }").expect("replaceable");
        let metadata = fs_err::metadata(&path).expect("metadata");
        assert_eq!((metadata.uid(), metadata.gid(), mode(&path)), (1, 2, 0o640));
    }

    #[test]
    fn a_directory_without_write_permission_is_a_clear_error() {
        let home = home();
        if runs_as_superuser(home.path()) {
            return; // Permissions do not bind the superuser.
        }
        let path = home.path().join("settings.json");
        put(&path, "{}");
        set_mode(home.path(), 0o555);
        let result = read(&path).expect("readable").replace(b"{ }");
        set_mode(home.path(), 0o755);
        let message = result.expect_err("the directory is read-only").to_string();
        assert!(message.contains("create a file in") && message.contains("belongs to you"), "{message}");
        assert_eq!(content(&path), "{}");
        assert_eq!(names(home.path()), ["settings.json"]);
    }

    #[test]
    fn an_unreadable_file_is_not_a_missing_one() {
        let home = home();
        if runs_as_superuser(home.path()) {
            return; // Permissions do not bind the superuser.
        }
        let path = home.path().join("settings.json");
        put(&path, "{}");
        set_mode(&path, 0o000);
        assert!(matches!(read(&path), Err(StoreError::Failed { .. })));
    }
}
