//! What the network tells: the doors, the credentials, and with these everything else at once.

use std::thread;
use std::time::{Duration, Instant};

use tokio::time;

use crate::aws::bedrock::{Bedrock, InferenceProfile};
use crate::aws::call::{self, CallError};
use crate::aws::credentials::{self, Credentials, CredentialsError};
use crate::aws::endpoint::Service;
use crate::aws::identity;
use crate::aws::knock;
use crate::aws::quotas;
use crate::checks::facts::{Endpoint, Facts, Look, Online};
use crate::claude_code;
use crate::configuration::Identity;
use crate::helper_check;
use crate::helper_check::export::Export;
use crate::helper_check::surroundings::Surroundings;
use crate::model;
use crate::observe;
use crate::vars;
use crate::world::World;

use super::Depth;
use super::asked::probe;

/// How much life credentials need for a single look at AWS.
const ONE_LOOK: Duration = Duration::from_mins(1);

/// How long a script of the user's own is waited for; every session's start waits for it too.
const EXPORT_DEADLINE: Duration = Duration::from_secs(20);

/// The most models whose papers are asked for.
const MOST_MODELS: usize = 12;

/// How long one observation may take, all its calls and tries together; a probe and a script have deadlines of their
/// own.
const DEADLINE: Duration = Duration::from_secs(10);

const BEDROCK: &str = "Amazon Bedrock";

/// Asks everything.
pub(super) fn ask(facts: &Facts, depth: Depth) -> Online {
    if !facts.is_bedrock() {
        return Online::skipped("Claude Code does not use Bedrock");
    }
    // As Claude Code would: its settings' `env` lies over the shell's variables.
    let world = &facts.world.with_more(facts.settings.environment());
    let start = Instant::now();
    thread::scope(|scope| {
        let doors = scope.spawn(|| endpoints(world, facts));
        let mut online = with_credentials(world, facts, depth);
        online.endpoints = doors.join().unwrap_or_default();
        online.timings.push(("everything that was asked", start.elapsed()));
        online
    })
}

/// A future's output, and how long it took from when it was first polled.
async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let start = Instant::now();
    let output = future.await;
    (output, start.elapsed())
}

/// The same, given up at the deadline.
async fn observed<T>(
    service: &'static str,
    future: impl Future<Output = Result<T, CallError>>,
) -> (Result<T, CallError>, Duration) {
    let silence = || CallError::Unreachable { service, reason: format!("no answer within {} s", DEADLINE.as_secs()) };
    let (answer, took) = timed(time::timeout(DEADLINE, future)).await;
    (answer.unwrap_or_else(|_| Err(silence())), took)
}

fn endpoints(world: &World, facts: &Facts) -> Vec<Endpoint> {
    let profile = facts.configuration.profile.as_ref().map(|found| found.value.as_str());
    let region = &facts.configuration.region.value;
    let sso = profile.and_then(|name| credentials::sso_behind(&facts.files, name)).map(|(_, sso)| sso.region);
    let doors = call::block_on(knock::all(world, &facts.files.profiles, profile, region, sso.as_deref()));
    let is_gateway = facts.variable(vars::BEDROCK_BASE_URL).is_some();
    let signs = !matches!(facts.configuration.identity, Identity::Unsigned(_) | Identity::ApiKey(_));
    // Behind a gateway its one door is both, and an API key asks STS nothing.
    let wanted = doors.into_iter().filter(|door| match door.service {
        Service::Sts => signs,
        Service::Bedrock => !is_gateway,
        _ => true,
    });
    wanted
        .map(|door| Endpoint {
            service: match (door.service, is_gateway) {
                (Service::Sts, _) => "AWS STS",
                (Service::Sso, _) => "the AWS access portal",
                (Service::SsoOidc, _) => "AWS SSO OIDC",
                (Service::Bedrock, _) => "Amazon Bedrock",
                (_, true) => "the gateway of ANTHROPIC_BEDROCK_BASE_URL",
                (_, false) => "Amazon Bedrock Runtime",
            },
            address: door.address,
            reached: match door.answer {
                Ok(reached) => Look::Seen(reached),
                Err(reason) => Look::Failed(reason),
            },
        })
        .collect()
}

fn with_credentials(world: &World, facts: &Facts, depth: Depth) -> Online {
    let region = &facts.configuration.region.value;
    let mut online = Online::skipped("there are no credentials to ask with");
    online.export = Look::Skipped("no export command of your own is configured".into());
    match &facts.configuration.identity {
        Identity::Unsigned(_) => Online::skipped("requests are not signed; a gateway answers for AWS"),
        Identity::ApiKey(found) => {
            let reason = "a Bedrock API key is used, which STS does not take";
            online.credentials = Look::Skipped(reason.into());
            online.identity = Look::Skipped(reason.into());
            let bedrock = Bedrock::with_api_key(world, &facts.files, region, &found.value);
            let () = call::block_on(look(&bedrock, facts, &mut online));
            online
        }
        Identity::Export(found) => {
            let start = Instant::now();
            let (look, credentials) = run_export(world, facts, &found.value);
            online.export = look;
            online.timings.push(("the export command", start.elapsed()));
            match credentials {
                Some(credentials) => ask_aws(world, facts, "default", &credentials, depth, online),
                None => {
                    Online { credentials: Look::Skipped("the export command gave no credentials".into()), ..online }
                }
            }
        }
        Identity::Keys(found) => {
            let keys = observe::keys_in_variables(world, &facts.settings, &found.value);
            ask_aws(world, facts, "default", &keys, depth, online)
        }
        Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient => {
            let Some(profile) = &facts.configuration.profile else {
                online.credentials = Look::Skipped("no profile and no keys are configured".into());
                return online;
            };
            let start = Instant::now();
            let resolved = credentials::resolve(world, &facts.files, &profile.value, ONE_LOOK);
            online.timings.push(("the credentials of the profile", start.elapsed()));
            match resolved {
                Ok(credentials) => ask_aws(world, facts, &profile.value, &credentials, depth, online),
                Err(error) => without(online, error),
            }
        }
    }
}

fn without(online: Online, error: CredentialsError) -> Online {
    // What is wrong with a profile or a sign-in is a finding; what AWS did not answer need not be.
    let why = error.call().map(|call| format!(": {call}")).unwrap_or_default();
    let Online { export, timings, .. } = online;
    let rest = Online::skipped(&format!("there are no credentials to ask with{why}"));
    Online { credentials: Look::Failed(error), export, timings, ..rest }
}

fn ask_aws(
    world: &World,
    facts: &Facts,
    profile: &str,
    credentials: &Credentials,
    depth: Depth,
    mut online: Online,
) -> Online {
    let region = &facts.configuration.region.value;
    let bedrock = Bedrock::new(world, &facts.files, profile, region, credentials);
    online.credentials = Look::Seen(());
    let () = call::block_on(async {
        let asked = identity::caller(world, &facts.files, profile, region, credentials);
        let asked = observed("AWS STS", asked);
        let quotas = quotas::of_bedrock(world, &facts.files, profile, region, credentials);
        let quotas = timed(time::timeout(DEADLINE, quotas));
        let probes = probe(world, facts, profile, credentials, depth);
        let look = look(&bedrock, facts, &mut online);
        let ((identity, asking), (quotas, counting), (probes, probing), ()) =
            tokio::join!(asked, quotas, timed(probes), look);
        online.timings.extend([("sts:GetCallerIdentity", asking), ("servicequotas:ListServiceQuotas", counting)]);
        online.timings.extend(probes.seen().map(|_| ("one token of every model", probing)));
        online.identity = identity.into();
        let quotas = quotas.unwrap_or_else(|_| Err("Service Quotas did not answer".into()));
        online.quotas = quotas.map_or_else(Look::Failed, Look::Seen);
        online.probes = probes;
    });
    online
}

/// The models that are pinned.
fn pins(facts: &Facts) -> impl Iterator<Item = &str> {
    let configuration = &facts.configuration;
    let pins = configuration.main_model.iter().chain(configuration.pins.iter().filter_map(|(_, pin)| pin.as_ref()));
    pins.map(|found| found.value.as_str())
}

/// Everything Bedrock's control plane tells, as much of it at once as may be.
async fn look(bedrock: &Bedrock, facts: &Facts, online: &mut Online) {
    let ((listing, listed), (use_case, filed), (retention, retained)) = tokio::join!(
        observed(BEDROCK, bedrock.inference_profiles()),
        observed(BEDROCK, bedrock.use_case_is_filed()),
        observed(BEDROCK, bedrock.data_retention()),
    );
    let models = foundation_models(facts, listing.as_deref().unwrap_or_default());
    online.listing = listing.into();
    online.use_case = use_case.into();
    online.data_retention = retention.into();
    let ((availability, available), (lifecycles, aged)) = tokio::join!(
        timed(each(&models, |model| bedrock.availability(model))),
        timed(each(&models, |model| bedrock.lifecycle_of(model))),
    );
    online.availability = availability;
    online.lifecycles = lifecycles;
    online.timings.extend([
        ("bedrock:ListInferenceProfiles", listed),
        ("bedrock:GetUseCaseForModelAccess", filed),
        ("bedrock:GetAccountDataRetention", retained),
        ("bedrock:GetFoundationModelAvailability", available),
        ("bedrock:GetFoundationModel", aged),
    ]);
}

/// The foundation models behind the pins, as AWS lists them.
fn foundation_models(facts: &Facts, listed: &[InferenceProfile]) -> Vec<String> {
    let mut models: Vec<String> = pins(facts)
        .filter_map(|pin| {
            let id = model::without_context_suffix(pin);
            let profile = listed.iter().find(|profile| profile.id == id || profile.arn == id)?;
            let (_, model) = profile.model_arns.first()?.split_once("foundation-model/")?;
            Some(model.to_owned())
        })
        .collect();
    models.sort();
    models.dedup();
    models.truncate(MOST_MODELS);
    models
}

/// Asks the same of every model, at once.
async fn each<'a, T, F>(models: &'a [String], ask: impl Fn(&'a str) -> F) -> Vec<(String, Look<T>)>
where
    F: Future<Output = Result<T, CallError>>,
{
    let asked = models.iter().map(|model| {
        let answer = observed(BEDROCK, ask(model));
        async move { (model.clone(), Look::from(answer.await.0)) }
    });
    futures_joined(asked.collect()).await
}

/// Waits for all, polled together.
async fn futures_joined<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut waiting {
            if output.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if waiting.iter().all(|(_, output)| output.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}

fn run_export(world: &World, facts: &Facts, command: &str) -> (Look<Vec<helper_check::Finding>>, Option<Credentials>) {
    let surroundings =
        Surroundings::of_session(world, &facts.settings, facts.version().or_else(|| claude_code::installed(world)));
    let export = Export::configured(command);
    match call::block_on(export.look(world, &surroundings, EXPORT_DEADLINE)) {
        Ok(found) => (Look::Seen(found.findings), found.document.map(|document| document.credentials)),
        Err(error) => {
            let unstarted = helper_check::Finding::problem("not-started", error.to_string());
            (Look::Seen(vec![unstarted]), None)
        }
    }
}
