//! On whose behalf AWS is asked: the profile Claude Code is configured with or the one that was named, its region and
//! its credentials.

use std::time::Duration;

use crate::aws::credentials::{self, Credentials};
use crate::aws::files::{self, AwsFiles};
use crate::cli::Global;
use crate::commands::credentials::explain;
use crate::configuration::{self, Configuration, Identity, is_region_shaped};
use crate::error::Failure;
use crate::observe;
use crate::settings::scope::Settings;
use crate::world::World;

/// How much life credentials need for a few looks at AWS.
const A_FEW_LOOKS: Duration = Duration::from_mins(2);

/// Who asks AWS, and where.
pub(super) struct Principal {
    /// The AWS files.
    pub(super) files: AwsFiles,
    /// What Claude Code would do, the named profile put in place of the configured one.
    pub(super) configuration: Configuration,
    /// The profile.
    pub(super) profile: String,
    /// The region.
    pub(super) region: String,
    /// Its credentials.
    pub(super) credentials: Credentials,
}

impl Principal {
    /// Finds out who asks and gets credentials, without a sign-in.
    pub(super) fn of(world: &World, global: &Global) -> Result<Self, Failure> {
        let files = files::read(world);
        let settings = Settings::read(world);
        let configuration = configuration::judge(world, &settings, &files.profiles, global.profile.as_deref());
        let region = region(global, &configuration)?;
        let named = configuration.profile.as_ref().map(|found| found.value.clone());
        let (profile, credentials) = match (named, &configuration.identity) {
            (Some(profile), _) => {
                let credentials = credentials::resolve(world, &files, &profile, A_FEW_LOOKS)
                    .map_err(|error| explain(&error, &profile))?;
                (profile, credentials)
            }
            (None, Identity::Keys(found)) => {
                ("default".to_owned(), observe::keys_in_variables(world, &settings, &found.value))
            }
            (None, _) => {
                return Err(Failure::refused("no AWS profile is configured")
                    .hint("name one with `--profile NAME`, or run `claude-bedrock setup`"));
            }
        };
        Ok(Self { files, configuration, profile, region, credentials })
    }
}

/// The region that was named, or else the one Claude Code would use.
pub(super) fn region(global: &Global, configuration: &Configuration) -> Result<String, Failure> {
    match &global.region {
        Some(region) if !is_region_shaped(region) => {
            Err(Failure::refused(format!("`{region}` is not an AWS region")).hint("regions look like `us-west-2`"))
        }
        Some(region) => Ok(region.clone()),
        None => Ok(configuration.region.value.clone()),
    }
}
