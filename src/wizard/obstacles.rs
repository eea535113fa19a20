//! What keeps a choice from being written, in words.

use crate::wizard::Stuck;
use crate::wizard::foreign::Recognised;
use crate::wizard::knowledge::Planned;
use crate::wizard::question::Topic;

pub(super) fn not_found_by_claude_code(profile: &str) -> Stuck {
    Stuck {
        message: format!("Claude Code does not find the profile `{profile}` by itself, because its name is quoted"),
        hint: "use `--identity isolated`, which works with any profile name".into(),
        mended_by: &[Topic::Identity, Topic::Profile],
    }
}

/// The kept values without which the choice cannot hold, and whose they are.
pub(super) fn impossible(planned: &Planned, recognised: Option<&Recognised>) -> Option<Stuck> {
    let lines: Vec<&str> = planned.kept.iter().filter(|kept| kept.required).map(|kept| kept.line.as_str()).collect();
    if lines.is_empty() {
        return None;
    }
    let whose = recognised.map(|recognised| format!("\n{}", recognised.explanation())).unwrap_or_default();
    Some(Stuck {
        message: format!(
            "with these values kept, Claude Code could not work as chosen; nothing was written:\n{}{whose}",
            lines.join("\n")
        ),
        hint: "run again with `--force` to replace them; `claude-bedrock reset` brings them back".into(),
        mended_by: &[Topic::Conflict],
    })
}
