//! How long it takes to ask thirty models for one token, over a network that takes 100 ms for every answer.
//!
//! Beside it: the same requests one after the other, as the original Bedrock plugin asks its regions.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::ffi::OsString;
use std::fmt::Write;
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Options, Sandbox};
use claude_bedrock::aws::call;
use claude_bedrock::aws::credentials::Credentials;
use claude_bedrock::aws::files;
use claude_bedrock::aws::probe::{Outcome, Prober};
use claude_bedrock::world::World;

const LATENCY: Duration = Duration::from_millis(100);
const MODELS: usize = 30;
const RUNS: usize = 7;

const USER: &str = r#"
[[accounts.users]]
name = "bench"
access_key_id = "AKIABENCH00000000001"
secret_access_key = "benchsecretbenchsecretbenchsecretbench00"
permissions = { allow = ["bedrock:*"] }
"#;

fn main() {
    let text = include_str!("../sandbox/account.toml");
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let mut text = format!("{}{USER}\n{}", &text[..at], &text[at..]);
    for number in 0..MODELS {
        let _ = write!(
            text,
            "\n[[models]]\nid = \"anthropic.claude-haiku-3-{number}\"\nprovider = \"Anthropic\"\n\
             name = \"Claude Haiku 3.{number}\"\ncreated_at = \"2025-01-01T00:00:00Z\"\n"
        );
    }
    let account = Account::from_toml(&text).expect("a valid account");
    let sandbox = Sandbox::start(account, Options { latency: LATENCY, ..Options::default() }).expect("a free port");
    let home = tempfile::tempdir().expect("a temporary folder");
    let variables: Vec<(OsString, OsString)> = sandbox.environment(home.path());
    let world = World::with_variables(variables, home.path());
    let files = files::read(&world);
    let credentials = Credentials {
        access_key_id: "AKIABENCH00000000001".into(),
        secret_access_key: "benchsecretbenchsecretbenchsecretbench00".to_owned().into(),
        session_token: String::new().into(),
        expiration: world.now(),
    };
    let ids: Vec<String> = (0..MODELS).map(|number| format!("us.anthropic.claude-haiku-3-{number}")).collect();
    let timed = |ids: &[String]| {
        let mut times: Vec<Duration> = (0..RUNS)
            .map(|_| {
                // A new prober each time, so that every run connects anew.
                let prober = Prober::new(&world, &files, "default", "us-west-2", &credentials);
                let start = Instant::now();
                let asked = call::block_on(prober.ask_all(ids));
                let time = start.elapsed();
                let answered = asked.iter().all(|one| matches!(one.outcome, Outcome::Answered { .. }));
                assert!(answered, "{asked:?}");
                time
            })
            .collect();
        times.sort_unstable();
        times[RUNS / 2]
    };
    let (one, all) = (timed(&ids[..1]), timed(&ids));
    let start = Instant::now();
    for id in &ids {
        let prober = Prober::new(&world, &files, "default", "us-west-2", &credentials);
        let outcome = call::block_on(prober.ask(id));
        assert!(matches!(outcome, Outcome::Answered { .. }), "{outcome:?}");
    }
    let in_turn = start.elapsed();
    println!("probes of models, {} ms away; median of {RUNS}", LATENCY.as_millis());
    println!("  one                        {:>6} ms", one.as_millis());
    println!(
        "  {MODELS} at once                 {:>6} ms   {:.2} times one",
        all.as_millis(),
        all.as_secs_f64() / one.as_secs_f64()
    );
    println!("  {MODELS} one after the other     {:>6} ms", in_turn.as_millis());
}
