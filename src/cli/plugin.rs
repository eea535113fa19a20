//! The part of the command line that Claude Code's plugin uses.

use clap::Args;

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
