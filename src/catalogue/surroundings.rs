//! What is configured, part two: versions, secrets, signatures and the programs around Claude Code.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "C15",
        title: "This version of Claude Code is known to be broken on Bedrock",
        cause: "Some releases had a fault that others do not, whatever your configuration: requests signed wrongly, \
            a start that hangs, beta features that Bedrock refuses.",
        fix: Fix::update("", "Update Claude Code; to stay on a good version set `DISABLE_AUTOUPDATER` to 1"),
        before: Before::Files("the installed version beside the known ranges"),
        symptom: "The message of the fault itself, each under its own id",
        messages: &[],
        source: "changelog; claude-code#44967, #49370, #66648, #36287",
    },
    FailureMode {
        id: "C16",
        title: "On Windows the AWS files are looked for in the wrong home",
        cause: "A stray variable `HOME` points elsewhere than `USERPROFILE`, and Claude Code's desktop application \
            before 2.1.221 believed it.",
        fix: Fix::update("2.1.221", "Update, or unset `HOME`"),
        before: Before::Files("both variables, on Windows, where it happens"),
        symptom: "The profile is not found, though the AWS CLI finds it",
        messages: &[],
        source: "changelog 2.1.221",
    },
    FailureMode {
        id: "C17",
        title: "A secret is readable in a settings file",
        cause: "`AWS_SECRET_ACCESS_KEY` or `AWS_BEARER_TOKEN_BEDROCK` in `env` reaches every command that Claude \
            Code runs, and in a project's file everyone who clones it.",
        fix: Fix::ask(
            "claude-bedrock setup --identity isolated",
            "Take the credentials from a profile instead; then replace the key, because it may have been read",
        ),
        before: Before::Files("every layer, and whether git tracks the file"),
        symptom: "Nothing is said",
        messages: &[],
        source: "settings-reference documentation; claude-code#29765",
    },
    FailureMode {
        id: "C18",
        title: "Requests go out unsigned",
        cause: "`CLAUDE_CODE_SKIP_BEDROCK_AUTH` leaves the signature to a gateway, but no gateway is configured, so \
            AWS gets a request without one.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only C18",
            "Remove the switch, or name the gateway in `ANTHROPIC_BEDROCK_BASE_URL`",
        ),
        before: Before::Files("the switch without a base URL"),
        symptom: "",
        messages: &[
            Message::certain("403 {\"Message\":\"Authorization header is missing\"}"),
            Message::common("Missing Authentication Token").approximate(),
        ],
        source: "changelog 2.1.96; derived",
    },
    FailureMode {
        id: "C19",
        title: "An empty variable breaks the signature",
        cause: "`AWS_BEARER_TOKEN_BEDROCK` or `ANTHROPIC_BEDROCK_BASE_URL` is set to nothing, as an unset input of a \
            CI workflow makes it, and Claude Code up to 2.1.96 took nothing for a value.",
        fix: Fix::update("2.1.97", "Update, or do not set variables that are empty"),
        before: Before::Files("empty values, and a Claude Code older than 2.1.97"),
        symptom: "",
        messages: &[Message::shared(
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                parameter.",
        )],
        source: "changelog 2.1.97; claude-code-action#1193",
    },
    FailureMode {
        id: "C20",
        title: "Another credential overwrites the AWS signature",
        cause: "`ANTHROPIC_AUTH_TOKEN`, `apiKeyHelper` or an `Authorization` line in `ANTHROPIC_CUSTOM_HEADERS` \
            replaced the header that carries the signature; up to 2.1.100 Claude Code let it.",
        fix: Fix::ask("claude-bedrock diagnose --fix --only C20", "Remove them beside Bedrock, or update to 2.1.101"),
        before: Before::Files("these variables and keys beside Bedrock"),
        symptom: "",
        messages: &[
            Message::certain(
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                parameter.",
            ),
            Message::certain("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header")
                .approximate(),
            Message::likely("IncompleteSignatureException").approximate(),
        ],
        source: "claude-code-action#1193; claude-code#45081; changelog 2.1.101",
    },
    FailureMode {
        id: "C21",
        title: "Bedrock is on although the switch says 0",
        cause: "Before 1.0.124 any text counted as on; today only `1`, `true`, `yes` and `on` do.",
        fix: Fix::update("1.0.124", "Update, or remove the variable instead of setting it to 0"),
        before: Before::Files("the value and the version"),
        symptom: "Nothing is said",
        messages: &[],
        source: "changelog 1.0.124; ccpocket#229",
    },
    FailureMode {
        id: "C22",
        title: "Commands that Claude Code runs see no AWS credentials",
        cause: "`CLAUDE_CODE_SUBPROCESS_ENV_SCRUB` takes cloud credentials away from the Bash tool, hooks and MCP \
            servers. Claude Code itself works.",
        fix: Fix::no_fault(
            "As it should be: whoever set it wanted this. Programs run by Claude Code can use a profile instead \
            of variables",
        ),
        before: Before::Files("the switch"),
        symptom: "Credentials are missing only in what Claude Code runs",
        messages: &[],
        source: "environment-variables documentation",
    },
    FailureMode {
        id: "C23",
        title: "Two providers are switched on",
        cause: "More than one of the `CLAUDE_CODE_USE_` switches is set, and which wins is not what you would guess.",
        fix: Fix::ask("claude-bedrock diagnose --fix --only C23", "Keep one"),
        before: Before::Files("the switches that are on"),
        symptom: "`/status` names another provider than you meant",
        messages: &[],
        source: "derived",
    },
    FailureMode {
        id: "C24",
        title: "A program started from the dock or the start menu lacks your shell's variables",
        cause: "Graphical programs do not read the shell's start-up files, so an editor started there knows neither \
            the Bedrock switch nor where `aws` is.",
        fix: Fix::ask(
            "claude-bedrock setup --scope user",
            "Write the configuration to the user settings, and helper commands with absolute paths, which is what \
            `setup` does",
        ),
        before: Before::Files(
            "Bedrock configured in shell start-up files only; a helper command without an absolute path",
        ),
        symptom: "",
        messages: &[Message::likely("400 Not a valid API key for this workspace")],
        source: "jetbrains-cc-gui#1311; claude-code#7487",
    },
    FailureMode {
        id: "C25",
        title: "VS Code's own environment setting does not reach a remote Claude Code",
        cause: "`claudeCode.environmentVariables` is applied on the machine that shows the window, not in WSL or on \
            the remote host where Claude Code runs.",
        fix: Fix::ask(
            "claude-bedrock setup --scope user",
            "Run it in the remote home: Claude Code's own settings there are always read",
        ),
        before: Before::Files("the setting in a remote or WSL workspace"),
        symptom: "Nothing is said; it works when the variables are exported in a shell",
        messages: &[],
        source: "claude-code#37709, #72261",
    },
    FailureMode {
        id: "C26",
        title: "The desktop application goes its own way",
        cause: "Claude's desktop application keeps its own sign-in; Bedrock there is a separate deployment, and the \
            settings of Claude Code do not switch it.",
        fix: Fix::by_hand(
            "Use Claude Code in a terminal or in VS Code, or ask your administrator for the desktop application's \
            third-party configuration",
        ),
        before: Before::Files("whether the application is installed; what it does it does not show"),
        symptom: "Requests go to api.anthropic.com, or a company sign-in is forced",
        messages: &[],
        source: "claude-code#35070, #61851, #33322",
    },
    FailureMode {
        id: "C27",
        title: "The managed settings cannot be read",
        cause: "A managed settings file that is not a JSON object stops Claude Code altogether, for all its users on \
            the machine.",
        fix: Fix::administrator(
            "The managed settings of Claude Code on this machine are not valid JSON, so Claude Code does not \
            start. Please correct the file that the message names.",
        ),
        before: Before::Files("the managed files parsed"),
        symptom: "",
        messages: &[Message::certain(
            "Managed settings document could not be parsed as a JSON object; none of its settings are in \
                effect. Fix or remove it.",
        )],
        source: "observed",
    },
];
