//! What stands between a principal and a model, recognised from AWS's answer.
//!
//! Pure. The order of the marks matters, for AWS gives one exception name to unrelated causes: "Access denied" opens a
//! message about a model's age, and a 404 hides a form that was never handed in.

mod identifier;
mod marks;
pub mod papers;
mod permission;

use self::marks::{MARKS, Mark};
pub use self::permission::wants_an_allow;

/// What AWS, or Claude Code on its behalf, said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// The HTTP status, where one is known.
    pub status: Option<u16>,
    /// AWS's error type, such as `AccessDeniedException`; cut at the first `:`.
    pub code: Option<&'a str>,
    /// The sentence.
    pub message: &'a str,
}

/// What was asked for, as far as it is known; each part makes the verdict more exact.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The model id, profile id or ARN, `[1m]` and all.
    pub model: Option<&'a str>,
    /// The region the request went to.
    pub region: Option<&'a str>,
    /// The ids Bedrock lists there.
    pub listed: Option<&'a [String]>,
    /// Whether the account's daily token quota for it is zero, once Service Quotas was asked.
    pub daily_quota_is_zero: Option<bool>,
}

/// Who can open a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opener {
    /// The person, by another choice or a setting.
    You,
    /// Somebody who administers the AWS account or organisation.
    Administrator,
    /// AWS, through a support case or an account team.
    Aws,
    /// Nobody: it opens by itself in a while.
    Time,
}

/// A gate that stopped a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The failure mode's id, such as `P07`.
    pub id: &'static str,
    /// Its name for programs, such as `service-control-policy`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What opens it, in a sentence.
    pub fix: String,
    /// Who can.
    pub opener: Opener,
    /// The IAM action that was refused.
    pub action: Option<String>,
    /// The resource it was refused on.
    pub resource: Option<String>,
    /// The region the gate names, where that is not simply the one asked; `any` for an ARN without one.
    pub region: Option<String>,
}

/// Recognises the gate in an answer; `None` for words nobody knows.
#[must_use]
pub fn classify(answer: &Answer<'_>, asked: &Asked<'_>) -> Option<Gate> {
    let text = normalised(&format!("{} {}", answer.code.unwrap_or_default(), answer.message));
    let mark = MARKS.iter().find(|mark| mark.is_in(&text));
    let gate = match mark.map(|mark| mark.id) {
        Some(permission::UNSPECIFIC) => permission::gate(answer.message, asked)?,
        Some(identifier::UNSPECIFIC) => identifier::gate(asked),
        Some("Q02") if asked.daily_quota_is_zero == Some(true) => Gate::new(&marks::NO_DAILY_QUOTA),
        Some(_) => Gate::new(mark?),
        None => Gate::new(marks::by_status(answer.status?)?),
    };
    Some(gate)
}

impl Gate {
    fn new(mark: &Mark) -> Self {
        Self {
            id: mark.id,
            name: mark.name,
            title: mark.title,
            fix: mark.fix.to_owned(),
            opener: mark.opener,
            action: None,
            resource: None,
            region: None,
        }
    }

    /// Whether the same request may well succeed in a moment: the model is there for this principal.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.id, "Q01" | "Q05" | "Q06")
    }

    /// The title, and the region where the gate names one.
    #[must_use]
    pub fn headline(&self) -> String {
        match self.region.as_deref() {
            Some("any") => format!("{} (for a request that may go to any region)", self.title),
            Some(region) => format!("{} ({region})", self.title),
            None => self.title.to_owned(),
        }
    }
}

/// Lower case, with the apostrophe AWS's typesetters like made plain.
fn normalised(text: &str) -> String {
    text.to_lowercase().replace('\u{2019}', "'")
}

#[cfg(test)]
mod tests;
