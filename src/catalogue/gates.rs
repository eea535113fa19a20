//! Account gates and permissions.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "P01",
        title: "The use-case form for Anthropic's models has not been filed",
        cause: "Every account, or its organisation once for all, states what it uses the models for. Some requests \
            may have worked before; Claude Code hides this text behind a sentence of its own.",
        fix: Fix::by_hand(
            "Hand in the form with your own answers in the Bedrock console, under Model access or from any Claude \
            model, then wait fifteen minutes",
        ),
        before: Before::Calls("GetUseCaseForModelAccess, which knows nothing of a form that was not filed"),
        symptom: "",
        messages: &[
            Message::certain(
                "Model use case details have not been submitted for this account. Fill out the Anthropic use case \
                details form before using the model. If you have already filled out the form, try again in 15 \
                minutes.",
            ),
            Message::certain("You have not filled out the required use-case form for this model."),
            Message::certain("FTUFormNotFilled"),
        ],
        source: "AWS error reference; claude-code#16997; observed",
    },
    FailureMode {
        id: "P02",
        title: "Nobody has subscribed the account to the model yet",
        cause: "The first use of a model subscribes the account through AWS Marketplace, and this identity may not \
            do that.",
        fix: Fix::administrator(
            "Please enable this Anthropic model for our account: invoke it once in the Bedrock console with a \
            role that has aws-marketplace:Subscribe, or create its foundation model agreement. Our own roles \
            need no Marketplace rights afterwards.",
        ),
        before: Before::Calls("the agreement's availability"),
        symptom: "",
        messages: &[
            Message::certain(
                "Model access is denied due to IAM user or service role is not authorized to perform the required \
                AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to \
                enable access to this model. Refer to the Amazon Bedrock documentation for further details. Your \
                AWS Marketplace subscription for this model cannot be completed at this time. If you recently \
                fixed this issue, try again after 5 minutes.",
            ),
            Message::certain(
                "Model access is denied due to IAM user or service role is not authorized to perform the required \
                AWS Marketplace actions",
            ),
            Message::certain("If you recently fixed this issue, try again after 2 minutes.").approximate(),
            Message::likely("is not authorized to perform: aws-marketplace:Subscribe"),
        ],
        source: "claude-code#9681; anthropic-on-aws#251, #252; guidance-for-claude-code-with-amazon-bedrock#89",
    },
    FailureMode {
        id: "P03",
        title: "The subscription to the model is being made",
        cause: "Somebody began it a moment ago; AWS takes some minutes.",
        fix: Fix::ask("claude-bedrock models --probe", "Wait for fifteen minutes and try again"),
        before: Before::Calls("the agreement's state"),
        symptom: "",
        messages: &[
            Message::certain(
                "Your account is not authorized to access this model. Your AWS Marketplace subscription for this \
                model is still being processed",
            ),
            Message::certain("MPAgreementBeingCreated"),
        ],
        source: "AWS error reference",
    },
    FailureMode {
        id: "P04",
        title: "The account has no valid means of payment for AWS Marketplace",
        cause: "The models are sold through AWS Marketplace, which takes not every means that AWS itself takes; \
            accounts of AWS India are the usual case.",
        fix: Fix::administrator(
            "Please add a valid default payment method to our AWS account, one that AWS Marketplace accepts: \
            Amazon Bedrock refuses Anthropic's models with INVALID_PAYMENT_INSTRUMENT. It works some minutes \
            afterwards.",
        ),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain("INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided"),
            Message::certain(
                "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be \
                provided.",
            ),
            Message::likely("INVALID_PAYMENT_INSTRUMENT"),
        ],
        source: "AWS error reference",
    },
    FailureMode {
        id: "P05",
        title: "Anthropic does not serve this country",
        cause: "The request comes from, or the account belongs to, a country or territory that Anthropic does not \
            serve.",
        fix: Fix::by_hand(
            "Nothing on this machine fixes it; ask your AWS account team whether your company may use the models \
            from where you are",
        ),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[Message::certain(
            "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.",
        )],
        source: "claude-code#2656",
    },
    FailureMode {
        id: "P06",
        title: "No policy allows invoking the model",
        cause: "The role's policies do not name the action or the resource in the message.",
        fix: Fix::ask("claude-bedrock policy", "Print the exact policy, and send it to your administrator"),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain(
                "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: <arn> because \
                no identity-based policy allows the bedrock:InvokeModelWithResponseStream action",
            ),
            Message::certain(
                "is not authorized to perform: bedrock:InvokeModel on resource: <arn> because no identity-based \
                policy allows the bedrock:InvokeModel action",
            ),
            Message::likely("is not authorized to perform: bedrock:InvokeModelWithResponseStream"),
            Message::likely("is not authorized to perform: bedrock:InvokeModel"),
            Message::likely("An error occurred (AccessDeniedException) when calling the InvokeModel operation"),
        ],
        source: "well-architected-iac-analyzer#181; claude-code#541; observed",
    },
    FailureMode {
        id: "P07",
        title: "The organisation forbids a region that the profile reaches",
        cause: "An inference profile may send a request to any of its regions, and a service control policy denies \
            one of them: one you never chose, or no region at all in the ARN of a `global.` profile.",
        fix: Fix::ask(
            "claude-bedrock policy check",
            "See the regions of each profile and pin one that stays inside; or ask for an exception in the \
            service control policy for these models",
        ),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain(
                "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: <arn> with an \
                explicit deny in a service control policy",
            ),
            Message::certain(
                "is not authorized to perform: bedrock:InvokeModel on resource: <arn> with an explicit deny in a \
                service control policy",
            ),
            Message::maybe("with an explicit deny in a service control policy"),
        ],
        source: "claude-code#119, #561, #20594, #27241; aws-control-tower-customizations#211",
    },
    FailureMode {
        id: "P08",
        title: "The policy names the model or the profile, but not both",
        cause: "A request by an inference profile needs the permission on the profile and on the foundation model in \
            each of its regions.",
        fix: Fix::ask("claude-bedrock policy", "Print the policy with both, and send it to your administrator"),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::shared(
                "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: \
                arn:aws:bedrock:<region>::foundation-model/<model> because no identity-based policy allows",
            ),
            Message::shared(
                "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: \
                arn:aws:bedrock:<region>:<account>:inference-profile/<model> because no identity-based policy \
                allows",
            ),
        ],
        source: "lgtmaybe#73; well-architected-iac-analyzer#181",
    },
    FailureMode {
        id: "P09",
        title: "The session itself is restricted",
        cause: "A session policy, or the permission set behind the sign-in, allows less than the role.",
        fix: Fix::administrator(
            "Our sessions are limited by a session policy or a permission set that does not allow \
            bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream. Please add both to it; a change of \
            the role's own policies does not help.",
        ),
        before: Before::Probe("one token from each model in use"),
        symptom: "",
        messages: &[
            Message::certain(
                "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: <arn> because \
                no session policy allows the bedrock:InvokeModelWithResponseStream action",
            ),
            Message::certain(
                "is not authorized to perform: bedrock:InvokeModel on resource: <arn> because no session policy \
                allows the bedrock:InvokeModel action",
            ),
            Message::likely("because no session policy allows the bedrock:<action> action"),
        ],
        source: "claude-code#541",
    },
    FailureMode {
        id: "P10",
        title: "The policy names actions that do not exist",
        cause: "Actions begin with `bedrock:`; `bedrock-runtime:` is the name of an endpoint, and a policy with it \
            allows nothing.",
        fix: Fix::ask("claude-bedrock policy", "Print the policy with the right names"),
        before: Before::Elsewhere("a policy can rarely be read; `policy check` finds what it does not allow"),
        symptom: "Nothing is said when such a policy is written; the requests are refused as without it",
        messages: &[],
        source: "guidance-for-claude-code-with-amazon-bedrock#375, #63",
    },
    FailureMode {
        id: "P11",
        title: "Claude Code may not list inference profiles",
        cause: "Without the list it guesses ids by a prefix, and without reading a profile it does not know what is \
            behind an ARN. Policies of API keys often lack both.",
        fix: Fix::ask(
            "claude-bedrock models pin MODEL",
            "Pin exact ids, so that nothing is guessed; or have both actions allowed with `claude-bedrock policy`",
        ),
        before: Before::Calls("both calls made once"),
        symptom: "",
        messages: &[
            Message::certain("is not authorized to perform: bedrock:ListInferenceProfiles"),
            Message::certain("is not authorized to perform: bedrock:GetInferenceProfile"),
            Message::likely(
                "An error occurred (AccessDeniedException) when calling the ListInferenceProfiles operation",
            ),
        ],
        source: "amazon-bedrock documentation; observed",
    },
    FailureMode {
        id: "P12",
        title: "Only Claude Code is refused; the AWS CLI works",
        cause: "The organisation's policy looks at the program's name, or demands a guardrail with each request.",
        fix: Fix::administrator(
            "Requests of Claude Code to Amazon Bedrock are denied while the same requests of the AWS CLI pass. \
            Please tell us which condition applies: a user agent, or a required guardrail \
            (bedrock:GuardrailIdentifier), which we can send with each request.",
        ),
        before: Before::Message("our own requests look different from Claude Code's"),
        symptom: "",
        messages: &[Message::maybe("with an explicit deny in an identity-based policy").approximate()],
        source: "analytical-platform#9753; claude-code#23322",
    },
    FailureMode {
        id: "P13",
        title: "The Mantle endpoint needs permissions of its own",
        cause: "Its actions begin with `bedrock-mantle:`; those of plain Bedrock do not count there.",
        fix: Fix::administrator(
            "Please allow bedrock-mantle:CreateInference and bedrock-mantle:CountTokens for our role: we use the \
            Mantle endpoint of Amazon Bedrock.",
        ),
        before: Before::Probe("one token by the Mantle endpoint"),
        symptom: "",
        messages: &[
            Message::certain("is not authorized to perform: bedrock-mantle:CreateInference"),
            Message::certain("is not authorized to perform: bedrock-mantle:CountTokens"),
        ],
        source: "amazon-bedrock documentation",
    },
    FailureMode {
        id: "P14",
        title: "Everything is available, and requests are still refused",
        cause: "What AWS shows of an account and what it serves can differ for an hour, or while an account is under \
            review.",
        fix: Fix::by_hand("Wait for an hour; then open a case with AWS Support and give the request id"),
        before: Before::Probe("availability beside one token"),
        symptom: "A refusal although `claude-bedrock models` shows the model as available",
        messages: &[],
        source: "dated reports of 2026",
    },
    FailureMode {
        id: "P15",
        title: "Some AWS endpoints are reachable and others are not",
        cause: "A private network has endpoints for some services only: STS may fail where Bedrock would work, or \
            the other way round.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only P15",
            "See the table of endpoints, and have the missing ones opened",
        ),
        before: Before::Calls("each endpoint asked separately"),
        symptom: "Time-outs of one service beside answers of another",
        messages: &[],
        source: "derived; claude-code#75428",
    },
];
