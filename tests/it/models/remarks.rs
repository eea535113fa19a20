//! What is said beside pins: a refusal of yesterday, what Opus costs, and a way that leads further than the others.

use aws_sandbox::{Account, Fault, FaultEffect};
use claude_bedrock::vars;
use serde_json::Value;

use super::pins::without;
use crate::harness::Home;

const INVOKED: &str = "InvokeModelWithResponseStream";

/// Nothing is asked anew by a pin, so what is known is told.
#[test]
fn what_stops_a_model_is_told_where_it_is_pinned_all_the_same() {
    let text = include_str!("../../../sandbox/account.toml");
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let gate = "[accounts.gates]\nclosed_models = [\"anthropic.claude-opus-5\"]\n";
    let account = Account::from_toml(&format!("{}{gate}\n{}", &text[..at], &text[at..])).expect("an account");
    let home = Home::with(account, true);
    let pin = ["models", "pin", "us.anthropic.claude-opus-5", "--dry-run"];
    assert!(!home.run(pin).success().contains("did not answer"));
    let _ = home.run(["models", "--probe", "--yes"]).success();
    let told = home.run(pin).success();
    assert!(told.contains("us.anthropic.claude-opus-5 did not answer ") && told.contains(" s ago: M18: "), "{told}");
    assert!(told.contains("use another model") && !told.contains("us.anthropic.claude-sonnet-5-5 did not"), "{told}");
}

#[test]
fn what_opus_costs_is_told_behind_an_arn_too() {
    let home = Home::new();
    let make = ["models", "create-profile", "team", "--from", "us.anthropic.claude-opus-5-5", "--yes", "--pin"];
    assert!(home.run(make).stderr.contains("Opus costs more than Sonnet"));
    let told = home.run(["setup", "--yes"]);
    assert!(told.stdout.contains("Opus costs more than Sonnet"), "{told:?}");
}

/// Where nobody has said it, the newest may be had on a wider way only.
#[test]
fn a_pin_that_goes_further_than_the_main_model_is_told() {
    let home = Home::new();
    let refusal = "Access denied with an explicit deny in a service control policy";
    let fault = FaultEffect::error(403, "AccessDeniedException", refusal);
    home.sandbox
        .set_fault(Fault { model: Some("us.anthropic.claude-opus-*".into()), ..Fault::of("InvokeModel*", fault) });
    let pin = ["models", "pin", "--auto", "--yes", "--dry-run"];
    let told = home.run(pin).success();
    assert!(
        told.contains("global.anthropic.claude-opus-5-5 goes anywhere, and the main model stays in the US"),
        "{told}"
    );
    // What answered a moment ago is not billed again, and what was refused is asked anew.
    let (all, refused) = (home.asked(INVOKED), |id: &str| id.starts_with("us.anthropic.claude-opus-"));
    let again = home.run(pin);
    let models = home.run(["models", "--json"]).json();
    let ids = models["models"].as_array().expect("a list").iter().filter_map(|model| model["id"].as_str());
    let opuses = ids.filter(|id| refused(id)).count();
    assert_eq!(home.asked(INVOKED), all + opuses, "{again:?}");
    assert!(again.stderr.contains("within the last ten minutes and are not asked again"), "{again:?}");
    assert_eq!(again.stdout, told);
    let told = home.run(pin.iter().chain(&["--residency", "any"])).success();
    assert!(!told.contains("goes anywhere, and the main model"), "{told}");
}

/// And what means another family's model is told.
#[test]
fn where_nothing_may_be_listed_a_named_model_leaves_the_other_families_alone() {
    let typed = "us.anthropic.claude-opus-5-5";
    let lone = without("bedrock:ListInferenceProfiles");
    let said = lone.run(["setup", "--yes", "--model", typed, "--dry-run"]).success();
    assert!(said.contains(&format!("The alias `haiku` means {typed}, a model of another family.")), "{said}");
    assert!(!said.contains("The alias `opus`"), "{said}");
    let pins = |home: &Home| {
        let env = home.settings_json()["env"].clone();
        vars::FAMILY_PINS.map(|(_, name)| env[name].as_str().expect("pinned").to_owned())
    };
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    let before = pins(&home);
    let refusal = FaultEffect::error(403, "AccessDeniedException", "not authorized to perform this");
    home.sandbox.set_fault(Fault::of("List*", refusal));
    let again = ["setup", "--yes", "--model", "us.anthropic.claude-opus-4-6"];
    let said = home.run(again).success();
    assert!(!said.contains("a model of another family"), "{said}");
    let expected: Vec<String> = before
        .iter()
        .map(|id| if id.contains("opus") { "us.anthropic.claude-opus-4-6".to_owned() } else { id.clone() })
        .collect();
    assert_eq!((pins(&home).to_vec(), &home.settings_json()["modelOverrides"]), (expected, &Value::Null));
    let elsewhere = home.run(["setup", "--yes", "--region", "eu-west-1", "--model", "eu.anthropic.claude-opus-4-6"]);
    assert!(elsewhere.success().contains("The alias `haiku` means eu."), "those of another region are none here");
}
