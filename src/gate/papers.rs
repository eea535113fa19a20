//! What AWS's own papers say is in the way of a model, before anybody asks it. Green papers are no proof, and an agreement
//! that is missing is made by the first use, so these are words beside a model and no verdict.

use crate::aws::bedrock::{Agreement, Availability};

/// What the papers say is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hindrance {
    /// The failure mode a request would probably meet.
    pub failure_mode: &'static str,
    /// What is in the way, in a few words.
    pub title: &'static str,
    /// What opens it.
    pub fix: &'static str,
}

/// The first thing in the way; `None` where the papers name none.
#[must_use]
pub fn hindrance(papers: &Availability) -> Option<Hindrance> {
    let found = |failure_mode, title, fix| Some(Hindrance { failure_mode, title, fix });
    match papers {
        Availability { in_region: false, .. } => {
            found("M17", "not available in this region", "choose another model or region")
        }
        Availability { authorized: false, .. } => found(
            "M17",
            "the account is not authorized for it",
            "have an administrator request access in the Amazon Bedrock console, or choose another model",
        ),
        Availability { agreement: Agreement::Missing, .. } => found(
            "P02",
            "the account has no agreement about it yet",
            "its first use makes one, by somebody with rights for AWS Marketplace",
        ),
        Availability { agreement: Agreement::Pending, .. } => {
            found("P03", "the account's agreement about it is still being made", "try again in 15 minutes")
        }
        Availability { entitled: false, .. } => found(
            "M17",
            "the account is not entitled to it",
            "have an administrator request access in the Amazon Bedrock console, or choose another model",
        ),
        _ => None,
    }
}

/// What a use-case form that nobody handed in is in the way of: every Claude model.
pub const FORM: Hindrance = Hindrance {
    failure_mode: "P01",
    title: "nobody handed in Anthropic's use-case form for this account",
    fix: "hand it in once, in the Amazon Bedrock console; models answer about 15 minutes later. A form of the \
          organisation's management account counts, too",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_lasting_hindrance_is_named_and_green_papers_name_none() {
        let green = Availability { agreement: Agreement::Made, authorized: true, entitled: true, in_region: true };
        assert_eq!(hindrance(&green), None);
        // An error about an agreement is no word about the model.
        assert_eq!(hindrance(&Availability { agreement: Agreement::Unclear, ..green }), None);
        let title = |papers: Availability| hindrance(&papers).map(|found| (found.failure_mode, found.title));
        let missing = Availability { agreement: Agreement::Missing, entitled: false, ..green };
        assert_eq!(title(missing), Some(("P02", "the account has no agreement about it yet")));
        let pending = Availability { agreement: Agreement::Pending, entitled: false, ..green };
        assert_eq!(title(pending), Some(("P03", "the account's agreement about it is still being made")));
        let unauthorized = Availability { authorized: false, ..missing };
        assert_eq!(title(unauthorized), Some(("M17", "the account is not authorized for it")));
        let elsewhere = Availability { in_region: false, ..unauthorized };
        assert_eq!(title(elsewhere), Some(("M17", "not available in this region")));
        let closed = Availability { entitled: false, ..green };
        assert_eq!(title(closed), Some(("M17", "the account is not entitled to it")));
    }
}
