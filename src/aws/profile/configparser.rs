//! The ini dialect of the AWS CLI and botocore: Python's `configparser.RawConfigParser` with its defaults.
//!
//! Unlike the JavaScript SDK it refuses a file as a whole for a single line it does not understand.

use std::fmt;

/// The section whose keys every other one inherits.
const DEFAULTS: &str = "DEFAULT";

/// One section of a file, its keys lower-cased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawSection {
    /// The text between the brackets.
    pub(super) header: String,
    /// The line of its first header, counted from 1.
    pub(super) line: usize,
    /// Its options in file order; what `[DEFAULT]` adds comes last.
    pub(super) options: Vec<RawOption>,
}

/// A key with its value, which may span lines.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RawOption {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// Values may be secrets.
impl fmt::Debug for RawOption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RawOption").field("line", &self.line).finish_non_exhaustive()
    }
}

/// Why Python refuses a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Something stands before the first section.
    NoSection,
    /// A section for the second time.
    DuplicateSection,
    /// A key for the second time in a section; keys that differ in case only are the same.
    DuplicateKey,
    /// Neither a section, nor a key with a value, nor a comment.
    NoDelimiter,
    /// A line of an indented block that has no `=`.
    NestedWithoutEquals,
    /// The bytes are no UTF-8.
    NotUnicode,
}

/// A file the AWS CLI refuses, and the first line it stumbles over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Counted from 1.
    pub line: usize,
    /// Why.
    pub reason: Refusal,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoSection => "a line stands before the first section",
            Self::DuplicateSection => "a section appears twice",
            Self::DuplicateKey => "a key appears twice",
            Self::NoDelimiter => "a line is neither a section nor `key = value`",
            Self::NestedWithoutEquals => "a line of an indented block has no `=`",
            Self::NotUnicode => "the file is not UTF-8",
        })
    }
}

/// Reads a file the way `RawConfigParser.read` does.
pub(super) fn parse(text: &str) -> Result<Vec<RawSection>, Refused> {
    let mut parser = Parser::default();
    for (index, line) in lines(text).enumerate() {
        parser.take(line, index + 1)?;
    }
    match parser.bogus {
        Some(line) => Err(Refused { line, reason: Refusal::NoDelimiter }),
        None => Ok(parser.finish()),
    }
}

/// Lines as Python's text mode gives them: `\r` alone ends one, too.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match text.find(['\r', '\n']) {
            None => {
                rest = None;
                (!text.is_empty()).then_some(text)
            }
            Some(at) => {
                let width = if text[at..].starts_with("\r\n") { 2 } else { 1 };
                rest = Some(&text[at + width..]);
                Some(&text[..at])
            }
        }
    })
}

/// Tells whether Python takes the character for white space in `str.strip` and `\s`: unlike Rust it counts four
/// separators of ASCII in.
pub(super) fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_python_space)
}

/// The text between `[` and the last `]`; what follows is ignored.
pub(super) fn header(content: &str) -> Option<&str> {
    let inner = content.strip_prefix('[')?;
    let end = inner.rfind(']')?;
    (end > 0).then(|| &inner[..end])
}

/// Splits at the first `=` or `:`.
pub(super) fn option(content: &str) -> Option<(&str, &str)> {
    let at = content.find(['=', ':'])?;
    Some((content[..at].trim_end_matches(is_python_space), strip(&content[at + 1..])))
}

#[derive(Default)]
struct Parser {
    defaults: RawSectionParts,
    sections: Vec<RawSectionParts>,
    current: Option<Place>,
    /// The position of the option that an indented line continues.
    open: Option<usize>,
    indent: usize,
    /// The first line that Python remembers and refuses the file for at its end.
    bogus: Option<usize>,
}

#[derive(Clone, Copy)]
enum Place {
    Defaults,
    Section(usize),
}

#[derive(Default)]
struct RawSectionParts {
    header: String,
    line: usize,
    options: Vec<(String, Vec<String>, usize)>,
}

impl Parser {
    fn take(&mut self, line: &str, number: usize) -> Result<(), Refused> {
        let stripped = strip(line);
        if stripped.starts_with(['#', ';']) {
            return Ok(());
        }
        if stripped.is_empty() {
            if let Some(value) = self.open_value() {
                value.push(String::new());
            }
            return Ok(());
        }
        // Python counts characters, and so does the comparison.
        let indent = line.chars().take_while(|c| is_python_space(*c)).count();
        if indent > self.indent
            && let Some(value) = self.open_value()
        {
            value.push(stripped.to_owned());
            return Ok(());
        }
        self.indent = indent;
        if let Some(header) = header(stripped) { self.enter(header, number) } else { self.set(stripped, number) }
    }

    fn open_value(&mut self) -> Option<&mut Vec<String>> {
        let open = self.open?;
        let options = &mut self.section()?.options;
        options.get_mut(open).filter(|(key, ..)| !key.is_empty()).map(|(_, value, _)| value)
    }

    fn section(&mut self) -> Option<&mut RawSectionParts> {
        match self.current? {
            Place::Defaults => Some(&mut self.defaults),
            Place::Section(index) => self.sections.get_mut(index),
        }
    }

    fn enter(&mut self, header: &str, line: usize) -> Result<(), Refused> {
        self.open = None;
        if header == DEFAULTS {
            self.current = Some(Place::Defaults);
            return Ok(());
        }
        if self.sections.iter().any(|known| known.header == header) {
            return Err(Refused { line, reason: Refusal::DuplicateSection });
        }
        self.current = Some(Place::Section(self.sections.len()));
        self.sections.push(RawSectionParts { header: header.to_owned(), line, options: Vec::new() });
        Ok(())
    }

    fn set(&mut self, content: &str, line: usize) -> Result<(), Refused> {
        let Some(section) = self.section() else {
            return Err(Refused { line, reason: Refusal::NoSection });
        };
        let Some((key, value)) = option(content) else {
            self.bogus.get_or_insert(line);
            return Ok(());
        };
        let key = key.to_lowercase();
        if section.options.iter().any(|(known, ..)| *known == key) {
            return Err(Refused { line, reason: Refusal::DuplicateKey });
        }
        section.options.push((key.clone(), vec![value.to_owned()], line));
        self.open = Some(section.options.len() - 1);
        if key.is_empty() {
            self.bogus.get_or_insert(line);
        }
        Ok(())
    }

    fn finish(self) -> Vec<RawSection> {
        let defaults = joined(self.defaults.options);
        let sections = self.sections.into_iter().map(|parts| {
            let mut options = joined(parts.options);
            let inherited = defaults.iter().filter(|option| options.iter().all(|own| own.key != option.key));
            let inherited: Vec<_> = inherited.cloned().collect();
            options.extend(inherited);
            RawSection { header: parts.header, line: parts.line, options }
        });
        sections.collect()
    }
}

fn joined(options: Vec<(String, Vec<String>, usize)>) -> Vec<RawOption> {
    let join = |(key, lines, line): (String, Vec<String>, usize)| RawOption {
        key,
        value: lines.join("\n").trim_end_matches(is_python_space).to_owned(),
        line,
    };
    options.into_iter().map(join).collect()
}
