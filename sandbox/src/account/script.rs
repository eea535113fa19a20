//! Conversations as data: what a model says, and which tools it calls, when a user begins with certain words.

use serde::Deserialize;
use serde_json::Value;

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
    /// What it says.
    #[serde(default)]
    pub text: String,
    /// The tools it calls.
    #[serde(default)]
    pub tools: Vec<ToolCall>,
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
pub(crate) fn due<'a>(scripts: &'a [Script], request: &Value) -> Option<&'a Turn> {
    if request["tools"].as_array().is_none_or(Vec::is_empty) {
        return None;
    }
    let messages = request["messages"].as_array()?;
    let begun = |script: &&Script| messages.iter().rposition(|message| begins(message, &script.prompt));
    let (script, at) = scripts.iter().filter_map(|script| Some((script, begun(&script)?))).max_by_key(|(_, at)| *at)?;
    let answered = messages[at..].iter().filter(|message| message["role"] == "assistant").count();
    script.turns.get(answered)
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
        due(&scripts(), &request).map(|turn| turn.text.clone())
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
        assert_eq!(due(&scripts(), &json!({ "messages": [user("the first")] })).map(|turn| &turn.text), None);
    }
}
