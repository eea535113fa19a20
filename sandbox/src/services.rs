//! The services, all at one address: method and path tell them apart, as no two share any.

use crate::{
    account::{Member, Partition, Region},
    authentication::{self, Caller, Unauthenticated},
    catalogue::Catalogue,
    cloud::Cloud,
    log::Entry,
    request::{Refusal, Reply, Request},
};

pub(crate) use self::{oidc::new_sign_in, web_identity::WebIdentityToken};

mod access;
mod converse;
mod device;
mod gates;
mod iam;
mod mantle;
mod message;
mod model_id;
mod models;
mod oidc;
mod pages;
mod portal;
mod profiles;
mod quotas;
mod registration;
mod runtime;
mod signin;
mod sts;
#[cfg(test)]
mod tests;
mod web_identity;

/// Answers a request about a subject, and notes what it finds out in the log entry.
type Handler = fn(&Cloud, &Request, &str, &mut Entry) -> Reply;

/// Where a request goes: one operation of one service.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) service: &'static str,
    pub(crate) operation: String,
    /// The model, profile or ARN in the path; may be empty.
    pub(crate) subject: String,
    handler: Handler,
}

impl Route {
    /// Finds the operation a request asks for.
    pub(crate) fn of(request: &Request) -> Self {
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        identity_route(request, &segments)
            .or_else(|| bedrock_route(request.method.as_str(), &segments))
            .or_else(|| runtime_route(request.method.as_str(), &segments))
            .or_else(|| mantle_route(request, &segments))
            .unwrap_or_else(|| Self::to("", format!("{} {}", request.method, request.path), "", nobody))
    }

    /// The model or profile asked for.
    pub(crate) fn model(&self) -> Option<&str> {
        let names_one = !self.subject.is_empty() && self.service.starts_with("bedrock");
        names_one.then_some(&self.subject)
    }

    /// Answers the request.
    pub(crate) fn answer(&self, cloud: &Cloud, request: &Request, entry: &mut Entry) -> Reply {
        (self.handler)(cloud, request, &self.subject, entry)
    }

    /// Writes an error as the service's protocol has it.
    pub(crate) fn refuse(&self, cloud: &Cloud, refusal: &Refusal) -> Reply {
        match self.service {
            "sso-oidc" => oidc::foreign_error(refusal),
            "sts" => sts::query_error(refusal, &cloud.mint.request_id()),
            "iam" => iam::error(refusal, &cloud.mint.request_id()),
            "servicequotas" => quotas::error(refusal),
            mantle::SERVICE => mantle::error(refusal, &cloud.mint.request_id()),
            _ => refusal.rest_json(),
        }
    }

    /// A log entry with what is known before the request is answered.
    pub(crate) fn entry(&self) -> Entry {
        Entry {
            service: self.service,
            operation: self.operation.clone(),
            model: self.model().map(str::to_owned),
            ..Entry::default()
        }
    }

    fn to(service: &'static str, operation: impl Into<String>, subject: &str, handler: Handler) -> Self {
        Self { service, operation: operation.into(), subject: subject.to_owned(), handler }
    }
}

fn identity_route(request: &Request, segments: &[&str]) -> Option<Route> {
    let oidc = |operation, handler| Some(Route::to("sso-oidc", operation, "", handler));
    let sso = |operation, handler| Some(Route::to("sso", operation, "", handler));
    let signin = |operation, handler| Some(Route::to("signin", operation, "", handler));
    match (request.method.as_str(), segments) {
        ("POST", ["token"]) => oidc("CreateToken", oidc::create_token),
        ("POST", ["client", "register"]) => oidc("RegisterClient", registration::register_client),
        ("POST", ["device_authorization"]) => oidc("StartDeviceAuthorization", device::start),
        ("GET" | "POST", ["device"]) => oidc("DevicePage", device::page),
        ("GET" | "POST", ["authorize"]) => oidc("Authorize", oidc::authorize),
        ("GET", ["federation", "credentials"]) => sso("GetRoleCredentials", portal::get_role_credentials),
        ("GET", ["assignment", "accounts"]) => sso("ListAccounts", portal::list_accounts),
        ("GET", ["assignment", "roles"]) => sso("ListAccountRoles", portal::list_account_roles),
        ("POST", ["logout"]) => sso("Logout", portal::logout),
        ("GET" | "POST", ["v1", "authorize"]) => signin("AuthorizePage", signin::authorize),
        ("POST", ["v1", "token"]) => signin("CreateOAuth2Token", signin::create_token),
        // No service has an operation there; the front end says so, signed or not.
        ("GET", [""]) => Some(Route::to("", "Knock", "", nobody)),
        ("POST", [""]) => Some(match quotas::operation(request) {
            Some(operation) => Route::to("servicequotas", operation, "", quotas::answer),
            None => match iam::operation(request) {
                Some(operation) => Route::to("iam", operation, "", iam::answer),
                None => Route::to("sts", request.form_field("Action").unwrap_or_default(), "", sts::answer),
            },
        }),
        _ => None,
    }
}

fn bedrock_route(method: &str, segments: &[&str]) -> Option<Route> {
    let to = |operation, subject, handler| Some(Route::to("bedrock", operation, subject, handler));
    match (method, segments) {
        ("GET", ["inference-profiles"]) => to("ListInferenceProfiles", "", profiles::list),
        ("POST", ["inference-profiles"]) => to("CreateInferenceProfile", "", profiles::create),
        ("GET", ["inference-profiles", name]) => to("GetInferenceProfile", name, profiles::get),
        ("DELETE", ["inference-profiles", name]) => to("DeleteInferenceProfile", name, profiles::delete),
        ("POST", ["listTagsForResource"]) => to("ListTagsForResource", "", profiles::list_tags),
        ("GET", ["foundation-models"]) => to("ListFoundationModels", "", models::list),
        ("GET", ["foundation-models", name]) => to("GetFoundationModel", name, models::get),
        ("GET", ["foundation-model-availability", name]) => {
            to("GetFoundationModelAvailability", name, access::availability)
        }
        ("GET", ["list-foundation-model-agreement-offers", name]) => {
            to("ListFoundationModelAgreementOffers", name, access::list_offers)
        }
        ("POST", ["create-foundation-model-agreement"]) => {
            to("CreateFoundationModelAgreement", "", access::create_agreement)
        }
        ("GET", ["use-case-for-model-access"]) => to("GetUseCaseForModelAccess", "", access::get_use_case),
        ("POST", ["use-case-for-model-access"]) => to("PutUseCaseForModelAccess", "", access::put_use_case),
        ("GET", ["data-retention"]) => to("GetAccountDataRetention", "", access::get_data_retention),
        ("PUT", ["data-retention"]) => to("PutAccountDataRetention", "", access::put_data_retention),
        _ => None,
    }
}

fn runtime_route(method: &str, segments: &[&str]) -> Option<Route> {
    let ("POST", ["model", model, verb]) = (method, segments) else { return None };
    let (operation, handler): (_, Handler) = match *verb {
        "invoke" => ("InvokeModel", runtime::invoke_model),
        "invoke-with-response-stream" => ("InvokeModelWithResponseStream", runtime::invoke_model_with_response_stream),
        "count-tokens" => ("CountTokens", runtime::count_tokens),
        "converse" => ("Converse", converse::converse),
        "converse-stream" => ("ConverseStream", converse::converse_stream),
        _ => return None,
    };
    Some(Route::to("bedrock-runtime", operation, model, handler))
}

fn mantle_route(request: &Request, segments: &[&str]) -> Option<Route> {
    let to = |operation, handler| Some(Route::to(mantle::SERVICE, operation, &mantle::model_of(request), handler));
    match (request.method.as_str(), segments) {
        ("POST", ["anthropic", "v1", "messages"]) => to("CreateInference", mantle::create_message),
        ("POST", ["anthropic", "v1", "messages", "count_tokens"]) => to("CountTokens", mantle::count_tokens),
        _ => None,
    }
}

fn nobody(_: &Cloud, _: &Request, _: &str, _: &mut Entry) -> Reply {
    Refusal::new(404, "UnknownOperationException", "The requested operation does not exist.").rest_json()
}

/// An authenticated caller of Bedrock, the region it asked and the account it is of.
struct Visit<'a> {
    partition: Partition,
    caller: Caller,
    region: &'a Region,
    member: &'a Member,
}

impl<'a> Visit<'a> {
    /// Authenticates the caller by its signature or API key.
    fn of(cloud: &'a Cloud, request: &Request, entry: &mut Entry) -> Result<Self, Refusal> {
        let caller = authentication::signer_or_key(cloud, request, "bedrock", entry);
        Self::by(cloud, caller.map_err(|reason| rest_refusal(&reason))?)
    }

    /// The visit of a caller who is known.
    fn by(cloud: &'a Cloud, caller: Caller) -> Result<Self, Refusal> {
        let region = region_of(cloud, &caller)?;
        let member = cloud.account.member(&caller.principal.account_id).ok_or_else(|| {
            // Principals are made of accounts.
            Refusal::new(500, "InternalServerException", "The account is gone.")
        })?;
        Ok(Self { partition: cloud.account.partition(), caller, region, member })
    }

    /// Checks an action on something in the region.
    fn require(&self, action: &str, resource: &str) -> Result<(), Refusal> {
        self.caller.principal.require(action, resource, &self.region.name)
    }

    /// The ARN of something of the account in the region.
    fn arn(&self, resource: &str) -> String {
        format!("arn:{}:bedrock:{}:{}:{resource}", self.partition, self.region.name, self.member.id)
    }

    /// Looks at what there is, this moment, in the region for the account.
    fn catalogue<T>(&self, cloud: &'a Cloud, look: impl FnOnce(Catalogue<'_>) -> T) -> T {
        let applications = cloud.changes.profiles(self.member);
        look(Catalogue {
            account: &cloud.account,
            region: self.region,
            account_id: &self.member.id,
            applications: &applications,
            now: cloud.now(),
        })
    }
}

/// Writes a failed authentication with the codes of the REST-JSON services.
fn rest_refusal(reason: &Unauthenticated) -> Refusal {
    let (status, code) = match reason {
        Unauthenticated::Missing => (403, "MissingAuthenticationTokenException"),
        Unauthenticated::Incomplete(_) => (403, "IncompleteSignatureException"),
        Unauthenticated::Unknown => (403, "UnrecognizedClientException"),
        Unauthenticated::Expired => (403, "ExpiredTokenException"),
        Unauthenticated::Signature(_) => (403, "InvalidSignatureException"),
        Unauthenticated::ApiKey(_) => (403, "AccessDeniedException"),
    };
    // The front end that looks at the header, and at API keys, has a spelling of its own.
    match reason {
        Unauthenticated::Missing => {
            Refusal { key: "Message", ..Refusal::new(status, code, "Authorization header is missing") }
        }
        Unauthenticated::ApiKey(_) => Refusal { key: "Message", ..Refusal::new(status, code, reason.to_string()) },
        _ => Refusal::new(status, code, reason.to_string()),
    }
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

fn respond(result: Result<serde_json::Value, Refusal>) -> Reply {
    result.map_or_else(|refusal| refusal.rest_json(), |value| Reply::json(&value))
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}
