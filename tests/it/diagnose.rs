//! `diagnose`: homes and accounts that have exactly one fault, and its finding; and healthy ones, which have none.

mod asking;
mod bundle;
mod coverage;
mod curing;
mod files;
mod healthy;
mod limits;
mod mantle;
mod mending;
mod online;
mod probed;
mod program;
mod traces;

use std::path::{Path, PathBuf};

use claude_bedrock::checks::finding::{Finding, Severity};
use claude_bedrock::checks::{self, Outcome, Selection};
use claude_bedrock::observe::diagnosis::{self, Depth};
use claude_bedrock::world::World;
use tempfile::TempDir;

/// A pin for every alias, as `setup` writes them.
const PINS: &str = r#""ANTHROPIC_MODEL": "us.anthropic.claude-sonnet-5-5",
    "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
    "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5""#;

/// A profile that needs no sign-in.
const CONFIG: &str = "[profile work]\nregion = us-west-2\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n";

/// A profile with an SSO session.
const SSO: &str = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
    region = us-west-2\n[sso-session corp]\nsso_start_url = https://d-1234567890.awsapps.com/start\n\
    sso_region = us-west-2\nsso_registration_scopes = sso:account:access\n";

/// A machine that exists as files and variables alone.
struct Machine {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Machine {
    /// An empty home, with the settings and the AWS config file given.
    fn new(settings: &str, config: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("home").tempdir().expect("a temporary folder");
        let machine = Self { folder, variables: Vec::new() };
        machine.write("work/here", "");
        machine.write("bin/nothing", "");
        if !settings.is_empty() {
            machine.write(".claude/settings.json", settings);
        }
        if !config.is_empty() {
            machine.write(".aws/config", config);
        }
        machine.with("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// Settings that put Claude Code on Bedrock as the profile `work`, with more variables and more keys.
    fn shared(more: &str, top: &str, config: &str) -> Self {
        Self::new(&shared(more, top), config)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path().join(path);
        fs_err::create_dir_all(path.parent().expect("below the home")).expect("parents");
        fs_err::write(&path, text).expect("writable");
        if ["bin", "versions"].iter().any(|folder| path.parent().is_some_and(|parent| parent.ends_with(folder))) {
            crate::harness::set_mode(&path, 0o700);
        }
        path
    }

    fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.replace("HOME", self.path().to_str().expect("UTF-8"))));
        self
    }

    /// Installs a Claude Code that tells its version by its place.
    fn claude(self, version: &str) -> Self {
        let program = self.write(&format!("versions/{version}"), "");
        std::os::unix::fs::symlink(program, self.path().join("bin/claude")).expect("linkable");
        self
    }

    /// Signs in to the session `corp`, until so many minutes from now.
    fn signed_in(self, minutes: i64, more: &str) -> Self {
        let end = now() + jiff::SignedDuration::from_mins(minutes);
        let text = format!(r#"{{"accessToken": "t", "expiresAt": "{}"{more}}}"#, end.strftime("%Y-%m-%dT%H:%M:%SZ"));
        self.file(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", &text)
    }

    fn world(&self) -> World {
        let home = self.path().to_str().expect("UTF-8").to_owned();
        let own = [("HOME".to_owned(), home.clone()), ("PATH".to_owned(), format!("{home}/bin"))];
        World::with_variables(own.into_iter().chain(self.variables.clone()), &self.path().join("work"))
    }

    fn outcome(&self) -> Outcome {
        let facts = diagnosis::facts(&self.world(), Depth::Files);
        checks::judge(&facts, &Selection::default())
    }

    fn findings(&self) -> Vec<Finding> {
        self.outcome().findings
    }
}

/// Settings for Bedrock with the profile `work`.
fn shared(more: &str, top: &str) -> String {
    format!(
        "{{\n  \"env\": {{\n    \"CLAUDE_CODE_USE_BEDROCK\": \"1\",\n    \"AWS_REGION\": \"us-west-2\",\n    \
         \"AWS_PROFILE\": \"work\",\n    {PINS}{more}\n  }}{top}\n}}\n"
    )
}

#[expect(clippy::disallowed_methods, reason = "a test has no `World` yet")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The findings that say more than a hint, as `id title`.
fn problems(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| finding.severity != Severity::Hint)
        .map(|finding| format!("{} {}", finding.id, finding.title))
        .collect()
}
