//! `aws login`: console credentials of a quarter of an hour, renewed with a key that the sign-in left in its cache.
//!
//! The format is that of the AWS CLI 2.32 and of `LoginCredentialsFetcher` of the AWS SDK for JavaScript. The cache is
//! shared ground: read by all of them and written whole by us, under a lock held over read, exchange and write.

mod proof;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_signin::Client;
use aws_sdk_signin::operation::create_o_auth2_token::CreateOAuth2TokenError;
use aws_sdk_signin::types::{CreateOAuth2TokenRequestBody, CreateOAuth2TokenResponseBody, OAuth2ErrorCode};
use aws_smithy_types::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::cache::has_left;
use super::{ANEW, Credentials, CredentialsError, sts};
use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::private_file::{self, StateFolder};
use crate::vars;
use crate::world::{NAME_HOME, NO_HOME, World};

const SERVICE: &str = "AWS Sign-In";

/// What all tools renew at, at the latest.
const RENEW_BELOW: Duration = Duration::from_mins(5);

/// How long one process waits for another that is renewing the same sign-in.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// How long a file that does not parse is given, for the other tools write it in place.
const TORN_READ_RETRY: Duration = Duration::from_millis(50);

/// Why a console sign-in gives no credentials.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoginError {
    /// Nobody is signed in.
    #[error("nobody is signed in as `{0}` with `aws login`")]
    SignedOut(String),
    /// The cache file holds no sign-in.
    #[error("`{path}` does not hold an `aws login` sign-in: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, without its content.
        reason: String,
    },
    /// The sign-in as a whole has ended.
    #[error("the `aws login` sign-in as `{0}` has ended")]
    Ended(String),
    /// The password was changed since.
    #[error("the `aws login` sign-in as `{0}` has ended, because the password was changed")]
    PasswordChanged(String),
    /// The user may not renew it.
    #[error("`{0}` may not renew an `aws login` sign-in: the permission `signin:CreateOAuth2Token` is missing")]
    Forbidden(String),
}

impl LoginError {
    /// Whether signing in would mend it.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        !matches!(self, Self::Forbidden(_))
    }
}

/// A sign-in as its cache file holds it.
pub(super) struct SignIn {
    credentials: Credentials,
    client_id: String,
    refresh_token: SecretString,
    key: proof::Key,
    /// The whole object, so that what other tools keep in it survives.
    object: Map<String, Value>,
}

impl SignIn {
    /// When its credentials end.
    pub(super) fn expiration(&self) -> Timestamp {
        self.credentials.expiration
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let object: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|error| format!("not a JSON object (line {})", error.line()))?;
        let text = |object: &Map<String, Value>, name: &str| {
            let text = object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            text.map(ToOwned::to_owned).ok_or_else(|| format!("it has no `{name}`"))
        };
        let token = object.get("accessToken").and_then(Value::as_object).ok_or("it has no `accessToken`")?;
        let expiration = text(token, "expiresAt")?.parse().map_err(|_| "its `expiresAt` is not a time")?;
        let credentials = Credentials {
            access_key_id: text(token, "accessKeyId")?,
            secret_access_key: text(token, "secretAccessKey")?.into(),
            session_token: text(token, "sessionToken")?.into(),
            expiration,
        };
        let key = proof::Key::from_pem(&text(&object, "dpopKey")?).ok_or("its `dpopKey` is not a P-256 key")?;
        let (client_id, refresh_token) = (text(&object, "clientId")?, text(&object, "refreshToken")?.into());
        Ok(Self { credentials, client_id, refresh_token, key, object })
    }

    /// The file's new content after a renewal: our fields replaced, everything else kept.
    fn renewed(&self, answer: &CreateOAuth2TokenResponseBody, now: Timestamp) -> Option<Vec<u8>> {
        let issued = answer.access_token.as_ref()?;
        let end = now + SignedDuration::from_secs(answer.expires_in.into());
        let mut object = self.object.clone();
        let token = object.get_mut("accessToken")?.as_object_mut()?;
        token.insert("accessKeyId".into(), issued.access_key_id().into());
        token.insert("secretAccessKey".into(), issued.secret_access_key().into());
        token.insert("sessionToken".into(), issued.session_token().into());
        token.insert("expiresAt".into(), end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
        object.insert("refreshToken".into(), answer.refresh_token().into());
        serde_json::to_vec(&object).ok()
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The object holds the secrets in clear.
        formatter.debug_struct("SignIn").field("expiration", &self.expiration()).finish_non_exhaustive()
    }
}

/// Where a sign-in is cached. The variable is taken literally, as the SDKs do.
#[must_use]
pub(super) fn path(world: &World, session: &str) -> PathBuf {
    let folder = match world.path_var(vars::AWS_LOGIN_CACHE_DIRECTORY) {
        Some(folder) => world.absolute(&folder),
        None => world.below_home(".aws/login/cache"),
    };
    folder.join(format!("{:x}.json", Sha256::digest(session)))
}

/// Reads a sign-in, forgiving a foreign writer that is in the middle of its file.
pub(super) fn cached(path: &Path, session: &str) -> Result<SignIn, LoginError> {
    match read_once(path, session) {
        Err(LoginError::Unreadable { .. }) => {
            std::thread::sleep(TORN_READ_RETRY);
            read_once(path, session)
        }
        other => other,
    }
}

fn read_once(path: &Path, session: &str) -> Result<SignIn, LoginError> {
    let unreadable = |reason| LoginError::Unreadable { path: path.to_owned(), reason };
    match private_file::read(path) {
        Ok(None) => Err(LoginError::SignedOut(session.to_owned())),
        Ok(Some(bytes)) => SignIn::parse(&bytes).map_err(unreadable),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// Credentials of a sign-in with at least `min_ttl` left, or the freshest AWS would give.
pub(super) fn credentials(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    session: &str,
    min_ttl: Duration,
) -> Result<Credentials, CredentialsError> {
    let path = path(world, session);
    let min_ttl = min_ttl.max(RENEW_BELOW);
    let found = cached(&path, session)?;
    if has_left(world, found.expiration(), min_ttl) {
        return Ok(found.credentials);
    }
    let file_error = |error: std::io::Error| CredentialsError::File(error.to_string());
    let state = StateFolder::of(world).ok_or_else(|| CredentialsError::File(format!("{NO_HOME}; {NAME_HOME}")))?;
    let lock_name = path.file_stem().unwrap_or_default().to_string_lossy();
    let _lock = private_file::lock(&state.lock(&lock_name), world.patience(LOCK_PATIENCE))
        .map_err(|error| CredentialsError::of_lock(&error))?;
    // Someone may have renewed it while we waited.
    let current = cached(&path, session)?;
    if current.expiration() > found.expiration() {
        return Ok(current.credentials);
    }
    // A refresh token is single use: it is not spent where what comes for it could not be kept.
    let file = match private_file::prepare(&path) {
        Err(_) if current.expiration() > world.now() => return Ok(current.credentials),
        other => other.map_err(file_error)?,
    };
    match call::block_on(exchange(world, files, profile, session, &current)) {
        Ok(answer) => {
            let incomplete =
                || CallError::Unreachable { service: SERVICE, reason: "its answer holds no credentials".into() };
            let text = current.renewed(&answer, world.now()).ok_or_else(incomplete)?;
            file.write(&text).map_err(file_error)?;
            let renewed = SignIn::parse(&text).map_err(|reason| LoginError::Unreadable { path, reason })?;
            Ok(renewed.credentials)
        }
        Err(error) => match cached(&path, session) {
            // Another tool has won the race for the refresh token.
            Ok(newer) if newer.expiration() > current.expiration() => Ok(newer.credentials),
            _ if current.expiration() > world.now() && min_ttl != ANEW => Ok(current.credentials),
            _ => Err(error),
        },
    }
}

async fn exchange(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    session: &str,
    sign_in: &SignIn,
) -> Result<CreateOAuth2TokenResponseBody, CredentialsError> {
    let endpoint = endpoint::configured(world, &files.profiles, Some(profile), Service::SignIn);
    let config = client_config!(
        aws_sdk_signin,
        network::client_for_sign_ins(world, &files.profiles, Some(profile)),
        sts::region(world, &files.profiles, profile),
        endpoint
    )
    .allow_no_auth()
    // A refresh token is single use: a second attempt after a lost answer would spend the sign-in.
    .retry_config(RetryConfig::disabled())
    .interceptor(proof::Interceptor::new(sign_in.key.clone(), world.now()));
    let body = CreateOAuth2TokenRequestBody::builder()
        .client_id(&sign_in.client_id)
        .grant_type("refresh_token")
        .refresh_token(secrecy::ExposeSecret::expose_secret(&sign_in.refresh_token))
        .build()
        .map_err(|error| CallError::Unreachable { service: SERVICE, reason: error.to_string() })?;
    let answer = Client::from_conf(config.build()).create_o_auth2_token().token_input(body).send().await;
    let answer = answer.map_err(|error| {
        if let Some(CreateOAuth2TokenError::AccessDeniedException(denied)) = error.as_service_error() {
            match denied.error() {
                OAuth2ErrorCode::TokenExpired => return LoginError::Ended(session.to_owned()).into(),
                OAuth2ErrorCode::UserCredentialsChanged => {
                    return LoginError::PasswordChanged(session.to_owned()).into();
                }
                OAuth2ErrorCode::InsufficientPermissions => return LoginError::Forbidden(session.to_owned()).into(),
                _ => {}
            }
        }
        CredentialsError::from(call::error(SERVICE, &error))
    })?;
    answer.token_output.ok_or_else(|| {
        CallError::Unreachable { service: SERVICE, reason: "its answer holds no credentials".into() }.into()
    })
}
