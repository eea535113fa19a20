//! Partitions, paths and boundaries: what IAM says of a principal, and by which ARN it knows it.

use serde_json::Value;

use super::{ask, body, signed};
use crate::{
    account::Account,
    cloud::Cloud,
    log::Log,
    request::Request,
    tokens::{Credentials, Holder},
};

const GOVCLOUD: &str = include_str!("../../../accounts/us-gov.toml");

fn cloud(more: &str) -> Cloud {
    let text = GOVCLOUD.replace("# Cross-region inference.", more);
    Cloud::new(Account::from_toml(&text).expect("valid"), Log::default(), std::time::Duration::ZERO, false)
}

fn keys(cloud: &Cloud, holder: Holder) -> Credentials {
    cloud.mint.credentials(holder, cloud.now(), cloud.now() + jiff::SignedDuration::from_hours(1))
}

fn developer(cloud: &Cloud) -> Credentials {
    let account = "111122223333".to_owned();
    keys(cloud, Holder::Role { account, role: "BedrockDeveloper".into(), person: "ada".into() })
}

fn form(cloud: &Cloud, keys: &Credentials, scope: &str, text: &str) -> (u16, String) {
    let mut request = Request::for_test("POST", "/", "", &[]);
    request.body = text.to_owned().into();
    let (reply, _) = ask(cloud, &signed(cloud, keys, scope, request));
    (reply.status, String::from_utf8(reply.chunks.concat()).expect("text"))
}

#[test]
fn every_arn_is_of_the_account_s_partition() {
    let cloud = cloud("");
    let keys = developer(&cloud);
    let (_, identity) = form(&cloud, &keys, "us-gov-west-1/sts", "Action=GetCallerIdentity&Version=2011-06-15");
    assert!(identity.contains("<Arn>arn:aws-us-gov:sts::111122223333:assumed-role/AWSReservedSSO_"), "{identity}");
    let get = |path: &str, query: &str| {
        let request = Request::for_test("GET", path, query, &[]);
        body(&ask(&cloud, &signed(&cloud, &keys, "us-gov-west-1/bedrock", request)).0)
    };
    for listed in [
        get("/inference-profiles", "type=SYSTEM_DEFINED"),
        get("/inference-profiles", "type=APPLICATION"),
        get("/foundation-models", ""),
    ] {
        let text = listed.to_string();
        assert!(text.contains("arn:aws-us-gov:bedrock:") && !text.contains("arn:aws:"), "{text}");
    }
    let profiles = get("/inference-profiles", "type=SYSTEM_DEFINED");
    let found: Value = profiles["inferenceProfileSummaries"][0].clone();
    assert_eq!(found["models"].as_array().expect("a list").len(), 2, "{found}");
}

#[test]
fn iam_is_signed_for_in_the_partition_s_home_and_knows_roles_by_their_paths() {
    let role = "[[accounts.iam_roles]]\nname = \"ci\"\npath = \"/team/build/\"\ntrust = {}\n\
                permissions = { allow = [\"iam:*\", \"bedrock:*\"] }\n\
                permissions_boundary = { allow = [\"bedrock:List*\", \"iam:*\"] }\n";
    let cloud = cloud(role);
    let account = "111122223333".to_owned();
    let keys = keys(&cloud, Holder::Assumed { account, role: "ci".into(), session: "run".into() });
    let get = "Action=GetRole&Version=2010-05-08&RoleName=ci";
    let (status, text) = form(&cloud, &keys, "us-gov-west-1/iam", get);
    let arn = "arn:aws-us-gov:iam::111122223333:role/team/build/ci";
    assert!(status == 200 && text.contains(&format!("<Arn>{arn}</Arn>")), "{text}");
    assert!(text.contains("<Path>/team/build/</Path>"), "{text}");
    let (status, text) = form(&cloud, &keys, "us-east-1/iam", get);
    assert!(status == 403 && text.contains("us-gov-west-1"), "{text}");
    let simulate = |source: &str, action: &str| {
        let text = format!(
            "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn={source}&ActionNames.member.1={action}"
        );
        form(&cloud, &keys, "us-gov-west-1/iam", &text)
    };
    let (_, text) = simulate(arn, "bedrock:ListInferenceProfiles");
    assert!(text.contains("<EvalDecision>allowed</EvalDecision>"), "{text}");
    let (_, text) = simulate(arn, "bedrock:InvokeModel");
    assert!(text.contains("<AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary>"), "{text}");
    assert!(text.contains("<EvalDecision>implicitDeny</EvalDecision>"), "{text}");
    let (status, text) = simulate("arn:aws-us-gov:iam::111122223333:role/ci", "bedrock:InvokeModel");
    assert!(status == 404 && text.contains("<Code>NoSuchEntity</Code>"), "{text}");
    let (status, text) = simulate("arn:aws-us-gov:sts::111122223333:assumed-role/ci/run", "bedrock:InvokeModel");
    assert!(status == 400 && text.contains("<Code>InvalidInput</Code>"), "{text}");
}

#[test]
fn an_account_is_in_one_partition() {
    for (from, to, complaint) in [
        ("name = \"us-gov-east-1\"", "name = \"us-east-1\"", "`us-east-1` is in the partition `aws`"),
        ("seed =", "partition = \"aws\"\nseed =", "`us-gov-west-1` is in the partition `aws-us-gov`"),
        ("seed =", "partition = \"mars\"\nseed =", "`partition` is `mars`"),
        ("name = \"us-gov-east-1\"", "name = \"mars-1\"", "`mars-1` is in no partition"),
    ] {
        let error = Account::from_toml(&GOVCLOUD.replace(from, to)).expect_err("refused").to_string();
        assert!(error.contains(complaint), "{error}");
    }
}
