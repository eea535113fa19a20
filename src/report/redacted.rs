//! What of a settings file may be shown: JSON texts with their secrets hidden. Pure.

use crate::checks::evidence;
use crate::helper_command;
use crate::settings::document::{Key, RawJson};
use crate::vars;

use super::human::HIDDEN;

/// The value of a key as it may be shown.
#[must_use]
pub fn shown(key: &Key, value: &RawJson) -> String {
    let is_secret = names_secret(key.name()) && value.text() != "\"\"";
    if is_secret { HIDDEN.to_owned() } else { redacted(value.text()) }
}

/// A JSON text, line by line, with what may be a secret hidden: every value below a key whose name says so, and in other
/// values the words that look like one.
pub(super) fn redacted(text: &str) -> String {
    let mut scanner = Scanner { text, at: 0, open: Vec::new(), redacted: String::with_capacity(text.len()) };
    while scanner.at < text.len() {
        scanner.step();
    }
    scanner.redacted
}

/// An object or array that is open.
struct Open {
    next: Next,
    /// All of it is secret.
    is_secret: bool,
    /// The value to come is.
    next_is_secret: bool,
}

/// What the next string in an object or array is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Element,
    Key,
    Value,
}

/// A walk through a text that is known to be valid JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    redacted: String,
}

impl Scanner<'_> {
    fn step(&mut self) {
        match self.text.as_bytes()[self.at] {
            b'"' => self.string(),
            open @ (b'{' | b'[') => {
                let is_secret = self.is_secret();
                let next = if open == b'{' { Next::Key } else { Next::Element };
                self.open.push(Open { next, is_secret, next_is_secret: is_secret });
                self.keep(1);
            }
            b'}' | b']' => {
                self.open.pop();
                self.keep(1);
            }
            b',' => {
                if let Some(open) = self.open.last_mut() {
                    open.next = if open.next == Next::Element { Next::Element } else { Next::Key };
                    open.next_is_secret = open.is_secret;
                }
                self.keep(1);
            }
            b':' | b' ' | b'\t' | b'\r' | b'\n' => self.keep(1),
            _ => {
                let rest = &self.text[self.at..];
                let length = rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(rest.len()).max(1);
                self.value(length);
            }
        }
    }

    fn string(&mut self) {
        let rest = &self.text[self.at..];
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, character)| {
            let closes = *character == '"' && !escaped;
            escaped = *character == '\\' && !escaped;
            closes
        });
        let length = end.map_or(rest.len(), |(at, _)| at + 1);
        match self.open.last_mut() {
            Some(open) if open.next == Next::Key => {
                let name = RawJson::from_raw(&rest[..length]).ok().and_then(|name| name.as_str());
                open.next = Next::Value;
                // A name that cannot be read is not known to be harmless.
                open.next_is_secret = open.is_secret || name.is_none_or(|name| names_secret(&name));
                self.keep(length);
            }
            _ => self.value(length),
        }
    }

    fn value(&mut self, length: usize) {
        let value = &self.text[self.at..self.at + length];
        if self.is_secret() && value != "\"\"" {
            self.redacted.push_str(HIDDEN);
            self.at += length;
        } else if let Some(masked) = masked_string(value) {
            self.redacted.push_str(&masked);
            self.at += length;
        } else {
            self.keep(length);
        }
    }

    fn is_secret(&self) -> bool {
        self.open.last().is_some_and(|open| open.next_is_secret)
    }

    fn keep(&mut self, length: usize) {
        // A character is kept whole.
        let end = self.text.ceil_char_boundary(self.at + length);
        self.redacted.push_str(&self.text[self.at..end]);
        self.at = end;
    }
}

/// A string with the words hidden that look like a secret; none where there are none. A command of ours holds none,
/// whatever its path is called.
fn masked_string(value: &str) -> Option<String> {
    let text = RawJson::from_raw(value).ok()?.as_str()?;
    let masked = evidence::masked(&text);
    let is_ours = || helper_command::recognise(&text).is_some() || helper_command::own_script(&text).is_some();
    (masked != text && !is_ours()).then(|| serde_json::Value::from(masked).to_string())
}

/// Whether the value of a key may be a secret, whoever's key it is.
fn names_secret(name: &str) -> bool {
    let bare: String = name.to_ascii_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    vars::may_hold_secret(name)
        || ["APIKEY", "ACCESSKEY", "AUTHORIZATION", "HEADERS", "COOKIE"].iter().any(|mark| bare.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let before = r#"{
          "env": { "AWS_BEARER_TOKEN_BEDROCK": "s3cr3t \" s3cr3t", "A": "shown" },
          "mcp": { "headers": { "x": ["s3cr3t", {"y": 53}] }, "url": "shown" },
          "apiKeyHelper": "s3cr3t", "MAX_THINKING_TOKENS": "8192",
          "ANTHROPIC_API_KEY": "", "clientSecret": 5353, "b": [true, null]
        }"#;
        let shown = redacted(before);
        assert_eq!(shown.lines().count(), before.lines().count());
        assert!(!shown.contains("s3cr3t") && !shown.contains("53"), "{shown}");
        assert_eq!(shown.matches("shown").count(), 2, "{shown}");
        assert!(shown.contains("\"8192\"") && shown.contains("\"ANTHROPIC_API_KEY\": \"\""), "{shown}");
    }

    #[test]
    fn secrets_within_a_value_are_hidden_too() {
        for (value, expected) in [
            (r#""http://ada:s3cr3t@proxy.example:8080""#, r#""http://(hidden)@proxy.example:8080""#),
            (r#""vault login --password \"s3 cr3t\" --quiet""#, r#""vault login --password \"(hidden)\" --quiet""#),
            (r#"{"command": "TOKEN=s3cr3t line.sh"}"#, r#"{"command": "TOKEN=(hidden) line.sh"}"#),
            (r#""aws sso login --profile work""#, r#""aws sso login --profile work""#),
        ] {
            let key = Key::top(vars::AUTH_REFRESH);
            assert_eq!(shown(&key, &RawJson::from_raw(value).expect("JSON")), expected);
            assert_eq!(redacted(&format!("{{\"a\": {value}}}\n")), format!("{{\"a\": {expected}}}\n"));
        }
        for ours in [
            helper_command::credential_export("/opt/token=x/claude-bedrock".as_ref(), "work"),
            helper_command::own_export("/opt/get-token=x.sh".as_ref()),
        ] {
            let value = RawJson::from_string(&ours.expect("quotable"));
            assert_eq!(redacted(value.text()), value.text());
        }
    }

    #[test]
    fn text_without_secrets_is_not_touched() {
        let text = "{\"größe\": [1e400, -0, \"\\u00e9 ☕\"], \"nested\": {\"a\": {}}}\r\n";
        assert_eq!(redacted(text), text);
    }
}
