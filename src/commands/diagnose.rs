//! `diagnose`: what is wrong, why, and what fixes it.

mod mend;
mod report_file;

use std::path::Path;

use crate::ask;
use crate::checks::facts::Facts;
use crate::checks::finding::Severity;
use crate::checks::{self, Outcome, Selection};
use crate::cli::{DiagnoseArgs, Global};
use crate::commands::models::{agree, cost};
use crate::error::Failure;
use crate::mending;
use crate::observe::diagnosis::asked::{self, InUse};
use crate::observe::diagnosis::{self, Depth};
use crate::observe::machine;
use crate::report::bundle::Bundle;
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::{NAME_HOME, NO_HOME, World};

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &DiagnoseArgs) -> Result<(), Failure> {
    let selection = Selection::parse(&args.only).map_err(|unknown| {
        Failure::refused(format!("`{unknown}` is neither a failure mode nor a family"))
            .hint("ids look like `A04`; families are C, A, R, M, P, Q, N and O")
    })?;
    if world.home().is_none() {
        ui.warning(&format!("{NO_HOME}; {NAME_HOME}"));
    }
    let place = args.report.as_ref().map(|file| report_file::place(world, file, args.yes)).transpose()?;
    let look = Look { world, ui, args, selection, place, asks: !global.json && world.can_ask() };
    let (facts, outcome) = look.first()?;
    if !args.fix {
        look.report(global, &facts, &outcome, None)?;
        look.write_report(&facts, &outcome, &[])?;
        return ended(&outcome);
    }
    let before: Vec<&'static str> = outcome.findings.iter().map(|finding| finding.id).collect();
    if !global.json {
        ui.answer(&human::diagnosis::diagnosis(&outcome, home(world).as_deref(), ui.answer_width(), false))?;
    }
    mend::apply(world, ui, args, &facts, &outcome, &look.selection)?;
    let (facts, outcome) = look.again(&facts);
    let left: Vec<&str> = outcome.findings.iter().map(|finding| finding.id).collect();
    let mut cured: Vec<&'static str> = before.iter().copied().filter(|id| !left.contains(id)).collect();
    cured.dedup();
    look.report(global, &facts, &outcome, Some((&cured, &left)))?;
    look.write_report(&facts, &outcome, &cured)?;
    ended(&outcome)
}

/// One way of looking, for the look before and the look after mending.
struct Look<'a> {
    world: &'a World,
    ui: Ui,
    args: &'a DiagnoseArgs,
    selection: Selection,
    /// What stands where the report is to go, if there is to be one.
    place: Option<report_file::Place>,
    /// Whether a person may be asked something.
    asks: bool,
}

impl Look<'_> {
    /// The look before anything is mended. What models would answer costs a little, so that is agreed to first; where
    /// nobody said `--probe`, a person is asked once and nobody else is.
    fn first(&self) -> Result<(Facts, Outcome), Failure> {
        if self.args.probe {
            let facts = diagnosis::facts(self.world, Depth::Files);
            if !self.selection.is_answered() || !asked::may_be(&facts) {
                return Ok(self.observe(Depth::Network));
            }
            agree(self.world, self.ui, InUse::of(&facts.configuration).count(), self.args.yes)?;
            return Ok(self.observe(Depth::Probe));
        }
        let (mut facts, outcome) = self.observe(Depth::Network);
        // While something is in the way of every request, an answer would say no more.
        let is_in_the_way = outcome.findings.iter().any(|finding| finding.severity == Severity::Error);
        if !self.asks || is_in_the_way || !self.selection.is_answered() || !asked::is_open(&facts) {
            return Ok((facts, outcome));
        }
        let number = InUse::of(&facts.configuration).count();
        self.ui.status(&cost(number));
        let question = match number {
            1 => "Ask the model Claude Code would use whether it answers?".to_owned(),
            number => format!("Ask the {number} models Claude Code would use whether they answer?"),
        };
        if !ask::confirm(self.world, self.ui, &question, false)? {
            return Ok((facts, outcome));
        }
        let progress = self.ui.progress("Asking the models…");
        asked::ask(&mut facts);
        drop(progress);
        let outcome = self.judge(&facts);
        Ok((facts, outcome))
    }

    /// The look after mending. Models that answered the first time are taken at their word.
    fn again(&self, before: &Facts) -> (Facts, Outcome) {
        let (facts, outcome) = self.observe(Depth::Network);
        if before.online.probes.seen().is_some() && facts.online.probes.skipped().is_some() {
            return self.observe(Depth::Probe);
        }
        (facts, outcome)
    }

    fn observe(&self, depth: Depth) -> (Facts, Outcome) {
        let online = !self.args.offline && self.selection.is_online();
        let progress = online.then(|| self.ui.progress("Looking at everything…"));
        let facts = diagnosis::facts(self.world, if online { depth } else { Depth::Files });
        drop(progress);
        let outcome = self.judge(&facts);
        (facts, outcome)
    }

    fn judge(&self, facts: &Facts) -> Outcome {
        let mut outcome = checks::judge(facts, &self.selection);
        mending::offer(facts, &mut outcome);
        outcome
    }

    fn report(
        &self,
        global: &Global,
        facts: &Facts,
        outcome: &Outcome,
        fixed: Option<(&[&str], &[&str])>,
    ) -> Result<(), Failure> {
        if global.json {
            let report = v1::diagnosis::Diagnosis::of(facts, outcome, fixed);
            return self.ui.answer_json(&report);
        }
        let home = home(self.world);
        let text = match fixed {
            None => human::diagnosis::diagnosis(outcome, home.as_deref(), self.ui.answer_width(), global.verbose),
            Some((cured, left)) => human::diagnosis::mended(cured, left, outcome),
        };
        self.ui.answer(&text)
    }

    fn write_report(&self, facts: &Facts, outcome: &Outcome, cured: &[&'static str]) -> Result<(), Failure> {
        let (Some(file), Some(place)) = (&self.args.report, self.place) else { return Ok(()) };
        let bundle = Bundle::of(facts, &machine::machine(self.world), outcome, cured.to_vec());
        report_file::write(self.world, self.ui, file, place, &bundle)
    }
}

fn home(world: &World) -> Option<std::path::PathBuf> {
    world.home().filter(|home| home != Path::new("/"))
}

/// Problems are an exit code and no error: they were what was asked for.
fn ended(outcome: &Outcome) -> Result<(), Failure> {
    if outcome.is_healthy() { Ok(()) } else { Err(Failure::found_problems()) }
}
