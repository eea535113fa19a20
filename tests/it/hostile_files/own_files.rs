//! The same for what is ours: receipts, first bytes, the state folder.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::{SETTINGS, assert_refused, assert_untouched, home_with, run_bound};
use crate::harness::{Home, set_mode};

#[test]
fn a_state_folder_that_cannot_be_written() {
    let home = home_with(SETTINGS);
    let _ = home.run(["credentials", "--profile", "work"]).success();
    set_mode(&home.state(), 0o555);
    let run = run_bound(&home, &["setup", "--yes"]);
    set_mode(&home.state(), 0o700);
    assert_refused(&home, &run, &["/.local/state/claude-bedrock/receipts", "Permission denied"]);
    assert_untouched(&home);
}

#[test]
fn a_file_in_the_state_folders_place() {
    let home = home_with(SETTINGS);
    home.write(".local/state/claude-bedrock", "");
    let run = home.run(["setup", "--yes"]);
    assert!(run.stderr.contains("/.local/state/claude-bedrock"), "{run:?}");
    assert!(matches!(run.code, Some(1 | 2)), "{run:?}");
    assert_untouched(&home);
}

#[test]
fn a_damaged_receipt_is_named_and_nothing_is_changed() {
    for damage in ["", "{", "[]", "{\"version\": 2}", "\0\0\0\0"] {
        let home = home_with(SETTINGS);
        let _ = home.run(["setup", "--yes"]).success();
        let settings = home.settings_text();
        let receipt = receipt(&home);
        home.write(receipt.to_str().expect("UTF-8"), damage);
        for arguments in [&["reset"][..], &["setup", "--yes", "--region", "us-east-1"]] {
            let said = home.run(arguments).failure(1);
            let named = format!("the receipt `{}` cannot be used", receipt.display());
            assert!(said.contains(&named) && said.contains("move it away"), "{said}");
            assert_eq!(home.settings_text(), settings, "{damage:?}");
        }
    }
}

fn receipt(home: &Home) -> PathBuf {
    let mut files = home.state_files("receipts");
    files.retain(|path| path.extension() == Some(OsStr::new("json")));
    assert_eq!(files.len(), 1);
    files.remove(0)
}

#[test]
fn a_copy_of_the_first_bytes_that_is_gone_or_damaged_is_done_without() {
    for damage in [None, Some("{\"language\": \"other\"}")] {
        let home = home_with(SETTINGS);
        let _ = home.run(["setup", "--yes"]).success();
        let copy = receipt(&home).with_extension("before");
        match damage {
            Some(text) => drop(home.write(copy.to_str().expect("UTF-8"), text)),
            None => fs_err::remove_file(copy).expect("removable"),
        }
        let _ = home.run(["reset"]).success();
        assert_untouched(&home);
    }
}
