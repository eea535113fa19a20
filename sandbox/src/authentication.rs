//! Who signed a request: Signature Version 4, or a Bedrock API key.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::{
    clock,
    cloud::Cloud,
    log::Entry,
    principal::Principal,
    request::Request,
    sigv4::{self, Authorization},
    tokens::{Kind, Session},
};

mod api_key;

/// How far a client's clock may be off.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

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
    #[error("{0}")]
    Incomplete(String),
    #[error("The security token included in the request is invalid.")]
    Unknown,
    #[error("The security token included in the request is expired")]
    Expired,
    #[error("{0}")]
    Signature(String),
    #[error("{0}")]
    ApiKey(&'static str),
}

/// Verifies a signature made for a service, and notes what it said in the log entry.
pub(crate) fn signer(
    cloud: &Cloud,
    request: &Request,
    service: &str,
    entry: &mut Entry,
) -> Result<Caller, Unauthenticated> {
    let header = request.header("authorization").ok_or(Unauthenticated::Missing)?;
    let date = request.header("x-amz-date");
    let (Some(authorization), Some(timestamp)) = (Authorization::from_header(header), date) else {
        return Err(incomplete(header, date));
    };
    entry.access_key_id = Some(authorization.access_key_id.clone());
    entry.region = Some(authorization.scope.region.clone());
    let (principal, secret) = holder_of(cloud, &authorization.access_key_id, request.header("x-amz-security-token"))?;
    entry.principal = Some(principal.arn.clone());
    check_life(cloud, &principal)?;
    check_scope(cloud, &authorization, service, timestamp)?;
    let digest = sigv4::digest(&request.body);
    let declared = request.header("x-amz-content-sha256").unwrap_or(&digest);
    let canonical = sigv4::canonical_request(request, &authorization.signed_headers, declared);
    let signs_host = authorization.signed_headers.iter().any(|name| name == "host" || name == sigv4::AUTHORITY);
    if declared != digest
        || !signs_host
        || authorization.expected_signature(&secret, timestamp, &canonical) != authorization.signature
    {
        return Err(Unauthenticated::Signature(MISMATCH.to_owned()));
    }
    Ok(Caller { principal, region: authorization.scope.region, with_api_key: false })
}

/// Verifies a Bedrock API key if the request has one, else its signature.
pub(crate) fn signer_or_key(
    cloud: &Cloud,
    request: &Request,
    service: &str,
    entry: &mut Entry,
) -> Result<Caller, Unauthenticated> {
    let bearer = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let Some(key) = bearer else {
        return signer(cloud, request, service, entry);
    };
    let caller = api_key::holder_of(cloud, key)?;
    entry.principal = Some(caller.principal.arn.clone());
    entry.region = Some(caller.region.clone());
    Ok(caller)
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

/// Says what an `Authorization` header lacks, as AWS says it: all of it, and the header's hash.
fn incomplete(header: &str, date: Option<&str>) -> Unauthenticated {
    let mut message = String::new();
    for name in ["Credential", "Signature", "SignedHeaders"] {
        if !header.contains(&format!("{name}=")) {
            message += "Authorization header requires '";
            message += name;
            message += "' parameter. ";
        }
    }
    if date.is_none() {
        message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    let hash = BASE64_STANDARD.encode(Sha256::digest(header));
    Unauthenticated::Incomplete(format!("{message}(Hashed with SHA-256 and encoded with Base64) Authorization={hash}"))
}

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
        return refuse(format!(
            "Date must be in ISO-8601 'basic format'. Got '{timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ));
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
    // Of Bedrock's endpoints, the one with a name of its own takes the common one too.
    if scope.service != service && !(service == "bedrock-mantle" && scope.service == "bedrock") {
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
