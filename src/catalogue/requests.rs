//! Request shape, output, caching and guardrails.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "O01",
        title: "The answer is longer than the output limit",
        cause: "`CLAUDE_CODE_MAX_OUTPUT_TOKENS` cuts it; older guides recommend 4096, which is little for writing \
            files.",
        fix: Fix::ask("claude-bedrock diagnose --fix --only O01", "Raise the limit"),
        before: Before::Files("the value"),
        symptom: "",
        messages: &[
            Message::certain(
                "API Error: Claude's response exceeded the 4096 output token maximum. To configure this behavior, \
                set the CLAUDE_CODE_MAX_OUTPUT_TOKENS environment variable.",
            ),
            Message::certain(
                "API Error: Claude's response exceeded the <number> output token maximum. To configure this \
                behavior, set the CLAUDE_CODE_MAX_OUTPUT_TOKENS environment variable.",
            ),
        ],
        source: "claude-code#10041, #33149",
    },
    FailureMode {
        id: "O02",
        title: "The limit of thinking is not below the limit of output",
        cause: "Thinking is part of the output, so `MAX_THINKING_TOKENS` must be lower than \
            `CLAUDE_CODE_MAX_OUTPUT_TOKENS`. A plugin for Bedrock writes 8192 for both.",
        fix: Fix::safe("claude-bedrock diagnose --fix --only O02", "Lower thinking, or raise output"),
        before: Before::Files("both numbers"),
        symptom: "",
        messages: &[
            Message::certain(
                "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation",
            )
            .approximate(),
            Message::certain("max_tokens must be greater than thinking.budget_tokens"),
        ],
        source: "errors documentation",
    },
    FailureMode {
        id: "O03",
        title: "The output limit is above what the model can give",
        cause: "`CLAUDE_CODE_MAX_OUTPUT_TOKENS` asks for more than this model allows.",
        fix: Fix::safe("claude-bedrock diagnose --fix --only O03", "Lower it to the number in the message"),
        before: Before::Files("the value beside the model's limit"),
        symptom: "",
        messages: &[
            Message::certain(
                "The maximum tokens you requested exceeds the model limit of <number>. Try again with a maximum \
                tokens value that is lower than <number>.",
            )
            .approximate(),
            Message::certain(
                "max_tokens: <number> > <limit>, which is the maximum allowed number of output tokens for <model>",
            ),
            Message::likely("which is the maximum allowed number of output tokens for"),
        ],
        source: "claude-code#18578, #24451",
    },
    FailureMode {
        id: "O04",
        title: "Bedrock does not know a beta feature that Claude Code asks for",
        cause: "Some releases ask for features that Bedrock lacks, and `ANTHROPIC_BETAS` or custom headers can add \
            more.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only O04",
            "Update Claude Code; `CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS` set to 1 helps at once",
        ),
        before: Before::Files("the version, `ANTHROPIC_BETAS` and custom headers"),
        symptom: "",
        messages: &[
            Message::certain("API Error: 400 invalid beta flag"),
            Message::likely("invalid beta flag"),
            Message::likely("Unexpected value(s) <value> for the `anthropic-beta` header").approximate(),
        ],
        source: "claude-code#56595, #49370, #49648, #21676; claude-code-action#1291; observed",
    },
    FailureMode {
        id: "O05",
        title: "Bedrock or a gateway does not know a field of the request",
        cause: "A new version of Claude Code sends fields that the service in between refuses.",
        fix: Fix::update(
            "2.1.122",
            "Update, and the gateway too; until then set `CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS` to 1",
        ),
        before: Before::Files("the version beside a base URL"),
        symptom: "",
        messages: &[
            Message::certain("tools.<number>.custom.defer_loading: Extra inputs are not permitted"),
            Message::certain("output_config: Extra inputs are not permitted"),
            Message::certain("context_management: Extra inputs are not permitted"),
            Message::common("Extra inputs are not permitted"),
        ],
        source: "claude-code#82549; changelog 2.1.122",
    },
    FailureMode {
        id: "O06",
        title: "The prompt cache does not work, or costs more than it saves",
        cause: "The region or the model has no cache, it is switched off, or short automatic loops write it again \
            and again. Before 2.1.211 a part was billed again each time.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only O06",
            "Look at the switches: `DISABLE_PROMPT_CACHING`, `ENABLE_PROMPT_CACHING_1H`; and at the use in the \
            session's own files",
        ),
        before: Before::Files("the switches, and the cache's tokens in session files"),
        symptom: "Nothing is said; the bill shows it",
        messages: &[],
        source: "claude-code#22417, #60830; changelog 2.1.211",
    },
    FailureMode {
        id: "O07",
        title: "A blocked request is answered with the guardrail's text forever",
        cause: "What the guardrail stopped stays in the conversation, and is stopped again with every question.",
        fix: Fix::by_hand(
            "Leave the conversation with `/clear`, or go back before the blocked question with `/rewind`",
        ),
        before: Before::Files("a guardrail in the custom headers"),
        symptom: "",
        messages: &[Message::maybe("Sorry, the model cannot answer this question.")],
        source: "claude-code#30258",
    },
    FailureMode {
        id: "O08",
        title: "The guardrail is not applied",
        cause: "Its headers are malformed, name a version or a region that does not exist, or ask for a filter that \
            Bedrock applies to marked input only.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only O08",
            "Write one header a line in `ANTHROPIC_CUSTOM_HEADERS`; the filter for prompt attacks does not work \
            here",
        ),
        before: Before::Files("the headers' form"),
        symptom: "",
        messages: &[Message::likely("The guardrail identifier or version provided in the request does not exist.")
            .approximate()],
        source: "claude-code#23322, #63637, #1830",
    },
    FailureMode {
        id: "O09",
        title: "The costs that Claude Code shows are not those of the bill",
        cause: "It multiplies list prices, knows no application profile's model and no background use.",
        fix: Fix::no_fault("As it is built: take it for an estimate, and read Cost Explorer for the truth"),
        before: Before::Message("there is nothing to fix"),
        symptom: "`/cost` and the status line differ from the bill",
        messages: &[],
        source: "aidlc-workflows#1231; claude-code#33887, #27890",
    },
];
