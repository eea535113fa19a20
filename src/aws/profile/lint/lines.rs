//! What the lines themselves show.

use super::{Lint, headers};
use crate::aws::profile::configparser::{self, is_python_space};
use crate::aws::profile::keys::is_plain;
use crate::aws::profile::{SourceFile, header, ini};

/// What is known while going through a file.
struct Walk<'a> {
    file: SourceFile,
    found: &'a mut Vec<Lint>,
    /// The headers as the AWS CLI files them, with their first lines.
    headers: Vec<(String, usize)>,
    /// The section the lines belong to.
    section: Option<Section>,
    /// How far the last header or key stands in.
    indent: usize,
}

struct Section {
    header: String,
    line: usize,
    keys: Vec<(String, usize)>,
    /// Whether Claude Code finds a key in it.
    has_key: bool,
    /// Whether the last key has no value, so that an indented block may follow.
    opens_block: bool,
}

/// Goes through the lines of a file.
pub(super) fn lint(file: SourceFile, text: &str, found: &mut Vec<Lint>) {
    let mut walk = Walk { file, found, headers: Vec::new(), section: None, indent: 0 };
    let (text, bom) = text.strip_prefix('\u{feff}').map_or((text, false), |text| (text, true));
    if bom {
        walk.say(
            "byte-order-mark",
            1,
            "the file starts with a byte order mark, which makes every command of the AWS CLI fail",
            "save the file as UTF-8 without a byte order mark",
        );
    }
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    for (index, line) in lines.iter().enumerate() {
        walk.take(line, index + 1, &lines[index + 1..]);
    }
    walk.leave();
}

impl Walk<'_> {
    fn say(&mut self, id: &'static str, line: usize, message: impl Into<String>, fix: impl Into<String>) {
        let (message, fix) = (message.into(), fix.into());
        let profile = self.section.as_ref().and_then(|section| headers::profile(self.file, &section.header));
        self.found.push(Lint { id, file: self.file, line, profile, message, fix });
    }

    fn take(&mut self, line: &str, number: usize, later: &[&str]) {
        if line.contains('\r') {
            self.say(
                "lone-carriage-return",
                number,
                "a carriage return stands inside the line; the AWS CLI takes it for the line's end, Claude Code does not",
                "break the line there, or remove the carriage return",
            );
        }
        let content = configparser::strip(line);
        if content.is_empty() || content.starts_with(['#', ';']) {
            return;
        }
        let indent = indent_of(line);
        let continues = indent > self.indent && self.section.as_ref().is_some_and(|section| !section.keys.is_empty());
        if continues {
            self.take_continuation(line, content, number);
            return;
        }
        self.indent = indent;
        if content.starts_with('[') {
            self.take_header(line, content, number);
        } else if self.section.is_none() {
            self.say(
                "key-before-section",
                number,
                "the line stands before the first section, which makes every command of the AWS CLI fail",
                "move it below the section it belongs to, or remove it",
            );
        } else {
            self.take_key(line, content, number, later);
        }
    }

    /// An indented line below a key.
    fn take_continuation(&mut self, line: &str, content: &str, number: usize) {
        let key = ini::key_and_value(ini::trim(ini::without_comment(line))).is_some();
        let in_block = self.section.as_ref().is_some_and(|section| section.opens_block);
        if key && let Some(section) = &mut self.section {
            section.has_key = true;
        }
        match (in_block, content.starts_with('['), key) {
            (_, true, _) if ini::bracketed(ini::trim(ini::without_comment(line))).is_some() => self.say(
                "indented-section",
                number,
                "the section is indented below a key; the AWS CLI takes it for the rest of that key's value",
                "remove the blanks before the `[`",
            ),
            (true, _, true) => {}
            (true, ..) => self.say(
                "block-without-equals",
                number,
                "a line of an indented block has no `=`, which makes every command of the AWS CLI fail",
                "write it as `key = value`, or remove it",
            ),
            (false, _, true) => self.say(
                "indented-key",
                number,
                "the key is indented below another one; the AWS CLI takes it for the rest of that one's value",
                "remove the blanks before the key",
            ),
            (false, ..) => self.say(
                "continued-value",
                number,
                "the line is indented below a key; the AWS CLI adds it to that key's value, Claude Code ignores it",
                "put the value on one line, or make it a comment with `#` at the start of the line",
            ),
        }
    }

    fn take_header(&mut self, line: &str, content: &str, number: usize) {
        let Some(text) = configparser::header(content) else {
            self.say(
                "unclosed-section",
                number,
                "the section has no name between `[` and `]`, which makes every command of the AWS CLI fail",
                "write it as `[profile NAME]`",
            );
            return;
        };
        self.leave();
        // `[DEFAULT]` alone may come again.
        if let Some((_, first)) = self.headers.iter().find(|(known, _)| known == text && text != "DEFAULT") {
            let message = format!(
                "the section appears twice, first in line {first}; every command of the AWS CLI fails \
                 because of it, and Claude Code merges the two"
            );
            self.say("duplicate-section", number, message, "put all keys below one of the two and remove the other");
        } else {
            self.headers.push((text.to_owned(), number));
        }
        let seen = ini::bracketed(ini::trim(ini::without_comment(line)));
        if seen != Some(text) {
            self.say(
                "text-after-section",
                number,
                "for what follows its `]` Claude Code does not find this section, and gives its keys to the one before; the AWS \
                 CLI finds it",
                "leave nothing behind the `]`; a comment goes on a line of its own",
            );
        }
        headers::lint(self.file, text, number, self.found);
        let header = text.to_owned();
        self.section = Some(Section { header, line: number, keys: Vec::new(), has_key: false, opens_block: false });
    }

    fn take_key(&mut self, line: &str, content: &str, number: usize, later: &[&str]) {
        let seen = ini::key_and_value(ini::trim(ini::without_comment(line)));
        let Some((key, value)) = configparser::option(content).filter(|(key, _)| !key.is_empty()) else {
            self.say(
                "no-key-and-value",
                number,
                "the line is neither a section nor `key = value`; every command of the AWS CLI fails because of it, and \
                 Claude Code ignores it",
                "write it as `key = value`, or remove it",
            );
            return;
        };
        let (key, value) = (key.to_owned(), value.to_owned());
        let opens_block = value.is_empty();
        self.judge_key(&key, number);
        if content[key.len()..].trim_start_matches(is_python_space).starts_with(':') {
            let message =
                format!("{} is followed by a colon; the AWS CLI reads the line, Claude Code does not", named(&key));
            self.say("colon", number, message, "write `=` instead of the colon");
        } else {
            self.judge_value(&key, &value, number, later);
        }
        if let Some(section) = &mut self.section {
            section.has_key |= seen.is_some_and(|(_, value)| !value.is_empty());
            section.keys.push((key.to_lowercase(), number));
            section.opens_block = opens_block;
        }
    }

    fn judge_key(&mut self, key: &str, number: usize) {
        let lower = key.to_lowercase();
        let known = self.section.as_ref().and_then(|section| section.keys.iter().find(|(known, _)| *known == lower));
        if let Some((_, first)) = known {
            let message = format!(
                "{} appears twice, first in line {first}; every command of the AWS CLI fails because of it",
                named(key)
            );
            self.say("duplicate-key", number, message, "keep one of the two");
        }
        if key.chars().any(char::is_uppercase) {
            let message =
                format!("{} has upper-case letters; the AWS CLI finds the key, Claude Code does not", named(key));
            self.say("upper-case-key", number, message, "write the key in lower-case letters");
        }
    }

    fn judge_value(&mut self, key: &str, value: &str, number: usize, later: &[&str]) {
        let plain = ini::trim(ini::without_comment(value));
        if plain.is_empty() && !block_follows(self.indent, later) {
            let message = format!("{} has no value; Claude Code ignores it, the AWS CLI takes it as empty", named(key));
            self.say("empty-value", number, message, "give it a value, or remove the line");
        } else if plain != ini::trim(value) {
            let message = format!(
                "the AWS CLI takes the comment behind {} for a part of the value, Claude Code cuts it off",
                named(key)
            );
            self.say("inline-comment", number, message, "move the comment to a line of its own");
        } else if is_quoted(value) {
            let message = format!("the quotes around the value of {} are a part of it to every tool", named(key));
            self.say("quoted-value", number, message, "remove the quotes");
        }
    }

    /// Ends a section.
    fn leave(&mut self) {
        let Some(section) = &self.section else { return };
        let line = section.line;
        if !section.has_key && headers::names_something(self.file, &section.header) {
            self.say(
                "empty-section",
                line,
                "the section has no key that Claude Code reads, and so it ignores it; the AWS CLI does not",
                "give it a key such as `region`, or remove it",
            );
        }
        self.section = None;
    }
}

/// How many characters of white space a line starts with, as Python counts them.
fn indent_of(line: &str) -> usize {
    line.chars().take_while(|c| is_python_space(*c)).count()
}

/// Tells whether an indented line comes next, which makes an empty value the start of a block.
fn block_follows(indent: usize, later: &[&str]) -> bool {
    let next = later.iter().find(|line| {
        let content = configparser::strip(line);
        !content.is_empty() && !content.starts_with(['#', ';'])
    });
    next.is_some_and(|line| indent_of(line) > indent && line.starts_with(header::is_js_space))
}

fn is_quoted(value: &str) -> bool {
    ['"', '\''].iter().any(|quote| value.len() > 1 && value.starts_with(*quote) && value.ends_with(*quote))
        // A command or a nested document may well begin and end with quotes.
        && !value.contains(char::is_whitespace)
}

/// A key in a sentence; one that may hold the value, too, is not shown.
fn named(key: &str) -> String {
    if is_plain(key) { format!("`{key}`") } else { "the key".to_owned() }
}
