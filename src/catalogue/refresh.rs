//! The commands that renew credentials, part one: `awsAuthRefresh`.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "R01",
        title: "A browser tab opens every few seconds",
        cause: "A VPN or a TLS proxy breaks the round trip of the sign-in, Claude Code takes that for expired \
            credentials and runs the command again, however often you sign in.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Let this program sign in: it looks before it opens anything and rests ten minutes after a refusal; \
            or remove `awsAuthRefresh`",
        ),
        before: Before::Files("the history of sign-ins: more than two in five minutes"),
        symptom: "Tab after tab; the debug log repeats `Running AWS auth refresh command`",
        messages: &[Message::maybe(
            "Running AWS auth refresh command <output> Running AWS auth refresh command <output> Running AWS \
                auth refresh command",
        )],
        source: "claude-code#12421; amazon-bedrock documentation",
    },
    FailureMode {
        id: "R02",
        title: "The sign-in command runs although the sign-in is valid",
        cause: "Claude Code asks STS who it is before it runs the command, and takes every failure for an ended \
            sign-in: no region, a proxy, a blocked endpoint, a refusal.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Write the region, and let this program decide whether a sign-in is due; open the STS endpoint of the \
            region",
        ),
        before: Before::Calls("GetCallerIdentity asked as Claude Code does"),
        symptom: "",
        messages: &[Message::maybe(
            "Fetching AWS caller identity for AWS auth refresh command <output> Running AWS auth refresh \
                command",
        )],
        source: "claude-code#81069, #18485, #8447; observed",
    },
    FailureMode {
        id: "R03",
        title: "The address of the sign-in is not shown",
        cause: "In `-p` mode and while Claude Code starts, nothing of what the command prints is shown; several \
            releases hid it in sessions too. You wait in front of a blank screen.",
        fix: Fix::ask(
            "claude-bedrock login",
            "Sign in in another terminal now; as configured by `claude-bedrock setup` the address is also shown \
            on the terminal itself",
        ),
        before: Before::Files("a refresh command of another kind than ours"),
        symptom: "",
        messages: &[Message::maybe("Running AWS auth refresh command")],
        source: "claude-code#9412, #9689, #17930, #52978, #82426; observed",
    },
    FailureMode {
        id: "R04",
        title: "The sign-in is cut off before it is done",
        cause: "Claude Code ends the command after three minutes, and its probe at the start waits for twenty \
            seconds only.",
        fix: Fix::ask(
            "claude-bedrock login",
            "Sign in before you start Claude Code; a sign-in that was begun is taken up again",
        ),
        before: Before::Message("it depends on how long a person takes"),
        symptom: "",
        messages: &[
            Message::certain("[3p-probe] bedrock-fallback hit 20000ms deadline; proceeding without it"),
            Message::certain(
                "AWS auth refresh timed out after 3 minutes. Run your auth command manually in a separate \
                terminal.",
            ),
        ],
        source: "claude-code#52978, #25457; observed",
    },
    FailureMode {
        id: "R05",
        title: "The sign-in command asks for input that cannot come",
        cause: "Claude Code gives its helper commands a standard input that never says anything and never ends, so a \
            prompt for a password or a code waits until the command is ended.",
        fix: Fix::by_hand(
            "Use a sign-in that needs no typing in the terminal (push, browser), or run the tool yourself before \
            you start Claude Code",
        ),
        before: Before::Files(
            "a command that is known to prompt: `gimme-aws-creds`, `saml2aws`, a profile with `mfa_serial`",
        ),
        symptom: "",
        messages: &[
            Message::likely("MFA token code is required but no terminal is available").approximate(),
            Message::certain(
                "Profile <profile> requires multi-factor authentication, but no MFA code callback was provided.",
            ),
        ],
        source: "claude-code#11264, #3823; observed",
    },
    FailureMode {
        id: "R06",
        title: "The sign-in page cannot come back to this machine",
        cause: "The browser runs elsewhere than the command: over SSH, in a container or a Codespace the address it \
            returns to is not this machine.",
        fix: Fix::safe(
            "claude-bedrock login --no-browser",
            "Sign in with a code, which any browser takes; chosen automatically over SSH and in containers",
        ),
        before: Before::Files("marks of SSH, containers and Codespaces beside a command that needs a local browser"),
        symptom: "",
        messages: &[
            Message::likely("http://127.0.0.1:<port>/oauth/callback"),
            Message::maybe("127.0.0.1 refused to connect").approximate(),
            Message::likely("gio: https://oidc.<region>.amazonaws.com/authorize").approximate(),
        ],
        source: "aws-cli#9098, #9148, #9228, #10433; desktop-feedback#98",
    },
    FailureMode {
        id: "R07",
        title: "WSL opens no browser",
        cause: "Windows programs cannot be started from this WSL, or a VPN keeps the browser of Windows from \
            reaching it.",
        fix: Fix::safe(
            "claude-bedrock login --no-browser",
            "Sign in with a code; with `wslu` installed a browser opens too",
        ),
        before: Before::Files("the kernel's name, and `wslview` or a Windows shell within reach"),
        symptom: "Nothing opens, or the page cannot return",
        messages: &[],
        source: "aws-cli#10241; guidance-for-claude-code-with-amazon-bedrock#577",
    },
    FailureMode {
        id: "R08",
        title: "Every VS Code window opens its own sign-in page",
        cause: "VS Code hands the wish for a browser to each of its remote windows, and only one page leads back.",
        fix: Fix::safe("claude-bedrock login --no-browser", "Sign in with a code; the address is shown once"),
        before: Before::Files("VS Code's remote session"),
        symptom: "Several tabs at once, of which one works",
        messages: &[],
        source: "aws-cli#7113",
    },
    FailureMode {
        id: "R09",
        title: "The extension chokes on the helper's output",
        cause: "Early 2.0 versions mixed what the sign-in command printed into the JSON that the VS Code extension \
            reads.",
        fix: Fix::update("2.0.24", "Update Claude Code and the extension"),
        before: Before::Files("the version"),
        symptom: "",
        messages: &[Message::certain("SyntaxError: Unexpected token 'A', \"Attempting\"... is not valid JSON")],
        source: "claude-code#8447",
    },
    FailureMode {
        id: "R10",
        title: "The helper command is not found",
        cause: "Claude Code runs it with `/bin/sh`, which knows no aliases, no functions and none of the paths that \
            an interactive shell adds.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Write an absolute path; `claude-bedrock helpers test` shows what the shell says",
        ),
        before: Before::Files("the command's first word looked up with a short `PATH`"),
        symptom: "",
        messages: &[
            Message::likely("Error running awsAuthRefresh <output> command not found"),
            Message::likely("Error getting AWS credentials from awsCredentialExport <output> command not found"),
            Message::maybe("/bin/sh: <number>: aws: not found"),
            Message::maybe("aws: command not found"),
        ],
        source: "derived; observed",
    },
    FailureMode {
        id: "R11",
        title: "Dozens of sign-in pages open at once",
        cause: "Sessions, subagents and other AWS tools each begin a sign-in of their own when the shared one ends.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Let this program sign in: there is one sign-in, and the others wait for it",
        ),
        before: Before::Files("several callers of a command without a lock"),
        symptom: "Many pages within the same second",
        messages: &[],
        source: "aws-vault#445; observed",
    },
    FailureMode {
        id: "R12",
        title: "The AWS CLI that the helper needs is missing or too old",
        cause: "`aws sso` needs version 2, a code instead of a browser 2.22, `aws login` 2.32.",
        fix: Fix::ask("claude-bedrock setup", "Let this program sign in, which needs no AWS CLI; or update it"),
        before: Before::Files("the version of the AWS CLI, where a helper command uses it"),
        symptom: "",
        messages: &[
            Message::likely("aws: error: argument command: Invalid choice, valid choices are: <choices> sso"),
            Message::likely("aws: error: argument operation: Invalid choice, valid choices are: <choices> login"),
            Message::likely("Unknown options: --use-device-code").approximate(),
            Message::likely("Unknown options: --no-browser").approximate(),
        ],
        source: "aws-cli#9098; aws-toolkit-vscode#8488",
    },
    FailureMode {
        id: "R13",
        title: "The sign-in succeeds and changes nothing",
        cause: "The command signs in to another profile, or to another SSO session, than the one Claude Code uses.",
        fix: Fix::ask("claude-bedrock setup --profile NAME", "Let both be the same"),
        before: Before::Files("the profile in the command beside the one in use"),
        symptom: "The same error again right after a sign-in",
        messages: &[],
        source: "derived",
    },
    FailureMode {
        id: "R14",
        title: "The credentials are fine; the refusal has another reason",
        cause: "Claude Code asked STS, was recognised and rightly did not sign in. What follows is a matter of \
            permissions or of access to the model.",
        fix: Fix::ask("claude-bedrock models --probe", "Read what AWS says to a request of one token"),
        before: Before::Files("Claude Code's newest debug log"),
        symptom: "",
        messages: &[
            Message::likely("Fetched AWS caller identity, skipping AWS auth refresh command <output> API Error: 403"),
            Message::maybe("Fetched AWS caller identity, skipping AWS auth refresh command"),
        ],
        source: "claude-code#77253; errors documentation",
    },
];
