//! Residency, the models left under it, and the settings under "more".

use super::*;
use crate::aws::probe::{Outcome, Probed};
use crate::gate::Asked;
use crate::private_file::StateFolder;
use crate::proof::{Proof, ProofKey, Proofs};
use crate::world::World;

/// Profiles as AWS lists them in Oregon: the way within the US and the way anywhere.
fn west() -> Listing {
    routed(&[
        ("us.anthropic.claude-opus-5-5", &["us-east-1", "us-west-2"]),
        ("us.anthropic.claude-sonnet-5-5", &["us-east-1", "us-west-2"]),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", &["us-east-1", "us-west-2"]),
        ("global.anthropic.claude-sonnet-5-5", &["us-west-2", ""]),
        ("global.anthropic.claude-haiku-5-5", &["us-west-2", ""]),
    ])
}

fn tokyo() -> Listing {
    routed(&[
        ("jp.anthropic.claude-sonnet-5-5", &["ap-northeast-1", "ap-northeast-3"]),
        ("global.anthropic.claude-sonnet-5-5", &["ap-northeast-1", ""]),
    ])
}

fn routed(profiles: &[(&str, &[&str])]) -> Listing {
    Listing::Profiles(profiles.iter().map(|(id, regions)| InferenceProfile::routed(id, regions)).collect())
}

fn there(region: &str) -> Answers {
    Answers {
        profile: Some("work".into()),
        region: Some(region.into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    }
}

pub(super) fn asked(wizard: &Wizard) -> Question {
    match wizard.next() {
        Step::Ask(question) => question,
        other => panic!("no question but {other:?}"),
    }
}

pub(super) fn offered(wizard: &Wizard) -> Vec<String> {
    asked(wizard).offers.into_iter().map(|offer| offer.value).collect()
}

fn planned(wizard: &Wizard) -> Choice {
    match wizard.next() {
        Step::Plan(choice, _) => choice,
        other => panic!("no plan but {other:?}"),
    }
}

fn pin(choice: &Choice, name: &str) -> String {
    choice.pins.iter().find(|(known, _)| *known == name).map(|(_, id)| id.clone()).unwrap_or_default()
}

fn also(choice: &Choice) -> Vec<(String, Option<String>)> {
    choice.also.iter().map(|wish| (wish.key.to_string(), wish.value.clone())).collect()
}

#[test]
fn residency_is_asked_where_there_is_a_choice_and_everything_keeps_to_it() {
    let mut wizard = Wizard::new(knowledge(), there("us-west-2"));
    wizard.observed(west());
    assert_eq!((asked(&wizard).topic, offered(&wizard)), (Topic::Residency, vec!["us".into(), "any".into()]));
    wizard.answer(Topic::Residency, "us").expect("one of them");
    assert_eq!(offered(&wizard)[0], "us.anthropic.claude-sonnet-5-5");
    assert!(offered(&wizard).iter().all(|id| id.starts_with("us.")));
    assert!(asked(&wizard).notes[0].starts_with("2 more ways to models are left out"), "{:?}", asked(&wizard).notes);
    wizard.answer(Topic::Model, "us.anthropic.claude-opus-5-5").expect("listed");
    let choice = planned(&wizard);
    assert_eq!(pin(&choice, "ANTHROPIC_DEFAULT_HAIKU_MODEL"), "us.anthropic.claude-haiku-4-5-20251001-v1:0");
    assert_eq!(pin(&choice, "ANTHROPIC_DEFAULT_FABLE_MODEL"), "us.anthropic.claude-opus-5-5");
    // The Sonnet is too new to judge, and the older one that Claude Code would have judge is not there.
    let judge = pin(&choice, "ANTHROPIC_DEFAULT_HAIKU_MODEL").clone();
    assert_eq!(also(&choice), [("env.CLAUDE_CODE_AUTO_MODE_MODEL".to_owned(), Some(judge))]);
    assert!(wizard.back() && wizard.back());
    assert_eq!(asked(&wizard).topic, Topic::Residency);
    wizard.answer(Topic::Residency, "any").expect("the other");
    wizard.answer(Topic::Model, "global.anthropic.claude-sonnet-5-5").expect("listed");
    assert_eq!(pin(&planned(&wizard), "ANTHROPIC_DEFAULT_HAIKU_MODEL"), "global.anthropic.claude-haiku-5-5");
    assert!(wizard.clone().answer(Topic::Residency, "mars").is_err());
}

#[test]
fn what_is_pinned_has_answered_already() {
    for (configured, first) in [
        ("us.anthropic.claude-opus-5-5", "us.anthropic.claude-opus-5-5"),
        ("global.anthropic.claude-haiku-5-5[1m]", "global.anthropic.claude-haiku-5-5"),
    ] {
        let knowledge = Knowledge { configured_model: Some(configured.into()), ..knowledge() };
        let mut wizard = Wizard::new(knowledge, there("us-west-2"));
        wizard.observed(west());
        assert_eq!((asked(&wizard).topic, offered(&wizard)[0].as_str()), (Topic::Model, first));
    }
    // Elsewhere it tells nothing.
    let knowledge = Knowledge { configured_model: Some("us.anthropic.claude-opus-5-5".into()), ..knowledge() };
    let mut wizard = Wizard::new(knowledge, there("ap-northeast-1"));
    wizard.observed(tokyo());
    assert_eq!(asked(&wizard).topic, Topic::Residency);
}

#[test]
fn the_prefix_is_written_where_claude_codes_own_does_not_exist() {
    let mut wizard = Wizard::new(knowledge(), there("ap-northeast-1"));
    wizard.observed(tokyo());
    wizard.answer(Topic::Residency, "jp").expect("one of them");
    wizard.answer(Topic::Model, "jp.anthropic.claude-sonnet-5-5").expect("listed");
    let text = |key: &str, value: &str| (key.to_owned(), Some(value.to_owned()));
    assert_eq!(
        also(&planned(&wizard)),
        [
            text("env.ANTHROPIC_BEDROCK_REGION_PREFIX", "jp"),
            // The families that are not listed, of which Claude Code is to look for none.
            text("modelOverrides.claude-opus-5-5", "jp.anthropic.claude-opus-5-5"),
            text("modelOverrides.claude-haiku-4-5-20251001", "jp.anthropic.claude-haiku-4-5-20251001-v1:0"),
        ]
    );
}

#[test]
fn a_residency_nothing_keeps_to_is_explained() {
    let mut wizard = Wizard::new(knowledge(), Answers { residency: Some(Residency::Eu), ..there("us-west-2") });
    wizard.observed(west());
    assert_eq!(step(&wizard), "stuck: in us-west-2 no Claude model's traffic keeps to `--residency eu`");
    let model = Some("global.anthropic.claude-sonnet-5-5".into());
    let mut wizard = Wizard::new(knowledge(), Answers { residency: Some(Residency::Us), model, ..there("us-west-2") });
    wizard.observed(west());
    let expected = "stuck: `global.anthropic.claude-sonnet-5-5` goes anywhere, which `--residency us` does not allow";
    assert_eq!(step(&wizard), expected);
}

#[test]
fn a_model_that_was_stopped_is_not_recommended_and_says_why() {
    let home = tempfile::tempdir().expect("a folder");
    let world = World::with_variables([("HOME", home.path())], home.path());
    let (state, key, now) = (StateFolder::of(&world).expect("a home"), ProofKey::new("ada", "x"), world.now());
    let outcome = Outcome::Refused {
        status: Some(404),
        code: None,
        message: "Model use case details have not been submitted for this account.".into(),
    };
    let proof = Proof::of(&Probed { id: "us.anthropic.claude-sonnet-5-5".into(), outcome }, &Asked::default(), now);
    Proofs::keep(&state, &key, &[proof], now).expect("kept");
    let mut wizard = Wizard::new(knowledge(), Answers { residency: Some(Residency::Us), ..there("us-west-2") });
    wizard.observed(west());
    wizard.proven(Proofs::read(&state, &key, now));
    assert_eq!(offered(&wizard)[0], "us.anthropic.claude-opus-5-5");
    let offers = asked(&wizard).offers;
    let stopped = offers.iter().find(|offer| offer.value.contains("sonnet-5-5")).expect("offered all the same");
    assert!(stopped.about.contains("stays in the US; P01: "), "{}", stopped.about);
}

#[test]
fn a_slip_in_a_region_is_asked_again_beginning_at_the_region_that_was_meant() {
    let mut wizard = Wizard::new(knowledge(), Answers { profile: Some("work".into()), ..no_answers() });
    wizard.answer(Topic::Region, "us-esat-1").expect("it has the form of one");
    assert!(wizard.back_to(&[Topic::Region]));
    let question = asked(&wizard);
    assert_eq!(question.offers[question.start].value, "us-east-1", "{question:?}");
    assert!(question.offers.iter().all(|offer| offer.value != "us-esat-1"), "{question:?}");
}

/// Replacing lies at hand for a model that is not there, and for none that may be somebody's wish.
#[test]
fn a_kept_model_that_is_not_listed_is_replaced_by_pressing_enter() {
    let given = Answers {
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    };
    let arn = "arn:aws:bedrock:us-west-2:1:application-inference-profile/x";
    for (model, start) in [
        ("us.anthropic.claude-sonet-5-5", 1),
        ("us.antropic.claude-opus-5-5", 1),
        ("opusplan", 0),
        (arn, 0),
        (MODELS[1], 0),
    ] {
        let (mut wizard, _) = walk(Wizard::new(knowledge(), given.clone()), &[Listed(MODELS), Say(MODELS[0])]);
        let kept = KeptValue { line: "a line".into(), required: false, model: Some(model.into()) };
        wizard.planned(Planned { changes: 0, kept: vec![kept] });
        let question = asked(&wizard);
        assert_eq!((question.topic, question.start), (Topic::Conflict, start), "{model}");
        assert_eq!(question.notes.len(), 1 + start, "{:?}", question.notes);
        assert_eq!(question.offers[1].value, REPLACE);
    }
}

#[test]
fn more_asks_for_one_setting_after_the_other_and_all_of_it_can_be_gone_back_through() {
    let more = More { open: true, ..More::default() };
    let model = Some("us.anthropic.claude-opus-5-5".into());
    let mut wizard = Wizard::new(knowledge(), Answers { model, more, ..there("us-west-2") });
    wizard.observed(west());
    let made = |wizard: &mut Wizard| wizard.planned(Planned { changes: 9, kept: Vec::new() });
    made(&mut wizard);
    assert_eq!(asked(&wizard).topic, Topic::More);
    let say = |wizard: &mut Wizard, topic: Topic, answer: &str| {
        wizard.answer(Topic::More, topic_name(topic)).expect("offered");
        assert_eq!(asked(wizard).topic, topic);
        wizard.answer(topic, answer).expect("an answer");
        wizard.planned(Planned { changes: 9, kept: Vec::new() });
    };
    say(&mut wizard, Topic::Extra(Extra::Caching), "1h");
    say(&mut wizard, Topic::Extra(Extra::Tier), "flex");
    say(&mut wizard, Topic::Extra(Extra::BackgroundRegion), "us-east-1");
    say(&mut wizard, Topic::Extra(Extra::Background), "us.anthropic.claude-sonnet-5-5");
    say(&mut wizard, Topic::Extra(Extra::OutputTokens), "16000");
    say(&mut wizard, Topic::Extra(Extra::ThinkingTokens), AS_IT_IS);
    assert!(wizard.clone().answer(Topic::Extra(Extra::OutputTokens), "few").is_err());
    assert!(wizard.clone().answer(Topic::Extra(Extra::BackgroundRegion), "oregon").is_err());
    wizard.answer(Topic::More, more::DONE).expect("the end of it");
    assert_eq!(step(&wizard), "Confirmation?");
    wizard.answer(Topic::Confirmation, YES).expect("yes");
    let Step::Done(choice, _) = wizard.next() else { panic!("done") };
    assert_eq!(pin(&choice, "ANTHROPIC_DEFAULT_HAIKU_MODEL"), "us.anthropic.claude-sonnet-5-5");
    let text = |key: &str, value: Option<&str>| (format!("env.{key}"), value.map(str::to_owned));
    assert_eq!(
        also(&choice),
        [
            // The alias means a Sonnet, so that Claude Code is to look for no Haiku.
            (
                "modelOverrides.claude-haiku-4-5-20251001".to_owned(),
                Some("us.anthropic.claude-haiku-4-5-20251001-v1:0".to_owned()),
            ),
            text("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", Some("us-east-1")),
            text("ENABLE_PROMPT_CACHING_1H", Some("1")),
            text("FORCE_PROMPT_CACHING_5M", None),
            text("DISABLE_PROMPT_CACHING", None),
            text("ANTHROPIC_BEDROCK_SERVICE_TIER", Some("flex")),
            text("CLAUDE_CODE_MAX_OUTPUT_TOKENS", Some("16000")),
            text("MAX_THINKING_TOKENS", None),
        ]
    );
    let mut met = Vec::new();
    while wizard.back() {
        if matches!(wizard.next(), Step::Plan(..)) {
            made(&mut wizard);
        }
        met.push(step(&wizard));
    }
    assert_eq!(met.len(), 14, "{met:?}");
    assert_eq!((met[0].as_str(), met[1].as_str(), met[13].as_str()), ("Confirmation?", "More?", "More?"));
}

fn topic_name(topic: Topic) -> &'static str {
    match topic {
        Topic::Extra(extra) => extra.name(),
        _ => more::DONE,
    }
}
