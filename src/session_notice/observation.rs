//! What files tell of a Claude Code session's credentials, as data.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

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
    /// A setting with which AWS refuses every request, in a sentence without a full stop.
    pub fault: Option<String>,
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
    /// How the last sign-in ended, while for its sake none starts by itself.
    pub cooling_down: Option<String>,
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

impl SignIn {
    /// What signs in again, for a person who is to be asked for it.
    ///
    /// `refresh` alone does nothing while the token is still good, and asks nobody again while a sign-in that ended
    /// badly keeps the next one back.
    #[must_use]
    pub fn refresh(&self) -> String {
        let is_good = self.token.is_some_and(|token| token.usable);
        let name = if is_good || self.cooling_down.is_some() {
            "claude-bedrock refresh --force"
        } else {
            "claude-bedrock refresh"
        };
        super::command(name, self.profile.as_deref())
    }
}

impl TokenFacts {
    /// Whether it would renew itself, had its client registration not ended.
    #[must_use]
    pub fn has_lost_registration(&self, now: Timestamp) -> bool {
        self.has_refresh_token && self.registration_expires_at.is_some_and(|end| end <= now)
    }
}
