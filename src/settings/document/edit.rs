//! What a caller says about a document: keys, raw values, edits.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::spans::{decoded_string, is_whitespace};
use crate::vars;

/// A key we may read or write: a top-level key or one inside `env` or `modelOverrides`.
///
/// Its string form is `awsAuthRefresh`, `env.AWS_REGION` or `modelOverrides.claude-opus-5`, so a top-level key that itself
/// starts with `env.` has none; Claude Code has no such key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Key {
    /// A top-level key.
    Top(Cow<'static, str>),
    /// A key inside the `env` object.
    Env(Cow<'static, str>),
    /// A key inside the `modelOverrides` object.
    Override(Cow<'static, str>),
}

impl Key {
    /// Names a top-level key.
    #[must_use]
    pub const fn top(name: &'static str) -> Self {
        Self::Top(Cow::Borrowed(name))
    }

    /// Names a key inside `env`.
    #[must_use]
    pub const fn env(name: &'static str) -> Self {
        Self::Env(Cow::Borrowed(name))
    }

    /// The object it is in, where that is not the whole document.
    pub(super) fn object(&self) -> Option<&'static str> {
        match self {
            Self::Top(_) => None,
            Self::Env(_) => Some(vars::ENV),
            Self::Override(_) => Some(vars::MODEL_OVERRIDES),
        }
    }

    /// Its name in that object.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Top(name) | Self::Env(name) | Self::Override(name)) = self;
        name
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.object() {
            None => formatter.write_str(self.name()),
            Some(object) => write!(formatter, "{object}.{}", self.name()),
        }
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        let inside = |object: &str| Some(text.strip_prefix(object)?.strip_prefix('.')?.to_owned());
        if let Some(name) = inside(vars::ENV) {
            return Self::Env(Cow::Owned(name));
        }
        match inside(vars::MODEL_OVERRIDES) {
            Some(name) => Self::Override(Cow::Owned(name)),
            None => Self::Top(Cow::Owned(text)),
        }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl FromStr for Key {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text.to_owned()))
    }
}

/// The raw JSON text of one value, exactly as it stands in the file.
///
/// `Debug` shows only its length, since a value may be a secret.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RawJson(String);

/// A text is not one JSON value.
#[derive(Debug, thiserror::Error)]
#[error("the text is not one JSON value")]
pub struct NotJson(#[source] serde_json::Error);

impl RawJson {
    /// Encodes a string as JSON.
    #[must_use]
    pub fn from_string(text: &str) -> Self {
        Self(serde_json::Value::from(text).to_string())
    }

    /// Takes a text that is one JSON value; whitespace around it is dropped.
    pub fn from_raw(text: &str) -> Result<Self, NotJson> {
        serde_json::from_str::<IgnoredAny>(text).map_err(NotJson)?;
        Ok(Self::from_valid(text))
    }

    pub(super) fn from_valid(text: &str) -> Self {
        Self(text.trim_matches(is_whitespace).to_owned())
    }

    /// Decodes the value when it is a string (and holds no unpaired surrogate).
    #[must_use]
    pub fn as_str(&self) -> Option<String> {
        decoded_string(&self.0)
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawJson({} bytes)", self.0.len())
    }
}

impl TryFrom<String> for RawJson {
    type Error = NotJson;

    fn try_from(text: String) -> Result<Self, NotJson> {
        Self::from_raw(&text)
    }
}

impl From<RawJson> for String {
    fn from(value: RawJson) -> Self {
        value.0
    }
}

/// One change to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Gives the key this value: in place when the key exists, else as the last member of its object. A missing object
    /// is made.
    Set(Key, RawJson),
    /// Removes every occurrence of the key in its object; the object stays, even when it is left empty.
    Remove(Key),
    /// Removes a top-level object, `env` or `modelOverrides`, when it is empty: the undo of a `Set` that made it. With a
    /// second one of that name in the file nothing happens, because the removal would bring that one to life.
    RemoveEmpty(&'static str),
}
