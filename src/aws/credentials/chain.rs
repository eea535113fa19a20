//! Which sources a profile's credentials come from, one after the other, as the AWS SDK for JavaScript follows them.
//!
//! Pure: a chain is put together, and judged, before anything is asked.

use super::CredentialsError;
use super::machine_role::Machine;
use crate::aws::files::AwsFiles;
use crate::aws::profile::{AssumeRole, Call, Profile, ProfileKind, RoleSource, SsoProfile, StaticKeys, called_profile};

/// The one `credential_source` that is in the process itself.
const ENVIRONMENT: &str = "Environment";

/// A profile and where its credentials come from.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// The profile.
    pub(super) profile: String,
    /// The source.
    pub(super) origin: Origin,
}

/// A source of credentials.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    Sso(SsoProfile),
    Keys(StaticKeys),
    Environment,
    Machine(Machine),
    Process { command: String },
    WebIdentity { role_arn: String, token_file: String, session_name: Option<String> },
    Login { session: String },
    Role { role: AssumeRole, source: Box<Link> },
}

impl Link {
    /// The profiles from this one to the one that has credentials of its own.
    pub(super) fn profiles(&self) -> Vec<&str> {
        let mut names = vec![self.profile.as_str()];
        if let Origin::Role { source, .. } = &self.origin
            && source.profile != self.profile
        {
            names.extend(source.profiles());
        }
        names
    }
}

/// Follows a profile to its sources.
pub(super) fn of(files: &AwsFiles, profile: &str) -> Result<Link, CredentialsError> {
    let mut visited = Vec::new();
    follow(files, profile, &mut visited).map_err(|error| error.in_chain(&visited))
}

fn follow(files: &AwsFiles, name: &str, visited: &mut Vec<String>) -> Result<Link, CredentialsError> {
    let is_source = !visited.is_empty();
    let profile = find(files, name)?;
    let incomplete = |reason: String| CredentialsError::Incomplete { name: name.to_owned(), reason };
    if is_source && let Some(keys) = profile.static_keys() {
        visited.push(name.to_owned());
        return Ok(Link { profile: name.to_owned(), origin: Origin::Keys(keys) });
    }
    if visited.iter().any(|known| known == name) {
        visited.push(name.to_owned());
        return Err(incomplete("the chain of profiles comes back to it and never ends".into()));
    }
    visited.push(name.to_owned());
    let kind = profile.kind(&files.profiles);
    let origin = match kind {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Origin::Sso(sso),
        ProfileKind::StaticKeys(keys) => Origin::Keys(keys),
        ProfileKind::WebIdentity { role_arn, token_file, session_name } => {
            Origin::WebIdentity { role_arn, token_file, session_name }
        }
        ProfileKind::Process { command } => {
            if let Some(reason) = calls_itself(files, profile, &command) {
                return Err(incomplete(reason));
            }
            Origin::Process { command }
        }
        ProfileKind::Login { session } => Origin::Login { session },
        ProfileKind::AssumeRole(role) => {
            if let Some(serial) = &role.mfa_serial {
                return Err(incomplete(format!(
                    "its role wants a code of the MFA device `{serial}`, which cannot be asked for here"
                )));
            }
            let source = match &role.source {
                RoleSource::Profile(source) => follow(files, source, visited)?,
                RoleSource::Credentials(source) => ambient(name, source)?,
            };
            Origin::Role { role, source: Box::new(source) }
        }
        // As a source, a profile may hold a `credential_source` without a role.
        ProfileKind::Incomplete { .. } if is_source && lone_source(profile).is_some() => {
            return ambient(name, &lone_source(profile).unwrap_or_default());
        }
        ProfileKind::Incomplete { reason } => return Err(incomplete(reason.to_string())),
        ProfileKind::None => return Err(incomplete("it only holds settings".into())),
    };
    Ok(Link { profile: name.to_owned(), origin })
}

fn find<'a>(files: &'a AwsFiles, name: &str) -> Result<&'a Profile, CredentialsError> {
    files.profiles.profile(name).ok_or_else(|| files.no_profile(name))
}

fn lone_source(profile: &Profile) -> Option<String> {
    match profile.get("role_arn") {
        None => profile.get("credential_source").map(|value| value.text.clone()),
        Some(_) => None,
    }
}

fn ambient(name: &str, source: &str) -> Result<Link, CredentialsError> {
    let origin = match Machine::named(source) {
        Some(machine) => Origin::Machine(machine),
        None if source == ENVIRONMENT => Origin::Environment,
        None => {
            let reason = format!(
                "there is no credential_source `{source}`; there are `{ENVIRONMENT}`, `Ec2InstanceMetadata` and \
                 `EcsContainer`"
            );
            return Err(CredentialsError::Incomplete { name: name.to_owned(), reason });
        }
    };
    Ok(Link { profile: name.to_owned(), origin })
}

fn calls_itself(files: &AwsFiles, profile: &Profile, command: &str) -> Option<String> {
    let call = called_profile(command)?;
    let chain = profile.endless_chain(&files.profiles)?;
    Some(match call {
        Call::Ambient => "its credential_process names no profile, and so asks for itself".into(),
        Call::Profile(_) => format!("its credential_process calls itself: {}", chain.join(" -> ")),
    })
}
