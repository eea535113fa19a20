//! Many callers at once, with everything expired: one call each to AWS, one page at most, whoever is killed meanwhile.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::harness::{Home, PROGRAM};

const CREDENTIALS: [&str; 4] = ["credentials", "--sign-in", "--profile", "work"];
const REFRESH: [&str; 3] = ["refresh", "--profile", "work"];

fn start(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.command(PROGRAM);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

fn storm(home: &Home, credentials: usize, refreshes: usize) -> Vec<Child> {
    let mut children: Vec<Child> = (0..credentials).map(|_| start(home, &CREDENTIALS)).collect();
    children.extend((0..refreshes).map(|_| start(home, &REFRESH)));
    children
}

#[track_caller]
fn assert_all_served(children: Vec<Child>) {
    for child in children {
        let output = child.wait_with_output().expect("ends");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{err}");
        assert!(!out.contains("SIGNEDOUT"), "{err}");
    }
}

fn expire(home: &Home, with_refresh_token: bool) {
    home.change_token(&[("expiresAt", json!("2020-01-01T00:00:00Z"))]);
    if !with_refresh_token {
        home.change_token(&[("refreshToken", json!(null))]);
    }
}

#[test]
fn two_hundred_and_fifty_callers_exchange_one_token() {
    let home = Home::new();
    expire(&home, true);
    assert_all_served(storm(&home, 200, 50));
    assert_eq!(home.asked("CreateToken"), 1);
    assert_eq!(home.asked("GetRoleCredentials"), 1);
}

#[test]
fn two_hundred_and_fifty_callers_of_an_ended_session_open_one_page() {
    let home = Home::approving().env("DISPLAY", ":0");
    assert_all_served(storm(&home, 200, 50));
    assert_eq!(home.asked("StartDeviceAuthorization") + home.asked("Authorize"), 1);
    assert_eq!(home.asked("CreateToken"), 1);
    assert_eq!(home.asked("GetRoleCredentials"), 1);
    assert_eq!(home.opened().len(), 1);
}

#[test]
fn whoever_holds_the_lock_may_be_killed_at_any_moment() {
    // Slow answers, so that the kill meets the holder in the middle of its exchange.
    for moment in [5, 40, 90, 160, 260] {
        let home = Home::far_away(Duration::from_millis(100));
        expire(&home, true);
        let mut holder = start(&home, &REFRESH);
        std::thread::sleep(Duration::from_millis(moment));
        // `setsid` became the program itself, so this is the holder.
        holder.kill().expect("our own child");
        holder.wait().expect("ended");
        let rest: Vec<_> =
            storm(&home, 10, 5).into_iter().map(|child| child.wait_with_output().expect("ends")).collect();
        let ends: Vec<_> = rest.iter().map(|output| output.status.code()).collect();
        // Killed between the exchange and the write, the refresh token is spent: a person has to sign in, and is told.
        // Whoever finds that out takes it out of the file, and nobody sends it again.
        let is_spent = home.token().get("refreshToken").is_none();
        assert!(ends.iter().all(|code| *code == Some(0) || is_spent && *code == Some(3)), "{moment}: {rest:?}");
    }
}
