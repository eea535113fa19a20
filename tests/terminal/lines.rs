//! A terminal that cannot move its cursor, and one whose standard error goes elsewhere: line by line.

use super::screen::Screen;
use crate::harness::READER;

#[test]
fn a_dumb_terminal_is_asked_in_numbered_lines() {
    for width in [80, 40] {
        let Some(screen) = Screen::new(width) else { return };
        let screen = screen.with_more(READER).env("TERM", "dumb");
        screen.start("claude-bedrock setup");
        let shown = screen.wait_for("Number or name, or back [1]:");
        assert!(shown.contains("1. work: SSO") && shown.contains("2. reader: SSO"), "{shown}");
        let line = |text: &str| {
            screen.types(text);
            screen.keys(&["Enter"]);
        };
        line("9");
        screen.wait_for("Nothing here is called `9`.");
        line("read");
        screen.wait_for("Type it, or back [us-east-2]:");
        line("back");
        screen.wait_for("or back [2]:");
        line("");
        screen.wait_for("[us-east-2]: back\nWhich AWS profile");
        screen.wait_for("In which AWS region?");
        line("oregon");
        screen.wait_for("`oregon` is not an AWS region");
        line("us-west-2");
        screen.wait_for("Where may your requests be processed?");
        line("any");
        screen.wait_for("Which model as the main one?");
        line("claude-opus-5-5");
        screen.wait_for("`claude-opus-5-5` could be any of");
        line("us.anthropic.claude-opus-5-5");
        screen.wait_for("How should Claude Code get its AWS");
        line("2");
        let shown = screen.wait_for("Write these");
        assert!(shown.contains("3. statusline: "), "it is offered to a person: {shown}");
        screen.wait_for("5. no: leave everything as it is");
        line("maybe");
        screen.wait_for("Nothing here is called `maybe`.");
        line("y");
        assert_eq!(screen.exit_code(), 0);
        assert!(!screen.raw().contains('\u{1b}'), "no sequence reaches a dumb terminal: {:?}", screen.raw());
        let settings: serde_json::Value = serde_json::from_str(&screen.read(".claude/settings.json")).expect("JSON");
        assert_eq!(settings["env"]["AWS_PROFILE"], "reader");
        assert_eq!(settings["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-opus-5-5");
    }
}

#[test]
fn with_standard_error_elsewhere_the_questions_stay_on_the_terminal() {
    let Some(screen) = Screen::new(80) else { return };
    screen.start("claude-bedrock setup 2>errors");
    screen.wait_for("Number or name, or back [1]:");
    screen.keys(&["Enter"]);
    screen.wait_for("Type it, or back [us-west-2]:");
    screen.keys(&["C-d"]);
    assert_eq!(screen.exit_code(), 130);
    assert_eq!(screen.read("work/errors"), "stopped; nothing was changed\n");
    assert!(!screen.home().join(".claude").exists());
}

#[test]
fn an_interrupt_at_a_line_ends_with_130() {
    // A terminal without a name is as little to be trusted as a dumb one.
    for term in ["dumb", ""] {
        let Some(screen) = Screen::new(80) else { return };
        let screen = screen.env("TERM", term);
        screen.start("claude-bedrock setup");
        screen.wait_for("Number or name, or back [1]:");
        let before = screen.files();
        screen.keys(&["C-c"]);
        assert_eq!(screen.exit_code(), 130);
        assert!(screen.shown().lines().any(|line| line == "stopped; nothing was changed"), "{}", screen.shown());
        assert_eq!(screen.files(), before);
    }
}

#[test]
fn a_dumb_terminal_can_be_asked_before_foreign_settings_go() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.env("TERM", "dumb");
    screen.write(".claude/settings.json", "{\"env\": {\"AWS_PROFILE\": \"theirs\"}}");
    screen.start("claude-bedrock reset --all");
    screen.wait_for("Remove them? yes or no [no]:");
    screen.keys(&["y", "e", "s", "Enter"]);
    assert_eq!(screen.exit_code(), 0);
    assert!(!screen.read(".claude/settings.json").contains("AWS_PROFILE"));
}
