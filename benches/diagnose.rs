//! A whole `diagnose` when each answer takes 100 ms, beside its longest chain of calls that need one another; and
//! `--offline` in an ordinary home.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use aws_sandbox::Account;

use crate::original;
use crate::stage::{LATENCY, Stage, aws_cli};
use crate::table::{Contender, aim, medians};

const RUNS: usize = 15;

/// The calls that need one another: the role's credentials, what they see, and the papers of what they see.
const CHAIN: [&str; 3] = ["GetRoleCredentials", "ListInferenceProfiles", "GetFoundationModelAvailability"];

/// What the whole may take of its chain, and what it may take without a network, in milliseconds.
const WHOLE: f64 = 1.3;
const OFFLINE: f64 = 15.0;

pub(crate) fn run() {
    let stage = Stage::of(Account::default(), LATENCY);
    stage.set_up();
    let diagnose = stage.ours("diagnose, credentials cached", "diagnose");
    let cold = diagnose.clone().cold("diagnose, credentials asked for");
    let before = stage.sandbox.requests().len();
    stage.time(&cold);
    let asked = stage.sandbox.requests().split_off(before);
    for call in CHAIN {
        assert!(asked.iter().any(|request| request.operation == call), "`diagnose` asks {call}");
    }
    println!("  {} calls, of which {} need one another", asked.len(), CHAIN.len());
    let address = stage.sandbox.endpoint().replace("http://", "");
    let chain = |length: usize| {
        let address = &address;
        move || (0..length).map(|_| round_trip(address)).sum()
    };
    let contenders = [
        Contender::new("two bare round trips, one after the other", chain(2)),
        Contender::alone(&stage, &diagnose),
        Contender::new("three bare round trips, one after the other", chain(3)),
        Contender::alone(&stage, &cold),
    ];
    let took = medians("diagnose, every answer after 100 ms", RUNS, &contenders);
    aim("cached, of its chain", took[1] / took[0], "x", WHOLE);
    aim("not cached, of its chain", took[3] / took[2], "x", WHOLE);

    let offline = stage.ours("diagnose --offline", "diagnose --offline");
    let took = medians("from files alone, in an ordinary home", RUNS * 4, &[Contender::alone(&stage, &offline)]);
    aim("diagnose --offline", took[0], "ms", OFFLINE);

    let Some(aws) = aws_cli() else { return };
    let context = original::context(&aws);
    let contenders = [
        Contender::new("the AWS CLI's part of the original's context", || stage.time_in_turn(&context)),
        Contender::alone(&stage, &diagnose),
    ];
    medians("beside the original's `get-aws-context --check-bedrock`", 3, &contenders);
}

/// One request on a connection of its own, with nothing around it.
fn round_trip(address: &str) -> Duration {
    let start = Instant::now();
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(b"GET /assignment/accounts HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    start.elapsed()
}
