//! `policy` for a person: why each statement is there, and what others allow beyond them.

use std::fmt::Write;

use crate::policy::Statement;
use crate::policy::comparison::{FULL_ACCESS_BEYOND, RECOMMENDED, left_out};
use crate::ui::{BOLD, DIM, styled};

/// The statements with their reasons, and the comparison with what is usually recommended.
#[must_use]
pub fn explanation(statements: &[Statement]) -> String {
    let mut text = format!("{}\n", styled(BOLD, "The least that Claude Code and this program need"));
    for statement in statements {
        let _ = writeln!(text, "\n  {}: {}", styled(BOLD, statement.sid), statement.actions.join(", "));
        let _ = writeln!(text, "    {}", statement.reason);
        let _ = writeln!(text, "    {}", styled(DIM, &format!("for {}", statement.needed_for)));
    }
    let left_out = left_out(statements);
    let _ = if left_out.is_empty() {
        writeln!(text, "\nEvery action the guides list is among them: {}.", RECOMMENDED.join(", "))
    } else {
        writeln!(text, "\nOf the actions the guides list these are left out: {}.", left_out.join(", "))
    };
    let _ = writeln!(text, "AmazonBedrockFullAccess allows beyond them:");
    for (actions, what) in FULL_ACCESS_BEYOND {
        let _ = writeln!(text, "  {actions}\n    {}", styled(DIM, what));
    }
    text
}
