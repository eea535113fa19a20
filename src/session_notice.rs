//! What the user of a starting or failing Claude Code session is told about its Bedrock sign-in. Pure.
//!
//! Claude Code shows a hook's `systemMessage` to the user and gives `additionalContext` to the model (observed with
//! 2.1.329); with dead credentials there is no model, so every message names what to run in a terminal, and what works
//! behind Claude Code's own `!`. What a sign-in mends is mended by `refresh`.

mod notice;
mod observation;

use jiff::{SignedDuration, Timestamp};

pub use notice::{Notice, command, spoken};
pub use observation::{Observation, SignIn, TokenFacts, Trouble};

use notice::named;

/// How long before its end a sign-in that cannot renew itself is told of, unless the user says otherwise.
pub const WARN_BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// How often people are told of the longer sign-in they could have.
pub const UPGRADE_EVERY: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What tells of everything that is wrong, without a question and without a model.
pub const DIAGNOSE: &str = "claude-bedrock diagnose";

/// What came of renewing a token that had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// It was not tried.
    NotTried,
    /// It takes longer than a session should wait; it goes on.
    Underway,
    /// AWS wants a person.
    Refused,
    /// AWS could not be asked.
    Unreachable,
}

/// Whether a token has ended that can be renewed without a person.
#[must_use]
pub fn wants_renewal(observation: &Observation) -> bool {
    let token = observation.sign_in.as_ref().and_then(|sign_in| sign_in.token);
    observation.on_bedrock
        && observation.ignored.is_none()
        && observation.missing_program.is_none()
        && token.is_some_and(|token| !token.usable && token.renewable)
}

/// What the user is to be told; nothing when all is well.
#[must_use]
pub fn judge(observation: &Observation, renewal: Renewal) -> Option<Notice> {
    if let Some((path, reason)) = &observation.ignored {
        let what = format!("Claude Code ignores `{}`, which sets Bedrock up: {reason}", path.display());
        return Some(Notice::new(named(&what), DIAGNOSE));
    }
    if !observation.on_bedrock {
        return None;
    }
    if let Some((setting, program)) = &observation.missing_program {
        let what = format!("`{setting}` runs `{}`, which no longer exists", named(&program.display().to_string()));
        return Some(Notice::asking(what, "claude-bedrock setup", DIAGNOSE));
    }
    if let Some(profile) = &observation.hidden_profile {
        let what =
            format!("Claude Code does not find the profile `{}` by itself, because its name is quoted", named(profile));
        return Some(Notice::asking(what, "claude-bedrock setup --identity isolated", DIAGNOSE));
    }
    if let Some(Trouble { reason, command, asks }) = &observation.trouble {
        let what = named(reason);
        return Some(if *asks { Notice::asking(what, command, DIAGNOSE) } else { Notice::new(what, command) });
    }
    if let Some(fault) = &observation.fault {
        return Some(Notice::new(named(fault), DIAGNOSE));
    }
    let sign_in = observation.sign_in.as_ref()?;
    about_sign_in(observation, sign_in, renewal)
}

/// What is said, in a line, of credentials that AWS did not accept although nothing in the files tells why.
#[must_use]
pub fn unexplained(observation: &Observation) -> Option<String> {
    let refused = "Amazon Bedrock did not accept the credentials";
    let sign_in = observation.sign_in.as_ref().filter(|_| observation.on_bedrock);
    match sign_in {
        // AWS may have ended the session early, which nothing here shows.
        Some(sign_in) => Some(format!("{refused}. Run: {} - and if that was not it: {DIAGNOSE}", sign_in.refresh())),
        None => observation.on_bedrock.then(|| format!("{refused}. Run: {DIAGNOSE}")),
    }
}

fn about_sign_in(observation: &Observation, sign_in: &SignIn, renewal: Renewal) -> Option<Notice> {
    let now = observation.now;
    let session = named(&sign_in.session);
    let meanwhile = meanwhile(observation);
    let last = last_attempt(sign_in);
    let Some(token) = sign_in.token else {
        return Some(Notice::new(format!("nobody is signed in to `{session}`{last}{meanwhile}"), sign_in.refresh()));
    };
    if token.usable {
        return about_the_end(observation, sign_in, token, &session);
    }
    let ended = ended(&token, now);
    let what = match renewal {
        Renewal::Refused => format!("the sign-in to `{session}` has ended for good{last}{meanwhile}"),
        Renewal::Unreachable => format!(
            "the sign-in to `{session}` {ended}, and AWS could not be reached to renew it; it renews itself as soon as \
             AWS answers{meanwhile}"
        ),
        _ if token.renewable => return None,
        _ if token.has_lost_registration(now) => format!(
            "the sign-in to `{session}` {ended}, and cannot renew itself, because this machine's registration with AWS has \
             ended too{last}{meanwhile}"
        ),
        _ => format!("the sign-in to `{session}` {ended}{last}{meanwhile}"),
    };
    Some(Notice::new(what, sign_in.refresh()))
}

/// A sign-in that works now.
fn about_the_end(observation: &Observation, sign_in: &SignIn, token: TokenFacts, session: &str) -> Option<Notice> {
    let Observation { now, warn_before, .. } = *observation;
    let left = token.expires_at.duration_since(now);
    if !token.renewable && left < warn_before {
        let lost = token.has_lost_registration(now);
        let why = if lost { ", because this machine's registration with AWS has ended" } else { "" };
        let what = format!("the sign-in to `{session}` ends in {} and cannot renew itself{why}", spoken(left));
        return Some(Notice::new(what, sign_in.refresh()));
    }
    if let Some(end) = token.registration_expires_at.filter(|_| token.renewable) {
        let until = end.duration_since(now);
        if until < warn_before {
            let what = format!(
                "this machine's registration with AWS ends in {}; the sign-in to `{session}` cannot renew itself after \
                 that",
                spoken(until)
            );
            return Some(Notice::new(what, sign_in.refresh()));
        }
    }
    if observation.upgrade_is_due && !token.has_refresh_token {
        return Some(Notice { is_offer: true, ..longer(sign_in, session) });
    }
    None
}

/// The sign-in of 90 days that takes the place of one of 8 hours.
fn longer(sign_in: &SignIn, session: &str) -> Notice {
    let said =
        |how: &str| format!("the sign-in to `{session}` {how} and ends every 8 hours; it could last up to 90 days");
    if !sign_in.legacy {
        return Notice::new(said("came without a refresh token"), sign_in.refresh());
    }
    let upgrade = |name| command(name, sign_in.profile.as_deref());
    Notice::asking(
        said("is configured in the old form"),
        upgrade("claude-bedrock refresh --upgrade"),
        upgrade("claude-bedrock refresh --upgrade --dry-run"),
    )
}

fn ended(token: &TokenFacts, now: Timestamp) -> String {
    if token.expires_at > now {
        "ends in less than the five minutes Claude Code needs".to_owned()
    } else {
        format!("ended {} ago", spoken(now.duration_since(token.expires_at)))
    }
}

/// Why nobody is asked to sign in again by themselves.
fn last_attempt(sign_in: &SignIn) -> String {
    sign_in.cooling_down.as_ref().map(|how| format!(", and the last attempt to sign in {how}")).unwrap_or_default()
}

/// What still works of a sign-in that does not.
fn meanwhile(observation: &Observation) -> String {
    match observation.credentials_until {
        Some(end) if end > observation.now => {
            format!("; Claude Code has credentials for another {}", spoken(end.duration_since(observation.now)))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
