//! What all services of one running sandbox share.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    account::Account,
    clock::Clock,
    log::Log,
    tokens::{Kind, Mint},
};

/// The account, its mint and clock, and the little that a process has to remember.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) account: Account,
    pub(crate) mint: Mint,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    /// Delay of each answer.
    pub(crate) latency: Duration,
    /// Whether sign-ins need no person.
    pub(crate) approve: bool,
    /// Device authorizations by device code.
    pub(crate) devices: Mutex<HashMap<String, Device>>,
    /// Single-use tokens that were used, and sign-ins that were ended.
    spent: Mutex<HashSet<String>>,
}

/// A device authorization under way.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) user_code: String,
    pub(crate) client: String,
    pub(crate) expires: Timestamp,
    pub(crate) decision: Decision,
    pub(crate) asked: Option<Timestamp>,
}

/// What a person said to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Pending,
    Approved,
    Denied,
}

impl Cloud {
    pub(crate) fn new(account: Account, log: Log, latency: Duration, approve: bool) -> Self {
        Self {
            mint: Mint::new(&account.seed),
            account,
            clock: Clock::default(),
            log,
            latency,
            approve,
            devices: Mutex::default(),
            spent: Mutex::default(),
        }
    }

    /// The time by which things are issued and expire.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now_for_tokens()
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
