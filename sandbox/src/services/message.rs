//! What a model says, as one document and as a stream of events, in the form of Anthropic's Messages API.

use serde_json::{Value, json};

use crate::{
    account::{ToolCall, Turn},
    cloud::Cloud,
};

/// What a model says, before it is put into a format.
pub(super) struct Message {
    id: String,
    model: String,
    /// The words, each with the blank before it; one counts as one token.
    pub(super) words: Vec<String>,
    complete: bool,
    pub(super) input_tokens: usize,
    /// The tools it calls, each with the id of the call.
    calls: Vec<(String, ToolCall)>,
}

impl Message {
    /// A text as a model says it, which ends where it may say no more.
    pub(super) fn new(cloud: &Cloud, model: &str, text: &str, most_tokens: usize, input_tokens: usize) -> Self {
        let words: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        Self {
            id: format!("msg_bdrk_{}", cloud.mint.nonce()),
            model: plain_name(model),
            complete: words.len() <= most_tokens,
            words: words.into_iter().take(most_tokens).collect(),
            input_tokens,
            calls: Vec::new(),
        }
    }

    /// Says what a script has in the place of the account's sentence.
    pub(super) fn play(&mut self, cloud: &Cloud, turn: &Turn) {
        self.words = turn.text.split_inclusive(' ').map(str::to_owned).collect();
        self.complete = true;
        let id = || format!("toolu_bdrk_{}", cloud.mint.nonce());
        self.calls = turn.tools.iter().map(|call| (id(), call.clone())).collect();
    }

    /// All of it at once.
    pub(super) fn whole(&self) -> Value {
        let mut message = self.head();
        let text = (!self.words.is_empty()).then(|| json!({ "type": "text", "text": self.words.concat() }));
        let calls = self.calls.iter().map(|(id, call)| tool_use(id, call, &call.input));
        message["content"] = text.into_iter().chain(calls).collect();
        message["stop_reason"] = self.stop_reason().into();
        message["usage"]["output_tokens"] = self.words.len().into();
        message
    }

    /// The events of a stream, in order.
    pub(super) fn events(&self) -> Vec<Value> {
        let mut events = vec![json!({ "type": "message_start", "message": self.head() })];
        let mut blocks = Vec::new();
        if !self.words.is_empty() {
            let deltas = self.words.iter().map(|word| json!({ "type": "text_delta", "text": word })).collect();
            blocks.push((json!({ "type": "text", "text": "" }), deltas));
        }
        for (id, call) in &self.calls {
            let delta = json!({ "type": "input_json_delta", "partial_json": call.input.to_string() });
            blocks.push((tool_use(id, call, &json!({})), vec![delta]));
        }
        for (index, (block, deltas)) in blocks.into_iter().enumerate() {
            events.push(json!({ "type": "content_block_start", "index": index, "content_block": block }));
            let delta = |delta| json!({ "type": "content_block_delta", "index": index, "delta": delta });
            events.extend(deltas.into_iter().map(delta));
            events.push(json!({ "type": "content_block_stop", "index": index }));
        }
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

    /// Why it ends.
    pub(super) const fn stop_reason(&self) -> &'static str {
        match (self.calls.is_empty(), self.complete) {
            (false, _) => "tool_use",
            (true, true) => "end_turn",
            (true, false) => "max_tokens",
        }
    }
}

fn tool_use(id: &str, call: &ToolCall, input: &Value) -> Value {
    json!({ "type": "tool_use", "id": id, "name": call.name, "input": input })
}

/// The name a model gives itself: its id without provider and version.
pub(super) fn plain_name(id: &str) -> String {
    let name = id.split_once('.').map_or(id, |(_, name)| name);
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let (stem, version) = name.rsplit_once("-v").unwrap_or((name, "x"));
    let is_versioned = version.bytes().all(|byte| byte.is_ascii_digit());
    if is_versioned { stem } else { name }.to_owned()
}
