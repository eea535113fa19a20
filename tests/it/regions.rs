//! `regions` against accounts and networks that differ from region to region.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use aws_sandbox::{Account, Fault, FaultEffect};
use serde_json::Value;

use crate::harness::{Home, PROGRAM, Run};
use crate::network::Network;

fn row<'a>(report: &'a Value, name: &str) -> &'a Value {
    let rows = report["regions"].as_array().expect("a list");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name} in {report}"))
}

fn refusal(status: u16, code: &str) -> FaultEffect {
    FaultEffect::error(status, code, "The security token included in the request is invalid.")
}

#[test]
fn an_interrupt_ends_every_look_at_aws_with_a_word() {
    let home = Home::new();
    for arguments in [&["regions"][..], &["policy", "--models", "all"], &["policy", "check"], &["models", "--probe"]] {
        // One for each, where nobody else has left a call behind.
        let silence = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut command = home.command(PROGRAM);
        command.env("AWS_ENDPOINT_URL", format!("http://{}", silence.local_addr().expect("bound")));
        let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        // From the first credentials on somebody may lose patience.
        let _unanswered = silence.accept().expect("it asks");
        let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(interrupt.expect("kill runs").success());
        let run = Run::from(child.wait_with_output().expect("it ends"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{arguments:?}: {run:?}");
        assert_eq!(run.stderr, "stopped; nothing was changed\n", "{arguments:?}");
    }
}

#[test]
fn every_region_of_the_partition_is_told_with_what_is_there() {
    let home = Home::new();
    home.sandbox.set_fault(
        Fault::of("ListInferenceProfiles", refusal(403, "UnrecognizedClientException")).in_region("ap-northeast-3"),
    );
    let report = home.run(["regions", "--json", "--profile", "work"]).json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["partition"], "aws");
    let names: Vec<&str> =
        report["regions"].as_array().expect("a list").iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(
        names.len() >= 30 && !names.iter().any(|name| name.starts_with("us-gov") || name.starts_with("cn-")),
        "{names:?}"
    );
    let west = row(&report, "us-west-2");
    assert_eq!(west["reachable"], true);
    assert!(west["latency_ms"].as_u64().is_some_and(|ms| ms > 0), "{west}");
    assert_eq!(west["families"], serde_json::json!(["fable", "haiku", "opus", "sonnet"]));
    assert_eq!(west["residencies"], serde_json::json!(["us", "any"]));
    let opus = &west["newest"][2];
    assert_eq!((&opus["family"], &opus["generation"]), (&"opus".into(), &"5.5".into()));
    assert_eq!(opus["generations"], serde_json::json!(["5.5", "5", "4.8", "4.7", "4.6", "4.5"]));
    assert_eq!(row(&report, "ap-northeast-1")["residencies"], serde_json::json!(["jp", "any"]));
    assert_eq!(row(&report, "ca-central-1")["residencies"], serde_json::json!(["any"]));
    assert_eq!(row(&report, "me-central-1")["families"], serde_json::json!([]));
    assert_eq!(row(&report, "ap-northeast-3")["problem"]["kind"], "not-enabled");
    assert_eq!(row(&report, "af-south-1")["problem"]["kind"], "no-bedrock", "not in this account's world");
}

#[test]
fn a_residency_leaves_the_other_regions_and_the_wider_profiles_out() {
    let home = Home::new();
    let report = home.run(["regions", "--json", "--residency", "jp", "--profile", "work"]).json();
    assert_eq!(report["regions"].as_array().expect("a list").len(), 2, "{report}");
    assert_eq!(row(&report, "ap-northeast-1")["residencies"], serde_json::json!(["jp"]));
    let recommended = report["recommended"]["region"].as_str().expect("one");
    assert!(recommended.starts_with("ap-northeast-"), "{report}");
    let report = home.run(["regions", "--json", "--residency", "apac", "--profile", "work"]).json();
    assert_eq!(row(&report, "ap-south-1")["families"], serde_json::json!([]), "only `global.` there");
    assert!(home.run(["regions", "--residency", "mars"]).failure(2).contains("eu"));
}

#[test]
fn older_generations_count_for_where_requests_may_stay() {
    let opus = "id = \"anthropic.claude-opus-5-5\"\n";
    let text = include_str!("../../sandbox/account.toml").replace(opus, &format!("{opus}geographies = [\"global\"]\n"));
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    let report = home.run(["regions", "--json", "--residency", "eu", "--profile", "work"]).json();
    let ireland = row(&report, "eu-west-1");
    assert_eq!(ireland["newest"][2]["generation"], "5", "{ireland}");
    let report = home.run(["regions", "--json", "--profile", "work"]).json();
    let ireland = row(&report, "eu-west-1");
    assert_eq!(ireland["newest"][2]["residencies"], serde_json::json!(["any"]), "{ireland}");
    assert_eq!(ireland["residencies"], serde_json::json!(["eu", "any"]), "{ireland}");
}

#[test]
fn where_nothing_may_be_listed_the_nearest_region_is_told_and_how_to_go_on() {
    let may = "allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"]";
    let text = include_str!("../../sandbox/account.toml");
    assert!(text.contains(may));
    let text = text.replace(may, "allow = [\"bedrock:Invoke*\", \"sts:*\"]");
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    let said = home.run(["regions", "--residency", "us", "--profile", "work"]).success();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("cannot be told without bedrock:ListInferenceProfiles. The nearest region is us-"), "{said}");
    assert!(said.contains("--model ID") && !said.contains("No region lists"), "{said}");
}

#[test]
fn what_closes_a_region_is_its_row_and_no_more() {
    let policy = "[[service_control_policies]]\nname = \"no Paris\"\n[[service_control_policies.statements]]\n\
                  effect = \"deny\"\nactions = [\"bedrock:*\"]\n\
                  condition = { StringEquals = { \"aws:RequestedRegion\" = \"eu-west-3\" } }\n";
    let text = format!("{}{policy}", include_str!("../../sandbox/account.toml"));
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    let run = home.run(["regions", "--residency", "eu", "--profile", "work"]);
    let text = run.success();
    let line = text.lines().find(|line| line.contains("eu-west-3")).expect("a row");
    assert!(line.contains("your organisation forbids it (a service control policy)"), "{text}");
    assert!(text.contains("Take eu-"), "{text}");
    assert!(text.contains("their requests stay in the EU"), "{text}");
}

#[test]
fn a_region_that_never_answers_costs_its_row() {
    let home = Home::new();
    home.sandbox.set_fault(Fault::of("ListInferenceProfiles", FaultEffect::Silence).in_region("eu-west-1"));
    let report = home.run(["regions", "--json", "--residency", "eu", "--profile", "work"]).json();
    assert_eq!(row(&report, "eu-west-1")["problem"]["kind"], "timed-out");
    assert_eq!(row(&report, "eu-west-1")["reachable"], true, "it answers at the door");
    let open = report["regions"].as_array().expect("a list").iter().filter(|row| row["reachable"] == true);
    assert!(open.count() > 3 && report["recommended"]["region"] != "eu-west-1", "{report}");
}

#[test]
fn a_region_that_only_awss_own_answers_tell_of_is_asked_too() {
    let text = include_str!("../../sandbox/account.toml");
    let routes = "routes = [\"us-east-1\", \"us-east-2\", \"us-west-2\"]";
    assert!(text.contains(routes));
    let text = text.replace(routes, "routes = [\"us-east-1\", \"us-south-9\", \"us-west-2\"]");
    let text =
        text.replacen("[[regions]]", "[[regions]]\nname = \"us-south-9\"\ngeographies = [\"us\"]\n\n[[regions]]", 1);
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    let report = home.run(["regions", "--json", "--profile", "work"]).json();
    let new = row(&report, "us-south-9");
    assert_eq!((&new["reachable"], &new["country"]), (&true.into(), &Value::Null), "{new}");
    assert_eq!(new["families"], serde_json::json!(["fable", "haiku", "opus", "sonnet"]));
    let report = home.run(["regions", "--json", "--profile", "work", "--residency", "us"]).json();
    assert!(!report.to_string().contains("us-south-9"), "nobody knows where it is: {report}");
}

#[test]
fn govcloud_and_china_stay_in_their_partition() {
    let home = Home::new();
    let run = home.run(["regions", "--json", "--profile", "work", "--region", "us-gov-west-1"]);
    assert!(run.stderr.contains("us-gov-west-1 is in the partition `aws-us-gov`"), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert_eq!(report["partition"], "aws-us-gov");
    assert_eq!(report["regions"].as_array().expect("a list").len(), 2);
    let said = home.run(["regions", "--profile", "work", "--region", "cn-north-1"]).failure(2);
    assert!(said.contains("no Bedrock in the partition `aws-cn`"), "{said}");
    let said = home.run(["regions", "--profile", "work", "--region", "not a region"]).failure(2);
    assert!(said.contains("is not an AWS region"), "{said}");
}

#[test]
fn latency_is_measured_region_by_region_through_the_company_s_proxy() {
    let home = Home::new();
    let slow = Fault {
        latency: Some(jiff::SignedDuration::from_millis(400)),
        effect: None,
        ..Fault::of("*", FaultEffect::Silence)
    };
    home.sandbox.set_fault(slow.in_region("ap-southeast-2"));
    let network =
        Network::to_regions(&home, &["ap-southeast-2", "ap-southeast-4"], &["bedrock.ap-southeast-4.amazonaws.com"]);
    let mut command = home.command(PROGRAM);
    command.env_remove("AWS_ENDPOINT_URL").env_remove("ANTHROPIC_BEDROCK_BASE_URL");
    command.env("HTTPS_PROXY", network.address()).env("AWS_CA_BUNDLE", home.path().join("company.pem"));
    command.args(["regions", "--json", "--residency", "au", "--profile", "work"]);
    let report = Run::from(command.output().expect("starts")).json();
    let sydney = row(&report, "ap-southeast-2");
    assert!(sydney["latency_ms"].as_u64().is_some_and(|ms| ms >= 400), "{report}");
    assert_eq!(row(&report, "ap-southeast-4")["problem"]["kind"], "refused", "{report}");
    assert_eq!(report["recommended"]["region"], "ap-southeast-2");
}

#[test]
fn where_nothing_can_be_reached_every_row_says_so_and_the_command_fails() {
    let home = Home::far_away(Duration::ZERO).env("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:9");
    let mut command = home.command(PROGRAM);
    command.env_remove("ANTHROPIC_BEDROCK_BASE_URL").args(["regions", "--residency", "us", "--profile", "work"]);
    let run = Run::from(command.output().expect("starts"));
    assert!(run.stdout.contains("nobody listens there"), "{}", run.stdout);
    assert!(run.failure(1).contains("no region could be reached"));
}
