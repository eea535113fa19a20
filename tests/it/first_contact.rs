//! What somebody meets who knows the README alone: slips, repetitions, and runs that have nothing to do.

use crate::harness::{Home, READER};
use aws_sandbox::Account;

#[test]
fn a_slip_in_a_name_is_answered_with_the_name_that_was_meant() {
    let home = Home::new();
    for arguments in [&["setup", "--yes"][..], &["models"], &["login"], &["credentials"], &["profiles"]] {
        let said = home.run([arguments, &["--profile", "wrok"]].concat()).failure(2);
        assert!(said.contains("did you mean `work`? `claude-bedrock profiles` lists"), "{arguments:?}: {said}");
        assert!(!said.contains("0 findings"), "{said}");
    }
    for arguments in [&["setup", "--dry-run", "--profile", "work"][..], &["models"]] {
        let said = home.run([arguments, &["--region", "us-wets-2"]].concat()).failure(1);
        assert!(said.contains("is `us-wets-2` a region? Did you mean `us-west-2`?"), "{arguments:?}: {said}");
    }
}

#[test]
fn profiles_that_could_be_meant_are_named() {
    let home = Home::with_more(READER);
    for command in ["login", "models", "credentials"] {
        let said = home.run([command]).failure(2);
        assert!(said.contains("name one with `--profile NAME` (`work`, `reader` are there)"), "{command}: {said}");
    }
}

#[test]
fn without_a_network_it_is_asked_for_one() {
    let home = Home::new().env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    for arguments in [&["setup", "--yes", "--profile", "work"][..], &["models", "--profile", "work"]] {
        let said = home.run(arguments).failure(1);
        assert!(said.contains("could not be reached") && said.contains("hint: is there a network?"), "{said}");
    }
}

#[test]
fn a_status_without_bedrock_says_how_to_switch_it_on() {
    let home = Home::new();
    let said = home.run(["status", "--profile", "work", "--region", "eu-west-1", "--offline"]).success();
    assert!(said.contains("\n  `claude-bedrock setup` switches Amazon Bedrock on\n"), "{said}");
    assert!(said.contains("\n  region              eu-west-1  from --region\n"), "what is named counts: {said}");
    assert!(home.run(["status", "--region", "oregon"]).failure(2).contains("is not an AWS region"));
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    assert!(!home.run(["status", "--offline"]).success().contains("switches Amazon Bedrock on"));
}

#[test]
fn no_heading_stands_above_nothing() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    let pinned = home.run(["models", "pin", "us.anthropic.claude-sonnet-5-5", "--yes"]).success();
    assert!(pinned.ends_with("\n\n✔ Nothing to change: ~/.claude/settings.json already says so.\n"), "{pinned}");

    let arguments = ["setup", "--yes", "--process-profile", "tools"];
    let said = home.run(arguments).success();
    assert!(!said.contains("~/.claude/settings.json"), "nothing of it changes: {said}");
    assert!(said.contains("✔ The profile is in ~/.aws/config"), "{said}");
    let again = home.run(arguments).success();
    assert_eq!(again, "✔ Nothing to change: ~/.claude/settings.json already says so.\n");
    let other = home.run([&arguments[..], &["--region", "us-east-1"]].concat()).failure(2);
    assert!(other.contains("there already is a profile `tools`"), "{other}");
}

#[test]
fn a_status_line_that_was_taken_back_is_nothing_to_delete_by_hand() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--profile", "work", "--statusline"]).success();
    let said = home.run(["setup", "--yes", "--no-statusline"]).success();
    let by_hand = said.rsplit("this program be gone").next().expect("a recipe");
    assert!(by_hand.contains("awsCredentialExport") && !by_hand.contains("statusLine"), "{said}");
}

#[test]
fn a_reset_says_which_file_it_could_not_read() {
    let home = Home::with(Account::default(), false);
    home.write(".claude/settings.json", "{\n  \"env\": {},\n}\n");
    let run = home.run(["reset"]);
    assert!(!run.stdout.contains('✔') && !run.stdout.contains("answers from"), "{run:?}");
    assert!(run.stderr.contains("settings.json") && run.stderr.contains("a comma stands before"), "{run:?}");
    let _ = run.success();
}

#[test]
fn no_answer_ends_in_an_empty_line() {
    let home = Home::new();
    let unknown = home.run(["explain", "hello world"]);
    for said in
        [home.run(["profiles"]).success(), home.run(["explain", "ExpiredTokenException"]).success(), unknown.stdout]
    {
        assert!(said.ends_with('\n') && !said.ends_with("\n\n"), "{said}");
    }
}

#[test]
fn a_dry_run_answers_in_json_too() {
    let home = Home::new();
    let arguments = ["models", "create-profile", "x", "--from", "us.anthropic.claude-opus-5-5", "--dry-run", "--json"];
    let said = home.run(arguments).json();
    assert_eq!((&said["version"], &said["arn"]), (&1.into(), &serde_json::Value::Null), "{said}");
    assert_eq!(said["from"], "us.anthropic.claude-opus-5-5");
}

#[test]
fn models_of_any_length_stand_in_one_column() {
    let home = Home::new();
    let said = home.run(["models", "--profile", "work"]).success();
    let ways = said.lines().filter(|line| line.contains(".anthropic."));
    let columns: Vec<usize> =
        ways.filter_map(|line| line.find("stays in the US").or_else(|| line.find("goes anywhere"))).collect();
    assert!(columns.len() > 20 && columns.iter().all(|column| *column == columns[0]), "{said}");
}
