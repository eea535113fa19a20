//! Model ids, prefixes and lifecycle, part two: access, context and what follows from a pin.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "M15",
        title: "The model has reached its end",
        cause: "AWS no longer serves this version to anybody.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Move the pin to a current model"),
        before: Before::Calls("the model's lifecycle, or its absence from the list"),
        symptom: "",
        messages: &[
            Message::certain(
                "This model version has reached the end of its life. Please refer to the AWS documentation for \
                more details.",
            )
            .approximate(),
            Message::certain("This model version has reached the end of its life"),
        ],
        source: "gsd-2#5425; browser-use#5448",
    },
    FailureMode {
        id: "M16",
        title: "The pinned model costs more than it did",
        cause: "It is past its regular life and in extended access, which AWS charges for.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Move the pin to its successor"),
        before: Before::Calls("the model's lifecycle"),
        symptom: "Nothing is said; the bill shows it",
        messages: &[],
        source: "GetFoundationModel API reference",
    },
    FailureMode {
        id: "M17",
        title: "The account has no access to the model",
        cause: "The model is not enabled for this account and region, an organisation denies it, or Claude Code \
            guessed an id that is not yours.",
        fix: Fix::ask("claude-bedrock models --probe", "See which models answer, and pin one of them"),
        before: Before::Probe("the model's availability, then one token"),
        symptom: "",
        messages: &[
            Message::certain("You don't have access to the model with the specified model ID."),
            Message::certain("API Error: 403 You don't have access to the model with the specified model ID."),
            Message::wrapper(
                "enable this model for your account and region in the Amazon Bedrock console, or run --model to \
                pick another model",
            ),
        ],
        source: "claude-code#568, #8436; observed",
    },
    FailureMode {
        id: "M18",
        title: "The newest model is not opened to this account",
        cause: "AWS opens some models account by account, whatever its availability calls say; only a request tells.",
        fix: Fix::ask(
            "claude-bedrock models --probe",
            "Pin another model that answers, and ask your AWS account team for this one",
        ),
        before: Before::Probe("one token"),
        symptom: "",
        messages: &[
            Message::certain(
                "<model> is not available for this account. You can explore other available models on Amazon \
                Bedrock.",
            )
            .approximate(),
            Message::common("is not available for this account"),
        ],
        source: "reports of several projects",
    },
    FailureMode {
        id: "M19",
        title: "The model needs another data retention mode",
        cause: "Some models are served only to accounts that agreed to share data with the provider or to a review. \
            That is a decision for the whole account.",
        fix: Fix::administrator(
            "The model we want to use on Amazon Bedrock is not available in our account's data retention mode. \
            Please decide whether the mode it asks for is acceptable for the whole account, and set it if so.",
        ),
        before: Before::Calls("the account's data retention mode, where that may be read"),
        symptom: "",
        messages: &[
            Message::certain("data retention mode 'default' is not available for this model"),
            Message::certain("data retention mode '<mode>' is not available for this model"),
        ],
        source: "opencode#31560; anthropic-on-aws#294; pydantic-ai#8341",
    },
    FailureMode {
        id: "M20",
        title: "Claude Code hides why the model is refused",
        cause: "Its own sentence replaces what AWS said: the id may be unknown, access missing, the use-case form \
            not filed, or the model legacy.",
        fix: Fix::ask("claude-bedrock models --probe", "Ask AWS with one token and read its own words"),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::likely(
                "There's an issue with the selected model (<model>). It may not exist or you may not have access \
                to it. Run --model to pick a different model.",
            ),
            Message::likely(
                "There's an issue with the selected model (<model>). It may not exist or you may not have access \
                to it.",
            ),
            Message::certain(
                "The model <model> is not available on your bedrock deployment. Try --model to switch to <other>, \
                or ask your admin to enable this model.",
            ),
            Message::certain("is not available on your bedrock deployment"),
        ],
        source: "errors documentation; observed",
    },
    FailureMode {
        id: "M21",
        title: "The context is full, or smaller than the model's",
        cause: "The long context is asked for in each variable separately, with `[1m]`; without it the model runs at \
            200 000 tokens. Before 2.1.217 Claude Code also failed to compact in time.",
        fix: Fix::ask(
            "claude-bedrock models pin MODEL",
            "Add `[1m]` where the model has it; update Claude Code; `/compact` helps at once",
        ),
        before: Before::Files("pins without the mark, of models that have the long context"),
        symptom: "",
        messages: &[
            Message::certain("Input is too long for requested model."),
            Message::common("Prompt is too long"),
            Message::common("prompt is too long: <number> tokens > 200000 maximum").approximate(),
        ],
        source: "claude-code#40753, #35545, #81068; errors documentation",
    },
    FailureMode {
        id: "M22",
        title: "The model has no long context",
        cause: "`[1m]` is appended to a model that has 200 000 tokens and no more.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Remove the mark"),
        before: Before::Files("the mark behind models without the long context"),
        symptom: "",
        messages: &[
            Message::likely("The long context beta is not yet available for this subscription.").approximate(),
            Message::likely("API Error (<prefix>.anthropic.claude-haiku-<version>[1m]): 400"),
        ],
        source: "hermes-agent#67977",
    },
    FailureMode {
        id: "M23",
        title: "In GovCloud the model id has a commercial prefix",
        cause: "GovCloud's profiles begin with `us-gov.`; before 2.1.174 Claude Code took another prefix.",
        fix: Fix::safe("claude-bedrock models pin MODEL", "Pin ids that begin with `us-gov.`"),
        before: Before::Files("a region of GovCloud and the prefix of each pin"),
        symptom: "",
        messages: &[
            Message::likely("API Error (global.anthropic.<model>): 400 The provided model identifier is invalid."),
            Message::likely("us-gov-<region>.amazonaws.com <output> The provided model identifier is invalid."),
        ],
        source: "claude-code#22314; changelog 2.1.174",
    },
    FailureMode {
        id: "M24",
        title: "The model picker offers what is not served",
        cause: "Its list is built in, and ids in `availableModels` count only in the form that Bedrock uses.",
        fix: Fix::ask("claude-bedrock models pin MODEL", "Pin the families; write `availableModels` with full ids"),
        before: Before::Files("the settings' lists beside the region's"),
        symptom: "`/model` shows models that fail",
        messages: &[],
        source: "model-config documentation; changelog 2.1.172",
    },
    FailureMode {
        id: "M25",
        title: "The model is not served by the Mantle endpoint",
        cause: "Mantle knows ids of the form `anthropic.` and a name, without a prefix of geography, and not every \
            model.",
        fix: Fix::ask(
            "claude-bedrock models pin MODEL",
            "Use such an id, or both switches: ids of the other form then go to plain Bedrock",
        ),
        before: Before::Files("Mantle switched on beside ids with a prefix"),
        symptom: "",
        messages: &[
            Message::likely("bedrock-mantle.<region>.api.aws <output> 404"),
            Message::likely("bedrock-mantle.<region>.api.aws <output> 400"),
            Message::certain("The model '<prefix>.anthropic.<model>' does not exist <output> bedrock-mantle"),
        ],
        source: "amazon-bedrock documentation; litellm-docs#1580",
    },
    FailureMode {
        id: "M26",
        title: "Mantle is not in use although it is configured",
        cause: "The switch does not reach Claude Code's process, as with any variable of another shell.",
        fix: Fix::ask("claude-bedrock diagnose --fix --only M26", "Put the switch into the user settings"),
        before: Before::Files("the switch in every layer"),
        symptom: "`/status` does not name `Amazon Bedrock (Mantle)`",
        messages: &[],
        source: "amazon-bedrock documentation",
    },
    FailureMode {
        id: "M27",
        title: "Only `/context` fails",
        cause: "Before 2.1.196 counting tokens was asked of an inference profile, which Bedrock refuses. Nothing \
            else is affected.",
        fix: Fix::update("2.1.196", "Update, or ignore it"),
        before: Before::Files("the version"),
        symptom: "",
        messages: &[Message::certain("/context Error: 400 The provided model identifier is invalid.")],
        source: "claude-code#12621; changelog 2.1.196",
    },
    FailureMode {
        id: "M28",
        title: "A resumed session answers with another model",
        cause: "On Bedrock the model of the earlier session is not restored; the current default is used.",
        fix: Fix::no_fault(
            "As it is built: pick the model with `/model`, or pin it with `claude-bedrock models pin MODEL`",
        ),
        before: Before::Message("it shows only after resuming"),
        symptom: "Nothing is said; `/status` names the model",
        messages: &[],
        source: "model-config documentation",
    },
];
