//! What Bedrock offers a principal in a region.

mod gates;

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::config::Token;
use aws_sdk_bedrock::types::{
    FoundationModelLifecycle, FoundationModelLifecycleStatus, InferenceProfileModel, InferenceProfileModelSource,
    InferenceProfileType, Tag,
};
use aws_smithy_runtime_api::client::auth::http::HTTP_BEARER_AUTH_SCHEME_ID;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::aws::authority::Authority;
use crate::aws::call::{self, CallError, client_config};
use crate::aws::credentials::{Credentials, for_sdk};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::world::World;

pub use gates::{Agreement, Availability};

const SERVICE: &str = "Amazon Bedrock";

/// How many inference profiles are asked for at once; AWS takes up to a thousand.
const PAGE: i32 = 100;

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

/// A foundation model, as the control plane describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundationModel {
    /// Its id, such as `anthropic.claude-sonnet-4-6`.
    pub id: String,
    /// Its ARN in the region.
    pub arn: String,
    /// Its name, such as `Claude Sonnet 4.6`.
    pub name: String,
    /// Whether it answers to its own id, without a profile.
    pub is_on_demand: bool,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
}

/// Where a model is in its life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Whether AWS calls it legacy; `None` when it was not asked or does not say.
    pub is_legacy: Option<bool>,
    /// When it became or becomes legacy.
    pub legacy_at: Option<Timestamp>,
    /// When it begins to cost more, after its regular life.
    pub extended_access_at: Option<Timestamp>,
    /// When it stops answering.
    pub end_of_life_at: Option<Timestamp>,
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
            client_config!(aws_sdk_bedrock, network::client(world, &files.profiles, Some(profile)), region, endpoint)
                .credentials_provider(for_sdk(credentials));
        Self { client: Client::from_conf(config.build()) }
    }

    /// A client that signs, or shows an API key.
    #[must_use]
    pub fn by(world: &World, files: &AwsFiles, profile: &str, region: &str, authority: &Authority) -> Self {
        match authority {
            Authority::Keys(credentials) => Self::new(world, files, profile, region, credentials),
            Authority::ApiKey(key) => Self::with_api_key(world, files, region, key.expose_secret()),
        }
    }

    /// A client that shows an API key instead of signing.
    #[must_use]
    pub fn with_api_key(world: &World, files: &AwsFiles, region: &str, key: &str) -> Self {
        let endpoint = endpoint::configured(world, &files.profiles, None, Service::Bedrock);
        let network = network::client(world, &files.profiles, None);
        let config = client_config!(aws_sdk_bedrock, network, region, endpoint)
            .bearer_token(Token::new(key, None))
            .auth_scheme_preference([HTTP_BEARER_AUTH_SCHEME_ID]);
        Self { client: Client::from_conf(config.build()) }
    }

    /// A client whose requests go through a connector that others share.
    pub(super) fn through(
        connector: &SharedHttpConnector,
        region: &str,
        endpoint: Option<String>,
        authority: &Authority,
    ) -> Self {
        let config = client_config!(aws_sdk_bedrock, network::client_through(connector.clone()), region, endpoint);
        let config = match authority {
            Authority::Keys(credentials) => config.credentials_provider(for_sdk(credentials)),
            Authority::ApiKey(key) => config
                .bearer_token(Token::new(key.expose_secret(), None))
                .auth_scheme_preference([HTTP_BEARER_AUTH_SCHEME_ID]),
        };
        Self { client: Client::from_conf(config.build()) }
    }

    /// Every inference profile AWS defines for the region, page after page.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn inference_profiles(&self) -> Result<Vec<InferenceProfile>, CallError> {
        self.profiles_of(InferenceProfileType::SystemDefined).await
    }

    /// The same, and then those the account made for itself.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn every_inference_profile(&self) -> Result<Vec<InferenceProfile>, CallError> {
        let (system, own) =
            tokio::join!(self.inference_profiles(), self.profiles_of(InferenceProfileType::Application));
        let mut profiles = system?;
        profiles.extend(own?);
        Ok(profiles)
    }

    async fn profiles_of(&self, kind: InferenceProfileType) -> Result<Vec<InferenceProfile>, CallError> {
        let mut pages =
            self.client.list_inference_profiles().type_equals(kind).max_results(PAGE).into_paginator().send();
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

    /// Anthropic's foundation models in the region.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn foundation_models(&self) -> Result<Vec<FoundationModel>, CallError> {
        let request = self.client.list_foundation_models().by_provider("Anthropic");
        let found = request.send().await.map_err(|error| call::error(SERVICE, &error))?;
        let models = found.model_summaries.unwrap_or_default().into_iter();
        Ok(models
            .map(|summary| FoundationModel {
                name: summary.model_name.unwrap_or_else(|| summary.model_id.clone()),
                id: summary.model_id,
                arn: summary.model_arn,
                is_on_demand: summary
                    .inference_types_supported
                    .is_some_and(|kinds| kinds.iter().any(|kind| kind.as_str() == "ON_DEMAND")),
                lifecycle: lifecycle(summary.model_lifecycle),
            })
            .collect())
    }

    /// Where one foundation model is in its life.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn lifecycle_of(&self, model: &str) -> Result<Lifecycle, CallError> {
        let request = self.client.get_foundation_model().model_identifier(model);
        let found = request.send().await.map_err(|error| call::error(SERVICE, &error))?;
        Ok(lifecycle(found.model_details.and_then(|details| details.model_lifecycle)))
    }

    /// Makes an application inference profile from the ARN of another profile or of a model, and gives its ARN.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn create_inference_profile(
        &self,
        name: &str,
        source: &str,
        tags: &[(String, String)],
    ) -> Result<String, CallError> {
        let request = self.client.create_inference_profile().inference_profile_name(name);
        let mut request = request.model_source(InferenceProfileModelSource::CopyFrom(source.to_owned()));
        for (key, value) in tags {
            let tag = Tag::builder().key(key).value(value).build();
            request = request
                .tags(tag.map_err(|error| CallError::Unreachable { service: SERVICE, reason: error.to_string() })?);
        }
        let made = request.send().await.map_err(|error| call::error(SERVICE, &error))?;
        Ok(made.inference_profile_arn)
    }
}

fn lifecycle(found: Option<FoundationModelLifecycle>) -> Lifecycle {
    let Some(found) = found else { return Lifecycle::default() };
    let moment = |time: Option<aws_smithy_types::DateTime>| time.and_then(|t| Timestamp::from_second(t.secs()).ok());
    Lifecycle {
        is_legacy: match found.status {
            FoundationModelLifecycleStatus::Active => Some(false),
            FoundationModelLifecycleStatus::Legacy => Some(true),
            _ => None,
        },
        legacy_at: moment(found.legacy_time),
        extended_access_at: moment(found.public_extended_access_time),
        end_of_life_at: moment(found.end_of_life_time),
    }
}

fn model_arns(models: Vec<InferenceProfileModel>) -> Vec<String> {
    models.into_iter().filter_map(|model| model.model_arn).collect()
}

#[cfg(test)]
impl InferenceProfile {
    /// One of AWS's own as Oregon lists it, routed to some regions; an empty one stands for every region.
    pub(crate) fn routed(id: &str, regions: &[&str]) -> Self {
        let (_, model) = id.split_once('.').expect("a prefix before the model's id");
        let model_arn = |region: &&str| format!("arn:aws:bedrock:{region}::foundation-model/{model}");
        Self {
            id: id.to_owned(),
            arn: format!("arn:aws:bedrock:us-west-2:1:inference-profile/{id}"),
            name: format!("name of {id}"),
            is_application: false,
            model_arns: regions.iter().map(model_arn).collect(),
        }
    }
}
