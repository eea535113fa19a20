//! Our part of Claude Code's status line, which nobody gets who did not ask for it, or who has one already.

use serde_json::Value;

use crate::apply::shortened;
use crate::cli::{SetupArgs, SetupScope};
use crate::commands::target;
use crate::error::Failure;
use crate::helper_command::{self, Unquotable};
use crate::plan::{Choice, Wish};
use crate::receipt::{Receipt, same_value};
use crate::settings::document::{Document, Key, RawJson};
use crate::settings::scope::{Content, Settings};
use crate::vars;
use crate::wizard::StatusLine;

use super::Setup;
use super::draft::Draft;

/// How often Claude Code has it drawn anew while nothing else happens, in seconds: often enough to count minutes.
const REFRESH_INTERVAL: u32 = 60;

pub(super) fn refuse_contradictions(args: &SetupArgs) -> Result<(), Failure> {
    if args.more.statusline && args.scope == SetupScope::Project {
        return Err(Failure::refused(
            "a project's settings hold no path of yours, so `--statusline` has no place there",
        )
        .hint("leave `--statusline` out, or set it up for yourself with `--scope user`"));
    }
    Ok(())
}

impl Setup<'_> {
    /// Whose status line there is before anybody is asked.
    pub(super) fn status_line_now(&self) -> Result<StatusLine, Failure> {
        let (_, document) = target::read(&self.path)?;
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let is_foreign = self.foreign_status_line(&document, receipt.as_ref()).is_some();
        Ok(match document.get(&Key::top(vars::STATUS_LINE)) {
            _ if is_foreign || self.args.scope == SetupScope::Project => StatusLine::NotOurs,
            Some(_) => StatusLine::Ours,
            None => StatusLine::Absent,
        })
    }

    /// The status line as it is to be, where that was answered and nobody else's is there.
    pub(super) fn status_line(
        &self,
        choice: &Choice,
        document: &Document,
        receipt: Option<&Receipt>,
    ) -> Result<Option<Wish>, Failure> {
        if choice.scope == SetupScope::Project || self.foreign_status_line(document, receipt).is_some() {
            return Ok(None);
        }
        match choice.status_line {
            None => Ok(None),
            Some(true) => {
                let wish = self.our_status_line();
                wish.map(Some).map_err(|error| Failure::refused(error.to_string()))
            }
            Some(false) => {
                let key = Key::top(vars::STATUS_LINE);
                let current = document.get(&key);
                let record = receipt.and_then(|receipt| receipt.key(&key));
                let is_ours = current.is_some() && record.is_some_and(|record| record.is_ours(current.as_ref()));
                Ok(is_ours.then(|| Wish::top(vars::STATUS_LINE, None, false)))
            }
        }
    }

    /// Why the status line that was asked for is not written.
    pub(super) fn status_line_note(&self, choice: &Choice, draft: &Draft) -> Option<String> {
        let is_wanted = choice.status_line == Some(true);
        let file = is_wanted.then(|| self.foreign_status_line(&draft.document, draft.receipt.as_ref()))??;
        Some(format!(
            "{file} has a status line already, which stays; `claude-bedrock statusline` prints a segment that it can show."
        ))
    }

    /// What someone at a terminal is told who was not asked and has no status line.
    pub(super) fn status_line_offer(&self) -> String {
        let has_one = Settings::read(self.world).top(vars::STATUS_LINE).is_some();
        if has_one
            || self.asker.is_person()
            || self.args.more.no_statusline
            || !self.world.terminal.output
            || self.args.scope == SetupScope::Project
        {
            return String::new();
        }
        "\n`claude-bedrock setup --statusline` also shows profile, region and time left in Claude Code's status line.\n"
            .to_owned()
    }

    fn our_status_line(&self) -> Result<Wish, Unquotable> {
        let command = helper_command::status_line(&helper_command::lasting_program_path(self.world))?;
        let command = Value::from(command);
        let value = format!(r#"{{"type": "command", "command": {command}, "refreshInterval": {REFRESH_INTERVAL}}}"#);
        Ok(Wish::top(vars::STATUS_LINE, Some(&value), false))
    }

    /// The settings file with a status line that is not ours.
    fn foreign_status_line(&self, document: &Document, receipt: Option<&Receipt>) -> Option<String> {
        let key = Key::top(vars::STATUS_LINE);
        let name = |path| shortened(path, self.world.home().as_deref());
        if let Some(current) = document.get(&key) {
            let is_ours = receipt.and_then(|receipt| receipt.key(&key)).is_some_and(|it| it.is_ours(Some(&current)));
            let wanted = self.our_status_line().ok().and_then(|wish| wish.json());
            if !is_ours && !same_value(wanted.as_ref(), Some(&current)) {
                return Some(name(&self.path));
            }
        }
        // One that is written into this file would hide those of weaker files, and those of stronger ones would hide it.
        let settings = Settings::read(self.world);
        let others = settings.layers().iter().filter(|layer| layer.path != self.path);
        let mut foreign = others.filter(|layer| match &layer.content {
            Content::Document(document) => document
                .get(&key)
                .is_some_and(|value| !command_in(&value).is_some_and(|it| helper_command::is_status_line(&it))),
            Content::Absent | Content::Dropped(_) => false,
        });
        foreign.next().map(|layer| name(&layer.path))
    }
}

fn command_in(value: &RawJson) -> Option<String> {
    let value: Value = serde_json::from_str(value.text()).ok()?;
    Some(value["command"].as_str()?.to_owned())
}
