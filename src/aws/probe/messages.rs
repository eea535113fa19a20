//! The same question by Bedrock's Messages API (Mantle), in Anthropic's own shapes.
//!
//! Address, headers, the service's name in signatures and the events are those of Claude Code 2.1.329 as it was
//! observed; for `[1m]` it sends no beta there.

use serde_json::Value;

use crate::aws::signed::Post;
use crate::model;

use super::stream::{Event, Reader};

/// The version of Anthropic's API.
const VERSION: &str = "2023-06-01";

/// An event longer than this is none.
const LONGEST: usize = 1 << 20;

/// One token of a model, streamed.
pub(super) fn post(address: &str, id: &str, region: &str) -> Post {
    let mut body = question(id);
    (body["max_tokens"], body["stream"]) = (1.into(), true.into());
    to(format!("{address}/v1/messages"), &body, region)
}

/// The tokens of the same question, which AWS bills to nobody (Amazon Bedrock User Guide, token counting).
pub(super) fn count(address: &str, id: &str, region: &str) -> Post {
    to(format!("{address}/v1/messages/count_tokens"), &question(id), region)
}

fn question(id: &str) -> Value {
    let model = model::without_context_suffix(id);
    serde_json::json!({ "model": model, "messages": [{ "role": "user", "content": "." }] })
}

fn to(address: String, body: &Value, region: &str) -> Post {
    Post {
        address,
        headers: vec![("content-type", "application/json".to_owned()), ("anthropic-version", VERSION.to_owned())],
        body: body.to_string(),
        service: "bedrock-mantle",
        region: region.to_owned(),
    }
}

/// The type and the sentence of an error, which stand one level deeper than AWS's own.
pub(super) fn error(body: &Value) -> Option<(String, String)> {
    let text = |name: &str| body["error"][name].as_str().map(str::to_owned);
    Some((text("type")?, text("message")?))
}

/// Server-sent events that have arrived and were not read yet.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<u8>);

impl Reader for Lines {
    fn take(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn next_event(&mut self) -> Option<Result<Event, &'static str>> {
        loop {
            let Some(end) = self.0.iter().position(|byte| *byte == b'\n') else {
                return (self.0.len() > LONGEST).then_some(Err("the answer is not an event stream"));
            };
            let line: Vec<u8> = self.0.drain(..=end).collect();
            // What an event is called stands in its data, too.
            if let Some(data) = line.strip_prefix(b"data:") {
                return Some(Ok(read(data)));
            }
        }
    }
}

fn read(data: &[u8]) -> Event {
    let said: Value = serde_json::from_slice(data).unwrap_or_default();
    match said["type"].as_str() {
        Some("content_block_delta" | "message_delta") => Event::Token,
        Some("error") => {
            let (name, message) = error(&said).unwrap_or_default();
            Event::Exception { name, message }
        }
        _ => Event::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_line_by_line_however_they_arrive() {
        let text = "event: message_start\r\ndata: {\"type\":\"message_start\"}\r\n\r\nevent: content_block_delta\n\
                    data: {\"type\":\"content_block_delta\"}\n\nevent: error\n\
                    data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
        let mut lines = Lines::default();
        let mut events = Vec::new();
        for byte in text.bytes() {
            lines.take(&[byte]);
            events.extend(lines.next_event());
        }
        let overloaded = Event::Exception { name: "overloaded_error".into(), message: "Overloaded".into() };
        assert_eq!(events, [Ok(Event::Other), Ok(Event::Token), Ok(overloaded)]);
    }
}
