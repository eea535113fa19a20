//! Pinnings over what accounts offer.

use super::*;
use crate::aws::bedrock::{InferenceProfile, Lifecycle};
use crate::offering::entries;

fn profile(id: &str, model: &str, regions: &[&str], is_application: bool) -> InferenceProfile {
    InferenceProfile {
        id: id.into(),
        arn: format!("arn:aws:bedrock:x:1:application-inference-profile/{id}"),
        name: format!("name of {id}"),
        is_application,
        model_arns: regions
            .iter()
            .map(|region| format!("arn:aws:bedrock:{region}::foundation-model/anthropic.claude-{model}"))
            .collect(),
    }
}

fn system(id: &str) -> InferenceProfile {
    let (prefix, model) = id.split_once(".anthropic.claude-").expect("a profile's id");
    let regions: &[&str] = match prefix {
        "jp" => &["ap-northeast-1", "ap-northeast-3"],
        "us" => &["us-east-1", "us-west-2"],
        "eu" => &["eu-west-1", "eu-central-1"],
        _ => &["us-west-2", ""],
    };
    profile(id, model, regions, false)
}

const WEST: [&str; 7] = [
    "us.anthropic.claude-opus-5-5",
    "us.anthropic.claude-sonnet-5-5",
    "us.anthropic.claude-sonnet-4-6",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "global.anthropic.claude-opus-5-5",
    "global.anthropic.claude-sonnet-5-5",
    "global.anthropic.claude-haiku-5-5",
];

fn all_of(ids: &[&str]) -> Vec<Entry> {
    entries(&ids.iter().map(|id| system(id)).collect::<Vec<_>>(), &[], false)
}

fn pinned(entries: &[Entry], residency: Option<Residency>, named: &[&str]) -> Vec<String> {
    let named: Vec<String> = named.iter().map(|id| (*id).to_owned()).collect();
    let wanted = Wanted { entries, residency, named: &named, current: &[], is_usable: &|_| true };
    let pinning = wanted.pinning().expect("a main model");
    std::iter::once(pinning.main).chain(pinning.aliases.into_iter().map(|(_, id)| id)).collect()
}

#[test]
fn every_alias_is_the_newest_that_stays_where_it_may_be() {
    let west = all_of(&WEST);
    assert_eq!(
        pinned(&west, Some(Residency::Us), &[]),
        [
            "us.anthropic.claude-sonnet-5-5",
            "us.anthropic.claude-opus-5-5",
            "us.anthropic.claude-sonnet-5-5",
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "us.anthropic.claude-sonnet-5-5",
        ]
    );
    let anywhere = pinned(&west, Some(Residency::Any), &[]);
    assert!(anywhere.iter().all(|id| id.starts_with("global.")), "{anywhere:?}");
    // Without a wish the newest counts, and of its ways the narrowest.
    assert_eq!(pinned(&west, None, &[])[3], "global.anthropic.claude-haiku-5-5");
    assert_eq!(pinned(&west, None, &[])[0], "us.anthropic.claude-sonnet-5-5");
}

#[test]
fn what_is_named_counts_for_its_family_and_the_first_is_the_main_model() {
    let west = all_of(&WEST);
    let pins =
        pinned(&west, Some(Residency::Us), &["us.anthropic.claude-opus-5-5[1m]", "us.anthropic.claude-sonnet-4-6"]);
    assert_eq!(pins[0], "us.anthropic.claude-opus-5-5[1m]");
    assert_eq!(pins[1], "us.anthropic.claude-opus-5-5[1m]");
    assert_eq!(pins[2], "us.anthropic.claude-sonnet-4-6");
}

#[test]
fn a_model_that_is_stopped_or_legacy_is_passed_over() {
    let mut west = all_of(&WEST);
    let stopped = |entry: &Entry| entry.id != "us.anthropic.claude-sonnet-5-5";
    let wanted =
        Wanted { entries: &west, residency: Some(Residency::Us), named: &[], current: &[], is_usable: &stopped };
    assert_eq!(wanted.pinning().expect("one").main, "us.anthropic.claude-sonnet-4-6");
    for entry in west.iter_mut().filter(|entry| entry.id.contains("sonnet-5-5")) {
        entry.lifecycle = Lifecycle { is_legacy: Some(true), ..Lifecycle::default() };
    }
    assert_eq!(pinned(&west, Some(Residency::Us), &[])[0], "us.anthropic.claude-sonnet-4-6");
}

#[test]
fn a_pin_that_still_holds_is_kept() {
    let west = all_of(&WEST);
    let current = [("sonnet", "us.anthropic.claude-sonnet-4-6".to_owned()), ("opus", "gone".to_owned())];
    let named = ["us.anthropic.claude-haiku-4-5-20251001-v1:0".to_owned()];
    let wanted = Wanted { entries: &west, residency: None, named: &named, current: &current, is_usable: &|_| true };
    let pinning = wanted.pinning().expect("one");
    assert_eq!(pinning.aliases[0].1, "us.anthropic.claude-opus-5-5");
    assert_eq!(pinning.aliases[1].1, "us.anthropic.claude-sonnet-4-6");
}

#[test]
fn claude_code_is_told_the_prefix_where_its_own_does_not_exist() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let tokyo = ids(&["jp.anthropic.claude-x", "global.anthropic.claude-x"]);
    assert_eq!(region_prefix("ap-northeast-1", &tokyo, "jp.anthropic.claude-x"), Some("jp"));
    assert_eq!(region_prefix("ap-northeast-1", &tokyo, "global.anthropic.claude-x[1m]"), Some("global"));
    let both = ids(&["apac.anthropic.claude-x", "jp.anthropic.claude-x"]);
    assert_eq!(region_prefix("ap-northeast-1", &both, "jp.anthropic.claude-x"), None);
    assert_eq!(region_prefix("us-west-2", &ids(&["us.anthropic.claude-x"]), "us.anthropic.claude-x"), None);
    assert_eq!(region_prefix("us-gov-west-1", &[], "us-gov.anthropic.claude-x"), None);
    assert_eq!(region_prefix("ap-south-1", &[], "arn:aws:bedrock:x"), None);
    // Not listed at all, as where listing is refused: the typed id is what is known.
    assert_eq!(region_prefix("ap-southeast-2", &[], "au.anthropic.claude-x"), Some("au"));
    assert_eq!(region_prefix("ap-southeast-2", &[], "xx.anthropic.claude-x"), None);
}

#[test]
fn an_application_profile_comes_with_its_name_its_capabilities_and_an_override() {
    let made = [profile("abc123", "opus-4-6-v1", &["us-west-2"], true), system("us.anthropic.claude-sonnet-5-5")];
    let entries = entries(&made, &[], false);
    let arn = made[0].arn.clone();
    let named = [arn.clone()];
    let wanted = Wanted { entries: &entries, residency: None, named: &named, current: &[], is_usable: &|_| true };
    let pinning = wanted.pinning().expect("one");
    assert_eq!(pinning.main, arn);
    let wishes = pinning.wishes(&entries, "us-west-2", &["us.anthropic.claude-sonnet-5-5".into()], &[]);
    let value = |key: &str| {
        let found = wishes.iter().find(|wish| wish.key.to_string() == key);
        found.and_then(|wish| wish.value.clone()).unwrap_or_default()
    };
    assert_eq!(value("env.ANTHROPIC_DEFAULT_OPUS_MODEL"), arn);
    assert_eq!(value("env.ANTHROPIC_DEFAULT_OPUS_MODEL_NAME"), "name of abc123");
    assert!(value("env.ANTHROPIC_DEFAULT_OPUS_MODEL_SUPPORTED_CAPABILITIES").contains("adaptive_thinking"));
    assert_eq!(value("modelOverrides.claude-opus-4-6"), arn);
    assert_eq!(value("env.ANTHROPIC_DEFAULT_SONNET_MODEL_NAME"), "");
}

#[test]
fn a_pin_judges_where_claude_codes_own_judge_is_not_there() {
    let ids = ["us.anthropic.claude-sonnet-5-5", "us.anthropic.claude-haiku-5-5", "us.anthropic.claude-opus-5-5"];
    let entries = all_of(&ids);
    let wanted = Wanted { entries: &entries, residency: None, named: &[], current: &[], is_usable: &|_| true };
    let pinning = wanted.pinning().expect("one");
    let judge = |listed: &[&str], rivals: &[Rival]| {
        let listed: Vec<String> = listed.iter().map(|id| (*id).to_owned()).collect();
        let wishes = pinning.companions(&entries, "us-west-2", &listed, rivals).into_iter();
        let mut found = wishes.filter(|wish| wish.key == Key::env(vars::AUTO_MODE_MODEL)).map(|wish| wish.value);
        let first = found.next();
        assert_eq!(found.next(), None, "one word on it");
        first
    };
    let rival = |value: &str, is_only_here| Rival { name: vars::AUTO_MODE_MODEL, value: value.into(), is_only_here };
    let haiku = Some(Some(ids[1].to_owned()));
    assert_eq!(judge(&ids, &[]), haiku);
    for cancelled in [rival("", true), rival("us.anthropic.claude-gone", false), rival(ids[1], true)] {
        assert_eq!(judge(&ids, &[cancelled]), haiku, "whatever was said before");
    }
    assert_eq!(judge(&ids, &[rival("opus", false)]), None, "a choice of the user's own");
    let with_its_own = [&ids[..], &["us.anthropic.claude-sonnet-5"]].concat();
    assert_eq!(judge(&with_its_own, &[]), None);
    assert_eq!(judge(&with_its_own, &[rival("us.anthropic.claude-gone", false)]), Some(Some(String::new())));
    assert_eq!(judge(&[], &[]), None, "where nobody may look, nobody knows");
}

#[test]
fn residencies_are_those_on_offer() {
    let found = |ids: &[&str]| residencies(&all_of(ids)).into_iter().map(|(one, _)| one).collect::<Vec<_>>();
    assert_eq!(found(&WEST), [Residency::Us, Residency::Any]);
    assert_eq!(
        found(&["jp.anthropic.claude-opus-5", "global.anthropic.claude-opus-5"]),
        [Residency::Jp, Residency::Any]
    );
    assert_eq!(found(&["eu.anthropic.claude-opus-5"]), [Residency::Eu]);
    let west = all_of(&WEST);
    let kept = |pinned: &[(&str, &str)]| {
        let pinned: Vec<(&str, String)> = pinned.iter().map(|(role, id)| (*role, (*id).to_owned())).collect();
        kept_residency(&west, &pinned)
    };
    let (opus, anywhere) = ("us.anthropic.claude-opus-5-5[1m]", "global.anthropic.claude-opus-5-5");
    assert_eq!(kept(&[("opus", anywhere), ("main", opus)]), Some(Residency::Us));
    assert_eq!(kept(&[("main", anywhere), ("opus", opus)]), Some(Residency::Any));
    assert_eq!(kept(&[("main", "elsewhere"), ("haiku", anywhere), ("opus", opus)]), Some(Residency::Us));
    assert_eq!(kept(&[("main", "elsewhere"), ("opus", anywhere)]), None, "an alias is no word that anything goes");
}

#[test]
fn anthropics_own_names_are_what_is_left_of_awss() {
    let cases = [
        ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        ("anthropic.claude-opus-5-5", "claude-opus-5-5"),
    ];
    for (id, name) in cases {
        assert_eq!(anthropic_name(id), name);
    }
}

#[test]
fn what_is_not_pinned_is_named_as_claude_code_names_it() {
    let listed = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| (*id).to_owned()).collect() };
    let model = "anthropic.claude-opus-5-5";
    let both = listed(&["global.anthropic.claude-opus-5-5", "us.anthropic.claude-opus-5-5"]);
    assert_eq!(unpinned_id("us-west-2", None, &both, model), "us.anthropic.claude-opus-5-5");
    assert_eq!(unpinned_id("us-west-2", Some("global"), &both, model), "global.anthropic.claude-opus-5-5");
    // Where the preferred prefix is not listed, the first one of the model is taken, whichever it is.
    let japan = listed(&["jp.anthropic.claude-sonnet-5-5", "jp.anthropic.claude-opus-5-5"]);
    assert_eq!(unpinned_id("ap-northeast-1", None, &japan, model), "jp.anthropic.claude-opus-5-5");
    assert_eq!(unpinned_id("ap-northeast-1", None, &[], model), "apac.anthropic.claude-opus-5-5");
    assert_eq!(unpinned_id("sa-east-1", Some("nonsense"), &[], model), "global.anthropic.claude-opus-5-5");
}
