//! The services, all at one address: method and path tell them apart, as no two share any.

use hyper::Method;

use crate::{
    account::Region,
    authentication::{Caller, Unauthenticated},
    cloud::Cloud,
    log::Entry,
    request::{Refusal, Reply, Request},
};

pub(crate) use self::oidc::new_sign_in;

mod bedrock;
mod device;
mod oidc;
mod portal;
mod runtime;
mod sts;
#[cfg(test)]
mod tests;

/// Answers a request and fills in its log entry, but for time and status.
pub(crate) fn answer(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Reply {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    entry.operation = format!("{} {}", request.method, request.path);
    let get = request.method == Method::GET;
    let post = request.method == Method::POST;
    match segments[..] {
        ["token"] if post => oidc::create_token(cloud, request, entry),
        ["client", "register"] if post => oidc::register_client(cloud, request, entry),
        ["device_authorization"] if post => device::start(cloud, request, entry),
        ["device"] if get || post => device::page(cloud, request, entry),
        ["authorize"] if get || post => oidc::authorize(cloud, request, entry),
        ["federation", "credentials"] if get => portal::get_role_credentials(cloud, request, entry),
        ["assignment", "accounts"] if get => portal::list_accounts(cloud, request, entry),
        ["assignment", "roles"] if get => portal::list_account_roles(cloud, request, entry),
        ["logout"] if post => portal::logout(cloud, request, entry),
        ["inference-profiles"] if get => bedrock::list_inference_profiles(cloud, request, entry),
        ["inference-profiles", name] if get => bedrock::get_inference_profile(cloud, request, name, entry),
        ["model", model, "invoke"] if post => runtime::invoke_model(cloud, request, model, entry),
        ["model", model, "invoke-with-response-stream"] if post => {
            runtime::invoke_model_with_response_stream(cloud, request, model, entry)
        }
        ["model", model, "count-tokens"] if post => runtime::count_tokens(cloud, request, model, entry),
        [""] if post => sts::answer(cloud, request, entry),
        _ => Refusal::new(404, "UnknownOperationException", "The requested operation does not exist.").rest_json(),
    }
}

/// Writes a failed authentication with the codes of the REST-JSON services.
fn rest_refusal(reason: &Unauthenticated) -> Refusal {
    let (status, code) = match reason {
        Unauthenticated::Missing => (403, "MissingAuthenticationTokenException"),
        Unauthenticated::Incomplete => (400, "IncompleteSignatureException"),
        Unauthenticated::Unknown => (403, "UnrecognizedClientException"),
        Unauthenticated::Expired => (403, "ExpiredTokenException"),
        Unauthenticated::Signature(_) => (403, "InvalidSignatureException"),
        Unauthenticated::ApiKey => (403, "AccessDeniedException"),
    };
    let mut refusal = Refusal::new(status, code, reason.to_string());
    if *reason == Unauthenticated::ApiKey {
        refusal.key = "Message";
    }
    refusal
}

/// Finds the region a request was signed for.
///
/// In AWS an unknown region has no host to answer; here it is a request that cannot be valid.
fn region_of<'a>(cloud: &'a Cloud, caller: &Caller) -> Result<&'a Region, Refusal> {
    cloud.account.region(&caller.region).ok_or_else(|| {
        let message = format!("Amazon Bedrock is not available in the region {}.", caller.region);
        Refusal::new(400, "ValidationException", message)
    })
}
