//! Which failure modes of the catalogue are reproduced, which are judged on recorded facts, and why the others are
//! neither.

use std::collections::BTreeSet;

use claude_bedrock::catalogue::{self, Before, Fix};
use claude_bedrock::checks::{self, Needs};

use super::{curing, mantle, online, probed};

/// Judged on recorded facts in `src/checks/tests.rs`, and why they cannot be had here.
const RECORDED: [(&str, &str); 1] = [("C16", "it takes Windows, whose home folder two variables name")];

fn reproduced() -> BTreeSet<&'static str> {
    let online = online::REPRODUCED.into_iter().chain(probed::PROBED).chain(probed::PAPERS);
    let online = online.chain(probed::ON_THE_WAY).chain(probed::CONFINED).chain(mantle::REPRODUCED);
    curing::cases().iter().map(|case| case.0).chain(online).collect()
}

#[test]
fn every_failure_mode_is_accounted_for() {
    let reproduced = reproduced();
    let recorded = |id: &str| RECORDED.iter().any(|(known, reason)| *known == id && !reason.is_empty());
    let mut lost = Vec::new();
    for mode in catalogue::all() {
        let told = reproduced.contains(mode.id)
            || recorded(mode.id)
            // The catalogue itself says why nothing shows it before it bites; `explain` knows its message.
            || matches!(mode.before, Before::Message(_) | Before::Elsewhere(_));
        if !told {
            lost.push(mode.id);
        }
    }
    assert!(lost.is_empty(), "neither reproduced nor recorded nor explained: {lost:?}");
    let twice: Vec<&str> = RECORDED.iter().map(|(id, _)| *id).filter(|id| reproduced.contains(id)).collect();
    assert!(twice.is_empty(), "reproduced after all: {twice:?}");
}

#[test]
fn every_check_is_of_a_mode_and_is_reproduced_or_recorded() {
    let reproduced = reproduced();
    for check in checks::all() {
        assert!(catalogue::find(check.id).is_some(), "{} is not in the catalogue", check.id);
        let recorded = RECORDED.iter().any(|(id, _)| *id == check.id);
        assert!(reproduced.contains(check.id) || recorded, "{} is never found in a test", check.id);
    }
}

/// A command that a fix names must have something to do: `--only X` for an X that `--fix` mends.
#[test]
fn a_fix_that_names_diagnose_is_one_that_it_makes() {
    let mendable = curing::mendable();
    let mut wrong = Vec::new();
    let mut named = 0;
    for mode in catalogue::all() {
        let Fix::Command { command, .. } = mode.fix else { continue };
        let Some((_, only)) = command.split_once("diagnose --fix --only ") else { continue };
        named += 1;
        if only != mode.id || !mendable.contains(only) {
            wrong.push(format!("{} names `{command}`", mode.id));
        }
    }
    assert!(wrong.is_empty() && named > 10, "{named} named: {}", wrong.join("\n"));
}

/// What the documentation says of where a mode is seen is where its checks look, so that the command it names finds it.
#[test]
fn the_catalogue_says_where_checks_look() {
    let mut wrong = Vec::new();
    for mode in catalogue::all() {
        let needs: Vec<Needs> = checks::all().filter(|check| check.id == mode.id).map(|check| check.needs).collect();
        let is_probe = |needs: &Needs| matches!(needs, Needs::Probe | Needs::Asked);
        let right = match mode.before {
            Before::Files(_) => needs.iter().any(|needs| !needs.is_online()),
            Before::Calls(_) => needs.iter().any(|needs| needs.is_online() && !is_probe(needs)),
            Before::Probe(_) => needs.iter().any(is_probe),
            Before::Message(_) | Before::Elsewhere(_) => needs.is_empty(),
        };
        if !right {
            wrong.push(format!("{} {:?}: {needs:?}", mode.id, mode.before));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
