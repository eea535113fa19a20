//! Mantle, alone and beside Bedrock: its models are asked there, and its own permission is missed.

use aws_sandbox::Account;
use claude_bedrock::checks::finding::{FixKind, Severity};
use claude_bedrock::checks::{self, Outcome, Selection};
use claude_bedrock::observe::diagnosis::{self, Depth};

use super::online::world_of;
use super::{problems, shared};
use crate::harness::Home;

/// The modes that these tests find.
pub(super) const REPRODUCED: [&str; 2] = ["P13", "M25"];

const DEFAULT: &str = include_str!("../../../sandbox/account.toml");

/// What the default account's role may do.
const MAY: &str = r#"allow = ["bedrock:*", "servicequotas:*", "sts:*"]"#;

/// Settings that leave everything to Mantle.
fn mantle_alone() -> String {
    shared("", "").replace("USE_BEDROCK", "USE_MANTLE").replace("us.anthropic", "anthropic")
}

/// A home with these settings, whose role may use Mantle or not.
fn home(settings: &str, may: bool) -> Home {
    let all = MAY.replace("\"bedrock:*\"", "\"bedrock:*\", \"bedrock-mantle:*\"");
    let text = if may { DEFAULT.replacen(MAY, &all, 1) } else { DEFAULT.to_owned() };
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    home.write(".claude/settings.json", settings);
    home
}

pub(super) fn outcome(home: &Home, more: &[(&str, &str)], depth: Depth) -> Outcome {
    checks::judge(&diagnosis::facts(&world_of(home, more), depth), &Selection::default())
}

/// The models that were asked, and by which operation.
pub(super) fn asked(home: &Home) -> Vec<(String, String)> {
    let requests = home.sandbox.requests().into_iter().map(|entry| (entry.operation, entry.model.unwrap_or_default()));
    let mut asked: Vec<_> =
        requests.filter(|(name, _)| name == "CreateInference" || name.starts_with("Invoke")).collect();
    asked.retain(|(_, model)| !model.ends_with("claude-knock") && !model.is_empty());
    asked.sort();
    asked
}

#[test]
fn a_role_without_mantles_own_permission() {
    let home = home(&mantle_alone(), false);
    let outcome = outcome(&home, &[], Depth::Probe);
    let errors: Vec<_> = outcome.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(!errors.is_empty() && errors.iter().all(|finding| finding.id == "P13"), "{errors:#?}");
    let seen = format!("{:?}", errors[0].evidence);
    assert!(seen.contains("bedrock-mantle:CreateInference anthropic.claude-"), "{seen}");
    assert!(seen.contains("project/default because no identity-based policy allows"), "{seen}");
    assert_eq!(errors[0].fix.kind, FixKind::Explain);
    let sentence = errors[0].fix.administrator.as_deref().expect("a sentence to send");
    assert!(sentence.contains("bedrock-mantle:CreateInference on arn:aws:bedrock-mantle:us-west-2:"), "{sentence}");
    assert!(sentence.contains("role/BedrockDeveloper") || sentence.contains("BedrockDeveloper"), "{sentence}");
}

#[test]
fn nothing_is_wrong_with_mantle_that_answers_and_its_own_way_is_looked_at() {
    let home = home(&mantle_alone(), true);
    let found = outcome(&home, &[], Depth::Probe);
    assert!(found.is_healthy(), "{:?}", problems(&found.findings));
    for id in ["P13", "M25", "P06", "N10", "N14"] {
        assert!(found.passed.contains(&id), "{id} of {:?}, {:?}", found.passed, found.skipped);
    }
    let asked_of = |operation: &str| home.sandbox.requests().iter().filter(|one| one.operation == operation).count();
    assert_eq!((asked_of("ListInferenceProfiles"), asked_of("InvokeModel")), (0, 0), "Claude Code does not ask them");
    // What was learnt there says nothing of the same ids elsewhere, and is not asked again.
    let before = asked(&home).len();
    assert_eq!(before, 3, "{:?}", asked(&home));
    let again = outcome(&home, &[], Depth::Network);
    assert!(again.passed.contains(&"P13") && asked(&home).len() == before, "{:?}", again.skipped);
}

#[test]
fn a_model_that_mantle_does_not_serve() {
    let settings = mantle_alone().replacen("anthropic.claude-sonnet-5-5", "anthropic.claude-sonnet-9", 1);
    let home = home(&settings, true);
    let outcome = outcome(&home, &[], Depth::Probe);
    let found = outcome.findings.iter().find(|finding| finding.id == "M25").expect("the id");
    assert!(format!("{:?}", found.evidence).contains("The model 'anthropic.claude-sonnet-9' does not exist"));
}

#[test]
fn beside_bedrock_each_model_is_asked_where_claude_code_asks_it() {
    let settings = shared(", \"CLAUDE_CODE_USE_MANTLE\": \"1\"", "")
        .replace("_OPUS_MODEL\": \"us.anthropic", "_OPUS_MODEL\": \"anthropic");
    let home = home(&settings, true);
    let outcome = outcome(&home, &[], Depth::Probe);
    assert!(outcome.is_healthy(), "{:?}", problems(&outcome.findings));
    let by = |operation: &str, model: &str| (operation.to_owned(), model.to_owned());
    let expected = [
        by("CreateInference", "anthropic.claude-opus-5-5"),
        by("InvokeModelWithResponseStream", "us.anthropic.claude-haiku-5-5"),
        by("InvokeModelWithResponseStream", "us.anthropic.claude-sonnet-5-5"),
    ];
    assert_eq!(asked(&home), expected);
}
