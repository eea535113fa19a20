//! AWS busy, broken, out of reach or of another opinion while somebody signs in or a sign-in is renewed: the right
//! retry, or one plain line and the right exit code.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Entry, Fault, FaultAnswer, FaultEffect};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::harness::{Home, PROGRAM, Run};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";
const CREDENTIALS: [&str; 3] = ["credentials", "--profile", "work"];
const BY_CODE: [&str; 4] = ["login", "--no-browser", "--profile", "work"];
const RENEWAL: &str = "sso-oidc:CreateToken";
const PORTAL: &str = "sso:GetRoleCredentials";

/// An error of a service.
fn answer(status: u16, code: &str) -> FaultAnswer {
    FaultAnswer { message: None, ..FaultAnswer::error(status, code, "") }
}

/// What something between us and the service says in its place.
fn page(status: u16) -> FaultEffect {
    FaultEffect::Answer(FaultAnswer::page(status, "text/html", "<html>maintenance</html>"))
}

fn error(status: u16, code: &str) -> FaultEffect {
    FaultEffect::Answer(answer(status, code))
}

fn busy(seconds: u32) -> FaultEffect {
    FaultEffect::Answer(FaultAnswer { retry_after: Some(seconds), ..answer(429, "TooManyRequestsException") })
}

/// A home whose access token has ended, and can be renewed.
fn ended() -> Home {
    let home = Home::new();
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    home
}

/// One line that says what is wrong and one at most that says what to do, for a person, without the entrails.
#[track_caller]
pub(crate) fn assert_plain(said: &str) {
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        matches!(lines.as_slice(), [first, rest @ ..] if first.starts_with("error: ") && rest.len() <= 1),
        "{said}"
    );
    assert!(lines[1..].iter().all(|line| line.starts_with("hint: ")), "{said}");
    for entrails in ["panicked", "DispatchFailure", "ConnectorError", "Some(", "{", "<html>", "http::"] {
        assert!(!said.contains(entrails), "{said}");
    }
}

/// The times at which an operation was asked for.
fn times(home: &Home, operation: &str) -> Vec<Timestamp> {
    let is_asked = |entry: &Entry| entry.operation == operation;
    let entries = home.sandbox.requests().into_iter().filter(is_asked);
    entries.map(|entry| entry.time.parse().expect("a time")).collect()
}

/// How a caller with an ended access token gets on, and how often the faulty operation was asked for.
fn renewal(operation: &str, fault: Fault) -> (Run, usize, Duration) {
    let home = ended();
    home.sandbox.set_fault(fault);
    let start = Instant::now();
    let run = home.run(CREDENTIALS);
    (run, home.asked(operation.rsplit(':').next().expect("a name")), start.elapsed())
}

#[test]
fn a_short_trouble_costs_time_and_nothing_else() {
    for operation in [RENEWAL, PORTAL] {
        for (effect, times) in [
            (busy(1), 1),
            (error(500, "InternalServerException"), 2),
            (error(429, "TooManyRequestsException"), 1),
            (page(503), 2),
        ] {
            let what = format!("{operation}: {effect:?}");
            let waits = effect == busy(1);
            let (run, asked, took) = renewal(operation, Fault::of(operation, effect).times(times));
            assert_eq!(run.code, Some(0), "{what}: {}", run.stderr);
            assert_eq!(asked, usize::try_from(times).expect("few") + 1, "{what}");
            assert!(!waits || took >= Duration::from_secs(1), "{what}: {took:?}");
        }
    }
    let (run, asked, _) = renewal(PORTAL, Fault::of(PORTAL, FaultEffect::DroppedBefore).times(1));
    assert_eq!((run.code, asked), (Some(0), 2), "{}", run.stderr);
}

#[test]
fn a_long_trouble_ends_in_one_plain_line() {
    let troubles = [
        (RENEWAL, busy(600), 1, "AWS IAM Identity Center answered TooManyRequestsException"),
        (RENEWAL, error(500, "InternalServerException"), 1, "AWS IAM Identity Center answered InternalServerException"),
        (RENEWAL, page(503), 1, "AWS IAM Identity Center"),
        (RENEWAL, FaultEffect::DroppedBefore, 1, "AWS IAM Identity Center could not be reached"),
        (RENEWAL, error(400, "InvalidRequestException"), 1, "AWS IAM Identity Center answered InvalidRequestException"),
        (RENEWAL, error(400, "InvalidGrantException"), 3, "did not accept its refresh token"),
        (RENEWAL, error(401, "InvalidClientException"), 3, "did not accept its refresh token"),
        (PORTAL, busy(600), 1, "the AWS access portal answered TooManyRequestsException"),
        (PORTAL, page(502), 1, "the AWS access portal"),
        (PORTAL, FaultEffect::DroppedBefore, 1, "the AWS access portal could not be reached"),
    ];
    for (operation, effect, code, reason) in troubles {
        let what = format!("{operation}: {effect:?}");
        // Of a refresh token that may have been taken nobody knows whether it still works, so it goes out once.
        let once = operation == RENEWAL && effect == FaultEffect::DroppedBefore;
        let (run, asked, took) = renewal(operation, Fault::of(operation, effect));
        let said = run.failure(code);
        assert!(said.contains(reason), "{what}: {said}");
        assert_plain(&said);
        assert!(asked <= if once { 1 } else { 4 }, "{what}: {asked}");
        assert!(took < Duration::from_secs(15), "{what}: {took:?}");
    }
}

#[test]
fn an_answer_that_was_lost_on_its_way_costs_one_sign_in_and_no_more() {
    let home = ended();
    home.sandbox.set_fault(Fault::of(RENEWAL, FaultEffect::DroppedAfter).times(1));
    assert_plain(&home.run(CREDENTIALS).failure(1));
    assert_plain(&home.run(CREDENTIALS).failure(3));
    assert_eq!(home.asked("CreateToken"), 2, "the refresh token was spent, and is not offered for ever");
    home.sandbox.decide_from_now_on(Some(true));
    let _ = home.run(BY_CODE).success();
    let _ = home.run(CREDENTIALS).success();
}

#[test]
fn a_token_that_still_lives_is_used_while_it_cannot_be_renewed() {
    let home = Home::new();
    home.shorten_token(45);
    home.sandbox.set_fault(Fault::of(RENEWAL, page(503)));
    let _ = home.run(CREDENTIALS).success();
    assert!(home.token()["refreshToken"].is_string());
}

#[test]
fn an_address_that_does_not_speak_tls_or_does_not_answer_is_named_in_one_line() {
    let home = ended();
    let plain = home.sandbox.endpoint().replace("http://", "https://");
    for endpoint in [plain.as_str(), "https://127.0.0.1:9", "http://127.0.0.1:9"] {
        for arguments in [&CREDENTIALS[..], &BY_CODE, &["refresh", "--profile", "work"]] {
            let output = home.command(PROGRAM).args(arguments).env("AWS_ENDPOINT_URL", endpoint).output();
            let said = Run::from(output.expect("starts")).failure(1);
            assert!(said.contains("could not be reached"), "{endpoint} {arguments:?}: {said}");
            assert_plain(&said);
        }
    }
    // Claude Code gets a document that opens nothing, and the person the reason.
    let mut command = home.command(PROGRAM);
    command.args(["credentials", "--sign-in", "--profile", "work"]).env("AWS_ENDPOINT_URL", &plain);
    let run = Run::from(command.output().expect("starts"));
    assert!(run.stderr.contains("could not be reached"), "{}", run.stderr);
    assert!(run.success().contains("SIGNEDOUT"));
}

/// Somebody signs in by a code that waits; what they are told comes with the end.
fn sign_in(home: &Home) -> Child {
    let mut command = home.command(PROGRAM);
    command.args(BY_CODE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

fn end_of(child: Child) -> Run {
    child.wait_with_output().expect("ends").into()
}

fn wait_for(home: &Home, operation: &str, count: usize) {
    let start = Instant::now();
    while home.asked(operation) < count {
        assert!(start.elapsed() < Duration::from_mins(1), "{count} x {operation} in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_code_is_asked_after_at_the_service_s_pace_until_it_is_entered() {
    let home = Home::with(Account::default(), false);
    let child = sign_in(&home);
    wait_for(&home, "CreateToken", 3);
    assert_eq!(home.sandbox.decide_sign_ins(true), 1);
    let _ = end_of(child).success();
    let asked = times(&home, "CreateToken");
    for pair in asked.windows(2) {
        let pause = pair[1].duration_since(pair[0]);
        assert!(pause >= SignedDuration::from_millis(950), "{pause:#}");
    }
}

#[test]
fn a_service_that_wants_it_slower_gets_it_slower_from_then_on() {
    let home = Home::with(Account::default(), false);
    home.sandbox.set_fault(Fault::of(RENEWAL, error(400, "SlowDownException")).times(1));
    let child = sign_in(&home);
    wait_for(&home, "CreateToken", 2);
    home.sandbox.decide_sign_ins(true);
    let _ = end_of(child).success();
    let asked = times(&home, "CreateToken");
    // One second, and five more each time (RFC 8628, section 3.5).
    for pair in asked.windows(2) {
        let pause = pair[1].duration_since(pair[0]);
        assert!(pause >= SignedDuration::from_millis(5_900), "{pause:#}");
    }
    assert!(asked.len() >= 3);
}

#[test]
fn trouble_while_a_code_waits_is_waited_out() {
    for effect in [
        error(500, "InternalServerException"),
        error(429, "TooManyRequestsException"),
        page(503),
        FaultEffect::DroppedBefore,
    ] {
        let home = Home::with(Account::default(), false);
        home.sandbox.set_fault(Fault::of(RENEWAL, effect.clone()).times(1));
        let child = sign_in(&home);
        wait_for(&home, "CreateToken", 1);
        home.sandbox.decide_sign_ins(true);
        let run = end_of(child);
        assert_eq!(run.code, Some(0), "{effect:?}: {}", run.stderr);
        assert_eq!(home.asked("StartDeviceAuthorization"), 1);
    }
}

#[test]
fn a_code_that_nobody_entered_in_time_is_followed_by_a_new_one() {
    let home = Home::with(Account::default(), false);
    let child = sign_in(&home);
    wait_for(&home, "CreateToken", 1);
    home.sandbox.age(Duration::from_hours(1));
    let said = end_of(child).failure(3);
    assert!(said.contains("was not finished in time"), "{said}");
    assert_plain(&said);
    home.sandbox.decide_from_now_on(Some(true));
    let _ = home.run(BY_CODE).success();
    assert_eq!(home.asked("StartDeviceAuthorization"), 2);
}

#[test]
fn a_code_that_was_refused_ends_the_sign_in() {
    let home = Home::with(Account::default(), false);
    let child = sign_in(&home);
    wait_for(&home, "CreateToken", 1);
    home.sandbox.decide_sign_ins(false);
    let said = end_of(child).failure(3);
    assert!(said.contains("was refused"), "{said}");
    assert_plain(&said);
    // No loop: whoever asks next by itself asks nobody, and says why.
    let asked = home.sandbox.requests().len();
    let said = home.run(["refresh", "--no-browser", "--profile", "work"]).failure(3);
    assert!(said.contains("the last sign-in") && said.contains("was refused"), "{said}");
    assert_plain(&said);
    assert_eq!(home.sandbox.requests().len(), asked);
}

#[test]
fn a_sign_in_that_cannot_begin_says_so_once() {
    for operation in ["sso-oidc:RegisterClient", "sso-oidc:StartDeviceAuthorization"] {
        for effect in [page(503), FaultEffect::DroppedBefore, error(400, "InvalidRequestException")] {
            let home = Home::with(Account::default(), false);
            home.sandbox.set_fault(Fault::of(operation, effect));
            let said = home.run(BY_CODE).failure(1);
            assert!(said.contains("AWS IAM Identity Center"), "{said}");
            assert_plain(&said);
            let asked = home.sandbox.requests().len();
            assert!(asked <= 5, "{operation}: {asked}");
        }
        let home = Home::with(Account::default(), false);
        home.sandbox.decide_from_now_on(Some(true));
        home.sandbox.set_fault(Fault::of(operation, error(500, "InternalServerException")).times(1));
        let _ = home.run(BY_CODE).success();
    }
}

#[test]
fn a_browser_s_sign_in_survives_a_busy_service_and_ends_plainly_with_a_broken_one() {
    let desktop = || Home::approving().env("DISPLAY", ":0");
    let login = ["login", "--browser", "--profile", "work"];
    let home = desktop();
    home.sandbox.set_fault(Fault::of(RENEWAL, error(500, "InternalServerException")).times(1));
    let _ = home.run(login).success();
    assert_eq!(home.opened().len(), 1);
    for (effect, code) in [(page(503), 1), (error(400, "InvalidGrantException"), 1)] {
        let home = desktop();
        home.sandbox.set_fault(Fault::of(RENEWAL, effect));
        assert_plain(&home.run(login).failure(code));
        assert_eq!(home.opened().len(), 1);
    }
}
