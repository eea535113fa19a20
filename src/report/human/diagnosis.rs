//! The report of `diagnose` for people: each finding with its line underlined, why it matters, and what fixes it.

use std::fmt::Write;
use std::path::Path;

use crate::apply::shortened;
use crate::aws_config::Repair;
use crate::checks::Outcome;
use crate::checks::finding::{Action, Evidence, Finding, Fix, SettingEdit, Severity};
use crate::report::redacted::shown;
use crate::report::v1::diagnosis::{title, why};
use crate::ui::wrap::{fitted, parted, width_of, wrapped};
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

/// The margin of what belongs to a finding.
const MARGIN: usize = 4;

/// How much of what is meant stands in a line that is cut, in columns.
const MEANT_AT_LEAST: usize = 8;

/// From here on a long word stays whole, so that it can be searched for and copied.
const WIDE: usize = 100;

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
        text.push_str("there was nothing to fix\n");
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
    let _ = writeln!(text, "{mark} {}", styled(BOLD, &at_home(&finding.title, home)));
    for evidence in &finding.evidence {
        push_evidence(text, evidence, home, width);
    }
    paragraph(text, "why:", &why(finding), width);
    push_fix(text, &finding.fix, home, width);
}

fn push_evidence(text: &mut String, evidence: &Evidence, home: Option<&Path>, width: usize) {
    let margin = " ".repeat(MARGIN);
    match evidence {
        Evidence::Line { path, line, text: shown, meant } => {
            let place = format!("{}:{line}", shortened(path, home));
            let _ = writeln!(text, "{margin}{} {place}", styled(DIM, "-->"));
            let number = line.to_string();
            let gutter = " ".repeat(number.len());
            let room = width.saturating_sub(MARGIN + gutter.len() + 3);
            let (shown, underline) = excerpt(shown, meant, room.max(MEANT_AT_LEAST));
            let _ = writeln!(text, "{margin}{} {shown}", styled(DIM, &format!("{number} |")));
            if let Some(underline) = underline {
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

/// A text with the home folder shortened as people write it.
fn at_home(text: &str, home: Option<&Path>) -> String {
    match home.and_then(Path::to_str) {
        Some(home) => text.replace(&format!("{home}/"), "~/"),
        None => text.to_owned(),
    }
}

/// A line in the room there is for it, cut where it is least missed, and the signs below the part of it that is meant.
fn excerpt(shown: &str, meant: &str, room: usize) -> (String, Option<String>) {
    let at = shown.rfind(meant).filter(|_| !meant.is_empty());
    let Some(at) = at else { return (fitted(shown, room), None) };
    let column = width_of(&shown[..at]);
    let (start, column) = if width_of(shown) <= room || column + MEANT_AT_LEAST <= room {
        (shown.to_owned(), column)
    } else {
        (format!("…{}", &shown[at..]), 1)
    };
    let line = fitted(&start, room);
    let length = width_of(meant).min(width_of(&line).saturating_sub(column)).max(1);
    (line, Some(format!("{}{}", " ".repeat(column), "^".repeat(length))))
}

/// Words in lines that fit into the room; what is longer than a line is parted on a terminal, and stays whole elsewhere,
/// so that it can be searched for.
fn broken(words: &str, room: usize, width: usize) -> Vec<String> {
    let lines = wrapped(words, room, 0);
    let lines = lines.split('\n');
    if width >= WIDE {
        return lines.map(str::to_owned).collect();
    }
    lines.flat_map(|line| parted(line, room.max(MEANT_AT_LEAST))).collect()
}

fn paragraph(text: &mut String, name: &str, words: &str, width: usize) {
    if words.is_empty() {
        return;
    }
    for (at, line) in broken(words, width.saturating_sub(MARGIN + 5), width).iter().enumerate() {
        let name = if at == 0 { format!("{name:<5}") } else { " ".repeat(5) };
        let _ = writeln!(text, "{}{}{line}", " ".repeat(MARGIN), styled(DIM, &name));
    }
}

fn push_fix(text: &mut String, fix: &Fix, home: Option<&Path>, width: usize) {
    let words = match &fix.command {
        Some(command) if !fix.text.contains(command.as_str()) => format!("{}: `{command}`", fix.text),
        _ => fix.text.clone(),
    };
    paragraph(text, "fix:", &at_home(&words, home), width);
    match &fix.action {
        Some(Action::Edit(edits)) => text.push_str(&edit_lines(edits, home, width)),
        Some(Action::Repair(repair)) => text.push_str(&repair_lines(repair, home, width)),
        _ => {}
    }
    if let Some(sentence) = &fix.administrator {
        paragraph(text, "ask:", sentence, width);
    }
}

/// Edits as a diff of keys, by file.
#[must_use]
pub fn edit_lines(edits: &[SettingEdit], home: Option<&Path>, width: usize) -> String {
    let mut text = String::new();
    let margin = " ".repeat(MARGIN + 5);
    let mut last = None;
    for edit in edits {
        if last != Some(&edit.path) {
            let _ = writeln!(text, "{margin}{}", styled(DIM, &format!("in {}", shortened(&edit.path, home))));
            last = Some(&edit.path);
        }
        if let Some(before) = &edit.before {
            push_change(&mut text, false, &format!("{}: {}", edit.key, shown(&edit.key, before)), width);
        }
        if let Some(after) = &edit.after {
            push_change(&mut text, true, &format!("{}: {}", edit.key, shown(&edit.key, after)), width);
        }
    }
    text
}

/// Mended lines of AWS files as a diff, by file.
#[must_use]
pub fn repair_lines(repair: &Repair, home: Option<&Path>, width: usize) -> String {
    let mut text = String::new();
    let margin = " ".repeat(MARGIN + 5);
    for file in &repair.diff {
        let _ = writeln!(text, "{margin}{}", styled(DIM, &format!("in {}", shortened(&file.path, home))));
        for (is_new, line) in &file.lines {
            push_change(&mut text, *is_new, line, width);
        }
    }
    text
}

/// A line that goes or comes.
fn push_change(text: &mut String, is_new: bool, line: &str, width: usize) {
    let (style, mark) = if is_new { (GOOD, '+') } else { (BAD, '-') };
    let margin = MARGIN + 5;
    for (at, piece) in broken(line, width.saturating_sub(margin + 2), width).iter().enumerate() {
        let mark = if at == 0 { mark } else { ' ' };
        let _ = writeln!(text, "{:margin$}{}", "", styled(style, &format!("{mark} {piece}")));
    }
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

/// So many checks.
#[must_use]
pub fn checks(number: usize) -> String {
    if number == 1 { "1 check".to_owned() } else { format!("{number} checks") }
}

fn summary(text: &mut String, outcome: &Outcome, verbose: bool) {
    let found = counted(outcome);
    let mark = if outcome.is_healthy() { styled(GOOD, "✔") } else { styled(BAD, "✘") };
    let _ = writeln!(
        text,
        "{mark} {found}; {} passed, {} could not be made",
        checks(outcome.passed.len()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_too_long_is_cut_beside_what_is_meant() {
        let line = "\"ANTHROPIC_DEFAULT_HAIKU_MODEL\": \"arn:aws:bedrock:us-west-2:1:x/abc\"";
        let meant = "\"arn:aws:bedrock:us-west-2:1:x/abc\"";
        for (room, shown, under) in [
            (80, line, format!("{:33}{}", "", "^".repeat(35))),
            (48, "\"ANTHROPIC_DEFAULT_HAIKU_MODEL\": \"arn:aws:bedro…", format!("{:33}{}", "", "^".repeat(15))),
            (32, "…\"arn:aws:bedrock:us-west-2:1:x…", format!(" {}", "^".repeat(31))),
        ] {
            assert_eq!(excerpt(line, meant, room), (shown.to_owned(), Some(under)), "{room}");
        }
        assert_eq!(excerpt("nothing is meant", "", 10), ("nothing i…".to_owned(), None));
    }
}
