//! The commands that other programs run all day, parsed without the options of all the other commands: to describe
//! those to the parser takes as long as everything else that is done for an answer from a cache.

use std::ffi::OsString;

use clap::{Args, Parser};

use super::plugin::{HookArgs, StatuslineArgs};
use super::{Cli, Color, Command, Global};

/// A command line that is about one command, whose name has been taken out.
#[derive(Debug, Parser)]
struct Daily<A: Args> {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    args: A,
}

/// The command line, where it is about one of these commands; `None` where the whole parser has to look: at another
/// command, at what asks for help, and at wrong use, which only it explains.
pub(super) fn parse(arguments: &[OsString]) -> Option<Cli> {
    let [program, name, rest @ ..] = arguments else { return None };
    if let Some(command) = without_options(name, rest) {
        let global = Global { profile: None, region: None, json: false, verbose: false, color: Color::Auto };
        return Some(Cli { global, command });
    }
    let arguments = std::iter::once(program).chain(rest);
    match name.to_str()? {
        "credentials" => about(arguments, Command::Credentials),
        "hook" => about(arguments, Command::Hook),
        "refresh" => about(arguments, Command::Refresh),
        "status" => about(arguments, Command::Status),
        "statusline" => about(arguments, Command::Statusline),
        _ => None,
    }
}

/// What Claude Code runs at every start and to draw its status line, word for word as the plugin and the settings have
/// it: to describe even one command to the parser is a good part of what the answer takes.
fn without_options(name: &OsString, rest: &[OsString]) -> Option<Command> {
    match (name.to_str()?, rest) {
        ("hook", [event]) => {
            let event = event.to_str().filter(|event| !event.starts_with('-'))?.to_owned();
            Some(Command::Hook(HookArgs { event, rest: Vec::new() }))
        }
        ("statusline", []) => Some(Command::Statusline(StatuslineArgs { rest: Vec::new() })),
        _ => None,
    }
}

fn about<'a, A: Args>(arguments: impl Iterator<Item = &'a OsString>, command: fn(A) -> Command) -> Option<Cli> {
    let Daily { global, args } = Daily::try_parse_from(arguments).ok()?;
    Some(Cli { global, command: command(args) })
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
            "hook session-start -v",
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
        for line in
            ["", "setup", "--json status", "status --help", "status -V", "refresh --wrong", "hook", "hook -h", "statu"]
        {
            assert!(parse(&arguments(line)).is_none(), "{line}");
        }
    }
}
