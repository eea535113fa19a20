//! What guides recommend and what AWS's own policy allows, beside the least. Pure.

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

/// What `AmazonBedrockFullAccess` allows (Amazon Bedrock User Guide, AWS managed policies, 2026) that is not needed,
/// with what it is for.
pub const FULL_ACCESS_BEYOND: [(&str, &str); 6] = [
    ("bedrock:* on *", "every other action of Bedrock: custom models, agents, guardrails, logging, account settings"),
    (
        "iam:PassRole on roles named *AmazonBedrock* and *SageMaker*ForBedrock*",
        "hands roles of the account to services",
    ),
    ("iam:ListRoles, ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeSecurityGroups", "reads the account's set-up"),
    ("kms:DescribeKey", "reads about keys"),
    (
        "sagemaker:CreateEndpoint, sagemaker:CreateEndpointConfig, sagemaker:CreateModel, sagemaker:UpdateEndpoint, \
         sagemaker:DeleteEndpoint, sagemaker:InvokeEndpoint and others",
        "runs models of the Bedrock Marketplace, by the hour",
    ),
    ("aws-marketplace:Unsubscribe", "ends subscriptions of the account"),
];

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
