//! What Bedrock's Messages API (Mantle) takes, whose permissions none of Bedrock's own actions cover. Pure.
//!
//! Actions and resources are those of AWS's Service Authorization Reference for `bedrock-mantle` (2026): both act on a
//! project, and the one every account has is `default` (Amazon Bedrock User Guide, counting tokens). What AWS puts into
//! the condition key `bedrock-mantle:Model` is documented nowhere, so no model is held by it.

use super::{Statement, Subject, everything};

/// The statements for a principal whose Claude Code uses Mantle.
pub(super) fn statements(subject: &Subject) -> Vec<Statement> {
    let Subject { partition, account, region, .. } = subject;
    let project = format!("arn:{partition}:bedrock-mantle:{region}:{account}:project/default");
    let mut statements = vec![
        Statement {
            sid: "InvokeThroughMantle",
            actions: vec!["bedrock-mantle:CreateInference"],
            resources: vec![project.clone()],
            condition: None,
            reason: "Bedrock's Messages API asks for an action of its own, on the account's project and not on a model",
            needed_for: "every turn of Claude Code through Mantle, `diagnose --probe`",
        },
        Statement {
            sid: "CountTokensThroughMantle",
            actions: vec!["bedrock-mantle:CountTokens"],
            resources: vec![project],
            condition: None,
            reason: "counting is another action there, which AWS's own AmazonBedrockMantleInferenceAccess leaves out",
            needed_for: "`/context` in Claude Code through Mantle",
        },
    ];
    if subject.with_api_key {
        statements.push(Statement {
            sid: "UseApiKeysOnMantle",
            actions: vec!["bedrock-mantle:CallWithBearerToken"],
            resources: everything(),
            condition: None,
            reason: "Claude Code is configured with a Bedrock API key, and Mantle asks for its own leave to use one",
            needed_for: "every turn of Claude Code through Mantle",
        });
    }
    statements
}
