//! `setup`: asks, verifies with AWS, shows the plan, writes it with a receipt.

mod aws_file;
mod checks;
mod draft;
mod interview;
mod knowledge;
mod new_profile;
mod outcome;
mod own_helpers;

use std::path::PathBuf;

use crate::ask;
use crate::aws::files::{self, AwsFiles};
use crate::aws_config::Planned;
use crate::cli::{Global, SetupArgs, SetupScope};
use crate::error::Failure;
use crate::private_file::StateFolder;
use crate::receipt::Receipts;
use crate::settings::document::Document;
use crate::settings::scope::{self, Scope, Settings};
use crate::settings::store::{self, Snapshot};
use crate::ui::Ui;
use crate::wizard::foreign::{self, Recognised};
use crate::wizard::{Answers, Wizard};
use crate::world::World;

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
    /// The AWS config file with a new profile in it, and that profile's name; in memory alone until the end.
    planned: Option<(Planned, String)>,
    /// Commands of the user's own, known to work.
    own: own_helpers::Checked,
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
    let mut setup = Setup::new(world, ui, global, args)?;
    setup.check_process_name()?;
    setup.check_own_helpers(may_ask)?;
    setup.plan_profile(may_ask)?;
    setup.run(may_ask)
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
        let files = files::read(world);
        let (recognised, planned, own) = (None, None, own_helpers::Checked::default());
        let mut setup = Self { world, ui, global, args, files, receipts, state, scope, path, recognised, planned, own };
        // Before any question: a file that Claude Code drops whole is not edited.
        setup.recognised = foreign::recognise(&setup.target()?.1);
        Ok(setup)
    }

    fn check_own_helpers(&mut self, may_ask: bool) -> Result<(), Failure> {
        let (_, document) = self.target()?;
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let (world, ui, args, receipt) = (self.world, self.ui, self.args, receipt.as_ref());
        self.own = own_helpers::Check { world, ui, args, document: &document, receipt, may_ask }.run()?;
        Ok(())
    }

    /// Plans an AWS profile where one is wanted, or where there is none and somebody can be asked for it.
    fn plan_profile(&mut self, may_ask: bool) -> Result<(), Failure> {
        let args = &self.args.new_profile;
        let none_there = self.files.profiles.profiles().next().is_none() && self.global.profile.is_none();
        let is_wanted = none_there && may_ask && !self.own.gives_identity();
        if args.start_url.is_none() && !is_wanted {
            return Ok(());
        }
        let profile = new_profile::create(self.world, self.ui, self.global, args, &self.files, may_ask)?;
        let planned = Planned::new(&self.files.config_path, &profile.sections())?;
        self.files = files::with_config(self.world, planned.text());
        self.planned = Some((planned, profile.name));
        Ok(())
    }

    fn run(&self, may_ask: bool) -> Result<(), Failure> {
        for problem in &self.files.problems {
            self.ui.warning(problem);
        }
        let mut given = self.given(may_ask);
        self.check_given(&given)?;
        let mut knowledge =
            knowledge::gather(self.world, &Settings::read(self.world), &self.files, self.recognised.clone());
        self.own.settle(self.world, &self.files, &mut knowledge, &mut given);
        let watch = ask::watch(self.ui);
        let Decision { choice, consent, identity, mut draft, lock } =
            Interview::new(self, Wizard::new(knowledge, given), may_ask).decide()?;
        let outcome = Outcome { setup: self, choice: &choice, identity: &identity, draft: &draft };
        if draft.plan.is_empty() && self.planned.is_none() && self.args.aws_file.process_profile.is_none() {
            if !self.args.dry_run {
                draft.snapshot.sweep();
            }
            outcome.nothing_to_do()?;
            drop(lock);
            return self.offer_upgrade(&choice, may_ask);
        }
        self.check_process_profile(&choice)?;
        if self.args.dry_run {
            outcome.planned(may_ask)?;
            return self.offer_upgrade(&choice, may_ask);
        }
        if draft.plan.is_empty() && may_ask {
            // The wizard asked for no consent to what changes no settings.
            outcome.confirm()?;
        }
        // From here on it is written whole, whatever key is pressed.
        drop(watch);
        if let Some((planned, _)) = &self.planned {
            planned.write(&self.state)?;
        }
        if let Some(fresh) = self.write(&draft, &choice, &consent, &identity, may_ask)? {
            draft = fresh;
        }
        if let Some(sections) = self.process_sections(&choice)? {
            Planned::new(&self.files.config_path, &sections)?.write(&self.state)?;
        }
        drop(lock);
        Outcome { setup: self, choice: &choice, identity: &identity, draft: &draft }.applied(may_ask)?;
        self.offer_upgrade(&choice, may_ask)
    }

    /// What the flags have answered. Without a person nothing of others gives way but by `--force`.
    fn given(&self, may_ask: bool) -> Answers {
        let forced = self.args.force.then_some(true);
        let unasked = (!may_ask).then_some(false);
        Answers {
            adopt: forced.or(unasked),
            profile: self.planned.as_ref().map(|(_, name)| name.clone()).or_else(|| self.global.profile.clone()),
            region: self.global.region.clone(),
            model: self.args.model.clone(),
            identity: self.args.identity,
            replace: forced.or(unasked),
            confirmed: (!may_ask || self.args.dry_run).then_some(true),
            scope: self.args.scope,
            own: self.own.helpers.clone(),
        }
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
}
