//! The record of every request: who asked what of which service, and how it ended.
//!
//! An entry never holds a secret or a token; an access key id is neither.

use std::{
    fs::File,
    io::Write,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

/// One request, as a line of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When it was answered, RFC 3339 with milliseconds, by the sandbox's clock.
    pub time: String,
    /// `sso-oidc`, `sso`, `signin`, `sts`, `iam`, `servicequotas`, `bedrock`, `bedrock-runtime` or `bedrock-mantle`;
    /// empty when no service is asked.
    pub service: &'static str,
    /// The API operation, such as `InvokeModel`; method and path when there is none.
    pub operation: String,
    /// The ARN of the caller, once it is authenticated.
    pub principal: Option<String>,
    /// The access key id the request was signed with.
    pub access_key_id: Option<String>,
    /// The region of the credential scope.
    pub region: Option<String>,
    /// The model or inference profile asked for.
    pub model: Option<String>,
    /// The HTTP status of the answer; 0 when the connection was dropped.
    pub status: u16,
    /// Whether a fault had a hand in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fault: bool,
}

/// The entries so far, and the file they are also written to.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Mutex<Vec<Entry>>,
    file: Option<File>,
}

impl Log {
    pub(crate) fn new(file: Option<File>) -> Self {
        Self { entries: Mutex::default(), file }
    }

    pub(crate) fn append(&self, entry: Entry) {
        // The lock is held while writing, so that lines do not mix.
        let mut entries = self.lock();
        if let Some(mut file) = self.file.as_ref() {
            let line = serde_json::to_string(&entry).expect("entries are plain data");
            // A full disk must not fail the request that is being logged.
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
        entries.push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
