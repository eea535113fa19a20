//! Which models are offered, recommended and pinned, out of those Bedrock lists.

use crate::aws::bedrock::InferenceProfile;
use crate::model;
use crate::vars;
use crate::wizard::Stuck;
use crate::wizard::foreign::Recognised;
use crate::wizard::knowledge::{Knowledge, Listing};
use crate::wizard::question::{Offer, Topic};

/// The Claude models that are listed, the recommended one first.
pub(super) fn offers(knowledge: &Knowledge, adopted: Option<&Recognised>, listing: &Listing) -> Vec<Offer> {
    let listed = listed(listing);
    let claude = listed.iter().filter(|profile| model::of_profile(profile).is_some());
    let mut offers: Vec<Offer> = Vec::new();
    for profile in recommended(knowledge, adopted, listed).into_iter().chain(claude) {
        if offers.iter().all(|offer| offer.value != profile.id) {
            offers.push(Offer { value: profile.id.clone(), about: profile.name.clone() });
        }
    }
    offers
}

fn listed(listing: &Listing) -> &[InferenceProfile] {
    match listing {
        Listing::Profiles(profiles) => profiles,
        Listing::Denied => &[],
    }
}

/// What was chosen before while it is still listed; else the newest Sonnet, the family between the dear and the small.
fn recommended<'a>(
    knowledge: &Knowledge,
    adopted: Option<&Recognised>,
    listed: &'a [InferenceProfile],
) -> Option<&'a InferenceProfile> {
    let theirs = adopted.and_then(Recognised::main_model);
    let mut earlier =
        [theirs, knowledge.configured_model.as_deref()].into_iter().flatten().map(model::without_context_suffix);
    earlier
        .find_map(|id| listed.iter().find(|profile| profile.id == id))
        .or_else(|| ["sonnet", "opus", "haiku", "fable"].iter().find_map(|family| model::newest(listed, family)))
}

/// A model that Bedrock does not list, told in the words of the user; ARNs are looked up one by one elsewhere.
pub(super) fn unlisted(listing: &Listing, model: &str, region: &str) -> Option<Stuck> {
    let Listing::Profiles(listed) = listing else { return None };
    let id = model::without_context_suffix(model);
    if id.starts_with("arn:") || listed.iter().any(|profile| profile.id == id) {
        return None;
    }
    let near: Vec<&str> = listed
        .iter()
        .filter(|profile| profile.id.contains(id) || profile.id.ends_with(id.rsplit('.').next().unwrap_or(id)))
        .map(|profile| profile.id.as_str())
        .take(4)
        .collect();
    let hint = match near.as_slice() {
        [] => "run `claude-bedrock setup` without `--model` to choose from those listed".to_owned(),
        near => format!("listed there: {}", near.join(", ")),
    };
    let message = format!("Bedrock lists no inference profile `{id}` in {region}");
    Some(Stuck { message, hint, mended_by: &[Topic::Model, Topic::Region] })
}

/// Each alias pinned to the newest listed of its family, and to the main model where a family is not there, so that
/// Claude Code never guesses an id. A pin of an adopted configuration stays while it is listed.
pub(super) fn pins(listing: &Listing, main: &str, adopted: Option<&Recognised>) -> Vec<(&'static str, String)> {
    let main_id = model::without_context_suffix(main);
    let main_family = model::Model::parse(main_id).map(|model| model.family);
    let is_listed = |id: &str| match listing {
        Listing::Profiles(listed) => {
            let id = model::without_context_suffix(id);
            id.starts_with("arn:") || listed.iter().any(|profile| profile.id == id)
        }
        Listing::Denied => true,
    };
    vars::FAMILY_PINS
        .iter()
        .map(|(family, name)| {
            let theirs = adopted.and_then(|recognised| recognised.pin(name)).filter(|id| is_listed(id));
            let newest = model::newest(listed(listing), family).map(|profile| profile.id.as_str());
            let is_mains = main_family.as_deref() == Some(family);
            let id = theirs.or(newest).filter(|_| !is_mains).unwrap_or(main);
            (*name, id.to_owned())
        })
        .collect()
}
