//! The sandbox's own door, below `/_sandbox`: what a person, an administrator or bad luck would do, as plain HTTP.
//!
//! No AWS service uses the prefix. Requests to it are neither logged nor recorded, and faults are not about them.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    approvals::Decision,
    clock,
    cloud::Cloud,
    fault::Fault,
    request::{Reply, Request},
    services::WebIdentityToken,
};

const PREFIX: &str = "_sandbox";
const DEFAULT_AUDIENCE: &str = "sts.amazonaws.com";

/// Answers a request to the sandbox itself; `None` when it is for AWS.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Option<Reply> {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (prefix, path) = segments.split_first()?;
    if *prefix != PREFIX {
        return None;
    }
    let result = perform(cloud, request, request.method.as_str(), path);
    Some(match result {
        Ok(value) => Reply::json(&value),
        Err(Wrong { status, reason }) => {
            let body = json!({ "error": reason });
            Reply::of(status, "application/json", body.to_string())
        }
    })
}

/// Why a request was not carried out.
#[derive(Debug)]
struct Wrong {
    status: u16,
    reason: String,
}

fn perform(cloud: &Cloud, request: &Request, method: &str, path: &[&str]) -> Result<Value, Wrong> {
    match (method, path) {
        ("GET", [] | [""]) => Ok(state(cloud)),
        ("GET", ["requests"]) => Ok(json!(cloud.log.entries())),
        ("GET", ["faults"]) => Ok(faults(cloud)),
        ("POST", ["faults"]) => set_fault(cloud, request),
        ("DELETE", ["faults"]) => Ok(json!({ "cleared": cloud.faults.clear(None) })),
        ("DELETE", ["faults", id]) => clear_fault(cloud, id),
        ("POST", ["approve"]) => Ok(decide(cloud, request, Decision::Approved)),
        ("POST", ["deny"]) => Ok(decide(cloud, request, Decision::Denied)),
        ("POST", ["ask"]) => {
            cloud.approvals.stand_by(Decision::Pending);
            Ok(json!({}))
        }
        ("POST", ["forget-sessions"]) => Ok(done(cloud.forget_sessions())),
        ("POST", ["expire-tokens"]) => Ok(done(cloud.expire_tokens())),
        ("POST", ["expire-credentials"]) => Ok(done(cloud.expire_credentials())),
        ("POST", ["advance"]) => Ok(done(cloud.clock.advance(by(request)?))),
        ("POST", ["age"]) => Ok(done(cloud.clock.age(by(request)?))),
        ("POST", ["web-identity"]) => web_identity(cloud, request),
        _ => Err(Wrong { status: 404, reason: format!("there is no {method} /{PREFIX}/{}", path.join("/")) }),
    }
}

fn state(cloud: &Cloud) -> Value {
    json!({
        "time": clock::to_the_millisecond(cloud.clock.now()),
        "time_for_tokens": clock::to_the_millisecond(cloud.now()),
        "pending_sign_ins": cloud.approvals.pending(),
        "faults": faults(cloud),
        "requests": cloud.log.entries().len(),
    })
}

fn faults(cloud: &Cloud) -> Value {
    let faults = cloud.faults.list().into_iter();
    faults.map(|(id, fault, requests)| json!({ "id": id, "requests": requests, "fault": fault })).collect()
}

fn set_fault(cloud: &Cloud, request: &Request) -> Result<Value, Wrong> {
    let fault: Fault = serde_json::from_slice(&request.body).map_err(|error| wrong(error.to_string()))?;
    fault.check().map_err(wrong)?;
    Ok(json!({ "id": cloud.faults.set(fault) }))
}

fn clear_fault(cloud: &Cloud, id: &str) -> Result<Value, Wrong> {
    let cleared = id.parse().is_ok_and(|id| cloud.faults.clear(Some(id)));
    if cleared { Ok(json!({})) } else { Err(Wrong { status: 404, reason: format!("there is no fault {id}") }) }
}

fn decide(cloud: &Cloud, request: &Request, decision: Decision) -> Value {
    if argument(request, "from_now_on").is_some() {
        cloud.approvals.stand_by(decision);
    }
    json!({ "decided": cloud.approvals.decide(decision, argument(request, "user_code").as_deref()) })
}

fn web_identity(cloud: &Cloud, request: &Request) -> Result<Value, Wrong> {
    let required = |name: &str| argument(request, name).ok_or_else(|| wrong(format!("`{name}` is missing")));
    let audience = argument(request, "audience").unwrap_or_else(|| DEFAULT_AUDIENCE.to_owned());
    let token = WebIdentityToken::new(cloud, required("issuer")?, audience, required("subject")?);
    Ok(json!({ "token": token.text(cloud) }))
}

fn by(request: &Request) -> Result<Duration, Wrong> {
    let text = argument(request, "by").ok_or_else(|| wrong("`by` is missing, such as `by=1h`"))?;
    let duration: SignedDuration = text.parse().map_err(|error| wrong(format!("`{text}`: {error}")))?;
    duration.try_into().map_err(|_| wrong(format!("`{text}`: time does not go back")))
}

/// An argument in the query, or in a form.
fn argument(request: &Request, name: &str) -> Option<String> {
    request.parameter(name).or_else(|| request.form_field(name)).filter(|value| !value.is_empty())
}

fn done((): ()) -> Value {
    json!({})
}

fn wrong(reason: impl Into<String>) -> Wrong {
    Wrong { status: 400, reason: reason.into() }
}
