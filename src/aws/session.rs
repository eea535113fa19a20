//! The SSO token cache in `~/.aws/sso/cache`, shared with the AWS CLI and every SDK.

mod token;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_ssooidc::Client;
use aws_smithy_types::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::profile::{ProfileFiles, SsoProfile, token_cache_file_name};
use crate::private_file::{self, Lock, Prepared, StateFolder};
use crate::world::World;

pub use token::{Granted, Token};
pub(super) use token::{format_time, parse_time};

use token::{RENEW_BELOW, Renewal, Renewed};

/// How long one process waits for another that is renewing the same token.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// How long a file that does not parse is given, for the AWS CLI and the JavaScript SDK write it in place.
const TORN_READ_RETRY: Duration = Duration::from_millis(50);

/// What the cache says of a session.
#[derive(Debug, Clone)]
pub enum Cached {
    /// Nobody is signed in.
    Absent,
    /// There is a file and it holds no token.
    Unreadable(String),
    /// There is a token, ended or not.
    Token(Box<Token>),
}

/// Why a session has no usable token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SessionError {
    /// Nobody is signed in.
    #[error("nobody is signed in to the SSO session `{0}`")]
    SignedOut(String),
    /// The token has ended and cannot renew itself.
    #[error("the sign-in to the SSO session `{session}` ended at {at}")]
    Ended {
        /// The session.
        session: String,
        /// When it ended.
        at: Timestamp,
    },
    /// AWS refused to renew it.
    #[error("the SSO session `{0}` has ended; AWS did not accept its refresh token")]
    RenewalRefused(String),
    /// The cache file holds no token.
    #[error("`{path}` does not hold an SSO token: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process renews it or signs in, and takes its time.
    #[error("the SSO session `{0}` is being signed in to by another process")]
    Busy(String),
    /// AWS could not be asked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The file system refused.
    #[error("the SSO token cache could not be used: {0}")]
    File(String),
}

impl SessionError {
    /// Whether signing in would mend it. Somebody who takes longer than a renewal is signing in, and at the door their
    /// result is waited for.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        !matches!(self, Self::Call(_) | Self::File(_))
    }
}

/// Where a session's token is cached; no tool lets this folder be moved.
#[must_use]
pub fn token_path(home: &Path, sso: &SsoProfile) -> PathBuf {
    home.join(".aws").join("sso").join("cache").join(token_cache_file_name(&sso.token_cache_key))
}

/// Reads a session's token, forgiving a foreign writer that is in the middle of its file.
#[must_use]
pub fn cached(path: &Path) -> Cached {
    match read_once(path) {
        Cached::Unreadable(_) => {
            std::thread::sleep(TORN_READ_RETRY);
            read_once(path)
        }
        other => other,
    }
}

fn read_once(path: &Path) -> Cached {
    match private_file::read(path) {
        Ok(None) => Cached::Absent,
        Ok(Some(bytes)) => match Token::parse(&bytes) {
            Ok(token) => Cached::Token(Box::new(token)),
            Err(reason) => Cached::Unreadable(reason),
        },
        Err(error) => Cached::Unreadable(error.to_string()),
    }
}

/// Whether the cached token needs no renewal, found out without the network.
#[must_use]
pub fn is_fresh(world: &World, sso: &SsoProfile) -> bool {
    let path = token_path(&world.home().unwrap_or_default(), sso);
    matches!(cached(&path), Cached::Token(token) if token.is_fresh(world.now()))
}

/// Removes a session's token from the cache, for a caller that holds the lock.
///
/// # Errors
/// [`SessionError::File`].
pub fn forget(world: &World, sso: &SsoProfile) -> Result<(), SessionError> {
    let path = token_path(&world.home().unwrap_or_default(), sso);
    private_file::remove(&path).map_err(|error| SessionError::File(error.to_string()))
}

/// A token that works now, renewed silently when little of it is left.
///
/// # Errors
/// When a person has to sign in, or AWS or the file system did not let us.
pub async fn usable_token(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    force: bool,
) -> Result<Token, SessionError> {
    let now = world.now();
    let path = token_path(&world.home().unwrap_or_default(), sso);
    let token = expect_token(cached(&path), &path, sso)?;
    let due = force || token.expires_at.duration_since(now) < RENEW_BELOW;
    if !due {
        return Ok(token);
    }
    if !token.is_renewable(now) {
        return if token.expires_at > now { Ok(token) } else { Err(ended(&token, sso)) };
    }
    renew_under_lock(world, files, profile, sso, &path, &token).await
}

/// Takes the lock under which a session's token is renewed or signed in anew, waiting for its holder.
///
/// # Errors
/// [`SessionError::Busy`] when the holder kept it, [`SessionError::File`] when there can be no lock.
pub fn lock(world: &World, sso: &SsoProfile, patience: Duration) -> Result<Lock, SessionError> {
    private_file::lock(&lock_path(world, sso)?, patience).map_err(|error| match error.kind() {
        ErrorKind::TimedOut => SessionError::Busy(session_name(sso)),
        _ => SessionError::File(error.to_string()),
    })
}

fn lock_path(world: &World, sso: &SsoProfile) -> Result<PathBuf, SessionError> {
    let state = StateFolder::of(world).ok_or_else(|| SessionError::File("no home folder is known".into()))?;
    let path = token_path(&world.home().unwrap_or_default(), sso);
    Ok(state.lock(&path.file_stem().unwrap_or_default().to_string_lossy()))
}

/// The session's token, where there is one, ended or not.
#[must_use]
pub fn read(world: &World, sso: &SsoProfile) -> Option<Token> {
    match cached(&token_path(&world.home().unwrap_or_default(), sso)) {
        Cached::Token(token) => Some(*token),
        Cached::Absent | Cached::Unreadable(_) => None,
    }
}

async fn renew_under_lock(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    path: &Path,
    seen: &Token,
) -> Result<Token, SessionError> {
    let _lock = lock(world, sso, LOCK_PATIENCE)?;
    // Someone may have renewed it while we waited.
    let token = expect_token(cached(path), path, sso)?;
    if token.expires_at > seen.expires_at {
        return Ok(token);
    }
    renew(world, files, profile, sso, path, &token).await
}

/// A token that works, renewed if that is possible and due or forced, for a caller that holds the lock.
///
/// # Errors
/// See [`usable_token`].
pub async fn renew_locked(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    force: bool,
) -> Result<Token, SessionError> {
    let path = token_path(&world.home().unwrap_or_default(), sso);
    let token = expect_token(cached(&path), &path, sso)?;
    if token.is_fresh(world.now()) && !force {
        return Ok(token);
    }
    if !token.is_renewable(world.now()) {
        return Err(ended(&token, sso));
    }
    renew(world, files, profile, sso, &path, &token).await
}

async fn renew(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    sso: &SsoProfile,
    path: &Path,
    token: &Token,
) -> Result<Token, SessionError> {
    let Some(renewal) = &token.renewal else { return Err(ended(token, sso)) };
    // A refresh token is single use: it is not spent where what comes for it could not be kept.
    let file = match prepare(world, sso) {
        Err(_) if token.expires_at > world.now() => return Ok(token.clone()),
        other => other?,
    };
    match exchange(world, files, profile, sso, renewal).await {
        Ok(answer) => write(file, path, &token.renewed_object(&answer)),
        Err(error) => after_failed_exchange(error, world, path, token, sso),
    }
}

/// Makes sure that a token can be kept, before it is asked for.
///
/// # Errors
/// [`SessionError::File`].
pub fn prepare(world: &World, sso: &SsoProfile) -> Result<Prepared, SessionError> {
    let path = token_path(&world.home().unwrap_or_default(), sso);
    private_file::prepare(&path).map_err(|error| SessionError::File(error.to_string()))
}

/// Keeps what a sign-in gave, with the fields of the AWS CLI, for a caller that holds the lock.
///
/// # Errors
/// [`SessionError::File`].
pub fn store(world: &World, file: Prepared, sso: &SsoProfile, granted: &Granted) -> Result<Token, SessionError> {
    write(file, &token_path(&world.home().unwrap_or_default(), sso), &granted.object(sso))
}

fn write(file: Prepared, path: &Path, object: &Map<String, Value>) -> Result<Token, SessionError> {
    let text = serde_json::to_vec(object).unwrap_or_default();
    file.write(&text).map_err(|error| SessionError::File(error.to_string()))?;
    Token::parse(&text).map_err(|reason| SessionError::Unreadable { path: path.to_owned(), reason })
}

/// A failed renewal is no loss while the token lives, or when another client has meanwhile won the race for it.
fn after_failed_exchange(
    error: CallError,
    world: &World,
    path: &Path,
    token: &Token,
    sso: &SsoProfile,
) -> Result<Token, SessionError> {
    if let Cached::Token(current) = cached(path)
        && current.expires_at > token.expires_at
    {
        return Ok(*current);
    }
    if token.expires_at > world.now() {
        return Ok(token.clone());
    }
    match error.code() {
        Some("InvalidGrantException" | "ExpiredTokenException" | "InvalidClientException") => {
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
    let config = client_config!(aws_sdk_ssooidc, world, &sso.region, endpoint)
        // A refresh token is single use: a second attempt after a lost answer would spend the session.
        .retry_config(RetryConfig::disabled());
    let answer = Client::from_conf(config.build())
        .create_token()
        .client_id(&renewal.client_id)
        .client_secret(renewal.client_secret.expose_secret())
        .grant_type("refresh_token")
        .refresh_token(renewal.refresh_token.expose_secret())
        .send()
        .await
        .map_err(|error| call::error("AWS IAM Identity Center", &error))?;
    let Some(access_token) = answer.access_token else {
        return Err(CallError::Unreachable {
            service: "AWS IAM Identity Center",
            reason: "its answer holds no access token".into(),
        });
    };
    Ok(Renewed {
        access_token: access_token.into(),
        expires_at: world.now() + SignedDuration::from_secs(answer.expires_in.into()),
        refresh_token: answer.refresh_token.map(SecretString::from),
    })
}

fn expect_token(cached: Cached, path: &Path, sso: &SsoProfile) -> Result<Token, SessionError> {
    match cached {
        Cached::Token(token) => Ok(*token),
        Cached::Absent => Err(SessionError::SignedOut(session_name(sso))),
        Cached::Unreadable(reason) => Err(SessionError::Unreadable { path: path.to_owned(), reason }),
    }
}

fn ended(token: &Token, sso: &SsoProfile) -> SessionError {
    SessionError::Ended { session: session_name(sso), at: token.expires_at }
}

/// What people call the session: its name, or the start URL of a legacy profile.
#[must_use]
pub fn session_name(sso: &SsoProfile) -> String {
    sso.session_name.clone().unwrap_or_else(|| sso.start_url.clone())
}
