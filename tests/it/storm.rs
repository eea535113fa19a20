//! Two hundred of our processes at once, beside another program that writes the settings without any lock.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Home, Run};

/// How many of our processes run at once.
const PROCESSES: usize = 200;

/// What the other program counts up in.
const COUNTER: &str = "cleanupPeriodDays";

/// How the other program writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As Claude Code does: a temporary file and a rename.
    Rename,
    /// As Claude Code does where it cannot rename: the file is emptied and written.
    InPlace,
}

/// What the other program saw.
#[derive(Debug, Default)]
struct Foreign {
    writes: usize,
    /// Its own last write was not there any more.
    lost: usize,
    /// It wrote over something it had not read.
    blind: usize,
}

#[test]
fn a_storm_of_set_ups_and_resets_beside_one_that_renames() {
    storm(Manner::Rename);
}

#[test]
fn a_storm_of_set_ups_and_resets_beside_one_that_writes_in_place() {
    storm(Manner::InPlace);
}

fn storm(manner: Manner) {
    let home = Home::new();
    let mine = json!({"language": "german", "env": {"A": "1"}, "permissions": {"allow": ["Bash(ls:*)"]}, COUNTER: 1});
    home.write(".claude/settings.json", text_of(&mine));
    let _ = home.run(["credentials", "--profile", "work"]).success();
    let (done, torn) = (AtomicBool::new(false), AtomicUsize::new(0));
    let settings = home.settings();
    let (runs, foreign) = thread::scope(|scope| {
        let foreign = scope.spawn(|| write_until(&done, &settings, manner));
        scope.spawn(|| watch_until(&done, &settings, manner, &torn));
        let ours: Vec<_> = (0..PROCESSES)
            .map(|number| {
                scope.spawn({
                    let home = &home;
                    move || home.run(arguments_of(number))
                })
            })
            .collect();
        let runs: Vec<Run> = ours.into_iter().map(|run| run.join().expect("it ran")).collect();
        done.store(true, Ordering::Relaxed);
        (runs, foreign.join().expect("it wrote"))
    });

    assert_eq!(torn.load(Ordering::Relaxed), 0, "every reader sees whole settings");
    assert_eq!(runs.len(), PROCESSES);
    let overtaken = runs.iter().filter(|run| run.stderr.contains("by another program at the same moment")).count();
    let succeeded = runs.iter().filter(|run| run.code == Some(0)).count();
    for run in runs.iter().filter(|run| run.code != Some(0)) {
        assert!(is_clear_refusal(run, manner), "{run:?}");
    }
    tell(&format!(
        "{manner}: {succeeded} of {PROCESSES} succeeded; {overtaken} taken back; the other program: {foreign:?}"
    ));
    // Only while ours is in place and not yet taken back can the other program read it and go on from there.
    assert!(foreign.lost <= overtaken, "{foreign:?}, {overtaken} taken back");
    assert!(succeeded > 0 && foreign.writes > 0, "both got through");
    check_end(&home, &mine, &foreign);
}

/// What the processes are asked for, in turns; each third gives everything back.
fn arguments_of(number: usize) -> Vec<&'static str> {
    let arguments = match number % 6 {
        0 => "setup --yes",
        1 => "setup --yes --identity shared",
        2 | 5 => "reset",
        3 => "setup --yes --region us-east-1",
        _ => "setup --yes --model us.anthropic.claude-sonnet-4-6",
    };
    arguments.split(' ').collect()
}

/// Whether a run that did not succeed said why, and that others were the reason.
fn is_clear_refusal(run: &Run, manner: Manner) -> bool {
    let overtaken = ["changed by another program in the meantime", "changed by another program at the same moment"];
    // Keys of ours that the other program wrote back after a reset are not ours any more.
    let foreign = ["with these values kept, Claude Code could not work as chosen", "would still be"];
    // Two hundred at once are too many for a small machine.
    let crowd = ["another claude-bedrock kept", "did not answer within"];
    let half = ["the file ends in the middle of a value"];
    overtaken.iter().chain(&foreign).chain(&crowd).any(|reason| run.stderr.contains(reason))
        || (manner == Manner::InPlace && half.iter().any(|reason| run.stderr.contains(reason)))
}

/// After the storm everything of the user's is there, the last count too, and everything of ours can go.
fn check_end(home: &Home, mine: &Value, foreign: &Foreign) {
    let mut expected = mine.clone();
    expected[COUNTER] = home.settings_json()[COUNTER].clone();
    let counted = expected[COUNTER].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count");
    assert!(counted + foreign.lost > foreign.writes, "{counted} of {foreign:?}");
    let _ = home.run(["reset"]).success();
    assert!(home.state_files("receipts").is_empty(), "{:?}", home.state_files("receipts"));
    if foreign.blind == 0 {
        assert_eq!(home.settings_json(), expected);
    }
    // What the other program brought back after a reset is foreign, and goes with `--all`.
    let _ = home.run(["reset", "--all", "--yes"]).success();
    assert_eq!(home.settings_json(), expected);
    let names: Vec<_> =
        fs_err::read_dir(home.path().join(".claude")).expect("a folder").map(|e| e.expect("e").file_name()).collect();
    assert_eq!(names, ["settings.json"], "nothing is left beside the settings");

    let before = home.settings_text();
    let _ = home.run(["setup", "--yes"]).success();
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), before, "byte for byte");
}

/// Reads, counts up, writes, and looks whether the last count was still there.
fn write_until(done: &AtomicBool, settings: &Path, manner: Manner) -> Foreign {
    let mut foreign = Foreign::default();
    let mut expected = 1;
    while !done.load(Ordering::Relaxed) {
        let bytes = fs_err::read(settings).expect("it never goes away");
        let mut value: Value = serde_json::from_slice(&bytes).expect("whole");
        let count = value[COUNTER].as_u64().expect("a count");
        if count != expected {
            foreign.lost += 1;
        }
        expected = count + 1;
        value[COUNTER] = expected.into();
        write(settings, text_of(&value).as_bytes(), manner, &bytes, &mut foreign);
        foreign.writes += 1;
        thread::sleep(Duration::from_millis(2));
    }
    foreign
}

#[expect(clippy::disallowed_methods, reason = "another program writes here")]
fn write(settings: &Path, text: &[u8], manner: Manner, read: &[u8], foreign: &mut Foreign) {
    let temporary = settings.with_extension("json.tmp.1");
    if manner == Manner::Rename {
        fs_err::write(&temporary, text).expect("writable");
    }
    if fs_err::read(settings).expect("there") != read {
        foreign.blind += 1;
    }
    match manner {
        Manner::Rename => fs_err::rename(&temporary, settings).expect("renamable"),
        Manner::InPlace => fs_err::write(settings, text).expect("writable"),
    }
}

/// Looks at the settings all the time.
fn watch_until(done: &AtomicBool, settings: &PathBuf, manner: Manner, torn: &AtomicUsize) {
    while !done.load(Ordering::Relaxed) {
        let bytes = fs_err::read(settings).unwrap_or_default();
        let is_whole = serde_json::from_slice::<Value>(&bytes).is_ok_and(|value| value["language"] == "german");
        // Who writes in place empties the file first; that is not ours to prevent.
        let is_being_written = manner == Manner::InPlace && bytes.is_empty();
        if !(is_whole || is_being_written) {
            torn.fetch_add(1, Ordering::Relaxed);
        }
        thread::sleep(Duration::from_micros(200));
    }
}

fn text_of(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[expect(clippy::print_stderr, reason = "what was counted")]
fn tell(text: &str) {
    eprintln!("{text}");
}

impl std::fmt::Display for Manner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Rename => "beside a writer that renames",
            Self::InPlace => "beside a writer in place",
        })
    }
}
