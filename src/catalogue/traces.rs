//! What earlier runs left behind: sign-ins that ended badly, and set-ups that others changed.

use super::{Before, FailureMode, Fix, Message};

/// The part of the family A.
pub(super) const SIGN_INS: &[FailureMode] = &[
    FailureMode {
        id: "A31",
        title: "A sign-in was refused or left alone, so nobody is asked for a while",
        cause: "After a person said no, or nobody finished it, no session starts another sign-in on its own for ten \
            minutes, so that a dozen of them do not open a dozen tabs.",
        fix: Fix::ask("claude-bedrock login", "Sign in now; a sign-in that a person asks for always starts"),
        before: Before::Files("what this program remembers of the last sign-in to the session"),
        symptom: "",
        messages: &[
            Message::certain("the last sign-in to <session> was refused; the next automatic one is at <time>"),
            Message::certain("the last sign-in to <session> was not finished; the next automatic one is at <time>"),
        ],
        source: "this program's own behaviour",
    },
    FailureMode {
        id: "A32",
        title: "A sign-in waits for its code to be entered",
        cause: "A code was shown and nobody has entered it yet. It stays good for some minutes, and the next caller \
            shows the same one again.",
        fix: Fix::ask("claude-bedrock login", "Show the code again, and enter it in any browser"),
        before: Before::Files("what this program remembers of the sign-in that was begun"),
        symptom: "Sessions wait, or go on without credentials",
        messages: &[],
        source: "this program's own behaviour",
    },
    FailureMode {
        id: "A33",
        title: "Another program damaged the sign-in's token",
        cause: "Programs that write the shared token cache in place can leave a torn file there. What is no token any \
            more is set aside, so that every tool sees an absent sign-in instead of a broken one.",
        fix: Fix::by_hand(
            "Look at the file that ends in `.damaged` beside the token's and remove it; a sign-out with \
            `claude-bedrock logout` removes it too",
        ),
        before: Before::Files("files that were set aside in the token cache"),
        symptom: "A sign-in was needed although the last one was valid",
        messages: &[],
        source: "aws-cli and SDK sources; observed",
    },
];

/// The part of the family C.
pub(super) const SET_UPS: &[FailureMode] = &[
    FailureMode {
        id: "C28",
        title: "Somebody changed or removed what `setup` wrote",
        cause: "Claude Code itself, another program or a person edited the settings since. Their values count; where \
            a key of the identity is gone, Claude Code may use another identity than the one chosen.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "Set it up again, or leave it: `claude-bedrock reset` keeps what others changed",
        ),
        before: Before::Files("the receipt of each settings file beside the file"),
        symptom: "`claude-bedrock status` shows another provider, identity or model than was chosen",
        messages: &[],
        source: "this program's own receipts",
    },
    FailureMode {
        id: "C29",
        title: "A receipt cannot be read",
        cause: "The note of what a settings file was before is damaged or of a newer version of this program, so \
            `reset` cannot undo that file.",
        fix: Fix::by_hand("Move the receipt that the message names away; what stood before the set-up is beside it"),
        before: Before::Files("every receipt read"),
        symptom: "",
        messages: &[Message::certain("the receipt `<file>` cannot be used:")],
        source: "this program's own receipts",
    },
    FailureMode {
        id: "C30",
        title: "A settings file that was set up is gone",
        cause: "Somebody deleted or moved it; its receipt is still there.",
        fix: Fix::ask("claude-bedrock reset", "Let the receipt go, or run `claude-bedrock setup` again"),
        before: Before::Files("the file of each receipt"),
        symptom: "Claude Code is not on Bedrock any more",
        messages: &[],
        source: "this program's own receipts",
    },
];
