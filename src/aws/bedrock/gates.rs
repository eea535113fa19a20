//! What stands between the account and a model, by Bedrock's own papers. Green papers are no proof: only an answer is.

use aws_sdk_bedrock::types::{AgreementStatus, AuthorizationStatus, EntitlementAvailability, RegionAvailability};

use super::{Bedrock, SERVICE};
use crate::aws::call::{self, CallError};

/// Where the account's agreement about a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It stands.
    Made,
    /// It is being made.
    Pending,
    /// There is none.
    Missing,
    /// It failed, or nothing is said of it.
    Unclear,
}

/// Whether a foundation model is open to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// The agreement with its provider.
    pub agreement: Agreement,
    /// Whether the account is authorized.
    pub authorized: bool,
    /// Whether it is entitled.
    pub entitled: bool,
    /// Whether the model is in the region.
    pub in_region: bool,
}

impl Bedrock {
    /// Whether a foundation model, named by its own id, is open to the account.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn availability(&self, model: &str) -> Result<Availability, CallError> {
        let request = self.client.get_foundation_model_availability().model_id(model);
        let found = request.send().await.map_err(|error| call::error(SERVICE, &error))?;
        let agreement = match found.agreement_availability.map(|agreement| agreement.status) {
            Some(AgreementStatus::Available) => Agreement::Made,
            Some(AgreementStatus::Pending) => Agreement::Pending,
            Some(AgreementStatus::NotAvailable) => Agreement::Missing,
            _ => Agreement::Unclear,
        };
        Ok(Availability {
            agreement,
            authorized: found.authorization_status == AuthorizationStatus::Authorized,
            entitled: found.entitlement_availability == EntitlementAvailability::Available,
            in_region: found.region_availability == RegionAvailability::Available,
        })
    }

    /// Whether the use-case form for Anthropic's models was handed in; AWS says 404 while it was not.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn use_case_is_filed(&self) -> Result<bool, CallError> {
        let answer = self.client.get_use_case_for_model_access().send().await;
        match answer.map_err(|error| call::error(SERVICE, &error)) {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The account's data retention mode, as AWS calls it: `default`, `none`, `aws_review`, `provider_data_share` or
    /// `inherit`.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn data_retention(&self) -> Result<String, CallError> {
        let answer = self.client.get_account_data_retention().send().await;
        answer.map(|found| found.mode.as_str().to_owned()).map_err(|error| call::error(SERVICE, &error))
    }
}
