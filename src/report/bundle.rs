//! A support bundle: what `diagnose` found and what it looked at, to attach to a ticket, without a name or a secret.
//!
//! Every text that was observed goes through one [`Redactor`] before it can become part of a bundle, so neither of the
//! forms a bundle is written in can show more than the other.

mod facts;
mod findings;
pub mod html;
pub mod markdown;
mod names;
pub mod redaction;

use crate::checks::Outcome;
use crate::checks::facts::Facts;
use crate::checks::finding::Severity;
use crate::observe::machine::Machine;
use crate::report::human::diagnosis::{checks, counted};

use redaction::{Redactor, Safe};

/// What every bundle holds near its beginning, by which a later one knows that it may take its place.
pub const MARK: &str = "<!-- claude-bedrock diagnose report, version 1 -->";

/// A support bundle.
#[derive(Debug)]
pub struct Bundle {
    healthy: bool,
    /// How many errors, warnings and hints, in a sentence.
    summary: Safe,
    /// The ids that mending cured.
    cured: Vec<&'static str>,
    findings: Vec<Entry>,
    sections: Vec<Section>,
    /// Which names were replaced, in a sentence.
    replaced: Safe,
}

/// A text by the pieces between its backticks, every second one code; none where these come in no pairs.
fn words_and_code(text: &str) -> Option<impl Iterator<Item = (bool, &str)>> {
    let pieces = text.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece));
    text.matches('`').count().is_multiple_of(2).then_some(pieces)
}

/// A finding as a bundle tells it.
#[derive(Debug)]
struct Entry {
    id: &'static str,
    severity: Severity,
    title: Safe,
    why: Safe,
    evidence: Vec<Seen>,
    fix: Safe,
    command: Option<Safe>,
    /// Lines of a diff of settings keys.
    edits: Vec<Safe>,
    administrator: Option<Safe>,
}

/// What a finding is seen in.
#[derive(Debug)]
struct Seen {
    /// The place or the fact.
    text: Safe,
    /// The line that stands there, and the part of it that is meant.
    line: Option<(usize, Safe, Safe)>,
}

/// A table of facts.
#[derive(Debug)]
struct Section {
    title: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Safe>>,
    /// Whether it is long and seldom read.
    folded: bool,
}

impl Bundle {
    /// Puts a bundle together; `cured` are the ids that mending cured.
    #[must_use]
    pub fn of(facts: &Facts, machine: &Machine, outcome: &Outcome, cured: Vec<&'static str>) -> Self {
        let mut redactor = Redactor::default();
        names::learn(&mut redactor, facts, machine);
        let findings = outcome.findings.iter().map(|finding| findings::entry(&mut redactor, finding)).collect();
        let sections = facts::sections(&mut redactor, facts, machine, outcome);
        let counts: Vec<String> = redactor.counts().map(|(kind, count)| format!("{kind} ({count})")).collect();
        let replaced = if counts.is_empty() {
            "Secrets are left out.".to_owned()
        } else {
            format!("Secrets are left out, and names replaced, one for one: {}.", counts.join(", "))
        };
        let (found, passed, skipped) = (counted(outcome), checks(outcome.passed.len()), outcome.skipped.len());
        let summary = format!("{found}; {passed} passed, {skipped} could not be made");
        Self {
            healthy: outcome.is_healthy(),
            summary: redactor.text(&summary),
            cured,
            findings,
            sections,
            replaced: redactor.text(&replaced),
        }
    }
}
