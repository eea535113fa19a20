//! `reset`: undoes exactly what we wrote.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::apply::{self, Undo, shortened};
use crate::ask;
use crate::aws::credentials;
use crate::aws::files;
use crate::aws_config::{self, Deed, TakenOut};
use crate::cli::{Global, ResetArgs};
use crate::configuration::{self, Configuration, Provider};
use crate::error::{Exit, Failure};
use crate::model::Model;
use crate::observe::{self, session_start};
use crate::plan::{self, Plan};
use crate::private_file::StateFolder;
use crate::proof;
use crate::receipt::{Receipt, Receipts};
use crate::report::{human, v1};
use crate::settings::document::Document;
use crate::settings::scope::{self, Scope, Settings};
use crate::settings::store::{self, Snapshot};
use crate::ui::{BOLD, GOOD, Ui, styled};
use crate::world::World;

/// A settings file with the way it is given back.
struct Step {
    receipt: Receipt,
    snapshot: Snapshot,
    undo: Undo,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &ResetArgs) -> Result<(), Failure> {
    let (report, mut problems) = carry_out(world, ui, args)?;
    report.say(world, ui, global, args, problems.is_empty())?;
    let last = problems.pop();
    for failure in &problems {
        ui.failure(failure);
    }
    last.map_or(Ok(()), Err)
}

/// Undoes it, and gives what there is to say of it, and what could not be undone.
pub(super) fn carry_out(world: &World, ui: Ui, args: &ResetArgs) -> Result<(Report, Vec<Failure>), Failure> {
    // Before anything is undone: a refusal leaves everything as it stands.
    if args.all && !args.yes && !args.dry_run && !world.can_ask() {
        return Err(Failure::refused("there is no terminal to ask on, and nothing was removed").hint(
            "run `claude-bedrock reset --all --yes` to remove what others wrote too, or `--dry-run` to see it first",
        ));
    }
    let state = StateFolder::of(world).ok_or_else(Failure::no_home)?;
    let receipts = Receipts::of(&state);
    let here = writable_paths(world);
    // Before the receipts are read: another set-up may be writing one.
    let _lock = if args.dry_run { None } else { Some(apply::lock(&state)?) };
    let failed = |error: std::io::Error| Failure::failed(error.to_string());
    let (all, unusable) = receipts.all().map_err(failed)?;
    // What cannot be undone keeps nothing else from being undone.
    let mut problems: Vec<Failure> = unusable.into_iter().map(failed).collect();
    let (ours, elsewhere): (Vec<Receipt>, Vec<Receipt>) =
        all.into_iter().partition(|receipt| here.contains(&receipt.settings));
    let mut report = Report::default();
    let mut undone = Undone::new();
    for receipt in ours {
        problems.extend(give_back(world, args, &receipts, receipt, &mut report, &mut undone).err());
    }
    for path in here.iter().filter(|_| args.all) {
        match remove_foreign(world, ui, args, path, &undone, &mut report) {
            // What was undone before the question stays undone, and is told.
            Err(failure) if failure.exit == Exit::Interrupted && report.files.is_empty() => return Err(failure),
            Err(failure) if failure.exit == Exit::Interrupted => {
                problems.push(failure.after("what was undone before stays undone"));
                return Ok((report, problems));
            }
            other => problems.extend(other.err()),
        }
    }
    let (undone, left) = aws_config::undo(&state, args.dry_run);
    for undone in &undone {
        report.config(undone, world);
    }
    problems.extend(left);
    if !args.dry_run {
        problems.extend(credentials::forget_all(&state).map_err(failed).err());
        problems.extend(proof::forget_all(&state).map_err(failed).err());
        problems.extend(session_start::forget_told(&state).map_err(failed).err());
    }
    for receipt in elsewhere {
        ui.status(&format!("Left as it is: `{}`; run `reset` where it applies.", receipt.settings.display()));
    }
    Ok((report, problems))
}

/// Gives one settings file back.
fn give_back(
    world: &World,
    args: &ResetArgs,
    receipts: &Receipts,
    receipt: Receipt,
    report: &mut Report,
    undone: &mut Undone,
) -> Result<(), Failure> {
    let step = Step::plan(receipts, receipt)?;
    if args.dry_run {
        undone.insert(step.receipt.settings.clone(), step.bytes_afterwards());
    } else {
        apply::undo(receipts, &step.receipt, step.snapshot.clone(), &step.undo)?;
    }
    report.note(&step, world);
    Ok(())
}

/// The settings files a person may write that Claude Code would read here.
fn writable_paths(world: &World) -> Vec<PathBuf> {
    [Scope::User, Scope::Project, Scope::Local].iter().filter_map(|scope| scope::path_of(world, *scope)).collect()
}

impl Step {
    fn plan(receipts: &Receipts, receipt: Receipt) -> Result<Self, Failure> {
        let snapshot = store::read(&receipt.settings).map_err(|error| Failure::failed(error.to_string()))?;
        let undo = apply::plan_undo(receipts, &receipt, &snapshot)?;
        Ok(Self { receipt, snapshot, undo })
    }

    /// What the file would hold afterwards.
    fn bytes_afterwards(&self) -> Option<Vec<u8>> {
        match &self.undo {
            Undo::Nothing => self.snapshot.bytes().map(<[u8]>::to_vec),
            Undo::Bytes(bytes) => Some(bytes.clone()),
            Undo::NoFile => None,
            Undo::Keys(document, plan) => document.apply(&plan.edits()).ok(),
        }
    }
}

/// What the files of a dry run would hold once ours is out of them; `None` for no file.
type Undone = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Removes the Bedrock keys that others wrote in a file, after a yes.
fn remove_foreign(
    world: &World,
    ui: Ui,
    args: &ResetArgs,
    path: &Path,
    undone: &Undone,
    report: &mut Report,
) -> Result<(), Failure> {
    let snapshot = store::read(path).map_err(|error| Failure::failed(error.to_string()))?;
    let bytes = undone.get(path).map_or(snapshot.bytes(), Option::as_deref);
    let Some(bytes) = bytes else { return Ok(()) };
    let document = Document::parse(bytes)
        .map_err(|malformed| Failure::failed(format!("`{}` cannot be edited: {malformed}", path.display())))?;
    let plan = plan::remove_foreign(&document);
    if plan.is_empty() {
        return Ok(());
    }
    let name = shortened(path, world.home().as_deref());
    if !args.dry_run && !args.yes {
        ui.status(&format!("Bedrock settings that others wrote in {name}:\n{}", human::changes(&plan)));
        if !ask::confirm(world, ui, "Remove them?", false)? {
            return Ok(());
        }
    }
    if !args.dry_run {
        apply::write(snapshot, &document, &plan)?;
    }
    report.foreign(path, &name, &plan);
    Ok(())
}

/// What is said at the end.
#[derive(Default)]
pub(super) struct Report {
    text: String,
    files: Vec<v1::ResetFile>,
    /// Whether something is not as it was before the reset.
    gave_back: bool,
}

impl Report {
    fn note(&mut self, step: &Step, world: &World) {
        let path = &step.receipt.settings;
        let name = styled(BOLD, &shortened(path, world.home().as_deref()));
        let (restored, plan) = match &step.undo {
            Undo::Nothing => ("nothing", None),
            Undo::Bytes(_) => ("bytes", None),
            Undo::NoFile => ("removed", None),
            Undo::Keys(_, plan) => ("keys", Some(plan)),
        };
        let words = match restored {
            "nothing" => "is as it was before",
            "bytes" => "goes back to what it was, byte for byte",
            "removed" => "is removed, because there was none before",
            _ => "was edited since; only our keys go back",
        };
        let _ = writeln!(self.text, "{name} {words}");
        if let Some(plan) = plan {
            self.text.push_str(&human::changes(plan));
            for kept in &plan.kept {
                let _ = writeln!(self.text, "  kept, because someone changed it since: {}", kept.wish.key);
            }
        }
        self.gave_back |= restored != "nothing";
        self.files.push(v1::ResetFile::new(path.display().to_string(), restored, plan));
    }

    fn config(&mut self, undone: &aws_config::Undone, world: &World) {
        let name = styled(BOLD, &shortened(&undone.path, world.home().as_deref()));
        let restored = if undone.taken == TakenOut::Kept { "nothing" } else { "sections" };
        let words = match (undone.deed, undone.taken) {
            (Deed::Added, TakenOut::Kept) => "keeps the profile that `setup` created, because someone changed it since",
            (Deed::Added, _) => "loses the profile that `setup` created",
            (Deed::Moved, TakenOut::Restored) => "gets its legacy SSO profiles back",
            (Deed::Moved, TakenOut::Partly) => "gets some of its legacy SSO profiles back; others changed since",
            (Deed::Moved, TakenOut::Kept) => "keeps its SSO profiles as they are, because someone changed them since",
            (Deed::Mended, TakenOut::Restored) => "gets back the lines that `diagnose --fix` changed",
            (Deed::Mended, TakenOut::Partly) => {
                "gets back some of the lines that `diagnose --fix` changed; others changed since"
            }
            (Deed::Mended, TakenOut::Kept) => {
                "keeps the lines that `diagnose --fix` changed, because someone changed them since"
            }
        };
        let _ = writeln!(self.text, "{name} {words}");
        self.gave_back |= restored != "nothing";
        self.files.push(v1::ResetFile::new(undone.path.display().to_string(), restored, None));
    }

    fn foreign(&mut self, path: &Path, name: &str, plan: &Plan) {
        let _ = writeln!(self.text, "{} loses the Bedrock settings that others wrote", styled(BOLD, name));
        self.text.push_str(&human::changes(plan));
        self.gave_back = true;
        self.files.push(v1::ResetFile::new(path.display().to_string(), "keys", Some(plan)));
    }

    fn say(
        mut self,
        world: &World,
        ui: Ui,
        global: &Global,
        args: &ResetArgs,
        is_complete: bool,
    ) -> Result<(), Failure> {
        let (profiles, settings) = (files::read(world).profiles, Settings::read(world));
        let configuration = configuration::judge(world, &settings, &profiles, None);
        let provider = configuration.provider;
        let dropped = observe::dropped(&settings);
        if self.files.is_empty() && is_complete {
            self.text.push_str("Nothing of ours is in the settings.\n");
        }
        if !global.json {
            // What cannot be read may hold more than is known here.
            for problem in &dropped {
                ui.warning(problem);
            }
        }
        if args.dry_run {
            self.text.push_str("\nNothing was written (--dry-run).\n");
        } else if is_complete && dropped.is_empty() {
            self.outlook(&configuration);
        }
        if global.json {
            let report = v1::Reset::new(!args.dry_run, self.files, provider.to_string());
            ui.answer_json(&report)
        } else {
            ui.answer(&self.text)
        }
    }

    /// Who answers from now on: a success only where something was given back and nothing is in Anthropic's way.
    fn outlook(&mut self, configuration: &Configuration) {
        let words = human::provider_words(configuration.provider);
        let is_anthropic = configuration.provider == Provider::Anthropic;
        let foreign = configuration.main_model.as_ref().filter(|found| is_anthropic && is_of_bedrock(&found.value));
        let _ = match foreign {
            Some(found) => writeln!(
                self.text,
                "\nClaude Code answers from {words}. Anthropic does not know the model that is still chosen, `{}`: take \
                 it out, or start `claude --model sonnet`.",
                found.value
            ),
            None if is_anthropic && self.gave_back => {
                writeln!(self.text, "\n{} Claude Code now answers from {words}.", styled(GOOD, "✔"))
            }
            None => writeln!(self.text, "\nClaude Code answers from {words}."),
        };
    }
}

/// Whether an id is one that only Amazon Bedrock has.
fn is_of_bedrock(id: &str) -> bool {
    id.starts_with("arn:") || Model::parse(id).is_some()
}
