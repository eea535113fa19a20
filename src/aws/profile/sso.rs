//! The `[sso-session]` and `[services]` sections, and what an SSO profile
//! makes of them.

use sha1::{Digest, Sha1};

use super::Value;
use super::header::Title;
use super::ini::Section;
use super::keys::Keys;

/// The scope without which a sign-in gives no role credentials, and with which it renews itself.
pub const ACCOUNT_ACCESS: &str = "sso:account:access";

/// An `[sso-session NAME]` section of the config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoSession {
    /// Its name.
    pub name: String,
    /// Whether Claude Code finds the section; if not, only the AWS CLI does.
    pub found_by_claude_code: bool,
    /// The line of its header, counted from 1.
    pub line: usize,
    keys: Keys,
}

impl SsoSession {
    pub(super) fn new(title: Title, section: Section) -> Self {
        Self { found_by_claude_code: title.is_found(), name: title.name, line: section.line, keys: section.keys }
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.keys.get(key)
    }

    /// Returns the keys with their values.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.keys.iter()
    }

    /// Returns `sso_registration_scopes` as the AWS CLI splits them: at commas,
    /// trimmed, without empty ones.
    #[must_use]
    pub fn registration_scopes(&self) -> Vec<String> {
        let value = self.get("sso_registration_scopes");
        let text = value.map_or("", |value| value.text.as_str());
        let scopes = text.split(',').map(str::trim);
        scopes.filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect()
    }

    /// The session by itself, which can be signed in to and out of before any profile names it; none when it lacks its
    /// start URL or region.
    #[must_use]
    pub fn without_profile(&self) -> Option<SsoProfile> {
        let text = |key| self.get(key).map(|value| value.text.clone());
        Some(SsoProfile {
            session_name: Some(self.name.clone()),
            start_url: text("sso_start_url")?,
            region: text("sso_region")?,
            account_id: String::new(),
            role_name: String::new(),
            registration_scopes: self.registration_scopes(),
            token_cache_key: self.name.clone(),
            found_by_claude_code: self.found_by_claude_code,
        })
    }
}

/// A `[services NAME]` section of the config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Services {
    /// Its name.
    pub name: String,
    /// Whether Claude Code finds the section; if not, only the AWS CLI does.
    pub found_by_claude_code: bool,
    /// The line of its header, counted from 1.
    pub line: usize,
    keys: Keys,
}

impl Services {
    pub(super) fn new(title: Title, section: Section) -> Self {
        Self { found_by_claude_code: title.is_found(), name: title.name, line: section.line, keys: section.keys }
    }

    /// Returns the value of a key nested under a service, as in
    /// `get("sso_oidc", "endpoint_url")`.
    #[must_use]
    pub fn get(&self, service: &str, key: &str) -> Option<&Value> {
        self.keys.get(&format!("{service}.{key}"))
    }

    /// Returns the keys with their values, a nested one as `sso_oidc.endpoint_url`.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.keys.iter()
    }
}

/// A complete SSO profile, with what its session adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoProfile {
    /// The `[sso-session]` it names; none in a legacy profile.
    pub session_name: Option<String>,
    /// `sso_start_url`, of the session if there is one.
    pub start_url: String,
    /// `sso_region`, of the session if there is one.
    pub region: String,
    /// `sso_account_id`.
    pub account_id: String,
    /// `sso_role_name`.
    pub role_name: String,
    /// `sso_registration_scopes` of the session.
    pub registration_scopes: Vec<String>,
    /// The text whose SHA-1 names the token's cache file: the session's name,
    /// or else the start URL as written. See [`token_cache_file_name`].
    pub token_cache_key: String,
    /// Whether Claude Code finds both the profile and its session.
    pub found_by_claude_code: bool,
}

/// Whether two start URLs are those of one portal, for which one sign-in serves: what people copy from a browser ends
/// in a `/` or `#/`, and a host has no case. Its caches are named by the text as it stands, though.
#[must_use]
pub fn is_same_portal(one: &str, other: &str) -> bool {
    portal_address(one) == portal_address(other)
}

/// A start URL as it is written anew: without what a browser adds.
#[must_use]
pub fn portal_address(start_url: &str) -> String {
    let url = start_url.trim().split('#').next().unwrap_or_default();
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let path_at = url[host_at..].find('/').map_or(url.len(), |at| host_at + at);
    format!("{}{}", url[..path_at].to_ascii_lowercase(), url[path_at..].trim_end_matches('/'))
}

/// Returns the name of a token's file in `~/.aws/sso/cache`, as
/// `getSSOTokenFilepath` of the JavaScript SDK and the AWS CLI compute it.
#[must_use]
pub fn token_cache_file_name(key: &str) -> String {
    format!("{:x}.json", Sha1::digest(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_portal_are_told_from_those_of_another() {
        let portal = "https://acme.awsapps.com/start";
        for same in [
            "https://acme.awsapps.com/start/",
            "HTTPS://Acme.AWSapps.com/start#/",
            "https://acme.awsapps.com/start/#/x",
        ] {
            assert!(is_same_portal(portal, same), "{same}");
            // The AWS CLI and the SDKs take the text as it stands.
            assert_ne!(token_cache_file_name(portal), token_cache_file_name(same));
        }
        for other in
            ["https://acme.awsapps.com/Start", "https://acme2.awsapps.com/start", "https://acme.awsapps.com", ""]
        {
            assert!(!is_same_portal(portal, other), "{other}");
        }
        assert!(is_same_portal(
            "https://ssoins-1.us-east-1.portal.amazonaws.com",
            "https://SSOins-1.us-east-1.portal.amazonaws.com/"
        ));
    }
}
