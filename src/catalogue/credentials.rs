//! Identity and credentials, part two: chains, API keys, clocks and ends.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "A14",
        title: "A role assumed over SSO is not taken",
        cause: "Early versions of Claude Code, and its own wizard until 2.1.218, did not follow `source_profile`. \
            AWS also limits a role that is assumed from another one to an hour.",
        fix: Fix::update(
            "2.1.218",
            "Update, or configure with `claude-bedrock setup --profile NAME`, which follows the chain itself",
        ),
        before: Before::Files("the `source_profile` chain and the version"),
        symptom: "",
        messages: &[
            Message::maybe("API Error: Profile is configured"),
            Message::likely(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role \
                chaining.",
            )
            .approximate(),
        ],
        source: "claude-code#6; changelog 2.1.218; aws-cli#7692",
    },
    FailureMode {
        id: "A15",
        title: "The profile works in the AWS CLI and not in Claude Code",
        cause: "Claude Code reads the AWS files with another program than the AWS CLI, and the two differ: quoted \
            names, lost prefixes, newer kinds of sign-in.",
        fix: Fix::ask(
            "claude-bedrock setup --identity isolated --profile NAME",
            "Let this program resolve the profile for Claude Code",
        ),
        before: Before::Files("both readings of the files, with their differences"),
        symptom: "Claude Code says that it found no credentials; the AWS CLI finds them",
        messages: &[],
        source: "claude-code#14086",
    },
    FailureMode {
        id: "A16",
        title: "Looking for credentials takes longer than a minute",
        cause: "A `credential_process` waits for input that cannot come, or the instance's own credentials service \
            never answers.",
        fix: Fix::ask(
            "claude-bedrock helpers test",
            "Mend the command that hangs; `CLAUDE_CODE_AWS_CHAIN_RESOLVE_TIMEOUT_MS` gives a slow one more time",
        ),
        before: Before::Calls("each source run with its input closed and a deadline"),
        symptom: "",
        messages: &[
            Message::certain("API Error: AWS default-chain credential resolve timed out"),
            Message::certain("Timed out after 60s waiting for AWS"),
        ],
        source: "errors documentation; claude-code#76566",
    },
    FailureMode {
        id: "A17",
        title: "The `credential_process` works by hand but not for Claude Code",
        cause: "Its output must be one JSON document with `Version` 1 and nothing else; a greeting, a warning or a \
            failing exit code spoils it.",
        fix: Fix::by_hand(
            "Print messages to standard error and only the document to standard output; `claude-bedrock profiles` \
            runs it and names what is wrong",
        ),
        before: Before::Calls("the command run and its output read strictly"),
        symptom: "",
        messages: &[
            Message::certain("Profile <profile> credential_process returned invalid JSON."),
            Message::certain("Profile <profile> credential_process did not return Version 1."),
            Message::certain("Profile <profile> credential_process returned invalid credentials."),
            Message::certain("Profile <profile> credential_process returned expired credentials."),
            Message::likely("Error when retrieving credentials from custom-process"),
        ],
        source: "guidance-for-claude-code-with-amazon-bedrock; AWS SDK for JavaScript",
    },
    FailureMode {
        id: "A18",
        title: "The `credential_process` calls itself",
        cause: "It asks AWS with the very profile it is to give credentials for, which starts it again, without end.",
        fix: Fix::ask(
            "claude-bedrock profiles",
            "Let it use another profile; this program stops such a loop and says so",
        ),
        before: Before::Files("the command searched for its own profile"),
        symptom: "The start hangs, or the machine fills with processes",
        messages: &[],
        source: "guidance-for-claude-code-with-amazon-bedrock#58",
    },
    FailureMode {
        id: "A19",
        title: "The search for credentials ends at a machine that has none to give",
        cause: "With no other source the chain asks the instance's credentials service. In a container that is one \
            hop too far, and outside EC2 nobody answers, so every start waits.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Give it a source; set `AWS_EC2_METADATA_DISABLED` to true, or on EC2 raise the hop limit to 2",
        ),
        before: Before::Files("no other source, in a container"),
        symptom: "",
        messages: &[
            Message::likely("Error response received from instance metadata service"),
            Message::likely("no EC2 IMDS role found").approximate(),
            Message::likely("EC2 Metadata roleName request returned error").approximate(),
            Message::maybe("connect ETIMEDOUT 169.254.169.254:80").approximate(),
            Message::likely("TimeoutError: connect EHOSTUNREACH 169.254.169.254:80").approximate(),
        ],
        source: "errors documentation; observed",
    },
    FailureMode {
        id: "A20",
        title: "The sign-in of `aws login` has ended",
        cause: "The profile takes its credentials from a console sign-in (`login_session`), which lasts some hours.",
        fix: Fix::ask("claude-bedrock login --profile NAME", "Sign in again"),
        before: Before::Files("the profile's `login_session` and its cached sign-in"),
        symptom: "",
        messages: &[
            Message::certain("Your session has expired. Please reuthenticate with 'aws login'"),
            Message::certain(
                "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'",
            ),
            Message::certain("Failed to load a token for session <session>, please re-authenticate using aws login"),
        ],
        source: "aws-cli#10004; aws-toolkit-vscode#8488",
    },
    FailureMode {
        id: "A21",
        title: "What is set as a Bedrock API key is not one",
        cause: "`AWS_BEARER_TOKEN_BEDROCK` holds something else: long-term keys begin with `ABSK`, short-term ones \
            with `bedrock-api-key-`.",
        fix: Fix::ask("claude-bedrock setup", "Put the right key there, or use a profile and remove the variable"),
        before: Before::Files("how the value begins"),
        symptom: "",
        messages: &[
            Message::certain("403 {\"Message\":\"Invalid API Key format: Must start with pre-defined prefix\"}"),
            Message::certain("403 {\"Message\":\"Authentication failed: Please make sure your API Key is valid.\"}"),
        ],
        source: "vibe-kanban#933; claude-code#44929",
    },
    FailureMode {
        id: "A22",
        title: "The Bedrock API key has expired",
        cause: "Short-term keys last twelve hours at most, and never longer than the sign-in they were made with. \
            Nothing renews them automatically.",
        fix: Fix::ask(
            "claude-bedrock credentials --format bedrock-api-key",
            "Make a new one, or better let Claude Code use the profile with `claude-bedrock setup`",
        ),
        before: Before::Files("the time inside a short-term key"),
        symptom: "",
        messages: &[Message::certain("{\"Message\":\"Bearer Token has expired\"}")],
        source: "litellm tests; claude-code#8169",
    },
    FailureMode {
        id: "A23",
        title: "The owner of the API key may not use API keys",
        cause: "Requests with a key need the permission `bedrock:CallWithBearerToken` besides those for the model.",
        fix: Fix::administrator(
            "Please allow the action bedrock:CallWithBearerToken for the principal behind our Bedrock API key, \
            besides bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream.",
        ),
        before: Before::Calls("the policy simulated, where that is allowed"),
        symptom: "",
        messages: &[Message::certain("is not authorized to perform: bedrock:CallWithBearerToken")],
        source: "guidance-for-claude-code-with-amazon-bedrock#785",
    },
    FailureMode {
        id: "A24",
        title: "An API key hides the profile",
        cause: "`AWS_BEARER_TOKEN_BEDROCK` is left from an earlier try and beats every other credential, a fresh \
            sign-in too.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only A24",
            "Remove the key; unset it in the shell or the operating system as well",
        ),
        before: Before::Files("the key beside a profile or a helper, in any layer"),
        symptom: "Errors speak of a token or a key, never of SSO",
        messages: &[],
        source: "amazon-bedrock documentation; claude-code#55950",
    },
    FailureMode {
        id: "A25",
        title: "The CI run outlives its credentials",
        cause: "The workflow exports fixed keys of a role session, an hour by default, and nothing can renew keys in \
            variables.",
        fix: Fix::by_hand(
            "Ask for a longer role session in the workflow, assume the role again before long steps, or use a web \
            identity token file, which renews itself",
        ),
        before: Before::Files("keys with an end in the variables of a CI run"),
        symptom: "After about an hour the message of expired keys",
        messages: &[],
        source: "configure-aws-credentials#359, #354; aws-genai-cicd-suite#156",
    },
    FailureMode {
        id: "A26",
        title: "This machine's clock is wrong",
        cause: "AWS refuses signatures that are more than five minutes off. A sleeping WSL or virtual machine often \
            wakes up in the past.",
        fix: Fix::by_hand(
            "Set the clock: `sudo hwclock -s` in WSL, `sudo timedatectl set-ntp true` on Linux, the date settings \
            elsewhere",
        ),
        before: Before::Calls("the date in an answer of AWS beside the local one"),
        symptom: "",
        messages: &[
            Message::certain("Signature expired: <time> is now earlier than <time> (<time> - 5 min.)"),
            Message::certain("Signature not yet current: <time> is still later than <time> (<time> + 5 min.)"),
            Message::common("RequestExpired: Request has expired.").approximate(),
            Message::likely("An error occurred (RequestTimeTooSkewed)").approximate(),
            Message::common("The difference between the request time and the current time is too large.").approximate(),
        ],
        source: "AWS error reference; aws-sdk-rust#1033; aws-sdk-js#527",
    },
    FailureMode {
        id: "A27",
        title: "New credentials are there and the session does not see them",
        cause: "Before 2.1.207 Claude Code kept what it resolved, and keys that came in variables can never change \
            in a running process.",
        fix: Fix::update(
            "2.1.207",
            "Update; with keys in variables restart by `claude --continue`, and let `claude-bedrock setup` use a \
            profile",
        ),
        before: Before::Files("the version, and a session token among the variables"),
        symptom: "AWS calls from the Bash tool work while Bedrock refuses the same person",
        messages: &[],
        source: "claude-code#23399, #23892, #18396, #3823, #3038, #5737",
    },
    FailureMode {
        id: "A28",
        title: "The credentials end and nothing renews them",
        cause: "Temporary credentials without `awsAuthRefresh` or `awsCredentialExport` simply run out in the middle \
            of a session.",
        fix: Fix::ask("claude-bedrock setup", "Configure a helper that renews them"),
        before: Before::Files("temporary credentials and no helper"),
        symptom: "The session stands still; retries are seen in the debug log alone",
        messages: &[],
        source: "claude-code#41064, #57823",
    },
    FailureMode {
        id: "A29",
        title: "The AWS CLI does not find the profile, or cannot read its files",
        cause: "The name in `--profile` or `AWS_PROFILE` is not in its files: a slip, a section without the word \
            `profile`, or another file. A section or key that is there twice, or a line that is neither, makes every \
            command of the AWS CLI fail, whichever profile it is for.",
        fix: Fix::ask(
            "claude-bedrock profiles",
            "Choose one that is listed, or create it with `claude-bedrock setup --start-url URL`; mend the lines that are \
            named, or let `claude-bedrock diagnose --fix --only A29` do it",
        ),
        before: Before::Files("both AWS files and the name in them, read as the AWS CLI reads them"),
        symptom: "",
        messages: &[
            Message::certain("The config profile (<profile>) could not be found"),
            Message::certain("Config profile (<profile>) could not be found"),
            Message::common("No such profile: <profile>"),
            Message::likely("botocore.exceptions.ProfileNotFound"),
            Message::certain("Unable to parse config file: <file>"),
        ],
        source: "botocore; guides for Claude Code on Bedrock",
    },
    FailureMode {
        id: "A30",
        title: "The portal gives you no access to this account and role",
        cause: "The sign-in is valid, but the permission set is not assigned to you in that account, or its name is \
            misspelt in the profile.",
        fix: Fix::ask("claude-bedrock setup", "Choose an account and role that the portal lists for you"),
        before: Before::Calls("the role's credentials asked of the portal"),
        symptom: "",
        messages: &[
            Message::certain("ForbiddenException: No access"),
            Message::certain(
                "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access",
            ),
        ],
        source: "GetRoleCredentials API reference; observed",
    },
];
