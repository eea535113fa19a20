//! Model ids, prefixes and lifecycle, part one: the id.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "M01",
        title: "The model needs an inference profile, and a bare model id was given",
        cause: "Newer models are served through inference profiles alone; an id that begins with `anthropic.` names \
            the model itself.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Pin an inference profile that the region lists"),
        before: Before::Files("ids that begin with `anthropic.` where a profile is needed"),
        symptom: "",
        messages: &[
            Message::certain(
                "Invocation of model ID <model> with on-demand throughput isn’t supported. Retry your request \
                with the ID or ARN of an inference profile that contains this model.",
            ),
            Message::certain(
                "API Error (<model>): 400 Invocation of model ID <model> with on-demand throughput isn't \
                supported.",
            ),
            Message::likely("on-demand throughput isn’t supported"),
        ],
        source: "claude-code#110; guides for Claude Code on Bedrock; observed",
    },
    FailureMode {
        id: "M02",
        title: "The model id does not exist in this region",
        cause: "Inference profiles belong to geographies: an id that begins with `us.` is unknown in Europe and \
            Asia, and the other way round.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Pin ids that your region lists"),
        before: Before::Calls("each pinned id beside the region's list"),
        symptom: "",
        messages: &[
            Message::likely("The provided model identifier is invalid."),
            Message::likely("API Error: 400 The provided model identifier is invalid."),
            Message::likely(
                "API Error (us.anthropic.<model>): 400 The provided model identifier is invalid.. Try --model to \
                switch to <other>.",
            ),
            Message::likely("API Error (eu.anthropic.<model>): 400 The provided model identifier is invalid."),
            Message::likely(
                "An error occurred (ValidationException) when calling the InvokeModel operation: The provided \
                model identifier is invalid.",
            ),
            Message::likely("404 Could not resolve the foundation model from the provided model identifier."),
        ],
        source: "claude-code#24875, #14305, #11489, #1434; observed",
    },
    FailureMode {
        id: "M03",
        title: "A model id of Anthropic's own service was sent to Bedrock",
        cause: "Bedrock's ids have a prefix and `anthropic.`; an agent's file, a wrapper or the desktop application \
            passed the short name through.",
        fix: Fix::safe(
            "claude-bedrock models pin MODEL",
            "Pin ids of the region, and map short names with `modelOverrides`",
        ),
        before: Before::Files("pins without `anthropic.` and without an override"),
        symptom: "",
        messages: &[
            Message::certain(
                "API Error (claude-opus-<version>): 400 The provided model identifier is invalid.. Try --model to \
                switch to us.anthropic.<other>",
            ),
            Message::certain("API Error (claude-opus-<version>): 400 The provided model identifier is invalid."),
            Message::certain("API Error (claude-sonnet-<version>): 400 The provided model identifier is invalid."),
            Message::certain("API Error (claude-haiku-<version>): 400 The provided model identifier is invalid."),
        ],
        source: "claude-code#62536, #61495; automaker#399",
    },
    FailureMode {
        id: "M04",
        title: "The model id has the wrong ending",
        cause: "Ids follow no rule: some end in a date and `-v1:0`, some in `-v1`, some in nothing. An ending that \
            was guessed names nothing.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Pin the id as the region lists it"),
        before: Before::Calls("each pinned id beside the region's list"),
        symptom: "",
        messages: &[
            Message::certain(
                "API Error (<prefix>.anthropic.claude-opus-4-6-v1:0): 400 The provided model identifier is \
                invalid.",
            ),
            Message::certain(
                "API Error (<prefix>.anthropic.claude-opus-4-7-v1): 400 The provided model identifier is invalid.",
            ),
            Message::certain(
                "API Error (<prefix>.anthropic.claude-opus-4-7-v1:0): 400 The provided model identifier is \
                invalid.",
            ),
            Message::certain(
                "API Error (<prefix>.anthropic.claude-opus-4-8-v1:0): 400 The provided model identifier is \
                invalid.",
            ),
            Message::certain(
                "API Error (<prefix>.anthropic.claude-sonnet-4-6-v1:0): 400 The provided model identifier is \
                invalid.",
            ),
        ],
        source: "forgecode#2644; sub2api#1714",
    },
    FailureMode {
        id: "M05",
        title: "`/model` saved an id that Bedrock does not know, with `[1m]` behind it",
        cause: "The picker wrote the short name with the mark for the long context into the settings.",
        fix: Fix::safe(
            "claude-bedrock models pin MODEL",
            "Pin the full id; the mark may stay where the model has the long context",
        ),
        before: Before::Files("saved models that end in `[1m]`, looked up without it"),
        symptom: "",
        messages: &[
            Message::certain("API Error (claude-opus-<version>[1m]): 400 The provided model identifier is invalid."),
            Message::certain("API Error (claude-sonnet-<version>[1m]): 400 The provided model identifier is invalid."),
        ],
        source: "claude-code#23499",
    },
    FailureMode {
        id: "M06",
        title: "`apac.` was assumed where the model has another prefix",
        cause: "In Tokyo and Sydney newer models exist as `jp.`, `au.` or `global.` only, and Claude Code guesses \
            `apac.` when it may not list them.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Pin the ids that the region lists"),
        before: Before::Calls("the region's list"),
        symptom: "",
        messages: &[
            Message::certain("API Error (apac.anthropic.<model>): 400 The provided model identifier is invalid."),
            Message::certain(
                "API Error (apac.anthropic.<model>): 400 The provided model identifier is invalid.. Try --model \
                to switch to <other>.",
            ),
        ],
        source: "dify-aws-tool#160; claude-code-action#1403",
    },
    FailureMode {
        id: "M07",
        title: "A subagent's model does not exist, though the main one works",
        cause: "An alias such as `sonnet` resolves to a profile of the geography, which this account lacks, while \
            the main model is pinned to another.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Pin all families, so that no alias is guessed"),
        before: Before::Calls("every alias resolved as Claude Code does, beside the region's list"),
        symptom: "",
        messages: &[
            Message::shared("The provided model identifier is invalid.. Try /model to switch to eu.anthropic.<other>"),
            Message::shared("The provided model identifier is invalid.. Try /model to switch to us.anthropic.<other>"),
            Message::maybe("Try /model to switch to <prefix>.anthropic.<other>"),
        ],
        source: "claude-code#73556, #10166, #69221",
    },
    FailureMode {
        id: "M08",
        title: "The ARN of the model is malformed or belongs elsewhere",
        cause: "A typing error, a slash that was encoded twice, or a region or an account that is not the one in \
            use.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Pin the ARN as AWS shows it, in its own region and account"),
        before: Before::Calls("the parts of the ARN beside the region and the identity"),
        symptom: "",
        messages: &[
            Message::certain(
                "Value '<value>' at 'modelId' failed to satisfy constraint: Member must satisfy regular \
                expression pattern",
            ),
            Message::certain(
                "at 'modelIdentifier' failed to satisfy constraint: Member must satisfy regular expression \
                pattern",
            )
            .approximate(),
            Message::common("The provided ARN is invalid").approximate(),
        ],
        source: "claude-code#1215; changelog 0.2.125",
    },
    FailureMode {
        id: "M09",
        title: "The request asks for thinking in a form that the model refuses",
        cause: "Opus 4.7 and newer know adaptive thinking only. An old Claude Code does not know that, and a new one \
            cannot tell which model hides behind an ARN.",
        fix: Fix::update(
            "",
            "Update Claude Code; for an ARN allow `bedrock:GetInferenceProfile`, or declare the model's \
            capabilities beside the pin",
        ),
        before: Before::Files("the version"),
        symptom: "",
        messages: &[
            Message::certain(
                "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \
                \"output_config.effort\" to control thinking behavior.",
            ),
            Message::certain("thinking.type must be \"enabled\" or \"adaptive\""),
            Message::likely("thinking.type: Input should be").approximate(),
            Message::certain("adaptive thinking is not supported on this model").approximate(),
        ],
        source: "claude-code#27890; coder#26734; changelog 2.1.113, 2.1.121",
    },
    FailureMode {
        id: "M10",
        title: "Claude Code does not know which model is behind the ARN",
        cause: "An application inference profile says nothing of its model, so cost, effort, thinking and context \
            are taken from a default.",
        fix: Fix::ask(
            "claude-bedrock models pin MODEL",
            "Write `modelOverrides` and the capabilities, or allow `bedrock:GetInferenceProfile`",
        ),
        before: Before::Files("ARNs among the pins, and whether the model behind them is named"),
        symptom: "The same cost for all models; the wrong context size",
        messages: &[],
        source: "claude-code#27890; guidance-for-claude-code-with-amazon-bedrock#151",
    },
    FailureMode {
        id: "M11",
        title: "The background model is not usable",
        cause: "Titles, summaries and checks of commands go to a small model of their own, which this account may \
            not use or which is named by a bare id.",
        fix: Fix::safe(
            "claude-bedrock models pin MODEL",
            "Pin `ANTHROPIC_DEFAULT_HAIKU_MODEL` to a model that works here",
        ),
        before: Before::Probe("one token from the background model"),
        symptom: "",
        messages: &[
            Message::likely("API Error (<prefix>.anthropic.claude-haiku-<version>): 403"),
            Message::likely("API Error (<prefix>.anthropic.claude-haiku-<version>): 400"),
            Message::likely("Haiku: Haiku <version> not available"),
        ],
        source: "claude-code#27241, #541; observed",
    },
    FailureMode {
        id: "M12",
        title: "The region of the small model has no effect",
        cause: "`ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION` counts only where a variable names the background model: a pin \
            of the Haiku family, or the deprecated `ANTHROPIC_SMALL_FAST_MODEL`.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Add the pin, or remove the variable"),
        before: Before::Files("the variable without the pin"),
        symptom: "Nothing is said",
        messages: &[],
        source: "environment-variables documentation; observed",
    },
    FailureMode {
        id: "M13",
        title: "Nothing is pinned, so the default model changed",
        cause: "An update of Claude Code moves what is not pinned, lately to Opus, which costs more and which the \
            account may lack; then an older one is taken with a notice.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Pin every family to what you want and may use"),
        before: Before::Files("missing pins"),
        symptom: "",
        messages: &[
            Message::certain("Warning: Opus: Opus <version> not available — using Opus <older> for this session"),
            Message::certain("Sonnet: Sonnet <version> not available — using Sonnet <older> for this session"),
        ],
        source: "amazon-bedrock documentation; observed",
    },
    FailureMode {
        id: "M14",
        title: "The model is legacy, and this account did not use it lately",
        cause: "The text says access denied, but no permission is missing: AWS closes old models to accounts that \
            have not used them for some weeks.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Move the pin to a current model"),
        before: Before::Calls("the model's lifecycle"),
        symptom: "",
        messages: &[
            Message::certain(
                "Access denied. This Model is marked by provider as Legacy and you have not been actively using \
                the model in the last 15 days. Please upgrade to an active model on Amazon Bedrock",
            ),
            Message::certain(
                "Access denied. This Model is marked by provider as Legacy and you have not been actively using \
                the model in the last 30 days.",
            ),
        ],
        source: "llmeter#35; browser-use#5448; gsd-2#5425; observed",
    },
];
