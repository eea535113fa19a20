//! Values and files of others: kept, refused, replaced only by force, and given back.

use serde_json::{Value, json};

use crate::harness::Home;

/// A line of JSON as settings, with the spacing of a person.
fn settings(home: &Home, text: &str) -> Vec<u8> {
    home.write(".claude/settings.json", text);
    home.read(".claude/settings.json")
}

#[test]
fn a_foreign_model_is_kept_and_shown() {
    let home = Home::new();
    settings(&home, "{\"env\": {\"ANTHROPIC_MODEL\": \"my-model\"}}");
    let run = home.run(["setup", "--yes"]);
    assert!(
        run.stderr.contains("env.ANTHROPIC_MODEL: \"my-model\"  (wanted: \"us.anthropic.claude-sonnet-5-5\")"),
        "{run:?}"
    );
    let _ = run.success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "my-model");
    assert_eq!(home.settings_json()["env"]["CLAUDE_CODE_USE_BEDROCK"], "1");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), "{\"env\": {\"ANTHROPIC_MODEL\": \"my-model\"}}");
}

#[test]
fn a_kept_model_that_is_not_listed_is_never_said_to_be_what_was_chosen() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    let sound = home.settings_text();
    let pin = |id: &str| format!("\"ANTHROPIC_MODEL\": \"{id}\"");
    let broken = sound.replace(&pin("us.anthropic.claude-sonnet-5-5"), &pin("us.anthropic.claude-sonet-5-5"));
    assert_ne!(broken, sound);
    home.write(".claude/settings.json", &broken);
    for arguments in
        [&["setup", "--yes", "--profile", "work"][..], &["models", "pin", "us.anthropic.claude-sonnet-5-5", "--yes"]]
    {
        let run = home.run(arguments);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(!said.contains("already says so") && said.contains("says the rest already"), "{said}");
        assert!(said.contains("env.ANTHROPIC_MODEL: \"us.anthropic.claude-sonet-5-5\"  (wanted: "), "{said}");
        assert!(said.contains("`--force` replaces them"), "{said}");
        assert!(arguments[0] == "models" || said.contains("does not list `us.anthropic.claude-sonet-5-5`"), "{said}");
        let _ = run.success();
        assert_eq!(home.settings_text(), broken);
    }
    let changed = home.run(["setup", "--yes", "--profile", "work", "--tier", "flex"]).success();
    assert!(changed.contains("These values stay as others wrote them:\n  env.ANTHROPIC_MODEL: "), "{changed}");
    let refused = home.run(["setup", "--yes", "--model", "us.anthropic.claude-sonet-5-5"]).failure(2);
    assert!(refused.contains("did you mean `us.anthropic.claude-sonnet-5-5`?"), "{refused}");
    let _ = home.run(["setup", "--yes", "--profile", "work", "--force"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-sonnet-5-5");
}

#[test]
fn a_kept_value_is_in_the_json_answer() {
    let home = Home::new();
    settings(&home, "{\"env\": {\"ANTHROPIC_MODEL\": \"my-model\"}}");
    let said = home.run(["setup", "--yes", "--json"]).json();
    let kept =
        json!([{"key": "env.ANTHROPIC_MODEL", "current": "my-model", "wanted": "us.anthropic.claude-sonnet-5-5"}]);
    assert_eq!(said["kept"], kept);
}

#[test]
fn values_that_make_the_choice_impossible_are_refused_and_give_way_to_force_alone() {
    let cases: [(&str, &str, &[&str]); 6] = [
        ("env.AWS_REGION", "{ \"env\" : {\"AWS_REGION\":\"eu-west-1\"} }", &["--region", "us-west-2"]),
        ("env.CLAUDE_CODE_USE_BEDROCK", "{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"0\"}}\n", &[]),
        (
            "env.CLAUDE_CODE_SKIP_BEDROCK_AUTH",
            "{\"env\": {\"CLAUDE_CODE_SKIP_BEDROCK_AUTH\": \"1\", \"A\": \"b\"}}",
            &[],
        ),
        ("awsCredentialExport", "{\"awsCredentialExport\":   \"/opt/theirs\"}", &["--identity", "isolated"]),
        ("awsCredentialExport", "{\"awsCredentialExport\":   \"/opt/theirs\", \"a\": 1}", &["--identity", "shared"]),
        ("env.AWS_PROFILE", "{\"env\": {\"AWS_PROFILE\": \"other\"}}", &["--identity", "shared", "--profile", "work"]),
    ];
    for (key, text, arguments) in cases {
        let home = Home::new();
        let before = settings(&home, text);
        let all: Vec<&str> = ["setup", "--yes"].iter().chain(arguments).copied().collect();
        let said = home.run(&all).failure(2);
        assert!(said.contains(key) && said.contains("--force"), "{key}: {said}");
        assert_eq!(home.read(".claude/settings.json"), before, "{key}");
        assert!(home.state_files("receipts").is_empty(), "{key}");

        let _ = home.run(all.iter().chain(&["--force"])).success();
        assert_ne!(home.read(".claude/settings.json"), before, "{key}");
        let status = home.run(["status", "--offline", "--json"]).json();
        assert_eq!((&status["provider"], &status["region"]), (&json!("bedrock"), &json!("us-west-2")), "{key}");
        let _ = home.run(["reset"]).success();
        assert_eq!(home.read(".claude/settings.json"), before, "{key}");
    }
}

#[test]
fn a_foreign_refresh_beside_the_export_does_not_stop_a_set_up() {
    let home = Home::new();
    let before = settings(&home, "{\"awsAuthRefresh\": \"aws sso login\"}");
    let _ = home.run(["setup", "--yes"]).success();
    assert_eq!(home.settings_json()["awsAuthRefresh"], "aws sso login");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.read(".claude/settings.json"), before);
}

#[test]
fn project_settings_that_win_make_a_set_up_for_the_user_refuse() {
    let cases: [(&str, &str, &[&str]); 3] = [
        ("the region", r#"{"env": {"AWS_REGION": "eu-west-1"}}"#, &["--region", "us-west-2"]),
        ("the identity", r#"{"awsCredentialExport": "/opt/theirs"}"#, &["--profile", "work"]),
        ("the provider", r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "0"}}"#, &["--profile", "work"]),
    ];
    for (what, text, arguments) in cases {
        let home = Home::new();
        let path = home.write("work/.claude/settings.json", text);
        let before = home.files();
        let said = home.run(["setup", "--yes"].iter().chain(arguments)).failure(2);
        assert!(said.contains(what) && said.contains(path.to_str().expect("UTF-8")), "{said}");
        assert_eq!(home.files(), before);
    }
}

#[test]
fn a_file_claude_code_ignores_is_not_edited_and_the_reason_is_told() {
    let cases = [
        ("{\n  // mine\n  \"a\": 1\n}", "line 2", "Remove the comments"),
        ("{\n  \"a\": 1,\n}", "line 2", "Remove the comma"),
        ("{\n  \"env\": {\"A\": ", "line 2", "Complete the file"),
        ("{\"a\": 1,\n \"model\": 5}", "line 2", "Correct the value"),
        ("[\"a\"]", "line 1", "put the value into one"),
    ];
    for (text, line, remedy) in cases {
        let home = Home::new();
        let before = settings(&home, text);
        let path = home.settings().to_str().expect("UTF-8").to_owned();
        let said = home.run(["setup", "--yes"]).failure(2);
        for part in [path.as_str(), line, remedy] {
            assert!(said.contains(part), "{part} is not in: {said}");
        }
        assert_eq!(home.read(".claude/settings.json"), before);
        assert_eq!(home.asked("GetRoleCredentials"), 0, "told before anything is asked");

        let problem = home.run(["status", "--offline"]).success();
        assert!(problem.contains("problem:") && problem.contains(&path) && problem.contains(line), "{problem}");
        let problems = home.run(["status", "--json"]).json()["problems"].clone();
        assert!(problems[0].as_str().is_some_and(|told| told.contains(&path)), "{problems}");
    }
}

#[test]
fn an_empty_settings_file_is_filled_and_emptied_again() {
    for text in ["", "\n", "{}", "{ }\n"] {
        let home = Home::new();
        let before = settings(&home, text);
        let _ = home.run(["setup", "--yes"]).success();
        assert_eq!(home.settings_json()["env"]["AWS_REGION"], "us-west-2");
        let _ = home.run(["reset"]).success();
        assert_eq!(home.read(".claude/settings.json"), before, "{text:?}");
    }
}

#[test]
fn what_force_replaced_is_known_to_the_json_answer() {
    let home = Home::new();
    settings(&home, r#"{"env": {"AWS_REGION": "eu-west-1"}}"#);
    let said = home.run(["setup", "--yes", "--force", "--region", "us-west-2", "--json"]).json();
    let changes = said["changes"].as_array().expect("a list");
    let change = changes.iter().find(|change| change["key"] == "env.AWS_REGION");
    assert_eq!(change.map(|change| &change["before"]), Some(&Value::from("eu-west-1")));
}
