//! What guides recommend and what AWS's own policy allows, beside the least. Pure.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Statement;

/// The actions the guides for Claude Code on Bedrock list: the AWS set-up guides of 2025 and Claude Code's own page
/// (Amazon Bedrock, October 2026).
pub const RECOMMENDED: [&str; 7] = [
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:ListFoundationModels",
    "bedrock:ListInferenceProfiles",
    "bedrock:GetInferenceProfile",
    "aws-marketplace:ViewSubscriptions",
    "aws-marketplace:Subscribe",
];

/// `AmazonBedrockFullAccess`, one dated file with its sources.
const FULL_ACCESS: &str = include_str!("../../data/amazon-bedrock-full-access.json");

/// A managed policy, its actions in groups.
#[derive(Debug, Default, Deserialize)]
pub struct Managed {
    /// Its version, as IAM calls it.
    pub version: String,
    /// The day of that version.
    pub edited: String,
    allows: Vec<Allowed>,
}

#[derive(Debug, Deserialize)]
struct Allowed {
    actions: Vec<String>,
    on: String,
    purpose: String,
}

/// Actions that are allowed and not needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// The actions, each by its name, and on what.
    pub actions: String,
    /// What they are for.
    pub purpose: String,
}

// A test reads it whole; what could not be read would be a policy that allows nothing.
static MANAGED: LazyLock<Managed> = LazyLock::new(|| serde_json::from_str(FULL_ACCESS).unwrap_or_default());

/// `AmazonBedrockFullAccess`.
#[must_use]
pub fn full_access() -> &'static Managed {
    &MANAGED
}

impl Managed {
    /// What it allows that is not among some statements; of a whole service, whatever is not.
    #[must_use]
    pub fn beyond(&self, statements: &[Statement]) -> Vec<Beyond> {
        let is_needed = |action: &String| statements.iter().any(|one| one.actions.contains(&action.as_str()));
        let beyond = |group: &Allowed| {
            let actions: Vec<&str> = group.actions.iter().filter(|one| !is_needed(one)).map(String::as_str).collect();
            (!actions.is_empty()).then(|| Beyond {
                actions: format!("{} on {}", actions.join(", "), group.on),
                purpose: group.purpose.clone(),
            })
        };
        self.allows.iter().filter_map(beyond).collect()
    }
}

/// What is left out because one command, or one person of an account, needs it once.
pub const FOR_ONCE: [(&str, &str); 3] = [
    (
        "bedrock:CreateInferenceProfile, bedrock:TagResource",
        "`models create-profile`, for whoever makes the team's profiles",
    ),
    ("bedrock:PutUseCaseForModelAccess", "handing in the use-case form, once an account"),
    (
        "bedrock:ListFoundationModelAgreementOffers, bedrock:CreateFoundationModelAgreement",
        "agreeing to a model's terms ahead of its first use",
    ),
];

/// The recommended actions that some statements do not hold; none while the least holds them all.
#[must_use]
pub fn left_out(statements: &[Statement]) -> Vec<&'static str> {
    let held = |action: &&str| statements.iter().any(|statement| statement.actions.contains(action));
    RECOMMENDED.into_iter().filter(|action| !held(action)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_managed_policy_is_told_action_by_action_without_what_is_needed() {
        let managed: Managed = serde_json::from_str(FULL_ACCESS).expect("valid data");
        assert_eq!((managed.version.as_str(), managed.edited.as_str()), ("v11", "2026-08-04"));
        let actions: Vec<&String> = managed.allows.iter().flat_map(|group| &group.actions).collect();
        assert_eq!(actions.iter().filter(|action| action.starts_with("sagemaker:")).count(), 17);
        for (at, action) in actions.iter().enumerate() {
            let (service, name) = action.split_once(':').expect("a service");
            let is_name = name == "*" || name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            assert!(is_name && !service.is_empty(), "{action}");
            assert!(!actions[..at].contains(action), "{action} twice");
        }
        let subscribing = Statement {
            sid: "SubscribeByFirstUse",
            actions: vec!["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"],
            resources: vec!["*".into()],
            condition: None,
            reason: "",
            needed_for: "",
        };
        let beyond = managed.beyond(&[subscribing]);
        assert_eq!(beyond.len(), managed.allows.len());
        assert_eq!(beyond[beyond.len() - 1].actions, "aws-marketplace:Unsubscribe on *, by way of Bedrock");
        assert!(beyond.iter().all(|group| !group.actions.contains("others")));
    }
}
