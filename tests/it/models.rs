//! `models` over accounts with different truths: the right models offered, the right gate named, the right pins written.

mod identities;
mod papers;
mod pins;
mod remembered;
mod truths;

use std::collections::BTreeSet;

use aws_sandbox::Account;
use serde_json::Value;

use crate::harness::Home;

use truths::{GATES, PLACES, POLICIES, Truth, WEATHER};

fn home(truth: &Truth) -> Home {
    let mut text = truth.account.to_owned();
    for (from, to) in truth.change {
        assert!(text.contains(from), "{}: {from}", truth.name);
        text = text.replace(from, to);
    }
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let text = format!("{}{}\n{}{}", &text[..at], truth.more, &text[at..], old_models(truth.old_models));
    Home::with(Account::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", truth.name)), true)
}

/// Models of an old generation for the end of an account's text.
fn old_models(how_many: usize) -> String {
    let model = |number: usize| {
        format!(
            "\n[[models]]\nid = \"anthropic.claude-haiku-3-{number}\"\nprovider = \"Anthropic\"\n\
             name = \"Claude Haiku 3.{number}\"\ncreated_at = \"2025-01-01T00:00:00Z\"\n"
        )
    };
    (0..how_many).map(model).collect()
}

fn matches(pattern: &str, id: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == id, |start| id.starts_with(start))
}

fn check(truth: &Truth) {
    let home = home(truth);
    let said = home.run(["models", "--probe", "--yes", "--json", "--region", truth.region]).json();
    let models = said["models"].as_array().expect("a list");
    let text =
        |model: &Value, pointer: &str| model.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = |pattern: &str| -> Vec<&Value> {
        models.iter().filter(|model| matches(pattern, &text(model, "/id"))).collect()
    };
    for pattern in truth.answers {
        assert!(!named(pattern).is_empty(), "{}: no {pattern}: {said:#}", truth.name);
        for model in named(pattern)
            .iter()
            .filter(|m| truth.stopped.iter().all(|(stopped, _)| !matches(stopped, &text(m, "/id"))))
        {
            assert_eq!(text(model, "/probe/status"), "answered", "{}: {model:#}", truth.name);
        }
    }
    for (pattern, expected) in truth.stopped {
        assert!(!named(pattern).is_empty(), "{}: no {pattern}: {said:#}", truth.name);
        let (mode, region) = expected.split_once(' ').unwrap_or((expected, ""));
        for model in named(pattern) {
            assert_ne!(text(model, "/probe/status"), "answered", "{}: {model:#}", truth.name);
            assert_eq!(text(model, "/probe/failure_mode"), mode, "{}: {model:#}", truth.name);
            assert!(mode.is_empty() || !text(model, "/probe/fix").is_empty(), "{}: {model:#}", truth.name);
            assert!(region.is_empty() || text(model, "/probe/region") == region, "{}: {model:#}", truth.name);
        }
    }
    for pattern in truth.absent {
        assert!(named(pattern).is_empty(), "{}: {pattern} is listed", truth.name);
    }
    let residency = truth.residency.map(|residency| ["--residency", residency]);
    let pin = ["models", "pin", "--auto", "--yes", "--json", "--region", truth.region];
    let pinned = home.run(pin.iter().chain(residency.iter().flatten()));
    if truth.main.is_empty() {
        let said = pinned.failure(1);
        assert!(said.contains("no Claude model answers in") && !home.settings().exists(), "{}: {said}", truth.name);
        return;
    }
    assert_eq!(pinned.json()["main"], truth.main, "{}", truth.name);
    let settings = home.settings_json();
    let env = settings["env"].as_object().expect("an object");
    let pins = env.iter().filter(|(name, _)| name.ends_with("_MODEL"));
    for (name, id) in pins {
        let id = id.as_str().expect("text");
        let model = models.iter().find(|model| text(model, "/id") == id || text(model, "/arn") == id);
        let model = model.unwrap_or_else(|| panic!("{}: {name} is {id}, which is not listed", truth.name));
        assert!(
            ["answered", "throttled"].contains(&text(model, "/probe/status").as_str()),
            "{}: {name} is {id}: {model:#}",
            truth.name
        );
    }
    let ids: BTreeSet<&str> =
        env.iter().filter(|(name, _)| name.ends_with("_MODEL")).filter_map(|(_, id)| id.as_str()).collect();
    let is_pinned =
        |model: &&Value| ids.contains(text(model, "/id").as_str()) || ids.contains(text(model, "/arn").as_str());
    the_policy_is_right(truth, &home, &models.iter().filter(is_pinned).collect::<Vec<_>>());
    let prefix = env.get("ANTHROPIC_BEDROCK_REGION_PREFIX").and_then(Value::as_str);
    let expected = ["jp", "au"].into_iter().find(|prefix| truth.main.starts_with(&format!("{prefix}.")));
    assert_eq!(prefix, expected, "{}", truth.name);
}

/// The policy for what was pinned allows those profiles and, behind them, their models where they route to.
fn the_policy_is_right(truth: &Truth, home: &Home, pinned: &[&Value]) {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let said = home.run(["policy", "--region", truth.region]).success();
    let policy: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{}: {said}", truth.name));
    let allowed = |sid: &str| -> BTreeSet<String> {
        let statements = policy["Statement"].as_array().expect("a list").iter();
        let resources =
            statements.filter(|one| one["Sid"] == sid).flat_map(|one| one["Resource"].as_array().expect("a list"));
        resources.map(text).collect()
    };
    let profiles: BTreeSet<String> = pinned.iter().map(|model| text(&model["arn"])).collect();
    assert_eq!(allowed("InvokeInferenceProfiles"), profiles, "{}", truth.name);
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
