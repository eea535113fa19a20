//! What a slash command gets of megabytes, in the real Claude Code: an answer that fits, and what finds the rest.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{bash, machine, marketplace, newest, script};
use crate::clients::machine::Machine;

/// Profiles by the hundred, with names a shell would make much of.
fn crowd(machine: &Machine) {
    let path = machine.home().join(".aws/config");
    let mut config = fs_err::read_to_string(&path).expect("a config file");
    for number in 0..800 {
        let name = format!("p{number:03};$(touch${{IFS}}pwned)&`touch${{IFS}}pwned`|{{a:1}}\\n").repeat(24);
        let _ = write!(
            config,
            "[profile {name}]\nregion = us-west-2\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = R\n"
        );
    }
    machine.write(path.to_str().expect("UTF-8"), config);
}

/// What Claude Code told the model of each command, in their order, and whether it was an error.
fn results(machine: &Machine) -> Vec<(bool, String)> {
    let (_, last) = machine.bodies("InvokeModelWithResponseStream").pop().expect("a request");
    let contents = last["messages"].as_array().expect("messages").iter().filter_map(|said| said["content"].as_array());
    let results = contents.flatten().filter(|block| block["type"] == "tool_result");
    let text = |content: &Value| match content {
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    };
    results.map(|result| (result["is_error"] == true, text(&result["content"]))).collect()
}

#[test]
fn the_wizard_of_hundreds_of_profiles_is_shown_whole_answers_and_a_stretched_command_is_refused() {
    let Some(claude) = newest() else { return };
    let machine = machine(&claude);
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    crowd(&machine);
    let folder = marketplace(&machine);
    let ask = |answers: &str| format!("claude-bedrock setup --json --answers '{answers}'");
    let search = ask(r#"{"search":"p799"}"#);
    let whole = "claude-bedrock profiles --json".to_owned();
    let refused = [
        format!("{}; touch pwned", ask("{}")),
        format!("{} & touch pwned", ask("{}")),
        format!("{}\ntouch pwned", ask("{}")),
        format!("{}\"$(touch pwned)\"", ask("{}")),
        ask(r#"{"profile":"work"}"#),
        "claude-bedrock credentials".to_owned(),
    ];
    let commands = ["claude-bedrock status --offline --json".to_owned(), ask("{}"), search.clone()];
    let tools: Vec<Value> = commands.iter().chain(&refused).chain([&whole]).map(|command| bash(command)).collect();
    let kept = json!({ "file_path": "{after:Full output saved to: }", "limit": 20 });
    let turns = [
        json!({ "tools": tools }),
        // As the texts tell for an answer that is too long for Claude Code.
        json!({ "tools": [{ "name": "Read", "input": kept }] }),
        json!({ "text": "WIZARD-SHOWN" }),
    ];
    script(&machine, "# Amazon Bedrock: set-up", &turns);
    let plugin = folder.join("plugin");
    let mut session = vec![claude.to_str().expect("UTF-8"), "-p", "/bedrock", "--permission-mode", "default"];
    // As a user's own yes to them.
    let yes = [&search, &whole].map(|command| format!("Bash({command})"));
    session.extend(["--plugin-dir", plugin.to_str().expect("UTF-8"), "--allowedTools", &yes[0], &yes[1]]);
    let said = machine.run(session).success();
    assert_eq!(said.trim(), "WIZARD-SHOWN");
    let results = results(&machine);
    assert_eq!(results.len(), commands.len() + refused.len() + 2);
    let answers: Vec<Value> = results[..commands.len()]
        .iter()
        .map(|(_, said)| serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}")))
        .collect();
    assert_eq!(answers[0]["provider"], "bedrock");
    assert_eq!(answers[1]["question"]["choices"][0]["answer"], "work");
    assert!(answers[1]["question"]["unlisted"].as_u64().is_some_and(|unlisted| unlisted > 700), "{}", answers[1]);
    let found = answers[2]["question"]["choices"][0]["answer"].as_str().expect("a name");
    assert!(found.starts_with("p799;$(touch${IFS}pwned)&`touch"), "{found}");
    for (command, (is_error, said)) in refused.iter().zip(&results[commands.len()..]) {
        assert!(is_error, "{command}: {said}");
    }
    let [.., (_, too_long), (_, read)] = results.as_slice() else { panic!("{results:?}") };
    assert!(too_long.contains("Output too large") && read.contains("\"profiles\": ["), "{too_long}\n{read}");
    assert!(!machine.home().join("project/pwned").exists());
}
