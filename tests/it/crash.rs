//! A program that cannot go on gives nothing away: not in what it says, not in a core file, not in a file left behind.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Home, PROGRAM, Run, files_below, mode};
use crate::secrets::{COMMANDS, MARK, planted, secret_settings};
use crate::silence::{Deaf, Manner};

/// How a shell starts a program that is about to have a hard time.
const HARDSHIPS: [(&str, &str); 4] = [
    ("no standard output", r#"exec "$@" >&-"#),
    ("a full standard output", r#"exec "$@" >/dev/full"#),
    (LITTLE_MEMORY, r#"ulimit -v "$LITTLE"; exec "$@""#),
    ("no room for files", r#"ulimit -f 0; exec "$@""#),
];

const LITTLE_MEMORY: &str = "little memory";

/// So many KiB more than it takes to begin.
const MORE: [u32; 7] = [0, 50, 150, 300, 600, 1000, 1700];

/// A signal by its name and number.
type Signal = (&'static str, i32);

const ABRT: Signal = ("ABRT", 6);
const SEGV: Signal = ("SEGV", 11);

fn kill(process: u32, (name, _): Signal) {
    let status = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(status.expect("kill starts").success());
}

/// What holds a planted secret before anything is run, and what nobody else can read.
fn assert_nothing_got_out(home: &Home, before: &[PathBuf], what: &str) {
    let own = home.state_files(".").into_iter().map(|path| (path.clone(), fs_err::read(path).expect("readable")));
    for (path, bytes) in files_below(home.path()).into_iter().chain(own) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        assert!(!name.starts_with("core"), "{what} left {}", path.display());
        let is_private = mode(&path) == 0o600;
        let holds = String::from_utf8_lossy(&bytes).contains(MARK);
        assert!(!holds || is_private || before.contains(&path), "{what} left a secret in {}", path.display());
    }
}

fn assert_silent(run: &Run, what: &str) {
    assert!(!run.stdout.contains(MARK) && !run.stderr.contains(MARK), "{what}: {run:?}");
    assert!(!run.stderr.contains("panicked"), "{what}: {run:?}");
}

/// With how many KiB the program just begins: how large it is depends on how it was built.
fn least_memory(home: &Home) -> u32 {
    let begins = |kib: &u32| {
        // What dies before the program begins, in the loader, is none of its own.
        let script = r#"ulimit -c 0; ulimit -v "$LITTLE"; exec "$@""#;
        let mut command = allowing_core_files(home, script, &["--version"]);
        command.env("LITTLE", kib.to_string()).output().expect("starts").status.success()
    };
    let enough = (20_000..400_000).step_by(1000).find(begins).expect("enough for its beginning");
    (enough - 1000..=enough).step_by(50).find(begins).unwrap_or(enough)
}

/// The program, started by a shell that allows core files where the machine does.
fn allowing_core_files(home: &Home, script: &str, arguments: &[&str]) -> Command {
    let mut command = home.command("sh");
    command.args(["-c", &format!("ulimit -c unlimited 2>/dev/null; {script}"), "sh", PROGRAM]).args(arguments);
    command
}

#[test]
fn what_fails_in_the_middle_tells_no_secret() {
    thread::scope(|scope| {
        for (name, script) in HARDSHIPS {
            scope.spawn(move || {
                let home = planted(&secret_settings()).env("RUST_BACKTRACE", "full");
                let before: Vec<PathBuf> = files_below(home.path()).into_iter().map(|(path, _)| path).collect();
                let least = least_memory(&home);
                let mut died = 0;
                for (arguments, more) in COMMANDS.iter().zip(MORE.iter().cycle()) {
                    let mut command = allowing_core_files(&home, script, arguments);
                    let output = command.env("LITTLE", (least + more).to_string()).output().expect("starts");
                    let killed = output.status.signal().is_some();
                    let run = Run::from(output);
                    assert_silent(&run, &format!("{arguments:?} with {name}"));
                    let stopped = run.stderr.contains("stopped because of a bug of its own");
                    died += usize::from(killed || stopped);
                    assert!(!stopped || name == LITTLE_MEMORY, "{arguments:?} with {name}: {run:?}");
                }
                assert!(died > 0 || name != LITTLE_MEMORY, "with {least} KiB and more there was memory enough");
                assert_nothing_got_out(&home, &before, name);
            });
        }
    });
}

#[test]
fn what_is_killed_while_it_waits_leaves_no_core_file() {
    let waiting: [&[&str]; 6] = [
        &["refresh", "--profile", "work", "--force"],
        &["credentials", "--profile", "work"],
        &["login", "--no-browser", "--profile", "work"],
        &["status", "--profile", "work"],
        &["models", "--profile", "work"],
        &["setup", "--yes", "--profile", "work"],
    ];
    for signal in [ABRT, SEGV] {
        let home = planted(&secret_settings()).env("RUST_BACKTRACE", "full");
        let before: Vec<PathBuf> = files_below(home.path()).into_iter().map(|(path, _)| path).collect();
        for arguments in waiting {
            let deaf = Deaf::new(Manner::Silent);
            let mut command = allowing_core_files(&home, r#"exec "$@""#, arguments);
            deaf.is_aws_for(&mut command);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
            let start = Instant::now();
            while deaf.connections() == 0 {
                assert!(start.elapsed() < Duration::from_secs(30), "{arguments:?} asks nobody");
                assert!(child.try_wait().expect("ours").is_none(), "{arguments:?} ended early");
                thread::sleep(Duration::from_millis(5));
            }
            // The first SIGSEGV is looked at by Rust's own watch for the end of the stack.
            while child.try_wait().expect("ours").is_none() {
                kill(child.id(), signal);
                thread::sleep(Duration::from_millis(20));
            }
            let output = child.wait_with_output().expect("ends");
            assert_eq!(output.status.signal(), Some(signal.1), "{arguments:?}");
            assert!(!output.status.core_dumped(), "{arguments:?} left a core file");
            assert_silent(&output.into(), &format!("{arguments:?}"));
        }
        assert_nothing_got_out(&home, &before, signal.0);
    }
}
