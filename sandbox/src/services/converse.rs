//! Bedrock's data plane in its own format: Converse, whole and as a stream.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    invalid,
    message::Message,
    runtime::{self, Wanted},
};
use crate::{
    cloud::Cloud,
    eventstream,
    log::Entry,
    request::{Refusal, Reply, Request},
};

/// What a model may say when the request sets no limit.
const DEFAULT_TOKENS: u64 = 4096;

pub(super) fn converse(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    super::respond(message(cloud, request, model, "Converse", entry).map(|message| {
        json!({
            "metrics": { "latencyMs": 1 },
            "output": { "message": { "content": [{ "text": message.words.concat() }], "role": "assistant" } },
            "stopReason": message.stop_reason(),
            "usage": usage(&message),
        })
    }))
}

pub(super) fn converse_stream(cloud: &Cloud, request: &Request, model: &str, entry: &mut Entry) -> Reply {
    match message(cloud, request, model, "ConverseStream", entry) {
        Ok(message) => eventstream::reply(frames(&message)),
        Err(refusal) => refusal.rest_json(),
    }
}

fn message(
    cloud: &Cloud,
    request: &Request,
    model: &str,
    operation: &str,
    entry: &mut Entry,
) -> Result<Message, Refusal> {
    let (visit, target) = runtime::enter(cloud, request, model, operation, entry)?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| runtime::malformed())?;
    check(&body)?;
    let most_tokens = match &body["inferenceConfig"]["maxTokens"] {
        Value::Null => DEFAULT_TOKENS,
        number => number.as_u64().filter(|most| *most > 0).ok_or_else(|| {
            invalid(
                "1 validation error detected: Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: \
                 Member must have value greater than or equal to 1",
            )
        })?,
    };
    let prompt = body["messages"].to_string().len() + body["system"].to_string().len();
    let most_tokens = usize::try_from(most_tokens).unwrap_or(usize::MAX);
    runtime::speak(cloud, model, &visit, &target, &Wanted { prompt, most_tokens })
}

fn check(body: &Value) -> Result<(), Refusal> {
    let messages = body["messages"].as_array().filter(|messages| !messages.is_empty());
    let messages = messages.ok_or_else(|| {
        invalid("The conversation must start with a user message. Try again with a conversation that starts with a user message.")
    })?;
    for message in messages {
        let role = message["role"].as_str().unwrap_or_default();
        if !["user", "assistant", "system"].contains(&role) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{role}' at 'messages.1.member.role' failed to satisfy \
                 constraint: Member must satisfy enum value set: [user, assistant, system]"
            )));
        }
        if message["content"].as_array().is_none_or(Vec::is_empty) {
            return Err(invalid(
                "The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the \
                 content field and try again.",
            ));
        }
    }
    Ok(())
}

fn frames(message: &Message) -> Vec<Bytes> {
    let padding = "abcdefghijklm";
    let mut frames = vec![eventstream::event("messageStart", &json!({ "p": padding, "role": "assistant" }))];
    frames.extend(message.words.iter().map(|word| {
        let delta = json!({ "contentBlockIndex": 0, "delta": { "text": word }, "p": padding });
        eventstream::event("contentBlockDelta", &delta)
    }));
    frames.push(eventstream::event("contentBlockStop", &json!({ "contentBlockIndex": 0, "p": padding })));
    let stop = json!({ "p": padding, "stopReason": message.stop_reason() });
    frames.push(eventstream::event("messageStop", &stop));
    let metadata = json!({ "metrics": { "latencyMs": 1 }, "p": padding, "usage": usage(message) });
    frames.push(eventstream::event("metadata", &metadata));
    frames
}

fn usage(message: &Message) -> Value {
    let output = message.words.len();
    json!({
        "inputTokens": message.input_tokens,
        "outputTokens": output,
        "totalTokens": message.input_tokens + output,
        "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 0,
    })
}
