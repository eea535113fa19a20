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
    /// What the lines around it say of the case.
    values: Values,
}

#[derive(Debug, Serialize)]
struct Values {
    model: Option<String>,
    /// The model that Claude Code suggests instead.
    suggested: Option<String>,
    region: Option<String>,
    profile: Option<String>,
    account: Option<String>,
    /// The action of IAM that was refused, on what and to whom.
    action: Option<String>,
    resource: Option<String>,
    principal: Option<String>,
}

/// A fix as `explain` reports it.
#[derive(Debug, Serialize)]
struct FixReport {
    /// `safe`, `ask` or `explain`.
    kind: &'static str,
    /// A command of this program with the values of the text in it; a word in capitals stands for one it does not say.
    command: Option<String>,
    /// What to do.
    text: String,
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
            matches: explained.matches.iter().map(|found| Match::of(found, &pasted.text)).collect(),
            nearest: explained.nearest.iter().map(|mode| Candidate::of(mode)).collect(),
        }
    }
}

impl Match {
    fn of(found: &explain::Match, text: &str) -> Self {
        let values = found.values(text);
        Self {
            id: found.mode.id,
            confidence: found.confidence.word(),
            title: found.mode.title,
            cause: found.mode.cause,
            fix: FixReport::of(found.mode, &values),
            check: found.mode.check(),
            message: found.message.text,
            line: found.line,
            values: Values::of(values),
        }
    }
}

impl Values {
    fn of(values: explain::Values) -> Self {
        Self {
            model: values.model,
            suggested: values.suggested,
            region: values.region,
            profile: values.profile,
            account: values.account,
            action: values.action,
            resource: values.resource,
            principal: values.principal,
        }
    }
}

impl FixReport {
    fn of(mode: &FailureMode, values: &explain::Values) -> Self {
        let fix = &mode.fix;
        let version = if let Fix::Update { version, .. } = fix { *version } else { None };
        Self { kind: fix.kind().word(), command: values.command(mode), text: values.text(fix), version }
    }
}

impl Candidate {
    fn of(mode: &FailureMode) -> Self {
        Self { id: mode.id, title: mode.title }
    }
}
