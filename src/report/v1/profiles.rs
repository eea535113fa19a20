//! The answer of `profiles --json`.

use serde::Serialize;

use crate::aws::files::AwsFiles;
use crate::aws::profile::{Dependency, Difference, Lint, Reading, Refused, SourceFile};
use crate::observe::profiles::{Listed, ProfileFacts};

/// The profiles and the findings. What is unknown is `null`.
#[derive(Debug, Serialize)]
pub struct List {
    version: u32,
    config: String,
    credentials: String,
    profiles: Vec<ProfileReport>,
    /// Files for which every command of the AWS CLI fails.
    refused_by_aws_cli: Vec<RefusedReport>,
    lints: Vec<LintReport>,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ProfileReport {
    name: String,
    kind: &'static str,
    region: Option<String>,
    account_id: Option<String>,
    role_name: Option<String>,
    sso_session: Option<String>,
    /// Whether it would give credentials now, as far as files and variables tell.
    usable: bool,
    problem: Option<String>,
    found_by_claude_code: bool,
    depends_on: Vec<DependencyReport>,
    places: Vec<PlaceReport>,
    /// `null` when Claude Code and the AWS CLI read the profile alike; all else above is Claude Code's reading.
    readings: Option<ReadingsReport>,
    /// The ids of the findings about it.
    lints: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
enum DependencyReport {
    Profile(String),
    SsoSession(String),
    Program(String),
    TokenFile(String),
    CredentialSource(String),
    LoginSession(String),
}

#[derive(Debug, Serialize)]
struct PlaceReport {
    file: &'static str,
    path: String,
    line: usize,
}

#[derive(Debug, Serialize)]
struct RefusedReport {
    #[serde(flatten)]
    place: PlaceReport,
    reason: String,
}

#[derive(Debug, Serialize)]
struct ReadingsReport {
    claude_code: ReadingReport,
    aws_cli: ReadingReport,
    keys: Vec<KeyReport>,
}

#[derive(Debug, Serialize)]
struct ReadingReport {
    found: bool,
    kind: Option<&'static str>,
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct KeyReport {
    key: String,
    claude_code: Option<String>,
    aws_cli: Option<String>,
}

#[derive(Debug, Serialize)]
struct LintReport {
    id: &'static str,
    #[serde(flatten)]
    place: PlaceReport,
    profile: Option<String>,
    message: String,
    fix: String,
}

impl List {
    /// The report of what was observed.
    #[must_use]
    pub fn of(facts: &ProfileFacts) -> Self {
        let files = &facts.files;
        Self {
            version: 1,
            config: files.config_path.display().to_string(),
            credentials: files.credentials_path.display().to_string(),
            profiles: facts.listed.iter().map(|listed| ProfileReport::of(listed, facts)).collect(),
            refused_by_aws_cli: facts.refused_by_aws_cli.iter().map(|found| RefusedReport::of(*found, files)).collect(),
            lints: facts.lints.iter().map(|lint| LintReport::of(lint, files)).collect(),
            problems: files.problems.clone(),
        }
    }
}

impl ProfileReport {
    fn of(listed: &Listed, facts: &ProfileFacts) -> Self {
        let about = |lint: &&Lint| lint.profile.as_ref() == Some(&listed.name);
        let mut lints: Vec<_> = facts.lints.iter().filter(about).map(|lint| lint.id).collect();
        lints.dedup();
        Self {
            name: listed.name.clone(),
            kind: listed.kind,
            region: listed.region.clone(),
            account_id: listed.account_id.clone(),
            role_name: listed.role_name.clone(),
            sso_session: listed.sso_session.clone(),
            usable: listed.problem.is_none(),
            problem: listed.problem.clone(),
            found_by_claude_code: listed.found_by_claude_code,
            depends_on: listed.depends_on.iter().map(DependencyReport::of).collect(),
            places: listed.places.iter().map(|(file, line)| PlaceReport::of(*file, *line, &facts.files)).collect(),
            readings: listed.difference.as_ref().map(ReadingsReport::of),
            lints,
        }
    }
}

impl DependencyReport {
    fn of(dependency: &Dependency) -> Self {
        match dependency.clone() {
            Dependency::Profile(name) => Self::Profile(name),
            Dependency::SsoSession(name) => Self::SsoSession(name),
            Dependency::Program(name) => Self::Program(name),
            Dependency::TokenFile(path) => Self::TokenFile(path),
            Dependency::CredentialSource(source) => Self::CredentialSource(source),
            Dependency::LoginSession(arn) => Self::LoginSession(arn),
        }
    }
}

impl PlaceReport {
    fn of(file: SourceFile, line: usize, files: &AwsFiles) -> Self {
        let (file, path) = match file {
            SourceFile::Config => ("config", &files.config_path),
            SourceFile::Credentials => ("credentials", &files.credentials_path),
        };
        Self { file, path: path.display().to_string(), line }
    }
}

impl RefusedReport {
    fn of((file, refused): (SourceFile, Refused), files: &AwsFiles) -> Self {
        Self { place: PlaceReport::of(file, refused.line, files), reason: refused.reason.to_string() }
    }
}

impl ReadingsReport {
    fn of(difference: &Difference) -> Self {
        let keys = difference.keys.iter().cloned();
        Self {
            claude_code: ReadingReport::of(&difference.claude_code),
            aws_cli: ReadingReport::of(&difference.aws_cli),
            keys: keys
                .map(|key| KeyReport { key: key.key, claude_code: key.claude_code, aws_cli: key.aws_cli })
                .collect(),
        }
    }
}

impl ReadingReport {
    fn of(reading: &Reading) -> Self {
        Self { found: reading.found, kind: reading.kind, error: reading.error.clone() }
    }
}

impl LintReport {
    fn of(lint: &Lint, files: &AwsFiles) -> Self {
        Self {
            id: lint.id,
            place: PlaceReport::of(lint.file, lint.line, files),
            profile: lint.profile.clone(),
            message: lint.message.clone(),
            fix: lint.fix.clone(),
        }
    }
}
