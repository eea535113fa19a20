//! Profiles, models and modes: which are taken, and which are refused with what is said.

use serde_json::Value;

use crate::harness::{Home, READER};

const TEAM: &str = r#"
[[accounts.inference_profiles]]
id = "a1b2c3d4e5f6"
name = "team"
region = "us-west-2"
copy_from = "us.anthropic.claude-sonnet-4-6"
"#;

const ARN: &str = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/";

/// Names the profile anew, as the AWS CLI quotes names with blanks.
fn rename_profile(home: &Home, quoted: &str) {
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", config.replace("[profile work]", &format!("[profile {quoted}]")));
}

/// Runs what Claude Code would run and gives the access key id it prints.
fn exported_key_id(home: &Home) -> String {
    let command = home.settings_json()["awsCredentialExport"].as_str().expect("an export").to_owned();
    let output = home.command("/bin/sh").args(["-c", &command]).output().expect("sh runs");
    assert!(output.status.success(), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    document["Credentials"]["AccessKeyId"].as_str().expect("a key id").to_owned()
}

#[test]
fn of_several_profiles_none_is_guessed_and_all_are_listed() {
    let home = Home::with_more(READER);
    let before = home.files();
    let said = home.run(["setup", "--yes"]).failure(2);
    assert!(said.contains("work  (SSO, BedrockDeveloper in 111122223333"), "{said}");
    assert!(said.contains("reader  (SSO, ReadOnly in 111122223333"), "{said}");
    assert!(said.contains("--profile"), "{said}");
    assert_eq!(home.files(), before);
}

#[test]
fn the_shells_profile_is_taken_without_asking() {
    let home = Home::with_more(READER).env("AWS_PROFILE", "reader");
    let _ = home.run(["setup", "--yes"]).success();
    let settings = home.settings_json();
    assert!(settings["awsCredentialExport"].as_str().is_some_and(|export| export.contains("--profile=reader")));
    assert_eq!(settings["env"]["AWS_REGION"], "us-east-2");
}

#[test]
fn an_unknown_profile_is_refused_naming_both_files() {
    let home = Home::new();
    let said = home.run(["setup", "--yes", "--profile", "nope"]).failure(2);
    for name in ["nope", "/.aws/config", "/.aws/credentials"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(!home.settings().exists());
}

#[test]
fn a_region_that_is_none_is_refused() {
    let home = Home::new();
    let said = home.run(["setup", "--yes", "--region", "oregon"]).failure(2);
    assert!(said.contains("`oregon` is not an AWS region"), "{said}");
    assert!(!home.settings().exists());
}

#[test]
fn a_profile_only_the_aws_cli_finds_works_isolated_and_not_shared() {
    let home = Home::new();
    rename_profile(&home, "\"o'neil dev\"");
    let before = home.files();
    let said = home.run(["setup", "--yes", "--profile", "o'neil dev", "--identity", "shared"]).failure(2);
    assert!(said.contains("Claude Code does not find the profile `o'neil dev`"), "{said}");
    assert_eq!(home.files(), before);

    let _ = home.run(["setup", "--yes", "--profile", "o'neil dev"]).success();
    assert!(exported_key_id(&home).starts_with("ASIA"));
    assert_eq!(home.run(["status", "--json"]).json()["profile"], "o'neil dev");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
}

#[test]
fn a_profile_name_is_never_a_command() {
    for name in ["a;touch pwned", "$(touch pwned)", "`touch pwned`", "a' || touch pwned;x"] {
        let home = Home::new();
        rename_profile(&home, &format!("\"{name}\""));
        let _ = home.run(["setup", "--yes", "--profile", name]).success();
        assert!(exported_key_id(&home).starts_with("ASIA"), "{name}");
        let pwned = home.files().into_iter().any(|(path, _)| path.file_name().is_some_and(|file| file == "pwned"));
        assert!(!pwned, "{name}");
    }
}

#[test]
fn someone_signed_out_is_told_so_and_nothing_is_written() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let before = home.files();
    let said = home.run(["setup", "--yes", "--profile", "work"]).failure(3);
    assert!(said.contains("nobody is signed in to the SSO session `work`"), "{said}");
    assert!(said.contains("claude-bedrock login --profile work"), "{said}");
    assert_eq!(home.files(), before);
    assert!(home.state_files("receipts").is_empty());
}

#[test]
fn the_only_profile_is_taken_even_when_its_sign_in_is_missing() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let said = home.run(["setup", "--yes"]).failure(3);
    assert!(said.contains("claude-bedrock login --profile work"), "{said}");
}

#[test]
fn a_model_that_is_not_listed_is_refused_naming_similar_ones() {
    for model in ["eu.anthropic.claude-sonnet-4-6", "claude-sonnet-4-6"] {
        let home = Home::new();
        let said = home.run(["setup", "--yes", "--model", model]).failure(2);
        assert!(said.contains(&format!("no inference profile `{model}` in us-west-2")), "{said}");
        assert!(said.contains("us.anthropic.claude-sonnet-4-6, global.anthropic.claude-sonnet-4-6"), "{said}");
        assert!(!home.settings().exists());
    }
}

#[test]
fn the_long_context_window_of_a_listed_model_is_taken() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--model", "us.anthropic.claude-sonnet-4-6[1m]"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-sonnet-4-6[1m]");
    let said = home.run(["setup", "--yes", "--model", "us.anthropic.claude-nothing[1m]"]).failure(2);
    assert!(said.contains("`us.anthropic.claude-nothing`"), "{said}");
}

#[test]
fn an_application_inference_profile_is_looked_up_and_taken() {
    let home = Home::with_more(TEAM);
    let arn = format!("{ARN}a1b2c3d4e5f6");
    let _ = home.run(["setup", "--yes", "--model", &arn]).success();
    let requests = home.sandbox.requests();
    assert!(
        requests.iter().any(|entry| entry.operation == "GetInferenceProfile" && entry.model.as_ref() == Some(&arn))
    );
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], arn.as_str());
}

#[test]
fn an_unknown_application_inference_profile_is_refused() {
    let home = Home::with_more(TEAM);
    let arn = format!("{ARN}000000000000");
    let said = home.run(["setup", "--yes", "--model", &arn]).failure(2);
    assert!(said.contains(&arn), "{said}");
    assert!(!home.settings().exists());
}

/// Puts a `claude` of some version first on `PATH`.
fn with_claude_code(home: Home, version: &str) -> Home {
    let script = format!("printf '#!/bin/sh\\necho \"{version} (Claude Code)\"\\n' > claude && chmod 755 claude");
    let status = home.command("/bin/sh").args(["-c", &script]).status().expect("sh runs");
    assert!(status.success());
    let mut path = home.working_directory().into_os_string();
    path.push(":");
    path.push(crate::harness::path_with_program());
    home.env("PATH", path)
}

#[test]
fn a_claude_code_too_old_for_the_chosen_mode_is_refused() {
    for (version, mode) in [("2.1.96", "shared"), ("2.1.96", "isolated"), ("2.1.140", "isolated")] {
        let home = with_claude_code(Home::new(), version);
        let before = home.files();
        let said = home.run(["setup", "--yes", "--identity", mode]).failure(2);
        assert!(said.contains(version) && said.contains("claude update"), "{said}");
        assert_eq!(home.files(), before);
    }
}

#[test]
fn a_claude_code_new_enough_for_the_chosen_mode_is_accepted() {
    for (version, mode) in [("2.1.140", "shared"), ("2.1.97", "shared"), ("2.1.141", "isolated")] {
        let home = with_claude_code(Home::new(), version);
        let _ = home.run(["setup", "--yes", "--identity", mode]).success();
        assert_eq!(home.run(["status", "--offline", "--json"]).json()["identity"]["mode"], mode);
    }
}
