//! Who AWS says we are.

use aws_sdk_sts::Client;

use crate::aws::call::{self, CallError, client_config};
use crate::aws::credentials::{Credentials, for_sdk};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::world::World;

/// An AWS principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The twelve-digit account id.
    pub account: String,
    /// The principal's ARN.
    pub arn: String,
}

/// Asks STS whose credentials these are; every principal may.
///
/// # Errors
/// See [`CallError`].
pub async fn caller(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    region: &str,
    credentials: &Credentials,
) -> Result<Identity, CallError> {
    const SERVICE: &str = "AWS STS";
    let endpoint = endpoint::configured(world, &files.profiles, Some(profile), Service::Sts);
    let config = client_config!(aws_sdk_sts, network::client(world, &files.profiles, Some(profile)), region, endpoint)
        .credentials_provider(for_sdk(credentials));
    let answer = Client::from_conf(config.build())
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| call::error(SERVICE, &error))?;
    Ok(Identity { account: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default() })
}
