//! What the AWS CLI finds in the files, where that is not what Claude Code finds.
//!
//! A port of `raw_config_parse`, `build_profile_map` and `full_config` of its botocore, and of the order in which its
//! credential providers are asked.

use std::collections::BTreeMap;

use super::configparser::{self, RawOption, RawSection, Refusal, Refused};
use super::keys::is_secret;
use super::words;
use super::{Gap, SourceFile};

/// Sections by name, their keys flattened: `s3.addressing_style` for a nested one.
type Sections = BTreeMap<String, CliSection>;

/// The two files as the AWS CLI reads them.
#[derive(Debug, Clone, Default)]
pub struct CliReading {
    profiles: Sections,
    sso_sessions: BTreeMap<String, CliSection>,
    /// Of the profiles, those with an access key in the credentials file.
    keyed: Vec<String>,
    /// The files it refuses; with one of them no profile is found.
    pub refused: Vec<(SourceFile, Refused)>,
}

/// A profile or session as the AWS CLI has it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CliSection {
    values: BTreeMap<String, CliValue>,
    place: Option<(SourceFile, usize)>,
}

/// A value, or the indented block below a key without one.
#[derive(Clone, PartialEq, Eq)]
enum CliValue {
    Text(String),
    Block(BTreeMap<String, String>),
}

/// Keys alone: values may be secrets.
impl std::fmt::Debug for CliSection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.values.keys().filter(|key| !is_secret(key))).finish()
    }
}

impl CliSection {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        match self.values.get(key)? {
            CliValue::Text(text) => Some(text),
            CliValue::Block(_) => None,
        }
    }

    /// Every key with its value, a nested one as `s3.addressing_style`.
    #[must_use]
    pub fn values(&self) -> Vec<(String, &str)> {
        let mut flat = Vec::new();
        for (key, value) in &self.values {
            match value {
                CliValue::Text(text) => flat.push((key.clone(), text.as_str())),
                CliValue::Block(block) => {
                    flat.extend(block.iter().map(|(inner, text)| (format!("{key}.{inner}"), text.as_str())));
                }
            }
        }
        flat
    }

    /// Where its header stands.
    #[must_use]
    pub fn place(&self) -> Option<(SourceFile, usize)> {
        self.place
    }

    fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn new(section: &RawSection, file: SourceFile) -> Result<Self, Refused> {
        let mut values = BTreeMap::new();
        for option in &section.options {
            let value = match option.value.strip_prefix('\n') {
                None => CliValue::Text(option.value.clone()),
                Some(block) => CliValue::Block(nested(option, block)?),
            };
            values.insert(option.key.clone(), value);
        }
        Ok(Self { values, place: Some((file, section.line)) })
    }
}

/// The keys of an indented block, as `_parse_nested` reads them.
fn nested(option: &RawOption, block: &str) -> Result<BTreeMap<String, String>, Refused> {
    let mut values = BTreeMap::new();
    // What `str.splitlines` splits at, in a text whose line ends are one already.
    let ends = ['\n', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    for line in block.split(ends).map(configparser::strip).filter(|line| !line.is_empty()) {
        let refused = Refused { line: option.line, reason: Refusal::NestedWithoutEquals };
        let (key, value) = line.split_once('=').ok_or(refused)?;
        let (key, value) = (configparser::strip(key), configparser::strip(value));
        values.insert(key.to_owned(), value.to_owned());
    }
    Ok(values)
}

/// What the AWS CLI resolves credentials of a profile with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CliKind {
    /// `role_arn`, whatever its source.
    AssumeRole,
    /// `web_identity_token_file`.
    WebIdentity,
    /// IAM Identity Center with an `[sso-session]`.
    Sso,
    /// IAM Identity Center without one.
    LegacySso,
    /// A key pair.
    StaticKeys,
    /// `aws login`, from AWS CLI 2.32 on.
    Login,
    /// `credential_process`.
    Process,
    /// Nothing.
    None,
    /// It ends in an error instead.
    Refused(String),
}

impl CliKind {
    /// The kind's name in reports.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::AssumeRole => "assume-role",
            Self::WebIdentity => "web-identity",
            Self::Sso => "sso",
            Self::LegacySso => "legacy-sso",
            Self::StaticKeys => "static-keys",
            Self::Login => "aws-login",
            Self::Process => "credential-process",
            Self::None => "none",
            Self::Refused(_) => "incomplete",
        }
    }
}

impl CliReading {
    /// Reads the texts of both files; an absent file is none, bytes that are no UTF-8 are an error.
    #[must_use]
    pub fn of(config: Option<&[u8]>, credentials: Option<&[u8]>) -> Self {
        let mut reading = Self::default();
        for (file, bytes) in [(SourceFile::Config, config), (SourceFile::Credentials, credentials)] {
            let Some(bytes) = bytes else { continue };
            if let Err(refused) = reading.add(file, bytes) {
                reading.refused.push((file, refused));
            }
        }
        if !reading.refused.is_empty() {
            reading.profiles.clear();
            reading.sso_sessions.clear();
        }
        reading
    }

    fn add(&mut self, file: SourceFile, bytes: &[u8]) -> Result<(), Refused> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            Refused { line, reason: Refusal::NotUnicode }
        })?;
        for raw in &configparser::parse(text)? {
            let section = CliSection::new(raw, file)?;
            match file {
                SourceFile::Config => self.add_config(&raw.header, section),
                SourceFile::Credentials => self.add_credentials(&raw.header, section),
            }
        }
        Ok(())
    }

    fn add_config(&mut self, header: &str, section: CliSection) {
        let target = if header.starts_with("profile") {
            &mut self.profiles
        } else if header.starts_with("sso-session") {
            &mut self.sso_sessions
        } else if header == "default" {
            self.profiles.insert(header.to_owned(), section);
            return;
        } else {
            return;
        };
        if let Some(words) = words::split(header)
            && let [_, name] = words.as_slice()
        {
            target.insert(name.clone(), section);
        }
    }

    fn add_credentials(&mut self, header: &str, section: CliSection) {
        if section.has("aws_access_key_id") {
            self.keyed.push(header.to_owned());
        }
        match self.profiles.get_mut(header) {
            Some(known) => known.values.extend(section.values),
            None => {
                self.profiles.insert(header.to_owned(), section);
            }
        }
    }

    /// A profile, merged from both files.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&CliSection> {
        self.profiles.get(name)
    }

    /// The profiles by name.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &CliSection)> {
        self.profiles.iter().map(|(name, section)| (name.as_str(), section))
    }

    /// The sessions by name.
    pub fn sso_sessions(&self) -> impl Iterator<Item = (&str, &CliSection)> {
        self.sso_sessions.iter().map(|(name, section)| (name.as_str(), section))
    }

    /// The first source that the AWS CLI's providers find, in the order they are asked.
    #[must_use]
    pub fn kind(&self, name: &str) -> CliKind {
        let Some(profile) = self.profile(name) else { return CliKind::None };
        if profile.has("role_arn") && !profile.has("web_identity_token_file") {
            return match (profile.has("source_profile"), profile.has("credential_source")) {
                (true, true) => CliKind::Refused(Gap::TwoRoleSources.to_string()),
                (false, false) => CliKind::Refused(Gap::NoRoleSource.to_string()),
                _ => CliKind::AssumeRole,
            };
        }
        let filled = |key| profile.get(key).is_some_and(|text| !text.is_empty());
        if filled("web_identity_token_file") {
            return if filled("role_arn") {
                CliKind::WebIdentity
            } else {
                CliKind::Refused("`web_identity_token_file` is useless without `role_arn`".into())
            };
        }
        if profile.has("sso_account_id") || profile.has("sso_role_name") {
            return self.sso(profile);
        }
        let keys = if profile.has("aws_secret_access_key") {
            CliKind::StaticKeys
        } else {
            CliKind::Refused("`aws_access_key_id` is useless without `aws_secret_access_key`".into())
        };
        if self.keyed.iter().any(|keyed| keyed == name) {
            keys
        } else if profile.has("login_session") {
            CliKind::Login
        } else if profile.has("credential_process") {
            CliKind::Process
        } else if profile.has("aws_access_key_id") {
            keys
        } else {
            CliKind::None
        }
    }

    fn sso(&self, profile: &CliSection) -> CliKind {
        let empty = CliSection::default();
        let session = match profile.get("sso_session") {
            None => &empty,
            Some(name) => match self.sso_sessions.get(name) {
                Some(session) => session,
                None => return CliKind::Refused(Gap::NoSuchSession(name.to_owned()).to_string()),
            },
        };
        for (key, value) in session.values() {
            if profile.get(&key).is_some_and(|own| own != value) {
                return CliKind::Refused(format!("`{key}` differs between the profile and its sso-session"));
            }
        }
        let missing: Vec<_> = ["sso_start_url", "sso_region", "sso_role_name", "sso_account_id"]
            .into_iter()
            .filter(|key| !profile.has(key) && !session.has(key))
            .collect();
        match (missing.is_empty(), profile.has("sso_session")) {
            (false, _) => CliKind::Refused(Gap::SsoKeys(missing).to_string()),
            (true, true) => CliKind::Sso,
            (true, false) => CliKind::LegacySso,
        }
    }
}
