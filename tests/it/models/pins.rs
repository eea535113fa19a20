//! Pins by name, denied listings, long lists, opaque ARNs, profiles of one's own, and the way back.

use aws_sandbox::Account;
use claude_bedrock::vars;
use serde_json::Value;

use super::truths::old_models;
use crate::harness::{Home, mode};

const SONNET: &str = "us.anthropic.claude-sonnet-5-5";
const PERMISSIONS: &str = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";

fn with_permissions(permissions: &str) -> Home {
    let text = include_str!("../../../sandbox/account.toml");
    assert!(text.contains(PERMISSIONS));
    Home::with(Account::from_toml(&text.replace(PERMISSIONS, permissions)).expect("an account"), true)
}

pub(super) fn without(action: &str) -> Home {
    with_permissions(&format!("permissions = {{ allow = [\"*\"], deny = [\"{action}\"] }}"))
}

fn id_of(model: &Value) -> &str {
    model["id"].as_str().expect("text")
}

#[test]
fn a_list_says_everything_there_is_to_a_model() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let said = home.run(["models", "--json"]).json();
    assert_eq!((said["version"].as_u64(), said["region"].as_str()), (Some(1), Some("us-west-2")));
    let models = said["models"].as_array().expect("a list");
    let opus = &models[0];
    assert_eq!(id_of(opus), "us.anthropic.claude-opus-5-5");
    assert_eq!(opus["name"], "US Anthropic Claude Opus 5.5");
    assert_eq!((&opus["type"], &opus["family"]), (&"system-defined".into(), &"opus".into()));
    assert_eq!(opus["routes_to"], serde_json::json!(["us-east-1", "us-east-2", "us-west-2"]));
    assert_eq!((&opus["lifecycle"]["status"], &opus["residency"]), (&"active".into(), &"us".into()));
    assert_eq!(opus["pinned_as"], serde_json::json!(["opus"]));
    assert_eq!(opus["probe"], Value::Null);
    let roles = |id: &str| models.iter().find(|model| id_of(model) == id).map(|model| model["pinned_as"].clone());
    assert_eq!(roles("us.anthropic.claude-sonnet-5-5"), Some(serde_json::json!(["main", "sonnet"])));
    assert_eq!(roles("us.anthropic.claude-haiku-5-5"), Some(serde_json::json!(["haiku", "background"])));
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 0, "nothing is billed unasked");
    let told = home.run(["models"]).success();
    assert!(told.starts_with("28 ways to Claude models in us-west-2, newest first\n"), "{told}");
    assert!(told.contains("stays in the US; pinned: main, sonnet\n"), "{told}");
    assert!(told.contains("  global.anthropic.claude-opus-5-5                  goes anywhere\n"), "{told}");
    assert!(told.ends_with("\nstays in the US: us-east-1, us-east-2, us-west-2\n"), "{told}");
}

#[test]
fn a_probe_says_its_cost_asks_first_and_is_kept() {
    let home = Home::new();
    let refused = home.run(["models", "--probe"]).failure(2);
    assert!(refused.contains("28 requests of about 8 input tokens and at most one output token"), "{refused}");
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 0);
    let run = home.run(["models", "--probe", "--yes"]);
    assert!(run.stderr.contains("some 252 tokens in all"), "{}", run.stderr);
    assert!(run.success().contains("answers after"));
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 28);
    let later = home.run(["models", "--json"]).json();
    assert_eq!(later["models"][0]["probe"]["status"], "answered");
    assert!(later["models"][0]["probe"]["first_token_ms"].is_u64());
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 28, "it is kept");
    let kept = home.state_files("proofs");
    assert_eq!((kept.len(), mode(&kept[0])), (1, 0o600));
    let elsewhere = home.run(["models", "--json", "--region", "us-east-1"]).json();
    assert_eq!(elsewhere["models"][0]["probe"], Value::Null, "what is known is of one region");
}

#[test]
fn three_hundred_profiles_come_over_several_pages() {
    let text = include_str!("../../../sandbox/account.toml").to_owned() + &old_models(150);
    let home = Home::with(Account::from_toml(&text).expect("an account"), true);
    let said = home.run(["models", "--json"]).json();
    assert_eq!(said["models"].as_array().expect("a list").len(), 28 + 300);
    assert_eq!(home.asked("ListInferenceProfiles"), 4 + 1);
    assert_eq!(id_of(&said["models"][0]), "us.anthropic.claude-opus-5-5");
}

#[test]
fn a_denied_listing_leaves_what_can_be_learnt() {
    let home = without("bedrock:ListInferenceProfiles");
    let said = home.run(["models", "--json"]).json();
    assert!(said["problems"][0].as_str().expect("text").contains("AccessDeniedException"), "{said}");
    assert!(said["models"].as_array().expect("a list").iter().all(|model| model["type"] == "foundation-model"));
    let typed = "us.anthropic.claude-sonnet-5-5";
    let auto = home.run(["models", "pin", "--auto", "--yes"]).failure(1);
    assert!(auto.contains("inference profiles are not listed") && auto.contains("pin ID --probe"), "{auto}");
    let told = home.run(["models", "pin", typed, "--yes"]).success();
    assert!(told.contains("us.anthropic.claude-sonnet-5-5 is unverified"), "{told}");
    assert!(home.settings_json()["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == typed);
    // Once pinned it is looked up by itself, and once it has answered it is unverified no more.
    let said = home.run(["models", "--json"]).json();
    let found = said["models"].as_array().expect("a list").iter().find(|model| id_of(model) == typed);
    assert_eq!(found.expect("looked up")["pinned_as"][0], "main");
    let run = home.run(["models", "pin", typed, "--yes", "--probe", "--json"]).json();
    assert_eq!(run["unverified"], serde_json::json!([]));
    let said = home.run(["models", "pin"]).failure(2);
    assert!(said.contains("no model was named") && said.contains("models pin --auto"), "{said}");
    // Set-up works with a typed id too, and with nothing listed at all.
    let home = with_permissions("permissions = { allow = [\"*\"], deny = [\"bedrock:List*\", \"bedrock:Get*\"] }");
    let _ = home.run(["setup", "--yes", "--model", typed]).success();
    let said = home.run(["models", "--json"]).json();
    assert_eq!(said["models"], serde_json::json!([]));
    assert_eq!(said["unlisted_pins"][0]["id"], typed);
    let _ = home.run(["models", "--probe", "--yes"]).success();
    let said = home.run(["models", "--json"]).json();
    assert_eq!(said["unlisted_pins"][0]["probe"]["status"], "answered");
}

#[test]
fn models_that_may_not_be_listed_leave_their_life_unknown() {
    let home = without("bedrock:ListFoundationModels");
    let said = home.run(["models", "--json"]).json();
    assert_eq!(said["models"][0]["lifecycle"]["status"], "unknown");
    assert!(said["problems"][0].as_str().expect("text").contains("nothing is known of their life"), "{said}");
}

#[test]
fn a_profile_of_ones_own_is_made_pinned_and_undone() {
    let home = Home::new();
    let make =
        ["models", "create-profile", "team-opus", "--from", "us.anthropic.claude-opus-4-6-v1", "--tag", "team=search"];
    let refused = home.run(make).failure(2);
    assert!(
        refused.contains("`team-opus`") && refused.contains("stays in the US") && refused.contains("team=search"),
        "{refused}"
    );
    assert_eq!(home.asked("CreateInferenceProfile"), 0);
    let arn = home.run(make.iter().chain(&["--yes"])).success();
    let arn = arn.trim();
    let told = home.run(["models", "pin", arn, "--yes"]).success();
    assert!(told.contains("main model") && told.contains(arn), "{told}");
    let settings = home.settings_json();
    assert_eq!(settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL"], arn);
    assert_eq!(settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL_NAME"], "team-opus");
    let capabilities = settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL_SUPPORTED_CAPABILITIES"].as_str().expect("text");
    assert!(capabilities.contains("max_effort") && !capabilities.contains("xhigh_effort"), "{capabilities}");
    assert_eq!(settings["modelOverrides"]["claude-opus-4-6"], arn);
    // Another pin takes what went with this one along.
    let _ = home.run(["models", "pin", "us.anthropic.claude-opus-5-5", "--yes"]).success();
    let settings = home.settings_json();
    assert_eq!(settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL_NAME"], Value::Null);
    assert_eq!(settings["modelOverrides"], Value::Null);
    let _ = home.run(["reset"]).success();
    assert!(!home.settings().exists());
    let taken = home.run(make.iter().chain(&["--yes"])).failure(1);
    assert!(taken.contains("already exists") && taken.contains(&format!("models pin {arn}")), "{taken}");
    let tags = |tags: &[&str]| {
        let base = ["models", "create-profile", "other", "--from", "us.anthropic.claude-opus-4-6-v1", "--yes"];
        home.run(base.iter().chain(tags))
    };
    assert!(tags(&["--tag", "team=a", "--tag", "team=b"]).failure(2).contains("`team` is named twice"));
    assert!(tags(&["--tag", "aws:team=a"]).failure(2).contains("AWS's own"));
    assert_eq!(home.asked("CreateInferenceProfile"), 1);
    let other = tags(&["--tag", "team=a"]);
    assert!(other.stderr.contains("`team` is switched on in AWS Billing"), "{}", other.stderr);
}

#[test]
fn a_profile_is_pinned_beside_the_overrides_of_others() {
    let home = Home::new();
    let mine = "{\n  \"modelOverrides\": {\n    \"claude-sonnet-5\": \"mine\"\n  },\n  \"x\": 1\n}\n";
    home.write(".claude/settings.json", mine);
    let make = ["models", "create-profile", "team-opus", "--from", "us.anthropic.claude-opus-4-6-v1", "--yes"];
    let profile = home.run(make.iter().chain(&["--pin", "--json"])).json();
    let arn = profile["arn"].as_str().expect("an ARN");
    assert_eq!(
        (&profile["pinned"]["main"], &profile["pinned"]["applied"]),
        (&profile["arn"], &true.into()),
        "{profile}"
    );
    let settings = home.settings_json();
    assert_eq!(settings["env"]["ANTHROPIC_MODEL"], arn);
    let capabilities = &settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL_SUPPORTED_CAPABILITIES"];
    assert!(capabilities.as_str().is_some_and(|text| text.contains("max_effort")), "{settings}");
    let both = serde_json::json!({ "claude-sonnet-5": "mine", "claude-opus-4-6": arn });
    assert_eq!(settings["modelOverrides"], both);
    // What somebody adds meanwhile stays theirs, and what was theirs before is never taken.
    home.write(
        ".claude/settings.json",
        home.settings_text().replace("\"mine\"", "\"mine\", \"claude-fable-5\": \"too\""),
    );
    let _ = home.run(["models", "pin", "us.anthropic.claude-opus-5-5", "--yes"]).success();
    let theirs = serde_json::json!({ "claude-sonnet-5": "mine", "claude-fable-5": "too" });
    assert_eq!(home.settings_json()["modelOverrides"], theirs);
    let _ = home.run(["models", "pin", arn, "--yes"]).success();
    assert_eq!(home.settings_json()["modelOverrides"]["claude-opus-4-6"], arn);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_json(), serde_json::json!({ "modelOverrides": theirs, "x": 1 }));
    // An override of the same model that is not ours stays until it is told to go.
    let other = "{\"modelOverrides\":{\"claude-opus-4-6\":\"mine\"}}";
    home.write(".claude/settings.json", other);
    let kept = home.run(["models", "pin", arn, "--yes"]).success();
    assert!(kept.contains("modelOverrides.claude-opus-4-6: \"mine\"") && kept.contains("--force"), "{kept}");
    assert_eq!(home.settings_json()["modelOverrides"]["claude-opus-4-6"], "mine");
    let _ = home.run(["models", "pin", arn, "--yes", "--force"]).success();
    assert_eq!(home.settings_json()["modelOverrides"]["claude-opus-4-6"], arn);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), other);
}

#[test]
fn where_nothing_stays_where_it_should_the_regions_that_may_are_named() {
    let home = Home::new();
    let pin = ["models", "pin", "--auto", "--yes", "--residency", "eu"];
    let said = home.run(pin).failure(1);
    assert!(said.contains("no Claude model answers in us-west-2 under `--residency eu`"), "{said}");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("no profile listed in us-west-2 stays in the EU"), "{said}");
    assert!(said.contains("`--region eu-central-1` (Bedrock is in eu-central-1, eu-north-1, eu-south-1"), "{said}");
    assert!(!said.contains("eu-west-2"), "London is not in the EU: {said}");
    let _ = home.run(pin.iter().chain(&["--region", "eu-central-1"])).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "eu.anthropic.claude-sonnet-5-5");
}

#[test]
fn pins_are_refused_where_they_could_not_work() {
    let home = Home::new();
    let refused = |arguments: &[&str], code: i32| {
        let all: Vec<&str> = ["models", "pin"].iter().chain(arguments).copied().collect();
        home.run(all).failure(code)
    };
    let unlisted = refused(&["eu.anthropic.claude-opus-5-5", "--yes"], 2);
    assert!(unlisted.contains("listed there: us.anthropic.claude-opus-5-5, global.anthropic"), "{unlisted}");
    let probed = refused(&["eu.anthropic.claude-opus-5-5", "--yes", "--probe"], 2);
    assert!(probed.contains("M02") && probed.contains("pin us.anthropic.claude-opus-5-5"), "{probed}");
    let twice = refused(&["us.anthropic.claude-opus-5-5", "us.anthropic.claude-opus-5", "--yes"], 2);
    assert!(twice.contains("the alias `opus`"), "{twice}");
    let long = refused(&["us.anthropic.claude-haiku-5-5[1m]", "--yes"], 2);
    assert!(long.contains("has no long window"), "{long}");
    let always = refused(&["us.anthropic.claude-sonnet-5-5[1m]", "--yes"], 2);
    assert!(always.contains("always has the long window"), "{always}");
    let away = refused(&["global.anthropic.claude-opus-5-5", "--residency", "us", "--yes"], 2);
    assert!(away.contains("goes anywhere, which `--residency us` does not allow"), "{away}");
    assert!(refused(&["us.anthropic.claude-opus-5-5"], 2).contains("no terminal to ask on"));
    assert!(!home.settings().exists());
}

#[test]
fn pins_on_top_of_a_set_up_are_undone_with_it_byte_for_byte() {
    let mine = "{\n  // nothing\n}"
        .replace("// nothing", "\"env\": {\"ANTHROPIC_DEFAULT_OPUS_MODEL\": \"mine\", \"X\": \"1\"}");
    let home = Home::new();
    home.write(".claude/settings.json", &mine);
    let _ = home.run(["setup", "--yes", "--residency", "any"]).success();
    let set_up = home.settings_json();
    assert_eq!(set_up["env"]["ANTHROPIC_MODEL"], "global.anthropic.claude-sonnet-5-5");
    assert_eq!(set_up["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL"], "mine");
    let dry = home.run(["models", "pin", "--auto", "--yes", "--dry-run"]).success();
    assert!(dry.contains("residency           any") && dry.contains("kept, because they are not ours"), "{dry}");
    assert_eq!(home.settings_json(), set_up);
    let pinned = home.run(["models", "pin", "us.anthropic.claude-opus-4-8[1m]", "--yes", "--force"]).success();
    assert!(pinned.contains("Opus costs more than Sonnet"), "{pinned}");
    let env = &home.settings_json()["env"];
    assert_eq!(env["ANTHROPIC_MODEL"], "us.anthropic.claude-opus-4-8[1m]");
    assert_eq!(env["ANTHROPIC_DEFAULT_OPUS_MODEL"], "us.anthropic.claude-opus-4-8[1m]");
    assert_eq!(env["CLAUDE_CODE_USE_BEDROCK"], "1", "a pin leaves the rest of the set-up alone");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), mine);
}

const OLD: &str = "us.anthropic.claude-3-5-haiku-20241022-v1:0";

#[test]
fn what_beats_the_pins_is_cancelled_and_comes_back() {
    for command in [&["setup", "--yes", "--profile", "work"][..], &["models", "pin", "--auto", "--yes"]] {
        let home = Home::new().env("ANTHROPIC_SMALL_FAST_MODEL", OLD).env("CLAUDE_CODE_SUBAGENT_MODEL", OLD);
        let home = home.env("CLAUDE_CODE_WORKFLOW_SUBAGENT_MODEL", OLD).env("CLAUDE_CODE_AUTO_MODE_MODEL", OLD);
        let said = home.run(["models", "--json"]).json();
        let roles = |said: &Value| said["unlisted_pins"][0]["pinned_as"].clone();
        assert_eq!(roles(&said), serde_json::json!(["background", "subagents"]), "{said}");
        for _ in 0..2 {
            let _ = home.run(command).success();
            let env = &home.settings_json()["env"];
            for name in vars::RIVALS_OF_PINS {
                assert_eq!(env[name], "", "{name}");
            }
        }
        let said = home.run(["models", "--json"]).json();
        assert_eq!(said["unlisted_pins"], serde_json::json!([]), "{said}");
        assert!(!home.run(["diagnose", "--offline"]).stdout.contains("ANTHROPIC_SMALL_FAST_MODEL"));
        let _ = home.run(["reset"]).success();
        assert!(!home.settings().exists());
    }
}

#[test]
fn what_beats_the_pins_is_looked_at_like_a_pin() {
    let mut home = Home::new().env("CLAUDE_CODE_USE_BEDROCK", "1").env("AWS_PROFILE", "work");
    for name in vars::RIVALS_OF_PINS {
        home = home.env(name, OLD);
    }
    let said = home.run(["diagnose", "--json", "--only", "M"]).stdout;
    for name in vars::RIVALS_OF_PINS {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn what_beats_the_pins_stays_where_it_is_the_same_or_somebody_elses() {
    let sonnet = "us.anthropic.claude-sonnet-5";
    let home = Home::new().env("CLAUDE_CODE_SUBAGENT_MODEL", sonnet);
    let home = home.env("ANTHROPIC_SMALL_FAST_MODEL", "us.anthropic.claude-haiku-5-5");
    let home = home.env("CLAUDE_CODE_WORKFLOW_SUBAGENT_MODEL", "inherit").env("CLAUDE_CODE_AUTO_MODE_MODEL", sonnet);
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    let env = &home.settings_json()["env"];
    for name in vars::RIVALS_OF_PINS {
        assert_eq!(env[name], Value::Null, "{name}");
    }
    // In the file itself it is theirs, until they let go of it.
    let home = Home::new();
    let theirs = serde_json::json!({ "env": { "ANTHROPIC_SMALL_FAST_MODEL": OLD } });
    home.write(".claude/settings.json", theirs.to_string());
    let told = home.run(["models", "pin", "--auto", "--yes"]).success();
    assert!(told.contains("ANTHROPIC_SMALL_FAST_MODEL") && told.contains("--force"), "{told}");
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_SMALL_FAST_MODEL"], OLD);
    let _ = home.run(["models", "pin", "--auto", "--yes", "--force"]).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_SMALL_FAST_MODEL"], Value::Null);
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_json(), theirs);
    // A project's file is everybody's, and a shell one's own.
    let home = Home::new().env("ANTHROPIC_SMALL_FAST_MODEL", OLD).env("AWS_PROFILE", "work");
    let _ = home.run(["models", "pin", "--auto", "--yes", "--scope", "project"]).success();
    let project = fs_err::read_to_string(home.working_directory().join(".claude/settings.json")).expect("settings");
    assert!(!project.contains("SMALL_FAST"), "{project}");
}

#[test]
fn where_requests_are_processed_changes_only_when_that_is_said() {
    let home = Home::new();
    let _ = home.run(["models", "pin", "--auto", "--yes", "--residency", "us"]).success();
    let before = home.settings_text();
    for named in [&["global.anthropic.claude-opus-5-5"][..], &[SONNET, "global.anthropic.claude-opus-5-5"]] {
        let refused = home.run(["models", "pin", "--yes"].iter().chain(named)).failure(2);
        assert!(refused.contains("goes anywhere; what is pinned now keeps requests in the US"), "{refused}");
        assert!(refused.contains("`--residency any`") && home.settings_text() == before, "{refused}");
    }
    let wider = ["models", "pin", "global.anthropic.claude-opus-5-5", "--residency", "any", "--yes"];
    let _ = home.run(wider).success();
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "global.anthropic.claude-opus-5-5");
    let away = ["setup", "--yes", "--profile", "work", "--residency", "us", "--background-region", "eu-central-1"];
    let refused = home.run(away).failure(2);
    assert!(refused.contains("background requests would go to eu-central-1, which is not in the US"), "{refused}");
}

#[test]
fn a_family_that_is_not_there_is_told_with_what_stands_in_for_it() {
    let text = include_str!("../../../sandbox/account.toml");
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let gate = "[accounts.gates]\nmodels_without_access = [\"anthropic.claude-sonnet-*\"]\n";
    let account = Account::from_toml(&format!("{}{gate}\n{}", &text[..at], &text[at..])).expect("an account");
    let home = Home::with(account, true);
    let pin = ["models", "pin", "--auto", "--yes"];
    let told = home.run(pin).success();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("The alias `sonnet` means us.anthropic.claude-opus-5-5, because no model of that family"),
        "{told}"
    );
    assert!(told.contains("from trying one at every start") && !told.contains("alias `haiku` means"), "{told}");
    let sonnet = "claude-sonnet-4-5-20250929";
    let itself = serde_json::json!({ sonnet: format!("us.anthropic.{sonnet}-v1:0") });
    assert_eq!(home.settings_json()["modelOverrides"], itself, "what it would take anyhow");
    let _ = home.run(["policy"]).success();
    let _ = home.run(["reset", "--yes"]).success();
    assert!(!home.settings().exists());
    // Whatever the user says of it does as well.
    home.write(".claude/settings.json", format!("{{\"modelOverrides\":{{\"{sonnet}\":\"mine\"}}}}"));
    let told = home.run(pin).success();
    assert!(!told.contains("kept") && home.settings_json()["modelOverrides"][sonnet] == "mine", "{told}");
    // With one of the family pinned nothing is left of it.
    home.write(".claude/settings.json", "{}");
    let _ = home.run(pin).success();
    let _ = home.run(["models", "pin", "us.anthropic.claude-opus-5-5", SONNET, "--yes"]).success();
    assert_eq!(home.settings_json()["modelOverrides"], Value::Null);
}
