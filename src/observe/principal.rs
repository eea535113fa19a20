//! On whose behalf AWS is asked: the profile Claude Code uses or the one that was named, its region, its credentials.

use std::time::Duration;

use crate::aws::authority::Authority;
use crate::aws::call;
use crate::aws::credentials::{self, CacheKey, Credentials, CredentialsError};
use crate::aws::endpoint;
use crate::aws::files::AwsFiles;
use crate::configuration::{Configuration, Identity};
use crate::helper_check::export::{self, Export};
use crate::helper_check::surroundings::Surroundings;
use crate::observe::keys_in_variables;
use crate::proof::{ProofKey, Proofs};
use crate::settings::scope::{Found, Scope, Settings, Source};
use crate::world::World;

/// How much life credentials need for a few looks at AWS.
const A_FEW_LOOKS: Duration = Duration::from_mins(2);

/// Who asks, and where.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The profile whose endpoint settings count.
    pub profile: String,
    /// The region.
    pub region: String,
    /// The keys.
    pub credentials: Credentials,
    /// Under which proofs are kept; `None` for an identity that cannot be told from others.
    pub proof_key: Option<ProofKey>,
}

/// Who asks about models, and where: a principal, or whoever holds an API key.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The profile whose endpoint settings count.
    pub profile: String,
    /// The region.
    pub region: String,
    /// What requests are made with.
    pub authority: Authority,
    /// Under which proofs are kept; `None` for an identity that cannot be told from others.
    pub proof_key: Option<ProofKey>,
}

/// Why nobody can ask as Claude Code would.
#[derive(Debug, Clone)]
pub enum NoPrincipal {
    /// The profile gives no credentials.
    Credentials(CredentialsError, String),
    /// The user's own export command gives none, in words.
    Export(String),
    /// A project names a place that an API key must not be shown to.
    LedAway(String),
    /// The configured identity is not one this program can take: its mode.
    NotOurs(&'static str),
}

impl Principal {
    /// The identity Claude Code uses, or the profile that was named, without a sign-in.
    ///
    /// # Errors
    /// See [`NoPrincipal`].
    pub fn of(
        world: &World,
        settings: &Settings,
        files: &AwsFiles,
        configuration: &Configuration,
        region: Option<&str>,
    ) -> Result<Self, NoPrincipal> {
        let region = region.unwrap_or(&configuration.region.value).to_owned();
        let proof_key = key_of(world, files, configuration, &region);
        if let Some(profile) = configuration.profile.as_ref().map(|found| found.value.clone()) {
            let found = credentials::resolve(world, files, &profile, A_FEW_LOOKS);
            let credentials = found.map_err(|error| NoPrincipal::Credentials(error, profile.clone()))?;
            return Ok(Self { profile, region, credentials, proof_key });
        }
        match &configuration.identity {
            Identity::Keys(found) => {
                let credentials = keys_in_variables(world, settings, &found.value);
                Ok(Self { profile: "default".into(), region, credentials, proof_key })
            }
            Identity::Export(found) => {
                let credentials = exported(world, settings, found)?;
                Ok(Self { profile: "default".into(), region, credentials, proof_key })
            }
            other => Err(NoPrincipal::NotOurs(other.mode())),
        }
    }

    /// What is known of how models answered it.
    #[must_use]
    pub fn proofs(&self, world: &World) -> Proofs {
        Proofs::of_key(world, self.proof_key.as_ref())
    }
}

impl Asker {
    /// The identity Claude Code uses, an API key too, or the profile that was named; without a sign-in.
    ///
    /// # Errors
    /// See [`NoPrincipal`].
    pub fn of(
        world: &World,
        settings: &Settings,
        files: &AwsFiles,
        configuration: &Configuration,
        region: &str,
    ) -> Result<Self, NoPrincipal> {
        match (&configuration.profile, &configuration.identity) {
            (None, Identity::ApiKey(found)) => {
                if let Some(url) = endpoint::led_away(world, &files.profiles) {
                    return Err(NoPrincipal::LedAway(url));
                }
                Ok(Self {
                    profile: "default".into(),
                    region: region.to_owned(),
                    authority: Authority::ApiKey(found.value.clone().into()),
                    proof_key: key_of(world, files, configuration, region),
                })
            }
            _ => Principal::of(world, settings, files, configuration, Some(region)).map(Self::from),
        }
    }

    /// The keys, where requests are signed.
    #[must_use]
    pub fn keys(&self) -> Option<&Credentials> {
        match &self.authority {
            Authority::Keys(credentials) => Some(credentials),
            Authority::ApiKey(_) => None,
        }
    }

    /// What is known of how models answered it.
    #[must_use]
    pub fn proofs(&self, world: &World) -> Proofs {
        Proofs::of_key(world, self.proof_key.as_ref())
    }
}

impl From<Principal> for Asker {
    fn from(who: Principal) -> Self {
        let Principal { profile, region, credentials, proof_key } = who;
        Self { profile, region, authority: Authority::Keys(credentials), proof_key }
    }
}

/// The credentials of the user's own `awsCredentialExport`, run as Claude Code runs it. What a project's settings name is
/// not run: Claude Code asks first whether the folder is trusted.
fn exported(world: &World, settings: &Settings, found: &Found) -> Result<Credentials, NoPrincipal> {
    if matches!(found.source, Source::Settings { scope: Scope::Project | Scope::Local, .. }) {
        let words =
            "it is set in the project's settings, whose commands run only where Claude Code was told to trust them";
        return Err(NoPrincipal::Export(words.to_owned()));
    }
    let surroundings = Surroundings::of_session(world, settings, None);
    let export = Export::configured(&found.value);
    call::block_on(export.credentials(world, &surroundings, export::DEADLINE)).map_err(NoPrincipal::Export)
}

/// Where proofs of whoever Claude Code is are kept, as files and variables alone tell; `None` for an identity that
/// cannot be told from others.
#[must_use]
pub fn key_of(world: &World, files: &AwsFiles, configuration: &Configuration, region: &str) -> Option<ProofKey> {
    match (&configuration.profile, &configuration.identity) {
        (Some(profile), _) => proof_key(world, files, &profile.value, region),
        (None, Identity::Keys(found)) => Some(ProofKey::new(&found.value, region)),
        (None, Identity::ApiKey(found)) => Some(ProofKey::new(&format!("API key {}", found.value), region)),
        // A command may look at where it is run.
        (None, Identity::Export(found)) => {
            let folder = world.working_directory().to_string_lossy();
            Some(ProofKey::new(&format!("export {} in {folder}", found.value), region))
        }
        (None, _) => None,
    }
}

/// Where proofs of a profile's are kept.
#[must_use]
pub fn proof_key(world: &World, files: &AwsFiles, profile: &str, region: &str) -> Option<ProofKey> {
    CacheKey::of(world, files, profile).map(|key| ProofKey::new(key.name(), region))
}
