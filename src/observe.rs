//! Reads everything a report needs: settings, AWS files, caches and, when asked, AWS itself.

pub mod diagnosis;
pub mod editors;
pub mod machine;
pub mod models;
pub mod pasted;
pub mod principal;
mod problems;
pub mod profiles;
pub mod session_start;

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use crate::aws::bedrock::{Bedrock, FoundationModel, InferenceProfile};
use crate::aws::call;
use crate::aws::credentials::{self, CacheKey, Credentials, CredentialsError};
use crate::aws::files::{self, AwsFiles};
use crate::aws::identity::{self, Identity};
use crate::aws::profile::ProfileKind;
use crate::aws::session::{self, Cached};
use crate::configuration::{self, Configuration, Provider};
use crate::proof::{Proof, Proofs};
use crate::settings::scope::{Found, Settings, Source};
use crate::vars;
use crate::wizard::Listing;
use crate::world::World;

pub(crate) use problems::dropped;

/// How much life credentials need for a single look at AWS.
const ONE_LOOK: Duration = Duration::from_mins(1);

/// Everything `status` reports.
#[derive(Debug)]
pub struct Facts {
    /// What Claude Code will do.
    pub configuration: Configuration,
    /// The account the profile names or AWS confirmed.
    pub account: Option<String>,
    /// The principal AWS confirmed; `None` offline or signed out.
    pub arn: Option<String>,
    /// The profile's SSO session.
    pub session: Option<SessionFacts>,
    /// When our cached role credentials end.
    pub credentials_expire_at: Option<Timestamp>,
    /// How models answered this identity in this region when they were last asked.
    pub proofs: Proofs,
    /// The time of observation.
    pub now: Timestamp,
    /// Whether Claude Code ignores a settings file.
    pub ignores_settings: bool,
    /// What could not be read or does not work, in a sentence each.
    pub problems: Vec<String>,
}

/// An SSO session as its cache file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// Its name, or the start URL of a legacy profile.
    pub name: String,
    /// When the access token ends; `None` when nobody is signed in.
    pub expires_at: Option<Timestamp>,
    /// Whether the access token can be renewed without a person.
    pub renewable: bool,
    /// When the client registration ends.
    pub registration_expires_at: Option<Timestamp>,
}

/// Looks at everything, as it would be with the profile and the region that are named; `online` also asks AWS who we are.
#[must_use]
pub fn facts(world: &World, profile: Option<&str>, region: Option<&str>, online: bool) -> Facts {
    let settings = Settings::read(world);
    let files = files::read(world);
    let mut configuration = configuration::judge(world, &settings, &files.profiles, profile);
    if let Some(region) = region {
        let source = Source::Variable("--region".into());
        configuration.region = Found { value: region.to_owned(), source, overrides: Vec::new() };
    }
    let mut problems = dropped(&settings);
    problems.extend(files.problems.iter().cloned());
    let kind = kind_of_profile(&files, &configuration, &mut problems);
    let mut facts = Facts {
        account: kind.as_ref().and_then(account_of),
        arn: None,
        session: None,
        credentials_expire_at: None,
        proofs: Proofs::default(),
        now: world.now(),
        ignores_settings: !dropped(&settings).is_empty(),
        configuration,
        problems,
    };
    if online {
        match ask_who_we_are(world, &settings, &files, &facts.configuration, kind.as_ref()) {
            Some(Ok(identity)) => {
                facts.account = Some(identity.account);
                facts.arn = Some(identity.arn);
            }
            Some(Err(error)) => facts.problems.push(problems::of(&error, &facts.configuration)),
            None => {}
        }
    }
    // After the look at AWS, which may have renewed both.
    facts.session = kind.as_ref().and_then(|kind| session_facts(world, kind, &mut facts.problems));
    let profile = facts.configuration.profile.as_ref().map(|found| found.value.as_str());
    let key = profile.and_then(|profile| CacheKey::of(world, &files, profile));
    let cached = key.and_then(|key| credentials::cached(world, &key));
    facts.credentials_expire_at = cached.map(|credentials| credentials.expiration);
    if !online {
        facts.problems.extend(problems::signed_out(&facts));
    }
    if facts.configuration.provider == Provider::Bedrock {
        let region = &facts.configuration.region.value;
        let key = principal::key_of(world, &files, &facts.configuration, region);
        facts.proofs = Proofs::of_key(world, key.as_ref());
    }
    facts
}

fn kind_of_profile(files: &AwsFiles, configuration: &Configuration, found: &mut Vec<String>) -> Option<ProfileKind> {
    let profile = configuration.profile.as_ref()?;
    match credentials::kind(files, &profile.value) {
        Ok(kind) => Some(kind),
        Err(error) => {
            found.push(problems::of(&error, configuration));
            None
        }
    }
}

fn account_of(kind: &ProfileKind) -> Option<String> {
    match kind {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso.account_id.clone()),
        _ => None,
    }
}

fn session_facts(world: &World, kind: &ProfileKind, problems: &mut Vec<String>) -> Option<SessionFacts> {
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = kind else { return None };
    let path = session::token_path(world, sso);
    let mut facts = SessionFacts {
        name: session::session_name(sso),
        expires_at: None,
        renewable: false,
        registration_expires_at: None,
    };
    match session::cached(&path) {
        Cached::Absent => {}
        Cached::Unreadable(reason) => {
            problems.push(format!("`{}` does not hold an SSO token: {reason}", world.shown(&path)));
        }
        Cached::Token(token) => {
            facts.expires_at = Some(token.expires_at);
            facts.renewable = matches!(kind, ProfileKind::Sso(_)) && token.is_renewable(world.now());
            facts.registration_expires_at = token.registration_expires_at;
        }
    }
    Some(facts)
}

/// Asks AWS whose identity Claude Code's requests carry, where this program can tell.
fn ask_who_we_are(
    world: &World,
    settings: &Settings,
    files: &AwsFiles,
    configuration: &Configuration,
    kind: Option<&ProfileKind>,
) -> Option<Result<Identity, CredentialsError>> {
    let region = &configuration.region.value;
    let name = configuration.profile.as_ref().map_or("default", |found| found.value.as_str());
    let credentials = match (&configuration.identity, kind) {
        (configuration::Identity::Keys(found), None) => Ok(keys_in_variables(world, settings, &found.value)),
        (_, Some(_)) => credentials::resolve(world, files, name, ONE_LOOK),
        (_, None) => return None,
    };
    Some(credentials.and_then(|credentials| {
        call::block_on(identity::caller(world, files, name, region, &credentials)).map_err(CredentialsError::from)
    }))
}

/// The access keys in variables, as Claude Code would see them.
pub(crate) fn keys_in_variables(world: &World, settings: &Settings, access_key_id: &str) -> Credentials {
    let value = |name| settings.variable(world, name).map(|found| found.value).unwrap_or_default();
    Credentials {
        access_key_id: access_key_id.to_owned(),
        secret_access_key: value(vars::AWS_SECRET_ACCESS_KEY).into(),
        session_token: value(vars::AWS_SESSION_TOKEN).into(),
        expiration: world.now(),
    }
}

/// What AWS says of a profile before it is written anywhere.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The principal.
    pub identity: Identity,
    /// The inference profiles it sees.
    pub listing: Listing,
    /// The models behind them, where it may list those: they tell how long they will live.
    pub models: Vec<FoundationModel>,
}

/// Who asks AWS about a region: a profile, or whoever has credentials at hand.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// The process.
    pub world: &'a World,
    /// The AWS files.
    pub files: &'a AwsFiles,
    /// Whose settings say where AWS is, and whose credentials are used when none are given.
    pub profile: &'a str,
    /// The region.
    pub region: &'a str,
    /// Credentials at hand.
    pub given: Option<&'a Credentials>,
}

impl Caller<'_> {
    /// Asks AWS who that is and what Bedrock offers, both at once.
    ///
    /// # Errors
    /// See [`CredentialsError`]; a listing that is denied is no error.
    pub fn verify(&self) -> Result<Verified, CredentialsError> {
        verify_credentials(self.world, self.files, self.profile, self.region, self.credentials()?.as_ref())
    }

    /// Looks up one inference profile by its ARN or id.
    ///
    /// # Errors
    /// See [`CredentialsError`]; AWS's answer that there is none is a [`call::CallError`].
    pub fn find_inference_profile(&self, id: &str) -> Result<InferenceProfile, CredentialsError> {
        let credentials = self.credentials()?;
        let bedrock = Bedrock::new(self.world, self.files, self.profile, self.region, &credentials);
        call::block_on(bedrock.inference_profile(id)).map_err(CredentialsError::from)
    }

    /// Asks models for one token each and keeps how that ended.
    ///
    /// # Errors
    /// See [`CredentialsError`]; what stops a model is no error.
    pub fn probe(&self, offering: &models::Offering, ids: &[String]) -> Result<Vec<Proof>, CredentialsError> {
        let who = principal::Principal {
            profile: self.profile.to_owned(),
            region: self.region.to_owned(),
            credentials: self.credentials()?.into_owned(),
            // Whose the credentials of a script are may change with every call.
            proof_key: match self.given {
                Some(_) => None,
                None => principal::proof_key(self.world, self.files, self.profile, self.region),
            },
        };
        Ok(models::probe(self.world, self.files, &who.into(), offering, ids))
    }

    /// The credentials at hand, else the profile's.
    ///
    /// # Errors
    /// See [`CredentialsError`].
    pub fn credentials(&self) -> Result<Cow<'_, Credentials>, CredentialsError> {
        match self.given {
            Some(given) => Ok(Cow::Borrowed(given)),
            None => credentials::resolve(self.world, self.files, self.profile, ONE_LOOK).map(Cow::Owned),
        }
    }
}

fn verify_credentials(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    region: &str,
    credentials: &Credentials,
) -> Result<Verified, CredentialsError> {
    let bedrock = Bedrock::new(world, files, profile, region, credentials);
    let (identity, listing, models) = call::block_on(async {
        tokio::join!(
            identity::caller(world, files, profile, region, credentials),
            bedrock.every_inference_profile(),
            bedrock.foundation_models(),
        )
    });
    let listing = match listing {
        Ok(profiles) => Listing::Profiles(profiles),
        Err(error) if error.is_denied() => Listing::Denied,
        Err(error) => return Err(error.into()),
    };
    // Who may not list them learns less about their life, and nothing else is lost.
    Ok(Verified { identity: identity?, listing, models: models.unwrap_or_default() })
}
