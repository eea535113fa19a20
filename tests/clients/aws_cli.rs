//! The AWS CLI works against the same account, and through our `credential_process`.

use serde_json::Value;

use super::machine::{Machine, aws_cli};
use crate::harness::PROGRAM;

#[test]
fn the_aws_cli_sees_the_account_and_takes_our_credentials() {
    let Some(aws) = aws_cli() else { return };
    let aws = aws.to_str().expect("UTF-8");
    let machine = Machine::new();
    let json = |arguments: &[&str]| -> Value {
        let command = [&[aws, "--output", "json"], arguments].concat();
        serde_json::from_str(&machine.run(command).success()).expect("JSON")
    };
    let direct = json(&["sts", "get-caller-identity", "--profile", "work"]);
    assert_eq!(direct["Account"], "111122223333");
    let listed = json(&["bedrock", "list-inference-profiles", "--profile", "work", "--region", "eu-west-1"]);
    let ids = listed["inferenceProfileSummaries"].as_array().expect("a list");
    assert!(ids.iter().any(|profile| profile["inferenceProfileId"] == "eu.anthropic.claude-sonnet-4-6"), "{ids:?}");

    let config = fs_err::read_to_string(machine.home().join(".aws/config")).expect("a config");
    let ours = format!("[profile ours]\ncredential_process = {PROGRAM} credentials --format process --profile work\n");
    machine.write("home/.aws/config", format!("{config}{ours}"));
    let through_us = json(&["sts", "get-caller-identity", "--profile", "ours", "--region", "us-west-2"]);
    assert_eq!(through_us["Arn"], direct["Arn"]);
}
