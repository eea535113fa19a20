//! What AWS's papers say is in the way of a model, shown before anybody asks it, and how answers make them worthless.

use serde_json::{Value, json};

use crate::harness::Home;

/// Haiku's agreement is being made, Fable has none, and Opus 5 is not authorized.
const PAPERS: &str = "[accounts.gates]\nagreements = [{ models = \"anthropic.claude-haiku-5-5\", status = \"pending\" }, { models = \"anthropic.claude-fable-*\", status = \"not_available\" }]\nmodels_without_access = [\"anthropic.claude-opus-5\"]\n\n";

const PERMISSIONS: &str = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";

fn home(more: &str, change: &[(&str, &str)]) -> Home {
    let mut text = include_str!("../../../sandbox/account.toml").to_owned();
    for (from, to) in change {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let text = format!("{}{more}{}", &text[..at], &text[at..]);
    Home::with(aws_sandbox::Account::from_toml(&text).expect("an account"), true)
}

fn papers(said: &Value, id: &str) -> Value {
    let found = said["models"].as_array().expect("a list").iter().find(|model| model["id"] == id);
    found.unwrap_or_else(|| panic!("{id}: {said:#}"))["availability"].clone()
}

#[test]
fn what_stops_a_model_is_shown_before_it_is_asked() {
    let subscribes = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\", \"aws-marketplace:*\"] }";
    let home = home(PAPERS, &[(PERMISSIONS, subscribes)]);
    let said = home.run(["models", "--json"]).json();
    let in_the_way = |id: &str| {
        let papers = papers(&said, id);
        (papers["agreement"].clone(), papers["authorized"].clone(), papers["failure_mode"].clone())
    };
    assert_eq!(in_the_way("us.anthropic.claude-sonnet-5-5"), (json!("available"), json!(true), Value::Null));
    assert_eq!(in_the_way("us.anthropic.claude-haiku-5-5"), (json!("pending"), json!(true), json!("P03")));
    assert_eq!(in_the_way("global.anthropic.claude-fable-5-2"), (json!("not-available"), json!(true), json!("P02")));
    assert_eq!(in_the_way("us.anthropic.claude-opus-5"), (json!("available"), json!(false), json!("M17")));
    let models = said["models"].as_array().expect("a list");
    let mut ids: Vec<&str> = models.iter().filter_map(|model| model["model"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(home.asked("GetFoundationModelAvailability"), ids.len(), "each model once, not each way to it");
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 0);
    let told = home.run(["models"]).success();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("by its papers: the account's agreement about it is still being made; try again"), "{told}");
    assert!(told.contains("by its papers: the account is not authorized for it"), "{told}");
    assert_eq!(told.matches("by its papers").count(), 4, "{told}");
    // The first use makes the agreement where the principal may subscribe; then papers are of no interest.
    let told = home.run(["models", "--probe", "--yes"]).success();
    assert!(!told.contains("has no agreement about it yet"), "{told}");
    assert!(told.contains("M17: ") && told.contains("P03: "), "{told}");
}

#[test]
fn a_form_nobody_handed_in_is_shown_before_anything_is_asked() {
    let home = home("[accounts.gates]\nuse_case_form = \"missing\"\n", &[]);
    let said = home.run(["models", "--json"]).json();
    assert_eq!(said["use_case_form"], "missing");
    let told = home.run(["models"]).success();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("By its papers: nobody handed in Anthropic's use-case form for this account; hand"),
        "{told}"
    );
    assert_eq!((home.asked("GetUseCaseForModelAccess"), home.asked("InvokeModelWithResponseStream")), (2, 0));
    let said = home.run(["models", "--probe", "--yes", "--json"]).json();
    assert_eq!(said["models"][0]["probe"]["failure_mode"], "P01");
    let filed = Home::new();
    assert_eq!(filed.run(["models", "--json"]).json()["use_case_form"], "filed");
    assert!(!filed.run(["models"]).success().contains("use-case form"));
}

#[test]
fn papers_that_may_not_be_seen_are_not_shown() {
    let denied = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"], deny = [\"bedrock:GetFoundationModelAvailability\", \"bedrock:GetUseCase*\"] }";
    let home = home(PAPERS, &[(PERMISSIONS, denied)]);
    let said = home.run(["models", "--json"]).json();
    assert_eq!(papers(&said, "us.anthropic.claude-haiku-5-5"), Value::Null);
    assert_eq!((&said["problems"], &said["use_case_form"]), (&json!([]), &Value::Null));
    let told = home.run(["models"]);
    assert!(!told.stderr.contains("Availability"), "{}", told.stderr);
    assert!(!told.success().contains("papers"));
}
