//! `get-aws-context` and `test-bedrock`: what AWS says of the profiles and of the configuration.

use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::aws::bedrock::InferenceProfile;
use crate::aws::call;
use crate::aws::credentials::{self, CredentialsError};
use crate::aws::files::{self, AwsFiles};
use crate::aws::identity::{self, Identity};
use crate::aws::session;
use crate::cli::Global;
use crate::cli::plugin::ContextArgs;
use crate::configuration::{self, Configuration, Provider};
use crate::model;
use crate::observe::Caller;
use crate::settings::scope::Settings;
use crate::wizard::Listing;
use crate::world::World;

/// How much life credentials need for a look.
const ONE_LOOK: Duration = Duration::from_mins(1);

/// How many profiles are asked about at once.
const AT_ONCE: usize = 8;

/// Where Bedrock is asked when neither the profile nor the configuration says.
const USUAL_REGION: &str = "us-east-1";

/// What is known of one profile.
struct Known {
    name: String,
    own_region: Option<String>,
    identity: Option<Identity>,
    expires_at: Option<Timestamp>,
    bedrock_region: Option<String>,
    models: Vec<InferenceProfile>,
}

pub(super) fn look(world: &World, global: &Global, args: &ContextArgs) -> Value {
    let files = files::read(world);
    let configured = configured(world, &files);
    let names: Vec<String> = files.profiles.profiles().map(|profile| profile.name.clone()).collect();
    let names: Vec<String> =
        names.into_iter().filter(|name| global.profile.as_ref().is_none_or(|only| only == name)).collect();
    let fallback = configured.as_ref().map_or(USUAL_REGION, |configured| configured.region.value.as_str());
    let asked: Vec<Known> = names
        .chunks(AT_ONCE)
        .flat_map(|names| {
            thread::scope(|scope| {
                let threads: Vec<_> = names
                    .iter()
                    .map(|name| {
                        let (files, region) = (&files, global.region.as_deref());
                        scope.spawn(move || ask(world, files, name, region, fallback, args.check_bedrock))
                    })
                    .collect();
                threads.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
            })
        })
        .collect();
    let those = |holds: &dyn Fn(&Known) -> bool| -> Vec<&str> {
        asked.iter().filter(|known| holds(known)).map(|known| known.name.as_str()).collect()
    };
    let valid = those(&|known| known.identity.is_some());
    let with_bedrock = those(&|known| !known.models.is_empty());
    let only = if valid.len() == 1 { valid.first() } else { None };
    json!({
        "profiles": asked.iter().map(|known| reported(world, known)).collect::<Vec<_>>(),
        "validProfiles": valid,
        "bedrockProfiles": with_bedrock,
        "recommended": with_bedrock.first().or(only),
        "currentConfig": configured.as_ref().map(current),
        "needsSsoSetup": valid.is_empty(),
    })
}

fn configured(world: &World, files: &AwsFiles) -> Option<Configuration> {
    let judged = configuration::judge(world, &Settings::read(world), &files.profiles, None);
    (judged.provider == Provider::Bedrock).then_some(judged)
}

fn current(configured: &Configuration) -> Value {
    json!({
        "profile": configured.profile.as_ref().map(|found| &found.value),
        "region": configured.region.value,
        "model": configured.main_model.as_ref().map(|found| &found.value),
    })
}

fn ask(world: &World, files: &AwsFiles, name: &str, region: Option<&str>, fallback: &str, bedrock: bool) -> Known {
    let own_region = files.profiles.profile(name).and_then(|profile| profile.get("region"));
    let own_region = own_region.map(|value| value.text.clone()).filter(|text| configuration::is_region_shaped(text));
    let at = region.or(own_region.as_deref()).unwrap_or(fallback).to_owned();
    let (identity, models) = who(world, files, name, &at, bedrock).unwrap_or_default();
    Known {
        name: name.to_owned(),
        identity,
        expires_at: expires_at(world, files, name),
        bedrock_region: (!models.is_empty()).then_some(at),
        own_region,
        models,
    }
}

fn who(
    world: &World,
    files: &AwsFiles,
    name: &str,
    region: &str,
    bedrock: bool,
) -> Result<(Option<Identity>, Vec<InferenceProfile>), CredentialsError> {
    if !bedrock {
        let found = credentials::resolve(world, files, name, ONE_LOOK)?;
        let identity = call::block_on(identity::caller(world, files, name, region, &found))?;
        return Ok((Some(identity), Vec::new()));
    }
    let verified = Caller { world, files, profile: name, region, given: None }.verify()?;
    let models = match verified.listing {
        Listing::Profiles(profiles) => profiles.into_iter().filter(|p| model::of_profile(p).is_some()).collect(),
        Listing::Denied => Vec::new(),
    };
    Ok((Some(verified.identity), models))
}

/// When somebody has to sign in again; role credentials that renew themselves are no end.
fn expires_at(world: &World, files: &AwsFiles, profile: &str) -> Option<Timestamp> {
    let (_, sso) = credentials::sso_behind(files, profile)?;
    session::read(world, &sso).map(|token| token.expires_at)
}

fn reported(world: &World, known: &Known) -> Value {
    let Known { name, own_region, identity, expires_at, bedrock_region, models } = known;
    let differ = own_region.is_some() && bedrock_region.is_some() && own_region != bedrock_region;
    let models: Vec<Value> = models
        .iter()
        .map(|profile| {
            let arn = profile.model_arns.first().map_or("", String::as_str);
            let id = arn.rsplit('/').next().unwrap_or_default();
            json!({ "profileId": profile.id, "profileName": profile.name, "modelId": id })
        })
        .collect();
    json!({
        "name": name,
        "region": bedrock_region.as_ref().or(own_region.as_ref()),
        "profileRegion": own_region,
        "bedrockRegion": bedrock_region,
        "regionMismatch": differ,
        "valid": identity.is_some(),
        "identity": identity.as_ref().map(|identity| json!({
            "account": identity.account, "arn": identity.arn, "userId": identity.user_id,
        })),
        "sessionExpires": expires_at,
        "sessionExpiresLocal": expires_at.map(|moment| world.on_the_wall(moment)),
        "bedrockAccess": !models.is_empty(),
        "inferenceProfiles": models,
    })
}

/// Looks whether what is configured would work, without calling a model.
pub(super) fn test(world: &World) -> Value {
    let files = files::read(world);
    let Some(configured) = configured(world, &files) else {
        let check = json!({ "passed": false, "message": "Bedrock is not configured; run /bedrock" });
        return json!({
            "configured": false, "profile": null, "region": null, "model": null,
            "sessionExpires": null, "sessionExpiresLocal": null,
            "checks": { "credentials": check, "bedrockAccess": check, "modelAvailable": check },
            "allPassed": false,
        });
    };
    let profile = configured.profile.as_ref().map(|found| found.value.as_str());
    let region = configured.region.value.as_str();
    let model = configured.main_model.as_ref().map(|found| found.value.as_str());
    let name = profile.unwrap_or("default");
    let checks = checks(&Caller { world, files: &files, profile: name, region, given: None }, model);
    let passed = checks.iter().all(|(passed, _)| *passed);
    let [credentials, access, available] =
        checks.map(|(passed, message)| json!({ "passed": passed, "message": message }));
    let expires_at = profile.and_then(|profile| expires_at(world, &files, profile));
    json!({
        "configured": true, "profile": profile, "region": region, "model": model,
        "sessionExpires": expires_at,
        "sessionExpiresLocal": expires_at.map(|moment| world.on_the_wall(moment)),
        "checks": { "credentials": credentials, "bedrockAccess": access, "modelAvailable": available },
        "allPassed": passed,
    })
}

type Check = (bool, String);

fn checks(caller: &Caller<'_>, model: Option<&str>) -> [Check; 3] {
    let region = caller.region;
    let verified = match caller.verify() {
        Ok(verified) => verified,
        Err(error) => {
            let unasked = || (false, "not asked, because there are no credentials".to_owned());
            return [(false, error.to_string()), unasked(), unasked()];
        }
    };
    let credentials = (true, format!("signed in as {}", verified.identity.arn));
    let (access, listed) = match verified.listing {
        Listing::Profiles(listed) if listed.is_empty() => {
            ((false, format!("Bedrock lists no inference profile in {region}")), listed)
        }
        Listing::Profiles(listed) => ((true, format!("{} inference profiles in {region}", listed.len())), listed),
        Listing::Denied => {
            ((false, "bedrock:ListInferenceProfiles is denied; Claude Code may work all the same".into()), Vec::new())
        }
    };
    [credentials, access, available(caller, model, &listed)]
}

/// A model counts by its whole id.
fn available(caller: &Caller<'_>, model: Option<&str>, listed: &[InferenceProfile]) -> Check {
    let Some(model) = model else { return (true, "no model is pinned".into()) };
    let id = model::without_context_suffix(model);
    if listed.iter().any(|profile| profile.id == id) {
        return (true, format!("`{id}` is available"));
    }
    match caller.find_inference_profile(id) {
        Ok(_) => (true, format!("`{id}` is available")),
        Err(error) => (false, format!("`{id}` is not available in {}: {error}", caller.region)),
    }
}
