//! What is said beside pins: a refusal of yesterday, what Opus costs, and a way that leads further than the others.

use aws_sandbox::{Account, Fault, FaultEffect};

use crate::harness::Home;

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
    let told = home.run(pin.iter().chain(&["--residency", "any"])).success();
    assert!(!told.contains("goes anywhere, and the main model"), "{told}");
}
