//! What earlier runs left behind, of this program and of Claude Code's sign-in command.

use jiff::{SignedDuration, Timestamp};

use crate::checks::evidence;
use crate::checks::facts::{Facts, KeyState, ReceiptState, TokenContent};
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::sources::profile_name;
use crate::checks::{Check, Needs};
use crate::vars;
use crate::world::on_the_wall;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("A31", Needs::Files, cooling_down),
    Check::of("A32", Needs::Files, code_waits),
    Check::of("A33", Needs::Files, set_aside),
    Check::of("R01", Needs::Files, tab_after_tab),
    Check::of("R29", Needs::Files, command_failed),
    Check::of("R14", Needs::Files, known_and_refused),
    Check::of("C28", Needs::Files, changed_since),
    Check::of("C29", Needs::Files, unusable_receipt),
    Check::of("C30", Needs::Files, receipt_without_file),
];

/// What is older tells of another day.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Whether the session's token is of no use as it is.
fn needs_sign_in(facts: &Facts) -> bool {
    facts.token.as_ref().is_some_and(|token| match &token.content {
        TokenContent::Absent | TokenContent::Unreadable(_) => true,
        TokenContent::Token { expires_at, renewable, .. } => *expires_at <= facts.now && !renewable,
    })
}

fn cooling_down(facts: &Facts) -> Vec<Finding> {
    let Some((how, until)) = facts.traces.cooling_down.as_ref().filter(|_| needs_sign_in(facts)) else {
        return Vec::new();
    };
    let title = format!("the last sign-in {how}, so nobody is asked again before {}", on_the_wall(*until));
    let said = Evidence::Said("`claude-bedrock login` starts one at any time".into());
    vec![Finding::warning("A31", title, Fix::sign_in(profile_name(facts))).seen([said])]
}

fn code_waits(facts: &Facts) -> Vec<Finding> {
    let Some((address, until)) = facts.traces.waiting_code.as_ref().filter(|_| needs_sign_in(facts)) else {
        return Vec::new();
    };
    let title = format!("a sign-in waits for its code to be entered until {}", on_the_wall(*until));
    let fix = Fix { text: "show the code again and finish the sign-in".into(), ..Fix::sign_in(profile_name(facts)) };
    vec![Finding::warning("A32", title, fix).seen([Evidence::Said(format!("the code belongs into {address}"))])]
}

fn set_aside(facts: &Facts) -> Vec<Finding> {
    let Some(path) = &facts.traces.set_aside else { return Vec::new() };
    let title = "another program left something in the place of the sign-in's token that was none";
    let text = "look at it if you want to know who wrote it, then remove it; a sign-out removes it too";
    let seen = Evidence::File { path: path.clone(), text: "moved out of the way of every tool".into() };
    vec![Finding::hint("A33", title, Fix::explain(text)).seen([seen])]
}

/// More runs than this in so short a time are no accident.
const FEW_RUNS: usize = 2;
const SHORT_TIME: SignedDuration = SignedDuration::from_mins(5);

fn tab_after_tab(facts: &Facts) -> Vec<Finding> {
    let Some((path, runs)) = &facts.traces.refresh_runs else { return Vec::new() };
    let (Some(found), Some(last)) = (facts.setting(vars::AUTH_REFRESH), runs.last()) else { return Vec::new() };
    let together = runs.windows(FEW_RUNS + 1).any(|runs| {
        runs.first().zip(runs.last()).is_some_and(|(first, last)| last.duration_since(*first) <= SHORT_TIME)
    });
    if !facts.is_bedrock() || !together || facts.now.duration_since(*last) > RECENT {
        return Vec::new();
    }
    let title = format!("Claude Code ran `awsAuthRefresh` {} times in its last session, again and again", runs.len());
    let fix = Fix::explain(
        "find out why its look at STS fails; this program's own command opens nothing while the sign-in is valid",
    )
    .command("claude-bedrock diagnose --only R02,N,A");
    let text = format!("`Running AWS auth refresh command`, {} times until {}", runs.len(), on_the_wall(*last));
    let seen = Evidence::File { path: path.clone(), text };
    vec![Finding::warning("R01", title, fix).seen([evidence::found(vars::AUTH_REFRESH, &found), seen])]
}

fn command_failed(facts: &Facts) -> Vec<Finding> {
    let last = facts.traces.auth_refresh.as_ref();
    let recent = |at: Timestamp| facts.now.duration_since(at) <= RECENT;
    let Some(last) = last.filter(|last| last.failed && recent(last.at) && facts.is_bedrock()) else {
        return Vec::new();
    };
    // A rest after a sign-in that was refused is no failure of the command.
    let Some(found) = facts.setting(vars::AUTH_REFRESH).filter(|_| facts.traces.cooling_down.is_none()) else {
        return Vec::new();
    };
    let title = format!("`awsAuthRefresh` failed when Claude Code last ran it, at {}", on_the_wall(last.at));
    let fix = Fix::explain("run it as Claude Code does and see what it prints; a browser may open")
        .command("claude-bedrock helpers test --refresh");
    let note = Evidence::File { path: last.path.clone(), text: "Claude Code notes `failed`".into() };
    vec![Finding::warning("R29", title, fix).seen([evidence::found(vars::AUTH_REFRESH, &found), note])]
}

fn known_and_refused(facts: &Facts) -> Vec<Finding> {
    let refused = facts.traces.refused_although_known.as_ref();
    let recent = |at: Timestamp| facts.now.duration_since(at) <= RECENT;
    let Some((path, at)) = refused.filter(|(_, at)| facts.is_bedrock() && recent(*at)) else { return Vec::new() };
    let title = "AWS knew who Claude Code is and refused its last request all the same: no sign-in helps";
    let fix = Fix::explain("see which permission or model it was").command("claude-bedrock explain --last");
    let text = format!("`skipping AWS auth refresh command`, then 403 at {}", on_the_wall(*at));
    vec![Finding::hint("R14", title, fix).seen([Evidence::File { path: path.clone(), text }])]
}

/// The keys without which Claude Code's identity is another one.
const OF_IDENTITY: [&str; 4] = [vars::USE_BEDROCK, vars::AWS_PROFILE, vars::CREDENTIAL_EXPORT, vars::AUTH_REFRESH];

fn changed_since(facts: &Facts) -> Vec<Finding> {
    let changed = facts.traces.receipts.iter().filter(|receipt| receipt.is_there && !receipt.keys.is_empty());
    changed.map(changed_file).collect()
}

fn changed_file(receipt: &ReceiptState) -> Finding {
    let gone = |key: &&KeyState| key.value.is_none() && OF_IDENTITY.contains(&key.name.as_str());
    let lost: Vec<&str> = receipt.keys.iter().filter(gone).map(|key| key.name.as_str()).collect();
    let seen = receipt.keys.iter().map(|key| match (&key.value, key.line) {
        (Some(value), Some(line)) => Evidence::Line {
            path: receipt.settings.clone(),
            line,
            text: format!("\"{}\": {value}", key.name),
            meant: value.clone(),
        },
        _ => Evidence::File { path: receipt.settings.clone(), text: format!("`{}` is gone", key.name) },
    });
    let fix =
        Fix::explain("set it up again, or leave it: `reset` keeps what others changed").command("claude-bedrock setup");
    let finding = if lost.is_empty() {
        let title = "somebody changed what `setup` wrote; their values count";
        Finding::hint("C28", title, fix)
    } else {
        let title = format!("somebody removed what `setup` wrote: {}", lost.join(", "));
        Finding::warning("C28", title, fix)
    };
    finding.seen(seen)
}

fn unusable_receipt(facts: &Facts) -> Vec<Finding> {
    let unusable = facts.traces.unusable_receipts.iter().map(|reason| {
        let title = "a receipt cannot be read, so `reset` cannot undo what it is for";
        let fix = Fix::explain("move it away and run `claude-bedrock setup` again; what stood before is beside it");
        Finding::warning("C29", title, fix).seen([Evidence::Said(reason.clone())])
    });
    unusable.collect()
}

fn receipt_without_file(facts: &Facts) -> Vec<Finding> {
    let gone = facts.traces.receipts.iter().filter(|receipt| !receipt.is_there);
    gone.map(|receipt| {
        let title = format!("`{}` was set up by this program and is gone", receipt.settings.display());
        let fix = Fix::explain("set it up again, or let `reset` forget it").command("claude-bedrock reset --dry-run");
        let seen = Evidence::File { path: receipt.settings.clone(), text: "it no longer exists".into() };
        Finding::hint("C30", title, fix).seen([seen])
    })
    .collect()
}
