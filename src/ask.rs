//! The only prompting, on standard error's terminal.

use std::fmt;

use inquire::{Confirm, InquireError, Select, Text};

use crate::error::Failure;
use crate::wizard::{Offer, Question};

/// What a person did with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer(String),
    /// Esc: back to the question before.
    Back,
}

struct Shown<'a>(&'a Offer);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.label)
    }
}

/// Asks a question; the recommended choice stands first.
///
/// # Errors
/// `Interrupted` on Ctrl-C; a failure when the terminal is gone.
pub fn question(question: &Question) -> Result<Reply, Failure> {
    let answer = if question.free { typed(question) } else { chosen(question) };
    match answer {
        Ok(answer) => Ok(Reply::Answer(answer)),
        Err(InquireError::OperationCanceled) => Ok(Reply::Back),
        Err(error) => Err(failure(&error)),
    }
}

fn chosen(question: &Question) -> Result<String, InquireError> {
    let offers = question.offers.iter().map(Shown).collect();
    let answer = Select::new(&question.text, offers)
        .with_help_message("arrows to move, type to filter, Esc to go back")
        // What was chosen is a word; what was said about it has been read.
        .with_formatter(&|chosen| chosen.value.0.value.clone())
        .prompt()?;
    Ok(answer.0.value.clone())
}

fn typed(question: &Question) -> Result<String, InquireError> {
    let mut prompt = Text::new(&question.text);
    if let Some(first) = question.offers.first() {
        prompt = prompt.with_default(&first.value);
    }
    Ok(prompt.prompt()?.trim().to_owned())
}

/// Asks for a yes.
///
/// # Errors
/// As [`question`]; Esc counts as no.
pub fn confirm(text: &str, default: bool) -> Result<bool, Failure> {
    match Confirm::new(text).with_default(default).prompt() {
        Ok(answer) => Ok(answer),
        Err(InquireError::OperationCanceled) => Ok(false),
        Err(error) => Err(failure(&error)),
    }
}

fn failure(error: &InquireError) -> Failure {
    match error {
        InquireError::OperationInterrupted => Failure::interrupted(),
        other => Failure::refused(format!("the terminal could not be asked: {other}"))
            .hint("run with `--yes` to take the recommended answers"),
    }
}
