//! The `claude-bedrock` program.

use std::process::ExitCode;

use claude_bedrock::world::World;
use claude_bedrock::{crash, run};

fn main() -> ExitCode {
    let world = World::from_process();
    crash::contained(&world, || run(&world))
}
