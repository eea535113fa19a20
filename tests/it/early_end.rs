//! What AWS ended before its time, renewals that fail, and sign-ins that are stopped.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use aws_sandbox::{Account, Fault, FaultAnswer, FaultEffect};
use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM};

/// A machine that is set up and has cached credentials, which AWS then ends.
fn with_ended_keys() -> (Home, Value) {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let before = home.run(["credentials"]).json();
    home.sandbox.expire_credentials();
    (home, before)
}

/// Lets the cached credentials look as if they had been had some time ago.
fn age_cached(home: &Home) {
    for path in home.state_files("credentials").iter().filter(|path| path.extension().is_some_and(|it| it == "json")) {
        let mut file: Value = serde_json::from_slice(&fs_err::read(path).expect("readable")).expect("JSON");
        file["issued_at"] = json!("2026-01-01T00:00:00Z");
        home.write(path.to_str().expect("UTF-8"), file.to_string());
    }
}

fn key(document: &Value) -> &str {
    document["Credentials"]["AccessKeyId"].as_str().expect("a key")
}

#[test]
fn keys_that_aws_has_ended_are_replaced_by_force_and_every_report_says_so() {
    let (home, before) = with_ended_keys();
    let _ = home.run(["refresh"]).success();
    assert_eq!(key(&home.run(["credentials"]).json()), key(&before), "nothing is due");
    let status = home.run(["status"]).success();
    assert!(status.contains("`claude-bedrock refresh --force`"), "{status}");
    let models = home.run(["models"]).failure(1);
    assert!(models.contains("`claude-bedrock refresh --force`"), "{models}");
    let explained = home.run(["explain", "The security token included in the request is expired"]).success();
    assert!(explained.contains("claude-bedrock refresh --force"), "{explained}");
    assert!(!explained.contains("--offline"), "files cannot show it: {explained}");

    let said = home.run(["refresh", "--force"]).success();
    assert!(said.contains("✔ Renewed: the sign-in to `work` lasts until"), "{said}");
    assert_ne!(key(&home.run(["credentials"]).json()), key(&before));
    assert!(!home.run(["status"]).success().contains("problem:"));
}

#[test]
fn a_session_that_asks_again_before_their_end_is_given_others() {
    let (home, before) = with_ended_keys();
    let home = home.env("CLAUDE_CODE_MESSAGING_SOCKET", "/tmp/one.sock");
    let export = || home.run(["credentials", "--sign-in"]).json();
    assert_eq!(key(&export()), key(&before), "the first time from the cache");
    assert_eq!(key(&export()), key(&before), "and again while they are just fetched");
    age_cached(&home);
    let fresh = export();
    assert_ne!(key(&fresh), key(&before));
    assert_eq!(key(&export()), key(&fresh));
    // Who has not been given them is none the wiser.
    age_cached(&home);
    let home = home.env("CLAUDE_CODE_MESSAGING_SOCKET", "/tmp/other.sock");
    assert_eq!(key(&home.run(["credentials", "--sign-in"]).json()), key(&fresh));
    let _ = home.run(["reset"]).success();
    assert!(home.state_files("credentials").is_empty(), "{:?}", home.state_files("credentials"));
}

#[test]
fn credentials_that_cannot_be_had_anew_stay_with_a_session() {
    let home = Home::new().env("CLAUDE_CODE_MESSAGING_SOCKET", "/tmp/one.sock");
    let _ = home.run(["setup", "--yes"]).success();
    let before = home.run(["credentials", "--sign-in"]).json();
    age_cached(&home);
    home.sandbox.set_fault(Fault::of("GetRoleCredentials", FaultEffect::DroppedBefore));
    assert_eq!(key(&home.run(["credentials", "--sign-in"]).json()), key(&before));
}

#[test]
fn a_forced_renewal_that_failed_is_told() {
    let home = Home::new();
    let fault = home.sandbox.set_fault(Fault::of("CreateToken", FaultEffect::DroppedBefore));
    let said = home.run(["refresh", "--force", "--profile", "work"]).failure(1);
    assert!(said.contains("the sign-in from before works until"), "{said}");
    let asked = home.sandbox.requests_of_fault(fault);
    assert!(asked > 0);
    let _ = home.run(["refresh", "--profile", "work"]).success();
    assert_eq!(home.sandbox.requests_of_fault(fault), asked, "without force nothing is due");
}

#[test]
fn a_sign_in_that_aws_ended_does_not_end_in_the_future() {
    let home = Home::new();
    let refused = FaultAnswer::error(400, "InvalidGrantException", "not now");
    home.sandbox.set_fault(Fault::of("CreateToken", FaultEffect::Answer(refused)));
    let first = home.run(["refresh", "--force", "--profile", "work"]).failure(3);
    assert!(first.contains("AWS did not accept its refresh token"), "{first}");
    let second = home.run(["refresh", "--force", "--profile", "work"]).failure(3);
    assert!(second.contains("cannot be renewed") && !second.contains("ended at"), "{second}");
    for said in [first, second] {
        assert!(said.contains("the sign-in from before works until"), "{said}");
    }
}

#[test]
fn an_interrupted_sign_in_leaves_no_file() {
    let home = Home::with(Account::default(), false);
    for command in ["login", "refresh"] {
        let mut child = home.command(PROGRAM);
        child.args([command, "--profile", "work", "--no-browser"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("starts");
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.take().expect("piped"));
        told.read_line(&mut line).expect("a line");
        assert!(line.contains("enter the code") || line.contains("Sign in"), "{line}");
        let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(status.expect("kill starts").success());
        assert_eq!(child.wait_with_output().expect("ends").status.code(), Some(130), "{command}");
        let left: Vec<_> = home.files().into_iter().map(|(path, _)| path).collect();
        assert!(!left.iter().any(|path| path.extension().is_some_and(|it| it == "tmp")), "{command}: {left:?}");
    }
}

#[test]
fn a_refused_sign_in_of_a_set_up_names_all_that_was_said() {
    let home = Home::with(Account::default(), false);
    home.write(".aws/config", "");
    home.sandbox.decide_from_now_on(Some(false));
    let said = home
        .env("DISPLAY", ":0")
        .env("BROWSER", "true")
        .run([
            "setup",
            "--yes",
            "--start-url",
            "https://d-9067642ac7.awsapps.com/start",
            "--sso-region",
            "us-east-1",
            "--role",
            "Read Only",
            "--account",
            "111122223333",
            "--sso-session",
            "corp",
        ])
        .failure(3);
    let again = "claude-bedrock setup --yes --start-url https://d-9067642ac7.awsapps.com/start --sso-region us-east-1 \
                 --role 'Read Only' --account 111122223333 --sso-session corp";
    assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(again), "{said}");
}

#[test]
fn being_signed_out_is_a_problem_offline_too() {
    let home = Home::with(Account::default(), false).env("CLAUDE_CODE_USE_BEDROCK", "1").env("AWS_PROFILE", "work");
    for arguments in [&["status", "--json", "--offline"][..], &["status", "--json"]] {
        let problems = home.run(arguments).json()["problems"].clone();
        assert_eq!(problems.as_array().map(Vec::len), Some(1), "{problems}");
        assert!(
            problems[0].as_str().expect("text").ends_with("run `claude-bedrock login --profile work`"),
            "{problems}"
        );
    }
}

#[test]
fn status_names_the_profile_that_was_meant_and_no_set_up_for_a_broken_file() {
    let home = Home::new();
    let said = home.run(["status", "--offline", "--profile", "wrok"]).success();
    assert!(said.contains("did you mean `work`?"), "{said}");
    home.write(".claude/settings.json", "{\n  \"env\": {},\n}\n");
    let said = home.run(["status", "--offline"]).success();
    assert!(!said.contains("switches Amazon Bedrock on") && said.contains("mend the file"), "{said}");
}

#[test]
fn a_reset_that_leaves_a_model_of_bedrock_is_no_success() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let chosen = home.settings_json()["env"]["ANTHROPIC_MODEL"].as_str().expect("a model").to_owned();
    let text = home.settings_text().replacen(&chosen, "us.anthropic.claude-opus-5-5", 1);
    home.write(".claude/settings.json", text);
    let said = home.run(["reset"]).success();
    assert!(said.contains("`us.anthropic.claude-opus-5-5`") && !said.contains('✔'), "{said}");
}

#[test]
fn a_reset_that_failed_shows_no_success() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    home.write(".claude/settings.json", "{ broken");
    let run = home.run(["reset"]);
    assert!(!run.stdout.contains('✔'), "{run:?}");
    let _ = run.failure(1);
}

#[test]
fn where_the_aws_files_are_stays_the_users_to_say() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let theirs = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
    let unset = home.run(["env", "--unset"]).success();
    assert!(unset.contains("unset AWS_PROFILE") && theirs.iter().all(|name| !unset.contains(name)), "{unset}");
    let mut settings = home.settings_json();
    settings["env"]["AWS_CONFIG_FILE"] = home.path().join(".aws/config").to_str().into();
    home.write(".claude/settings.json", settings.to_string());
    let unset = home.run(["env", "--unset"]).success();
    assert!(unset.contains("unset AWS_CONFIG_FILE") && !unset.contains(theirs[1]), "{unset}");
}
