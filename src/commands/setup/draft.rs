//! A settings file with the plan for it.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::apply::{self, NotWritten};
use crate::aws::identity::Identity;
use crate::commands::target;
use crate::error::Failure;
use crate::helper_command;
use crate::pins;
use crate::plan::{self, Choice, Consent, Need, Plan};
use crate::receipt::Receipt;
use crate::report::human;
use crate::settings::document::Document;
use crate::settings::store::Snapshot;
use crate::wizard::{KeptValue, Planned};

use super::Setup;
use super::outcome::Outcome;

/// How often a plan is made anew for a file that another program keeps writing, Claude Code at its start perhaps.
const ATTEMPTS_BESIDE_OTHERS: usize = 5;

/// A settings file as it stands and what would be done to it.
pub(super) struct Draft {
    pub(super) snapshot: Snapshot,
    pub(super) document: Document,
    /// The receipt of earlier set-ups.
    pub(super) receipt: Option<Receipt>,
    pub(super) plan: Plan,
    /// The settings file as it would be.
    pub(super) afterwards: Document,
}

impl Setup<'_> {
    /// Plans a choice on the settings file as it stands now.
    pub(super) fn draft(&self, choice: &Choice, consent: &Consent) -> Result<Draft, Failure> {
        let (snapshot, document) = target::read(&self.path)?;
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let program = helper_command::lasting_program_path(self.world);
        check_name(&program)?;
        let mut wishes = plan::wishes(choice, &program).map_err(|error| Failure::refused(error.to_string()))?;
        wishes.extend(self.status_line(choice, &document, receipt.as_ref())?);
        let plan = plan::set_up(&document, receipt.as_ref(), &wishes, consent);
        let bytes = document.apply(&plan.edits()).map_err(|error| Failure::failed(error.to_string()))?;
        let afterwards = Document::parse(&bytes).map_err(|malformed| Failure::failed(malformed.to_string()))?;
        let draft = Draft { snapshot, document, receipt, plan, afterwards };
        // With a required value kept, the choice is impossible anyhow, and that is told in other words.
        if draft.plan.impossible().next().is_none() {
            self.check_effect(&draft.afterwards, choice)?;
        }
        Ok(draft)
    }

    /// Writes a draft. Where the file was changed since it was made, another one that would do the same is written
    /// instead, and given back; one that would not is shown first.
    pub(super) fn write(
        &self,
        draft: &Draft,
        choice: &Choice,
        consent: &Consent,
        identity: &Identity,
    ) -> Result<Option<Draft>, Failure> {
        let mut failure = match self.try_to_write(draft) {
            Err(NotWritten::ChangedMeanwhile(failure)) => failure,
            other => return other.map(|()| None).map_err(Failure::from),
        };
        for _ in 0..ATTEMPTS_BESIDE_OTHERS {
            let fresh = self.draft(choice, consent)?;
            if fresh.plan != draft.plan {
                self.show_what_changed(&fresh, choice, identity).ok_or(failure)??;
                return self.try_to_write(&fresh).map(|()| Some(fresh)).map_err(Failure::from);
            }
            match self.try_to_write(&fresh) {
                Ok(()) => return Ok(Some(fresh)),
                Err(NotWritten::ChangedMeanwhile(again)) => failure = again,
                Err(failed) => return Err(failed.into()),
            }
        }
        Err(failure)
    }

    /// Shows a plan that is not the one agreed to, and asks for a yes to it; `None` where nobody can be asked.
    fn show_what_changed(&self, fresh: &Draft, choice: &Choice, identity: &Identity) -> Option<Result<(), Failure>> {
        self.ui.warning("the settings file was changed in the meantime; this is the new plan");
        let outcome = Outcome { setup: self, choice, identity, draft: fresh };
        if self.asker.is_person() {
            return Some(outcome.confirm());
        }
        self.ui.status(&outcome.plan_with_diff(self.ui.status_width()));
        None
    }

    fn try_to_write(&self, draft: &Draft) -> Result<(), NotWritten> {
        let Draft { snapshot, document, receipt, plan, .. } = draft;
        let scope = self.scope.to_string();
        apply::set_up(&self.receipts, receipt.as_ref(), snapshot.clone(), document, &scope, plan)
    }
}

impl Draft {
    /// What the wizard has to know of it.
    pub(super) fn summary(&self) -> Planned {
        let kept = self.plan.kept.iter();
        Planned {
            changes: self.plan.changes.len(),
            kept: kept
                .map(|kept| KeptValue {
                    line: human::kept_line(kept),
                    required: kept.wish.need == Need::Required,
                    model: pins::is_main_or_alias(&kept.wish.key).then(|| kept.current.as_str()).flatten(),
                })
                .collect(),
        }
    }

    /// Its own name, by which a consent names what it was given to.
    pub(super) fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for bytes in [self.snapshot.bytes().unwrap_or_default(), self.afterwards.text().as_bytes()] {
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        }
        digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    /// Whether another draft would do the same to the same file.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.snapshot.bytes() == other.snapshot.bytes() && self.plan == other.plan
    }
}

/// What is written must be recognised again, by `status` as by `reset`.
fn check_name(program: &Path) -> Result<(), Failure> {
    if helper_command::is_called_like_ours(program) {
        return Ok(());
    }
    let named = helper_command::PROGRAM;
    let refused = format!(
        "this program is called `{}`, and its commands are recognised by the name `{named}`",
        program.display()
    );
    Err(Failure::refused(refused).hint(format!("give it a name that begins with `{named}`, and run it again")))
}
