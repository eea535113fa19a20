//! The ini dialect of the AWS SDK for JavaScript v3, line for line as its
//! `parseIni` reads it.

use super::header::{self, Header};
use super::keys::{Keys, SourceFile};

/// The sections of one file that hold at least one key, in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sections {
    /// The sections; those with equal headers are merged into the first.
    pub(super) list: Vec<Section>,
    /// Whether the SDK refuses the file as a whole and goes on as if it were
    /// empty, which a `__proto__` header makes it do.
    pub(super) refused: bool,
}

/// One section of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// What the SDK makes of the text between the brackets.
    pub(super) header: Header,
    /// The line of the section's first header, counted from 1.
    pub(super) line: usize,
    /// Its keys.
    pub(super) keys: Keys,
}

/// Reads a file the way `parseIni` does: a line it does not understand is
/// skipped, never an error.
pub(super) fn parse(text: &str, file: SourceFile) -> Sections {
    let mut sections = Sections::default();
    let mut current: Option<Open> = None;
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let content = trim(without_comment(line));
        if let Some(name) = bracketed(content) {
            sections.refused |= header::is_refused(name);
            current = Open::new(name, number);
        } else if let Some(open) = &mut current
            && let Some((key, value)) = key_and_value(content)
        {
            let indented = line.starts_with(header::is_js_space);
            if let Some(key) = open.take(key, value, indented) {
                let keys = open.keys_in(&mut sections.list);
                keys.insert(&key, value, file, number);
            }
        }
    }
    sections
}

/// The section that the following lines belong to.
struct Open {
    header: Header,
    line: usize,
    /// The key with an empty value that indented keys nest under.
    parent: Option<String>,
    /// Its place in the list, once it has a key: a section without any does
    /// not exist for the SDK.
    position: Option<usize>,
}

impl Open {
    /// Returns none for `[]`: to the SDK an empty name is no section at all.
    fn new(name: &str, line: usize) -> Option<Self> {
        (!name.is_empty()).then(|| Self { header: Header::read(name), line, parent: None, position: None })
    }

    /// Returns the key that the value is filed under, or none when the value
    /// is empty and the key becomes the parent of the lines to come.
    fn take(&mut self, key: &str, value: &str, indented: bool) -> Option<String> {
        if value.is_empty() {
            self.parent = Some(key.to_owned());
            return None;
        }
        if !indented {
            self.parent = None;
        }
        Some(match &self.parent {
            Some(parent) => format!("{parent}.{key}"),
            None => key.to_owned(),
        })
    }

    fn keys_in<'a>(&mut self, list: &'a mut Vec<Section>) -> &'a mut Keys {
        let position = *self.position.get_or_insert_with(|| {
            let known = list.iter().position(|known| known.header == self.header);
            known.unwrap_or_else(|| {
                list.push(Section { header: self.header.clone(), line: self.line, keys: Keys::default() });
                list.len() - 1
            })
        });
        &mut list[position].keys
    }
}

/// Cuts a comment off: `#` or `;` at the start of the line or after a blank.
pub(super) fn without_comment(line: &str) -> &str {
    let mut before_is_blank = Some(0);
    for (at, c) in line.char_indices() {
        match (c, before_is_blank) {
            ('#' | ';', Some(end)) => return &line[..end],
            _ => before_is_blank = header::is_js_space(c).then_some(at),
        }
    }
    line
}

pub(super) fn bracketed(content: &str) -> Option<&str> {
    content.strip_prefix('[')?.strip_suffix(']')
}

/// Splits at the first `=`; a line without one, or without a key, says nothing.
pub(super) fn key_and_value(content: &str) -> Option<(&str, &str)> {
    let (key, value) = content.split_once('=')?;
    (!key.is_empty()).then(|| (trim(key), trim(value)))
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(header::is_js_space)
}
