//! What a text says of the case stands in the command and in the JSON, which is what its schema says.

use clap::Parser;
use claude_bedrock::catalogue;
use claude_bedrock::cli::Cli;
use claude_bedrock::explain::explain;

use super::variants;
use crate::harness::Home;
use crate::schema::assert_fits;

const SUGGESTED: &str = "API Error (eu.anthropic.claude-sonnet-5-5): 400 The provided model identifier is invalid.. \
                         Try --model to switch to us.anthropic.claude-sonnet-5.";

#[test]
fn commands_hold_the_values_of_the_text() {
    let home = Home::new();
    let report = home.run(["explain", "--json", SUGGESTED]).json();
    let first = &report["matches"][0];
    assert_eq!(first["id"], "M02", "{report:#}");
    assert_eq!(first["fix"]["command"], "claude-bedrock models pin us.anthropic.claude-sonnet-5");
    assert_eq!(first["values"]["model"], "eu.anthropic.claude-sonnet-5-5");
    let said =
        home.run(["explain", "The SSO session token associated with profile=team.dev was not found or is invalid."]);
    assert!(said.stdout.contains("`claude-bedrock login --profile team.dev`"), "{said:?}");
    let said = home
        .run(["explain", "associated with profile=a;reboot was not found or is invalid. To refresh this SSO session"]);
    assert!(!format!("{said:?}").contains("reboot"), "{said:?}");
}

#[test]
fn every_filled_command_is_one_of_this_program() {
    for mode in catalogue::all() {
        for (message, values) in
            mode.messages.iter().flat_map(|message| variants::VALUES.map(|values| (message, values)))
        {
            let text = variants::filled(message, values);
            for found in explain(&text).matches {
                let Some(command) = found.values(&text).command(found.mode) else { continue };
                let words = shlex::split(&command).expect("quoted for a shell");
                assert!(Cli::try_parse_from(&words).is_ok(), "{}: {command}", mode.id);
                assert!(!command.contains('\n'), "{command}");
            }
        }
    }
}

#[test]
fn the_json_is_what_its_schema_says() {
    let home = Home::new();
    let every: Vec<String> = catalogue::all()
        .flat_map(|mode| mode.messages.iter().take(1))
        .map(|message| variants::filled(message, variants::VALUES[0]))
        .collect();
    home.write("work/every.log", every.join("\n\n"));
    let runs: [&[&str]; 3] = [
        &["explain", "--json", "every.log"],
        &["explain", "--json", SUGGESTED],
        &["explain", "--json", "the coffee machine reports a leak in its water tank"],
    ];
    assert_fits(&home, "explain.schema.json", &runs);
}
