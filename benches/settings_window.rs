//! How much another program can lose that writes the settings while we do, and for how long it can.
//!
//! A writer counts up in the file as Claude Code does (read, change, temporary file, rename) while ours is written
//! again and again: once by `settings::store`, which exchanges the two files and looks at what came out, and once by
//! what atomic writers usually do, a comparison and then a rename. The writer looks whether its last count is still
//! there.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::disallowed_methods, reason = "another program writes here")]

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use claude_bedrock::settings::store::{self, StoreError};
use serde_json::{Value, json};

const DURATION: Duration = Duration::from_secs(8);

/// What became of our writes, and how long each that only renames could have taken another's away.
#[derive(Default)]
struct Ours {
    written: usize,
    changed: usize,
    overtaken: usize,
    windows: Vec<Duration>,
}

/// What became of the other's writes.
#[derive(Default)]
struct Other {
    writes: usize,
    lost: usize,
}

fn main() {
    println!("another program's writes beside ours, {} s each", DURATION.as_secs());
    run("compare, exchange, compare again", &exchanged);
    run("compare, rename", &renamed);
}

fn run(name: &str, write: &dyn Fn(&Path, &mut Ours)) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let settings = home.path().join("settings.json");
    fs_err::write(&settings, text(&json!({"theirs": 0, "ours": 0}))).expect("writable");
    let done = AtomicBool::new(false);
    let mut ours = Ours::default();
    let other = thread::scope(|scope| {
        let other = scope.spawn(|| count_until(&done, &settings));
        let start = Instant::now();
        while start.elapsed() < DURATION {
            write(&settings, &mut ours);
        }
        done.store(true, Ordering::Relaxed);
        other.join().expect("it wrote")
    });
    ours.windows.sort_unstable();
    println!("  {name}");
    println!("    another's writes {:8}   lost {:6}", other.writes, other.lost);
    println!(
        "    ours             {:8}   refused before {:6}   taken back {:4}",
        ours.written, ours.changed, ours.overtaken
    );
    if let (Some(median), Some(longest)) = (ours.windows.get(ours.windows.len() / 2), ours.windows.last()) {
        let [median, longest] = [median, longest].map(|window| window.as_secs_f64() * 1e6);
        println!("    window           {median:8.1} us in the middle   {longest:8.1} us at most");
    }
}

/// As the program writes: what comes between the comparison and the exchange is taken back, not lost.
fn exchanged(settings: &Path, ours: &mut Ours) {
    let snapshot = store::read(settings).expect("readable");
    let new = counted_up(snapshot.bytes().expect("there"), "ours");
    match snapshot.replace(&new) {
        Ok(_) => ours.written += 1,
        Err(StoreError::Overtaken { .. }) => ours.overtaken += 1,
        Err(StoreError::Changed { .. }) => ours.changed += 1,
        Err(error) => panic!("{error}"),
    }
}

/// The same without an exchange: what is written between the comparison and the rename is lost.
fn renamed(settings: &Path, ours: &mut Ours) {
    let folder = settings.parent().expect("a folder");
    let before = fs_err::read(settings).expect("readable");
    let new = counted_up(&before, "ours");
    let mut file = tempfile::NamedTempFile::new_in(folder).expect("creatable");
    file.write_all(&new).expect("writable");
    file.as_file().sync_all().expect("synced");
    let is_unchanged = fs_err::read(settings).expect("readable") == before;
    let compared = Instant::now();
    if !is_unchanged {
        ours.changed += 1;
        return;
    }
    file.persist(settings).expect("renamable");
    ours.windows.push(compared.elapsed());
    fs_err::File::open(folder).expect("a folder").sync_all().expect("synced");
    ours.written += 1;
}

fn count_until(done: &AtomicBool, settings: &Path) -> Other {
    let mut other = Other::default();
    let mut expected = 0;
    let temporary = settings.with_extension("json.tmp.1");
    while !done.load(Ordering::Relaxed) {
        let bytes = fs_err::read(settings).expect("readable");
        let count = serde_json::from_slice::<Value>(&bytes).expect("whole")["theirs"].as_u64().expect("a count");
        other.lost += usize::from(count != expected);
        expected = count + 1;
        fs_err::write(&temporary, counted_up(&bytes, "theirs")).expect("writable");
        fs_err::rename(&temporary, settings).expect("renamable");
        other.writes += 1;
        // A pause that is no multiple of ours, so that the two meet everywhere.
        thread::sleep(Duration::from_micros(137 * (other.writes as u64 % 7)));
    }
    other
}

fn counted_up(bytes: &[u8], name: &str) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(bytes).expect("whole");
    value[name] = (value[name].as_u64().expect("a count") + 1).into();
    text(&value)
}

fn text(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("JSON")
}
