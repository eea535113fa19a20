//! Options about what is written into the AWS config file.

use clap::Args;

/// A legacy profile moved to an SSO session
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "A legacy SSO profile")]
pub struct UpgradeArgs {
    /// Move a profile that has its start URL in itself to an `[sso-session]`, whose sign-in renews itself; the change of
    /// the AWS config file is shown first, and `reset` undoes it
    #[arg(long)]
    pub upgrade: bool,
    /// Do not ask before it is written
    #[arg(long, short, requires = "upgrade")]
    pub yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long, requires = "upgrade")]
    pub dry_run: bool,
}

/// What `setup` writes into the AWS config file beside a new profile
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "The AWS config file")]
pub struct AwsFileArgs {
    /// Also add a profile of this name that gets its credentials from this program, for every other AWS tool
    #[arg(long, value_name = "NAME", conflicts_with = "export_command")]
    pub process_profile: Option<String>,
    /// Move a legacy SSO profile to an SSO session, whose sign-in renews itself
    #[arg(long, conflicts_with = "export_command")]
    pub upgrade: bool,
}
