//! The SSO session behind a profile: whether it is described whole, and its sign-in as the token cache has it.

use crate::aws::profile::{Gap, ProfileKind, SsoProfile};
use crate::checks::evidence;
use crate::checks::facts::{Facts, TokenContent};
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::world::on_the_wall;

use super::{profile_name, uses_profile};

/// The profile's SSO, when that is where it gets its credentials.
pub(super) fn of_profile(facts: &Facts) -> Option<SsoProfile> {
    match facts.kind().filter(|_| uses_profile(facts))? {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso),
        _ => None,
    }
}

pub(super) fn broken_sso(facts: &Facts) -> Vec<Finding> {
    if !uses_profile(facts) {
        return Vec::new();
    }
    let Some(ProfileKind::Incomplete { reason }) = facts.kind() else { return Vec::new() };
    let (text, missing) = match &reason {
        Gap::NoSuchSession(name) => {
            (format!("add `[sso-session {name}]` with `sso_start_url` and `sso_region`"), "sso_session")
        }
        Gap::SsoKeys(keys) => (format!("add {}", keys.join(", ")), "sso_session"),
        _ => return Vec::new(),
    };
    let profile = facts.profile();
    let value = profile.and_then(|profile| {
        let keys = [missing, "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"];
        keys.into_iter().find_map(|key| Some((key, profile.get(key)?)))
    });
    let title = format!("the SSO profile `{}` is incomplete: {reason}", profile_name(facts));
    let fix = Fix::explain(format!("{text} in `{}`", facts.files.config_shown()));
    let seen = value.map(|(key, value)| evidence::aws_value(facts, key, value));
    vec![Finding::error("A06", title, fix).seen(seen)]
}

pub(super) fn portal_address(facts: &Facts) -> Vec<Finding> {
    let Some(sso) = of_profile(facts) else { return Vec::new() };
    if sso.start_url.starts_with("https://") {
        return unknown_sso_region(facts, &sso);
    }
    let title = format!("the start URL `{}` is not the address of a portal", sso.start_url);
    let fix = Fix::explain("write the address of your AWS access portal, which begins with `https://`");
    vec![Finding::error("A08", title, fix).seen(sso_value(facts, &sso, "sso_start_url"))]
}

fn unknown_sso_region(facts: &Facts, sso: &SsoProfile) -> Vec<Finding> {
    if crate::configuration::is_region_shaped(&sso.region) {
        return Vec::new();
    }
    let title = format!("the `sso_region` `{}` is not a region", sso.region);
    let fix = Fix::explain("write the region of your IAM Identity Center");
    vec![Finding::error("A08", title, fix).seen(sso_value(facts, sso, "sso_region"))]
}

pub(super) fn unreadable_cache(facts: &Facts) -> Vec<Finding> {
    let (Some(token), Some(sso)) = (&facts.token, of_profile(facts)) else { return Vec::new() };
    let TokenContent::Unreadable(reason) = &token.content else { return Vec::new() };
    if !reason.to_ascii_lowercase().contains("permission denied") {
        return Vec::new();
    }
    let title = format!("the sign-in to `{}` exists and cannot be read", session_words(&sso));
    let fix =
        Fix::explain("give the file to the user Claude Code runs as; in a container mount it with the same user id");
    vec![Finding::error("R24", title, fix).seen([Evidence::File { path: token.path.clone(), text: reason.clone() }])]
}

pub(super) fn signed_out(facts: &Facts) -> Vec<Finding> {
    let (Some(token), Some(sso)) = (&facts.token, of_profile(facts)) else { return Vec::new() };
    let text = match &token.content {
        TokenContent::Absent => "there is no such file".to_owned(),
        TokenContent::Unreadable(reason) if !reason.to_ascii_lowercase().contains("permission denied") => {
            reason.clone()
        }
        _ => return Vec::new(),
    };
    let title = format!("nobody is signed in to the SSO session `{}`", session_words(&sso));
    let file = Evidence::File { path: token.path.clone(), text };
    vec![
        Finding::error("A03", title, Fix::sign_in(profile_name(facts)))
            .seen(sso_line(facts, &sso).into_iter().chain([file])),
    ]
}

pub(super) fn ended(facts: &Facts) -> Vec<Finding> {
    let (Some(token), Some(sso)) = (&facts.token, of_profile(facts)) else { return Vec::new() };
    let TokenContent::Token { expires_at, renewable, has_refresh_token } = token.content else { return Vec::new() };
    // What renews itself may still be refused, which only AWS says.
    let is_legacy = sso.session_name.is_none();
    if expires_at > facts.now || (renewable && !is_legacy) {
        return Vec::new();
    }
    let why = match (is_legacy, has_refresh_token) {
        (true, _) => "the profile is of the older kind, whose sign-in never renews itself",
        (false, false) => "it came without a refresh token",
        (false, true) => "the client registration behind its refresh token has ended too",
    };
    let title = format!(
        "the sign-in to `{}` ended at {} and cannot renew itself",
        session_words(&sso),
        on_the_wall(expires_at)
    );
    let file = Evidence::File { path: token.path.clone(), text: format!("expiresAt {expires_at}; {why}") };
    vec![
        Finding::error("A04", title, Fix::sign_in(profile_name(facts)))
            .seen(sso_line(facts, &sso).into_iter().chain([file])),
    ]
}

pub(super) fn short_sign_in(facts: &Facts) -> Vec<Finding> {
    let Some(sso) = of_profile(facts) else { return Vec::new() };
    let without_refresh = facts.token.as_ref().is_some_and(|token| {
        matches!(token.content, TokenContent::Token { has_refresh_token: false, expires_at, .. } if expires_at > facts.now)
    });
    let (title, text) = if sso.session_name.is_none() {
        let title =
            format!("`{}` is an SSO profile of the older kind: a new sign-in every working day", profile_name(facts));
        (
            title,
            "move its `sso_start_url` and `sso_region` into an `[sso-session]` with \
                 `sso_registration_scopes = sso:account:access`, then sign in once",
        )
    } else if without_refresh {
        let title =
            format!("the sign-in to `{}` came without a refresh token and will not renew itself", session_words(&sso));
        (title, "add `sso_registration_scopes = sso:account:access` to its `[sso-session]`, then sign in once")
    } else {
        return Vec::new();
    };
    let fix = Fix::explain(text);
    vec![Finding::hint("A05", title, fix).seen(sso_line(facts, &sso))]
}

fn sso_value(facts: &Facts, sso: &SsoProfile, key: &str) -> Option<Evidence> {
    let session = sso.session_name.as_deref().and_then(|name| facts.files.profiles.sso_session(name));
    let value = match session {
        Some(session) => session.get(key),
        None => facts.profile()?.get(key),
    };
    value.map(|value| evidence::aws_value(facts, key, value))
}

/// Who is behind the profile, as it is shown: the line that names its SSO.
fn sso_line(facts: &Facts, sso: &SsoProfile) -> Option<Evidence> {
    let profile = facts.profile()?;
    let key = if sso.session_name.is_some() { "sso_session" } else { "sso_start_url" };
    profile.get(key).map(|value| evidence::aws_value(facts, key, value))
}

fn session_words(sso: &SsoProfile) -> &str {
    sso.session_name.as_deref().unwrap_or(&sso.start_url)
}
