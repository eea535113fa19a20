//! Our cache of issued credentials: private files, each named by a digest of everything that determines its content.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::chain::{self, Link, Origin};
use super::{Credentials, environment, handed};
use crate::aws::files::AwsFiles;
use crate::draft;
use crate::private_file::{self, StateFolder};
use crate::world::World;

/// What identifies cached credentials.
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
    /// When they were issued; files of earlier versions do not say.
    #[serde(default)]
    issued_at: Option<Timestamp>,
}

impl CacheFile {
    fn credentials(self) -> Credentials {
        Credentials {
            access_key_id: self.access_key_id,
            secret_access_key: self.secret_access_key.into(),
            session_token: self.session_token.into(),
            expiration: self.expiration,
        }
    }
}

impl CacheKey {
    /// The key of a profile's credentials; `None` for what is not cached here.
    #[must_use]
    pub fn of(world: &World, files: &AwsFiles, profile: &str) -> Option<Self> {
        Self::of_link(world, &chain::of(files, profile).ok()?)
    }

    pub(super) fn of_link(world: &World, link: &Link) -> Option<Self> {
        let mut parts = Vec::new();
        identify(world, link, &mut parts)?;
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut name = format!("{:x}", digest.finalize());
        name.truncate(32);
        Some(Self(name))
    }

    /// The digest, which tells nothing of what it was made from.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    fn path(&self, state: &StateFolder) -> PathBuf {
        state.credentials().join(format!("{}.json", self.0))
    }
}

/// Collects what determines the credentials of a link, secrets included: what a rotated one gave before must not be
/// answered.
fn identify(world: &World, link: &Link, parts: &mut Vec<String>) -> Option<()> {
    let mut add = |texts: &[&str]| parts.extend(texts.iter().map(|text| (*text).to_owned()));
    match &link.origin {
        Origin::Sso(sso) => {
            add(&["sso", &sso.token_cache_key, &sso.region, &sso.account_id, &sso.role_name]);
        }
        Origin::Keys(keys) => {
            add(&["keys", keys.access_key_id(), keys.secret_access_key(), keys.session_token().unwrap_or_default()]);
        }
        Origin::Environment => {
            let keys = environment::keys(world)?;
            add(&["keys", keys.access_key_id(), keys.secret_access_key(), keys.session_token().unwrap_or_default()]);
        }
        Origin::Machine(machine) => add(&["machine", &format!("{machine:?}")]),
        Origin::Process { command } => {
            // A command may look at where it is run.
            let folder = world.working_directory().to_string_lossy();
            add(&["process", &link.profile, command, &folder]);
        }
        Origin::WebIdentity { role_arn, token_file, session_name } => {
            add(&["web identity", role_arn, token_file, session_name.as_deref().unwrap_or_default()]);
        }
        Origin::Login { session } => add(&["login", session]),
        Origin::Role { role, source } => {
            let optional = |text: &Option<String>| text.clone().map_or_else(String::new, |text| format!("={text}"));
            add(&["role", &role.role_arn, &optional(&role.external_id), &optional(&role.session_name)]);
            add(&[&optional(&role.duration_seconds)]);
            identify(world, source, parts)?;
        }
    }
    Some(())
}

/// Cached credentials, whatever is left of them.
#[must_use]
pub fn cached(world: &World, key: &CacheKey) -> Option<Credentials> {
    read(world, key).map(CacheFile::credentials)
}

/// What another process was given while its lock was waited for, however little life it has: a second question would
/// bring no more.
pub(super) fn issued_since(world: &World, key: &CacheKey, waiting_since: Timestamp) -> Option<Credentials> {
    let now = world.now();
    let is_of_use =
        |file: &CacheFile| file.issued_at.is_some_and(|at| waiting_since <= at && at <= now) && file.expiration > now;
    read(world, key).filter(is_of_use).map(CacheFile::credentials)
}

/// Whether cached credentials are as old as that; those of a file that does not say are.
pub(super) fn is_older(world: &World, key: &CacheKey, age: SignedDuration) -> bool {
    let issued_at = read(world, key).and_then(|file| file.issued_at);
    issued_at.is_none_or(|at| world.now().duration_since(at) >= age)
}

fn read(world: &World, key: &CacheKey) -> Option<CacheFile> {
    let bytes = private_file::read(&key.path(&StateFolder::of(world)?)).ok()??;
    serde_json::from_slice(&bytes).ok().filter(|file: &CacheFile| file.version == 1)
}

/// Cached credentials with enough left.
pub(super) fn cached_for(world: &World, key: &CacheKey, min_ttl: Duration) -> Option<Credentials> {
    cached(world, key).filter(|found| has_left(world, found.expiration, min_ttl))
}

/// Tells whether so much time is left.
pub(super) fn has_left(world: &World, expiration: Timestamp, min_ttl: Duration) -> bool {
    let needed = SignedDuration::try_from(min_ttl).unwrap_or(SignedDuration::MAX);
    expiration.duration_since(world.now()) >= needed
}

/// Keeps issued credentials for the next process.
pub(super) fn keep(
    world: &World,
    state: &StateFolder,
    key: &CacheKey,
    credentials: &Credentials,
) -> std::io::Result<()> {
    let file = CacheFile {
        version: 1,
        access_key_id: credentials.access_key_id.clone(),
        secret_access_key: credentials.secret_access_key.expose_secret().to_owned(),
        session_token: credentials.session_token.expose_secret().to_owned(),
        expiration: credentials.expiration,
        issued_at: Some(world.now()),
    };
    private_file::write(&key.path(state), &serde_json::to_vec(&file).unwrap_or_default())?;
    handed::forget(state, key);
    Ok(())
}

/// Removes cached credentials.
///
/// # Errors
/// The file system's.
pub fn forget(state: &StateFolder, key: &CacheKey) -> std::io::Result<()> {
    handed::forget(state, key);
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
        if path.extension().is_some_and(|extension| extension == "json" || extension == handed::EXTENSION) {
            private_file::remove(&path)?;
        }
    }
    // What a killed run left holds credentials, too.
    draft::sweep(&folder);
    // The folder stays: another process may be about to write into it.
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn forgetting_again_and_again_does_not_stop_a_write() {
        let home = tempfile::tempdir().expect("a folder");
        let world = World::with_variables([("HOME", home.path())], home.path());
        let state = StateFolder::of(&world).expect("a home");
        let folder = state.credentials();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let forgetting = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    forget_all(&state).expect("forgotten");
                }
            });
            let written: Vec<_> =
                (0..300).map(|number| private_file::write(&folder.join(format!("{number}.json")), b"x")).collect();
            done.store(true, Ordering::Relaxed);
            forgetting.join().expect("ended");
            assert!(written.iter().all(Result::is_ok), "{written:?}");
        });
        forget_all(&state).expect("forgotten");
        assert_eq!(fs_err::read_dir(folder).expect("a folder").count(), 0);
    }
}
