//! What `setup` says when it is done.

use std::fmt::Write;
use std::path::Path;

use crate::apply::shortened;
use crate::aws::identity::Identity;
use crate::cli::{IdentityMode, SetupScope};
use crate::error::Failure;
use crate::plan::{Choice, Plan};
use crate::receipt::Receipt;
use crate::report::{human, v1};
use crate::settings::document::Key;
use crate::ui::{BOLD, DIM, GOOD, Ui, styled};
use crate::vars;
use crate::world::World;

/// A plan and what it was made from.
pub(super) struct Outcome<'a> {
    pub(super) choice: &'a Choice,
    pub(super) identity: &'a Identity,
    pub(super) plan: &'a Plan,
    pub(super) path: &'a Path,
    /// The receipt of earlier set-ups.
    pub(super) receipt: Option<&'a Receipt>,
}

impl Outcome<'_> {
    pub(super) fn nothing_to_do(&self, world: &World, ui: Ui, json: bool) -> Result<(), Failure> {
        let text = format!("{} Nothing to change: {} already says so.\n", styled(GOOD, "✔"), self.file(world));
        self.say(ui, json, false, &text)
    }

    pub(super) fn planned(&self, world: &World, ui: Ui, json: bool) -> Result<(), Failure> {
        self.say(ui, json, false, &format!("{}\nNothing was written (--dry-run).\n", self.plan_text(world)))
    }

    pub(super) fn applied(&self, world: &World, ui: Ui, json: bool) -> Result<(), Failure> {
        let mut text = self.plan_text(world);
        let _ = writeln!(text, "\n{} Claude Code is set up for Amazon Bedrock.", styled(GOOD, "✔"));
        let _ = writeln!(
            text,
            "\nSessions that are running pick up the variables and helpers at once; the main model counts from the next one."
        );
        let _ = writeln!(text, "Undo with `claude-bedrock reset`; look with `claude-bedrock status`.");
        text.push_str(&self.manual_recovery(world));
        self.say(ui, json, true, &text)
    }

    /// Who, where, which model, and the keys that change.
    pub(super) fn plan_text(&self, world: &World) -> String {
        let Choice { profile, region, model, own, .. } = self.choice;
        let mut text = String::new();
        let whose = match &own.export {
            Some(script) => format!("Export command {}", shortened(script, world.home().as_deref())),
            None => format!("Profile {profile}"),
        };
        let _ = writeln!(text, "{}", styled(BOLD, &format!("{whose} in {region}")));
        let _ = writeln!(text, "  {}", self.identity.arn);
        let _ = writeln!(text, "  main model {model}");
        let _ = writeln!(text, "\n{}", styled(BOLD, &self.file(world)));
        text.push_str(&human::changes(self.plan));
        for note in self.notes() {
            let _ = writeln!(text, "  {}", styled(DIM, &note));
        }
        text
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let writes = |name: &'static str| self.plan.changes.iter().any(|change| change.key == Key::Env(name.into()));
        if self.choice.scope != SetupScope::Project && self.choice.identity == IdentityMode::Isolated {
            notes.push("The credentials reach Claude Code's Bedrock requests alone.".into());
        }
        if self.choice.own.export.is_some() {
            notes.push(
                "When an export command fails, Claude Code silently uses another identity of this machine; what stands around yours answers with keys that AWS refuses instead.".into(),
            );
        }
        if self.choice.own.refresh.is_some() {
            notes.push(
                "`claude-bedrock helpers test --refresh` tries the refresh command; it may open a browser.".into(),
            );
        }
        if writes(vars::AWS_REGION) {
            notes.push("AWS_REGION also reaches the commands Claude Code runs, as everything in `env` does.".into());
        }
        if writes(vars::AWS_PROFILE) {
            notes.push("AWS_PROFILE also reaches the commands Claude Code runs: they act as this profile.".into());
        }
        if writes(vars::BEARER_TOKEN_BEDROCK) {
            notes.push(
                "The empty AWS_BEARER_TOKEN_BEDROCK keeps an API key of the shell from being used instead.".into(),
            );
        }
        if self.choice.model.contains("opus") {
            notes.push("Opus is the dearest family; every turn of the main model is billed to this account.".into());
        }
        notes
    }

    /// How to get out by hand, for exactly the keys that are ours after this run.
    fn manual_recovery(&self, world: &World) -> String {
        let mut keys: Vec<(&Key, bool)> = Vec::new();
        for record in self.receipt.iter().flat_map(|receipt| &receipt.keys) {
            keys.push((&record.key, record.before.is_some()));
        }
        for change in &self.plan.changes {
            if keys.iter().all(|(key, _)| *key != &change.key) {
                keys.push((&change.key, change.before.is_some()));
            }
        }
        let of = |had_before: bool| -> Vec<String> {
            keys.iter().filter(|(_, had)| *had == had_before).map(|(key, _)| key.to_string()).collect()
        };
        let mut text =
            format!("\nShould Claude Code stop answering and this program be gone, edit {}:\n", self.file(world));
        if !of(false).is_empty() {
            let _ = writeln!(text, "  delete {}", of(false).join(", "));
        }
        if !of(true).is_empty() {
            let _ = writeln!(text, "  give back their former values to {}", of(true).join(", "));
        }
        text
    }

    fn file(&self, world: &World) -> String {
        shortened(self.path, world.home().as_deref())
    }

    fn say(&self, ui: Ui, json: bool, applied: bool, text: &str) -> Result<(), Failure> {
        if json {
            let path = self.path.display().to_string();
            let report = v1::Setup::of(self.choice, self.identity, self.plan, path, applied);
            ui.answer_verbatim(&(serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"))
        } else {
            ui.answer(text)
        }
    }
}
