//! The original plugin's contract, field for field.

use serde_json::{Value, json};

use crate::harness::{Home, Run};

#[track_caller]
fn data(run: Run) -> Value {
    let answer = run.json();
    assert_eq!(answer["success"], true);
    answer["data"].clone()
}

#[track_caller]
fn refused(run: &Run) -> String {
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(answer["success"], false);
    assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()));
    answer["code"].as_str().expect("a code").to_owned()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

const MODEL: &str = "us.anthropic.claude-sonnet-4-6";

fn apply(home: &Home, profile: &str, region: &str, model: &str) -> Run {
    let option = |name: &str, value: &str| format!("--{name}={value}");
    let words = [option("profile", profile), option("region", region), option("model", model)];
    home.run(["apply-config".to_owned()].into_iter().chain(words))
}

#[test]
fn what_the_texts_read_is_there() {
    let home = Home::new();
    let found = data(home.run(["check-prerequisites"]));
    assert_eq!(keys(&found), ["aws_cli", "missing", "node", "ready"]);
    assert_eq!((&found["ready"], &found["missing"]), (&json!(true), &json!([])));
    let context = data(home.run(["get-aws-context", "--check-bedrock", "--region=us-east-1"]));
    assert_eq!(
        keys(&context),
        ["bedrockProfiles", "currentConfig", "needsSsoSetup", "profiles", "recommended", "validProfiles"]
    );
    assert_eq!((&context["recommended"], &context["currentConfig"]), (&json!("work"), &Value::Null));
    let profile = &context["profiles"][0];
    assert_eq!(
        keys(profile),
        [
            "bedrockAccess",
            "bedrockRegion",
            "identity",
            "inferenceProfiles",
            "name",
            "profileRegion",
            "region",
            "regionMismatch",
            "sessionExpires",
            "sessionExpiresLocal",
            "valid"
        ]
    );
    assert_eq!((&profile["bedrockRegion"], &profile["regionMismatch"]), (&json!("us-east-1"), &json!(true)));
    assert_eq!(keys(&profile["identity"]), ["account", "arn", "userId"]);
    let ids: Vec<&str> = profile["inferenceProfiles"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|p| p["profileId"].as_str())
        .collect();
    assert!(ids.contains(&MODEL) && ids.contains(&"global.anthropic.claude-sonnet-4-6"), "none is hidden: {ids:?}");
}

#[test]
fn a_configuration_is_written_tested_and_removed() {
    let home = Home::new();
    let before = home.files();
    assert_eq!(data(home.run(["test-bedrock"]))["configured"], false);
    let applied = data(apply(&home, "work", "us-west-2", MODEL));
    assert_eq!(keys(&applied), ["applied", "config", "requiresRestart", "settingsPath"]);
    assert_eq!(applied["config"], json!({ "profile": "work", "region": "us-west-2", "model": MODEL }));
    assert_eq!(applied["requiresRestart"], true);
    assert_eq!(data(apply(&home, "work", "us-west-2", MODEL))["requiresRestart"], false);
    assert_eq!(home.settings_json()["env"]["AWS_PROFILE"], "work", "shared, as the texts say");
    let tested = data(home.run(["test-bedrock"]));
    assert_eq!((&tested["allPassed"], &tested["checks"]["modelAvailable"]["passed"]), (&json!(true), &json!(true)));
    let context = data(home.run(["get-aws-context"]));
    assert_eq!(context["currentConfig"]["model"], MODEL);
    assert_eq!(data(home.run(["apply-config", "--remove"]))["removed"], true);
    assert_eq!(home.files(), before);
}

#[test]
fn isolated_mode_is_understood_and_the_originals_own_configuration_taken_over() {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work"]).success();
    assert_eq!(data(home.run(["get-aws-context"]))["currentConfig"]["profile"], "work");
    data(home.run(["apply-config", "--remove"]));
    let theirs = json!({
        "env": { "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "other", "AWS_REGION": "us-east-1", "ANTHROPIC_MODEL": MODEL,
            "MAX_THINKING_TOKENS": "8192", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "8192", "DISABLE_PROMPT_CACHING": "0" },
        "awsAuthRefresh": "aws sso login --profile other",
    });
    home.write(".claude/settings.json", theirs.to_string());
    data(apply(&home, "work", "us-west-2", MODEL));
    assert_eq!(home.settings_json()["env"]["AWS_PROFILE"], "work");
    home.run(["reset"]).success();
    assert_eq!(home.settings_json(), theirs, "and given back");
}

#[test]
fn what_cannot_be_is_refused_with_a_code_and_nothing_is_written() {
    let home = Home::new();
    let before = home.files();
    assert_eq!(
        refused(&apply(&home, "work", "us-west-2", "claude")),
        "MODEL_NOT_FOUND",
        "a model counts by its whole id"
    );
    assert_eq!(refused(&apply(&home, "x; touch pwned", "us-west-2", MODEL)), "PROFILE_NOT_FOUND");
    assert_eq!(refused(&apply(&home, "work", "us-west-2$(touch pwned)", MODEL)), "INVALID_REGION");
    assert_eq!(refused(&apply(&home, "work", "us-west-2", "x\n\"}, y")), "INVALID_MODEL");
    assert_eq!(refused(&home.run(["apply-config", "--profile=work"])), "MISSING_CONFIG");
    assert_eq!(refused(&home.run(["inference-config", "--preset=huge"])), "INVALID_CONFIG");
    assert_eq!(refused(&home.run(["inference-config", "--thinking=8192", "--output=8192"])), "INVALID_CONFIG");
    assert_eq!(home.files(), before);
    home.write(".claude/settings.json", "{ // mine\n}");
    assert_eq!(refused(&apply(&home, "work", "us-west-2", MODEL)), "CONFIG_CORRUPTED");
    let out = Home::with(aws_sandbox::Account::default(), false);
    assert_eq!(refused(&apply(&out, "work", "us-west-2", MODEL)), "SSO_SESSION_EXPIRED");
    assert_eq!(data(out.run(["get-aws-context"]))["needsSsoSetup"], true);
}

#[test]
fn its_flags_are_taken_and_wrong_use_is_answered_as_everything_else() {
    let home = Home::new();
    for name in ["check-prerequisites", "get-aws-context", "test-bedrock", "inference-config"] {
        data(home.run([name, "--debug", "--verbose"]));
    }
    for wrong in [
        &["inference-config", "--thinking=many"][..],
        &["get-aws-context", "--regions=us-east-1"],
        &["apply-config", "--profile=work", "--identity=none"],
    ] {
        assert_eq!(refused(&home.run(wrong)), "INVALID_CONFIG", "{wrong:?}");
    }
    let help = home.run(["apply-config", "--help"]).success();
    assert!(help.contains("--remove"), "{help}");
}

#[test]
fn presets_have_room_for_an_answer_and_are_undone() {
    let home = Home::new();
    let shown = data(home.run(["inference-config"]));
    assert_eq!((&shown["configured"], &shown["tokenRange"]), (&json!(false), &json!({ "min": 4096, "max": 16384 })));
    for preset in shown["presets"].as_array().expect("presets") {
        assert!(preset["outputTokens"].as_u64() > preset["thinkingTokens"].as_u64(), "{preset}");
        data(
            home.run(["inference-config".to_owned(), format!("--preset={}", preset["name"].as_str().expect("a name"))]),
        );
        assert_eq!(data(home.run(["inference-config"]))["current"]["preset"], preset["name"]);
    }
    home.run(["reset"]).success();
    assert!(!home.settings().exists());
}

#[test]
fn none_of_it_is_in_the_ordinary_help() {
    let help = Home::new().run(["--help"]).success();
    for name in ["check-prerequisites", "get-aws-context", "apply-config", "test-bedrock", "inference-config", "hook"] {
        assert!(!help.contains(name), "{help}");
    }
}
