//! `diagnose`: what is wrong, why, and what mends it.

mod mend;
mod report_file;

use std::path::Path;

use crate::checks::facts::Facts;
use crate::checks::{self, Outcome, Selection};
use crate::cli::{DiagnoseArgs, Global};
use crate::error::Failure;
use crate::mending;
use crate::observe::diagnosis::{self, Depth};
use crate::observe::machine;
use crate::report::bundle::Bundle;
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &DiagnoseArgs) -> Result<(), Failure> {
    let selection = Selection::parse(&args.only).map_err(|unknown| {
        Failure::refused(format!("`{unknown}` is neither a failure mode nor a family"))
            .hint("ids look like `A04`; families are C, A, R, M, P, Q, N and O")
    })?;
    let place = args.report.as_ref().map(|file| report_file::place(world, file, args.yes)).transpose()?;
    let look = Look { world, ui, args, selection, place };
    let (facts, outcome) = look.observe();
    if !args.fix {
        look.report(global, &facts, &outcome, None)?;
        look.write_report(&facts, &outcome, &[])?;
        return ended(&outcome);
    }
    let before: Vec<&'static str> = outcome.findings.iter().map(|finding| finding.id).collect();
    if !global.json {
        ui.answer(&human::diagnosis::diagnosis(&outcome, home(world).as_deref(), ui.answer_width(), false))?;
    }
    mend::apply(world, ui, args, &facts, &outcome)?;
    let (facts, outcome) = look.observe();
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
}

impl Look<'_> {
    fn observe(&self) -> (Facts, Outcome) {
        let online = !self.args.offline && self.selection.is_online();
        let depth = match (online, self.args.probe) {
            (true, true) => Depth::Probe,
            (true, false) => Depth::Network,
            (false, _) => Depth::Files,
        };
        let progress = online.then(|| self.ui.progress("Looking at everything…"));
        let facts = diagnosis::facts(self.world, depth);
        drop(progress);
        let mut outcome = checks::judge(&facts, &self.selection);
        mending::offer(&facts, &mut outcome);
        (facts, outcome)
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
            return self.ui.answer_verbatim(&(serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"));
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
