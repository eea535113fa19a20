//! The answers of `policy --json` and `policy check --json`.

use serde::Serialize;

use crate::policy::Statement;
use crate::policy::comparison::{FULL_ACCESS_BEYOND, RECOMMENDED, left_out};
use crate::policy::document::{Document, LONGEST};

/// The policy, its statements' reasons, and what others allow.
#[derive(Debug, Serialize)]
pub struct Policy {
    version: u32,
    policy: Document,
    characters: usize,
    fits_managed_policy: bool,
    statements: Vec<StatementReport>,
    /// What the guides list, and which of it is left out.
    recommended: Recommended,
    /// What `AmazonBedrockFullAccess` allows beyond it.
    full_access_beyond: Vec<BeyondReport>,
}

#[derive(Debug, Serialize)]
struct StatementReport {
    sid: &'static str,
    actions: Vec<&'static str>,
    reason: &'static str,
    needed_for: &'static str,
}

#[derive(Debug, Serialize)]
struct Recommended {
    actions: [&'static str; 7],
    left_out: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct BeyondReport {
    actions: &'static str,
    purpose: &'static str,
}

impl Policy {
    /// The report of some statements.
    #[must_use]
    pub fn of(statements: &[Statement]) -> Self {
        let policy = Document::of(statements);
        let characters = policy.characters();
        let report = |statement: &Statement| StatementReport {
            sid: statement.sid,
            actions: statement.actions.clone(),
            reason: statement.reason,
            needed_for: statement.needed_for,
        };
        let beyond = FULL_ACCESS_BEYOND.into_iter().map(|(actions, purpose)| BeyondReport { actions, purpose });
        Self {
            version: 1,
            policy,
            characters,
            fits_managed_policy: characters <= LONGEST,
            statements: statements.iter().map(report).collect(),
            recommended: Recommended { actions: RECOMMENDED, left_out: left_out(statements) },
            full_access_beyond: beyond.collect(),
        }
    }
}
