//! What Bedrock offers a principal in a region.

mod gates;

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::config::Token;
use aws_sdk_bedrock::types::{InferenceProfileModel, InferenceProfileType};
use aws_smithy_runtime_api::client::auth::http::HTTP_BEARER_AUTH_SCHEME_ID;

use crate::aws::call::{self, CallError, client_config};
use crate::aws::credentials::{Credentials, for_sdk};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::world::World;

pub use gates::{Agreement, Availability};

const SERVICE: &str = "Amazon Bedrock";

/// An inference profile, as the control plane describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InferenceProfile {
    /// Its id, such as `us.anthropic.claude-sonnet-4-6`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its display name.
    pub name: String,
    /// Whether the account made it, rather than AWS.
    pub is_application: bool,
    /// The ARNs of the foundation models its traffic may go to, one a region.
    pub model_arns: Vec<String>,
}

/// A view of Bedrock in one region with one set of credentials.
#[derive(Debug)]
pub struct Bedrock {
    client: Client,
}

impl Bedrock {
    /// A client for the region; nothing is sent yet.
    #[must_use]
    pub fn new(world: &World, files: &AwsFiles, profile: &str, region: &str, credentials: &Credentials) -> Self {
        let endpoint = endpoint::configured(world, &files.profiles, Some(profile), Service::Bedrock);
        let config =
            client_config!(aws_sdk_bedrock, world, region, endpoint).credentials_provider(for_sdk(credentials));
        Self { client: Client::from_conf(config.build()) }
    }

    /// A client that shows an API key instead of signing.
    #[must_use]
    pub fn with_api_key(world: &World, files: &AwsFiles, region: &str, key: &str) -> Self {
        let endpoint = endpoint::configured(world, &files.profiles, None, Service::Bedrock);
        let config = client_config!(aws_sdk_bedrock, world, region, endpoint)
            .bearer_token(Token::new(key, None))
            .auth_scheme_preference([HTTP_BEARER_AUTH_SCHEME_ID]);
        Self { client: Client::from_conf(config.build()) }
    }

    /// Every inference profile AWS defines for the region, page after page.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn inference_profiles(&self) -> Result<Vec<InferenceProfile>, CallError> {
        let mut pages = self
            .client
            .list_inference_profiles()
            .type_equals(InferenceProfileType::SystemDefined)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call::error(SERVICE, &error))?;
            found.extend(page.inference_profile_summaries.unwrap_or_default().into_iter().map(|summary| {
                InferenceProfile {
                    id: summary.inference_profile_id,
                    arn: summary.inference_profile_arn,
                    name: summary.inference_profile_name,
                    is_application: summary.r#type == InferenceProfileType::Application,
                    model_arns: model_arns(summary.models),
                }
            }));
        }
        Ok(found)
    }

    /// One inference profile by its id or ARN.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn inference_profile(&self, id: &str) -> Result<InferenceProfile, CallError> {
        let request = self.client.get_inference_profile().inference_profile_identifier(id);
        let found = request.send().await.map_err(|error| call::error(SERVICE, &error))?;
        Ok(InferenceProfile {
            id: found.inference_profile_id,
            arn: found.inference_profile_arn,
            name: found.inference_profile_name,
            is_application: found.r#type == InferenceProfileType::Application,
            model_arns: model_arns(found.models),
        })
    }
}

fn model_arns(models: Vec<InferenceProfileModel>) -> Vec<String> {
    models.into_iter().filter_map(|model| model.model_arn).collect()
}
