//! Why a profile gives no credentials, in the program's own words.

use std::io;

use super::{LoginError, ProcessError};
use crate::aws::call::CallError;
use crate::aws::session::SessionError;

/// Where a profile was looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookedIn {
    /// The config file, as people write it.
    pub config: String,
    /// The credentials file.
    pub credentials: String,
    /// Why it may be in a file that could not be read, a sentence each.
    pub problems: Vec<String>,
}

/// Why a profile gives no credentials.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CredentialsError {
    /// There is no such profile.
    #[error("the profile `{name}` is in neither `{}` nor `{}`", looked_in.config, looked_in.credentials)]
    NoProfile {
        /// The profile asked for.
        name: String,
        /// The files looked into.
        looked_in: Box<LookedIn>,
        /// The profile that was probably meant.
        meant: Option<String>,
    },
    /// The profile lacks something.
    #[error("the profile `{name}` gives no credentials: {reason}")]
    Incomplete {
        /// The profile.
        name: String,
        /// What it lacks.
        reason: String,
    },
    /// The SSO session has no usable token.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// AWS refused or could not be asked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The portal knows the sign-in and not the role.
    #[error(
        "the profile `{profile}` asks for the role `{role}` in account {account}, which the portal does not give you"
    )]
    RoleNotAssigned {
        /// The profile.
        profile: String,
        /// Its role, a permission set.
        role: String,
        /// Its account.
        account: String,
    },
    /// A role cannot be assumed.
    #[error("the role `{role}` cannot be assumed: {error}")]
    RoleRefused {
        /// Its ARN.
        role: String,
        /// AWS's answer.
        error: CallError,
    },
    /// A console sign-in has ended.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// A program gave no credentials.
    #[error("the credential_process of the profile `{profile}` gave no credentials: {error}")]
    Process {
        /// The profile.
        profile: String,
        /// Why.
        error: ProcessError,
    },
    /// One of the profiles that another one needs gives none.
    #[error("{}: {error}", profiles.join(" -> "))]
    InChain {
        /// The profiles, the one asked for first and the one that failed last.
        profiles: Vec<String>,
        /// What failed.
        error: Box<Self>,
    },
    /// Another process of this program is getting them, and kept its lock for as long as it was waited for.
    #[error("{0}")]
    Busy(String),
    /// The file system refused.
    #[error("the credentials cache could not be used: {0}")]
    File(String),
}

impl CredentialsError {
    /// Whether signing in would mend it.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        match self.innermost() {
            Self::Session(error) => error.needs_sign_in(),
            Self::Login(error) => error.needs_sign_in(),
            _ => false,
        }
    }

    /// Whether that sign-in is `aws login`, and not one to an SSO session.
    #[must_use]
    pub fn is_about_console_login(&self) -> bool {
        matches!(self.innermost(), Self::Login(_))
    }

    /// The profile it is about, when it is not the one asked for but one that that one needs.
    #[must_use]
    pub fn failing_profile(&self) -> Option<&str> {
        match self {
            Self::InChain { profiles, .. } => profiles.last().map(String::as_str),
            _ => None,
        }
    }

    /// What AWS answered, or that it did not, where that is what it comes down to.
    #[must_use]
    pub fn call(&self) -> Option<&CallError> {
        match self.innermost() {
            Self::Call(error) | Self::Session(SessionError::Call(error)) => Some(error),
            _ => None,
        }
    }

    /// Whether another process of this program was in the way, and nothing is known.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self.innermost(), Self::Busy(_) | Self::Session(SessionError::Busy(_)))
    }

    /// What our own folder has against being used, where it comes down to that.
    #[must_use]
    pub fn file_fault(&self) -> Option<&str> {
        match self.innermost() {
            Self::File(fault) | Self::Session(SessionError::File(fault)) => Some(fault),
            _ => None,
        }
    }

    /// Why a lock of ours could not be had.
    pub(super) fn of_lock(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::Busy(error.to_string()),
            _ => Self::File(error.to_string()),
        }
    }

    /// The error without the chain of profiles around it.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        match self {
            Self::InChain { error, .. } => error.innermost(),
            other => other,
        }
    }

    /// Names the profiles that led to it, where these are several.
    pub(super) fn in_chain<S: AsRef<str>>(self, profiles: &[S]) -> Self {
        if profiles.len() < 2 || matches!(self, Self::InChain { .. }) {
            return self;
        }
        let profiles = profiles.iter().map(|name| name.as_ref().to_owned()).collect();
        Self::InChain { profiles, error: Box::new(self) }
    }
}
