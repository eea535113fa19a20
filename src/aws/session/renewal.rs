//! A token renewed with its refresh token, for a caller that holds the lock.

use std::path::Path;

use aws_sdk_ssooidc::Client;
use aws_smithy_types::retry::RetryConfig;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use super::token::{Renewal, Renewed};
use super::{
    Cached, SessionError, Token, cached, ended, prepare, rewrite, session_name, settled, tell_unanswered, write,
};
use crate::aws::call::retry::{self, Repeat};
use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::network;
use crate::aws::profile::{ProfileFiles, SsoProfile};
use crate::world::World;

const SERVICE: &str = "AWS IAM Identity Center";

/// What the service calls a refresh token that is spent, over or revoked.
const REFUSED: &str = "InvalidGrantException";

/// Exchanges the refresh token and keeps what comes.
///
/// # Errors
/// Why the token could not be renewed, when it has ended too or `force` asks for another one.
pub(super) async fn renew(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    path: &Path,
    token: &Token,
    force: bool,
) -> Result<Token, SessionError> {
    let is_enough = !force && token.expires_at > world.now();
    let Some(renewal) = &token.renewal else {
        // Whoever held the lock before was refused, which costs this token nothing of its life.
        return if is_enough { Ok(token.clone()) } else { Err(ended(world, token, sso)) };
    };
    // A refresh token is single use: it is not spent where what comes for it could not be kept.
    let file = match prepare(world, sso) {
        Err(_) if is_enough => return Ok(token.clone()),
        other => other?,
    };
    match exchange(world, files, profile, sso, renewal).await {
        Ok(answer) => write(file, path, &token.renewed_object(&answer)),
        Err(error) => {
            tell_unanswered(world, sso, &error);
            after_failed_exchange(error, world, path, token, sso, is_enough)
        }
    }
}

/// A failed renewal is no loss while the token is good enough, or when another client has meanwhile won the race for it.
fn after_failed_exchange(
    error: CallError,
    world: &World,
    path: &Path,
    token: &Token,
    sso: &SsoProfile,
    is_enough: bool,
) -> Result<Token, SessionError> {
    let is_another = |found: &Cached| matches!(found, Cached::Token(found) if !found.shares_refresh_token(token));
    let is_refused = error.code() == Some(REFUSED);
    // Whoever won the race for the refresh token has yet to write what came for it.
    let current = if is_refused { settled(path, is_another) } else { cached(path) };
    if let Cached::Token(current) = current {
        if !current.shares_refresh_token(token) && current.expires_at > world.now() {
            return Ok(*current);
        }
        if is_refused && current.shares_refresh_token(token) {
            // Nobody will get anything for it any more; where it cannot be taken out it is refused once more.
            let _ = rewrite(path, &current.unrenewable_object());
        }
    }
    if is_enough {
        return Ok(token.clone());
    }
    match error.code() {
        Some(REFUSED | "ExpiredTokenException" | "InvalidClientException") => {
            Err(SessionError::RenewalRefused(session_name(sso)))
        }
        _ => Err(error.into()),
    }
}

async fn exchange(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    renewal: &Renewal,
) -> Result<Renewed, CallError> {
    let endpoint = endpoint::configured(world, files, Some(profile), Service::SsoOidc);
    let config = client_config!(
        aws_sdk_ssooidc,
        network::client_for_sign_ins(world, files, Some(profile)),
        &sso.region,
        endpoint
    )
    .retry_config(RetryConfig::disabled());
    let client = Client::from_conf(config.build());
    let ask = || {
        client
            .create_token()
            .client_id(&renewal.client_id)
            .client_secret(renewal.client_secret.expose_secret())
            .grant_type("refresh_token")
            .refresh_token(renewal.refresh_token.expose_secret())
            .send()
    };
    // A refresh token is single use: a second attempt after a lost answer would spend the session.
    let answer = retry::ask(Repeat::Answered, ask).await.map_err(|error| call::error(SERVICE, &error))?;
    let Some(access_token) = answer.access_token else {
        return Err(CallError::Unreachable { service: SERVICE, reason: "its answer holds no access token".into() });
    };
    Ok(Renewed {
        access_token: access_token.into(),
        expires_at: world.now() + SignedDuration::from_secs(answer.expires_in.into()),
        refresh_token: answer.refresh_token.map(SecretString::from),
    })
}
