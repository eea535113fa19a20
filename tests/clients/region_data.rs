//! The regions the program carries are those of the botocore that the tests install.

use std::path::Path;
use std::process::Command;

use super::machine::oracle;

#[test]
fn the_regions_are_what_the_script_writes() {
    let Some(python) = oracle() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = fs_err::read_to_string(root.join("src/regions.tsv")).expect("readable");
    let date = committed.split_once(". Written").expect("a source").0.rsplit(' ').next().expect("a date");
    let mut script = Command::new(root.join("scripts/region-data"));
    script.arg(date).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("PYTHON_WITH_BOTOCORE", python);
    let written = script.output().expect("bash starts");
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    assert_eq!(String::from_utf8_lossy(&written.stdout), committed, "run scripts/region-data");
}
