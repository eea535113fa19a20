//! Credentials of a permission set, from the portal of IAM Identity Center.

use aws_smithy_types::retry::RetryConfig;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::{Credentials, CredentialsError};
use crate::aws::call::retry::{self, Repeat};
use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::aws::profile::SsoProfile;
use crate::aws::session::{self, SessionError};
use crate::world::World;

/// Credentials of the profile's role.
pub(super) async fn role_credentials(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    sso: &SsoProfile,
) -> Result<Credentials, CredentialsError> {
    let token = session::usable_token(world, &files.profiles, profile, sso, false).await?;
    match ask_portal(world, files, profile, sso, token.bearer()).await {
        // A session that ended on the server looks alive here: one forced renewal tells.
        Err(CredentialsError::Call(error)) if error.code() == Some("UnauthorizedException") => {
            if !token.is_renewable(world.now()) {
                return Err(SessionError::RenewalRefused(session::session_name(sso)).into());
            }
            let token = session::usable_token(world, &files.profiles, profile, sso, true).await?;
            match ask_portal(world, files, profile, sso, token.bearer()).await {
                Err(CredentialsError::Call(error)) if error.code() == Some("UnauthorizedException") => {
                    Err(SessionError::RenewalRefused(session::session_name(sso)).into())
                }
                other => other,
            }
        }
        other => other,
    }
}

async fn ask_portal(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    sso: &SsoProfile,
    token: &SecretString,
) -> Result<Credentials, CredentialsError> {
    const SERVICE: &str = "the AWS access portal";
    let endpoint = endpoint::configured(world, &files.profiles, Some(profile), Service::Sso);
    let config = client_config!(
        aws_sdk_sso,
        network::client_for_sign_ins(world, &files.profiles, Some(profile)),
        &sso.region,
        endpoint
    )
    .retry_config(RetryConfig::disabled());
    let request = aws_sdk_sso::Client::from_conf(config.build())
        .get_role_credentials()
        .account_id(&sso.account_id)
        .role_name(&sso.role_name)
        .access_token(token.expose_secret());
    let answer = retry::ask(Repeat::AnsweredOrLost, || request.clone().send()).await;
    let given = match answer.map_err(|error| call::error(SERVICE, &error)) {
        Ok(answer) => answer.role_credentials,
        Err(error) if error.is_denied() || error.code() == Some("ResourceNotFoundException") => {
            return Err(CredentialsError::RoleNotAssigned {
                profile: profile.to_owned(),
                role: sso.role_name.clone(),
                account: sso.account_id.clone(),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let incomplete = || CallError::Unreachable { service: SERVICE, reason: "its answer holds no credentials".into() };
    let given = given.ok_or_else(incomplete)?;
    let expiration = Timestamp::from_millisecond(given.expiration).map_err(|_| incomplete())?;
    match (given.access_key_id, given.secret_access_key, given.session_token) {
        (Some(access_key_id), Some(secret), Some(token)) => {
            Ok(Credentials { access_key_id, secret_access_key: secret.into(), session_token: token.into(), expiration })
        }
        _ => Err(incomplete().into()),
    }
}
