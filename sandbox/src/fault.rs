//! Faults: what goes wrong with which requests, as data.
//!
//! They stand in the account file, and can be set and taken away while the sandbox runs.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::account::glob;

/// Something that goes wrong with the requests it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operations, by pattern: `InvokeModel*`, or with the service `sso-oidc:*`.
    #[serde(default = "every_operation")]
    pub operation: String,
    /// The models, profiles or ARNs asked for, by pattern; any request when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The region asked, by pattern: the signature's or, without one, the host's; any request when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How many such requests go well first.
    #[serde(default)]
    pub skip: u64,
    /// How many go wrong after those; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How long the answer is held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<SignedDuration>,
    /// What happens instead of an answer, or to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<FaultEffect>,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultEffect {
    /// Another answer is given, and the request is not processed.
    Answer(FaultAnswer),
    /// The connection is closed before the request is processed.
    DroppedBefore,
    /// The request is processed, and the connection closed without the answer.
    DroppedAfter,
    /// The answer never comes, until the client hangs up.
    Silence,
    /// The answer breaks off in the middle of the part that follows so many whole ones.
    Cut {
        /// How many parts (of a stream: events) arrive whole.
        after: usize,
    },
    /// A stream ends with an exception after so many events.
    Exception {
        /// How many events arrive.
        after: usize,
        /// The exception, such as `throttlingException`.
        name: String,
        /// Its text.
        message: String,
    },
}

/// An answer that a service gives instead of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The error code, written as the service's protocol has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The error's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// A body sent as it is, instead of code and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The media type of that body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Whole seconds of a `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Further headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

impl FaultAnswer {
    /// An error in the protocol of the service.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self { code: Some(code.to_owned()), message: Some(message.to_owned()), ..Self::bare(status) }
    }

    /// A body in the place of an error: what a gateway or a proxy says.
    #[must_use]
    pub fn page(status: u16, media_type: &str, body: &str) -> Self {
        Self { media_type: Some(media_type.to_owned()), body: Some(body.to_owned()), ..Self::bare(status) }
    }

    fn bare(status: u16) -> Self {
        let headers = BTreeMap::new();
        Self { status, code: None, message: None, body: None, media_type: None, retry_after: None, headers }
    }
}

/// What a request asks for, as far as faults tell requests apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) model: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
}

/// The faults of a running sandbox.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<Standing>);

#[derive(Debug, Default)]
struct Standing {
    set: Vec<(u64, Fault, Count)>,
    last_id: u64,
}

/// How many requests a fault has been about.
type Count = u64;

impl FaultEffect {
    /// An answer that is an error.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Answer(FaultAnswer::error(status, code, message))
    }

    /// The effect's name in an account file.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::DroppedBefore => "dropped_before",
            Self::DroppedAfter => "dropped_after",
            Self::Silence => "silence",
            Self::Cut { .. } => "cut",
            Self::Exception { .. } => "exception",
        }
    }
}

impl Fault {
    /// A fault of all requests for the operations of a pattern.
    #[must_use]
    pub fn of(operation: impl Into<String>, effect: FaultEffect) -> Self {
        let operation = operation.into();
        Self { operation, model: None, region: None, skip: 0, times: None, latency: None, effect: Some(effect) }
    }

    /// The same for so many requests only.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The same in one region, or in those of a pattern.
    #[must_use]
    pub fn in_region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// Says what is wrong with the fault itself.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.effect.is_none() && self.latency.is_none() {
            return Err("a fault needs an `effect` or a `latency`".to_owned());
        }
        if let Some(latency) = self.latency.filter(SignedDuration::is_negative) {
            return Err(format!("the latency {latency:#} is less than none"));
        }
        let Some(FaultEffect::Answer(answer)) = &self.effect else { return Ok(()) };
        if !(200..=599).contains(&answer.status) {
            return Err(format!("the status {} is not between 200 and 599", answer.status));
        }
        if answer.body.is_none() && answer.code.is_none() {
            return Err("an answer needs a `code` or a `body`".to_owned());
        }
        let texts = answer.headers.iter().chain(answer.media_type.iter().map(|media_type| (media_type, media_type)));
        for (name, value) in texts {
            let is_name = answer.media_type.as_ref() == Some(name) || hyper::header::HeaderName::try_from(name).is_ok();
            if !is_name || hyper::header::HeaderValue::try_from(value).is_err() {
                return Err(format!("`{name}: {value}` is not a header"));
            }
        }
        match &answer.code {
            Some(code) if !code.bytes().all(|byte| byte.is_ascii_graphic()) => Err(format!("`{code}` is not a code")),
            _ => Ok(()),
        }
    }

    fn is_about(&self, what: &Asked<'_>) -> bool {
        let Asked { service, operation, model, region } = *what;
        let named = match self.operation.split_once(':') {
            Some((of, pattern)) => glob(of, service) && glob(pattern, operation),
            None => glob(&self.operation, operation),
        };
        let fits = |pattern: &Option<String>, text: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| text.is_some_and(|text| glob(pattern, text)))
        };
        named && fits(&self.model, model) && fits(&self.region, region)
    }
}

impl Faults {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        let standing = Self(Mutex::default());
        for fault in faults {
            standing.set(fault.clone());
        }
        standing
    }

    pub(crate) fn set(&self, fault: Fault) -> u64 {
        let mut standing = self.lock();
        standing.last_id += 1;
        let id = standing.last_id;
        standing.set.push((id, fault, 0));
        id
    }

    /// Takes one fault away, or all; false when there is none with the id.
    pub(crate) fn clear(&self, id: Option<u64>) -> bool {
        let mut standing = self.lock();
        let before = standing.set.len();
        standing.set.retain(|(known, _, _)| id.is_some_and(|id| id != *known));
        id.is_none() || standing.set.len() < before
    }

    pub(crate) fn list(&self) -> Vec<(u64, Fault, Count)> {
        self.lock().set.clone()
    }

    /// The fault of a request that is now arriving: the oldest that is about it and due.
    pub(crate) fn due(&self, asked: &Asked<'_>) -> Option<Fault> {
        let mut standing = self.lock();
        for (_, fault, count) in &mut standing.set {
            if !fault.is_about(asked) {
                continue;
            }
            *count += 1;
            let due = *count > fault.skip && fault.times.is_none_or(|times| *count - fault.skip <= times);
            if due {
                return Some(fault.clone());
            }
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn every_operation() -> String {
    "*".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_due_for_so_many_requests_after_so_many() {
        let text = "operation = \"bedrock-runtime:Invoke*\"\nmodel = \"us.*\"\nskip = 1\ntimes = 2\neffect = \"dropped_after\"\n";
        let fault: Fault = toml::from_str(text).expect("well formed");
        assert_eq!(fault.check(), Ok(()));
        let faults = Faults::new(&[fault]);
        let due =
            |service, model| faults.due(&Asked { service, operation: "InvokeModel", model, region: None }).is_some();
        assert!(!due("sts", Some("us.x")) && !due("bedrock-runtime", Some("eu.x")) && !due("bedrock-runtime", None));
        let dues: Vec<bool> = (0..4).map(|_| due("bedrock-runtime", Some("us.x"))).collect();
        assert_eq!(dues, [false, true, true, false]);
    }

    #[test]
    fn a_fault_of_a_region_leaves_the_others_alone() {
        let faults = Faults::new(&[Fault::of("*", FaultEffect::Silence).in_region("eu-*")]);
        let due = |region| faults.due(&Asked { service: "bedrock", operation: "X", model: None, region }).is_some();
        assert!(due(Some("eu-west-1")) && !due(Some("us-east-1")) && !due(None));
    }

    #[test]
    fn a_fault_that_does_nothing_or_nonsense_is_refused() {
        let check = |text: &str| toml::from_str::<Fault>(text).expect("well formed").check().expect_err("refused");
        assert!(check("operation = \"x\"").contains("`effect`"));
        assert!(check("effect = { answer = { status = 99, code = \"x\" } }").contains("99"));
        assert!(check("effect = { answer = { status = 500 } }").contains("`code`"));
        assert!(check("effect = { answer = { status = 500, code = \"a b\" } }").contains("a b"));
        assert!(check("latency = \"-1s\"").contains("less than none"));
    }

    #[test]
    fn faults_go_one_by_one_or_all_at_once() {
        let faults = Faults::new(&[]);
        let fault = Fault::of("*", FaultEffect::DroppedBefore).times(1);
        let ids = [faults.set(fault.clone()), faults.set(fault.clone()), faults.set(fault)];
        assert!(faults.clear(Some(ids[1])) && !faults.clear(Some(ids[1])));
        assert_eq!(faults.list().len(), 2);
        assert!(faults.clear(None) && faults.list().is_empty());
    }
}
