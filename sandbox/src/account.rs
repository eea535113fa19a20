//! The account file: one AWS organisation as data.
//!
//! [`Account::default`] is the file this crate carries. Every table rejects keys it does not
//! know, so that a misspelt key is an error and not a silent default.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

mod bedrock;
mod document;
mod member;
mod partition;
mod policy;
mod script;
mod validation;

pub use self::{
    bedrock::{Geography, Model, Region},
    member::{
        Agreement, AgreementStatus, ApplicationProfile, DataRetention, Gates, IamRole, Member, Quota, QuotaUnit, Role,
        Trust, UseCaseForm, User, WebIdentity,
    },
    policy::{Effect, Permissions, ServiceControlPolicy, Statement, Values},
    script::{Script, ToolCall, Turn},
    validation::AccountError,
};
pub(crate) use self::{
    partition::Partition,
    policy::{Verdict, Wish, glob},
    script::due,
};
use crate::fault::Fault;

const EMBEDDED: &str = include_str!("../account.toml");

/// An AWS organisation: its sign-in, its accounts, and the models it may call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What all tokens and keys are derived from; files with the same seed accept each other's.
    pub seed: String,
    /// The partition all of it is in, such as `aws-us-gov`; that of the region when absent.
    #[serde(default)]
    pub partition: Option<String>,
    /// The region of requests that name none (long-term Bedrock API keys).
    pub region: String,
    /// What every model answers; `{model}`, `{region}` and `{principal}` are filled in.
    pub answer: String,
    /// What models do instead when a user begins with certain words.
    #[serde(default)]
    pub scripts: Vec<Script>,
    /// How far AWS's clock is ahead of this machine's; behind it when negative.
    #[serde(default)]
    pub clock_ahead: SignedDuration,
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
    /// What the organisation forbids its accounts.
    #[serde(default)]
    pub service_control_policies: Vec<ServiceControlPolicy>,
    /// What goes wrong from the start.
    #[serde(default)]
    pub faults: Vec<Fault>,
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
    /// Sign-ins begun before this moment have been ended by an administrator.
    #[serde(default)]
    pub sessions_revoked_before: Option<Timestamp>,
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

impl Account {
    /// Reads an account from the text of its file.
    ///
    /// Fails on malformed TOML, unknown keys, and names that refer to nothing.
    pub fn from_toml(text: &str) -> Result<Self, AccountError> {
        let mut account: Self = toml::from_str(text).map_err(Box::new)?;
        validation::validate(&account)?;
        // Said once, so that nobody has to look at the data again.
        account.partition = Some(account.partition().to_string());
        Ok(account)
    }

    /// Reads an account from a file.
    pub fn from_file(path: &Path) -> Result<Self, AccountError> {
        Self::from_toml(&std::fs::read_to_string(path)?)
    }

    /// The partition ARNs begin with.
    pub(crate) fn partition(&self) -> Partition {
        let stated = self.partition.as_deref().map(Partition::named);
        // Validation has refused what is neither a partition nor in one.
        stated.unwrap_or_else(|| Partition::of(&self.region)).expect("a partition")
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

    pub(crate) fn iam_role(&self, account_id: &str, name: &str) -> Option<(&Member, &IamRole)> {
        let member = self.member(account_id)?;
        Some((member, member.iam_roles.iter().find(|role| role.name == name)?))
    }

    pub(crate) fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
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
