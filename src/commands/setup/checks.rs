//! What must hold for a choice before anything is written.

use crate::aws::bedrock::InferenceProfile;
use crate::aws::credentials::CredentialsError;
use crate::aws::identity::Identity;
use crate::claude_code::{self, Version};
use crate::cli::{IdentityMode, SetupScope};
use crate::commands::credentials::explain;
use crate::configuration;
use crate::error::Failure;
use crate::helper_command;
use crate::model;
use crate::new_profile;
use crate::plan::Choice;
use crate::report::human;
use crate::settings::document::Document;
use crate::settings::scope::{Settings, Source};
use crate::wizard::{Answers, Topic};

use super::Setup;
use super::asker::Stop;

impl Setup<'_> {
    pub(super) fn check_given(&self, given: &Answers) -> Result<(), Stop> {
        if let Some(profile) = &given.profile {
            // Where there is no profile at all, a start URL leads to one.
            let has_profiles = self.files.profiles.profiles().next().is_some();
            let mended_by = if has_profiles { Topic::Profile.key() } else { new_profile::Topic::StartUrl.key() };
            crate::aws::credentials::kind(&self.files, profile)
                .map_err(|error| Stop::Failed(explain(&error, profile), vec![mended_by.to_owned()]))?;
        }
        match &given.region {
            Some(region) if !configuration::is_region_shaped(region) => {
                let failure = Failure::refused(format!("`{region}` is not an AWS region"));
                Err(Stop::Failed(failure.hint("regions look like `us-west-2`"), vec![Topic::Region.key().to_owned()]))
            }
            _ => Ok(()),
        }
    }

    /// An installed Claude Code that would use another identity than the chosen one is no ground to build on.
    pub(super) fn check_claude_code(&self, choice: &Choice) -> Result<(), Failure> {
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

    /// What is in no listing is asked for by itself. An ARN has to be there, unless nobody may see that; an id that
    /// nobody may list is unverified either way.
    pub(super) fn look_up(
        &self,
        choice: &Choice,
        id: &str,
        identity: Option<&Identity>,
    ) -> Result<Option<InferenceProfile>, Failure> {
        let progress = self.ui.progress("Asking Bedrock for the inference profile…");
        let caller = self.own.caller(self.world, &self.files, &choice.profile, &choice.region);
        let found = caller.find_inference_profile(id);
        drop(progress);
        match found {
            Ok(found) => Ok(Some(found)),
            Err(_) if !id.starts_with("arn:") => Ok(None),
            Err(CredentialsError::Call(error)) if error.is_denied() => {
                let who = identity.map_or(choice.profile.as_str(), |identity| identity.arn.as_str());
                self.ui.warning(&format!("{who} may not look up `{id}`; it is written unverified"));
                Ok(None)
            }
            Err(error) if id != model::without_context_suffix(&choice.model) => {
                self.ui.warning(&format!("`{id}`, which is pinned, was not found: {error}"));
                Ok(None)
            }
            Err(error) => Err(Failure::refused(format!("the model `{id}` was not found: {error}"))),
        }
    }

    /// What we write must also be what counts: a stronger file or the host could say otherwise.
    pub(super) fn check_effect(&self, planned: &Document, choice: &Choice) -> Result<(), Failure> {
        let settings = Settings::read(self.world).with_document(&self.path, planned.clone());
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
}

fn overridden(what: &str, value: &str, source: Option<Source>) -> Failure {
    let place = match source {
        Some(Source::Settings { scope, path, .. }) => format!("the {scope} settings `{}`", path.display()),
        Some(Source::Variable(name)) => format!("the variable {name}"),
        Some(Source::AwsFile { path, .. }) => format!("`{}`", path.display()),
        Some(Source::Default) | None => "something stronger".to_owned(),
    };
    Failure::refused(format!("{what} would still be `{value}`, because {place} says so and wins; nothing was written"))
        .hint("change it there, or choose a `--scope` that is stronger")
}
