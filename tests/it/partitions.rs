//! Accounts of other partitions, from the set-up to the policy: `GovCloud`, and China, where there is no Bedrock.

use aws_sandbox::Account;
use serde_json::{Value, json};

use crate::harness::Home;

const GOVCLOUD: &str = include_str!("../../sandbox/accounts/us-gov.toml");
const CHINA: &str = include_str!("../../sandbox/accounts/cn.toml");

fn home(text: &str) -> Home {
    Home::with(Account::from_toml(text).expect("a valid account"), true)
}

/// Every ARN of a text.
fn arns(text: &str) -> Vec<&str> {
    let parts = text.split(|sign: char| sign == '"' || sign.is_whitespace());
    parts.filter(|part| part.starts_with("arn:")).collect()
}

/// Everything the account was asked was asked in its own partition.
#[track_caller]
fn assert_asked_only(home: &Home, beginning: &str) {
    let regions: Vec<String> = home.sandbox.requests().into_iter().filter_map(|entry| entry.region).collect();
    assert!(!regions.is_empty() && regions.iter().all(|region| region.starts_with(beginning)), "{regions:?}");
}

#[test]
fn in_govcloud_everything_is_of_govcloud() {
    let home = home(&GOVCLOUD.replace("\"sts:*\"]", "\"sts:*\", \"iam:SimulatePrincipalPolicy\"]"));
    home.run(["setup", "--yes", "--profile", "work", "--residency", "us"]).success();
    let env = &home.settings_json()["env"];
    assert_eq!(env["AWS_REGION"], "us-gov-west-1");
    assert_eq!(env["ANTHROPIC_MODEL"], "us-gov.anthropic.claude-sonnet-4-6");
    // Claude Code ignores it there and finds `us-gov.` by itself.
    assert_eq!(env["ANTHROPIC_BEDROCK_REGION_PREFIX"], Value::Null);

    let models = home.run(["models", "--json"]).success();
    assert!(arns(&models).len() > 4 && arns(&models).iter().all(|arn| arn.starts_with("arn:aws-us-gov:")), "{models}");
    let models: Value = serde_json::from_str(&models).expect("JSON");
    for model in models["models"].as_array().expect("a list") {
        assert_eq!(model["residency"], "us", "{model}");
    }
    let pinned = home.run(["models", "pin", "--auto", "--yes", "--residency", "us", "--json"]).json();
    assert_eq!(pinned["main"], "us-gov.anthropic.claude-sonnet-4-6");
    let team = "arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:application-inference-profile/gov123team456";
    home.run(["models", "pin", team, "--yes"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], team);

    let policy = home.run(["policy"]).success();
    assert!(arns(&policy).len() > 10 && arns(&policy).iter().all(|arn| arn.starts_with("arn:aws-us-gov:")), "{policy}");
    for arn in [team, "arn:aws-us-gov:bedrock:us-gov-east-1::foundation-model/anthropic.claude-sonnet-4-6"] {
        assert!(arns(&policy).contains(&arn), "{arn}: {policy}");
    }
    // The role is found under the path that has the partition's region, IAM in the partition's home.
    let check = home.run(["policy", "check", "--json"]);
    let check: Value = serde_json::from_str(&check.stdout).expect("JSON");
    assert_eq!(check["method"], "simulation", "{check}");
    let missing = json!(["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"]);
    assert_eq!(check["missing_actions"], missing, "{check}");

    let regions = home.run(["regions", "--json"]).json();
    let names = regions["regions"].as_array().expect("a list").iter().filter_map(|row| row["name"].as_str());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    assert_eq!((&regions["partition"], names), (&"aws-us-gov".into(), vec!["us-gov-east-1", "us-gov-west-1"]));
    assert!(regions["recommended"]["region"].as_str().is_some_and(|region| region.starts_with("us-gov-")), "{regions}");

    let exported = home.run(["env"]).success();
    assert!(exported.contains("export AWS_REGION='us-gov-west-1'"), "{exported}");
    assert!(exported.contains(&format!("export ANTHROPIC_MODEL='{team}'")), "{exported}");
    assert_asked_only(&home, "us-gov-");
}

#[test]
fn in_china_it_is_said_that_there_is_no_bedrock_and_nothing_is_written() {
    let home = home(CHINA);
    let said = home.run(["setup", "--yes", "--profile", "work"]).failure(2);
    assert!(said.contains("no Claude inference profile in cn-north-1") && !home.settings().exists(), "{said}");
    let no_bedrock = "AWS has no Bedrock in the partition `aws-cn`";
    for command in [&["regions"][..], &["policy", "--models", "all"]] {
        let said = home.run(command).failure(2);
        assert!(said.contains(no_bedrock) && said.contains("as of 20"), "{said}");
    }
    let listed = home.run(["models", "--json"]).json();
    assert_eq!(listed["models"], json!([]));
    assert!(home.run(["env", "--profile", "work"]).success().contains("export AWS_REGION='cn-north-1'"));
    assert_asked_only(&home, "cn-");
}

/// Should AWS open Bedrock there, the account's own answers count, and its ARNs are the partition's.
#[test]
fn models_that_a_chinese_region_lists_are_taken_as_they_are() {
    let geography = "[[geographies]]\nname = \"cn\"\ntitle = \"CN\"\nroutes = [\"cn-north-1\", \"cn-northwest-1\"]\n\
                     description = \"{model}\"\n[[models]]\nid = \"anthropic.claude-sonnet-4-6\"\n\
                     provider = \"Anthropic\"\nname = \"Claude Sonnet 4.6\"\ncreated_at = \"2026-02-17T00:00:00Z\"\n";
    let home =
        home(&(CHINA.replace("geographies = []", "geographies = [\"cn\"]").replace("models = []\n", "") + geography));
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let env = &home.settings_json()["env"];
    assert_eq!(env["ANTHROPIC_MODEL"], "cn.anthropic.claude-sonnet-4-6");
    let listed = home.run(["models", "--json", "--probe", "--yes"]).json();
    assert_eq!(listed["models"][0]["probe"]["status"], "answered", "{listed}");
    let policy = home.run(["policy"]).success();
    assert!(arns(&policy).len() > 4 && arns(&policy).iter().all(|arn| arn.starts_with("arn:aws-cn:")), "{policy}");
    assert_asked_only(&home, "cn-");
}
