//! The findings of a bundle.

use crate::aws_config::Repair;
use crate::checks::finding::{Action, Evidence, Finding, Fix, SettingEdit};
use crate::report::redacted::shown;
use crate::report::v1::diagnosis::why;

use super::redaction::Redactor;
use super::{Entry, Seen};

pub(super) fn entry(redactor: &mut Redactor, finding: &Finding) -> Entry {
    let fix = &finding.fix;
    Entry {
        id: finding.id,
        severity: finding.severity,
        title: redactor.text(&finding.title),
        why: redactor.text(&why(finding)),
        evidence: finding.evidence.iter().map(|evidence| seen(redactor, evidence)).collect(),
        fix: redactor.text(&fix.text),
        // What the sentence says already is not said again.
        command: fix
            .command
            .as_deref()
            .filter(|command| !fix.text.contains(command))
            .map(|command| redactor.text(command)),
        edits: edits(fix).iter().map(|line| redactor.text(line)).collect(),
        administrator: fix.administrator.as_deref().map(|sentence| redactor.text(sentence)),
    }
}

fn seen(redactor: &mut Redactor, evidence: &Evidence) -> Seen {
    let (text, line) = match evidence {
        Evidence::Line { path, line, text, meant } => {
            let shown = (*line, redactor.text(text), redactor.text(meant));
            (format!("{}:{line}", path.display()), Some(shown))
        }
        Evidence::File { path, text } => (format!("{}: {text}", path.display()), None),
        Evidence::Variable { name, value } => (format!("the variable {name} is {value}"), None),
        Evidence::Call { operation, answer } => (format!("{operation}: {answer}"), None),
        Evidence::Said(said) => (said.clone(), None),
    };
    Seen { text: redactor.text(&text), line }
}

fn edits(fix: &Fix) -> Vec<String> {
    let edits = match &fix.action {
        Some(Action::Edit(edits)) => edits,
        Some(Action::Repair(repair)) => return repaired(repair),
        _ => return Vec::new(),
    };
    let mut lines = Vec::new();
    let mut last = None;
    for SettingEdit { path, key, before, after, .. } in edits {
        if last != Some(path) {
            lines.push(format!("in {}", path.display()));
            last = Some(path);
        }
        lines.extend(before.as_ref().map(|value| format!("- {key}: {}", shown(key, value))));
        lines.extend(after.as_ref().map(|value| format!("+ {key}: {}", shown(key, value))));
    }
    lines
}

fn repaired(repair: &Repair) -> Vec<String> {
    let files = repair.diff.iter().flat_map(|file| {
        let lines = file.lines.iter().map(|(is_new, line)| format!("{} {line}", if *is_new { '+' } else { '-' }));
        std::iter::once(format!("in {}", file.path.display())).chain(lines)
    });
    files.collect()
}
