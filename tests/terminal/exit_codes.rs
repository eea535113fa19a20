//! The README's table of exit codes: every code in it is one a command ends with, and there is no other.

use std::collections::BTreeSet;

use claude_bedrock::error::Exit;

use super::screen::Screen;

/// The codes of the table, in its order.
fn documented() -> Vec<i32> {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("\n| code | meaning |\n|---|---|\n").expect("the table");
    rest.lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').nth(1).and_then(|code| code.trim().parse().ok()).expect("a code"))
        .collect()
}

#[test]
fn the_readmes_table_of_exit_codes_is_true() {
    let Some(screen) = Screen::new(80) else { return };
    let run = |arguments: &[&str]| screen.run(arguments).code.expect("an exit code");
    let mut seen = BTreeSet::new();
    // What each row says, by a command it names.
    for (code, arguments) in [
        (0, &["profiles"][..]),
        (0, &["diagnose", "--offline", "--only", "A"]),
        (0, &["explain", "invalid beta flag"]),
        (1, &["explain", "the coffee machine reports a leak in its water tank"]),
        (2, &["diagnose", "--only", "Z99"]),
        (2, &["no-such-command"]),
        (2, &["reset", "--all"]),
        (2, &["helpers", "test"]),
        (2, &["credentials", "--profile", "nobody"]),
    ] {
        assert_eq!(run(arguments), code, "{arguments:?}");
        seen.insert(code);
    }
    screen.write(".claude/settings.json", r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "enabled"}}"#);
    assert_eq!(run(&["diagnose", "--offline"]), 1, "something is wrong");
    fs_err::remove_file(screen.home().join(".claude/settings.json")).expect("ours");

    let Some(other) = Screen::new(80) else { return };
    let other = other.option("--signed-out");
    assert_eq!(other.run(&["credentials", "--profile", "work"]).code, Some(3));
    seen.insert(3);
    screen.start("claude-bedrock setup");
    screen.wait_for("profile");
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
    seen.insert(130);

    let documented = documented();
    assert_eq!(documented, seen.into_iter().collect::<Vec<_>>(), "the table, in order");
    let all = [Exit::Success, Exit::Failure, Exit::Refused, Exit::SignedOut, Exit::Interrupted];
    assert_eq!(documented, all.map(|exit| exit as i32));
}
