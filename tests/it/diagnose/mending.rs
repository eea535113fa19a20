//! `--fix`: mended, looked at again, and undone by `reset`.

use aws_sandbox::Account;
use serde_json::{Value, json};

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
    assert_eq!(ids(&report["fixed"], "cured"), ["C08", "R22"]);
    assert_eq!(report["healthy"], true);
    assert_eq!(home.settings_json()["env"]["AWS_DEFAULT_REGION"], "us-west-2");
    let _ = home.run(["diagnose"]).success();

    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before, "byte for byte");
}

#[test]
fn a_set_up_that_somebody_switched_off_is_switched_on_again_and_loses_no_pin() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    let on = home.settings_text();
    let off = on.replace("\"CLAUDE_CODE_USE_BEDROCK\": \"1\"", "\"CLAUDE_CODE_USE_BEDROCK\": \"0\"");
    let gone = on.replace("    \"CLAUDE_CODE_USE_BEDROCK\": \"1\",\n", "");
    assert!(off != on && gone != on, "{on}");
    for text in [&off, &gone] {
        home.write(".claude/settings.json", text);
        let report: Value =
            serde_json::from_str(&home.run(["diagnose", "--fix", "--yes", "--json", "--only", "C03"]).stdout)
                .expect("JSON");
        assert_eq!(&home.settings_text(), text, "{report:#}");
        assert_eq!((&report["findings"][0]["id"], &report["fixed"]["cured"]), (&json!("C03"), &json!([])), "{report}");
        assert_eq!(report["findings"][0]["fix"]["command"], "claude-bedrock reset", "{report}");
    }
    home.write(".claude/settings.json", &off);
    let said = home.run(["diagnose", "--offline", "--only", "C01"]).failure(1);
    assert!(said.is_empty(), "{said}");
    let said = home.run(["diagnose", "--offline", "--only", "C01"]).stdout;
    assert!(said.contains("`CLAUDE_CODE_USE_BEDROCK` is `0`") && said.contains("set it to `1`"), "{said}");
    assert!(!said.contains("another shell") && !said.contains("claude-bedrock setup"), "{said}");
    let report = home.run(["diagnose", "--fix", "--yes", "--json", "--only", "C"]).json();
    assert_eq!(ids(&report["fixed"], "cured"), ["C01", "C03", "C28"], "{report:#}");
    assert_eq!(home.settings_text(), on);
}

#[test]
fn old_keys_that_hide_a_sign_in_are_the_cause_and_cost_no_new_one() {
    let home = Home::new();
    home.write(".claude/settings.json", shared("", ""));
    home.write(".aws/credentials", "[work]\naws_access_key_id = AKIAOLD\naws_secret_access_key = SECRETish\n");
    let run = home.run(["diagnose", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let found = report["findings"].as_array().expect("a list");
    let errors: Vec<&Value> = found.iter().filter(|finding| finding["severity"] != "hint").collect();
    assert_eq!((errors.len(), &errors[0]["id"], &errors[0]["severity"]), (1, &json!("A13"), &json!("error")));
    let run = home.run(["diagnose", "--fix", "--yes", "--json", "--only", "A13"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(ids(&report["fixed"], "cured"), ["A13"], "{report:#}");
    assert!(!run.stderr.contains("error") && !run.stderr.contains("sign-in"), "{}", run.stderr);
    let _ = home.run(["diagnose"]).success();
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

#[test]
fn without_a_terminal_no_sign_in_is_begun_whatever_was_agreed_to() {
    let home = Home::approving().env("DISPLAY", ":0");
    home.write(".claude/settings.json", shared("", ""));
    let before = home.files();
    let run = home.run(["diagnose", "--fix", "--yes", "--json", "--only", "A"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(run.code, Some(1), "{report}");
    assert!(ids(&report["fixed"], "left").contains(&"A03".to_owned()), "{report}");
    assert!(run.stderr.contains("nobody is here to sign in"), "{}", run.stderr);
    assert!(run.stderr.contains("claude-bedrock login --profile work"), "{}", run.stderr);
    assert!(home.opened().is_empty());
    for operation in ["RegisterClient", "StartDeviceAuthorization", "CreateToken"] {
        assert_eq!(home.asked(operation), 0, "{operation}");
    }
    assert_eq!(home.files(), before);
}

#[test]
fn wrong_models_are_replaced_by_what_the_region_lists_and_come_back() {
    let home = Home::new();
    let pinned = |id: &str| shared("", "").replacen("us.anthropic.claude-sonnet-5-5", id, 1);
    for (given, id, instead) in [
        ("anthropic.claude-sonnet-4-6", "M01", "us.anthropic.claude-sonnet-4-6"),
        ("eu.anthropic.claude-sonnet-4-6", "M02", "us.anthropic.claude-sonnet-4-6"),
        ("claude-sonnet-4-6", "M03", "us.anthropic.claude-sonnet-4-6"),
        ("us.anthropic.claude-sonnet-4-6-v1:0", "M04", "us.anthropic.claude-sonnet-4-6"),
        ("claude-sonnet-4-6[1m]", "M05", "us.anthropic.claude-sonnet-4-6[1m]"),
        ("apac.anthropic.claude-sonnet-4-6", "M06", "us.anthropic.claude-sonnet-4-6"),
    ] {
        home.write(".claude/settings.json", pinned(given));
        let before = home.settings_text();
        let report = home.run(["diagnose", "--fix", "--json", "--only", "M"]).json();
        assert_eq!(ids(&report["fixed"], "cured"), [id], "{given}: {report}");
        assert_eq!(report["healthy"], true, "{given}");
        assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], instead);
        let _ = home.run(["reset"]).success();
        assert_eq!(home.settings_text(), before, "{given}");
    }
}

/// A slip in an id is no other geography's; which model was meant is asked.
#[test]
fn a_slip_in_a_models_id_is_told_with_the_id_that_was_meant_and_mended_after_a_yes() {
    let home = Home::new();
    let meant = "us.anthropic.claude-sonnet-5-5";
    for given in ["us.anthropic.claude-sonet-5-5", "us.antropic.claude-sonnet-5-5"] {
        home.write(".claude/settings.json", shared("", "").replacen(meant, given, 1));
        let before = home.settings_text();
        let said = home.run(["diagnose", "--json", "--only", "M02"]).stdout;
        let said: Value = serde_json::from_str(&said).expect("JSON");
        let found = said["findings"].as_array().expect("a list").iter().find(|finding| finding["id"] == "M02").cloned();
        let found = found.unwrap_or_else(|| panic!("{given}: {said}"));
        assert!(found["fix"].to_string().contains(&format!("did you mean `{meant}`?")), "{found}");
        assert!(!found.to_string().contains("geographies"), "{found}");
        assert_eq!(home.settings_text(), before, "nothing unasked");
        let report = home.run(["diagnose", "--fix", "--yes", "--json", "--only", "M02"]).json();
        assert_eq!(ids(&report["fixed"], "cured"), ["M02"], "{given}: {report}");
        assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], meant);
        let _ = home.run(["reset"]).success();
        assert_eq!(home.settings_text(), before);
    }
    home.write(".claude/settings.json", shared("", "").replacen(meant, "eu.anthropic.claude-sonnet-5-5", 1));
    let said = home.run(["diagnose", "--only", "M02"]).stdout;
    assert!(said.contains("geographies"), "{said}");
}

#[test]
fn a_guess_of_an_alias_is_pinned_after_a_yes() {
    let text = include_str!("../../../sandbox/account.toml")
        .replace("anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-4-5-other");
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    let haiku = ",\n    \"ANTHROPIC_DEFAULT_HAIKU_MODEL\": \"us.anthropic.claude-haiku-5-5\"";
    home.write(".claude/settings.json", shared("", "").replace(haiku, ""));
    let before = home.settings_text();
    let report = home.run(["diagnose", "--fix", "--yes", "--json", "--only", "M"]).json();
    assert_eq!(ids(&report["fixed"], "cured"), ["M07"], "{report}");
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"], "us.anthropic.claude-haiku-5-5");
    let _ = home.run(["diagnose", "--only", "M"]).success();
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before);
}

/// How the names of operations begin that change something, on this account or for it.
const CHANGING: [&str; 9] = ["Put", "Create", "Delete", "Update", "Request", "Subscribe", "Accept", "Tag", "Register"];

#[test]
fn a_yes_to_everything_is_none_to_what_concerns_the_account() {
    let gates = "[accounts.gates]\nuse_case_form = \"missing\"\n\
                 agreements = [{ models = \"anthropic.claude-*\", status = \"not_available\" }]\n";
    let home = Home::with_more(gates);
    home.write(".claude/settings.json", shared(", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"200000\"", ""));
    let run = home.run(["diagnose", "--fix", "--yes", "--probe", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(ids(&report["fixed"], "cured").first().map(String::as_str), Some("O03"), "{report}");
    let left = ids(&report["fixed"], "left");
    assert!(left.contains(&"P01".to_owned()) && left.contains(&"P02".to_owned()), "{report}");
    for finding in report["findings"].as_array().expect("a list") {
        let id = finding["id"].as_str().expect("an id");
        assert!(!id.starts_with(['P', 'Q']) || finding["fix"]["kind"] == "explain", "{finding}");
    }
    let requests = home.sandbox.requests();
    assert!(requests.iter().any(|request| request.operation == "GetUseCaseForModelAccess"), "it was looked at");
    for request in &requests {
        let changes = CHANGING.iter().any(|verb| request.operation.starts_with(verb));
        assert!(!changes || request.operation == "CreateToken", "{}", request.operation);
    }
}
