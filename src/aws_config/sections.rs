//! The sections that are written, in the one form every reader understands, and where they go.

use crate::aws::profile::ACCOUNT_ACCESS;

/// A profile with an SSO session, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// The profile's name.
    pub name: String,
    /// The session's name.
    pub session: String,
    /// Whether the session's section has to be written too.
    pub is_new_session: bool,
    /// The start URL.
    pub start_url: String,
    /// The region of IAM Identity Center.
    pub sso_region: String,
    /// The account.
    pub account_id: String,
    /// The permission set.
    pub role_name: String,
    /// The profile's own region.
    pub region: String,
}

/// Whether a name can stand in a section header without quotes, which is the only form that the AWS CLI, the AWS SDK
/// for JavaScript and the one for Rust read alike.
#[must_use]
pub fn is_portable_name(name: &str) -> bool {
    !name.is_empty()
        && name != "__proto__"
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.@%+:/-".contains(&byte))
}

impl NewProfile {
    /// The sections, as `aws configure sso` writes them.
    #[must_use]
    pub fn sections(&self) -> String {
        let Self { name, session, start_url, sso_region, account_id, role_name, region, .. } = self;
        let header = if name == "default" { "[default]".to_owned() } else { format!("[profile {name}]") };
        let mut text = format!(
            "{header}\nsso_session = {session}\nsso_account_id = {account_id}\nsso_role_name = {role_name}\nregion = {region}\n"
        );
        if self.is_new_session {
            text.push_str(&session_section(session, start_url, sso_region));
        }
        text
    }
}

/// The section of a session whose sign-ins renew themselves.
#[must_use]
pub fn session_section(session: &str, start_url: &str, region: &str) -> String {
    format!(
        "[sso-session {session}]\nsso_start_url = {start_url}\nsso_region = {region}\n\
         sso_registration_scopes = {ACCOUNT_ACCESS}\n"
    )
}

/// A name for the session of a start URL: the first label of its host, which companies may choose:
/// `https://acme.awsapps.com/start`.
#[must_use]
pub fn session_name_in(start_url: &str) -> String {
    let host = start_url.split_once("://").map_or(start_url, |(_, rest)| rest);
    let label = host.split(['/', '?', '#', ':', '.']).next().unwrap_or_default();
    if is_portable_name(label) { label.to_owned() } else { "sso".to_owned() }
}

/// The name, or the first one with a number behind it that is not taken.
pub fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while is_taken(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

/// A file's text with sections added at its end, and what exactly was added.
#[must_use]
pub fn with_sections(text: &str, sections: &str) -> (String, String) {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let separator = match text {
        "" => "",
        text if text.ends_with('\n') => newline,
        // A last line without an end would swallow the header.
        _ if newline == "\n" => "\n\n",
        _ => "\r\n\r\n",
    };
    let added = format!("{separator}{}", sections.replace('\n', newline));
    (format!("{text}{added}"), added)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> NewProfile {
        NewProfile {
            name: "Dev-111122223333".into(),
            session: "my-sso".into(),
            is_new_session: true,
            start_url: "https://d-1234567890.awsapps.com/start".into(),
            sso_region: "us-east-1".into(),
            account_id: "111122223333".into(),
            role_name: "Dev".into(),
            region: "us-west-2".into(),
        }
    }

    #[test]
    fn sections_are_those_of_the_aws_cli() {
        assert_eq!(
            profile().sections(),
            "[profile Dev-111122223333]\nsso_session = my-sso\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
             region = us-west-2\n[sso-session my-sso]\nsso_start_url = https://d-1234567890.awsapps.com/start\n\
             sso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
        );
        let known = NewProfile { is_new_session: false, name: "default".into(), ..profile() };
        assert!(known.sections().starts_with("[default]\n") && !known.sections().contains("[sso-session"));
    }

    #[test]
    fn names_that_need_quotes_are_not_portable() {
        assert!(is_portable_name("Dev-1") && is_portable_name("a.b@c"));
        for name in ["", "with space", "o'neil", "é", "a]b", "__proto__"] {
            assert!(!is_portable_name(name), "{name}");
        }
    }
}
