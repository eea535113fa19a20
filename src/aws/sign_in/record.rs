//! What is remembered of a sign-in between processes: a code that still waits, how the last one ended, and the way
//! that was asked for. 0600, and short-lived but for the way.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aws::profile::SsoProfile;
use crate::aws::session;
use crate::presence::Way;
use crate::private_file::{self, StateFolder};
use crate::world::World;

/// How long no caller starts a sign-in by itself after one ended badly: a person who said no or walked away is not
/// asked again by each of a dozen Claude Code sessions.
const COOL_DOWN: SignedDuration = SignedDuration::from_mins(10);

/// The record's file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Record {
    pending: Option<Pending>,
    ended: Option<Ended>,
    by_code: Option<bool>,
}

/// A device authorization that waits for its code to be entered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) registration_expires_at: Timestamp,
    pub(super) device_code: String,
    pub(super) user_code: String,
    pub(super) address: String,
    pub(super) complete: Option<String>,
    pub(super) interval_seconds: u64,
    pub(super) expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ended {
    at: Timestamp,
    how: Ending,
}

/// How a sign-in ended that brought no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ending {
    /// A person said no.
    Refused,
    /// Nobody finished it.
    Abandoned,
}

impl Record {
    /// The record of a session; a missing or damaged one is an empty one.
    pub(super) fn read(world: &World, sso: &SsoProfile) -> Self {
        let path = StateFolder::of(world).map(|state| path(&state, world, sso));
        let bytes = path.and_then(|path| private_file::read(&path).ok().flatten());
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// The code that still can be entered.
    pub(super) fn pending(&self, now: Timestamp) -> Option<&Pending> {
        self.pending.as_ref().filter(|pending| pending.expires_at > now)
    }

    /// How the last sign-in ended and until when none starts by itself.
    pub(super) fn cooling_down(&self, now: Timestamp) -> Option<(String, Timestamp)> {
        let ended = self.ended.as_ref()?;
        let until = ended.at + COOL_DOWN;
        let how = match ended.how {
            Ending::Refused => "was refused",
            Ending::Abandoned => "was not finished",
        };
        // A clock that was set back must not prolong it.
        (ended.at <= now && now < until).then(|| (how.to_owned(), until))
    }

    /// The way to go: by code where that was asked for once.
    pub(super) fn way(&self, judged: Way) -> Way {
        match (self.by_code, judged) {
            (Some(true), Way::Callback) => Way::Code { opens: true },
            (_, judged) => judged,
        }
    }

    /// Remembers the way that was asked for.
    pub(super) fn remember(&mut self, way: Way) {
        self.by_code = Some(way != Way::Callback);
    }

    /// Notes a code that waits.
    pub(super) fn wait_for(&mut self, world: &World, sso: &SsoProfile, pending: Pending) {
        self.pending = Some(pending);
        self.ended = None;
        self.write(world, sso);
    }

    /// Notes how the sign-in ended.
    pub(super) fn end(&mut self, world: &World, sso: &SsoProfile, how: Ending) {
        self.pending = None;
        self.ended = Some(Ended { at: world.now(), how });
        self.write(world, sso);
    }

    /// Forgets a code that is of no use any more.
    pub(super) fn drop_pending(&mut self, world: &World, sso: &SsoProfile) {
        if self.pending.take().is_some() {
            self.write(world, sso);
        }
    }

    /// Forgets everything but the way, after a sign-in that succeeded.
    pub(super) fn forget(&mut self, world: &World, sso: &SsoProfile) {
        *self = Self { by_code: self.by_code, ..Self::default() };
        self.write(world, sso);
    }

    /// A record that cannot be written costs a reminder, not the sign-in.
    fn write(&self, world: &World, sso: &SsoProfile) {
        let Some(state) = StateFolder::of(world) else { return };
        let path = path(&state, world, sso);
        let _ = match serde_json::to_vec(self) {
            Ok(_) if self.is_empty() => private_file::remove(&path),
            Ok(text) => private_file::write(&path, &text),
            Err(_) => Ok(()),
        };
    }

    fn is_empty(&self) -> bool {
        self.pending.is_none() && self.ended.is_none() && self.by_code.is_none()
    }
}

fn path(state: &StateFolder, world: &World, sso: &SsoProfile) -> std::path::PathBuf {
    let token = session::token_path(world, sso);
    state.path().join("sign-in").join(token.file_name().unwrap_or_default())
}
