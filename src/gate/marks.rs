//! The stable part of each message with what it means. The first one found counts.
//!
//! Sources: AWS's page of API error codes, Claude Code's page of errors, and issues where users quoted AWS.

use super::{Opener, identifier, permission};

/// A message's stable part.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) fix: &'static str,
    pub(super) opener: Opener,
    /// In lower case; one of the alternatives must be there, whole, each with all of its parts.
    any_of: &'static [&'static [&'static str]],
}

impl Mark {
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.any_of.iter().any(|parts| parts.iter().all(|part| text.contains(part)))
    }
}

macro_rules! marks {
    ($($id:expr, $name:literal, $opener:ident, $title:literal, [$([$($part:literal),+]),*], $fix:literal;)*) => {
        &[$(Mark {
            id: $id, name: $name, title: $title, fix: $fix, opener: Opener::$opener, any_of: &[$(&[$($part),+]),*],
        }),*]
    };
}

/// The daily quota of an account that never had one.
pub(super) static NO_DAILY_QUOTA: Mark = Mark {
    id: "Q03",
    name: "no-daily-quota",
    title: "the account's daily token quota is zero",
    fix: "a new account's quota cannot be raised by itself: open an AWS Support case and name the quota",
    opener: Opener::Aws,
    any_of: &[],
};

/// What a status alone tells.
pub(super) fn by_status(status: u16) -> Option<&'static Mark> {
    let id = match status {
        429 => "Q05",
        503 | 529 => "Q06",
        _ => return None,
    };
    MARKS.iter().find(|mark| mark.id == id)
}

#[rustfmt::skip]
pub(super) static MARKS: &[Mark] = marks![
    "M14", "legacy-locked", You, "a legacy model this account has not used lately",
        [["marked by provider as legacy"]],
        "pin a newer model; IAM is not the cause, despite the words";
    "M15", "end-of-life", You, "the model has reached the end of its life",
        [["reached the end of its life"]],
        "pin a newer model";
    "P01", "use-case-form", Administrator, "Anthropic's use-case form has not been handed in for this account",
        [["use case details have not been submitted"], ["ftuformnotfilled"], ["use-case form"]],
        "hand it in once per account: Bedrock console, Model catalog, any Claude model; it counts after 15 minutes";
    "P04", "payment", Administrator, "AWS has no valid payment instrument for the account",
        [["invalid_payment_instrument"]],
        "fix the account's payment method; it counts within some minutes";
    "P03", "marketplace-pending", Time, "the Marketplace subscription is still being processed",
        [["subscription for this model is still being processed"], ["mpagreementbeingcreated"]],
        "wait 15 minutes and try again";
    "P02", "marketplace", Administrator, "nobody has subscribed the account to this model on AWS Marketplace",
        [["aws-marketplace:"], ["aws marketplace actions"]],
        "have someone with aws-marketplace:Subscribe and ViewSubscriptions use the model once";
    "M19", "data-retention", Administrator, "the account's data retention mode is not one this model takes",
        [["data retention mode"]],
        "the mode is account-wide and decides who may keep prompts: an administrator has to choose it knowingly";
    "P05", "unsupported-country", Aws, "Anthropic's models are not served to this country",
        [["unsupported countries"]],
        "no setting helps; ask AWS about the account's country";
    "M01", "on-demand", You, "the model answers through an inference profile only",
        [["with on-demand throughput isn"]],
        "name an inference profile that holds it; `claude-bedrock models` lists them";
    identifier::UNSPECIFIC, "model-id", You, "no such model or inference profile there",
        [["model identifier is invalid"], ["failed to satisfy constraint", "modelid"],
         ["could not resolve the foundation model"], ["specified inference profile is not found"]],
        "name an id that `claude-bedrock models` lists";
    "M25", "not-on-mantle", You, "the Mantle endpoint does not know the model",
        [["the model '", "does not exist"]],
        "name a model that Mantle serves, `anthropic.` and its name without a prefix or a version, or switch Bedrock on";
    "M18", "not-for-this-account", Aws, "the model is not open to this account",
        [["is not available for this account"]],
        "use another model, or ask your AWS account team; availability reports may say otherwise";
    "A23", "api-key-permission", Administrator, "the principal may not use Bedrock API keys",
        [["not authorized to perform: bedrock:callwithbearertoken"]],
        "have bedrock:CallWithBearerToken allowed, or sign requests with a profile";
    permission::UNSPECIFIC, "permission", Administrator, "a permission is missing",
        [["not authorized to perform"]],
        "have the action allowed";
    "M17", "no-model-access", Administrator, "the account has no access to this model",
        [["don't have access to the model"]],
        "have the model enabled for the account in the Bedrock console, or use another one";
    "M09", "thinking-shape", You, "the model does not take thinking in the form Claude Code sent",
        [["thinking.type"]],
        "update Claude Code; for an application profile also allow bedrock:GetInferenceProfile";
    "O04", "beta-flag", You, "Bedrock does not take a beta flag that was sent",
        [["invalid beta flag"]],
        "update Claude Code, or set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1";
    "O05", "unknown-field", You, "Bedrock does not take a field that was sent",
        [["extra inputs are not permitted"]],
        "update Claude Code, or set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1";
    "O02", "thinking-budget", You, "the thinking budget is not smaller than the output limit",
        [["budget_tokens"]],
        "remove MAX_THINKING_TOKENS, or raise CLAUDE_CODE_MAX_OUTPUT_TOKENS";
    "O01", "output-limit", You, "the answer was cut at the output limit that is set",
        [["output token maximum"]],
        "raise or remove CLAUDE_CODE_MAX_OUTPUT_TOKENS";
    "O03", "output-limit-too-high", You, "the output limit is above what the model can do",
        [["exceeds the model limit"], ["maximum allowed number of output tokens"]],
        "lower or remove CLAUDE_CODE_MAX_OUTPUT_TOKENS";
    "M21", "context", You, "the conversation is longer than the context window in use",
        [["input is too long for requested model"], ["prompt is too long"]],
        "compact the conversation, or pin the model with `[1m]` where it takes that";
    "Q02", "tokens-per-day", Aws, "the account's tokens for today are used up",
        [["too many tokens per day"]],
        "wait for tomorrow, or have the daily quota raised";
    "Q01", "tokens-per-minute", Time, "too many tokens for this minute",
        [["too many tokens"]],
        "try again in a minute; have the quota raised if that happens often";
    "Q05", "requests-per-minute", Time, "too many requests for this minute",
        [["too many requests"], ["throttlingexception"], ["rate exceeded"]],
        "try again in a minute; have the quota raised if that happens often";
    "Q06", "capacity", Time, "AWS has no capacity at the moment; your quotas are not the cause",
        [["serviceunavailable"], ["modelnotready"], ["overloaded"], ["unable to process your request"]],
        "try again, or use another model or region";
    "A22", "api-key-expired", You, "the Bedrock API key has expired",
        [["bearer token has expired"]],
        "make a new one, or use a profile, which renews itself";
    "A21", "api-key-format", You, "what is set as a Bedrock API key is not one",
        [["invalid api key format"], ["make sure your api key is valid"]],
        "replace or remove AWS_BEARER_TOKEN_BEDROCK";
    "C20", "authorization-header", You, "the request was not signed as AWS wants it",
        [["authorization header is missing"], ["requires 'credential' parameter"]],
        "update Claude Code, and remove ANTHROPIC_AUTH_TOKEN and custom Authorization headers";
    "A26", "clock", You, "this machine's clock is wrong",
        [["signature expired"], ["signature not yet current"], ["requestexpired"], ["requesttimetooskewed"]],
        "set the clock";
    "A10", "credentials-expired", You, "the credentials have expired",
        [["security token included in the request is expired"], ["expiredtoken"]],
        "run `claude-bedrock refresh`";
    "A11", "credentials-invalid", You, "AWS does not know these credentials",
        [["security token included in the request is invalid"], ["unrecognizedclient"], ["invalidclienttokenid"],
         ["invalidsignature"], ["signaturedoesnotmatch"]],
        "see with `claude-bedrock status` which identity is used";
    "A09", "session-not-found", You, "IAM Identity Center does not know the sign-in any more",
        [["session token not found or invalid"]],
        "run `claude-bedrock login`";
    "A20", "console-login-ended", You, "the console sign-in has ended",
        [["reauthenticate with 'aws login'"]],
        "run `aws login` for the profile";
    "A04", "sign-in-ended", You, "the SSO sign-in has ended",
        [["sso session"], ["token is expired. to refresh"], ["refresh failed"], ["aws sso login"]],
        "run `claude-bedrock refresh`, or `claude-bedrock login` where that is not enough";
    "A16", "credentials-too-slow", You, "whatever gives the credentials takes too long",
        [["default-chain credential resolve timed out"], ["timed out after 60s waiting for aws"]],
        "run the profile's `credential_process` by hand with its input closed";
    "A01", "no-credentials", You, "no credentials were found anywhere",
        [["could not load credentials from any providers"]],
        "run `claude-bedrock setup`";
    "N01", "certificates", You, "something on the way replaces AWS's certificate",
        [["issuer certificate"], ["self.signed"], ["self-signed"], ["self_signed_cert"], ["unable_to_get_issuer"],
         ["unknownissuer"]],
        "name the company's certificates with NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE";
    "N06", "stream-rewritten", Administrator, "something on the way rewrites the stream",
        [["content-type", "eventstream"], ["truncated event message"]],
        "have the gateway pass application/vnd.amazon.eventstream through as it is";
    "R15", "credentials-refused", You, "AWS refused the credentials, for a reason that was cut off",
        [["aws authentication failed"], ["aws credentials expired or invalid"]],
        "see with `claude-bedrock status` which identity is used";
];
