//! What a profile's credentials depend on, and chains of profiles that never end.

use std::path::Path;

use crate::helper_command;

use super::{Profile, ProfileFiles, ProfileKind, RoleSource, words};

/// Something that has to be there for a profile to give credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependency {
    /// Another profile, or the profile itself for its own keys.
    Profile(String),
    /// An `[sso-session]`.
    SsoSession(String),
    /// The program of a `credential_process`, without its arguments, which may be secret.
    Program(String),
    /// `web_identity_token_file`.
    TokenFile(String),
    /// Variables, or a service on the machine: a `credential_source`.
    CredentialSource(String),
    /// The ARN that `aws login` signed in.
    LoginSession(String),
}

/// Which profile a `credential_process` asks claude-bedrock or the AWS CLI for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// The one it names.
    Profile(String),
    /// It names none: the one of the environment, which is the profile it is run for.
    Ambient,
}

impl Profile {
    /// What its credentials depend on directly.
    #[must_use]
    pub fn dependencies(&self, files: &ProfileFiles) -> Vec<Dependency> {
        match self.kind(files) {
            ProfileKind::AssumeRole(role) => match role.source {
                RoleSource::Profile(name) => vec![Dependency::Profile(name)],
                RoleSource::Credentials(source) => vec![Dependency::CredentialSource(source)],
            },
            ProfileKind::WebIdentity { token_file, .. } => vec![Dependency::TokenFile(token_file)],
            ProfileKind::Process { command } => {
                let mut all = vec![Dependency::Program(program(&command))];
                match called_profile(&command) {
                    Some(Call::Profile(name)) => all.push(Dependency::Profile(name)),
                    Some(Call::Ambient) => all.push(Dependency::Profile(self.name.clone())),
                    None => {}
                }
                all
            }
            ProfileKind::Sso(sso) => sso.session_name.map(Dependency::SsoSession).into_iter().collect(),
            ProfileKind::Login { session } => vec![Dependency::LoginSession(session)],
            ProfileKind::LegacySso(_)
            | ProfileKind::StaticKeys(_)
            | ProfileKind::Incomplete { .. }
            | ProfileKind::None => Vec::new(),
        }
    }

    /// The first chain of profiles from this one that comes back to one of its own.
    #[must_use]
    pub fn endless_chain(&self, files: &ProfileFiles) -> Option<Vec<String>> {
        let mut chain = vec![self.name.clone()];
        let mut current = self;
        loop {
            let next = current.dependencies(files).into_iter().find_map(|dependency| match dependency {
                Dependency::Profile(name) => Some(name),
                _ => None,
            })?;
            let source = files.profile(&next)?;
            // As a source, a profile that has keys of its own gives these, whatever else it has.
            if source.static_keys().is_some() && matches!(current.kind(files), ProfileKind::AssumeRole(_)) {
                return None;
            }
            let seen = chain.contains(&next);
            chain.push(next);
            if seen {
                return Some(chain);
            }
            current = source;
        }
    }
}

/// The first word of a command; what follows is not shown anywhere.
fn program(command: &str) -> String {
    let first = words::split(command).and_then(|words| words.into_iter().next());
    first.unwrap_or_else(|| "a shell command".to_owned())
}

/// Which profile a command asks claude-bedrock or the AWS CLI for; none for any other program.
#[must_use]
pub fn called_profile(command: &str) -> Option<Call> {
    let words = words::split(command)?;
    let program = Path::new(words.first()?);
    let asks = program.file_stem()? == "aws"
        || (helper_command::is_called_like_ours(program) && words.iter().any(|word| word == "credentials"));
    if !asks {
        return None;
    }
    let named = words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix("--profile") {
        Some("") => words.get(index + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(ToOwned::to_owned),
        None => None,
    });
    Some(named.map_or(Call::Ambient, Call::Profile))
}
