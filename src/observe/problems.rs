//! What does not work, in a sentence each with what to do.

use super::Facts;
use crate::aws::call::CallError;
use crate::aws::credentials::CredentialsError;
use crate::aws::session::SessionError;
use crate::configuration::{Configuration, Identity};
use crate::error::FRESH_KEYS_HINT;
use crate::settings::scope::{Content, Settings};

/// The settings files Claude Code ignores, and why, in a sentence each.
pub(crate) fn dropped(settings: &Settings) -> Vec<String> {
    let dropped = settings.layers().iter().filter_map(|layer| match &layer.content {
        Content::Dropped(reason) => Some((layer, reason)),
        Content::Absent | Content::Document(_) => None,
    });
    dropped
        .map(|(layer, reason)| {
            format!("Claude Code ignores the {} settings `{}`: {reason}", layer.scope, layer.path.display())
        })
        .collect()
}

/// Why the identity of a configuration gives no credentials, or why AWS does not take them.
pub(super) fn of(error: &CredentialsError, configuration: &Configuration) -> String {
    let todo = match error.innermost() {
        CredentialsError::NoProfile { meant, .. } => meant.as_ref().map(|meant| format!("did you mean `{meant}`?")),
        _ if error.needs_sign_in() => {
            let asked_for = configuration.profile.as_ref().map(|found| found.value.as_str());
            // Of a chain of profiles, the one that holds the sign-in.
            error.failing_profile().or(asked_for).map(|profile| {
                let profile = shlex::try_quote(profile).unwrap_or_else(|_| profile.into());
                let program = if error.is_about_console_login() { "aws" } else { "claude-bedrock" };
                format!("run `{program} login --profile {profile}`")
            })
        }
        _ => {
            let has_ended = error.call().is_some_and(CallError::is_about_ended_keys);
            let is_fetched = !matches!(configuration.identity, Identity::Keys(_));
            (has_ended && is_fetched).then(|| FRESH_KEYS_HINT.to_owned())
        }
    };
    todo.map_or_else(|| error.to_string(), |todo| format!("{error}; {todo}"))
}

/// That nobody is signed in, as far as files tell: neither a token that lives or renews itself, nor credentials that
/// were had with one.
pub(super) fn signed_out(facts: &Facts) -> Option<String> {
    let session = facts.session.as_ref()?;
    if session.renewable || facts.credentials_expire_at.is_some_and(|end| end > facts.now) {
        return None;
    }
    let error = match session.expires_at {
        None => SessionError::SignedOut(session.name.clone()),
        Some(end) if end > facts.now => return None,
        Some(at) => SessionError::Ended { session: session.name.clone(), at },
    };
    Some(of(&error.into(), &facts.configuration))
}
