//! The command line of `setup`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AwsFileArgs, MoreArgs};
use crate::regions::Residency;

/// Options of `setup`
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct SetupArgs {
    /// Inference profile id or ARN for the main model; without it the recommended one
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// Where requests may be processed; without it where the pinned models keep them, or it is asked
    #[arg(long, value_name = "PLACE")]
    pub residency: Option<Residency>,
    /// Have every model that is to be pinned answer first, which bills some ten tokens each; a person is asked
    #[arg(long)]
    pub probe: bool,
    /// How Claude Code gets its AWS identity
    #[arg(long, value_name = "MODE")]
    pub identity: Option<IdentityMode>,
    /// A script of your own that prints AWS credentials, by its absolute path; it is checked and run first
    #[arg(long, value_name = "PATH", conflicts_with = "identity")]
    pub export_command: Option<PathBuf>,
    /// A command of your own that signs in to AWS, as you would type it in a shell
    #[arg(long, value_name = "CMD")]
    pub refresh_command: Option<String>,
    /// Which settings file to write
    #[arg(long, value_name = "SCOPE", default_value = "user")]
    pub scope: SetupScope,
    /// Show the plan and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take the recommended answers instead of asking
    #[arg(long, short)]
    pub yes: bool,
    /// Answers as a JSON object, for another program that asks the user: with `--json` comes the next question, then
    /// the plan, which is written once its question is answered, too
    #[arg(long, value_name = "JSON", requires = "json", conflicts_with_all = ["yes", "dry_run"])]
    pub answers: Option<String>,
    /// Replace values that someone else wrote, and narrow the permissions of an `--export-command` that are too wide
    #[arg(long)]
    pub force: bool,
    /// What most people leave as it is
    #[command(flatten)]
    pub more: MoreArgs,
    /// The AWS profile to create, when there is none yet
    #[command(flatten)]
    pub new_profile: NewProfileArgs,
    /// What else goes into the AWS config file
    #[command(flatten)]
    pub aws_file: AwsFileArgs,
}

/// A profile with an SSO session that does not exist yet; `--profile` names it
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "A new AWS profile")]
pub struct NewProfileArgs {
    /// Create a profile from your company's AWS access portal address (the SSO start URL)
    #[arg(long, value_name = "URL")]
    pub start_url: Option<String>,
    /// The region of its IAM Identity Center
    #[arg(long, value_name = "REGION", requires = "start_url")]
    pub sso_region: Option<String>,
    /// The name of the SSO session
    #[arg(long, value_name = "NAME", requires = "start_url")]
    pub sso_session: Option<String>,
    /// The account, twelve digits
    #[arg(long, value_name = "ID", requires = "start_url")]
    pub account: Option<String>,
    /// The permission set
    #[arg(long, value_name = "NAME", requires = "start_url")]
    pub role: Option<String>,
}

/// How Claude Code gets its AWS identity
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IdentityMode {
    /// Claude Code alone gets the credentials; your shells and its tools keep their own
    Isolated,
    /// `AWS_PROFILE` in the settings: Claude Code and every command it runs share the profile
    Shared,
}

/// Which settings file to write
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum SetupScope {
    /// `~/.claude/settings.json`, for all your sessions
    #[default]
    User,
    /// `.claude/settings.json` here, for everyone who works on this project; no identity, no personal path
    Project,
    /// `.claude/settings.local.json` here, for you in this project
    Local,
}
