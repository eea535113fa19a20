//! What is wrong with the AWS files, or read by one tool and not by another.
//!
//! Pure: texts in, findings out. The facts were found by running the AWS CLI, botocore and the AWS SDK for JavaScript
//! over the same files; `tests/clients/profiles` keeps running them.

mod headers;
mod lines;
mod profiles;

use super::{CliReading, ProfileFiles, SourceFile};

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// Its stable name, such as `missing-profile-prefix`.
    pub id: &'static str,
    /// The file.
    pub file: SourceFile,
    /// The line, counted from 1.
    pub line: usize,
    /// The profile it is about, where there is one.
    pub profile: Option<String>,
    /// What is found, without any value that may be a secret.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl Lint {
    /// Whether no command of the AWS CLI works while it is there, whichever profile it is run for.
    #[must_use]
    pub fn stops_aws_cli(&self) -> bool {
        matches!(
            self.id,
            "block-without-equals"
                | "byte-order-mark"
                | "duplicate-key"
                | "duplicate-section"
                | "key-before-section"
                | "no-key-and-value"
                | "unclosed-section"
                | "unreadable-by-aws-cli"
        )
    }
}

/// A file's bytes with what Claude Code makes of them.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The file.
    pub file: SourceFile,
    /// As they are on the disk.
    pub bytes: &'a [u8],
}

/// Everything worth saying about the files, in their order.
#[must_use]
pub fn lints(files: &ProfileFiles, cli: &CliReading, sources: &[Source<'_>]) -> Vec<Lint> {
    let mut found = Vec::new();
    for source in sources {
        let text = String::from_utf8_lossy(source.bytes);
        lines::lint(source.file, &text, &mut found);
    }
    profiles::lint(files, cli, &mut found);
    for (file, refused) in &cli.refused {
        // Whatever else it is about, someone has to know that every command of the AWS CLI fails.
        let told = |lint: &Lint| lint.file == *file && (lint.line == refused.line || lint.id == "block-without-equals");
        if !found.iter().any(told) {
            found.push(Lint {
                id: "unreadable-by-aws-cli",
                file: *file,
                line: refused.line,
                profile: None,
                message: format!("{}; every command of the AWS CLI fails because of it", refused.reason),
                fix: "fix or remove the line".into(),
            });
        }
    }
    found.sort_by_key(|lint| (lint.file, lint.line));
    found
}
