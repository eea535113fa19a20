//! Network, proxy, TLS and streaming.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "N01",
        title: "The company's TLS inspection is not trusted",
        cause: "A proxy shows a certificate of its own for AWS, and Claude Code does not know who signed it.",
        fix: Fix::by_hand(
            "Add the company's CA to the system's store, or name its file in `NODE_EXTRA_CA_CERTS`. Never switch \
            the check off",
        ),
        before: Before::Calls("a handshake with each endpoint, and who signed its certificate"),
        symptom: "",
        messages: &[
            Message::certain(
                "Unable to connect to API: Self-signed certificate detected. Check your proxy or corporate SSL \
                certificates",
            ),
            Message::certain(
                "API Error: Unable to connect to API: SSL certificate verification failed \
                (UNABLE_TO_VERIFY_LEAF_SIGNATURE). <hint> set NODE_EXTRA_CA_CERTS to that CA bundle",
            ),
            Message::likely("Unable to connect to API: SSL certificate verification failed"),
            Message::common("unable to get local issuer certificate"),
            Message::common("SELF_SIGNED_CERT_IN_CHAIN"),
            Message::common("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
            Message::common("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ],
        source: "claude-code#26897, #20194, #43050, #3374; observed",
    },
    FailureMode {
        id: "N02",
        title: "The CA file in the settings is not used",
        cause: "Some versions take `NODE_EXTRA_CA_CERTS` from the environment they are started in, and not from the \
            settings.",
        fix: Fix::ask("claude-bedrock diagnose --only N02", "Export it in the shell as well, and update"),
        before: Before::Files("the variable in the settings alone"),
        symptom: "The messages of an untrusted certificate although `/status` lists the file",
        messages: &[],
        source: "claude-code#22512",
    },
    FailureMode {
        id: "N03",
        title: "The set-up wizard calls models unreachable that work in a chat",
        cause: "Before 2.1.260 its own questions to AWS did not use the system's certificates.",
        fix: Fix::update("2.1.261", "Update, or set up with `claude-bedrock setup`"),
        before: Before::Files("the version"),
        symptom: "The word `unreachable` beside models in the wizard",
        messages: &[],
        source: "amazon-bedrock documentation",
    },
    FailureMode {
        id: "N04",
        title: "The AWS CLI in a helper does not trust the proxy",
        cause: "It has its own list of certificates, in `AWS_CA_BUNDLE`; Claude Code's does not count for it.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only N04",
            "Set `AWS_CA_BUNDLE` to the company's CA file, or let `claude-bedrock setup` replace the helper",
        ),
        before: Before::Files("a helper that uses the AWS CLI, and a CA that only Claude Code is told of"),
        symptom: "",
        messages: &[
            Message::certain(
                "SSL validation failed for https://<host>.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] \
                certificate verify failed: unable to get local issuer certificate",
            ),
            Message::likely("SSL validation failed for https://<host>.amazonaws.com"),
        ],
        source: "claude-code#14066",
    },
    FailureMode {
        id: "N05",
        title: "The start or the first answer takes minutes",
        cause: "A host is asked past the proxy or through it where that leads nowhere, and each try waits for its \
            end.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only N05",
            "See which endpoint is slow; update Claude Code, and fix `NO_PROXY`",
        ),
        before: Before::Calls("each endpoint timed through and past the proxy"),
        symptom: "Nothing is said while it waits",
        messages: &[],
        source: "claude-code#72876, #84878, #75428; observed",
    },
    FailureMode {
        id: "N06",
        title: "A gateway rewrites the stream",
        cause: "Bedrock's stream has a form of its own; the gateway in between answers in another.",
        fix: Fix::by_hand(
            "Let the gateway pass `application/vnd.amazon.eventstream` unchanged. If it changes only the header, \
            `CLAUDE_CODE_DISABLE_BEDROCK_CONTENT_TYPE_GUARD` set to 1 helps; a gateway that speaks Anthropic's \
            own form belongs in `ANTHROPIC_BASE_URL`",
        ),
        before: Before::Probe("a stream by the configured base URL"),
        symptom: "",
        messages: &[
            Message::certain(
                "Bedrock streaming response has content-type \"text/event-stream\"; expected \
                \"application/vnd.amazon.eventstream\".",
            ),
            Message::certain(
                "Bedrock streaming response has content-type \"<type>\"; expected \
                \"application/vnd.amazon.eventstream\".",
            ),
        ],
        source: "errors documentation",
    },
    FailureMode {
        id: "N07",
        title: "A gateway breaks the stream",
        cause: "The same as a rewritten stream, in the words of Claude Code before 2.1.208.",
        fix: Fix::update("2.1.208", "Update to read what is wrong, then fix the gateway"),
        before: Before::Files("the version, and a base URL"),
        symptom: "",
        messages: &[
            Message::certain("API Error: Truncated event message received."),
            Message::likely("Truncated event message received"),
        ],
        source: "claude-code#75298",
    },
    FailureMode {
        id: "N08",
        title: "Every answer is asked for twice, and arrives all at once",
        cause: "The gateway drops the stream's `Content-Type`, Claude Code cannot read it and asks again without \
            streaming, which costs double.",
        fix: Fix::update(
            "2.1.239",
            "Update; a gateway that streams in Anthropic's form needs \
            `CLAUDE_CODE_DISABLE_BEDROCK_CONTENT_TYPE_DEFAULT` set to 1",
        ),
        before: Before::Files("the version, and a base URL"),
        symptom: "",
        messages: &[Message::certain(
            "Streaming response ended before any complete data was received. Retrying without streaming.",
        )],
        source: "claude-code#87930; litellm#41826; amazon-bedrock documentation",
    },
    FailureMode {
        id: "N09",
        title: "The configured base URL leads nowhere",
        cause: "`ANTHROPIC_BEDROCK_BASE_URL` has a wrong host or region, its name is known in a private network \
            only, or `NO_PROXY` lacks it.",
        fix: Fix::ask("claude-bedrock diagnose --only N09", "Correct it, or remove it"),
        before: Before::Calls("the name resolved, the handshake, and its region beside `AWS_REGION`"),
        symptom: "404 or a time-out for every request",
        messages: &[],
        source: "claude-code-action#42; derived",
    },
    FailureMode {
        id: "N10",
        title: "Nothing gets through to AWS",
        cause: "A firewall, a missing proxy or a broken name service stands between this machine and the endpoint.",
        fix: Fix::ask(
            "claude-bedrock diagnose --only N10",
            "See which endpoint fails at which step, and have it opened",
        ),
        before: Before::Calls("each endpoint asked separately"),
        symptom: "",
        messages: &[
            Message::likely("API Error (Request timed out.)"),
            Message::common("API Error: Request timed out."),
            Message::likely("getaddrinfo ENOTFOUND bedrock-runtime.<region>.amazonaws.com"),
            Message::certain("API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)"),
            Message::certain("API Error: Can't reach the API server — check your internet or DNS (ENOTFOUND)"),
            Message::common("API Error: Connection error."),
            Message::certain("Bedrock ListInferenceProfiles failed: connect ECONNREFUSED"),
            Message::certain("Bedrock ListInferenceProfiles failed: getaddrinfo ENOTFOUND"),
            Message::likely(
                "Request timed out. If the API is slow to answer, or a proxy or gateway holds responses, set \
                API_TIMEOUT_MS above the limit in force",
            ),
            Message::maybe("Unable to connect to Anthropic services"),
        ],
        source: "claude-code#410; observed",
    },
    FailureMode {
        id: "N11",
        title: "The connection is cut during long thinking",
        cause: "Network devices drop connections that are silent for some minutes: NAT gateways, VPC endpoints and \
            load balancers after 350 seconds.",
        fix: Fix::by_hand(
            "Update Claude Code, raise the idle time-out of the device in between, and enable TCP keep-alive",
        ),
        before: Before::Message("it needs minutes of silence"),
        symptom: "",
        messages: &[
            Message::certain("Stream idle timeout - partial response received"),
            Message::likely("API Error: Connection reset <output> ECONNRESET"),
        ],
        source: "AWS error reference; claude-code#54472",
    },
    FailureMode {
        id: "N12",
        title: "A proxy refuses the request",
        cause: "Bedrock does not answer 401 when credentials end; a proxy in between does.",
        fix: Fix::by_hand(
            "Check the proxy's own sign-in: the user and password in `HTTPS_PROXY`, or the gateway's token",
        ),
        before: Before::Calls("the endpoint asked through the proxy"),
        symptom: "",
        messages: &[
            Message::likely("AWS authentication failed <output> API Error: 401"),
            Message::maybe("API Error: 401"),
            Message::common("407 Proxy Authentication Required"),
        ],
        source: "errors documentation",
    },
    FailureMode {
        id: "N13",
        title: "The AWS CLI cannot reach the endpoint",
        cause: "The region is misspelt or has no Bedrock, so there is no such host, or the network does not let it \
            through.",
        fix: Fix::ask(
            "claude-bedrock setup --region REGION",
            "Choose a region that serves Claude; `claude-bedrock regions` lists them",
        ),
        before: Before::Calls("the host of the region resolved and reached"),
        symptom: "",
        messages: &[
            Message::certain(
                "Could not connect to the endpoint URL: \"https://bedrock-runtime.<region>.amazonaws.com/<path>\"",
            ),
            Message::certain(
                "Could not connect to the endpoint URL: \"https://bedrock.<region>.amazonaws.com/<path>\"",
            ),
            Message::likely("Could not connect to the endpoint URL: \"https://<host>.amazonaws.com/\""),
            Message::common("Could not connect to the endpoint URL"),
            Message::likely("Connect timeout on endpoint URL: \"https://<host>.amazonaws.com/<path>\""),
        ],
        source: "botocore; guides for Claude Code on Bedrock",
    },
    FailureMode {
        id: "N14",
        title: "The region is far away",
        cause: "Each request crosses an ocean before the first word comes.",
        fix: Fix::ask(
            "claude-bedrock regions",
            "Choose the nearest region that serves your models, and write it with `claude-bedrock setup --region \
            REGION`",
        ),
        before: Before::Calls("the time to each region that serves the models in use"),
        symptom: "Slow answers",
        messages: &[],
        source: "guides for Claude Code on Bedrock",
    },
];
