//! What can be wrong, judged: pure functions over the facts, one file per family, named as in the catalogue.
//!
//! A check that lacks what it needs is skipped with the reason, never passed; and a cause hides its consequences, so
//! that a sign-in that has ended is one finding and not nine.

pub mod attempts;
pub mod choices;
pub mod claude_code;
pub mod configuration;
pub mod credentials;
pub mod editors;
pub mod evidence;
pub mod facts;
pub mod finding;
pub mod gates;
pub mod helpers;
pub mod lifecycle;
pub mod models;
pub mod needs;
pub mod network;
pub mod open_files;
pub mod pinned;
pub mod probes;
pub mod requests;
pub mod settings_files;
pub mod sources;
pub mod surroundings;
#[cfg(test)]
pub(crate) mod tests;
pub mod traces;

use crate::catalogue;

use facts::Facts;
use finding::Finding;
use needs::Lack;

pub use needs::Needs;

/// One failure mode that can be seen before it bites.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id in the catalogue.
    pub id: &'static str,
    /// What it cannot do without.
    pub needs: Needs,
    /// Finds it, or nothing.
    pub judge: fn(&Facts) -> Vec<Finding>,
}

impl Check {
    const fn of(id: &'static str, needs: Needs, judge: fn(&Facts) -> Vec<Finding>) -> Self {
        Self { id, needs, judge }
    }
}

/// What the checks said.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is wrong or worth knowing, the first thing to do first.
    pub findings: Vec<Finding>,
    /// The ids that were looked for and not found.
    pub passed: Vec<&'static str>,
    /// The ids that could not be looked for, and why.
    pub skipped: Vec<(&'static str, String)>,
}

impl Outcome {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == finding::Severity::Hint)
    }
}

/// The checks of every family, in the order in which their findings are to be dealt with.
pub fn all() -> impl Iterator<Item = &'static Check> {
    let families: [&[Check]; 17] = [
        settings_files::CHECKS,
        configuration::CHECKS,
        network::CHECKS,
        sources::CHECKS,
        attempts::CHECKS,
        traces::CHECKS,
        credentials::CHECKS,
        helpers::CHECKS,
        models::CHECKS,
        choices::CHECKS,
        lifecycle::CHECKS,
        gates::CHECKS,
        probes::CHECKS,
        requests::CHECKS,
        claude_code::CHECKS,
        editors::CHECKS,
        surroundings::CHECKS,
    ];
    families.into_iter().flatten().chain(open_files::CHECKS)
}

/// The modes that files alone show for certain and with which Claude Code gets no answer, whoever is signed in. A
/// pattern, for a starting session waits, and it compares no text a byte at a time.
fn is_stopping(id: &str) -> bool {
    matches!(
        id,
        "C03"
            | "C10"
            | "C18"
            | "N09"
            | "A21"
            | "A22"
            | "A11"
            | "M23"
            | "M25"
            | "M03"
            | "M05"
            | "M08"
            | "M01"
            | "M02"
            | "O02"
    )
}

/// What of it there is.
pub fn stopping(facts: &Facts) -> impl Iterator<Item = Finding> {
    let checks = all().filter(|check| check.needs == Needs::Files && is_stopping(check.id));
    let found = checks.flat_map(|check| (check.judge)(facts));
    found.filter(|finding| finding.severity == finding::Severity::Error)
}

/// Which checks are wanted: all, or those of some ids and families.
#[derive(Debug, Clone, Default)]
pub struct Selection(Vec<String>);

impl Selection {
    /// Reads ids such as `A04` and families such as `A`, in either case.
    ///
    /// # Errors
    /// The first that is neither.
    pub fn parse(names: &[String]) -> Result<Self, String> {
        let known = |name: &str| {
            catalogue::find(name).is_some()
                || catalogue::FAMILIES.iter().any(|family| name.eq_ignore_ascii_case(&family.letter.to_string()))
        };
        match names.iter().find(|name| !known(name)) {
            Some(unknown) => Err(unknown.clone()),
            None => Ok(Self(names.iter().map(|name| name.to_ascii_uppercase()).collect())),
        }
    }

    /// Whether an id is wanted.
    #[must_use]
    pub fn wants(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| id == wanted || (wanted.len() == 1 && id.starts_with(wanted)))
    }

    /// Whether the network has to be asked for any of them.
    #[must_use]
    pub fn is_online(&self) -> bool {
        all().any(|check| self.wants(check.id) && check.needs.is_online())
    }

    /// Whether an answer of a model would tell something of any of them.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        all().any(|check| self.wants(check.id) && check.needs == Needs::Probe)
    }
}

/// The modes for which AWS's papers are proof enough, so that an answer that was not asked for is not missed.
const PROVEN_BY_PAPERS: [&str; 4] = ["P01", "P02", "M14", "M15"];

/// Judges the facts.
#[must_use]
pub fn judge(facts: &Facts, selection: &Selection) -> Outcome {
    let mut outcome = Outcome::default();
    let mut looked: Vec<&'static str> = Vec::new();
    for check in all() {
        let lack = check.needs.lacking(facts);
        if !matches!(lack, Some(Lack::NotAsked(_))) {
            outcome.findings.extend((check.judge)(facts));
        }
        match lack {
            Some(lack) => outcome.skipped.push((check.id, lack.reason())),
            None => looked.push(check.id),
        }
    }
    outcome.skipped.retain(|(id, _)| !(PROVEN_BY_PAPERS.contains(id) && looked.contains(id)));
    hide_consequences(&mut outcome);
    let is_blind = is_blind(facts, &outcome, selection);
    outcome.findings.retain(|finding| selection.wants(finding.id) || (is_blind && is_about_credentials(finding)));
    // The order of the checks is that of what to do, within one severity.
    outcome.findings.sort_by_key(|finding| finding.severity);
    let found = |id: &str| outcome.findings.iter().any(|finding| finding.id == id);
    let hidden: Vec<&'static str> = outcome.skipped.iter().map(|(id, _)| *id).collect();
    looked.retain(|id| selection.wants(id) && !found(id) && !hidden.contains(id));
    looked.sort_unstable();
    looked.dedup();
    outcome.passed = looked;
    outcome.skipped.retain(|(id, _)| selection.wants(id) && !found(id));
    outcome.skipped.sort_unstable();
    outcome.skipped.dedup_by_key(|(id, _)| *id);
    outcome
}

/// Whether what is wanted could not be looked for because there were no credentials to ask with. Why is then said
/// although nobody asked for it, or a look that saw nothing would be called healthy.
fn is_blind(facts: &Facts, outcome: &Outcome, selection: &Selection) -> bool {
    let is_wanted = |finding: &Finding| finding.severity == finding::Severity::Error && selection.wants(finding.id);
    facts.online.credentials.failed().is_some()
        && outcome.skipped.iter().any(|(id, _)| selection.wants(id))
        && !outcome.findings.iter().any(is_wanted)
}

fn is_about_credentials(finding: &Finding) -> bool {
    let is_known = finding.id.starts_with(['A', 'N']) || ["P15", "R24"].contains(&finding.id);
    is_known && finding.severity == finding::Severity::Error
}

/// What follows from what: with a cause among the errors its consequences are not said again. No two follow from each
/// other, or both would be hidden.
const CONSEQUENCES: &[(&str, &[&str])] = &[
    // With a file dropped whole, nothing in it counts.
    ("C07", &["C01", "C02", "C03", "C06", "C12", "A01", "A28", "M13", "M07", "M24"]),
    ("C01", &["C02"]),
    ("C06", &["C01", "C03"]),
    ("C10", &["M02", "C11"]),
    ("C13", &["A01", "A02"]),
    ("A29", &["R13"]),
    ("C12", &["C01"]),
    ("C04", &["A28"]),
    ("C21", &["C01"]),
    ("C03", &["M03", "M20"]),
    // Why there are no credentials, the most telling first.
    ("A18", &["A01", "A16", "A17"]),
    ("A06", &["A01", "A03", "A15"]),
    ("A02", &["A01", "A03", "C11"]),
    ("A15", &["A01", "A02", "A03", "A12"]),
    ("A20", &["A01"]),
    ("A21", &["A22", "A23", "P06", "P11"]),
    ("A22", &["A23", "P06", "P11"]),
    ("A03", &["A01", "A05", "A07", "A28", "R02", "R03", "R11"]),
    ("A04", &["A01", "A07", "A28", "R02", "R03", "R11"]),
    ("A07", &["A01", "A09", "R02"]),
    ("A10", &["A11", "A25", "A27", "R02"]),
    ("A11", &["A27", "R02"]),
    ("A13", &["A28", "A01", "A10", "A11", "A27", "R02"]),
    ("A26", &["A10", "A11", "R02", "P11"]),
    ("N01", &["N05", "N09", "N10", "N13", "P15", "A01", "A16", "R02"]),
    ("N12", &["N05", "N09", "N10", "P15", "A01", "A16", "R02"]),
    ("N09", &["N05", "N10", "P15"]),
    ("N13", &["A01", "N10", "N05", "P15", "R02", "A16"]),
    ("N10", &["A01", "N05", "P15", "R02", "A16"]),
    ("Q03", &["Q02"]),
    ("R16", &["A01", "R17", "R18"]),
    ("R25", &["R16", "R26", "R10"]),
    ("R26", &["R16", "R10"]),
    ("R27", &["R16", "R10"]),
    ("M15", &["M02", "M04", "M06"]),
    ("M23", &["M02", "M04"]),
    ("M01", &["M02", "M04"]),
    ("M06", &["M02"]),
];

fn hide_consequences(outcome: &mut Outcome) {
    let causes: Vec<&'static str> = outcome
        .findings
        .iter()
        .filter(|finding| finding.severity == finding::Severity::Error)
        .map(|finding| finding.id)
        .collect();
    let hiding = |id: &str| {
        CONSEQUENCES
            .iter()
            .find(|(cause, hidden)| causes.contains(cause) && hidden.contains(&id))
            .map(|(cause, _)| cause)
    };
    let mut hidden = Vec::new();
    outcome.findings.retain(|finding| match hiding(finding.id) {
        Some(cause) => {
            hidden.push((finding.id, format!("{cause} comes first; look again when it is fixed")));
            false
        }
        None => true,
    });
    outcome.skipped.extend(hidden);
}
