//! The options of `explain`.

use std::ffi::OsString;

use clap::Args;

/// Options of `explain`
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The text, or the name of a file that holds it; `-` or nothing reads it from standard input
    #[arg(value_name = "TEXT|FILE")]
    pub text: Vec<OsString>,
    /// Read Claude Code's newest debug log instead (`claude --debug` writes one)
    #[arg(long, conflicts_with = "text")]
    pub last: bool,
}
