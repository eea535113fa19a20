//! Choosing, filtering, typing, going back, and what is shown before the last yes.

use super::screen::Screen;
use crate::harness::READER;

/// Both widths, with colour and without.
const TERMINALS: [(u16, bool); 4] = [(80, true), (80, false), (40, true), (40, false)];

#[test]
fn arrows_filters_and_a_yes_set_up_claude_code_on_every_terminal() {
    for (width, colored) in TERMINALS {
        let Some(screen) = Screen::new(width) else { return };
        let screen = screen.with_more(READER);
        let screen = if colored { screen } else { screen.env("NO_COLOR", "1") };
        screen.start("claude-bedrock setup");
        let shown = screen.wait_for_question("Which AWS profile");
        assert!(shown.contains("› work") && shown.contains("reader") && shown.contains("signed in"), "{shown}");
        screen.keys(&["Down"]);
        screen.wait_for("› reader");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("In which AWS region?");
        assert!(shown.contains("(us-east-2)"), "{shown}");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Where may your requests be processed?");
        assert!(shown.contains("stays in the US"), "{shown}");
        screen.keys(&["Enter"]);
        screen.wait_for_question("Which model");
        screen.types("opus-5-5");
        screen.wait_for("› us.anthropic.claude-opus-5-5");
        screen.keys(&["Enter"]);
        screen.wait_for_question("How should Claude Code get its AWS");
        screen.keys(&["Down"]);
        screen.wait_for("› shared");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Write these 10 changes?");
        assert!(shown.contains("@@ -0,0 +1,"), "{shown}");
        assert!(shown.contains("+     \"AWS_PROFILE\": \"reader\""), "{shown}");
        screen.keys(&["Enter"]);
        assert_eq!(screen.exit_code(), 0);

        let shown = screen.shown();
        assert!(shown.contains("✔ Claude Code is set up"), "{shown}");
        assert_eq!(shown.matches("\"AWS_PROFILE\": \"reader\"").count(), 1, "the plan is shown once: {shown}");
        assert_eq!(screen.too_long(), Vec::<String>::new(), "{width} columns");
        let settings: serde_json::Value = serde_json::from_str(&screen.read(".claude/settings.json")).expect("JSON");
        assert_eq!(settings["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-opus-5-5");
        assert_eq!(settings["env"]["AWS_PROFILE"], "reader");
        assert_eq!(colors(&screen.raw()), colored, "{:?}", screen.raw());
    }
}

/// Whether anything was written in a colour.
fn colors(raw: &str) -> bool {
    let sequences = raw.split("\u{1b}[").skip(1);
    let mut styles = sequences.filter_map(|rest| rest.split_once('m')).map(|(style, _)| style);
    styles.any(|style| {
        let mut parts = style.split(';');
        parts.any(|part| part.len() == 2 && part.starts_with('3') && part != "39")
    })
}

#[test]
fn escape_leads_back_from_the_diff_to_the_first_question_and_then_out() {
    let Some(screen) = Screen::new(80) else { return };
    screen.start("claude-bedrock setup");
    screen.wait_for_question("Which AWS profile");
    let before = screen.files();
    screen.keys(&["Enter"]);
    screen.wait_for_question("In which AWS region?");
    screen.types("us-east-1");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Where may your requests be processed?");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Which model");
    screen.keys(&["Down", "Enter"]);
    screen.wait_for_question("How should");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Write these 9 changes?");
    screen.keys(&["Escape"]);
    screen.wait_for_question("How should");
    screen.keys(&["Escape"]);
    let shown = screen.wait_for_question("Which model");
    assert!(shown.contains("› us.anthropic.claude-opus-5-5"), "the model chosen before is at hand: {shown}");
    screen.keys(&["Escape"]);
    screen.wait_for_question("Where may your requests be processed?");
    screen.keys(&["Escape"]);
    let shown = screen.wait_for_question("In which AWS region?");
    assert!(shown.contains("(us-east-1)"), "the region typed before is at hand: {shown}");
    screen.keys(&["Escape"]);
    screen.wait_for_question("Which AWS profile");
    screen.keys(&["Escape"]);
    assert_eq!(screen.exit_code(), 130);
    assert!(screen.shown().contains("stopped; nothing was changed"));
    assert_eq!(screen.files(), before);
}

#[test]
fn after_going_back_from_the_diff_another_answer_counts() {
    let Some(screen) = Screen::new(80) else { return };
    screen.start("claude-bedrock setup --region us-west-2 --profile work --model us.anthropic.claude-sonnet-4-6");
    screen.wait_for_question("How should");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Write these 9 changes?");
    screen.keys(&["Escape"]);
    screen.wait_for_question("How should");
    screen.keys(&["Down", "Enter"]);
    screen.wait_for_question("Write these 10 changes?");
    screen.keys(&["y", "Enter"]);
    assert_eq!(screen.exit_code(), 0);
    let settings = screen.read(".claude/settings.json");
    assert!(settings.contains("\"AWS_PROFILE\": \"work\"") && !settings.contains("awsCredentialExport"), "{settings}");
}

#[test]
fn a_region_that_cannot_be_is_asked_for_again() {
    let Some(screen) = Screen::new(80) else { return };
    screen.start("claude-bedrock setup");
    screen.wait_for_question("Which AWS profile");
    screen.keys(&["Enter"]);
    screen.wait_for_question("In which AWS region?");
    screen.types("oregon");
    screen.keys(&["Enter"]);
    screen.wait_for("`oregon` is not an AWS region");
    // A region without a model of Claude's is explained, and asked for again too.
    screen.keys(&["BSpace"; 6]);
    screen.types("me-central-1");
    screen.wait_for("me-central-1");
    screen.keys(&["Enter"]);
    screen.wait_for("Bedrock lists no Claude inference profile in me-central-1");
    screen.wait_for_question("In which AWS region?");
    screen.types("us-west-2");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Where may your requests be processed?");
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
}

#[test]
fn a_filter_that_nothing_matches_takes_nothing() {
    let Some(screen) = Screen::new(40) else { return };
    let screen = screen.with_more(READER);
    screen.start("claude-bedrock setup");
    screen.wait_for_question("Which AWS profile");
    screen.types("ReadOnly");
    screen.wait_for("› reader");
    screen.types("x");
    screen.wait_for("ReadOnlyx");
    screen.keys(&["Enter", "BSpace"]);
    screen.wait_for("› reader");
    screen.keys(&["Enter"]);
    let shown = screen.wait_for_question("In which AWS region?");
    assert!(shown.contains("(us-east-2)"), "{shown}");
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
}

#[test]
fn a_status_fits_the_terminal() {
    for width in [80, 40] {
        let Some(screen) = Screen::new(width) else { return };
        let _ = screen.run(&["setup", "--yes"]).success();
        screen.start("claude-bedrock status; claude-bedrock reset --dry-run");
        assert_eq!(screen.exit_code(), 0);
        let shown = screen.shown();
        assert!(shown.contains("because CLAUDE_CODE_USE_BEDROCK is 1"), "{shown}");
        assert_eq!(screen.too_long(), Vec::<String>::new(), "{width} columns");
    }
}
