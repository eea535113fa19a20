//! Every slash command run to its end in one real session, the model's part played by the sandbox.

use serde_json::{Value, json};

use super::{at_a_terminal, bash, enter, machine, newest, script, typed, wait};
use crate::clients::machine::Machine;

const CHOSEN: &str = "us.anthropic.claude-haiku-5-5";

/// A model that asks the user one question, whose first choice is a yes.
fn question(text: &str, header: &str, yes: &str) -> Value {
    let options = json!([{ "label": yes, "description": "do it" }, { "label": "No", "description": "leave it" }]);
    let question = json!({ "question": text, "header": header, "multiSelect": false, "options": options });
    json!({ "tools": [{ "name": "AskUserQuestion", "input": { "questions": [question] } }] })
}

fn says(text: &str) -> Value {
    json!({ "text": text })
}

/// The sign-in waits for a person longer than the tool that it was started with may take.
fn refreshes(machine: &Machine) {
    let refresh = json!({ "command": "claude-bedrock refresh", "run_in_background": true, "timeout": 1000 });
    let output = json!({ "file_path": "{after:Output is being written to: }" });
    script(
        machine,
        "# Amazon Bedrock: refresh",
        &[
            json!({ "tools": [bash("claude-bedrock status --offline --json")] }),
            json!({ "tools": [{ "name": "Bash", "input": refresh }] }),
            json!({ "tools": [{ "name": "Read", "input": output }], "until": "enter the code" }),
            says("CODE-SHOWN {after:enter the code } {after:or go to }"),
            // Claude Code has told meanwhile that the command ended; what was approved for its turn counts no more.
            json!({ "tools": [{ "name": "Read", "input": output }] }),
            says("SIGNED-IN {after:the token lasts until }"),
        ],
    );
}

fn looks_and_chooses(machine: &Machine) {
    let shows = "STATUS-SHOWN {after:\"arn\": \"}";
    script(
        machine,
        "# Amazon Bedrock: status",
        &[json!({ "tools": [bash("claude-bedrock status --json")] }), says(shows)],
    );
    let pin = |how: &str| bash(&format!("claude-bedrock models pin {how} --json -- '{CHOSEN}'"));
    script(
        machine,
        "# Amazon Bedrock: models",
        &[
            json!({ "tools": [bash("claude-bedrock models --json")] }),
            question("Which model?", "Model", CHOSEN),
            json!({ "tools": [pin("--dry-run")] }),
            question("Pin it?", "Pin", "Yes, write it"),
            json!({ "tools": [pin("--yes")] }),
            says("MODELS-DONE {after:\"applied\": }"),
        ],
    );
    script(
        machine,
        "# Amazon Bedrock: diagnose",
        &[
            json!({ "tools": [bash("claude-bedrock diagnose --json")] }),
            question("Fix it: {after:\"findings\": [\n    {\n      \"id\": \"}?", "Fix", "Run it"),
            json!({ "tools": [bash("claude-bedrock diagnose --fix --only O02 --yes --json")] }),
            says("DIAGNOSE-DONE"),
        ],
    );
}

fn sets_up_and_undoes(machine: &Machine) {
    let answers = json!({ "profile": "work", "region": "us-west-2", "model": "us.anthropic.claude-opus-5-5",
        "identity": "isolated" });
    let ask = |answers: &Value| format!("claude-bedrock setup --json --answers '{answers}'");
    let planned = machine.program(&["setup", "--json", "--answers", &answers.to_string()]).success();
    let plan: Value = serde_json::from_str(&planned).expect("JSON");
    assert_eq!(plan["state"], "plan", "{plan}");
    let mut agreed = answers.clone();
    agreed["confirmation"] = plan["question"]["choices"][0]["answer"].clone();
    let status = "claude-bedrock status --offline --json";
    script(
        machine,
        "# Amazon Bedrock: set-up",
        &[
            json!({ "tools": [bash(status), bash(&ask(&json!({})))] }),
            question("Use profile 'work'?", "Profile", "Yes, use work"),
            json!({ "tools": [bash(&ask(&answers))] }),
            question("Write these changes?", "Write", "Yes, write"),
            json!({ "tools": [bash(&ask(&agreed))] }),
            says("WIZARD-DONE"),
        ],
    );
    script(
        machine,
        "# Amazon Bedrock: reset",
        &[
            json!({ "tools": [bash("claude-bedrock reset --dry-run --json")] }),
            question("Remove the Bedrock configuration?", "Reset", "Yes, remove it"),
            json!({ "tools": [bash("claude-bedrock reset --json")] }),
            says("RESET-DONE"),
        ],
    );
}

/// What a person does for each command; settings files are kept as they were after some of them.
fn steps(machine: &Machine) -> Vec<Value> {
    let proceed = || [wait("Do you want to proceed?"), enter()];
    let home = |path: &str| machine.home().join(path).display().to_string();
    let keep = |path: &str, name: &str| json!({ "copy": [home(path), home(name)] });
    let command = |name: &str| [typed(name), enter()];
    let wizard = [
        // The list is made anew once everything is loaded; what is highlighted then is what Enter takes.
        typed("/bedrock"),
        wait("/bedrock:bedrock"),
        json!({ "erase": 8 }),
        json!({ "gone": "/bedrock:bedrock" }),
        typed("/bedrock"),
        wait("❯ /bedrock:bedrock"),
        enter(),
        wait("Use profile 'work'?"),
        enter(),
    ];
    let mut steps = vec![wait("says: Amazon Bedrock: the sign-in to `work` ended"), wait("credentials for another")];
    steps.extend(command("/bedrock:refresh").into_iter().chain(proceed()));
    let limit = json!({ "pause": 1.2 });
    steps.extend([wait("CODE-SHOWN"), limit, json!({ "post": "/_sandbox/approve" }), wait("SIGNED-IN 2")]);
    steps.extend(command("/bedrock:status"));
    steps.push(wait("STATUS-SHOWN arn:aws:sts::111122223333:assumed-role/"));
    steps.extend(wizard.into_iter().chain(proceed()));
    steps.extend([wait("Write these changes?"), enter()].into_iter().chain(proceed()));
    steps.extend([wait("WIZARD-DONE"), keep(".claude/settings.json", "wizard.json")]);
    steps.extend(command("/bedrock:models"));
    steps.extend([wait("Which model?"), enter()].into_iter().chain(proceed()));
    steps.extend([wait("Pin it?"), enter()].into_iter().chain(proceed()));
    steps.extend([wait("MODELS-DONE true"), keep(".claude/settings.json", "models.json")]);
    steps.extend(command("/bedrock:diagnose"));
    steps.extend([wait("Fix it: O02?"), enter()].into_iter().chain(proceed()));
    steps.extend([wait("DIAGNOSE-DONE"), keep("project/.claude/settings.local.json", "diagnose.json")]);
    steps.extend(command("/bedrock:reset"));
    steps.extend([wait("Remove the Bedrock configuration?"), enter()].into_iter().chain(proceed()));
    steps.push(wait("RESET-DONE"));
    steps
}

#[test]
fn every_slash_command_runs_to_its_end_in_a_real_session() {
    let Some(claude) = newest() else { return };
    let machine = machine(&claude);
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    machine.program(&["plugin", "install"]).success();
    let faulty = r#"{"env": {"MAX_THINKING_TOKENS": "9000", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "8000"}}"#;
    machine.write("home/project/.claude/settings.local.json", faulty);
    sets_up_and_undoes(&machine);
    looks_and_chooses(&machine);
    refreshes(&machine);
    // Nobody is signed in any more, and Claude Code has role credentials for another hour.
    machine.change(&machine.token_file(), |token| {
        token["expiresAt"] = json!("2020-01-01T00:00:00Z");
        token.as_object_mut().expect("an object").remove("refreshToken");
    });
    let screen = at_a_terminal(&machine, &claude, &steps(&machine));
    let read = |path: &str| fs_err::read_to_string(machine.home().join(path)).expect("readable");
    let json = |path: &str| -> Value { serde_json::from_str(&read(path)).expect("JSON") };
    let token: Value = serde_json::from_slice(&fs_err::read(machine.token_file()).expect("a token")).expect("JSON");
    assert!(token["refreshToken"].is_string() && token["expiresAt"] != "2020-01-01T00:00:00Z", "{screen}");
    assert_eq!(machine.asked("StartDeviceAuthorization"), 1, "one sign-in");
    assert_eq!(json("wizard.json")["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-opus-5-5");
    assert_eq!(json("models.json")["env"]["ANTHROPIC_MODEL"], CHOSEN);
    assert_eq!(json("diagnose.json")["env"]["MAX_THINKING_TOKENS"], "4000");
    let settings = read(".claude/settings.json");
    assert!(!settings.contains("CLAUDE_CODE_USE_BEDROCK") && settings.contains(super::PLUGIN), "{settings}");
    assert_eq!(read("project/.claude/settings.local.json"), faulty, "reset undoes what was mended");
}
