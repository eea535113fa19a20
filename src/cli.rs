//! The command line. The doc comments here are the help.

mod access;
mod aws_file;
mod daily;
pub mod diagnose;
pub mod explain;
pub mod models;
mod more;
pub mod plugin;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::regions::Residency;

pub use access::{EnvArgs, EnvFormat, PolicyArgs, PolicyCommand, PolicyFormat, PolicyModels, RegionsArgs};
pub use aws_file::{AwsFileArgs, UpgradeArgs};
pub use more::MoreArgs;

/// Gets Claude Code running on Amazon Bedrock, keeps it signed in, and undoes it byte for byte
#[derive(Debug, Parser)]
#[command(name = "claude-bedrock", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the command line, the program's name first.
    ///
    /// # Errors
    /// Help, the version, or wrong use.
    pub fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        daily::parse(arguments).map_or_else(|| Self::try_parse_from(arguments), Ok)
    }
}

/// Options of every command
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// AWS profile; without it the one Claude Code is configured with, then the ambient one
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS region; without it the configured one, then the profile's
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Answer as JSON, version 1
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more about what is going on, on standard error
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Colour in the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colour
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Plain text everywhere
    Never,
}

/// What to do
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up Claude Code on Amazon Bedrock
    Setup(Box<SetupArgs>),
    /// Show which provider Claude Code will use, why, and how long the sign-in lasts
    Status(StatusArgs),
    /// Find out what is wrong, why, and the one command that mends it
    Diagnose(DiagnoseArgs),
    /// Undo exactly what `setup` wrote
    Reset(ResetArgs),
    /// Print credentials for Claude Code or another program
    Credentials(CredentialsArgs),
    /// List the profiles of the AWS files: kind, account, role, whether each would work now, and what is wrong
    Profiles,
    /// Ask every Bedrock region at once how far away it is and which Claude models it has for you
    Regions(RegionsArgs),
    /// Print what Claude Code needs as variables for a shell, an env file or VS Code; no secret is among them
    Env(EnvArgs),
    /// Write the least that Claude Code and this program need of IAM, or compare it with what there is
    Policy(PolicyArgs),
    /// Say what an error text means, why it happens and what mends it, offline
    Explain(explain::ExplainArgs),
    /// Renew the sign-in, silently where that is possible, else by one sign-in
    Refresh(RefreshArgs),
    /// Sign in now
    Login(LoginArgs),
    /// Sign out of the profile's SSO session, and of nothing else
    Logout(LogoutArgs),
    /// List the Claude models of a region: where their traffic goes, how long they live, whether they answer; pin them
    Models(models::ModelsArgs),
    /// Look after the commands that Claude Code runs for its AWS credentials
    Helpers(HelpersArgs),
    /// Put the plugin with /bedrock into Claude Code, or take it out again
    Plugin(plugin::PluginArgs),
    /// What texts written for the original Bedrock plugin call
    #[command(flatten)]
    Original(plugin::OriginalCommand),
    /// Print a segment for Claude Code's status line, from files alone; `setup --statusline` has it drawn
    Statusline(plugin::StatuslineArgs),
    /// What Claude Code's hooks run
    #[command(hide = true)]
    Hook(plugin::HookArgs),
}

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

/// Options of `status`
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Answer from files alone, without the network
    #[arg(long)]
    pub offline: bool,
}

/// Options of `diagnose`
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("writing").args(["fix", "report"]).multiple(true))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct DiagnoseArgs {
    /// Look from files alone, without the network
    #[arg(long, conflicts_with = "probe")]
    pub offline: bool,
    /// Look for these failure modes or families alone, such as `A04` or `A,M02`
    #[arg(long, value_name = "ID|FAMILY", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<String>,
    /// Also ask every model Claude Code would use for one token, which costs a few; at a terminal you are asked
    #[arg(long)]
    pub probe: bool,
    /// Mend what can be mended here, asking where it is more than a slip, and look again
    #[arg(long)]
    pub fix: bool,
    /// Also write a support bundle to attach to a ticket, without names and secrets: `.md` or `.html`
    #[arg(long, value_name = "FILE", value_parser = diagnose::parse_report_file)]
    pub report: Option<diagnose::ReportFile>,
    /// Do not ask before mending; write the report over a file that is no report
    #[arg(long, short, requires = "writing")]
    pub yes: bool,
}

/// Options of `reset`
#[derive(Debug, Clone, Args)]
pub struct ResetArgs {
    /// Show what would be undone and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Also remove the Bedrock settings that others wrote, after asking
    #[arg(long)]
    pub all: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

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
    /// Renew even when nothing is due, and sign in even when that was refused a moment ago
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

/// Options of `helpers`
#[derive(Debug, Clone, Args)]
#[command(arg_required_else_help = true)]
pub struct HelpersArgs {
    /// What to do with them
    #[command(subcommand)]
    pub command: HelpersCommand,
}

/// What to do with the helper commands
#[derive(Debug, Clone, Subcommand)]
pub enum HelpersCommand {
    /// Run the configured `awsCredentialExport` and `awsAuthRefresh` exactly as Claude Code does, and judge them
    Test(HelpersTestArgs),
}

/// Options of `helpers test`
#[derive(Debug, Clone, Args)]
pub struct HelpersTestArgs {
    /// Run `awsAuthRefresh` even where Claude Code would not; it may open a browser
    #[arg(long)]
    pub refresh: bool,
    /// Give up on a command after this long, such as `20s`; without it 60 s for an export, and for a refresh the
    /// 3 minutes Claude Code gives it
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| "expected a duration such as `10m`, `90s` or `1h30m`".to_owned())?;
    Duration::try_from(span).map_err(|_| "a duration cannot be negative".to_owned())
}
