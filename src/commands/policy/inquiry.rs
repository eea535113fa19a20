//! What is found out before a policy is written or compared: who asks, which models Claude Code sends, and where AWS
//! says they route to.

use crate::ask;
use crate::aws::bedrock::{Bedrock, InferenceProfile};
use crate::aws::call::{self, CallError};
use crate::aws::identity::{self, Identity};
use crate::claude_code::{self, defaults::Defaults};
use crate::cli::{Global, PolicyModels};
use crate::commands::principal::OnBehalf;
use crate::commands::regions::none_to_ask;
use crate::configuration::{self, Configuration, Provider, is_region_shaped};
use crate::error::Failure;
use crate::model::{self, Model};
use crate::model_uses::{self, Choice, Look, Sent, Use};
use crate::observe::principal::Principal;
use crate::policy::{self, Statement, Subject, Target};
use crate::regions::{self, Residency};
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

/// What was found out.
pub(super) struct Inquiry {
    pub(super) on_behalf: OnBehalf,
    pub(super) identity: Identity,
    pub(super) subject: Subject,
    pub(super) targets: Vec<Target>,
    pub(super) statements: Vec<Statement>,
    /// The models that the settings make Claude Code send; none where every model is meant.
    pub(super) sent: Vec<Sent>,
    /// What a person should know before relying on it, a sentence each.
    pub(super) notes: Vec<String>,
}

impl Inquiry {
    /// Asks AWS as whoever Claude Code would be, or as the profile that was named.
    pub(super) fn make(world: &World, ui: Ui, global: &Global, which: PolicyModels) -> Result<Self, Failure> {
        let watch = ask::watch(ui);
        let on_behalf = OnBehalf::of(world, ui, global)?;
        let OnBehalf { files, configuration, who: Principal { profile, region, credentials, .. } } = &on_behalf;
        let settings = Settings::read(world);
        let uses = match which {
            PolicyModels::Pinned => uses(world, &settings, configuration)?,
            PolicyModels::All => Vec::new(),
        };
        let bedrock = |region: &str| Bedrock::new(world, files, profile, region, credentials);
        let here = bedrock(region);
        let progress = ui.progress("Asking Bedrock where the models route to…");
        let (identity, found) = call::block_on(async {
            tokio::join!(identity::caller(world, files, profile, region, credentials), async {
                if which == PolicyModels::All {
                    return Ok((of_region(&here).await?, Vec::new(), Vec::new()));
                }
                let mut routes = Routes::new(configuration);
                let preferred = filled(world, &settings, vars::BEDROCK_REGION_PREFIX);
                let sent = routes.sent(&here, region, preferred.as_deref(), &uses).await;
                routes.follow(&here, &sent).await?;
                if let Some(other) = background_region(world, &settings).filter(|other| other != region) {
                    let background: Vec<Sent> = sent.iter().filter(|one| one.is_background).cloned().collect();
                    routes.listed = None;
                    routes.follow(&bedrock(&other), &background).await?;
                }
                Ok::<_, Failure>((routes.found_any()?, sent, routes.notes))
            })
        });
        drop(progress);
        drop(watch);
        let identity = identity.map_err(|error| Failure::failed(error.to_string()))?;
        let (targets, sent, mut notes) = found?;
        if targets.is_empty() && configuration.provider != Provider::Mantle {
            return Err(nothing_there(region, &identity.arn));
        }
        if which == PolicyModels::Pinned {
            notes.extend(aliases_left_out(configuration, &sent));
        }
        let subject = Subject {
            partition: identity.partition().to_owned(),
            account: identity.account.clone(),
            region: region.clone(),
            principal: identity.iam_pattern(),
            has_unknown_path: identity.has_unknown_path(),
            with_api_key: matches!(configuration.identity, configuration::Identity::ApiKey(_)),
            on_mantle: configuration.has_mantle,
        };
        let statements = policy::least(&subject, &targets);
        Ok(Self { on_behalf, identity, subject, targets, statements, sent, notes })
    }
}

/// What makes Claude Code send a model, by its settings.
fn uses(world: &World, settings: &Settings, configuration: &Configuration) -> Result<Vec<Use>, Failure> {
    let by = |defaults: &'static Defaults| {
        let look = Look {
            configuration,
            variable: &|name| filled(world, settings, name),
            setting: &|key| {
                let found = settings.top(key);
                let weaker = found.iter().flat_map(|found| found.overrides.iter().map(|(value, _)| value.clone()));
                found.iter().map(|found| found.value.clone()).chain(weaker).collect()
            },
            defaults,
        };
        look.uses()
    };
    let mut uses = by(Defaults::newest());
    if uses.iter().any(|one| matches!(one.choice, Choice::BuiltIn(_))) {
        uses = by(claude_code::installed(world).and_then(Defaults::of).unwrap_or(Defaults::newest()));
    }
    if configuration.provider != Provider::Mantle && !uses.iter().any(|one| one.is_set) {
        return Err(Failure::refused("no model is pinned, so nobody can say which ones to allow")
            .hint("pin them with `claude-bedrock setup`, or allow every one of the region with `--models all`"));
    }
    Ok(uses)
}

/// Models on the way to what they route to.
struct Routes<'a> {
    configuration: &'a Configuration,
    targets: Vec<Target>,
    notes: Vec<String>,
    /// What the region lists, or why it does not, once that was asked.
    listed: Option<Result<Vec<InferenceProfile>, CallError>>,
    /// Why a model could not be looked up, where AWS did not even say that it is not there.
    unanswered: Option<CallError>,
}

impl<'a> Routes<'a> {
    fn new(configuration: &'a Configuration) -> Self {
        Self { configuration, targets: Vec::new(), notes: Vec::new(), listed: None, unanswered: None }
    }

    /// The ids as Claude Code sends them: what it puts together itself depends on what is listed. Mantle has no
    /// profiles.
    async fn sent(&mut self, bedrock: &Bedrock, region: &str, preferred: Option<&str>, uses: &[Use]) -> Vec<Sent> {
        let needs_list = uses.iter().any(|one| matches!(one.choice, Choice::BuiltIn(_) | Choice::Called(_)));
        let listed = if needs_list { self.list(bedrock).await } else { Ok(&[][..]) };
        let listed: Vec<String> = match listed {
            Ok(listed) => listed.iter().map(|profile| profile.id.clone()).collect(),
            Err(error) => {
                let guess = "what Claude Code takes where no id is named is put together without the list";
                self.notes.push(format!("the inference profiles of {region} cannot be listed, so {guess}: {error}"));
                Vec::new()
            }
        };
        let (mut sent, unknown) = model_uses::sent(uses, region, preferred, &listed);
        sent.retain(|one| !self.configuration.goes_to_mantle(&one.id));
        if self.configuration.provider != Provider::Mantle {
            self.notes.extend(unknown.into_iter().map(|(by, word)| {
                format!("which model `{word}` means, which {by} names, is not known here; the policy leaves it out")
            }));
        }
        sent
    }

    async fn follow(&mut self, bedrock: &Bedrock, sent: &[Sent]) -> Result<(), Failure> {
        for Sent { id, by, is_named, .. } in sent {
            let target = match bedrock.inference_profile(id).await {
                Ok(profile) => Target::Profile(profile),
                Err(error) if error.is_denied() => {
                    // The list tells as much, and is allowed more often; what neither tells is left unseen.
                    let listed = self.list(bedrock).await.unwrap_or_default();
                    let found = listed.iter().find(|profile| profile.id == *id || profile.arn == *id);
                    found.map_or_else(|| Target::Unseen(id.clone()), |found| Target::Profile(found.clone()))
                }
                // A model's own id, which some older models answer to.
                Err(error) if id.starts_with("anthropic.") && is_not_there(&error) => Target::Model(id.clone()),
                Err(error) if *is_named => return Err(no_profile(id, &error)),
                Err(error) => {
                    let by = by.join(", ");
                    let is_not_there = is_not_there(&error);
                    let what = if is_not_there { "is not there" } else { "cannot be looked up" };
                    self.notes.push(format!("`{id}` is what Claude Code takes for {by}, and it {what}: {error}"));
                    if !is_not_there {
                        self.unanswered.get_or_insert(error);
                    }
                    continue;
                }
            };
            self.targets.push(target);
        }
        Ok(())
    }

    /// Where models route to; a policy without any would be made of what could not be asked.
    fn found_any(&mut self) -> Result<Vec<Target>, Failure> {
        match self.unanswered.take() {
            Some(error) if self.targets.is_empty() => {
                Err(Failure::failed(format!("none of the models that Claude Code takes can be looked up: {error}")))
            }
            _ => Ok(std::mem::take(&mut self.targets)),
        }
    }

    async fn list(&mut self, bedrock: &Bedrock) -> Result<&[InferenceProfile], CallError> {
        if self.listed.is_none() {
            self.listed = Some(bedrock.inference_profiles().await);
        }
        match &self.listed {
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(listed)) => Ok(listed),
            None => Ok(&[]),
        }
    }
}

/// Whether AWS says that there is no inference profile of a name, or that it is none of one.
fn is_not_there(error: &CallError) -> bool {
    matches!(error.code(), Some("ResourceNotFoundException" | "ValidationException"))
}

/// The aliases that a person or a subagent's file may name and that the policy does not allow.
fn aliases_left_out(configuration: &Configuration, sent: &[Sent]) -> Option<String> {
    if configuration.provider == Provider::Mantle {
        return None;
    }
    let is_allowed = |family: &str| {
        let mut own = sent.iter().filter(|one| !one.is_named).filter_map(|one| Model::parse(&one.id));
        own.any(|model| model.family == family)
    };
    let unpinned = configuration.pins.iter().filter(|(_, pin)| pin.is_none()).map(|(family, _)| *family);
    let left_out: Vec<&str> = unpinned.filter(|family| !is_allowed(family)).collect();
    (!left_out.is_empty()).then(|| {
        format!(
            "nobody pins {}, so the policy leaves out what Claude Code takes for it: its check at start is refused, and so \
             is a subagent or a `/model` that names it; `claude-bedrock models pin` pins them all",
            left_out.join(", ")
        )
    })
}

fn filled(world: &World, settings: &Settings, name: &'static str) -> Option<String> {
    settings.variable(world, name).map(|found| found.value).filter(|value| !value.is_empty())
}

/// The region that background requests go to, which is another one's only when somebody says so.
fn background_region(world: &World, settings: &Settings) -> Option<String> {
    filled(world, settings, vars::SMALL_FAST_MODEL_AWS_REGION).filter(|region| is_region_shaped(region))
}

async fn of_region(bedrock: &Bedrock) -> Result<Vec<Target>, Failure> {
    let profiles = bedrock.every_inference_profile().await.map_err(|error| {
        let failure = Failure::failed(error.to_string());
        if error.is_denied() { failure.hint("`--models pinned` needs no list") } else { failure }
    })?;
    let of_claude = profiles.into_iter().filter(|profile| model::of_profile(profile).is_some());
    Ok(of_claude.map(Target::Profile).collect())
}

fn nothing_there(region: &str, arn: &str) -> Failure {
    let partition = regions::partition_of(region).name;
    if regions::with_bedrock(partition).next().is_none() {
        return none_to_ask(partition, Residency::Any);
    }
    Failure::refused(format!("{region} lists no Claude model for {arn}"))
        .hint("`claude-bedrock regions` shows where there are some")
}

fn no_profile(id: &str, error: &CallError) -> Failure {
    Failure::failed(format!("the model `{id}` cannot be looked up: {error}"))
        .hint("`claude-bedrock setup` pins models that are there")
}
