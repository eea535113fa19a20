//! The role that a machine or a container was given: what `credential_source` calls `Ec2InstanceMetadata` and
//! `EcsContainer`, asked for as the AWS SDK for JavaScript does (`credential-provider-imds`, `credential-provider-http`).

use std::path::Path;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time;

use super::{Credentials, CredentialsError};
use crate::aws::call::CallError;
use crate::aws::{endpoint, network, signed};
use crate::private_file;
use crate::vars;
use crate::world::World;

/// How long the machine's own services are waited for, which answer at once or not at all.
const DEADLINE: Duration = Duration::from_secs(4);

/// Where an instance asks for its role, without a word of the user's.
const INSTANCE: [&str; 2] = ["http://169.254.169.254", "http://[fd00:ec2::254]"];

/// Where containers of ECS ask for theirs, and the hosts besides this machine that are asked without TLS: those of ECS
/// and EKS.
const CONTAINER: &str = "http://169.254.170.2";
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// How long a token of the instance's metadata service is wanted for, in seconds: a few requests.
const TOKEN_SECONDS: &str = "60";

/// Whose role it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// The EC2 instance's.
    Instance,
    /// The container's, of ECS or EKS.
    Container,
}

/// What both services answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: String,
    token: String,
    expiration: Timestamp,
}

impl Machine {
    /// The one that a `credential_source` names.
    pub(super) fn named(source: &str) -> Option<Self> {
        match source {
            "Ec2InstanceMetadata" => Some(Self::Instance),
            "EcsContainer" => Some(Self::Container),
            _ => None,
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Instance => "the instance's metadata service",
            Self::Container => "the container's credentials service",
        }
    }

    /// Whether there may be one to ask: a machine that says what it is, or variables that say where to ask.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(super) fn is_there(self, world: &World) -> Result<(), String> {
        match self {
            Self::Container => container_address(world).map(drop),
            Self::Instance if world.var(vars::AWS_EC2_METADATA_SERVICE_ENDPOINT).is_some() => Ok(()),
            Self::Instance => is_instance().then_some(()).ok_or_else(|| {
                "its credential_source is `Ec2InstanceMetadata`, and this machine is not an EC2 instance".to_owned()
            }),
        }
    }

    /// Its credentials at this moment; AWS replaces them well before they end.
    ///
    /// # Errors
    /// See [`CredentialsError`].
    pub(super) async fn credentials(self, world: &World, profile: &str) -> Result<Credentials, CredentialsError> {
        let incomplete = |reason| CredentialsError::Incomplete { name: profile.to_owned(), reason };
        let connector = network::connector_without_proxy();
        let asked = async {
            match self {
                Self::Instance => self.of_instance(world, &connector).await,
                Self::Container => {
                    let address = container_address(world).map_err(incomplete)?;
                    let key = authorization(world).map_err(incomplete)?;
                    let headers = key.as_ref().map(|key| ("authorization", key));
                    Ok(self.ask(&connector, "GET", &address, headers).await?)
                }
            }
        };
        let answer = match time::timeout(DEADLINE, asked).await {
            Ok(answer) => answer?,
            Err(_) => return Err(CallError::TimedOut { service: self.service() }.into()),
        };
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| {
            let reason = "its answer holds no credentials".to_owned();
            CallError::Unreachable { service: self.service(), reason }
        })?;
        Ok(Credentials {
            access_key_id: answer.access_key_id,
            secret_access_key: answer.secret_access_key.into(),
            session_token: answer.token.into(),
            expiration: answer.expiration,
        })
    }

    /// Version 2 of the service: a token first, which no request forged from outside can get.
    async fn of_instance(self, world: &World, connector: &SharedHttpConnector) -> Result<Vec<u8>, CredentialsError> {
        let by_mode = match world.var(vars::AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE) {
            Some(mode) if mode.eq_ignore_ascii_case("ipv6") => INSTANCE[1],
            _ => INSTANCE[0],
        };
        let base = world.var(vars::AWS_EC2_METADATA_SERVICE_ENDPOINT).unwrap_or(by_mode).trim_end_matches('/');
        let wanted = SecretString::from(TOKEN_SECONDS);
        let lifetime = Some(("x-aws-ec2-metadata-token-ttl-seconds", &wanted));
        let token = self.ask(connector, "PUT", &format!("{base}/latest/api/token"), lifetime).await?;
        let token = SecretString::from(String::from_utf8_lossy(&token).trim().to_owned());
        let token = Some(("x-aws-ec2-metadata-token", &token));
        let roles = format!("{base}/latest/meta-data/iam/security-credentials/");
        let role = self.ask(connector, "GET", &roles, token).await?;
        let role = String::from_utf8_lossy(&role).lines().next().unwrap_or_default().trim().to_owned();
        Ok(self.ask(connector, "GET", &format!("{roles}{role}"), token).await?)
    }

    async fn ask(
        self,
        connector: &SharedHttpConnector,
        method: &str,
        address: &str,
        header: Option<(&'static str, &SecretString)>,
    ) -> Result<Vec<u8>, CallError> {
        let unreachable = |reason: String| CallError::Unreachable { service: self.service(), reason };
        let request = request(method, address, header).map_err(unreachable)?;
        let mut response: HttpResponse =
            connector.call(request).await.map_err(|error| unreachable(signed::innermost(&error)))?;
        let status = response.status().as_u16();
        if !response.status().is_success() {
            // An instance without a role answers 404.
            let (code, message) = (format!("HTTP {status}"), "it gives no credentials".to_owned());
            return Err(CallError::Answered { service: self.service(), code, message });
        }
        signed::whole(&mut response).await.map_err(unreachable)
    }
}

fn request(method: &str, address: &str, header: Option<(&'static str, &SecretString)>) -> Result<HttpRequest, String> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method(method).map_err(|error| error.to_string())?;
    request.set_uri(address.to_owned()).map_err(|error| error.to_string())?;
    if let Some((name, value)) = header
        && request.headers_mut().try_insert(name, value.expose_secret().to_owned()).is_err()
    {
        return Err("its authorization has signs that no header can have".to_owned());
    }
    Ok(request)
}

/// Where the container's service is: the variables of ECS and EKS, of which the SDK takes the relative one first.
///
/// # Errors
/// Why it is not asked, in words.
fn container_address(world: &World) -> Result<String, String> {
    if let Some(path) = world.var(vars::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) {
        return Ok(format!("{CONTAINER}{path}"));
    }
    let Some(address) = world.var(vars::AWS_CONTAINER_CREDENTIALS_FULL_URI) else {
        return Err("its credential_source is `EcsContainer`, and no variable says where a container asks".to_owned());
    };
    let host = endpoint::host_without_port(address);
    if endpoint::is_loopback(address) || CONTAINER_HOSTS.contains(&host) {
        return Ok(address.to_owned());
    }
    // What goes there with it may be a secret.
    if !address.starts_with("https://") || endpoint::is_set_by_project(world, vars::AWS_CONTAINER_CREDENTIALS_FULL_URI)
    {
        return Err(format!("`{}` leads to `{host}`, which is not asked", vars::AWS_CONTAINER_CREDENTIALS_FULL_URI));
    }
    Ok(address.to_owned())
}

/// What the container shows: the file's content, which is replaced from time to time, before the variable's.
fn authorization(world: &World) -> Result<Option<SecretString>, String> {
    let Some(file) = world.path_var(vars::AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) else {
        return Ok(world.var(vars::AWS_CONTAINER_AUTHORIZATION_TOKEN).map(SecretString::from));
    };
    let path = world.absolute(&file);
    match private_file::read(&path) {
        Ok(Some(text)) => Ok(Some(SecretString::from(String::from_utf8_lossy(&text).trim().to_owned()))),
        Ok(None) => Err(format!("the file `{}` with the container's authorization is not there", world.shown(&path))),
        Err(error) => Err(format!("the file with the container's authorization: {error}")),
    }
}

/// Whether this machine says that it is an EC2 instance; where it cannot be asked that is not known, and it may be one.
fn is_instance() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let says = |file: &str, word: &str| {
        let text = private_file::read(Path::new(file)).ok().flatten().unwrap_or_default();
        String::from_utf8_lossy(&text).to_ascii_lowercase().starts_with(word)
    };
    says("/sys/class/dmi/id/board_vendor", "amazon ec2") || says("/sys/hypervisor/uuid", "ec2")
}
