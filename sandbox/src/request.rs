//! A request, read to its end, and the answer to it.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::{HeaderMap, Method, Uri, header::HOST};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{
    eventstream,
    sigv4::{Authorization, query_pairs},
};

/// A request; path and query are as they were sent, because that is what was signed.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An answer; more than one chunk is sent piece by piece.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) chunks: Vec<Bytes>,
}

/// An error as a service states it; the protocol decides how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// The key of the message in JSON: the front end that checks API keys writes `Message`.
    pub(crate) key: &'static str,
    /// The member `error`, which some exceptions have.
    pub(crate) error: Option<String>,
}

impl Request {
    pub(crate) fn new(method: Method, uri: &Uri, mut headers: HeaderMap, body: Bytes) -> Self {
        // HTTP/2 names the host in the address; signatures are of the header it would be in HTTP/1.1.
        let authority = uri.authority().and_then(|authority| authority.as_str().parse().ok());
        if let Some(authority) = authority.filter(|_| !headers.contains_key(HOST)) {
            headers.insert(HOST, authority);
        }
        Self { method, path: uri.path().to_owned(), query: uri.query().unwrap_or_default().to_owned(), headers, body }
    }

    #[cfg(test)]
    pub(crate) fn for_test(method: &str, path: &str, query: &str, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                let value = value.parse().expect("a header value");
                (hyper::header::HeaderName::from_static(name), value)
            })
            .collect();
        Self {
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: Bytes::new(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The region it is for: the one it is signed for or, without a signature, the one in AWS's own name of the host.
    pub(crate) fn region(&self) -> Option<String> {
        let signed = self.header("authorization").and_then(Authorization::from_header);
        signed.map(|authorization| authorization.scope.region).or_else(|| {
            let host = self.header("host")?.split(':').next()?;
            let labels = host.strip_suffix(".amazonaws.com")?;
            labels.rsplit('.').next().map(str::to_owned)
        })
    }

    /// The decoded value of a query parameter; `+` is a blank, as browsers and clients write it.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        query_pairs(&self.query.replace('+', " ")).find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The decoded value of a field of a form in the body.
    pub(crate) fn form_field(&self, name: &str) -> Option<String> {
        let body = String::from_utf8_lossy(&self.body).replace('+', " ");
        query_pairs(&body).find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The parts of the path, each decoded on its own: a `%2F` does not divide.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .trim_start_matches('/')
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect()
    }
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::of(200, "application/json", value.to_string())
    }

    pub(crate) fn of(status: u16, media_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type".into(), media_type.to_owned())], chunks: vec![body.into()] }
    }

    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.headers.iter().any(|(name, value)| name == "content-type" && value == eventstream::MEDIA_TYPE)
    }
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), key: "message", error: None }
    }

    /// Writes the error as the REST-JSON services do.
    pub(crate) fn rest_json(&self) -> Reply {
        let mut body = json!({ self.key: self.message });
        if let Some(error) = &self.error {
            body["error"] = error.as_str().into();
        }
        Reply::of(self.status, "application/json", body.to_string()).with("x-amzn-errortype", &self.code)
    }
}
