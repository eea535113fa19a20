//! `profiles`: what the AWS files hold, whether it works, and what is wrong with it.

use crate::cli::Global;
use crate::commands::credentials::other_profiles;
use crate::error::Failure;
use crate::observe;
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global) -> Result<(), Failure> {
    let facts = observe::profiles::facts(world, global.profile.as_deref());
    if let Some(name) = &global.profile
        && facts.listed.is_empty()
    {
        let findings = match facts.lints.len() {
            0 => String::new(),
            1 => "; one finding may tell why".to_owned(),
            count => format!("; {count} findings may tell why"),
        };
        let hint = other_profiles(facts.files.meant(name).as_deref());
        return Err(Failure::refused(format!("the profile `{name}` is not there{findings}")).hint(hint));
    }
    if global.json {
        ui.answer_json(&v1::profiles::List::of(&facts))
    } else {
        ui.answer(&human::profiles::profiles(&facts, world.home().as_deref()))
    }
}
