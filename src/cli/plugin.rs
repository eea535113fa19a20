//! The part of the command line that Claude Code's plugin uses.

use clap::{Args, Subcommand};

use crate::cli::IdentityMode;

/// Options of `hook`
#[derive(Debug, Clone, Args)]
pub struct HookArgs {
    /// The event. One that this version does not know is none of its business: a newer plugin must not make an older
    /// program fail.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// Whatever else a newer plugin says.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// Options of `statusline`
#[derive(Debug, Clone, Args)]
pub struct StatuslineArgs {
    /// Whatever a settings file of another version says.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// Options of `plugin`
#[derive(Debug, Clone, Args)]
#[command(arg_required_else_help = true)]
pub struct PluginArgs {
    /// What to do with it
    #[command(subcommand)]
    pub command: PluginCommand,
}

/// What to do with Claude Code's plugin
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum PluginCommand {
    /// Put the plugin of this version into the installed Claude Code, by Claude Code's own commands
    Install,
    /// Take the plugin and its marketplace out again
    Uninstall,
    /// Show whether it is installed, and in which version
    Status,
}

/// What texts written for the original Bedrock plugin ask its script for; its answers are its own envelope
#[derive(Debug, Subcommand)]
pub enum OriginalCommand {
    /// Which programs are there
    #[command(hide = true)]
    CheckPrerequisites(OriginalArgs),
    /// The profiles with what AWS says of them, and what is configured
    #[command(hide = true)]
    GetAwsContext(ContextArgs),
    /// Write a configuration, or remove it
    #[command(hide = true)]
    ApplyConfig(ApplyArgs),
    /// Look whether the configuration would work
    #[command(hide = true)]
    TestBedrock(OriginalArgs),
    /// Show or set the limits of thinking and answers
    #[command(hide = true)]
    InferenceConfig(InferenceArgs),
}

/// Options of each of the original's commands
#[derive(Debug, Clone, Copy, Args)]
pub struct OriginalArgs {
    /// As `--verbose`
    #[arg(long, hide = true)]
    pub debug: bool,
}

/// Options of `get-aws-context`
#[derive(Debug, Clone, Args)]
pub struct ContextArgs {
    /// Those of each
    #[command(flatten)]
    pub original: OriginalArgs,
    /// Ask Bedrock, too
    #[arg(long)]
    pub check_bedrock: bool,
}

/// Options of `apply-config`; the profile and the region are options of every command
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// Those of each
    #[command(flatten)]
    pub original: OriginalArgs,
    /// Inference profile id or ARN
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// Remove the configuration
    #[arg(long)]
    pub remove: bool,
    /// How Claude Code gets its AWS identity
    #[arg(long, value_name = "MODE", default_value = "shared")]
    pub identity: IdentityMode,
    /// Replace values that someone else wrote
    #[arg(long)]
    pub force: bool,
}

/// Options of `inference-config`
#[derive(Debug, Clone, Args)]
pub struct InferenceArgs {
    /// Those of each
    #[command(flatten)]
    pub original: OriginalArgs,
    /// `focused`, `balanced`, `thorough` or `custom`
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Thinking tokens of a custom preset
    #[arg(long, value_name = "TOKENS")]
    pub thinking: Option<u32>,
    /// Output tokens of a custom preset
    #[arg(long, value_name = "TOKENS")]
    pub output: Option<u32>,
}
