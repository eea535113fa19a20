//! Whether a profile would give credentials now, told from files and variables alone.

use std::path::Path;

use super::chain::{self, Link, Origin};
use super::{CredentialsError, environment, login, sts};
use crate::aws::files::AwsFiles;
use crate::aws::profile::{SsoProfile, words};
use crate::aws::session::{self, Cached, SessionError};
use crate::helper_command;
use crate::programs;
use crate::world::World;

/// Looks whether everything a profile needs is there. What AWS would say to it is not known.
///
/// # Errors
/// Why it would give no credentials.
pub fn readiness(world: &World, files: &AwsFiles, profile: &str) -> Result<(), CredentialsError> {
    let link = chain::of(files, profile)?;
    let profiles = link.profiles();
    let mut end = &link;
    while let Origin::Role { source, .. } = &end.origin {
        end = source;
    }
    look(world, end).map_err(|error| error.in_chain(&profiles))
}

/// The SSO session that a profile's credentials come from in the end, with the profile that names it; `None` when they
/// come from elsewhere.
#[must_use]
pub fn sso_behind(files: &AwsFiles, profile: &str) -> Option<(String, SsoProfile)> {
    let mut link = chain::of(files, profile).ok()?;
    while let Origin::Role { source, .. } = link.origin {
        link = *source;
    }
    match link.origin {
        Origin::Sso(sso) => Some((link.profile, sso)),
        _ => None,
    }
}

fn look(world: &World, link: &Link) -> Result<(), CredentialsError> {
    let incomplete = |reason: String| CredentialsError::Incomplete { name: link.profile.clone(), reason };
    match &link.origin {
        Origin::Sso(sso) => Ok(token(world, sso)?),
        Origin::Environment => environment::expect_keys(world, &link.profile).map(drop),
        Origin::Keys(_) | Origin::Role { .. } => Ok(()),
        Origin::Machine(machine) => machine.is_there(world).map_err(incomplete),
        Origin::Process { command } => program(world, command).map_err(incomplete),
        Origin::WebIdentity { token_file, .. } => {
            sts::web_identity_token(world, token_file).map(drop).map_err(incomplete)
        }
        // What has ended renews itself, for as long as AWS lets it.
        Origin::Login { session } => {
            login::cached(&login::path(world, session), session).map(drop).map_err(CredentialsError::from)
        }
    }
}

fn token(world: &World, sso: &SsoProfile) -> Result<(), SessionError> {
    let path = session::token_path(world, sso);
    match session::cached(&path) {
        Cached::Absent => Err(SessionError::SignedOut(session::session_name(sso))),
        Cached::Unreadable(reason) => Err(SessionError::Unreadable { path, reason }),
        Cached::Token(token) if token.expires_at > world.now() || token.is_renewable(world.now()) => Ok(()),
        Cached::Token(token) => Err(SessionError::Ended { session: session::session_name(sso), at: token.expires_at }),
    }
}

/// Whether the first word of a command names a program that can be run; a shell's own words cannot be judged.
fn program(world: &World, command: &str) -> Result<(), String> {
    let Some(first) = words(command).and_then(|words| words.into_iter().next()) else { return Ok(()) };
    let is_plain = |c: char| c.is_alphanumeric() || "/\\:._- ".contains(c);
    if !first.chars().all(is_plain) {
        return Ok(());
    }
    let path = Path::new(&first);
    let found = if path.components().count() > 1 {
        programs::at(&world.absolute(path)).is_some()
    } else {
        helper_command::is_of_the_shell(&first) || programs::on_path(world, &first).is_some()
    };
    if found { Ok(()) } else { Err(format!("the program `{first}` of its credential_process is not there")) }
}
