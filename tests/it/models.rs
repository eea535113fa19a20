//! `models` over accounts with different truths: the right models offered, the right gate named, the right pins written.

mod identities;
mod papers;
mod pins;
mod remarks;
mod remembered;
mod residency;
pub(crate) mod truths;

use std::collections::BTreeSet;

use aws_sandbox::Account;
use serde_json::{Value, json};

use crate::harness::{Home, Run};

use truths::{GATES, PLACES, POLICIES, Truth, WEATHER, matches};

fn home(truth: &Truth) -> Home {
    let text = truth.text();
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let text = format!("{}{}\n{}", &text[..at], truth.more, &text[at..]);
    Home::with(Account::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", truth.name)), true)
}

fn text_at(model: &Value, pointer: &str) -> String {
    model.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn run(truth: &Truth, home: &Home, arguments: &[&str]) -> Run {
    home.run(arguments.iter().chain(&["--profile", truth.profile, "--region", truth.region]))
}

fn check(truth: &Truth) {
    let home = home(truth);
    let said = run(truth, &home, &["models", "--probe", "--yes", "--json"]).json();
    the_offer_is_right(truth, &said);
    let residency = truth.residency.map(|residency| ["--residency", residency]);
    let mut pin = vec!["models", "pin", "--yes", "--json"];
    pin.extend(residency.iter().flatten());
    if truth.typed.is_empty() {
        pin.push("--auto");
    } else {
        pin.push("--probe");
    }
    pin.extend(truth.typed);
    let pinned = run(truth, &home, &pin);
    if truth.main.is_empty() {
        let said = pinned.failure(1);
        assert!(said.contains("no Claude model answers in") && !home.settings().exists(), "{}: {said}", truth.name);
        return;
    }
    let pinned = pinned.json();
    assert_eq!((&pinned["main"], &pinned["unverified"]), (&truth.main.into(), &json!([])), "{}", truth.name);
    the_pins_are_right(truth, &home);
}

/// The set-up that has models asked pins what `models pin --auto` pins; where none answers it writes nothing and names a
/// gate.
fn check_set_up(truth: &Truth) {
    let home = home(truth);
    // Where only what goes anywhere answers, somebody has to allow that.
    let any = truth.main.starts_with("global.").then_some("any");
    let residency: Vec<&str> =
        truth.residency.or(any).into_iter().flat_map(|residency| ["--residency", residency]).collect();
    let set_up = run(truth, &home, &[&["setup", "--yes", "--probe"], &residency[..]].concat());
    if truth.main.is_empty() {
        let said = set_up.failure(2);
        if let Some((_, mode)) = truth.stopped.iter().find(|(id, _)| *id == "*") {
            assert!(said.contains(&format!(" does not answer: {mode}: ")), "{}: {said}", truth.name);
        }
        assert!(!home.settings().exists(), "{}: {said}", truth.name);
        return;
    }
    set_up.success();
    let pins = |home: &Home| -> Vec<(String, Value)> {
        let env = home.settings_json()["env"].clone();
        let env = env.as_object().expect("an object").clone();
        env.into_iter().filter(|(name, _)| name.ends_with("_MODEL")).collect()
    };
    let by_set_up = pins(&home);
    run(truth, &home, &[&["models", "pin", "--auto", "--yes"], &residency[..]].concat()).success();
    assert_eq!(by_set_up, pins(&home), "{}", truth.name);
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], truth.main, "{}", truth.name);
}

/// What is listed, and how it answered.
fn the_offer_is_right(truth: &Truth, said: &Value) {
    let models = said["models"].as_array().expect("a list");
    let named = |pattern: &str| -> Vec<&Value> {
        models.iter().filter(|model| matches(pattern, &text_at(model, "/id"))).collect()
    };
    for pattern in truth.answers {
        assert!(!named(pattern).is_empty(), "{}: no {pattern}: {said:#}", truth.name);
        for model in named(pattern).iter().filter(|model| !truth.stops(&text_at(model, "/id"))) {
            assert_eq!(text_at(model, "/probe/status"), "answered", "{}: {model:#}", truth.name);
        }
    }
    for (pattern, expected) in truth.stopped {
        assert!(!named(pattern).is_empty(), "{}: no {pattern}: {said:#}", truth.name);
        let (mode, region) = expected.split_once(' ').unwrap_or((expected, ""));
        for model in named(pattern) {
            assert_ne!(text_at(model, "/probe/status"), "answered", "{}: {model:#}", truth.name);
            assert_eq!(text_at(model, "/probe/failure_mode"), mode, "{}: {model:#}", truth.name);
            assert!(mode.is_empty() || !text_at(model, "/probe/fix").is_empty(), "{}: {model:#}", truth.name);
            assert!(region.is_empty() || text_at(model, "/probe/region") == region, "{}: {model:#}", truth.name);
        }
    }
    for pattern in truth.absent {
        assert!(named(pattern).is_empty(), "{}: {pattern} is listed", truth.name);
    }
}

/// What was written: models that are there and answer, the prefix that leads to them, and the policy for them.
fn the_pins_are_right(truth: &Truth, home: &Home) {
    let said = run(truth, home, &["models", "--json"]).json();
    let list = |name: &str| said[name].as_array().expect("a list").iter();
    let known: Vec<&Value> = list("models").chain(list("unlisted_pins")).collect();
    let settings = home.settings_json();
    let env = settings["env"].as_object().expect("an object");
    let pins = env.iter().filter(|(name, _)| name.ends_with("_MODEL"));
    let mut pinned: Vec<&Value> = Vec::new();
    for (name, id) in pins {
        let id = id.as_str().expect("text");
        let model = known.iter().find(|model| text_at(model, "/id") == id || text_at(model, "/arn") == id);
        let model = model.unwrap_or_else(|| panic!("{}: {name} is {id}, which nobody knows", truth.name));
        let status = text_at(model, "/probe/status");
        assert!(["answered", "throttled"].contains(&status.as_str()), "{}: {name} is {id}: {model:#}", truth.name);
        if !pinned.contains(model) {
            pinned.push(model);
        }
    }
    the_policy_is_right(truth, home, &pinned);
    let prefix = env.get("ANTHROPIC_BEDROCK_REGION_PREFIX").and_then(Value::as_str);
    let expected = ["jp", "au"].into_iter().find(|prefix| truth.main.starts_with(&format!("{prefix}.")));
    assert_eq!(prefix, expected, "{}", truth.name);
}

/// The policy for what was pinned allows those profiles and, behind them, their models where they route to.
fn the_policy_is_right(truth: &Truth, home: &Home, pinned: &[&Value]) {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let said = run(truth, home, &["policy"]).success();
    let policy: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{}: {said}", truth.name));
    let allowed = |sid: &str| -> BTreeSet<String> {
        let statements = policy["Statement"].as_array().expect("a list").iter();
        let resources =
            statements.filter(|one| one["Sid"] == sid).flat_map(|one| one["Resource"].as_array().expect("a list"));
        resources.map(text).collect()
    };
    // An ARN that nobody may look up stands for itself.
    let arn = |model: &Value| if model["arn"].is_null() { text(&model["id"]) } else { text(&model["arn"]) };
    let profiles: BTreeSet<String> = pinned.iter().map(|model| arn(model)).collect();
    assert_eq!(allowed("InvokeInferenceProfiles"), profiles, "{}", truth.name);
    if !truth.allowed.is_empty() {
        let expected: BTreeSet<String> = truth.allowed.iter().map(|arn| (*arn).to_owned()).collect();
        assert_eq!(allowed("InvokeTheirModels"), expected, "{}", truth.name);
        return;
    }
    let routes = pinned.iter().flat_map(|model| {
        let arn = text(&model["arn"]);
        let partition = arn.split(':').nth(1).expect("an ARN").to_owned();
        let regions = model["routes_to"].as_array().expect("a list").iter().map(text);
        regions.map(move |region| {
            let region = region.trim_matches('*');
            format!("arn:{partition}:bedrock:{region}::foundation-model/{}", text(&model["model"]))
        })
    });
    assert_eq!(allowed("InvokeTheirModels"), routes.collect(), "{}", truth.name);
}

#[test]
fn models_are_found_where_they_are() {
    PLACES.iter().for_each(check);
}

#[test]
fn what_an_account_has_to_do_is_named() {
    GATES.iter().for_each(check);
}

#[test]
fn quotas_and_weather_are_told_from_gates() {
    WEATHER.iter().for_each(check);
}

#[test]
fn who_may_what_is_told_from_what_there_is() {
    POLICIES.iter().for_each(check);
}

#[test]
fn set_up_passes_over_what_pinning_passes_over() {
    let truths = [GATES, WEATHER, POLICIES].into_iter().flatten();
    truths.filter(|truth| truth.typed.is_empty()).for_each(check_set_up);
}
