//! `awsAuthRefresh`: whether Claude Code would run it now, and what it brings.

use std::path::PathBuf;
use std::time::Duration;

use crate::aws::call;
use crate::aws::credentials::{self, Credentials, CredentialsError};
use crate::aws::files::AwsFiles;
use crate::aws::identity::{self, Identity};
use crate::aws::profile::ProfileKind;
use crate::helper_check::Finding;
use crate::helper_check::export::{Export, RunFacts, seconds};
use crate::helper_check::file;
use crate::helper_check::process::{self, Ending, RunError};
use crate::helper_check::surroundings::Surroundings;
use crate::observe;
use crate::settings::scope::Settings;
use crate::vars;
use crate::world::World;

/// After this Claude Code ends it.
pub const DEADLINE: Duration = Duration::from_mins(3);

/// Longer than any credentials last: Claude Code has no cache of ours, so what is asked is the portal.
const NEVER_FROM_CACHE: Duration = Duration::from_hours(24 * 365);

const FAILED: &str = "Error running awsAuthRefresh (in settings or ~/.claude.json):";
const TIMED_OUT: &str =
    "AWS auth refresh timed out after 3 minutes. Run your auth command manually in a separate terminal.";

/// What Claude Code's look at its credentials would bring: it resolves the AWS SDK's own chain and asks STS, an
/// `awsCredentialExport` beside it or not, and runs `awsAuthRefresh` after any failure.
#[derive(Debug, Clone)]
pub enum Chain {
    /// STS says whose they are; the command is not run.
    Resolves(Identity),
    /// They fail, and the command is run.
    Fails(String),
    /// This program cannot tell.
    Unknown(String),
}

/// What came of it.
#[derive(Debug)]
pub struct RefreshFacts {
    /// The file it runs, where that is plain.
    pub file: Option<PathBuf>,
    /// The credentials before.
    pub before: Chain,
    /// The run, when there was one.
    pub run: Option<RunFacts>,
    /// The credentials after the run.
    pub after: Option<Chain>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Chain {
    /// Asks what Claude Code would ask.
    #[must_use]
    pub fn observe(world: &World, settings: &Settings, files: &AwsFiles, region: &str) -> Self {
        let filled = |name| settings.variable(world, name).filter(|found| !found.value.is_empty());
        if let Some(profile) = filled(vars::AWS_PROFILE) {
            return Self::of_profile(world, files, &profile.value, region);
        }
        if let Some(key) = filled(vars::AWS_ACCESS_KEY_ID)
            && filled(vars::AWS_SECRET_ACCESS_KEY).is_some()
        {
            let keys = observe::keys_in_variables(world, settings, &key.value);
            return Self::of_credentials(world, files, "default", region, &keys);
        }
        if files.profiles.profile("default").is_some() {
            return Self::of_profile(world, files, "default", region);
        }
        match world.var(vars::AWS_EC2_METADATA_DISABLED) {
            Some(text) if text.eq_ignore_ascii_case("true") => {
                Self::Fails("no profile and no keys are configured".into())
            }
            _ => Self::Unknown("no profile and no keys are configured; an instance's own role is not asked for".into()),
        }
    }

    fn of_profile(world: &World, files: &AwsFiles, name: &str, region: &str) -> Self {
        if files.profiles.profile(name).is_some_and(|profile| !profile.found_by_claude_code) {
            return Self::Fails(format!("Claude Code does not find the profile `{name}`, because its name is quoted"));
        }
        let resolved = match credentials::kind(files, name) {
            Ok(ProfileKind::StaticKeys(keys)) => Ok(Credentials {
                access_key_id: keys.access_key_id().to_owned(),
                secret_access_key: keys.secret_access_key().to_owned().into(),
                session_token: keys.session_token().unwrap_or_default().to_owned().into(),
                expiration: world.now(),
            }),
            Ok(ProfileKind::Sso(_) | ProfileKind::LegacySso(_)) => {
                credentials::resolve(world, files, name, NEVER_FROM_CACHE)
            }
            Ok(ProfileKind::Incomplete { reason }) => {
                Err(CredentialsError::Incomplete { name: name.to_owned(), reason: reason.to_string() })
            }
            Ok(kind) => {
                return Self::Unknown(format!("`{name}` is a profile of the kind {kind}, which is not tried here"));
            }
            Err(error) => Err(error),
        };
        match resolved {
            Ok(credentials) => Self::of_credentials(world, files, name, region, &credentials),
            Err(error) => Self::Fails(error.to_string()),
        }
    }

    fn of_credentials(world: &World, files: &AwsFiles, profile: &str, region: &str, credentials: &Credentials) -> Self {
        match call::block_on(identity::caller(world, files, profile, region, credentials)) {
            Ok(identity) => Self::Resolves(identity),
            Err(error) => Self::Fails(error.to_string()),
        }
    }
}

impl RefreshFacts {
    /// A look at the command's file, before anything is run.
    #[must_use]
    pub fn begin(command: &str, before: Chain) -> Self {
        let file = Export::configured(command).file;
        let findings = file.as_deref().map(|file| file::check(file).findings).unwrap_or_default();
        Self { file, before, run: None, after: None, findings }
    }

    /// Runs the command as Claude Code does; a browser may open.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run(
        &mut self,
        command: &str,
        surroundings: &Surroundings,
        deadline: Duration,
    ) -> Result<(), RunError> {
        let ran = process::run(command, surroundings, deadline).await?;
        self.run = Some(RunFacts::of(&ran));
        Ok(())
    }

    /// Judges the run by how it ended and by what the credentials are worth afterwards.
    pub fn judge(&mut self, after: Chain, deadline: Duration) {
        let Some(run) = &self.run else { return };
        let works = matches!(after, Chain::Resolves(_));
        if let Some(finding) = judge_ending(run, works, deadline) {
            self.findings.push(finding);
        } else if let Chain::Fails(reason) = &after {
            let message = format!("it succeeded, and the credentials still fail: {reason}");
            let hint = "Claude Code runs it again at every start, and at most every 30 s: does it sign in to the profile in use?";
            self.findings.push(Finding::problem("still-failing", message).hint(hint));
        }
        self.after = Some(after);
    }
}

fn judge_ending(run: &RunFacts, works: bool, deadline: Duration) -> Option<Finding> {
    let after = seconds(deadline);
    match run.ending {
        Ending::Exited(0) => None,
        // Claude Code uses what is there, whatever the command said.
        Ending::Exited(code) if works => {
            let message = format!("it ended with exit code {code}, although the credentials work now");
            Some(Finding::warning("exit-code", message).claude_code_says(FAILED))
        }
        Ending::Exited(code) => {
            Some(Finding::problem("exit-code", format!("it ended with exit code {code}")).claude_code_says(FAILED))
        }
        Ending::Signalled(signal) => {
            Some(Finding::problem("signal", format!("it was ended by the signal {signal}")).claude_code_says(FAILED))
        }
        Ending::TimedOut { awaited_input: true } => {
            let message = "it waits for standard input, which Claude Code never ends";
            Some(Finding::problem("awaits-input", message).claude_code_says(TIMED_OUT))
        }
        Ending::TimedOut { awaited_input: false } => {
            let message = format!("it was not done after {after} and was ended; Claude Code gives it 3 minutes");
            Some(Finding::problem("too-slow", message).claude_code_says(TIMED_OUT))
        }
        Ending::HeldOpen => {
            let message = format!("something it left in the background held its output open for {after}");
            Some(Finding::problem("held-open", message).claude_code_says(TIMED_OUT))
        }
    }
}
