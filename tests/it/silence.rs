//! AWS takes the connection and then says nothing, or stops in the middle of its answer: everything ends by itself, in
//! one plain line, and what is cached is served as ever.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Home, PROGRAM, Run};
use crate::trouble::assert_plain;

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// Claude Code kills `awsAuthRefresh` after three minutes and waits for nothing else that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Before the first byte.
    Silent,
    /// In the middle of the body.
    Half,
}

/// A service that never finishes.
pub(crate) struct Deaf {
    address: String,
    connections: Arc<AtomicUsize>,
}

impl Deaf {
    pub(crate) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::Relaxed);
                thread::spawn(move || listen(connection, manner));
            }
        });
        Self { address, connections }
    }

    /// For a command this is AWS.
    pub(crate) fn is_aws_for(&self, command: &mut Command) {
        let endpoint = format!("http://{}", self.address);
        command.env("AWS_ENDPOINT_URL", &endpoint).env("ANTHROPIC_BEDROCK_BASE_URL", &endpoint);
    }

    fn run(&self, home: &Home, arguments: &[&str]) -> Run {
        let mut command = home.command(PROGRAM);
        self.is_aws_for(&mut command);
        command.args(arguments).output().expect("starts").into()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Until the client hangs up.
fn listen(mut connection: TcpStream, manner: Manner) {
    let mut buffer = [0; 4096];
    let mut answered = manner == Manner::Silent;
    while connection.read(&mut buffer).is_ok_and(|read| read > 0) {
        if !answered {
            let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"access";
            let _ = connection.write_all(half);
            answered = true;
        }
    }
}

/// A home that uses Bedrock, with a token that has ended or not.
fn home(ended: bool) -> Home {
    let home = Home::new();
    let variables = json!({"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work", "AWS_REGION": "us-west-2"});
    home.write(".claude/settings.json", json!({ "env": variables }).to_string());
    if ended {
        home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    }
    home
}

const OIDC: &str = "AWS IAM Identity Center";
const PORTAL: &str = "the AWS access portal";

/// Every command that talks to AWS, with its exit code, and who is said to have been silent.
const ENDED: [(&[&str], i32, &str); 10] = [
    (&["refresh"], 1, OIDC),
    (&["refresh", "--force"], 1, OIDC),
    (&["credentials"], 1, OIDC),
    (&["credentials", "--sign-in"], 0, OIDC),
    (&["login", "--device"], 1, OIDC),
    (&["status"], 0, OIDC),
    (&["models"], 1, OIDC),
    (&["regions"], 1, OIDC),
    (&["diagnose"], 1, OIDC),
    (&["logout"], 0, PORTAL),
];
const ALIVE: [(&[&str], i32, &str); 3] =
    [(&["credentials"], 1, PORTAL), (&["status"], 0, PORTAL), (&["credentials", "--sign-in"], 0, PORTAL)];

/// How one of them ended.
fn assert_ends_plainly(deaf: &Deaf, manner: Manner, ended: bool, (arguments, code, who): (&[&str], i32, &str)) {
    let home = home(ended);
    let start = Instant::now();
    let run = deaf.run(&home, arguments);
    let what = format!("{manner:?} {arguments:?}: {run:?}");
    assert!(start.elapsed() < PATIENCE, "{what}");
    assert_eq!(run.code, Some(code), "{what}");
    let words = match manner {
        Manner::Silent => "did not answer in time",
        Manner::Half => "began to answer and then stopped",
    };
    assert!(format!("{}{}", run.stdout, run.stderr).contains(&format!("{who} {words}")), "{what}");
    match arguments {
        ["status" | "diagnose", ..] => assert_eq!(run.stderr, "", "{what}"),
        ["logout"] => assert!(run.stdout.contains("Signed out") && run.stderr.lines().count() == 1, "{what}"),
        _ => assert_plain(&run.stderr),
    }
    assert!(!run.stderr.contains("claude-bedrock login"), "a sign-in would mend nothing: {what}");
}

#[test]
fn every_command_ends_by_itself_when_aws_falls_silent() {
    let [silent, half] = [Manner::Silent, Manner::Half].map(|manner| (manner, Deaf::new(manner)));
    thread::scope(|scope| {
        for (manner, deaf) in [&silent, &half] {
            for case in ENDED {
                scope.spawn(move || assert_ends_plainly(deaf, *manner, true, case));
            }
            for case in ALIVE {
                scope.spawn(move || assert_ends_plainly(deaf, *manner, false, case));
            }
        }
        scope.spawn(|| those_who_waited_are_told(&silent.1));
        scope.spawn(|| what_still_lives_is_used(&silent.1));
    });
}

/// Six processes want the same: none of them waits for the same silence in its turn.
fn those_who_waited_are_told(deaf: &Deaf) {
    for arguments in [&["credentials"][..], &["refresh"]] {
        let home = home(true);
        let start = Instant::now();
        let runs: Vec<Run> = thread::scope(|scope| {
            let started: Vec<_> = (0..6).map(|_| scope.spawn(|| deaf.run(&home, arguments))).collect();
            started.into_iter().map(|run| run.join().expect("ends")).collect()
        });
        assert!(start.elapsed() < PATIENCE / 2, "{arguments:?}: {:?}", start.elapsed());
        for run in runs {
            assert!(run.failure(1).contains("did not answer in time"), "{arguments:?}");
        }
    }
}

/// Credentials with a few minutes left, less than is wanted, are better than none.
fn what_still_lives_is_used(deaf: &Deaf) {
    let home = home(false);
    let known = home.run(["credentials"]).success();
    let file = home.state_files("credentials").remove(0);
    let mut cached: serde_json::Value = serde_json::from_slice(&fs_err::read(&file).expect("readable")).expect("JSON");
    let end: jiff::Timestamp = cached["expiration"].as_str().expect("text").parse().expect("a time");
    // They last an hour.
    cached["expiration"] = json!((end - jiff::SignedDuration::from_mins(52)).to_string());
    home.write(file.to_str().expect("UTF-8"), cached.to_string());
    let used = deaf.run(&home, &["credentials"]).json();
    let known: serde_json::Value = serde_json::from_str(&known).expect("JSON");
    assert_eq!(used["Credentials"]["AccessKeyId"], known["Credentials"]["AccessKeyId"]);
}

#[test]
fn what_is_cached_is_served_while_aws_is_silent() {
    let deaf = Deaf::new(Manner::Silent);
    let home = home(false);
    let known = home.run(["credentials"]).success();
    assert_eq!(deaf.run(&home, &["credentials"]).success(), known);
    assert_eq!(deaf.run(&home, &["credentials", "--sign-in"]).success(), known);
    assert_eq!(deaf.run(&home, &["refresh"]).success(), "");
    let _ = deaf.run(&home, &["status", "--offline"]).success();
    assert_eq!(deaf.connections(), 0);
}
