//! `--fix`: what can be mended here is, by the plan, the receipt and the writer of `setup`, so that `reset` undoes it.

use std::path::{Path, PathBuf};

use crate::apply;
use crate::ask;
use crate::aws::files::{self, AwsFiles};
use crate::aws::profile::{ProfileKind, SourceFile};
use crate::aws::session;
use crate::aws_config::{Planned, Repair, SignInAfter};
use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Finding, Fix, FixKind, SettingEdit, Severity};
use crate::checks::{Outcome, Selection};
use crate::cli::DiagnoseArgs;
use crate::commands::{sign_in, upgrade};
use crate::error::{Exit, Failure, WRITTEN_STAYS};
use crate::helper_check;
use crate::plan::{Change, Plan};
use crate::private_file::{self, StateFolder};
use crate::receipt::Receipts;
use crate::report::human::diagnosis::{edit_lines, repair_lines};
use crate::settings::document::Document;
use crate::settings::store;
use crate::ui::{Stream, Ui};
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
    selection: &Selection,
) -> Result<(), Failure> {
    let mending = Mending { world, ui, args, facts };
    let mut wanted = Wanted::default();
    // What is only said because it is in the way of the rest was not asked to be mended.
    for finding in outcome.findings.iter().filter(|finding| selection.wants(finding.id)) {
        let Some(action) = &finding.fix.action else { continue };
        if mending.is_wanted(finding)? {
            wanted.take(action);
        }
    }
    let begun = wanted.is_writing();
    mending.told(write(world, &wanted.edits))?;
    let repaired = mending.repair(&wanted.repairs);
    mending.told(repaired)?;
    for path in &wanted.narrowed {
        mending.told(mending.narrow(path))?;
    }
    for path in &wanted.closed {
        mending.told(mending.close(path))?;
    }
    // What was mended before a person leaves stays.
    let left = |failure: Failure| if begun { failure.after(WRITTEN_STAYS) } else { failure };
    for profile in &wanted.upgrades {
        let upgraded = mending.upgrade(profile);
        mending.told(upgraded).map_err(left)?;
    }
    for after in &wanted.sign_ins {
        let signed_in = mending.sign_in(after);
        mending.told(signed_in).map_err(left)?;
    }
    Ok(())
}

/// What is to be done, kind by kind.
#[derive(Default)]
struct Wanted<'a> {
    edits: Vec<SettingEdit>,
    repairs: Vec<&'a Repair>,
    narrowed: Vec<&'a Path>,
    closed: Vec<&'a Path>,
    upgrades: Vec<&'a str>,
    sign_ins: Vec<SignInAfter>,
}

impl<'a> Wanted<'a> {
    fn is_writing(&self) -> bool {
        !self.edits.is_empty() || !self.repairs.is_empty() || !self.narrowed.is_empty() || !self.closed.is_empty()
    }

    fn take(&mut self, action: &'a Action) {
        match action {
            // Two findings may mend one key; the first, which weighs more, decides.
            Action::Edit(wanted) => {
                let is_known = |edit: &SettingEdit| {
                    self.edits.iter().any(|known| known.path == edit.path && known.key == edit.key)
                };
                let fresh: Vec<SettingEdit> = wanted.iter().filter(|edit| !is_known(edit)).cloned().collect();
                self.edits.extend(fresh);
            }
            Action::Repair(repair) => {
                let is_known = repair.edits.iter().any(|edit| {
                    self.repairs
                        .iter()
                        .flat_map(|known| &known.edits)
                        .any(|known| known.line == edit.line && known.file == edit.file)
                });
                if !is_known {
                    self.repairs.push(repair);
                    self.sign_ins.extend(repair.sign_in.clone());
                }
            }
            Action::Narrow(path) => self.narrowed.push(path),
            Action::Close(paths) => self.closed.extend(paths.iter().map(PathBuf::as_path)),
            Action::Upgrade { profile } => self.upgrades.push(profile),
            Action::SignIn { profile, anew } => {
                if !self.sign_ins.iter().any(|known| known.profile == *profile) {
                    self.sign_ins.push(SignInAfter { profile: profile.clone(), anew: *anew });
                }
            }
        }
    }
}

/// Everything that mending looks at.
struct Mending<'a> {
    world: &'a World,
    ui: Ui,
    args: &'a DiagnoseArgs,
    facts: &'a Facts,
}

impl Mending<'_> {
    /// Whether a fix may be applied: a safe one always, another after a yes.
    fn is_wanted(&self, finding: &Finding) -> Result<bool, Failure> {
        let fix = &finding.fix;
        let has_person = self.world.can_ask();
        match fix.kind {
            FixKind::Safe => return Ok(true),
            FixKind::Explain => return Ok(false),
            FixKind::Ask if !has_person && !self.args.yes => return Ok(false),
            FixKind::Ask => {}
        }
        if !has_person && self.needs_person(fix) {
            let command = fix.command.as_deref().unwrap_or_default();
            self.ui.warning(&format!(
                "{}: nobody is here to sign in, so nothing was opened; run `{command}` in a terminal",
                finding.id
            ));
            return Ok(false);
        }
        // The command that moves a profile shows and asks by itself.
        if self.args.yes || matches!(fix.action, Some(Action::Upgrade { .. })) {
            return Ok(true);
        }
        self.ui.status(&self.words(fix));
        // What is only worth knowing is nothing to press Enter for.
        let default = finding.severity != Severity::Hint;
        ask::confirm(self.world, self.ui, &format!("{}: {}?", finding.id, fix.text), default)
    }

    /// Whether a fix ends in a sign-in, without which it would leave less than there is.
    fn needs_person(&self, fix: &Fix) -> bool {
        match &fix.action {
            Some(Action::SignIn { .. } | Action::Upgrade { .. }) => true,
            Some(Action::Repair(Repair { sign_in: Some(after), .. })) if after.anew => true,
            Some(Action::Repair(repair @ Repair { sign_in: Some(after), .. })) => {
                let mended = repair.outcome(&self.facts.files);
                let kind = mended.as_ref().and_then(|files| Some(files.profile(&after.profile)?.kind(files)));
                let Some(ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = kind else { return false };
                !session::is_fresh(self.world, &sso)
            }
            _ => false,
        }
    }

    fn words(&self, fix: &Fix) -> String {
        let (home, width) = (self.world.home(), self.ui.status_width());
        match &fix.action {
            Some(Action::Edit(edits)) => edit_lines(edits, home.as_deref(), width),
            Some(Action::Repair(repair)) => repair_lines(repair, home.as_deref(), width),
            _ => fix.command.clone().unwrap_or_default(),
        }
    }

    /// Tells a failure and goes on, unless the user left.
    fn told(&self, done: Result<(), Failure>) -> Result<(), Failure> {
        match done {
            Err(failure) if failure.exit == Exit::Interrupted => Err(failure),
            Err(failure) => {
                self.ui.failure(&failure);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Writes the mended lines, file by file, each with a receipt.
    fn repair(&self, repairs: &[&Repair]) -> Result<(), Failure> {
        if repairs.is_empty() {
            return Ok(());
        }
        let state = state(self.world)?;
        let _lock = apply::lock(&state)?;
        let AwsFiles { config_path, credentials_path, config, credentials, .. } = &self.facts.files;
        let files =
            [(SourceFile::Config, config_path, config), (SourceFile::Credentials, credentials_path, credentials)];
        for (file, path, bytes) in files {
            let edits: Vec<_> = repairs.iter().flat_map(|repair| repair.edits_of(file)).collect();
            if !edits.is_empty() {
                Planned::repaired(path, bytes.as_deref().unwrap_or_default(), &edits)?.write(&state)?;
            }
        }
        Ok(())
    }

    fn narrow(&self, path: &Path) -> Result<(), Failure> {
        let shown = path.display();
        helper_check::file::narrow(path)
            .map_err(|error| Failure::failed(format!("`{shown}` could not be given to you alone: {error}")))?;
        self.ui.status(&format!("`{shown}` is yours alone now; `reset` leaves it so"));
        Ok(())
    }

    fn close(&self, path: &Path) -> Result<(), Failure> {
        let shown = path.display();
        private_file::close(path)
            .map_err(|error| Failure::failed(format!("`{shown}` could not be given to you alone: {error}")))?;
        self.ui.status(&format!("nobody but you may read `{shown}` now; `reset` leaves it so"));
        Ok(())
    }

    fn upgrade(&self, profile: &str) -> Result<(), Failure> {
        let files = files::read(self.world);
        let kind = files.profiles.profile(profile).map(|profile| profile.kind(&files.profiles));
        let Some(ProfileKind::LegacySso(sso)) = kind else { return Ok(()) };
        let consent = if self.args.yes { upgrade::Consent::Given } else { upgrade::Consent::Ask };
        if upgrade::carry_out(self.world, self.ui, &files, profile, &sso, consent, Stream::Status)? {
            self.sign_in(&SignInAfter { profile: profile.to_owned(), anew: false })
                .map_err(|failure| failure.after(WRITTEN_STAYS))?;
        }
        Ok(())
    }

    fn sign_in(&self, after: &SignInAfter) -> Result<(), Failure> {
        // Of a profile whose keys were asked before it was mended, a refusal says nothing of the session.
        let before = self.facts.files.profiles.profile(&after.profile);
        let kind = before.map(|profile| profile.kind(&self.facts.files.profiles));
        let had_keys = matches!(kind, Some(ProfileKind::StaticKeys(_)));
        let refused = self.facts.online.credentials.failed().filter(|_| !had_keys);
        sign_in::to_mend(self.world, self.ui, &files::read(self.world), &after.profile, after.anew, refused)
    }
}

fn state(world: &World) -> Result<StateFolder, Failure> {
    StateFolder::of(world).ok_or_else(Failure::no_home)
}

/// Writes the edits of settings, file by file, each with a receipt.
fn write(world: &World, edits: &[SettingEdit]) -> Result<(), Failure> {
    if edits.is_empty() {
        return Ok(());
    }
    let state = state(world)?;
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
