//! `models pin`: one plan for the main model, every alias and the background model.

use std::fmt::Write;
use std::path::PathBuf;

use crate::apply;
use crate::ask::{self, Watch};
use crate::cli::models::PinArgs;
use crate::cli::{Global, SetupScope};
use crate::commands::target;
use crate::configuration;
use crate::error::Failure;
use crate::observe::models::Extent;
use crate::offering::{Entry, Kind};
use crate::pins::{self, Pinning, Wanted};
use crate::plan::{self, Consent, Plan};
use crate::private_file::StateFolder;
use crate::proof::{Proof, Status};
use crate::receipt::{Receipt, Receipts};
use crate::regions::{self, Residency};
use crate::report::{human, v1};
use crate::settings::document::Document;
use crate::settings::scope::{self, Scope, Settings};
use crate::settings::store::Snapshot;
use crate::ui::{BOLD, GOOD, Ui, styled};
use crate::vars;
use crate::world::World;

use super::Look;

/// What is to be pinned and what speaks for it.
struct Decision {
    pinning: Pinning,
    /// Ids that neither a listing nor a probe has shown.
    unverified: Vec<String>,
    residency: Option<Residency>,
}

/// A settings file with the plan for it.
struct Draft {
    snapshot: Snapshot,
    document: Document,
    receipt: Option<Receipt>,
    plan: Plan,
}

/// What came of a pinning, for people and for programs.
pub(super) struct Outcome {
    pub(super) text: String,
    pub(super) report: v1::models::Pinned,
}

/// One run of the command.
pub(super) struct Pin<'a> {
    world: &'a World,
    ui: Ui,
    pub(super) args: &'a PinArgs,
    pub(super) look: Look,
    path: PathBuf,
    state: StateFolder,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &PinArgs, watch: Watch) -> Result<(), Failure> {
    let may_ask = world.can_ask() && !args.yes;
    if !may_ask && !args.yes && !args.dry_run {
        return Err(Failure::refused("there is no terminal to ask on, and nothing was written")
            .hint("run it again with `--yes`, or with `--dry-run` to see the plan"));
    }
    let (path, state) = place(world, args.scope)?;
    let look = Look::take(world, ui, global, Extent::default())?;
    let pin = Pin { world, ui, args, look, path, state };
    let outcome = pin.run(may_ask, watch)?;
    if global.json {
        return ui.answer_verbatim(&(serde_json::to_string_pretty(&outcome.report).unwrap_or_default() + "\n"));
    }
    ui.answer(&outcome.text)
}

/// Pins a profile that was made just now and stands in `look`.
pub(super) fn made(world: &World, ui: Ui, arn: &str, look: Look, yes: bool, watch: Watch) -> Result<Outcome, Failure> {
    let (path, state) = place(world, SetupScope::User)?;
    let args = PinArgs { models: vec![arn.to_owned()], yes, ..PinArgs::default() };
    Pin { world, ui, args: &args, look, path, state }.run(!yes, watch)
}

/// The settings file of a scope, and where receipts are.
pub(super) fn place(world: &World, scope: SetupScope) -> Result<(PathBuf, StateFolder), Failure> {
    let no_home = || Failure::refused("no home folder is known").hint("set HOME to your home folder");
    let path = scope::path_of(world, scope_of(scope)).ok_or_else(no_home)?;
    Ok((path, StateFolder::of(world).ok_or_else(no_home)?))
}

impl Pin<'_> {
    fn run(&self, may_ask: bool, watch: Watch) -> Result<Outcome, Failure> {
        let decision = self.decide()?;
        self.carry_out(&decision, may_ask, watch)
    }

    fn decide(&self) -> Result<Decision, Failure> {
        let entries = &self.look.offering.entries;
        let named: Vec<String> = self.args.models.iter().map(|id| self.resolved(id)).collect();
        self.check_families(&named)?;
        for id in &named {
            self.check_listed(id)?;
            self.check_long_context(id)?;
        }
        let kept = self.look.pinned.iter().find(|(role, _)| *role == "main").map(|(_, id)| id.as_str());
        let kept = pins::kept_residency(entries, kept);
        let from_named = || pins::kept_residency(entries, named.first().map(String::as_str));
        let residency = self.args.residency.or(kept).or_else(from_named);
        self.check_residency(&named, residency)?;
        let asked = self.ask_models(&named, residency)?;
        let proofs = self.look.proofs(self.world);
        // A model that was not asked now counts as it answered last; one that never was may be there.
        let is_usable = |entry: &Entry| {
            let proof = proofs.of(&[&entry.id, &entry.arn]);
            if self.args.auto {
                proof.is_some_and(Proof::is_usable)
            } else {
                proof.is_none_or(|p| p.status != Status::Stopped)
            }
        };
        let current: Vec<(&'static str, String)> = if self.args.auto { Vec::new() } else { self.look.pinned.clone() };
        let wanted = Wanted { entries, residency, named: &named, current: &current, is_usable: &is_usable };
        let pinning = wanted.pinning().ok_or_else(|| self.nothing_answers(&asked, residency))?;
        let mut unverified: Vec<String> = Vec::new();
        for id in std::iter::once(&pinning.main).chain(pinning.aliases.iter().map(|(_, id)| id)) {
            let is_seen = entries.iter().any(|entry| entry.is_named(id));
            let is_proven = proofs.of(&[id]).is_some_and(Proof::is_usable);
            if !is_seen && !is_proven && !unverified.contains(id) {
                unverified.push(id.clone());
            }
        }
        Ok(Decision { pinning, unverified, residency })
    }

    /// Asks the models themselves, where that is wanted: all that may be chosen, or those that were named.
    fn ask_models(&self, named: &[String], residency: Option<Residency>) -> Result<Vec<Proof>, Failure> {
        let ids: Vec<String> = if self.args.auto {
            let entries = self.look.offering.entries.iter().filter(|entry| entry.kind != Kind::Foundation);
            let admitted = entries.filter(|entry| residency.is_none_or(|residency| residency.admits(&entry.reach)));
            admitted.map(|entry| entry.pin().to_owned()).collect()
        } else if self.args.probe {
            named.to_vec()
        } else {
            return Ok(Vec::new());
        };
        let proofs = self.look.probe(self.world, self.ui, &ids, self.args.yes)?;
        match proofs.iter().find(|proof| !proof.is_usable()) {
            Some(proof) if !self.args.auto => {
                let failure = Failure::refused(format!("{} does not answer: {}", proof.id, proof.words()));
                Err(proof.fix.iter().fold(failure, |failure, fix| failure.hint(fix.clone())))
            }
            _ => Ok(proofs),
        }
    }

    fn nothing_answers(&self, asked: &[Proof], residency: Option<Residency>) -> Failure {
        let region = &self.look.who.region;
        let under = residency.filter(|residency| *residency != Residency::Any);
        let under = under.map(|residency| format!(" under `--residency {}`", residency.name())).unwrap_or_default();
        let failure = Failure::failed(format!("no Claude model answers in {region}{under}; nothing was written"));
        let mut failure = self.look.unlisted(failure);
        let nowhere = residency.filter(|residency| asked.is_empty() && *residency != Residency::Any);
        if let Some(elsewhere) = nowhere.and_then(|wanted| elsewhere(region, wanted)) {
            failure = failure.hint(elsewhere);
        }
        let mut told: Vec<String> = Vec::new();
        for proof in asked {
            let words = format!("{}; {}", proof.words(), proof.fix.as_deref().unwrap_or("no fix is known"));
            if !told.contains(&words) {
                told.push(words.clone());
                failure = failure.hint(words);
            }
        }
        failure
    }

    fn carry_out(&self, decision: &Decision, may_ask: bool, watch: Watch) -> Result<Outcome, Failure> {
        let mut consent = Consent { replace: self.args.force, ..Consent::default() };
        let mut draft = self.draft(decision, &consent)?;
        if may_ask && !draft.plan.kept.is_empty() && !self.args.dry_run {
            self.ui.status(&format!("These values are not ours:\n{}", kept_lines(&draft.plan)));
            if ask::confirm(self.world, self.ui, "Replace them?", false)? {
                consent.replace = true;
                draft = self.draft(decision, &consent)?;
            }
        }
        let text = self.plan_text(decision, &draft);
        if draft.plan.is_empty() || self.args.dry_run {
            let end = if draft.plan.is_empty() {
                format!("{} Nothing to change: {} already says so.\n", styled(GOOD, "✔"), self.file())
            } else {
                "\nNothing was written (--dry-run).\n".to_owned()
            };
            return Ok(self.outcome(decision, &draft, false, format!("{text}{end}")));
        }
        if may_ask {
            self.ui.status(&text);
            if !ask::confirm(self.world, self.ui, "Write this?", true)? {
                return Err(Failure::interrupted());
            }
        }
        // From here on it is written whole, whatever key is pressed.
        drop(watch);
        let lock = apply::lock(&self.state)?;
        let now = self.draft(decision, &consent)?;
        if may_ask && (now.plan != draft.plan || now.snapshot.bytes() != draft.snapshot.bytes()) {
            return Err(Failure::refused("the settings file was changed meanwhile, and nothing was written")
                .hint("run it again"));
        }
        let scope = scope_of(self.args.scope).to_string();
        let receipts = Receipts::of(&self.state);
        apply::set_up(&receipts, now.receipt.as_ref(), now.snapshot.clone(), &now.document, &scope, &now.plan)?;
        drop(lock);
        let done = format!(
            "\n{} Pinned. The aliases count at once, the main model from the next session. Undo with `claude-bedrock reset`.\n",
            styled(GOOD, "✔")
        );
        Ok(self.outcome(decision, &now, true, if may_ask { done } else { text + &done }))
    }

    fn draft(&self, decision: &Decision, consent: &Consent) -> Result<Draft, Failure> {
        let (snapshot, document) = target::read(&self.path)?;
        let receipts = Receipts::of(&self.state);
        let receipt = receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let offering = &self.look.offering;
        let mut wishes = decision.pinning.wishes(&offering.entries, &self.look.who.region, &offering.listed);
        let is_shared = scope_of(self.args.scope) == Scope::Project;
        let settings = Settings::read(self.world);
        let rivals = configuration::rivals_of_pins(self.world, &settings, &self.path, is_shared);
        wishes.extend(decision.pinning.cancelling(&offering.entries, &rivals));
        let plan = plan::pin(&document, receipt.as_ref(), &wishes, consent);
        let bytes = document.apply(&plan.edits()).map_err(|error| Failure::failed(error.to_string()))?;
        let afterwards = Document::parse(&bytes).map_err(|malformed| Failure::failed(malformed.to_string()))?;
        self.warn_of_stronger(settings, &afterwards, decision);
        Ok(Draft { snapshot, document, receipt, plan })
    }

    /// A stronger settings file may say otherwise; then this pin counts elsewhere only.
    fn warn_of_stronger(&self, settings: Settings, afterwards: &Document, decision: &Decision) {
        let settings = settings.with_document(&self.path, afterwards.clone());
        let judged = configuration::judge(self.world, &settings, &self.look.files.profiles, None);
        if let Some(main) = judged.main_model.filter(|found| found.value != decision.pinning.main) {
            self.ui.warning(&format!("the main model here is still `{}`, for something stronger says so", main.value));
        }
    }

    fn plan_text(&self, decision: &Decision, draft: &Draft) -> String {
        let Pinning { main, aliases } = &decision.pinning;
        let mut text = format!("{}\n", styled(BOLD, &format!("Pins for {}", self.look.who.region)));
        let _ = writeln!(text, "  {:<20}{main}", "main model");
        for (family, name) in vars::FAMILY_PINS {
            let id = aliases.iter().find(|(known, _)| *known == name).map_or("", |(_, id)| id.as_str());
            let role = if family == "haiku" { "haiku, background" } else { family };
            let _ = writeln!(text, "  {role:<20}{id}");
        }
        if let Some(residency) = decision.residency {
            let _ = writeln!(text, "  {:<20}{}", "residency", residency.name());
        }
        let _ = writeln!(text, "\n{}", styled(BOLD, &self.file()));
        text.push_str(&human::changes(&draft.plan));
        if !draft.plan.kept.is_empty() {
            let _ =
                writeln!(text, "  kept, for they are not ours (`--force` replaces them):\n{}", kept_lines(&draft.plan));
        }
        for told in decision.pinning.stand_ins(&self.look.offering.entries) {
            let _ = writeln!(text, "  {told}");
        }
        for id in &decision.unverified {
            let _ = writeln!(
                text,
                "  {id} is unverified: it could not be listed, and nobody has asked it (`--probe` does)."
            );
        }
        if main.contains("opus") {
            let _ = writeln!(text, "  Opus costs more than Sonnet; every turn of the main model is billed as such.");
        }
        text
    }

    fn file(&self) -> String {
        apply::shortened(&self.path, self.world.home().as_deref())
    }

    fn outcome(&self, decision: &Decision, draft: &Draft, applied: bool, text: String) -> Outcome {
        let path = self.path.display().to_string();
        let report = v1::models::Pinned::of(&decision.pinning, &decision.unverified, &draft.plan, path, applied);
        Outcome { text, report }
    }
}

/// Where profiles that keep a residency would be listed, when none is here.
fn elsewhere(region: &str, wanted: Residency) -> Option<String> {
    let partition = regions::partition_of(region).name;
    let within = regions::with_bedrock(partition).filter(|found| found.name != region && wanted.has(found.country));
    let names: Vec<&str> = within.map(|found| found.name).collect();
    Some(format!(
        "no profile listed in {region} stays in {}; ask from a region there, such as `--region {}` (Bedrock is in {}), \
         or compare them with `claude-bedrock regions --residency {}`",
        wanted.place(),
        names.first()?,
        names.join(", "),
        wanted.name()
    ))
}

fn kept_lines(plan: &Plan) -> String {
    plan.kept.iter().map(human::kept_line).collect::<Vec<_>>().join("\n")
}

fn scope_of(scope: SetupScope) -> Scope {
    match scope {
        SetupScope::User => Scope::User,
        SetupScope::Project => Scope::Project,
        SetupScope::Local => Scope::Local,
    }
}
