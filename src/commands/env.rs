//! `env`: what Claude Code needs, as variables for those who configure by shell.

mod unset;

use serde_json::{Value, json};

use crate::assignment::Syntax;
use crate::aws::credentials::kind;
use crate::aws::files;
use crate::cli::{EnvArgs, EnvFormat, Global};
use crate::commands::credentials::explain;
use crate::commands::principal;
use crate::configuration::{self, Identity};
use crate::error::Failure;
use crate::exported::{self, Exported, Given};
use crate::regions;
use crate::report::v1;
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &EnvArgs) -> Result<(), Failure> {
    if args.unset {
        return unset::run(world, ui, global, args.format);
    }
    let exported = export(world, global, args)?;
    if global.json {
        let report = v1::env::Environment::of(&exported);
        return ui.answer_json(&report);
    }
    let text = set(&exported, args.format)?;
    for note in &exported.notes {
        ui.warning(note);
    }
    if args.format == EnvFormat::Dotenv {
        ui.status(
            "For what reads env files, such as a container. A shell that sources it exports nothing but under `set -a`;",
        );
        ui.status("a file to source is `claude-bedrock env > bedrock.env`.");
    }
    if args.format == EnvFormat::Vscode {
        ui.status(
            "These go into VS Code's user settings. In WSL and on remote hosts the extension does not read them;",
        );
        ui.status("there run `claude-bedrock setup`, whose settings every Claude Code reads.");
    }
    ui.answer_verbatim(&text)
}

fn export(world: &World, global: &Global, args: &EnvArgs) -> Result<Exported, Failure> {
    let (settings, files) = (Settings::read(world), files::read(world));
    let configuration = configuration::judge(world, &settings, &files.profiles, global.profile.as_deref());
    if let Some(profile) = &global.profile {
        kind(&files, profile).map_err(|error| explain(&error, profile))?;
    }
    let names_nobody = configuration.profile.is_none() && matches!(configuration.identity, Identity::Ambient);
    if names_nobody {
        let failure = Failure::refused("nothing is configured, and no AWS profile is named");
        let failure = files.problems.iter().cloned().fold(failure, Failure::hint);
        return Err(failure.hint("name one with `--profile NAME`, or run `claude-bedrock setup`"));
    }
    let region = principal::region(global, &configuration)?;
    let given = Given { profile: global.profile.clone(), region, model: args.model.clone() };
    let mut exported = exported::of(world, &settings, &configuration, &given);
    // An account may have a region that is newer than what this program knows.
    exported.notes.extend(regions::doubt(&given.region));
    let profile = configuration.profile.as_ref().and_then(|found| files.profiles.profile(&found.value));
    if let Some(profile) = profile.filter(|profile| !profile.found_by_claude_code) {
        let name = &profile.name;
        exported.notes.push(format!("Claude Code does not find `{name}` by {}; rename it", vars::AWS_PROFILE));
    }
    Ok(exported)
}

fn syntax(format: EnvFormat) -> Option<Syntax> {
    match format {
        EnvFormat::Sh => Some(Syntax::Sh),
        EnvFormat::Fish => Some(Syntax::Fish),
        EnvFormat::Powershell => Some(Syntax::Powershell),
        EnvFormat::Cmd => Some(Syntax::Cmd),
        EnvFormat::Dotenv => Some(Syntax::Dotenv),
        EnvFormat::Json | EnvFormat::Vscode => None,
    }
}

fn set(exported: &Exported, format: EnvFormat) -> Result<String, Failure> {
    let variables = &exported.variables;
    if let Some(syntax) = syntax(format) {
        let lines = variables.iter().map(|(name, value)| syntax.set(name, value));
        let lines: Result<Vec<String>, _> = lines.collect();
        let lines = lines.map_err(|error| {
            Failure::refused(error.to_string()).hint("give the value another name, or take another `--format`")
        })?;
        return Ok(lines.join("\n") + "\n");
    }
    Ok(pretty(&if format == EnvFormat::Vscode {
        let list: Vec<Value> = variables.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        json!({ vars::VSCODE_DISABLE_LOGIN_PROMPT: true, vars::VSCODE_ENVIRONMENT: list })
    } else {
        variables.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect()
    }))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
