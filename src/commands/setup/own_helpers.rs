//! Commands of the user's own in the place of ours: checked and run before anything is written.

use std::path::{Path, PathBuf};

use crate::ask;
use crate::aws::call;
use crate::aws::credentials::{Credentials, CredentialsError};
use crate::aws::files::AwsFiles;
use crate::claude_code;
use crate::cli::{Global, IdentityMode, SetupArgs, SetupScope};
use crate::commands::helpers::stopped;
use crate::configuration;
use crate::error::Failure;
use crate::helper_check::Finding;
use crate::helper_check::export::{DEADLINE, Export};
use crate::helper_check::file;
use crate::helper_check::process;
use crate::helper_check::surroundings::Surroundings;
use crate::helper_command;
use crate::observe::Caller;
use crate::plan::OwnHelpers;
use crate::receipt::Receipt;
use crate::settings::document::{Document, Key};
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::vars;
use crate::wizard::{Answers, Knowledge, ProfileOption};
use crate::world::World;

/// What stands for the profile where a script gives the identity.
const NO_PROFILE: &str = "";

/// The user's own commands, known to work.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) helpers: OwnHelpers,
    /// What the export gave.
    credentials: Option<Credentials>,
    /// The profile whose endpoint settings count for it.
    ambient_profile: String,
}

/// What they are checked in.
pub(super) struct Check<'a> {
    pub(super) world: &'a World,
    pub(super) ui: Ui,
    pub(super) args: &'a SetupArgs,
    pub(super) document: &'a Document,
    pub(super) receipt: Option<&'a Receipt>,
    pub(super) may_ask: bool,
}

/// Refuses what does not go together, before anything is looked at.
pub(super) fn refuse_contradictions(global: &Global, args: &SetupArgs) -> Result<(), Failure> {
    if args.scope == SetupScope::Project && (args.export_command.is_some() || args.refresh_command.is_some()) {
        return Err(Failure::refused("a project's settings hold no commands of yours")
            .hint("use `--scope local` for you in this project, or leave `--scope` out for all your sessions"));
    }
    if args.export_command.is_some() && global.profile.is_some() {
        return Err(Failure::refused(
            "the identity is the one the export command gives, so `--profile` has no place here",
        )
        .hint("leave `--profile` out, or name the profile inside the script"));
    }
    if args.export_command.is_none() && args.refresh_command.is_some() && args.identity == Some(IdentityMode::Isolated)
    {
        return Err(Failure::refused(
            "in isolated mode Claude Code's credentials do not come from what `--refresh-command` signs in to",
        )
        .hint("use `--identity shared`, or give an `--export-command` too"));
    }
    Ok(())
}

impl Check<'_> {
    /// Checks both commands and runs the export.
    pub(super) fn run(&self) -> Result<Checked, Failure> {
        let settings = Settings::read(self.world);
        let surroundings = self.surroundings(&settings);
        let refresh = self.args.refresh_command.as_deref().map(|command| self.refresh(command, &surroundings));
        let ambient = settings.variable(self.world, vars::AWS_PROFILE).map(|found| found.value);
        let mut checked = Checked {
            helpers: OwnHelpers { export: None, refresh: refresh.transpose()? },
            credentials: None,
            ambient_profile: ambient.filter(|name| !name.is_empty()).unwrap_or_else(|| "default".into()),
        };
        if let Some(path) = &self.args.export_command {
            self.file(path)?;
            checked.credentials = Some(self.export(path, &surroundings)?);
            checked.helpers.export = Some(path.clone());
        }
        Ok(checked)
    }

    /// As in a session after the set-up: without a profile that an earlier set-up of ours wrote.
    fn surroundings(&self, settings: &Settings) -> Surroundings {
        let surroundings = Surroundings::of_session(self.world, settings, claude_code::installed(self.world));
        let key = Key::env(vars::AWS_PROFILE);
        let current = self.document.get(&key);
        match self.receipt.and_then(|receipt| receipt.key(&key)).filter(|record| record.is_ours(current.as_ref())) {
            Some(record) if self.args.export_command.is_some() => {
                let before = record.before.as_ref().and_then(crate::settings::document::RawJson::as_str);
                surroundings
                    .with(vars::AWS_PROFILE, before.as_deref().or_else(|| self.world.raw_var(vars::AWS_PROFILE)))
            }
            _ => surroundings,
        }
    }

    fn file(&self, path: &Path) -> Result<(), Failure> {
        if let Some(absolute) = file::absolute_instead(self.world, path) {
            return Err(Failure::refused(format!(
                "`{}` is a relative path, which would mean another file in every folder Claude Code is started in",
                path.display()
            ))
            .hint(format!("use `--export-command {}`", quoted(&absolute))));
        }
        let verdict = file::check(path);
        let narrows = verdict.is_narrowable && !self.args.dry_run && self.may_narrow(path, &verdict.findings)?;
        let verdict = if narrows {
            file::narrow(path).map_err(|error| Failure::refused(error.to_string()))?;
            self.ui.status(&format!("Ran `{}`.", file::narrowing_command(path)));
            file::check(path)
        } else {
            verdict
        };
        self.refuse(&verdict.findings)
    }

    fn may_narrow(&self, path: &Path, findings: &[Finding]) -> Result<bool, Failure> {
        if self.args.force || !self.may_ask {
            return Ok(self.args.force);
        }
        let found: Vec<&str> = findings.iter().filter(|f| f.is_problem()).map(|f| f.message.as_str()).collect();
        self.ui.status(&found.join("\n"));
        ask::confirm(self.world, self.ui, &format!("Make it yours alone (`{}`)?", file::narrowing_command(path)), true)
    }

    fn export(&self, path: &Path, surroundings: &Surroundings) -> Result<Credentials, Failure> {
        let command = helper_command::own_script_alone(path).map_err(|error| Failure::refused(error.to_string()))?;
        self.ui.status(&format!("Running `{}` as Claude Code would …", path.display()));
        let export = Export { command, alone: None, file: None, is_ours: false };
        let mut facts = call::block_on(export.look(self.world, surroundings, DEADLINE)).map_err(stopped)?;
        facts.findings.extend(facts.document.as_ref().filter(|document| !document.is_passed_on).map(|_| {
            Finding::problem("not-passed-on", "what it printed is more than one plain credentials document")
                .hint("print the document to standard output and nothing before or after it, from `{` to `}`")
        }));
        self.refuse(&facts.findings)?;
        facts.document.map(|document| document.credentials).ok_or_else(|| Failure::failed("no credentials were given"))
    }

    /// The user's shell text is not ours to run or to change; what can be seen without running it is.
    fn refresh(&self, command: &str, surroundings: &Surroundings) -> Result<String, Failure> {
        let refused = |message: String| Failure::refused(message).hint("quote it as you would for `/bin/sh -c`");
        if command.trim().is_empty() || command.contains('\0') {
            return Err(refused("the `--refresh-command` is empty or holds a NUL".into()));
        }
        if !call::block_on(process::has_shell_syntax(command, surroundings)).map_err(stopped)? {
            return Err(refused(format!("the shell cannot read the `--refresh-command` `{command}`")));
        }
        let Some(first) = helper_command::first_word(command).map(PathBuf::from) else { return Ok(command.to_owned()) };
        if first.is_absolute() {
            self.refuse(&file::check(&first).findings)?;
        } else if first.components().count() > 1 && !first.starts_with("~") && !command.trim_start().starts_with('$') {
            let absolute = file::absolute_instead(self.world, &first).unwrap_or_else(|| first.clone());
            return Err(Failure::refused(format!(
                "`{}` is a relative path, which would mean another file in every folder Claude Code is started in",
                first.display()
            ))
            .hint(format!("name it as {}", quoted(&absolute))));
        }
        Ok(command.to_owned())
    }

    /// Shows the warnings and fails with the problems.
    fn refuse(&self, findings: &[Finding]) -> Result<(), Failure> {
        let (problems, warnings): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|f| f.is_problem());
        for warning in warnings {
            self.ui.warning(&warning.message);
        }
        if problems.is_empty() {
            return Ok(());
        }
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let mut failure = Failure::refused(messages.join("\n"));
        for hint in problems.iter().filter_map(|problem| problem.hint.as_deref()) {
            if !failure.hints.iter().any(|known| known == hint) {
                failure = failure.hint(hint);
            }
        }
        if problems.iter().any(|problem| problem.code == "writable-by-others" || problem.code == "not-executable") {
            failure = failure.hint("or run `setup` again with `--force`, which does it");
        }
        Err(failure.hint("nothing was written"))
    }
}

impl Checked {
    /// Whether a script takes the place of a profile.
    pub(super) fn gives_identity(&self) -> bool {
        self.helpers.export.is_some()
    }

    /// What the script decides is not asked: there is no profile, and its identity is Claude Code's alone.
    pub(super) fn settle(&self, world: &World, files: &AwsFiles, knowledge: &mut Knowledge, answers: &mut Answers) {
        if self.helpers.export.is_none() {
            if self.helpers.refresh.is_some() {
                answers.identity = answers.identity.or(Some(IdentityMode::Shared));
            }
            return;
        }
        let ambient = files.profiles.profile(&self.ambient_profile).and_then(|profile| profile.get("region"));
        let mut regions: Vec<String> = Vec::new();
        let variables = [vars::AWS_REGION, vars::AWS_DEFAULT_REGION].into_iter().filter_map(|name| world.var(name));
        regions.extend(variables.chain(ambient.map(|value| value.text.as_str())).map(str::to_owned));
        regions.retain(|region| configuration::is_region_shaped(region));
        knowledge.profiles = vec![ProfileOption {
            name: NO_PROFILE.into(),
            description: String::new(),
            usable: true,
            found_by_claude_code: true,
            regions,
        }];
        // Whose profile a recognised configuration names does not matter any more.
        knowledge.recognised = None;
        answers.profile = Some(NO_PROFILE.into());
        answers.identity = Some(IdentityMode::Isolated);
    }

    /// Who asks AWS: the script where it gives the identity, else the profile.
    pub(super) fn caller<'a>(
        &'a self,
        world: &'a World,
        files: &'a AwsFiles,
        profile: &'a str,
        region: &'a str,
    ) -> Caller<'a> {
        let given = self.credentials.as_ref();
        let profile = if given.is_some() { &self.ambient_profile } else { profile };
        Caller { world, files, profile, region, given }
    }

    /// An error of AWS's about a profile or about the script's credentials.
    pub(super) fn explain(&self, error: &CredentialsError, profile: &str) -> Failure {
        match &self.helpers.export {
            Some(script) => Failure::failed(format!("AWS does not take what `{}` gives: {error}", script.display()))
                .hint("nothing was written"),
            None => crate::commands::credentials::explain(error, profile),
        }
    }
}

fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    shlex::try_quote(&path).map_or_else(|_| path.clone(), std::borrow::Cow::into_owned)
}
