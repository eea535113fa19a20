//! Who signed a request: Signature Version 4, or a Bedrock API key.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;

use crate::{
    clock,
    cloud::Cloud,
    log::Entry,
    principal::Principal,
    request::Request,
    sigv4::{self, Authorization},
    tokens::{Kind, Session},
};

/// How far a client's clock may be off.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// The longest a presigned API key may be valid for.
const LONGEST_KEY_LIFE: SignedDuration = SignedDuration::from_hours(12);
const SHORT_TERM_KEY: &str = "bedrock-api-key-";

/// The authenticated maker of a request.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) region: String,
    /// Whether an API key was used instead of a signature.
    pub(crate) with_api_key: bool,
}

/// Why a request is not anyone's, in AWS's words; each protocol has its own codes for these.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unauthenticated {
    #[error("Missing Authentication Token")]
    Missing,
    #[error(
        "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters, and the request a date."
    )]
    Incomplete,
    #[error("The security token included in the request is invalid.")]
    Unknown,
    #[error("The security token included in the request is expired")]
    Expired,
    #[error("{0}")]
    Signature(String),
    #[error("Authentication failed: Please make sure your API Key is valid.")]
    ApiKey,
}

/// Verifies a signature made for a service, and notes what it said in the log entry.
pub(crate) fn signer(
    cloud: &Cloud,
    request: &Request,
    service: &str,
    entry: &mut Entry,
) -> Result<Caller, Unauthenticated> {
    let header = request.header("authorization").ok_or(Unauthenticated::Missing)?;
    let authorization = Authorization::from_header(header).ok_or(Unauthenticated::Incomplete)?;
    let timestamp = request.header("x-amz-date").ok_or(Unauthenticated::Incomplete)?;
    entry.access_key_id = Some(authorization.access_key_id.clone());
    entry.region = Some(authorization.scope.region.clone());
    let (principal, secret) = holder_of(cloud, &authorization.access_key_id, request.header("x-amz-security-token"))?;
    entry.principal = Some(principal.arn.clone());
    check_life(cloud, &principal)?;
    check_scope(cloud, &authorization, service, timestamp)?;
    let digest = sigv4::digest(&request.body);
    let declared = request.header("x-amz-content-sha256").unwrap_or(&digest);
    let canonical = sigv4::canonical_request(request, &authorization.signed_headers, declared);
    let signs_host = authorization.signed_headers.iter().any(|name| name == "host");
    if declared != digest
        || !signs_host
        || authorization.expected_signature(&secret, timestamp, &canonical) != authorization.signature
    {
        return Err(Unauthenticated::Signature(MISMATCH.to_owned()));
    }
    Ok(Caller { principal, region: authorization.scope.region, with_api_key: false })
}

/// Verifies a Bedrock API key if the request has one, else its signature.
pub(crate) fn signer_or_key(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Caller, Unauthenticated> {
    let bearer = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let Some(key) = bearer else {
        return signer(cloud, request, "bedrock", entry);
    };
    let caller = match key.strip_prefix(SHORT_TERM_KEY) {
        Some(presigned) => short_term_key(cloud, presigned),
        None => long_term_key(cloud, key),
    };
    let caller = caller.ok_or(Unauthenticated::ApiKey)?;
    entry.principal = Some(caller.principal.arn.clone());
    entry.region = Some(caller.region.clone());
    Ok(caller)
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

/// Finds the principal of an access key, and the key's secret.
fn holder_of(cloud: &Cloud, key_id: &str, token: Option<&str>) -> Result<(Principal, String), Unauthenticated> {
    let found = match token {
        Some(token) => temporary_key(cloud, key_id, token),
        None => cloud.account.users().find(|(_, user)| user.access_key_id.as_deref() == Some(key_id)).and_then(
            |(member, user)| {
                Some((Principal::user(&cloud.account, &cloud.mint, member, user), user.secret_access_key.clone()?))
            },
        ),
    };
    found.ok_or(Unauthenticated::Unknown)
}

fn temporary_key(cloud: &Cloud, key_id: &str, token: &str) -> Option<(Principal, String)> {
    let session: Session = cloud.mint.open(Kind::Session, token)?;
    let credentials = cloud.mint.credentials_of(token.to_owned());
    if credentials.access_key_id != key_id {
        return None;
    }
    let mut principal = Principal::of(&cloud.account, &cloud.mint, &session.holder, session.issued)?;
    let ended = session.issued <= cloud.cutoffs().credentials;
    principal.expires = Some(if ended { session.issued } else { session.expires });
    Some((principal, credentials.secret_access_key))
}

fn check_life(cloud: &Cloud, principal: &Principal) -> Result<(), Unauthenticated> {
    let expired = principal.expires.is_some_and(|end| end <= cloud.now());
    if expired { Err(Unauthenticated::Expired) } else { Ok(()) }
}

fn check_scope(
    cloud: &Cloud,
    authorization: &Authorization,
    service: &str,
    timestamp: &str,
) -> Result<(), Unauthenticated> {
    let refuse = |message: String| Err(Unauthenticated::Signature(message));
    let Some(signed_at) = clock::parse_basic(timestamp) else {
        return Err(Unauthenticated::Incomplete);
    };
    let now = cloud.clock.now();
    let basic = clock::basic;
    if signed_at < now - SKEW {
        let (now, earliest) = (basic(now), basic(now - SKEW));
        return refuse(format!("Signature expired: {timestamp} is now earlier than {earliest} ({now} - 5 min.)"));
    }
    if signed_at > now + SKEW {
        let (now, latest) = (basic(now), basic(now + SKEW));
        return refuse(format!("Signature not yet current: {timestamp} is still later than {latest} ({now} + 5 min.)"));
    }
    let scope = &authorization.scope;
    if scope.service != service {
        return refuse(format!("Credential should be scoped to correct service: '{service}'."));
    }
    if !timestamp.starts_with(&scope.date) {
        return refuse(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}'.",
            scope.date,
            timestamp.get(..8).unwrap_or(timestamp),
        ));
    }
    Ok(())
}

/// Opens a key that is a presigned `CallWithBearerToken` request in Base64.
fn short_term_key(cloud: &Cloud, presigned: &str) -> Option<Caller> {
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
    let (principal, secret) = holder_of(cloud, &authorization.access_key_id, token.as_deref()).ok()?;
    check_life(cloud, &principal).ok()?;
    let life = SignedDuration::from_secs(parameter("X-Amz-Expires")?.parse().ok()?);
    let signed_at = clock::parse_basic(&timestamp)?;
    let now = cloud.now();
    let current = life <= LONGEST_KEY_LIFE && now < signed_at + life && signed_at <= now + SKEW;
    let expected = authorization.expected_signature(&secret, &timestamp, &canonical_key(host, query));
    let genuine = authorization.scope.service == "bedrock"
        && parameter("Action")? == "CallWithBearerToken"
        && expected == authorization.signature;
    (current && genuine).then_some(Caller { principal, region: authorization.scope.region, with_api_key: true })
}

/// Builds the canonical request of an API key; `Version` is appended after signing.
fn canonical_key(host: &str, query: &str) -> String {
    let signed: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("X-Amz-Signature=") && !pair.starts_with("Version="))
        .collect();
    let query = sigv4::canonical_query(&signed.join("&"));
    format!("POST\n/\n{query}\nhost:{host}\n\nhost\n{}", sigv4::digest(b""))
}

fn long_term_key(cloud: &Cloud, key: &str) -> Option<Caller> {
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
        let canonical = canonical_key("bedrock.amazonaws.com", query);
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            authorization.expected_signature(secret, "20261120T000000Z", &canonical),
            "d40e5a2588fc11c9b0c0891b41fdc8f123faec40974a2004674b2b489751b280"
        );
    }
}
