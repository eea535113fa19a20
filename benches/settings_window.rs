//! How much another program can lose that writes the settings while we do.
//!
//! A writer counts up in the file as Claude Code does (read, change, temporary file, rename) while ours is set up again
//! and again, which exchanges the two files and looks at what came out; and once more beside what atomic writers usually
//! do, a comparison and then a rename. The writer looks whether its last count is still there.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::stage::Stage;

const DURATION: Duration = Duration::from_secs(8);

/// What became of our writes.
#[derive(Default)]
struct Ours {
    written: usize,
    refused: usize,
}

/// What became of the other's writes.
#[derive(Default)]
struct Other {
    writes: usize,
    lost: usize,
}

pub(crate) fn run() {
    let stage = Stage::near();
    let settings = stage.home.path().join(".claude/settings.json");
    fs_err::create_dir_all(settings.parent().expect("a folder")).expect("creatable");
    println!("another program's writes beside ours, {} s each", DURATION.as_secs());
    // Two models in turn, so that there is something to write each time.
    let set_ups = ["sonnet-5-5", "opus-5-5"]
        .map(|model| stage.ours("setup", &format!("setup --yes --profile work --model us.anthropic.claude-{model}")));
    beside("`setup`: compare, exchange, compare again", &settings, &|ours| {
        let set_up = &set_ups[(ours.written + ours.refused) % 2];
        let is_written = stage.command(set_up).status().expect("it starts").success();
        ours.written += usize::from(is_written);
        ours.refused += usize::from(!is_written);
    });
    beside("what is usual: compare, rename", &settings, &|ours| renamed(&settings, ours));
}

fn beside(name: &str, settings: &Path, write: &dyn Fn(&mut Ours)) {
    fs_err::write(settings, text(&json!({"theirs": 0, "ours": 0}))).expect("writable");
    let done = AtomicBool::new(false);
    let mut ours = Ours::default();
    let other = thread::scope(|scope| {
        let other = scope.spawn(|| count_until(&done, settings));
        let start = Instant::now();
        while start.elapsed() < DURATION {
            write(&mut ours);
        }
        done.store(true, Ordering::Relaxed);
        other.join().expect("it wrote")
    });
    println!("  {name}");
    println!("    another's writes {:8}   lost {:6}", other.writes, other.lost);
    println!("    ours             {:8}   refused {:3}", ours.written, ours.refused);
}

/// Without an exchange: what is written between the comparison and the rename is lost.
fn renamed(settings: &Path, ours: &mut Ours) {
    let folder = settings.parent().expect("a folder");
    let before = fs_err::read(settings).expect("readable");
    let new = counted_up(&before, "ours");
    let mut file = tempfile::NamedTempFile::new_in(folder).expect("creatable");
    file.write_all(&new).expect("writable");
    file.as_file().sync_all().expect("synced");
    if fs_err::read(settings).expect("readable") != before {
        ours.refused += 1;
        return;
    }
    file.persist(settings).expect("renamable");
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
