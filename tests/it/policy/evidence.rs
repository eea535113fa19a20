//! What `policy check` makes of AWS's answers where IAM may not be asked.

use serde_json::{Value, json};

use super::role;
use crate::harness::{Home, Run};

const OPUS: &str = "us.anthropic.claude-opus-5-5";

/// A home whose principal may not ask IAM, with one model.
fn blind(permissions: &str, more: &str) -> Home {
    let home = Home::with_more(&(role("Blind", permissions) + more));
    let env = json!({ "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "Blind", "AWS_REGION": "us-west-2",
        "ANTHROPIC_MODEL": OPUS });
    home.write(".claude/settings.json", json!({ "env": env }).to_string());
    home
}

fn check(home: &Home, arguments: &[&str]) -> Value {
    let run = home.run([&["policy", "check", "--json"], arguments].concat());
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!(report["method"], "evidence");
    report
}

/// The verdicts on an action, each once, and a reason.
fn verdict(report: &Value, action: &str) -> (Vec<String>, String) {
    let findings = report["findings"].as_array().expect("a list").iter().filter(|one| one["action"] == action);
    let findings: Vec<&Value> = findings.collect();
    let mut verdicts: Vec<String> =
        findings.iter().map(|one| one["verdict"].as_str().expect("text").to_owned()).collect();
    verdicts.sort();
    verdicts.dedup();
    let reason = findings.iter().find_map(|one| one["reason"].as_str()).unwrap_or_default();
    (verdicts, reason.to_owned())
}

const ALL_BUT_IAM: &str = "{ allow = [\"bedrock:*\", \"servicequotas:*\", \"aws-marketplace:*\"] }";

#[test]
fn an_answer_without_a_stream_proves_what_a_stream_does_not() {
    let home = blind(ALL_BUT_IAM, "");
    let (verdicts, reason) = verdict(&check(&home, &[]), "bedrock:InvokeModel");
    assert_eq!(verdicts, ["unknown"]);
    assert!(reason.contains("policy check --probe"), "it says how to find out: {reason}");
    let said = Run::failure(home.run(["policy", "check", "--probe"]), 2);
    assert!(said.contains("2 requests of about 8 input tokens") && said.contains("--yes"), "{said}");
    assert_eq!(home.asked("InvokeModel"), 0);
    let run = home.run(["policy", "check", "--probe", "--yes"]);
    assert!(run.stderr.contains("2 requests of about 8 input tokens"), "{}", run.stderr);
    assert_eq!((home.asked("InvokeModel"), home.asked("InvokeModelWithResponseStream")), (1, 1));
    let report = check(&home, &["--probe", "--yes"]);
    for action in ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"] {
        assert_eq!(verdict(&report, action).0, ["allowed"], "{report}");
    }
    assert_eq!(report["missing_actions"], json!([]));
}

#[test]
fn what_is_refused_without_a_stream_is_told_from_what_is_refused_with_one() {
    let streams = "{ statements = [{ effect = \"allow\", actions = [\"bedrock:*\", \"servicequotas:*\"], resources = [\"*\"] }, \
                   { effect = \"deny\", actions = [\"bedrock:InvokeModel\"], resources = [\"*:inference-profile/*\"] }] }";
    let report = check(&blind(streams, ""), &["--probe", "--yes"]);
    assert_eq!(report["missing_actions"], json!(["bedrock:InvokeModel"]), "{report}");
    assert_eq!(verdict(&report, "bedrock:InvokeModelWithResponseStream").0, ["allowed"]);
    // The profile is what was refused; of the models behind it nothing was heard.
    assert_eq!(verdict(&report, "bedrock:InvokeModel").0, ["missing", "unknown"]);
}

#[test]
fn the_accounts_agreements_say_whether_marketplace_is_needed_at_all() {
    let report = check(&blind(ALL_BUT_IAM, ""), &[]);
    let (verdicts, reason) = verdict(&report, "aws-marketplace:Subscribe");
    assert_eq!(verdicts, ["unknown"]);
    assert!(reason.contains("the account has agreements about all these models"), "{reason}");
    let none =
        "[accounts.gates]\nagreements = [{ models = \"anthropic.claude-opus-5-5\", status = \"not_available\" }]\n";
    let home = blind("{ allow = [\"bedrock:*\", \"servicequotas:*\"] }", none);
    let (verdicts, reason) = verdict(&check(&home, &[]), "aws-marketplace:Subscribe");
    assert_eq!(verdicts, ["unknown"]);
    assert!(reason.contains("no agreement about anthropic.claude-opus-5-5 yet"), "{reason}");
    assert!(reason.contains("models --probe"), "it says how to find out: {reason}");
    // The first use is refused in AWS Marketplace's name, which proves what is missing.
    let report = check(&home, &["--probe", "--yes"]);
    let missing = report["missing_actions"].as_array().expect("a list");
    for action in ["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"] {
        assert!(missing.contains(&json!(action)), "{action}: {report}");
    }
}

#[test]
fn a_refusal_on_one_model_is_none_on_the_model_whose_name_it_begins_with() {
    let newer = "arn:aws:bedrock:*::foundation-model/anthropic.claude-opus-5-5";
    let permissions = format!(
        "{{ statements = [{{ effect = \"allow\", actions = [\"bedrock:*\", \"servicequotas:*\"], resources = [\"*\"] }}, \
         {{ effect = \"deny\", actions = [\"bedrock:Invoke*\"], resources = [\"{newer}\"] }}] }}"
    );
    let home = blind(&permissions, "");
    let env = json!({ "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "Blind", "AWS_REGION": "us-west-2",
        "ANTHROPIC_MODEL": OPUS, "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5" });
    home.write(".claude/settings.json", json!({ "env": env }).to_string());
    let report = check(&home, &["--probe", "--yes"]);
    let findings = report["findings"].as_array().expect("a list").iter();
    let against: Vec<&str> =
        findings.filter(|one| one["verdict"] == "missing").map(|one| one["resource"].as_str().expect("text")).collect();
    assert!(!against.is_empty() && against.iter().all(|arn| arn.ends_with("claude-opus-5-5")), "{against:?}");
}
