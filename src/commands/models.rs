//! `models`: what Bedrock has for a principal, whether it answers, and what Claude Code is pinned to.

mod create_profile;
mod pin;

use crate::ask;
use crate::aws::call::CallError;
use crate::aws::files::{self, AwsFiles};
use crate::aws::probe::INPUT_TOKENS;
use crate::cli::Global;
use crate::cli::models::{ModelsArgs, ModelsCommand};
use crate::commands::credentials::explain;
use crate::configuration::{self, Identity};
use crate::error::Failure;
use crate::model;
use crate::observe::models::{self, NoPrincipal, Offering, Principal};
use crate::offering;
use crate::proof::{Proof, Proofs};
use crate::report::{human, v1};
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::world::World;

/// Everything the commands about models look at.
struct Look {
    files: AwsFiles,
    who: Principal,
    offering: Offering,
    /// What is pinned now, and as what.
    pinned: Vec<(&'static str, String)>,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &ModelsArgs) -> Result<(), Failure> {
    let watch = ask::watch(ui);
    match &args.command {
        Some(ModelsCommand::Pin(args)) => pin::run(world, ui, global, args, watch),
        Some(ModelsCommand::CreateProfile(args)) => create_profile::run(world, ui, global, args),
        None => list(world, ui, global, args),
    }
}

fn list(world: &World, ui: Ui, global: &Global, args: &ModelsArgs) -> Result<(), Failure> {
    let look = Look::take(world, ui, global, args.all)?;
    if args.probe {
        let mut ids: Vec<String> = look.offering.entries.iter().map(|entry| entry.pin().to_owned()).collect();
        for (_, id) in &look.pinned {
            let is_known = look.offering.entries.iter().any(|entry| entry.is_named(id)) && !id.ends_with("[1m]");
            if !is_known && !ids.contains(id) {
                ids.push(id.clone());
            }
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
        let text = serde_json::to_string_pretty(&v1::models::List::of(&facts)).unwrap_or_default();
        ui.answer_verbatim(&(text + "\n"))
    } else {
        ui.answer(&human::models::models(&facts, ui.answer_width()))
    }
}

impl Look {
    /// Asks AWS as whoever Claude Code would be, or as the profile that was named.
    fn take(world: &World, ui: Ui, global: &Global, all: bool) -> Result<Self, Failure> {
        if let Some(region) = global.region.as_deref().filter(|region| !configuration::is_region_shaped(region)) {
            return Err(
                Failure::refused(format!("`{region}` is not an AWS region")).hint("regions look like `us-west-2`")
            );
        }
        let settings = Settings::read(world);
        let files = files::read(world);
        // Where nothing is configured yet, the only profile there is can be meant.
        let configured = configuration::judge(world, &settings, &files.profiles, global.profile.as_deref());
        let is_ambient = configured.profile.is_none() && configured.identity == Identity::Ambient;
        let names: Vec<&str> = files.profiles.profiles().map(|profile| profile.name.as_str()).take(2).collect();
        let configuration = match names[..] {
            [only] if is_ambient => configuration::judge(world, &settings, &files.profiles, Some(only)),
            _ => configured,
        };
        let pinned = offering::pinned(&configuration);
        let who = models::principal(world, &settings, &files, &configuration, global.region.as_deref());
        let who = who.map_err(no_principal)?;
        let ids: Vec<String> = pinned.iter().map(|(_, id)| id.clone()).collect();
        let progress = ui.progress(&format!("Asking Bedrock which models {} has…", who.region));
        let offering = models::offering(world, &files, &who, &ids, all);
        drop(progress);
        let offering = offering.map_err(|error| failed(&error, &who.region))?;
        Ok(Self { files, who, offering, pinned })
    }

    /// Probes some models once their cost was agreed to.
    fn probe(&self, world: &World, ui: Ui, ids: &[String], agreed: bool) -> Result<Vec<Proof>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let cost = cost(ids.len());
        if agreed {
            ui.status(&cost);
        } else if world.can_ask() {
            ui.status(&cost);
            if !ask::confirm(world, ui, "Ask them?", true)? {
                return Err(Failure::interrupted());
            }
        } else {
            return Err(Failure::refused(format!("{cost} Nobody is there to agree to that, so nothing was asked"))
                .hint("run it again with `--yes`"));
        }
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

    fn proofs(&self, world: &World) -> Proofs {
        self.who.proofs(world)
    }
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

fn no_principal(error: NoPrincipal) -> Failure {
    match error {
        NoPrincipal::Credentials(error, profile) => explain(&error, &profile),
        NoPrincipal::NotOurs("ambient") => Failure::refused("no AWS profile is configured")
            .hint("name one with `--profile NAME`, or run `claude-bedrock setup`"),
        NoPrincipal::NotOurs(mode) => Failure::refused(format!(
            "Claude Code's identity here is of the kind `{mode}`, which cannot be used to ask"
        ))
        .hint("name a profile that may list the account's models with `--profile NAME`"),
    }
}

fn failed(error: &CallError, region: &str) -> Failure {
    Failure::failed(format!("the models of {region} could not be listed: {error}"))
        .hint("`claude-bedrock status` shows which identity and region are used")
}
