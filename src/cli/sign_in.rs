//! The command line of what gives credentials and what signs in and out.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{UpgradeArgs, parse_duration};

/// Options of `credentials`
#[derive(Debug, Clone, Args)]
pub struct CredentialsArgs {
    /// The document to print
    #[arg(long, value_name = "FORMAT", default_value = "claude")]
    pub format: CredentialsFormat,
    /// Renew when less than this is left, such as `10m` or `1h30m`
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub min_ttl: Duration,
    /// How long an API key is to last, at most 12 hours and never longer than the credentials
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub ttl: Option<Duration>,
    /// What Claude Code's settings use: sign in if needed and, where that cannot be had, answer with a document
    /// that cannot authenticate, so that no other identity is used instead
    #[arg(long)]
    pub sign_in: bool,
}

/// The document `credentials` prints
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CredentialsFormat {
    /// For Claude Code's `awsCredentialExport`
    Claude,
    /// For `credential_process` in `~/.aws/config`
    Process,
    /// Assignments for sh, bash and zsh
    Env,
    /// Assignments for fish
    Fish,
    /// Assignments for PowerShell
    Powershell,
    /// Assignments for cmd.exe
    Cmd,
    /// Lines of an env file
    Dotenv,
    /// A short-term Bedrock API key for the region, made without asking AWS
    BedrockApiKey,
}

/// Options of `refresh`
#[derive(Debug, Clone, Args)]
pub struct RefreshArgs {
    /// Renew even when nothing is due, fetch fresh credentials in the place of cached ones, and sign in even when that
    /// was refused a moment ago
    #[arg(long)]
    pub force: bool,
    /// How to sign in, when that is needed
    #[command(flatten)]
    pub way: WayArgs,
    /// Whether a legacy profile is moved to a session first
    #[command(flatten)]
    pub upgrade: UpgradeArgs,
}

/// Options of `login`
#[derive(Debug, Clone, Args)]
pub struct LoginArgs {
    /// How to sign in
    #[command(flatten)]
    pub way: WayArgs,
}

/// Options of `logout`
#[derive(Debug, Clone, Args)]
pub struct LogoutArgs {
    /// Every SSO session in the AWS config file
    #[arg(long, conflicts_with = "profile")]
    pub all: bool,
}

/// How to sign in; without one the surroundings decide
#[derive(Debug, Clone, Copy, Default, Args)]
#[group(multiple = false)]
pub struct WayArgs {
    /// By a browser on this machine
    #[arg(long)]
    pub browser: bool,
    /// By a code to enter in any browser, one on this machine being opened where there is one; remembered
    #[arg(long)]
    pub device: bool,
    /// By a code, without opening a browser
    #[arg(long)]
    pub no_browser: bool,
}
