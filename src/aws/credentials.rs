//! Credentials of a profile, from our cache while they last and from AWS when they do not.

use std::path::PathBuf;
use std::time::Duration;

use aws_credential_types::Credentials as SdkCredentials;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::profile::{ProfileKind, SsoProfile};
use crate::aws::session::{self, SessionError};
use crate::draft;
use crate::private_file::{self, StateFolder};
use crate::world::World;

/// How long one process waits for another that is fetching the same credentials.
const LOCK_PATIENCE: Duration = Duration::from_mins(1);

/// What is claimed for credentials that do not say when they end, so that the caller asks again.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Keys that sign requests, and when they end.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access key id, which is no secret.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: SecretString,
    /// The session token.
    pub session_token: SecretString,
    /// When they end.
    pub expiration: Timestamp,
}

/// Why a profile gives no credentials.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CredentialsError {
    /// There is no such profile.
    #[error("the profile `{name}` is in neither `{config}` nor `{credentials}`")]
    NoProfile {
        /// The profile asked for.
        name: String,
        /// The config file looked into.
        config: PathBuf,
        /// The credentials file looked into.
        credentials: PathBuf,
    },
    /// The profile lacks something.
    #[error("the profile `{name}` gives no credentials: {reason}")]
    Incomplete {
        /// The profile.
        name: String,
        /// What it lacks.
        reason: String,
    },
    /// The SSO session has no usable token.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// AWS refused or could not be asked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The portal knows the sign-in and not the role.
    #[error(
        "the profile `{profile}` asks for the role `{role}` in account {account}, which the portal does not give you"
    )]
    RoleNotAssigned {
        /// The profile.
        profile: String,
        /// Its role, a permission set.
        role: String,
        /// Its account.
        account: String,
    },
    /// The file system refused.
    #[error("the credentials cache could not be used: {0}")]
    File(String),
}

impl CredentialsError {
    /// Whether signing in would mend it.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        matches!(self, Self::Session(error) if error.needs_sign_in())
    }
}

/// What identifies cached credentials: the session, account and role, or the access key they came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheKey(String);

/// The cache file. Of the wire forms around, it is nobody's but ours.
#[derive(Serialize, Deserialize)]
struct CacheFile {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: Timestamp,
}

impl CacheKey {
    /// The key of a profile's credentials; `None` for kinds that are not cached.
    #[must_use]
    pub fn of(kind: &ProfileKind) -> Option<Self> {
        let parts: Vec<&str> = match kind {
            ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => {
                vec!["sso", &sso.token_cache_key, &sso.region, &sso.account_id, &sso.role_name]
            }
            ProfileKind::StaticKeys(keys) if keys.session_token().is_none() => {
                // The secret is part of the key: a rotated secret must not be answered from the old one's session.
                vec!["keys", keys.access_key_id(), keys.secret_access_key()]
            }
            _ => return None,
        };
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut name = format!("{:x}", digest.finalize());
        name.truncate(32);
        Some(Self(name))
    }

    fn path(&self, state: &StateFolder) -> PathBuf {
        state.credentials().join(format!("{}.json", self.0))
    }
}

/// Cached credentials, whatever is left of them.
#[must_use]
pub fn cached(world: &World, key: &CacheKey) -> Option<Credentials> {
    let bytes = private_file::read(&key.path(&StateFolder::of(world)?)).ok()??;
    let file: CacheFile = serde_json::from_slice(&bytes).ok().filter(|file: &CacheFile| file.version == 1)?;
    Some(Credentials {
        access_key_id: file.access_key_id,
        secret_access_key: file.secret_access_key.into(),
        session_token: file.session_token.into(),
        expiration: file.expiration,
    })
}

/// Credentials of a profile with at least `min_ttl` left, or the freshest AWS would give.
///
/// # Errors
/// See [`CredentialsError`].
pub fn resolve(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    min_ttl: Duration,
) -> Result<Credentials, CredentialsError> {
    let kind = kind(files, profile)?;
    let key = CacheKey::of(&kind);
    if let Some(fresh) = key.as_ref().and_then(|key| cached_for(world, key, min_ttl)) {
        return Ok(fresh);
    }
    let Some(key) = key else { return without_cache(world, profile, &kind) };
    let state = StateFolder::of(world).ok_or_else(|| CredentialsError::File("no home folder is known".into()))?;
    let file_error = |error: std::io::Error| CredentialsError::File(error.to_string());
    let _lock = private_file::lock(&state.lock(&key.0), LOCK_PATIENCE).map_err(file_error)?;
    // Another process may have fetched them while we waited.
    if let Some(fresh) = cached_for(world, &key, min_ttl) {
        return Ok(fresh);
    }
    let issued = call::block_on(issue(world, files, profile, &kind))?;
    private_file::write(&key.path(&state), &cache_text(&issued)).map_err(file_error)?;
    Ok(issued)
}

/// The kind of a profile that must exist.
///
/// # Errors
/// [`CredentialsError::NoProfile`].
pub fn kind(files: &AwsFiles, profile: &str) -> Result<ProfileKind, CredentialsError> {
    match files.profiles.profile(profile) {
        Some(found) => Ok(found.kind(&files.profiles)),
        None => Err(CredentialsError::NoProfile {
            name: profile.to_owned(),
            config: files.config_path.clone(),
            credentials: files.credentials_path.clone(),
        }),
    }
}

fn cached_for(world: &World, key: &CacheKey, min_ttl: Duration) -> Option<Credentials> {
    let needed = SignedDuration::try_from(min_ttl).unwrap_or(SignedDuration::MAX);
    cached(world, key).filter(|found| found.expiration.duration_since(world.now()) >= needed)
}

fn cache_text(credentials: &Credentials) -> Vec<u8> {
    let file = CacheFile {
        version: 1,
        access_key_id: credentials.access_key_id.clone(),
        secret_access_key: credentials.secret_access_key.expose_secret().to_owned(),
        session_token: credentials.session_token.expose_secret().to_owned(),
        expiration: credentials.expiration,
    };
    serde_json::to_vec(&file).unwrap_or_default()
}

/// Kinds that need no call: temporary keys as they stand, and what this version cannot resolve.
fn without_cache(world: &World, profile: &str, kind: &ProfileKind) -> Result<Credentials, CredentialsError> {
    let reason = match kind {
        ProfileKind::StaticKeys(keys) => {
            return Ok(Credentials {
                access_key_id: keys.access_key_id().to_owned(),
                secret_access_key: keys.secret_access_key().to_owned().into(),
                session_token: keys.session_token().unwrap_or_default().to_owned().into(),
                expiration: world.now() + ASK_AGAIN_AFTER,
            });
        }
        ProfileKind::Incomplete { reason } => reason.to_string(),
        other => format!("a profile of the kind {other} is not supported yet; SSO sessions and static keys are"),
    };
    Err(CredentialsError::Incomplete { name: profile.to_owned(), reason })
}

async fn issue(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    kind: &ProfileKind,
) -> Result<Credentials, CredentialsError> {
    match kind {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => role_credentials(world, files, profile, sso).await,
        other => session_of_keys(world, files, profile, other).await,
    }
}

/// Credentials of the profile's role, from the SSO portal.
async fn role_credentials(
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
    let config = client_config!(aws_sdk_sso, world, &sso.region, endpoint);
    let answer = aws_sdk_sso::Client::from_conf(config.build())
        .get_role_credentials()
        .account_id(&sso.account_id)
        .role_name(&sso.role_name)
        .access_token(token.expose_secret())
        .send()
        .await
        .map_err(|error| call::error(SERVICE, &error));
    let given = match answer {
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

/// A session of long-term keys: Claude Code takes no credentials without a session token.
async fn session_of_keys(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    kind: &ProfileKind,
) -> Result<Credentials, CredentialsError> {
    const SERVICE: &str = "AWS STS";
    let ProfileKind::StaticKeys(keys) = kind else { return without_cache(world, profile, kind) };
    let region = files.profiles.profile(profile).and_then(|found| found.get("region"));
    let region = region.map_or_else(|| "us-east-1".to_owned(), |value| value.text.clone());
    let endpoint = endpoint::configured(world, &files.profiles, Some(profile), Service::Sts);
    let config = client_config!(aws_sdk_sts, world, region, endpoint).credentials_provider(SdkCredentials::from_keys(
        keys.access_key_id(),
        keys.secret_access_key(),
        None,
    ));
    let answer = aws_sdk_sts::Client::from_conf(config.build()).get_session_token().send().await;
    let given = answer
        .map_err(|error| call::error(SERVICE, &error))?
        .credentials
        .ok_or_else(|| CallError::Unreachable { service: SERVICE, reason: "its answer holds no credentials".into() })?;
    let expiration = Timestamp::from_second(given.expiration.secs()).unwrap_or_else(|_| world.now());
    Ok(Credentials {
        access_key_id: given.access_key_id,
        secret_access_key: given.secret_access_key.into(),
        session_token: given.session_token.into(),
        expiration,
    })
}

/// The keys as the SDK's clients take them.
pub(super) fn for_sdk(credentials: &Credentials) -> SdkCredentials {
    let session_token = Some(credentials.session_token.expose_secret().to_owned());
    SdkCredentials::from_keys(
        &credentials.access_key_id,
        credentials.secret_access_key.expose_secret(),
        // Long-term keys have none.
        session_token.filter(|token| !token.is_empty()),
    )
}

/// Removes cached credentials.
///
/// # Errors
/// The file system's.
pub fn forget(state: &StateFolder, key: &CacheKey) -> std::io::Result<()> {
    private_file::remove(&key.path(state))
}

/// Removes every cached credential of ours.
///
/// # Errors
/// The file system's.
pub fn forget_all(state: &StateFolder) -> std::io::Result<()> {
    let folder = state.credentials();
    let entries = match fs_err::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            private_file::remove(&path)?;
        }
    }
    // What a killed run left holds credentials, too.
    draft::sweep(&folder);
    let _ = fs_err::remove_dir(&folder);
    Ok(())
}
