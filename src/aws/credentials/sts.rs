//! What Security Token Service issues: sessions of long-term keys, and roles.

use aws_credential_types::Credentials as SdkCredentials;
use aws_sdk_sts::types::Credentials as Issued;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{Credentials, CredentialsError, for_sdk};
use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::aws::profile::{AssumeRole, ProfileFiles, StaticKeys};
use crate::private_file;
use crate::vars;
use crate::world::World;

const SERVICE: &str = "AWS STS";

/// How long a role lasts when the profile does not say, in seconds; the AWS SDK for JavaScript asks for as much.
const ROLE_SECONDS: i32 = 3600;

/// A session of long-term keys: Claude Code takes no credentials without a session token.
pub(super) async fn session_of_keys(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    keys: &StaticKeys,
) -> Result<Credentials, CredentialsError> {
    let keys = SdkCredentials::from_keys(keys.access_key_id(), keys.secret_access_key(), None);
    let answer = client(world, files, profile, Some(keys)).get_session_token().send().await;
    let issued = answer.map_err(|error| call::error(SERVICE, &error))?.credentials;
    credentials(world, issued)
}

/// A role, assumed with someone's credentials.
pub(super) async fn assume_role(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    role: &AssumeRole,
    source: &Credentials,
) -> Result<Credentials, CredentialsError> {
    let answer = client(world, files, profile, Some(for_sdk(source)))
        .assume_role()
        .role_arn(&role.role_arn)
        .role_session_name(session_name(world, role.session_name.as_deref()))
        .set_external_id(role.external_id.clone())
        .duration_seconds(duration(profile, role)?)
        .send()
        .await;
    let issued = answer.map_err(|error| refused(&role.role_arn, call::error(SERVICE, &error)))?.credentials;
    credentials(world, issued)
}

/// A role, assumed with the token that a file holds at this moment.
pub(super) async fn assume_role_with_web_identity(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    role_arn: &str,
    token_file: &str,
    session: Option<&str>,
) -> Result<Credentials, CredentialsError> {
    let token = web_identity_token(world, token_file)
        .map_err(|reason| CredentialsError::Incomplete { name: profile.to_owned(), reason })?;
    let answer = client(world, files, profile, None)
        .assume_role_with_web_identity()
        .role_arn(role_arn)
        .role_session_name(session_name(world, session))
        .web_identity_token(secrecy::ExposeSecret::expose_secret(&token))
        .send()
        .await;
    let issued = answer.map_err(|error| refused(role_arn, call::error(SERVICE, &error)))?.credentials;
    credentials(world, issued)
}

/// Reads a `web_identity_token_file`, which its owner replaces from time to time.
///
/// # Errors
/// Why it holds no token, in words.
pub(super) fn web_identity_token(world: &World, file: &str) -> Result<SecretString, String> {
    let path = world.absolute(file.as_ref());
    let bytes = private_file::read(&path).map_err(|error| format!("its web_identity_token_file: {error}"))?;
    let bytes = bytes.ok_or_else(|| format!("its web_identity_token_file `{}` is not there", world.shown(&path)))?;
    match std::str::from_utf8(&bytes).map(str::trim) {
        Ok(token) if !token.is_empty() => Ok(token.to_owned().into()),
        _ => Err(format!("its web_identity_token_file `{}` holds no token", world.shown(&path))),
    }
}

fn client(world: &World, files: &AwsFiles, profile: &str, keys: Option<SdkCredentials>) -> aws_sdk_sts::Client {
    let files = &files.profiles;
    let (service, network) = match keys {
        Some(_) => (Service::Sts, network::client(world, files, Some(profile))),
        None => (Service::StsFederation, network::client_for_sign_ins(world, files, Some(profile))),
    };
    let endpoint = endpoint::configured(world, files, Some(profile), service);
    let mut config = client_config!(aws_sdk_sts, network, region(world, files, profile), endpoint);
    config.set_credentials_provider(keys.map(aws_sdk_sts::config::SharedCredentialsProvider::new));
    aws_sdk_sts::Client::from_conf(config.build())
}

/// The region a profile's credentials are asked for in: the profile's, or else the one Claude Code is in.
pub(super) fn region(world: &World, files: &ProfileFiles, profile: &str) -> String {
    let of_profile = files.profile(profile).and_then(|found| found.get("region"));
    let ambient = || [vars::AWS_REGION, vars::AWS_DEFAULT_REGION].into_iter().find_map(|name| world.var(name));
    let region = of_profile.map(|value| value.text.as_str()).or_else(ambient);
    region.unwrap_or("us-east-1").to_owned()
}

/// `role_session_name`, or one that tells in `CloudTrail` who asked and when.
fn session_name(world: &World, configured: Option<&str>) -> String {
    configured.map_or_else(|| format!("claude-bedrock-{}", world.now().as_millisecond()), ToOwned::to_owned)
}

/// `duration_seconds`, as JavaScript's `parseInt` reads it.
fn duration(profile: &str, role: &AssumeRole) -> Result<i32, CredentialsError> {
    let Some(text) = &role.duration_seconds else { return Ok(ROLE_SECONDS) };
    let digits = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().map_err(|_| CredentialsError::Incomplete {
        name: profile.to_owned(),
        reason: format!("its duration_seconds `{text}` is not a number of seconds"),
    })
}

fn refused(role_arn: &str, error: CallError) -> CredentialsError {
    if error.is_denied() { CredentialsError::RoleRefused { role: role_arn.to_owned(), error } } else { error.into() }
}

fn credentials(world: &World, issued: Option<Issued>) -> Result<Credentials, CredentialsError> {
    let issued = issued
        .ok_or_else(|| CallError::Unreachable { service: SERVICE, reason: "its answer holds no credentials".into() })?;
    let expiration = Timestamp::from_second(issued.expiration.secs()).unwrap_or_else(|_| world.now());
    Ok(Credentials {
        access_key_id: issued.access_key_id,
        secret_access_key: issued.secret_access_key.into(),
        session_token: issued.session_token.into(),
        expiration,
    })
}
