//! What a receipt says after a set-up that failed, one that was killed, and edits of others.

mod properties;

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::plan::{Need, Wish};
use crate::settings::store;
use crate::vars;
use crate::world::World;

/// A user's settings file and our receipts.
struct Home {
    folder: TempDir,
    receipts: Receipts,
}

impl Home {
    fn new(content: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::with_variables([("HOME", folder.path())], folder.path());
        let receipts = Receipts::of(&StateFolder::of(&world).expect("a home"));
        let home = Self { folder, receipts };
        home.put(content);
        home
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("settings.json")
    }

    fn put(&self, content: &str) {
        private_file::write(&self.settings(), content.as_bytes()).expect("writable");
    }

    fn content(&self) -> String {
        fs_err::read_to_string(self.settings()).expect("readable")
    }

    fn receipt(&self) -> Option<Receipt> {
        self.receipts.find(&self.settings()).expect("readable")
    }

    fn set_up(&self, region: &str) -> Result<(), Failure> {
        let snapshot = store::read(&self.settings()).expect("readable");
        let document = Document::parse(snapshot.bytes().unwrap_or_default()).expect("settings");
        let wish = Wish { key: Key::env(vars::AWS_REGION), value: Some(region.to_owned()), need: Need::Required };
        let known = self.receipt();
        let consent = crate::plan::Consent { replace: true, ..crate::plan::Consent::default() };
        let plan = crate::plan::set_up(&document, known.as_ref(), &[wish], &consent);
        Ok(set_up(&self.receipts, known.as_ref(), snapshot, &document, "user", &plan)?)
    }

    fn reset(&self) {
        let Some(receipt) = self.receipt() else { return };
        let snapshot = store::read(&self.settings()).expect("readable");
        let planned = plan_undo(&self.receipts, &receipt, &snapshot).expect("a plan");
        undo(&self.receipts, &receipt, snapshot, &planned).expect("undone");
    }
}

#[test]
fn a_set_up_that_failed_leaves_no_receipt() {
    let home = Home::new("{\"a\": 1}");
    fs_err::hard_link(home.settings(), home.folder.path().join("other")).expect("a second name");
    home.set_up("us-west-2").expect_err("a second name");
    assert!(home.receipt().is_none());
}

#[test]
fn a_set_up_that_failed_leaves_the_receipt_of_the_one_before() {
    let home = Home::new("{\"a\": 1}");
    home.set_up("us-west-2").expect("written");
    let before = home.receipt().expect("written").left;
    fs_err::hard_link(home.settings(), home.folder.path().join("other")).expect("a second name");
    home.set_up("us-east-1").expect_err("a second name");
    assert_eq!(home.receipt().expect("kept").left, before);
}

#[test]
fn a_receipt_of_what_was_never_written_does_not_hide_what_the_user_wrote_since() {
    let home = Home::new("{\"a\": 1}");
    // Killed between the receipt and the settings.
    home.set_up("us-west-2").expect("written");
    home.put("{\"a\": 1}");
    home.put("{\"a\": 1, \"env\": {\"AWS_REGION\": \"eu-west-1\"}}");
    home.set_up("us-east-1").expect("written");
    home.reset();
    assert_eq!(home.content(), "{\"a\": 1, \"env\": {\"AWS_REGION\": \"eu-west-1\"}}");
}

#[test]
fn a_value_chosen_between_two_set_ups_is_the_one_that_comes_back() {
    let home = Home::new("{\"env\": {\"AWS_REGION\": \"eu-west-1\"}}");
    home.set_up("us-west-2").expect("written");
    home.put("{\"env\": {\"AWS_REGION\": \"eu-central-1\"}}");
    home.set_up("us-east-1").expect("written");
    home.reset();
    assert_eq!(home.content(), "{\"env\": {\"AWS_REGION\": \"eu-central-1\"}}");
}

#[test]
fn a_damaged_copy_of_the_first_bytes_is_not_brought_back() {
    let home = Home::new("{\"a\": 1}");
    home.set_up("us-west-2").expect("written");
    let state = home.folder.path().join(".local/state/claude-bedrock/receipts");
    let copies = fs_err::read_dir(state).expect("receipts").map(|entry| entry.expect("an entry").path());
    let copy = copies.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "before"));
    private_file::write(&copy.expect("a copy"), b"{\"a\": 666}").expect("writable");
    home.reset();
    assert_eq!(home.content(), "{\"a\": 1}");
}
