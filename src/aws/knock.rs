//! Whether a service answers at all: a request nobody signed, which AWS refuses at the door and charges nobody for.
//!
//! The refusal tells that the way is open, how long it is, and what time it is there.

use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time;

use crate::aws::call::joined;
use crate::aws::endpoint::{self, Service};
use crate::aws::network;
use crate::aws::profile::ProfileFiles;
use crate::aws::signed;
use crate::world::World;

/// How long one door is waited at.
const DEADLINE: Duration = Duration::from_secs(8);

/// What an open door told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The HTTP status.
    pub status: u16,
    /// Its clock.
    pub date: Option<Timestamp>,
    /// This machine's clock at that moment.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// A door and what came of knocking.
#[derive(Debug, Clone)]
pub struct Door {
    /// The service behind it.
    pub service: Service,
    /// Its address.
    pub address: String,
    /// What it told, or in words why it told nothing.
    pub answer: Result<Reached, String>,
}

/// Knocks at the services named, and where there is an SSO session at its portal and its token service, all at once.
pub async fn all(
    world: &World,
    files: &ProfileFiles,
    profile: Option<&str>,
    (services, region): (&[Service], &str),
    sso_region: Option<&str>,
) -> Vec<Door> {
    let connector = network::connector(world, files, profile.unwrap_or("default"));
    let knock = |service, region: &str| {
        let address = endpoint::address(world, files, profile, service, region);
        let connector = connector.clone();
        async move {
            let request = request(service, &address);
            let knocked = time::timeout(DEADLINE, knock(world, &connector, request)).await;
            let answer = knocked.unwrap_or_else(|_| Err(format!("no answer within {} s", DEADLINE.as_secs())));
            Door { service, address, answer }
        }
    };
    let of_session = sso_region.into_iter().flat_map(|region| [(Service::Sso, region), (Service::SsoOidc, region)]);
    let doors = services.iter().map(|service| (*service, region)).chain(of_session);
    joined(doors.map(|(service, region)| knock(service, region)).collect()).await
}

async fn knock(
    world: &World,
    connector: &SharedHttpConnector,
    request: Result<HttpRequest, String>,
) -> Result<Reached, String> {
    let start = Instant::now();
    let response = connector.call(request?).await.map_err(|error| signed::innermost(&error))?;
    let date = response.headers().get("date").and_then(|text| rfc2822::parse(text).ok());
    let status = response.status().as_u16();
    if status == 407 {
        return Err("the proxy answered 407 Proxy Authentication Required".to_owned());
    }
    Ok(Reached { status, date: date.map(|date| date.timestamp()), at: world.now(), took: start.elapsed() })
}

/// A well-formed request of the service without a signature.
fn request(service: Service, address: &str) -> Result<HttpRequest, String> {
    let (method, path, kind, body) = match service {
        Service::Sts => (
            "POST",
            "/",
            "application/x-www-form-urlencoded; charset=utf-8",
            "Action=GetCallerIdentity&Version=2011-06-15",
        ),
        // No model of this name exists, should somebody sign the request on the way.
        Service::BedrockRuntime => ("POST", "/model/anthropic.claude-knock/invoke", "application/json", "{}"),
        Service::BedrockMantle => ("POST", "/v1/messages", "application/json", "{}"),
        Service::Sso | Service::SsoOidc => ("GET", "/", "application/json", ""),
        _ => ("GET", "/inference-profiles?type=SYSTEM_DEFINED", "application/json", ""),
    };
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method).map_err(|error| error.to_string())?;
    request.set_uri(format!("{address}{path}")).map_err(|error| error.to_string())?;
    request.headers_mut().insert("content-type", kind);
    request.headers_mut().insert("content-length", body.len().to_string());
    Ok(request)
}
