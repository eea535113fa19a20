//! What is configured, part one: switches, files and regions.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "C01",
        title: "Claude Code does not use Bedrock: the switch does not reach it",
        cause: "`CLAUDE_CODE_USE_BEDROCK` was set in another shell, or in this one without being exported (`set` \
            without `-x` in fish), so Claude Code falls back to Anthropic's own service and asks for a sign-in \
            there.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Put the switch, the region and the identity into the user settings, which every terminal and editor \
            reads",
        ),
        before: Before::Files(
            "settings `env` beside the process environment; a start-up file of the shell that sets the variable \
            without exporting it",
        ),
        symptom: "`/status` and `claude auth status` name no Bedrock",
        messages: &[
            Message::wrapper("Not logged in · Please run /login"),
            Message::common("Missing API key · Run /login").approximate(),
            Message::likely("\"apiProvider\":\"firstParty\""),
        ],
        source: "claude-code#5635; observed",
    },
    FailureMode {
        id: "C02",
        title: "A sign-in screen appears although Bedrock is configured",
        cause: "The switch stands only in a project's settings, which wait until the folder is trusted, or only in a \
            shell that VS Code did not inherit; and the extension shows its own login prompt unless told not \
            to.",
        fix: Fix::ask(
            "claude-bedrock setup --scope user",
            "Configure Bedrock in the user settings; in VS Code also set `claudeCode.disableLoginPrompt` to true",
        ),
        before: Before::Files(
            "the switch in project settings but not in the user's; VS Code's `claudeCode.disableLoginPrompt`",
        ),
        symptom: "The login screen of Claude Code or of the VS Code extension; it prints no error",
        messages: &[],
        source: "claude-code#11027, #8848, #838, #64; cc-switch#5944",
    },
    FailureMode {
        id: "C03",
        title: "Leftovers of another provider are mixed with Bedrock",
        cause: "A switch between providers merged its keys instead of replacing them, or left copies in the shell or \
            the operating system. A model of the other provider is then sent to Bedrock, or Claude Code stays \
            on Bedrock after you left it.",
        fix: Fix::ask(
            "claude-bedrock reset --all",
            "Remove every Bedrock key from the settings (shown first, `claude-bedrock reset` restores nothing of \
            others), unset the copies in your shell, then run `claude-bedrock setup` again if Bedrock is what \
            you want",
        ),
        before: Before::Files(
            "Bedrock keys of every settings layer, shell start-up files and Windows user variables; model names \
            that are not Claude's",
        ),
        symptom: "",
        messages: &[
            Message::certain("API Error (MiniMax-<version>): 400 The provided model identifier is invalid"),
            Message::certain("API Error (glm-<version>): 400 The provided model identifier is invalid"),
            Message::certain("API Error (kimi-<version>): 400 The provided model identifier is invalid"),
            Message::certain("API Error (deepseek-<version>): 400 The provided model identifier is invalid"),
            Message::certain("API Error (qwen<version>): 400 The provided model identifier is invalid"),
            Message::certain("API Error (gpt-<version>): 400 The provided model identifier is invalid"),
        ],
        source: "claude-code#55532, #55950; cc-switch#2598",
    },
    FailureMode {
        id: "C04",
        title: "`awsAuthRefresh` is in a file that Claude Code does not read for it",
        cause: "The key was put into `~/.claude.json` or into a misnamed file such as `settings-local.json`. Claude \
            Code's own error text names `~/.claude.json`, but the key is ignored there.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Have the key written to the user settings, and delete it from the other file",
        ),
        before: Before::Files(
            "the key in `~/.claude.json` and in files beside the settings whose names are nearly right",
        ),
        symptom: "Nothing is said; the debug log lacks `Running AWS auth refresh command`",
        messages: &[],
        source: "claude-code#6561, #7285; observed",
    },
    FailureMode {
        id: "C05",
        title: "An exported profile or region has no effect: the settings overrule it",
        cause: "A value in a settings file's `env` replaces the variable of the same name that you export. It looks \
            as if the export was ignored.",
        fix: Fix::ask(
            "claude-bedrock setup --profile NAME --region REGION",
            "Change the value where it wins; an empty string there cancels a variable of the shell",
        ),
        before: Before::Files("shell variables beside the merged settings, for `AWS_*` and `ANTHROPIC_*`"),
        symptom: "Nothing is said; `claude-bedrock status` shows which value wins and which it overrides",
        messages: &[],
        source: "settings-reference documentation; observed",
    },
    FailureMode {
        id: "C06",
        title: "A stronger settings file decides against yours",
        cause: "Project and managed settings outrank the user's, so a fresh install may be forced onto Bedrock, or a \
            choice made with `/model` is undone at every start.",
        fix: Fix::ask(
            "claude-bedrock status",
            "See which file wins, and change the value there; managed settings belong to your administrator",
        ),
        before: Before::Files("each key followed through all layers, with the winner"),
        symptom: "Nothing is said",
        messages: &[],
        source: "aidlc-workflows#428; guidance-for-claude-code-with-amazon-bedrock#665",
    },
    FailureMode {
        id: "C07",
        title: "A settings file is dropped whole",
        cause: "One comment, one trailing comma, one known key of the wrong type or a size over 2 MiB is enough for \
            Claude Code to ignore everything in the file, its Bedrock switch and its permission rules included.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only C07",
            "Mend the line that is named; the file counts again at once",
        ),
        before: Before::Files("each settings file parsed as Claude Code does, its known keys' types and its size"),
        symptom: "",
        messages: &[
            Message::certain(
                "These settings files did not load, so nothing in them is in effect, including hooks and \
                permission rules.",
            ),
            Message::certain("Error: Settings file exceeds the 2MiB limit"),
            Message::likely("<file>settings.json: Invalid or malformed JSON"),
            Message::likely("<file>settings.json (<key>): Expected string, but received number"),
            Message::certain("Settings Error <file> Continue without these settings"),
        ],
        source: "settings-reference and errors documentation; observed",
    },
    FailureMode {
        id: "C08",
        title: "A variable that nobody reads is set",
        cause: "The name looks right but is invented or retired: `ANTHROPIC_BEDROCK_ENDPOINT_URL`, \
            `CLAUDE_CODE_AWS_PROFILE`, `CLAUDE_CODE_BEDROCK_OPUS_MODEL`, `BEDROCK_AWS_REGION`. Claude Code ignores it \
            without a word. `ANTHROPIC_SMALL_FAST_MODEL` is deprecated, and beats the pin for background requests.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only C08",
            "Rename it: `ANTHROPIC_BEDROCK_BASE_URL`, `AWS_PROFILE`, `ANTHROPIC_DEFAULT_OPUS_MODEL`, \
            `AWS_REGION`, `ANTHROPIC_DEFAULT_HAIKU_MODEL`",
        ),
        before: Before::Files("names in the settings and the shell beside the known ones, with the nearest real name"),
        symptom: "Nothing is said",
        messages: &[],
        source: "claude-code#72876, #119; oh-my-claudecode#1415; jetbrains-cc-gui#10",
    },
    FailureMode {
        id: "C09",
        title: "No region is set and this Claude Code does not take it from the profile",
        cause: "Before 2.1.172 only variables counted, so requests went to us-east-1: model ids of another geography \
            are refused there, and the sign-in command may run at every start.",
        fix: Fix::safe("claude-bedrock setup", "Write `AWS_REGION`, which every version reads"),
        before: Before::Files("no region variable, and a Claude Code older than 2.1.172"),
        symptom: "",
        messages: &[Message::shared("API Error: 400 The provided model identifier is invalid.")],
        source: "claude-code#1434, #18485, #18962",
    },
    FailureMode {
        id: "C10",
        title: "The region is not a region",
        cause: "A zone (`us-east-1a`), a blank or a slash makes Claude Code treat the value as unset, and at last it \
            uses us-east-1; a value that merely does not exist or is in capitals is used as it is, and its \
            host is not found.",
        fix: Fix::ask(
            "claude-bedrock setup --region REGION",
            "Correct it; `claude-bedrock regions` lists where Claude is served",
        ),
        before: Before::Files("the form of every region value, and the list of known regions"),
        symptom: "Requests go elsewhere than you think; `/status` shows the source of the region",
        messages: &[
            Message::certain("Region not accepted: region=\"<region>\" is not a valid hostname component."),
            Message::likely("Provided region_name '<region>' doesn't match a supported format."),
            Message::shared("getaddrinfo ENOTFOUND bedrock-runtime.<region>.amazonaws.com"),
        ],
        source: "changelog 2.1.232; amazon-bedrock documentation; observed",
    },
    FailureMode {
        id: "C11",
        title: "Region values contradict each other",
        cause: "`AWS_REGION`, `AWS_DEFAULT_REGION` and the profile's own region differ, and the AWS CLI and Claude \
            Code pick differently, so one works where the other does not.",
        fix: Fix::ask("claude-bedrock setup --region REGION", "Say one region explicitly"),
        before: Before::Files("all three values and the winner"),
        symptom: "Nothing is said",
        messages: &[],
        source: "claude-code#1434; amazon-bedrock documentation",
    },
    FailureMode {
        id: "C12",
        title: "The settings are not in `~/.claude`",
        cause: "`CLAUDE_CONFIG_DIR` moves Claude Code's folder, so an edit in `~/.claude` changes nothing.",
        fix: Fix::safe(
            "claude-bedrock setup",
            "Nothing to fix: this program writes into the folder that the variable names; run it where the \
            variable is set",
        ),
        before: Before::Files("the variable"),
        symptom: "Nothing is said",
        messages: &[],
        source: "changelog 2.1.111",
    },
    FailureMode {
        id: "C13",
        title: "The AWS files are not in `~/.aws`",
        cause: "`AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE` points elsewhere; Claude Code's own wizard looks \
            in `~/.aws` all the same and lists no profiles.",
        fix: Fix::safe(
            "claude-bedrock profiles",
            "Nothing to fix: this program reads the files that the variables name; set up with it instead of the \
            wizard",
        ),
        before: Before::Files("both variables"),
        symptom: "The wizard lists no profiles, or others than you have",
        messages: &[],
        source: "claude-code#44076",
    },
    FailureMode {
        id: "C14",
        title: "This Claude Code is too old for the model",
        cause: "The model came after the installed version, which does not know how to talk to it.",
        fix: Fix::update(
            "",
            "Run `claude update`, or pin a model that the version knows with `claude-bedrock models pin MODEL`",
        ),
        before: Before::Files("the installed version beside the first one that knows each pinned model"),
        symptom: "",
        messages: &[
            Message::certain(
                "Claude Code <version> does not support this model; version <newer> or newer is required. Run \
                'claude update'",
            ),
            Message::likely("[claude-code:unrecognized_model]"),
        ],
        source: "claude-code#96130; errors documentation",
    },
];
