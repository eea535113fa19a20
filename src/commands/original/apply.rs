//! `apply-config`: the original's way to write and to remove a configuration, by this program's own plan and receipt.

use serde_json::{Value, json};

use super::Refusal;
use crate::aws::credentials;
use crate::aws::files;
use crate::cli::plugin::ApplyArgs;
use crate::cli::{AwsFileArgs, Global, MoreArgs, NewProfileArgs, ResetArgs, SetupArgs, SetupScope};
use crate::commands::{reset, setup};
use crate::configuration;
use crate::model;
use crate::observe::Caller;
use crate::settings::document::Document;
use crate::settings::scope::{self, Scope, Settings};
use crate::settings::store;
use crate::ui::Ui;
use crate::wizard::Listing;
use crate::world::{NO_HOME, World};

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &ApplyArgs) -> Result<Value, Refusal> {
    let path = scope::path_of(world, Scope::User).ok_or_else(|| Refusal::new("UNKNOWN", NO_HOME))?;
    let corrupted = |reason: String| {
        Refusal::new("CONFIG_CORRUPTED", format!("Claude Code cannot read `{}`: {reason}", path.display()))
    };
    let snapshot = store::read(&path).map_err(|error| corrupted(error.to_string()))?;
    Document::parse(snapshot.bytes().unwrap_or_default()).map_err(|error| corrupted(error.to_string()))?;
    let settings_path = path.display().to_string();
    if args.remove {
        let (_, problems) = reset::carry_out(world, ui, &ResetArgs { dry_run: false, all: true, yes: true })?;
        if let Some(failure) = problems.into_iter().next() {
            return Err(failure.into());
        }
        return Ok(json!({ "removed": true, "settingsPath": settings_path }));
    }
    let missing = |option: &str| Refusal::new("MISSING_CONFIG", format!("`--{option}` is missing"));
    let profile = global.profile.as_deref().ok_or_else(|| missing("profile"))?;
    let region = global.region.as_deref().ok_or_else(|| missing("region"))?;
    let model = args.model.as_deref().ok_or_else(|| missing("model"))?;
    check(world, profile, region, model)?;
    let before = main_model(world);
    setup::write(world, ui, global, &setup_args(args))?;
    Ok(json!({
        "applied": true,
        "config": { "profile": profile, "region": region, "model": model },
        "settingsPath": settings_path,
        // Running sessions take everything else over at once.
        "requiresRestart": before.as_deref() != Some(model),
    }))
}

fn setup_args(args: &ApplyArgs) -> SetupArgs {
    SetupArgs {
        model: args.model.clone(),
        identity: Some(args.identity),
        export_command: None,
        aws_file: AwsFileArgs::default(),
        refresh_command: None,
        scope: SetupScope::User,
        dry_run: false,
        yes: true,
        answers: None,
        force: args.force,
        residency: None,
        probe: false,
        more: MoreArgs::default(),
        new_profile: NewProfileArgs::default(),
    }
}

/// What the original would refuse, each with its code.
fn check(world: &World, profile: &str, region: &str, model: &str) -> Result<(), Refusal> {
    let files = files::read(world);
    credentials::kind(&files, profile).map_err(|error| Refusal::of(&error))?;
    if !configuration::is_region_shaped(region) {
        return Err(Refusal::new("INVALID_REGION", format!("`{region}` is not an AWS region")));
    }
    let id = model::without_context_suffix(model);
    if id.is_empty() || id.contains(char::is_whitespace) {
        return Err(Refusal::new("INVALID_MODEL", format!("`{model}` is not a model id")));
    }
    let caller = Caller { world, files: &files, profile, region, given: None };
    let verified = caller.verify().map_err(|error| Refusal::of(&error))?;
    let Listing::Profiles(listed) = verified.listing else { return Ok(()) };
    if id.starts_with("arn:") || listed.iter().any(|listed| listed.id == id) {
        return Ok(());
    }
    if listed.is_empty() {
        return Err(Refusal::new("BEDROCK_ACCESS_DENIED", format!("Bedrock lists no inference profile in {region}")));
    }
    Err(Refusal::new("MODEL_NOT_FOUND", format!("Bedrock lists no inference profile `{id}` in {region}")))
}

fn main_model(world: &World) -> Option<String> {
    let files = files::read(world);
    let judged = configuration::judge(world, &Settings::read(world), &files.profiles, None);
    judged.main_model.map(|found| found.value)
}
