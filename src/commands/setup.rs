//! `setup`: asks, verifies with AWS, shows the plan, writes it with a receipt.

mod knowledge;
mod outcome;
mod own_helpers;

use std::path::PathBuf;

use crate::apply;
use crate::ask::{self, Reply};
use crate::aws::files::{self, AwsFiles};
use crate::aws::identity::Identity;
use crate::claude_code::{self, Version};
use crate::cli::{Global, IdentityMode, SetupArgs, SetupScope};
use crate::commands::credentials::explain;
use crate::configuration;
use crate::error::Failure;
use crate::helper_command;
use crate::model;
use crate::plan::{self, Choice, Plan};
use crate::private_file::StateFolder;
use crate::receipt::{Receipt, Receipts};
use crate::report::human;
use crate::settings::document::Document;
use crate::settings::scope::{self, Scope, Settings, Source};
use crate::settings::store::{self, Snapshot};
use crate::ui::Ui;
use crate::wizard::{self, Answers, Question, Step, Topic};
use crate::world::World;

/// One run of the command.
struct Setup<'a> {
    world: &'a World,
    ui: Ui,
    global: &'a Global,
    args: &'a SetupArgs,
    files: AwsFiles,
    receipts: Receipts,
    state: StateFolder,
    scope: Scope,
    path: PathBuf,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &SetupArgs) -> Result<(), Failure> {
    let may_ask = world.can_ask() && !args.yes;
    if !may_ask && !args.yes && !args.dry_run {
        return Err(Failure::refused("there is no terminal to ask on, and nothing was written")
            .hint("run `claude-bedrock setup --yes` to take the recommended answers, or `--dry-run` to see them"));
    }
    if args.scope == SetupScope::Project && args.identity.is_some() {
        return Err(Failure::refused("a project's settings hold no identity, so `--identity` has no place there")
            .hint("everyone who works on the project keeps their own; leave `--identity` out"));
    }
    own_helpers::refuse_contradictions(global, args)?;
    Setup::new(world, ui, global, args)?.run(may_ask)
}

impl<'a> Setup<'a> {
    fn new(world: &'a World, ui: Ui, global: &'a Global, args: &'a SetupArgs) -> Result<Self, Failure> {
        let scope = match args.scope {
            SetupScope::User => Scope::User,
            SetupScope::Project => Scope::Project,
            SetupScope::Local => Scope::Local,
        };
        let no_home = || Failure::refused("no home folder is known").hint("set HOME to your home folder");
        let path = scope::path_of(world, scope).ok_or_else(no_home)?;
        let state = StateFolder::of(world).ok_or_else(no_home)?;
        let receipts = Receipts::of(&state);
        Ok(Self { world, ui, global, args, files: files::read(world), receipts, state, scope, path })
    }

    fn run(&self, may_ask: bool) -> Result<(), Failure> {
        // Before any question: a file that Claude Code drops whole is not edited.
        let (_, document) = self.target()?;
        for problem in &self.files.problems {
            self.ui.warning(problem);
        }
        let own = self.check_own_helpers(&document, may_ask)?;
        let (choice, identity) = self.choose(may_ask, &own)?;
        self.check_claude_code(&choice)?;
        self.check_model(&choice, &identity, &own)?;
        let _lock = if self.args.dry_run { None } else { Some(apply::lock(&self.state)?) };
        let (snapshot, document) = self.target()?;
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let plan = self.plan(&document, receipt.as_ref(), &choice, may_ask)?;
        self.check_effect(&document, &plan, &choice)?;
        let outcome = outcome::Outcome {
            choice: &choice,
            identity: &identity,
            plan: &plan,
            path: &self.path,
            receipt: receipt.as_ref(),
        };
        if plan.is_empty() {
            return outcome.nothing_to_do(self.world, self.ui, self.global.json);
        }
        if self.args.dry_run {
            return outcome.planned(self.world, self.ui, self.global.json);
        }
        if may_ask && !self.is_confirmed(&plan, &outcome)? {
            return Err(Failure::interrupted());
        }
        apply::set_up(&self.receipts, receipt.clone(), snapshot, &document, &self.scope.to_string(), &plan)?;
        outcome.applied(self.world, self.ui, self.global.json)
    }

    /// The settings file as it stands, refused when Claude Code could not read it either.
    fn target(&self) -> Result<(Snapshot, Document), Failure> {
        let snapshot = store::read(&self.path).map_err(|error| Failure::refused(error.to_string()))?;
        let document = Document::parse(snapshot.bytes().unwrap_or_default()).map_err(|malformed| {
            Failure::refused(format!("Claude Code cannot read `{}`: {malformed}", self.path.display()))
                .hint(malformed.remedy)
                .hint("nothing was written")
        })?;
        Ok((snapshot, document))
    }

    fn check_own_helpers(&self, document: &Document, may_ask: bool) -> Result<own_helpers::Checked, Failure> {
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let (world, ui, args, receipt) = (self.world, self.ui, self.args, receipt.as_ref());
        own_helpers::Check { world, ui, args, document, receipt, may_ask }.run()
    }

    /// Walks the questions to a choice.
    fn choose(&self, may_ask: bool, own: &own_helpers::Checked) -> Result<(Choice, Identity), Failure> {
        let settings = Settings::read(self.world);
        let mut knowledge = knowledge::gather(self.world, &settings, &self.files);
        let mut given = Answers {
            profile: self.global.profile.clone(),
            region: self.global.region.clone(),
            model: self.args.model.clone(),
            identity: self.args.identity,
            scope: self.args.scope,
        };
        self.check_given(&given)?;
        own.settle(self.world, &self.files, &mut knowledge, &mut given);
        let mut answers = given;
        let mut asked: Vec<Topic> = Vec::new();
        let mut identity = None;
        loop {
            match wizard::next(&knowledge, &answers) {
                Step::Done(choice) => {
                    let identity = identity.ok_or_else(|| Failure::failed("AWS was not asked who you are"))?;
                    return Ok((Choice { own: own.helpers.clone(), ..choice }, identity));
                }
                Step::Stuck { message, hint } => return Err(Failure::refused(message).hint(hint)),
                Step::Observe { profile, region } => {
                    let verified = own
                        .verify(self.world, &self.files, &profile, &region)
                        .map_err(|error| own.explain(&error, &profile))?;
                    self.ui.detail(&format!("{} answers in {region}", verified.identity.arn));
                    identity = Some(verified.identity);
                    knowledge.listing = Some(verified.listing);
                }
                Step::Ask(question) => match answer(&question, may_ask)? {
                    Reply::Answer(answer) => {
                        asked.push(question.topic);
                        set(&mut answers, question.topic, answer)?;
                    }
                    Reply::Back => {
                        let Some(last) = asked.pop() else { return Err(Failure::interrupted()) };
                        unset(&mut answers, last);
                        if matches!(last, Topic::Profile | Topic::Region) {
                            knowledge.listing = None;
                        }
                    }
                },
            }
        }
    }

    fn check_given(&self, given: &Answers) -> Result<(), Failure> {
        if let Some(profile) = &given.profile {
            crate::aws::credentials::kind(&self.files, profile).map_err(|error| explain(&error, profile))?;
        }
        match &given.region {
            Some(region) if !configuration::is_region_shaped(region) => {
                Err(Failure::refused(format!("`{region}` is not an AWS region")).hint("regions look like `us-west-2`"))
            }
            _ => Ok(()),
        }
    }

    /// An installed Claude Code that would use another identity than the chosen one is no ground to build on.
    fn check_claude_code(&self, choice: &Choice) -> Result<(), Failure> {
        if choice.scope == SetupScope::Project {
            return Ok(());
        }
        let needed = Version::needed(choice.identity);
        match claude_code::installed(self.world) {
            Some(version) if version < needed => Err(Failure::refused(format!(
                "Claude Code {version} would not keep to the chosen identity; {} mode needs {needed} or newer",
                human::mode_name(choice.identity)
            ))
            .hint("update it with `claude update`")),
            _ => Ok(()),
        }
    }

    /// An ARN is in no listing, so AWS is asked for it by itself.
    fn check_model(&self, choice: &Choice, identity: &Identity, own: &own_helpers::Checked) -> Result<(), Failure> {
        let id = model::without_context_suffix(&choice.model);
        if !id.starts_with("arn:") {
            return Ok(());
        }
        let found = own.find_inference_profile(self.world, &self.files, &choice.profile, &choice.region, id);
        match found {
            Ok(()) => Ok(()),
            Err(crate::aws::credentials::CredentialsError::Call(error)) if error.is_denied() => {
                self.ui.warning(&format!("{} may not look up `{id}`; it is written unverified", identity.arn));
                Ok(())
            }
            Err(error) => Err(Failure::refused(format!("the model `{id}` was not found: {error}"))),
        }
    }

    fn plan(
        &self,
        document: &Document,
        receipt: Option<&Receipt>,
        choice: &Choice,
        may_ask: bool,
    ) -> Result<Plan, Failure> {
        let program = helper_command::lasting_program_path(self.world);
        let wishes = plan::wishes(choice, &program).map_err(|error| Failure::refused(error.to_string()))?;
        let mut plan = plan::set_up(document, receipt, &wishes, self.args.force);
        if !plan.kept.is_empty() {
            let lines: Vec<String> = plan.kept.iter().map(human::kept_line).collect();
            self.ui.status(&format!("These values are not ours:\n{}", lines.join("\n")));
            if may_ask && ask::confirm("Replace them?", false)? {
                plan = plan::set_up(document, receipt, &wishes, true);
            }
        }
        let impossible: Vec<String> = plan.impossible().map(human::kept_line).collect();
        if impossible.is_empty() {
            return Ok(plan);
        }
        Err(Failure::refused(format!(
            "with these values kept, Claude Code could not work as chosen; nothing was written:\n{}",
            impossible.join("\n")
        ))
        .hint("run again with `--force` to replace them; `claude-bedrock reset` brings them back"))
    }

    /// What we write must also be what counts: a stronger file or the host could say otherwise.
    fn check_effect(&self, document: &Document, plan: &Plan, choice: &Choice) -> Result<(), Failure> {
        let bytes = document.apply(&plan.edits()).map_err(|error| Failure::failed(error.to_string()))?;
        let planned = Document::parse(&bytes).map_err(|malformed| Failure::failed(malformed.to_string()))?;
        let settings = Settings::read(self.world).with_document(&self.path, planned);
        let judged = configuration::judge(self.world, &settings, &self.files.profiles, None);
        if judged.provider != configuration::Provider::Bedrock {
            let switch = judged.provider_switch.map(|found| found.source);
            return Err(overridden("the provider", &judged.provider.to_string(), switch));
        }
        if judged.region.value != choice.region {
            return Err(overridden("the region", &judged.region.value, Some(judged.region.source)));
        }
        if choice.scope == SetupScope::Project {
            return Ok(());
        }
        let holds = match (&judged.identity, choice.identity) {
            (configuration::Identity::Export(found), _) => {
                choice.own.export.is_some() && choice.own.export == helper_command::own_script(&found.value)
            }
            (configuration::Identity::Isolated(_, ours), IdentityMode::Isolated) => ours.profile == choice.profile,
            (configuration::Identity::Profile(found), IdentityMode::Shared) => found.value == choice.profile,
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let source = judged.identity.found().map(|found| found.source.clone());
        Err(overridden("the identity", judged.identity.mode(), source))
    }

    fn is_confirmed(&self, plan: &Plan, outcome: &outcome::Outcome<'_>) -> Result<bool, Failure> {
        self.ui.status(&outcome.plan_text(self.world));
        ask::confirm(&format!("Write these {} changes?", plan.changes.len()), true)
    }
}

/// Answers a question by asking, or without a person by its recommendation.
fn answer(question: &Question, may_ask: bool) -> Result<Reply, Failure> {
    if may_ask {
        return ask::question(question);
    }
    if question.has_recommendation {
        return Ok(Reply::Answer(question.offers[0].value.clone()));
    }
    let offers: Vec<&str> = question.offers.iter().map(|offer| offer.label.as_str()).collect();
    let (what, option) = match question.topic {
        Topic::Profile => ("several profiles could be meant", "--profile NAME"),
        Topic::Region => ("no region is known", "--region REGION"),
        Topic::Model => ("the models may not be listed with this identity", "--model ID"),
        Topic::Identity => ("no identity mode is known", "--identity MODE"),
    };
    let list = if offers.is_empty() { String::new() } else { format!(":\n  {}", offers.join("\n  ")) };
    Err(Failure::refused(format!("{what}, and nothing was written{list}")).hint(format!("name one with `{option}`")))
}

fn overridden(what: &str, value: &str, source: Option<Source>) -> Failure {
    let place = match source {
        Some(Source::Settings { scope, path, .. }) => format!("the {scope} settings `{}`", path.display()),
        Some(Source::Variable(name)) => format!("the variable {name}"),
        Some(Source::AwsFile { path, .. }) => format!("`{}`", path.display()),
        Some(Source::Default) | None => "something stronger".to_owned(),
    };
    Failure::refused(format!("{what} would still be `{value}`, for {place} says so and wins; nothing was written"))
        .hint("change it there, or choose a `--scope` that is stronger")
}

fn set(answers: &mut Answers, topic: Topic, answer: String) -> Result<(), Failure> {
    match topic {
        Topic::Profile => answers.profile = Some(answer),
        Topic::Region if !configuration::is_region_shaped(&answer) => {
            return Err(Failure::refused(format!("`{answer}` is not an AWS region")));
        }
        Topic::Region => answers.region = Some(answer),
        Topic::Model => answers.model = Some(answer),
        Topic::Identity if answer == "shared" => answers.identity = Some(IdentityMode::Shared),
        Topic::Identity => answers.identity = Some(IdentityMode::Isolated),
    }
    Ok(())
}

fn unset(answers: &mut Answers, topic: Topic) {
    match topic {
        Topic::Profile => answers.profile = None,
        Topic::Region => answers.region = None,
        Topic::Model => answers.model = None,
        Topic::Identity => answers.identity = None,
    }
}
