//! The commands that other programs run all day, parsed without the options of all the other commands: to describe
//! those to the parser takes as long as everything else that is done for an answer from a cache.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use super::{Cli, Command, CredentialsArgs, Global, RefreshArgs, StatusArgs, plugin};

/// The names of the commands here.
const NAMES: [&str; 5] = ["credentials", "hook", "refresh", "status", "statusline"];

#[derive(Debug, Parser)]
struct DailyCli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: DailyCommand,
}

#[derive(Debug, Subcommand)]
enum DailyCommand {
    Credentials(CredentialsArgs),
    Hook(plugin::HookArgs),
    Refresh(RefreshArgs),
    Status(StatusArgs),
    Statusline(plugin::StatuslineArgs),
}

/// The command line, where it is about one of these commands; `None` where the whole parser has to look: at another
/// command, at what asks for help, and at wrong use, which only it explains.
pub(super) fn parse(arguments: &[OsString]) -> Option<Cli> {
    let name = arguments.get(1)?.to_str()?;
    if !NAMES.contains(&name) {
        return None;
    }
    let DailyCli { global, command } = DailyCli::try_parse_from(arguments).ok()?;
    let command = match command {
        DailyCommand::Credentials(args) => Command::Credentials(args),
        DailyCommand::Hook(args) => Command::Hook(args),
        DailyCommand::Refresh(args) => Command::Refresh(args),
        DailyCommand::Status(args) => Command::Status(args),
        DailyCommand::Statusline(args) => Command::Statusline(args),
    };
    Some(Cli { global, command })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Vec<OsString> {
        std::iter::once("claude-bedrock").chain(line.split_whitespace()).map(OsString::from).collect()
    }

    #[test]
    fn what_is_parsed_here_means_what_the_whole_parser_says() {
        for line in [
            "credentials",
            "credentials --format process --profile work --min-ttl 15m",
            "credentials --profile=a --sign-in --json --color never",
            "hook session-start",
            "hook something-new --with options",
            "refresh --force --device -v",
            "refresh --upgrade --yes --profile old",
            "status --offline --json --region eu-west-1",
            "statusline",
            "statusline --of another version",
        ] {
            let arguments = arguments(line);
            let whole = Cli::try_parse_from(&arguments).expect(line);
            assert_eq!(format!("{:?}", parse(&arguments).expect(line)), format!("{whole:?}"), "{line}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_whole_parser() {
        for line in ["", "setup", "--json status", "status --help", "status -V", "refresh --wrong", "hook", "statu"] {
            assert!(parse(&arguments(line)).is_none(), "{line}");
        }
    }
}
