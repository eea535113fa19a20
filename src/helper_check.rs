//! The commands Claude Code runs for its AWS credentials: run as it runs them, and judged as it judges them.
//!
//! What Claude Code does with each was observed with 2.1.329 and 2.1.197.

pub mod document;
pub mod export;
pub mod file;
pub mod process;
pub mod refresh;
pub mod surroundings;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Claude Code cannot work with it, or somebody else could change what it runs.
    Problem,
    /// It works, and deserves a look.
    Warning,
}

/// Something to say about a helper command. It never quotes what the command printed, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name for programs, such as `empty-output`.
    pub code: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// What was found, in a line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What Claude Code itself says in this case, where it says anything.
    pub claude_code_says: Option<&'static str>,
}

impl Finding {
    /// Something Claude Code cannot work with.
    #[must_use]
    pub fn problem(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, weight: Weight::Problem, message: message.into(), hint: None, claude_code_says: None }
    }

    /// Something that deserves a look.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::problem(code, message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what Claude Code says.
    #[must_use]
    pub fn claude_code_says(mut self, text: &'static str) -> Self {
        self.claude_code_says = Some(text);
        self
    }

    /// Whether Claude Code cannot work with it.
    #[must_use]
    pub fn is_problem(&self) -> bool {
        self.weight == Weight::Problem
    }
}
