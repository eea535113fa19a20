//! `helpers test`: what is configured, run as Claude Code runs it.

use crate::aws::call;
use crate::aws::files::{self, AwsFiles};
use crate::aws::identity;
use crate::claude_code;
use crate::cli::{Global, HelpersArgs, HelpersCommand, HelpersTestArgs};
use crate::configuration::{self, Configuration, Identity, Provider};
use crate::error::Failure;
use crate::helper_check::export::{self, Export};
use crate::helper_check::process::{self, RunError};
use crate::helper_check::refresh::{self, Chain, RefreshFacts};
use crate::helper_check::surroundings::Surroundings;
use crate::helper_check::{Finding, Weight};
use crate::observe;
use crate::report::helpers::{self, ExportTest, HelpersTest, RefreshTest};
use crate::report::v1_helpers;
use crate::settings::scope::{Found, Settings};
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &HelpersArgs) -> Result<(), Failure> {
    match &args.command {
        HelpersCommand::Test(args) => Test::new(world, ui, global, args).run(),
    }
}

struct Test<'a> {
    world: &'a World,
    ui: Ui,
    global: &'a Global,
    args: &'a HelpersTestArgs,
    settings: Settings,
    files: AwsFiles,
    configuration: Configuration,
}

impl<'a> Test<'a> {
    fn new(world: &'a World, ui: Ui, global: &'a Global, args: &'a HelpersTestArgs) -> Self {
        let settings = Settings::read(world);
        let files = files::read(world);
        let configuration = configuration::judge(world, &settings, &files.profiles, None);
        Self { world, ui, global, args, settings, files, configuration }
    }

    fn run(&self) -> Result<(), Failure> {
        for problem in observe::dropped(&self.settings) {
            self.ui.warning(&problem);
        }
        let configured = |key| self.settings.top(key).filter(|found: &Found| !found.value.is_empty());
        let (export, refresh) = (configured(vars::CREDENTIAL_EXPORT), configured(vars::AUTH_REFRESH));
        if export.is_none() && refresh.is_none() {
            return Err(Failure::refused(
                "neither `awsCredentialExport` nor `awsAuthRefresh` is configured, so there is nothing to test",
            )
            .hint("run `claude-bedrock setup`, with `--export-command PATH` for a script of your own"));
        }
        let surroundings = Surroundings::of_session(self.world, &self.settings, claude_code::installed(self.world));
        // In Claude Code's order.
        let refresh = refresh.map(|found| self.test_refresh(found, &surroundings)).transpose()?;
        let export = export.map(|found| self.test_export(found, &surroundings)).transpose()?;
        let tested = HelpersTest { findings: self.standing(), refresh, export };
        if self.global.json {
            self.ui.answer_json(&v1_helpers::HelpersTest::of(&tested, self.world.now()))?;
        } else {
            self.ui.answer(&helpers::test(&tested, self.world.now(), self.world.home().as_deref()))?;
        }
        match tested.problems().count() {
            0 => Ok(()),
            1 => Err(Failure::failed("a helper command has a problem")),
            count => Err(Failure::failed(format!("the helper commands have {count} problems"))),
        }
    }

    /// Whether Claude Code comes to run the commands at all, and uses what they give.
    fn standing(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.configuration.provider != Provider::Bedrock {
            let message = format!("Claude Code does not run them now: its provider is {}", self.configuration.provider);
            findings.push(Finding::warning("not-bedrock", message));
        }
        let stronger = match &self.configuration.identity {
            Identity::ApiKey(_) => "a Bedrock API key is used instead of what they give",
            Identity::Unsigned(_) => "requests are not signed, so nothing they give is used",
            _ => return findings,
        };
        findings.push(Finding::warning("not-used", stronger));
        findings
    }

    fn test_refresh(&self, found: Found, surroundings: &Surroundings) -> Result<RefreshTest, Failure> {
        let observe = || Chain::observe(self.world, &self.settings, &self.files, &self.configuration.region.value);
        let mut facts = RefreshFacts::begin(&found.value, observe());
        let is_run = self.args.refresh || matches!(facts.before, Chain::Fails(_));
        if is_run {
            let limit = self.args.timeout.unwrap_or(refresh::DEADLINE).min(refresh::DEADLINE);
            self.ui.status("Running `awsAuthRefresh` as Claude Code does; a browser may open …");
            call::block_on(facts.run(&found.value, surroundings, limit)).map_err(stopped)?;
            facts.judge(observe(), limit);
        }
        Ok(RefreshTest { source: found.source, facts })
    }

    fn test_export(&self, found: Found, surroundings: &Surroundings) -> Result<ExportTest, Failure> {
        let limit = self.args.timeout.unwrap_or(export::DEADLINE);
        self.ui.detail("running `awsCredentialExport` as Claude Code does");
        let export = Export::configured(&found.value);
        let mut facts = call::block_on(export.look(self.world, surroundings, limit)).map_err(stopped)?;
        let mut identity = None;
        if let Some(document) = &facts.document {
            let profile = self.settings.variable(self.world, vars::AWS_PROFILE).map(|found| found.value);
            let (profile, region) = (profile.as_deref().unwrap_or("default"), &self.configuration.region.value);
            let asked = identity::caller(self.world, &self.files, profile, region, &document.credentials);
            match call::block_on(process::unless_interrupted(asked)).map_err(stopped)? {
                Ok(found) => identity = Some(found),
                Err(error) => facts.findings.push(refused_keys(&error)),
            }
        }
        Ok(ExportTest { source: found.source, facts, identity })
    }
}

/// Keys that STS does not take: Bedrock takes them no more than STS does.
pub(super) fn refused_keys(error: &call::CallError) -> Finding {
    let (code, weight) = match error {
        // Bedrock may be reached where STS is not.
        call::CallError::Answered { .. } => ("keys-refused", Weight::Problem),
        _ => ("sts-unreachable", Weight::Warning),
    };
    Finding { weight, ..Finding::problem(code, format!("whose keys these are is unknown: {error}")) }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn stopped(error: RunError) -> Failure {
    match error {
        RunError::Interrupted => Failure::interrupted(),
        RunError::NotStarted(_) => Failure::failed(error.to_string()),
    }
}
