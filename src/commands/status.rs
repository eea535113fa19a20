//! `status`: which provider Claude Code will use and why, and how long the sign-in lasts.

use crate::cli::{Global, StatusArgs};
use crate::commands::principal::named_region;
use crate::error::Failure;
use crate::observe;
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &StatusArgs) -> Result<(), Failure> {
    let region = global.region.as_deref().map(named_region).transpose()?;
    let progress = (!args.offline).then(|| ui.progress("Asking AWS who Claude Code is…"));
    let facts = observe::facts(world, global.profile.as_deref(), region, !args.offline);
    drop(progress);
    if global.json {
        ui.answer_json(&v1::Status::of(&facts))
    } else {
        ui.answer(&human::status(&facts, world.home().as_deref(), ui.answer_width()))
    }
}
