//! On whose behalf a command asks AWS, found out from the settings, the AWS files and what was named.

use crate::aws::files::{self, AwsFiles};
use crate::cli::Global;
use crate::commands::credentials::{explain, none_configured};
use crate::configuration::{self, Configuration, Identity, is_region_shaped};
use crate::error::Failure;
use crate::observe::principal::{Asker, NoPrincipal, Principal};
use crate::regions;
use crate::settings::scope::{Settings, Source};
use crate::ui::Ui;
use crate::world::World;

/// Who asks AWS, and the files that say so.
pub(super) struct OnBehalf {
    /// The AWS files.
    pub(super) files: AwsFiles,
    /// What Claude Code would do, the named profile put in place of the configured one.
    pub(super) configuration: Configuration,
    /// Who asks.
    pub(super) who: Principal,
}

impl OnBehalf {
    /// Whoever Claude Code would be, or the profile that was named, without a sign-in. Where nothing is configured
    /// yet, the only profile there is can be meant.
    pub(super) fn of(world: &World, ui: Ui, global: &Global) -> Result<Self, Failure> {
        let (settings, files, configuration) = surroundings(world, global);
        let region = region(global, &configuration)?;
        warn_of_partition(ui, &region, &configuration);
        let progress = ui.progress(FETCHING);
        let who = Principal::of(world, &settings, &files, &configuration, Some(&region));
        drop(progress);
        let who = who.map_err(|error| no_principal(error, &files))?;
        Ok(Self { files, configuration, who })
    }
}

/// The same for commands about models, who take an API key as well.
pub(super) fn asker(
    world: &World,
    ui: Ui,
    global: &Global,
) -> Result<(Settings, AwsFiles, Configuration, Asker), Failure> {
    let (settings, files, configuration) = surroundings(world, global);
    let region = region(global, &configuration)?;
    warn_of_partition(ui, &region, &configuration);
    let progress = ui.progress(FETCHING);
    let who = Asker::of(world, &settings, &files, &configuration, &region);
    drop(progress);
    let who = who.map_err(|error| no_principal(error, &files))?;
    Ok((settings, files, configuration, who))
}

/// What is said while credentials take their time.
const FETCHING: &str = "Getting credentials…";

/// `GovCloud`, China and the rest of the world have accounts and identities of their own.
fn warn_of_partition(ui: Ui, region: &str, configuration: &Configuration) {
    let own = &configuration.region;
    let [asked, usual] = [region, &own.value].map(|region| regions::partition_of(region).name);
    if asked != usual && !matches!(own.source, Source::Default) {
        ui.warning(&format!(
            "{region} is in the partition `{asked}`, where identities of `{usual}` are not known; here {} is in use",
            own.value
        ));
    }
}

fn surroundings(world: &World, global: &Global) -> (Settings, AwsFiles, Configuration) {
    let settings = Settings::read(world);
    let files = files::read(world);
    let configured = configuration::judge(world, &settings, &files.profiles, global.profile.as_deref());
    let is_ambient = configured.profile.is_none() && configured.identity == Identity::Ambient;
    let names: Vec<&str> = files.profiles.profiles().map(|profile| profile.name.as_str()).take(2).collect();
    let configuration = match names[..] {
        [only] if is_ambient => configuration::judge(world, &settings, &files.profiles, Some(only)),
        _ => configured,
    };
    (settings, files, configuration)
}

/// The region that was named, or else the one Claude Code would use.
pub(super) fn region(global: &Global, configuration: &Configuration) -> Result<String, Failure> {
    match &global.region {
        Some(region) => named_region(region).map(str::to_owned),
        None => Ok(configuration.region.value.clone()),
    }
}

/// A region that was named, if it can be one.
pub(super) fn named_region(region: &str) -> Result<&str, Failure> {
    if is_region_shaped(region) {
        // As Claude Code takes one from a variable.
        Ok(region.trim())
    } else {
        Err(Failure::refused(format!("`{region}` is not an AWS region")).hint("regions look like `us-west-2`"))
    }
}

fn no_principal(error: NoPrincipal, files: &AwsFiles) -> Failure {
    match error {
        NoPrincipal::Credentials(error, profile) => explain(&error, &profile),
        NoPrincipal::NotOurs("ambient") => none_configured(files),
        NoPrincipal::Export(reason) => {
            Failure::failed(format!("your own export command gives nothing to ask with: {reason}"))
                .hint("`claude-bedrock helpers test` tells what Claude Code makes of it")
        }
        NoPrincipal::LedAway(url) => Failure::refused(format!(
            "this project's settings lead Bedrock's requests to {url}, and an API key is not shown there"
        ))
        .hint("ask from another folder, or name a profile with `--profile NAME`"),
        NoPrincipal::NotOurs("unsigned") => Failure::refused(
            "Claude Code's requests go out unsigned, to a gateway that signs them: AWS cannot be asked what it may use",
        )
        .hint("ask whoever runs the gateway, or name a profile of its account with `--profile NAME`"),
        NoPrincipal::NotOurs("api-key") => {
            Failure::refused("Claude Code uses a Bedrock API key here, which only Bedrock itself takes")
                .hint("name a profile of the same account with `--profile NAME`")
        }
        NoPrincipal::NotOurs(mode) => Failure::refused(format!(
            "Claude Code's identity here is of the kind `{mode}`, which cannot be used to ask"
        ))
        .hint("name a profile of the same account with `--profile NAME`"),
    }
}
