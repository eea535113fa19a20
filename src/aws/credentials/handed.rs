//! Which sessions of Claude Code were given which cached credentials: an empty file each, in the name of which both are.
//!
//! Claude Code runs its export when it starts, five minutes before the credentials end, and after AWS has refused them
//! (observed with 2.1.329). So a session that asks twice for the same ones long before their end had them refused.

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::Credentials;
use super::cache::{self, CacheKey};
use crate::private_file::{self, StateFolder};
use crate::world::World;

pub(super) const EXTENSION: &str = "handed";

/// A request is tried again and again; others than those that were just fetched would be refused like them.
const SETTLED: SignedDuration = SignedDuration::from_secs(20);

/// Whether a session was given these credentials before and asks for them again; from now on it was given them.
#[must_use]
pub fn was_handed(world: &World, key: &CacheKey, credentials: &Credentials, session: &str) -> bool {
    // What is not kept comes from its source every time.
    let is_cached = cache::cached(world, key).is_some_and(|cached| cached.access_key_id == credentials.access_key_id);
    let Some(state) = StateFolder::of(world).filter(|_| is_cached) else { return false };
    let mut digest = Sha256::new();
    for part in [session, &credentials.access_key_id] {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    let mut name = format!("{}-{:x}", key.name(), digest.finalize());
    name.truncate(key.name().len() + 1 + 32);
    let path = state.credentials().join(name).with_extension(EXTENSION);
    if path.exists() {
        return cache::is_older(world, key, SETTLED);
    }
    // Where it cannot be noted, the session is given the same again, as any other is.
    let _ = private_file::write(&path, b"");
    false
}

/// Others take the place of those that were handed out. What cannot be removed does no harm.
pub(super) fn forget(state: &StateFolder, key: &CacheKey) {
    let prefix = format!("{}-", key.name());
    for entry in fs_err::read_dir(state.credentials()).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix) && name.ends_with(EXTENSION)) {
            let _ = private_file::remove(&entry.path());
        }
    }
}
