//! Bedrock's control plane: the foundation models.

use serde_json::{Value, json};

use super::{Visit, invalid, respond};
use crate::{
    account::Model,
    clock,
    cloud::Cloud,
    log::Entry,
    request::{Refusal, Reply, Request},
};

pub(super) fn list(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(listing(cloud, request, entry))
}

pub(super) fn get(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Reply {
    respond(found(cloud, request, name, entry))
}

fn listing(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:ListFoundationModels", "*")?;
    let inference = one_of(request, "byInferenceType", &["ON_DEMAND", "PROVISIONED"])?;
    let modality = one_of(request, "byOutputModality", &["TEXT", "IMAGE", "EMBEDDING"])?;
    let customization =
        one_of(request, "byCustomizationType", &["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"])?;
    let provider = request.parameter("byProvider");
    let wanted = |model: &&Model| {
        provider.as_ref().is_none_or(|provider| model.provider.eq_ignore_ascii_case(provider))
            && inference.as_ref().is_none_or(|kind| inference_types(model).contains(&kind.as_str()))
            && modality.as_ref().is_none_or(|modality| modality == "TEXT")
            && customization.is_none()
    };
    let models: Vec<Value> = visit.catalogue(cloud, |catalogue| {
        let models = catalogue.foundation_models().filter(wanted);
        models.map(|model| details(cloud, model, &visit.region.name)).collect()
    });
    Ok(json!({ "modelSummaries": models }))
}

fn found(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    let model = visit.catalogue(cloud, |catalogue| {
        let model = catalogue.foundation_model(name).filter(|model| !model.has_ended(catalogue.now))?;
        Some((model.id.clone(), details(cloud, model, &visit.region.name)))
    });
    let id = model.as_ref().map_or(name, |(id, _)| id);
    visit.require("bedrock:GetFoundationModel", &cloud.account.foundation_model_arn(&visit.region.name, id))?;
    let (_, details) = model.ok_or_else(|| {
        let message = "Could not resolve the foundation model from the provided model identifier.";
        Refusal::new(404, "ResourceNotFoundException", message)
    })?;
    Ok(json!({ "modelDetails": details }))
}

fn details(cloud: &Cloud, model: &Model, region: &str) -> Value {
    let legacy = model.is_legacy(cloud.now());
    let mut lifecycle = json!({
        "status": if legacy { "LEGACY" } else { "ACTIVE" },
        "startOfLifeTime": clock::to_the_second(model.created_at),
    });
    let moments = [
        ("legacyTime", model.legacy_at),
        ("publicExtendedAccessTime", model.extended_access_at),
        ("endOfLifeTime", model.end_of_life_at),
    ];
    for (name, moment) in moments {
        if let Some(moment) = moment {
            lifecycle[name] = clock::to_the_second(moment).into();
        }
    }
    json!({
        "modelArn": cloud.account.foundation_model_arn(region, &model.id),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": [],
        "inferenceTypesSupported": inference_types(model),
        "modelLifecycle": lifecycle,
    })
}

/// `INFERENCE_PROFILE` is what AWS says in practice of models that need one, though its model of the API does not.
fn inference_types(model: &Model) -> &'static [&'static str] {
    if model.on_demand { &["ON_DEMAND", "INFERENCE_PROFILE"] } else { &["INFERENCE_PROFILE"] }
}

fn one_of(request: &Request, name: &str, values: &[&str]) -> Result<Option<String>, Refusal> {
    let value = request.parameter(name);
    if let Some(value) = value.as_ref().filter(|value| !values.contains(&value.as_str())) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must \
             satisfy enum value set: [{}]",
            values.join(", ")
        )));
    }
    Ok(value)
}
