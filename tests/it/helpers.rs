//! Commands of the user's own: `setup --export-command`, `--refresh-command`, and `helpers test`.

mod judged;
mod set_up;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, set_mode};

/// A script that gives the profile's credentials, as an organisation's own would.
fn grant() -> String {
    format!("exec {PROGRAM} credentials --profile work")
}

/// Writes a script of the user's own, executable for the user alone.
fn script(home: &Home, path: &str, body: &str) -> PathBuf {
    let path = home.write(path, format!("#!/bin/sh\n{body}\n"));
    set_mode(&path, 0o700);
    path
}

/// Settings with helper commands as a person would write them.
fn configure(home: &Home, export: Option<&str>, refresh: Option<&str>) {
    let mut settings = json!({"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2"}});
    for (key, value) in [("awsCredentialExport", export), ("awsAuthRefresh", refresh)] {
        if let Some(value) = value {
            settings[key] = value.into();
        }
    }
    home.write(".claude/settings.json", settings.to_string());
}

/// Runs `helpers test --json` and gives the answer with the exit code.
fn test(home: &Home, arguments: &[&str]) -> (Value, i32) {
    let run = home.run(["helpers", "test", "--json"].iter().chain(arguments));
    let answer = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    (answer, run.code.expect("it ended"))
}

/// The codes of a report's findings of a weight.
fn codes(report: &Value, weight: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let of_weight = findings.filter(|finding| finding["weight"] == weight);
    of_weight.map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect()
}
