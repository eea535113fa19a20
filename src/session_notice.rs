//! What the user of a starting or failing Claude Code session is told about its Bedrock sign-in. Pure.
//!
//! Claude Code shows a hook's `systemMessage` to the user and gives `additionalContext` to the model (observed with
//! 2.1.329); with dead credentials there is no model, so every message names what to run in a terminal.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

/// How long before its end a sign-in that cannot renew itself is told of, unless the user says otherwise.
pub const WARN_BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// How often people are told of the longer sign-in they could have.
pub const UPGRADE_EVERY: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The most characters of a file that are repeated to the user; Claude Code cuts a message off at 10,000 characters.
const LONGEST: usize = 400;

/// What was found in files, without a network.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The time.
    pub now: Timestamp,
    /// How long before its end a sign-in is told of.
    pub warn_before: SignedDuration,
    /// A settings file that names Bedrock and that Claude Code drops whole, with the reason.
    pub ignored: Option<(PathBuf, String)>,
    /// Whether Claude Code's requests go to Bedrock.
    pub on_bedrock: bool,
    /// A helper that the settings name and that is not there, with its settings key.
    pub missing_program: Option<(&'static str, PathBuf)>,
    /// The profile, where Claude Code does not find it by itself and has to.
    pub hidden_profile: Option<String>,
    /// Why the profile gives no credentials, sign-ins to an SSO session apart.
    pub trouble: Option<Trouble>,
    /// The profile's SSO session.
    pub sign_in: Option<SignIn>,
    /// Until when Claude Code has credentials whatever becomes of the sign-in.
    pub credentials_until: Option<Timestamp>,
    /// Whether the longer sign-in was not told of for a while.
    pub upgrade_is_due: bool,
}

/// Why a profile gives no credentials.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// In a sentence without a full stop.
    pub reason: String,
    /// The command that mends it.
    pub command: String,
    /// Whether that command asks questions.
    pub asks: bool,
}

/// An SSO session as files tell it.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Its name, or the start URL of a legacy profile.
    pub session: String,
    /// The profile to name in a command, where it is not the configured one.
    pub profile: Option<String>,
    /// Its token; `None` when nobody is signed in.
    pub token: Option<TokenFacts>,
    /// Whether the profile is written in the form whose sign-ins never renew themselves.
    pub legacy: bool,
}

/// What matters of a token.
#[derive(Debug, Clone, Copy)]
pub struct TokenFacts {
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether Claude Code would use it as it is.
    pub usable: bool,
    /// Whether it can be renewed without a person.
    pub renewable: bool,
    /// Whether it came with a refresh token.
    pub has_refresh_token: bool,
    /// When the client registration ends, without which nothing is renewed.
    pub registration_expires_at: Option<Timestamp>,
}

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

/// What a user is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is the matter, in one or two sentences.
    pub what: String,
    /// What to run.
    pub command: String,
    /// Whether it asks questions, for which Claude Code's own `!` has no terminal.
    pub asks: bool,
    /// Whether it is an offer, and not in the way of anything.
    pub is_offer: bool,
}

impl Notice {
    fn new(what: String, command: impl Into<String>) -> Self {
        Self { what, command: command.into(), asks: false, is_offer: false }
    }

    /// One whose command asks questions.
    fn asking(what: String, command: impl Into<String>) -> Self {
        Self { asks: true, ..Self::new(what, command) }
    }

    /// What to run, and where that can be.
    fn way(&self) -> String {
        let Self { command, asks, .. } = self;
        let here = if *asks { String::new() } else { format!(", or type `! {command}` here") };
        format!("`{command}` in a terminal{here}")
    }

    /// For the user.
    #[must_use]
    pub fn message(&self) -> String {
        format!("Amazon Bedrock: {}. Run {}.", self.what, self.way())
    }

    /// For the model, should one be answering.
    #[must_use]
    pub fn context(&self) -> String {
        let Self { what, is_offer, .. } = self;
        let urgency = if *is_offer { "Nothing is wrong now" } else { "Requests may fail until it is mended" };
        format!(
            "State of the Amazon Bedrock sign-in of this Claude Code, as its files tell it: {what}. {urgency}. The \
             user was told to run {}; say so again if they ask.",
            self.way()
        )
    }

    /// For a terminal's notification, a line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("Amazon Bedrock: {}. Run: {}", self.what, self.command)
    }
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
        return Some(Notice::new(named(&what), "claude-bedrock status"));
    }
    if !observation.on_bedrock {
        return None;
    }
    if let Some((setting, program)) = &observation.missing_program {
        let what = format!("`{setting}` runs `{}`, which is not there any more", named(&program.display().to_string()));
        return Some(Notice::asking(what, "claude-bedrock setup"));
    }
    if let Some(profile) = &observation.hidden_profile {
        let what =
            format!("Claude Code does not find the profile `{}` by itself, for its name is quoted", named(profile));
        return Some(Notice::asking(what, "claude-bedrock setup --identity isolated"));
    }
    if let Some(Trouble { reason, command, asks }) = &observation.trouble {
        return Some(Notice { asks: *asks, ..Notice::new(named(reason), command) });
    }
    let sign_in = observation.sign_in.as_ref()?;
    about_sign_in(observation, sign_in, renewal)
}

fn about_sign_in(observation: &Observation, sign_in: &SignIn, renewal: Renewal) -> Option<Notice> {
    let now = observation.now;
    let session = named(&sign_in.session);
    let refresh = command("claude-bedrock refresh", sign_in.profile.as_deref());
    let meanwhile = meanwhile(observation);
    let Some(token) = sign_in.token else {
        return Some(Notice::new(format!("nobody is signed in to `{session}`{meanwhile}"), refresh));
    };
    if !token.usable {
        let ended = ended(&token, now);
        let what = match renewal {
            Renewal::Refused => format!("the sign-in to `{session}` has ended for good{meanwhile}"),
            Renewal::Unreachable => format!(
                "the sign-in to `{session}` {ended}, and AWS could not be reached to renew it; it renews itself as \
                 soon as AWS answers{meanwhile}"
            ),
            _ if token.renewable => return None,
            _ if registration_ended(&token, now) => format!(
                "the sign-in to `{session}` {ended}, and cannot renew itself, for this machine's registration with \
                 AWS has ended too{meanwhile}"
            ),
            _ => format!("the sign-in to `{session}` {ended}{meanwhile}"),
        };
        return Some(Notice::new(what, refresh));
    }
    let login = command("claude-bedrock login", sign_in.profile.as_deref());
    about_the_end(observation, sign_in, token, &session, login)
}

/// A sign-in that works now.
fn about_the_end(
    observation: &Observation,
    sign_in: &SignIn,
    token: TokenFacts,
    session: &str,
    login: String,
) -> Option<Notice> {
    let Observation { now, warn_before, .. } = *observation;
    let left = token.expires_at.duration_since(now);
    if !token.renewable && left < warn_before {
        let why =
            if registration_ended(&token, now) { ", for this machine's registration with AWS has ended" } else { "" };
        let what = format!("the sign-in to `{session}` ends in {} and cannot renew itself{why}", spoken(left));
        return Some(Notice::new(what, login));
    }
    if let Some(end) = token.registration_expires_at.filter(|_| token.renewable) {
        let until = end.duration_since(now);
        if until < warn_before {
            let what = format!(
                "this machine's registration with AWS ends in {}; the sign-in to `{session}` cannot renew itself after \
                 that",
                spoken(until)
            );
            return Some(Notice::new(what, login));
        }
    }
    if observation.upgrade_is_due && !token.has_refresh_token {
        let whose = if sign_in.legacy { "is configured in the old form" } else { "asks for no refresh token" };
        let what = format!("the sign-in to `{session}` {whose} and ends every 8 hours; it could last up to 90 days");
        let command = command("claude-bedrock refresh --upgrade", sign_in.profile.as_deref());
        return Some(Notice { is_offer: true, ..Notice::asking(what, command) });
    }
    None
}

fn registration_ended(token: &TokenFacts, now: Timestamp) -> bool {
    token.has_refresh_token && token.registration_expires_at.is_some_and(|end| end <= now)
}

fn ended(token: &TokenFacts, now: Timestamp) -> String {
    if token.expires_at > now {
        "ends in less than the five minutes Claude Code needs".to_owned()
    } else {
        format!("ended {} ago", spoken(now.duration_since(token.expires_at)))
    }
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

/// A length of time in the one unit that says most, rounded down.
#[must_use]
pub fn spoken(length: SignedDuration) -> String {
    let minutes = length.as_secs().max(0) / 60;
    let (number, unit) = match minutes {
        0 => return "less than a minute".to_owned(),
        1..=119 => (minutes, "minute"),
        120..=2879 => (minutes / 60, "hour"),
        _ => (minutes / (24 * 60), "day"),
    };
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// A command with a profile quoted for a shell.
#[must_use]
pub fn command(command: &str, profile: Option<&str>) -> String {
    match profile.map(shlex::try_quote) {
        Some(Ok(profile)) => format!("{command} --profile {profile}"),
        Some(Err(_)) | None => command.to_owned(),
    }
}

/// Words of the user's files as they may be repeated: one line, of some length, without control characters.
fn named(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

#[cfg(test)]
mod tests;
