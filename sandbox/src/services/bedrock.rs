//! Bedrock's control plane: the inference profiles.

use serde_json::{Value, json};

use super::{region_of, rest_refusal};
use crate::{
    account::Region,
    authentication::{self, Caller},
    catalogue::{self, InferenceProfile},
    clock,
    cloud::{Cloud, Page},
    log::Entry,
    request::{Refusal, Reply, Request},
};

const MOST_RESULTS: usize = 1000;

pub(super) fn list_inference_profiles(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Reply {
    respond(list(cloud, request, entry))
}

pub(super) fn get_inference_profile(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Reply {
    entry.model = Some(name.to_owned());
    respond(get(cloud, request, name, entry))
}

fn list(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let (caller, region) = enter(cloud, request, "ListInferenceProfiles", entry)?;
    let everything = format!("arn:aws:bedrock:{}:{}:*", region.name, caller.principal.account_id);
    caller.principal.require("bedrock:ListInferenceProfiles", &everything)?;
    // AWS lists the system's profiles unless asked for others.
    let wanted = request.parameter("type").unwrap_or_else(|| "SYSTEM_DEFINED".to_owned());
    if !["SYSTEM_DEFINED", "APPLICATION"].contains(&wanted.as_str()) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{wanted}' at 'typeEquals' failed to satisfy constraint: \
             Member must satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]"
        )));
    }
    let profiles = catalogue::inference_profiles(&cloud.account, region, &caller.principal.account_id);
    let profiles = profiles.iter().filter(|profile| profile.kind.name() == wanted).map(summary).collect();
    let size = match request.parameter("maxResults") {
        None => None,
        Some(text) => match text.parse() {
            Ok(size @ 1..=MOST_RESULTS) => Some(size),
            _ => return Err(invalid("maxResults must be between 1 and 1000".to_owned())),
        },
    };
    let token = request.parameter("nextToken");
    let Some(Page { items, next }) = cloud.page(profiles, size, token.as_deref()) else {
        return Err(invalid("The provided nextToken is invalid.".to_owned()));
    };
    let mut answer = json!({ "inferenceProfileSummaries": items });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

fn get(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Result<Value, Refusal> {
    let (caller, region) = enter(cloud, request, "GetInferenceProfile", entry)?;
    let profiles = catalogue::inference_profiles(&cloud.account, region, &caller.principal.account_id);
    let profile = profiles.iter().find(|profile| profile.answers_to(name));
    let asked = format!("arn:aws:bedrock:{}:{}:inference-profile/{name}", region.name, caller.principal.account_id);
    caller.principal.require("bedrock:GetInferenceProfile", profile.map_or(&asked, |profile| &profile.arn))?;
    profile
        .map(summary)
        .ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", "The specified inference profile is not found."))
}

fn enter<'a>(
    cloud: &'a Cloud,
    request: &Request,
    operation: &str,
    entry: &mut Entry,
) -> Result<(Caller, &'a Region), Refusal> {
    entry.service = "bedrock";
    operation.clone_into(&mut entry.operation);
    let caller = authentication::signer_or_key(cloud, request, entry).map_err(|reason| rest_refusal(&reason))?;
    let region = region_of(cloud, &caller)?;
    Ok((caller, region))
}

fn summary(profile: &InferenceProfile) -> Value {
    let models: Vec<Value> = profile.model_arns.iter().map(|arn| json!({ "modelArn": arn })).collect();
    let created = clock::to_the_second(profile.created_at);
    let mut summary = json!({
        "inferenceProfileName": profile.name,
        "inferenceProfileArn": profile.arn,
        "inferenceProfileId": profile.id,
        "models": models,
        "status": "ACTIVE",
        "type": profile.kind.name(),
        "createdAt": created,
        "updatedAt": created,
    });
    if !profile.description.is_empty() {
        summary["description"] = profile.description.as_str().into();
    }
    summary
}

fn invalid(message: String) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}

fn respond(result: Result<Value, Refusal>) -> Reply {
    result.map_or_else(|refusal| refusal.rest_json(), |value| Reply::json(&value))
}
