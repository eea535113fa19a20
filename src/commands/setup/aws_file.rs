//! What `setup` writes into the AWS config file beside a new profile: a profile for other tools, and a legacy one moved
//! to an SSO session.

use std::collections::BTreeMap;

use crate::aws::files;
use crate::aws::profile::{Profile, ProfileKind, SsoProfile};
use crate::aws::sign_in::Wish;
use crate::aws_config::{ConfigFile, is_portable_name, process_section};
use crate::cli::WayArgs;
use crate::commands::sign_in::{self, Wanted};
use crate::commands::upgrade::{self, Consent};
use crate::error::{Failure, WRITTEN_STAYS};
use crate::helper_command;
use crate::plan::Choice;
use crate::ui::Stream;

use super::Setup;

impl Setup<'_> {
    /// Refuses a name for the new profile before anything is asked.
    pub(super) fn check_process_name(&self) -> Result<(), Failure> {
        let Some(name) = &self.args.aws_file.process_profile else { return Ok(()) };
        if !is_portable_name(name) {
            return Err(Failure::refused(format!("`--process-profile {name}` cannot be used"))
                .hint("letters, digits and _ . @ % + : / - only: other names are not read by every AWS tool"));
        }
        if self.global.profile.as_ref() == Some(name) {
            return Err(Failure::refused(format!("the profile `{name}` would ask itself for credentials"))
                .hint("give `--process-profile` a name of its own"));
        }
        // One of ours may be the very one that is wanted, which the answers will tell.
        let is_ours = |there: &Profile| {
            let command = there.get("credential_process");
            command.is_some_and(|command| command.text.contains(" credentials --format process --profile"))
        };
        match self.files.profiles.profile(name) {
            Some(there) if !is_ours(there) => Err(name_is_taken(name)),
            _ => Ok(()),
        }
    }

    /// The section of the profile for other tools, where one is wanted and not there yet.
    pub(super) fn process_sections(&self, choice: &Choice) -> Result<Option<String>, Failure> {
        let Some(name) = &self.args.aws_file.process_profile else { return Ok(None) };
        let program = helper_command::lasting_program_path(self.world);
        let sections = process_section(name, &program, &choice.profile, &choice.region)
            .map_err(|reason| Failure::refused(format!("{reason}; nothing was written")))?;
        let Some(there) = self.files.profiles.profile(name) else { return Ok(Some(sections)) };
        let wanted = files::with_config(self.world, &sections);
        let values =
            |profile: &Profile| profile.keys().map(|(key, value)| (key.to_owned(), value.text.clone())).collect();
        let (there, wanted): (BTreeMap<_, _>, Option<BTreeMap<_, _>>) =
            (values(there), wanted.profiles.profile(name).map(values));
        if wanted == Some(there) { Ok(None) } else { Err(name_is_taken(name)) }
    }

    /// Refuses a profile for other tools that leads back to itself.
    pub(super) fn check_process_profile(&self, choice: &Choice) -> Result<(), Failure> {
        let Some(sections) = self.process_sections(choice)? else { return Ok(()) };
        let name = self.args.aws_file.process_profile.as_deref().unwrap_or_default();
        // Before anything is written: a file that nothing can be added to ends it here.
        let config = ConfigFile::read(&self.files.config_path)?;
        let planned = config.with(&(self.new_sections(&choice.region) + &sections));
        let afterwards = files::with_config(self.world, planned.text());
        let profile = afterwards.profiles.profile(name);
        match profile.and_then(|profile| profile.endless_chain(&afterwards.profiles)) {
            Some(chain) => {
                let chain = chain.join(" -> ");
                Err(Failure::refused(format!("the profile `{name}` would ask itself ({chain}); nothing was written")))
            }
            None => Ok(()),
        }
    }

    /// What a legacy profile is told without being asked.
    pub(super) fn legacy_note(&self, choice: &Choice) -> Option<String> {
        self.legacy(choice).filter(|_| !self.args.aws_file.upgrade)?;
        let profile = shlex::try_quote(&choice.profile).ok()?;
        Some(format!(
            "A legacy SSO profile's sign-in cannot renew itself; `claude-bedrock refresh --upgrade --profile {profile}` \
             moves it to an SSO session, whose sign-in can."
        ))
    }

    /// Moves a legacy profile to an SSO session where a person or a flag says so, and asks for the sign-in it needs.
    pub(super) fn offer_upgrade(&self, choice: &Choice) -> Result<(), Failure> {
        let Some(sso) = self.legacy(choice) else {
            if self.args.aws_file.upgrade {
                self.ui.status(&format!("The profile `{}` is not a legacy SSO profile.", choice.profile));
            }
            return Ok(());
        };
        let consent = match (self.args.dry_run, self.args.aws_file.upgrade) {
            (true, true) => Consent::DryRun,
            (false, true) => Consent::Given,
            (false, false) if self.asker.is_person() => Consent::Ask,
            _ => return Ok(()),
        };
        let (world, ui, name) = (self.world, self.ui, choice.profile.as_str());
        // Without the profile that this run has written the plan would not fit the file.
        let files = if self.args.dry_run { None } else { Some(files::read(world)) };
        let files = files.as_ref().unwrap_or(&self.files);
        if !upgrade::carry_out(world, ui, files, name, &sso, consent, Stream::Status)? {
            return Ok(());
        }
        let (files, sso) = upgrade::afterwards(world, name);
        let Some(sso) = sso else { return Ok(()) };
        let way = WayArgs::default();
        let wanted = Wanted {
            profile: name,
            sso: &sso,
            way,
            wish: Wish::IfNeeded,
            refused: false,
            stream: Stream::Status,
            listens: false,
        };
        sign_in::sign_in(world, ui, &files, &wanted).map(drop).map_err(|failure| failure.after(WRITTEN_STAYS))
    }

    fn legacy(&self, choice: &Choice) -> Option<SsoProfile> {
        if self.own.gives_identity() {
            return None;
        }
        match self.files.profiles.profile(&choice.profile)?.kind(&self.files.profiles) {
            ProfileKind::LegacySso(sso) => Some(sso),
            _ => None,
        }
    }
}

fn name_is_taken(name: &str) -> Failure {
    Failure::refused(format!("there already is a profile `{name}`; nothing was written"))
        .hint("give `--process-profile` another name")
}
