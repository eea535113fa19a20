//! The Security Token Service, in AWS's Query protocol: a form in, XML out.

use jiff::SignedDuration;

use crate::{
    authentication::{self, Caller, Unauthenticated},
    clock,
    cloud::Cloud,
    html::escape,
    log::Entry,
    request::{Refusal, Reply, Request},
    tokens::Holder,
};

mod assume;
mod federate;

const VERSION: &str = "2011-06-15";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const DEFAULT_SECONDS: i64 = 43_200;
const ALLOWED_SECONDS: std::ops::RangeInclusive<i64> = 900..=129_600;

pub(super) fn answer(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    let action = request.form_field("Action").unwrap_or_default();
    let result = perform(cloud, request, &action, entry);
    let request_id = cloud.mint.request_id();
    match result {
        Ok(xml) => {
            let body = format!(
                "<{action}Response xmlns=\"{NAMESPACE}\">\n  <{action}Result>\n{xml}  </{action}Result>\n  \
                 <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n\
                 </{action}Response>\n"
            );
            Reply::of(200, "text/xml", body)
        }
        Err(refusal) => query_error(&refusal, &request_id),
    }
}

/// Writes an error as the Query protocol has it.
pub(super) fn query_error(refusal: &Refusal, request_id: &str) -> Reply {
    query_error_of(NAMESPACE, refusal, request_id)
}

/// The same for any service of the protocol.
pub(super) fn query_error_of(namespace: &str, refusal: &Refusal, request_id: &str) -> Reply {
    let Refusal { status, code, message, .. } = refusal;
    let (code, message) = (escape(code), escape(message));
    let fault = if *status < 500 { "Sender" } else { "Receiver" };
    let body = format!(
        "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{fault}</Type>\n    <Code>{code}</Code>\n    \
         <Message>{message}</Message>\n  </Error>\n  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
    );
    Reply::of(*status, "text/xml", body)
}

fn perform(cloud: &Cloud, request: &Request, action: &str, entry: &mut Entry) -> Result<String, Refusal> {
    let version = request.form_field("Version");
    if (action, version.as_deref()) == ("AssumeRoleWithWebIdentity", Some(VERSION)) {
        return assume::with_web_identity(cloud, request, entry);
    }
    let caller = authentication::signer(cloud, request, "sts", entry).map_err(|reason| query_refusal(&reason))?;
    if cloud.account.region(&caller.region).is_none() {
        // In AWS the region would have no host to answer.
        return Err(Refusal::new(400, "ValidationError", format!("Unknown region: {}", caller.region)));
    }
    match (action, version.as_deref()) {
        ("GetCallerIdentity", Some(VERSION)) => Ok(caller_identity(&caller)),
        ("GetSessionToken", Some(VERSION)) => session_token(cloud, request, &caller),
        ("GetFederationToken", Some(VERSION)) => federate::token(cloud, request, &caller),
        ("AssumeRole", Some(VERSION)) => assume::role(cloud, request, &caller),
        _ => {
            Err(Refusal::new(400, "InvalidAction", format!("Could not find operation {action} for version {VERSION}")))
        }
    }
}

/// Answers anyone who is someone: AWS asks no permission for it.
fn caller_identity(caller: &Caller) -> String {
    let principal = &caller.principal;
    element("Arn", &principal.arn) + &element("UserId", &principal.user_id) + &element("Account", &principal.account_id)
}

/// AWS asks a user no permission for it either.
fn session_token(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<String, Refusal> {
    let Holder::User { .. } = caller.principal.holder else {
        return Err(session_credentials());
    };
    if caller.principal.expires.is_some() {
        return Err(session_credentials());
    }
    let seconds =
        match request.form_field("DurationSeconds") {
            None => DEFAULT_SECONDS,
            Some(text) => text.parse().ok().filter(|seconds| ALLOWED_SECONDS.contains(seconds)).ok_or_else(|| {
                Refusal::new(400, "ValidationError", "DurationSeconds must be between 900 and 129600")
            })?,
        };
    let lifetime = SignedDuration::from_secs(seconds);
    Ok(credentials(cloud, caller.principal.holder.clone(), lifetime))
}

/// Issues temporary credentials.
fn credentials(cloud: &Cloud, holder: Holder, lifetime: SignedDuration) -> String {
    let now = cloud.now();
    let credentials = cloud.mint.credentials(holder, now, now + lifetime);
    let fields = element("AccessKeyId", &credentials.access_key_id)
        + &element("SecretAccessKey", &credentials.secret_access_key)
        + &element("SessionToken", &credentials.session_token)
        + &element("Expiration", &clock::to_the_second(now + lifetime));
    format!("    <Credentials>\n{fields}    </Credentials>\n")
}

fn session_credentials() -> Refusal {
    Refusal::new(403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
}

/// The Query protocol's name for a permission error.
pub(super) fn query_code(refusal: Refusal) -> Refusal {
    Refusal { code: "AccessDenied".to_owned(), ..refusal }
}

pub(super) fn query_refusal(reason: &Unauthenticated) -> Refusal {
    let (status, code) = match reason {
        Unauthenticated::Missing => (403, "MissingAuthenticationToken"),
        Unauthenticated::Incomplete(_) => (400, "IncompleteSignature"),
        Unauthenticated::Unknown | Unauthenticated::ApiKey(_) => (403, "InvalidClientTokenId"),
        Unauthenticated::Expired => (403, "ExpiredToken"),
        Unauthenticated::Signature(_) => (403, "SignatureDoesNotMatch"),
    };
    // The Query services have their own words for it.
    let message = match reason {
        Unauthenticated::Missing => "Request is missing Authentication Token".to_owned(),
        _ => reason.to_string(),
    };
    Refusal::new(status, code, message)
}

pub(super) fn element(name: &str, text: &str) -> String {
    format!("    <{name}>{}</{name}>\n", escape(text))
}
