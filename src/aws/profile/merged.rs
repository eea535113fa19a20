//! A profile and the precedence of the files it comes from.

use super::header::Title;
use super::ini::Section;
use super::{SourceFile, Value};

/// A profile, merged from its sections in the two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Whether Claude Code finds the profile; if not, only the AWS CLI does.
    pub found_by_claude_code: bool,
    config: Option<Section>,
    credentials: Option<Section>,
}

impl Profile {
    pub(super) fn of_config(title: Title, section: Section) -> Self {
        Self { found_by_claude_code: title.is_found(), name: title.name, config: Some(section), credentials: None }
    }

    pub(super) fn of_credentials(title: Title, section: Section) -> Self {
        Self { found_by_claude_code: title.is_found(), name: title.name, config: None, credentials: Some(section) }
    }

    /// Merges the section of the credentials file in. A section that Claude
    /// Code finds and one that it does not never mix: such a mixture would be
    /// a profile that no program sees.
    pub(super) fn add_credentials(&mut self, title: &Title, section: Section) {
        if self.found_by_claude_code && !title.is_found() {
            return;
        }
        if title.is_found() && !self.found_by_claude_code {
            self.found_by_claude_code = true;
            self.config = None;
        }
        self.credentials = Some(section);
    }

    /// Returns the value of a key as the SDK resolves credentials and the
    /// `region`: the credentials file wins.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.value(SourceFile::Credentials, key).or_else(|| self.value(SourceFile::Config, key))
    }

    /// Returns the value of a key as the SDK resolves general settings, such as
    /// `services` and `endpoint_url`: the config file wins, except for the
    /// `region`.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&Value> {
        if key == "region" {
            return self.get(key);
        }
        self.value(SourceFile::Config, key).or_else(|| self.value(SourceFile::Credentials, key))
    }

    /// Returns the keys with the values that [`get`](Self::get) returns.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Value)> {
        let config = self.config.iter().flat_map(|section| section.keys.iter());
        let credentials = self.credentials.iter().flat_map(|section| section.keys.iter());
        config.filter(|(key, _)| self.value(SourceFile::Credentials, key).is_none()).chain(credentials)
    }

    /// Returns the line of the profile's header in a file, counted from 1.
    #[must_use]
    pub fn line(&self, file: SourceFile) -> Option<usize> {
        self.section(file).map(|section| section.line)
    }

    fn value(&self, file: SourceFile, key: &str) -> Option<&Value> {
        self.section(file)?.keys.get(key)
    }

    fn section(&self, file: SourceFile) -> Option<&Section> {
        match file {
            SourceFile::Config => self.config.as_ref(),
            SourceFile::Credentials => self.credentials.as_ref(),
        }
    }
}
