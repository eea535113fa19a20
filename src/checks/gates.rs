//! What stands between the account and its models, by AWS's own papers.

use crate::aws::bedrock::Agreement;
use crate::checks::evidence;
use crate::checks::facts::{Facts, Look};
use crate::checks::finding::{Finding, Fix};
use crate::checks::{Check, Needs};

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("P01", Needs::UseCase, use_case_form),
    Check::of("P02", Needs::Availability, no_agreement),
    Check::of("P03", Needs::Availability, agreement_pending),
    Check::of("M17", Needs::Availability, not_open),
];

fn use_case_form(facts: &Facts) -> Vec<Finding> {
    if facts.online.use_case.seen() != Some(&false) {
        return Vec::new();
    }
    let account = facts.online.identity.seen().map_or("our AWS account", |identity| identity.account.as_str());
    let sentence = format!(
        "Please hand in Anthropic's use-case form for {account} in the Amazon Bedrock console (model catalog, any Claude model); it is asked once for an account or organisation."
    );
    let fix = Fix::administrator(
        "hand the form in once for the account, in the Amazon Bedrock console; models answer about 15 minutes later",
        sentence,
    );
    let title = "the use-case form for Anthropic's models was not handed in for this account";
    vec![
        Finding::error("P01", title, fix)
            .seen([evidence::call("bedrock:GetUseCaseForModelAccess", &"404: none was handed in")]),
    ]
}

/// The models whose papers say one thing of the agreement.
fn with_agreement(facts: &Facts, wanted: Agreement) -> impl Iterator<Item = &str> {
    facts.online.availability.iter().filter_map(move |(model, look)| match look {
        Look::Seen(found) if found.agreement == wanted => Some(model.as_str()),
        _ => None,
    })
}

fn no_agreement(facts: &Facts) -> Vec<Finding> {
    with_agreement(facts, Agreement::Missing)
        .map(|model| {
            let sentence = format!("Please subscribe our account to {model} once: invoke it in the Bedrock console as a principal with aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions.");
            let fix = Fix::administrator("somebody with rights for AWS Marketplace has to use the model once", sentence);
            let title = format!("the account is not subscribed to `{model}` yet");
            Finding::error("P02", title, fix)
                .seen([evidence::call("bedrock:GetFoundationModelAvailability", &"agreement NOT_AVAILABLE")])
        })
        .collect()
}

fn agreement_pending(facts: &Facts) -> Vec<Finding> {
    with_agreement(facts, Agreement::Pending)
        .map(|model| {
            let title = format!("the subscription to `{model}` is still being made");
            Finding::warning(
                "P03",
                title,
                Fix::explain("wait a quarter of an hour and look again").command("claude-bedrock diagnose --only P03"),
            )
            .seen([evidence::call("bedrock:GetFoundationModelAvailability", &"agreement PENDING")])
        })
        .collect()
}

fn not_open(facts: &Facts) -> Vec<Finding> {
    let closed = facts.online.availability.iter().filter_map(|(model, look)| {
        let found = look.seen()?;
        let what = match (found.authorized, found.entitled, found.in_region) {
            (false, ..) => "NOT_AUTHORIZED",
            (_, false, _) => "entitlement NOT_AVAILABLE",
            (_, _, false) => "region NOT_AVAILABLE",
            _ => return None,
        };
        (found.agreement == Agreement::Made).then_some((model, what))
    });
    closed
        .map(|(model, what)| {
            let sentence = format!("Please give our account access to {model} in Amazon Bedrock.");
            let fix =
                Fix::administrator("choose another model with `claude-bedrock setup`, or ask for access", sentence);
            Finding::error("M17", format!("`{model}` is not open to this account"), fix)
                .seen([evidence::call("bedrock:GetFoundationModelAvailability", &what)])
        })
        .collect()
}
