//! The answers of `policy --json` and `policy check --json`.

use serde::Serialize;

use crate::model_uses::Sent;
use crate::policy::Statement;
use crate::policy::check::{Comparison, Finding, Verdict};
use crate::policy::comparison::{FOR_ONCE, RECOMMENDED, full_access, left_out};
use crate::policy::document::{Document, LONGEST};

/// The policy, its statements' reasons, and what others allow.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the names of the format")]
pub struct Policy {
    version: u32,
    policy: Document,
    characters: usize,
    fits_managed_policy: bool,
    statements: Vec<StatementReport>,
    /// The models that the settings make Claude Code send; none where every model is meant.
    models: Vec<ModelReport>,
    /// What the guides list, and which of it is left out.
    recommended: Recommended,
    /// What is left out because it is needed once or by few.
    for_once: Vec<BeyondReport>,
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
struct ModelReport {
    id: String,
    /// The variables and settings keys that name it, or what nobody names a model for.
    sent_by: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Recommended {
    actions: [&'static str; 7],
    left_out: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct BeyondReport {
    actions: String,
    purpose: String,
}

impl Policy {
    /// The report of some statements and of the models they are for.
    #[must_use]
    pub fn of(statements: &[Statement], sent: &[Sent]) -> Self {
        let policy = Document::of(statements);
        let characters = policy.characters();
        let report = |statement: &Statement| StatementReport {
            sid: statement.sid,
            actions: statement.actions.clone(),
            reason: statement.reason,
            needed_for: statement.needed_for,
        };
        let for_once = |(actions, purpose): (&str, &str)| BeyondReport {
            actions: actions.to_owned(),
            purpose: purpose.to_owned(),
        };
        let beyond = full_access().beyond(statements).into_iter();
        let model = |one: &Sent| ModelReport { id: one.id.clone(), sent_by: one.by.clone() };
        Self {
            version: 1,
            policy,
            characters,
            fits_managed_policy: characters <= LONGEST,
            statements: statements.iter().map(report).collect(),
            models: sent.iter().map(model).collect(),
            recommended: Recommended { actions: RECOMMENDED, left_out: left_out(statements) },
            for_once: FOR_ONCE.map(for_once).into(),
            full_access_beyond: beyond
                .map(|group| BeyondReport { actions: group.actions, purpose: group.purpose })
                .collect(),
        }
    }
}

/// The policy beside what the principal has.
#[derive(Debug, Serialize)]
pub struct Check {
    version: u32,
    principal: String,
    /// `simulation` or `evidence`.
    method: &'static str,
    /// Why IAM did not judge.
    unsimulated: Option<String>,
    findings: Vec<FindingReport>,
    missing_actions: Vec<&'static str>,
    /// What adds the missing and nothing else; `null` when no statement would.
    to_add: Option<Document>,
    /// What the method does not see.
    notes: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct FindingReport {
    statement: &'static str,
    action: &'static str,
    resource: String,
    /// `allowed`, `missing` or `unknown`.
    verdict: &'static str,
    /// Whether it is missing whatever the principal's own policies allow.
    forbidden: bool,
    reason: Option<String>,
}

impl Check {
    /// The report of a comparison.
    #[must_use]
    pub fn of(comparison: &Comparison) -> Self {
        let Comparison { principal, findings, missing, unsimulated } = comparison;
        let lacking = findings.iter().filter(|finding| finding.verdict.is_against());
        let mut missing_actions: Vec<&'static str> = lacking.map(|finding| finding.action).collect();
        missing_actions.sort_unstable();
        missing_actions.dedup();
        Self {
            version: 1,
            principal: principal.clone(),
            method: if unsimulated.is_none() { "simulation" } else { "evidence" },
            unsimulated: unsimulated.clone(),
            findings: findings.iter().map(finding).collect(),
            missing_actions,
            to_add: (!missing.is_empty()).then(|| Document::of(missing)),
            notes: comparison.notes(),
        }
    }
}

fn finding(finding: &Finding) -> FindingReport {
    let (verdict, reason) = match &finding.verdict {
        Verdict::Allowed => ("allowed", None),
        Verdict::Missing(reason) | Verdict::Forbidden(reason) => ("missing", Some(reason.clone())),
        Verdict::Unknown(reason) => ("unknown", Some(reason.clone())),
    };
    let Finding { sid, action, resource, .. } = finding;
    let forbidden = matches!(finding.verdict, Verdict::Forbidden(_));
    FindingReport { statement: sid, action, resource: resource.clone(), verdict, forbidden, reason }
}
