//! `--fix`: mended, looked at again, and undone by `reset`.

use serde_json::Value;

use super::shared;
use crate::harness::Home;

fn faulty() -> Home {
    let home = Home::new();
    let text = shared(", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"200000\", \"AWS_DEFAULT_REGON\": \"us-west-2\"", "");
    home.write(
        ".claude/settings.json",
        text.replacen("us.anthropic.claude-sonnet-5-5", "eu.anthropic.claude-sonnet-5-5", 1),
    );
    home
}

fn ids(report: &Value, list: &str) -> Vec<String> {
    let of = |value: &Value| value["id"].as_str().or_else(|| value.as_str()).unwrap_or_default().to_owned();
    report[list].as_array().into_iter().flatten().map(of).collect()
}

#[test]
fn slips_are_mended_without_a_question_and_the_rest_after_a_yes() {
    let home = faulty();
    let before = home.settings_text();
    let run = home.run(["diagnose", "--fix", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(run.code, Some(1), "{report}");
    assert_eq!(ids(&report["fixed"], "cured"), ["M02", "O03"], "{report}");
    assert!(ids(&report, "findings").contains(&"C08".to_owned()), "{report}");
    let settings = home.settings_json();
    assert_eq!(settings["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-sonnet-5-5");
    assert_eq!(settings["env"]["AWS_DEFAULT_REGON"], "us-west-2");

    let report = home.run(["diagnose", "--fix", "--yes", "--json"]).json();
    assert_eq!(ids(&report["fixed"], "cured"), ["C08"]);
    assert_eq!(report["healthy"], true);
    assert_eq!(home.settings_json()["env"]["AWS_DEFAULT_REGION"], "us-west-2");
    let _ = home.run(["diagnose"]).success();

    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before, "byte for byte");
}

#[test]
fn nothing_is_written_without_being_asked_for() {
    let home = faulty();
    let before = home.files();
    let said = home.run(["diagnose"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(home.files(), before);
}

#[test]
fn a_sign_in_that_has_ended_is_one_finding_and_is_mended_by_signing_in() {
    let home = Home::approving();
    home.write(".claude/settings.json", shared("", ""));
    let run = home.run(["diagnose", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let errors: Vec<&Value> =
        report["findings"].as_array().expect("a list").iter().filter(|finding| finding["severity"] != "hint").collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0]["id"], "A03");
    assert_eq!(errors[0]["fix"]["command"], "claude-bedrock login --profile work");
}
