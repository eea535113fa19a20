//! Claude Code in AWS `GovCloud`: its models, its region and its identity are of that partition, and no other is asked.

use serde_json::Value;

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};

#[test]
fn a_turn_in_govcloud_meets_only_what_is_there() {
    for version in CLAUDE_VERSIONS {
        let Some(claude) = claude_code(version) else { continue };
        let mut machine = Machine::playing(include_str!("../../sandbox/accounts/us-gov.toml"), "");
        machine.program(&["setup", "--yes", "--profile", "work", "--residency", "us"]).success();
        let listed: Value = serde_json::from_str(&machine.program(&["models", "--json"]).success()).expect("JSON");
        let exists = |id: &str| listed["models"].as_array().expect("a list").iter().any(|model| model["id"] == id);
        let alias = ["-p", "Say hello.", "--model", "opus"];
        for (model, expected) in [(None, "claude-sonnet-4-6"), (Some(alias), "claude-opus-4-8")] {
            let run = match model {
                None => machine.ask(&claude),
                Some(alias) => machine.run(std::iter::once(claude.as_os_str()).chain(alias.iter().map(AsRef::as_ref))),
            };
            let answer = run.success();
            let begins = format!("us-gov.anthropic.{expected} in us-gov-west-1, as arn:aws-us-gov:sts::111122223333:");
            assert!(answer.contains(&begins), "{version}: {answer}");
            let requests = machine.requests();
            let invoked = requests.iter().filter(|request| request.operation.starts_with("InvokeModel"));
            for request in invoked {
                assert!(exists(request.model.as_deref().unwrap_or_default()), "{version}: {request:?}");
            }
            for request in requests.iter().filter(|request| request.region.is_some()) {
                assert_eq!(
                    (request.region.as_deref(), request.status),
                    (Some("us-gov-west-1"), 200),
                    "{version}: {request:?}"
                );
            }
        }
    }
}
