//! How models answered in earlier reports, and keeping it for later ones.

use crate::checks::facts::{Facts, Online};
use crate::gate::Asked;
use crate::model;
use crate::observe::principal;
use crate::private_file::StateFolder;
use crate::proof::{Proof, ProofKey, Proofs};
use crate::report::human::rough;
use crate::world::World;

use super::online::pins;

fn key(world: &World, facts: &Facts) -> Option<ProofKey> {
    let configuration = &facts.configuration;
    principal::key_of(world, &facts.files, configuration, &configuration.region.value)
}

/// What is remembered of the pinned models, as the rest of a sentence; nothing where nothing is.
pub(super) fn words(world: &World, facts: &Facts) -> String {
    let proofs = Proofs::of_key(world, key(world, facts).as_ref());
    let mut known: Vec<&Proof> = Vec::new();
    for pin in pins(facts) {
        known.extend(proofs.of_pin(pin).filter(|proof| !known.contains(proof)));
    }
    let Some(oldest) = known.iter().map(|proof| proof.at).min() else { return String::new() };
    let age = rough(world.now().duration_since(oldest));
    let stopped: Vec<String> = known
        .iter()
        .filter(|proof| !proof.is_usable())
        .map(|proof| format!("`{}` did not ({})", proof.id, proof.words()))
        .collect();
    match (stopped.as_slice(), known.len()) {
        ([], 1) => format!("; the pinned model that was asked {age} ago answered"),
        ([], number) => format!("; the {number} pinned models that were asked up to {age} ago answered"),
        (stopped, _) => format!("; when they were asked up to {age} ago, {}", stopped.join(", ")),
    }
}

/// Keeps how models answered in this report.
pub(super) fn keep(world: &World, facts: &Facts, online: &Online) {
    let Some(probes) = online.probes.seen() else { return };
    let Some((state, key)) = StateFolder::of(world).zip(key(world, facts)) else { return };
    let listed: Option<Vec<String>> =
        online.listing.seen().map(|listed| listed.iter().map(|profile| profile.id.clone()).collect());
    let now = world.now();
    let proofs: Vec<Proof> = probes
        .iter()
        .map(|probed| {
            let asked = Asked {
                model: Some(&probed.id),
                region: Some(&facts.configuration.region.value),
                listed: listed.as_deref(),
                daily_quota_is_zero: has_no_day(online, &probed.id),
            };
            Proof::of(probed, &asked, now)
        })
        .collect();
    // What cannot be kept is asked again.
    let _ = Proofs::keep(&state, &key, &proofs, now);
}

/// Whether the account has no daily tokens for a model, whose name the quotas end with: `Claude Opus 5.5`.
fn has_no_day(online: &Online, id: &str) -> Option<bool> {
    let id = model::without_context_suffix(id);
    let profile = online.listing.seen()?.iter().find(|profile| profile.id == id || profile.arn == id)?;
    let name = &profile.name[profile.name.find("Claude")?..];
    let quotas = online.quotas.seen()?;
    Some(quotas.iter().any(|quota| quota.value <= 0.0 && quota.is_daily_for(name)))
}
