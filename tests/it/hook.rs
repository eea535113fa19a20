//! What a starting or failing session is told: nothing when all is well, and what to run when not.

use std::path::Path;
use std::time::{Duration, Instant};

use aws_sandbox::{Fault, FaultEffect};
use serde_json::{Value, json};

use crate::harness::{Home, Run};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// The profile `work` in the form whose sign-ins never renew themselves.
const LEGACY: &str = "[profile work]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n\
                      sso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\nregion = us-west-2\n";

/// A home that is set up, with the number of requests so far.
fn set_up(identity: &str) -> Home {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work", "--identity", identity]).success();
    home
}

/// What a hook answered; it never fails and never says anything beside.
#[track_caller]
fn answer(run: &Run) -> Option<Value> {
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    (!run.stdout.is_empty()).then(|| serde_json::from_str(&run.stdout).expect("JSON"))
}

#[track_caller]
fn message(home: &Home) -> Option<String> {
    let answer = answer(&home.run(["hook", "session-start"]))?;
    assert_eq!(answer["hookSpecificOutput"]["hookEventName"], "SessionStart");
    let message = answer["systemMessage"].as_str().expect("a message").to_owned();
    names_a_way_without_a_model(home, &message);
    assert!(answer["hookSpecificOutput"]["additionalContext"].as_str().is_some_and(|text| !text.is_empty()));
    Some(message)
}

/// Both ways, a terminal and Claude Code's own `!`, which has no terminal: what is named for it must not ask for one.
/// What is about a sign-in names `refresh`.
#[track_caller]
fn names_a_way_without_a_model(home: &Home, message: &str) {
    let (_, run) = message.split_once("Run `").unwrap_or_else(|| panic!("it names what to run: {message}"));
    let (command, rest) = run.split_once("` in a terminal").expect("the command's end");
    let (_, rest) = rest.split_once("`! ").unwrap_or_else(|| panic!("it names what to type: {message}"));
    let (here, _) = rest.split_once('`').expect("the command's end");
    for command in [command, here] {
        let words = shlex::split(command.strip_prefix("claude-bedrock ").expect("ours")).expect("words");
        // Nobody decides, and only whether somebody could is asked.
        let tried = home.run(words.iter().map(String::as_str).chain(["--help"]));
        assert_eq!(tried.code, Some(0), "{message}: {}", tried.stderr);
    }
    let asks = command == "claude-bedrock refresh --upgrade" || command.starts_with("claude-bedrock setup");
    assert_eq!(here == command, !asks, "{message}");
    assert!(here.ends_with(" --dry-run") || !here.contains(" setup") && !here.contains(" --upgrade"), "{message}");
    let is_about_sign_in = message.contains("sign-in to") || message.contains("signed in");
    assert_eq!(command.starts_with("claude-bedrock refresh"), is_about_sign_in, "{message}");
}

/// What stands in a file that a process in the background replaces, beside which it has others for a moment.
fn token_at(file: &Path) -> Value {
    serde_json::from_slice(&fs_err::read(file).expect("a token")).expect("JSON")
}

fn without_refresh_token(home: &Home) {
    home.change_token(&[("refreshToken", Value::Null)]);
}

#[test]
fn nothing_is_said_when_all_is_well_or_elsewhere_and_nobody_is_asked() {
    let home = Home::new();
    assert_eq!(message(&home), None, "not on Bedrock");
    for identity in ["isolated", "shared"] {
        let home = set_up(identity);
        let asked = home.sandbox.requests().len();
        home.shorten_token(50);
        assert_eq!(message(&home), None, "a token that renews itself ends in ten minutes");
        assert_eq!(home.sandbox.requests().len(), asked);
    }
}

#[test]
fn a_token_that_ended_is_renewed_before_the_session_begins() {
    for identity in ["isolated", "shared"] {
        let home = set_up(identity);
        home.change_token(&[("expiresAt", json!(LONG_AGO))]);
        assert_eq!(message(&home), None);
        assert_ne!(home.token()["expiresAt"], LONG_AGO);
        assert_eq!((home.asked("CreateToken"), home.asked("StartDeviceAuthorization")), (1, 0));
    }
}

#[test]
fn a_renewal_that_takes_long_goes_on_behind_the_session() {
    let home = Home::new().env("CLAUDE_CODE_USE_BEDROCK", "1").env("AWS_PROFILE", "work");
    // Much longer than a session is held back, and not too long for the renewal.
    home.sandbox.set_fault(Fault {
        latency: Some(jiff::SignedDuration::from_secs(8)),
        effect: None,
        ..Fault::of("CreateToken", FaultEffect::Silence)
    });
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    let file = home.token_file();
    assert_eq!(message(&home), None);
    assert_eq!(token_at(&file)["expiresAt"], LONG_AGO, "it was not waited for");
    let end = Instant::now() + Duration::from_mins(1);
    while token_at(&file)["expiresAt"] == LONG_AGO {
        assert!(Instant::now() < end, "the renewal ends by itself");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(home.asked("CreateToken"), 1);
}

#[test]
fn a_session_that_ended_is_told_with_what_to_run_and_no_browser_opens() {
    let home = set_up("shared").with_browser("allow").env("DISPLAY", ":0");
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    home.sandbox.forget_sessions();
    // That AWS refused is known once nobody else can have won the race for the refresh token, which takes longer than a
    // session waits; from then on it is told.
    let file = home.token_file();
    let _ = message(&home);
    let end = Instant::now() + Duration::from_secs(20);
    while !token_at(&file)["refreshToken"].is_null() {
        assert!(Instant::now() < end, "the renewal ends by itself");
        std::thread::sleep(Duration::from_millis(50));
    }
    let refused = message(&home).expect("a message");
    assert!(refused.contains("days ago. Run `claude-bedrock refresh`"), "{refused}");
    without_refresh_token(&home);
    let ended = message(&home).expect("a message");
    assert!(ended.contains("the sign-in to `work` ended") && ended.contains("days ago"), "{ended}");
    fs_err::remove_file(home.token_file()).expect("there");
    assert!(message(&home).expect("a message").contains("nobody is signed in to `work`"));
    assert_eq!(home.opened(), Vec::<String>::new());
}

#[test]
fn role_credentials_that_outlive_the_sign_in_are_mentioned() {
    let home = set_up("isolated");
    without_refresh_token(&home);
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    let told = message(&home).expect("a message");
    assert!(told.contains("Claude Code has credentials for another 59 minutes"), "{told}");
}

#[test]
fn an_end_is_told_half_an_hour_before_or_as_configured() {
    let home = set_up("shared");
    without_refresh_token(&home);
    home.shorten_token(32);
    let told = message(&home).expect("a message");
    assert!(
        told.contains("ends in 27 minutes and cannot renew itself. Run `claude-bedrock refresh --force`"),
        "{told}"
    );
    let home = home.env("CLAUDE_BEDROCK_WARN_MINUTES", "20");
    assert!(message(&home).is_none_or(|told| told.contains("90 days")), "not yet");
}

#[test]
fn the_longer_sign_in_is_offered_once_a_week() {
    let home = set_up("shared");
    without_refresh_token(&home);
    let offered = message(&home).expect("an offer");
    assert!(offered.contains("every 8 hours") && offered.contains("`claude-bedrock refresh --force`"), "{offered}");
    assert_eq!(message(&home), None, "the same day");
    home.write(".local/state/claude-bedrock/told/upgrade", "2026-01-01T00:00:00Z");
    assert!(message(&home).is_some(), "after a week");
}

#[test]
fn what_stops_claude_code_is_told() {
    let home = set_up("isolated");
    let settings = home.settings_text();
    home.write(".claude/settings.json", settings.replace(crate::harness::PROGRAM, "/gone/claude-bedrock"));
    let gone = message(&home).expect("a message");
    assert!(gone.contains("`awsCredentialExport` runs `/gone/claude-bedrock`, which no longer exists"), "{gone}");
    home.write(".claude/settings.json", settings.replace("--profile=work", "--profile=nobody"));
    assert!(message(&home).expect("a message").contains("the profile `nobody` is in neither"));
    home.write(".claude/settings.json", settings.replacen('{', "{ // mine\n", 1));
    let ignored = message(&home).expect("a message");
    assert!(ignored.contains("Claude Code ignores") && ignored.contains("line 1"), "{ignored}");
}

#[test]
fn a_setting_that_stops_claude_code_from_answering_is_told() {
    let home = set_up("shared");
    let settings = home.settings_json();
    let asked = home.sandbox.requests().len();
    let cases = [
        (&[("AWS_REGION", "us-west-2a")][..], "`AWS_REGION` is `us-west-2a`, which is an availability zone"),
        (&[("ANTHROPIC_MODEL", "anthropic.claude-sonnet-4-6")], "only answers through an inference profile"),
        (&[("ANTHROPIC_MODEL", "eu.anthropic.claude-sonnet-4-6")], "no region such as `us-west-2` serves those"),
        (&[("ANTHROPIC_MODEL", "gpt-5")], "which is not a Claude model on Bedrock"),
        (&[("AWS_BEARER_TOKEN_BEDROCK", "sk-elsewhere")], "holds no Bedrock API key"),
        (
            &[
                ("MAX_THINKING_TOKENS", "9000"),
                ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "8000"),
                ("ANTHROPIC_MODEL", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            ],
            "`MAX_THINKING_TOKENS` (9000) is not below",
        ),
    ];
    for (variables, reason) in cases {
        let mut changed = settings.clone();
        for (name, value) in variables {
            changed["env"][name] = json!(value);
        }
        home.write(".claude/settings.json", changed.to_string());
        let told = message(&home).unwrap_or_else(|| panic!("a message: {reason}"));
        assert!(told.contains(reason) && told.contains("Run `claude-bedrock diagnose` in a terminal"), "{told}");
        // The command that is named tells of it, too.
        let said = home.run(["diagnose", "--offline"]).failure(1);
        assert!(home.run(["diagnose", "--offline"]).stdout.contains(reason), "{reason}: {said}");
    }
    home.write(".claude/settings.json", settings.to_string());
    assert_eq!(message(&home), None);
    assert_eq!(home.sandbox.requests().len(), asked);
}

#[test]
fn nothing_is_claimed_about_what_the_environment_no_longer_shows() {
    let home = Home::with(aws_sandbox::Account::default(), false)
        .env("CLAUDE_CODE_USE_BEDROCK", "1")
        .env("AWS_PROFILE", "work")
        .env("CLAUDE_CODE_SUBPROCESS_ENV_SCRUB", "1");
    assert_eq!(message(&home), None, "a Bedrock API key of the shell may have been taken out");
    home.write(".claude/settings.json", r#"{"env": {"AWS_PROFILE": "work"}}"#);
    assert!(message(&home).is_some());
}

#[test]
fn no_surrounding_makes_a_hook_fail() {
    let home = set_up("isolated");
    let mut command = home.command(crate::harness::PROGRAM);
    command.args(["hook", "session-start"]).env_remove("HOME").env_remove("XDG_STATE_HOME");
    assert_eq!(answer(&command.output().expect("it starts").into()), None);
    home.write(".aws/config", [0xff, 0xfe, b'[', b'x', 0, b'\n']);
    assert!(message(&home).is_some(), "the profile is gone");
    for event in ["an-event-of-tomorrow", "session-start-2"] {
        assert_eq!(answer(&home.run(["hook", event, "--some", "option"])), None);
    }
}

#[test]
fn a_failed_turn_is_told_by_a_notification_of_the_terminal() {
    let home = set_up("shared");
    without_refresh_token(&home);
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    let told = answer(&home.run(["hook", "stop-failure"])).expect("an answer");
    let sequence = told["terminalSequence"].as_str().expect("a sequence");
    let line = sequence.strip_prefix("\u{1b}]9;").and_then(|rest| rest.strip_suffix('\u{7}')).expect("OSC 9");
    assert!(line.contains("ended") && line.ends_with("Run: claude-bedrock refresh"), "{line}");
    // AWS ended the session, and nothing here knows; what is named finds out and signs in.
    let home = set_up("shared");
    home.sandbox.forget_sessions();
    let told = answer(&home.run(["hook", "stop-failure"])).expect("an answer")["terminalSequence"].to_string();
    assert!(
        told.contains("Run: claude-bedrock refresh --force - and if that was not it: claude-bedrock diagnose"),
        "{told}"
    );
    let home = home.env("ANTHROPIC_API_KEY", "sk-elsewhere");
    home.run(["reset"]).success();
    assert_eq!(answer(&home.run(["hook", "stop-failure"])), None, "the credentials of another provider");
}

#[test]
fn what_asks_questions_is_named_for_a_terminal_alone() {
    let home = Home::approving().env("DISPLAY", ":0");
    home.write(".aws/config", LEGACY);
    home.run(["login", "--profile", "work"]).success();
    home.run(["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    let offered = message(&home).expect("an offer");
    let way = "Run `claude-bedrock refresh --upgrade` in a terminal; `! claude-bedrock refresh --upgrade --dry-run` here \
               shows more.";
    assert!(
        offered.contains("configured in the old form and ends every 8 hours") && offered.ends_with(way),
        "{offered}"
    );
    home.run(["setup", "--identity", "isolated"]).failure(2);
    let asks = home.run(["refresh", "--upgrade"]).failure(2);
    assert!(asks.contains("terminal"), "{asks}");
    let shown = home.run(["refresh", "--upgrade", "--dry-run"]).success();
    assert!(shown.contains('+') && shown.contains("sso_session"), "{shown}");
}

#[test]
fn after_a_refused_sign_in_what_is_named_asks_again_all_the_same() {
    let home = set_up("shared").env("DISPLAY", ":0").with_browser("deny");
    home.change_token(&[("expiresAt", json!(LONG_AGO)), ("refreshToken", Value::Null)]);
    home.run(["refresh"]).failure(3);
    let told = message(&home).expect("a message");
    assert!(
        told.contains("and the last attempt to sign in was refused. Run `claude-bedrock refresh --force`"),
        "{told}"
    );
    home.sandbox.decide_from_now_on(Some(true));
    home.run(["refresh", "--force"]).success();
    assert_eq!(message(&home), None);
}

#[test]
fn a_sign_in_that_ended_badly_is_begun_again_by_whoever_asks_for_it() {
    let home = set_up("shared").env("DISPLAY", ":0").with_browser("deny").env("TZ", "MST7");
    home.change_token(&[("expiresAt", json!(LONG_AGO)), ("refreshToken", Value::Null)]);
    home.run(["refresh"]).failure(3);
    let by_itself = home.run(["refresh"]).failure(3);
    assert!(by_itself.contains("refused; the next automatic one"), "{by_itself}");
    // The minute by this machine's clock, after which it is true, and a text that is still known.
    let until = by_itself.lines().next().and_then(|line| line.split(" automatic one is at ").nth(1)).expect("a time");
    let until = jiff::Zoned::strptime("%Y-%m-%d %H:%M %z", until.replace("MST", "-0700")).expect("a minute and a zone");
    #[expect(clippy::disallowed_methods, reason = "a test has no `World`")]
    let now = jiff::Timestamp::now();
    let wait = until.timestamp().as_second() - now.as_second();
    assert!((500..=660).contains(&wait), "{wait} s: {by_itself}");
    let known = home.run(["explain", &by_itself]).success();
    assert!(known.starts_with("A31 ") && known.contains("certain"), "{known}");
    assert_eq!(home.opened().len(), 1);
    // As typed after Claude Code's `!`, and as `/bedrock:refresh` runs it.
    home.sandbox.decide_from_now_on(Some(true));
    let home = home.env("CLAUDECODE", "1");
    let by_itself = home.run(["refresh"]).failure(3);
    assert!(by_itself.contains("so does `claude-bedrock refresh --force`"), "{by_itself}");
    assert_eq!(home.opened().len(), 1);
    let said = home.run(["refresh", "--force"]).success();
    assert!(said.contains("Signed in to work: the token lasts until"), "{said}");
    assert_ne!(home.token()["expiresAt"], LONG_AGO);
    assert_eq!(home.run(["refresh"]).success(), "", "nothing is due");
}

#[test]
fn a_sign_in_after_a_word_on_the_client_registration_leaves_nothing_to_say() {
    let home = Home::approving().env("DISPLAY", ":0");
    home.run(["login", "--profile", "work"]).success();
    home.run(["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    assert_eq!(message(&home), None);
    let soon = json!(home.before_the_token_ends(40));
    home.change_token(&[("registrationExpiresAt", soon.clone())]);
    for entry in fs_err::read_dir(home.path().join(".aws/sso/cache")).expect("a cache") {
        let path = entry.expect("an entry").path();
        let mut file: Value = serde_json::from_slice(&fs_err::read(&path).expect("readable")).expect("JSON");
        if file.get("accessToken").is_none() {
            file["expiresAt"] = soon.clone();
            home.write(path.strip_prefix(home.path()).expect("below").to_str().expect("UTF-8"), file.to_string());
        }
    }
    let told = message(&home).expect("a message");
    assert!(
        told.contains("registration with AWS ends in 19 minutes") && told.contains("`claude-bedrock refresh --force`"),
        "{told}"
    );
    home.run(["refresh", "--force"]).success();
    assert_eq!(message(&home), None);
}

#[test]
fn what_was_told_is_forgotten_with_the_rest() {
    let home = set_up("shared");
    without_refresh_token(&home);
    assert!(message(&home).is_some());
    let told = home.path().join(".local/state/claude-bedrock/told");
    assert!(told.exists());
    home.run(["reset", "--dry-run"]).success();
    assert!(told.exists());
    home.run(["reset"]).success();
    assert!(!told.exists());
}
