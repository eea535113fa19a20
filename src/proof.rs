//! How models answered when they were last asked, kept for later reports.
//!
//! One private file an identity and region; it holds no secret, but which gates an account is stopped by is nobody's
//! business.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::aws::probe::{Outcome, Probed};
use crate::gate::{self, Answer, Asked};
use crate::model;
use crate::private_file::{self, StateFolder};
use crate::world::World;

/// What is older tells nothing any more.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How a model answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// With a token.
    Answered,
    /// With a refusal that lasts.
    Stopped,
    /// With a refusal that says it is there: a quota of the minute, or no capacity.
    Throttled,
    /// Not in time.
    TimedOut,
    /// Not at all.
    Unreachable,
}

/// What came of asking a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The id as it was asked for.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// How it answered.
    pub status: Status,
    /// The time to the first token, in milliseconds.
    pub first_token_ms: Option<u64>,
    /// The failure mode, such as `P07`; none for an answer, or for words nobody knows.
    pub failure_mode: Option<String>,
    /// What is in the way, in a few words.
    pub title: Option<String>,
    /// What opens it.
    pub fix: Option<String>,
    /// What AWS said.
    pub message: Option<String>,
    /// The region a gate names.
    pub region: Option<String>,
    /// The HTTP status of a refusal.
    #[serde(default)]
    pub http_status: Option<u16>,
    /// AWS's error type of a refusal.
    #[serde(default)]
    pub code: Option<String>,
}

/// Everything known of one identity in one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proofs {
    version: u32,
    models: Vec<Proof>,
}

/// Whose proofs, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofKey(String);

impl ProofKey {
    /// The key for whatever identifies a principal, in a region.
    #[must_use]
    pub fn new(principal: &str, region: &str) -> Self {
        let mut digest = Sha256::new();
        for part in [principal, region] {
            digest.update(part.len().to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut name = format!("{:x}", digest.finalize());
        name.truncate(32);
        Self(name)
    }

    fn path(&self, state: &StateFolder) -> PathBuf {
        state.proofs().join(format!("{}.json", self.0))
    }
}

impl Proof {
    /// Judges how a probe ended.
    #[must_use]
    pub fn of(probed: &Probed, asked: &Asked<'_>, at: Timestamp) -> Self {
        let mut proof = Self {
            id: probed.id.clone(),
            at,
            status: Status::Stopped,
            first_token_ms: None,
            failure_mode: None,
            title: None,
            fix: None,
            message: None,
            region: None,
            http_status: None,
            code: None,
        };
        let answer = match &probed.outcome {
            Outcome::Answered { first_token } => {
                proof.status = Status::Answered;
                proof.first_token_ms = Some(u64::try_from(first_token.as_millis()).unwrap_or(u64::MAX));
                return proof;
            }
            Outcome::TimedOut => {
                proof.status = Status::TimedOut;
                proof.title = Some("no answer in time".to_owned());
                return proof;
            }
            Outcome::Unreachable(reason) => {
                proof.status = Status::Unreachable;
                proof.message = Some(reason.clone());
                Answer { status: None, code: None, message: reason }
            }
            Outcome::Refused { status, code, message } => {
                proof.message = Some(message.clone());
                (proof.http_status, proof.code) = (*status, code.clone());
                Answer { status: *status, code: code.as_deref(), message }
            }
        };
        if let Some(gate) = gate::classify(&answer, &Asked { model: Some(&probed.id), ..*asked }) {
            if gate.is_passing() {
                proof.status = Status::Throttled;
            }
            proof.failure_mode = Some(gate.id.to_owned());
            proof.title = Some(gate.headline());
            proof.fix = Some(gate.fix);
            proof.region = gate.region;
        }
        proof
    }

    /// What had come of asking; none where nothing came.
    #[must_use]
    pub fn probed(&self) -> Option<Probed> {
        let outcome = match self.status {
            Status::Answered => {
                Outcome::Answered { first_token: Duration::from_millis(self.first_token_ms.unwrap_or_default()) }
            }
            Status::Stopped | Status::Throttled => {
                Outcome::Refused { status: self.http_status, code: self.code.clone(), message: self.message.clone()? }
            }
            Status::TimedOut | Status::Unreachable => return None,
        };
        Some(Probed { id: self.id.clone(), outcome })
    }

    /// Whether the model is there for this principal: it answered, or was only busy.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        matches!(self.status, Status::Answered | Status::Throttled)
    }

    /// How it answered, in a few words.
    #[must_use]
    pub fn words(&self) -> String {
        let title = self.title.as_deref().or(self.message.as_deref()).unwrap_or("no words about it");
        match (self.status, &self.failure_mode) {
            (Status::Answered, _) => format!("answers after {} ms", self.first_token_ms.unwrap_or_default()),
            (Status::Unreachable, None) => format!("cannot be reached: {title}"),
            (_, Some(mode)) => format!("{mode}: {title}"),
            (_, None) => title.to_owned(),
        }
    }
}

impl Proofs {
    /// What is kept under a key; nothing where there is no file, or none that can be read.
    #[must_use]
    pub fn read(state: &StateFolder, key: &ProofKey, now: Timestamp) -> Self {
        let bytes = private_file::read(&key.path(state)).ok().flatten();
        let mut proofs: Self = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        if proofs.version != 1 {
            proofs = Self::default();
        }
        proofs.models.retain(|proof| now.duration_since(proof.at) < KEPT_FOR);
        proofs
    }

    /// The same in this process's home; nothing where there is no key.
    #[must_use]
    pub fn of_key(world: &World, key: Option<&ProofKey>) -> Self {
        let kept = StateFolder::of(world).zip(key);
        kept.map(|(state, key)| Self::read(&state, key, world.now())).unwrap_or_default()
    }

    /// Keeps new proofs beside those of other models.
    ///
    /// # Errors
    /// The file system's.
    pub fn keep(state: &StateFolder, key: &ProofKey, new: &[Proof], now: Timestamp) -> std::io::Result<()> {
        let _lock = private_file::lock(&state.lock("proofs"), Duration::from_secs(5))?;
        let mut proofs = Self::read(state, key, now);
        proofs.version = 1;
        proofs.models.retain(|known| new.iter().all(|proof| proof.id != known.id));
        proofs.models.extend_from_slice(new);
        private_file::write(&key.path(state), &serde_json::to_vec(&proofs).unwrap_or_default())
    }

    /// The same with new proofs in the place of older ones.
    #[must_use]
    pub fn and(mut self, new: Vec<Proof>) -> Self {
        self.models.retain(|known| new.iter().all(|proof| proof.id != known.id));
        self.models.extend(new);
        self
    }

    /// The same without the refusals from before a moment.
    #[must_use]
    pub fn refused_since(mut self, moment: Timestamp) -> Self {
        self.models.retain(|known| known.is_usable() || known.at >= moment);
        self
    }

    /// How a model answered, whichever of its names it was asked by.
    #[must_use]
    pub fn of(&self, names: &[&str]) -> Option<&Proof> {
        let mut found: Vec<&Proof> = self.models.iter().filter(|proof| names.contains(&proof.id.as_str())).collect();
        found.sort_by_key(|proof| proof.at);
        found.pop()
    }

    /// How a pin answered: with its `[1m]` where it was asked so, else without.
    #[must_use]
    pub fn of_pin(&self, pin: &str) -> Option<&Proof> {
        self.of(&[pin]).or_else(|| self.of(&[model::without_context_suffix(pin)]))
    }

    /// Every proof, in no order.
    #[must_use]
    pub fn all(&self) -> &[Proof] {
        &self.models
    }
}

/// Forgets how models answered, whoever asked.
///
/// # Errors
/// The file system's.
pub fn forget_all(state: &StateFolder) -> std::io::Result<()> {
    private_file::remove_folder(&state.proofs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(id: &str, message: &str) -> Probed {
        let outcome =
            Outcome::Refused { status: Some(429), code: Some("ThrottlingException".into()), message: message.into() };
        Probed { id: id.into(), outcome }
    }

    #[test]
    fn what_was_learnt_is_kept_privately_and_the_newest_counts() {
        let home = tempfile::tempdir().expect("a folder");
        let world = World::with_variables([("HOME", home.path())], home.path());
        let state = StateFolder::of(&world).expect("a home");
        let key = ProofKey::new("ada", "us-west-2");
        let asked = Asked::default();
        let early: Timestamp = "2026-11-01T00:00:00Z".parse().expect("a time");
        let now = early + SignedDuration::from_hours(1);
        let busy = Proof::of(&refused("a", "Too many requests, please wait"), &asked, early);
        assert_eq!((busy.status, busy.failure_mode.as_deref()), (Status::Throttled, Some("Q05")));
        Proofs::keep(&state, &key, &[busy], early).expect("kept");
        let outcome = Outcome::Answered { first_token: Duration::from_millis(420) };
        let answered = Proof::of(&Probed { id: "a".into(), outcome }, &asked, now);
        assert_eq!(answered.words(), "answers after 420 ms");
        Proofs::keep(&state, &key, std::slice::from_ref(&answered), now).expect("kept");
        let read = Proofs::read(&state, &key, now);
        assert_eq!(read.of(&["b", "a"]), Some(&answered));
        assert!(Proofs::read(&state, &ProofKey::new("ada", "eu-west-1"), now).all().is_empty());
        assert!(Proofs::read(&state, &key, now + KEPT_FOR).all().is_empty());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs_err::metadata(key.path(&state)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        forget_all(&state).expect("forgotten");
        assert!(!state.proofs().exists());
    }
}
