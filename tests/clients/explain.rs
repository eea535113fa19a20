//! Claude Code fails for real, writes its debug log, and `explain --last` names the failure.

use std::path::Path;

use serde_json::Value;

use super::machine::{CLAUDE_VERSIONS, Machine, claude_code};

/// Settings that share the profile `work` with one model pinned.
const SETTINGS: &str = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work",
    "ANTHROPIC_MODEL": "us.anthropic.claude-sonnet-5-5",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5"}}"#;

/// What is made of the debug log of one failing question: the first mode and how sure that is.
fn explained(machine: &mut Machine, claude: &Path) -> (String, String, Value) {
    machine.write("home/.claude/settings.json", SETTINGS);
    let _ = fs_err::remove_dir_all(machine.home().join(".claude/debug"));
    for (name, value) in [("CLAUDE_CODE_MAX_RETRIES", "0"), ("DISABLE_AUTOUPDATER", "1")] {
        machine.variable(name, value);
    }
    // One run of the account, so that the log and its explanation belong together.
    let script = format!(
        "'{}' --debug -p 'Say hello.' >/dev/null 2>&1 </dev/null\nexec claude-bedrock explain --last --json\n",
        claude.display()
    );
    let script = machine.write("ask.sh", script);
    let run = machine.run([Path::new("/bin/sh"), &script]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let first = &report["matches"][0];
    let text = |name: &str| first[name].as_str().unwrap_or_default().to_owned();
    (text("id"), text("confidence"), report)
}

#[test]
fn the_debug_log_of_real_failures_names_them() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let throttled = "[[faults]]\noperation = \"InvokeModelWithResponseStream\"\neffect = { answer = { status = 429, \
                     code = \"ThrottlingException\", message = \"Too many tokens per day, please wait before trying again.\" } }\n";
    let forbidden = "[[service_control_policies]]\nname = \"no\"\n[[service_control_policies.statements]]\n\
                     effect = \"deny\"\nactions = [\"bedrock:InvokeModel*\"]\n";
    for (id, more) in [("P07", forbidden), ("Q02", throttled)] {
        let mut machine = Machine::with_more(more);
        let (found, confidence, report) = explained(&mut machine, &claude);
        assert_eq!((found.as_str(), confidence.as_str()), (id, "certain"), "{report:#}");
    }
    let mut machine = Machine::new();
    machine.sign_out();
    let (found, confidence, report) = explained(&mut machine, &claude);
    assert_eq!((found.as_str(), confidence.as_str()), ("A03", "certain"), "{report:#}");
    assert_eq!(report["matches"][0]["fix"]["command"], "claude-bedrock login --profile work", "{report:#}");

    // What an ordinary session writes is no failure.
    let mut machine = Machine::new();
    let (found, _, report) = explained(&mut machine, &claude);
    assert_eq!(found, "", "{report:#}");
}
