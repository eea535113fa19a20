//! The models Claude Code would use, asked for one token each, or how they answered lately.

use std::time::Instant;

use jiff::SignedDuration;

use crate::aws::authority::Authority;
use crate::aws::bedrock::InferenceProfile;
use crate::aws::call;
use crate::aws::credentials;
use crate::aws::endpoint;
use crate::aws::probe::{Probed, Prober};
use crate::checks::facts::{Facts, Look};
use crate::claude_code::Version;
use crate::claude_code::defaults::Defaults;
use crate::configuration::{Configuration, Identity, Provider};
use crate::gate::Asked;
use crate::model;
use crate::observe::{self, ONE_LOOK, principal};
use crate::pins;
use crate::private_file::StateFolder;
use crate::proof::{Proof, ProofKey, Proofs, Status};
use crate::settings::scope::Found;
use crate::vars;
use crate::world::World;

use super::Depth;
use super::online::PATIENCE;

/// What is said of models that nobody asked.
const NOT_ASKED: &str = "without --probe no model is asked, for an answer costs a few tokens";

/// How long a refusal counts: what was refused may be opened by then. Answers count as long as they are kept.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The families Claude Code uses by itself: for turns, for subagents and in the background.
const IN_USE: [&str; 3] = ["opus", "sonnet", "haiku"];

/// The models Claude Code would use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Those that are pinned, by their ids.
    pub ids: Vec<String>,
    /// The families for which it takes a model of its own.
    pub unpinned: Vec<&'static str>,
}

impl InUse {
    /// What the configuration tells.
    #[must_use]
    pub fn of(configuration: &Configuration) -> Self {
        let pins = configuration.pins.iter().filter_map(|(_, pin)| pin.as_ref());
        let named = configuration.main_model.iter().chain(pins).chain(&configuration.background_model);
        let ids = named.map(|found: &Found| found.value.clone());
        let mut ids: Vec<String> = ids.filter(|id| model::is_bedrock_id(id)).collect();
        ids.sort();
        ids.dedup();
        let is_pinned = |family: &&str| configuration.pins.iter().any(|(known, pin)| known == family && pin.is_some());
        Self { ids, unpinned: IN_USE.into_iter().filter(|family| !is_pinned(family)).collect() }
    }

    /// How many there are at most.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ids.len() + self.unpinned.len()
    }
}

/// Whether asking them would tell something that is not known yet, with credentials that work.
#[must_use]
pub fn is_open(facts: &Facts) -> bool {
    // STS does not know the holders of API keys.
    let is_known =
        facts.online.identity.seen().is_some() || matches!(facts.configuration.identity, Identity::ApiKey(_));
    facts.online.probes.skipped().is_some_and(|reason| reason == NOT_ASKED)
        && is_known
        && authority(&facts.world, facts).is_some()
}

/// Whether files leave it open that some model can be asked: there is one, and somebody who might ask it.
#[must_use]
pub fn may_be(facts: &Facts) -> bool {
    let who = match &facts.configuration.identity {
        Identity::Unsigned(_) => false,
        Identity::ApiKey(_) | Identity::Export(_) | Identity::Keys(_) => true,
        Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient => matches!(facts.readiness, Some(Ok(()))),
    };
    who && facts.is_bedrock() && InUse::of(&facts.configuration).count() > 0
}

/// Asks them after all, with everything else as it was found.
pub fn ask(facts: &mut Facts) {
    let world = facts.world.with_more(facts.settings.environment()).with_patience(PATIENCE);
    let Some((profile, authority)) = authority(&world, facts) else { return };
    let start = Instant::now();
    let asking = Asking { world: &world, facts, who: (&profile, &authority), depth: Depth::Probe };
    let (probes, unasked) = call::block_on(async {
        let probes = asking.pinned().await;
        let listed = facts.online.listing.seen().map(Vec::as_slice);
        asking.with_unpinned(probes, listed, &|| None).await
    });
    (facts.online.probes, facts.online.unasked) = (probes, unasked);
    facts.online.timings.push(("one token of every model", start.elapsed()));
    keep(facts);
}

/// Who asks, and how far that may go.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) world: &'a World,
    pub(super) facts: &'a Facts,
    /// The profile whose endpoint settings count, and what requests are made with.
    pub(super) who: (&'a str, &'a Authority),
    pub(super) depth: Depth,
}

/// What models answered, or why they were not asked.
type Answers = Look<Vec<Probed>, String>;

impl Asking<'_> {
    /// One token of every model that is pinned, or what they answered lately.
    pub(super) async fn pinned(self) -> Answers {
        self.these(InUse::of(&self.facts.configuration).ids).await
    }

    /// The same with those that Claude Code takes where nothing is pinned, once it is known what is listed; and why
    /// not all of them were asked.
    pub(super) async fn with_unpinned(
        self,
        pinned: Answers,
        listed: Option<&[InferenceProfile]>,
        installed: &dyn Fn() -> Option<Version>,
    ) -> (Answers, Option<String>) {
        let families = InUse::of(&self.facts.configuration).unpinned;
        let Look::Seen(mut answers) = pinned else { return (pinned, None) };
        if families.is_empty() {
            return (Look::Seen(answers), None);
        }
        let version = self.facts.version().or_else(installed);
        let ids = match unpinned(self.facts, &families, version, listed) {
            Ok(ids) => ids.into_iter().filter(|id| answers.iter().all(|known| known.id != *id)).collect(),
            Err(reason) => return (Look::Seen(answers), Some(reason)),
        };
        match self.these(ids).await {
            Look::Seen(more) => {
                answers.extend(more);
                (Look::Seen(answers), None)
            }
            other => (other, None),
        }
    }

    async fn these(self, ids: Vec<String>) -> Answers {
        let Self { world, facts, who: (profile, authority), depth } = self;
        if depth != Depth::Probe {
            return kept(facts, &ids).map_or_else(|| Look::Skipped(NOT_ASKED.into()), Look::Seen);
        }
        if ids.is_empty() {
            return Look::Seen(Vec::new());
        }
        let there = ids.iter().filter(|id| facts.configuration.goes_to_mantle(id)).cloned().collect();
        let region = &facts.configuration.region.value;
        let prober = Prober::by(world, &facts.files, profile, region, authority).by_mantle(there);
        Look::Seen(prober.ask_all(&ids).await)
    }
}

/// The ids Claude Code takes for families that nobody pins, or why that is not known.
fn unpinned(
    facts: &Facts,
    families: &[&str],
    version: Option<Version>,
    listed: Option<&[InferenceProfile]>,
) -> Result<Vec<String>, String> {
    let on_mantle = facts.configuration.provider == Provider::Mantle;
    let unknown = |of: &str| Err(format!("no model is pinned for {}, and what {of}", families.join(", ")));
    let Some(version) = version else { return unknown("Claude Code takes depends on its version, which is unknown") };
    let Some(defaults) = Defaults::of(version) else {
        return unknown(&format!("Claude Code {version} takes for them is not known here"));
    };
    let listed: Vec<String> = listed.unwrap_or_default().iter().map(|profile| profile.id.clone()).collect();
    let preferred = facts.variable(vars::BEDROCK_REGION_PREFIX).map(|found| found.value);
    let overrides = facts.model_overrides();
    let models = families.iter().filter_map(|family| defaults.model(family, on_mantle));
    let region = &facts.configuration.region.value;
    let mut ids: Vec<String> = models
        .map(|model| {
            let overridden = overrides.iter().find(|(name, _)| name == pins::anthropic_name(model));
            match overridden {
                Some((_, id)) => id.clone(),
                None if on_mantle => model.to_owned(),
                None => pins::unpinned_id(region, preferred.as_deref(), &listed, model),
            }
        })
        .collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
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
    // Nobody was asked anything where there is nobody to ask.
    let all: Option<Vec<Probed>> = ids.iter().map(|id| proofs.of(&[id.as_str()]).filter(counts)?.probed()).collect();
    all.filter(|_| !proofs.all().is_empty())
}

/// Under which the proofs of whoever Claude Code is are kept. What a model answers on Mantle says nothing of it
/// elsewhere.
fn key(facts: &Facts) -> Option<ProofKey> {
    let region = match facts.configuration.provider {
        Provider::Mantle => format!("mantle in {}", facts.configuration.region.value),
        _ => facts.configuration.region.value.clone(),
    };
    principal::key_of(&facts.world, &facts.files, &facts.configuration, &region)
}

/// What everything else was asked with, where having it again costs nothing.
fn authority(world: &World, facts: &Facts) -> Option<(String, Authority)> {
    match (&facts.configuration.identity, &facts.configuration.profile) {
        (Identity::Keys(found), _) => {
            let keys = observe::keys_in_variables(world, &facts.settings, &found.value);
            Some(("default".to_owned(), Authority::Keys(keys)))
        }
        (Identity::ApiKey(found), _) => {
            let is_led_away = endpoint::led_away(world, &facts.files.profiles).is_some();
            (!is_led_away).then(|| ("default".to_owned(), Authority::ApiKey(found.value.clone().into())))
        }
        (Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient, Some(profile)) => {
            let found = credentials::resolve(world, &facts.files, &profile.value, ONE_LOOK).ok()?;
            Some((profile.value.clone(), Authority::Keys(found)))
        }
        _ => None,
    }
}
