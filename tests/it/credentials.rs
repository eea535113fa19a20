//! `credentials` and `refresh`: documents, caches, renewals and their failures.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, Run, mode};

const UNUSABLE: &str = r#"{"Credentials":{"AccessKeyId":"CLAUDEBEDROCKSIGNEDOUT","SecretAccessKey":"signed-out","SessionToken":"signed-out"}}"#;

/// A user with long-term keys and a profile for them.
const BUILDER: &str = r#"
[[accounts.users]]
name = "builder"
access_key_id = "AKIAEXAMPLEBUILDER00"
secret_access_key = "long-term-secret-of-the-builder-0123456789"
permissions = { allow = ["bedrock:*", "sts:*"] }

[[profiles]]
name = "keys"
user = "builder"
region = "us-east-2"
"#;

const ASK: [&str; 3] = ["credentials", "--profile", "work"];

/// The fields of the keys, which both documents name alike.
#[track_caller]
fn assert_usable(keys: &Value) {
    assert!(keys["AccessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")), "{keys}");
    for name in ["SecretAccessKey", "SessionToken"] {
        assert!(keys[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let end = keys["Expiration"].as_str().expect("text");
    let form: String = end.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(form, "0000-00-00T00:00:00Z", "the form every SDK reads");
}

/// Lets the sign-in's access token be over.
fn end_token(home: &Home) {
    home.change_token(&[("expiresAt", "2020-01-01T00:00:00Z".into())]);
}

#[test]
fn claude_code_gets_a_nested_document() {
    let home = Home::new();
    let document = home.run(ASK).json();
    assert_eq!(document.as_object().expect("an object").len(), 1);
    let keys = document["Credentials"].as_object().expect("an object");
    assert_eq!(keys.len(), 4);
    assert_usable(&document["Credentials"]);
}

#[test]
fn other_programs_get_a_flat_document_with_a_version() {
    let home = Home::new();
    let document = home.run(ASK.iter().chain(&["--format", "process"])).json();
    assert_eq!(document["Version"], 1);
    assert_eq!(document.as_object().expect("an object").len(), 5);
    assert_usable(&document);
}

#[test]
fn without_a_profile_the_configured_one_counts_and_with_none_it_is_refused() {
    let home = Home::new();
    let said = home.run(["credentials"]).failure(2);
    assert!(said.contains("no AWS profile is configured") && said.contains("--profile NAME"), "{said}");
    let _ = home.run(["setup", "--yes"]).success();
    assert_usable(&home.run(["credentials"]).json()["Credentials"]);
}

#[test]
fn a_second_call_asks_nobody_and_works_without_a_network() {
    let home = Home::new();
    let first = home.run(ASK).success();
    let asked = home.sandbox.requests().len();
    assert_eq!(home.run(ASK).success(), first);
    assert_eq!(home.sandbox.requests().len(), asked);
    let home = home.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    assert_eq!(home.run(ASK).success(), first);
}

#[test]
fn more_life_than_there_is_asks_again_and_still_answers() {
    let home = Home::new();
    let first = home.run(ASK).success();
    let second = home.run(ASK.iter().chain(&["--min-ttl", "2h"]));
    let second = second.success();
    assert_ne!(first, second);
    assert_eq!(home.asked("GetRoleCredentials"), 2);
    assert_eq!(home.run(ASK.iter().chain(&["--min-ttl", "30m"])).success(), second, "the newer ones are kept");
    assert_eq!(home.asked("GetRoleCredentials"), 2);
}

#[test]
fn cached_credentials_are_for_the_user_alone() {
    let home = Home::new();
    let _ = home.run(ASK).success();
    let files = home.state_files("credentials");
    assert_eq!(files.len(), 1);
    assert_eq!(mode(&files[0]), 0o600);
    for folder in [home.state(), home.state().join("credentials"), home.state().join("locks")] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}

#[test]
fn long_term_keys_give_one_session_that_is_kept() {
    let home = Home::with_more(BUILDER);
    let ask = ["credentials", "--profile", "keys"];
    let first = home.run(ask).json();
    assert_usable(&first["Credentials"]);
    assert_eq!(home.run(ask).json(), first);
    assert_eq!(home.asked("GetSessionToken"), 1);
    assert_eq!(home.sandbox.requests().len(), 1);
}

#[test]
fn temporary_keys_pass_through() {
    let home = Home::new();
    home.write(
        ".aws/credentials",
        "[temporary]\naws_access_key_id = ASIATEMPORARY\naws_secret_access_key = s\naws_session_token = t+/=\n",
    );
    let keys = home.run(["credentials", "--profile", "temporary"]).json()["Credentials"].clone();
    assert_usable(&keys);
    assert_eq!(
        (&keys["AccessKeyId"], &keys["SecretAccessKey"], &keys["SessionToken"]),
        (&json!("ASIATEMPORARY"), &json!("s"), &json!("t+/="))
    );
    assert_eq!(home.sandbox.requests().len(), 0);
}

#[test]
fn an_ended_token_is_renewed_silently_and_its_file_kept() {
    let home = Home::new();
    home.change_token(&[("expiresAt", "2020-01-01T00:00:00Z".into()), ("x-theirs", json!({"keep": [1, "ü"]}))]);
    let before = home.token();
    let run = home.run(ASK);
    assert_eq!(run.stderr, "");
    assert_usable(&run.json()["Credentials"]);
    let after = home.token();
    for name in ["accessToken", "refreshToken", "expiresAt"] {
        assert_ne!(after[name], before[name], "{name}");
    }
    for name in ["startUrl", "region", "clientId", "clientSecret", "registrationExpiresAt", "x-theirs"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(after.as_object().map(serde_json::Map::len), before.as_object().map(serde_json::Map::len));
    assert_eq!(mode(&home.token_file()), 0o600);
    assert_eq!((home.asked("CreateToken"), home.asked("GetRoleCredentials")), (1, 1));
}

#[test]
fn a_token_that_ends_at_the_portal_before_its_time_is_renewed_once() {
    let home = Home::new();
    let fresh = home.token();
    home.change_token(&[("accessToken", "aoaNoLongerKnown".into())]);
    assert_usable(&home.run(ASK).json()["Credentials"]);
    assert_ne!(home.token()["refreshToken"], fresh["refreshToken"]);
    assert_eq!(home.asked("CreateToken"), 1);
}

#[test]
fn twenty_processes_at_once_renew_once_and_fetch_once() {
    let home = Home::new();
    end_token(&home);
    let start = || home.command(PROGRAM).args(ASK).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let children: Vec<_> = (0..20).map(|_| start().expect("the program starts")).collect();
    let mut answers: Vec<String> =
        children.into_iter().map(|child| Run::from(child.wait_with_output().expect("it ends")).success()).collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "all got the same credentials");
    assert_eq!((home.asked("CreateToken"), home.asked("GetRoleCredentials")), (1, 1));
}

#[test]
fn someone_signed_out_is_told_in_one_line_with_what_to_do() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let run = home.run(ASK);
    assert_eq!(run.stdout, "");
    let said = run.failure(3);
    insta::assert_snapshot!(said, @"error: nobody is signed in to the SSO session `work`: run `claude-bedrock login --profile work` to sign in");
}

#[test]
fn for_claude_code_someone_signed_out_gets_a_document_that_cannot_authenticate() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let run = home.run(ASK.iter().chain(&["--sign-in"]));
    assert!(run.stderr.contains("nobody is signed in"), "{run:?}");
    assert_eq!(run.success(), format!("{UNUSABLE}\n"));
    // Neither a missing profile nor a dead network makes it answer otherwise.
    assert_eq!(home.run(["credentials", "--sign-in", "--profile=nope"]).success(), format!("{UNUSABLE}\n"));
    let home = Home::new().env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    assert_eq!(home.run(ASK.iter().chain(&["--sign-in"])).success(), format!("{UNUSABLE}\n"));
}

#[test]
fn a_refresh_token_that_aws_does_not_accept_needs_a_new_sign_in() {
    for arguments in [&ASK[..], &["refresh", "--profile", "work"]] {
        let home = Home::new();
        end_token(&home);
        home.change_token(&[("refreshToken", "aorRevoked".into())]);
        let mut before = home.token();
        let said = home.run(arguments).failure(3);
        assert!(said.contains("AWS did not accept its refresh token"), "{said}");
        assert!(said.contains("claude-bedrock login --profile work"), "{said}");
        before.as_object_mut().expect("an object").remove("refreshToken");
        assert_eq!(home.token(), before, "only what was refused goes");
    }
}

#[test]
fn an_ended_token_that_cannot_renew_itself_needs_a_new_sign_in() {
    let home = Home::new();
    end_token(&home);
    home.change_token(&[("refreshToken", Value::Null)]);
    let said = home.run(ASK).failure(3);
    assert!(said.contains("ended at 2020-01-01 00:00 UTC"), "{said}");
    assert_eq!(home.sandbox.requests().len(), 0);
}

#[test]
fn a_damaged_token_file_is_named_and_never_a_panic() {
    let whole = Home::new().token().to_string();
    for damaged in [&whole[..whole.len() / 2], "", "\u{0}\u{1}", "[]", "{\"accessToken\": 5}", "null"] {
        for arguments in [&ASK[..], &["refresh", "--profile", "work"]] {
            let home = Home::new();
            let path = home.token_file();
            home.write(path.to_str().expect("UTF-8"), damaged);
            let problem = home.run(["status", "--offline", "--profile", "work"]).success();
            assert!(problem.contains("does not hold an SSO token"), "{problem}");
            let said = home.run(arguments).failure(3);
            assert!(said.contains(path.to_str().expect("UTF-8")), "{said}");
            assert!(!said.contains("panicked"), "{said}");
            // Set aside, it is in nobody's way.
            let said = home.run(arguments).failure(3);
            assert!(said.contains("nobody is signed in"), "{said}");
        }
    }
}

#[test]
fn a_role_the_portal_does_not_give_is_named() {
    let home = Home::new();
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", config.replace("BedrockDeveloper", "Administrator"));
    let said = home.run(ASK).failure(1);
    assert!(said.contains("`Administrator` in account 111122223333"), "{said}");
}

#[test]
fn a_profile_without_credentials_is_refused() {
    let home = Home::new();
    home.write(".aws/credentials", "[settings]\nregion = us-west-2\n[half]\naws_access_key_id = AKIA\n");
    let said = home.run(["credentials", "--profile", "settings"]).failure(2);
    assert!(said.contains("only holds settings"), "{said}");
    let said = home.run(["credentials", "--profile", "half"]).failure(2);
    assert!(said.contains("useless without `aws_secret_access_key`"), "{said}");
}

const REFRESH: [&str; 3] = ["refresh", "--profile", "work"];

#[test]
fn a_fresh_token_is_left_alone_without_the_network() {
    let home = Home::new();
    let before = home.token();
    let run = home.run(REFRESH);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(home.sandbox.requests().len(), 0);
    assert_eq!(home.token(), before);
}

#[test]
fn a_token_with_little_left_is_renewed() {
    let home = Home::new();
    home.shorten_token(45);
    let before = home.token();
    let run = home.run(REFRESH);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(home.asked("CreateToken"), 1);
    assert_ne!(home.token()["refreshToken"], before["refreshToken"]);
    assert_eq!(home.run(REFRESH).success(), "");
    assert_eq!(home.asked("CreateToken"), 1, "once is enough");
}

#[test]
fn ten_refreshes_at_once_renew_once() {
    // Long enough for all of them to find the old token.
    let home = Home::far_away(Duration::from_secs(1));
    end_token(&home);
    let start = || home.command(PROGRAM).args(REFRESH).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let children: Vec<_> = (0..10).map(|_| start().expect("the program starts")).collect();
    for child in children {
        assert_eq!(Run::from(child.wait_with_output().expect("it ends")).success(), "");
    }
    assert_eq!(home.asked("CreateToken"), 1);
}

#[test]
fn force_renews_a_fresh_token() {
    let home = Home::new();
    let before = home.token();
    let _ = home.run(REFRESH.iter().chain(&["--force"])).success();
    assert_eq!(home.asked("CreateToken"), 1);
    assert_ne!(home.token()["accessToken"], before["accessToken"]);
}

#[test]
fn a_living_token_that_cannot_be_renewed_now_is_still_good() {
    let home = Home::new();
    home.shorten_token(45);
    let home = home.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    assert_eq!(home.run(REFRESH).success(), "");
}

#[test]
fn a_refresh_for_someone_signed_out_needs_a_sign_in() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let said = home.run(REFRESH).failure(3);
    assert!(said.contains("nobody is signed in to the SSO session `work`"), "{said}");
}

#[test]
fn every_format_is_one_its_reader_takes() {
    let home = Home::new();
    let exported = home.run(ASK.iter().chain(&["--format", "env"])).success();
    let script = format!("{exported}printf '%s' \"$AWS_ACCESS_KEY_ID $AWS_CREDENTIAL_EXPIRATION\"");
    let output = home.command("sh").args(["-c", &script]).output().expect("sh runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(said.starts_with("ASIA") && said.ends_with('Z'), "{said}");
    for (format, mark) in [
        ("fish", "set -gx AWS_"),
        ("powershell", "$Env:AWS_"),
        ("cmd", "set \"AWS_"),
        ("dotenv", "AWS_ACCESS_KEY_ID=ASIA"),
    ] {
        let printed = home.run(ASK.iter().chain(&["--format", format])).success();
        assert_eq!(printed.lines().count(), 4, "{printed}");
        assert!(printed.starts_with(mark), "{printed}");
    }
}

#[test]
fn a_short_term_api_key_is_accepted_by_bedrock() {
    let home = Home::new();
    let key = home.run(ASK.iter().chain(&["--format", "bedrock-api-key", "--ttl", "1h"])).success();
    let script = "import os,sys,urllib.request as u; \
        print(u.urlopen(u.Request(sys.argv[1] + '/inference-profiles', headers={'Authorization': 'Bearer ' + os.environ['KEY']})).status)";
    let mut python = home.command("python3");
    let output = python.env("KEY", key.trim()).args(["-c", script, &home.sandbox.endpoint()]).output();
    assert_eq!(output.expect("python3 starts").stdout, b"200\n");
}
