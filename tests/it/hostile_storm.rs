//! Many callers at once where the token cache cannot be written, belongs to somebody else or cannot be locked, and
//! where the clock was set: no loop, one page at most, one plain line, and nothing that worked is lost.

use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use aws_sandbox::Account;
use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, Run, set_mode, unavailable};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";
const FAR_AHEAD: &str = "2099-01-01T00:00:00Z";
const CALLERS: usize = 24;

/// Runs that many callers at once, every third a `refresh`, each as `"$@"` of a script that prepares their
/// surroundings, and gives how each ended.
fn storm(home: &Home, prefix: &str) -> Vec<Run> {
    storm_in(home, &["sh"], "", prefix)
}

fn storm_in(home: &Home, shell: &[&str], prepare: &str, prefix: &str) -> Vec<Run> {
    let script = format!(
        "{prepare}\nmkdir -p \"$HOME/ends\"\nfor n in $(seq {CALLERS}); do (\n\
         if [ $((n % 3)) = 0 ]; then set -- refresh; else set -- credentials --sign-in; fi\n\
         {prefix} {PROGRAM} \"$@\" --profile work >\"$HOME/ends/$n.out\" 2>\"$HOME/ends/$n.err\" </dev/null\n\
         echo $? >\"$HOME/ends/$n.code\") & done\nwait\n"
    );
    let mut command = home.command(shell[0]);
    let output = command.args(&shell[1..]).args(["-uc", &script]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: String| fs_err::read_to_string(home.path().join("ends").join(name)).expect("it ended");
    let run = |n: usize| Run {
        code: read(format!("{n}.code")).trim().parse().ok(),
        stdout: read(format!("{n}.out")),
        stderr: read(format!("{n}.err")),
    };
    (1..=CALLERS).map(run).collect()
}

/// As [`storm_in`], as root of a namespace with mounts of its own.
fn storm_in_namespace(home: &Home, prepare: &str) -> Option<Vec<Run>> {
    let probe = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        unavailable("no file system can be mounted in a user namespace here");
        return None;
    }
    Some(storm_in(home, &["unshare", "-rm", "sh"], &format!("set -e\n{prepare}\nset +e"), ""))
}

/// Every caller was told the same in one line, at most with what to do in a second.
#[track_caller]
fn assert_all_told(runs: &[Run], reason: &str) {
    for run in runs {
        let is_news = |line: &&str| !line.starts_with("Waiting for the sign-in");
        let lines: Vec<&str> = run.stderr.lines().filter(is_news).collect();
        assert!(run.stderr.contains(reason), "{run:?}");
        assert!(lines[0].starts_with("error: ") && lines.len() <= 2, "{run:?}");
        assert!(lines[1..].iter().all(|line| line.starts_with("hint: ")), "{run:?}");
        // The document that opens nothing keeps Claude Code from another identity.
        assert!(run.code == Some(1) || run.stdout.contains("SIGNEDOUT"), "{run:?}");
    }
}

#[track_caller]
fn assert_all_served(runs: &[Run]) {
    for run in runs {
        assert!(run.code == Some(0) && !run.stdout.contains("SIGNEDOUT"), "{run:?}");
    }
}

fn pages(home: &Home) -> usize {
    home.asked("StartDeviceAuthorization") + home.asked("Authorize")
}

/// A desktop with a browser, an ended access token and a refresh token that works.
fn ended() -> Home {
    let home = Home::new().with_browser("allow").env("DISPLAY", ":0");
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    home
}

const READ_ONLY: &str =
    "cd \"$HOME/.aws/sso\"; mount --bind cache cache; mount -o remount,bind,ro cache; cd \"$HOME/work\"";

const FULL: &str = "cd \"$HOME/.aws/sso\"; mkdir -p ../kept; cp -p cache/* ../kept; mount -t tmpfs -o size=32k none cache; \
     cp -p ../kept/* cache; dd if=/dev/zero of=cache/much bs=1k 2>/dev/null || true; cd \"$HOME/work\"";

#[test]
fn a_cache_that_cannot_be_written_costs_no_refresh_token_and_no_page() {
    for prepare in [READ_ONLY, FULL] {
        let home = ended();
        let before = home.token();
        let Some(runs) = storm_in_namespace(&home, prepare) else { return };
        assert_all_told(&runs, "the SSO token cache could not be used: cannot ");
        assert_eq!((home.asked("CreateToken"), pages(&home), home.opened().len()), (0, 0, 0), "{prepare}");
        assert_eq!(home.token(), before);
        // Mended, everything goes on as if nothing had been.
        let _ = home.run(["credentials", "--profile", "work"]).success();
        assert_eq!((home.asked("CreateToken"), pages(&home)), (1, 0));
    }
}

#[test]
fn a_token_that_still_lives_is_used_where_the_cache_cannot_be_written() {
    let home = Home::new();
    home.shorten_token(45);
    let Some(runs) = storm_in_namespace(&home, READ_ONLY) else { return };
    assert_all_served(&runs);
    assert_eq!((home.asked("CreateToken"), home.asked("GetRoleCredentials")), (0, 1));
}

#[test]
fn an_ended_session_opens_no_page_for_a_token_that_could_not_be_kept() {
    for prepare in [READ_ONLY, FULL] {
        let home = ended();
        home.change_token(&[("refreshToken", Value::Null)]);
        let Some(runs) = storm_in_namespace(&home, prepare) else { return };
        assert_all_told(&runs, "the SSO token cache could not be used: cannot ");
        assert_eq!((pages(&home), home.opened().len()), (0, 0));
    }
}

#[test]
fn credentials_that_cannot_be_kept_are_handed_out() {
    let home = Home::new();
    let state = home.state();
    let prepare = format!(
        "mkdir -p {0}/credentials; cd {0}; mount -t tmpfs -o size=4k,ro none credentials; cd ~/work",
        state.display()
    );
    let Some(runs) = storm_in_namespace(&home, &prepare) else { return };
    assert_all_served(&runs);
    assert_eq!(pages(&home), 0);
}

/// A user other than the one who made the files; `None` where we may not be one.
fn as_another_user(home: &Home) -> Option<String> {
    const USER: u32 = 64_999;
    if chown(home.path(), Some(USER), Some(USER)).is_err() {
        unavailable("files cannot be given to another user here");
        return None;
    }
    for folder in ["work", "browser", "ends", ".aws", ".aws/config", ".aws/sso", ".local", ".local/state"] {
        chown(home.path().join(folder), Some(USER), Some(USER)).expect("ours");
    }
    // The program is everybody's to run.
    Some(format!("setpriv --reuid={USER} --regid={USER} --clear-groups"))
}

#[test]
fn files_of_another_user_are_left_to_them() {
    type Foreign = fn(&Home) -> PathBuf;
    let cases: [(Foreign, u32, &str); 3] = [
        // Somebody's token in somebody's folder, which may be read: what is in it is used, and not renewed.
        (|home| home.path().join(".aws/sso/cache"), 0o755, "cannot create a file for"),
        (|home| home.path().join(".aws/sso/cache"), 0o700, "Permission denied"),
        (|home| home.path().join(".local/state/claude-bedrock"), 0o700, "Permission denied"),
    ];
    for (foreign, mode, reason) in cases {
        let home = ended();
        for folder in ["ends", ".local/state"] {
            fs_err::create_dir_all(home.path().join(folder)).expect("creatable");
        }
        let Some(prefix) = as_another_user(&home) else { return };
        fs_err::create_dir_all(foreign(&home)).expect("creatable");
        set_mode(&foreign(&home), mode);
        if mode == 0o755 {
            set_mode(&home.token_file(), 0o644);
        }
        let before = home.token();
        let runs = storm(&home, &prefix);
        assert_all_told(&runs, reason);
        assert_eq!((home.asked("CreateToken"), pages(&home), home.opened().len()), (0, 0, 0), "{reason}");
        assert_eq!(home.token(), before);
    }
}

#[test]
fn a_file_system_without_locks_serialises_nevertheless() {
    for errno in ["ENOLCK", "EOPNOTSUPP"] {
        let home = ended();
        let trace = format!("strace -f -qq -o /dev/null -e trace=flock -e inject=flock:error={errno}");
        assert_all_served(&storm(&home, &trace));
        assert_eq!((home.asked("CreateToken"), home.asked("GetRoleCredentials"), pages(&home)), (1, 1, 0), "{errno}");
        let left = home.state_files("locks").into_iter().filter(|path| path.extension().is_some_and(|it| it == "held"));
        assert_eq!(left.count(), 0, "{errno}");
    }
}

#[test]
fn a_clock_that_was_set_ahead_costs_one_renewal() {
    // Everything looks long ended, and is not.
    let home = ended();
    assert_all_served(&storm(&home, ""));
    assert_eq!((home.asked("CreateToken"), home.asked("GetRoleCredentials"), pages(&home)), (1, 1, 0));
}

#[test]
fn a_clock_that_was_set_back_costs_one_renewal() {
    // Everything looks alive for years, and the service knows better.
    let home = Home::new();
    home.change_token(&[("expiresAt", json!(FAR_AHEAD))]);
    home.sandbox.expire_tokens();
    assert_all_served(&storm(&home, ""));
    assert_eq!((home.asked("CreateToken"), pages(&home)), (1, 0));
    // So do the credentials; Claude Code asks for others when AWS refuses them, and gets others by then.
    let _ = home.run(["credentials", "--profile", "work"]).success();
}

#[test]
fn a_cool_down_or_a_code_of_a_time_to_come_does_not_hold_a_sign_in_up() {
    let home = Home::with(Account::default(), false).with_browser("deny").env("DISPLAY", ":0");
    let _ = home.run(["refresh", "--profile", "work"]).failure(3);
    let record = home.state_files("sign-in").pop().expect("a record");
    let mut noted: Value = serde_json::from_slice(&fs_err::read(&record).expect("readable")).expect("JSON");
    noted["ended"]["at"] = json!(FAR_AHEAD);
    home.write(record.to_str().expect("UTF-8"), noted.to_string());
    let home = home.with_browser("allow");
    let _ = home.run(["refresh", "--profile", "work"]).success();
    assert_eq!(pages(&home), 2);
}

#[test]
fn the_next_one_goes_on_as_soon_as_the_holder_of_the_lock_is_killed() {
    for lockless in [false, true] {
        let home = ended();
        let held_back = home.sandbox.set_fault(aws_sandbox::Fault {
            latency: Some(jiff::SignedDuration::from_secs(20)),
            ..aws_sandbox::Fault::of("CreateToken", aws_sandbox::FaultEffect::DroppedBefore).times(1)
        });
        let start = |home: &Home| {
            let mut command = home.command(if lockless { "strace" } else { PROGRAM });
            if lockless {
                command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=ENOLCK"]);
                command.arg(PROGRAM);
            }
            command.args(["refresh", "--profile", "work"]).spawn().expect("starts")
        };
        let mut holder = start(&home);
        let locks = home.state().join("locks");
        home.wait_for(|| home.sandbox.requests_of_fault(held_back) == 1);
        let waiting = [start(&home), start(&home), start(&home)];
        std::thread::sleep(Duration::from_millis(300));
        // strace does not take what it runs with it, but the marker says who that is.
        let traced = fs_err::read_dir(&locks).expect("locks").find_map(|file| {
            let path = file.expect("a file").path();
            path.extension().is_some_and(|it| it == "held").then(|| fs_err::read_to_string(path).expect("text"))
        });
        assert_eq!(traced.is_some(), lockless);
        let pid =
            traced.map_or_else(|| holder.id().to_string(), |text| text.split(' ').next().expect("a pid").to_owned());
        assert!(Command::new("kill").args(["-9", &pid]).status().expect("kill starts").success());
        let _ = holder.wait().expect("ended");
        let killed = Instant::now();
        for mut child in waiting {
            assert!(child.wait().expect("ends").success());
        }
        tell(&format!("lockless: {lockless}; the rest were served {:?} after the kill", killed.elapsed()));
        assert_eq!((home.asked("CreateToken"), pages(&home)), (1, 0));
    }
}

#[expect(clippy::print_stderr, reason = "what was measured")]
fn tell(text: &str) {
    eprintln!("{text}");
}
