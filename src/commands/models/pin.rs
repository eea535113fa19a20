//! `models pin`: one plan for the main model, every alias and the background model.

mod decision;
mod remarks;

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
use crate::pins::Pinning;
use crate::plan::{self, Consent, Need, Plan, Wish};
use crate::private_file::StateFolder;
use crate::receipt::{Receipt, Receipts};
use crate::report::{human, v1};
use crate::settings::document::Document;
use crate::settings::scope::{self, Scope, Settings};
use crate::settings::store::Snapshot;
use crate::ui::{BOLD, GOOD, NOTICE, Ui, styled};
use crate::vars;
use crate::world::World;

use super::Look;

use decision::Decision;

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
struct Pin<'a> {
    world: &'a World,
    ui: Ui,
    args: &'a PinArgs,
    /// The region that was named, where Claude Code uses another one; pins are good for one region.
    moves_to: Option<&'a str>,
    look: Look,
    path: PathBuf,
    state: StateFolder,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &PinArgs, watch: Watch) -> Result<(), Failure> {
    if args.models.is_empty() && !args.auto {
        return Err(Failure::refused("no model was named")
            .hint("`claude-bedrock models pin --auto` takes the newest of each family that answers")
            .hint("`claude-bedrock models` lists the ids that can be named"));
    }
    let may_ask = world.can_ask() && !args.yes;
    if !may_ask && !args.yes && !args.dry_run {
        return Err(Failure::refused("there is no terminal to ask on, and nothing was written")
            .hint("run it again with `--yes`, or with `--dry-run` to see the plan"));
    }
    let (path, state) = place(world, args.scope)?;
    let look = Look::take(world, ui, global, Extent::default(), &args.models)?;
    let moves_to = global.region.as_deref().filter(|region| *region != look.region_in_use);
    let pin = Pin { world, ui, args, moves_to, look, path, state };
    let outcome = pin.run(may_ask, watch)?;
    if global.json {
        return ui.answer_json(&outcome.report);
    }
    ui.answer(&outcome.text)
}

/// Pins a profile that was made just now and stands in `look`.
pub(super) fn made(world: &World, ui: Ui, arn: &str, look: Look, yes: bool, watch: Watch) -> Result<Outcome, Failure> {
    let (path, state) = place(world, SetupScope::User)?;
    let args = PinArgs { models: vec![arn.to_owned()], yes, ..PinArgs::default() };
    let region = look.who.region.clone();
    let moves_to = Some(region.as_str()).filter(|region| *region != look.region_in_use);
    Pin { world, ui, args: &args, moves_to, look, path, state }.run(!yes, watch)
}

/// The settings file of a scope, and where receipts are.
pub(super) fn place(world: &World, scope: SetupScope) -> Result<(PathBuf, StateFolder), Failure> {
    let path = scope::path_of(world, scope_of(scope)).ok_or_else(Failure::no_home)?;
    Ok((path, StateFolder::of(world).ok_or_else(Failure::no_home)?))
}

impl Pin<'_> {
    fn run(&self, may_ask: bool, watch: Watch) -> Result<Outcome, Failure> {
        let decision = self.decide()?;
        self.carry_out(&decision, may_ask, watch)
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
        self.check_region(&draft)?;
        let text = self.plan_text(decision, &draft);
        if draft.plan.is_empty() || self.args.dry_run {
            let end = if !draft.plan.is_empty() {
                "\nNothing was written (--dry-run).\n".to_owned()
            } else if draft.plan.kept.is_empty() {
                format!("{} Nothing to change: {} already says so.\n", styled(GOOD, "✔"), self.file())
            } else {
                format!("{} Nothing was written: {} says the rest already.\n", styled(NOTICE, "!"), self.file())
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
            return Err(Failure::refused("the settings file was changed in the meantime, and nothing was written")
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
        let is_shared = scope_of(self.args.scope) == Scope::Project;
        let settings = Settings::read(self.world);
        let rivals = configuration::rivals_of_pins(self.world, &settings, &self.path, is_shared);
        let region = &self.look.who.region;
        let mut wishes = decision.pinning.wishes(&offering.entries, region, &offering.listed, &rivals);
        wishes.extend(self.moves_to.map(|region| Wish::env(vars::AWS_REGION, Some(region), true)));
        let plan = plan::pin(&document, receipt.as_ref(), &wishes, consent);
        let bytes = document.apply(&plan.edits()).map_err(|error| Failure::failed(error.to_string()))?;
        let afterwards = Document::parse(&bytes).map_err(|malformed| Failure::failed(malformed.to_string()))?;
        self.warn_of_stronger(settings, &afterwards, decision);
        Ok(Draft { snapshot, document, receipt, plan })
    }

    /// Pins of a region lead nowhere while Claude Code is kept in another one.
    fn check_region(&self, draft: &Draft) -> Result<(), Failure> {
        let Some(kept) = draft.plan.kept.iter().find(|kept| kept.wish.need == Need::Required) else { return Ok(()) };
        let theirs = kept.current.as_str().unwrap_or_default();
        Err(Failure::refused(format!(
            "these pins are for {}, and {} of {} is `{theirs}`, which is not ours; nothing was written",
            self.look.who.region,
            vars::AWS_REGION,
            self.file()
        ))
        .hint("`--force` replaces it; leave `--region` out to pin what is there"))
    }

    /// A stronger settings file may say otherwise; then this pin counts elsewhere only.
    fn warn_of_stronger(&self, settings: Settings, afterwards: &Document, decision: &Decision) {
        let settings = settings.with_document(&self.path, afterwards.clone());
        let judged = configuration::judge(self.world, &settings, &self.look.files.profiles, None);
        if let Some(main) = judged.main_model.filter(|found| found.value != decision.pinning.main) {
            self.ui
                .warning(&format!("the main model here is still `{}`, because something stronger says so", main.value));
        }
        if self.moves_to.is_some_and(|region| region != judged.region.value) {
            let region = &judged.region.value;
            self.ui.warning(&format!("the region here is still {region}, because something stronger says so"));
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
        let _ = write!(text, "\n{}", human::changes_of(&self.file(), &draft.plan));
        if !draft.plan.kept.is_empty() {
            let _ = writeln!(
                text,
                "  kept, because they are not ours (`--force` replaces them):\n{}",
                kept_lines(&draft.plan)
            );
        }
        for remark in self.remarks(decision) {
            let _ = writeln!(text, "  {remark}");
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
