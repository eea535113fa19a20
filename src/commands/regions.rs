//! `regions`: every Bedrock region of the partition at once: how far away, what is there for this account, which to take.

use std::collections::BTreeSet;

use crate::ask;
use crate::aws::authority::Authority;
use crate::aws::call;
use crate::aws::files::AwsFiles;
use crate::aws::reachability::{self, Answer};
use crate::cli::{Global, RegionsArgs};
use crate::commands::principal;
use crate::error::{Failure, UNREACHABLE_HINT};
use crate::observe::principal::Asker;
use crate::regions::survey::{State, Survey};
use crate::regions::{self, Residency};
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &RegionsArgs) -> Result<(), Failure> {
    let watch = ask::watch(ui);
    let (_, files, _, Asker { profile, region, authority, .. }) = principal::asker(world, ui, global)?;
    let partition = regions::partition_of(&region).name;
    let asked = regions_to_ask(partition, args.residency, &region);
    if asked.is_empty() {
        return Err(none_to_ask(partition, args.residency));
    }
    let progress = ui.progress(&format!("Asking Bedrock in {} regions at once…", asked.len()));
    let answers = ask_all(world, &files, &profile, &authority, &asked, args.residency);
    drop(progress);
    drop(watch);
    let survey = Survey::of(partition, args.residency, answers);
    if global.json {
        ui.answer_json(&v1::regions::Regions::of(&survey))?;
    } else {
        ui.answer(&human::regions::regions(&survey, ui.answer_width()))?;
    }
    if survey.rows.iter().all(|row| matches!(row.state, State::Unreached(_))) {
        return Err(Failure::failed("no region could be reached").hint(UNREACHABLE_HINT));
    }
    Ok(())
}

/// Asks all of them at once, and then those that they route to and the data does not have: what AWS answers counts.
pub(super) fn ask_all(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    authority: &Authority,
    asked: &[String],
    residency: Residency,
) -> Vec<Answer> {
    call::block_on(async {
        let mut answers = reachability::ask(world, files, profile, authority, asked).await;
        let told = told_of(&answers, asked, residency);
        if !told.is_empty() {
            answers.extend(reachability::ask(world, files, profile, authority, &told).await);
        }
        answers
    })
}

/// The regions that profiles lead to and nobody has asked.
fn told_of(answers: &[Answer], asked: &[String], residency: Residency) -> Vec<String> {
    let listings = answers.iter().filter_map(|answer| answer.outcome.as_ref().ok()?.listing.as_ref()?.as_ref().ok());
    let arns = listings.flatten().flat_map(|profile| &profile.model_arns);
    let regions = arns.filter_map(|arn| arn.split(':').nth(3)).filter(|region| !region.is_empty());
    let admits = |region: &&str| {
        residency == Residency::Any || regions::find(region).is_some_and(|known| residency.has(known.country))
    };
    let unasked = regions.filter(|region| !asked.iter().any(|name| name == region)).filter(admits);
    unasked.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Those the data knows, and the one in use where the data does not: AWS opens regions between releases.
pub(super) fn regions_to_ask(partition: &str, residency: Residency, in_use: &str) -> Vec<String> {
    let known = regions::with_bedrock(partition).filter(|region| residency.has(region.country));
    let mut names: Vec<String> = known.map(|region| region.name.to_owned()).collect();
    let has_any = regions::with_bedrock(partition).next().is_some();
    let admits = residency == Residency::Any || regions::find(in_use).is_some_and(|known| residency.has(known.country));
    if admits && has_any && !names.iter().any(|name| name == in_use) {
        names.push(in_use.to_owned());
    }
    names
}

/// Nothing is asked where AWS has no Bedrock.
pub(super) fn none_to_ask(partition: &str, residency: Residency) -> Failure {
    let place = if residency == Residency::Any { String::new() } else { format!(" in {}", residency.place()) };
    Failure::refused(format!("AWS has no Bedrock{place} in the partition `{partition}`"))
        .hint(format!("as of {}; another partition has it, with accounts and identities of its own", regions::date()))
}
