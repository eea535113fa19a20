//! Claude Code on Mantle: refused without its own permission, which `explain` and `diagnose` name, and answered with it.

use serde_json::{Value, json};

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};

const MODEL: &str = "anthropic.claude-opus-5-5";

const PERMISSIONS: &str = "allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"]";

#[test]
fn claude_code_answers_from_mantle_once_its_own_permission_is_there() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let mut machine = Machine::new();
    let env = json!({ "CLAUDE_CODE_USE_MANTLE": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work",
        "ANTHROPIC_MODEL": MODEL, "ANTHROPIC_DEFAULT_OPUS_MODEL": MODEL, "ANTHROPIC_DEFAULT_SONNET_MODEL": MODEL,
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "anthropic.claude-haiku-4-5" });
    machine.write("home/.claude/settings.json", json!({ "env": env }).to_string());
    let diagnosed = |machine: &Machine| -> Value {
        let run = machine.program(&["diagnose", "--probe", "--yes", "--json"]);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    };

    let refused = machine.ask(&claude);
    assert!(refused.stdout.contains("is not authorized to perform: bedrock-mantle:CreateInference"), "{refused:?}");
    let run = machine.program(&["explain", "--json", &refused.stdout]);
    let explained: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert_eq!(
        (&explained["matches"][0]["id"], &explained["matches"][0]["confidence"]),
        (&json!("P13"), &json!("certain"))
    );
    let report = diagnosed(&machine);
    let problems = report["findings"].as_array().expect("a list").iter().filter(|one| one["severity"] != "hint");
    let ids: Vec<&Value> = problems.map(|one| &one["id"]).collect();
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == "P13"), "{report:#}");

    machine.change_account(
        PERMISSIONS,
        &PERMISSIONS.replace("bedrock:*\"", "bedrock:*\", \"bedrock-mantle:CreateInference\""),
    );
    let answer = machine.ask(&claude).success();
    assert!(answer.contains(&format!("{MODEL} in us-west-2, as ")), "{answer}");
    let turns: Vec<_> =
        machine.requests().into_iter().filter(|request| request.operation == "CreateInference").collect();
    assert!(!turns.is_empty() && turns.iter().all(|turn| turn.status == 200), "{turns:#?}");
    assert_eq!(machine.asked("InvokeModelWithResponseStream"), 0);
    let report = diagnosed(&machine);
    assert_eq!(report["healthy"], true, "{report:#}");
    let passed = report["passed"].as_array().expect("a list");
    assert!(passed.iter().any(|check| check["id"] == "P13"), "{report:#}");
}
