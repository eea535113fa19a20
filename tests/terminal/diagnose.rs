//! `diagnose --fix` with a person: what is asked, what a sign-in mends, and what a look at models costs.

use super::screen::Screen;

const SETTINGS: &str = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work",
    "ANTHROPIC_MODEL": "us.anthropic.claude-sonnet-5-5", "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
    "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5"},
    "permissions": {"deny": ["Bash(aws sso login:*)"]}}"#;

#[test]
fn a_sign_in_that_is_missing_is_mended_by_a_person_in_the_same_run() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").option("--approve");
    screen.write(".claude/settings.json", SETTINGS);
    screen.start("claude-bedrock diagnose --fix --only A");
    let shown = screen.wait_for_question("A03: sign in again?");
    assert!(shown.contains("claude-bedrock login --profile work"), "{shown}");
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    let shown = screen.shown();
    assert!(shown.contains("enter the code"), "{shown}");
    assert!(shown.contains("✔ cured: A03"), "{shown}");
}

#[test]
fn a_no_signs_nobody_in() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").option("--approve");
    screen.write(".claude/settings.json", SETTINGS);
    screen.start("claude-bedrock diagnose --fix --only A");
    screen.wait_for_question("A03: sign in again?");
    screen.keys(&["n", "Enter"]);
    assert_eq!(screen.exit_code(), 1);
    let shown = screen.shown();
    assert!(shown.contains("✘ left: A03") && !shown.contains("enter the code"), "{shown}");
}

#[test]
fn a_person_is_asked_once_before_a_model_is() {
    let Some(screen) = Screen::new(80) else { return };
    let log = screen.home().join("log");
    let screen = screen.option("--log").option(log.to_str().expect("UTF-8"));
    screen.write(".claude/settings.json", SETTINGS);
    let probes = || fs_err::read_to_string(&log).expect("a log").matches("\"InvokeModelWithResponseStream\"").count();
    let run = "claude-bedrock diagnose --only P,Q";
    screen.start(&format!("{run}; echo first; {run}; echo second; {run}"));
    let shown = screen.wait_for_question("Ask the 3 models Claude Code would use");
    assert!(shown.contains("3 requests of about 8 input tokens"), "{shown}");
    screen.keys(&["Enter"]);
    let shown = screen.wait_for("first");
    assert!(shown.contains("without --probe"), "{shown}");
    assert_eq!(probes(), 0, "no is what Enter says");
    screen.wait_for_question("Ask the 3 models Claude Code would use");
    screen.keys(&["y", "Enter"]);
    screen.wait_for("second");
    assert_eq!(probes(), 3);
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(probes(), 3, "what they answered is known, and nobody is asked again: {}", screen.shown());
    assert_eq!(screen.shown().matches("without --probe").count(), 1, "{}", screen.shown());
}

const PORTAL: &str = "sso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n";

const ROLE: &str = "sso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\nregion = us-west-2\n";

#[test]
fn a_sign_in_that_does_not_last_is_made_one_that_does() {
    let legacy = format!("# mine\n[profile work]\n{PORTAL}{ROLE}");
    let without_scope = format!("[profile work]\nsso_session = corp\n{ROLE}[sso-session corp]\n{PORTAL}# the end\n");
    let asked = "Move it to an SSO session";
    for (config, question, written) in [
        (&legacy, asked, "[sso-session d-9067642ac7]"),
        (&without_scope, "A05", "sso_region = us-east-1\nsso_registration_scopes = sso:account:access\n# the end"),
    ] {
        let Some(screen) = Screen::new(80) else { return };
        let screen = screen.option("--approve");
        screen.write(".claude/settings.json", SETTINGS);
        screen.write(".aws/config", config);
        let mut before = "";
        if config == &without_scope {
            let token = r#"{"accessToken": "t", "expiresAt": "2999-01-01T00:00:00Z"}"#;
            screen.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", token);
        } else {
            // Signed in the old way, which lasts for hours.
            before = "claude-bedrock login --profile work; ";
        }
        screen.start(&format!("{before}claude-bedrock diagnose --fix --offline --only A05"));
        screen.wait_for_question(question);
        screen.keys(&["y", "Enter"]);
        assert_eq!(screen.exit_code(), 0);
        assert!(screen.shown().contains("✔ cured: A05"), "{}", screen.shown());
        assert!(screen.read(".aws/config").contains(written), "{}", screen.read(".aws/config"));
        let _ = screen.run(&["reset"]).success();
        assert_eq!(&screen.read(".aws/config"), config);
    }
}

/// Files say that the sign-in renews itself, or that credentials are there; AWS says otherwise.
#[test]
fn what_aws_has_ended_is_mended_by_a_person_who_signs_in() {
    let config = format!("[profile work]\nsso_session = corp\n{ROLE}[sso-session corp]\n{PORTAL}");
    let config = format!("{config}sso_registration_scopes = sso:account:access\n");
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").option("--approve");
    screen.write(".claude/settings.json", SETTINGS);
    screen.write(".aws/config", &config);
    let refused = r#"{"accessToken": "t", "expiresAt": "2020-01-01T00:00:00Z", "refreshToken": "r", "clientId": "c",
        "clientSecret": "s", "registrationExpiresAt": "2999-01-01T00:00:00Z"}"#;
    screen.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", refused);
    screen.start("claude-bedrock diagnose --fix --only A");
    screen.wait_for_question("A07: sign in again?");
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    assert!(screen.shown().contains("✔ cured: A07"), "{}", screen.shown());

    // Once to the knock at the door, and once to the question.
    let account = include_str!("../../sandbox/account.toml").to_owned()
        + "\n[[faults]]\noperation = \"GetCallerIdentity\"\ntimes = 2\n\
           effect = { answer = { status = 403, code = \"ExpiredToken\", message = \"It is expired\" } }\n";
    let Some(screen) = Screen::new(80) else { return };
    let (path, log) = (screen.write("account.toml", account), screen.home().join("log"));
    let screen = screen.option("--approve").option("--account").option(path.to_str().expect("UTF-8"));
    let screen = screen.option("--log").option(log.to_str().expect("UTF-8"));
    screen.write(".claude/settings.json", SETTINGS);
    screen.start("claude-bedrock diagnose --fix --only A");
    screen.wait_for_question("A10: sign in again");
    screen.keys(&["Enter"]);
    assert_eq!(screen.exit_code(), 0);
    assert!(screen.shown().contains("✔ cured: A10"), "{}", screen.shown());
    let had = fs_err::read_to_string(&log).expect("a log").matches("\"GetRoleCredentials\"").count();
    assert_eq!(had, 2, "the cached credentials are those that AWS has ended");
}

/// One was refused a minute ago, as the record of the session `work` has it; another one's code was entered after its
/// program had been stopped.
#[test]
fn a_sign_in_that_rests_or_waits_is_finished_by_a_person() {
    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out").option("--approve");
    screen.write(".claude/settings.json", SETTINGS);
    let record = ".local/state/claude-bedrock/sign-in/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";
    let folder = record.rsplit_once('/').map_or("", |(folder, _)| folder);
    screen.start(&format!(
        "cd ..; mkdir -p {folder}; at=$(date -u -d -1min +%Y-%m-%dT%H:%M:%SZ); \
         echo '{{\"ended\": {{\"at\": \"'$at'\", \"how\": \"refused\"}}}}' >{record}; \
         claude-bedrock diagnose --fix --only A31; echo mended; claude-bedrock diagnose --only A"
    ));
    screen.wait_for_question("A31: sign in again?");
    screen.keys(&["Enter"]);
    screen.wait_for("mended");
    assert_eq!(screen.exit_code(), 0, "{}", screen.shown());
    assert!(screen.shown().contains("✔ cured: A31"), "{}", screen.shown());

    let Some(screen) = Screen::new(80) else { return };
    let screen = screen.option("--signed-out");
    screen.write(".claude/settings.json", SETTINGS);
    screen.start(
        "timeout --foreground 2 claude-bedrock login --device; stty sane; \
         curl -s -X POST \"$AWS_ENDPOINT_URL/_sandbox/approve\"; \
         claude-bedrock diagnose --fix --only A32; echo mended; claude-bedrock diagnose --only A",
    );
    screen.wait_for_question("A32: show the code again and finish the sign-in?");
    screen.keys(&["Enter"]);
    screen.wait_for("mended");
    assert_eq!(screen.exit_code(), 0, "{}", screen.shown());
    let shown = screen.shown();
    assert!(shown.contains("✔ cured: A32") && shown.contains("Still waiting: sign in"), "{shown}");
}
