//! `policy`: the least that Claude Code and this program need of IAM, made of what AWS says of the models.

mod check;
mod evidence;

use crate::ask;
use crate::aws::bedrock::Bedrock;
use crate::aws::call::{self, CallError};
use crate::aws::identity::{self, Identity};
use crate::aws::profile::ProfileKind;
use crate::cli::{Global, PolicyArgs, PolicyCommand, PolicyFormat, PolicyModels};
use crate::commands::principal::OnBehalf;
use crate::commands::regions::none_to_ask;
use crate::configuration;
use crate::error::Failure;
use crate::model;
use crate::observe::principal::Principal;
use crate::policy::document::{self, Document};
use crate::policy::{self, Statement, Subject, Target};
use crate::regions::{self, Residency};
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

/// What was found out before anything is written.
struct Inquiry {
    on_behalf: OnBehalf,
    identity: Identity,
    subject: Subject,
    targets: Vec<Target>,
    statements: Vec<Statement>,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &PolicyArgs) -> Result<(), Failure> {
    let inquiry = inquire(world, ui, global, args.models)?;
    for target in &inquiry.targets {
        if let Target::Unseen(id) = target {
            ui.warning(&format!(
                "{} may not look up `{id}`, so its regions are not known; the policy holds it by its profile alone",
                inquiry.identity.arn
            ));
        }
    }
    if args.command == Some(PolicyCommand::Check) {
        return check::run(world, ui, global, &inquiry);
    }
    let Inquiry { statements, subject, .. } = &inquiry;
    if global.json {
        let report = v1::policy::Policy::of(statements);
        let text = serde_json::to_string_pretty(&report).unwrap_or_default();
        return ui.answer_verbatim(&(text + "\n"));
    }
    ui.status(human::policy::explanation(statements).trim_end());
    let whole = Document::of(statements);
    if args.format == PolicyFormat::Cloudformation {
        return ui.answer_verbatim(&document::template(statements, &subject.region));
    }
    let characters = whole.characters();
    if characters > document::LONGEST {
        ui.warning(&format!(
            "{characters} characters are more than the {} of a managed policy: make it the inline policy of a \
             permission set ({} characters), or take `--format cloudformation`, which parts it",
            document::LONGEST,
            document::LONGEST_INLINE
        ));
    }
    ui.answer_verbatim(&whole.text())
}

fn inquire(world: &World, ui: Ui, global: &Global, which: PolicyModels) -> Result<Inquiry, Failure> {
    let watch = ask::watch(ui);
    let on_behalf = OnBehalf::of(world, global)?;
    let OnBehalf { files, configuration, who: Principal { profile, region, credentials, .. } } = &on_behalf;
    let wanted = match which {
        PolicyModels::Pinned => pinned(configuration)?,
        PolicyModels::All => Vec::new(),
    };
    let bedrock = Bedrock::new(world, files, profile, region, credentials);
    let progress = ui.progress("Asking Bedrock where the models route to…");
    let (identity, targets) = call::block_on(async {
        tokio::join!(identity::caller(world, files, profile, region, credentials), async {
            match which {
                PolicyModels::Pinned => of_pins(&bedrock, &wanted).await,
                PolicyModels::All => of_region(&bedrock).await,
            }
        })
    });
    drop(progress);
    drop(watch);
    let identity = identity.map_err(|error| Failure::failed(error.to_string()))?;
    let targets = targets?;
    if targets.is_empty() {
        let partition = regions::partition_of(region).name;
        return Err(if regions::with_bedrock(partition).next().is_none() {
            none_to_ask(partition, Residency::Any)
        } else {
            Failure::refused(format!("{region} lists no Claude model for {}", identity.arn))
                .hint("`claude-bedrock regions` shows where there are some")
        });
    }
    let subject = Subject {
        partition: identity.partition().to_owned(),
        account: identity.account.clone(),
        region: region.clone(),
        principal: identity.iam_pattern(),
        has_unknown_path: identity.has_unknown_path(),
        with_api_key: matches!(configuration.identity, configuration::Identity::ApiKey(_)),
    };
    let statements = policy::least(&subject, &targets);
    Ok(Inquiry { on_behalf, identity, subject, targets, statements })
}

/// The models Claude Code is configured with, each once.
fn pinned(configuration: &configuration::Configuration) -> Result<Vec<String>, Failure> {
    let pins = configuration.pins.iter().filter_map(|(_, found)| found.as_ref());
    let values = configuration.main_model.iter().chain(pins).map(|found| model::without_context_suffix(&found.value));
    let mut ids: Vec<String> = values.filter(|id| model::is_bedrock_id(id)).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(Failure::refused("no model is pinned, so nobody can say which ones to allow")
            .hint("pin them with `claude-bedrock setup`, or allow every one of the region with `--models all`"));
    }
    Ok(ids)
}

async fn of_pins(bedrock: &Bedrock, ids: &[String]) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    let mut listed = None;
    for id in ids {
        match bedrock.inference_profile(id).await {
            Ok(profile) => targets.push(Target::Profile(profile)),
            Err(error) if error.is_denied() => {
                // The list tells as much, and is allowed more often.
                if listed.is_none() {
                    listed = Some(bedrock.inference_profiles().await.unwrap_or_default());
                }
                let found = listed.iter().flatten().find(|profile| profile.id == *id || profile.arn == *id);
                targets.push(found.map_or_else(|| Target::Unseen(id.clone()), |found| Target::Profile(found.clone())));
            }
            Err(error) => return Err(no_profile(id, &error)),
        }
    }
    Ok(targets)
}

async fn of_region(bedrock: &Bedrock) -> Result<Vec<Target>, Failure> {
    let profiles = bedrock.every_inference_profile().await.map_err(|error| {
        let failure = Failure::failed(error.to_string());
        if error.is_denied() { failure.hint("`--models pinned` needs no list") } else { failure }
    })?;
    let of_claude = profiles.into_iter().filter(|profile| model::of_profile(profile).is_some());
    Ok(of_claude.map(Target::Profile).collect())
}

fn no_profile(id: &str, error: &CallError) -> Failure {
    Failure::failed(format!("the model `{id}` cannot be looked up: {error}"))
        .hint("`claude-bedrock setup` pins models that are there")
}

/// The region of the profile's sign-in, which is in the paths of the roles it gives.
fn sign_in_region(on_behalf: &OnBehalf) -> Option<String> {
    let profiles = &on_behalf.files.profiles;
    match profiles.profile(&on_behalf.who.profile)?.kind(profiles) {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso.region),
        _ => None,
    }
}
