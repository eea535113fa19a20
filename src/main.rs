//! The `claude-bedrock` program.

use std::process::ExitCode;

use claude_bedrock::world::World;
use claude_bedrock::{crash, run};

fn main() -> ExitCode {
    // Variables may be secrets, too.
    crash::leave_no_core_file();
    let world = World::from_process();
    crash::contained(&world, || run(&world))
}
