//! `reset`: what was ours goes, what others wrote stays, unless all of it is to go.

use serde::Serialize;
use serde_json::{Value, json};

use crate::harness::Home;

/// What the first plugin for Bedrock wrote, among a user's own settings.
const FIRST_PLUGIN: &str = r#"{
  "permissions": {"allow": ["Bash(ls:*)"]},
  "env": {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "AWS_PROFILE": "work",
    "AWS_REGION": "us-west-2",
    "DEBUG": "1",
    "ANTHROPIC_MODEL": "global.anthropic.claude-opus-4-5-20251101-v1:0",
    "MAX_THINKING_TOKENS": "8192",
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "8192",
    "DISABLE_PROMPT_CACHING": "0"
  },
  "awsAuthRefresh": "aws sso login --profile work",
  "model": "global.anthropic.claude-opus-4-5-20251101-v1:0",
  "language": "german"
}
"#;

/// Writes the settings as another program would, sorted and with four blanks.
fn rewrite(home: &Home, settings: &Value) {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    settings.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter)).expect("JSON");
    home.write(".claude/settings.json", text);
}

#[test]
fn reset_says_what_it_does() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let said = home.run(["reset"]).success();
    insta::assert_snapshot!(said, @"
    ~/.claude/settings.json is removed, because there was none before

    ✔ Claude Code now answers from Anthropic, not from Amazon Bedrock.
    ");
    let again = home.run(["reset"]).success();
    insta::assert_snapshot!(again, @"
    Nothing of ours is in the settings.

    Claude Code answers from Anthropic, not from Amazon Bedrock.
    ");
}

#[test]
fn edits_in_between_stay_and_only_our_keys_go() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let mut settings = home.settings_json();
    settings["model"] = "opus".into();
    settings["permissions"] = json!({"allow": ["Bash(ls:*)"]});
    settings["env"]["DEBUG"] = "1".into();
    rewrite(&home, &settings);
    let said = home.run(["reset"]).success();
    assert!(said.contains("was edited since; only our keys go back"), "{said}");
    let expected = json!({"model": "opus", "permissions": {"allow": ["Bash(ls:*)"]}, "env": {"DEBUG": "1"}});
    assert_eq!(home.settings_json(), expected);
    assert!(home.state_files("receipts").is_empty());
}

#[test]
fn an_env_object_that_came_with_us_goes_with_us() {
    let home = Home::new();
    home.write(".claude/settings.json", "{\"language\": \"german\"}");
    let _ = home.run(["setup", "--yes", "--identity", "shared"]).success();
    let mut settings = home.settings_json();
    settings["permissions"] = json!({"deny": []});
    rewrite(&home, &settings);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_json(), json!({"language": "german", "permissions": {"deny": []}}));
}

#[test]
fn a_file_that_only_held_ours_goes_even_after_a_rewrite() {
    let home = Home::new();
    let before = home.files();
    let _ = home.run(["setup", "--yes"]).success();
    rewrite(&home, &home.settings_json());
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
    assert!(!home.path().join(".claude").exists());
}

#[test]
fn a_value_of_ours_that_the_user_changed_is_kept_and_told() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let mut settings = home.settings_json();
    settings["env"]["ANTHROPIC_MODEL"] = "us.anthropic.claude-opus-5-5".into();
    rewrite(&home, &settings);
    let said = home.run(["reset"]).success();
    assert!(said.contains("kept, because someone changed it since: env.ANTHROPIC_MODEL"), "{said}");
    assert_eq!(home.settings_json(), json!({"env": {"ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5"}}));
}

#[test]
fn a_kept_value_is_in_the_json_answer() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let mut settings = home.settings_json();
    settings["env"]["AWS_REGION"] = "eu-west-1".into();
    rewrite(&home, &settings);
    let said = home.run(["reset", "--json"]).json();
    assert_eq!((&said["version"], &said["applied"], &said["provider"]), (&json!(1), &json!(true), &json!("anthropic")));
    assert_eq!(said["files"][0]["restored"], "keys");
    assert_eq!(said["files"][0]["kept"], json!([{"key": "env.AWS_REGION", "current": "eu-west-1", "wanted": null}]));
}

#[test]
fn the_value_that_force_replaced_is_named_when_another_one_stands_there() {
    let home = Home::new();
    home.write(".claude/settings.json", r#"{"env": {"AWS_REGION": "eu-west-3"}}"#);
    let _ = home.run(["setup", "--yes", "--force", "--region", "us-west-2"]).success();
    let text = home.settings_text().replace("\"AWS_REGION\": \"us-west-2\"", "\"AWS_REGION\": \"eu-west-1\"");
    home.write(".claude/settings.json", text);
    let said = home.run(["reset", "--json"]).json();
    let kept = json!([{"key": "env.AWS_REGION", "current": "eu-west-1", "wanted": "eu-west-3"}]);
    assert_eq!(said["files"][0]["kept"], kept);
    assert_eq!(home.settings_json(), json!({"env": {"AWS_REGION": "eu-west-1"}}));
}

#[test]
fn a_dry_run_writes_nothing() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let before = (home.files(), home.state_files("receipts"), home.state_files("credentials"));
    for arguments in [&["reset", "--dry-run"][..], &["reset", "--dry-run", "--all"]] {
        let said = home.run(arguments).success();
        assert!(said.contains("Nothing was written (--dry-run)."), "{said}");
        assert_eq!((home.files(), home.state_files("receipts"), home.state_files("credentials")), before);
    }
    let home = Home::new();
    home.write(".claude/settings.json", FIRST_PLUGIN);
    let said = home.run(["reset", "--dry-run", "--all"]).success();
    assert!(said.contains("- env.AWS_PROFILE: \"work\""), "{said}");
    assert_eq!(home.settings_text(), FIRST_PLUGIN);
}

#[test]
fn a_dry_run_of_all_tells_ours_from_what_others_wrote() {
    let home = Home::new();
    home.write(".claude/settings.json", r#"{"awsAuthRefresh": "aws sso login --profile work"}"#);
    let _ = home.run(["setup", "--yes"]).success();
    let said = home.run(["reset", "--dry-run", "--all", "--json"]).json();
    let files = said["files"].as_array().expect("a list");
    assert_eq!(files.len(), 2, "{said}");
    assert_eq!(files[0]["restored"], "bytes");
    let theirs = json!([{"key": "awsAuthRefresh", "before": "aws sso login --profile work", "after": null}]);
    assert_eq!(files[1]["changes"], theirs);
}

#[test]
fn a_file_broken_since_keeps_its_receipt_until_it_is_mended() {
    let home = Home::new();
    home.write(".claude/settings.json", "{\"language\": \"german\"}");
    let _ = home.run(["setup", "--yes"]).success();
    let whole = home.settings_text();
    let broken = whole.replacen('{', "{ // mine", 1);
    home.write(".claude/settings.json", &broken);
    let said = home.run(["reset"]).failure(1);
    assert!(said.contains(home.settings().to_str().expect("UTF-8")) && said.contains("line 1"), "{said}");
    assert_eq!(home.settings_text(), broken);
    home.write(".claude/settings.json", whole);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), "{\"language\": \"german\"}");
}

#[test]
fn every_scope_that_applies_here_is_reset() {
    let home = Home::new();
    let before = home.files();
    for scope in ["user", "local", "project"] {
        let _ = home.run(["setup", "--yes", "--scope", scope]).success();
    }
    assert_eq!(home.state_files("receipts").len(), 3);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
}

#[test]
fn settings_of_another_folder_are_named_and_left() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--scope", "local"]).success();
    let before = home.files();
    let run = home.command(crate::harness::PROGRAM).arg("reset").current_dir(home.path()).output().expect("it starts");
    let run = crate::harness::Run::from(run);
    let path = home.working_directory().join(".claude/settings.local.json");
    assert!(run.stderr.contains(&format!("Left as it is: `{}`", path.display())), "{run:?}");
    let _ = run.success();
    assert_eq!(home.files(), before);
    let _ = home.run(["reset"]).success();
    assert!(!path.exists());
}

#[test]
fn settings_that_others_wrote_are_not_ours() {
    let home = Home::new();
    home.write(".claude/settings.json", FIRST_PLUGIN);
    let said = home.run(["reset"]).success();
    assert!(said.contains("Nothing of ours is in the settings."), "{said}");
    assert!(said.contains("Claude Code answers from Amazon Bedrock.") && !said.contains('✔'), "{said}");
    assert_eq!(home.settings_text(), FIRST_PLUGIN);
}

#[test]
fn all_of_it_goes_only_after_a_yes() {
    let home = Home::new();
    home.write(".claude/settings.json", FIRST_PLUGIN);
    let said = home.run(["reset", "--all"]).failure(2);
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(home.settings_text(), FIRST_PLUGIN);

    let said = home.run(["reset", "--all", "--yes"]).success();
    assert!(said.contains("- awsAuthRefresh: \"aws sso login --profile work\""), "{said}");
    assert!(said.contains("now answers from Anthropic"), "{said}");
    insta::assert_snapshot!(home.settings_text(), @r#"
    {
      "permissions": {"allow": ["Bash(ls:*)"]},
      "env": {
        "DEBUG": "1"
      },
      "language": "german"
    }
    "#);
}

#[test]
fn all_refused_without_a_yes_leaves_ours_standing_too() {
    let home = Home::new();
    let theirs = r#"{"awsAuthRefresh": "aws sso login --profile work", "env": {"MAX_THINKING_TOKENS": "8192"}}"#;
    home.write(".claude/settings.json", theirs);
    let _ = home.run(["setup", "--yes"]).success();
    let before = (home.files(), home.state_files("receipts"), home.state_files("credentials"));
    let _ = home.run(["reset", "--all"]).failure(2);
    assert_eq!((home.files(), home.state_files("receipts"), home.state_files("credentials")), before);
    let _ = home.run(["reset", "--all", "--yes"]).success();
    assert_eq!(home.settings_json(), json!({}));
}

#[test]
fn token_settings_with_other_values_and_plain_model_names_are_the_users() {
    let home = Home::new();
    let theirs = json!({"model": "opus", "env": {"MAX_THINKING_TOKENS": "16000", "DISABLE_PROMPT_CACHING": "1"}});
    rewrite(&home, &theirs);
    let before = home.settings_text();
    let said = home.run(["reset", "--all", "--yes"]).success();
    assert!(said.contains("Nothing of ours"), "{said}");
    assert_eq!(home.settings_text(), before);
}
