//! Bedrock's control plane: what an account has to do before it may use a model.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{Visit, invalid, respond};
use crate::{
    account::{AgreementStatus, DataRetention, Model, glob},
    clock,
    cloud::Cloud,
    log::Entry,
    request::{Refusal, Reply, Request},
    tokens::Kind,
};

const FORM_BYTES: std::ops::RangeInclusive<usize> = 10..=16_384;

pub(super) fn availability(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Reply {
    respond(available(cloud, request, name, entry))
}

pub(super) fn list_offers(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Reply {
    respond(offers(cloud, request, name, entry))
}

pub(super) fn create_agreement(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    with_status(202, agree(cloud, request, entry))
}

pub(super) fn get_use_case(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(use_case(cloud, request, entry))
}

pub(super) fn put_use_case(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    with_status(201, submit_use_case(cloud, request, entry))
}

pub(super) fn get_data_retention(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(data_retention(cloud, request, entry))
}

pub(super) fn put_data_retention(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(set_data_retention(cloud, request, entry))
}

/// Says what the account's papers say; that the model then answers is another matter, as on AWS.
fn available(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require(
        "bedrock:GetFoundationModelAvailability",
        &cloud.account.foundation_model_arn(&visit.region.name, name),
    )?;
    let model = model(cloud, &visit, name)?;
    let agreement = match cloud.changes.agreement(visit.member, &model.id) {
        AgreementStatus::Available => "AVAILABLE",
        AgreementStatus::Pending => "PENDING",
        AgreementStatus::NotAvailable => "NOT_AVAILABLE",
        AgreementStatus::Error => "ERROR",
    };
    let has_access = !visit.member.gates.models_without_access.iter().any(|pattern| glob(pattern, &model.id));
    Ok(json!({
        "modelId": model.id,
        "agreementAvailability": { "status": agreement },
        "authorizationStatus": if has_access { "AUTHORIZED" } else { "NOT_AUTHORIZED" },
        "entitlementAvailability": if agreement == "AVAILABLE" && has_access { "AVAILABLE" } else { "NOT_AVAILABLE" },
        "regionAvailability": "AVAILABLE",
    }))
}

fn offers(cloud: &Cloud, request: &Request, name: &str, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:ListFoundationModelAgreementOffers", "*")?;
    let model = model(cloud, &visit, name)?;
    Ok(json!({
        "modelId": model.id,
        "offers": [{
            "offerId": format!("offer-{}", cloud.mint.letters("offer", &model.id, 13).to_ascii_lowercase()),
            "offerToken": cloud.mint.seal(Kind::Offer, &(&visit.member.id, &model.id)),
            "termDetails": {
                "usageBasedPricingTerm": { "rateCard": [
                    { "dimension": "input_tokens", "price": "0.000003", "description": "Input tokens", "unit": "Tokens" },
                    { "dimension": "output_tokens", "price": "0.000015", "description": "Output tokens", "unit": "Tokens" },
                ]},
                "legalTerm": { "url": "https://aws.amazon.com/legal/bedrock/third-party-models/" },
                "supportTerm": { "refundPolicyDescription": "No refunds." },
            },
        }],
    }))
}

fn agree(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    let body = body(request)?;
    let text = |name: &str| body[name].as_str().ok_or_else(|| invalid(format!("{name}: Field required")));
    let (token, name) = (text("offerToken")?, text("modelId")?);
    visit.require("bedrock:CreateFoundationModelAgreement", "*")?;
    visit.require("aws-marketplace:Subscribe", "*")?;
    let model = model(cloud, &visit, name)?;
    let offer: Option<(String, String)> = cloud.mint.open(Kind::Offer, token);
    if offer != Some((visit.member.id.clone(), model.id.clone())) {
        return Err(invalid("The provided offer token is invalid."));
    }
    cloud.changes.of(&visit.member.id, |change| {
        change.agreements.insert(model.id.clone(), AgreementStatus::Available);
    });
    Ok(json!({ "modelId": model.id }))
}

fn use_case(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:GetUseCaseForModelAccess", "*")?;
    if !cloud.changes.has_form(visit.member) {
        let message = "Model use case details have not been submitted for this account.";
        return Err(Refusal::new(404, "ResourceNotFoundException", message));
    }
    let form = cloud.changes.of(&visit.member.id, |change| change.use_case_form.clone());
    // What an account declared as done had on its form is nobody's business.
    let form = form.unwrap_or_else(|| b"{\"companyName\":\"Example\"}".to_vec());
    Ok(json!({ "formData": BASE64_STANDARD.encode(form) }))
}

fn submit_use_case(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:PutUseCaseForModelAccess", "*")?;
    let body = body(request)?;
    let form = body["formData"].as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
    let form = form.filter(|form| FORM_BYTES.contains(&form.len()));
    let form = form.ok_or_else(|| invalid("formData: 10 to 16384 bytes in Base64 are required"))?;
    cloud.changes.of(&visit.member.id, |change| change.use_case_form = Some(form));
    Ok(json!({}))
}

fn data_retention(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:GetAccountDataRetention", "*")?;
    let (mode, since) = cloud.changes.data_retention(visit.member);
    let mut answer = json!({ "mode": mode });
    if let Some(since) = since {
        answer["updatedAt"] = clock::to_the_second(since).into();
    }
    Ok(answer)
}

fn set_data_retention(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    visit.require("bedrock:PutAccountDataRetention", "*")?;
    let mode = serde_json::from_value::<DataRetention>(body(request)?["mode"].clone());
    let mode = mode.map_err(|error| invalid(format!("mode: {error}")))?;
    let now = cloud.now();
    cloud.changes.of(&visit.member.id, |change| change.data_retention = Some((mode, now)));
    Ok(json!({ "mode": mode, "updatedAt": clock::to_the_second(now) }))
}

fn model<'a>(cloud: &'a Cloud, visit: &Visit<'a>, name: &str) -> Result<&'a Model, Refusal> {
    let id = visit.catalogue(cloud, |catalogue| catalogue.foundation_model(name).map(|model| model.id.clone()));
    id.and_then(|id| cloud.account.model(&id)).ok_or_else(|| {
        let message = "Could not resolve the foundation model from the provided model identifier.";
        Refusal::new(404, "ResourceNotFoundException", message)
    })
}

fn body(request: &Request) -> Result<Value, Refusal> {
    serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))
}

fn with_status(status: u16, result: Result<Value, Refusal>) -> Reply {
    match result {
        Ok(value) => Reply { status, ..Reply::json(&value) },
        Err(refusal) => refusal.rest_json(),
    }
}
