//! What a check says: a finding, what it is seen in, and how it is mended.

use std::path::{Path, PathBuf};

use crate::aws_config::Repair;
use crate::claude_code::Version;
use crate::settings::document::{Key, RawJson};
use crate::settings::scope::Scope;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Claude Code does not work with it, or not as it was set up to.
    Error,
    /// It works today, and will cost a request, a sign-in or money.
    Warning,
    /// Worth knowing; nothing is wrong.
    Hint,
}

impl Severity {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// Something a finding is seen in. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A line of a file.
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What stands there, secrets hidden.
        text: String,
        /// The part of it that is meant.
        meant: String,
    },
    /// A whole file.
    File {
        /// The file.
        path: PathBuf,
        /// What is seen of it.
        text: String,
    },
    /// A variable of the shell.
    Variable {
        /// Its name.
        name: String,
        /// Its value, hidden where it may be a secret.
        value: String,
    },
    /// A call and what came of it.
    Call {
        /// The operation, such as `sts:GetCallerIdentity`.
        operation: String,
        /// The answer.
        answer: String,
    },
    /// Anything else, in a sentence.
    Said(String),
}

/// How far a fix may go without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// Local, reversible, costs nothing: `--fix` does it.
    Safe,
    /// `--fix` does it after a yes.
    Ask,
    /// Somebody else has to do it, or a person has to decide.
    Explain,
}

impl FixKind {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Ask => "ask",
            Self::Explain => "explain",
        }
    }
}

/// One key of a settings file with the value it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingEdit {
    /// The file.
    pub path: PathBuf,
    /// Its scope.
    pub scope: Scope,
    /// The key.
    pub key: Key,
    /// Its value now.
    pub before: Option<RawJson>,
    /// Its value then; `None` for removed.
    pub after: Option<RawJson>,
}

/// What `--fix` can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Edit settings files, with a receipt.
    Edit(Vec<SettingEdit>),
    /// Mend lines of the AWS files, with a receipt.
    Repair(Repair),
    /// Move a legacy SSO profile to a session, with a receipt, and sign in to it.
    Upgrade {
        /// The profile.
        profile: String,
    },
    /// Sign in with a profile.
    SignIn {
        /// The profile.
        profile: String,
        /// Whether a sign-in that is still good is not good enough.
        anew: bool,
    },
    /// Give a script to the user alone.
    Narrow(PathBuf),
    /// Take files with secrets from everybody but the user.
    Close(Vec<PathBuf>),
}

/// How a finding is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// How far it may go without a person.
    pub kind: FixKind,
    /// What to do, in a sentence.
    pub text: String,
    /// The one command that does it.
    pub command: Option<String>,
    /// What to send to an administrator.
    pub administrator: Option<String>,
    /// The version of Claude Code to update to.
    pub update_to: Option<Version>,
    /// What `--fix` does.
    pub action: Option<Action>,
}

impl Fix {
    /// Something a person has to do.
    pub fn explain(text: impl Into<String>) -> Self {
        Self {
            kind: FixKind::Explain,
            text: text.into(),
            command: None,
            administrator: None,
            update_to: None,
            action: None,
        }
    }

    /// Something an administrator has to do, with the sentence to send.
    pub fn administrator(text: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { administrator: Some(sentence.into()), ..Self::explain(text) }
    }

    /// A newer Claude Code.
    #[must_use]
    pub fn update(version: Version) -> Self {
        let text = format!("update Claude Code to {version} or newer");
        Self { command: Some("claude update".into()), update_to: Some(version), ..Self::explain(text) }
    }

    /// Edits that `--fix` makes by itself; with none there is only something to say.
    pub fn safe(text: impl Into<String>, edits: Vec<SettingEdit>) -> Self {
        Self::edits(FixKind::Safe, text.into(), edits)
    }

    /// Edits that `--fix` makes after a yes.
    pub fn ask(text: impl Into<String>, edits: Vec<SettingEdit>) -> Self {
        Self::edits(FixKind::Ask, text.into(), edits)
    }

    fn edits(kind: FixKind, text: String, edits: Vec<SettingEdit>) -> Self {
        // Nobody but an administrator writes managed settings.
        let theirs: Vec<&Path> =
            edits.iter().filter(|edit| edit.scope == Scope::Managed).map(|edit| edit.path.as_path()).collect();
        if let Some(path) = theirs.first() {
            let sentence = format!("Please change `{}` on our machines: {text}.", path.display());
            return Self::administrator("an administrator has to change the managed settings", sentence);
        }
        if edits.is_empty() {
            return Self::explain(text);
        }
        let command = Some("claude-bedrock diagnose --fix".to_owned());
        Self { kind, command, action: Some(Action::Edit(edits)), ..Self::explain(text) }
    }

    /// A sign-in.
    #[must_use]
    pub fn sign_in(profile: &str) -> Self {
        let quoted = shlex::try_quote(profile).unwrap_or_else(|_| profile.into());
        Self {
            kind: FixKind::Ask,
            command: Some(format!("claude-bedrock login --profile {quoted}")),
            action: Some(Action::SignIn { profile: profile.to_owned(), anew: false }),
            ..Self::explain("sign in again")
        }
    }

    /// Adds the command that does it.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }
}

/// Something that is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The failure mode's id in the catalogue, such as `A04`.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: String,
    /// Why it matters; the catalogue's cause where a check says nothing of its own.
    pub why: Option<String>,
    /// What it is seen in.
    pub evidence: Vec<Evidence>,
    /// How it is mended.
    pub fix: Fix,
}

impl Finding {
    /// Something Claude Code does not work with.
    pub fn error(id: &'static str, title: impl Into<String>, fix: Fix) -> Self {
        Self { id, severity: Severity::Error, title: title.into(), why: None, evidence: Vec::new(), fix }
    }

    /// Something that will cost.
    pub fn warning(id: &'static str, title: impl Into<String>, fix: Fix) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, title, fix) }
    }

    /// Something worth knowing.
    pub fn hint(id: &'static str, title: impl Into<String>, fix: Fix) -> Self {
        Self { severity: Severity::Hint, ..Self::error(id, title, fix) }
    }

    /// Adds what it is seen in.
    #[must_use]
    pub fn seen(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// Says why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }
}
