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
        Command::Setup(args) => setup::run(world, ui, &cli.global, args),
        Command::Status(args) => status::run(world, ui, &cli.global, args),
        Command::Diagnose(args) => diagnose::run(world, ui, &cli.global, args),
        Command::Reset(args) => reset::run(world, ui, &cli.global, args),
        Command::Credentials(args) => credentials::run(world, ui, &cli.global, args),
        Command::Profiles => profiles::run(world, ui, &cli.global),
        Command::Regions(args) => regions::run(world, ui, &cli.global, args),
        Command::Explain(args) => explain::run(world, ui, &cli.global, args),
        Command::Env(args) => env::run(world, ui, &cli.global, args),
        Command::Policy(args) => policy::run(world, ui, &cli.global, args),
        Command::Refresh(args) => refresh::run(world, ui, &cli.global, args),
        Command::Login(args) => login::run(world, ui, &cli.global, args),
        Command::Logout(args) => logout::run(world, ui, &cli.global, args),
        Command::Models(args) => models::run(world, ui, &cli.global, args),
        Command::Helpers(args) => helpers::run(world, ui, &cli.global, args),
        Command::Plugin(args) => plugin::run(world, ui, &cli.global, args),
        Command::Original(command) => original::run(world, ui, &cli.global, command),
        Command::Statusline(_) => {
            statusline::run(world, ui, &cli.global);
            Ok(())
        }
        Command::Hook(args) => hook::run(world, ui, args),
    }
}

/// Tells of wrong use where a command has a way of its own to do that.
#[must_use]
pub fn refuse_usage(world: &World, ui: Ui, error: &clap::Error) -> Option<Failure> {
    original::refuse_usage(world, ui, error)
}
