//! Where a service is called: the endpoint variables and the endpoint settings of `~/.aws/config`.

use crate::aws::profile::ProfileFiles;
use crate::regions;
use crate::settings::document::Key;
use crate::settings::scope::{Content, Scope, Settings};
use crate::vars;
use crate::world::World;

/// A service this program calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The portal of IAM Identity Center.
    Sso,
    /// Its token service.
    SsoOidc,
    /// Security Token Service, to which requests are signed.
    Sts,
    /// The same, to which somebody else's token is handed over instead.
    StsFederation,
    /// Bedrock's control plane.
    Bedrock,
    /// Its data plane, where models answer.
    BedrockRuntime,
    /// Its Messages API (Mantle), which has an address and permissions of its own.
    BedrockMantle,
    /// Service Quotas.
    ServiceQuotas,
    /// Identity and Access Management, of which a partition has one.
    Iam,
    /// The console's sign-in, which `aws login` uses.
    SignIn,
}

impl Service {
    /// Whether it is sent tokens or client secrets.
    fn takes_sign_ins(self) -> bool {
        matches!(self, Self::Sso | Self::SsoOidc | Self::SignIn | Self::StsFederation)
    }

    /// The key of the service in a `[services]` section; upper-cased it ends `AWS_ENDPOINT_URL_`.
    fn key(self) -> &'static str {
        match self {
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
            Self::Sts | Self::StsFederation => "sts",
            Self::Bedrock => "bedrock",
            Self::BedrockRuntime => "bedrock_runtime",
            Self::BedrockMantle => "bedrock_mantle",
            Self::ServiceQuotas => "service_quotas",
            Self::Iam => "iam",
            Self::SignIn => "signin",
        }
    }
}

/// The variables that name the user's AWS files.
pub(super) const AWS_FILES: [&str; 2] = [vars::AWS_CONFIG_FILE, vars::AWS_SHARED_CREDENTIALS_FILE];

/// The endpoint someone configured for a service, in the order the SDKs look: `AWS_ENDPOINT_URL_<SERVICE>`,
/// `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url`.
///
/// For both of Bedrock's `ANTHROPIC_BEDROCK_BASE_URL` comes first: Claude Code lists and invokes its models there. For
/// Mantle `ANTHROPIC_BEDROCK_MANTLE_BASE_URL` alone counts, for what calls it is no AWS SDK.
#[must_use]
pub fn configured(world: &World, files: &ProfileFiles, profile: Option<&str>, service: Service) -> Option<String> {
    if service == Service::BedrockMantle {
        return world.var(vars::MANTLE_BASE_URL).map(str::to_owned);
    }
    if matches!(service, Service::Bedrock | Service::BedrockRuntime)
        && let Some(base) = world.var(vars::BEDROCK_BASE_URL)
    {
        return Some(base.to_owned());
    }
    if world.var(vars::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS) == Some("true") {
        return None;
    }
    let specific = format!("{}_{}", vars::AWS_ENDPOINT_URL, service.key().to_ascii_uppercase());
    for name in [specific.as_str(), vars::AWS_ENDPOINT_URL] {
        match world.var(name) {
            Some(url) if !service.takes_sign_ins() || may_take_sign_ins(world, name, url) => {
                return Some(url.to_owned());
            }
            _ => {}
        }
    }
    let from_file = in_config_file(files, profile, service)?;
    // Either file may hold it, and either may be the project's.
    let is_trusted = |file| may_take_sign_ins(world, file, &from_file);
    let trusted = !service.takes_sign_ins() || AWS_FILES.into_iter().all(is_trusted);
    trusted.then_some(from_file)
}

/// The address of a service that is called without the SDK: the configured one, else AWS's own in the region.
#[must_use]
pub fn address(world: &World, files: &ProfileFiles, profile: Option<&str>, service: Service, region: &str) -> String {
    if let Some(configured) = configured(world, files, profile, service) {
        return configured.trim_end_matches('/').to_owned();
    }
    let host = match service {
        Service::BedrockRuntime => "bedrock-runtime",
        Service::ServiceQuotas => "servicequotas",
        Service::Bedrock => "bedrock",
        Service::Sts | Service::StsFederation => "sts",
        Service::Sso => "portal.sso",
        Service::SsoOidc => "oidc",
        Service::SignIn => "signin",
        Service::Iam => return global_address("iam", region),
        // As Claude Code 2.1.329 was observed to call it; what follows is `/v1/messages`.
        Service::BedrockMantle => return format!("https://bedrock-mantle.{region}.api.aws/anthropic"),
    };
    format!("https://{host}.{region}.{}", regions::partition_of(region).host_suffix)
}

/// The host of a service that a partition has but one of (botocore's endpoint rules of IAM).
fn global_address(service: &str, region: &str) -> String {
    let partition = regions::partition_of(region);
    match partition.name {
        "aws" => format!("https://{service}.{}", partition.host_suffix),
        "aws-us-gov" => format!("https://{service}.us-gov.{}", partition.host_suffix),
        _ => format!("https://{service}.{region}.{}", partition.host_suffix),
    }
}

/// Tokens and client secrets go to AWS's own hosts, to this machine, or where the user's own files and shell say; a
/// project's `env`, which Claude Code hands to its helpers, must not lead them elsewhere.
fn may_take_sign_ins(world: &World, variable: &str, url: &str) -> bool {
    is_aws_or_loopback(url) || !is_set_by_project(world, variable)
}

/// Where Bedrock would be called by a project's word, somewhere that is neither AWS nor this machine; an API key must not
/// be shown there.
#[must_use]
pub fn led_away(world: &World, files: &ProfileFiles) -> Option<String> {
    [Service::Bedrock, Service::BedrockRuntime, Service::BedrockMantle].into_iter().find_map(|service| {
        let url = configured(world, files, None, service).filter(|url| !is_aws_or_loopback(url))?;
        let specific = format!("{}_{}", vars::AWS_ENDPOINT_URL, service.key().to_ascii_uppercase());
        let names = [vars::BEDROCK_BASE_URL, vars::MANTLE_BASE_URL, vars::AWS_ENDPOINT_URL, specific.as_str()];
        names.iter().any(|name| is_set_by_project(world, name)).then(|| host_of(&url).to_owned())
    })
}

/// Whether an address is neither AWS's nor this machine's: a gateway.
#[must_use]
pub fn is_gateway(url: &str) -> bool {
    !is_aws_or_loopback(url)
}

/// The host of an address and its port, without what may be a secret before or behind them.
#[must_use]
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // Whoever stands before an `@` is no host.
    authority.rsplit('@').next().unwrap_or_default()
}

fn is_aws_or_loopback(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let host = host_without_port(url);
    let aws = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"];
    is_loopback(url) || (scheme == "https" && aws.iter().any(|suffix| host.ends_with(suffix)))
}

/// Whether an address is this very machine's.
pub(super) fn is_loopback(url: &str) -> bool {
    let host = host_without_port(url);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host of an address alone, one of IPv6 without its brackets.
pub(super) fn host_without_port(url: &str) -> &str {
    let host_and_port = host_of(url);
    match host_and_port.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host_and_port.split(':').next().unwrap_or_default(),
    }
}

/// Whether a settings file of the project sets a variable, so that its value need not be the user's.
pub(super) fn is_set_by_project(world: &World, variable: &str) -> bool {
    let settings = Settings::read(world);
    let mut projects = settings.layers().iter().filter(|layer| matches!(layer.scope, Scope::Local | Scope::Project));
    projects.any(|layer| match &layer.content {
        Content::Document(document) => document.get(&Key::Env(variable.to_owned().into())).is_some(),
        Content::Absent => false,
        // What cannot be read cannot be vouched for.
        Content::Dropped(_) => true,
    })
}

fn in_config_file(files: &ProfileFiles, profile: Option<&str>, service: Service) -> Option<String> {
    let profile = files.profile(profile.unwrap_or("default"))?;
    if let Some(section) = profile.setting("services")
        && let Some(url) = files.service_endpoint(&section.text, service.key())
    {
        return Some(url.to_owned());
    }
    profile.setting("endpoint_url").map(|value| value.text.clone())
}

/// The token service's own address in a region, as the SDK resolves it, for the one page no operation leads to.
pub(super) async fn sso_oidc_address(region: &str) -> Option<String> {
    use aws_sdk_ssooidc::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
    let parameters = Params::builder().region(region).build().ok()?;
    let endpoint = DefaultResolver::new().resolve_endpoint(&parameters).await.ok()?;
    Some(endpoint.url().to_owned())
}

/// Where the control plane of Bedrock is in a region, as the SDK resolves it.
pub(super) async fn bedrock_address(region: &str) -> Option<String> {
    use aws_sdk_bedrock::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
    let parameters = Params::builder().region(region).build().ok()?;
    let endpoint = DefaultResolver::new().resolve_endpoint(&parameters).await.ok()?;
    Some(endpoint.url().to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn only_aws_and_this_machine_are_beyond_doubt() {
        for url in [
            "https://oidc.us-east-1.amazonaws.com",
            "https://portal.sso.cn-north-1.amazonaws.com.cn/",
            "http://127.0.0.1:4566",
            "http://[::1]:80/x",
            "http://localhost",
        ] {
            assert!(is_aws_or_loopback(url), "{url}");
        }
        for url in [
            "https://evil.example",
            "http://oidc.us-east-1.amazonaws.com",
            "https://amazonaws.com.evil.example",
            "https://oidc.amazonaws.com@evil.example/",
            "https://evil.example/.amazonaws.com",
            "https://evil.example\\.amazonaws.com",
            "http://localhost.evil.example",
            "http://10.0.0.1",
        ] {
            assert!(!is_aws_or_loopback(url), "{url}");
        }
    }

    #[test]
    fn a_project_cannot_lead_a_sign_in_elsewhere() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let claude = folder.path().join(".claude");
        fs_err::create_dir(&claude).expect("a folder");
        let elsewhere = "https://evil.example";
        let world = World::with_variables([("AWS_ENDPOINT_URL", elsewhere), ("HOME", "/nowhere")], folder.path());
        let sign_ins = [Service::SsoOidc, Service::Sso, Service::SignIn, Service::StsFederation];
        let files = ProfileFiles::parse(None, None);
        let asked = |service| configured(&world, &files, None, service);
        for service in sign_ins {
            assert_eq!(asked(service).as_deref(), Some(elsewhere), "the user's own shell may");
        }
        let settings = format!(r#"{{"env": {{"AWS_ENDPOINT_URL": "{elsewhere}"}}}}"#);
        #[expect(clippy::disallowed_methods, reason = "a test makes the project's file")]
        fs_err::write(claude.join("settings.json"), settings).expect("writable");
        for service in sign_ins {
            assert_eq!(asked(service), None, "{service:?}");
        }
        assert_eq!(asked(Service::Bedrock).as_deref(), Some(elsewhere), "requests there are signed, not handed over");
    }

    #[test]
    fn a_file_that_a_project_names_cannot_lead_a_sign_in_elsewhere() {
        let config = (Path::new("/c"), "[profile mine]\nendpoint_url = https://evil.example\n");
        let credentials = (Path::new("/c"), "[mine]\nendpoint_url = https://evil.example\n");
        for (variable, files) in [
            ("AWS_CONFIG_FILE", ProfileFiles::parse(Some(config), None)),
            ("AWS_SHARED_CREDENTIALS_FILE", ProfileFiles::parse(None, Some(credentials))),
        ] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            fs_err::create_dir(folder.path().join(".claude")).expect("a folder");
            let world = World::with_variables([(variable, "/c"), ("HOME", "/nowhere")], folder.path());
            let asked = || configured(&world, &files, Some("mine"), Service::SsoOidc);
            assert_eq!(asked().as_deref(), Some("https://evil.example"), "the user's own shell may name it");
            let settings = format!(r#"{{"env": {{"{variable}": "/c"}}}}"#);
            #[expect(clippy::disallowed_methods, reason = "a test makes the project's file")]
            fs_err::write(folder.path().join(".claude/settings.json"), settings).expect("writable");
            assert_eq!(asked(), None, "{variable}");
        }
    }
}
