//! The sandbox's clock: the real one, which tests can move, and the ageing of what was issued.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use crate::process;

/// The form of `x-amz-date`.
const BASIC: &str = "%Y%m%dT%H%M%SZ";

#[derive(Debug)]
pub(crate) struct Clock {
    ahead: Offset,
    aged: Offset,
}

/// Milliseconds.
#[derive(Debug, Default)]
struct Offset(AtomicI64);

impl Clock {
    /// A clock that differs from this machine's by so much.
    pub(crate) fn new(ahead: SignedDuration) -> Self {
        let ahead = Offset(AtomicI64::new(i64::try_from(ahead.as_millis()).unwrap_or_default()));
        Self { ahead, aged: Offset::default() }
    }

    /// The time signatures are judged by.
    pub(crate) fn now(&self) -> Timestamp {
        process::now() + self.ahead.get()
    }

    /// The time tokens and credentials are judged by.
    pub(crate) fn now_for_tokens(&self) -> Timestamp {
        self.now() + self.aged.get()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.grow(by);
    }

    pub(crate) fn age(&self, by: Duration) {
        self.aged.grow(by);
    }
}

impl Offset {
    fn get(&self) -> SignedDuration {
        SignedDuration::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// A time beyond it could not be written down any more, nor anything that expires after it.
    const FURTHEST: i64 = 1000 * 365 * 86_400_000;

    fn grow(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let later = |before: i64| Some(before.saturating_add(milliseconds).min(Self::FURTHEST));
        // The closure always gives a value.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }
}

/// Writes a time to the second, the one form that all readers of the SSO token cache accept.
pub(crate) fn to_the_second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes a time to the millisecond.
pub(crate) fn to_the_millisecond(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Writes a time as the `Date` header has it.
pub(crate) fn http(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Writes a time as `x-amz-date` has it.
pub(crate) fn basic(time: Timestamp) -> String {
    time.strftime(BASIC).to_string()
}

/// Reads a time written as `x-amz-date` has it.
pub(crate) fn parse_basic(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime(BASIC, text).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_times_survive_a_round_trip() {
        let time = parse_basic("20150830T123600Z").expect("a time");
        assert_eq!(basic(time), "20150830T123600Z");
        assert_eq!(to_the_second(time), "2015-08-30T12:36:00Z");
        assert_eq!(parse_basic("2015-08-30"), None);
    }

    #[test]
    fn ageing_leaves_the_clock_alone() {
        let clock = Clock::new(SignedDuration::ZERO);
        clock.age(Duration::from_hours(2));
        assert!(clock.now().duration_since(process::now()) < SignedDuration::from_mins(1));
        clock.advance(Duration::from_hours(1));
        assert!(clock.now().duration_since(process::now()) > SignedDuration::from_mins(59));
        assert!(clock.now_for_tokens().duration_since(process::now()) > SignedDuration::from_mins(179));
    }
}
