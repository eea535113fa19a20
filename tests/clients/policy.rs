//! The policies we write: judged by AWS's reference, by cfn-lint, and by those who have nothing else.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::machine::{cfn_lint, oracle};
use crate::harness::{Home, Run};
use crate::policy::{permissions, pinned_policy};

/// The name of the user who lacks nothing, behind all others.
const NOTHING: &str = "~nothing";

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/policy").join(name)
}

fn python(python: &Path, arguments: &[&Path]) -> Run {
    let mut command = Command::new(python);
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin");
    command.output().expect("Python starts").into()
}

#[test]
fn the_reference_knows_every_action_and_every_arn() {
    let Some(lint) = cfn_lint() else { return };
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let [pinned, all] = ["pinned", "all"]
        .map(|models| home.write(&format!("{models}.json"), home.run(["policy", "--models", models]).success()));
    let mantle = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_USE_MANTLE": "1", "AWS_PROFILE": "work",
        "AWS_REGION": "us-west-2", "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5",
        "ANTHROPIC_SMALL_FAST_MODEL": "anthropic.claude-3-haiku-20240307-v1:0"}}"#;
    home.write(".claude/settings.json", mantle);
    let mantle = home.run(["policy"]).success();
    for sid in ["InvokeThroughMantle", "CountTokensThroughMantle", "InvokeModelsDirectly"] {
        assert!(mantle.contains(sid), "{mantle}");
    }
    let beside = home.write("mantle.json", mantle);
    let judged = python(&lint, &[&script("forms.py"), &pinned, &all, &beside]);
    assert_eq!(judged.success(), "all as the reference has them\n");
    let template = home.run(["policy", "--models", "all", "--format", "cloudformation"]).success();
    let parsed: Value = serde_json::from_str(&template).expect("JSON");
    assert!(parsed["Resources"].as_object().expect("an object").len() > 1, "too long for one managed policy");
    assert!(template.contains("bedrock-mantle:CreateInference"), "{template}");
    let template = home.write("template.json", template);
    let judged = python(&lint, &[&lint.with_file_name("cfn-lint"), &template]);
    assert_eq!((judged.code, judged.stdout.as_str()), (Some(0), ""), "{}", judged.stderr);
}

#[test]
fn whoever_lacks_one_action_is_refused_its_call_and_no_other() {
    let Some(botocore) = oracle() else { return };
    let policy = pinned_policy();
    let (mut users, mut keys) = (Vec::new(), serde_json::Map::new());
    let mut actions: Vec<String> = policy["Statement"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|statement| statement["Action"].as_array().expect("a list"))
        .map(|action| action.as_str().expect("text").to_owned())
        .collect();
    actions.sort_unstable();
    actions.dedup();
    actions.retain(|action| !action.starts_with("iam:"));
    for (at, without) in std::iter::once("").chain(actions.iter().map(String::as_str)).enumerate() {
        let (key, secret) = (format!("AKIALEAST{at:011}"), format!("leastleastleastleastleastleastleast{at:05}"));
        users.push(format!(
            "[[accounts.users]]\nname = \"u{at}\"\naccess_key_id = \"{key}\"\nsecret_access_key = \"{secret}\"\n\
             permissions = {}\n",
            permissions(&policy, without)
        ));
        keys.insert(if without.is_empty() { NOTHING.into() } else { without.to_owned() }, json!([key, secret]));
    }
    // The agreement of one model comes with its first use, which each user must be the first to make.
    let gates =
        "[accounts.gates]\nagreements = [{ models = \"anthropic.claude-haiku-*\", status = \"not_available\" }]\n";
    let home = Home::with_more(&(users.concat() + gates));
    let haiku =
        home.sandbox.account().models.iter().find(|model| model.id.contains("haiku-5")).expect("there").id.clone();
    let mut command = Command::new(botocore);
    command.arg(script("exercise.py")).arg(home.sandbox.endpoint());
    command.args(["us.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5"]).arg(format!("us.{haiku}"));
    command.env_clear().env("HOME", home.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("Python starts");
    // By name, so those who may not subscribe go first: with the first who may, the account has subscribed.
    let users = Value::Object(keys).to_string();
    child.stdin.take().expect("piped").write_all(users.as_bytes()).expect("read");
    let refused = Run::from(child.wait_with_output().expect("ends")).json();
    for action in &actions {
        let expected = if action.starts_with("aws-marketplace:") { "aws-marketplace" } else { action.as_str() };
        let denied: Vec<&str> = refused[action].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(denied.contains(&expected), "without {action}: {denied:?}");
        // Opening a model streams its answer.
        let others = denied.iter().filter(|denied| **denied != expected && **denied != "aws-marketplace");
        assert_eq!(others.count(), 0, "without {action}: {denied:?}");
    }
    assert_eq!(refused[NOTHING], json!([]));
}

#[test]
fn a_federated_user_is_told_that_iam_simulates_nobody_like_it() {
    let Some(botocore) = oracle() else { return };
    let builder = "[[accounts.users]]\nname = \"builder\"\naccess_key_id = \"AKIABUILDER000000001\"\n\
                   secret_access_key = \"buildersecretbuildersecretbuildersecret0\"\npermissions = { allow = [\"*\"] }\n\
                   [[profiles]]\nname = \"builder\"\nuser = \"builder\"\n";
    let home = Home::with_more(builder);
    let policy = r#"{"Statement": {"Effect": "Allow", "Action": ["bedrock:*", "iam:*"], "Resource": "*"}}"#;
    let mut command = home.command(botocore);
    let keys = Run::from(command.arg(script("federate.py")).arg(policy).output().expect("Python starts")).json();
    home.write(
        ".claude/settings.json",
        r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5"}}"#,
    );
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
    let home = names.iter().enumerate().fold(home.env("AWS_REGION", "us-west-2"), |home, (at, name)| {
        home.env(name, keys[at].as_str().expect("a key"))
    });
    let run = home.run(["policy", "check", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!(report["principal"], "arn:aws:sts::111122223333:federated-user/visitor");
    let why = report["unsimulated"].as_str().expect("text");
    assert!(why.contains("the federated user `visitor`") && why.contains("the session's own policy"), "{why}");
    // Its session has bedrock and iam alone.
    assert_eq!(report["missing_actions"], json!(["servicequotas:ListServiceQuotas"]), "{report}");
    assert_eq!(report["to_add"], Value::Null, "the session's policy is at fault, which no statement changes: {report}");
    let policy: Value = serde_json::from_str(&home.run(["policy"]).success()).expect("JSON");
    let sids = policy["Statement"].as_array().expect("a list").iter().map(|statement| statement["Sid"].as_str());
    assert!(
        !sids.into_iter().any(|sid| sid == Some("CheckThisPolicy")),
        "it cannot be checked by simulation: {policy}"
    );
}
