//! Values and whole configurations of others: asked about, taken over, given back.

use super::screen::Screen;

/// What the original plugin wrote, with the spacing of its writer.
const PLUGIN: &str = r#"{
  "permissions": {
    "allow": []
  },
  "env": {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "AWS_PROFILE": "work",
    "AWS_REGION": "us-east-1",
    "ANTHROPIC_MODEL": "us.anthropic.claude-opus-4-6-v1",
    "MAX_THINKING_TOKENS": "8192",
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "8192",
    "DISABLE_PROMPT_CACHING": "0",
    "MINE": "stays"
  },
  "awsAuthRefresh": "aws sso login --profile work"
}
"#;

#[test]
fn the_original_plugins_configuration_is_taken_over_and_given_back() {
    for width in [80, 40] {
        let Some(screen) = Screen::new(width) else { return };
        screen.write(".claude/settings.json", PLUGIN);
        screen.start("claude-bedrock setup");
        let shown = screen.wait_for_question("Take it over?");
        assert!(shown.contains("The original Bedrock plugin has set up"), "{shown}");
        assert!(shown.contains("› adopt"), "{shown}");
        screen.keys(&["Enter"]);
        screen.wait_for_question("Which AWS profile");
        screen.keys(&["Enter"]);
        assert!(screen.wait_for_question("In which AWS region?").contains("(us-east-1)"));
        screen.keys(&["Enter"]);
        screen.wait_for_question("Which model");
        screen.wait_for("› us.anthropic.claude-opus-4-6-v1");
        screen.keys(&["Enter"]);
        screen.wait_for_question("How should");
        screen.keys(&["Enter"]);
        let shown = screen.wait_for_question("Write these");
        for line in
            ["-     \"AWS_PROFILE\": \"work\",", "-   \"awsAuthRefresh\": ", "      \"CLAUDE_CODE_USE_BEDROCK\""]
        {
            assert!(shown.lines().any(|shown| shown.starts_with(line)), "{line} is not in:\n{shown}");
        }
        screen.keys(&["Enter"]);
        assert_eq!(screen.exit_code(), 0);
        assert_eq!(screen.too_long(), Vec::<String>::new(), "{width} columns");
        let settings: serde_json::Value = serde_json::from_str(&screen.read(".claude/settings.json")).expect("JSON");
        assert_eq!(settings["env"]["AWS_REGION"], "us-east-1");
        assert_eq!(settings["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-opus-4-6-v1");
        assert_eq!(settings["env"]["MINE"], "stays");
        assert!(settings.get("awsAuthRefresh").is_none() && settings["env"].get("AWS_PROFILE").is_none());
        let _ = screen.run(&["reset"]).success();
        assert_eq!(screen.read(".claude/settings.json"), PLUGIN);
    }
}

#[test]
fn a_configuration_that_is_not_taken_over_stays_or_is_asked_about() {
    let Some(screen) = Screen::new(80) else { return };
    screen.write(".claude/settings.json", PLUGIN);
    screen.start("claude-bedrock setup --region us-west-2 --identity isolated --model us.anthropic.claude-opus-5-5");
    screen.wait_for_question("Take it over?");
    screen.keys(&["Down", "Enter"]);
    screen.wait_for_question("Which AWS profile");
    screen.keys(&["Enter"]);
    let shown = screen.wait_for_question("Replace them?");
    assert!(shown.contains("With them kept, Claude Code could not work as chosen."), "{shown}");
    screen.keys(&["Enter"]);
    let shown = screen.wait_for("with these values kept");
    assert!(shown.contains("env.AWS_REGION: \"us-east-1\""), "{shown}");
    screen.wait_for_question("Replace them?");
    screen.keys(&["Escape"]);
    screen.wait_for_question("Which AWS profile");
    screen.keys(&["Escape"]);
    screen.wait_for_question("Take it over?");
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
    assert_eq!(screen.read(".claude/settings.json"), PLUGIN);
}

#[test]
fn a_value_of_someone_else_is_kept_or_replaced_as_told() {
    let mine = "{\n  \"env\": {\n    \"ANTHROPIC_MODEL\": \"my-model\",\n    \"MY_API_KEY\": \"s3cr3t\"\n  }\n}\n";
    for (width, keys, model) in
        [(80, &["Enter"][..], "my-model"), (40, &["Down", "Enter"], "us.anthropic.claude-opus-5-5")]
    {
        let Some(screen) = Screen::new(width) else { return };
        screen.write(".claude/settings.json", mine);
        screen.start("claude-bedrock setup --profile work --region us-west-2 --identity isolated --model us.anthropic.claude-opus-5-5");
        let shown = screen.wait_for_question("Replace them?");
        assert!(shown.contains("env.ANTHROPIC_MODEL: \"my-model\""), "{shown}");
        screen.keys(keys);
        let shown = screen.wait_for_question("Write these");
        assert!(shown.contains("\"MY_API_KEY\": (hidden)"), "{shown}");
        screen.keys(&["Enter"]);
        assert_eq!(screen.exit_code(), 0);
        assert!(!screen.raw().contains("s3cr3t"));
        let settings: serde_json::Value = serde_json::from_str(&screen.read(".claude/settings.json")).expect("JSON");
        assert_eq!(settings["env"]["ANTHROPIC_MODEL"], model);
        let _ = screen.run(&["reset"]).success();
        assert_eq!(screen.read(".claude/settings.json"), mine);
    }
}
