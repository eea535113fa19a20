//! Where a service is called: the endpoint variables and the endpoint settings of `~/.aws/config`.

use crate::aws::profile::ProfileFiles;
use crate::vars;
use crate::world::World;

/// A service this program calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The portal of IAM Identity Center.
    Sso,
    /// Its token service.
    SsoOidc,
    /// Security Token Service.
    Sts,
    /// Bedrock's control plane.
    Bedrock,
    /// The console's sign-in, which `aws login` uses.
    SignIn,
}

impl Service {
    /// The key of the service in a `[services]` section; upper-cased it ends `AWS_ENDPOINT_URL_`.
    fn key(self) -> &'static str {
        match self {
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
            Self::Sts => "sts",
            Self::Bedrock => "bedrock",
            Self::SignIn => "signin",
        }
    }
}

/// The endpoint someone configured for a service, in the order the SDKs look: `AWS_ENDPOINT_URL_<SERVICE>`,
/// `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url`.
///
/// For Bedrock `ANTHROPIC_BEDROCK_BASE_URL` comes first, as Claude Code lists its models there.
#[must_use]
pub fn configured(world: &World, files: &ProfileFiles, profile: Option<&str>, service: Service) -> Option<String> {
    if service == Service::Bedrock
        && let Some(base) = world.var(vars::BEDROCK_BASE_URL)
    {
        return Some(base.to_owned());
    }
    if world.var(vars::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS) == Some("true") {
        return None;
    }
    let specific = format!("{}_{}", vars::AWS_ENDPOINT_URL, service.key().to_ascii_uppercase());
    if let Some(url) = world.var(&specific).or_else(|| world.var(vars::AWS_ENDPOINT_URL)) {
        return Some(url.to_owned());
    }
    let profile = files.profile(profile.unwrap_or("default"))?;
    if let Some(section) = profile.setting("services")
        && let Some(url) = files.service_endpoint(&section.text, service.key())
    {
        return Some(url.to_owned());
    }
    profile.setting("endpoint_url").map(|value| value.text.clone())
}
