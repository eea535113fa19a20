//! What is printed: medians of interleaved runs, memory, instructions, and how that compares with an aim.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::stage::{Program, Stage};

/// What a pipe takes before who writes to it has to wait.
const PIPE: usize = 64 * 1024;

/// How often and how long a program's memory is looked at.
const LOOKS: usize = 5;
const LOOK: Duration = Duration::from_millis(200);

/// What is measured, and how.
pub(crate) struct Contender<'a> {
    name: &'a str,
    run: Box<dyn Fn() -> Duration + 'a>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: &'a str, run: impl Fn() -> Duration + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }

    /// A program by itself.
    pub(crate) fn alone(stage: &'a Stage, program: &'a Program) -> Self {
        Self::new(program.name, || stage.time(program))
    }
}

/// Runs the contenders in turns, and prints and gives the median of each, in milliseconds.
pub(crate) fn medians(title: &str, runs: usize, contenders: &[Contender<'_>]) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(runs); contenders.len()];
    // The first round warms the caches of the operating system.
    for round in 0..=runs {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let time = (contender.run)();
            if round > 0 {
                times.push(time.as_secs_f64() * 1e3);
            }
        }
    }
    println!("\n{title}; medians of {runs}");
    let middle = |mut times: Vec<f64>| {
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let medians: Vec<f64> = times.into_iter().map(middle).collect();
    for (contender, median) in contenders.iter().zip(&medians) {
        println!("  {:50} {median:9.3} ms   {:7.3} x", contender.name, median / medians[0]);
    }
    medians
}

/// A figure beside what it is to stay below.
pub(crate) fn aim(what: &str, figure: f64, unit: &str, aim: f64) {
    let verdict = if figure < aim { "met" } else { "MISSED" };
    println!("  {what:50} {figure:9.3} {unit:3}  aim: under {aim} {unit}, {verdict}");
}

/// The most memory each had, in MiB, looked at without a pause while it runs or waits to get rid of what it prints.
pub(crate) fn memory(stage: &Stage, programs: &[&Program], most: f64) {
    println!("\nmost memory, resident");
    for program in programs {
        match (0..LOOKS).filter_map(|_| most_memory(stage, program)).max_by(f64::total_cmp) {
            Some(kibibytes) => aim(program.name, kibibytes / 1024.0, "MiB", most),
            None => println!("  {:50}   was too short to be seen", program.name),
        }
    }
}

fn most_memory(stage: &Stage, program: &Program) -> Option<f64> {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(&vec![0; PIPE]).expect("room");
    let mut child = stage.command(program).stdout(writer).spawn().expect("the program starts");
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

/// The most memory a process has had so far, in KiB; `None` when it has ended.
fn resident(process: u32) -> Option<f64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Instructions, which a busy machine does not change, also as multiples of the first program's.
pub(crate) fn instructions(stage: &Stage, programs: &[&Program]) {
    println!("\ninstructions (callgrind)");
    let mut first = None;
    for program in programs {
        let plain = stage.command(program);
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(plain.get_program());
        command.args(plain.get_args()).env_clear().current_dir(stage.home.path()).stdin(Stdio::null());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let Ok(output) = command.output() else {
            println!("  valgrind is not installed");
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        let counted = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count);
        let count: f64 = counted.and_then(|count| count.parse().ok()).expect("callgrind counts");
        let times = count / *first.get_or_insert(count);
        println!("  {:50} {:9.3} million {times:7.3} x", program.name, count / 1e6);
    }
}
