//! What waits for a person's word, and the word itself: given on a page, from outside, or beforehand.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Value, json};

/// How long a program may take to take its redirect.
const DELIVERY: Duration = Duration::from_secs(5);

/// Sign-ins under way, and what a person who is always there says to them.
#[derive(Debug)]
pub(crate) struct Approvals {
    standing: Mutex<Decision>,
    devices: Mutex<HashMap<String, Device>>,
    pages: Mutex<Vec<OpenPage>>,
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

/// A page in a browser that asks whether to let an application in.
#[derive(Clone, Debug)]
pub(crate) struct OpenPage {
    /// Query of the page; tells it from others.
    pub(crate) query: String,
    /// Where the browser goes when the person allows it.
    pub(crate) allowed: String,
    /// Where it goes when the person does not.
    pub(crate) denied: String,
}

/// What a person says to a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Pending,
    Approved,
    Denied,
}

impl Decision {
    pub(crate) const fn of(allow: bool) -> Self {
        if allow { Self::Approved } else { Self::Denied }
    }
}

impl Approvals {
    pub(crate) fn new(standing: Decision) -> Self {
        Self { standing: Mutex::new(standing), devices: Mutex::default(), pages: Mutex::default() }
    }

    /// What is said to new sign-ins.
    pub(crate) fn standing(&self) -> Decision {
        *lock(&self.standing)
    }

    pub(crate) fn stand_by(&self, decision: Decision) {
        *lock(&self.standing) = decision;
    }

    pub(crate) fn devices(&self) -> MutexGuard<'_, HashMap<String, Device>> {
        lock(&self.devices)
    }

    /// Remembers a page until it is decided.
    pub(crate) fn open(&self, page: OpenPage) {
        let mut pages = lock(&self.pages);
        pages.retain(|known| known.query != page.query);
        pages.push(page);
    }

    /// The person has decided on the page.
    pub(crate) fn close(&self, query: &str) {
        lock(&self.pages).retain(|known| known.query != query);
    }

    /// Decides everything that waits, or one device by its code, and returns how many that were.
    ///
    /// The programs behind open pages get the redirect a browser would have brought them.
    pub(crate) fn decide(&self, decision: Decision, user_code: Option<&str>) -> usize {
        let mut decided = 0;
        for device in self.devices().values_mut() {
            let meant = user_code.is_none_or(|code| code == device.user_code);
            if meant && device.decision == Decision::Pending {
                device.decision = decision;
                decided += 1;
            }
        }
        if user_code.is_some() {
            return decided;
        }
        let pages = std::mem::take(&mut *lock(&self.pages));
        decided += pages.len();
        for page in pages {
            let location = if decision == Decision::Approved { page.allowed } else { page.denied };
            thread::spawn(move || deliver(&location));
        }
        decided
    }

    /// What waits, for a look from outside.
    pub(crate) fn pending(&self) -> Value {
        let devices = self.devices();
        let codes = devices.values().filter(|device| device.decision == Decision::Pending);
        let codes: Vec<&str> = codes.map(|device| device.user_code.as_str()).collect();
        json!({ "user_codes": codes, "pages": lock(&self.pages).len() })
    }
}

/// Brings a program on this machine the answer it listens for.
fn deliver(location: &str) -> Option<()> {
    let (authority, path) = location.strip_prefix("http://")?.split_once('/')?;
    let address = authority.to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, DELIVERY).ok()?;
    stream.set_read_timeout(Some(DELIVERY)).ok()?;
    stream.set_write_timeout(Some(DELIVERY)).ok()?;
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").ok()?;
    // Read, so that the program is not cut off while it writes its page.
    let _ = stream.read_to_end(&mut Vec::new());
    Some(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
