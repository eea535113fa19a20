//! Claude Code's settings as text: read a value, edit a value, leave every other byte alone.
//!
//! What Claude Code reads, this edits: UTF-8 with or without a mark, little-endian UTF-16 with one, any newline,
//! duplicate keys (the last one counts), unknown keys, a blank file. What makes Claude Code ignore the whole file is
//! refused as [`Malformed`], because an edit there would silently do nothing. The facts were observed with Claude Code
//! 2.1.329; 2.1.197 agrees, but for nesting of tens of thousands of levels.

use std::fmt;

use serde::de::IgnoredAny;

mod edit;
mod known_keys;
mod spans;
mod splice;
#[cfg(test)]
pub(crate) mod tests;
mod text;

pub use self::edit::{Edit, Key, NotJson, RawJson};

use self::known_keys::{find_wrong_type, is_looked_into};
use self::spans::{Member, Object};
use self::text::{Text, line_and_column};
use crate::vars;

const SAVE_AS_UTF8: &str = "Save the file as UTF-8.";
const REMOVE_COMMA: &str = "Remove the comma: Claude Code ignores the whole file because of it.";
const REMOVE_COMMENTS: &str = "Remove the comments: Claude Code ignores the whole file because of them.";
const COMPLETE_FILE: &str = "Complete the file, or restore it from a backup.";
const CORRECT_SYNTAX: &str = "Correct the file: Claude Code ignores all of it until it is valid JSON.";
const CORRECT_VALUE: &str = "Correct the value or remove the key: Claude Code ignores the whole file because of it.";
const ONE_OBJECT: &str = "Settings are one object, from `{` to `}`: put the value into one, or empty the file.";

/// A settings file's text, known to be one that Claude Code reads.
#[derive(Clone)]
pub struct Document {
    text: Text,
    /// `None` for a blank file.
    root: Option<Object>,
}

/// The reason for which Claude Code ignores the whole file, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there; it quotes key names but never a value.
    pub message: String,
    /// What to do about it, as a sentence.
    pub remedy: String,
}

/// The edits cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// An earlier edit gave `env` or `modelOverrides` a value that is not an object.
    #[error("`{0}` is not an object, so no key can be set in it")]
    NotAnObject(&'static str),
    /// Claude Code would ignore the whole file after the edits.
    #[error("Claude Code would ignore the edited file: {0}")]
    Malformed(#[from] Malformed),
}

impl Document {
    /// Reads a file's bytes, and refuses those that Claude Code drops whole.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::of(bytes.to_vec())
    }

    /// The same for bytes that nobody else needs: none is copied that need not be, for a file may be megabytes long.
    pub fn of(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let text = Text::decode(bytes);
        if is_blank(text.as_str()) {
            return Ok(Self { text, root: None });
        }
        let Some(root) = Object::whole(text.as_str(), is_looked_into) else {
            return Err(no_object(text.as_str()));
        };
        check_types(text.as_str(), &root)?;
        Ok(Self { text, root: Some(root) })
    }

    /// Returns the text as Claude Code sees it; it may hold secrets.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Returns the value that counts: of equal keys the last, as in `JSON.parse`.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<RawJson> {
        self.member(key).map(|member| self.raw(member))
    }

    /// Returns what `env` sets, in the order in which `JSON.parse` lists it: of equal keys the first place and the last
    /// value.
    #[must_use]
    pub fn env(&self) -> Vec<(String, RawJson)> {
        let mut effective: Vec<(String, RawJson)> = Vec::new();
        for member in self.inner_object(vars::ENV).into_iter().flat_map(|env| &env.members) {
            let value = self.raw(member);
            match effective.iter_mut().find(|(name, _)| *name == member.name) {
                Some((_, earlier)) => *earlier = value,
                None => effective.push((member.name.clone(), value)),
            }
        }
        effective
    }

    /// Returns the line, from 1, on which the key that counts stands.
    #[must_use]
    pub fn line_of(&self, key: &Key) -> Option<usize> {
        self.member(key).map(|member| member.newlines + 1)
    }

    /// Returns the value that counts and the line, from 1, on which its key stands.
    #[must_use]
    pub fn get_with_line(&self, key: &Key) -> Option<(RawJson, usize)> {
        self.member(key).map(|member| (self.raw(member), member.newlines + 1))
    }

    /// Makes the edits in order and returns the new bytes, in the encoding of the old ones.
    ///
    /// Setting new keys and then removing them (and [`Edit::RemoveEmpty`], when the first made the object) returns the
    /// old bytes, as does setting a changed key back to its old raw value; only a blank file ends as an empty object.
    pub fn apply(&self, edits: &[Edit]) -> Result<Vec<u8>, EditError> {
        let mut text = self.text.clone();
        for edit in edits {
            splice::apply_edit(&mut text, edit)?;
        }
        let bytes = text.into_bytes();
        Self::parse(&bytes)?;
        Ok(bytes)
    }

    fn inner_object(&self, name: &'static str) -> Option<&Object> {
        self.root.as_ref()?.member(name)?.object.as_ref()
    }

    fn member(&self, key: &Key) -> Option<&Member> {
        match key.object() {
            None => self.root.as_ref()?.member(key.name()),
            Some(object) => self.inner_object(object)?.member(key.name()),
        }
    }

    fn raw(&self, member: &Member) -> RawJson {
        RawJson::from_valid(&self.text.as_str()[member.value.clone()])
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text may hold secrets.
        formatter.debug_struct("Document").finish_non_exhaustive()
    }
}

/// Whether Claude Code reads the file as one without settings: it trims as JavaScript does, so the byte order mark is
/// whitespace and the C1 newline is not.
fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}'))
}

/// Why a text is not one object: `serde_json` says where it is no JSON, and how.
fn no_object(text: &str) -> Malformed {
    let Err(error) = serde_json::from_str::<IgnoredAny>(text) else { return not_an_object(text) };
    let met = offset_of(text, error.line(), error.column());
    let (offset, message, remedy) = explain_syntax(text, met, &error);
    let (line, column) = line_and_column(text, offset);
    Malformed { line, column, message, remedy: remedy.to_owned() }
}

/// The byte that a `serde_json` error is about: its columns count bytes from 1, and 0 stands for the newline before.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text.floor_char_boundary((line_start + column.saturating_sub(1)).min(text.len()))
}

/// The place to show, what is wrong there, and the remedy, for an error met at `offset`.
fn explain_syntax(text: &str, offset: usize, error: &serde_json::Error) -> (usize, String, &'static str) {
    let here = &text[offset..];
    let (message, remedy) = if ["{\0", "\0{", "\u{fffd}\u{fffd}\0"].iter().any(|start| text.starts_with(start)) {
        ("the encoding is one that Claude Code does not read", SAVE_AS_UTF8)
    } else if here.starts_with('\u{feff}') {
        ("a byte order mark stands inside the text", SAVE_AS_UTF8)
    } else if here.starts_with("//") || here.starts_with("/*") {
        ("JSON has no comments", REMOVE_COMMENTS)
    } else if let Some(comma) = comma_before_bracket(text, offset) {
        return (comma, "a comma stands before a closing bracket".to_owned(), REMOVE_COMMA);
    } else if error.is_eof() {
        ("the file ends in the middle of a value", COMPLETE_FILE)
    } else {
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        return (offset, format!("the file is not valid JSON: {what}"), CORRECT_SYNTAX);
    };
    (offset, message.to_owned(), remedy)
}

/// The comma that made the bracket at `offset` an error.
fn comma_before_bracket(text: &str, offset: usize) -> Option<usize> {
    let before = text[..offset].trim_end_matches(spans::is_whitespace);
    (text[offset..].starts_with(['}', ']']) && before.ends_with(',')).then(|| before.len() - 1)
}

fn not_an_object(text: &str) -> Malformed {
    let start = text.len() - text.trim_start_matches(spans::is_whitespace).len();
    let (line, column) = line_and_column(text, start);
    Malformed {
        line,
        column,
        message: "the file holds a value that is not an object".to_owned(),
        remedy: ONE_OBJECT.to_owned(),
    }
}

fn check_types(text: &str, root: &Object) -> Result<(), Malformed> {
    let Some(wrong) = find_wrong_type(text, root) else { return Ok(()) };
    let (line, column) = line_and_column(text, wrong.offset);
    Err(Malformed {
        line,
        column,
        message: format!("`{}` is {}, but Claude Code takes {} there", wrong.key, wrong.found, wrong.expected),
        remedy: CORRECT_VALUE.to_owned(),
    })
}
