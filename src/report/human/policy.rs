//! `policy` for a person: why each statement is there, and what others allow beyond them.

use std::fmt::Write;

use crate::model_uses::Sent;
use crate::policy::Statement;
use crate::policy::check::{Comparison, Finding, Verdict};
use crate::policy::comparison::{FOR_ONCE, RECOMMENDED, full_access, left_out};
use crate::policy::document::Document;
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

/// The models with what makes Claude Code send each, the statements with their reasons, and the comparison with what is
/// usually recommended.
#[must_use]
pub fn explanation(statements: &[Statement], sent: &[Sent]) -> String {
    let mut text = format!("{}\n", styled(BOLD, "The least that Claude Code and this program need"));
    for one in sent {
        let _ = writeln!(text, "  {}\n    {}", one.id, styled(DIM, &format!("for {}", one.by.join(", "))));
    }
    for statement in statements {
        let _ = writeln!(text, "\n  {}: {}", styled(BOLD, statement.sid), statement.actions.join(", "));
        let _ = writeln!(text, "    {}", statement.reason);
        let _ = writeln!(text, "    {}", styled(DIM, &format!("for {}", statement.needed_for)));
    }
    let left_out = left_out(statements);
    let _ = if left_out.is_empty() {
        writeln!(text, "\nEvery action the guides list is among them: {}.", RECOMMENDED.join(", "))
    } else {
        writeln!(text, "\nOf the actions the guides list these are left out: {}.", left_out.join(", "))
    };
    let _ = writeln!(text, "Left out, because it is needed once or by few:");
    for (actions, what) in FOR_ONCE {
        let _ = writeln!(text, "  {actions}\n    {}", styled(DIM, what));
    }
    let managed = full_access();
    let _ = writeln!(text, "AmazonBedrockFullAccess allows beyond them ({} of {}):", managed.version, managed.edited);
    for group in managed.beyond(statements) {
        let _ = writeln!(text, "  {}\n    {}", group.actions, styled(DIM, &group.purpose));
    }
    text
}

/// What the principal may do of it, and what to add.
#[must_use]
pub fn check(comparison: &Comparison) -> String {
    let Comparison { principal: arn, findings, missing, unsimulated } = comparison;
    let how = match unsimulated {
        None => "as IAM simulates it".to_owned(),
        Some(reason) => format!("by evidence, because {reason}"),
    };
    let mut text = format!("{}\n  {}\n\n", styled(BOLD, &format!("What {arn} may do")), styled(DIM, &how));
    let mut rest: Vec<&Finding> = findings.iter().collect();
    while let Some(first) = rest.first().copied() {
        let is_alike =
            |one: &&Finding| (one.sid, one.action, &one.verdict) == (first.sid, first.action, &first.verdict);
        let (alike, others): (Vec<&Finding>, Vec<&Finding>) = rest.into_iter().partition(is_alike);
        findings_alike(&mut text, &alike);
        rest = others;
    }
    text.push('\n');
    for note in comparison.notes() {
        let _ = writeln!(text, "{}\n", styled(DIM, note));
    }
    if !missing.is_empty() {
        let _ = writeln!(text, "{}\n", styled(BAD.bold(), "Missing. This adds it and nothing else:"));
        text.push_str(&Document::of(missing).text());
    } else if comparison.lacks_something() {
        let _ = writeln!(text, "{}", styled(BAD.bold(), "Forbidden: see above by what."));
    } else if findings.iter().any(|finding| matches!(finding.verdict, Verdict::Unknown(_))) {
        let _ = writeln!(text, "{}", styled(NOTICE, "Nothing is known to be missing; what is unknown may be."));
    } else {
        let _ = writeln!(text, "{}", styled(GOOD, "Nothing is missing."));
    }
    text
}

/// One action of one statement with everything it came to the same for.
fn findings_alike(text: &mut String, alike: &[&Finding]) {
    let Some(first) = alike.first() else { return };
    let (mark, reason) = match &first.verdict {
        Verdict::Allowed => (styled(GOOD, "allowed"), ""),
        Verdict::Missing(reason) => (styled(BAD, "missing"), reason.as_str()),
        Verdict::Forbidden(reason) => (styled(BAD, "forbidden"), reason.as_str()),
        Verdict::Unknown(reason) => (styled(NOTICE, "unknown"), reason.as_str()),
    };
    let is_missing = first.verdict.is_against();
    let place = match alike {
        [one] if one.resource == "*" => String::new(),
        [one] => format!(" on {}", one.resource),
        several => format!(" on {} resources", several.len()),
    };
    let _ = writeln!(text, "  {mark}  {}{place}", first.action);
    if is_missing && alike.len() > 1 {
        for one in alike {
            let _ = writeln!(text, "           {}", one.resource);
        }
    }
    if !reason.is_empty() {
        let _ = writeln!(text, "           {}", styled(DIM, reason));
    }
}
