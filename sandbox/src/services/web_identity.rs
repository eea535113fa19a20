//! Tokens of another identity provider, which the sandbox plays too.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{cloud::Cloud, tokens::Kind};

const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// What a token says, in the claims of OpenID Connect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WebIdentityToken {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

impl WebIdentityToken {
    /// Says that someone is who the provider takes it for, for an hour.
    pub(crate) fn new(cloud: &Cloud, issuer: String, audience: String, subject: String) -> Self {
        let now = cloud.now();
        let (iat, exp) = (now.as_second(), (now + LIFETIME).as_second());
        Self { iss: issuer, aud: audience, sub: subject, iat, exp }
    }

    /// Writes the token: header, claims, and what makes it ours in place of a signature.
    pub(crate) fn text(&self, cloud: &Cloud) -> String {
        let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "typ": "JWT", "alg": "RS256", "kid": "sandbox" }));
        let claims = serde_json::to_value(self).expect("claims are plain data");
        format!("{header}.{}.{}", part(claims), cloud.mint.seal(Kind::WebIdentity, self))
    }

    /// Reads a token of ours, expired or not.
    pub(crate) fn open(cloud: &Cloud, text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (_, claims, seal) = (parts.next()?, parts.next()?, parts.next()?);
        let token: Self = cloud.mint.open(Kind::WebIdentity, seal)?;
        let said: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (serde_json::to_value(&token).ok()? == said).then_some(token)
    }
}
