//! How a profile gets its credentials.

use std::fmt;

use thiserror::Error;

use super::SsoProfile;

/// The source of a profile's credentials.
///
/// Where a profile has several, the one that `resolveProfileData` of the
/// JavaScript SDK tries first counts. The AWS CLI has another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileKind {
    /// A role, assumed with the credentials of another source.
    AssumeRole(AssumeRole),
    /// A key pair in the files themselves.
    StaticKeys(StaticKeys),
    /// A role, assumed with a token from a file.
    WebIdentity {
        /// `role_arn`.
        role_arn: String,
        /// `web_identity_token_file`.
        token_file: String,
        /// `role_session_name`.
        session_name: Option<String>,
    },
    /// A program that prints credentials.
    Process {
        /// `credential_process`.
        command: String,
    },
    /// IAM Identity Center, through an `[sso-session]`.
    Sso(SsoProfile),
    /// IAM Identity Center, configured in the profile; its token is never
    /// refreshed.
    LegacySso(SsoProfile),
    /// `aws login`.
    Login {
        /// `login_session`, the ARN that was signed in.
        session: String,
    },
    /// The beginnings of a source, which the SDK rejects.
    Incomplete {
        /// What is wrong with it.
        reason: Gap,
    },
    /// No source: the profile only holds settings.
    None,
}

/// A role to assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeRole {
    /// `role_arn`.
    pub role_arn: String,
    /// Whose credentials assume it.
    pub source: RoleSource,
    /// `role_session_name`.
    pub session_name: Option<String>,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `mfa_serial`, for which a code must be typed in.
    pub mfa_serial: Option<String>,
    /// `duration_seconds`, as written.
    pub duration_seconds: Option<String>,
}

/// Whose credentials assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleSource {
    /// The profile that `source_profile` names.
    Profile(String),
    /// `credential_source`: `Environment`, `Ec2InstanceMetadata` or
    /// `EcsContainer`.
    Credentials(String),
}

/// A key pair, whose secrets do not appear in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct StaticKeys {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// What a source of credentials lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Gap {
    /// `sso_session` names a section that is not in the config file.
    #[error("there is no `[sso-session {0}]`")]
    NoSuchSession(String),
    /// Keys that an SSO profile must have, of its own or from its session.
    #[error("SSO needs {}", listed(.0))]
    SsoKeys(Vec<&'static str>),
    /// One half of a key pair.
    #[error("`{present}` is useless without `{missing}`")]
    Pair {
        /// The key that is there.
        present: &'static str,
        /// The key that is not.
        missing: &'static str,
    },
    /// A role with nothing to assume it.
    #[error("`role_arn` needs a `source_profile` or a `credential_source`")]
    NoRoleSource,
    /// A role with two sources.
    #[error("`source_profile` and `credential_source` exclude each other")]
    TwoRoleSources,
}

impl StaticKeys {
    /// Takes a key pair with its session token, if it has one.
    pub(in crate::aws) fn new(id: String, secret: String, token: Option<String>) -> Self {
        Self { access_key_id: id, secret_access_key: secret, session_token: token }
    }

    /// Returns the key id, which is no secret.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the secret key.
    #[must_use]
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// Returns the session token that temporary keys come with.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }
}

impl ProfileKind {
    /// The kind's name in reports.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::AssumeRole(_) => "assume-role",
            Self::StaticKeys(_) => "static-keys",
            Self::WebIdentity { .. } => "web-identity",
            Self::Process { .. } => "credential-process",
            Self::Sso(_) => "sso",
            Self::LegacySso(_) => "legacy-sso",
            Self::Login { .. } => "aws-login",
            Self::Incomplete { .. } => "incomplete",
            Self::None => "none",
        }
    }

    /// What an incomplete one lacks.
    #[must_use]
    pub fn gap(&self) -> Option<&Gap> {
        if let Self::Incomplete { reason } = self { Some(reason) } else { None }
    }
}

impl fmt::Display for ProfileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AssumeRole(_) => "assumed role",
            Self::StaticKeys(_) => "static keys",
            Self::WebIdentity { .. } => "web identity",
            Self::Process { .. } => "credential process",
            Self::Sso(_) => "SSO",
            Self::LegacySso(_) => "legacy SSO",
            Self::Login { .. } => "console login",
            Self::Incomplete { .. } => "incomplete",
            Self::None => "no credentials",
        })
    }
}

impl fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticKeys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

fn listed(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}
