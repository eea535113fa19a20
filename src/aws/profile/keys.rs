//! The keys of a section, and values that keep secrets out of debug output.

use std::fmt;

/// One of the two shared files of the AWS tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceFile {
    /// `~/.aws/config`.
    Config,
    /// `~/.aws/credentials`.
    Credentials,
}

/// A value and where it stands.
///
/// The text of a secret does not appear in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// The value, without surrounding blanks and trailing comment.
    pub text: String,
    /// The file that holds it.
    pub file: SourceFile,
    /// Its line in that file, counted from 1.
    pub line: usize,
    secret: bool,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.secret { "(hidden)" } else { &self.text };
        f.debug_struct("Value").field("text", &text).field("file", &self.file).field("line", &self.line).finish()
    }
}

/// Keys in file order; of a repeated key the last value counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Keys(Vec<(String, Value)>);

impl Keys {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let (_, value) = self.0.iter().find(|(known, _)| known == key)?;
        Some(value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(super) fn insert(&mut self, key: &str, text: &str, file: SourceFile, line: usize) {
        // In the SDK this assigns a prototype, to no effect.
        if key == "__proto__" {
            return;
        }
        let value = Value { text: text.to_owned(), file, line, secret: is_secret(key) };
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |key| if is_plain(key) { key } else { "(unreadable)" };
        f.debug_map().entries(self.iter().map(|(key, value)| (shown(key), value))).finish()
    }
}

/// Tells whether a key holds a secret, however it is nested or misspelt.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["aws_secret_access_key", "aws_session_token", "aws_security_token"].iter().any(|secret| key.contains(secret))
}

/// Tells whether a key is safe to show: in `aws_secret_access_key: abc/==` all
/// before the first `=` is the key, secret included.
pub(super) fn is_plain(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}
