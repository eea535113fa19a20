//! How long the look at every region takes when each answer takes 100 ms, beside the fewest regions that can be asked
//! for, and beside the look the original Bedrock plugin takes: the AWS CLI, one region after the other.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Options, Sandbox};

const PROGRAM: &str = env!("CARGO_BIN_EXE_claude-bedrock");

const LATENCY: Duration = Duration::from_millis(100);

/// Runs of each of ours; the plugin's takes many seconds, and one of it is enough.
const RUNS: usize = 15;

/// The regions the plugin's last version asks, in its order.
const PLUGIN_REGIONS: [&str; 19] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "sa-east-1",
    "me-central-1",
];

fn main() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let options = Options { latency: LATENCY, ..Options::default() };
    let sandbox = Sandbox::start(Account::default(), options).expect("a free port");
    sandbox.furnish(home.path(), true).expect("a furnished home");
    let variables = sandbox.environment(home.path());
    let run = |program: &Path, arguments: &[&str]| {
        let mut process = Command::new(program);
        process.args(arguments).env_clear().envs(variables.iter().cloned()).current_dir(home.path());
        process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        assert!(process.status().expect("it starts").success(), "{arguments:?}");
        start.elapsed()
    };
    let ours = |residency: &str| run(Path::new(PROGRAM), &["regions", "--profile", "work", "--residency", residency]);
    // So that both find the credentials in the cache.
    ours("jp");
    let (mut all, mut few) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        all.push(ours("any"));
        few.push(ours("jp"));
    }
    let (all, few) = (median(all), median(few));
    println!("`regions`, every answer after {} ms, medians of {RUNS}", LATENCY.as_millis());
    println!("  all regions of the partition      {:7.0} ms", milliseconds(all));
    println!("  the two of Japan                  {:7.0} ms", milliseconds(few));
    println!("  ratio                             {:7.2}", all.as_secs_f64() / few.as_secs_f64());
    let Some(aws) = aws_cli() else {
        println!("\n(no AWS CLI here, so nothing to compare it with)");
        return;
    };
    let listing = |region: &str| {
        run(&aws, &["bedrock", "list-inference-profiles", "--region", region, "--profile", "work", "--output", "json"])
    };
    let sequential: Duration = PLUGIN_REGIONS.into_iter().map(listing).sum();
    println!("\nthe plugin's {} calls of the AWS CLI one after the other", PLUGIN_REGIONS.len());
    println!("  together                          {:7.0} ms", milliseconds(sequential));
    println!("  of ours                           {:7.1} times", sequential.as_secs_f64() / all.as_secs_f64());
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The AWS CLI that the tests install below the target folder.
fn aws_cli() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(PROGRAM).ancestors().nth(2)?;
    let mut install = Command::new(root.join("scripts/clients/aws-cli-v2"));
    let output = install.arg(target.join("clients/aws-cli-v2")).stderr(Stdio::null()).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end()))
}
