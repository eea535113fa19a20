//! A set-up and its undoing, key by key, on any document: nothing of others changes, and nothing of ours stays.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::cli::{IdentityMode, SetupScope};
use crate::plan::{self, Choice, Need};
use crate::settings::document::tests::properties::{file, foreign_to};

/// So many documents a run.
const DOCUMENTS: u32 = 10_000;

fn choice() -> impl Strategy<Value = Choice> {
    let model =
        prop_oneof![select(vec!["us.anthropic.claude-x", "a[1m]", "\u{e9}\"\\"]).prop_map(str::to_owned), ".{0,4}"];
    let scopes = select(vec![SetupScope::User, SetupScope::Project, SetupScope::Local]);
    let identities = select(vec![IdentityMode::Isolated, IdentityMode::Shared]);
    let pins = vec((select(vars::FAMILY_PINS.map(|(_, name)| name).to_vec()), model.clone()), 0..4);
    let profile = select(vec!["work", "o'neil dev", "$(x)"]);
    let region = select(vec!["us-west-2", "eu-west-1"]);
    let overrides = vec(select(vec!["claude-opus-5", "claude-sonnet-5", "X"]), 0..3);
    (profile, region, model, pins, overrides, identities, scopes).prop_map(
        |(profile, region, model, mut pins, mut overrides, identity, scope)| {
            overrides.sort_unstable();
            overrides.dedup();
            let value = || Some("arn:x".to_owned());
            let wish = |name| Wish { key: Key::Override(Cow::Borrowed(name)), value: value(), need: Need::Wanted };
            let also = overrides.into_iter().map(wish).collect();
            pins.sort_unstable();
            pins.dedup_by_key(|(name, _)| *name);
            let (profile, region) = (profile.to_owned(), region.to_owned());
            Choice {
                profile,
                region,
                model,
                pins,
                also,
                identity,
                scope,
                own: plan::OwnHelpers::default(),
                status_line: None,
            }
        },
    )
}

/// One set-up as the command does it, without the disk.
fn set_up_once(bytes: &[u8], receipt: Option<Receipt>, choice: &Choice, force: bool) -> (Vec<u8>, Receipt) {
    let document = Document::parse(bytes).expect("Claude Code reads it");
    let wishes = plan::wishes(choice, Path::new("/opt/it's here/claude-bedrock")).expect("quotable");
    let plan = plan::set_up(
        &document,
        receipt.as_ref(),
        &wishes,
        &plan::Consent { replace: force, ..plan::Consent::default() },
    );
    let new = document.apply(&plan.edits()).expect("the edits can be made");
    let has = |name| document.get(&Key::top(name)).is_some();
    let receipt =
        receipt.unwrap_or_else(|| Receipt::begin(Path::new("/s.json"), "user", Before::of(Some(bytes), true, &has)));
    let receipt = receipt_after(receipt, Some(bytes), &plan, &new);
    let written = Document::parse(&new).expect("Claude Code reads it");
    for change in &plan.changes {
        assert_eq!(written.get(&change.key), change.after, "{} has taken effect", change.key);
    }
    (new, receipt)
}

fn undone(bytes: &[u8], receipt: &Receipt) -> Vec<u8> {
    let document = Document::parse(bytes).expect("Claude Code reads it");
    document.apply(&plan::undo(&document, receipt).edits()).expect("the edits can be undone")
}

fn is_ours(choice: &[(Choice, bool)], key: &str) -> bool {
    let wishes = choice.iter().flat_map(|(choice, _)| plan::wishes(choice, Path::new("x")).expect("quotable"));
    wishes.into_iter().any(|wish| wish.key.to_string() == key)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: DOCUMENTS, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn set_ups_and_their_undoing_are_the_identity(
        bytes in file(), choices in vec((choice(), any::<bool>()), 1..4),
    ) {
        let mut current = bytes.clone();
        let mut receipt = None;
        for (choice, force) in &choices {
            let (new, kept) = set_up_once(&current, receipt, choice, *force);
            prop_assert_eq!(
                foreign_to(&new, |key| is_ours(&choices, key)), foreign_to(&bytes, |key| is_ours(&choices, key)),
            );
            (current, receipt) = (new, Some(kept));
        }
        let receipt = receipt.expect("at least one set-up");
        prop_assert!(receipt.unbroken && receipt.left_behind(&current));
        let undone = undone(&current, &receipt);
        // A key that was taken out lost its place, which only the copy of the first bytes knows.
        if receipt.keys.iter().any(|record| record.before.is_some() && record.wrote.contains(&None)) {
            let (before, after) = (Document::parse(&bytes).expect("read"), Document::parse(&undone).expect("read"));
            for record in &receipt.keys {
                prop_assert_eq!(after.get(&record.key), before.get(&record.key), "{}", record.key);
            }
            prop_assert_eq!(
                foreign_to(&undone, |key| is_ours(&choices, key)), foreign_to(&bytes, |key| is_ours(&choices, key)),
            );
            return Ok(());
        }
        prop_assert_eq!(
            &undone, &bytes,
            "\n{}\n{}\n{}",
            String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&current), String::from_utf8_lossy(&undone),
        );
    }
}
