//! `plugin`: puts the plugin into the installed Claude Code, by Claude Code's own commands.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::claude_code::{self, Ended};
use crate::cli::Global;
use crate::cli::plugin::{PluginArgs, PluginCommand};
use crate::error::Failure;
use crate::observe::session_start;
use crate::plugin_files::{self, MARKETPLACE, PLUGIN};
use crate::private_file::StateFolder;
use crate::ui::{GOOD, Ui, styled};
use crate::world::World;

/// How long one of Claude Code's commands may take; they were observed to take a second or two.
const DEADLINE: Duration = Duration::from_mins(1);

/// What is said where there is no plugin.
const ABSENT: &str = "The plugin is not installed; `claude-bedrock plugin install` installs it.";
/// What is said once there is none any more.
const REMOVED: &str = "The plugin is removed from Claude Code; `claude-bedrock plugin install` brings it back.";

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &PluginArgs) -> Result<(), Failure> {
    let state = StateFolder::of(world).ok_or_else(Failure::no_home)?;
    let folder = plugin_files::folder(&state);
    let (installed, absent) = match args.command {
        PluginCommand::Install => (install(world, ui, &folder)?, ABSENT),
        PluginCommand::Uninstall => (uninstall(world, ui, &state, &folder)?, REMOVED),
        PluginCommand::Status => (installed(world)?, ABSENT),
    };
    report(ui, global, installed.as_ref(), absent)
}

/// Lays the marketplace out and has Claude Code install from it; what was laid out goes again where that fails, but for
/// one that was in use before.
fn install(world: &World, ui: Ui, folder: &Path) -> Result<Option<Value>, Failure> {
    if claude_code::on_path(world).is_none() {
        return Err(no_claude());
    }
    let place = folder.to_str().ok_or_else(|| Failure::refused("the state folder's name is not UTF-8"))?;
    let was_there = folder.exists();
    let _progress = ui.progress("Installing the plugin in Claude Code…");
    let written = plugin_files::write(folder).map_err(|error| Failure::failed(error.to_string()));
    let outcome = written.and_then(|()| install_from(world, place));
    if outcome.is_err() && !was_there {
        // Why it failed is worth more than why this may fail, too.
        let _ = take_out(world);
        let _ = plugin_files::remove(folder);
    }
    outcome
}

fn install_from(world: &World, place: &str) -> Result<Option<Value>, Failure> {
    claude(world, &["plugin", "marketplace", "add", place])?;
    let arguments =
        if installed(world)?.is_some() { ["plugin", "update", PLUGIN] } else { ["plugin", "install", PLUGIN] };
    claude(world, &arguments)?;
    installed(world)
}

fn uninstall(world: &World, ui: Ui, state: &StateFolder, folder: &Path) -> Result<Option<Value>, Failure> {
    if claude_code::on_path(world).is_none() {
        // A Claude Code that is somewhere else would look for the folder as long as its files name it.
        if let Some(path) = plugin_files::named_in(world) {
            let why = format!("`{}` names the plugin", path.display());
            return Err(no_claude().hint(format!("{why}: Claude Code itself has to take it out; nothing was changed")));
        }
    } else {
        let _progress = ui.progress("Removing the plugin from Claude Code…");
        take_out(world)?;
    }
    let removed = plugin_files::remove(folder).and_then(|()| session_start::forget_told(state));
    removed.map_err(|error| Failure::failed(error.to_string()))?;
    if claude_code::on_path(world).is_none() { Ok(None) } else { installed(world) }
}

/// Has Claude Code take out what it has of the plugin.
fn take_out(world: &World) -> Result<(), Failure> {
    if installed(world)?.is_some() {
        claude(world, &["plugin", "uninstall", PLUGIN])?;
    }
    if marketplaces(world)?.iter().any(|name| name == MARKETPLACE) {
        claude(world, &["plugin", "marketplace", "remove", MARKETPLACE])?;
    }
    Ok(())
}

fn report(ui: Ui, global: &Global, installed: Option<&Value>, absent: &str) -> Result<(), Failure> {
    let of = |key: &str| installed.map(|plugin| plugin[key].clone()).unwrap_or_default();
    if global.json {
        let report = json!({
            "version": 1,
            "installed": installed.is_some(),
            "enabled": of("enabled"),
            "plugin_version": of("version"),
            "program_version": env!("CARGO_PKG_VERSION"),
        });
        return ui.answer_verbatim(&format!("{report:#}\n"));
    }
    match installed {
        Some(plugin) if plugin["enabled"] == false => ui.answer(&format!(
            "The plugin is installed and switched off; `claude plugin enable {PLUGIN}` switches it on.\n"
        )),
        Some(_) => ui.answer(&format!(
            "{} The plugin {} is installed in Claude Code: type /bedrock there.\n",
            styled(GOOD, "✔"),
            of("version").as_str().unwrap_or_default(),
        )),
        None => ui.answer(&format!("{absent}\n")),
    }
}

/// The plugin as Claude Code lists it.
fn installed(world: &World) -> Result<Option<Value>, Failure> {
    let plugins = listed(world, &["plugin", "list", "--json"])?;
    Ok(plugins.into_iter().find(|plugin| plugin["id"] == PLUGIN))
}

fn marketplaces(world: &World) -> Result<Vec<String>, Failure> {
    let listed = listed(world, &["plugin", "marketplace", "list", "--json"])?;
    Ok(listed.iter().filter_map(|marketplace| marketplace["name"].as_str()).map(str::to_owned).collect())
}

fn listed(world: &World, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
    let printed = claude(world, arguments)?;
    serde_json::from_str(&printed).map_err(|error| {
        Failure::failed(format!("`claude {}` did not answer with a list: {error}", arguments.join(" ")))
            .hint("update Claude Code with `claude update`")
    })
}

/// Runs one of Claude Code's commands and gives what it printed.
fn claude(world: &World, arguments: &[&str]) -> Result<String, Failure> {
    let command = format!("`claude {}`", arguments.join(" "));
    match claude_code::run(world, arguments, DEADLINE) {
        Ended::Well(printed) => Ok(printed),
        Ended::Badly(said) => Err(Failure::failed(format!("{command} failed: {}", said.trim()))),
        Ended::TooLate => Err(Failure::failed(format!("{command} did not end within {} s", DEADLINE.as_secs()))),
        Ended::NotThere => Err(no_claude()),
    }
}

fn no_claude() -> Failure {
    Failure::failed("there is no `claude` on PATH").hint("install Claude Code, or put it on PATH")
}
