//! The last question: what else it offers, and that all of it comes back to it.

use super::choices::{asked, offered};
use super::*;
use crate::aws::bedrock::{FoundationModel, Lifecycle};
use crate::aws::call::CallError;
use crate::aws::probe::{Outcome, Probed};
use crate::aws::reachability::{Answer, Reached, Unreached};
use crate::gate::Asked;
use crate::proof::Proof;
use crate::proof::Proofs;
use crate::regions::survey::Survey;

/// At the last question, with nothing but the model asked before.
fn at_the_end(knowledge: Knowledge, listed: Do) -> Wizard {
    let given = Answers {
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    };
    let (wizard, steps) = walk(Wizard::new(knowledge, given), &[listed, Say(MODELS[0]), Made(9, &[])]);
    assert_eq!(steps.last().map(String::as_str), Some("Confirmation?"));
    wizard
}

fn replan(wizard: &mut Wizard) {
    assert!(matches!(wizard.next(), Step::Plan(..)), "{:?}", wizard.next());
    wizard.planned(Planned { changes: 9, kept: Vec::new() });
}

fn proof(id: &str, refusal: Option<&str>) -> Proof {
    let outcome = match refusal {
        None => Outcome::Answered { first_token: std::time::Duration::from_millis(3) },
        Some(message) => Outcome::Refused { status: Some(404), code: None, message: message.into() },
    };
    Proof::of(&Probed { id: id.into(), outcome }, &Asked::default(), jiff::Timestamp::UNIX_EPOCH)
}

#[test]
fn more_is_one_answer_away_and_escape_closes_it_again() {
    let knowledge = Knowledge { status_line: StatusLine::Absent, ..knowledge() };
    let mut wizard = at_the_end(knowledge, Listed(MODELS));
    assert_eq!(offered(&wizard), ["yes", "probe", "statusline", "more", "no"]);
    wizard.answer(Topic::Confirmation, MORE).expect("offered");
    assert_eq!(asked(&wizard).topic, Topic::More);
    assert!(wizard.back());
    assert_eq!(asked(&wizard).topic, Topic::Confirmation, "nothing has to be planned anew for that");
    wizard.answer(Topic::Confirmation, MORE).expect("offered");
    wizard.answer(Topic::More, "tier, caching").expect("both at once");
    assert_eq!(asked(&wizard).topic, Topic::Extra(Extra::Tier));
    wizard.answer(Topic::Extra(Extra::Tier), "flex").expect("a tier");
    replan(&mut wizard);
    assert_eq!(asked(&wizard).topic, Topic::Extra(Extra::Caching));
    wizard.answer(Topic::Extra(Extra::Caching), "as-it-is").expect("as it is");
    replan(&mut wizard);
    wizard.answer(Topic::More, more::DONE).expect("the end of it");
    assert_eq!(asked(&wizard).topic, Topic::Confirmation);
    wizard.answer(Topic::Confirmation, STATUS_LINE).expect("offered");
    let Step::Plan(choice, _) = wizard.next() else { panic!("a plan") };
    assert_eq!(choice.status_line, Some(true));
    replan(&mut wizard);
    assert_eq!(offered(&wizard), ["yes", "probe", "more", "no"]);
    assert!(wizard.back());
    replan(&mut wizard);
    assert_eq!(offered(&wizard), ["yes", "probe", "statusline", "more", "no"], "Esc takes it back");
    for _ in 0..6 {
        assert!(wizard.back());
    }
    assert_eq!(asked(&wizard).topic, Topic::Model, "through everything to the question before");
}

#[test]
fn values_are_validated_at_once() {
    let wizard = at_the_end(knowledge(), Listed(MODELS));
    let said = |extra: Extra, answer: &str| wizard.clone().answer(Topic::Extra(extra), answer).expect_err(answer);
    assert!(said(Extra::Tier, "fast").contains("default, flex, priority"));
    assert!(said(Extra::Caching, "2h").contains("1h, 5m, off"));
    assert!(said(Extra::Background, "a model").contains("no blanks"));
    assert!(said(Extra::BackgroundRegion, "oregon").contains("us-west-2"));
    assert!(said(Extra::OutputTokens, "0").contains("from 1024 on"));
    assert!(wizard.clone().answer(Topic::More, "tier,speed").expect_err("unknown").contains("`speed`"));
    let mut wizard = wizard;
    wizard.answer(Topic::Extra(Extra::OutputTokens), "16000").expect("a limit");
    wizard.answer(Topic::Extra(Extra::ThinkingTokens), "0").expect("as little as can be");
    let said = wizard.answer(Topic::Extra(Extra::ThinkingTokens), "16000").expect_err("too long");
    assert!(said.contains("16000 tokens in an answer of 16000"), "{said}");
}

#[test]
fn values_by_flag_are_judged_like_answers() {
    let more = |extra, value: &str| More { values: [(extra, value.to_owned())].into(), ..More::default() };
    let given = |more: More| Answers {
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        model: Some(MODELS[0].into()),
        more,
        ..no_answers()
    };
    let mut wizard = Wizard::new(knowledge(), given(more(Extra::Background, "us.anthropic.claude-nano")));
    wizard.observed(listing(MODELS));
    let Step::Stuck(stuck) = wizard.next() else { panic!("stuck") };
    assert!(stuck.message.contains("no inference profile `us.anthropic.claude-nano`"), "{}", stuck.message);
    assert_eq!(stuck.mended_by, [Topic::Extra(Extra::Background)]);
    let mut both = more(Extra::OutputTokens, "8192");
    both.values.insert(Extra::ThinkingTokens, "8192".into());
    let mut wizard = Wizard::new(knowledge(), given(both));
    wizard.observed(listing(MODELS));
    assert!(matches!(wizard.next(), Step::Stuck(stuck) if stuck.message.contains("cannot think 8192 tokens")));
}

#[test]
fn models_are_asked_when_that_is_agreed_to_and_not_again() {
    let mut wizard = at_the_end(knowledge(), Listed(MODELS));
    let probe = asked(&wizard).offers.remove(1);
    assert_eq!(probe.about, "first ask the 2 models for a token each; 18 tokens are billed");
    wizard.answer(Topic::Confirmation, PROBE).expect("offered");
    let Step::Probe(_, ids) = wizard.next() else { panic!("a probe") };
    assert_eq!(ids, [MODELS[0], MODELS[1]]);
    let proofs = ids.iter().map(|id| proof(id, None)).collect();
    wizard.probed(ids, proofs);
    replan(&mut wizard);
    assert_eq!(offered(&wizard), ["yes", "more", "no"], "there is nothing left to ask them");
    assert!(wizard.back());
    assert_eq!(asked(&wizard).topic, Topic::Model, "a probe is not undone");
    // What was proven long ago is offered again.
    let later = Knowledge { now: jiff::Timestamp::UNIX_EPOCH + crate::proof::KEPT_FOR, ..knowledge() };
    let mut wizard = at_the_end(later, Listed(MODELS));
    wizard.proven(Proofs::default().and(MODELS.iter().map(|id| proof(id, None)).collect()));
    assert_eq!(offered(&wizard), ["yes", "probe", "more", "no"]);
}

#[test]
fn a_model_that_is_stopped_is_told_with_the_fix_and_another_one_is_at_hand() {
    let form = "Model use case details have not been submitted for this account.";
    let mut wizard = at_the_end(knowledge(), Listed(MODELS));
    wizard.answer(Topic::Confirmation, PROBE).expect("offered");
    wizard.probed(vec![MODELS[0].into()], vec![proof(MODELS[0], Some(form))]);
    replan(&mut wizard);
    let question = asked(&wizard);
    assert_eq!(question.offers[0].value, OTHER_MODEL);
    assert!(question.notes[0].starts_with("us.anthropic.claude-sonnet-5-5 does not answer: P01:"), "{question:?}");
    wizard.answer(Topic::Confirmation, OTHER_MODEL).expect("offered");
    let models = asked(&wizard);
    assert_eq!((models.topic, models.offers[0].value.as_str()), (Topic::Model, MODELS[2]), "what may answer is first");
    assert_eq!(models.offers[models.start].value, MODELS[2], "and the one it begins at");
    assert!(models.offers.iter().any(|offer| offer.value == MODELS[0] && offer.about.contains("P01")));
}

#[test]
fn where_every_model_is_to_answer_all_that_could_stand_in_are_asked_at_once_and_one_that_answers_is_preselected() {
    let given = Answers { region: Some("us-west-2".into()), profile: Some("work".into()), probe: true, ..no_answers() };
    let path = [Listed(MODELS), Say(MODELS[0]), Say("isolated"), Made(9, &[])];
    let (mut wizard, _) = walk(Wizard::new(knowledge(), given), &path);
    // It answered yesterday, which may have ended with what stops the main model.
    wizard.proven(Proofs::default().and(vec![proof(MODELS[2], None)]));
    let answer = |wizard: &mut Wizard, stopped: &[&str]| {
        let Step::Probe(choice, ids) = wizard.next() else { panic!("a probe and not {:?}", wizard.next()) };
        let proofs = ids.iter().map(|id| proof(id, stopped.contains(&id.as_str()).then_some("No."))).collect();
        wizard.probed(ids.clone(), proofs);
        replan(wizard);
        (choice, ids)
    };
    let (choice, ids) = answer(&mut wizard, &[MODELS[0]]);
    assert_eq!(ids, [MODELS[0], MODELS[1]], "the main model and what else is pinned");
    assert_eq!(wizard.silence(&choice), Some(Silence::OthersFirst));
    let (choice, ids) = answer(&mut wizard, &[]);
    assert_eq!(ids, [MODELS[2]], "what is left");
    let Some(Silence::StandIn(main, other)) = wizard.silence(&choice) else { panic!("{:?}", wizard.silence(&choice)) };
    assert_eq!((main.id.as_str(), other.as_str()), (MODELS[0], MODELS[2]));
    // A person is asked, and finds it at hand.
    assert_eq!(asked(&wizard).offers[0].value, OTHER_MODEL);
    wizard.answer(Topic::Confirmation, OTHER_MODEL).expect("offered");
    assert_eq!(
        (asked(&wizard).topic, asked(&wizard).offers[asked(&wizard).start].value.as_str()),
        (Topic::Model, MODELS[2])
    );
}

#[test]
fn a_model_that_was_named_is_not_replaced() {
    let given = Answers {
        region: Some("us-west-2".into()),
        profile: Some("work".into()),
        identity: Some(IdentityMode::Isolated),
        model: Some(MODELS[0].into()),
        probe: true,
        ..no_answers()
    };
    let (mut wizard, _) = walk(Wizard::new(knowledge(), given), &[Listed(MODELS), Made(9, &[])]);
    let Step::Probe(choice, ids) = wizard.next() else { panic!("a probe") };
    wizard.probed(ids.clone(), ids.iter().map(|id| proof(id, Some("No."))).collect());
    assert!(matches!(wizard.silence(&choice), Some(Silence::Named(proof)) if proof.id == MODELS[0]));
}

#[test]
fn what_was_pinned_and_is_stopped_stays_first_and_is_not_the_one_it_begins_at() {
    let knowledge = Knowledge { configured_model: Some(MODELS[0].into()), ..knowledge() };
    let given = Answers { profile: Some("work".into()), region: Some("us-west-2".into()), ..no_answers() };
    let mut wizard = Wizard::new(knowledge, given);
    wizard.observed(listing(MODELS));
    wizard.proven(Proofs::default().and(vec![proof(MODELS[0], Some("No."))]));
    let question = asked(&wizard);
    assert_eq!((question.offers[0].value.as_str(), question.start), (MODELS[0], 1), "{question:?}");
}

#[test]
fn a_typed_model_is_unverified_until_it_answers() {
    let given = Answers {
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        identity: Some(IdentityMode::Isolated),
        probe: true,
        ..no_answers()
    };
    let path = [Denied, Say("us.anthropic.claude-x"), Made(9, &[])];
    let (mut wizard, steps) = walk(Wizard::new(knowledge(), Answers { probe: false, ..given.clone() }), &path);
    assert_eq!(steps.last().map(String::as_str), Some("Confirmation?"));
    assert!(asked(&wizard).notes[0].contains("us.anthropic.claude-x is unverified"));
    wizard.proven(Proofs::default().and(vec![proof("us.anthropic.claude-x", None)]));
    assert_eq!(asked(&wizard).notes, ["Every model to be pinned has answered within the last week."]);
    let (mut wizard, steps) = walk(Wizard::new(knowledge(), given), &path);
    assert_eq!(steps.last().map(String::as_str), Some("probe us.anthropic.claude-x"), "a flag is a consent");
    let silence = Probed { id: "us.anthropic.claude-x".into(), outcome: Outcome::TimedOut };
    let silence = Proof::of(&silence, &Asked::default(), jiff::Timestamp::UNIX_EPOCH);
    wizard.probed(vec!["us.anthropic.claude-x".into()], vec![silence]);
    replan(&mut wizard);
    assert_eq!(asked(&wizard).topic, Topic::Confirmation, "each is asked once by itself");
}

#[test]
fn regions_are_offered_nearest_first_with_what_they_have() {
    let Listing::Profiles(profiles) = listing(MODELS) else { panic!("a listing") };
    let reached = |region: &str, ms, listing: Result<_, CallError>| Answer {
        region: region.into(),
        outcome: Ok(Reached { latency: std::time::Duration::from_millis(ms), listing: Some(listing) }),
    };
    let answers = vec![
        reached("us-west-2", 40, Ok(profiles.clone())),
        reached("eu-west-1", 9, Ok(profiles)),
        Answer { region: "eu-south-2".into(), outcome: Err(Unreached::TimedOut) },
    ];
    let knowledge = Knowledge { regions: Regions::Wanted, ..knowledge() };
    let mut wizard = Wizard::new(knowledge, no_answers());
    wizard.answer(Topic::Profile, "work").expect("one of them");
    assert_eq!(step(&wizard), "survey for work");
    wizard.surveyed(Some(Survey::of("aws", Residency::Any, answers)));
    let question = asked(&wizard);
    assert_eq!((question.topic, question.style), (Topic::Region, Style::Type));
    let rows: Vec<(&str, &str)> =
        question.offers.iter().map(|offer| (offer.value.as_str(), offer.about.as_str())).collect();
    assert_eq!(
        rows,
        [("us-west-2", "40 ms; anywhere; opus 5.5, sonnet 5.5"), ("eu-west-1", "9 ms; anywhere; opus 5.5, sonnet 5.5")],
        "the profile's own first"
    );
    assert!(question.notes[0].contains("newest models for you is eu-west-1, 9 ms away"), "{:?}", question.notes);
    assert_eq!(question.notes[1], "One region could not be reached.");
    wizard.answer(Topic::Region, "eu-west-1").expect("a region");
    assert!(wizard.back() && wizard.back());
    wizard.answer(Topic::Profile, "old").expect("another");
    assert_eq!(step(&wizard), "survey for old", "another profile sees something else");
}

#[test]
fn a_region_elsewhere_than_requests_are_to_stay_is_no_suggestion() {
    let eu = InferenceProfile::routed("eu.anthropic.claude-opus-5-5", &["eu-west-1", "eu-north-1"]);
    let listing = Ok(vec![eu]);
    let answer = Answer {
        region: "eu-north-1".into(),
        outcome: Ok(Reached { latency: std::time::Duration::from_millis(7), listing: Some(listing) }),
    };
    let knowledge = Knowledge { regions: Regions::Wanted, ..knowledge() };
    let given = Answers { profile: Some("work".into()), residency: Some(Residency::Eu), ..no_answers() };
    let mut wizard = Wizard::new(knowledge, given);
    wizard.surveyed(Some(Survey::of("aws", Residency::Eu, vec![answer])));
    assert_eq!(offered(&wizard), ["eu-north-1"], "the profile's own is us-west-2");
    assert!(asked(&wizard).offers[0].about.starts_with("7 ms; eu; opus 5.5"), "{:?}", asked(&wizard).offers);
}

#[test]
fn a_model_on_its_way_out_says_so() {
    let life = Lifecycle {
        is_legacy: Some(true),
        legacy_at: None,
        extended_access_at: None,
        end_of_life_at: Some("2027-03-01T00:00:00Z".parse().expect("a time")),
    };
    let model = FoundationModel {
        id: MODELS[0].into(),
        arn: String::new(),
        name: "Claude Sonnet 5.5".into(),
        is_on_demand: false,
        lifecycle: life,
    };
    let given = Answers { profile: Some("work".into()), region: Some("us-west-2".into()), ..no_answers() };
    let mut wizard = Wizard::new(knowledge(), given);
    wizard.observed(listing(MODELS));
    wizard.told_of_models(vec![model]);
    let question = asked(&wizard);
    assert_ne!(question.offers[0].value, MODELS[0], "it is not recommended");
    let offer = question.offers.iter().find(|offer| offer.value == MODELS[0]).expect("offered");
    assert!(offer.about.ends_with("legacy, ends on 2027-03-01"), "{}", offer.about);
}
