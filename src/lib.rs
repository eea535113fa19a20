//! Gets Claude Code running on Amazon Bedrock, keeps it signed in, and undoes it byte for byte.
//!
//! See `ARCHITECTURE.md` for how the rooms of this house hang together.

pub mod apply;
pub mod ask;
pub mod assignment;
pub mod aws;
pub mod aws_config;
pub mod browser;
pub mod capabilities;
pub mod catalogue;
pub mod checks;
pub mod claude_code;
pub mod cli;
pub mod clipboard;
pub mod commands;
pub mod configuration;
pub mod crash;
pub mod credential_document;
pub mod draft;
pub mod error;
pub mod explain;
pub mod exported;
pub mod gate;
pub mod helper_check;
pub mod helper_command;
pub mod links;
pub mod mending;
pub mod model;
pub mod model_uses;
pub mod new_profile;
pub mod observe;
pub mod offering;
pub mod pins;
pub mod plan;
pub mod plugin_files;
pub mod policy;
pub mod preferences;
pub mod presence;
pub mod private_file;
pub mod programs;
pub mod proof;
pub mod receipt;
pub mod regions;
pub mod report;
pub mod session_notice;
pub mod settings;
pub mod slip;
pub mod status_line;
pub mod tuning;
pub mod ui;
pub mod vars;
pub mod windows_words;
pub mod wizard;
pub mod world;

use std::process::ExitCode;

use anstream::ColorChoice;

use cli::{Cli, Color};
use error::Exit;
use ui::Ui;
use world::World;

/// Runs the program in the given surroundings.
#[must_use]
pub fn run(world: &World) -> ExitCode {
    let cli = match Cli::read(world.arguments()) {
        Ok(cli) => cli,
        Err(error) => {
            let ui = Ui::new(world.terminal, ColorChoice::Auto, false);
            if let Some(failure) = commands::refuse_usage(world, ui, &error) {
                ui.failure(&failure);
                return ExitCode::from(failure.exit as u8);
            }
            // Help and version are answers; what else clap says is about wrong use.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Refused as u8));
        }
    };
    let color = match cli.global.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let ui = Ui::new(world.terminal, color, cli.global.verbose);
    match commands::run(world, ui, &cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                ui.failure(&failure);
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}
