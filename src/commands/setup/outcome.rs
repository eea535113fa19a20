//! What `setup` says when it is done.

use std::fmt::Write;

use anstream::adapter::strip_str;

use crate::apply::shortened;
use crate::ask;
use crate::aws::identity::Identity;
use crate::aws_config::Planned;
use crate::cli::{IdentityMode, SetupScope};
use crate::configuration;
use crate::error::Failure;
use crate::model;
use crate::pins::Pinning;
use crate::plan::{Choice, Wish};
use crate::report::v1_questions::Interview;
use crate::report::{diff, human, v1};
use crate::settings::document::Key;
use crate::settings::scope::Settings;
use crate::tuning;
use crate::ui::wrap::parted;
use crate::ui::{BOLD, DIM, GOOD, NOTICE, styled};
use crate::vars;
use crate::wizard::{Offer, Question, REPLACE, Style, Topic};

use super::Setup;
use super::asker::{Given, Stop};
use super::draft::Draft;

/// The columns of a diff for another program.
const WIDTH: usize = 120;

/// A plan and what it was made from.
pub(super) struct Outcome<'a> {
    pub(super) setup: &'a Setup<'a>,
    pub(super) choice: &'a Choice,
    pub(super) identity: &'a Identity,
    pub(super) draft: &'a Draft,
}

impl Outcome<'_> {
    pub(super) fn nothing_to_do(&self) -> Result<(), Failure> {
        let mut text = match self.stays() {
            None => format!("{} Nothing to change: {} already says so.\n", styled(GOOD, "✔"), self.file()),
            Some(stays) => {
                format!("{} Nothing was written: {} says the rest already.\n{stays}", styled(NOTICE, "!"), self.file())
            }
        };
        if let Some(note) = self.setup.status_line_note(self.choice, self.draft) {
            let _ = writeln!(text, "{}", styled(DIM, &note));
        }
        self.say(false, &text)
    }

    /// What stays although something else was chosen, and how it gives way.
    fn stays(&self) -> Option<String> {
        let lines: Vec<String> = self.draft.plan.kept.iter().map(human::kept_line).collect();
        (!lines.is_empty()).then(|| {
            format!(
                "These values stay as others wrote them:\n{}\n`--force` replaces them, as the answer `{REPLACE}` does in a \
                 terminal; `claude-bedrock reset` brings them back.\n",
                lines.join("\n")
            )
        })
    }

    /// The plan for another program, with the question whose first choice has it written.
    pub(super) fn asked(&self, given: &Given, known: Vec<String>, offers: Vec<Offer>) -> Stop {
        let Setup { path, .. } = self.setup;
        let planned = self.setup.planned_in(&self.choice.region);
        let report = v1::Setup::of(self.choice, self.identity, &self.draft.plan, path.display().to_string(), false);
        let settings = diff::unified(self.draft.document.text(), self.draft.afterwards.text(), WIDTH);
        let settings = settings.unwrap_or_else(|| human::changes(&self.draft.plan));
        let profile: String = planned.iter().flat_map(Planned::added_lines).fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "+ {line}");
            text
        });
        let notes = self.notes().into_iter().chain(known).collect();
        let diff = strip_str(&format!("{profile}{settings}")).to_string();
        let question = Question {
            topic: Topic::Confirmation,
            notes,
            text: "Write these changes?".into(),
            style: Style::Choose,
            offers,
            has_recommendation: true,
            start: 0,
        };
        let interview = Interview::asking(Topic::Confirmation.key(), &question, &given.answers, None);
        Stop::Asked(Box::new(interview.planning(value(&report), diff)))
    }

    /// A dry run; a person who was asked sees it as they would see it before the last question.
    pub(super) fn planned(&self, with_diff: bool) -> Result<(), Failure> {
        let plan = if with_diff { self.plan_with_diff(self.setup.ui.answer_width()) } else { self.plan_as_list() };
        self.say(false, &format!("{plan}\nNothing was written (--dry-run).\n"))
    }

    /// A set-up that was carried out; a person who was asked has seen the plan.
    pub(super) fn applied(&self, was_shown: bool) -> Result<(), Failure> {
        let mut text = if was_shown { String::new() } else { self.plan_as_list() };
        if self.draft.plan.is_empty() {
            let _ = writeln!(
                text,
                "\n{} The profile is in {}; Claude Code's settings stay as they are.\nUndo with `claude-bedrock reset`.",
                styled(GOOD, "✔"),
                self.config_file()
            );
            return self.say(true, &text);
        }
        if self.lacks_identity() {
            let _ = writeln!(text, "\n{} This project sends Claude Code to Amazon Bedrock.", styled(GOOD, "✔"));
        } else {
            let _ = writeln!(text, "\n{} Claude Code is set up for Amazon Bedrock.", styled(GOOD, "✔"));
        }
        if let Some(stays) = self.stays() {
            let _ = write!(text, "\n{stays}");
        }
        text.push_str(self.next());
        let _ = writeln!(text, "Undo with `claude-bedrock reset`; look with `claude-bedrock status`.");
        text.push_str(&self.manual_recovery());
        text.push_str(&self.setup.status_line_offer());
        self.say(true, &text)
    }

    /// What comes next, and who has to do it.
    fn next(&self) -> &'static str {
        if self.lacks_identity() {
            return "\nIts settings hold no identity, and neither your own settings nor your AWS files name one that Claude Code \
                    takes. Each person needs one: `claude-bedrock setup`, without `--scope`, writes it into their own \
                    settings.\n";
        }
        if self.choice.scope == SetupScope::Project {
            return "\nStart `claude`, and Bedrock answers as whoever your own settings name. Everybody else who works on the \
                    project needs an identity of their own: `claude-bedrock setup`. The main model counts from the next \
                    session.\n";
        }
        "\nStart `claude`, and Bedrock answers. Sessions that are running pick up the variables and helpers at once; the main \
         model counts from the next one.\n"
    }

    /// Whether this project's settings alone were written, and nothing beside them gives Claude Code an identity.
    fn lacks_identity(&self) -> bool {
        if self.choice.scope != SetupScope::Project {
            return false;
        }
        let (world, files) = (self.setup.world, &self.setup.files.profiles);
        let judged = configuration::judge(world, &Settings::read(world), files, None);
        judged.identity == configuration::Identity::Ambient && files.profile("default").is_none()
    }

    /// Shows the plan and asks whether to write it.
    pub(super) fn confirm(&self) -> Result<(), Failure> {
        let Setup { world, ui, .. } = self.setup;
        ui.status(&format!("\n{}", self.plan_with_diff(ui.status_width())));
        if ask::confirm(world, *ui, "Write this?", true)? { Ok(()) } else { Err(Failure::interrupted()) }
    }

    /// Who, where, which model, and the file line by line.
    pub(super) fn plan_with_diff(&self, width: usize) -> String {
        let Draft { document, afterwards, plan, .. } = self.draft;
        let diff = diff::unified(document.text(), afterwards.text(), width);
        self.plan_text(&diff.unwrap_or_else(|| human::changes(plan)), width)
    }

    /// Who, where, which model, and the keys that change.
    fn plan_as_list(&self) -> String {
        self.plan_text(&human::changes(&self.draft.plan), usize::MAX)
    }

    fn plan_text(&self, changes: &str, width: usize) -> String {
        let Choice { profile, region, model, own, .. } = self.choice;
        let mut text = String::new();
        let whose = match &own.export {
            Some(script) => format!("Export command {}", shortened(script, self.setup.world.home().as_deref())),
            None => format!("Profile {profile}"),
        };
        let _ = writeln!(text, "{}", styled(BOLD, &format!("{whose} in {region}")));
        for piece in parted(&self.identity.arn, width.saturating_sub(2)) {
            let _ = writeln!(text, "  {piece}");
        }
        let _ = writeln!(text, "  main model {model}");
        let planned = self.setup.planned_in(&self.choice.region);
        let new_profile = planned.iter().flat_map(Planned::added_lines);
        let process_profile = self.setup.process_sections(self.choice).ok().flatten().unwrap_or_default();
        let added: Vec<&str> = new_profile.chain(process_profile.lines()).collect();
        if !added.is_empty() {
            let _ = writeln!(text, "\n{}", styled(BOLD, &self.config_file()));
            for line in added {
                let _ = writeln!(text, "  {}", styled(GOOD, &format!("+ {line}")));
            }
        }
        let notes = if self.draft.plan.is_empty() {
            self.setup.legacy_note(self.choice).into_iter().collect()
        } else {
            let _ = writeln!(text, "\n{}", styled(BOLD, &self.file()));
            text.push_str(changes);
            self.notes()
        };
        for note in notes {
            let _ = writeln!(text, "  {}", styled(DIM, &note));
        }
        text
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let writes = |name: &'static str| {
            let changes = &self.draft.plan.changes;
            changes.iter().any(|change| change.key == Key::env(name) && change.after.is_some())
        };
        if self.choice.scope != SetupScope::Project && self.choice.identity == IdentityMode::Isolated {
            notes.push("The credentials reach Claude Code's Bedrock requests alone.".into());
            let kept = self.draft.afterwards.get(&Key::env(vars::AWS_PROFILE)).and_then(|value| value.as_str());
            if let Some(profile) = kept.filter(|profile| !profile.is_empty()) {
                notes.push(format!(
                    "AWS_PROFILE, which others set, stays: the commands Claude Code runs still act as {profile}."
                ));
            }
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
            notes.push(
                "The AWS CLI and boto3 take it for a key: a command that calls Bedrock itself needs it unset.".into(),
            );
        }
        let in_settings = |name: &str| {
            let value = self.draft.afterwards.get(&Key::Env(name.to_owned().into()))?;
            Some(value.as_str().unwrap_or_else(|| value.text().to_owned())).filter(|value| !value.is_empty())
        };
        notes.extend(tuning::notes(in_settings).into_iter().map(|note| format!("{}: {}.", note.name, note.text)));
        notes.extend(self.setup.legacy_note(self.choice));
        notes.extend(self.setup.status_line_note(self.choice, self.draft));
        let Choice { model, pins, .. } = self.choice;
        notes.extend(Pinning { main: model.clone(), aliases: pins.clone() }.borrowed());
        if self.is_opus() {
            notes.push("Opus costs more than Sonnet; every turn of the main model is billed as such.".into());
        }
        notes
    }

    /// Of an opaque ARN what goes beside it tells which model it leads to.
    fn is_opus(&self) -> bool {
        let main = model::without_context_suffix(&self.choice.model);
        let leads_there = |wish: &Wish| {
            matches!(&wish.key, Key::Override(name) if name.contains("opus")) && wish.value.as_deref() == Some(main)
        };
        main.contains("opus") || self.choice.also.iter().any(leads_there)
    }

    /// How to get out by hand, for exactly the keys that are ours after this run.
    fn manual_recovery(&self) -> String {
        let mut keys: Vec<(&Key, bool)> = Vec::new();
        for record in self.draft.receipt.iter().flat_map(|receipt| &receipt.keys) {
            keys.push((&record.key, record.before.is_some()));
        }
        for change in &self.draft.plan.changes {
            if keys.iter().all(|(key, _)| *key != &change.key) {
                keys.push((&change.key, change.before.is_some()));
            }
        }
        // What this run has taken out again is nobody's to delete.
        keys.retain(|(key, had_before)| *had_before || self.draft.afterwards.get(key).is_some());
        let of = |had_before: bool| -> Vec<String> {
            keys.iter().filter(|(_, had)| *had == had_before).map(|(key, _)| key.to_string()).collect()
        };
        let mut text = format!("\nShould Claude Code stop answering and this program be gone, edit {}:\n", self.file());
        if !of(false).is_empty() {
            let _ = writeln!(text, "  delete {}", of(false).join(", "));
        }
        if !of(true).is_empty() {
            let _ = writeln!(text, "  give back their former values to {}", of(true).join(", "));
        }
        text
    }

    fn config_file(&self) -> String {
        shortened(&self.setup.files.config_path, self.setup.world.home().as_deref())
    }

    fn file(&self) -> String {
        shortened(&self.setup.path, self.setup.world.home().as_deref())
    }

    fn say(&self, applied: bool, text: &str) -> Result<(), Failure> {
        let Setup { ui, global, path, .. } = self.setup;
        if self.setup.original {
            return Ok(());
        }
        if global.json {
            let report =
                v1::Setup::of(self.choice, self.identity, &self.draft.plan, path.display().to_string(), applied);
            if let Some(given) = self.setup.asker.given() {
                let recovery = self.manual_recovery().trim().to_owned();
                return ui.answer_verbatim(&Interview::ended(applied, value(&report), recovery, &given.answers).text());
            }
            ui.answer_json(&report)
        } else {
            ui.answer(text)
        }
    }
}

fn value(report: &v1::Setup<'_>) -> serde_json::Value {
    serde_json::to_value(report).unwrap_or_default()
}
