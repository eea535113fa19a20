//! The commands of the original Bedrock plugin's script, field for field, so that texts written for it go on working.
//!
//! Shapes are those of its version 1.0.7. An answer is `{"success": true, "data": …}`, a failure `{"success": false,
//! "error": …}` with exit code 1 and, beyond the original, a stable `code` out of the original's own list.

mod apply;
mod context;
mod inference;
mod limits;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::aws::call::CallError;
use crate::aws::credentials::CredentialsError;
use crate::aws::session::SessionError;
use crate::claude_code;
use crate::cli::Global;
use crate::cli::plugin::OriginalCommand;
use crate::error::Failure;
use crate::ui::Ui;
use crate::world::World;

/// A failure in the original's terms.
struct Refusal {
    code: &'static str,
    error: String,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, command: &OriginalCommand) -> Result<(), Failure> {
    let answer = match command {
        OriginalCommand::CheckPrerequisites(_) => Ok(prerequisites(world)),
        OriginalCommand::GetAwsContext(args) => Ok(context::look(world, global, args)),
        OriginalCommand::ApplyConfig(args) => apply::run(world, ui, global, args),
        OriginalCommand::TestBedrock(_) => Ok(context::test(world)),
        OriginalCommand::InferenceConfig(args) => inference::run(world, args),
    };
    say(ui, answer)
}

/// Wrong use of one of these commands, told as everything else about them; `None` where another was meant, or help.
pub(super) fn refuse_usage(world: &World, ui: Ui, error: &clap::Error) -> Option<Failure> {
    let name = world.arguments().get(1)?.to_str()?;
    if !OriginalCommand::has_subcommand(name) || !error.use_stderr() {
        return None;
    }
    let said = error.to_string();
    let reason = said.lines().next().unwrap_or_default();
    say(ui, Err(Refusal::new("INVALID_CONFIG", reason.trim_start_matches("error: ")))).err()
}

fn say(ui: Ui, answer: Result<Value, Refusal>) -> Result<(), Failure> {
    match answer {
        Ok(data) => ui.answer_verbatim(&format!("{:#}\n", json!({ "success": true, "data": data }))),
        Err(Refusal { code, error }) => {
            let answer = json!({ "success": false, "error": error, "code": code });
            ui.answer_verbatim(&format!("{answer:#}\n"))?;
            Err(Failure::failed(error))
        }
    }
}

/// Nothing but this program is needed, and it is there; so nothing is missing.
fn prerequisites(world: &World) -> Value {
    let program = |name: &str| {
        let version = claude_code::version_line(world, name);
        json!({ "installed": version.is_some(), "version": version })
    };
    json!({ "aws_cli": program("aws"), "node": program("node"), "ready": true, "missing": [] })
}

impl Refusal {
    fn new(code: &'static str, error: impl Into<String>) -> Self {
        Self { code, error: error.into() }
    }

    fn of(error: &CredentialsError) -> Self {
        Self::new(code(error), error.to_string())
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let mut error = failure.message;
        for hint in failure.hints {
            error.push_str("; ");
            error.push_str(&hint);
        }
        Self::new("INVALID_CONFIG", error)
    }
}

fn code(error: &CredentialsError) -> &'static str {
    match error.innermost() {
        CredentialsError::NoProfile { .. } => "PROFILE_NOT_FOUND",
        CredentialsError::Incomplete { .. } => "INVALID_CONFIG",
        CredentialsError::Session(SessionError::Call(call)) | CredentialsError::Call(call) => match call {
            call if call.is_denied() => "ACCESS_DENIED",
            call if call.code().is_some() => "CREDENTIALS_INVALID",
            CallError::TimedOut { .. } | CallError::Stalled { .. } | CallError::UnansweredElsewhere(_) => "TIMEOUT",
            _ => "NETWORK_ERROR",
        },
        CredentialsError::Session(_) => "SSO_SESSION_EXPIRED",
        CredentialsError::Login(_) => "CREDENTIALS_EXPIRED",
        CredentialsError::RoleNotAssigned { .. } | CredentialsError::RoleRefused { .. } => "ACCESS_DENIED",
        CredentialsError::Process { .. } => "CREDENTIALS_INVALID",
        _ => "UNKNOWN",
    }
}
