//! The account file: one AWS organisation as data.
//!
//! [`Account::default`] is the file this crate carries. Every table rejects keys it does not
//! know, so that a misspelt key is an error and not a silent default.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

mod validation;

pub use self::validation::AccountError;

const EMBEDDED: &str = include_str!("../account.toml");

/// An AWS organisation: its sign-in, its accounts, and the models it may call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What all tokens and keys are derived from; files with the same seed accept each other's.
    pub seed: String,
    /// The region of requests that name none (long-term Bedrock API keys).
    pub region: String,
    /// What every model answers; `{model}`, `{region}` and `{principal}` are filled in.
    pub answer: String,
    /// The sign-in service.
    pub identity_center: IdentityCenter,
    /// `[sso-session]` sections of `~/.aws/config`.
    #[serde(default)]
    pub sso_sessions: Vec<SsoSession>,
    /// `[profile]` sections of `~/.aws/config`.
    #[serde(default)]
    pub profiles: Vec<Profile>,
    /// The AWS accounts of the organisation.
    pub accounts: Vec<Member>,
    /// Sets of regions that cross-region inference routes to.
    #[serde(default)]
    pub geographies: Vec<Geography>,
    /// The regions Bedrock is in.
    pub regions: Vec<Region>,
    /// The foundation models.
    pub models: Vec<Model>,
}

/// IAM Identity Center: where people sign in and how long that lasts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityCenter {
    /// The access portal's address; clients store it, the sandbox never contacts it.
    pub start_url: String,
    /// The region the sign-in service lives in.
    pub region: String,
    /// How long an access token works.
    pub access_token_lifetime: SignedDuration,
    /// How long a sign-in can be renewed with its refresh token.
    pub session_lifetime: SignedDuration,
    /// How long a client registration works.
    pub client_lifetime: SignedDuration,
    /// How long a person has to approve a device.
    pub device_code_lifetime: SignedDuration,
    /// How often a device may ask whether it was approved.
    pub device_code_interval: SignedDuration,
    /// The people of the directory; the first is the one who signs in.
    pub users: Vec<Person>,
}

/// A person of the Identity Center directory.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The user name, which is also the role session name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// An `[sso-session]` section; start URL and region are the organisation's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SsoSession {
    /// The session's name.
    pub name: String,
    /// `sso_registration_scopes`, comma separated.
    #[serde(default)]
    pub registration_scopes: Option<String>,
}

/// A profile: of a role through an SSO session, of an IAM user's keys, or of other settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The profile's name; `default` is written without the word `profile`.
    pub name: String,
    /// The SSO session it signs in through.
    #[serde(default)]
    pub sso_session: Option<String>,
    /// The account of the role.
    #[serde(default)]
    pub account_id: Option<String>,
    /// The role.
    #[serde(default)]
    pub role_name: Option<String>,
    /// The IAM user whose access key goes to `~/.aws/credentials`.
    #[serde(default)]
    pub user: Option<String>,
    /// The profile's region.
    #[serde(default)]
    pub region: Option<String>,
    /// Further keys of the section, written as they are.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// One AWS account of the organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The account id, twelve digits.
    pub id: String,
    /// The account's name.
    pub name: String,
    /// The root user's e-mail address.
    pub email: String,
    /// Permission sets assigned in this account.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// IAM users with long-term keys.
    #[serde(default)]
    pub users: Vec<User>,
    /// Application inference profiles.
    #[serde(default)]
    pub inference_profiles: Vec<ApplicationProfile>,
}

/// A permission set, and who may use it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The permission set's name.
    pub name: String,
    /// How long its credentials work.
    pub credentials_lifetime: SignedDuration,
    /// What it may do.
    pub permissions: Permissions,
    /// The people it is assigned to; everyone when absent.
    #[serde(default)]
    pub assigned_to: Option<Vec<String>>,
}

/// An IAM user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The user's name.
    pub name: String,
    /// The access key id, `AKIA...`.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The secret access key.
    #[serde(default)]
    pub secret_access_key: Option<String>,
    /// A long-term Bedrock API key, `ABSK...`.
    #[serde(default)]
    pub api_key: Option<String>,
    /// What the user may do.
    pub permissions: Permissions,
}

/// IAM actions by pattern, `*` standing for any text; a denial wins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Allowed actions, such as `bedrock:*`.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Explicitly denied actions.
    #[serde(default)]
    pub deny: Vec<String>,
}

/// An application inference profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationProfile {
    /// The last part of its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The region it is in.
    pub region: String,
    /// The id of the system-defined profile or foundation model it was copied from.
    pub copy_from: String,
}

/// A set of regions that cross-region inference profiles route to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geography {
    /// The prefix of the profile ids, such as `us`.
    pub name: String,
    /// The first word of the profile names, such as `US`.
    pub title: String,
    /// Regions; `{source}` is the calling region, the empty text no region at all.
    pub routes: Vec<String>,
    /// The profiles' description; `{model}` is filled in.
    pub description: String,
}

/// A region Bedrock is in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The region's name.
    pub name: String,
    /// The geographies whose profiles it lists, in that order.
    pub geographies: Vec<String>,
}

/// A foundation model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The foundation model's id.
    pub id: String,
    /// Who made it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// When its profiles appeared.
    pub created_at: Timestamp,
    /// The geographies it has profiles in; all when absent.
    #[serde(default)]
    pub geographies: Option<Vec<String>>,
    /// Whether it answers to its own id, without a profile.
    #[serde(default)]
    pub on_demand: bool,
}

impl Account {
    /// Reads an account from the text of its file.
    ///
    /// Fails on malformed TOML, unknown keys, and names that refer to nothing.
    pub fn from_toml(text: &str) -> Result<Self, AccountError> {
        let account: Self = toml::from_str(text).map_err(Box::new)?;
        validation::validate(&account)?;
        Ok(account)
    }

    /// Reads an account from a file.
    pub fn from_file(path: &Path) -> Result<Self, AccountError> {
        Self::from_toml(&std::fs::read_to_string(path)?)
    }

    /// Who signs in.
    #[must_use]
    pub fn signer(&self) -> &Person {
        // Validation has refused a directory without people.
        &self.identity_center.users[0]
    }

    pub(crate) fn member(&self, id: &str) -> Option<&Member> {
        self.accounts.iter().find(|member| member.id == id)
    }

    pub(crate) fn role(&self, account_id: &str, name: &str) -> Option<(&Member, &Role)> {
        let member = self.member(account_id)?;
        Some((member, member.roles.iter().find(|role| role.name == name)?))
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = (&Member, &User)> {
        self.accounts.iter().flat_map(|member| member.users.iter().map(move |user| (member, user)))
    }

    pub(crate) fn region(&self, name: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.name == name)
    }
}

impl Default for Account {
    /// The account this crate carries.
    fn default() -> Self {
        Self::from_toml(EMBEDDED).expect("the embedded account is valid, which a test checks")
    }
}

impl Role {
    /// Whether a person may use the role.
    #[must_use]
    pub fn is_assigned_to(&self, person: &str) -> bool {
        self.assigned_to.as_ref().is_none_or(|people| people.iter().any(|name| name == person))
    }
}
