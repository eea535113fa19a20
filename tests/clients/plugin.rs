//! The plugin in the real Claude Code: installed, updated, asked at a terminal, and never approving what it should not.

mod commands;
mod large;
mod notices;

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

/// A person at a terminal: the variables of their shell, the folder they are in, and what they do.
#[derive(Default)]
struct Person {
    variables: Vec<(&'static str, String)>,
    folder: Option<PathBuf>,
    steps: Vec<Value>,
}

/// Plays people at Claude Code's interface, all at once, and gives what each of them saw in the end.
fn at_terminals(machine: &Machine, claude: &Path, people: &[Person]) -> Vec<String> {
    let typist = machine.write("typist.py", include_str!("plugin/typist.py"));
    let sessions = people.iter().map(|Person { variables, folder, steps }| {
        let variables: serde_json::Map<_, _> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        json!({ "variables": variables, "folder": folder, "steps": steps })
    });
    let sessions = Value::from(sessions.collect::<Vec<_>>()).to_string();
    let mut command = vec!["python3".to_owned(), typist.display().to_string(), sessions];
    command.extend([claude.display().to_string(), "--permission-mode".into(), "default".into()]);
    serde_json::from_str(&machine.run(command).success()).expect("screens")
}

/// Plays one person at Claude Code's interface, and gives what they saw in the end.
pub(super) fn at_a_terminal(machine: &Machine, claude: &Path, steps: &[Value]) -> String {
    at_terminals(machine, claude, &[Person { steps: steps.to_vec(), ..Person::default() }]).remove(0)
}

fn wait(text: &str) -> Value {
    json!({ "wait": text })
}

fn typed(text: &str) -> Value {
    json!({ "type": text })
}

fn enter() -> Value {
    json!({ "key": "Enter" })
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
    // From the repository, as `/plugin marketplace add` does it.
    machine.run([claude, "plugin", "marketplace", "add", env!("CARGO_MANIFEST_DIR")]).success();
    machine.run([claude, "plugin", "install", PLUGIN]).success();
    assert!(machine.run([claude, "plugin", "list"]).success().contains(PLUGIN));
    let said = machine.program(&["plugin", "uninstall"]).success();
    assert!(said.contains("The plugin is removed from Claude Code"), "{said}");
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    let before = fs_err::read(machine.home().join(".claude/settings.json")).expect("settings");
    for _ in 0..2 {
        let status: Value =
            serde_json::from_str(&machine.program(&["plugin", "install", "--json"]).success()).expect("JSON");
        assert_eq!((&status["installed"], &status["enabled"]), (&json!(true), &json!(true)));
        assert_eq!(status["plugin_version"], status["program_version"]);
    }
    // A session that begins with a token that has ended just works: beside `awsAuthRefresh`, which is run at the same
    // time, and without it.
    let settings = machine.home().join(".claude/settings.json");
    let end = || machine.change(&machine.token_file(), |token| token["expiresAt"] = json!("2020-01-01T00:00:00Z"));
    let asked = || (machine.asked("CreateToken"), machine.asked("StartDeviceAuthorization"));
    for helper in ["awsAuthRefresh", "none"] {
        end();
        let answer = machine.run([claude, "-p", "Say hello."]).success();
        assert!(answer.starts_with("Hello from the AWS sandbox"), "{answer}");
        assert_eq!(asked(), (1, 0), "with {helper}");
        end();
        let greeting = [wait("❯"), typed("Say hello."), enter(), wait("Hello from the AWS sandbox")];
        let screen = at_a_terminal(&machine, Path::new(claude), &greeting);
        // There Claude Code itself renews the token at the same moment, under no lock of ours; one of the two is refused
        // and takes what the other got.
        let requests = machine.requests();
        let tokens = requests.iter().filter(|request| request.operation == "CreateToken" && request.status == 200);
        let seen = (tokens.count(), asked().1, screen.contains("says: Amazon Bedrock"));
        assert_eq!(seen, (1, 0, false), "at a terminal with {helper}: {screen}");
        machine.change(&settings, |settings| {
            settings.as_object_mut().expect("an object").remove("awsAuthRefresh");
        });
    }
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
