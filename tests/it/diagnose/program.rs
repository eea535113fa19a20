//! The command itself: what it prints, its exit codes, its JSON.

use std::process::Command;

use serde_json::Value;

use super::shared;
use crate::clients::machine::json_schema;
use crate::harness::Home;

fn faulty() -> Home {
    let home = Home::new();
    home.write(".claude/settings.json", shared(", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"4096\"", ""));
    home
}

#[test]
fn a_finding_is_shown_with_its_line_underlined() {
    let home = faulty();
    let run = home.run(["diagnose", "--offline", "--only", "O01"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(home.portable(&run.stdout), @r#"
    warning[O01] `CLAUDE_CODE_MAX_OUTPUT_TOKENS` is 4096: longer answers, and whole files, break off with an error
        --> ~/.claude/settings.json:9
        9 | "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "4096"
          |                                  ^^^^^^
        why: `CLAUDE_CODE_MAX_OUTPUT_TOKENS` cuts it; older guides recommend 4096, which is little for
             writing files.
        fix: take it away; each model then has a limit that fits: `claude-bedrock diagnose --fix`
             in ~/.claude/settings.json
             - env.CLAUDE_CODE_MAX_OUTPUT_TOKENS: "4096"

    ✘ 1 warning; 0 checks passed, 0 could not be made
    "#);
}

#[test]
fn exit_codes_tell_health_from_problems_from_wrong_use() {
    let home = faulty();
    assert_eq!(home.run(["diagnose", "--offline"]).code, Some(1));
    let _ = home.run(["diagnose", "--offline", "--only", "A"]).success();
    let said = home.run(["diagnose", "--only", "Z99"]).failure(2);
    assert!(said.contains("`Z99`"), "{said}");
    let _ = home.run(["diagnose", "--offline", "--probe"]).failure(2);
    let _ = home.run(["diagnose", "--yes"]).failure(2);
}

#[test]
fn only_narrows_findings_and_what_passed() {
    let home = faulty();
    let report = home.run(["diagnose", "--offline", "--json", "--only", "m13,C07"]).json();
    let ids: Vec<&str> =
        report["passed"].as_array().expect("a list").iter().filter_map(|passed| passed["id"].as_str()).collect();
    assert_eq!(ids, ["C07", "M13"], "{report}");
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn the_json_is_what_its_schema_says() {
    let home = faulty();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnose.schema.json");
    let check = "import json, sys, jsonschema\n\
                 schema = json.load(open(sys.argv[1]))\n\
                 jsonschema.Draft202012Validator.check_schema(schema)\n\
                 for path in sys.argv[2:]: jsonschema.validate(json.load(open(path)), schema)\n";
    let Some(python) = json_schema() else { return };
    let runs: [&[&str]; 4] = [
        &["diagnose", "--json"],
        &["diagnose", "--json", "--offline"],
        &["diagnose", "--json", "--fix", "--yes"],
        &["diagnose", "--json", "--only", "A"],
    ];
    let mut paths = Vec::new();
    for (number, arguments) in runs.iter().enumerate() {
        let run = home.run(*arguments);
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(report["version"], 1);
        paths.push(home.write(&format!("report-{number}.json"), run.stdout));
    }
    let output = Command::new(python).args(["-c", check, schema]).args(paths).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
