//! `policy` and `policy check`: what is written, who it suffices for, and what is said when it is not there.

mod evidence;
mod sent;

use serde_json::Value;

use aws_sandbox::Account;

use crate::harness::{Home, Run};

/// A role of that name with permissions, and a profile for it.
fn role(name: &str, permissions: &str) -> String {
    format!(
        "[[accounts.roles]]\nname = \"{name}\"\ncredentials_lifetime = \"1h\"\npermissions = {permissions}\n\
         [[profiles]]\nname = \"{name}\"\nsso_session = \"work\"\naccount_id = \"111122223333\"\nrole_name = \"{name}\"\n\
         region = \"us-west-2\"\n"
    )
}

/// A policy as the account file has it, without one action.
pub(crate) fn permissions(policy: &Value, without: &str) -> String {
    let list = |value: &Value| {
        let texts = value.as_array().expect("a list").iter().filter(|text| *text != without);
        texts.map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let statements = policy["Statement"].as_array().expect("a list").iter().map(|statement| {
        let conditions = statement["Condition"].as_object().into_iter().flatten().map(|(operator, keys)| {
            let keys = keys.as_object().expect("an object").iter();
            let keys: Vec<String> = keys.map(|(key, values)| format!("\"{key}\" = [{}]", list(values))).collect();
            format!("{operator} = {{ {} }}", keys.join(", "))
        });
        let conditions: Vec<String> = conditions.collect();
        format!(
            "{{ effect = \"allow\", actions = [{}], resources = [{}], condition = {{ {} }} }}",
            list(&statement["Action"]),
            list(&statement["Resource"]),
            conditions.join(", ")
        )
    });
    format!("{{ statements = [{}] }}", statements.collect::<Vec<_>>().join(", "))
}

/// The policy for the models `setup` pins, for the role `Least`.
pub(crate) fn pinned_policy() -> Value {
    let home = Home::with_more(&role("Least", "{ allow = [\"bedrock:*\", \"sts:*\"] }"));
    home.run(["setup", "--yes", "--profile", "Least"]).success();
    serde_json::from_str(&home.run(["policy"]).success()).expect("nothing but JSON")
}

/// The same for roles of any name: the policy is about the one it was made for.
fn of_any_role(permissions: &str) -> String {
    let mut parts = permissions.split("AWSReservedSSO_Least_");
    let first = parts.next().unwrap_or_default().to_owned();
    // The sixteen signs behind a role's name are its own, too.
    parts.fold(first, |text, part| text + "AWSReservedSSO_*" + &part[16..])
}

fn actions(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("a list").iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().expect("a list"));
    let mut actions: Vec<String> = actions.map(|action| action.as_str().expect("text").to_owned()).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

fn statement<'a>(policy: &'a Value, sid: &str) -> &'a Value {
    let statements = policy["Statement"].as_array().expect("a list");
    statements.iter().find(|statement| statement["Sid"] == sid).unwrap_or_else(|| panic!("no {sid} in {policy}"))
}

#[test]
fn with_the_policy_every_command_passes() {
    let policy = pinned_policy();
    let home = Home::with_more(&role("Least", &permissions(&policy, "")));
    home.run(["setup", "--yes", "--profile", "Least"]).success();
    assert_eq!(home.run(["status", "--json"]).json()["problems"], serde_json::json!([]));
    let regions = home.run(["regions", "--json", "--residency", "us"]).json();
    assert!(regions["regions"].as_array().expect("a list").iter().all(|row| row["problem"].is_null()), "{regions}");
    let models = home.run(["models", "--json"]).json();
    assert!(!models["models"].as_array().expect("a list").is_empty());
    let again: Value = serde_json::from_str(&home.run(["policy"]).success()).expect("JSON");
    assert_eq!(again, policy, "who has no more finds out as much");
    let check = home.run(["policy", "check", "--json"]).json();
    assert_eq!((&check["method"], &check["missing_actions"]), (&"simulation".into(), &serde_json::json!([])));
    assert!(home.run(["policy", "check"]).success().contains("Nothing is missing."));
    home.run(["diagnose", "--json"]).json();
    let refused =
        home.sandbox.requests().into_iter().filter(|request| request.status == 403 && request.principal.is_some());
    assert_eq!(refused.map(|request| request.operation).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_check_names_any_one_action_that_is_missing_and_gives_the_statement() {
    let policy = pinned_policy();
    let actions = actions(&policy);
    let roles: Vec<String> = actions
        .iter()
        .enumerate()
        .map(|(at, action)| role(&format!("Without{at}"), &of_any_role(&permissions(&policy, action))))
        .collect();
    let home = Home::with_more(&(roles.concat() + &role("Least", "{ allow = [\"*\"] }")));
    home.run(["setup", "--yes", "--profile", "Least"]).success();
    for (at, action) in actions.iter().enumerate() {
        let run = home.run(["policy", "check", "--json", "--profile", &format!("Without{at}")]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("without {action}: {run:?}"));
        if action == "iam:SimulatePrincipalPolicy" {
            assert_eq!((&report["method"], run.code), (&"evidence".into(), Some(0)), "{run:?}");
            continue;
        }
        assert_eq!(run.code, Some(1), "without {action}: {run:?}");
        assert_eq!(report["missing_actions"], serde_json::json!([action]), "without {action}");
        let added = &report["to_add"]["Statement"][0];
        assert_eq!(added["Action"], serde_json::json!([action]), "{added}");
    }
}

#[test]
fn where_iam_may_not_be_asked_evidence_is_and_says_what_it_does_not_know() {
    let home = Home::with_more(&role("Some", "{ allow = [\"bedrock:Get*\", \"bedrock:List*\"] }"));
    home.write(
        ".claude/settings.json",
        r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "Some", "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5"}}"#,
    );
    let run = home.run(["policy", "check", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["method"], "evidence");
    let missing = serde_json::json!(["bedrock:CountTokens", "servicequotas:ListServiceQuotas"]);
    assert_eq!(report["missing_actions"], missing, "{report}");
    let unknown =
        report["findings"].as_array().expect("a list").iter().filter(|finding| finding["verdict"] == "unknown");
    assert!(unknown.count() > 4, "{report}");
    assert!(run.failure(1).contains("permissions are missing"));
    let text = home.run(["policy", "check"]).stdout;
    assert!(text.contains("by evidence, because the principal may not simulate its own policies"), "{text}");
}

#[test]
fn counting_tokens_costs_nothing_and_so_is_evidence() {
    let allowed = "{ allow = [\"bedrock:Get*\", \"bedrock:List*\", \"bedrock:CountTokens\", \"servicequotas:*\"] }";
    let home = Home::with_more(&role("Some", allowed));
    home.run(["setup", "--yes", "--profile", "Some"]).success();
    let report = home.run(["policy", "check", "--json"]).json();
    assert_eq!((&report["method"], &report["missing_actions"]), (&"evidence".into(), &serde_json::json!([])));
    let findings = report["findings"].as_array().expect("a list").iter();
    let counting: Vec<&Value> = findings.filter(|finding| finding["action"] == "bedrock:CountTokens").collect();
    assert_eq!(counting.len(), 4, "{report}");
    assert!(counting.iter().all(|finding| finding["verdict"] == "allowed"), "{report}");
    assert_eq!((home.asked("CountTokens"), home.asked("InvokeModelWithResponseStream")), (4, 0));
}

#[test]
fn a_control_policy_that_denies_one_routing_region_is_told_by_that_region() {
    let scp = "[[service_control_policies]]\nname = \"no Ohio\"\n[[service_control_policies.statements]]\n\
               effect = \"deny\"\nactions = [\"bedrock:*\"]\n\
               condition = { StringEquals = { \"aws:RequestedRegion\" = \"us-east-2\" } }\n";
    let text = include_str!("../../sandbox/account.toml")
        .replace("\"sts:*\"]", "\"sts:*\", \"iam:*\", \"aws-marketplace:*\"]");
    let home = Home::with(Account::from_toml(&(text + scp)).expect("a valid account"), true);
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let run = home.run(["policy", "check", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let missing =
        report["findings"].as_array().expect("a list").iter().filter(|finding| finding["verdict"] == "missing");
    let missing: Vec<&Value> = missing.collect();
    assert!(!missing.is_empty(), "{report}");
    for finding in missing {
        assert!(finding["resource"].as_str().expect("text").contains(":bedrock:us-east-2::"), "{finding}");
        assert!(finding["reason"].as_str().expect("text").contains("service control policy"), "{finding}");
    }
}

/// A home whose profile `ci` assumes a role with a path, and `bob`, a user with a path.
fn with_paths(role: &str, user: &str) -> Home {
    let arn = "arn:aws:iam::111122223333:role/team/build/ci";
    let more = format!(
        "[[accounts.iam_roles]]\nname = \"ci\"\npath = \"/team/build/\"\n\
         trust = {{ principals = [\"arn:aws:sts::111122223333:assumed-role/*\"] }}\n{role}\n\
         [[accounts.users]]\nname = \"bob\"\npath = \"/team/\"\naccess_key_id = \"AKIABOB0000000000001\"\n\
         secret_access_key = \"bobsecretbobsecretbobsecretbobsecretbob0\"\n{user}\n\
         [[profiles]]\nname = \"bob\"\nuser = \"bob\"\nregion = \"us-west-2\"\n\
         [[profiles]]\nname = \"ci\"\nregion = \"us-west-2\"\n\
         settings = {{ role_arn = \"{arn}\", source_profile = \"work\" }}\n"
    );
    let home = Home::with_more(&more);
    home.run(["setup", "--yes", "--profile", "work"]).success();
    home
}

fn check(home: &Home, profile: &str) -> Value {
    let run = home.run(["policy", "check", "--json", "--profile", profile]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

const EVERYTHING: &str = "permissions = { allow = [\"*\"] }";

#[test]
fn a_role_with_a_path_is_found_by_what_iam_tells_of_it() {
    let home = with_paths(EVERYTHING, EVERYTHING);
    let report = check(&home, "ci");
    assert_eq!((&report["method"], &report["missing_actions"]), (&"simulation".into(), &serde_json::json!([])));
    assert_eq!(home.asked("GetRole"), 1);
    let policy: Value = serde_json::from_str(&home.run(["policy", "--profile", "ci"]).success()).expect("JSON");
    let about_itself = statement(&policy, "CheckThisPolicy");
    assert_eq!(about_itself["Action"], serde_json::json!(["iam:GetRole", "iam:SimulatePrincipalPolicy"]));
    assert_eq!(about_itself["Resource"], serde_json::json!(["arn:aws:iam::111122223333:role/*ci"]));
    // A user's path is in the ARN it has everywhere.
    let report = check(&home, "bob");
    assert_eq!((&report["method"], home.asked("GetRole")), (&"simulation".into(), 1), "{report}");
    assert_eq!(report["principal"], "arn:aws:iam::111122223333:user/team/bob");

    let blind = "permissions = { allow = [\"bedrock:*\", \"iam:Simulate*\", \"servicequotas:*\"] }";
    let report = check(&with_paths(blind, EVERYTHING), "ci");
    assert_eq!(report["method"], "evidence");
    let why = report["unsimulated"].as_str().expect("text");
    assert!(why.contains("the role `ci` has a path") && why.contains("iam:GetRole"), "{why}");
}

#[test]
fn a_boundary_is_told_from_a_permission_that_is_missing() {
    let boundary = "permissions = { allow = [\"*\"] }\n\
                    permissions_boundary = { allow = [\"bedrock:*\", \"iam:*\", \"aws-marketplace:*\"] }";
    let home = with_paths(EVERYTHING, boundary);
    let report = check(&home, "bob");
    assert_eq!(report["missing_actions"], serde_json::json!(["servicequotas:ListServiceQuotas"]), "{report}");
    assert_eq!(report["to_add"], Value::Null, "no statement gives it: {report}");
    let findings = report["findings"].as_array().expect("a list");
    let finding = findings.iter().find(|finding| finding["verdict"] == "missing").expect("one");
    assert_eq!(
        (&finding["forbidden"], &finding["reason"]),
        (&true.into(), &"the permissions boundary does not allow it".into())
    );
    let run = home.run(["policy", "check", "--profile", "bob"]);
    assert!(run.stdout.contains("forbidden  servicequotas:ListServiceQuotas"), "{}", run.stdout);
    assert!(run.stdout.contains("no statement gives it") && !run.stdout.contains("This adds it"), "{}", run.stdout);
    assert!(run.failure(1).contains("whoever manages it has to except Bedrock"));
}

#[test]
fn what_a_simulation_does_not_see_a_probe_has_shown() {
    let limited = role(
        "Limited",
        "{ allow = [\"*\"] }\nsession_policy = { allow = [\"bedrock:List*\", \"bedrock:Get*\", \"iam:*\", \"sts:*\"] }",
    );
    let home = Home::with_more(&limited);
    home.run(["setup", "--yes", "--profile", "Limited"]).success();
    let before = check(&home, "Limited");
    assert_eq!((&before["method"], &before["missing_actions"]), (&"simulation".into(), &serde_json::json!([])));
    assert!(before["notes"][0].as_str().expect("text").contains("neither the policy of a session"), "{before}");
    home.run(["models", "--probe", "--yes", "--profile", "Limited"]).success();
    let after = check(&home, "Limited");
    let missing = serde_json::json!(["bedrock:InvokeModelWithResponseStream"]);
    assert_eq!((&after["missing_actions"], &after["to_add"]), (&missing, &Value::Null), "{after}");
    let findings = after["findings"].as_array().expect("a list");
    let finding = findings.iter().find(|finding| finding["verdict"] == "missing").expect("one");
    assert!(finding["reason"].as_str().expect("text").contains("no session policy allows"), "{finding}");
}

#[test]
fn the_arns_are_exact_and_the_document_is_all_of_the_answer() {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let run = home.run(["policy"]);
    assert!(run.stderr.contains("AmazonBedrockFullAccess allows beyond them"), "{}", run.stderr);
    assert!(run.stderr.contains("Every action the guides list is among them"), "{}", run.stderr);
    assert!(run.stderr.contains("bedrock:CreateInferenceProfile, bedrock:TagResource"), "{}", run.stderr);
    let policy: Value = serde_json::from_str(&run.success()).expect("nothing but JSON");
    let models = statement(&policy, "InvokeTheirModels")["Resource"].as_array().expect("a list").clone();
    for region in ["us-east-1", "us-east-2", "us-west-2"] {
        let arn = format!("arn:aws:bedrock:{region}::foundation-model/anthropic.claude-opus-5-5");
        assert!(models.iter().any(|known| *known == arn.as_str()), "{arn}: {models:?}");
    }
    assert!(models.iter().all(|arn| !arn.as_str().expect("text").contains('*')), "{models:?}");
    let report = home.run(["policy", "--json", "--models", "all"]).json();
    assert_eq!(report["for_once"][1]["actions"], "bedrock:PutUseCaseForModelAccess", "{report}");
    assert_eq!(report["fits_managed_policy"], false);
    assert_eq!(report["recommended"]["left_out"], serde_json::json!([]));
    let long = home.run(["policy", "--models", "all"]);
    assert!(long.stderr.contains("more than the 6144 of a managed policy"), "{}", long.stderr);
}

#[test]
fn an_opaque_arn_is_looked_up_and_what_cannot_be_is_said() {
    let profile = "[[accounts.inference_profiles]]\nid = \"abc123def456\"\nname = \"team\"\nregion = \"us-west-2\"\n\
                   copy_from = \"us.anthropic.claude-sonnet-5-5\"\n";
    let blind = role("Blind", "{ allow = [\"bedrock:Invoke*\"] }");
    let home = Home::with_more(&format!("{profile}{blind}"));
    let arn = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc123def456";
    home.write(
        ".claude/settings.json",
        format!(
            r#"{{"env": {{"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "ANTHROPIC_MODEL": "{arn}[1m]"}}}}"#
        ),
    );
    let policy: Value = serde_json::from_str(&home.run(["policy"]).success()).expect("JSON");
    assert_eq!(statement(&policy, "InvokeInferenceProfiles")["Resource"], serde_json::json!([arn]));
    assert_eq!(statement(&policy, "InvokeTheirModels")["Resource"].as_array().expect("a list").len(), 3);
    let run = home.run(["policy", "--profile", "Blind"]);
    assert!(run.stderr.contains(&format!("may not look up `{arn}`")), "{}", run.stderr);
    let policy: Value = serde_json::from_str(&run.success()).expect("JSON");
    let held = &statement(&policy, "InvokeTheirModels")["Condition"]["StringLike"]["bedrock:InferenceProfileArn"];
    assert_eq!(*held, serde_json::json!([arn]));
}

#[test]
fn without_a_pin_nobody_can_say_which_models() {
    let home = Home::new();
    let said: String = Run::failure(home.run(["policy", "--profile", "work"]), 2);
    assert!(said.contains("no model is pinned") && said.contains("--models all"), "{said}");
}

#[test]
fn background_requests_of_another_region_are_allowed_there() {
    let home = Home::with_more("");
    home.run(["setup", "--yes", "--profile", "work", "--background-region", "us-east-1"]).success();
    let policy = home.run(["policy"]).success();
    let haiku = home.settings_json()["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"].as_str().expect("a pin").to_owned();
    for region in ["us-east-1", "us-west-2"] {
        assert!(policy.contains(&format!(":bedrock:{region}:111122223333:inference-profile/{haiku}\"")), "{policy}");
    }
}
