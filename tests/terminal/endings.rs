//! Ctrl-C at every moment, a no, and the end of the terminal's input.

use super::screen::Screen;

/// What leads to each question, and the question.
const QUESTIONS: [(&[&str], &str); 6] = [
    (&[], "Which AWS profile"),
    (&["Enter"], "In which AWS region?"),
    (&["Enter"], "Where may your requests"),
    (&["Enter"], "Which model"),
    (&["Enter"], "How should"),
    (&["Enter"], "Write these 9 changes?"),
];

/// Presses Ctrl-C, which ends it with a word.
#[track_caller]
fn interrupt(screen: &Screen) {
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
    let shown = screen.shown();
    assert!(shown.lines().any(|line| line == "stopped; nothing was changed"), "{shown}");
}

#[test]
fn an_interrupt_at_any_question_changes_nothing() {
    for last in 0..QUESTIONS.len() {
        let Some(screen) = Screen::new(80) else { return };
        screen.start("claude-bedrock setup");
        let mut before = Vec::new();
        for (keys, question) in &QUESTIONS[..=last] {
            if !keys.is_empty() {
                screen.keys(keys);
            }
            screen.wait_for_question(question);
            if before.is_empty() {
                before = screen.files();
            }
        }
        interrupt(&screen);
        assert_eq!(screen.files(), before, "after {}", QUESTIONS[last].1);
        assert!(!screen.home().join(".claude").exists());
        assert!(!screen.home().join(".local/state/claude-bedrock/receipts").exists());
    }
}

#[test]
fn an_interrupt_while_aws_is_asked_changes_nothing_and_says_so() {
    let moving: &[&str] = &["TERM=screen"];
    let still: &[&str] = &["TERM=dumb"];
    for term in [moving, still] {
        let Some(screen) = Screen::new(80) else { return };
        let (name, value) = term[0].split_once('=').expect("a pair");
        let screen = screen.option("--latency").option("20000").env(name, value);
        screen.write(".keep", "");
        screen.start("claude-bedrock setup --profile work --region us-west-2");
        screen.wait_for("Asking AWS who `work` is");
        let before = screen.files();
        interrupt(&screen);
        assert_eq!(screen.files(), before);
        assert!(!screen.home().join(".claude").exists());
    }
}

#[test]
fn an_interrupt_while_regions_are_asked_changes_nothing() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--latency").option("20000");
    screen.write(".keep", "");
    screen.start("claude-bedrock setup --profile work");
    screen.wait_for("regions at once…");
    let before = screen.files();
    interrupt(&screen);
    assert_eq!(screen.files(), before);
}

#[test]
fn an_interrupt_while_accounts_are_listed_changes_nothing() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").option("--approve");
    let screen = screen.with_more_at_the_end("[[faults]]\noperation = \"ListAccounts\"\nlatency = \"20s\"\n");
    let url = "https://d-9067642ac7.awsapps.com/start";
    screen.start(&format!("claude-bedrock setup --start-url {url} --sso-region us-east-1 --profile new"));
    screen.wait_for("Asking AWS which accounts you may use");
    interrupt(&screen);
    assert!(!screen.read(".aws/config").contains("[profile new]"));
    assert!(!screen.home().join(".claude").exists());
}

#[test]
fn an_interrupt_while_models_are_asked_changes_nothing() {
    let Some(screen) = Screen::new(80) else { return };
    let slow = "[[faults]]\noperation = \"InvokeModelWithResponseStream\"\nlatency = \"20s\"\n";
    let screen = screen.with_more_at_the_end(slow);
    screen.start("claude-bedrock setup --profile work --region us-west-2 --residency us --identity isolated");
    screen.wait_for_question("Which model");
    let before = screen.files();
    screen.keys(&["Enter"]);
    screen.wait_for_question("Write these 9 changes?");
    screen.keys(&["p", "Enter"]);
    screen.wait_for("Asking 4 models for one token each");
    interrupt(&screen);
    assert_eq!(screen.files(), before);
}

#[test]
fn an_interrupt_while_a_report_is_made_leaves_the_terminal_as_it_was() {
    let probe = "models --probe --yes --profile work --region us-west-2";
    let slow = "[[faults]]\noperation = \"InvokeModelWithResponseStream\"\nlatency = \"20s\"\n";
    let cut_off = "[[faults]]\noperation = \"ListInferenceProfiles\"\nlatency = \"20s\"\n";
    for (command, fault, told) in [
        (probe, slow, "Asking 28 models for one token each"),
        ("models --profile work --region us-west-2", cut_off, "Asking Bedrock which models us-west-2 has"),
        ("models pin --auto --yes --profile work --region us-west-2", slow, "for one token each…"),
        ("regions --profile work", cut_off, "regions at once…"),
    ] {
        let Some(screen) = Screen::new(80) else { return };
        let screen = screen.with_more_at_the_end(fault);
        screen.start(&format!("claude-bedrock {command}"));
        screen.wait_for(told);
        let before = screen.files();
        screen.keys(&["C-c"]);
        assert_eq!(screen.exit_code(), 130, "{command}");
        let shown = screen.shown();
        assert!(shown.lines().any(|line| line == "stopped; nothing was changed"), "{command}: {shown}");
        assert_eq!(screen.files(), before, "{command}");
        let state = screen.home().join(".local/state/claude-bedrock");
        assert!(!state.join("proofs").exists() && !state.join("receipts").exists(), "{command}: something was kept");
        // What is typed is shown again, and so is the cursor.
        screen.types("still here");
        screen.wait_for("still here");
        let raw = screen.raw();
        let (hidden, back) = (raw.rfind("\u{1b}[?25l"), raw.rfind("\u{1b}[?25h"));
        assert!(hidden <= back, "{command}: {raw:?}");
    }
}

#[test]
fn a_no_writes_nothing() {
    let Some(screen) = Screen::new(40) else { return };
    screen.start("claude-bedrock setup --profile work --region us-west-2 --identity isolated");
    screen.wait_for_question("Where may your requests be processed?");
    screen.keys(&["Enter"]);
    screen.wait_for_question("Which model");
    let before = screen.files();
    screen.keys(&["Enter"]);
    screen.wait_for_question("Write these 9 changes?");
    screen.keys(&["n", "Enter"]);
    assert_eq!(screen.exit_code(), 130);
    assert_eq!(screen.files(), before);
}

#[test]
fn a_file_changed_while_the_diff_is_read_is_shown_anew() {
    let Some(screen) = Screen::new(80) else { return };
    screen.write(".claude/settings.json", "{\"language\": \"german\"}\n");
    screen.start("claude-bedrock setup --profile work --region us-west-2 --identity isolated --model us.anthropic.claude-opus-5-5");
    screen.wait_for_question("Write these 9 changes?");
    screen.write(".claude/settings.json", "{\"language\": \"french\"}\n");
    screen.keys(&["Enter"]);
    screen.wait_for("was changed in the meantime");
    screen.wait_for("- {\"language\": \"french\"}");
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    assert!(screen.read(".claude/settings.json").contains("french"));
    let _ = screen.run(&["reset"]).success();
    assert_eq!(screen.read(".claude/settings.json"), "{\"language\": \"french\"}\n");
}

#[test]
fn a_dry_run_asks_shows_the_diff_and_writes_nothing() {
    let Some(screen) = Screen::new(80) else { return };
    screen.start("claude-bedrock setup --dry-run --profile work --region us-west-2 --identity shared");
    screen.wait_for_question("Where may your requests be processed?");
    let before = screen.files();
    screen.keys(&["Enter"]);
    screen.wait_for_question("Which model");
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    let shown = screen.shown();
    assert!(shown.contains("+     \"AWS_PROFILE\": \"work\"") && shown.contains("(--dry-run)"), "{shown}");
    assert_eq!(screen.files(), before);
}

#[test]
fn a_sign_in_that_is_missing_is_begun_and_can_be_left() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out");
    screen.start("claude-bedrock setup");
    let shown = screen.wait_for_question("Which AWS profile");
    assert!(shown.contains("No profile is signed in at the moment."), "{shown}");
    screen.keys(&["Enter"]);
    // Who is signed in can be told how near the regions are, so that comes first.
    screen.wait_for("Sign in to AWS for the profile `work`: enter the code");
    screen.keys(&["C-c"]);
    assert_eq!(screen.exit_code(), 130);
    assert!(screen.shown().contains("nothing was changed"));
    assert!(screen.run(&["status", "--offline", "--json"]).success().contains("\"provider\": \"anthropic\""));
}

const LEGACY: &str = "[profile work]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n\
    sso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\nregion = us-west-2\n";

/// Ctrl-C at a question that comes after something was written.
#[test]
fn an_interrupt_after_something_was_written_says_that_it_stays() {
    let login = "claude-bedrock login --profile work; ";
    let setup = "claude-bedrock setup --profile work --region us-west-2 --identity isolated --residency us --model \
                 us.anthropic.claude-opus-5-5";
    let create = "claude-bedrock models create-profile team --from us.anthropic.claude-opus-5-5";
    let reset = "claude-bedrock setup --yes --identity isolated --profile work >/dev/null; claude-bedrock reset --all";
    let legacy: &[(&str, &str)] = &[(".aws/config", LEGACY)];
    let theirs: &[(&str, &str)] = &[(".claude/settings.json", "{\"env\": {\"AWS_PROFILE\": \"theirs\"}}")];
    let stays = "stopped; what was written before stays, and `claude-bedrock reset` undoes it";
    for (files, command, questions, told) in [
        (legacy, format!("{login}{setup}"), &["Write these", "Move it to an SSO session"][..], stays),
        (&[], create.to_owned(), &["Make it?", "Pin it"], "stopped; the profile was made and is not pinned"),
        (theirs, reset.to_owned(), &["Remove them?"], "stopped; what was undone before stays undone"),
    ] {
        let Some(screen) = Screen::new(100) else { return };
        let screen = screen.option("--approve");
        for (path, text) in files {
            screen.write(path, text);
        }
        screen.start(&command);
        let (last, before) = questions.split_last().expect("a question");
        for question in before {
            screen.wait_for_question(question);
            screen.keys(&["Enter"]);
        }
        screen.wait_for_question(last);
        screen.keys(&["C-c"]);
        assert_eq!(screen.exit_code(), 130, "{command}");
        let shown = screen.shown();
        assert!(shown.lines().any(|line| line == told), "{command}: {shown}");
    }
}
