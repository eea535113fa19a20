//! One session, many programs: whoever signs in or renews, the others go on with it.

use std::ffi::OsStr;
use std::path::Path;

use super::machine::{CLAUDE_VERSIONS, Machine, aws_cli, aws_sdk_js, claude_code, oracle, say};
use crate::harness::PROGRAM;

#[test]
fn sign_ins_and_renewals_are_everybodys() {
    // The Python of the oracle has a botocore of its own, which takes its turn too.
    let (Some(python), Some(aws), Some(packages)) = (oracle(), aws_cli(), aws_sdk_js()) else { return };
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let mut machine = Machine::new();
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    machine.sign_out();
    machine.approve();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/interop/interop.py");
    let command: [&OsStr; 6] =
        [python.as_ref(), script.as_ref(), PROGRAM.as_ref(), aws.as_ref(), packages.as_ref(), claude.as_ref()];
    let run = machine.run(command);
    say(&run.stdout);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
}
