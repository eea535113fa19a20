//! Which failure modes of the catalogue are reproduced, which are judged on recorded facts, and why the others are
//! neither.

use std::collections::BTreeSet;

use claude_bedrock::catalogue::{self, Before};
use claude_bedrock::checks;

use super::{files, limits, online};

/// Judged on recorded facts in `src/checks/tests.rs`: another operating system, an hour's wait, a company's network.
const RECORDED: [&str; 31] = [
    "A16", "A19", "C16", "C27", "M11", "M14", "M15", "M17", "M18", "M19", "M20", "N01", "N10", "N12", "N14", "P04",
    "P05", "P06", "P07", "P08", "P09", "P13", "P14", "Q01", "Q02", "Q03", "Q04", "Q05", "Q06", "R18", "R24",
];

/// Looked for by no check, and why.
const ELSEWHERE: [(&str, &str); 10] = [
    (
        "M16",
        "AWS tells the end of a model's usual price and not its price; `models` shows where each model is in its life",
    ),
    ("N05", "its causes are R20, R21, N10 and N14, which are looked for by themselves"),
    ("N06", "only Claude Code's own stream shows what a gateway makes of it; `explain` knows the message"),
    ("N13", "the AWS CLI's message for N10 and P15, which are looked for by themselves"),
    ("P10", "policies can rarely be read; `policy check` compares them with what is needed"),
    ("R01", "our own commands do not open a second sign-in; what others open leaves no trace to look at"),
    ("R14", "the probe's own findings say what is refused, and that no sign-in would help"),
    ("R23", "this program keeps no keyring; that of another tool is not ours to open"),
    ("R29", "running a sign-in command opens a browser: `helpers test --refresh` does so when asked"),
    ("A09", "beside the version that caused it, AWS's refusal of a token is found as A07, for the way out is the same"),
];

#[test]
fn every_failure_mode_is_accounted_for() {
    let tables = [files::configuration(), files::versions(), files::credentials(), files::helpers(), limits::cases()];
    let mut reproduced: BTreeSet<&str> = tables.iter().flatten().map(|case| case.0).collect();
    reproduced.extend(online::REPRODUCED);
    let mut lost = Vec::new();
    for mode in catalogue::all() {
        let told = reproduced.contains(mode.id)
            || RECORDED.contains(&mode.id)
            || ELSEWHERE.iter().any(|(id, reason)| *id == mode.id && !reason.is_empty())
            // The catalogue itself says why nothing shows it before it bites; `explain` knows its message.
            || matches!(mode.before, Before::Message(_) | Before::Elsewhere(_));
        if !told {
            lost.push(mode.id);
        }
    }
    assert!(lost.is_empty(), "neither reproduced nor recorded nor explained: {lost:?}");
}

#[test]
fn every_check_is_of_a_mode_and_is_reproduced_or_recorded() {
    let tables = [files::configuration(), files::versions(), files::credentials(), files::helpers(), limits::cases()];
    let reproduced: BTreeSet<&str> = tables.iter().flatten().map(|case| case.0).chain(online::REPRODUCED).collect();
    for check in checks::all() {
        assert!(catalogue::find(check.id).is_some(), "{} is not in the catalogue", check.id);
        assert!(reproduced.contains(check.id) || RECORDED.contains(&check.id), "{} is never found in a test", check.id);
    }
}
