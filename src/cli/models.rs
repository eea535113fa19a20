//! The command line of `models`.

use clap::{Args, Subcommand};

use crate::cli::SetupScope;
use crate::regions::Residency;

/// Options of `models`
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ModelsArgs {
    /// What to do with them; without it they are listed
    #[command(subcommand)]
    pub command: Option<ModelsCommand>,
    /// Also the models that no inference profile leads to
    #[arg(long)]
    pub all: bool,
    /// Ask each model for one token, which is billed, and show what the account truly allows
    #[arg(long)]
    pub probe: bool,
    /// Do not ask before a probe
    #[arg(long, short)]
    pub yes: bool,
}

/// What to do with the models
#[derive(Debug, Clone, Subcommand)]
pub enum ModelsCommand {
    /// Pin the main model, every alias and the background model
    Pin(PinArgs),
    /// Make an inference profile of the account's own, so that its cost is counted by itself
    CreateProfile(CreateProfileArgs),
}

/// Options of `models pin`
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct PinArgs {
    /// Ids or ARNs, the main model first; each also becomes what its family's alias means
    #[arg(value_name = "MODEL", conflicts_with = "auto")]
    pub models: Vec<String>,
    /// The newest of each family that answers a probe
    #[arg(long)]
    pub auto: bool,
    /// Where traffic may go; without it where the pinned models already keep it
    #[arg(long, value_name = "PLACE")]
    pub residency: Option<Residency>,
    /// Have the named models answer first, which bills some ten tokens each; then an id need not be listed
    #[arg(long)]
    pub probe: bool,
    /// Which settings file to write
    #[arg(long, value_name = "SCOPE", default_value = "user")]
    pub scope: SetupScope,
    /// Show the plan and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Replace values that someone else wrote
    #[arg(long)]
    pub force: bool,
}

/// Options of `models create-profile`
#[derive(Debug, Clone, Args)]
pub struct CreateProfileArgs {
    /// The new profile's name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The profile or model it is to lead to, as `models` lists it
    #[arg(long, value_name = "ID")]
    pub from: String,
    /// A cost-allocation tag; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = parse_tag)]
    pub tags: Vec<(String, String)>,
    /// Pin it too: as the main model and as what its family's alias means
    #[arg(long)]
    pub pin: bool,
    /// Show what would be made and make nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

fn parse_tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, _)) if key.trim().to_ascii_lowercase().starts_with("aws:") => {
            Err("tags that begin with `aws:` are AWS's own".to_owned())
        }
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("expected `KEY=VALUE`, such as `team=search`".to_owned()),
    }
}
