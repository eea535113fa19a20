//! The JSON report of `explain`, version 1. These types are the format.

use serde::Serialize;

use crate::catalogue::{FailureMode, Fix};
use crate::explain;
use crate::observe::pasted::Pasted;

/// The answer of `explain --json`.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// Always 1.
    version: u32,
    /// The file the text was read from; `null` for a text from elsewhere.
    file: Option<String>,
    /// How many bytes at the beginning of a long text were left out.
    left_out_bytes: u64,
    /// The failure modes the text speaks of, most likely first; empty where nothing fits.
    matches: Vec<Match>,
    /// What an unknown text resembles most; no answer.
    nearest: Vec<Candidate>,
}

#[derive(Debug, Serialize)]
struct Match {
    id: &'static str,
    /// `certain`, `likely` or `maybe`.
    confidence: &'static str,
    title: &'static str,
    cause: &'static str,
    fix: FixReport,
    /// The command that finds out whether this is it; `null` where only the message tells.
    check: Option<String>,
    /// The message as the catalogue has it, words in angle brackets standing for what varies.
    message: &'static str,
    /// The line of the text it begins in, from 1.
    line: usize,
}

/// A fix as `explain` and `diagnose` report it.
#[derive(Debug, Serialize)]
pub struct FixReport {
    /// `safe`, `ask` or `explain`.
    kind: &'static str,
    /// A command of this program, words in capitals standing for the user's values.
    command: Option<&'static str>,
    /// What to do.
    text: &'static str,
    /// The version of Claude Code to update to.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Candidate {
    id: &'static str,
    title: &'static str,
}

impl Explanation {
    /// The report of an explanation.
    #[must_use]
    pub fn of(explained: &explain::Explanation, pasted: &Pasted) -> Self {
        Self {
            version: 1,
            file: pasted.file.as_ref().map(|file| file.display().to_string()),
            left_out_bytes: pasted.left_out,
            matches: explained.matches.iter().map(Match::of).collect(),
            nearest: explained.nearest.iter().map(|mode| Candidate::of(mode)).collect(),
        }
    }
}

impl Match {
    fn of(found: &explain::Match) -> Self {
        Self {
            id: found.mode.id,
            confidence: found.confidence.word(),
            title: found.mode.title,
            cause: found.mode.cause,
            fix: FixReport::of(&found.mode.fix),
            check: found.mode.check(),
            message: found.message.text,
            line: found.line,
        }
    }
}

impl FixReport {
    /// The report of a fix.
    #[must_use]
    pub fn of(fix: &Fix) -> Self {
        let version = if let Fix::Update { version, .. } = fix { *version } else { None };
        Self { kind: fix.kind().word(), command: fix.command(), text: fix.text(), version }
    }
}

impl Candidate {
    fn of(mode: &FailureMode) -> Self {
        Self { id: mode.id, title: mode.title }
    }
}
