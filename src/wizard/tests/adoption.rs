//! Configurations of others: recognised, taken over, or left.

use super::*;
use crate::settings::document::Document;
use crate::vars;

/// The original plugin's settings.
const PLUGIN: &str = r#"{
  "env": {
    "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "AWS_REGION": "eu-central-1",
    "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5",
    "MAX_THINKING_TOKENS": "8192", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "16384", "DISABLE_PROMPT_CACHING": "0"
  },
  "awsAuthRefresh": "aws sso login --profile work"
}"#;

fn recognised(text: &str) -> Option<Recognised> {
    foreign::recognise(&Document::parse(text.as_bytes()).expect("settings"))
}

#[test]
fn an_adopted_configuration_gives_the_defaults_and_its_keys_away() {
    let theirs = recognised(PLUGIN);
    let knowledge = Knowledge { recognised: theirs.clone(), ..knowledge() };
    let path = [
        Say("adopt"),
        Say("work"),
        Say("eu-central-1"),
        Listed(MODELS),
        Say(MODELS[1]),
        Say("isolated"),
        Made(9, &[]),
        Back,
    ];
    let (wizard, steps) = walk(Wizard::new(knowledge.clone(), no_answers()), &path);
    assert_eq!(steps[..3], ["Adoption?", "Profile?", "Region?"]);
    assert_eq!(steps[8], "Identity?");
    let first = |upto: usize| {
        let (wizard, _) = walk(Wizard::new(knowledge.clone(), no_answers()), &path[..upto]);
        let Step::Ask(question) = wizard.next() else { panic!("a question") };
        question.offers[0].value.clone()
    };
    assert_eq!([first(1), first(2), first(4)], ["work", "eu-central-1", "us.anthropic.claude-opus-5-5"]);
    let (wizard, _) = walk(wizard, &[Say("isolated")]);
    let Step::Plan(_, consent) = wizard.next() else { panic!("a plan") };
    assert_eq!(consent.adopted, theirs.expect("recognised").keys);

    let (wizard, _) = walk(
        Wizard::new(knowledge, no_answers()),
        &[Say("keep"), Say("work"), Say("us-west-2"), Listed(MODELS), Say(MODELS[0]), Say("isolated")],
    );
    let Step::Plan(_, consent) = wizard.next() else { panic!("a plan") };
    assert_eq!(consent, Consent::default());
}

#[test]
fn a_kept_configuration_that_is_in_the_way_is_named_in_the_refusal() {
    let knowledge = Knowledge { recognised: recognised(PLUGIN), ..knowledge() };
    let given = Answers {
        adopt: Some(false),
        replace: Some(false),
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        model: Some(MODELS[0].into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    };
    let (_, steps) = walk(Wizard::new(knowledge, given), &[Listed(MODELS), Made(3, &["!env.AWS_REGION"])]);
    assert!(
        steps[2].contains("The original Bedrock plugin has set up Claude Code for the profile `work`"),
        "{steps:?}"
    );
}

#[test]
fn pins_of_an_adopted_configuration_stay_while_they_are_listed() {
    let text = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "AWS_REGION": "us-west-2",
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-4-6",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-4-1"}}"#;
    let knowledge = Knowledge { recognised: recognised(text), ..knowledge() };
    let given = Answers {
        adopt: Some(true),
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    };
    let (wizard, _) = walk(Wizard::new(knowledge, given), &[Listed(MODELS)]);
    let Step::Ask(question) = wizard.next() else { panic!("a question") };
    assert_eq!(question.offers[0].value, "us.anthropic.claude-sonnet-4-6", "its Sonnet is the default");
    let (wizard, _) = walk(wizard, &[Say("us.anthropic.claude-opus-5-5")]);
    let Step::Plan(choice, _) = wizard.next() else { panic!("a plan") };
    let pin = |name| choice.pins.iter().find(|(known, _)| *known == name).map(|(_, id)| id.as_str());
    assert_eq!(pin(vars::DEFAULT_SONNET_MODEL), Some("us.anthropic.claude-sonnet-4-6"));
    assert_eq!(pin(vars::DEFAULT_OPUS_MODEL), Some("us.anthropic.claude-opus-5-5"), "theirs is not listed any more");
}

#[test]
fn whose_a_configuration_is() {
    let plugin = recognised(PLUGIN).expect("the plugin's");
    assert_eq!(plugin.origin, foreign::Origin::OriginalPlugin);
    let keys: Vec<String> = plugin.keys.iter().map(ToString::to_string).collect();
    assert!(keys.contains(&"env.MAX_THINKING_TOKENS".into()), "{keys:?}");
    assert!(!keys.contains(&"env.CLAUDE_CODE_MAX_OUTPUT_TOKENS".into()), "someone chose another value: {keys:?}");

    let by_hand = |command: &str| recognised(&serde_json::json!({"awsAuthRefresh": command}).to_string());
    for (command, profile) in [
        ("aws sso login", None),
        ("aws sso login --profile dev", Some("dev")),
        ("/usr/local/bin/aws sso login --profile=dev --no-browser", Some("dev")),
        ("aws sso login --profile 'dev'", Some("dev")),
    ] {
        let found = by_hand(command).expect(command);
        assert_eq!((found.origin, found.profile.as_deref()), (foreign::Origin::SsoLogin, profile), "{command}");
    }
    for command in ["aws sso login; echo done", "sh -c 'aws sso login'", "/opt/refresh", "aws sso logout", ""] {
        assert_eq!(by_hand(command), None, "{command}");
    }
    assert_eq!(recognised("{}"), None);
    assert_eq!(recognised(""), None);
    let shell = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2"}}"#;
    assert_eq!(recognised(shell), None, "a switch and a region are anybody's");
    let ours = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "AWS_REGION": "us-west-2",
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "x"}, "awsAuthRefresh": "/bin/claude-bedrock refresh --profile=work"}"#;
    assert_eq!(recognised(ours), None, "ours is no one else's");
    let wizards = ours.replace(", \"awsAuthRefresh\": \"/bin/claude-bedrock refresh --profile=work\"", "");
    assert_eq!(recognised(&wizards).map(|found| found.origin), Some(foreign::Origin::ClaudeCodeWizard));
}
