//! `--fix`: what can be mended here is, by the plan, the receipt and the writer of `setup`, so that `reset` undoes it.

use std::path::{Path, PathBuf};

use crate::apply;
use crate::ask;
use crate::aws::files;
use crate::checks::Outcome;
use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Finding, Fix, FixKind, SettingEdit};
use crate::cli::DiagnoseArgs;
use crate::commands::sign_in;
use crate::error::Failure;
use crate::helper_check;
use crate::plan::{Change, Plan};
use crate::private_file::StateFolder;
use crate::receipt::Receipts;
use crate::report::human::diagnosis::edit_lines;
use crate::settings::document::Document;
use crate::settings::store;
use crate::ui::Ui;
use crate::world::World;

/// Applies what may be applied.
///
/// # Errors
/// That nothing may be written, or that the user left; one fix that fails is told and leaves the others.
pub(super) fn apply(
    world: &World,
    ui: Ui,
    args: &DiagnoseArgs,
    facts: &Facts,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let mut edits: Vec<SettingEdit> = Vec::new();
    let mut later: Vec<&Action> = Vec::new();
    for finding in &outcome.findings {
        let Some(action) = &finding.fix.action else { continue };
        if !is_wanted(world, ui, args, finding)? {
            continue;
        }
        match action {
            // Two findings may mend one key; the first, which weighs more, decides.
            Action::Edit(wanted) => {
                let fresh = wanted
                    .iter()
                    .filter(|edit| !edits.iter().any(|known| known.path == edit.path && known.key == edit.key));
                let fresh: Vec<SettingEdit> = fresh.cloned().collect();
                edits.extend(fresh);
            }
            other => later.push(other),
        }
    }
    write(world, &edits)?;
    for action in later {
        if let Err(failure) = perform(world, ui, facts, action) {
            ui.failure(&failure);
        }
    }
    Ok(())
}

/// Whether a fix may be applied: a safe one always, another after a yes.
fn is_wanted(world: &World, ui: Ui, args: &DiagnoseArgs, finding: &Finding) -> Result<bool, Failure> {
    match finding.fix.kind {
        FixKind::Safe => Ok(true),
        FixKind::Explain => Ok(false),
        FixKind::Ask if args.yes => Ok(true),
        FixKind::Ask if !world.can_ask() => Ok(false),
        FixKind::Ask => {
            ui.status(&words(world, &finding.fix));
            ask::confirm(world, ui, &format!("{}: {}?", finding.id, finding.fix.text), true)
        }
    }
}

fn words(world: &World, fix: &Fix) -> String {
    match &fix.action {
        Some(Action::Edit(edits)) => edit_lines(edits, world.home().as_deref()),
        _ => fix.command.clone().unwrap_or_default(),
    }
}

/// Writes the edits, file by file, each with a receipt.
fn write(world: &World, edits: &[SettingEdit]) -> Result<(), Failure> {
    if edits.is_empty() {
        return Ok(());
    }
    let state = StateFolder::of(world).ok_or_else(|| Failure::refused("no home folder is known"))?;
    let receipts = Receipts::of(&state);
    let _lock = apply::lock(&state)?;
    let mut paths: Vec<&PathBuf> = edits.iter().map(|edit| &edit.path).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        let wanted: Vec<&SettingEdit> = edits.iter().filter(|edit| &edit.path == path).collect();
        write_file(&receipts, path, &wanted)?;
    }
    Ok(())
}

fn write_file(receipts: &Receipts, path: &Path, edits: &[&SettingEdit]) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(error.to_string());
    let snapshot = store::read(path).map_err(|error| failed(&error))?;
    let document = Document::parse(snapshot.bytes().unwrap_or_default()).map_err(|error| failed(&error))?;
    // What changed since it was judged is somebody's newer wish.
    let standing = edits.iter().filter(|edit| document.get(&edit.key) == edit.before);
    let changes =
        standing.map(|edit| Change { key: edit.key.clone(), before: edit.before.clone(), after: edit.after.clone() });
    let plan = Plan { changes: changes.collect(), ..Plan::default() };
    if plan.is_empty() {
        return Ok(());
    }
    let receipt = receipts.find(path).map_err(|error| failed(&error))?;
    let scope = edits.first().map(|edit| edit.scope.to_string()).unwrap_or_default();
    Ok(apply::set_up(receipts, receipt.as_ref(), snapshot, &document, &scope, &plan)?)
}

fn perform(world: &World, ui: Ui, facts: &Facts, action: &Action) -> Result<(), Failure> {
    match action {
        Action::Edit(_) => Ok(()),
        Action::Narrow(path) => helper_check::file::narrow(path)
            .map_err(|error| Failure::failed(format!("`{}` could not be given to you alone: {error}", path.display()))),
        Action::SignIn { profile } => {
            let refused = facts.online.credentials.failed();
            sign_in::to_mend(world, ui, &files::read(world), profile, refused)
        }
    }
}
