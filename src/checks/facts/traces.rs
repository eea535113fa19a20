//! What is left of earlier runs: our receipts and sign-ins, and what Claude Code notes of its own.

use std::path::PathBuf;

use jiff::Timestamp;

/// What this program and Claude Code left behind.
#[derive(Debug, Clone, Default)]
pub struct Traces {
    /// The receipts of settings files.
    pub receipts: Vec<ReceiptState>,
    /// Why receipts cannot be used, a sentence each.
    pub unusable_receipts: Vec<String>,
    /// How the last sign-in to the session ended, and until when none starts by itself.
    pub cooling_down: Option<(String, Timestamp)>,
    /// The address at which a code still waits to be entered, and until when.
    pub waiting_code: Option<(String, Timestamp)>,
    /// A file in the place of the session's token that was none and was moved away.
    pub set_aside: Option<PathBuf>,
    /// What Claude Code notes of its last `awsAuthRefresh`.
    pub auth_refresh: Option<AuthRefresh>,
    /// When Claude Code's newest debug log says that the sign-in command ran, with the log.
    pub refresh_runs: Option<(PathBuf, Vec<Timestamp>)>,
    /// When that log's last request was refused with 403 although AWS knew who asked.
    pub refused_although_known: Option<(PathBuf, Timestamp)>,
}

/// A settings file that `setup` wrote to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptState {
    /// The settings file.
    pub settings: PathBuf,
    /// Whether it is still there.
    pub is_there: bool,
    /// Whether Bedrock was switched on there, and not only a key mended.
    pub is_of_set_up: bool,
    /// The keys whose value is none of ours any more.
    pub keys: Vec<KeyState>,
}

/// A key that somebody changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// The variable or the settings key.
    pub name: String,
    /// Its line in the file; none where it is gone.
    pub line: Option<usize>,
    /// Its value in JSON, as it may be shown; none where it is gone.
    pub value: Option<String>,
}

/// Claude Code's own note of a run of `awsAuthRefresh` (`.aws_auth_refresh-….json`, as 2.1.329 was observed to write).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthRefresh {
    /// The note's file.
    pub path: PathBuf,
    /// Whether the command failed.
    pub failed: bool,
    /// When it ended.
    pub at: Timestamp,
}
