//! A request that is signed here and sent as it is, where the whole answer matters: its status, its time, its parts.

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::aws::credentials::{Credentials, for_sdk};

/// The most of an answer that is read whole.
const MOST_BYTES: usize = 1 << 20;

/// A POST to AWS before it is signed.
#[derive(Debug, Clone)]
pub(super) struct Post {
    /// The address, its path encoded once.
    pub(super) address: String,
    /// The headers beside those of the signature.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    /// The service's name in signatures.
    pub(super) service: &'static str,
    pub(super) region: String,
}

impl Post {
    /// Signs it for this moment and sends it.
    ///
    /// # Errors
    /// In words, why there is no answer.
    pub(super) async fn send(
        &self,
        connector: &SharedHttpConnector,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<HttpResponse, String> {
        let request = self.signed(credentials, now)?;
        connector.call(request).await.map_err(|error| innermost(&error))
    }

    /// Sends it with an API key in the place of a signature.
    ///
    /// # Errors
    /// In words, why there is no answer; the key is in none of them.
    pub(super) async fn send_showing(
        &self,
        connector: &SharedHttpConnector,
        key: &SecretString,
    ) -> Result<HttpResponse, String> {
        let mut request = self.unsigned().map_err(|error| format!("the request could not be made: {error}"))?;
        let shown = format!("Bearer {}", key.expose_secret());
        if request.headers_mut().try_insert("authorization", shown).is_err() {
            return Err("the API key has signs that no header can have".to_owned());
        }
        connector.call(request).await.map_err(|error| innermost(&error))
    }

    fn unsigned(&self) -> Result<HttpRequest, HttpError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body.as_str()));
        request.set_method("POST")?;
        request.set_uri(self.address.as_str())?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.clone());
        }
        Ok(request)
    }

    fn signed(&self, credentials: &Credentials, now: Timestamp) -> Result<HttpRequest, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the request could not be signed: {error}");
        let identity: Identity = for_sdk(credentials).into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::from(now))
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(&error))?;
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let body = SignableBody::Bytes(self.body.as_bytes());
        let signable = SignableRequest::new("POST", &self.address, headers, body).map_err(|error| failed(&error))?;
        let (signature, _) = sign(signable, &parameters.into()).map_err(|error| failed(&error))?.into_parts();
        let mut request = self.unsigned().map_err(|error| failed(&error))?;
        for (name, value) in signature.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(request)
    }
}

/// The parts of an answer's body as they arrive.
pub(super) fn parts(response: &mut HttpResponse) -> ByteStream {
    ByteStream::new(response.take_body())
}

/// The whole body, as far as it is of a sane length.
pub(super) async fn whole(response: &mut HttpResponse) -> Result<Vec<u8>, String> {
    let mut parts = parts(response);
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part.map_err(|error| innermost(&error))?);
        if bytes.len() > MOST_BYTES {
            return Err("the answer has no end".to_owned());
        }
    }
    Ok(bytes)
}

/// The last and most telling link of a chain of errors.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
