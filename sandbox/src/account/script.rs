//! Conversations as data: what a model says, and which tools it calls, when a user begins with certain words.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A conversation that a model plays instead of answering with the account's sentence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What a message of the user's contains that begins it.
    pub prompt: String,
    /// The model's turns, one after the other; after the last it answers as it always does.
    pub turns: Vec<Turn>,
}

/// One turn of a model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// What it says. Here and in the input of tools, `{after:WORDS}` stands for the word that follows these, where they
    /// were said last in the conversation.
    #[serde(default)]
    pub text: String,
    /// The tools it calls.
    #[serde(default)]
    pub tools: Vec<ToolCall>,
    /// Played again and again until an answer to it has these words.
    #[serde(default)]
    pub until: Option<String>,
}

/// A call of one of the client's tools.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The tool.
    pub name: String,
    /// Its input.
    pub input: Value,
}

/// The turn that a request is due, by what was said so far, so that a request that is repeated is answered alike.
///
/// A request without tools is not part of a conversation: clients ask small models for titles and summaries.
pub(crate) fn due(scripts: &[Script], request: &Value) -> Option<Turn> {
    if request["tools"].as_array().is_none_or(Vec::is_empty) {
        return None;
    }
    let messages = request["messages"].as_array()?;
    let begun = |script: &&Script| messages.iter().rposition(|message| begins(message, &script.prompt));
    let (script, at) = scripts.iter().filter_map(|script| Some((script, begun(&script)?))).max_by_key(|(_, at)| *at)?;
    let since = &messages[at..];
    Some(script.turn(since)?.filled(since))
}

impl Script {
    /// The turn that follows what was said since its prompt.
    fn turn(&self, since: &[Value]) -> Option<&Turn> {
        let mut next = 0;
        let mut waits_for: Option<&str> = None;
        for message in since {
            if message["role"] == "assistant" {
                waits_for = self.turns.get(next).and_then(|turn| turn.until.as_deref());
                next += usize::from(waits_for.is_none());
            } else if waits_for.is_some_and(|words| words_of(message).contains(words)) {
                waits_for = None;
                next += 1;
            }
        }
        self.turns.get(next)
    }
}

impl Turn {
    fn filled(&self, since: &[Value]) -> Self {
        let said: Vec<String> = since.iter().map(words_of).collect();
        let said = said.join("\n");
        let tools = self.tools.iter();
        let tools =
            tools.map(|call| ToolCall { name: call.name.clone(), input: filled_value(&call.input, &said) }).collect();
        Self { text: filled(&self.text, &said), tools, until: None }
    }
}

fn filled_value(value: &Value, said: &str) -> Value {
    match value {
        Value::String(text) => filled(text, said).into(),
        Value::Array(values) => values.iter().map(|value| filled_value(value, said)).collect(),
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), filled_value(value, said))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn filled(text: &str, said: &str) -> String {
    let place = text.split_once("{after:").and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (words, rest))) = place else { return text.to_owned() };
    let tail = said.rsplit_once(words).map_or("", |(_, tail)| tail);
    let word = tail.split(|sign: char| sign.is_whitespace() || "\",".contains(sign)).next().unwrap_or_default();
    format!("{before}{}{}", word.trim_end_matches('.'), filled(rest, said))
}

/// What a message or a block of it says, and the results in it.
fn words_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words_of).collect::<Vec<_>>().join("\n"),
        Value::Object(object) => {
            let said = ["text", "content"].iter().filter_map(|key| object.get(*key));
            said.map(words_of).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn begins(message: &Value, prompt: &str) -> bool {
    let said = |text: &Value| text.as_str().is_some_and(|text| text.contains(prompt));
    let blocks = message["content"].as_array();
    message["role"] == "user"
        && (said(&message["content"]) || blocks.is_some_and(|blocks| blocks.iter().any(|block| said(&block["text"]))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scripts() -> Vec<Script> {
        let turn = |text: &str| json!({ "text": text });
        let script = |prompt: &str, turns: &[&str]| {
            let turns: Vec<Value> = turns.iter().map(|text| turn(text)).collect();
            serde_json::from_value(json!({ "prompt": prompt, "turns": turns })).expect("a script")
        };
        vec![script("first", &["one", "two"]), script("second", &["three"])]
    }

    fn due_for(messages: &Value) -> Option<String> {
        let request = json!({ "tools": [{ "name": "Bash" }], "messages": messages });
        due(&scripts(), &request).map(|turn| turn.text)
    }

    #[test]
    fn a_turn_follows_from_what_was_said() {
        let user = |text: &str| json!({ "role": "user", "content": [{ "type": "text", "text": text }] });
        let result = json!({ "role": "user", "content": [{ "type": "tool_result", "content": "the second" }] });
        let model = json!({ "role": "assistant", "content": [] });
        assert_eq!(due_for(&json!([user("hello")])), None);
        assert_eq!(due_for(&json!([user("the first")])).as_deref(), Some("one"));
        assert_eq!(due_for(&json!([user("the first"), model, result])).as_deref(), Some("two"));
        assert_eq!(due_for(&json!([user("the first"), model, result, model, result])), None);
        assert_eq!(due_for(&json!([user("the first"), model, user("the second")])).as_deref(), Some("three"));
        assert!(due(&scripts(), &json!({ "messages": [user("the first")] })).is_none());
    }

    #[test]
    fn a_turn_is_played_until_it_is_answered_and_repeats_what_it_was_told() {
        let script = json!({ "prompt": "sign in", "turns": [
            { "tools": [{ "name": "Read", "input": { "file_path": "{after:written to: }" } }], "until": "the code" },
            { "text": "Enter {after:the code } at {after:go to }, {after:never said}." },
        ]});
        let scripts: Vec<Script> = vec![serde_json::from_value(script).expect("a script")];
        let begin = json!({ "role": "user", "content": "sign in; it is written to: /tmp/a.output. Go on" });
        let result = |text: &str| {
            let block = json!({ "type": "tool_result", "content": [{ "type": "text", "text": text }] });
            json!({ "role": "user", "content": [block] })
        };
        let model = json!({ "role": "assistant", "content": [] });
        let due_for = |messages: &[&Value]| {
            due(&scripts, &json!({ "tools": [{ "name": "Read" }], "messages": messages })).expect("a turn")
        };
        assert_eq!(due_for(&[&begin]).tools[0].input["file_path"], "/tmp/a.output");
        assert_eq!(due_for(&[&begin, &model, &result("nothing yet")]).tools.len(), 1);
        let told = result("for \"work\", enter the code AB-CD.\nOr go to http://x");
        let said = due_for(&[&begin, &model, &result("nothing yet"), &model, &told]).text;
        assert_eq!(said, "Enter AB-CD at http://x, .");
    }
}
