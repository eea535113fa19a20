//! The installed Claude Code: versions that are known to break something, and models that want a newer one.

mod known_bad;

use std::iter;

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::{Check, Needs};
use crate::claude_code::Version;
use crate::model::Model;
use crate::settings::document::Key;
use crate::vars;

pub use known_bad::{KNOWN_BAD, KnownBad};

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("C14", Needs::Version, too_old_for_the_model),
    Check::of("C09", Needs::Version, no_region),
    Check::of("C15", Needs::Version, |facts| known_bad(facts, "C15")),
    Check::of("A09", Needs::Version, |facts| known_bad(facts, "A09")),
    Check::of("A27", Needs::Version, |facts| known_bad(facts, "A27")),
    Check::of("C19", Needs::Version, |facts| known_bad(facts, "C19")),
    Check::of("C20", Needs::Version, |facts| known_bad(facts, "C20")),
    Check::of("M09", Needs::Version, |facts| known_bad(facts, "M09")),
    Check::of("M21", Needs::Version, |facts| known_bad(facts, "M21")),
    Check::of("M27", Needs::Version, |facts| known_bad(facts, "M27")),
    Check::of("N03", Needs::Version, |facts| known_bad(facts, "N03")),
    Check::of("N07", Needs::Version, |facts| known_bad(facts, "N07")),
    Check::of("N08", Needs::Version, |facts| known_bad(facts, "N08")),
    Check::of("O05", Needs::Version, |facts| known_bad(facts, "O05")),
    Check::of("R09", Needs::Version, |facts| known_bad(facts, "R09")),
    Check::of("R19", Needs::Version, |facts| known_bad(facts, "R19")),
    Check::of("R20", Needs::Version, |facts| known_bad(facts, "R20")),
    Check::of("R21", Needs::Version, |facts| known_bad(facts, "R21")),
];

/// Every Claude model that is pinned, with the variable that does it.
pub(super) fn pinned(facts: &Facts) -> impl Iterator<Item = (Model, Evidence, String)> {
    let aliases = vars::FAMILY_PINS.map(|(_, name)| name);
    let names = iter::once(vars::MODEL).chain(aliases);
    names.filter(|_| facts.is_bedrock()).filter_map(|name| {
        let found = facts.variable(name)?;
        Some((Model::parse(&found.value)?, evidence::found(name, &found), found.value))
    })
}

/// Where the version is known from.
fn installed(facts: &Facts, version: Version) -> Option<Evidence> {
    let claude = facts.claude_code.as_ref()?;
    Some(Evidence::File { path: claude.path.clone(), text: format!("Claude Code {version}") })
}

fn known_bad(facts: &Facts, id: &'static str) -> Vec<Finding> {
    let Some(version) = facts.version() else { return Vec::new() };
    let mut found = Vec::new();
    for row in KNOWN_BAD.iter().filter(|row| row.id == id && (row.first..row.fixed_in).contains(&version)) {
        if !(row.touches)(facts) {
            continue;
        }
        let title = format!("Claude Code {version}: {}", row.effect);
        let finding = Finding { severity: row.severity, ..Finding::error(row.id, title, Fix::update(row.fixed_in)) };
        found.push(finding.seen(installed(facts, version)));
    }
    found
}

/// The first version that knows a model (changelog and release notes of Claude Code).
const FLOORS: [(&str, &[u32], Version); 8] = [
    ("opus", &[4, 7], Version(2, 1, 111)),
    ("opus", &[4, 8], Version(2, 1, 154)),
    ("opus", &[5], Version(2, 1, 219)),
    ("opus", &[5, 5], Version(2, 1, 280)),
    ("sonnet", &[5], Version(2, 1, 197)),
    ("sonnet", &[5, 5], Version(2, 1, 284)),
    ("haiku", &[5, 5], Version(2, 1, 293)),
    ("fable", &[5, 1], Version(2, 1, 257)),
];

fn too_old_for_the_model(facts: &Facts) -> Vec<Finding> {
    let Some(version) = facts.version() else { return Vec::new() };
    let mut found = Vec::new();
    for (model, line, id) in pinned(facts) {
        let floor =
            FLOORS.iter().find(|(family, generation, _)| model.family == *family && model.generation == *generation);
        if let Some((_, _, floor)) = floor.filter(|(_, _, floor)| version < *floor) {
            let title = format!("Claude Code {version} does not know `{id}`");
            found.push(
                Finding::error("C14", title, Fix::update(*floor))
                    .seen([line].into_iter().chain(installed(facts, version))),
            );
        }
    }
    found
}

/// From this version on the region of the profile counts.
const REGION_OF_PROFILE_SINCE: Version = Version(2, 1, 172);

fn no_region(facts: &Facts) -> Vec<Finding> {
    let set = facts.variable(vars::AWS_REGION).is_some() || facts.variable(vars::AWS_DEFAULT_REGION).is_some();
    let Some(version) = facts.version().filter(|version| *version < REGION_OF_PROFILE_SINCE) else { return Vec::new() };
    if set || !facts.is_bedrock() {
        return Vec::new();
    }
    let region = &facts.configuration.region.value;
    let title = format!("Claude Code {version} takes no region from the profile, and none is set");
    let edits = evidence::user_edit(facts, Key::env(vars::AWS_REGION), region);
    let fix = Fix::safe(format!("write `{}` = `{region}`", vars::AWS_REGION), edits);
    vec![Finding::error("C09", title, fix).seen(installed(facts, version))]
}
