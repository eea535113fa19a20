//! Throttling and capacity.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "Q01",
        title: "Too many tokens in this minute",
        cause: "The quota of tokens per minute for this model is used up, by this session or by others of the \
            account.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only Q01",
            "Run fewer sessions and subagents at a time, lower the output limit, or ask for a higher quota",
        ),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::likely("Too many tokens, please wait before trying again."),
            Message::certain("429 Too many tokens, please wait before trying again."),
            Message::likely("ThrottlingException: Too many tokens, please wait"),
            Message::certain(
                "An error occurred (ThrottlingException) when calling the InvokeModel operation (reached max \
                retries: 4): Too many tokens, please wait before trying again.",
            ),
        ],
        source: "claude-code#77, #236, #1293, #1466; observed",
    },
    FailureMode {
        id: "Q02",
        title: "The account's tokens of the day are used up",
        cause: "The quota of a day is one pool for the whole account.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only Q02",
            "Wait for the next day, use another account, or ask for a higher quota",
        ),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain("Request rejected (429) - Too many tokens per day, please wait before trying again."),
            Message::certain("Request rejected (429) · Too many tokens per day, please wait before trying again."),
            Message::certain("Too many tokens per day, please wait before trying again."),
        ],
        source: "Ivy-Tendril#1756; bhargav.dev",
    },
    FailureMode {
        id: "Q03",
        title: "The account's quota is zero",
        cause: "New accounts may have a daily quota of 0 that cannot be raised by form. The very first request is \
            refused with the words of a quota that is used up.",
        fix: Fix::administrator(
            "Amazon Bedrock refuses our first request with \"Too many tokens per day\". Please open a case with \
            AWS Support, with the request id, and ask to lift the daily token quota, which is 0 and not \
            adjustable for our account.",
        ),
        before: Before::Calls("the quota's value"),
        symptom: "",
        messages: &[Message::shared("Too many tokens per day, please wait before trying again.")],
        source: "dated reports of 2026",
    },
    FailureMode {
        id: "Q04",
        title: "The output limit reserves more than the quota holds",
        cause: "AWS takes the whole `max_tokens` from the quota when a request begins, and output counts several \
            times on some models. A high limit throttles you far below your real use.",
        fix: Fix::by_hand("Set a moderate `CLAUDE_CODE_MAX_OUTPUT_TOKENS`, not below 4096"),
        before: Before::Calls("the limit beside the quota"),
        symptom: "The messages of a used-up quota although little was used",
        messages: &[],
        source: "community.aws; quotas documentation",
    },
    FailureMode {
        id: "Q05",
        title: "Too many requests in this minute",
        cause: "The quota of requests per minute is used up.",
        fix: Fix::by_hand("Wait for a minute; run fewer sessions and subagents at a time, or ask for a higher quota"),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain("API Error: Request rejected (429) · Too many requests, please wait before trying again."),
            Message::common("Too many requests, please wait before trying again."),
            Message::common("429 Too many requests"),
            Message::likely("ThrottlingException: Too many requests"),
        ],
        source: "Bedrock quotas documentation; observed",
    },
    FailureMode {
        id: "Q06",
        title: "AWS lacks capacity at the moment",
        cause: "503 and 529 speak of the service, not of your quota.",
        fix: Fix::by_hand("Try again in a while; use a profile that reaches more regions, or set `fallbackModel`"),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain(
                "API Error: 503 Bedrock is unable to process your request. This is a server-side issue, usually \
                temporary — try again in a moment. If it persists, check your Amazon Bedrock service status.",
            ),
            Message::certain("Bedrock is unable to process your request."),
            Message::maybe("ServiceUnavailableException"),
            Message::common("API Error: 529"),
            Message::common("overloaded_error"),
            Message::likely("ModelNotReadyException"),
        ],
        source: "AWS error reference; observed",
    },
];
