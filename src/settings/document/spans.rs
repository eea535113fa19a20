//! Where the members of an object stand in a text that is known to be JSON.
//!
//! `serde_json` has already said that the text is JSON, so this walk only has to find ends: it cannot meet an error,
//! and it does not recurse. Parsers that build a tree refuse what Claude Code reads without a murmur: a lone `\ud800`
//! (a truncated emoji in a permission rule) and deep nesting (2.1.329 reads a million levels).

use std::ops::Range;

/// One `"key": value` of an object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The decoded key.
    pub(super) name: String,
    /// The key with its quotes.
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

impl Member {
    pub(super) fn span(&self) -> Range<usize> {
        self.key.start..self.value.end
    }
}

/// An object and its members in order, duplicates included.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// From `{` to `}`, both included.
    pub(super) span: Range<usize>,
    pub(super) members: Vec<Member>,
}

impl Object {
    /// Walks the object that starts at `start` (after whitespace); `None` when another kind of value starts there.
    pub(super) fn at(text: &str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let open = skip_whitespace(bytes, start);
        if bytes.get(open) != Some(&b'{') {
            return None;
        }
        let mut members = Vec::new();
        let mut at = skip_whitespace(bytes, open + 1);
        while bytes.get(at) == Some(&b'"') {
            let key = at..value_end(bytes, at);
            let colon = skip_whitespace(bytes, key.end);
            let value_start = skip_whitespace(bytes, colon + 1);
            let value = value_start..value_end(bytes, value_start);
            at = skip_whitespace(bytes, value.end);
            if bytes.get(at) == Some(&b',') {
                at = skip_whitespace(bytes, at + 1);
            }
            members.push(Member { name: decoded_key(&text[key.clone()]), key, value });
        }
        Some(Self { span: open..at + 1, members })
    }

    /// The member that counts: of equal keys the last, as in `JSON.parse`.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.name == name)
    }

    /// The whitespace between an empty object's braces.
    pub(super) fn inside(&self) -> Range<usize> {
        self.span.start + 1..self.span.end - 1
    }

    /// The whitespace between the `{` or `,` before a member and its key.
    pub(super) fn lead(&self, text: &str, index: usize) -> Range<usize> {
        let key_start = self.members[index].key.start;
        let before = text[..key_start].trim_end_matches(is_whitespace).len();
        before..key_start
    }
}

pub(super) fn is_whitespace(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// The text of a JSON string, decoded; `None` for another kind of value and for a string that holds an unpaired
/// surrogate, which no Rust string can.
pub(super) fn decoded_string(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// The length of the string with which a text starts, quotes included.
pub(super) fn string_length(text: &str) -> Option<usize> {
    text.starts_with('"').then(|| string_end(text.as_bytes(), 0))
}

/// A key that cannot be decoded stays escaped: it is none of ours, and only its place matters.
fn decoded_key(raw: &str) -> String {
    decoded_string(raw).unwrap_or_else(|| raw.trim_matches('"').to_owned())
}

fn skip_whitespace(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| is_whitespace(char::from(*byte))) {
        at += 1;
    }
    at
}

fn value_end(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start) {
        Some(b'"') => string_end(bytes, start),
        Some(b'{' | b'[') => nest_end(bytes, start),
        _ => {
            let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || is_whitespace(char::from(*byte));
            bytes[start..].iter().position(ends).map_or(bytes.len(), |length| start + length)
        }
    }
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if bytes[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    bytes.len()
}

fn nest_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}
