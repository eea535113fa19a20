//! The way to AWS: through the company's proxy, trusting the company's certificates, as Claude Code goes it.

use std::path::PathBuf;
use std::sync::OnceLock;

use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::base64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::aws::endpoint;
use crate::aws::profile::ProfileFiles;
use crate::private_file;
use crate::vars;
use crate::world::World;

/// One connector for many requests, whose connections and trust are made once; it may be asked directly.
pub(super) fn connector_with(
    world: &World,
    files: &ProfileFiles,
    profile: &str,
    settings: &HttpConnectorSettings,
) -> SharedHttpConnector {
    connect(settings, default_async_sleep(), proxy(world), &all_certificates(world, files, Some(profile)))
}

/// An HTTP client of the SDK's that goes through a connector which others use, too.
pub(super) fn client_through(connector: SharedHttpConnector) -> SharedHttpClient {
    http_client_fn(move |_, _| connector.clone())
}

/// An HTTP client for AWS, as a profile wants it. The SDK's own uses neither a proxy nor other certificates than the
/// system's.
pub(super) fn client(world: &World, files: &ProfileFiles, profile: Option<&str>) -> SharedHttpClient {
    client_trusting(world, all_certificates(world, files, profile))
}

/// The same for what is sent tokens or client secrets: certificates that came with a project are no reason to believe
/// that whoever its proxy leads to is AWS.
pub(super) fn client_for_sign_ins(world: &World, files: &ProfileFiles, profile: Option<&str>) -> SharedHttpClient {
    let bundles = bundles(world, files, profile).filter(|bundle| !bundle.came_with_project(world));
    client_trusting(world, bundles.flat_map(|bundle| bundle.certificates()).collect())
}

fn client_trusting(world: &World, certificates: Vec<Vec<u8>>) -> SharedHttpClient {
    let proxy = proxy(world);
    // The settings are the same for each of a client's requests, and so is the connector with its open connections.
    let connector: OnceLock<SharedHttpConnector> = OnceLock::new();
    http_client_fn(move |settings, components| {
        let build = || connect(settings, components.sleep_impl(), proxy.clone(), &certificates);
        connector.get_or_init(build).clone()
    })
}

/// The same way for a request we sign ourselves; its deadline is the caller's to keep.
pub(super) fn connector(world: &World, files: &ProfileFiles, profile: &str) -> SharedHttpConnector {
    connect(&HttpConnectorSettings::default(), None, proxy(world), &all_certificates(world, files, Some(profile)))
}

/// The way to services of the machine itself, to which no proxy leads.
pub(super) fn connector_without_proxy() -> SharedHttpConnector {
    connect(&HttpConnectorSettings::default(), None, ProxyConfig::disabled(), &[])
}

fn connect(
    settings: &HttpConnectorSettings,
    sleep: Option<aws_smithy_async::rt::sleep::SharedAsyncSleep>,
    proxy: ProxyConfig,
    certificates: &[Vec<u8>],
) -> SharedHttpConnector {
    let mut store = TrustStore::default();
    for certificate in certificates {
        store.add_pem_certificate(certificate.clone());
    }
    let mut builder = Connector::builder().connector_settings(settings.clone()).proxy_config(proxy);
    builder.set_sleep_impl(sleep);
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    match TlsContext::builder().with_trust_store(store).build() {
        Ok(context) => builder.tls_context(context).build().into_shared(),
        Err(_) => builder.build().into_shared(),
    }
}

/// The proxy the variables name; one that cannot be read is none, and the call then says what it could not reach.
fn proxy(world: &World) -> ProxyConfig {
    let first = |names: [&str; 2]| names.iter().find_map(|name| world.var(name));
    let Some(address) = first([vars::HTTPS_PROXY, vars::HTTPS_PROXY_LOWER]) else { return ProxyConfig::disabled() };
    // curl and the rest take an address without a scheme.
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let Ok(config) = ProxyConfig::https(address) else { return ProxyConfig::disabled() };
    match first([vars::NO_PROXY, vars::NO_PROXY_LOWER]) {
        Some(rules) => config.no_proxy(rules),
        None => config,
    }
}

/// A file of certificates, and the variables that led to it.
struct Bundle {
    path: PathBuf,
    named_by: &'static [&'static str],
}

impl Bundle {
    /// Its certificates, each by itself: one that is no certificate must not keep the others away, and the TLS library
    /// would end the program over it.
    fn certificates(&self) -> Vec<Vec<u8>> {
        private_file::read(&self.path).ok().flatten().map(|text| certificates_in(&text)).unwrap_or_default()
    }

    /// Whether a project's settings named it, and it lies in the project's own repository. What a company keeps
    /// elsewhere on the machine no project could have brought.
    fn came_with_project(&self, world: &World) -> bool {
        let folder = fs_err::canonicalize(world.working_directory()).unwrap_or_default();
        let repository = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&folder);
        let is_inside = fs_err::canonicalize(&self.path).is_ok_and(|path| path.starts_with(repository));
        is_inside && self.named_by.iter().any(|variable| endpoint::is_set_by_project(world, variable))
    }
}

/// The bundle of `AWS_CA_BUNDLE`, or else the profile's `ca_bundle`, and that of `NODE_EXTRA_CA_CERTS`.
fn bundles(world: &World, files: &ProfileFiles, profile: Option<&str>) -> impl Iterator<Item = Bundle> {
    let named = |variable: &'static [&'static str]| {
        let path = world.path_var(variable[0])?;
        Some(Bundle { path: world.absolute(&world.expand_home(&path)), named_by: variable })
    };
    // As in the AWS CLI the variable beats the profile.
    let bundle = named(&[vars::AWS_CA_BUNDLE]).or_else(|| {
        let profile = files.profile(profile.unwrap_or("default"))?;
        let path = world.expand_home(profile.setting("ca_bundle")?.text.as_ref());
        Some(Bundle { path: world.absolute(&path), named_by: &endpoint::AWS_FILES })
    });
    bundle.into_iter().chain(named(&[vars::NODE_EXTRA_CA_CERTS]))
}

fn all_certificates(world: &World, files: &ProfileFiles, profile: Option<&str>) -> Vec<Vec<u8>> {
    bundles(world, files, profile).flat_map(|bundle| bundle.certificates()).collect()
}

fn certificates_in(text: &[u8]) -> Vec<Vec<u8>> {
    CertificateDer::pem_slice_iter(text)
        .filter_map(Result::ok)
        .filter(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok())
        .map(|certificate| {
            let text = base64::encode(&certificate);
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_passed_over() {
        let broken = b"-----BEGIN CERTIFICATE-----\nTm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\njunk";
        assert!(certificates_in(broken).is_empty());
        assert!(certificates_in(b"").is_empty());
    }
}
