//! A recording of whole exchanges, for those who check them against AWS's own description of its services.
//!
//! Unlike the log it holds everything, secrets too: they are the sandbox's own and worth nothing elsewhere.

use std::{fs::File, io::Write, sync::Mutex, sync::PoisonError};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    log::Entry,
    request::{Reply, Request},
};

/// The file of the recording, if one was asked for.
#[derive(Debug)]
pub(crate) struct Recording(Option<Mutex<File>>);

/// A request and its answer; `None` when the connection was dropped.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) entry: &'a Entry,
    /// What a fault did to the answer, by its name: nobody takes that for AWS's.
    pub(crate) injected: Option<&'static str>,
    pub(crate) request: &'a Request,
    pub(crate) reply: Option<&'a Reply>,
}

impl Recording {
    pub(crate) fn new(file: Option<File>) -> Self {
        Self(file.map(Mutex::new))
    }

    pub(crate) fn append(&self, exchange: &Exchange<'_>) {
        let Some(file) = &self.0 else { return };
        let line = exchange.to_json();
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not fail the request that is being recorded.
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}

impl Exchange<'_> {
    fn to_json(&self) -> Value {
        let Self { entry, injected, request, reply } = self;
        let headers: Vec<[String; 2]> = request
            .headers
            .iter()
            .map(|(name, value)| [name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()])
            .collect();
        let answer = reply.map(|reply| {
            json!({
                "status": reply.status,
                "headers": reply.headers,
                "body": BASE64_STANDARD.encode(reply.chunks.concat()),
            })
        });
        json!({
            "time": entry.time,
            "service": entry.service,
            "operation": entry.operation,
            "injected": injected,
            "request": {
                "method": request.method.as_str(),
                "path": request.path,
                "query": request.query,
                "headers": headers,
                "body": BASE64_STANDARD.encode(&request.body),
            },
            "response": answer,
        })
    }
}
