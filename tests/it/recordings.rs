//! What the sandboxes of all tests heard and said, kept below the target folder: `tests/clients/oracle/validate.py`
//! judges it when the tests are over.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

static MADE: LazyLock<Mutex<HashMap<String, usize>>> = LazyLock::new(Mutex::default);

/// The file for one more recording of the test that asks, under the same name in every run.
pub(crate) fn next() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recordings");
    fs_err::create_dir_all(&folder).expect("creatable");
    // The test runner names a test's thread after it.
    let test = thread::current().name().unwrap_or("threads").replace("::", ".");
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let number = made.entry(test.clone()).and_modify(|number| *number += 1).or_insert(1);
    folder.join(format!("{test}-{number}.jsonl"))
}
