//! What all services of one running sandbox share.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    account::Account,
    approvals::{Approvals, Decision},
    changes::Changes,
    clock::Clock,
    fault::Faults,
    log::Log,
    recording::Recording,
    tokens::{Kind, Mint},
    usage::Usage,
};

/// The account, its mint and clock, and the little that a process has to remember.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) account: Account,
    pub(crate) mint: Mint,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) recording: Recording,
    /// Delay of each answer.
    pub(crate) latency: Duration,
    /// Sign-ins that wait for a person.
    pub(crate) approvals: Approvals,
    /// What goes wrong.
    pub(crate) faults: Faults,
    /// What the accounts have changed about themselves.
    pub(crate) changes: Changes,
    /// What the accounts have used of their quotas.
    pub(crate) usage: Usage,
    /// What was ended from outside.
    cutoffs: Mutex<Cutoffs>,
    /// Single-use tokens that were used, and sign-ins that were ended.
    spent: Mutex<HashSet<String>>,
}

/// Moments up to which what was issued does not work any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cutoffs {
    /// Sign-ins begun by then are forgotten.
    pub(crate) sessions: Timestamp,
    /// Access tokens issued by then have expired; they can be renewed.
    pub(crate) tokens: Timestamp,
    /// Temporary credentials issued by then have expired.
    pub(crate) credentials: Timestamp,
}

impl Cloud {
    pub(crate) fn new(account: Account, log: Log, latency: Duration, approve: bool) -> Self {
        Self {
            mint: Mint::new(&account.seed),
            clock: Clock::new(account.clock_ahead),
            log,
            recording: Recording::new(None),
            latency,
            approvals: Approvals::new(if approve { Decision::Approved } else { Decision::Pending }),
            faults: Faults::new(&account.faults),
            changes: Changes::default(),
            usage: Usage::default(),
            cutoffs: Mutex::new(Cutoffs {
                sessions: account.identity_center.sessions_revoked_before.unwrap_or(Timestamp::MIN),
                tokens: Timestamp::MIN,
                credentials: Timestamp::MIN,
            }),
            account,
            spent: Mutex::default(),
        }
    }

    /// The time by which things are issued and expire.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now_for_tokens()
    }

    pub(crate) fn cutoffs(&self) -> Cutoffs {
        *self.lock_cutoffs()
    }

    /// Forgets all sign-ins so far: their tokens are worth nothing, and cannot be renewed.
    pub(crate) fn forget_sessions(&self) {
        self.lock_cutoffs().sessions = self.now();
    }

    /// Lets all access tokens issued so far expire.
    pub(crate) fn expire_tokens(&self) {
        self.lock_cutoffs().tokens = self.now();
    }

    /// Lets all temporary credentials issued so far expire.
    pub(crate) fn expire_credentials(&self) {
        self.lock_cutoffs().credentials = self.now();
    }

    /// Makes a thing unusable from now on; false when it already was.
    pub(crate) fn spend(&self, thing: String) -> bool {
        self.spent().insert(thing)
    }

    pub(crate) fn is_spent(&self, thing: &str) -> bool {
        self.spent().contains(thing)
    }

    /// Cuts a page out of a list; `None` when the token is not one of ours.
    pub(crate) fn page<T>(&self, items: Vec<T>, size: Option<usize>, token: Option<&str>) -> Option<Page<T>> {
        let start: usize = match token {
            Some(token) => self.mint.open(Kind::Page, token)?,
            None => 0,
        };
        let end = size.map_or(items.len(), |size| start.saturating_add(size));
        let next = (end < items.len()).then(|| self.mint.seal(Kind::Page, &end));
        let items = items.into_iter().skip(start).take(end - start).collect();
        Some(Page { items, next })
    }

    fn lock_cutoffs(&self) -> MutexGuard<'_, Cutoffs> {
        self.cutoffs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spent(&self) -> MutexGuard<'_, HashSet<String>> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Part of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}
