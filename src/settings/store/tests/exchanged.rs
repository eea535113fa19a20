//! Two files that trade places, and what comes between.

use super::super::exchange::{Exchange, exchange};
use super::*;

/// A home with the settings, and a draft of ours in it.
fn prepared() -> (TempDir, PathBuf, PathBuf) {
    let home = home();
    let (draft, target) = (home.path().join("draft"), home.path().join("settings.json"));
    put(&draft, "ours");
    put(&target, "theirs");
    (home, draft, target)
}

#[test]
fn the_expected_file_comes_out() {
    let (_home, draft, target) = prepared();
    let result = exchange(&draft, &target, b"ours", |out| content(out) == "theirs");
    assert!(matches!(result, Exchange::Done));
    assert_eq!(content(&target), "ours");
}

#[test]
fn a_change_of_the_same_moment_goes_back() {
    let (_home, draft, target) = prepared();
    assert!(matches!(exchange(&draft, &target, b"ours", |_| false), Exchange::Overtaken));
    assert_eq!((content(&target), content(&draft)), ("theirs".to_owned(), "ours".to_owned()));
}

#[test]
fn the_latest_of_two_changes_of_the_same_moment_stays() {
    let (_home, draft, target) = prepared();
    let result = exchange(&draft, &target, b"ours", |_| {
        put(&target, "the latest");
        false
    });
    assert!(matches!(result, Exchange::Overtaken));
    assert_eq!(content(&target), "the latest");
}

#[test]
fn a_file_that_is_gone_is_not_made_again() {
    let (_home, draft, target) = prepared();
    fs_err::remove_file(&target).expect("removable");
    assert!(matches!(exchange(&draft, &target, b"ours", |_| true), Exchange::Gone));
    assert!(!target.exists());
}

#[test]
fn a_content_of_the_same_moment_is_a_change() {
    let (home, _, target) = prepared();
    let snapshot = read(&target).expect("readable");
    let prior = fs_err::metadata(&target).expect("metadata");
    // After the last comparison: as long as what was read, and in place, so that nothing but the content tells.
    put(&target, "THEIRS");
    let mut draft = Draft::begin(home.path()).expect("creatable");
    draft.fill(b"ours").expect("writable");
    let result = snapshot.trade_places(draft, b"ours", &prior);
    assert!(matches!(result, Err(StoreError::Overtaken { .. })));
    assert_eq!(content(&target), "THEIRS");
    assert_eq!(names(home.path()), ["draft", "settings.json"]);
}

#[test]
fn permissions_taken_away_in_the_same_moment_are_a_change() {
    use std::os::unix::fs::PermissionsExt as _;
    let (home, _, target) = prepared();
    let snapshot = read(&target).expect("readable");
    let prior = fs_err::metadata(&target).expect("metadata");
    fs_err::set_permissions(&target, std::fs::Permissions::from_mode(0o600)).expect("ours");
    let mut draft = Draft::begin(home.path()).expect("creatable");
    draft.fill(b"ours").expect("writable");
    let result = snapshot.trade_places(draft, b"ours", &prior);
    assert!(matches!(result, Err(StoreError::Overtaken { .. })));
    assert_eq!(content(&target), "theirs");
    assert_eq!(names(home.path()), ["draft", "settings.json"]);
}
