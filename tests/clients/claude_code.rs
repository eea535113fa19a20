//! Claude Code answers through what `setup` wrote, and every byte goes back.

use std::path::Path;

use serde_json::Value;

use super::machine::{CLAUDE_VERSIONS, Machine, Request, claude_code};

/// A settings file as people have them: comments in strings, odd spacing, numbers no program would write back.
const HAIRY: &str = "\u{feff}{\r\n\t\"$schema\" : \"https://json.schemastore.org/claude-code-settings.json\",\r\n\
\t\"permissions\":{\"allow\":[\"Bash(ls:*)\" ,\"Read(//tmp/**)\"],  \"deny\": []},\r\n\
\t\"env\" : { \"EDITOR\":\"vi // not a comment\",\t\"SOME_NUMBER\": 1e2 , \"SNOWMAN\" : \"\\u2603 ☃\" },\r\n\
\t\"hooks\": {\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"true\"}]}]},\r\n\
\t\"unknownKey\": [1e400, -0.0, 1.50, \"\\/\"],\r\n\t\"includeCoAuthoredBy\":false\r\n}";

/// Runs a test with every version of Claude Code.
fn with_every_version(test: impl Fn(&Path)) {
    for version in CLAUDE_VERSIONS {
        if let Some(claude) = claude_code(version) {
            test(&claude);
        }
    }
}

/// The request that carried the answer, which names its model. Claude Code may ask a small model something beside it.
fn the_turn(requests: &[Request], answer: &str) -> Request {
    let turns: Vec<&Request> =
        requests.iter().filter(|request| request.operation == "InvokeModelWithResponseStream").collect();
    assert!(turns.iter().all(|turn| turn.status == 200), "{turns:#?}");
    let answered =
        |turn: &&&Request| turn.model.as_deref().is_some_and(|model| answer.contains(&format!("{model} in")));
    let turn: &Request = turns.iter().find(answered).expect("a turn for the answer");
    turn.clone()
}

/// Set up, ask, compare `status` with what AWS saw, undo.
fn answers_and_goes_back(machine: &mut Machine, claude: &Path, setup: &[&str]) {
    machine.program(&[&["setup", "--yes"], setup].concat()).success();
    let answer = machine.ask(claude).success();
    let turn = the_turn(&machine.requests(), &answer);
    assert!(answer.starts_with("Hello from the AWS sandbox"), "{answer}");
    let status: Value = serde_json::from_str(&machine.program(&["status", "--json"]).success()).expect("JSON");
    assert_eq!(status["provider"], "bedrock");
    assert_eq!(status["models"]["main"].as_str(), turn.model.as_deref());
    assert_eq!(status["region"].as_str(), turn.region.as_deref());
    assert_eq!(status["identity"]["arn"].as_str(), turn.principal.as_deref());
    assert!(turn.principal.expect("signed").contains("BedrockDeveloper"));
    machine.program(&["reset"]).success();
}

#[test]
fn claude_code_answers_isolated_and_shared_and_a_hairy_settings_file_comes_back_byte_for_byte() {
    with_every_version(|claude| {
        for identity in ["isolated", "shared"] {
            let mut machine = Machine::new();
            let settings = machine.write("home/.claude/settings.json", HAIRY);
            answers_and_goes_back(&mut machine, claude, &["--profile", "work", "--identity", identity]);
            assert_eq!(fs_err::read(settings).expect("settings"), HAIRY.as_bytes());
        }
    });
}

#[test]
fn a_fresh_home_is_fresh_again() {
    with_every_version(|claude| {
        let mut machine = Machine::new();
        answers_and_goes_back(&mut machine, claude, &["--profile", "work"]);
        assert!(!machine.home().join(".claude/settings.json").exists());
    });
}

#[test]
fn a_symlinked_settings_file_stays_a_link() {
    with_every_version(|claude| {
        let mut machine = Machine::new();
        let target = machine.write("home/dotfiles/claude.json", HAIRY);
        fs_err::create_dir_all(machine.home().join(".claude")).expect("a folder");
        let link = machine.home().join(".claude/settings.json");
        fs_err::os::unix::fs::symlink(&target, &link).expect("a link");
        answers_and_goes_back(&mut machine, claude, &["--profile", "work"]);
        assert_eq!(fs_err::read_link(link).expect("still a link"), target);
        assert_eq!(fs_err::read(target).expect("settings"), HAIRY.as_bytes());
    });
}

#[test]
fn another_config_folder_is_the_one_that_counts() {
    with_every_version(|claude| {
        let mut machine = Machine::new();
        machine.variable("CLAUDE_CONFIG_DIR", machine.home().join("elsewhere"));
        let settings = machine.write("home/elsewhere/settings.json", HAIRY);
        answers_and_goes_back(&mut machine, claude, &["--profile", "work"]);
        assert_eq!(fs_err::read(settings).expect("settings"), HAIRY.as_bytes());
        assert!(!machine.home().join(".claude/settings.json").exists());
    });
}

#[test]
fn a_profile_named_with_a_space_and_a_quote_works_in_isolated_mode() {
    with_every_version(|claude| {
        let mut machine = Machine::new();
        let config = "[profile \"o'neil dev\"]\nsso_session = work\nsso_account_id = 111122223333\n\
            sso_role_name = BedrockDeveloper\nregion = us-west-2\n\
            [profile work]\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = ReadOnly\n\
            [sso-session work]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n\
            sso_registration_scopes = sso:account:access\n";
        machine.write("home/.aws/config", config);
        let refused = machine.program(&["setup", "--yes", "--profile", "o'neil dev", "--identity", "shared"]);
        assert!(refused.failure(2).contains("does not find the profile"));
        answers_and_goes_back(&mut machine, claude, &["--profile", "o'neil dev"]);
    });
}

#[test]
fn a_project_can_carry_bedrock_without_anyones_identity() {
    with_every_version(|claude| {
        let mut machine = Machine::new();
        machine.variable("AWS_PROFILE", "work");
        machine.program(&["setup", "--yes", "--scope", "project", "--region", "us-east-1"]).success();
        let text = fs_err::read_to_string(machine.home().join("project/.claude/settings.json")).expect("settings");
        assert!(!text.contains("work") && !text.contains("claude-bedrock"), "{text}");
        let answer = machine.ask(claude).success();
        assert_eq!(the_turn(&machine.requests(), &answer).region.as_deref(), Some("us-east-1"));
        machine.program(&["reset"]).success();
        assert!(!machine.home().join("project/.claude").exists());
    });
}
