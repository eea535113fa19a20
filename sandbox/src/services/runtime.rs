//! Bedrock's data plane: models that answer with the account's sentence.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{region_of, rest_refusal};
use crate::{
    authentication::{self, Caller},
    catalogue::{self, Target},
    cloud::Cloud,
    eventstream,
    log::Entry,
    request::{Refusal, Reply, Request},
};

const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

/// What a model says, before it is put into a format.
struct Message {
    id: String,
    model: String,
    /// The words, each with the blank before it; one counts as one token.
    words: Vec<String>,
    complete: bool,
    input_tokens: usize,
}

pub(super) fn invoke_model(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    match message(cloud, request, model, "InvokeModel", entry) {
        Ok(message) => Reply::json(&message.whole())
            .with("x-amzn-bedrock-input-token-count", message.input_tokens.to_string())
            .with("x-amzn-bedrock-output-token-count", message.words.len().to_string()),
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
            let mut reply =
                Reply::of(200, eventstream::MEDIA_TYPE, "").with("x-amzn-bedrock-content-type", "application/json");
            reply.chunks = message.events().iter().map(chunk).collect();
            reply
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
    count().map_or_else(|refusal: Refusal| refusal.rest_json(), |value| Reply::json(&value))
}

fn message(
    cloud: &Cloud,
    request: &Request,
    model: &str,
    operation: &str,
    entry: &mut Entry,
) -> Result<Message, Refusal> {
    let (caller, target) = enter(cloud, request, model, operation, entry)?;
    if !target.invocable {
        return Err(invalid(format!(
            "Invocation of model ID {model} with on-demand throughput isn\u{2019}t supported. Retry your request \
             with the ID or ARN of an inference profile that contains this model."
        )));
    }
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| malformed())?;
    let most_words = check(&body)?;
    let text = cloud
        .account
        .answer
        .replace("{model}", model)
        .replace("{region}", &caller.region)
        .replace("{principal}", &caller.principal.arn);
    let words: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
    Ok(Message {
        id: format!("msg_bdrk_{}", cloud.mint.nonce()),
        model: plain_name(&target.model),
        complete: words.len() <= most_words,
        words: words.into_iter().take(most_words).collect(),
        input_tokens: tokens_of(body["messages"].to_string().len() + body["system"].to_string().len()),
    })
}

/// Authenticates, then finds the model, then asks whether the caller may, in AWS's order.
fn enter(
    cloud: &Cloud,
    request: &Request,
    model: &str,
    operation: &str,
    entry: &mut Entry,
) -> Result<(Caller, Target), Refusal> {
    entry.service = "bedrock-runtime";
    operation.clone_into(&mut entry.operation);
    entry.model = Some(model.to_owned());
    let caller = authentication::signer_or_key(cloud, request, entry).map_err(|reason| rest_refusal(&reason))?;
    let region = region_of(cloud, &caller)?;
    let target = catalogue::target(&cloud.account, region, &caller.principal.account_id, model)
        .ok_or_else(|| invalid("The provided model identifier is invalid.".to_owned()))?;
    if caller.with_api_key {
        caller.principal.require("bedrock:CallWithBearerToken", "*")?;
    }
    caller.principal.require(&format!("bedrock:{operation}"), &target.arn)?;
    Ok((caller, target))
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
        return Err(invalid("messages: at least one message is required".to_owned()));
    }
    let most = body["max_tokens"].as_u64().filter(|most| *most > 0);
    let most = most.ok_or_else(|| invalid("max_tokens: Input should be greater than or equal to 1".to_owned()))?;
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}

impl Message {
    fn whole(&self) -> Value {
        let text = self.words.concat();
        let mut message = self.head();
        message["content"] = json!([{ "type": "text", "text": text }]);
        message["stop_reason"] = self.stop_reason().into();
        message["usage"]["output_tokens"] = self.words.len().into();
        message
    }

    fn events(&self) -> Vec<Value> {
        let mut events = vec![
            json!({ "type": "message_start", "message": self.head() }),
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        ];
        events.extend(self.words.iter().map(|word| {
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": word } })
        }));
        events.push(json!({ "type": "content_block_stop", "index": 0 }));
        events.push(json!({
            "type": "message_delta",
            "delta": { "stop_reason": self.stop_reason(), "stop_sequence": null },
            "usage": { "output_tokens": self.words.len() },
        }));
        events.push(json!({
            "type": "message_stop",
            "amazon-bedrock-invocationMetrics": {
                "inputTokenCount": self.input_tokens,
                "outputTokenCount": self.words.len(),
                "invocationLatency": 1,
                "firstByteLatency": 1,
            },
        }));
        events
    }

    fn head(&self) -> Value {
        json!({
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": {
                "input_tokens": self.input_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 1,
            },
        })
    }

    const fn stop_reason(&self) -> &'static str {
        if self.complete { "end_turn" } else { "max_tokens" }
    }
}

fn chunk(event: &Value) -> Bytes {
    let headers = [(":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")];
    let payload = json!({ "bytes": BASE64_STANDARD.encode(event.to_string()) });
    eventstream::frame(&headers, payload.to_string().as_bytes())
}

/// About four characters of English make a token.
const fn tokens_of(characters: usize) -> usize {
    characters / 4 + 1
}

/// The name a model gives itself: its id without provider and version.
fn plain_name(id: &str) -> String {
    let name = id.split_once('.').map_or(id, |(_, name)| name);
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let (stem, version) = name.rsplit_once("-v").unwrap_or((name, "x"));
    let is_versioned = version.bytes().all(|byte| byte.is_ascii_digit());
    if is_versioned { stem } else { name }.to_owned()
}

fn malformed() -> Refusal {
    invalid("Malformed input request, please reformat your input and try again.".to_owned())
}

fn invalid(message: String) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}
