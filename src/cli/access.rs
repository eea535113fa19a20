//! Options of the commands about what there is to use and what it takes: `regions`, `env`, `policy`.

use clap::{Args, Subcommand, ValueEnum};

use crate::regions::Residency;

/// Options of `regions`
#[derive(Debug, Clone, Args)]
pub struct RegionsArgs {
    /// Look only where requests stay in this place, and count only the models that keep them there
    #[arg(long, value_name = "PLACE", default_value = "any")]
    pub residency: Residency,
}

/// Options of `env`
#[derive(Debug, Clone, Args)]
pub struct EnvArgs {
    /// Who is to read it
    #[arg(long, value_name = "FORMAT", default_value = "sh")]
    pub format: EnvFormat,
    /// Inference profile id or ARN for the main model, instead of the configured one
    #[arg(long, value_name = "ID", conflicts_with = "unset")]
    pub model: Option<String>,
    /// Print what takes the variables away again
    #[arg(long)]
    pub unset: bool,
}

/// Who reads what `env` prints
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvFormat {
    /// sh, bash and zsh: `eval "$(claude-bedrock env)"`
    #[value(aliases = ["bash", "zsh", "posix"])]
    Sh,
    /// fish: `claude-bedrock env --format fish | source`
    Fish,
    /// PowerShell, `pwsh` too: `claude-bedrock env --format powershell | Invoke-Expression`
    #[value(alias = "pwsh")]
    Powershell,
    /// cmd.exe: a batch file to `call`
    Cmd,
    /// An env file, one line a variable
    Dotenv,
    /// One JSON object of names and values
    Json,
    /// The settings of Claude Code's VS Code extension
    Vscode,
}

/// Options of `policy`
#[derive(Debug, Clone, Args)]
pub struct PolicyArgs {
    /// The models the policy is about
    #[arg(long, global = true, value_name = "WHICH", default_value = "pinned")]
    pub models: PolicyModels,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "iam")]
    pub format: PolicyFormat,
    /// What to do instead of writing it
    #[command(subcommand)]
    pub command: Option<PolicyCommand>,
}

/// Which models a policy allows
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyModels {
    /// Those Claude Code is configured with
    Pinned,
    /// Every Claude inference profile of the region
    All,
}

/// The form of a policy
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyFormat {
    /// A policy document
    Iam,
    /// A `CloudFormation` template of managed policies
    Cloudformation,
}

/// What to do with the policy instead of writing it
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum PolicyCommand {
    /// Compare the policy with what the principal may do, and name what is missing
    Check(CheckArgs),
}

/// Options of `policy check`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct CheckArgs {
    /// Ask every model for one token without a stream, too; at a terminal the cost is confirmed first
    #[arg(long)]
    pub probe: bool,
    /// Agree to what asking the models costs
    #[arg(long, requires = "probe")]
    pub yes: bool,
}
