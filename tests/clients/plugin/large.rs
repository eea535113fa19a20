//! What a slash command gets of megabytes, in the real Claude Code: an answer that fits, and what finds the rest.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{bash, machine, marketplace, newest, script};
use crate::clients::machine::Machine;

/// Profiles by the thousand, with names a shell would make much of.
fn crowd(machine: &Machine) {
    let path = machine.home().join(".aws/config");
    let mut config = fs_err::read_to_string(&path).expect("a config file");
    for number in 0..4_000 {
        let name = format!("p{number:04};$(touch${{IFS}}pwned)&`touch${{IFS}}pwned`|{{a:1}}\\n").repeat(4);
        let _ = write!(
            config,
            "[profile {name}]\nregion = us-west-2\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = R\n"
        );
    }
    machine.write(path.to_str().expect("UTF-8"), config);
}

/// What Claude Code told the model of each command, in their order.
fn results(machine: &Machine) -> Vec<String> {
    let (_, last) = machine.bodies("InvokeModelWithResponseStream").pop().expect("a request");
    let contents = last["messages"].as_array().expect("messages").iter().filter_map(|said| said["content"].as_array());
    let results = contents.flatten().filter(|block| block["type"] == "tool_result");
    results
        .map(|result| match &result["content"] {
            Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect(),
            text => text.as_str().unwrap_or_default().to_owned(),
        })
        .collect()
}

#[test]
fn the_wizard_of_thousands_of_profiles_is_shown_whole_answers_and_a_stretched_command_is_refused() {
    let Some(claude) = newest() else { return };
    let machine = machine(&claude);
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    crowd(&machine);
    let folder = marketplace(&machine);
    let ask = |answers: &str| format!("claude-bedrock setup --json --answers '{answers}'");
    let search = ask(r#"{"search":"p3999"}"#);
    let refused = [
        format!("{}; touch pwned", ask("{}")),
        format!("{} & touch pwned", ask("{}")),
        format!("{}\ntouch pwned", ask("{}")),
        format!("{}\"$(touch pwned)\"", ask("{}")),
        ask(r#"{"profile":"work"}"#),
        "claude-bedrock credentials".to_owned(),
    ];
    let commands = ["claude-bedrock status --offline --json".to_owned(), ask("{}"), search.clone()];
    let tools: Vec<Value> = commands.iter().chain(&refused).map(|command| bash(command)).collect();
    script(&machine, "# Amazon Bedrock: set-up", &[json!({ "tools": tools }), json!({ "text": "WIZARD-SHOWN" })]);
    let plugin = folder.join("plugin");
    let mut session = vec![claude.to_str().expect("UTF-8"), "-p", "/bedrock", "--permission-mode", "default"];
    // As a user's own yes to it.
    let yes = format!("Bash({search})");
    session.extend(["--plugin-dir", plugin.to_str().expect("UTF-8"), "--allowedTools", &yes]);
    let said = machine.run(session).success();
    assert_eq!(said.trim(), "WIZARD-SHOWN");
    let results = results(&machine);
    assert_eq!(results.len(), commands.len() + refused.len());
    let answers: Vec<Value> = results[..commands.len()]
        .iter()
        .map(|result| serde_json::from_str(result).unwrap_or_else(|error| panic!("{error}: {result}")))
        .collect();
    assert_eq!(answers[0]["provider"], "bedrock");
    assert_eq!(answers[1]["question"]["choices"][0]["answer"], "work");
    assert!(answers[1]["question"]["unlisted"].as_u64().is_some_and(|unlisted| unlisted > 3_000), "{}", answers[1]);
    let found = answers[2]["question"]["choices"][0]["answer"].as_str().expect("a name");
    assert!(found.starts_with("p3999;$(touch${IFS}pwned)&`touch"), "{found}");
    for (command, result) in refused.iter().zip(&results[commands.len()..]) {
        assert!(result.contains("requires approval") || result.contains("permission"), "{command}: {result}");
    }
    assert!(!machine.home().join("project/pwned").exists());
}
