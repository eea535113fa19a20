//! A notice in its words: for the user, for the model, and for a terminal's notification.

use jiff::SignedDuration;

/// The most characters of a file that are repeated to the user; Claude Code cuts a message off at 10,000 characters.
const LONGEST: usize = 400;

/// What a user is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is the matter, in one or two sentences.
    pub what: String,
    /// What to run.
    pub command: String,
    /// What shows more of it without a question, where the command asks one: Claude Code's own `!` has no terminal.
    pub shown_by: Option<String>,
    /// Whether it is an offer, and not in the way of anything.
    pub is_offer: bool,
}

impl Notice {
    pub(super) fn new(what: String, command: impl Into<String>) -> Self {
        Self { what, command: command.into(), shown_by: None, is_offer: false }
    }

    /// One whose command asks questions.
    pub(super) fn asking(what: String, command: impl Into<String>, shown_by: impl Into<String>) -> Self {
        Self { shown_by: Some(shown_by.into()), ..Self::new(what, command) }
    }

    /// What to run, and where that can be: without a model either way.
    fn way(&self) -> String {
        let Self { command, shown_by, .. } = self;
        match shown_by {
            None => format!("`{command}` in a terminal, or type `! {command}` here"),
            Some(look) => format!("`{command}` in a terminal; `! {look}` here shows more"),
        }
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
        let urgency = if *is_offer { "Nothing is wrong now" } else { "Requests may fail until it is fixed" };
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
pub(super) fn named(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}
