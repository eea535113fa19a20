//! Short-term Bedrock API keys: a presigned request that says who its bearer is.
//!
//! The form is that of AWS's own token generator: `https://bedrock.amazonaws.com/?Action=CallWithBearerToken`, signed in
//! the query for service `bedrock` with nothing but the host header, without its scheme, in base64 behind a prefix.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_types::base64;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::aws::credentials::{Credentials, for_sdk};

/// The longest an API key may be said to last.
pub const LONGEST: Duration = Duration::from_hours(12);

const HOST: &str = "bedrock.amazonaws.com";
const PREFIX: &str = "bedrock-api-key-";

/// An API key could not be made.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the API key could not be signed: {0}")]
pub struct NotSigned(String);

/// Makes an API key for a region that lasts `ttl`, and never longer than the credentials it is made from.
///
/// # Errors
/// [`NotSigned`].
pub fn mint(credentials: &Credentials, region: &str, now: Timestamp, ttl: Duration) -> Result<SecretString, NotSigned> {
    let failed = |error: &dyn std::fmt::Display| NotSigned(error.to_string());
    let identity: Identity = for_sdk(credentials).into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(ttl.min(LONGEST));
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("bedrock")
        .time(SystemTime::from(now))
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?;
    let address = format!("https://{HOST}/?Action=CallWithBearerToken");
    let headers = [("host", HOST)].into_iter();
    let request =
        SignableRequest::new("POST", &address, headers, SignableBody::Bytes(b"")).map_err(|error| failed(&error))?;
    let (instructions, _) = sign(request, &parameters.into()).map_err(|error| failed(&error))?.into_parts();
    let query: Vec<String> =
        instructions.params().iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let presigned = format!("{HOST}/?Action=CallWithBearerToken&{}&Version=1", query.join("&"));
    Ok(format!("{PREFIX}{}", base64::encode(presigned)).into())
}

/// When a short-term key ends, which it says itself: the moment it was made and how long it lasts. `None` for a
/// long-term key, which says nothing.
#[must_use]
pub fn end_of(key: &str) -> Option<Timestamp> {
    let address = String::from_utf8(base64::decode(key.strip_prefix(PREFIX)?).ok()?).ok()?;
    let value = |name: &str| {
        let query = address.split_once('?')?.1;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let made = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", value("X-Amz-Date")?).ok()?.to_datetime().ok()?;
    let made = made.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let seconds = value("X-Amz-Expires")?.parse::<u32>().ok()?;
    made.checked_add(jiff::SignedDuration::from_secs(i64::from(seconds))).ok()
}

fn encoded(value: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(value, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_signature_is_that_of_the_official_generators() {
        let credentials = Credentials {
            access_key_id: "ASIAFAKEFAKEFAKEFAKE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned().into(),
            session_token: "FwoGZXIvYXdzE+/=tok".to_owned().into(),
            expiration: Timestamp::UNIX_EPOCH,
        };
        let now = "2026-11-20T00:00:00Z".parse().expect("a time");
        let key = mint(&credentials, "us-west-2", now, LONGEST).expect("signed");
        let end: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        assert_eq!(end_of(key.expose_secret()), Some(end));
        assert_eq!(end_of("ABSKsomething"), None);
        let text = key.expose_secret().strip_prefix(PREFIX).expect("the prefix");
        let address = String::from_utf8(base64::decode(text).expect("base64")).expect("UTF-8");
        assert!(address.starts_with("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-"), "{address}");
        assert!(address.ends_with("&Version=1"), "{address}");
        for part in [
            "X-Amz-Signature=d40e5a2588fc11c9b0c0891b41fdc8f123faec40974a2004674b2b489751b280",
            "X-Amz-Credential=ASIAFAKEFAKEFAKEFAKE%2F20261120%2Fus-west-2%2Fbedrock%2Faws4_request",
            "X-Amz-Expires=43200",
            "X-Amz-Security-Token=FwoGZXIvYXdzE%2B%2F%3Dtok",
            "X-Amz-SignedHeaders=host",
        ] {
            assert!(address.contains(part), "{part} in {address}");
        }
    }
}
