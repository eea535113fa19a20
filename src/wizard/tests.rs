//! Every path through the questions, answered by keys as a person would press them.

mod adoption;
mod choices;
mod closing;
mod offers;

use super::*;
use crate::aws::bedrock::InferenceProfile;

/// What somebody does next: answers, goes back, or the world answers in between.
#[derive(Debug, Clone, Copy)]
enum Do {
    Say(&'static str),
    Back,
    /// AWS lists these ids.
    Listed(&'static [&'static str]),
    Denied,
    /// A plan with so many changes and these kept values, `!` for one that is required.
    Planned(usize, &'static [&'static str]),
    /// The file was changed behind our back.
    PlanAnew,
}

use Do::{Back, Denied, Listed, PlanAnew, Planned as Made, Say};

const MODELS: &[&str] =
    &["us.anthropic.claude-sonnet-5-5", "us.anthropic.claude-opus-5-5", "us.anthropic.claude-sonnet-4-6"];

fn option(name: &str, usable: bool, regions: &[&str]) -> ProfileOption {
    ProfileOption {
        name: name.into(),
        description: format!("SSO, Developer in 1111, {}", if usable { "signed in" } else { "not signed in" }),
        usable,
        found_by_claude_code: !name.contains('\''),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
    }
}

fn knowledge() -> Knowledge {
    Knowledge {
        profiles: vec![option("old", false, &[]), option("work", true, &["us-west-2"]), option("o'neil", true, &[])],
        looked_in: "`~/.aws/config` and `~/.aws/credentials`".into(),
        ..Knowledge::default()
    }
}

fn no_answers() -> Answers {
    Answers {
        adopt: None,
        profile: None,
        region: None,
        residency: None,
        model: None,
        identity: None,
        replace: None,
        confirmed: None,
        scope: SetupScope::User,
        own: OwnHelpers::default(),
        more: More::default(),
        probe: false,
    }
}

fn listing(ids: &[&str]) -> Listing {
    let profile = |id: &&str| InferenceProfile {
        id: (*id).to_owned(),
        arn: String::new(),
        name: format!("name of {id}"),
        is_application: false,
        model_arns: Vec::new(),
    };
    Listing::Profiles(ids.iter().map(profile).collect())
}

/// What the next step is, in a word or two.
fn step(wizard: &Wizard) -> String {
    match wizard.next() {
        Step::Ask(question) => format!("{:?}?", question.topic),
        Step::Observe { profile, region } => format!("observe {profile} in {region}"),
        Step::Survey { profile } => format!("survey for {profile}"),
        Step::Probe(_, ids) => format!("probe {}", ids.join(", ")),
        Step::Plan(choice, consent) => format!("plan {:?}, replace {}", choice.identity, consent.replace),
        Step::Done(choice, _) => format!("done {} {} {}", choice.profile, choice.region, choice.model),
        Step::Declined => "declined".into(),
        Step::Stuck(stuck) => format!("stuck: {}", stuck.message),
    }
}

/// Does everything in turn and gives the steps met, from the first on.
fn walk(mut wizard: Wizard, path: &[Do]) -> (Wizard, Vec<String>) {
    let mut steps = vec![step(&wizard)];
    for action in path {
        match action {
            Say(answer) => {
                let Step::Ask(question) = wizard.next() else { panic!("{action:?} where nothing is asked: {steps:?}") };
                wizard.answer(question.topic, answer).expect("an answer");
            }
            Back => assert!(wizard.back(), "there is something to go back to: {steps:?}"),
            Listed(ids) => wizard.observed(listing(ids)),
            Denied => wizard.observed(Listing::Denied),
            Made(changes, kept) => {
                let kept = kept.iter().map(|line| KeptValue {
                    model: None,
                    line: line.trim_start_matches('!').into(),
                    required: line.starts_with('!'),
                });
                wizard.planned(Planned { changes: *changes, kept: kept.collect() });
            }
            PlanAnew => wizard.plan_anew(),
        }
        steps.push(step(&wizard));
    }
    (wizard, steps)
}

#[track_caller]
fn assert_path(knowledge: Knowledge, given: Answers, path: &[Do], expected: &[&str]) {
    let (_, steps) = walk(Wizard::new(knowledge, given), path);
    assert_eq!(steps, expected);
}

#[test]
fn the_straight_path() {
    assert_path(
        knowledge(),
        no_answers(),
        &[Say("work"), Say("us-west-2"), Listed(MODELS), Say(MODELS[0]), Say("isolated"), Made(9, &[]), Say("yes")],
        &[
            "Profile?",
            "Region?",
            "observe work in us-west-2",
            "Model?",
            "Identity?",
            "plan Isolated, replace false",
            "Confirmation?",
            "done work us-west-2 us.anthropic.claude-sonnet-5-5",
        ],
    );
}

#[test]
fn flags_answer_the_same_questions() {
    let given = Answers {
        profile: Some("work".into()),
        region: Some("eu-west-1".into()),
        model: Some(MODELS[1].into()),
        identity: Some(IdentityMode::Shared),
        confirmed: Some(true),
        ..no_answers()
    };
    assert_path(
        knowledge(),
        given,
        &[Listed(MODELS), Made(9, &[])],
        &[
            "observe work in eu-west-1",
            "plan Shared, replace false",
            "done work eu-west-1 us.anthropic.claude-opus-5-5",
        ],
    );
}

#[test]
fn a_project_is_not_asked_for_an_identity() {
    assert_path(
        knowledge(),
        Answers { scope: SetupScope::Project, profile: Some("o'neil".into()), ..no_answers() },
        &[Say("us-east-1"), Listed(MODELS), Say(MODELS[0])],
        &["Region?", "observe o'neil in us-east-1", "Model?", "plan Shared, replace false"],
    );
}

#[test]
fn nothing_to_change_is_not_confirmed() {
    let given = Answers { profile: Some("work".into()), identity: Some(IdentityMode::Isolated), ..no_answers() };
    assert_path(
        knowledge(),
        given,
        &[Say("us-west-2"), Listed(MODELS), Say(MODELS[0]), Made(0, &[])],
        &[
            "Region?",
            "observe work in us-west-2",
            "Model?",
            "plan Isolated, replace false",
            "done work us-west-2 us.anthropic.claude-sonnet-5-5",
        ],
    );
}

#[test]
fn a_no_ends_it() {
    let given = Answers { profile: Some("work".into()), identity: Some(IdentityMode::Isolated), ..no_answers() };
    let path = [Say("us-west-2"), Listed(MODELS), Say(MODELS[0]), Made(2, &[]), Say("no")];
    let (_, steps) = walk(Wizard::new(knowledge(), given), &path);
    assert_eq!(steps.last().map(String::as_str), Some("declined"));
}

/// The path to the last question, with every question asked on it.
const TO_THE_END: [Do; 6] =
    [Say("work"), Say("us-west-2"), Listed(MODELS), Say(MODELS[1]), Say("shared"), Made(3, &[])];

#[test]
fn back_leads_through_every_question_to_the_first_and_no_further() {
    let (mut wizard, _) = walk(Wizard::new(knowledge(), no_answers()), &TO_THE_END);
    let mut met = Vec::new();
    while wizard.back() {
        met.push(step(&wizard));
    }
    // The listing belongs to the profile and region, so it is asked for anew once one of them is.
    assert_eq!(met, ["Identity?", "Model?", "Region?", "Profile?"]);
    assert_eq!(step(&wizard), "Profile?");
}

#[test]
fn an_answer_given_before_lies_at_hand_again() {
    let (mut wizard, _) = walk(Wizard::new(knowledge(), no_answers()), &TO_THE_END);
    for (topic, value) in [(Topic::Identity, "shared"), (Topic::Model, MODELS[1]), (Topic::Region, "us-west-2")] {
        assert!(wizard.back());
        let Step::Ask(question) = wizard.next() else { panic!("a question") };
        assert_eq!((question.topic, question.offers[question.start].value.as_str()), (topic, value));
    }
    wizard.answer(Topic::Region, "ap-south-1").expect("a region");
    wizard.back();
    let Step::Ask(question) = wizard.next() else { panic!("a question") };
    assert_eq!(question.offers[question.start].value, "ap-south-1", "a typed one too");
}

#[test]
fn another_profile_or_region_asks_aws_again_and_another_identity_does_not() {
    let path: Vec<Do> = TO_THE_END.into_iter().chain([Back, Say("isolated"), Made(9, &[]), Back, Back, Back]).collect();
    let (wizard, steps) = walk(Wizard::new(knowledge(), no_answers()), &path);
    assert_eq!(
        &steps[6..],
        &[
            "Confirmation?",
            "Identity?",
            "plan Isolated, replace false",
            "Confirmation?",
            "Identity?",
            "Model?",
            "Region?"
        ]
    );
    let (_, steps) = walk(wizard, &[Say("eu-west-1")]);
    assert_eq!(steps[1], "observe work in eu-west-1");
}

#[test]
fn a_failure_leads_back_to_the_question_that_can_mend_it() {
    let (mut wizard, _) = walk(Wizard::new(knowledge(), no_answers()), &[Say("old"), Say("us-west-2")]);
    assert!(wizard.back_to(&[Topic::Profile]));
    assert_eq!(step(&wizard), "Profile?");
    let given = Answers { profile: Some("old".into()), region: Some("us-west-2".into()), ..no_answers() };
    let mut by_flags = Wizard::new(knowledge(), given);
    assert!(!by_flags.back_to(&[Topic::Profile]), "a flag is no question");
    assert_eq!(step(&by_flags), "observe old in us-west-2");
}

#[test]
fn a_region_that_is_none_is_asked_again() {
    let (mut wizard, _) = walk(Wizard::new(knowledge(), no_answers()), &[Say("work")]);
    for text in ["oregon", "", "us west-2", "us--2"] {
        assert!(wizard.answer(Topic::Region, text).is_err(), "{text}");
        assert_eq!(step(&wizard), "Region?");
    }
    wizard.answer(Topic::Region, " eu-west-1 ").expect("blanks do not matter");
    assert_eq!(step(&wizard), "observe work in eu-west-1");
}

#[test]
fn empty_lists_are_explained() {
    let nobody = Knowledge { profiles: Vec::new(), ..knowledge() };
    let expected = "stuck: there is no AWS profile on this machine: `~/.aws/config` and `~/.aws/credentials` hold none";
    assert_path(nobody, no_answers(), &[], &[expected]);

    let (wizard, steps) =
        walk(Wizard::new(knowledge(), no_answers()), &[Say("work"), Say("me-central-1"), Listed(&[])]);
    assert_eq!(steps[3], "stuck: Bedrock lists no Claude inference profile in me-central-1");
    let Step::Stuck(stuck) = wizard.next() else { panic!("stuck") };
    assert_eq!(stuck.mended_by, [Topic::Region, Topic::Profile]);

    let (wizard, _) = walk(Wizard::new(knowledge(), no_answers()), &[Say("work"), Say("us-west-2"), Denied]);
    let Step::Ask(question) = wizard.next() else { panic!("a question") };
    assert_eq!((question.style, question.has_recommendation), (Style::Type, false));
    assert!(question.notes[0].contains("may not list inference profiles"), "{:?}", question.notes);

    let signed_out = Knowledge { profiles: vec![option("old", false, &[])], ..knowledge() };
    let Step::Ask(question) = Wizard::new(signed_out, no_answers()).next() else { panic!("a question") };
    assert_eq!(question.notes, ["No profile is signed in at the moment."]);
}

#[test]
fn a_denied_listing_takes_a_typed_model_for_every_alias() {
    let path = [Say("work"), Say("us-west-2"), Denied, Say("us.anthropic.claude-x"), Say("isolated")];
    let (wizard, _) = walk(Wizard::new(knowledge(), no_answers()), &path);
    let Step::Plan(choice, _) = wizard.next() else { panic!("a plan") };
    assert!(choice.pins.iter().all(|(_, id)| id == "us.anthropic.claude-x"), "{:?}", choice.pins);
}

#[test]
fn a_model_that_is_not_listed_leads_back_to_the_model() {
    let given = Answers { profile: Some("work".into()), model: Some("claude-sonnet-4-6".into()), ..no_answers() };
    let (wizard, steps) = walk(Wizard::new(knowledge(), given), &[Say("us-west-2"), Listed(MODELS)]);
    assert_eq!(steps[2], "stuck: Bedrock lists no inference profile `claude-sonnet-4-6` in us-west-2");
    let Step::Stuck(stuck) = wizard.next() else { panic!("stuck") };
    assert_eq!(stuck.hint, "listed there: us.anthropic.claude-sonnet-4-6");
}

#[test]
fn a_profile_claude_code_does_not_find_cannot_be_shared() {
    let path = [Say("o'neil"), Say("us-west-2"), Listed(MODELS), Say(MODELS[0]), Say("shared")];
    let (mut wizard, steps) = walk(Wizard::new(knowledge(), no_answers()), &path);
    assert!(steps[5].contains("does not find the profile `o'neil` by itself"), "{steps:?}");
    assert!(wizard.back_to(&[Topic::Identity, Topic::Profile]));
    assert_eq!(step(&wizard), "Identity?");
}

#[test]
fn values_of_others_are_kept_or_replaced() {
    let given = || Answers {
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    };
    let upto = [Listed(MODELS), Say(MODELS[0]), Made(8, &["env.ANTHROPIC_MODEL: \"mine\""])];
    let path = |more: &[Do]| upto.iter().chain(more).copied().collect::<Vec<Do>>();
    let last = |more: &[Do]| walk(Wizard::new(knowledge(), given()), &path(more)).1.split_off(3);
    assert_eq!(last(&[Say("keep")]), ["Conflict?", "Confirmation?"]);
    assert_eq!(
        last(&[Say("replace"), Made(9, &[]), Say("yes")]),
        [
            "Conflict?",
            "plan Isolated, replace true",
            "Confirmation?",
            "done work us-west-2 us.anthropic.claude-sonnet-5-5"
        ]
    );
    // Back from the confirmation to the conflict, and its other answer; the plan is made anew for it.
    assert_eq!(
        last(&[Say("replace"), Made(9, &[]), Back, Made(8, &["x"]), Say("keep")]),
        [
            "Conflict?",
            "plan Isolated, replace true",
            "Confirmation?",
            "plan Isolated, replace false",
            "Conflict?",
            "Confirmation?"
        ]
    );
}

#[test]
fn a_required_value_cannot_be_kept() {
    let given = || Answers {
        profile: Some("work".into()),
        region: Some("us-west-2".into()),
        model: Some(MODELS[0].into()),
        identity: Some(IdentityMode::Isolated),
        ..no_answers()
    };
    let kept: &[&str] = &["!env.AWS_REGION: \"eu-west-1\"", "env.ANTHROPIC_MODEL: \"mine\""];
    let (mut wizard, steps) = walk(Wizard::new(knowledge(), given()), &[Listed(MODELS), Made(7, kept), Say("keep")]);
    assert_eq!(
        steps[3],
        "stuck: with these values kept, Claude Code could not work as chosen; nothing was written:\nenv.AWS_REGION: \"eu-west-1\""
    );
    assert!(wizard.back_to(&[Topic::Conflict]));
    // Without a person it is the end, told the same way.
    let unasked = Answers { adopt: Some(false), replace: Some(false), confirmed: Some(true), ..given() };
    let (wizard, steps) = walk(Wizard::new(knowledge(), unasked), &[Listed(MODELS), Made(7, kept)]);
    assert!(steps[2].starts_with("stuck: with these values kept"), "{steps:?}");
    assert!(!wizard.clone().back_to(&[Topic::Conflict]));
}

#[test]
fn a_file_that_was_changed_meanwhile_is_shown_again() {
    let path: Vec<Do> = TO_THE_END.into_iter().chain([Say("yes"), PlanAnew, Made(4, &[])]).collect();
    let (_, steps) = walk(Wizard::new(knowledge(), no_answers()), &path);
    assert_eq!(
        &steps[6..],
        &[
            "Confirmation?",
            "done work us-west-2 us.anthropic.claude-opus-5-5",
            "plan Shared, replace false",
            "Confirmation?"
        ]
    );
}
