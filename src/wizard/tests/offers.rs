//! What stands first, and what typed words leave of a list.

use super::*;

#[test]
fn the_recommended_profile_stands_first_and_only_a_clear_one_is_taken_unasked() {
    let first = |knowledge: Knowledge| {
        let Step::Ask(question) = Wizard::new(knowledge, no_answers()).next() else { panic!("a question") };
        (question.offers[0].value.clone(), question.has_recommendation)
    };
    assert_eq!(first(knowledge()), ("work".into(), false), "two could be meant");
    let configured = Knowledge { configured_profile: Some("old".into()), ..knowledge() };
    assert_eq!(first(configured), ("old".into(), true));
    let one_usable = Knowledge { profiles: vec![option("old", false, &[]), option("new", true, &[])], ..knowledge() };
    assert_eq!(first(one_usable), ("new".into(), true));
}

#[test]
fn typed_words_filter_by_name_and_description() {
    let Step::Ask(question) = Wizard::new(knowledge(), no_answers()).next() else { panic!("a question") };
    let matching = |words: &str| {
        question.matching(words).into_iter().map(|at| question.offers[at].value.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(matching("work"), ["work"]);
    assert_eq!(matching("NOT signed"), ["old"]);
    assert_eq!(matching("developer"), ["work", "o'neil", "old"]);
    assert_eq!(matching("nothing like it"), Vec::<&str>::new());
}
