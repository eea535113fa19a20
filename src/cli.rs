//! The command line. The doc comments here are the help.

mod access;
mod aws_file;
mod daily;
pub mod diagnose;
pub mod explain;
pub mod models;
mod more;
pub mod plugin;
mod setup;
mod sign_in;

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use access::{CheckArgs, EnvArgs, EnvFormat, PolicyArgs, PolicyCommand, PolicyFormat, PolicyModels, RegionsArgs};
pub use aws_file::{AwsFileArgs, UpgradeArgs};
pub use diagnose::DiagnoseArgs;
pub use more::MoreArgs;
pub use setup::{IdentityMode, NewProfileArgs, SetupArgs, SetupScope};
pub use sign_in::{CredentialsArgs, CredentialsFormat, LoginArgs, LogoutArgs, RefreshArgs, WayArgs};

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
    /// Say what an error text means, why it happens and what fixes it, offline
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

/// Options of `status`
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Answer from files alone, without the network
    #[arg(long)]
    pub offline: bool,
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
