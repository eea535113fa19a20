//! How long the hot paths take beside what people would otherwise run, and beside a program that does nothing.
//!
//! Runs are interleaved, so that a busy moment of the machine hits all alike; medians and ratios are printed.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Options, Sandbox};

const PROGRAM: &str = env!("CARGO_BIN_EXE_claude-bedrock");

/// Runs of each fast contender, and of those that take a large part of a second.
const RUNS: usize = 400;
const SLOW_RUNS: usize = 10;

struct Contender {
    name: &'static str,
    command: Vec<OsString>,
}

fn main() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let sandbox = Sandbox::start(Account::default(), Options::default()).expect("a free port");
    sandbox.furnish(home.path(), true).expect("a furnished home");
    let variables = sandbox.environment(home.path());
    let run = |command: &[OsString]| {
        let mut process = Command::new(&command[0]);
        process.args(&command[1..]).env_clear().envs(variables.iter().cloned()).current_dir(home.path());
        process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let status = process.status().expect("the program starts");
        (start.elapsed(), status.success())
    };
    let ours = |arguments: &str| -> Vec<OsString> {
        std::iter::once(PROGRAM).chain(arguments.split(' ')).map(OsString::from).collect()
    };
    assert!(run(&ours("setup --yes --profile work")).1, "the set-up works");
    let served = sandbox.requests().len();

    let contenders = [
        Contender { name: "an empty program", command: vec![empty_program(home.path()).into()] },
        Contender { name: "status --offline --json", command: ours("status --offline --json") },
        Contender { name: "credentials, cached", command: ours("credentials --profile work") },
        Contender { name: "refresh, nothing due", command: ours("refresh --profile work") },
    ];
    let medians = interleaved(&contenders, RUNS, &run);
    assert_eq!(sandbox.requests().len(), served, "a cached answer asks nobody");
    print_ratios("beside an empty program", &contenders, &medians);

    let Some(aws) = aws_cli() else {
        println!("\n(no AWS CLI here, so nothing to compare `credentials` with)");
        return;
    };
    let export = ["configure", "export-credentials", "--profile", "work"];
    let contenders = [
        Contender {
            name: "aws configure export-credentials",
            command: std::iter::once(aws.into_os_string()).chain(export.map(OsString::from)).collect(),
        },
        Contender { name: "credentials, cached", command: ours("credentials --profile work") },
    ];
    let medians = interleaved(&contenders, SLOW_RUNS, &run);
    print_ratios("beside the AWS CLI, which has its own cache", &contenders, &medians);
}

/// The median of each contender, run in turns.
fn interleaved(contenders: &[Contender], runs: usize, run: &dyn Fn(&[OsString]) -> (Duration, bool)) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(runs); contenders.len()];
    // The first round warms the caches of the operating system.
    for round in 0..=runs {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let (time, success) = run(&contender.command);
            assert!(success, "{} works", contender.name);
            if round > 0 {
                times.push(time);
            }
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        })
        .collect()
}

fn print_ratios(title: &str, contenders: &[Contender], medians: &[Duration]) {
    println!("\n{title}");
    let first = medians[0].as_secs_f64();
    for (contender, median) in contenders.iter().zip(medians) {
        let median = median.as_secs_f64();
        println!("  {:34} {:9.3} ms   {:6.3} x", contender.name, median * 1e3, median / first);
    }
}

/// `fn main() {}`, compiled as ours is.
fn empty_program(folder: &Path) -> PathBuf {
    let source = folder.join("empty.rs");
    #[expect(clippy::disallowed_methods, reason = "a benchmark's own file")]
    fs_err::write(&source, "fn main() {}").expect("writable");
    let program = folder.join("empty");
    let mut compiler = Command::new("rustc");
    compiler.args(["-O", "-C", "strip=symbols", "-C", "panic=abort", "-o"]).arg(&program).arg(&source);
    assert!(compiler.status().expect("rustc starts").success(), "an empty program compiles");
    program
}

fn aws_cli() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(PROGRAM).ancestors().nth(2)?;
    let mut install = Command::new(root.join("scripts/clients/aws-cli-v2"));
    let output = install.arg(target.join("clients/aws-cli-v2")).stderr(Stdio::null()).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end()))
}
