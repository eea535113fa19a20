//! Options of the commands about what there is to use and what it takes: `regions`, `env`, `policy`.

use clap::{Args, ValueEnum};

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
    Sh,
    /// fish: `claude-bedrock env --format fish | source`
    Fish,
    /// PowerShell: `claude-bedrock env --format powershell | Invoke-Expression`
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
