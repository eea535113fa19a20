//! One file per command; here they are only told apart.

mod beside;
mod credentials;
mod diagnose;
mod env;
mod explain;
mod helpers;
mod hook;
mod login;
mod logout;
mod models;
mod original;
mod plugin;
mod policy;
mod principal;
mod profiles;
mod refresh;
mod regions;
mod reset;
mod setup;
mod sign_in;
mod status;
mod statusline;
mod target;
mod upgrade;

use crate::cli::{Cli, Command};
use crate::error::Failure;
use crate::ui::Ui;
use crate::world::World;

/// Runs the command that was asked for.
///
/// # Errors
/// What the command could not do, with its exit code.
pub fn run(world: &World, ui: Ui, cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Setup(args) => apart(|| setup::run(world, ui, &cli.global, args)),
        Command::Status(args) => apart(|| status::run(world, ui, &cli.global, args)),
        Command::Diagnose(args) => apart(|| diagnose::run(world, ui, &cli.global, args)),
        Command::Reset(args) => apart(|| reset::run(world, ui, &cli.global, args)),
        Command::Credentials(args) => apart(|| credentials::run(world, ui, &cli.global, args)),
        Command::Profiles => apart(|| profiles::run(world, ui, &cli.global)),
        Command::Regions(args) => apart(|| regions::run(world, ui, &cli.global, args)),
        Command::Explain(args) => apart(|| explain::run(world, ui, &cli.global, args)),
        Command::Env(args) => apart(|| env::run(world, ui, &cli.global, args)),
        Command::Policy(args) => apart(|| policy::run(world, ui, &cli.global, args)),
        Command::Refresh(args) => apart(|| refresh::run(world, ui, &cli.global, args)),
        Command::Login(args) => apart(|| login::run(world, ui, &cli.global, args)),
        Command::Logout(args) => apart(|| logout::run(world, ui, &cli.global, args)),
        Command::Models(args) => apart(|| models::run(world, ui, &cli.global, args)),
        Command::Helpers(args) => apart(|| helpers::run(world, ui, &cli.global, args)),
        Command::Plugin(args) => apart(|| plugin::run(world, ui, &cli.global, args)),
        Command::Original(command) => apart(|| original::run(world, ui, &cli.global, command)),
        Command::Statusline(_) => apart(|| statusline::run(world, ui, &cli.global)),
        Command::Hook(args) => apart(|| hook::run(world, ui, args)),
    }
}

/// Runs a command in a stack frame of its own. The compiler would make one of all of them, as large as the largest,
/// and each page of that would be touched on the way to an answer from a cache.
#[inline(never)]
fn apart<T>(command: impl FnOnce() -> T) -> T {
    command()
}

/// Tells of wrong use where a command has a way of its own to do that.
#[must_use]
pub fn refuse_usage(world: &World, ui: Ui, error: &clap::Error) -> Option<Failure> {
    original::refuse_usage(world, ui, error)
}
