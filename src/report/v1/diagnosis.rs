//! The answer of `diagnose --json`, version 1; `docs/diagnose.schema.json` describes it.

use serde::Serialize;

use crate::aws_config::FileDiff;
use crate::catalogue;
use crate::checks::Outcome;
use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Evidence, Finding, Fix, SettingEdit};
use crate::report::redacted::shown;

/// What is wrong, what is not, and what could not be looked for.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    version: u32,
    healthy: bool,
    provider: String,
    claude_code: Option<String>,
    findings: Vec<Found>,
    passed: Vec<Passed>,
    skipped: Vec<Skipped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Fixed>,
}

#[derive(Debug, Serialize)]
struct Found {
    id: &'static str,
    severity: &'static str,
    title: String,
    why: String,
    evidence: Vec<Seen>,
    fix: Mending,
}

#[derive(Debug, Serialize)]
struct Seen {
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Mending {
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    administrator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_to: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edited>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Rewritten>,
}

#[derive(Debug, Serialize)]
struct Edited {
    file: String,
    key: String,
    before: Option<String>,
    after: Option<String>,
}

/// Lines of an AWS file.
#[derive(Debug, Serialize)]
struct Rewritten {
    file: String,
    removed: Vec<String>,
    added: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Passed {
    id: &'static str,
    title: &'static str,
}

#[derive(Debug, Serialize)]
struct Skipped {
    id: &'static str,
    title: &'static str,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Fixed {
    cured: Vec<String>,
    left: Vec<String>,
}

impl Diagnosis {
    /// The report of one look; after mending also what is cured and what is left, by id.
    #[must_use]
    pub fn of(facts: &Facts, outcome: &Outcome, fixed: Option<(&[&str], &[&str])>) -> Self {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Self {
            version: 1,
            healthy: outcome.is_healthy(),
            provider: facts.configuration.provider.to_string(),
            claude_code: facts.version().map(|version| version.to_string()),
            findings: outcome.findings.iter().map(Found::of).collect(),
            passed: outcome.passed.iter().map(|id| Passed { id, title: title(id) }).collect(),
            skipped: outcome
                .skipped
                .iter()
                .map(|(id, reason)| Skipped { id, title: title(id), reason: reason.clone() })
                .collect(),
            fixed: fixed.map(|(cured, left)| Fixed { cured: owned(cured), left: owned(left) }),
        }
    }
}

/// What a failure mode is called in the catalogue.
#[must_use]
pub fn title(id: &str) -> &'static str {
    catalogue::find(id).map_or("", |mode| mode.title)
}

/// Why a finding matters: its own words, else the catalogue's.
#[must_use]
pub fn why(finding: &Finding) -> String {
    let cause = || catalogue::find(finding.id).map_or_else(String::new, |mode| mode.cause.to_owned());
    finding.why.clone().unwrap_or_else(cause)
}

impl Found {
    fn of(finding: &Finding) -> Self {
        Self {
            id: finding.id,
            severity: finding.severity.name(),
            title: finding.title.clone(),
            why: why(finding),
            evidence: finding.evidence.iter().map(Seen::of).collect(),
            fix: Mending::of(&finding.fix),
        }
    }
}

impl Seen {
    fn of(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Line { path, line, text, .. } => {
                Self { kind: "line", text: text.clone(), file: Some(path.display().to_string()), line: Some(*line) }
            }
            Evidence::File { path, text } => {
                Self { kind: "file", text: text.clone(), file: Some(path.display().to_string()), line: None }
            }
            Evidence::Variable { name, value } => {
                Self { kind: "variable", text: format!("{name}={value}"), file: None, line: None }
            }
            Evidence::Call { operation, answer } => {
                Self { kind: "call", text: format!("{operation}: {answer}"), file: None, line: None }
            }
            Evidence::Said(text) => Self { kind: "fact", text: text.clone(), file: None, line: None },
        }
    }
}

impl Mending {
    fn of(fix: &Fix) -> Self {
        let edits = match &fix.action {
            Some(Action::Edit(edits)) => edits.iter().map(Edited::of).collect(),
            _ => Vec::new(),
        };
        let lines = match &fix.action {
            Some(Action::Repair(repair)) => repair.diff.iter().map(Rewritten::of).collect(),
            _ => Vec::new(),
        };
        Self {
            kind: fix.kind.name(),
            text: fix.text.clone(),
            command: fix.command.clone(),
            administrator: fix.administrator.clone(),
            update_to: fix.update_to.map(|version| version.to_string()),
            edits,
            lines,
        }
    }
}

impl Rewritten {
    fn of(diff: &FileDiff) -> Self {
        let of = |wanted: bool| {
            let lines = diff.lines.iter().filter(|(is_new, _)| *is_new == wanted);
            lines.map(|(_, line)| line.clone()).collect()
        };
        Self { file: diff.path.display().to_string(), removed: of(false), added: of(true) }
    }
}

impl Edited {
    fn of(edit: &SettingEdit) -> Self {
        Self {
            file: edit.path.display().to_string(),
            key: edit.key.to_string(),
            before: edit.before.as_ref().map(|value| shown(&edit.key, value)),
            after: edit.after.as_ref().map(|value| shown(&edit.key, value)),
        }
    }
}
