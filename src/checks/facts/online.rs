//! What the network told, each part by itself, for each may fail by itself.

use std::time::Duration;

use crate::aws::bedrock::{Availability, InferenceProfile, Lifecycle};
use crate::aws::call::CallError;
use crate::aws::credentials::CredentialsError;
use crate::aws::identity::Identity;
use crate::aws::knock::Reached;
use crate::aws::probe::Probed;
use crate::aws::quotas::Quota;
use crate::helper_check;

/// What came of a question.
#[derive(Debug, Clone)]
pub enum Look<T, E = CallError> {
    /// It could not be asked, and why.
    Skipped(String),
    /// The answer.
    Seen(T),
    /// The refusal, or that no answer came.
    Failed(E),
}

impl<T, E> Look<T, E> {
    /// The answer, when there is one.
    #[must_use]
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(value) => Some(value),
            Self::Skipped(_) | Self::Failed(_) => None,
        }
    }

    /// The refusal, when there is one.
    #[must_use]
    pub fn failed(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Skipped(_) | Self::Seen(_) => None,
        }
    }

    /// Why it was not asked.
    #[must_use]
    pub fn skipped(&self) -> Option<&str> {
        match self {
            Self::Skipped(reason) => Some(reason),
            Self::Seen(_) | Self::Failed(_) => None,
        }
    }
}

impl<T> From<Result<T, CallError>> for Look<T> {
    fn from(result: Result<T, CallError>) -> Self {
        match result {
            Ok(value) => Self::Seen(value),
            Err(error) => Self::Failed(error),
        }
    }
}

/// An AWS endpoint, or the gateway in its place, and whether it can be reached.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// What it is, such as `AWS STS`.
    pub service: &'static str,
    /// Its address.
    pub address: String,
    /// What came of knocking.
    pub reached: Look<Reached, String>,
}

/// What the network told; each part by itself, for each may fail by itself.
#[derive(Debug)]
pub struct Online {
    /// The doors.
    pub endpoints: Vec<Endpoint>,
    /// Whether credentials were had, the way Claude Code has them.
    pub credentials: Look<(), CredentialsError>,
    /// Whose they are.
    pub identity: Look<Identity>,
    /// What Bedrock lists.
    pub listing: Look<Vec<InferenceProfile>>,
    /// Whether the use-case form was handed in.
    pub use_case: Look<bool>,
    /// Whether the models in use are open to the account, by foundation model.
    pub availability: Vec<(String, Look<Availability>)>,
    /// Where they are in their lives, by foundation model.
    pub lifecycles: Vec<(String, Look<Lifecycle>)>,
    /// The account's data retention mode, as AWS calls it.
    pub data_retention: Look<String>,
    /// Bedrock's quotas in the region.
    pub quotas: Look<Vec<Quota>, String>,
    /// What the models answered that Claude Code would use.
    pub probes: Look<Vec<Probed>, String>,
    /// Why not all of them were asked, where some were.
    pub unasked: Option<String>,
    /// What a configured export printed, where it is someone else's.
    pub export: Look<Vec<helper_check::Finding>>,
    /// What was asked, and how long it took; much of it at once.
    pub timings: Vec<(&'static str, Duration)>,
}

impl Online {
    /// Nothing was asked, for one reason.
    #[must_use]
    pub fn skipped(reason: &str) -> Self {
        Self {
            endpoints: Vec::new(),
            credentials: Look::Skipped(reason.into()),
            identity: Look::Skipped(reason.into()),
            listing: Look::Skipped(reason.into()),
            use_case: Look::Skipped(reason.into()),
            availability: Vec::new(),
            lifecycles: Vec::new(),
            data_retention: Look::Skipped(reason.into()),
            quotas: Look::Skipped(reason.into()),
            probes: Look::Skipped(reason.into()),
            unasked: None,
            export: Look::Skipped(reason.into()),
            timings: Vec::new(),
        }
    }
}
