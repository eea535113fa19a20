//! How long the hot paths take beside what people would otherwise run, and beside a program that does nothing.
//!
//! It measures the program that `cargo build --release --workspace` built. Runs are interleaved, so that a busy moment
//! of the machine hits all alike; medians and ratios are printed. Instructions are counted where valgrind is there.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::disallowed_methods, reason = "a benchmark's own files")]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Options, Sandbox};

/// Runs of each fast contender, of those that ask somebody, and of those that take a large part of a second.
const RUNS: usize = 400;
const COLD_RUNS: usize = 60;
const SLOW_RUNS: usize = 10;

/// How many run at once, as sessions of Claude Code that start together.
const AT_ONCE: usize = 8;

/// What a pipe takes before who writes to it has to wait.
const PIPE: usize = 64 * 1024;

/// The folder of SSO tokens, Claude Code's settings, and how large these are in a crowded home.
const CACHE: &str = ".aws/sso/cache";
const SETTINGS: &str = ".claude/settings.json";
const CROWD: usize = 2 * 1024 * 1024;

/// How often and how long a program's memory is looked at.
const LOOKS: usize = 5;
const LOOK: Duration = Duration::from_millis(200);

/// One line of a table.
struct Contender {
    name: &'static str,
    command: Vec<OsString>,
    /// Without credentials of ours on the disk.
    cold: bool,
}

/// A home with an account behind it, and the program under test.
struct Bench {
    home: tempfile::TempDir,
    sandbox: Sandbox,
    program: PathBuf,
}

fn main() {
    let bench = Bench::new();
    let empty = bench.compiled("empty", "fn main() {}");
    let ours = |name, arguments: &str| bench.ours(name, arguments);
    assert!(bench.run(&ours("", "setup --yes --profile work")).1, "the set-up works");
    let served = bench.sandbox.requests().len();

    let contenders = [
        Contender { name: "an empty program", command: vec![empty.into()], cold: false },
        ours("credentials, cached", "credentials --profile work"),
        ours("refresh, nothing due", "refresh --profile work"),
        ours("status --offline --json", "status --offline --json"),
        ours("hook session-start, healthy", "hook session-start"),
        ours("statusline", "statusline"),
    ];
    bench.table("one run", &contenders, RUNS, 1);
    bench.table("eight at once", &contenders[..2], RUNS / AT_ONCE, AT_ONCE);
    bench.print_memory(&contenders);
    bench.print_instructions(&contenders);
    bench.crowd();
    let [empty, _, _, _, hook, statusline] = contenders;
    let crowded = [empty, hook, statusline];
    bench.table("one run, with 500 files in the SSO cache and 2 MiB of settings", &crowded, RUNS / 4, 1);
    bench.print_memory(&crowded);
    bench.restore();
    assert_eq!(bench.sandbox.requests().len(), served, "a cached answer asks nobody");

    let address = bench.sandbox.endpoint().replace("http://", "");
    let round_trip = bench.compiled("round-trip", &ROUND_TRIP.replace("ADDRESS", &address));
    let contenders = [
        Contender { name: "one bare HTTP round trip", command: vec![round_trip.into()], cold: false },
        Contender { cold: true, ..ours("credentials, cold", "credentials --profile work") },
    ];
    let medians = bench.table("cold, over plain HTTP: the sandbox has no TLS", &contenders, COLD_RUNS, 1);
    println!(
        "  {:34} {:9.3} ms",
        "more than the round trip",
        (medians[1].as_secs_f64() - medians[0].as_secs_f64()) * 1e3
    );

    let Some(aws) = aws_cli() else {
        println!("\n(no AWS CLI here, so nothing to compare `credentials` with)");
        return;
    };
    let export = ["configure", "export-credentials", "--profile", "work"];
    let command = std::iter::once(aws.into_os_string()).chain(export.map(OsString::from)).collect();
    let contenders = [
        Contender { name: "aws configure export-credentials", command, cold: false },
        ours("credentials, cached", "credentials --profile work"),
        Contender { cold: true, ..ours("credentials, cold", "credentials --profile work") },
    ];
    bench.table("beside the AWS CLI, which has its own cache", &contenders, SLOW_RUNS, 1);
}

/// A program that asks the account one thing and reads the answer.
const ROUND_TRIP: &str = r#"
use std::io::{Read, Write};
fn main() {
    let mut stream = std::net::TcpStream::connect("ADDRESS").unwrap();
    stream.write_all(b"GET /assignment/accounts HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(!answer.is_empty());
}
"#;

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let sandbox = Sandbox::start(Account::default(), Options::default()).expect("a free port");
        sandbox.furnish(home.path(), true).expect("a furnished home");
        let program = target().join("release/claude-bedrock");
        assert!(program.is_file(), "there is no `{}`: run `cargo build --release --workspace`", program.display());
        Self { home, sandbox, program }
    }

    fn ours(&self, name: &'static str, arguments: &str) -> Contender {
        let command = std::iter::once(self.program.clone().into()).chain(arguments.split(' ').map(OsString::from));
        Contender { name, command: command.collect(), cold: false }
    }

    /// Fills the home as years of use do: sign-ins of other sessions, and settings with a long list of permissions.
    fn crowd(&self) {
        for number in 0..500 {
            let path = self.home.path().join(format!("{CACHE}/{number:040x}.json"));
            let token = format!(
                "{{\"startUrl\": \"https://company-{number}.awsapps.com/start\", \"region\": \"us-east-1\", \
                 \"accessToken\": \"{}\", \"expiresAt\": \"2020-01-01T00:00:00Z\"}}",
                "x".repeat(1_000)
            );
            fs_err::write(path, token).expect("writable");
        }
        let settings = self.home.path().join(SETTINGS);
        let before = fs_err::read_to_string(&settings).expect("the set-up wrote it");
        let mut rules = String::with_capacity(CROWD + 100);
        while rules.len() < CROWD {
            let _ = write!(rules, "\"Bash(command-{}:*)\", ", rules.len());
        }
        let permissions = format!("{{\"permissions\": {{\"allow\": [{}]}},", rules.trim_end_matches(", "));
        fs_err::write(&settings, before.replacen('{', &permissions, 1)).expect("writable");
        fs_err::write(settings.with_extension("before"), before).expect("writable");
        let shown = self.command(&self.ours("", "statusline")).stdout(Stdio::piped()).output().expect("it starts");
        assert!(shown.stdout.starts_with(b"Bedrock work"), "the settings are in effect");
        let told = self.command(&self.ours("", "hook session-start")).stdout(Stdio::piped()).output();
        assert_eq!(told.expect("it starts").stdout, b"", "the session is healthy");
    }

    /// Takes back what [`Bench::crowd`] did.
    fn restore(&self) {
        for number in 0..500 {
            fs_err::remove_file(self.home.path().join(format!("{CACHE}/{number:040x}.json"))).expect("there");
        }
        let settings = self.home.path().join(SETTINGS);
        fs_err::rename(settings.with_extension("before"), settings).expect("there");
    }

    /// A small program, compiled as ours is.
    fn compiled(&self, name: &str, source: &str) -> PathBuf {
        let program = self.home.path().join(name);
        let file = program.with_extension("rs");
        fs_err::write(&file, source).expect("writable");
        let mut compiler = Command::new("rustc");
        compiler.args(["-O", "-C", "strip=symbols", "-o"]).arg(&program).arg(&file);
        assert!(compiler.status().expect("rustc starts").success(), "{name} compiles");
        program
    }

    fn command(&self, contender: &Contender) -> Command {
        if contender.cold {
            let _ = fs_err::remove_dir_all(self.home.path().join(".local/state/claude-bedrock/credentials"));
        }
        let mut command = Command::new(&contender.command[0]);
        command.args(&contender.command[1..]).env_clear().envs(self.sandbox.environment(self.home.path()));
        command.current_dir(self.home.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, contender: &Contender) -> (Duration, bool) {
        let mut command = self.command(contender);
        let start = Instant::now();
        let status = command.status().expect("the program starts");
        (start.elapsed(), status.success())
    }

    /// So many of one contender at once, until the last has ended.
    fn run_at_once(&self, contender: &Contender, number: usize) -> (Duration, bool) {
        let mut commands: Vec<Command> = (0..number).map(|_| self.command(contender)).collect();
        let start = Instant::now();
        let children: Vec<Child> = commands.iter_mut().map(|it| it.spawn().expect("the program starts")).collect();
        let failures =
            children.into_iter().filter_map(|mut child| (!child.wait().expect("it ends").success()).then_some(()));
        let failures = failures.count();
        (start.elapsed(), failures == 0)
    }

    /// Runs the contenders in turns, and prints and gives the median of each.
    fn table(&self, title: &str, contenders: &[Contender], runs: usize, at_once: usize) -> Vec<Duration> {
        let mut times = vec![Vec::with_capacity(runs); contenders.len()];
        // The first round warms the caches of the operating system.
        for round in 0..=runs {
            for (contender, times) in contenders.iter().zip(&mut times) {
                let (time, success) = self.run_at_once(contender, at_once);
                assert!(success, "{} works", contender.name);
                if round > 0 {
                    times.push(time);
                }
            }
        }
        println!("\n{title}");
        let middle = |mut times: Vec<Duration>| {
            times.sort_unstable();
            times[times.len() / 2]
        };
        let medians: Vec<Duration> = times.into_iter().map(middle).collect();
        for (contender, median) in contenders.iter().zip(&medians) {
            let (median, first) = (median.as_secs_f64(), medians[0].as_secs_f64());
            println!("  {:34} {:9.3} ms   {:6.3} x", contender.name, median * 1e3, median / first);
        }
        medians
    }

    /// The most memory each had, looked at without a pause while it runs or waits to get rid of what it prints.
    fn print_memory(&self, contenders: &[Contender]) {
        println!("\nmost memory, resident");
        for contender in contenders {
            let most = (0..LOOKS).filter_map(|_| self.most_memory(contender)).max_by(f64::total_cmp);
            match most {
                Some(kibibytes) => println!("  {:34} {:9.2} MiB", contender.name, kibibytes / 1024.0),
                None => println!("  {:34}   was too short to be seen", contender.name),
            }
        }
    }

    fn most_memory(&self, contender: &Contender) -> Option<f64> {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(&vec![0; PIPE]).expect("room");
        let mut child = self.command(contender).stdout(writer).spawn().expect("the program starts");
        let start = Instant::now();
        let mut most: Option<f64> = None;
        // One that prints nothing ends instead of waiting.
        while start.elapsed() < LOOK && child.try_wait().expect("a child").is_none() {
            // Nothing is not what it had: it has not been counted yet, or was given back.
            most = resident(child.id()).filter(|seen| *seen > 0.0).into_iter().chain(most).max_by(f64::total_cmp);
        }
        drop(reader);
        child.wait().expect("it ends");
        most
    }

    /// Instructions, which a busy machine does not change.
    fn print_instructions(&self, contenders: &[Contender]) {
        println!("\ninstructions (callgrind)");
        for contender in contenders {
            let mut command = Command::new("valgrind");
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(&contender.command);
            command.env_clear().envs(self.sandbox.environment(self.home.path())).current_dir(self.home.path());
            let Ok(output) = command.stdin(Stdio::null()).output() else {
                println!("  valgrind not installed");
                return;
            };
            let said = String::from_utf8_lossy(&output.stderr);
            let counted = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count);
            let count: f64 = counted.and_then(|count| count.parse().ok()).expect("callgrind counts");
            println!("  {:34} {:9.3} million", contender.name, count / 1e6);
        }
    }
}

/// The most memory a process has had so far, in KiB; `None` when it has ended.
fn resident(process: u32) -> Option<f64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// The target folder: a benchmark is `target/release/deps/NAME`.
fn target() -> PathBuf {
    let ours = std::env::current_exe().expect("a program has a file");
    ours.ancestors().nth(3).expect("the target folder").to_owned()
}

fn aws_cli() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let mut install = Command::new(root.join("scripts/clients/aws-cli-v2"));
    let output = install.arg(target().join("clients/aws-cli-v2")).stderr(Stdio::null()).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end()))
}
