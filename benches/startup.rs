//! How long the hot paths take beside a program that does nothing, and beside what people would otherwise run.

use std::fmt::Write as _;
use std::process::Stdio;

use crate::stage::Stage;
use crate::table::{Contender, aim, instructions, medians, memory};

/// Runs of each.
const RUNS: usize = 400;

/// How many run at once, as sessions of Claude Code that start together.
const AT_ONCE: usize = 8;

/// The folder of SSO tokens, Claude Code's settings, and how large these are in a crowded home.
const CACHE: &str = ".aws/sso/cache";
const SETTINGS: &str = ".claude/settings.json";
const FILES: usize = 500;
const CROWD: usize = 2 * 1024 * 1024;

/// What an answer from a cache may take: of an empty program's time, and of memory in MiB.
const TWICE: f64 = 2.0;
const MEMORY: f64 = 10.0;

/// What the hook may take in a crowded home, in milliseconds.
const CROWDED: f64 = 10.0;

pub(crate) fn run() {
    let stage = Stage::near();
    stage.set_up();
    let served = stage.sandbox.requests().len();
    let empty = stage.compiled("an empty program", "fn main() {}");
    let credentials = stage.ours("credentials, cached", "credentials --profile work");
    let refresh = stage.ours("refresh, nothing due", "refresh --profile work");
    let status = stage.ours("status --offline --json", "status --offline --json");
    let hook = stage.ours("hook session-start, healthy", "hook session-start");
    let statusline = stage.ours("statusline", "statusline");
    let all = [&empty, &credentials, &refresh, &status, &hook, &statusline];

    let took = medians("one run", RUNS, &all.map(|program| Contender::alone(&stage, program)));
    aim("credentials, cached, of empty programs", took[1] / took[0], "x", TWICE);
    aim("hook, healthy, of empty programs", took[4] / took[0], "x", TWICE);

    let eight = [&empty, &credentials].map(|program| {
        let stage = &stage;
        Contender::new(program.name, move || stage.time_at_once(program, AT_ONCE))
    });
    let took = medians("eight at once", RUNS / AT_ONCE, &eight);
    aim("eight times credentials, of eight empty programs", took[1] / took[0], "x", TWICE);

    memory(&stage, &all, MEMORY);
    instructions(&stage, &all);

    crowd(&stage);
    let crowded = [&empty, &hook, &statusline];
    let title = "one run, with 500 files in the SSO cache and 2 MiB of settings";
    let took = medians(title, RUNS / 4, &crowded.map(|program| Contender::alone(&stage, program)));
    aim("hook in a crowded home", took[1], "ms", CROWDED);
    memory(&stage, &crowded, MEMORY);
    instructions(&stage, &crowded);
    assert_eq!(stage.sandbox.requests().len(), served, "a cached answer asks nobody");
}

/// Fills the home as years of use do: sign-ins of other sessions, and settings with a long list of permissions.
fn crowd(stage: &Stage) {
    let home = stage.home.path();
    for number in 0..FILES {
        let token = format!(
            "{{\"startUrl\": \"https://company-{number}.awsapps.com/start\", \"region\": \"us-east-1\", \
             \"accessToken\": \"{}\", \"expiresAt\": \"2020-01-01T00:00:00Z\"}}",
            "x".repeat(1_000)
        );
        fs_err::write(home.join(format!("{CACHE}/{number:040x}.json")), token).expect("writable");
    }
    let settings = home.join(SETTINGS);
    let before = fs_err::read_to_string(&settings).expect("the set-up wrote it");
    let mut rules = String::with_capacity(CROWD + 100);
    while rules.len() < CROWD {
        let _ = write!(rules, "\"Bash(command-{}:*)\", ", rules.len());
    }
    let permissions = format!("{{\"permissions\": {{\"allow\": [{}]}},", rules.trim_end_matches(", "));
    fs_err::write(&settings, before.replacen('{', &permissions, 1)).expect("writable");
    let said = |arguments| {
        let mut command = stage.command(&stage.ours("", arguments));
        command.stdout(Stdio::piped()).output().expect("it starts").stdout
    };
    assert!(said("statusline").starts_with(b"Bedrock work"), "the settings are in effect");
    assert_eq!(said("hook session-start"), b"", "the session is healthy");
}
