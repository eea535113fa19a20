//! The questions about models: where traffic may go, what is left under that, the settings under "more"; and `models`.

use super::screen::Screen;

#[test]
fn residency_models_and_more_are_chosen_by_keys() {
    for width in [80, 40] {
        let Some(screen) = Screen::new(width) else { return };
        screen.start("claude-bedrock setup --profile work --region ap-northeast-1 --identity isolated --more");
        let shown = screen.wait_for_question("Where may your requests be processed?");
        assert!(shown.contains("› jp") && shown.contains("stays in Japan") && shown.contains("any"), "{shown}");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Which model");
        assert!(shown.contains("› jp.anthropic.claude-sonnet-5-5"), "{shown}");
        screen.keys(&["Enter"]);
        screen.wait_for_question("Which other setting?");
        screen.types("caching");
        screen.wait_for("› caching");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("How long are prompts kept?");
        assert!(shown.contains("DISABLE_PROMPT_CACHING"), "{shown}");
        screen.keys(&["Escape"]);
        screen.wait_for_question("Which other setting?");
        screen.types("tier");
        screen.wait_for("› tier");
        screen.keys(&["Enter"]);
        screen.wait_for_question("Which service tier?");
        screen.keys(&["Down"]);
        screen.wait_for("› flex");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Which other setting?");
        assert!(shown.contains("› done"), "{shown}");
        screen.keys(&["Enter"]);
        screen.wait_for_question("Write these 11 changes?");
        screen.keys(&["Enter"]);
        assert_eq!(screen.exit_code(), 0);
        assert_eq!(screen.too_long(), Vec::<String>::new(), "{width} columns");
        let settings: serde_json::Value = serde_json::from_str(&screen.read(".claude/settings.json")).expect("JSON");
        let env = &settings["env"];
        assert_eq!(env["ANTHROPIC_BEDROCK_REGION_PREFIX"], "jp");
        assert_eq!(env["ANTHROPIC_BEDROCK_SERVICE_TIER"], "flex");
        assert_eq!(env["ANTHROPIC_DEFAULT_HAIKU_MODEL"], "jp.anthropic.claude-haiku-5-5");
    }
}

#[test]
fn the_last_question_leads_to_more_to_a_status_line_and_to_a_probe() {
    for (width, colored) in [(80, true), (40, false)] {
        let Some(screen) = Screen::new(width) else { return };
        let screen = if colored { screen } else { screen.env("NO_COLOR", "1") };
        screen.start("claude-bedrock setup --profile work --region us-west-2 --residency us --identity isolated");
        let shown = screen.wait_for_question("Which model");
        assert!(shown.contains("stays in the US"), "{shown}");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Write these 9 changes?");
        assert!(shown.contains("› yes") && shown.contains("36 tokens are billed"), "{shown}");
        screen.keys(&["m", "Enter"]);
        screen.wait_for_question("Which other setting?");
        screen.keys(&["Escape"]);
        screen.wait_for_question("Write these 9 changes?");
        screen.keys(&["m", "Enter"]);
        screen.wait_for_question("Which other setting?");
        screen.types("output");
        screen.wait_for("› output-tokens");
        screen.keys(&["Enter"]);
        screen.wait_for_question("How many tokens may an answer have?");
        screen.types("few");
        screen.keys(&["Enter"]);
        screen.wait_for("A number of tokens from 1024 on");
        screen.keys(&["BSpace", "BSpace", "BSpace"]);
        screen.types("20000");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Which other setting?");
        assert!(shown.contains("› done"), "{shown}");
        screen.keys(&["Enter"]);
        screen.wait_for_question("Write these 10 changes?");
        screen.keys(&["s", "Enter"]);
        screen.wait_for_question("Write these 11 changes?");
        screen.keys(&["p", "Enter"]);
        screen.wait_for("✔ us.anthropic.claude-haiku-5-5");
        let shown = screen.wait_for_question("Write these 11 changes?");
        assert!(shown.contains("Every model to be pinned has answered"), "{shown}");
        screen.keys(&["y", "Enter"]);
        assert_eq!(screen.exit_code(), 0);
        assert_eq!(screen.too_long(), Vec::<String>::new(), "{width} columns");
        let settings: serde_json::Value = serde_json::from_str(&screen.read(".claude/settings.json")).expect("JSON");
        assert_eq!(settings["env"]["CLAUDE_CODE_MAX_OUTPUT_TOKENS"], "20000");
        assert_eq!(settings["statusLine"]["refreshInterval"], 60);
        let _ = screen.run(&["reset"]).success();
        assert!(!screen.home().join(".claude").exists());
    }
}

#[test]
fn models_fit_the_terminal_and_a_probe_is_agreed_to() {
    for width in [80, 40] {
        let Some(screen) = Screen::new(width) else { return };
        screen.start("claude-bedrock models --probe --region ca-central-1");
        screen.wait_for("14 requests of about 8 input tokens");
        screen.wait_for_question("Ask them?");
        screen.keys(&["y", "Enter"]);
        assert_eq!(screen.exit_code(), 0);
        let shown = screen.shown();
        assert!(shown.contains("answers after"), "{shown}");
        assert_eq!(screen.too_long(), Vec::<String>::new(), "{width} columns");
    }
}

#[test]
fn what_was_made_is_pinned_after_a_yes_and_a_yes() {
    let Some(screen) = Screen::new(80) else { return };
    screen.start("claude-bedrock models create-profile team --from us.anthropic.claude-opus-5-5");
    screen.wait_for_question("Make it?");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Pin it, as the main model and the alias `opus`?");
    screen.keys(&["y", "Enter"]);
    screen.wait_for_question("Write this?");
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    let settings = screen.read(".claude/settings.json");
    assert!(settings.contains("\"ANTHROPIC_DEFAULT_OPUS_MODEL_NAME\": \"team\""), "{settings}");
    assert!(screen.shown().contains("Pinned."), "{}", screen.shown());
}
