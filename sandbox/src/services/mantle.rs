//! Bedrock's Messages API endpoint (Mantle): Anthropic's own shapes, behind permissions of its own.
//!
//! As Claude Code 2.1.329 was observed to call it, and as users quoted its refusals: no service model describes it.
//! Signatures made for `bedrock` are taken too, others are 401; IAM is asked about `bedrock-mantle:` actions on the
//! account's project.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Visit, gates,
    message::plain_name,
    runtime::{self, Wanted},
};
use crate::{
    account::{self, Model},
    authentication,
    catalogue::Target,
    cloud::Cloud,
    log::Entry,
    request::{Refusal, Reply, Request},
};

/// The service's name in signatures.
pub(super) const SERVICE: &str = "bedrock-mantle";

/// The model a request names, which stands in its body.
pub(super) fn model_of(request: &Request) -> String {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body["model"].as_str().unwrap_or_default().to_owned()
}

pub(super) fn create_message(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    let mut answer = || {
        let (visit, found) = enter(cloud, request, model, "CreateInference", entry)?;
        gates::pass(cloud, &visit, found)?;
        let body = checked(request)?;
        let most_tokens = body["max_tokens"].as_u64().and_then(|most| usize::try_from(most).ok());
        let most_tokens = most_tokens
            .filter(|most| *most > 0)
            .ok_or_else(|| invalid("max_tokens: Input should be greater than or equal to 1"))?;
        let prompt = body["messages"].to_string().len() + body["system"].to_string().len();
        let target = Target { model: found.id.clone(), arns: Vec::new(), invocable: true };
        let mut message = runtime::speak(cloud, model, &visit, &target, &Wanted { prompt, most_tokens })?;
        if let Some(turn) = account::due(&cloud.account.scripts, &body) {
            message.play(cloud, &turn);
        }
        Ok(if body["stream"] == true { stream(message.events()) } else { Reply::json(&message.whole()) })
    };
    answer().unwrap_or_else(|refusal| error(&refusal, &cloud.mint.request_id()))
}

pub(super) fn count_tokens(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    let mut count = || {
        enter(cloud, request, model, "CountTokens", entry)?;
        let body = checked(request)?;
        let length = body["messages"].to_string().len() + body["system"].to_string().len();
        Ok(Reply::json(&json!({ "input_tokens": runtime::tokens_of(length) })))
    };
    count().unwrap_or_else(|refusal| error(&refusal, &cloud.mint.request_id()))
}

/// Writes an error as Anthropic's API does.
pub(super) fn error(refusal: &Refusal, request_id: &str) -> Reply {
    let kind = match refusal.status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    let body = json!({
        "type": "error",
        "request_id": format!("req_{}", request_id.replace('-', "")),
        "error": { "type": kind, "message": refusal.message },
    });
    Reply::of(refusal.status, "application/json", body.to_string())
}

/// Authenticates, asks IAM about the project, then finds the model.
fn enter<'a>(
    cloud: &'a Cloud,
    request: &Request,
    model: &str,
    action: &str,
    entry: &mut Entry,
) -> Result<(Visit<'a>, &'a Model), Refusal> {
    let caller = authentication::signer_or_key(cloud, request, SERVICE, entry)
        .map_err(|reason| Refusal::new(401, "authentication_error", reason.to_string()))?;
    let visit = Visit::by(cloud, caller)?;
    if visit.caller.with_api_key {
        visit.require("bedrock-mantle:CallWithBearerToken", "*")?;
    }
    let project =
        format!("arn:{}:bedrock-mantle:{}:{}:project/default", visit.partition, visit.region.name, visit.member.id);
    visit.require(&format!("bedrock-mantle:{action}"), &project)?;
    let mut models = cloud.account.models.iter();
    let found = models.find(|known| plain(&known.id) == model && !visit.region.geographies.is_empty());
    let found =
        found.ok_or_else(|| Refusal::new(404, "not_found_error", format!("The model '{model}' does not exist")))?;
    Ok((visit, found))
}

/// A model's id as Mantle has it, without date and version: `anthropic.claude-haiku-4-5`.
fn plain(id: &str) -> String {
    let name = plain_name(id);
    let is_date = |end: &str| end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.rsplit_once('-').filter(|(_, end)| is_date(end)).map_or(name.as_str(), |(stem, _)| stem);
    let provider = id.split_once('.').map_or("", |(provider, _)| provider);
    format!("{provider}.{name}")
}

fn checked(request: &Request) -> Result<Value, Refusal> {
    if request.header("anthropic-version").is_none() {
        return Err(invalid("anthropic-version: header is required"));
    }
    let body: Value =
        serde_json::from_slice(&request.body).map_err(|_| invalid("The request body is not valid JSON"))?;
    if body["messages"].as_array().is_none_or(Vec::is_empty) {
        return Err(invalid("messages: Field required"));
    }
    Ok(body)
}

/// Server-sent events, each named after its type.
fn stream(events: Vec<Value>) -> Reply {
    let chunk = |mut event: Value| {
        if let Some(event) = event.as_object_mut() {
            // What the runtime adds, Anthropic's API does not have.
            event.remove("amazon-bedrock-invocationMetrics");
        }
        let name = event["type"].as_str().unwrap_or_default().to_owned();
        Bytes::from(format!("event: {name}\ndata: {event}\n\n"))
    };
    let mut reply = Reply::of(200, "text/event-stream; charset=utf-8", "");
    reply.chunks = events.into_iter().map(chunk).collect();
    reply
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "invalid_request_error", message)
}
