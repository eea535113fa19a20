//! AWS's own sentences and the failure mode each stands for.

use super::*;

fn id(status: u16, code: &str, message: &str, asked: &Asked<'_>) -> Option<&'static str> {
    classify(&Answer { status: Some(status), code: Some(code), message }, asked).map(|gate| gate.id)
}

#[test]
fn every_known_sentence_has_its_failure_mode() {
    let denied = "AccessDeniedException";
    let none = Asked::default();
    let sentences: [(u16, &str, &str, &str); 21] = [
        (
            404,
            "ResourceNotFoundException",
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 15 days.",
            "M14",
        ),
        (
            404,
            "ResourceNotFoundException",
            "This model version has reached the end of its life. Please refer to",
            "M15",
        ),
        (404, "ResourceNotFoundException", "Model use case details have not been submitted for this account.", "P01"),
        (
            403,
            denied,
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided. Your AWS Marketplace subscription for this model cannot be completed",
            "P04",
        ),
        (403, denied, "Your AWS Marketplace subscription for this model is still being processed.", "P03"),
        (
            403,
            denied,
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe)",
            "P02",
        ),
        (400, "ValidationException", "data retention mode 'default' is not available for this model", "M19"),
        (
            400,
            "ValidationException",
            "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.",
            "P05",
        ),
        (
            400,
            "ValidationException",
            "Invocation of model ID anthropic.claude-x with on-demand throughput isn\u{2019}t supported. Retry",
            "M01",
        ),
        (403, denied, "anthropic.claude-x is not available for this account. You can explore", "M18"),
        (403, denied, "You don't have access to the model with the specified model ID.", "M17"),
        (429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", "Q02"),
        (429, "ThrottlingException", "Too many tokens, please wait before trying again.", "Q01"),
        (429, "ThrottlingException", "Too many requests, please wait before trying again.", "Q05"),
        (503, "ServiceUnavailableException", "Bedrock is unable to process your request.", "Q06"),
        (403, "ExpiredTokenException", "The security token included in the request is expired", "A10"),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid.", "A11"),
        (403, "InvalidSignatureException", "Signature expired: 20261120T000000Z is now earlier than", "A26"),
        (400, "ValidationException", "invalid beta flag", "O04"),
        (
            403,
            denied,
            "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:CallWithBearerToken on resource: *",
            "A23",
        ),
        (400, "ValidationException", "max_tokens must be greater than thinking.budget_tokens", "O02"),
    ];
    for (status, code, message, expected) in sentences {
        assert_eq!(id(status, code, message, &none), Some(expected), "{message}");
    }
    assert_eq!(id(418, "Teapot", "short and stout", &none), None);
    assert_eq!(id(529, "", "", &none), Some("Q06"));
}

#[test]
fn a_zero_quota_is_told_from_one_that_is_used_up() {
    let asked = Asked { daily_quota_is_zero: Some(true), ..Asked::default() };
    let message = "Too many tokens per day, please wait before trying again.";
    assert_eq!(id(429, "ThrottlingException", message, &asked), Some("Q03"));
}

#[test]
fn a_refusal_names_action_resource_and_region() {
    let asked = Asked { model: Some("us.anthropic.claude-x"), region: Some("us-west-2"), ..Asked::default() };
    let sentence = |tail: &str| {
        format!(
            "User: arn:aws:sts::1:assumed-role/x/ada is not authorized to perform: bedrock:InvokeModel on resource: \
             arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-x {tail}"
        )
    };
    let gate = |tail: &str| {
        let message = sentence(tail);
        classify(&Answer { status: Some(403), code: None, message: &message }, &asked).expect("known")
    };
    let policy = gate("with an explicit deny in a service control policy");
    assert_eq!((policy.id, policy.region.as_deref()), ("P07", Some("us-east-2")));
    assert_eq!(policy.headline(), "a service control policy of the organisation forbids it (us-east-2)");
    assert_eq!(policy.action.as_deref(), Some("bedrock:InvokeModel"));
    let identity = gate("because no identity-based policy allows the bedrock:InvokeModel action");
    assert_eq!((identity.id, identity.region.as_deref()), ("P08", Some("us-east-2")));
    assert!(identity.fix.contains("us-east-2::foundation-model/anthropic.claude-x"), "{}", identity.fix);
    assert_eq!(gate("because no session policy allows the bedrock:InvokeModel action").id, "P09");
    let anywhere = sentence("with an explicit deny in a service control policy").replace("us-east-2", "");
    let anywhere = classify(&Answer { message: &anywhere, ..Answer::default() }, &asked).expect("known");
    assert_eq!(anywhere.region.as_deref(), Some("any"));
}

#[test]
fn an_id_aws_does_not_know_is_looked_at() {
    let listed = ["jp.anthropic.claude-x".to_owned(), "global.anthropic.claude-y".to_owned()];
    let message = "The provided model identifier is invalid.";
    let of = |model: &'static str, region: &'static str| {
        let asked = Asked { model: Some(model), region: Some(region), listed: Some(&listed), ..Asked::default() };
        let gate = classify(&Answer { status: Some(400), code: None, message }, &asked).expect("known");
        (gate.id, gate.fix)
    };
    assert_eq!(of("apac.anthropic.claude-x", "ap-northeast-1"), ("M06", "pin jp.anthropic.claude-x".into()));
    assert_eq!(of("us.anthropic.claude-y", "eu-west-1"), ("M02", "pin global.anthropic.claude-y".into()));
    assert_eq!(of("claude-opus-4-6", "us-west-2").0, "M03");
    assert_eq!(of("us.anthropic.claude-z-v1:0", "us-west-2").0, "M04");
    assert_eq!(of("us.anthropic.claude-z[1m]", "us-west-2").0, "M05");
    assert_eq!(of("us.anthropic.claude-x", "us-gov-west-1").0, "M23");
    assert_eq!(of("arn:aws:bedrock:us-west-2:1:application-inference-profile/x", "us-west-2").0, "M08");
}

#[test]
fn claude_codes_own_wrapping_does_not_hide_the_cause() {
    let message = "AWS authentication failed \u{b7} if credentials are current, check AWS permissions and model access \
                   \u{b7} API Error: 403 You don't have access to the model with the specified model ID.";
    assert_eq!(id(403, "", message, &Asked::default()), Some("M17"));
    assert_eq!(id(403, "", "AWS authentication failed", &Asked::default()), Some("R15"));
}
