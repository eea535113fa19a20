//! The shared config and credentials files, read as Claude Code reads them.
//!
//! Claude Code embeds the AWS SDK for JavaScript v3 (3.936.0), whose reading
//! of these files differs from that of the AWS CLI in many small ways; see
//! `@smithy/shared-ini-file-loader` and `@aws-sdk/credential-provider-ini`.
//! Whatever that SDK finds is found here with the same values. In addition
//! there are the sections only the AWS CLI finds, such as `[profile 'my dev']`,
//! marked by `found_by_claude_code: false`; their keys are read like all others.
//!
//! Known differences: `[sso-session x]` and `[services x]` of the config file
//! are no profiles here, while the SDK would accept `sso-session.x` as a
//! profile's name; names like `constructor`, which every JavaScript object
//! inherits, are names like any other; of a file the SDK refuses because of a
//! `__proto__` section everything is kept, but marked as not found.

mod cli;
mod configparser;
mod dependencies;
mod differences;
mod header;
mod ini;
mod keys;
mod kind;
mod lint;
mod merged;
mod resolve;
mod sso;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};

use header::{Claim, Kind, Title};
use ini::{Section, Sections};

pub use cli::{CliKind, CliReading, CliSection};
pub use configparser::{Refusal, Refused};
pub use dependencies::{Call, Dependency, called_profile};
pub use differences::{Difference, KeyDifference, Reading, differences};
pub use keys::{SourceFile, Value};
pub use kind::{AssumeRole, Gap, ProfileKind, RoleSource, StaticKeys};
pub use lint::{Lint, Source, lints};
pub use merged::Profile;
pub use sso::{
    ACCOUNT_ACCESS, Services, SsoProfile, SsoSession, is_same_portal, portal_address, token_cache_file_name,
};
pub(in crate::aws) use words::split as words;

/// The two files as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileFiles {
    config_path: Option<PathBuf>,
    credentials_path: Option<PathBuf>,
    profiles: Vec<Profile>,
    sso_sessions: Vec<SsoSession>,
    services: Vec<Services>,
    /// The line of a `[default]` beside a `[profile default]`, of which one
    /// displaces the other.
    displaced_default: Option<usize>,
}

impl ProfileFiles {
    /// Parses the texts of the config and the credentials file; an absent file
    /// is none. No text is an error, as the SDK skips what it cannot read.
    #[must_use]
    pub fn parse(config: Option<(&Path, &str)>, credentials: Option<(&Path, &str)>) -> Self {
        let path = |source: Option<(&Path, &str)>| source.map(|(path, _)| path.to_owned());
        let mut files = Self { config_path: path(config), credentials_path: path(credentials), ..Self::default() };
        let (config, displaced) = sections(SourceFile::Config, config);
        files.displaced_default = displaced;
        for (title, section) in config {
            match title.kind {
                Kind::Profile => files.profiles.push(Profile::of_config(title, section)),
                Kind::SsoSession => files.sso_sessions.push(SsoSession::new(title, section)),
                Kind::Services => files.services.push(Services::new(title, section)),
            }
        }
        for (title, section) in sections(SourceFile::Credentials, credentials).0 {
            let mut known = files.profiles.iter_mut();
            match known.find(|known| known.name == title.name) {
                Some(known) => known.add_credentials(&title, section),
                None => files.profiles.push(Profile::of_credentials(title, section)),
            }
        }
        files
    }

    /// Returns a profile as `parseKnownFiles` of the SDK merges it from the two
    /// files: its sections taken together, the credentials file winning.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// Returns the profiles in file order, those of the config file first.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    /// Returns an `[sso-session NAME]` section, which counts in the config file
    /// only.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<&SsoSession> {
        self.sso_sessions.iter().find(|section| section.name == name)
    }

    /// Returns the `[sso-session]` sections in file order.
    pub fn sso_sessions(&self) -> impl Iterator<Item = &SsoSession> {
        self.sso_sessions.iter()
    }

    /// Returns a `[services NAME]` section, which counts in the config file
    /// only.
    #[must_use]
    pub fn services(&self, name: &str) -> Option<&Services> {
        self.services.iter().find(|section| section.name == name)
    }

    /// Returns the `endpoint_url` of a service in a `[services NAME]` section.
    #[must_use]
    pub fn service_endpoint(&self, section: &str, service: &str) -> Option<&str> {
        let value = self.services(section)?.get(service, "endpoint_url")?;
        Some(&value.text)
    }

    /// Returns the path a file was read from, or none if it is absent.
    #[must_use]
    pub fn path(&self, file: SourceFile) -> Option<&Path> {
        match file {
            SourceFile::Config => self.config_path.as_deref(),
            SourceFile::Credentials => self.credentials_path.as_deref(),
        }
    }
}

/// Returns the sections of a file that mean something, one for each name, and
/// the line of the default profile's second section.
fn sections(file: SourceFile, source: Option<(&Path, &str)>) -> (Vec<(Title, Section)>, Option<usize>) {
    let Some((_, text)) = source else {
        return (Vec::new(), None);
    };
    let mut displaced = None;
    let Sections { list, refused } = ini::parse(text, file);
    let mut titled: Vec<(Title, Section)> = Vec::new();
    for section in list {
        let title = match file {
            SourceFile::Config => section.header.in_config(),
            SourceFile::Credentials => Some(section.header.in_credentials()),
        };
        let Some(mut title) = title else { continue };
        if refused {
            title.claim = Claim::CliOnly;
        }
        let same = |(known, _): &&mut (Title, _)| known.kind == title.kind && known.name == title.name;
        let known = titled.iter_mut().find(same);
        if let Some((known, first)) = &known
            && known.name == "default"
            && [known.claim, title.claim].contains(&Claim::Bare)
        {
            displaced = Some(first.line.max(section.line));
        }
        match known {
            Some(known) if title.claim >= known.0.claim => *known = (title, section),
            Some(_) => {}
            None => titled.push((title, section)),
        }
    }
    (titled, displaced)
}
