//! The plugin in the real Claude Code: installed, updated, asked at a terminal, and never approving what it should not.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use claude_bedrock::plugin_files::{self, MARKETPLACE, PLUGIN};
use serde_json::{Value, json};

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};
use crate::harness::PROGRAM;

fn machine(claude: &Path) -> Machine {
    trusted(Machine::new(), claude)
}

/// The machine with Claude Code on `PATH` and a project that is trusted.
pub(super) fn trusted(mut machine: Machine, claude: &Path) -> Machine {
    let folders = [claude.parent().expect("a folder"), Path::new(PROGRAM).parent().expect("a folder")];
    let path = folders.map(|folder| folder.display().to_string()).join(":");
    machine.variable("PATH", format!("{path}:/usr/local/bin:/usr/bin:/bin"));
    machine.variable("CLAUDE_CODE_MAX_RETRIES", "0");
    machine.variable("DISABLE_AUTOUPDATER", "1");
    machine.variable("CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL", "1");
    let project = machine.home().join("project");
    let trusted = json!({ "hasCompletedOnboarding": true, "theme": "dark",
        "projects": { project.to_str().expect("UTF-8"): { "hasTrustDialogAccepted": true } } });
    machine.write("home/.claude.json", trusted.to_string());
    machine
}

/// The marketplace's folder, where it may be changed.
fn marketplace(machine: &Machine) -> PathBuf {
    let folder = machine.home().join("marketplace");
    plugin_files::write(&folder).expect("written");
    folder
}

/// Puts conversations at the end of the account file, as TOML of JSON's strings.
pub(super) fn script(machine: &Machine, prompt: &str, turns: &[Value]) {
    let account = machine.home().parent().expect("a folder").join("account.toml");
    let mut text = fs_err::read_to_string(&account).expect("the account file");
    let turns: Vec<String> = turns.iter().map(toml_of).collect();
    let _ = writeln!(text, "\n[[scripts]]\nprompt = {}\nturns = [{}]", toml_of(&json!(prompt)), turns.join(", "));
    machine.write("account.toml", text);
}

/// JSON as an inline value of TOML.
fn toml_of(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let pairs: Vec<String> = object.iter().map(|(key, value)| format!("{key} = {}", toml_of(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(toml_of).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn bash(command: &str) -> Value {
    json!({ "name": "Bash", "input": { "command": command } })
}

/// Plays a person at Claude Code's interface, and gives what they saw in the end.
pub(super) fn at_a_terminal(machine: &Machine, claude: &Path, steps: &[Value]) -> String {
    let typist = machine.write("typist.py", include_str!("plugin/typist.py"));
    let steps = Value::from(steps).to_string();
    let mut command = vec!["python3".to_owned(), typist.display().to_string(), steps];
    command.extend([claude.display().to_string(), "--permission-mode".into(), "default".into()]);
    machine.run(command).success()
}

fn newest() -> Option<PathBuf> {
    claude_code(CLAUDE_VERSIONS[0])
}

#[test]
fn the_plugin_is_validated_installed_updated_and_removed_and_renews_before_the_first_request() {
    let Some(claude) = newest() else { return };
    let machine = machine(&claude);
    let claude = claude.to_str().expect("UTF-8");
    let folder = marketplace(&machine);
    for place in [folder.clone(), folder.join("plugin")] {
        let said = machine.run([claude, "plugin", "validate", "--strict", place.to_str().expect("UTF-8")]).success();
        assert!(said.contains("Validation passed"), "{said}");
    }
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    let before = fs_err::read(machine.home().join(".claude/settings.json")).expect("settings");
    for _ in 0..2 {
        let status: Value =
            serde_json::from_str(&machine.program(&["plugin", "install", "--json"]).success()).expect("JSON");
        assert_eq!((&status["installed"], &status["enabled"]), (&json!(true), &json!(true)));
        assert_eq!(status["plugin_version"], status["program_version"]);
    }
    // A session that begins with a token that has ended just works.
    machine.change(&machine.token_file(), |token| token["expiresAt"] = json!("2020-01-01T00:00:00Z"));
    let answer = machine.run([claude, "-p", "Say hello."]).success();
    assert!(answer.starts_with("Hello from the AWS sandbox"), "{answer}");
    assert_eq!((machine.asked("CreateToken"), machine.asked("StartDeviceAuthorization")), (1, 0));
    // A second version.
    let manifest = machine.home().join(".local/state/claude-bedrock/marketplace/plugin/.claude-plugin/plugin.json");
    machine.change(&manifest, |manifest| manifest["version"] = json!("9.9.9"));
    machine.run([claude, "plugin", "update", PLUGIN]).success();
    let status: Value =
        serde_json::from_str(&machine.program(&["plugin", "status", "--json"]).success()).expect("JSON");
    assert_eq!(status["plugin_version"], "9.9.9");
    let status: Value =
        serde_json::from_str(&machine.program(&["plugin", "uninstall", "--json"]).success()).expect("JSON");
    assert_eq!(status["installed"], false);
    assert!(!manifest.exists());
    let settings = fs_err::read_to_string(machine.home().join(".claude/settings.json")).expect("settings");
    assert!(!settings.contains(MARKETPLACE), "{settings}");
    let now: Value = serde_json::from_str(&settings).expect("JSON");
    let then: Value = serde_json::from_slice(&before).expect("JSON");
    assert_eq!(now["env"], then["env"]);
}

#[test]
fn nothing_but_the_exact_commands_that_read_is_approved_unasked() {
    let Some(claude) = newest() else { return };
    let machine = machine(&claude);
    let folder = marketplace(&machine);
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    let approved = ["claude-bedrock status --json", "claude-bedrock status --offline --json"];
    let refused = [
        "claude-bedrock credentials",
        "claude-bedrock env",
        "claude-bedrock refresh",
        "claude-bedrock reset",
        "claude-bedrock setup --yes",
        "claude-bedrock status --json; touch pwned",
        "claude-bedrock status --json & touch pwned",
        "claude-bedrock status --json && claude-bedrock credentials",
        "claude-bedrock status --json\ntouch pwned",
        "claude-bedrock status --json --profile '$(touch pwned)'",
        "claude-bedrock status --json \"$(touch pwned)\"",
        "claude-bedrock status --json `touch pwned`",
        "claude-bedrock status --json | sh",
    ];
    let tools: Vec<Value> = approved.iter().chain(&refused).map(|command| bash(command)).collect();
    script(&machine, "# Amazon Bedrock: status", &[json!({ "tools": tools }), json!({ "text": "STATUS-SHOWN" })]);
    let plugin = folder.join("plugin");
    let run = machine.run([
        claude.to_str().expect("UTF-8"),
        "-p",
        "/bedrock:status",
        "--plugin-dir",
        plugin.to_str().expect("UTF-8"),
        "--permission-mode",
        "default",
        "--output-format",
        "stream-json",
        "--verbose",
    ]);
    let events: Vec<Value> = run.success().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let blocks = |kind: &str, event: &str| -> Vec<Value> {
        let contents = events.iter().filter(|e| e["type"] == event).filter_map(|e| e["message"]["content"].as_array());
        contents.flatten().filter(|block| block["type"] == kind).cloned().collect()
    };
    let results = blocks("tool_result", "user");
    for call in blocks("tool_use", "assistant") {
        let command = call["input"]["command"].as_str().expect("a command");
        let result = results.iter().find(|result| result["tool_use_id"] == call["id"]).expect("a result");
        let was_refused = result["is_error"] == true;
        assert_eq!(was_refused, !approved.contains(&command), "{command}: {result}");
    }
    assert_eq!(results.len(), approved.len() + refused.len());
    assert!(events.iter().any(|event| event["result"] == "STATUS-SHOWN"), "{events:#?}");
    assert!(!machine.home().join("project/pwned").exists());
}

#[test]
fn a_session_whose_sign_in_has_ended_says_so_and_is_mended_without_a_model() {
    let Some(claude) = newest() else { return };
    let mut machine = machine(&claude);
    machine.approve();
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", "shared", "--statusline"]).success();
    machine.program(&["plugin", "install"]).success();
    machine.change(&machine.token_file(), |token| {
        token["expiresAt"] = json!("2020-01-01T00:00:00Z");
        token.as_object_mut().expect("an object").remove("refreshToken");
    });
    // Without the helper of ours nobody else signs in meanwhile.
    machine.change(&machine.home().join(".claude/settings.json"), |settings| {
        settings.as_object_mut().expect("an object").remove("awsAuthRefresh");
    });
    let screen = at_a_terminal(
        &machine,
        &claude,
        &[
            json!({ "wait": "says: Amazon Bedrock: the sign-in to `work` ended" }),
            json!({ "wait": "Bedrock work · us-west-2 · sonnet · signed out: claude-bedrock login" }),
            json!({ "type": "!" }),
            json!({ "type": "claude-bedrock refresh && echo RENE''WED" }),
            json!({ "key": "Enter" }),
            json!({ "wait": "RENEWED" }),
        ],
    );
    assert!(screen.contains("! claude-bedrock refresh"), "{screen}");
    let token = fs_err::read_to_string(machine.token_file()).expect("a token");
    assert!(!token.contains("2020-01-01"), "{screen}");
}

#[test]
fn the_wizard_and_the_reset_run_to_their_end_in_a_healthy_session() {
    let Some(claude) = newest() else { return };
    let machine = machine(&claude);
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    machine.program(&["plugin", "install"]).success();
    let answers = json!({ "profile": "work", "region": "us-west-2", "model": "us.anthropic.claude-opus-5-5",
        "identity": "isolated" });
    let ask = |answers: &Value| format!("claude-bedrock setup --json --answers '{answers}'");
    let planned = machine.program(&["setup", "--json", "--answers", &answers.to_string()]).success();
    let plan: Value = serde_json::from_str(&planned).expect("JSON");
    assert_eq!(plan["state"], "plan", "{plan}");
    let mut agreed = answers.clone();
    agreed["confirmation"] = plan["question"]["choices"][0]["answer"].clone();
    let question = |text: &str, header: &str, yes: &str| {
        let options = json!([{ "label": yes, "description": "do it" }, { "label": "No", "description": "leave it" }]);
        let question = json!({ "question": text, "header": header, "multiSelect": false, "options": options });
        json!({ "tools": [{ "name": "AskUserQuestion", "input": { "questions": [question] } }] })
    };
    let status = "claude-bedrock status --offline --json";
    script(
        &machine,
        "# Amazon Bedrock: set-up",
        &[
            json!({ "tools": [bash(status), bash(&ask(&json!({})))] }),
            question("Use profile 'work'?", "Profile", "Yes, use work"),
            json!({ "tools": [bash(&ask(&answers))] }),
            question("Write these changes?", "Write", "Yes, write"),
            json!({ "tools": [bash(&ask(&agreed))] }),
            json!({ "text": "WIZARD-DONE" }),
        ],
    );
    script(
        &machine,
        "# Amazon Bedrock: reset",
        &[
            json!({ "tools": [bash("claude-bedrock reset --dry-run --json")] }),
            question("Remove the Bedrock configuration?", "Reset", "Yes, remove it"),
            json!({ "tools": [bash("claude-bedrock reset --json")] }),
            json!({ "text": "RESET-DONE" }),
        ],
    );
    let enter = || json!({ "key": "Enter" });
    let wait = |text: &str| json!({ "wait": text });
    let typed = |text: &str| json!({ "type": text });
    let erase = || json!({ "erase": 8 });
    let screen = at_a_terminal(
        &machine,
        &claude,
        &[
            wait("Amazon Bedrock"),
            // The list is made anew once everything is loaded; what is highlighted then is what Enter takes.
            typed("/bedrock"),
            wait("/bedrock:bedrock"),
            erase(),
            json!({ "gone": "/bedrock" }),
            typed("/bedrock"),
            wait("❯ /bedrock:bedrock"),
            enter(),
            wait("Use profile 'work'?"),
            enter(),
            wait("Do you want to proceed?"),
            enter(),
            wait("Write these changes?"),
            enter(),
            wait("Do you want to proceed?"),
            enter(),
            wait("WIZARD-DONE"),
            typed("/bedrock:reset"),
            enter(),
            wait("Remove the Bedrock configuration?"),
            enter(),
            wait("Do you want to proceed?"),
            enter(),
            wait("RESET-DONE"),
        ],
    );
    assert!(!screen.contains("says: Amazon Bedrock"), "nothing is said when all is well: {screen}");
    let settings = fs_err::read_to_string(machine.home().join(".claude/settings.json")).expect("settings");
    assert!(!settings.contains("CLAUDE_CODE_USE_BEDROCK") && settings.contains(PLUGIN), "{settings}");
}
