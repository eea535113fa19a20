//! Bedrock's control plane: the inference profiles, and those an account makes for itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Visit, invalid, respond};
use crate::{
    account::ApplicationProfile,
    catalogue::{InferenceProfile, Kind},
    clock,
    cloud::{Cloud, Page},
    log::Entry,
    request::{Refusal, Reply, Request},
};

const MOST_RESULTS: usize = 1000;
const LONGEST_NAME: usize = 64;
const MOST_TAGS: usize = 50;

pub(super) fn list(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(listing(cloud, request, entry))
}

pub(super) fn get(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Reply {
    respond(found(cloud, request, name, entry))
}

pub(super) fn create(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    match created(cloud, request, entry) {
        Ok(value) => Reply { status: 201, ..Reply::json(&value) },
        Err(refusal) => refusal.rest_json(),
    }
}

pub(super) fn delete(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Reply {
    respond(deleted(cloud, request, name, entry))
}

pub(super) fn list_tags(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(tags(cloud, request, entry))
}

/// The body of CreateInferenceProfile.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Creation {
    inference_profile_name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    client_request_token: Option<String>,
    model_source: Source,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    copy_from: String,
}

#[derive(Debug, Deserialize)]
struct Tag {
    key: String,
    value: String,
}

fn listing(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:ListInferenceProfiles", &visit.arn("*"))?;
    // AWS lists the system's profiles unless asked for others.
    let wanted = request.parameter("type").unwrap_or_else(|| "SYSTEM_DEFINED".to_owned());
    if !["SYSTEM_DEFINED", "APPLICATION"].contains(&wanted.as_str()) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{wanted}' at 'typeEquals' failed to satisfy constraint: \
             Member must satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]"
        )));
    }
    let profiles = visit.catalogue(cloud, |catalogue| catalogue.inference_profiles());
    let profiles = profiles.iter().filter(|profile| profile.kind.name() == wanted).map(summary).collect();
    let size = match request.parameter("maxResults") {
        None => None,
        Some(text) => match text.parse() {
            Ok(size @ 1..=MOST_RESULTS) => Some(size),
            _ => return Err(invalid("maxResults must be between 1 and 1000")),
        },
    };
    let token = request.parameter("nextToken");
    let Some(Page { items, next }) = cloud.page(profiles, size, token.as_deref()) else {
        return Err(invalid("The provided nextToken is invalid."));
    };
    let mut answer = json!({ "inferenceProfileSummaries": items });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

fn found(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    let profile = named(cloud, &visit, name);
    let asked = visit.arn(&format!("inference-profile/{name}"));
    visit.require("bedrock:GetInferenceProfile", profile.as_ref().map_or(&asked, |profile| &profile.arn))?;
    profile.as_ref().map(summary).ok_or_else(not_found)
}

fn created(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))?;
    let creation: Creation = serde_json::from_value(body.clone()).map_err(|error| invalid(error.to_string()))?;
    creation.check()?;
    let source = &creation.model_source.copy_from;
    visit.require("bedrock:CreateInferenceProfile", &visit.arn("application-inference-profile/*"))?;
    visit.require("bedrock:CreateInferenceProfile", source)?;
    if !creation.tags.is_empty() {
        visit.require("bedrock:TagResource", &visit.arn("application-inference-profile/*"))?;
    }
    let known = visit.catalogue(cloud, |catalogue| {
        let system = catalogue.inference_profiles().into_iter().find(|profile| profile.arn == *source);
        system.is_some_and(|profile| profile.kind == Kind::System)
            || source.starts_with("arn:") && catalogue.foundation_model(source).is_some()
    });
    if !known {
        return Err(invalid("The provided model identifier is invalid."));
    }
    let arn = |id: &str| visit.arn(&format!("application-inference-profile/{id}"));
    let answer = |id: &str| json!({ "inferenceProfileArn": arn(id), "status": "ACTIVE" });
    let existing = cloud.changes.profiles(visit.member);
    cloud.changes.of(&visit.member.id, |change| {
        let token = creation.client_request_token.clone();
        if let Some((before, id)) = token.as_ref().and_then(|token| change.requests.get(token)) {
            // The same request again gets the same answer; another one with its token does not.
            return if *before == body { Ok(answer(id)) } else { Err(conflict("The client request token was used.")) };
        }
        let name = &creation.inference_profile_name;
        if existing.iter().any(|profile| profile.name == *name && profile.region == visit.region.name) {
            return Err(conflict("An inference profile with this name already exists."));
        }
        let id = cloud.mint.letters("inference profile", &cloud.mint.nonce(), 12).to_ascii_lowercase();
        let answer = answer(&id);
        change.requests.extend(token.map(|token| (token, (body, id.clone()))));
        change.create(creation.into_profile(id, &visit.region.name, cloud.now()));
        Ok(answer)
    })
}

fn deleted(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    let profile = named(cloud, &visit, name);
    let asked = visit.arn(&format!("application-inference-profile/{name}"));
    visit.require("bedrock:DeleteInferenceProfile", profile.as_ref().map_or(&asked, |profile| &profile.arn))?;
    let profile = profile.ok_or_else(not_found)?;
    if profile.kind == Kind::System {
        return Err(invalid("System-defined inference profiles cannot be deleted."));
    }
    cloud.changes.of(&visit.member.id, |change| change.delete(&profile.id));
    Ok(json!({}))
}

fn tags(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))?;
    let arn = body["resourceARN"].as_str().ok_or_else(|| invalid("resourceARN: Field required"))?;
    visit.require("bedrock:ListTagsForResource", arn)?;
    let profile = named(cloud, &visit, arn).ok_or_else(not_found)?;
    let tags: Vec<Value> = profile.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(json!({ "tags": tags }))
}

fn named(cloud: &Cloud, visit: &Visit<'_>, name: &str) -> Option<InferenceProfile> {
    visit.catalogue(cloud, |catalogue| {
        catalogue.inference_profiles().into_iter().find(|profile| profile.answers_to(name))
    })
}

impl Creation {
    /// Checks names and tags, with the words of AWS's validation.
    fn check(&self) -> Result<(), Refusal> {
        let name = &self.inference_profile_name;
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // `([0-9a-zA-Z][ _-]?)+`: no two separators side by side, and none at the start.
        let trimmed = name.strip_suffix([' ', '_', '-']).unwrap_or(name);
        if name.len() > LONGEST_NAME || !trimmed.split([' ', '_', '-']).all(is_part) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{name}' at 'inferenceProfileName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: ([0-9a-zA-Z][ _-]?)+"
            )));
        }
        if self.tags.len() > MOST_TAGS {
            return Err(Refusal::new(400, "TooManyTagsException", "The resource has too many tags."));
        }
        Ok(())
    }

    fn into_profile(self, id: String, region: &str, now: jiff::Timestamp) -> ApplicationProfile {
        ApplicationProfile {
            id,
            name: self.inference_profile_name,
            region: region.to_owned(),
            copy_from: self.model_source.copy_from,
            description: self.description,
            tags: self.tags.into_iter().map(|tag| (tag.key, tag.value)).collect::<BTreeMap<_, _>>(),
            created_at: Some(now),
        }
    }
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

fn not_found() -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", "The specified inference profile is not found.")
}

fn conflict(message: &str) -> Refusal {
    Refusal::new(400, "ConflictException", message)
}
