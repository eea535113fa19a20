//! Secrets in files that other users of the machine may read.

use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Evidence, Finding, Fix, FixKind};
use crate::checks::{Check, Needs};

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[Check::of("C17", Needs::Files, open_to_others)];

fn open_to_others(facts: &Facts) -> Vec<Finding> {
    let [first, others @ ..] = facts.open_files.as_slice() else { return Vec::new() };
    let more = match others.len() {
        0 => String::new(),
        1 => " and another file".to_owned(),
        count => format!(" and {count} other files"),
    };
    let verb = if others.is_empty() { "holds" } else { "hold" };
    let title = format!("`{}`{more} {verb} secrets, and others on this machine may read them", first.display());
    let fix = Fix {
        kind: FixKind::Ask,
        command: Some("claude-bedrock diagnose --fix --only C17".to_owned()),
        action: Some(Action::Close(facts.open_files.clone())),
        ..Fix::explain("let nobody but yourself read them (`chmod go=`)")
    };
    let text = "its group or everybody may read or write it";
    let seen = facts.open_files.iter().map(|path| Evidence::File { path: path.clone(), text: text.to_owned() });
    let why = "A key or a token that others can read is theirs as well; the AWS CLI makes these files for you alone.";
    vec![Finding::hint("C17", title, fix).why(why).seen(seen)]
}
