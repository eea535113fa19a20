//! One AWS account: its people's roles, its users, and what it may use.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Partition, Permissions};

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
    /// IAM roles that others assume.
    #[serde(default)]
    pub iam_roles: Vec<IamRole>,
    /// Application inference profiles.
    #[serde(default)]
    pub inference_profiles: Vec<ApplicationProfile>,
    /// What stands between the account and the models.
    #[serde(default)]
    pub gates: Gates,
    /// How much the account may use.
    #[serde(default)]
    pub quotas: Vec<Quota>,
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
    /// A limit of its sessions, beside what the permission set allows.
    #[serde(default)]
    pub session_policy: Option<Permissions>,
    /// Credentials issued before this moment have been revoked by an administrator.
    #[serde(default)]
    pub sessions_revoked_before: Option<Timestamp>,
    /// The people it is assigned to; everyone when absent.
    #[serde(default)]
    pub assigned_to: Option<Vec<String>>,
}

/// An IAM user, or the account's root user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The user's name.
    pub name: String,
    /// Whether it is the root user, whose ARN has no name.
    #[serde(default)]
    pub root: bool,
    /// The access key id, `AKIA...`.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The secret access key.
    #[serde(default)]
    pub secret_access_key: Option<String>,
    /// A long-term Bedrock API key, `ABSK...`.
    #[serde(default)]
    pub api_key: Option<String>,
    /// The path in its ARN, such as `/team/`.
    #[serde(default = "root_path")]
    pub path: String,
    /// What the user may do.
    pub permissions: Permissions,
    /// The permissions boundary: the most it may do, whatever its permissions allow.
    #[serde(default)]
    pub permissions_boundary: Option<Permissions>,
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
    /// Its description.
    #[serde(default)]
    pub description: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// When it was made; as long ago as its source when absent.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// An IAM role, and who may assume it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IamRole {
    /// The role's name.
    pub name: String,
    /// The path in its own ARN, such as `/team/`, which the ARNs of its sessions do not have.
    #[serde(default = "root_path")]
    pub path: String,
    /// The longest session it gives.
    #[serde(default = "one_hour")]
    pub longest_session: SignedDuration,
    /// Whom it trusts.
    pub trust: Trust,
    /// What it may do.
    pub permissions: Permissions,
    /// The permissions boundary: the most it may do, whatever its permissions allow.
    #[serde(default)]
    pub permissions_boundary: Option<Permissions>,
}

impl IamRole {
    /// Its ARN in an account.
    pub(crate) fn arn(&self, partition: Partition, account_id: &str) -> String {
        format!("arn:{partition}:iam::{account_id}:role{}{}", self.path, self.name)
    }
}

/// A role's trust policy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// ARNs of principals, `*` standing for any text.
    #[serde(default)]
    pub principals: Vec<String>,
    /// The external id they have to name.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The tokens of another identity provider.
    #[serde(default)]
    pub web_identity: Option<WebIdentity>,
}

/// Which tokens of an `OpenID` Connect provider a role trusts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebIdentity {
    /// The issuer.
    pub issuer: String,
    /// The audience.
    pub audience: String,
    /// The subject, `*` standing for any text.
    pub subject: String,
}

/// What stands between an account and the models: forms, contracts, payment, consent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// The use-case form Anthropic wants.
    #[serde(default)]
    pub use_case_form: UseCaseForm,
    /// Whether AWS has no valid way to charge the account.
    #[serde(default)]
    pub no_payment_instrument: bool,
    /// Whether the account is in a country Anthropic does not serve.
    #[serde(default)]
    pub unsupported_country: bool,
    /// What may be kept of prompts and answers.
    #[serde(default)]
    pub data_retention: DataRetention,
    /// The state of the Marketplace agreements that are not simply there.
    #[serde(default)]
    pub agreements: Vec<Agreement>,
    /// Model ids by pattern that the account is not let into, whatever the availability says.
    #[serde(default)]
    pub closed_models: Vec<String>,
    /// Model ids by pattern that are not enabled for the account.
    #[serde(default)]
    pub models_without_access: Vec<String>,
    /// Ids of legacy models the account has used lately, and so may go on using.
    #[serde(default)]
    pub legacy_models_in_use: Vec<String>,
}

/// Whether Anthropic's use-case form has been handed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCaseForm {
    /// It has.
    #[default]
    Submitted,
    /// It has not.
    Missing,
}

/// The modes of data retention, as Bedrock names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataRetention {
    /// As AWS has it.
    #[default]
    Default,
    /// Nothing.
    None,
    /// AWS may look at it.
    AwsReview,
    /// The provider gets it.
    ProviderDataShare,
    /// As the organisation has it.
    Inherit,
}

/// The Marketplace agreement on some models.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Model ids by pattern.
    pub models: String,
    /// How far it has come.
    pub status: AgreementStatus,
}

/// How far a Marketplace agreement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementStatus {
    /// Concluded.
    Available,
    /// Being processed.
    Pending,
    /// Nobody has asked for it.
    NotAvailable,
    /// It failed.
    Error,
}

/// A service quota; those with a unit and models are also kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Its code, `L-...`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How much there is.
    pub value: f64,
    /// Whether one can ask for more.
    #[serde(default)]
    pub adjustable: bool,
    /// The region it is of; all when absent.
    #[serde(default)]
    pub region: Option<String>,
    /// Model and profile ids by pattern whose use it limits; none when absent.
    #[serde(default)]
    pub models: Option<String>,
    /// What it counts.
    #[serde(default)]
    pub unit: Option<QuotaUnit>,
}

/// What a quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaUnit {
    /// Tokens of prompts, and those an answer may have, per minute.
    TokensPerMinute,
    /// The same per day.
    TokensPerDay,
    /// Requests per minute.
    RequestsPerMinute,
}

impl Role {
    /// Whether a person may use the role.
    #[must_use]
    pub fn is_assigned_to(&self, person: &str) -> bool {
        self.assigned_to.as_ref().is_none_or(|people| people.iter().any(|name| name == person))
    }
}

const fn one_hour() -> SignedDuration {
    SignedDuration::from_hours(1)
}

fn root_path() -> String {
    "/".to_owned()
}
