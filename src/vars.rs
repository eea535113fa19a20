//! Every environment variable and settings key the program reads or writes, named once.
//!
//! What Claude Code does with each was observed with 2.1.329 and 2.1.197 unless a line says otherwise.

/// The switch that sends Claude Code to Amazon Bedrock: `1`, `true`, `yes` or `on`.
pub const USE_BEDROCK: &str = "CLAUDE_CODE_USE_BEDROCK";
/// The switch for Bedrock's Messages API endpoint (Mantle); plain Bedrock wins when both are set.
pub const USE_MANTLE: &str = "CLAUDE_CODE_USE_MANTLE";
/// The switch for Claude Platform on AWS.
pub const USE_ANTHROPIC_AWS: &str = "CLAUDE_CODE_USE_ANTHROPIC_AWS";
/// The switch for Google Vertex AI.
pub const USE_VERTEX: &str = "CLAUDE_CODE_USE_VERTEX";
/// The switch for Microsoft Foundry.
pub const USE_FOUNDRY: &str = "CLAUDE_CODE_USE_FOUNDRY";
/// With this Claude Code ignores provider variables in settings files; the host's environment wins.
pub const PROVIDER_MANAGED_BY_HOST: &str = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST";
/// Sends requests without a signature, for gateways that add their own.
pub const SKIP_BEDROCK_AUTH: &str = "CLAUDE_CODE_SKIP_BEDROCK_AUTH";
/// The same for Mantle.
pub const SKIP_MANTLE_AUTH: &str = "CLAUDE_CODE_SKIP_MANTLE_AUTH";
/// Where Claude Code sends model invocations and profile listings instead of AWS.
pub const BEDROCK_BASE_URL: &str = "ANTHROPIC_BEDROCK_BASE_URL";
/// The same for Mantle.
pub const MANTLE_BASE_URL: &str = "ANTHROPIC_BEDROCK_MANTLE_BASE_URL";
/// The prefix Claude Code prefers when it picks an inference profile by itself.
pub const BEDROCK_REGION_PREFIX: &str = "ANTHROPIC_BEDROCK_REGION_PREFIX";
/// `default`, `flex` or `priority`.
pub const BEDROCK_SERVICE_TIER: &str = "ANTHROPIC_BEDROCK_SERVICE_TIER";
/// A Bedrock API key: beats every other credential, an `awsCredentialExport` too.
pub const BEARER_TOKEN_BEDROCK: &str = "AWS_BEARER_TOKEN_BEDROCK";

/// The profile the AWS SDK for JavaScript, and so Claude Code, resolves credentials from.
pub const AWS_PROFILE: &str = "AWS_PROFILE";
/// The region requests go to; beats the profile's own.
pub const AWS_REGION: &str = "AWS_REGION";
/// Read by Claude Code after [`AWS_REGION`].
pub const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// Ambient access key id; [`AWS_PROFILE`] beats it in Claude Code.
pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// Its secret.
pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// Its session token.
pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
/// When the ambient keys end; what the AWS CLI exports beside them.
pub const AWS_CREDENTIAL_EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
/// Where the AWS config file is, when not `~/.aws/config`.
pub const AWS_CONFIG_FILE: &str = "AWS_CONFIG_FILE";
/// Where the AWS credentials file is, when not `~/.aws/credentials`.
pub const AWS_SHARED_CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
/// Where `aws login` caches its sign-ins, when not in `~/.aws/login/cache`.
pub const AWS_LOGIN_CACHE_DIRECTORY: &str = "AWS_LOGIN_CACHE_DIRECTORY";
/// Told to every `credential_process` we run: the profiles whose credentials it is to give, one a line. A run of this
/// program that finds its own profile there was called by itself.
pub const PROFILE_CHAIN: &str = "CLAUDE_BEDROCK_PROFILE_CHAIN";
/// How long Claude Code waits for the whole search for credentials, in milliseconds; a minute without it.
pub const CHAIN_RESOLVE_TIMEOUT_MS: &str = "CLAUDE_CODE_AWS_CHAIN_RESOLVE_TIMEOUT_MS";
/// `true` keeps the SDKs from asking for an instance's own role.
pub const AWS_EC2_METADATA_DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
/// Where the metadata service of an EC2 instance is, when not at its usual address.
pub const AWS_EC2_METADATA_SERVICE_ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
/// `IPv6` for the usual address of that kind.
pub const AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
/// The path under which a container of ECS gets its role's credentials.
pub const AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
/// The same as a whole address, as in EKS.
pub const AWS_CONTAINER_CREDENTIALS_FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// What the container shows there.
pub const AWS_CONTAINER_AUTHORIZATION_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
/// The file that holds it, replaced from time to time.
pub const AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// The file with a web identity's token, for the role that [`AWS_ROLE_ARN`] names.
pub const AWS_WEB_IDENTITY_TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
/// The role that a web identity assumes.
pub const AWS_ROLE_ARN: &str = "AWS_ROLE_ARN";
/// The endpoint of every AWS service; `AWS_ENDPOINT_URL_<SERVICE>` beats it.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// `true` switches the endpoint settings off.
pub const AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/// The main model.
pub const MODEL: &str = "ANTHROPIC_MODEL";
/// What the alias `opus` means.
pub const DEFAULT_OPUS_MODEL: &str = "ANTHROPIC_DEFAULT_OPUS_MODEL";
/// What the alias `sonnet` means.
pub const DEFAULT_SONNET_MODEL: &str = "ANTHROPIC_DEFAULT_SONNET_MODEL";
/// What the alias `haiku` means, and the model of background requests.
pub const DEFAULT_HAIKU_MODEL: &str = "ANTHROPIC_DEFAULT_HAIKU_MODEL";
/// What the alias `fable` means.
pub const DEFAULT_FABLE_MODEL: &str = "ANTHROPIC_DEFAULT_FABLE_MODEL";
/// The model of background requests, deprecated; it beats [`DEFAULT_HAIKU_MODEL`] for them, not for the alias. An
/// empty value cancels it.
pub const SMALL_FAST_MODEL: &str = "ANTHROPIC_SMALL_FAST_MODEL";
/// The model of subagents whose own file names none; in 2.1.197 of all of them. An empty value cancels it.
pub const SUBAGENT_MODEL: &str = "CLAUDE_CODE_SUBAGENT_MODEL";
/// The model of a workflow's subagents, before what the workflow names and [`SUBAGENT_MODEL`]; `inherit` and an empty
/// value cancel it (observed with 2.1.329).
pub const WORKFLOW_SUBAGENT_MODEL: &str = "CLAUDE_CODE_WORKFLOW_SUBAGENT_MODEL";
/// The model that judges what is done in auto mode, which nothing else names: without it Claude Code takes the pin of
/// the Sonnet family, or Sonnet 5 where that pin is newer, and the main model where AWS refuses that one. An empty value
/// cancels it (observed with 2.1.329).
pub const AUTO_MODE_MODEL: &str = "CLAUDE_CODE_AUTO_MODE_MODEL";
/// What beats pins, and is cancelled by an empty value.
pub const RIVALS_OF_PINS: [&str; 4] = [SMALL_FAST_MODEL, SUBAGENT_MODEL, WORKFLOW_SUBAGENT_MODEL, AUTO_MODE_MODEL];
/// The region of the background model, where one of those two names it.
pub const SMALL_FAST_MODEL_AWS_REGION: &str = "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION";

/// The main model where nobody chose one (Claude Code 2.1.236).
pub const DEFAULT_MODEL: &str = "ANTHROPIC_DEFAULT_MODEL";
/// What else makes Claude Code send a model, and for whom.
pub const FURTHER_MODELS: [(&str, &str); 5] = [
    (SUBAGENT_MODEL, "subagents whose own file names no model"),
    (WORKFLOW_SUBAGENT_MODEL, "subagents of workflows"),
    (AUTO_MODE_MODEL, "the judge of auto mode"),
    ("CLAUDE_CODE_BG_CLASSIFIER_MODEL", "the judge of sessions in the background"),
    ("ANTHROPIC_CUSTOM_MODEL_OPTION", "an entry of the model picker"),
];

/// Lets what is cached last five minutes, whatever else is set.
pub const FORCE_PROMPT_CACHING_5M: &str = "FORCE_PROMPT_CACHING_5M";

/// Behind a pin's name: what the picker calls the model.
pub const PIN_NAME: &str = "_NAME";
/// Behind a pin's name: what the model can do, between commas, where its id does not tell Claude Code.
pub const PIN_CAPABILITIES: &str = "_SUPPORTED_CAPABILITIES";
/// The values [`BEDROCK_REGION_PREFIX`] may have (Claude Code 2.1.224; passed over in `GovCloud`).
pub const REGION_PREFIXES: [&str; 6] = ["us", "eu", "apac", "jp", "au", "global"];
/// The most tokens an answer may have; 32,000 for models Claude Code does not know.
pub const MAX_OUTPUT_TOKENS: &str = "CLAUDE_CODE_MAX_OUTPUT_TOKENS";
/// The budget of extended thinking; models that think adaptively ignore it.
pub const MAX_THINKING_TOKENS: &str = "MAX_THINKING_TOKENS";
/// Switches prompt caching off, so that every turn is paid for as a whole.
pub const DISABLE_PROMPT_CACHING: &str = "DISABLE_PROMPT_CACHING";
/// Lets what is cached last an hour.
pub const ENABLE_PROMPT_CACHING_1H: &str = "ENABLE_PROMPT_CACHING_1H";

/// Setting of Claude Code's VS Code extension: a list of `{name, value}`.
pub const VSCODE_ENVIRONMENT: &str = "claudeCode.environmentVariables";
/// Setting of the same: whether it asks nobody to sign in to Anthropic.
pub const VSCODE_DISABLE_LOGIN_PROMPT: &str = "claudeCode.disableLoginPrompt";

/// The aliases of Claude Code's model picker with the variable that pins each.
pub const FAMILY_PINS: [(&str, &str); 4] = [
    ("opus", DEFAULT_OPUS_MODEL),
    ("sonnet", DEFAULT_SONNET_MODEL),
    ("haiku", DEFAULT_HAIKU_MODEL),
    ("fable", DEFAULT_FABLE_MODEL),
];

/// The families whose models Claude Code looks for at its start where the alias is not pinned to one of them (observed
/// with 2.1.329; 2.1.197 looks for none).
pub const FAMILIES_LOOKED_FOR: [&str; 3] = ["opus", "sonnet", "haiku"];

/// Headers of every request, one a line.
pub const CUSTOM_HEADERS: &str = "ANTHROPIC_CUSTOM_HEADERS";
/// Beta features asked for beside Claude Code's own.
pub const BETAS: &str = "ANTHROPIC_BETAS";
/// A bearer token for a gateway; up to 2.1.100 it overwrote the signature of AWS.
pub const AUTH_TOKEN: &str = "ANTHROPIC_AUTH_TOKEN";
/// The folder of Claude Code's debug logs, when not `debug` in its own.
pub const DEBUG_LOGS_DIR: &str = "CLAUDE_CODE_DEBUG_LOGS_DIR";
/// Replaces `~/.claude` as the folder of Claude Code's user settings.
pub const CLAUDE_CONFIG_DIR: &str = "CLAUDE_CONFIG_DIR";
/// The proxy for `https` addresses.
pub const HTTPS_PROXY: &str = "HTTPS_PROXY";
/// The same in the spelling that curl made common.
pub const HTTPS_PROXY_LOWER: &str = "https_proxy";
/// The hosts that are reached without a proxy, between commas.
pub const NO_PROXY: &str = "NO_PROXY";
/// The same in lower case.
pub const NO_PROXY_LOWER: &str = "no_proxy";
/// A file of certificates that the AWS tools trust.
pub const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// A file of certificates that Claude Code trusts beside the system's.
pub const NODE_EXTRA_CA_CERTS: &str = "NODE_EXTRA_CA_CERTS";
/// What the user is called, as login programs say it.
pub const USER: &str = "USER";
/// The same, as POSIX names it.
pub const LOGNAME: &str = "LOGNAME";
/// The same on Windows.
pub const USERNAME: &str = "USERNAME";
/// What the machine is called, where a shell exports it.
pub const HOSTNAME: &str = "HOSTNAME";
/// The same on Windows.
pub const COMPUTERNAME: &str = "COMPUTERNAME";
/// The user's home.
pub const HOME: &str = "HOME";
/// The user's home on Windows.
pub const USERPROFILE: &str = "USERPROFILE";
/// Where programs are looked up.
pub const PATH: &str = "PATH";
/// Base of per-user state, `~/.local/state` when unset (XDG Base Directory Specification 0.8).
pub const XDG_STATE_HOME: &str = "XDG_STATE_HOME";
/// Base of per-user settings, `~/.config` when unset (XDG Base Directory Specification 0.8).
pub const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
/// Base of per-user settings on Windows.
pub const APPDATA: &str = "APPDATA";
/// Base of per-user state on Windows.
pub const LOCALAPPDATA: &str = "LOCALAPPDATA";
/// Set by continuous-integration services.
pub const CI: &str = "CI";
/// Set in a shell that was opened from another machine: the two addresses.
pub const SSH_CONNECTION: &str = "SSH_CONNECTION";
/// Set in such a shell that has a terminal.
pub const SSH_TTY: &str = "SSH_TTY";
/// Set in a terminal of VS Code: the editor's own process, which may be on another machine.
pub const VSCODE_IPC_HOOK_CLI: &str = "VSCODE_IPC_HOOK_CLI";
/// The X11 display windows are shown on.
pub const DISPLAY: &str = "DISPLAY";
/// The Wayland display windows are shown on.
pub const WAYLAND_DISPLAY: &str = "WAYLAND_DISPLAY";
/// Set in WSL while Windows programs can be started from it.
pub const WSL_INTEROP: &str = "WSL_INTEROP";
/// `true` in a GitHub Codespace.
pub const CODESPACES: &str = "CODESPACES";
/// The command that opens a browser; `%s` in it stands for the address.
pub const BROWSER: &str = "BROWSER";
/// How Claude Code was started: `cli` with its interface, `sdk-cli` for `claude -p`.
pub const CLAUDE_ENTRYPOINT: &str = "CLAUDE_CODE_ENTRYPOINT";
/// Set by Claude Code in the commands of its Bash tool and in hooks, whose output a person gets to see; not in its
/// credential helpers.
pub const CLAUDE_TOOL: &str = "CLAUDECODE";
/// Set by Claude Code in hooks, and neither in the commands of its Bash tool nor in its credential helpers.
pub const CLAUDE_PROJECT_DIR: &str = "CLAUDE_PROJECT_DIR";
/// `dumb` for a terminal that cannot move its cursor.
pub const TERM: &str = "TERM";

/// Set to anything but nothing by those who want no colour (no-color.org).
pub const NO_COLOR: &str = "NO_COLOR";

/// With this Claude Code takes cloud credentials out of the environment of its hooks and tools (since 2.1.83).
pub const SUBPROCESS_ENV_SCRUB: &str = "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB";
/// How many minutes before its end a sign-in that cannot renew itself is told of when a session starts.
pub const WARN_MINUTES: &str = "CLAUDE_BEDROCK_WARN_MINUTES";

/// Who runs a command: `claude-code_2-1-329_harness` in commands that Claude Code runs.
pub const AI_AGENT: &str = "AI_AGENT";
/// The socket of one session of Claude Code, in the environment of its helper commands (observed with 2.1.329).
pub const MESSAGING_SOCKET: &str = "CLAUDE_CODE_MESSAGING_SOCKET";
/// What else Claude Code adds to the environment of its helper commands, as observed in `-p` mode.
pub const ADDED_FOR_HELPERS: [(&str, &str); 4] = [
    ("CLAUDE_CODE_ENTRYPOINT", "sdk-cli"),
    ("NoDefaultCurrentDirectoryInExePath", "1"),
    ("COREPACK_ENABLE_AUTO_PIN", "0"),
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
];

/// Settings key: the shell command Claude Code runs when its credentials do not work.
pub const AUTH_REFRESH: &str = "awsAuthRefresh";
/// Settings key: the shell command whose JSON Claude Code signs its Bedrock requests with.
pub const CREDENTIAL_EXPORT: &str = "awsCredentialExport";
/// Settings key: a command that prints a key for Anthropic or a gateway.
pub const API_KEY_HELPER: &str = "apiKeyHelper";
/// Settings key: what Claude may do unasked, and may not do at all.
pub const PERMISSIONS: &str = "permissions";
/// Settings key: the models one may choose from; a list.
pub const AVAILABLE_MODELS: &str = "availableModels";
/// Settings key: what the picker offers; its `options` have a `model` each.
pub const MODEL_PICKER: &str = "modelPicker";
/// Settings key: the models that are tried when the main one is overloaded; a list.
pub const FALLBACK_MODEL: &str = "fallbackModel";
/// Settings key: the command that draws a line below the prompt; an object.
pub const STATUS_LINE: &str = "statusLine";
/// Settings key: the object of environment variables.
pub const ENV: &str = "env";
/// Settings key: the main model; [`MODEL`] beats it.
pub const MODEL_SETTING: &str = "model";
/// Settings key: provider ids by Anthropic's names of the models; an object of strings.
pub const MODEL_OVERRIDES: &str = "modelOverrides";

/// Other settings keys that belong to a Bedrock configuration, removed by `reset --all` when present.
pub const OTHER_BEDROCK_SETTINGS: [&str; 1] = [MODEL_OVERRIDES];

/// Settings keys that are removed by `reset --all` only when they hold a Bedrock model id.
pub const MODEL_BEARING_SETTINGS: [&str; 2] = [MODEL_SETTING, FALLBACK_MODEL];

/// The `env` keys of a Bedrock configuration, whoever wrote them: what `reset --all` offers to remove.
pub const BEDROCK_ENV: [&str; 38] = [
    USE_BEDROCK,
    USE_MANTLE,
    SKIP_BEDROCK_AUTH,
    SKIP_MANTLE_AUTH,
    BEDROCK_BASE_URL,
    MANTLE_BASE_URL,
    BEDROCK_REGION_PREFIX,
    BEDROCK_SERVICE_TIER,
    BEARER_TOKEN_BEDROCK,
    AWS_PROFILE,
    AWS_REGION,
    AWS_DEFAULT_REGION,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
    MODEL,
    DEFAULT_OPUS_MODEL,
    "ANTHROPIC_DEFAULT_OPUS_MODEL_NAME",
    "ANTHROPIC_DEFAULT_OPUS_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_OPUS_MODEL_SUPPORTED_CAPABILITIES",
    DEFAULT_SONNET_MODEL,
    "ANTHROPIC_DEFAULT_SONNET_MODEL_NAME",
    "ANTHROPIC_DEFAULT_SONNET_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_SONNET_MODEL_SUPPORTED_CAPABILITIES",
    DEFAULT_HAIKU_MODEL,
    "ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL_SUPPORTED_CAPABILITIES",
    DEFAULT_FABLE_MODEL,
    "ANTHROPIC_DEFAULT_FABLE_MODEL_NAME",
    "ANTHROPIC_DEFAULT_FABLE_MODEL_DESCRIPTION",
    "ANTHROPIC_DEFAULT_FABLE_MODEL_SUPPORTED_CAPABILITIES",
    SMALL_FAST_MODEL,
    SMALL_FAST_MODEL_AWS_REGION,
    ENABLE_PROMPT_CACHING_1H,
    "ENABLE_PROMPT_CACHING_1H_BEDROCK",
    CHAIN_RESOLVE_TIMEOUT_MS,
    "CLAUDE_CODE_SKIP_AWS_CRED_CACHE",
];

/// The three token settings the original Bedrock plugin wrote beside its own keys, with the values it gave them;
/// `reset --all` removes them only while they still hold these.
pub const ORIGINAL_PLUGIN_TOKEN_SETTINGS: [(&str, &str); 3] =
    [(MAX_THINKING_TOKENS, "8192"), (MAX_OUTPUT_TOKENS, "8192"), (DISABLE_PROMPT_CACHING, "0")];

/// Whether Claude Code takes a switch's value for on.
#[must_use]
pub fn is_on(value: &str) -> bool {
    matches!(value.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on")
}

/// Whether a variable's value may be a secret and must not be shown.
#[must_use]
pub fn may_hold_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper != MAX_THINKING_TOKENS
        && upper != MAX_OUTPUT_TOKENS
        && ["TOKEN", "SECRET", "PASSWORD", "API_KEY", "ACCESS_KEY", "CUSTOM_HEADERS"]
            .iter()
            .any(|mark| upper.contains(mark))
}
