//! Claude Code in every account of the table of `tests/it`: with what was written there it asks for models that exist.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Map, Value, json};

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};
use super::plugin::{script, trusted};
use crate::models::truths::{self, Truth};

/// How many accounts are visited at once.
const AT_ONCE: usize = 3;

/// The aliases a subagent may be asked by.
const ALIASES: [&str; 4] = ["opus", "sonnet", "haiku", "fable"];

#[test]
fn in_every_account_the_newest_asks_only_for_models_that_exist() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let truths: Vec<&Truth> = truths::all().collect();
    let next = AtomicUsize::new(0);
    let test = thread::current().name().unwrap_or_default().to_owned();
    thread::scope(|scope| {
        for visitor in 0..AT_ONCE {
            let visit_all = || {
                while let Some(truth) = truths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    visit(truth, &claude);
                }
            };
            let thread = thread::Builder::new().name(format!("{test}-{visitor}"));
            thread.spawn_scoped(scope, visit_all).expect("a thread");
        }
    });
}

/// What is pinned as the main model of the usual account.
const SONNET: &str = "us.anthropic.claude-sonnet-5-5";
/// A model of another time.
const OLD: &str = "us.anthropic.claude-3-5-haiku-20241022-v1:0";

/// All of these variables beat pins.
#[test]
fn whatever_the_shell_says_of_models_the_pins_count() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let truth = &truths::PLACES[0];
    let mut machine = machine(truth, &claude);
    for name in [
        "ANTHROPIC_SMALL_FAST_MODEL",
        "CLAUDE_CODE_SUBAGENT_MODEL",
        "CLAUDE_CODE_WORKFLOW_SUBAGENT_MODEL",
        "CLAUDE_CODE_AUTO_MODE_MODEL",
    ] {
        machine.variable(name, OLD);
    }
    a_session(truth, &machine, &claude);
    a_workflow_in_auto_mode(&machine, &claude, "us.anthropic.claude-sonnet-5");
    let old: Vec<_> = machine.requests().into_iter().filter(|request| request.model.as_deref() == Some(OLD)).collect();
    assert_eq!(old, []);
}

/// A Sonnet that is pinned and too new to judge leaves it to an older one.
#[test]
fn where_the_model_that_judges_is_not_there_a_pin_does() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let change = &[("id = \"anthropic.claude-sonnet-5\"", "id = \"anthropic.claude-sonnet-3\"")];
    let truth = Truth { change, ..truths::PLACES[0] };
    let machine = machine(&truth, &claude);
    let pins = pins(&truth, &machine);
    a_workflow_in_auto_mode(&machine, &claude, pins[&pin_of("haiku")].as_str().expect("text"));
    let refused: Vec<_> = machine.requests().into_iter().filter(|request| request.status != 200).collect();
    assert_eq!(refused, []);
}

/// A workflow's subagent, and a command that auto mode's judge looks at.
fn a_workflow_in_auto_mode(machine: &Machine, claude: &Path, judge: &str) {
    let workflow = "export const meta = { name: 'look', description: 'Look' }\nawait agent('Look at the workflow.')";
    let turns = [
        json!({ "tools": [{ "name": "Workflow", "input": { "script": workflow } }] }),
        json!({ "tools": [{ "name": "Bash", "input": { "command": "touch made" } }] }),
        json!({ "text": "DONE" }),
    ];
    script(machine, "begin the work", &turns);
    let settings = json!({ "enableWorkflows": true, "permissions": { "allow": ["Workflow"] } }).to_string();
    let command = ["--settings", &settings, "--permission-mode", "auto", "-p", "Please begin the work."];
    let run = machine.run(std::iter::once(claude.as_os_str()).chain(command.iter().map(AsRef::as_ref)));
    assert!(run.stdout.contains("DONE"), "{run:?}");
    let asked = |operation: &str| machine.bodies(operation);
    let subagents = asked("InvokeModelWithResponseStream");
    let is_of_workflow = |body: &Value| body["messages"][0].to_string().contains("Look at the workflow.");
    assert!(subagents.iter().any(|(model, body)| is_of_workflow(body) && model == SONNET), "{run:?}");
    assert!(asked("InvokeModel").iter().any(|(model, _)| model == judge), "{run:?}");
}

fn machine(truth: &Truth, claude: &Path) -> Machine {
    trusted(Machine::playing(&truth.text(), truth.more), claude)
}

fn visit(truth: &Truth, claude: &Path) {
    let machine = machine(truth, claude);
    if truth.main.is_empty() {
        nothing_is_written(truth, &machine);
    } else {
        a_session(truth, &machine, claude);
    }
}

/// Where no model answers, the set-up that has them asked says which gate is shut.
fn nothing_is_written(truth: &Truth, machine: &Machine) {
    let mut setup = vec!["setup", "--yes", "--probe", "--profile", truth.profile, "--region", truth.region];
    setup.extend(truth.residency.iter().flat_map(|residency| ["--residency", residency]));
    let said = machine.program(&setup).failure(2);
    let gate = truth.stopped.first().map(|(_, mode)| *mode).filter(|mode| mode.starts_with('P'));
    let reasons =
        ["keeps to `--residency eu`", "lists no Claude inference profile", "is not allowed to list the models"];
    let is_told = |reason: &&str| said.contains(*reason);
    match gate {
        Some(gate) => assert!(said.contains(&format!(" does not answer: {gate}: ")), "{}: {said}", truth.name),
        None => assert!(reasons.iter().any(is_told), "{}: {said}", truth.name),
    }
    assert!(!machine.home().join(".claude/settings.json").exists(), "{}: {said}", truth.name);
}

/// A turn of the main model, a subagent by each alias and one by none, and a background request before them: all in one
/// session, with the pins as they were written.
fn a_session(truth: &Truth, machine: &Machine, claude: &Path) {
    let name = truth.name;
    let pins = pins(truth, machine);
    assert_eq!(pins["ANTHROPIC_MODEL"], truth.main, "{name}");
    if truth.stops(truth.main) {
        // It was pinned although it had no room at that moment; the weather has passed.
        machine.write("account.toml", truth.text());
    }
    // The background model judges what a user says for a hook of this kind.
    let hook = json!({ "UserPromptSubmit": [{ "hooks": [{ "type": "prompt", "prompt": "Is it fine?" }] }] });
    let hook = machine.write("hook.json", json!({ "hooks": hook }).to_string());
    script(machine, "ask them all", &[json!({ "tools": subagents() }), json!({ "text": "ASKED" })]);
    let command = ["--settings", hook.to_str().expect("UTF-8"), "-p", "Please ask them all."];
    let run = machine.run(std::iter::once(claude.as_os_str()).chain(command.iter().map(AsRef::as_ref)));
    assert!(run.stdout.contains("ASKED"), "{name}: {run:?}\n{:?}", machine.requests());
    let asked = asked(machine);
    let all: BTreeSet<String> = pins.values().map(|pin| pin.as_str().expect("text").to_owned()).collect();
    assert_eq!(asked.turns, all, "{name}: the main model and what each alias means");
    assert_eq!(asked.in_background, [pins[&pin_of("haiku")].as_str().expect("text")], "{name}: in the background");
    assert_eq!(asked.checks, BTreeSet::new(), "{name}: nor is a model looked for");
    for request in machine.requests().iter().filter(|request| request.operation.starts_with("InvokeModel")) {
        let model = request.model.as_deref().unwrap_or_default();
        assert_eq!(request.region.as_deref(), Some(truth.region), "{name}: {request:?}");
        assert!(
            request.status == 200 && all.contains(&model.replace("%3A", ":").replace("%2F", "/")),
            "{name}: {request:?}"
        );
    }
}

fn pin_of(family: &str) -> String {
    format!("ANTHROPIC_DEFAULT_{}_MODEL", family.to_uppercase())
}

/// The models that were asked in the last run.
#[derive(Default)]
struct Asked {
    turns: BTreeSet<String>,
    in_background: Vec<String>,
    /// For one token, to see whether they are there.
    checks: BTreeSet<String>,
}

fn asked(machine: &Machine) -> Asked {
    let mut asked = Asked::default();
    let operations = ["InvokeModel", "InvokeModelWithResponseStream"];
    for (model, body) in operations.into_iter().flat_map(|operation| machine.bodies(operation)) {
        let model = model.replace("%3A", ":").replace("%2F", "/");
        if body["max_tokens"] == 1 {
            asked.checks.insert(model);
        } else if body["tools"].as_array().is_none_or(Vec::is_empty) {
            asked.in_background.push(model);
        } else {
            asked.turns.insert(model);
        }
    }
    asked
}

fn subagents() -> Vec<Value> {
    let subagent = |model: Option<&str>| {
        let mut input = json!({ "description": "look", "prompt": "Have a look.", "subagent_type": "general-purpose",
            "run_in_background": false });
        if let Some(model) = model {
            input["model"] = model.into();
        }
        json!({ "name": "Agent", "input": input })
    };
    ALIASES.map(Some).into_iter().chain([None]).map(subagent).collect()
}

/// What our program pins there.
fn pins(truth: &Truth, machine: &Machine) -> Map<String, Value> {
    // Where only what goes anywhere answers, somebody has to allow that.
    let any = truth.main.starts_with("global.").then_some("any");
    let residency = truth.residency.or(any).map(|residency| ["--residency", residency]);
    let mut setup = vec!["setup", "--yes", "--profile", truth.profile, "--region", truth.region];
    setup.extend(residency.iter().flatten());
    match truth.typed.first() {
        // It pins what `models pin --auto` pins, which the tests of `models` compare.
        None => {
            setup.push("--probe");
            machine.program(&setup).success();
        }
        Some(main) => {
            setup.extend(["--model", main]);
            machine.program(&setup).success();
            let mut pin = vec!["models", "pin", "--yes"];
            pin.extend(residency.iter().flatten());
            pin.extend(truth.typed);
            machine.program(&pin).success();
        }
    }
    let settings = fs_err::read(machine.home().join(".claude/settings.json")).expect("settings");
    let settings: Value = serde_json::from_slice(&settings).expect("JSON");
    let env = settings["env"].as_object().expect("an object").clone();
    // What is empty pins nothing, and cancels what a shell says.
    env.into_iter().filter(|(name, id)| name.ends_with("_MODEL") && id != "").collect()
}
