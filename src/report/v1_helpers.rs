//! The JSON report of `helpers test`, version 1. These types are the format.

use jiff::Timestamp;
use serde::Serialize;

use crate::aws::identity::Identity;
use crate::helper_check::document::{Document, Expiration, Form};
use crate::helper_check::export::RunFacts;
use crate::helper_check::process::Ending;
use crate::helper_check::refresh::Chain;
use crate::helper_check::{Finding, Weight};
use crate::report::helpers;
use crate::report::v1::{Place, place};

/// The answer of `helpers test --json`. What is not configured or unknown is `null`.
#[derive(Debug, Serialize)]
pub struct HelpersTest {
    /// Always 1.
    version: u32,
    /// Whether no finding is a problem; the exit code is 0 then, else 1.
    ok: bool,
    /// What is to be said of both commands.
    findings: Vec<FindingReport>,
    /// `awsAuthRefresh`.
    refresh: Option<RefreshReport>,
    /// `awsCredentialExport`.
    export: Option<ExportReport>,
}

#[derive(Debug, Serialize)]
struct RefreshReport {
    /// Where it is configured.
    source: Place,
    /// The file it runs, where that is plain.
    program: Option<String>,
    /// What Claude Code's own look at its credentials brings; unless they fail it does not run the command.
    credentials: ChainReport,
    /// The run; `null` when it was not run.
    run: Option<RunReport>,
    /// The credentials after the run.
    credentials_after: Option<ChainReport>,
    findings: Vec<FindingReport>,
}

#[derive(Debug, Serialize)]
struct ChainReport {
    /// `resolve`, `fail` or `unknown`.
    state: &'static str,
    /// Whose they are.
    arn: Option<String>,
    /// Why they fail, or cannot be judged.
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct ExportReport {
    /// Where it is configured.
    source: Place,
    /// The file it runs, where that is plain.
    program: Option<String>,
    /// The runs, one after the other.
    runs: Vec<RunReport>,
    /// What the first run printed, when Claude Code can use it.
    document: Option<DocumentReport>,
    /// Whether the second run gave the keys of the first.
    same_keys: Option<bool>,
    /// Whose keys they are, as STS says.
    identity: Option<IdentityReport>,
    findings: Vec<FindingReport>,
}

#[derive(Debug, Serialize)]
struct RunReport {
    /// `exited`, `signalled`, `timed-out` or `held-open`.
    ending: &'static str,
    exit_code: Option<i32>,
    signal: Option<i32>,
    /// Whether it ended as soon as its standard input did.
    awaited_input: bool,
    duration_ms: u128,
    stderr_bytes: u64,
}

#[derive(Debug, Serialize)]
struct DocumentReport {
    /// `nested` or `flat`.
    form: &'static str,
    /// The `Expiration`, when it is a moment.
    expiration: Option<Timestamp>,
    /// What Claude Code makes of it, in a sentence.
    consequence: &'static str,
}

#[derive(Debug, Serialize)]
struct IdentityReport {
    account: String,
    arn: String,
}

#[derive(Debug, Serialize)]
struct FindingReport {
    /// A name that stays, such as `empty-output`.
    code: &'static str,
    /// `problem` or `warning`.
    weight: &'static str,
    message: String,
    hint: Option<String>,
    /// Claude Code's own words in this case.
    claude_code_says: Option<&'static str>,
}

impl HelpersTest {
    /// The report of a test.
    #[must_use]
    pub fn of(test: &helpers::HelpersTest, now: Timestamp) -> Self {
        Self {
            version: 1,
            ok: test.problems().next().is_none(),
            findings: FindingReport::all(&test.findings),
            refresh: test.refresh.as_ref().map(RefreshReport::of),
            export: test.export.as_ref().map(|export| ExportReport::of(export, now)),
        }
    }
}

impl RefreshReport {
    fn of(test: &helpers::RefreshTest) -> Self {
        let facts = &test.facts;
        Self {
            source: place(&test.source),
            program: facts.file.as_ref().map(|file| file.display().to_string()),
            credentials: ChainReport::of(&facts.before),
            run: facts.run.as_ref().map(RunReport::of),
            credentials_after: facts.after.as_ref().map(ChainReport::of),
            findings: FindingReport::all(&facts.findings),
        }
    }
}

impl ChainReport {
    fn of(chain: &Chain) -> Self {
        let (state, arn, reason) = match chain {
            Chain::Resolves(identity) => ("resolve", Some(identity.arn.clone()), None),
            Chain::Fails(reason) => ("fail", None, Some(reason.clone())),
            Chain::Unknown(reason) => ("unknown", None, Some(reason.clone())),
        };
        Self { state, arn, reason }
    }
}

impl ExportReport {
    fn of(test: &helpers::ExportTest, now: Timestamp) -> Self {
        let facts = &test.facts;
        Self {
            source: place(&test.source),
            program: facts.file.as_ref().map(|file| file.display().to_string()),
            runs: facts.runs.iter().map(RunReport::of).collect(),
            document: facts.document.as_ref().map(|document| DocumentReport::of(document, now)),
            same_keys: facts.same_keys,
            identity: test.identity.as_ref().map(IdentityReport::of),
            findings: FindingReport::all(&facts.findings),
        }
    }
}

impl RunReport {
    fn of(run: &RunFacts) -> Self {
        let (ending, exit_code, signal) = match run.ending {
            Ending::Exited(code) => ("exited", Some(code), None),
            Ending::Signalled(signal) => ("signalled", None, Some(signal)),
            Ending::TimedOut { .. } => ("timed-out", None, None),
            Ending::HeldOpen => ("held-open", None, None),
        };
        Self {
            ending,
            exit_code,
            signal,
            awaited_input: run.ending == Ending::TimedOut { awaited_input: true },
            duration_ms: run.duration.as_millis(),
            stderr_bytes: run.stderr_length,
        }
    }
}

impl DocumentReport {
    fn of(document: &Document, now: Timestamp) -> Self {
        Self {
            form: match document.form {
                Form::Nested => "nested",
                Form::Flat => "flat",
            },
            expiration: match document.expiration {
                Expiration::At(end) => Some(end),
                Expiration::Absent | Expiration::Unreadable => None,
            },
            consequence: document.expiration.consequence(now),
        }
    }
}

impl IdentityReport {
    fn of(identity: &Identity) -> Self {
        Self { account: identity.account.clone(), arn: identity.arn.clone() }
    }
}

impl FindingReport {
    fn all(findings: &[Finding]) -> Vec<Self> {
        findings.iter().map(Self::of).collect()
    }

    fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            weight: match finding.weight {
                Weight::Problem => "problem",
                Weight::Warning => "warning",
            },
            message: finding.message.clone(),
            hint: finding.hint.clone(),
            claude_code_says: finding.claude_code_says,
        }
    }
}
