//! Which models the policy is about: those that any setting makes Claude Code send, and what it takes by itself.

use aws_sandbox::{Fault, FaultEffect};
use serde_json::{Value, json};

use super::{actions, permissions, role, statement};
use crate::harness::Home;

const OPUS: &str = "us.anthropic.claude-opus-5-5";
const SONNET: &str = "us.anthropic.claude-sonnet-5-5";
const HAIKU: &str = "us.anthropic.claude-haiku-5-5";
const SMALL: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

/// Settings with these variables for the profile `work`, beside other keys.
fn configured(home: &Home, variables: &Value, others: &Value) {
    let mut env = json!({ "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "AWS_REGION": "us-west-2" });
    env.as_object_mut().expect("an object").extend(variables.as_object().expect("an object").clone());
    let mut settings = others.clone();
    settings["env"] = env;
    home.write(".claude/settings.json", settings.to_string());
}

fn policy(home: &Home) -> Value {
    serde_json::from_str(&home.run(["policy"]).success()).expect("nothing but JSON")
}

fn profiles(policy: &Value) -> Vec<String> {
    let resources = statement(policy, "InvokeInferenceProfiles")["Resource"].as_array().expect("a list").iter();
    resources.map(|arn| arn.as_str().expect("text").replace(":111122223333:inference-profile/", " ")).collect()
}

#[test]
fn every_setting_that_makes_claude_code_send_a_model_counts() {
    let home = Home::with_more("");
    configured(
        &home,
        &json!({
            "ANTHROPIC_MODEL": OPUS,
            "CLAUDE_CODE_SUBAGENT_MODEL": SONNET,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": HAIKU,
            "ANTHROPIC_SMALL_FAST_MODEL": SMALL,
            "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION": "us-east-1",
        }),
        &json!({ "fallbackModel": ["us.anthropic.claude-opus-5"] }),
    );
    let allowed = profiles(&policy(&home));
    let here = |id: &str| format!("arn:aws:bedrock:us-west-2 {id}");
    for id in [OPUS, SONNET, HAIKU, SMALL, "us.anthropic.claude-opus-5"] {
        assert!(allowed.contains(&here(id)), "{id}: {allowed:?}");
    }
    let there: Vec<&String> = allowed.iter().filter(|arn| arn.contains("us-east-1 ")).collect();
    assert_eq!(
        there,
        [&format!("arn:aws:bedrock:us-east-1 {SMALL}")],
        "the older name beats the pin in the background"
    );
    let run = home.run(["policy", "--json"]);
    assert!(run.stderr.contains("nobody pins opus, sonnet, fable"), "{}", run.stderr);
    let report = run.json();
    let by = |id: &str| {
        let models = report["models"].as_array().expect("a list");
        models.iter().find(|model| model["id"] == id).map(|model| model["sent_by"].clone()).unwrap_or_default()
    };
    assert_eq!(by(SONNET), json!(["CLAUDE_CODE_SUBAGENT_MODEL"]));
    assert_eq!(by("us.anthropic.claude-opus-5"), json!(["fallbackModel"]));
    assert_eq!(by(SMALL), json!(["ANTHROPIC_SMALL_FAST_MODEL"]));
    let told = home.run(["policy"]).stderr;
    assert!(told.contains(&format!("{SONNET}\n    for CLAUDE_CODE_SUBAGENT_MODEL")), "{told}");
}

#[test]
fn what_claude_code_takes_by_itself_is_allowed_as_the_region_lists_it() {
    let home = Home::with_more("");
    configured(&home, &json!({ "ANTHROPIC_DEFAULT_FABLE_MODEL": "us.anthropic.claude-fable-5-2" }), &json!({}));
    let allowed = profiles(&policy(&home));
    let sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    for id in [OPUS, sonnet, "us.anthropic.claude-fable-5-2"] {
        assert!(allowed.contains(&format!("arn:aws:bedrock:us-west-2 {id}")), "{id}: {allowed:?}");
    }
    // With a main model that is chosen, background requests go to it.
    configured(&home, &json!({ "ANTHROPIC_MODEL": OPUS }), &json!({}));
    assert_eq!(profiles(&policy(&home)), [format!("arn:aws:bedrock:us-west-2 {OPUS}")]);
    let of = home.run(["policy", "--json"]).json()["models"][0]["sent_by"].clone();
    assert_eq!(of, json!(["ANTHROPIC_MODEL", "background requests, for which nobody names a model"]));
    // By the other prefix it was told to prefer, and by an alias.
    configured(&home, &json!({ "ANTHROPIC_MODEL": "opus", "ANTHROPIC_BEDROCK_REGION_PREFIX": "global" }), &json!({}));
    assert_eq!(profiles(&policy(&home)), ["arn:aws:bedrock:us-west-2 global.anthropic.claude-opus-5-5"]);
}

#[test]
fn what_is_not_there_or_not_understood_is_said_and_left_out() {
    let text = include_str!("../../../sandbox/account.toml");
    let name = "name = \"Claude Sonnet 4.5\"\n";
    assert!(text.contains(name), "the landmark");
    let text = text.replace(name, "name = \"Claude Sonnet 4.5\"\ngeographies = [\"eu\"]\n");
    let home = Home::with(aws_sandbox::Account::from_toml(&text).expect("a valid account"), true);
    configured(
        &home,
        &json!({ "ANTHROPIC_DEFAULT_FABLE_MODEL": "us.anthropic.claude-fable-5-2",
            "CLAUDE_CODE_SUBAGENT_MODEL": "my-model" }),
        &json!({}),
    );
    let run = home.run(["policy"]);
    let expected = "`us.anthropic.claude-sonnet-4-5-20250929-v1:0` is what Claude Code takes for background requests";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    assert!(
        run.stderr.contains("which model `my-model` means, which CLAUDE_CODE_SUBAGENT_MODEL names"),
        "{}",
        run.stderr
    );
    let policy: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert!(!policy.to_string().contains("sonnet-4-5"), "{policy}");
}

#[test]
fn a_list_that_could_not_be_had_is_told_and_nothing_is_said_not_to_be_there() {
    let home = Home::with_more("");
    configured(&home, &json!({ "ANTHROPIC_DEFAULT_FABLE_MODEL": "us.anthropic.claude-fable-5-2" }), &json!({}));
    let refused = || FaultEffect::error(403, "AccessDeniedException", "no");
    home.sandbox.set_fault(Fault::of("ListInferenceProfiles", refused()));
    let run = home.run(["policy"]);
    assert!(run.stderr.contains("the inference profiles of us-west-2 cannot be listed"), "{}", run.stderr);
    // What it guessed is there, which AWS says by name.
    let policy: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert!(profiles(&policy).contains(&format!("arn:aws:bedrock:us-west-2 {OPUS}")), "{policy}");
    let busy = || FaultEffect::error(500, "InternalServerException", "busy");
    home.sandbox.set_fault(Fault::of("GetInferenceProfile", busy()));
    configured(&home, &json!({ "CLAUDE_CODE_SUBAGENT_MODEL": "my-model" }), &json!({}));
    let told = home.run(["policy"]).stderr;
    assert!(told.contains("can be looked up: ") && told.contains("busy") && !told.contains("lists no"), "{told}");
}

#[test]
fn mantle_has_statements_of_its_own_and_the_check_knows_what_is_missing() {
    let home = Home::with_more(&role("Least", "{ allow = [\"bedrock:*\", \"sts:*\", \"servicequotas:*\"] }"));
    let mantle = json!({ "CLAUDE_CODE_USE_BEDROCK": "0", "CLAUDE_CODE_USE_MANTLE": "1", "AWS_PROFILE": "Least",
        "ANTHROPIC_MODEL": "anthropic.claude-opus-5-5" });
    configured(&home, &mantle, &json!({}));
    let alone = policy(&home);
    let project = json!(["arn:aws:bedrock-mantle:us-west-2:111122223333:project/default"]);
    for (sid, action) in [("InvokeThroughMantle", "CreateInference"), ("CountTokensThroughMantle", "CountTokens")] {
        let found = statement(&alone, sid);
        assert_eq!((&found["Action"], &found["Resource"]), (&json!([format!("bedrock-mantle:{action}")]), &project));
    }
    assert!(!alone.to_string().contains("bedrock:InvokeModel"), "{alone}");
    let told = home.run(["policy"]).stderr;
    assert!(told.contains("asks for an action of its own, on the account's project"), "{told}");
    let run = home.run(["policy", "check", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["missing_actions"], json!(["bedrock-mantle:CountTokens"]), "counting is free, so it was asked");
    let findings = report["findings"].as_array().expect("a list");
    let invoked = findings.iter().find(|one| one["action"] == "bedrock-mantle:CreateInference").expect("asked about");
    assert_eq!(invoked["verdict"], "unknown");
    assert!(invoked["reason"].as_str().expect("text").contains("diagnose --probe"), "{invoked}");
    // Beside Bedrock: each for its own models.
    configured(
        &home,
        &json!({ "CLAUDE_CODE_USE_MANTLE": "1", "AWS_PROFILE": "Least",
            "ANTHROPIC_MODEL": "anthropic.claude-opus-5-5", "ANTHROPIC_DEFAULT_HAIKU_MODEL": HAIKU }),
        &json!({}),
    );
    let both = policy(&home);
    assert_eq!(profiles(&both), [format!("arn:aws:bedrock:us-west-2 {HAIKU}")]);
    let held = actions(&both);
    assert!(held.contains(&"bedrock-mantle:CreateInference".to_owned()), "{held:?}");
    let home = Home::with_more(&role("Least", &permissions(&both, "")));
    configured(&home, &mantle, &json!({}));
    let run = home.run(["policy", "check", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!((&report["method"], &report["missing_actions"]), (&json!("simulation"), &json!([])), "{report}");
}

#[test]
fn what_the_managed_policy_allows_beyond_is_named_action_by_action() {
    let home = Home::with_more("");
    configured(&home, &json!({ "ANTHROPIC_MODEL": OPUS }), &json!({}));
    let report = home.run(["policy", "--json"]).json();
    let beyond = report["full_access_beyond"].as_array().expect("a list").iter();
    let actions: Vec<&str> = beyond.map(|group| group["actions"].as_str().expect("text")).collect();
    let all = actions.join("; ");
    for action in [
        "sagemaker:AddTags",
        "sagemaker:DescribeInferenceComponent",
        "sagemaker:InvokeEndpointWithResponseStream",
        "sagemaker:ListHubContents",
        "bedrock-websearch:InvokeFetch",
        "aws-marketplace:Unsubscribe on",
    ] {
        assert!(all.contains(action), "{action}: {all}");
    }
    assert!(!all.contains("others") && !all.contains("aws-marketplace:Subscribe,"), "{all}");
}
