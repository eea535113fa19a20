//! Where requests may be processed is asked once: it outlives another region, a profile of one's own, and a lost model.

use aws_sandbox::Account;

use crate::harness::Home;

const TEAM: [&str; 6] = ["models", "create-profile", "team", "--from", "eu.anthropic.claude-sonnet-5-5", "--yes"];

/// A home whose requests are to stay in the EU.
fn in_ireland() -> Home {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--residency", "eu", "--region", "eu-west-1"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "eu.anthropic.claude-sonnet-5-5");
    home
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn another_region_does_not_change_where_requests_are_processed() {
    let home = in_ireland();
    let before = home.settings_text();
    let away = ["--yes", "--region", "us-west-2"];
    let auto = words(&home.run(["models", "pin", "--auto"].iter().chain(&away)).failure(1));
    assert!(auto.contains("what is pinned now keeps requests in the EU") && auto.contains("`--residency"), "{auto}");
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 0, "nothing there stays in the EU, so nothing is asked");
    let named = words(&home.run(["models", "pin", "us.anthropic.claude-opus-5-5"].iter().chain(&away)).failure(2));
    assert!(named.contains("stays in the US; what is pinned now keeps requests in the EU"), "{named}");
    for region in ["us-west-2", "ca-central-1"] {
        let setup = words(&home.run(["setup", "--yes", "--region", region]).failure(2));
        assert!(setup.contains("keeps requests in the EU") && setup.contains("`--residency PLACE`"), "{setup}");
    }
    let anywhere = ["setup", "--yes", "--region", "us-west-2", "--model", "global.anthropic.claude-opus-5-5"];
    let refused = words(&home.run(anywhere).failure(2));
    assert!(refused.contains("goes anywhere; what is pinned now keeps requests in the EU"), "{refused}");
    assert_eq!(home.settings_text(), before);
    // Within the EU a region is as good as another.
    let _ = home.run(["setup", "--yes", "--region", "eu-north-1"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL"], "eu.anthropic.claude-opus-5-5");
    let _ = home.run(["setup", "--yes", "--region", "us-west-2", "--residency", "us"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-sonnet-5-5");
}

#[test]
fn pins_for_another_region_take_claude_code_there() {
    let home = in_ireland();
    let pin = ["models", "pin", "us.anthropic.claude-opus-5-5", "--residency", "us", "--yes", "--region", "us-west-2"];
    let told = home.run(pin).success();
    assert!(told.contains("+ env.AWS_REGION: \"us-west-2\""), "{told}");
    assert_eq!(home.settings_json()["env"]["AWS_REGION"], "us-west-2");
    let _ = home.run(["models", "pin", "us.anthropic.claude-sonnet-5", "--yes"]).success();
    assert_eq!(home.settings_json()["env"]["AWS_REGION"], "us-west-2", "another pin leaves the region");
    let _ = home.run(["reset"]).success();
    assert!(!home.settings().exists());
    // A region that is somebody else's is theirs, and pins for another one would lead nowhere.
    let theirs = serde_json::json!({ "env": { "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "eu-west-1" } });
    home.write(".claude/settings.json", theirs.to_string());
    let refused = words(&home.run(pin).failure(2));
    assert!(
        refused.contains("AWS_REGION") && refused.contains("`eu-west-1`") && refused.contains("--force"),
        "{refused}"
    );
    assert_eq!(home.settings_json(), theirs);
    let _ = home.run(pin.iter().chain(&["--force"])).success();
    assert_eq!(home.settings_json()["env"]["AWS_REGION"], "us-west-2");
}

#[test]
fn a_profile_of_ones_own_keeps_requests_where_it_routes_them() {
    let home = in_ireland();
    let _ = home.run(TEAM.iter().chain(&["--pin"])).success();
    assert!(home.settings_json()["env"]["ANTHROPIC_MODEL"].as_str().is_some_and(|id| id.starts_with("arn:")));
    let before = home.settings_text();
    let global = "global.anthropic.claude-opus-5-5";
    let refused = words(&home.run(["models", "pin", global, "--yes"]).failure(2));
    assert!(refused.contains("goes anywhere; what is pinned now keeps requests in the EU"), "{refused}");
    let refused = words(&home.run(["setup", "--yes", "--model", global]).failure(2));
    assert!(refused.contains("goes anywhere"), "{refused}");
    let away = words(&home.run(["setup", "--yes", "--region", "us-west-2"]).failure(2));
    assert!(away.contains("keeps requests in the EU"), "{away}");
    assert_eq!(home.settings_text(), before);
}

#[test]
fn a_main_model_that_is_gone_leaves_the_others_to_tell() {
    let home = in_ireland();
    let text = home.settings_text().replace("eu.anthropic.claude-sonnet-5-5", "eu.anthropic.claude-sonnet-3-9");
    home.write(".claude/settings.json", &text);
    let refused = words(&home.run(["models", "pin", "global.anthropic.claude-opus-5-5", "--yes"]).failure(2));
    assert!(refused.contains("what is pinned now keeps requests in the EU"), "{refused}");
}

/// A typed id, or an ARN, tells AWS's own routes where nobody may list them.
#[test]
fn what_may_not_be_listed_is_looked_up_by_itself() {
    let text = include_str!("../../../sandbox/account.toml");
    let may = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";
    assert!(text.contains(may));
    let text = text.replace(may, "permissions = { allow = [\"*\"], deny = [\"bedrock:ListInferenceProfiles\"] }");
    let team = "[[accounts.inference_profiles]]\nid = \"abcdef123456\"\nname = \"team-opus\"\n\
                region = \"us-west-2\"\ncopy_from = \"global.anthropic.claude-opus-5-5\"\n\n";
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let account = Account::from_toml(&format!("{}{team}{}", &text[..at], &text[at..])).expect("an account");
    let home = Home::with(account, true);
    let arn = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcdef123456";
    for id in [arn, "global.anthropic.claude-opus-5-5"] {
        for command in [&["models", "pin", id][..], &["setup", "--model", id]] {
            let refused = words(&home.run(command.iter().chain(&["--yes", "--residency", "us"])).failure(2));
            assert!(refused.contains("goes anywhere, which `--residency us` does not allow"), "{refused}");
        }
    }
    assert!(!home.settings().exists());
    for command in [&["setup", "--yes", "--model", arn][..], &["models", "pin", arn, "--yes"]] {
        let told = home.run(command).success();
        assert!(told.contains("Opus costs more than Sonnet"), "{told}");
        let settings = home.settings_json();
        assert_eq!(settings["modelOverrides"]["claude-opus-5-5"], arn, "{settings}");
        assert_eq!(settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL_NAME"], "team-opus");
        let _ = home.run(["reset"]).success();
    }
}
