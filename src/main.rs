//! The `claude-bedrock` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    claude_bedrock::run(&claude_bedrock::world::World::from_process())
}
