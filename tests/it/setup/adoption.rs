//! Configurations that others wrote: recognised, left as they are, and taken over by force alone.

use serde_json::json;

use crate::harness::Home;

/// What the original plugin wrote for a profile, a region and a model.
fn plugins(profile: &str, region: &str) -> String {
    let settings = json!({
        "env": {
            "MINE": "stays",
            "CLAUDE_CODE_USE_BEDROCK": "1",
            "AWS_PROFILE": profile,
            "AWS_REGION": region,
            "ANTHROPIC_MODEL": "us.anthropic.claude-opus-4-6-v1",
            "MAX_THINKING_TOKENS": "8192",
            "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "4096",
            "DISABLE_PROMPT_CACHING": "0",
        },
        "model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "awsAuthRefresh": format!("aws sso login --profile {profile}"),
    });
    serde_json::to_string_pretty(&settings).expect("JSON") + "\n"
}

/// What Claude Code's own wizard wrote.
const CLAUDE_CODES: &str = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work",
  "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-4-6",
  "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5"} }"#;

#[test]
fn without_force_the_plugins_configuration_stays_and_is_named() {
    let home = Home::new();
    let before = plugins("work", "us-west-2");
    home.write(".claude/settings.json", &before);
    let run = home.run(["setup", "--yes"]);
    assert!(
        run.stderr.contains("The original Bedrock plugin has set up Claude Code for the profile `work`"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("`--force` takes it over"), "{}", run.stderr);
    assert!(
        run.stderr.contains("awsAuthRefresh: \"aws sso login --profile work\"  (wanted: absent)"),
        "{}",
        run.stderr
    );
    let stays = "AWS_PROFILE, which others set, stays: the commands Claude Code runs still act as work.";
    assert!(run.stdout.contains(stays), "{run:?}");
    let _ = run.success();
    let settings = home.settings_json();
    assert_eq!(settings["env"]["AWS_PROFILE"], "work");
    assert_eq!(settings["awsAuthRefresh"], "aws sso login --profile work");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before);
}

#[test]
fn a_refusal_names_what_was_recognised() {
    for (text, name) in [
        (plugins("work", "eu-central-1"), "The original Bedrock plugin"),
        (CLAUDE_CODES.replace("us-west-2", "eu-central-1"), "Claude Code's own wizard"),
    ] {
        let home = Home::new();
        home.write(".claude/settings.json", &text);
        let said = home.run(["setup", "--yes", "--region", "us-west-2"]).failure(2);
        let refusal = said.split("error:").nth(1).expect("an error");
        assert!(refusal.contains("env.AWS_REGION: \"eu-central-1\"") && refusal.contains(name), "{said}");
        assert!(refusal.contains("--force"), "{said}");
        assert_eq!(home.settings_text(), text);
        assert!(home.state_files("receipts").is_empty());
    }
}

#[test]
fn by_force_the_plugins_values_are_the_defaults_and_its_keys_go_until_a_reset() {
    let home = Home::new();
    let before = plugins("work", "us-east-2");
    home.write(".claude/settings.json", &before);
    let _ = home.run(["setup", "--yes", "--force"]).success();
    let settings = home.settings_json();
    let env = settings["env"].as_object().expect("an object");
    assert_eq!(env["AWS_REGION"], "us-east-2");
    assert_eq!(env["ANTHROPIC_MODEL"], "us.anthropic.claude-opus-4-6-v1");
    assert_eq!(env["MINE"], "stays");
    assert_eq!(env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"], "4096", "no value of the plugin's any more");
    for gone in ["AWS_PROFILE", "MAX_THINKING_TOKENS", "DISABLE_PROMPT_CACHING"] {
        assert!(!env.contains_key(gone), "{gone}");
    }
    assert!(settings.get("awsAuthRefresh").is_none() && settings.get("model").is_none(), "{settings}");
    assert_eq!(home.run(["status", "--offline", "--json"]).json()["identity"]["mode"], "isolated");
    // A second run has nothing left to do, and the way back is still the first state.
    assert!(home.run(["setup", "--yes"]).success().contains("Nothing to change"));
    // Nor does a change of mode and back bring anything of the plugin's to life.
    let taken_over = home.settings_json();
    let _ = home.run(["setup", "--yes", "--identity", "shared"]).success();
    assert_eq!(home.settings_json()["env"]["AWS_PROFILE"], "work");
    let _ = home.run(["setup", "--yes", "--identity", "isolated"]).success();
    assert_eq!(home.settings_json(), taken_over);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before);
}

#[test]
fn what_was_adopted_comes_back_after_a_later_edit_too() {
    let home = Home::new();
    home.write(".claude/settings.json", plugins("work", "us-east-2"));
    let _ = home.run(["setup", "--yes", "--force"]).success();
    home.write(".claude/settings.json", home.settings_text().replacen('{', "{\"language\": \"german\",", 1));
    let _ = home.run(["reset"]).success();
    let mut expected: serde_json::Value = serde_json::from_str(&plugins("work", "us-east-2")).expect("JSON");
    expected["language"] = "german".into();
    assert_eq!(home.settings_json(), expected);
}

#[test]
fn by_force_the_wizards_pins_stay_and_its_profile_goes_or_is_shared() {
    for (mode, profile) in [("isolated", None), ("shared", Some("work"))] {
        let home = Home::new();
        home.write(".claude/settings.json", CLAUDE_CODES);
        let _ = home.run(["setup", "--yes", "--force", "--identity", mode]).success();
        let env = home.settings_json()["env"].clone();
        assert_eq!(env["ANTHROPIC_MODEL"], "us.anthropic.claude-sonnet-4-6");
        assert_eq!(env["ANTHROPIC_DEFAULT_SONNET_MODEL"], "us.anthropic.claude-sonnet-4-6");
        assert_eq!(env["ANTHROPIC_DEFAULT_OPUS_MODEL"], "us.anthropic.claude-opus-5");
        assert_eq!(env["ANTHROPIC_DEFAULT_HAIKU_MODEL"], "us.anthropic.claude-haiku-5-5");
        assert_eq!(env.get("AWS_PROFILE").and_then(|value| value.as_str()), profile);
        let _ = home.run(["reset"]).success();
        assert_eq!(home.settings_text(), CLAUDE_CODES);
    }
}

#[test]
fn by_force_a_login_written_by_hand_gives_its_profile_and_goes() {
    let before = "{ \"awsAuthRefresh\": \"/usr/bin/aws sso login --profile=work\", \"theme\": \"dark\" }";
    let home = Home::with_more(
        "[[profiles]]\nname = \"another\"\nsso_session = \"work\"\naccount_id = \"111122223333\"\nrole_name = \"ReadOnly\"\n",
    );
    home.write(".claude/settings.json", before);
    let _ = home.run(["setup", "--yes", "--force"]).success();
    let settings = home.settings_json();
    assert!(settings["awsCredentialExport"].as_str().is_some_and(|command| command.contains("--profile=work")));
    assert!(settings.get("awsAuthRefresh").is_none());
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before);
}
