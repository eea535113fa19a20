//! An SSO token, and the file's form that every tool reads.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::aws::profile::SsoProfile;

/// A token with less than this left is renewed. The AWS CLI renews at 15 minutes and the SDKs at 5; being first
/// keeps their unlocked writes away from the file.
pub(super) const RENEW_BELOW: SignedDuration = SignedDuration::from_mins(20);

/// A token that cannot be renewed is as good as ended with less than this left: Claude Code takes none shorter.
pub(super) const UNUSABLE_BELOW: SignedDuration = SignedDuration::from_mins(5);

/// A token as its cache file holds it.
#[derive(Clone)]
pub struct Token {
    bearer: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
    pub(super) renewal: Option<Renewal>,
    /// When the client registration ends, without which nothing can be renewed.
    pub registration_expires_at: Option<Timestamp>,
    /// Whether more bytes follow it in the file, which two writers in place leave: the AWS CLI and the JavaScript SDK
    /// then read nothing.
    pub(super) is_damaged: bool,
    /// The whole object, so that what other tools keep in it survives.
    object: Map<String, Value>,
}

#[derive(Clone)]
pub(super) struct Renewal {
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) refresh_token: SecretString,
}

impl Token {
    /// Whether it can be renewed without a person: a refresh token and a client registration that has not ended.
    #[must_use]
    pub fn is_renewable(&self, now: Timestamp) -> bool {
        self.renewal.is_some() && self.registration_expires_at.is_none_or(|end| end > now)
    }

    /// Whether it needs neither a renewal nor a person now.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let needed = if self.is_renewable(now) { RENEW_BELOW } else { UNUSABLE_BELOW };
        self.expires_at.duration_since(now) >= needed
    }

    /// Whether Claude Code would use it as it is.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.expires_at.duration_since(now) >= UNUSABLE_BELOW
    }

    /// Whether it came with a refresh token, whatever its client registration says.
    #[must_use]
    pub fn has_refresh_token(&self) -> bool {
        self.renewal.is_some()
    }

    /// The bearer token of the SSO portal.
    pub(in crate::aws) fn bearer(&self) -> &SecretString {
        &self.bearer
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Map<String, Value>>();
        let object = documents.next().ok_or("it is empty")?;
        let object = object.map_err(|error| format!("not a JSON object (line {})", error.line()))?;
        let is_damaged = bytes[documents.byte_offset()..].iter().any(|byte| !byte.is_ascii_whitespace());
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let secret = |name: &str| text(name).map(SecretString::from);
        let bearer = secret("accessToken").ok_or("it has no `accessToken`")?;
        let expires_at = text("expiresAt").ok_or("it has no `expiresAt`")?;
        let expires_at = parse_time(&expires_at).ok_or("its `expiresAt` is not a time")?;
        let renewal = match (text("clientId"), secret("clientSecret"), secret("refreshToken")) {
            (Some(client_id), Some(client_secret), Some(refresh_token)) => {
                Some(Renewal { client_id, client_secret, refresh_token })
            }
            _ => None,
        };
        let registration_expires_at = text("registrationExpiresAt").and_then(|time| parse_time(&time));
        Ok(Self { bearer, expires_at, renewal, registration_expires_at, is_damaged, object })
    }

    /// Everything the file holds of it.
    pub(super) fn object(&self) -> &Map<String, Value> {
        &self.object
    }

    /// Whether it is renewed with the very refresh token of another one.
    pub(super) fn shares_refresh_token(&self, other: &Self) -> bool {
        let refresh_token = |token: &Self| token.object.get("refreshToken").cloned();
        refresh_token(self) == refresh_token(other)
    }

    /// The file's content without a refresh token that was refused.
    pub(super) fn unrenewable_object(&self) -> Map<String, Value> {
        let mut object = self.object.clone();
        object.remove("refreshToken");
        object
    }

    /// The file's new content after a renewal: our fields replaced, everything else kept.
    pub(super) fn renewed_object(&self, answer: &Renewed) -> Map<String, Value> {
        let mut object = self.object.clone();
        object.insert("accessToken".into(), answer.access_token.expose_secret().into());
        object.insert("expiresAt".into(), format_time(answer.expires_at).into());
        if let Some(refresh_token) = &answer.refresh_token {
            object.insert("refreshToken".into(), refresh_token.expose_secret().into());
        }
        object
    }
}

/// What the token service gave for a refresh token.
pub(super) struct Renewed {
    pub(super) access_token: SecretString,
    pub(super) expires_at: Timestamp,
    pub(super) refresh_token: Option<SecretString>,
}

/// What a sign-in gave.
pub struct Granted {
    /// The bearer token of the SSO portal.
    pub access_token: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The token for renewing it, where the scopes allow that.
    pub refresh_token: Option<SecretString>,
    /// The client it was given to.
    pub client_id: String,
    /// That client's secret.
    pub client_secret: SecretString,
    /// When the client's registration ends.
    pub registration_expires_at: Timestamp,
}

impl Granted {
    /// The file's content, with the fields of the AWS CLI.
    pub(super) fn object(&self, sso: &SsoProfile) -> Map<String, Value> {
        let mut object = Map::new();
        let mut put = |name: &str, value: &str| object.insert(name.to_owned(), value.into());
        put("startUrl", &sso.start_url);
        put("region", &sso.region);
        put("accessToken", self.access_token.expose_secret());
        put("expiresAt", &format_time(self.expires_at));
        put("clientId", &self.client_id);
        put("clientSecret", self.client_secret.expose_secret());
        put("registrationExpiresAt", &format_time(self.registration_expires_at));
        if let Some(refresh_token) = &self.refresh_token {
            put("refreshToken", refresh_token.expose_secret());
        }
        object
    }
}

/// The time forms found in the wild: RFC 3339, and the `UTC` suffix of old AWS CLIs.
pub(in crate::aws) fn parse_time(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("UTC") {
        Some(plain) => format!("{plain}Z").parse().ok(),
        None => text.parse().ok(),
    }
}

/// The one form every SDK reads: whole seconds and `Z`.
pub(in crate::aws) fn format_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The object holds the secrets in clear.
        formatter
            .debug_struct("Token")
            .field("expires_at", &self.expires_at)
            .field("registration_expires_at", &self.registration_expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"accessToken": "a", "expiresAt": "2030-01-01T00:00:00Z", "mine": 1}"#;

    #[test]
    fn bytes_behind_a_token_are_no_part_of_it() {
        let whole = Token::parse(format!(" {WHOLE}\r\n").as_bytes()).expect("a token");
        assert!(!whole.is_damaged);
        let damaged = Token::parse(format!("{WHOLE}3:00Z\"}}").as_bytes()).expect("a token");
        assert!(damaged.is_damaged);
        assert_eq!(damaged.object(), whole.object());
    }

    #[test]
    fn what_is_no_token_is_told_why() {
        for (bytes, reason) in
            [("", "it is empty"), (&WHOLE[..40], "not a JSON object (line 1)"), ("{}", "it has no `accessToken`")]
        {
            assert_eq!(Token::parse(bytes.as_bytes()).expect_err("no token"), reason);
        }
    }
}
