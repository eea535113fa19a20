//! The report of `diagnose` for people: each finding with its line underlined, why it matters, and what mends it.

use std::fmt::Write;
use std::path::Path;

use crate::apply::shortened;
use crate::aws_config::Repair;
use crate::checks::Outcome;
use crate::checks::finding::{Action, Evidence, Finding, Fix, SettingEdit, Severity};
use crate::report::v1::diagnosis::{shown, title, why};
use crate::ui::wrap::wrapped;
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

/// The margin of what belongs to a finding.
const MARGIN: usize = 4;

/// The report of one look.
#[must_use]
pub fn diagnosis(outcome: &Outcome, home: Option<&Path>, width: usize, verbose: bool) -> String {
    let mut text = String::new();
    for finding in &outcome.findings {
        push_finding(&mut text, finding, home, width);
        text.push('\n');
    }
    summary(&mut text, outcome, verbose);
    text
}

/// What mending brought.
#[must_use]
pub fn mended(cured: &[&str], left: &[&str], outcome: &Outcome) -> String {
    let mut text = String::new();
    for id in cured {
        let _ = writeln!(text, "{} cured: {id} {}", styled(GOOD, "✔"), title(id));
    }
    for finding in outcome.findings.iter().filter(|finding| left.contains(&finding.id)) {
        let mark = if finding.severity == Severity::Hint { styled(DIM, "·") } else { styled(BAD, "✘") };
        let _ = writeln!(text, "{mark} left: {} {}", finding.id, finding.title);
    }
    if cured.is_empty() && left.is_empty() {
        text.push_str("nothing was to be mended\n");
    }
    if !cured.is_empty() {
        let _ = writeln!(text, "{}", styled(DIM, "`claude-bedrock reset` undoes what was written."));
    }
    text
}

fn push_finding(text: &mut String, finding: &Finding, home: Option<&Path>, width: usize) {
    let style = match finding.severity {
        Severity::Error => BAD,
        Severity::Warning => NOTICE,
        Severity::Hint => DIM,
    };
    let mark = styled(style.bold(), &format!("{}[{}]", finding.severity.name(), finding.id));
    let _ = writeln!(text, "{mark} {}", styled(BOLD, &finding.title));
    for evidence in &finding.evidence {
        push_evidence(text, evidence, home);
    }
    if finding.severity != Severity::Hint {
        paragraph(text, "why:", &why(finding), width);
    }
    push_fix(text, &finding.fix, home, width);
}

fn push_evidence(text: &mut String, evidence: &Evidence, home: Option<&Path>) {
    let margin = " ".repeat(MARGIN);
    match evidence {
        Evidence::Line { path, line, text: shown, meant } => {
            let place = format!("{}:{line}", shortened(path, home));
            let _ = writeln!(text, "{margin}{} {place}", styled(DIM, "-->"));
            let number = line.to_string();
            let gutter = " ".repeat(number.len());
            let _ = writeln!(text, "{margin}{} {shown}", styled(DIM, &format!("{number} |")));
            if let Some(underline) = underline(shown, meant) {
                let _ = writeln!(text, "{margin}{} {}", styled(DIM, &format!("{gutter} |")), styled(BAD, &underline));
            }
        }
        Evidence::File { path, text: seen } => {
            let _ = writeln!(text, "{margin}{} {}: {seen}", styled(DIM, "-->"), shortened(path, home));
        }
        Evidence::Variable { name, value } => {
            let _ = writeln!(text, "{margin}{} the variable {name} is {value}", styled(DIM, "-->"));
        }
        Evidence::Call { operation, answer } => {
            let _ = writeln!(text, "{margin}{} {operation}: {answer}", styled(DIM, "-->"));
        }
        Evidence::Said(said) => {
            let _ = writeln!(text, "{margin}{} {said}", styled(DIM, "-->"));
        }
    }
}

/// The signs below the part of a line that is meant.
fn underline(shown: &str, meant: &str) -> Option<String> {
    use unicode_width::UnicodeWidthStr;
    let at = shown.rfind(meant).filter(|_| !meant.is_empty())?;
    Some(format!("{}{}", " ".repeat(shown[..at].width()), "^".repeat(meant.width().max(1))))
}

fn paragraph(text: &mut String, name: &str, words: &str, width: usize) {
    if words.is_empty() {
        return;
    }
    let words = wrapped(words, width.saturating_sub(MARGIN + 5), 0);
    for (at, line) in words.split('\n').enumerate() {
        let name = if at == 0 { format!("{name:<5}") } else { " ".repeat(5) };
        let _ = writeln!(text, "{}{}{line}", " ".repeat(MARGIN), styled(DIM, &name));
    }
}

fn push_fix(text: &mut String, fix: &Fix, home: Option<&Path>, width: usize) {
    let words = match &fix.command {
        Some(command) if !fix.text.contains(command.as_str()) => format!("{}: `{command}`", fix.text),
        _ => fix.text.clone(),
    };
    paragraph(text, "fix:", &words, width);
    match &fix.action {
        Some(Action::Edit(edits)) => text.push_str(&edit_lines(edits, home)),
        Some(Action::Repair(repair)) => text.push_str(&repair_lines(repair, home)),
        _ => {}
    }
    if let Some(sentence) = &fix.administrator {
        paragraph(text, "send:", sentence, width);
    }
}

/// Edits as a diff of keys, by file.
#[must_use]
pub fn edit_lines(edits: &[SettingEdit], home: Option<&Path>) -> String {
    let mut text = String::new();
    let margin = " ".repeat(MARGIN + 5);
    let mut last = None;
    for edit in edits {
        if last != Some(&edit.path) {
            let _ = writeln!(text, "{margin}{}", styled(DIM, &format!("in {}", shortened(&edit.path, home))));
            last = Some(&edit.path);
        }
        if let Some(before) = &edit.before {
            let _ = writeln!(text, "{margin}{}", styled(BAD, &format!("- {}: {}", edit.key, shown(&edit.key, before))));
        }
        if let Some(after) = &edit.after {
            let _ = writeln!(text, "{margin}{}", styled(GOOD, &format!("+ {}: {}", edit.key, shown(&edit.key, after))));
        }
    }
    text
}

/// Mended lines of AWS files as a diff, by file.
#[must_use]
pub fn repair_lines(repair: &Repair, home: Option<&Path>) -> String {
    let mut text = String::new();
    let margin = " ".repeat(MARGIN + 5);
    for file in &repair.diff {
        let _ = writeln!(text, "{margin}{}", styled(DIM, &format!("in {}", shortened(&file.path, home))));
        for (is_new, line) in &file.lines {
            let (style, mark) = if *is_new { (GOOD, '+') } else { (BAD, '-') };
            let _ = writeln!(text, "{margin}{}", styled(style, &format!("{mark} {line}")));
        }
    }
    text
}

/// How many findings of which weight there are, in words.
#[must_use]
pub fn counted(outcome: &Outcome) -> String {
    let count = |severity| outcome.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Hint, "hint")];
    let said: Vec<String> = parts
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if said.is_empty() { "nothing wrong".to_owned() } else { said.join(", ") }
}

fn summary(text: &mut String, outcome: &Outcome, verbose: bool) {
    let found = counted(outcome);
    let mark = if outcome.is_healthy() { styled(GOOD, "✔") } else { styled(BAD, "✘") };
    let _ = writeln!(
        text,
        "{mark} {found}; {} checks passed, {} could not be made",
        outcome.passed.len(),
        outcome.skipped.len()
    );
    if outcome.skipped.is_empty() {
        return;
    }
    if verbose {
        for (id, reason) in &outcome.skipped {
            let _ = writeln!(text, "  {}", styled(DIM, &format!("{id} not looked for: {reason}")));
        }
        return;
    }
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for (_, reason) in &outcome.skipped {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    for (reason, count) in reasons {
        let _ = writeln!(text, "  {}", styled(DIM, &format!("{count} not made: {reason}")));
    }
}
