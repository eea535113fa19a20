//! Claude Code with the pins that were written: whatever it asks, it meets only models that exist.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};
use super::plugin::{at_a_terminal, script, trusted};
use crate::policy::permissions;

/// Everything answers under `jp.` alone, Haiku and Fable of the newest generation are not there, and Opus 5.5 is closed.
const CHANGES: [(&str, &str); 3] = [
    ("geographies = [\"jp\", \"global\"]", "geographies = [\"jp\"]"),
    ("name = \"Claude Haiku 5.5\"\n", "name = \"Claude Haiku 5.5\"\ngeographies = [\"us\"]\n"),
    ("name = \"Claude Fable 5.2\"\n", "name = \"Claude Fable 5.2\"\ngeographies = [\"us\"]\n"),
];

const CLOSED: &str = "[accounts.gates]\nclosed_models = [\"anthropic.claude-opus-5-5\"]\n";

const MAIN: &str = "jp.anthropic.claude-sonnet-5-5";
const OPUS: &str = "jp.anthropic.claude-opus-5";
const BACKGROUND: &str = "jp.anthropic.claude-haiku-4-5-20251001-v1:0";

#[test]
fn the_newest_meets_only_models_that_exist() {
    only_models_that_exist(CLAUDE_VERSIONS[0]);
}

#[test]
fn what_npm_installs_on_an_old_node_meets_only_models_that_exist() {
    only_models_that_exist(CLAUDE_VERSIONS[1]);
}

fn only_models_that_exist(version: &str) {
    let Some(claude) = claude_code(version) else { return };
    let mut machine = trusted(Machine::with_more(CLOSED), &claude);
    for (from, to) in CHANGES {
        machine.change_account(from, to);
    }
    machine.program(&["setup", "--yes", "--profile", "work", "--region", "ap-northeast-1"]).success();
    machine.program(&["models", "pin", "--auto", "--yes", "--residency", "jp"]).success();
    let listed: Value = serde_json::from_str(&machine.program(&["models", "--json"]).success()).expect("JSON");
    let models = listed["models"].as_array().expect("a list");
    for (role, id) in [("main", MAIN), ("opus", OPUS), ("sonnet", MAIN), ("background", BACKGROUND)] {
        let is_it = |model: &&Value| model["pinned_as"].as_array().is_some_and(|roles| roles.contains(&role.into()));
        assert_eq!(models.iter().find(is_it).map(|model| &model["id"]), Some(&json!(id)), "{version}: {role}");
    }
    let exists = |id: &str| models.iter().any(|model| model["id"] == id);
    turns(&mut machine, &claude, version, &exists);
    a_session(&machine, &claude, version, &exists);
    unpinned(&mut machine, &claude, version, &exists);
}

/// A profile of a team's own, of a model that has to be told how much to think.
const TEAM: &str = "[[accounts.inference_profiles]]\nid = \"team0123abcd\"\nname = \"team\"\nregion = \"us-west-2\"\n\
                    copy_from = \"us.anthropic.claude-opus-4-6-v1\"\n";
const TEAM_ARN: &str = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/team0123abcd";

const PERMISSIONS: &str = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";

#[test]
fn a_teams_profile_is_a_model_and_the_policy_holds_whatever_a_session_calls() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let machine = trusted(Machine::with_more(TEAM), &claude);
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    machine.program(&["models", "pin", TEAM_ARN, "--yes"]).success();
    let settings = fs_err::read_to_string(machine.home().join(".claude/settings.json")).expect("settings");
    let settings: Value = serde_json::from_str(&settings).expect("JSON");
    assert_eq!(settings["modelOverrides"]["claude-opus-4-6"], TEAM_ARN, "{settings}");
    let policy: Value = serde_json::from_str(&machine.program(&["policy"]).success()).expect("JSON");
    machine.change_account(PERMISSIONS, &format!("permissions = {}", permissions(&policy, "")));
    let check: Value = serde_json::from_str(&machine.program(&["policy", "check", "--json"]).success()).expect("JSON");
    assert_eq!((&check["method"], &check["missing_actions"]), (&json!("simulation"), &json!([])), "it is in force");
    let screen = ask_the_two_others(
        &machine,
        &claude,
        &[("small", "haiku"), ("middle", "sonnet")],
        &[json!({ "type": "/context" }), json!({ "key": "Enter" }), json!({ "wait": "to expand" })],
    );
    let requests = machine.requests();
    assert!(requests.iter().all(|request| request.status == 200), "{requests:?}\n{screen}");
    let asked = asked(&machine);
    for id in [TEAM_ARN, "us.anthropic.claude-sonnet-5-5", "us.anthropic.claude-haiku-5-5"] {
        assert!(asked.contains(&(id.to_owned(), 200)), "{id}: {asked:?}\n{screen}");
    }
    assert!(screen.contains("Opus 4.6") && machine.asked("CountTokens") > 0, "{screen}");
    let turns = machine.bodies("InvokeModelWithResponseStream");
    let mut turns = turns.iter().filter(|(model, _)| model.ends_with("team0123abcd"));
    let shape = turns.next().map(|(_, body)| (&body["thinking"]["type"], &body["output_config"]["effort"]));
    assert_eq!(shape, Some((&json!("adaptive"), &json!("high"))), "what the ARN does not say was declared");
}

#[test]
fn the_policy_holds_what_other_settings_make_a_session_send() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let machine = trusted(Machine::new(), &claude);
    let (small, there) = ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "us-east-1");
    let env = json!({ "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "AWS_REGION": "us-west-2",
        "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5", "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5",
        "ANTHROPIC_DEFAULT_FABLE_MODEL": "us.anthropic.claude-fable-5-2",
        "ANTHROPIC_SMALL_FAST_MODEL": small, "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION": there,
        "CLAUDE_CODE_SUBAGENT_MODEL": "us.anthropic.claude-sonnet-5" });
    machine.write("home/.claude/settings.json", json!({ "env": env }).to_string());
    let policy: Value = serde_json::from_str(&machine.program(&["policy"]).success()).expect("JSON");
    machine.change_account(PERMISSIONS, &format!("permissions = {}", permissions(&policy, "")));
    let screen = ask_the_two_others(&machine, &claude, &[("small", "haiku"), ("plain", "")], &[]);
    let requests = machine.requests();
    assert!(requests.iter().all(|request| request.status == 200), "{requests:?}\n{screen}");
    let asked = asked(&machine);
    for id in ["us.anthropic.claude-opus-5-5", "us.anthropic.claude-haiku-5-5", "us.anthropic.claude-sonnet-5", small] {
        assert!(asked.contains(&(id.to_owned(), 200)), "{id}: {asked:?}\n{screen}");
    }
    let mut of_small = requests.iter().filter(|request| request.model.as_deref() == Some(small));
    assert!(of_small.all(|request| request.region.as_deref() == Some(there)), "{requests:?}");
}

/// A turn with the main model, and one with each alias, as `/model` and subagents use them.
fn turns(machine: &mut Machine, claude: &Path, version: &str, exists: &dyn Fn(&str) -> bool) {
    for (alias, expected) in [(None, MAIN), (Some("sonnet"), MAIN), (Some("opus"), OPUS), (Some("haiku"), BACKGROUND)] {
        let answer = match alias {
            None => machine.ask(claude).success(),
            Some(alias) => machine
                .run([claude.as_os_str(), "-p".as_ref(), "Say hello.".as_ref(), "--model".as_ref(), alias.as_ref()])
                .success(),
        };
        assert!(answer.contains(&format!("{expected} in")), "{version} {alias:?}: {answer}");
        let asked = asked(machine);
        assert!(asked.iter().all(|(id, status)| exists(id) && *status == 200), "{version} {alias:?}: {asked:?}");
    }
}

/// A session at a terminal: Claude Code names it by asking its background model, and two subagents answer it.
fn a_session(machine: &Machine, claude: &Path, version: &str, exists: &dyn Fn(&str) -> bool) {
    let screen = ask_the_two_others(machine, claude, &[("small", "haiku"), ("large", "opus")], &[]);
    let asked = asked(machine);
    assert!(asked.iter().all(|(id, _)| exists(id)), "{version}: {asked:?}\n{screen}");
    // What is closed is tried by Claude Code itself, which would like to offer it, and never by a turn.
    let refused = asked.iter().filter(|(_, status)| *status != 200).map(|(id, _)| id.as_str());
    assert!(refused.into_iter().all(|id| id == "jp.anthropic.claude-opus-5-5"), "{version}: {asked:?}\n{screen}");
    for id in [MAIN, OPUS, BACKGROUND] {
        assert!(asked.contains(&(id.to_owned(), 200)), "{version}: {id} was not asked: {asked:?}\n{screen}");
    }
    let titles = machine.bodies("InvokeModelWithResponseStream");
    let titles = titles.iter().filter(|(_, body)| {
        body["tools"].as_array().is_none_or(Vec::is_empty) && body["system"].to_string().contains("title")
    });
    let named_by: Vec<&str> = titles.map(|(model, _)| model.as_str()).collect();
    assert!(!named_by.is_empty() && named_by.iter().all(|id| *id == BACKGROUND), "{version}: {named_by:?}\n{screen}");
}

/// A turn of the main model that has two subagents answer first, and what is done after it.
fn ask_the_two_others(machine: &Machine, claude: &Path, others: &[(&str, &str); 2], then: &[Value]) -> String {
    for (name, model) in others {
        let model = if model.is_empty() { String::new() } else { format!("model: {model}\n") };
        let text = format!("---\nname: {name}\ndescription: a {name} one\n{model}---\nYou are {name}.\n");
        machine.write(&format!("home/.claude/agents/{name}.md"), text);
    }
    let agents = others.map(|(name, _)| {
        let input = json!({ "description": "look", "prompt": "Have a look.", "subagent_type": name,
            "run_in_background": false });
        json!({ "name": "Agent", "input": input })
    });
    let turns = [json!({ "tools": agents }), json!({ "text": "DELEGATED" })];
    script(machine, "ask the two others", &turns);
    let mut steps = vec![
        json!({ "wait": "for shortcuts" }),
        json!({ "type": "Please ask the two others about the mountains of Norway." }),
        json!({ "key": "Enter" }),
        json!({ "wait": "DELEGATED" }),
    ];
    steps.extend_from_slice(then);
    at_a_terminal(machine, claude, &steps)
}

/// The same without the pins: something is asked that is not there.
fn unpinned(machine: &mut Machine, claude: &Path, version: &str, exists: &dyn Fn(&str) -> bool) {
    machine.change(&machine.home().join(".claude/settings.json"), |settings| {
        let env = settings["env"].as_object_mut().expect("an object");
        env.retain(|name, _| !name.ends_with("_MODEL") && name != "ANTHROPIC_BEDROCK_REGION_PREFIX");
    });
    let run = machine.ask(claude);
    let asked = asked(machine);
    assert!(asked.iter().any(|(id, status)| !exists(id) && *status == 400), "{version}: {asked:?} {run:?}");
}

/// Which models were asked in the last run, and how that ended.
fn asked(machine: &Machine) -> BTreeSet<(String, u64)> {
    let requests = machine.requests().into_iter().filter(|request| request.operation.starts_with("InvokeModel"));
    requests.map(|request| (request.model.unwrap_or_default(), request.status)).collect()
}
