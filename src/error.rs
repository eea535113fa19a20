//! What a command can end with other than success, and the exit codes.

use std::fmt;

use crate::world::{NAME_HOME, NO_HOME};

/// How the program ended, as its exit code tells a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did what was asked.
    Success = 0,
    /// It could not do what was asked.
    Failure = 1,
    /// It was asked wrongly, or refused; nothing was written.
    Refused = 2,
    /// Someone has to sign in first.
    SignedOut = 3,
    /// The user ended it.
    Interrupted = 130,
}

/// What to do about a service that cannot be reached or does not answer.
pub const UNREACHABLE_HINT: &str =
    "is there a network? Behind a company's proxy set HTTPS_PROXY, and AWS_CA_BUNDLE for its certificate";

/// What to do about keys that AWS has ended before their time.
pub const FRESH_KEYS_HINT: &str = "`claude-bedrock refresh --force` fetches fresh credentials";

/// What stands when someone stops after something was written.
pub const WRITTEN_STAYS: &str = "what was written before stays, and `claude-bedrock reset` undoes it";

/// An error on its way to the user: one line, what caused it, what to do.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What went wrong, in one line.
    pub message: String,
    /// What to do about it, one hint a line.
    pub hints: Vec<String>,
}

impl Failure {
    /// Something could not be done.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, message)
    }

    /// The request was wrong or is refused; nothing was written.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// It is not known where the user's settings, AWS files and caches are.
    #[must_use]
    pub fn no_home() -> Self {
        Self::refused(NO_HOME).hint(NAME_HOME)
    }

    /// A sign-in is needed.
    pub fn signed_out(message: impl Into<String>) -> Self {
        Self::new(Exit::SignedOut, message)
    }

    /// The user ended it.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "stopped; nothing was changed")
    }

    /// The same failure where something was done before it, which an interruption may not deny.
    #[must_use]
    pub fn after(mut self, done: &str) -> Self {
        if self.exit == Exit::Interrupted {
            self.message = format!("stopped; {done}");
        }
        self
    }

    /// Problems were looked for and found; they are the answer, and nothing more is said.
    #[must_use]
    pub fn found_problems() -> Self {
        Self::new(Exit::Failure, "")
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
