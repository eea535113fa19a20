//! Claude Code with the pins that were written: a turn, an alias and a background request meet only models that exist.

use serde_json::Value;

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};

/// Sonnet answers under `jp.` alone, Haiku and Fable of the newest generation are not there, and Opus 5.5 is closed.
const CHANGES: [(&str, &str); 3] = [
    ("geographies = [\"jp\", \"global\"]", "geographies = [\"jp\"]"),
    ("name = \"Claude Haiku 5.5\"\n", "name = \"Claude Haiku 5.5\"\ngeographies = [\"us\"]\n"),
    ("name = \"Claude Fable 5.2\"\n", "name = \"Claude Fable 5.2\"\ngeographies = [\"us\"]\n"),
];

#[test]
fn a_turn_an_alias_and_a_background_request_meet_only_models_that_exist() {
    for version in CLAUDE_VERSIONS {
        let Some(claude) = claude_code(version) else { continue };
        let closed = "[accounts.gates]\nclosed_models = [\"anthropic.claude-opus-5-5\"]\n";
        let mut machine = Machine::with_more(closed);
        for (from, to) in CHANGES {
            machine.change_account(from, to);
        }
        machine.program(&["setup", "--yes", "--profile", "work", "--region", "ap-northeast-1"]).success();
        machine.program(&["models", "pin", "--auto", "--yes", "--residency", "jp"]).success();
        let listed: Value = serde_json::from_str(&machine.program(&["models", "--json"]).success()).expect("JSON");
        let models = listed["models"].as_array().expect("a list");
        let pinned = |role: &str| {
            let is_it =
                |model: &&Value| model["pinned_as"].as_array().is_some_and(|roles| roles.contains(&role.into()));
            models.iter().find(is_it).and_then(|model| model["id"].as_str()).map(str::to_owned)
        };
        assert_eq!(pinned("main").as_deref(), Some("jp.anthropic.claude-sonnet-5-5"));
        assert_eq!(pinned("opus").as_deref(), Some("jp.anthropic.claude-opus-5"));
        assert_eq!(pinned("background").as_deref(), Some("jp.anthropic.claude-haiku-4-5-20251001-v1:0"));
        let exists = |id: &str| models.iter().any(|model| model["id"] == id && model["probe"]["status"] == "answered");
        // A turn with the main model, one with each alias, as subagents and `/model` use them, and one that is sent to
        // the background model, which is what titles and summaries are asked of.
        let background = pinned("background").expect("pinned");
        for (model, expected) in
            [(None, pinned("main")), (Some("opus"), pinned("opus")), (Some("haiku"), Some(background.clone()))]
        {
            let answer = match model {
                None => machine.ask(&claude).success(),
                Some(model) => machine
                    .run([claude.as_os_str(), "-p".as_ref(), "Say hello.".as_ref(), "--model".as_ref(), model.as_ref()])
                    .success(),
            };
            let expected = expected.expect("pinned");
            assert!(answer.contains(&format!("{expected} in")), "{version} {model:?}: {answer}");
            for request in machine.requests().iter().filter(|request| request.operation.starts_with("InvokeModel")) {
                let id = request.model.as_deref().unwrap_or_default();
                assert!(exists(id) && request.status == 200, "{version} {model:?}: {request:?}");
            }
        }
        machine.program(&["reset"]).success();
    }
}
