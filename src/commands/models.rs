//! `models`: what Bedrock has for a principal, whether it answers, and what Claude Code is pinned to.

mod create_profile;
mod pin;

use crate::ask;
use crate::aws::bedrock::Bedrock;
use crate::aws::call::CallError;
use crate::aws::endpoint;
use crate::aws::files::AwsFiles;
use crate::aws::probe::INPUT_TOKENS;
use crate::cli::Global;
use crate::cli::models::{ModelsArgs, ModelsCommand};
use crate::commands::principal;
use crate::configuration::{Configuration, Provider};
use crate::error::{FRESH_KEYS_HINT, Failure, UNREACHABLE_HINT};
use crate::model;
use crate::observe::models::{self, Extent, Offering};
use crate::observe::principal::Asker;
use crate::offering;
use crate::pins;
use crate::proof::{Proof, Proofs};
use crate::regions::{self, Residency};
use crate::report::{human, v1};
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

/// Everything the commands about models look at.
struct Look {
    files: AwsFiles,
    who: Asker,
    offering: Offering,
    /// What is pinned now, and as what.
    pinned: Vec<(&'static str, String)>,
    /// The region Claude Code uses now.
    region_in_use: String,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &ModelsArgs) -> Result<(), Failure> {
    let watch = ask::watch(ui);
    match &args.command {
        Some(ModelsCommand::Pin(args)) => pin::run(world, ui, global, args, watch),
        Some(ModelsCommand::CreateProfile(args)) => create_profile::run(world, ui, global, args, watch),
        None => list(world, ui, global, args),
    }
}

fn list(world: &World, ui: Ui, global: &Global, args: &ModelsArgs) -> Result<(), Failure> {
    let look = Look::take(world, ui, global, Extent { bare_models: args.all, papers: true }, &[])?;
    if args.probe {
        let mut ids: Vec<String> = look.offering.entries.iter().map(|entry| entry.pin().to_owned()).collect();
        for (_, id) in &look.pinned {
            let is_known = look.offering.entries.iter().any(|entry| entry.is_named(id)) && !id.ends_with("[1m]");
            if !is_known && !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        if ids.is_empty() {
            ui.warning("nothing is listed and nothing is pinned, so there is no model to ask");
        }
        look.probe(world, ui, &ids, args.yes)?;
    }
    let proofs = look.who.proofs(world);
    let facts = human::models::Facts {
        region: &look.who.region,
        offering: &look.offering,
        pinned: &look.pinned,
        proofs: &proofs,
        now: world.now(),
    };
    if global.json {
        ui.answer_json(&v1::models::List::of(&facts))
    } else {
        ui.answer(&human::models::models(&facts, ui.answer_width()))
    }
}

impl Look {
    /// Asks AWS as whoever Claude Code would be, or as the profile that was named.
    fn take(world: &World, ui: Ui, global: &Global, extent: Extent, named: &[String]) -> Result<Self, Failure> {
        let (settings, files, configuration, who) = principal::asker(world, ui, global)?;
        let pinned = offering::pinned(&configuration);
        let ids: Vec<String> = pinned.iter().map(|(_, id)| id).chain(named).cloned().collect();
        let progress = ui.progress(&format!("Asking Bedrock which models {} has…", who.region));
        let offering = models::offering(world, &files, &who, &ids, extent);
        drop(progress);
        let mut offering = offering.map_err(|error| failed(&error, &who.region))?;
        offering.missing.extend(elsewhere(world, &settings, &configuration));
        offering.missing.extend(regions::without_bedrock(&who.region).filter(|_| offering.entries.is_empty()));
        Ok(Self { files, who, offering, pinned, region_in_use: configuration.region.value })
    }

    /// Probes some models once their cost was agreed to.
    fn probe(&self, world: &World, ui: Ui, ids: &[String], agreed: bool) -> Result<Vec<Proof>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        agree(world, ui, ids.len(), agreed)?;
        let number = ids.len();
        let progress = ui.progress(&format!("Asking {number} models for one token each…"));
        let proofs = models::probe(world, &self.files, &self.who, &self.offering, ids);
        drop(progress);
        Ok(proofs)
    }

    /// Whether an id is listed, and which other ids look like it.
    fn near(&self, id: &str) -> Vec<&str> {
        let id = model::without_context_suffix(id);
        let tail = id.rsplit('.').next().unwrap_or(id);
        let entries = self.offering.entries.iter();
        let near = entries.filter(|entry| entry.id.contains(tail) || tail.contains(&entry.id) || entry.name == id);
        near.map(offering::Entry::pin).take(4).collect()
    }

    /// The same failure, and where listing is refused, that an id can be named.
    fn unlisted(&self, failure: Failure) -> Failure {
        if self.offering.is_listed {
            return failure;
        }
        let failure = self.offering.missing.iter().take(1).cloned().fold(failure, Failure::hint);
        failure.hint("name the id you were given: `claude-bedrock models pin ID --probe` asks that one")
    }

    /// Where what is pinned keeps requests; it is looked up where Claude Code is when that is another region.
    fn kept_residency(&self, world: &World) -> Option<Residency> {
        let Self { files, who, region_in_use, pinned, offering } = self;
        let listed = pins::kept_residency(&offering.entries, pinned);
        if listed.is_some() || pinned.is_empty() || *region_in_use == who.region {
            return listed;
        }
        models::kept_residency(Bedrock::by(world, files, &who.profile, region_in_use, &who.authority), pinned)
    }

    fn proofs(&self, world: &World) -> Proofs {
        self.who.proofs(world)
    }
}

/// Where Claude Code's requests go when that is not the Bedrock that was asked, in a sentence.
fn elsewhere(world: &World, settings: &Settings, configuration: &Configuration) -> Option<String> {
    if configuration.provider == Provider::Mantle {
        return Some(
            "Claude Code answers from Bedrock's Messages API (Mantle), whose models have names of their own and cannot be \
             listed: what is shown here are the inference profiles it does not use"
                .to_owned(),
        );
    }
    let base = settings.variable(world, vars::BEDROCK_BASE_URL)?.value;
    let is_away = configuration.provider == Provider::Bedrock && !base.is_empty() && endpoint::is_gateway(&base);
    is_away.then(|| {
        format!(
            "Claude Code sends its requests to {}, which {} names; which models that gateway lets through, only its \
             operator can tell",
            endpoint::host_of(&base),
            vars::BEDROCK_BASE_URL
        )
    })
}

/// Says what so many requests cost, and goes on once that is agreed to.
pub(super) fn agree(world: &World, ui: Ui, requests: usize, agreed: bool) -> Result<(), Failure> {
    let cost = cost(requests);
    if agreed {
        ui.status(&cost);
    } else if world.can_ask() {
        ui.status(&cost);
        if !ask::confirm(world, ui, "Ask them?", true)? {
            return Err(Failure::interrupted());
        }
    } else {
        return Err(Failure::refused(format!("{cost} There is no terminal to ask on, so nothing was asked"))
            .hint("run it again with `--yes`"));
    }
    Ok(())
}

/// What a probe costs, in what is billed.
pub(super) fn cost(models: usize) -> String {
    let each = INPUT_TOKENS + 1;
    let requests = if models == 1 { "One request".to_owned() } else { format!("{models} requests") };
    format!(
        "{requests} of about {INPUT_TOKENS} input tokens and at most one output token each will be billed to the \
         account: some {} tokens in all.",
        models * each
    )
}

fn failed(error: &CallError, region: &str) -> Failure {
    let failure = Failure::failed(format!("the models of {region} could not be listed: {error}"));
    let failure = regions::doubt(region).into_iter().fold(failure, Failure::hint);
    match error.code() {
        Some(_) if error.is_about_ended_keys() => failure.hint(FRESH_KEYS_HINT),
        Some(_) => failure.hint("`claude-bedrock status` shows which identity and region are used"),
        None => failure.hint(UNREACHABLE_HINT),
    }
}
