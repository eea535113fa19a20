//! Bedrock's data plane: models that answer with the account's sentence.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Visit, gates, invalid, message::Message, model_id};
use crate::{
    account,
    catalogue::Target,
    cloud::Cloud,
    eventstream,
    log::Entry,
    request::{Refusal, Reply, Request},
};

const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

/// What a request wants of a model.
pub(super) struct Wanted {
    /// The length of the prompt, in characters.
    pub(super) prompt: usize,
    /// How many tokens the answer may have.
    pub(super) most_tokens: usize,
}

pub(super) fn invoke_model(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    match message(cloud, request, model, "InvokeModel", entry) {
        Ok(message) => Reply::json(&message.whole())
            .with("x-amzn-bedrock-input-token-count", message.input_tokens.to_string())
            .with("x-amzn-bedrock-output-token-count", message.words.len().to_string())
            .with("x-amzn-bedrock-invocation-latency", "1"),
        Err(refusal) => refusal.rest_json(),
    }
}

pub(super) fn invoke_model_with_response_stream(
    cloud: &Cloud,
    request: &Request,
    model: &str,
    entry: &mut Entry,
) -> Reply {
    match message(cloud, request, model, "InvokeModelWithResponseStream", entry) {
        Ok(message) => {
            let events = message.events();
            eventstream::reply(events.iter().map(chunk).collect())
                .with("x-amzn-bedrock-content-type", "application/json")
        }
        Err(refusal) => refusal.rest_json(),
    }
}

pub(super) fn count_tokens(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    let mut count = || {
        enter(cloud, request, model, "CountTokens", entry)?;
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| malformed())?;
        let input = &body["input"];
        let encoded = input["invokeModel"]["body"].as_str();
        let length = match encoded {
            Some(encoded) => BASE64_STANDARD.decode(encoded).map_err(|_| malformed())?.len(),
            None if input["converse"].is_object() => input["converse"].to_string().len(),
            None => return Err(malformed()),
        };
        Ok(json!({ "inputTokens": tokens_of(length) }))
    };
    super::respond(count())
}

/// Lets the model speak, if the caller, the account and the quotas let it.
pub(super) fn speak(
    cloud: &Cloud,
    name: &str,
    visit: &Visit<'_>,
    target: &Target,
    wanted: &Wanted,
) -> Result<Message, Refusal> {
    let input_tokens = tokens_of(wanted.prompt);
    let tokens = input_tokens.saturating_add(wanted.most_tokens);
    let tokens = u64::try_from(tokens).unwrap_or(u64::MAX);
    cloud.usage.take(visit.member, &visit.region.name, name, tokens, cloud.now())?;
    let text = cloud
        .account
        .answer
        .replace("{model}", name)
        .replace("{region}", &visit.caller.region)
        .replace("{principal}", &visit.caller.principal.arn);
    Ok(Message::new(cloud, &target.model, &text, wanted.most_tokens, input_tokens))
}

/// Authenticates, then finds the model, then asks whether the caller and its account may, in AWS's order.
pub(super) fn enter<'a>(
    cloud: &'a Cloud,
    request: &Request,
    model: &str,
    operation: &str,
    entry: &mut Entry,
) -> Result<(Visit<'a>, Target), Refusal> {
    let visit = Visit::of(cloud, request, entry)?;
    model_id::check(model)?;
    let target = visit.catalogue(cloud, |catalogue| catalogue.target(model));
    let target = target.ok_or_else(|| invalid("The provided model identifier is invalid."))?;
    if visit.caller.with_api_key {
        visit.require("bedrock:CallWithBearerToken", "*")?;
    }
    // AWS has no permission of their own for these.
    let action = match operation {
        "Converse" => "bedrock:InvokeModel".to_owned(),
        "ConverseStream" => "bedrock:InvokeModelWithResponseStream".to_owned(),
        _ => format!("bedrock:{operation}"),
    };
    let agent = request.header("user-agent").unwrap_or_default();
    let through = target.arns.first().filter(|_| target.arns.len() > 1);
    for arn in &target.arns {
        let region = arn.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or("unspecified");
        let mut keys = vec![("aws:RequestedRegion", region), ("aws:UserAgent", agent)];
        keys.extend(through.filter(|through| *through != arn).map(|arn| ("bedrock:InferenceProfileArn", arn.as_str())));
        visit.caller.principal.require_with(&action, arn, &keys)?;
    }
    if operation != "CountTokens" {
        check_throughput(model, &target)?;
        let model = cloud.account.model(&target.model).ok_or_else(|| invalid("The model is gone."))?;
        gates::pass(cloud, &visit, model)?;
    }
    Ok((visit, target))
}

fn check_throughput(model: &str, target: &Target) -> Result<(), Refusal> {
    if target.invocable {
        return Ok(());
    }
    Err(invalid(format!(
        "Invocation of model ID {model} with on-demand throughput isn\u{2019}t supported. Retry your request \
         with the ID or ARN of an inference profile that contains this model."
    )))
}

fn message(
    cloud: &Cloud,
    request: &Request,
    model: &str,
    operation: &str,
    entry: &mut Entry,
) -> Result<Message, Refusal> {
    let (visit, target) = enter(cloud, request, model, operation, entry)?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| malformed())?;
    let most_tokens = check(&body)?;
    let prompt = body["messages"].to_string().len() + body["system"].to_string().len();
    let mut message = speak(cloud, model, &visit, &target, &Wanted { prompt, most_tokens })?;
    if let Some(turn) = account::due(&cloud.account.scripts, &body) {
        message.play(cloud, &turn);
    }
    Ok(message)
}

/// Checks what a model cannot do without, and returns how many tokens it may say.
fn check(body: &Value) -> Result<usize, Refusal> {
    let Some(body) = body.as_object() else { return Err(malformed()) };
    for field in ["anthropic_version", "max_tokens", "messages"] {
        if !body.contains_key(field) {
            return Err(invalid(format!("{field}: Field required")));
        }
    }
    if body["anthropic_version"] != ANTHROPIC_VERSION {
        return Err(invalid(format!("anthropic_version: Input should be '{ANTHROPIC_VERSION}'")));
    }
    if body["messages"].as_array().is_none_or(Vec::is_empty) {
        return Err(invalid("messages: at least one message is required"));
    }
    let most = body["max_tokens"].as_u64().filter(|most| *most > 0);
    let most = most.ok_or_else(|| invalid("max_tokens: Input should be greater than or equal to 1"))?;
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}

fn chunk(event: &Value) -> Bytes {
    // The padding hides how long an event is; clients pass over it.
    let padding = &"abcdefghijklmnopqrstuvwxyz"[..event.to_string().len() % 26];
    eventstream::event("chunk", &json!({ "bytes": BASE64_STANDARD.encode(event.to_string()), "p": padding }))
}

/// About four characters of English make a token.
pub(super) const fn tokens_of(characters: usize) -> usize {
    characters / 4 + 1
}

pub(super) fn malformed() -> Refusal {
    invalid("Malformed input request, please reformat your input and try again.")
}
