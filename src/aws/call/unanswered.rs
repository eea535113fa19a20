//! Word for those who wait at a lock that its holder got no answer: without it each of them would ask in its turn, and
//! wait as long as the one before.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::CallError;
use crate::private_file;
use crate::vars;
use crate::world::World;

/// What the last holder of a lock leaves beside it.
#[derive(Serialize, Deserialize)]
struct Word {
    at: Timestamp,
    /// By which way it asked: who goes another has to ask anew.
    way: String,
    /// What it says to its own caller.
    words: String,
}

/// Leaves word of an error, when it says that no answer came; for the holder of the lock.
pub(in crate::aws) fn tell(world: &World, lock: &Path, error: &CallError) {
    if error.code().is_some() {
        return;
    }
    let left = Word { at: world.now(), way: way(world), words: error.to_string() };
    // Without it the others ask for themselves.
    let _ = private_file::write(&path(lock), &serde_json::to_vec(&left).unwrap_or_default());
}

/// What a holder left since the moment from which the lock was waited for.
pub(in crate::aws) fn told_since(world: &World, lock: &Path, waiting_since: Timestamp) -> Option<CallError> {
    let left: Word = serde_json::from_slice(&private_file::read(&path(lock)).ok()??).ok()?;
    let is_of_use = left.at >= waiting_since && left.at <= world.now() && left.way == way(world);
    is_of_use.then_some(CallError::UnansweredElsewhere(left.words))
}

fn path(lock: &Path) -> std::path::PathBuf {
    lock.with_extension("unanswered")
}

/// A digest of what a shell may say about the way to AWS.
fn way(world: &World) -> String {
    let mut digest = Sha256::new();
    let services = ["", "_SSO", "_SSO_OIDC", "_STS"].map(|service| format!("{}{service}", vars::AWS_ENDPOINT_URL));
    let names = [
        vars::HTTPS_PROXY,
        vars::HTTPS_PROXY_LOWER,
        vars::NO_PROXY,
        vars::NO_PROXY_LOWER,
        vars::AWS_CA_BUNDLE,
        vars::NODE_EXTRA_CA_CERTS,
    ];
    for name in names.into_iter().chain(services.iter().map(String::as_str)) {
        let value = world.var(name).unwrap_or_default();
        digest.update(value.len().to_le_bytes());
        digest.update(value);
    }
    format!("{:x}", digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_to_those_who_waited_and_go_the_same_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = folder.path().join("x.lock");
        let world = World::with_variables([("HOME", folder.path())], folder.path());
        let proxied = World::with_variables([("HTTPS_PROXY", "http://127.0.0.1:1")], folder.path());
        let waiting_since = world.now();
        assert!(told_since(&world, &lock, waiting_since).is_none());
        let refused =
            CallError::Answered { service: "AWS", code: "AccessDeniedException".into(), message: "no".into() };
        tell(&world, &lock, &refused);
        assert!(told_since(&world, &lock, waiting_since).is_none(), "an answer is everybody's own");
        tell(&world, &lock, &CallError::TimedOut { service: "AWS" });
        let told = told_since(&world, &lock, waiting_since).expect("no answer came");
        assert_eq!(told.to_string(), "AWS did not answer in time");
        assert!(told_since(&proxied, &lock, waiting_since).is_none(), "through a proxy there may be one");
        assert!(told_since(&world, &lock, world.now()).is_none(), "whoever comes later asks anew");
    }
}
