//! Bedrock API keys: long-term ones of IAM users, and short-term ones, which are presigned requests.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;

use super::{Caller, SKEW, Unauthenticated, holder_of as holder_of_keys};
use crate::{
    clock,
    cloud::Cloud,
    principal::Principal,
    sigv4::{self, Authorization},
};

/// The longest a presigned API key may be valid for.
const LONGEST_LIFE: i64 = 12 * 60 * 60;
const SHORT_TERM: &str = "bedrock-api-key-";
const LONG_TERM: &str = "ABSK";

const OF_NOBODY: Unauthenticated =
    Unauthenticated::ApiKey("Authentication failed: Please make sure your API Key is valid.");
const MALFORMED: Unauthenticated =
    Unauthenticated::ApiKey("Invalid API Key format: Must start with pre-defined prefix");
const EXPIRED: Unauthenticated = Unauthenticated::ApiKey("Bearer Token has expired");

/// Finds out whose key it is.
pub(super) fn holder_of(cloud: &Cloud, key: &str) -> Result<Caller, Unauthenticated> {
    if let Some(presigned) = key.strip_prefix(SHORT_TERM) {
        let (caller, is_current) = short_term(cloud, presigned).ok_or(OF_NOBODY)?;
        return if is_current { Ok(caller) } else { Err(EXPIRED) };
    }
    // An account file may call a key what it likes.
    match long_term(cloud, key) {
        Some(caller) => Ok(caller),
        None if key.starts_with(LONG_TERM) => Err(OF_NOBODY),
        None => Err(MALFORMED),
    }
}

/// Opens a presigned `CallWithBearerToken` request in Base64, and says whether it still is valid.
fn short_term(cloud: &Cloud, presigned: &str) -> Option<(Caller, bool)> {
    let address = String::from_utf8(BASE64_STANDARD.decode(presigned).ok()?).ok()?;
    let (host, query) = address.split_once("/?")?;
    let parameter = |name: &str| sigv4::query_pairs(query).find(|(key, _)| key == name).map(|(_, value)| value);
    let authorization = Authorization::from_fields(
        &parameter("X-Amz-Credential")?,
        &parameter("X-Amz-SignedHeaders")?,
        &parameter("X-Amz-Signature")?,
    )?;
    let timestamp = parameter("X-Amz-Date")?;
    let token = parameter("X-Amz-Security-Token");
    let (principal, secret) = holder_of_keys(cloud, &authorization.access_key_id, token.as_deref()).ok()?;
    let life: i64 = parameter("X-Amz-Expires")?.parse().ok().filter(|life| (1..=LONGEST_LIFE).contains(life))?;
    let signed_at = clock::parse_basic(&timestamp)?;
    let now = cloud.now();
    let expected = authorization.expected_signature(&secret, &timestamp, &canonical(host, query));
    let genuine = authorization.scope.service == "bedrock"
        && parameter("Action")? == "CallWithBearerToken"
        && signed_at <= now + SKEW
        && expected == authorization.signature;
    let is_current = now < signed_at + SignedDuration::from_secs(life) && principal.expires.is_none_or(|end| now < end);
    let caller = Caller { principal, region: authorization.scope.region, with_api_key: true };
    genuine.then_some((caller, is_current))
}

/// Builds the canonical request of an API key; `Version` is appended after signing.
fn canonical(host: &str, query: &str) -> String {
    let signed: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("X-Amz-Signature=") && !pair.starts_with("Version="))
        .collect();
    let query = sigv4::canonical_query(&signed.join("&"));
    format!("POST\n/\n{query}\nhost:{host}\n\nhost\n{}", sigv4::digest(b""))
}

fn long_term(cloud: &Cloud, key: &str) -> Option<Caller> {
    let (member, user) = cloud.account.users().find(|(_, user)| user.api_key.as_deref() == Some(key))?;
    let principal = Principal::user(&cloud.account, &cloud.mint, member, user);
    Some(Caller { principal, region: cloud.account.region.clone(), with_api_key: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    // An independent implementation of the key generator made this signature.
    #[test]
    fn the_canonical_form_of_an_api_key_is_the_generators() {
        let query = "Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256\
                     &X-Amz-Credential=ASIAFAKEFAKEFAKEFAKE%2F20261120%2Fus-west-2%2Fbedrock%2Faws4_request\
                     &X-Amz-Date=20261120T000000Z&X-Amz-Expires=43200\
                     &X-Amz-Security-Token=FwoGZXIvYXdzE%2B%2F%3Dtok&X-Amz-Signature=x&X-Amz-SignedHeaders=host&Version=1";
        let authorization =
            Authorization::from_fields("ASIAFAKEFAKEFAKEFAKE/20261120/us-west-2/bedrock/aws4_request", "host", "x")
                .expect("well formed");
        let canonical = canonical("bedrock.amazonaws.com", query);
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            authorization.expected_signature(secret, "20261120T000000Z", &canonical),
            "d40e5a2588fc11c9b0c0891b41fdc8f123faec40974a2004674b2b489751b280"
        );
    }
}
