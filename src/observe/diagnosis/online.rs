//! What the network tells: the doors, the credentials, and with these everything else at once.

use std::thread;
use std::time::{Duration, Instant};

use tokio::time;

use crate::aws::authority::Authority;
use crate::aws::bedrock::{Bedrock, InferenceProfile};
use crate::aws::call::{self, CallError};
use crate::aws::credentials::{self, Credentials, CredentialsError};
use crate::aws::endpoint::{self, Service};
use crate::aws::identity;
use crate::aws::knock;
use crate::aws::probe::Probed;
use crate::aws::quotas;
use crate::checks::facts::{Endpoint, Facts, Look, Online};
use crate::claude_code::{self, Version};
use crate::configuration::{Identity, Provider};
use crate::helper_check;
use crate::helper_check::export::Export;
use crate::helper_check::surroundings::Surroundings;
use crate::model;
use crate::observe;
use crate::vars;
use crate::world::World;

use super::Depth;
use super::asked::Asking;

/// How much life credentials need for a single look at AWS.
const ONE_LOOK: Duration = Duration::from_mins(1);

/// How long a script of the user's own is waited for; every session's start waits for it too.
const EXPORT_DEADLINE: Duration = Duration::from_secs(20);

/// The most models whose papers are asked for.
const MOST_MODELS: usize = 12;

/// How long one observation may take, all its calls and tries together; a probe and a script have deadlines of their
/// own.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long another process of this program is waited for, which may be getting the same credentials.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

const BEDROCK: &str = "Amazon Bedrock";

/// Asks everything.
pub(super) fn ask(facts: &Facts, depth: Depth, installed: &(dyn Fn() -> Option<Version> + Sync)) -> Online {
    if !facts.is_bedrock() {
        return Online::skipped("Claude Code does not use Bedrock");
    }
    // As Claude Code would: its settings' `env` lies over the shell's variables.
    let world = &facts.world.with_more(facts.settings.environment()).with_patience(PATIENCE);
    let start = Instant::now();
    thread::scope(|scope| {
        let doors = scope.spawn(|| endpoints(world, facts));
        let mut online = with_credentials(Occasion { world, facts, depth, installed });
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
    let is_gateway = facts.variable(vars::BEDROCK_BASE_URL).is_some();
    let is_other_mantle = facts.variable(vars::MANTLE_BASE_URL).is_some();
    let signs = !matches!(facts.configuration.identity, Identity::Unsigned(_) | Identity::ApiKey(_));
    let is_alone = facts.configuration.provider == Provider::Mantle;
    // Behind a gateway its one door is both, and an API key asks STS nothing.
    let services = [Service::Sts, Service::Bedrock, Service::BedrockRuntime, Service::BedrockMantle];
    let services = services.into_iter().filter(|service| match service {
        Service::Sts => signs,
        Service::Bedrock => !is_gateway && !is_alone,
        Service::BedrockMantle => facts.configuration.has_mantle,
        _ => !is_alone,
    });
    let services: Vec<Service> = services.collect();
    let knocking = knock::all(world, &facts.files.profiles, profile, (&services, region), sso.as_deref());
    call::block_on(knocking)
        .into_iter()
        .map(|door| Endpoint {
            service: match door.service {
                Service::Sts => "AWS STS",
                Service::Sso => "the AWS access portal",
                Service::SsoOidc => "AWS SSO OIDC",
                Service::Bedrock => "Amazon Bedrock",
                Service::BedrockMantle if is_other_mantle => "the gateway of ANTHROPIC_BEDROCK_MANTLE_BASE_URL",
                Service::BedrockMantle => "Amazon Bedrock Mantle",
                _ if is_gateway => "the gateway of ANTHROPIC_BEDROCK_BASE_URL",
                _ => "Amazon Bedrock Runtime",
            },
            address: door.address,
            reached: match door.answer {
                Ok(reached) => Look::Seen(reached),
                Err(reason) => Look::Failed(reason),
            },
        })
        .collect()
}

/// What is asked by whom is the same for all of it.
#[derive(Clone, Copy)]
struct Occasion<'a> {
    world: &'a World,
    facts: &'a Facts,
    depth: Depth,
    /// The installed Claude Code's version, asked when it is needed.
    installed: &'a (dyn Fn() -> Option<Version> + Sync),
}

fn with_credentials(occasion: Occasion<'_>) -> Online {
    let Occasion { world, facts, .. } = occasion;
    let region = &facts.configuration.region.value;
    let mut online = Online::skipped("there are no credentials to ask with");
    online.export = Look::Skipped("no export command of your own is configured".into());
    match &facts.configuration.identity {
        Identity::Unsigned(_) => Online::skipped("requests are not signed; a gateway answers for AWS"),
        Identity::ApiKey(found) => {
            if let Some(host) = endpoint::led_away(world, &facts.files.profiles) {
                return Online::skipped(&format!("the project's settings lead to `{host}`, where no API key is shown"));
            }
            let reason = "a Bedrock API key is used, which STS does not take";
            online.credentials = Look::Skipped(reason.into());
            online.identity = Look::Skipped(reason.into());
            let bedrock = Bedrock::with_api_key(world, &facts.files, region, &found.value);
            let authority = Authority::ApiKey(found.value.clone().into());
            let () = call::block_on(async {
                let asking = occasion.asking("default", &authority);
                let ((probes, probing), ()) = tokio::join!(timed(asking.pinned()), look(&bedrock, facts, &mut online));
                occasion.take_answers(&mut online, asking, probes, probing).await;
            });
            online
        }
        Identity::Export(found) => {
            let start = Instant::now();
            let (look, credentials) = run_export(world, facts, &found.value);
            online.export = look;
            online.timings.push(("the export command", start.elapsed()));
            match credentials {
                Some(credentials) => occasion.ask_aws("default", &credentials, online),
                None => {
                    Online { credentials: Look::Skipped("the export command gave no credentials".into()), ..online }
                }
            }
        }
        Identity::Keys(found) => {
            let keys = observe::keys_in_variables(world, &facts.settings, &found.value);
            occasion.ask_aws("default", &keys, online)
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
                Ok(credentials) => occasion.ask_aws(&profile.value, &credentials, online),
                Err(error) => without(online, error),
            }
        }
    }
}

fn without(online: Online, error: CredentialsError) -> Online {
    // What is wrong with a profile or a sign-in is a finding; what AWS did not answer need not be.
    let why = error.call().map(|call| format!(": {call}")).unwrap_or_default();
    let Online { export, timings, .. } = online;
    if error.is_busy() {
        // Nothing is wrong with credentials that another process is getting this moment.
        return Online {
            export,
            timings,
            ..Online::skipped(&format!("there are no credentials to ask with: {error}"))
        };
    }
    let rest = Online::skipped(&format!("there are no credentials to ask with{why}"));
    Online { credentials: Look::Failed(error), export, timings, ..rest }
}

impl<'a> Occasion<'a> {
    fn asking(self, profile: &'a str, authority: &'a Authority) -> Asking<'a> {
        Asking { world: self.world, facts: self.facts, who: (profile, authority), depth: self.depth }
    }

    fn ask_aws(self, profile: &str, credentials: &Credentials, mut online: Online) -> Online {
        let Self { world, facts, .. } = self;
        let region = &facts.configuration.region.value;
        let bedrock = Bedrock::new(world, &facts.files, profile, region, credentials);
        online.credentials = Look::Seen(());
        let authority = Authority::Keys(credentials.clone());
        let () = call::block_on(async {
            let asking = Occasion::asking(self, profile, &authority);
            let asked = identity::caller(world, &facts.files, profile, region, credentials);
            let asked = observed("AWS STS", asked);
            let quotas = quotas::of_bedrock(world, &facts.files, profile, region, credentials);
            let quotas = timed(time::timeout(DEADLINE, quotas));
            let look = look(&bedrock, facts, &mut online);
            let ((identity, took), (quotas, counting), (probes, probing), ()) =
                tokio::join!(asked, quotas, timed(asking.pinned()), look);
            online.timings.extend([("sts:GetCallerIdentity", took), ("servicequotas:ListServiceQuotas", counting)]);
            online.identity = identity.into();
            let quotas = quotas.unwrap_or_else(|_| Err("Service Quotas did not answer".into()));
            online.quotas = quotas.map_or_else(Look::Failed, Look::Seen);
            self.take_answers(&mut online, asking, probes, probing).await;
        });
        online
    }

    /// What the pinned models answered, and then those that Claude Code takes by itself, which only a listing tells.
    async fn take_answers(
        self,
        online: &mut Online,
        asking: Asking<'_>,
        pinned: Look<Vec<Probed>, String>,
        took: Duration,
    ) {
        let listed = online.listing.seen().map(Vec::as_slice);
        let ((probes, unasked), more) = timed(asking.with_unpinned(pinned, listed, &|| (self.installed)())).await;
        online.timings.extend(probes.seen().map(|_| ("one token of every model", took + more)));
        (online.probes, online.unasked) = (probes, unasked);
    }
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
        timed(listing(bedrock, facts)),
        observed(BEDROCK, bedrock.use_case_is_filed()),
        observed(BEDROCK, bedrock.data_retention()),
    );
    let models = foundation_models(facts, listing.seen().map(Vec::as_slice).unwrap_or_default());
    online.listing = listing;
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

/// What Bedrock lists, where Claude Code asks for it.
async fn listing(bedrock: &Bedrock, facts: &Facts) -> Look<Vec<InferenceProfile>> {
    if facts.configuration.provider == Provider::Mantle {
        return Look::Skipped("Mantle answers, which has no inference profiles".into());
    }
    observed(BEDROCK, bedrock.inference_profiles()).await.0.into()
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
    call::joined(asked.collect()).await
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
