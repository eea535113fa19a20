//! What looks like a fault and is none: absent on Bedrock, or as it should be.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "F01",
        title: "Web search is not there",
        cause: "The WebSearch tool needs Anthropic's own service. WebFetch works.",
        fix: Fix::no_fault("Nothing is broken; an MCP server can search instead"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "Claude says that it cannot search the web",
        messages: &[Message::maybe("WebSearch is not available")],
        source: "feature-availability documentation",
    },
    FailureMode {
        id: "F02",
        title: "`/logout` and `/login` are not there",
        cause: "On Bedrock AWS knows who you are, and Claude Code hides both commands. Advice to sign in with them \
            is meant for Anthropic's own service.",
        fix: Fix::no_fault(
            "Nothing is broken; leave Bedrock with `claude-bedrock reset`, end the AWS sign-in with \
            `claude-bedrock logout`",
        ),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "Both commands are missing",
        messages: &[
            Message::likely("Unknown command: /logout"),
            Message::likely("Unknown slash command: logout").approximate(),
            Message::likely("Unknown slash command: login").approximate(),
        ],
        source: "guides for Claude Code on Bedrock; claude-code#55532",
    },
    FailureMode {
        id: "F03",
        title: "Remote Control is not there",
        cause: "It works with Anthropic's own service only.",
        fix: Fix::no_fault("Nothing is broken; use SSH to reach the session's machine"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "",
        messages: &[
            Message::certain(
                "Remote Control is only available when using Claude via api.anthropic.com. \
                CLAUDE_CODE_USE_BEDROCK is set",
            ),
            Message::certain("Remote Control is only available when using Claude via api.anthropic.com"),
        ],
        source: "claude-code#28795; errors documentation",
    },
    FailureMode {
        id: "F04",
        title: "`/desktop` is not there",
        cause: "Handing a session to the desktop application needs a claude.ai account.",
        fix: Fix::no_fault("Nothing is broken; stay in the terminal or in the editor's extension"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "The command is missing",
        messages: &[Message::likely("Unknown slash command: desktop").approximate()],
        source: "claude-code#60642",
    },
    FailureMode {
        id: "F05",
        title: "Fast mode is not there",
        cause: "`/fast` is a service of Anthropic's own API.",
        fix: Fix::no_fault("Nothing is broken; `ANTHROPIC_BEDROCK_SERVICE_TIER` chooses among Bedrock's own tiers"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "The command is missing",
        messages: &[Message::likely("Unknown slash command: fast").approximate()],
        source: "feature-availability documentation",
    },
    FailureMode {
        id: "F06",
        title: "Settings of the organisation on claude.ai do not arrive",
        cause: "Settings that Anthropic's servers deliver are not fetched on Bedrock.",
        fix: Fix::no_fault("Nothing is broken; managed settings in files or by device management count"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "Nothing is said",
        messages: &[],
        source: "server-managed-settings documentation",
    },
    FailureMode {
        id: "F07",
        title: "The model picker shows no prices",
        cause: "They are Anthropic's, and AWS bills its own.",
        fix: Fix::no_fault("Nothing is broken; see the prices of Amazon Bedrock"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "`/model` lists models without prices",
        messages: &[],
        source: "model-config documentation",
    },
    FailureMode {
        id: "F08",
        title: "Features of claude.ai are not there",
        cause: "Advisor, Channels, analytics, `/design-sync`, `/import` and `/radio` belong to claude.ai accounts.",
        fix: Fix::no_fault("Nothing is broken"),
        before: Before::Message("it is so for everybody on Bedrock"),
        symptom: "The commands are missing",
        messages: &[],
        source: "feature-availability documentation",
    },
];
