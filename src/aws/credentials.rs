//! Credentials of a profile, from our cache while they last and from their source when they do not.
//!
//! The source is the one Claude Code would use: the profile's, in the order of the AWS SDK for JavaScript, before any
//! key in a variable.

mod cache;
mod chain;
mod environment;
mod error;
mod handed;
mod login;
mod machine_role;
mod process;
mod readiness;
mod sso;
mod sts;

use std::time::Duration;

use aws_credential_types::Credentials as SdkCredentials;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use crate::aws::call::{self, unanswered};
use crate::aws::files::AwsFiles;
use crate::aws::profile::{ProfileKind, StaticKeys};
use crate::private_file::{self, StateFolder};
use crate::world::{NAME_HOME, NO_HOME, World};

use chain::{Link, Origin};

pub use cache::{CacheKey, cached, forget, forget_all};
pub use error::{CredentialsError, LookedIn};
pub use handed::was_handed;
pub use login::LoginError;
pub use process::ProcessError;
pub use readiness::{readiness, sso_behind};

/// How long one process waits for another that is fetching the same credentials: longer than a `credential_process`
/// may take.
const LOCK_PATIENCE: Duration = Duration::from_secs(90);

/// What is claimed for credentials that do not say when they end, so that the caller asks again.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How much life the credentials that assume a role need: that of one call.
const ONE_CALL: Duration = Duration::from_mins(1);

/// More life than any credentials have: what is cached is not good enough.
const ANEW: Duration = Duration::MAX;

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

/// Credentials of a profile with at least `min_ttl` left, or the freshest its source would give.
///
/// # Errors
/// See [`CredentialsError`].
pub fn resolve(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    min_ttl: Duration,
) -> Result<Credentials, CredentialsError> {
    refuse_circle(world, profile)?;
    let link = chain::of(files, profile)?;
    obtain(world, files, &link, min_ttl, Use::Handed, &mut Vec::new())
}

/// Credentials that its source gives a profile now, whatever is cached of it and of the profiles it needs; kept in the
/// place of the cached ones, which stay where there are no others.
///
/// # Errors
/// See [`CredentialsError`].
pub fn renew(world: &World, files: &AwsFiles, profile: &str) -> Result<Credentials, CredentialsError> {
    resolve(world, files, profile, ANEW)
}

fn refuse_circle(world: &World, profile: &str) -> Result<(), CredentialsError> {
    let callers = process::calling_profiles(world);
    if callers.iter().any(|caller| caller == profile) {
        return Err(CredentialsError::Incomplete {
            name: profile.to_owned(),
            reason: format!("its credential_process calls itself: {} -> {profile}", callers.join(" -> ")),
        });
    }
    Ok(())
}

/// What credentials are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// To be handed to Claude Code, which takes none without a session token.
    Handed,
    /// To assume a role with.
    Source,
}

/// Credentials of one link of a chain; `above` are the profiles that need it.
fn obtain<'a>(
    world: &World,
    files: &AwsFiles,
    link: &'a Link,
    min_ttl: Duration,
    wanted_for: Use,
    above: &mut Vec<&'a str>,
) -> Result<Credentials, CredentialsError> {
    if above.last() != Some(&link.profile.as_str()) {
        above.push(&link.profile);
    }
    let answer = match &link.origin {
        Origin::Keys(keys) => match (wanted_for, keys.session_token()) {
            (Use::Handed, None) => through_cache(world, files, link, min_ttl, above),
            _ => Ok(as_they_are(world, keys)),
        },
        Origin::Environment => environment::expect_keys(world, &link.profile).map(|keys| as_they_are(world, &keys)),
        // They are the machine's, and a home folder may be that of several; who gives them keeps them at hand.
        Origin::Machine(machine) => call::block_on(machine.credentials(world, &link.profile)),
        Origin::Login { session } => login::credentials(world, files, &link.profile, session, min_ttl),
        _ => through_cache(world, files, link, min_ttl, above),
    };
    answer.map_err(|error| error.in_chain(above))
}

fn through_cache<'a>(
    world: &World,
    files: &AwsFiles,
    link: &'a Link,
    min_ttl: Duration,
    above: &mut Vec<&'a str>,
) -> Result<Credentials, CredentialsError> {
    let Some(key) = CacheKey::of_link(world, link) else {
        return issue(world, files, link, min_ttl, above).map(|issued| issued.0);
    };
    if let Some(fresh) = cache::cached_for(world, &key, min_ttl) {
        return Ok(fresh);
    }
    let state = StateFolder::of(world).ok_or_else(|| CredentialsError::File(format!("{NO_HOME}; {NAME_HOME}")))?;
    let (lock_path, waiting_since) = (state.lock(key.name()), world.now());
    let _lock = private_file::lock(&lock_path, world.patience(LOCK_PATIENCE))
        .map_err(|error| CredentialsError::of_lock(&error))?;
    // Another process may have fetched them while we waited, or found out that nobody answers.
    let issued = || cache::issued_since(world, &key, waiting_since);
    if let Some(fresh) = cache::cached_for(world, &key, min_ttl).or_else(issued) {
        return Ok(fresh);
    }
    let issued = match unanswered::told_since(world, &lock_path, waiting_since) {
        Some(error) => Err(error.into()),
        None => issue(world, files, link, min_ttl, above),
    };
    let (issued, keep) = match issued {
        Ok(issued) => issued,
        Err(error) => {
            let Some(call) = error.call() else { return Err(error) };
            unanswered::tell(world, &lock_path, call);
            // Those with less life than is wanted are better than none, while AWS does not give others.
            let short_lived = cache::cached_for(world, &key, ONE_CALL);
            return short_lived.filter(|_| call.is_passing() && min_ttl != ANEW).ok_or(error);
        }
    };
    if keep == Keep::Yes {
        // Where they cannot be kept, the next caller asks for others.
        let _ = cache::keep(world, &state, &key, &issued);
    }
    Ok(issued)
}

/// Whether credentials may be given to the next process, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Yes,
    /// They do not say when they end, so that nobody would know when to stop.
    No,
}

fn issue<'a>(
    world: &World,
    files: &AwsFiles,
    link: &'a Link,
    min_ttl: Duration,
    above: &mut Vec<&'a str>,
) -> Result<(Credentials, Keep), CredentialsError> {
    // What AWS has ended early takes along what it was made from, more often than not.
    let source_ttl = if min_ttl == ANEW { ANEW } else { ONE_CALL };
    let profile = link.profile.as_str();
    let issued = match &link.origin {
        Origin::Sso(sso) => call::block_on(sso::role_credentials(world, files, profile, sso))?,
        Origin::Keys(keys) => call::block_on(sts::session_of_keys(world, files, profile, keys))?,
        Origin::Process { command } => return printed(world, files, profile, command, above),
        Origin::WebIdentity { role_arn, token_file, session_name } => call::block_on(
            sts::assume_role_with_web_identity(world, files, profile, role_arn, token_file, session_name.as_deref()),
        )?,
        Origin::Role { role, source } => {
            let depth = above.len();
            let source = obtain(world, files, source, source_ttl, Use::Source, above)?;
            above.truncate(depth);
            call::block_on(sts::assume_role(world, files, profile, role, &source))?
        }
        // These have a cache of their own, or need none.
        Origin::Machine(machine) => return Ok((call::block_on(machine.credentials(world, profile))?, Keep::No)),
        Origin::Environment => {
            let keys = environment::expect_keys(world, profile)?;
            return Ok((as_they_are(world, &keys), Keep::No));
        }
        Origin::Login { session } => {
            return login::credentials(world, files, profile, session, source_ttl).map(|found| (found, Keep::No));
        }
    };
    Ok((issued, Keep::Yes))
}

/// What a program prints; long-term keys are made a session, as those of a file are.
fn printed(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    command: &str,
    above: &[&str],
) -> Result<(Credentials, Keep), CredentialsError> {
    let printed = process::run(world, command, above)
        .map_err(|error| CredentialsError::Process { profile: profile.to_owned(), error })?;
    let keys = StaticKeys::new(printed.access_key_id, printed.secret_access_key, printed.session_token);
    if keys.session_token().is_none() {
        return call::block_on(sts::session_of_keys(world, files, profile, &keys)).map(|issued| (issued, Keep::Yes));
    }
    let credentials = as_they_are(world, &keys);
    Ok(match printed.expiration {
        Some(expiration) => (Credentials { expiration, ..credentials }, Keep::Yes),
        None => (credentials, Keep::No),
    })
}

fn as_they_are(world: &World, keys: &StaticKeys) -> Credentials {
    Credentials {
        access_key_id: keys.access_key_id().to_owned(),
        secret_access_key: keys.secret_access_key().to_owned().into(),
        session_token: keys.session_token().unwrap_or_default().to_owned().into(),
        expiration: world.now() + ASK_AGAIN_AFTER,
    }
}

/// The kind of a profile that must exist.
///
/// # Errors
/// [`CredentialsError::NoProfile`].
pub fn kind(files: &AwsFiles, profile: &str) -> Result<ProfileKind, CredentialsError> {
    match files.profiles.profile(profile) {
        Some(found) => Ok(found.kind(&files.profiles)),
        None => Err(files.no_profile(profile)),
    }
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
