//! The commands that renew credentials, part two: `awsCredentialExport`, storage and scripts.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "R15",
        title: "The request is still refused after the credentials were renewed",
        cause: "Claude Code puts this sentence before every 403, whether the keys have expired or a permission is \
            missing; a 401 usually comes from a proxy. What AWS said follows `API Error`.",
        fix: Fix::ask(
            "claude-bedrock diagnose",
            "Look at the part after `API Error`; a new sign-in helps only where that speaks of expired or invalid \
            tokens",
        ),
        before: Before::Message("the sentence stands before many causes"),
        symptom: "",
        messages: &[
            Message::wrapper(
                "AWS authentication failed · refresh your AWS credentials (SSO sign-in, access keys, API key or \
                proxy token) and retry · if credentials are current, check AWS permissions and model access · \
                API Error: 403",
            ),
            Message::wrapper("AWS authentication failed"),
            Message::wrapper("AWS credentials expired or invalid"),
            Message::wrapper("if credentials are current, check AWS permissions and model access"),
        ],
        source: "errors documentation; observed",
    },
    FailureMode {
        id: "R16",
        title: "What the export command prints is not usable",
        cause: "Claude Code wants one JSON document in one of two forms with a session token that is not empty, on \
            standard output and nothing beside it. Otherwise it silently takes whatever other identity it finds.",
        fix: Fix::ask(
            "claude-bedrock helpers test",
            "See what is wrong; `claude-bedrock setup --export-command PATH` guards the script",
        ),
        before: Before::Calls("the command run as Claude Code runs it"),
        symptom: "",
        messages: &[
            Message::certain("Error getting AWS credentials from awsCredentialExport (in settings or ~/.claude.json):"),
            Message::certain("awsCredentialExport did not return valid AWS STS output structure"),
            Message::certain("awsCredentialExport did not return a valid value"),
        ],
        source: "amazon-bedrock documentation; claude-code#69407; observed",
    },
    FailureMode {
        id: "R17",
        title: "The exported credentials do not say when they end",
        cause: "Without `Expiration` Claude Code keeps them for an hour, longer than short ones live.",
        fix: Fix::ask("claude-bedrock helpers test", "Let the script print `Expiration` in ISO 8601; ours always does"),
        before: Before::Calls("the document looked at"),
        symptom: "About an hour into a session the message of expired keys",
        messages: &[],
        source: "claude-code#57823; changelog 2.1.176",
    },
    FailureMode {
        id: "R18",
        title: "The export command runs again and again",
        cause: "The credentials it gives are within five minutes of their end, and before 2.1.181 Claude Code asked \
            again each minute.",
        fix: Fix::update("2.1.181", "Update, and let the script renew earlier than ten minutes before the end"),
        before: Before::Calls("the document's end beside the clock; the version"),
        symptom: "The debug log shows the export once a minute",
        messages: &[],
        source: "changelog 2.1.181; observed",
    },
    FailureMode {
        id: "R19",
        title: "The export command was skipped, and another identity used",
        cause: "Before 2.1.141 Claude Code did not run it while any other credentials worked.",
        fix: Fix::update("2.1.141", "Update"),
        before: Before::Files("the version beside an export command"),
        symptom: "",
        messages: &[Message::certain("Fetched AWS caller identity, skipping AWS credential export command")],
        source: "claude-code#11953, #58876",
    },
    FailureMode {
        id: "R20",
        title: "Minutes pass while credentials are cleared",
        cause: "Before 2.1.206 Claude Code went through the whole default chain again beside an export command, \
            which takes long where the network lets little out.",
        fix: Fix::update("2.1.206", "Update, or remove `awsAuthRefresh` beside the export command"),
        before: Before::Files("the version, both helpers and a proxy"),
        symptom: "",
        messages: &[Message::maybe("Clearing AWS credential provider cache")],
        source: "claude-code#75428; changelog 2.1.206",
    },
    FailureMode {
        id: "R21",
        title: "The start hangs in a network with a proxy",
        cause: "From 2.1.188 to 2.1.238 the question to STS went past `HTTPS_PROXY` and waited for an answer that \
            could not come.",
        fix: Fix::update("2.1.239", "Update"),
        before: Before::Files("the version, a proxy and a refresh command"),
        symptom: "",
        messages: &[Message::maybe("Fetching AWS caller identity for AWS auth refresh command")],
        source: "claude-code#84878, #72876",
    },
    FailureMode {
        id: "R22",
        title: "Claude signs in to AWS on its own",
        cause: "Nothing forbids the Bash tool to run `aws sso login`; with a live browser session that succeeds \
            unseen and reaches every profile of the session.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only R22",
            "Add a deny rule for it, and give Bedrock an SSO session of its own",
        ),
        before: Before::Files("permission rules that deny the sign-in commands"),
        symptom: "Nothing is said",
        messages: &[],
        source: "i9wa4/dotfiles#132",
    },
    FailureMode {
        id: "R23",
        title: "The keyring keeps nothing, so every start signs in",
        cause: "WSL has no secret service, and Windows' entries are too small for a token.",
        fix: Fix::safe("claude-bedrock setup", "Use files that only you can read, as this program does"),
        before: Before::Elsewhere("the keyring of another tool is not ours to open"),
        symptom: "A sign-in at every start",
        messages: &[],
        source: "guidance-for-claude-code-with-amazon-bedrock#266, #348, #381",
    },
    FailureMode {
        id: "R24",
        title: "The container cannot read the sign-in that it was given",
        cause: "The cache's files are readable by one user id only, and the container runs as another, or there are \
            two `.aws` folders.",
        fix: Fix::by_hand(
            "Run the container with your user id and mount `~/.aws` writable, or export the credentials outside \
            of it with `claude-bedrock credentials`",
        ),
        before: Before::Files("owner and mode of the cache's files"),
        symptom: "",
        messages: &[
            Message::likely("PermissionError: [Errno 13] Permission denied: '<home>/.aws/sso/cache/<file>'"),
            Message::likely("EACCES: permission denied, open '<home>/.aws/sso/cache/<file>'"),
            Message::likely("EACCES: permission denied, open '<home>/.aws/config'"),
        ],
        source: "code-on-incus#76",
    },
    FailureMode {
        id: "R25",
        title: "The export script is named by a relative path",
        cause: "Claude Code runs helper commands in the folder of the session, so a relative path works in one \
            folder and not in the next.",
        fix: Fix::ask("claude-bedrock setup --export-command PATH", "Name it by its absolute path"),
        before: Before::Files("the path in the setting"),
        symptom: "It works in one folder only; `claude-bedrock helpers test` says so",
        messages: &[],
        source: "guides for `awsCredentialExport`; observed",
    },
    FailureMode {
        id: "R26",
        title: "The export script is not there",
        cause: "The file that `awsCredentialExport` names does not exist on this machine, and Claude Code takes \
            another identity without saying so.",
        fix: Fix::ask("claude-bedrock setup --export-command PATH", "Name the right file, or set up without a script"),
        before: Before::Files("the file"),
        symptom: "",
        messages: &[
            Message::likely(
                "Error getting AWS credentials from awsCredentialExport <output> No such file or directory",
            ),
            Message::maybe("/bin/sh: <number>: <file>.sh: not found"),
        ],
        source: "guides for `awsCredentialExport`",
    },
    FailureMode {
        id: "R27",
        title: "The export script is not executable",
        cause: "Its file lacks the permission to be run, or what its first line names is not there.",
        fix: Fix::ask("claude-bedrock setup --export-command PATH --force", "Make it executable: `chmod 700`"),
        before: Before::Files("the file's mode and first line"),
        symptom: "",
        messages: &[
            Message::likely("Error getting AWS credentials from awsCredentialExport <output> Permission denied"),
            Message::maybe("/bin/sh: <number>: <file>.sh: Permission denied"),
        ],
        source: "guides for `awsCredentialExport`",
    },
    FailureMode {
        id: "R28",
        title: "Others may change the export script",
        cause: "Whoever can write the file, or the folder it is in, gets your AWS credentials.",
        fix: Fix::ask(
            "claude-bedrock setup --export-command PATH --force",
            "Take the permission from others: `chmod 700`",
        ),
        before: Before::Files("the modes and owners of the file and its folders"),
        symptom: "Nothing is said",
        messages: &[],
        source: "guides for `awsCredentialExport`",
    },
    FailureMode {
        id: "R29",
        title: "The sign-in command fails",
        cause: "It ended with an error; in `-p` mode Claude Code drops what it printed. The credentials are then \
            used as they are.",
        fix: Fix::ask(
            "claude-bedrock helpers test --refresh",
            "Run it as Claude Code does and see what it prints, or let `claude-bedrock setup` put ours in its \
            place",
        ),
        before: Before::Files("Claude Code's own note of the command's last run"),
        symptom: "",
        messages: &[Message::certain("Error running awsAuthRefresh (in settings or ~/.claude.json):")],
        source: "observed",
    },
];
