//! The models Claude Code would use, asked for one token each, or how they answered lately.

use std::time::Instant;

use jiff::SignedDuration;

use crate::aws::call;
use crate::aws::credentials::{self, Credentials};
use crate::aws::probe::{Probed, Prober};
use crate::checks::facts::{Facts, Look};
use crate::configuration::{Configuration, Identity};
use crate::gate::Asked;
use crate::model;
use crate::observe::{self, ONE_LOOK, principal};
use crate::private_file::StateFolder;
use crate::proof::{Proof, ProofKey, Proofs, Status};
use crate::world::World;

use super::Depth;

/// What is said of models that nobody asked.
const NOT_ASKED: &str = "without --probe no model is asked, for an answer costs a few tokens";

/// How long a refusal counts: what was refused may be opened by then. Answers count as long as they are kept.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The ids Claude Code would use: the main model and every family that is pinned.
#[must_use]
pub fn ids(configuration: &Configuration) -> Vec<String> {
    let pins = configuration.main_model.iter().chain(configuration.pins.iter().filter_map(|(_, pin)| pin.as_ref()));
    let mut ids: Vec<String> = pins.map(|found| found.value.clone()).filter(|id| model::is_bedrock_id(id)).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Whether asking them would tell something that is not known yet, with credentials that work.
#[must_use]
pub fn is_open(facts: &Facts) -> bool {
    facts.online.probes.skipped().is_some_and(|reason| reason == NOT_ASKED)
        && facts.online.identity.seen().is_some()
        && credentials(&facts.world, facts).is_some()
}

/// Asks them after all, with everything else as it was found.
pub fn ask(facts: &mut Facts) {
    let world = facts.world.with_more(facts.settings.environment());
    let Some((profile, credentials)) = credentials(&world, facts) else { return };
    let start = Instant::now();
    facts.online.probes = call::block_on(probe(&world, facts, &profile, &credentials, Depth::Probe));
    facts.online.timings.push(("one token of every model", start.elapsed()));
    keep(facts);
}

/// One token of every model, or what they answered lately.
pub(super) async fn probe(
    world: &World,
    facts: &Facts,
    profile: &str,
    credentials: &Credentials,
    depth: Depth,
) -> Look<Vec<Probed>, String> {
    let ids = ids(&facts.configuration);
    if ids.is_empty() {
        return Look::Skipped("no model is pinned".into());
    }
    if depth != Depth::Probe {
        return kept(facts, &ids).map_or_else(|| Look::Skipped(NOT_ASKED.into()), Look::Seen);
    }
    let prober = Prober::new(world, &facts.files, profile, &facts.configuration.region.value, credentials);
    Look::Seen(prober.ask_all(&ids).await)
}

/// Keeps what came of asking, for later looks and for `models`.
pub(super) fn keep(facts: &Facts) {
    let Look::Seen(probes) = &facts.online.probes else { return };
    let Some((state, key)) = StateFolder::of(&facts.world).zip(key(facts)) else { return };
    let listed: Option<Vec<String>> =
        facts.online.listing.seen().map(|listed| listed.iter().map(|profile| profile.id.clone()).collect());
    let asked =
        Asked { region: Some(&facts.configuration.region.value), listed: listed.as_deref(), ..Asked::default() };
    let proofs: Vec<Proof> = probes.iter().map(|probed| Proof::of(probed, &asked, facts.now)).collect();
    // What cannot be kept is asked again.
    let _ = Proofs::keep(&state, &key, &proofs, facts.now);
}

/// How they answered when they were last asked, when that is known of every one and still counts.
fn kept(facts: &Facts, ids: &[String]) -> Option<Vec<Probed>> {
    let proofs = Proofs::read(&StateFolder::of(&facts.world)?, &key(facts)?, facts.now);
    let counts = |proof: &&Proof| match proof.status {
        Status::Answered => true,
        Status::Stopped => facts.now.duration_since(proof.at) < REFUSED_FOR,
        Status::Throttled | Status::TimedOut | Status::Unreachable => false,
    };
    ids.iter().map(|id| proofs.of(&[id.as_str()]).filter(counts)?.probed()).collect()
}

/// Under which the proofs of whoever Claude Code is are kept.
fn key(facts: &Facts) -> Option<ProofKey> {
    let region = &facts.configuration.region.value;
    match (&facts.configuration.identity, &facts.configuration.profile) {
        (Identity::Keys(found), _) => Some(ProofKey::new(&found.value, region)),
        (Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient, Some(profile)) => {
            principal::proof_key(&facts.world, &facts.files, &profile.value, region)
        }
        _ => None,
    }
}

/// The credentials everything else was asked with, where having them again costs nothing.
fn credentials(world: &World, facts: &Facts) -> Option<(String, Credentials)> {
    match (&facts.configuration.identity, &facts.configuration.profile) {
        (Identity::Keys(found), _) => {
            Some(("default".to_owned(), observe::keys_in_variables(world, &facts.settings, &found.value)))
        }
        (Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient, Some(profile)) => {
            let found = credentials::resolve(world, &facts.files, &profile.value, ONE_LOOK).ok()?;
            Some((profile.value.clone(), found))
        }
        _ => None,
    }
}
