//! The report of `helpers test`, for people.

use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;

use crate::apply::shortened;
use crate::aws::identity::Identity;
use crate::helper_check::document::{Expiration, Form};
use crate::helper_check::export::{ExportFacts, RunFacts};
use crate::helper_check::process::Ending;
use crate::helper_check::refresh::{Chain, RefreshFacts};
use crate::helper_check::{Finding, Weight};
use crate::report::human::{pair, until};
use crate::report::sheet::source_words;
use crate::settings::scope::Source;
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};
use crate::vars;

/// Everything `helpers test` found out.
#[derive(Debug)]
pub struct HelpersTest {
    /// What is to be said of both.
    pub findings: Vec<Finding>,
    /// `awsAuthRefresh`, where it is configured.
    pub refresh: Option<RefreshTest>,
    /// `awsCredentialExport`, where it is configured.
    pub export: Option<ExportTest>,
}

/// What was found out of `awsAuthRefresh`.
#[derive(Debug)]
pub struct RefreshTest {
    /// Where it is configured.
    pub source: Source,
    /// What came of it.
    pub facts: RefreshFacts,
}

/// What was found out of `awsCredentialExport`.
#[derive(Debug)]
pub struct ExportTest {
    /// Where it is configured.
    pub source: Source,
    /// What came of it.
    pub facts: ExportFacts,
    /// Whose keys it gives, once AWS said so.
    pub identity: Option<Identity>,
}

impl HelpersTest {
    /// Everything Claude Code cannot work with.
    pub fn problems(&self) -> impl Iterator<Item = &Finding> {
        self.all().filter(|finding| finding.is_problem())
    }

    /// What it works with all the same.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.all().filter(|finding| finding.weight == Weight::Warning)
    }

    fn all(&self) -> impl Iterator<Item = &Finding> {
        let refresh = self.refresh.iter().flat_map(|test| &test.facts.findings);
        let export = self.export.iter().flat_map(|test| &test.facts.findings);
        self.findings.iter().chain(refresh).chain(export)
    }
}

/// The report.
#[must_use]
pub fn test(tested: &HelpersTest, now: Timestamp, home: Option<&Path>) -> String {
    let mut text = String::new();
    if let Some(refresh) = &tested.refresh {
        heading(&mut text, vars::AUTH_REFRESH, &refresh.source, refresh.facts.file.as_deref(), home);
        refresh_rows(&mut text, &refresh.facts);
        findings(&mut text, &refresh.facts.findings);
        text.push('\n');
    }
    if let Some(export) = &tested.export {
        heading(&mut text, vars::CREDENTIAL_EXPORT, &export.source, export.facts.file.as_deref(), home);
        export_rows(&mut text, export, now);
        findings(&mut text, &export.facts.findings);
        text.push('\n');
    }
    findings(&mut text, &tested.findings);
    let _ = writeln!(text, "{}", verdict(tested));
    text
}

/// The last line; warnings that stand above it are named in it.
fn verdict(tested: &HelpersTest) -> String {
    if tested.problems().next().is_some() {
        return styled(BAD, "✘ Claude Code cannot work with this.");
    }
    let words = match tested.warnings().count() {
        0 => format!("{} In order", styled(GOOD, "✔")),
        1 => format!("{} Works, with a warning", styled(NOTICE, "✔")),
        count => format!("{} Works, with {count} warnings", styled(NOTICE, "✔")),
    };
    match &tested.refresh {
        Some(RefreshTest { facts, .. }) if facts.run.is_none() => {
            format!("{words}; `--refresh` tries {} too.", vars::AUTH_REFRESH)
        }
        _ => format!("{words}."),
    }
}

fn heading(text: &mut String, name: &str, source: &Source, file: Option<&Path>, home: Option<&Path>) {
    let _ = writeln!(text, "{}", styled(BOLD, name));
    if let Some(words) = source_words(source, home) {
        pair(text, "configured in", &words);
    }
    if let Some(file) = file {
        pair(text, "program", &shortened(file, home));
    }
}

fn refresh_rows(text: &mut String, facts: &RefreshFacts) {
    pair(text, "credentials", &chain(&facts.before));
    match (&facts.run, &facts.before) {
        (Some(run), _) => pair(text, "run", &run_words(run)),
        (None, Chain::Resolves(_)) => pair(text, "run", "not now: Claude Code runs it when the credentials fail"),
        (None, _) => pair(text, "run", "not tried"),
    }
    if let Some(after) = &facts.after {
        pair(text, "afterwards", &chain(after));
    }
}

fn chain(chain: &Chain) -> String {
    match chain {
        Chain::Resolves(identity) => identity.arn.clone(),
        Chain::Fails(reason) => format!("fail: {reason}"),
        Chain::Unknown(reason) => format!("unknown: {reason}"),
    }
}

fn export_rows(text: &mut String, export: &ExportTest, now: Timestamp) {
    let facts = &export.facts;
    for (name, run) in ["first run", "second run"].iter().zip(&facts.runs) {
        pair(text, name, &run_words(run));
    }
    if let Some(same) = facts.same_keys {
        pair(text, "keys", if same { "the same in both runs" } else { "new ones in each run" });
    }
    if let Some(document) = &facts.document {
        let form = match document.form {
            Form::Nested => "nested, as `aws sts assume-role` prints it",
            Form::Flat => "flat, as `credential_process` wants it",
        };
        pair(text, "document", form);
        if let Expiration::At(end) = document.expiration {
            pair(text, "Expiration", &until(end, now));
        }
        pair(text, "", &styled(DIM, document.expiration.consequence(now)));
    }
    if let Some(identity) = &export.identity {
        pair(text, "identity", &identity.arn);
    }
}

fn run_words(run: &RunFacts) -> String {
    let ending = match run.ending {
        Ending::Exited(code) => format!("exit code {code}"),
        Ending::Signalled(signal) => format!("ended by the signal {signal}"),
        Ending::TimedOut { awaited_input: true } => "waiting for standard input".to_owned(),
        Ending::TimedOut { awaited_input: false } => "still running".to_owned(),
        Ending::HeldOpen => "output held open".to_owned(),
    };
    format!("{ending} after {:.1} s", run.duration.as_secs_f64())
}

/// Findings with what Claude Code says and what to do, the problems first.
fn findings(text: &mut String, findings: &[Finding]) {
    for (weight, mark) in
        [(Weight::Problem, styled(BAD.bold(), "problem:")), (Weight::Warning, styled(NOTICE.bold(), "warning:"))]
    {
        for finding in findings.iter().filter(|finding| finding.weight == weight) {
            let _ = writeln!(text, "  {mark} {}", finding.message);
            if let Some(says) = finding.claude_code_says {
                let _ = writeln!(text, "    {}", styled(DIM, &format!("Claude Code says: {says}")));
            }
            if let Some(hint) = &finding.hint {
                let _ = writeln!(text, "    hint: {hint}");
            }
        }
    }
}
