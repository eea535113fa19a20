//! Asks Bedrock which models there are for a principal in a region, and the models themselves whether they answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time;

use crate::aws::bedrock::{Availability, Bedrock, FoundationModel, InferenceProfile, Lifecycle};
use crate::aws::call::{self, CallError};
use crate::aws::files::AwsFiles;
use crate::aws::probe::{Outcome, Prober};
use crate::aws::quotas::{self, Quota};
use crate::gate::Asked;
use crate::model;
use crate::observe::principal::Asker;
use crate::offering::{self, Entry};
use crate::pins;
use crate::private_file::StateFolder;
use crate::proof::{Proof, Proofs};
use crate::regions::Residency;
use crate::world::World;

/// How many single look-ups run at once.
const AT_ONCE: usize = 16;

/// How long all of them together may take; what has not come by then is not told.
const DEADLINE: Duration = Duration::from_secs(6);

/// What is asked beyond the inference profiles and their models' lives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extent {
    /// Also the models that no inference profile leads to.
    pub bare_models: bool,
    /// Also what the account's papers say of each model.
    pub papers: bool,
}

/// What there is, and what could not be learnt.
#[derive(Debug, Clone, Default)]
pub struct Offering {
    /// The ways to Claude models, newest generation first.
    pub entries: Vec<Entry>,
    /// The ids of AWS's own profiles in the order AWS lists them, which Claude Code goes by.
    pub listed: Vec<String>,
    /// Whether inference profiles could be listed.
    pub is_listed: bool,
    /// Whether Anthropic's use-case form was handed in for the account; `None` where that was not asked, or not shown.
    pub form_is_filed: Option<bool>,
    /// What was refused or did not answer, in a sentence each.
    pub missing: Vec<String>,
}

/// Lists what there is. What a principal may not see is said, and the rest is given. The `known` ids, pinned or typed, are
/// looked up one by one where listing is refused, and ARNs that are not listed in any case: they may be another account's.
///
/// # Errors
/// When nothing at all could be learnt for another reason than a refusal.
pub fn offering(
    world: &World,
    files: &AwsFiles,
    who: &Asker,
    known: &[String],
    extent: Extent,
) -> Result<Offering, CallError> {
    let bedrock = Arc::new(Bedrock::by(world, files, &who.profile, &who.region, &who.authority));
    call::block_on(async {
        let (profiles, models) = tokio::join!(bedrock.every_inference_profile(), bedrock.foundation_models());
        let mut offering = Offering { is_listed: profiles.is_ok(), ..Offering::default() };
        let profiles = match profiles {
            Ok(mut profiles) => {
                let is_listed = |id: &str| profiles.iter().any(|profile| profile.arn == id);
                let arns = known.iter().filter(|id| id.starts_with("arn:"));
                let unlisted: Vec<String> =
                    arns.filter(|id| !is_listed(model::without_context_suffix(id))).cloned().collect();
                profiles.extend(looked_up(&bedrock, &unlisted).await);
                profiles
            }
            Err(error) if error.is_denied() || models.is_ok() => {
                offering.missing.push(format!("inference profiles are not listed: {error}"));
                looked_up(&bedrock, known).await
            }
            Err(error) => return Err(error),
        };
        let mut models = models.unwrap_or_else(|error| {
            offering.missing.push(format!("models are not listed, so nothing is known of their life: {error}"));
            Vec::new()
        });
        let system = profiles.iter().filter(|profile| !profile.is_application);
        offering.listed = system.map(|profile| profile.id.clone()).collect();
        let has_bare_models = extent.bare_models || !offering.is_listed;
        let wanted =
            if extent.papers { model_ids(&offering::entries(&profiles, &models, has_bare_models)) } else { Vec::new() };
        let ((), papers, form_is_filed) =
            tokio::join!(complete(&bedrock, &mut models), papers(&bedrock, wanted), form(&bedrock, extent.papers));
        offering.form_is_filed = form_is_filed;
        offering.entries = offering::entries(&profiles, &models, has_bare_models);
        for entry in &mut offering.entries {
            entry.papers = papers.iter().find(|(model, _)| *model == entry.model_id).map(|(_, papers)| *papers);
        }
        Ok(offering)
    })
}

/// Looks up single profiles by id or ARN; those that cannot be had are left out.
async fn looked_up(bedrock: &Arc<Bedrock>, ids: &[String]) -> Vec<InferenceProfile> {
    let mut ids: Vec<String> = ids.iter().map(|id| model::without_context_suffix(id).to_owned()).collect();
    ids.sort();
    ids.dedup();
    each(ids, |id| {
        let bedrock = Arc::clone(bedrock);
        async move { bedrock.inference_profile(&id).await.ok() }
    })
    .await
}

/// Where pins keep requests that are not listed where somebody asks now: they are looked up where Claude Code is.
#[must_use]
pub fn kept_residency(bedrock: Bedrock, pinned: &[(&str, String)]) -> Option<Residency> {
    let ids: Vec<String> = pinned.iter().map(|(_, id)| id.clone()).collect();
    let profiles = call::block_on(looked_up(&Arc::new(bedrock), &ids));
    pins::kept_residency(&offering::entries(&profiles, &[], false), pinned)
}

/// Asks for the end of those models that are on their way to it, where the list did not say.
async fn complete(bedrock: &Arc<Bedrock>, models: &mut [FoundationModel]) {
    let is_open = |life: &Lifecycle| life.is_legacy == Some(true) && life.end_of_life_at.is_none();
    let open = models.iter().filter(|model| is_open(&model.lifecycle)).map(|model| model.id.clone()).collect();
    let found = each(open, |id| {
        let bedrock = Arc::clone(bedrock);
        async move { bedrock.lifecycle_of(&id).await.ok().map(|life| (id, life)) }
    })
    .await;
    for (id, life) in found {
        if let Some(model) = models.iter_mut().find(|model| model.id == id) {
            model.lifecycle = life;
        }
    }
}

/// The models that entries lead to, each once.
fn model_ids(entries: &[Entry]) -> Vec<String> {
    let mut ids: Vec<String> = entries.iter().map(|entry| entry.model_id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// What the account's papers say of each model; nothing of those that may not be asked about.
async fn papers(bedrock: &Arc<Bedrock>, ids: Vec<String>) -> Vec<(String, Availability)> {
    each(ids, |id| {
        let bedrock = Arc::clone(bedrock);
        async move { bedrock.availability(&id).await.ok().map(|papers| (id, papers)) }
    })
    .await
}

/// Whether the use-case form was handed in; nothing where that may not be asked.
async fn form(bedrock: &Bedrock, is_wanted: bool) -> Option<bool> {
    if !is_wanted {
        return None;
    }
    time::timeout(DEADLINE, bedrock.use_case_is_filed()).await.ok()?.ok()
}

/// Does the same for each id, some at once, all within one deadline.
async fn each<T, F>(ids: Vec<String>, ask: impl Fn(String) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Option<T>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for id in ids {
        let (places, answer) = (Arc::clone(&places), ask(id));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            answer.await
        });
    }
    let mut found = Vec::new();
    let collect = async {
        while let Some(done) = running.join_next().await {
            found.extend(done.ok().flatten());
        }
    };
    // What has not come by then is dropped with the set.
    let _ = time::timeout(DEADLINE, collect).await;
    found
}

/// Asks models for one token each, judges how that ends, and keeps it.
#[must_use]
pub fn probe(world: &World, files: &AwsFiles, who: &Asker, offering: &Offering, ids: &[String]) -> Vec<Proof> {
    let prober = Prober::by(world, files, &who.profile, &who.region, &who.authority);
    let (asked_models, quotas) = call::block_on(async {
        let outcomes = prober.ask_all(ids).await;
        // The same words stand for a quota that is used up and for one that never was.
        let asks_for_quotas = outcomes.iter().any(|asked| is_about_a_day(&asked.outcome));
        // Service Quotas takes no API key.
        let quotas = match who.keys().filter(|_| asks_for_quotas) {
            Some(keys) => quotas::of_bedrock(world, files, &who.profile, &who.region, keys).await.ok(),
            None => None,
        };
        (outcomes, quotas)
    });
    let now = world.now();
    let proofs: Vec<Proof> = asked_models
        .iter()
        .map(|probed| {
            let entry = offering.entries.iter().find(|entry| entry.is_named(&probed.id));
            let asked = Asked {
                model: Some(&probed.id),
                region: Some(&who.region),
                listed: offering.is_listed.then_some(offering.listed.as_slice()),
                daily_quota_is_zero: quotas.as_deref().zip(entry).map(|(quotas, entry)| has_no_day(quotas, entry)),
            };
            Proof::of(probed, &asked, now)
        })
        .collect();
    if let Some((state, key)) = StateFolder::of(world).zip(who.proof_key.as_ref()) {
        // What cannot be kept is asked again.
        let _ = Proofs::keep(&state, key, &proofs, now);
    }
    proofs
}

fn is_about_a_day(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { message, .. } if message.to_lowercase().contains("tokens per day"))
}

fn has_no_day(quotas: &[Quota], entry: &Entry) -> bool {
    quotas.iter().any(|quota| quota.value <= 0.0 && quota.is_daily_for(&entry.model_name))
}
