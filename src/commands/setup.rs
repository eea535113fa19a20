//! `setup`: asks, verifies with AWS, shows the plan, writes it with a receipt.

mod asker;
mod aws_file;
mod checks;
mod consents;
mod draft;
mod interview;
mod knowledge;
mod more;
mod new_profile;
mod outcome;
mod own_helpers;
mod probe;
mod status_line;
mod survey;

use std::path::PathBuf;

use crate::ask::{self, Watch};
use crate::aws::files::{self, AwsFiles};
use crate::aws_config::{ConfigFile, NewProfile, Planned};
use crate::cli::{Global, SetupArgs, SetupScope};
use crate::commands::target;
use crate::configuration;
use crate::error::{Failure, WRITTEN_STAYS};
use crate::private_file::StateFolder;
use crate::receipt::Receipts;
use crate::report::v1_questions;
use crate::settings::scope::{self, Scope, Settings};
use crate::ui::Ui;
use crate::wizard::foreign::{self, Recognised};
use crate::wizard::more::More;
use crate::wizard::{Answers, Regions, Wizard};
use crate::world::World;

use self::asker::{Asker, Given, Stop};
use self::interview::{Decision, Interview};
use self::outcome::Outcome;

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
    /// The configuration of somebody else that the settings file holds.
    recognised: Option<Recognised>,
    /// The AWS config file, and a new profile for it; in memory alone until the end.
    planned: Option<(ConfigFile, NewProfile)>,
    /// Commands of the user's own, known to work.
    own: own_helpers::Checked,
    /// Who answers.
    asker: Asker,
    /// It is for a command of the original plugin, which takes its own configuration over and answers by itself.
    original: bool,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &SetupArgs) -> Result<(), Failure> {
    let asker = match &args.answers {
        Some(text) => Asker::Given(Given::parse(text)?),
        None if world.can_ask() && !args.yes => Asker::Person,
        None => Asker::Recommendation,
    };
    let answers = asker.given().map(|given| given.answers.clone());
    match (set_up(world, ui, global, args, asker), answers) {
        (Ok(()), _) => Ok(()),
        (Err(Stop::Asked(interview)), _) => ui.answer_verbatim(&interview.text()),
        (Err(Stop::Failed(failure, _)), None) => Err(failure),
        (Err(Stop::Failed(failure, mended_by)), Some(answers)) => {
            ui.answer_verbatim(&v1_questions::Interview::stuck(&failure, mended_by, &answers).text())?;
            Err(failure)
        }
    }
}

fn set_up(world: &World, ui: Ui, global: &Global, args: &SetupArgs, asker: Asker) -> Result<(), Stop> {
    if !asker.asks() && !args.yes && !args.dry_run {
        return Err(Failure::refused("there is no terminal to ask on, and nothing was written")
            .hint("run `claude-bedrock setup --yes` to take the recommended answers, or `--dry-run` to see them")
            .into());
    }
    if args.scope == SetupScope::Project && args.identity.is_some() {
        return Err(Failure::refused("a project's settings hold no identity, so `--identity` has no place there")
            .hint("everyone who works on the project keeps their own; leave `--identity` out")
            .into());
    }
    status_line::refuse_contradictions(args)?;
    own_helpers::refuse_contradictions(global, args)?;
    let mut setup = Setup::new(world, ui, global, args, asker)?;
    setup.check_process_name()?;
    setup.check_own_helpers()?;
    let watch = ask::watch(ui);
    setup.plan_profile()?;
    setup.run(watch)
}

/// Writes a choice for a command of the original plugin, which answers by itself.
pub(super) fn write(world: &World, ui: Ui, global: &Global, args: &SetupArgs) -> Result<(), Failure> {
    let mut setup = Setup::new(world, ui, global, args, Asker::Recommendation)?;
    setup.original = true;
    match setup.run(ask::watch(ui)) {
        Ok(()) => Ok(()),
        Err(Stop::Failed(failure, _)) => Err(failure),
        Err(Stop::Asked(_)) => Err(Failure::failed("a question was left open")),
    }
}

impl<'a> Setup<'a> {
    fn new(world: &'a World, ui: Ui, global: &'a Global, args: &'a SetupArgs, asker: Asker) -> Result<Self, Failure> {
        let scope = match args.scope {
            SetupScope::User => Scope::User,
            SetupScope::Project => Scope::Project,
            SetupScope::Local => Scope::Local,
        };
        let path = scope::path_of(world, scope).ok_or_else(Failure::no_home)?;
        let state = StateFolder::of(world).ok_or_else(Failure::no_home)?;
        let receipts = Receipts::of(&state);
        let files = files::read(world);
        let (recognised, planned, own) = (None, None, own_helpers::Checked::default());
        let mut setup = Self {
            world,
            ui,
            global,
            args,
            files,
            receipts,
            state,
            scope,
            path,
            recognised,
            planned,
            own,
            asker,
            original: false,
        };
        // Before any question: a file that Claude Code drops whole is not edited.
        setup.recognised = foreign::recognise(&target::read(&setup.path)?.1);
        Ok(setup)
    }

    fn check_own_helpers(&mut self) -> Result<(), Failure> {
        let may_ask = self.asker.is_person();
        let (_, document) = target::read(&self.path)?;
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let (world, ui, args, receipt) = (self.world, self.ui, self.args, receipt.as_ref());
        self.own = own_helpers::Check { world, ui, args, document: &document, receipt, may_ask }.run()?;
        Ok(())
    }

    /// Plans an AWS profile where one is wanted, or where there is none and somebody can be asked for it.
    fn plan_profile(&mut self) -> Result<(), Stop> {
        let args = &self.args.new_profile;
        let none_there = self.files.profiles.profiles().next().is_none() && self.global.profile.is_none();
        let is_answered = self.asker.given().is_some_and(Given::names_new_profile);
        let is_wanted = (none_there && self.asker.asks() || is_answered) && !self.own.gives_identity();
        if args.start_url.is_none() && !is_wanted {
            return Ok(());
        }
        let profile = new_profile::create(self.world, self.ui, self.global, args, &self.files, &self.asker)?;
        let config = ConfigFile::read(&self.files.config_path)?;
        self.files = files::with_config(self.world, config.with(&profile.sections()).text());
        self.planned = Some((config, profile));
        Ok(())
    }

    /// The AWS profile to be added, which works in the region that was chosen for Claude Code.
    fn planned_in(&self, region: &str) -> Option<Planned> {
        let (config, _) = self.planned.as_ref()?;
        Some(config.with(&self.new_sections(region)))
    }

    /// Its sections; none where there is no profile to add.
    fn new_sections(&self, region: &str) -> String {
        let Some((_, profile)) = &self.planned else { return String::new() };
        NewProfile { region: region.to_owned(), ..profile.clone() }.sections()
    }

    /// Until it is written an interrupt is watched for.
    fn run(&self, watch: Watch) -> Result<(), Stop> {
        for problem in &self.files.problems {
            self.ui.warning(problem);
        }
        let mut given = self.given();
        given.more = self.given_more()?;
        self.check_given(&given)?;
        let settings = Settings::read(self.world);
        let mut knowledge = knowledge::gather(self.world, &settings, &self.files, self.recognised.clone());
        let is_shared = self.scope == Scope::Project;
        knowledge.rivals = configuration::rivals_of_pins(self.world, &settings, &self.path, is_shared);
        knowledge.status_line = self.status_line_now()?;
        knowledge.regions = if self.asker.asks() { Regions::Wanted } else { Regions::Unasked };
        self.own.settle(self.world, &self.files, &mut knowledge, &mut given);
        let Decision { choice, consent, identity, mut draft, lock } =
            Interview::new(self, Wizard::new(knowledge, given)).decide()?;
        let outcome = Outcome { setup: self, choice: &choice, identity: &identity, draft: &draft };
        if draft.plan.is_empty() && self.planned.is_none() && self.process_sections(&choice)?.is_none() {
            if !self.args.dry_run {
                draft.snapshot.sweep();
            }
            outcome.nothing_to_do()?;
            drop(lock);
            return Ok(self.offer_upgrade(&choice)?);
        }
        self.check_process_profile(&choice)?;
        if self.args.dry_run {
            outcome.planned(self.asker.is_person())?;
            return Ok(self.offer_upgrade(&choice)?);
        }
        if draft.plan.is_empty() && self.asker.is_person() {
            // The wizard asked for no consent to what changes no settings.
            outcome.confirm()?;
        }
        // From here on it is written whole, whatever key is pressed.
        drop(watch);
        if let Some(planned) = self.planned_in(&choice.region) {
            planned.write(&self.state)?;
        }
        if let Some(fresh) = self.write(&draft, &choice, &consent, &identity)? {
            draft = fresh;
        }
        if let Some(sections) = self.process_sections(&choice)? {
            ConfigFile::read(&self.files.config_path)?.with(&sections).write(&self.state)?;
        }
        drop(lock);
        Outcome { setup: self, choice: &choice, identity: &identity, draft: &draft }.applied(self.asker.is_person())?;
        Ok(self.offer_upgrade(&choice).map_err(|failure| failure.after(WRITTEN_STAYS))?)
    }

    /// What the flags have answered. Without a person nothing of others gives way but by `--force`.
    fn given(&self) -> Answers {
        let may_ask = self.asker.asks();
        let forced = self.args.force.then_some(true);
        let unasked = (!may_ask).then_some(false);
        Answers {
            adopt: if self.original { Some(true) } else { forced.or(unasked) },
            profile: self
                .planned
                .as_ref()
                .map(|(_, profile)| profile.name.clone())
                .or_else(|| self.global.profile.clone()),
            region: self.global.region.as_deref().map(|region| region.trim().to_owned()),
            residency: self.args.residency,
            model: self.args.model.clone(),
            identity: self.args.identity,
            replace: forced.or(unasked),
            confirmed: (!may_ask || self.args.dry_run).then_some(true),
            scope: self.args.scope,
            own: self.own.helpers.clone(),
            more: More::default(),
            probe: self.args.probe,
        }
    }
}
