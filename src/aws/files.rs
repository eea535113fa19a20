//! Finds and reads the user's AWS files.

use std::path::{Path, PathBuf};

use crate::aws::credentials::{CredentialsError, LookedIn};
use crate::aws::profile::ProfileFiles;
use crate::private_file;
use crate::slip;
use crate::vars;
use crate::world::{NAME_HOME, NO_HOME, World, shortened};

/// The user's AWS files as they stand.
pub struct AwsFiles {
    /// The profiles of both files.
    pub profiles: ProfileFiles,
    /// Where the config file is or would be.
    pub config_path: PathBuf,
    /// Where the credentials file is or would be.
    pub credentials_path: PathBuf,
    /// What the config file holds; none when it is not there.
    pub config: Option<Vec<u8>>,
    /// What the credentials file holds; none when it is not there.
    pub credentials: Option<Vec<u8>>,
    /// A file that is there and could not be read, in a sentence each; and that nobody knows where they are.
    pub problems: Vec<String>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
}

impl AwsFiles {
    /// The profile that was probably meant by a name that none has.
    #[must_use]
    pub fn meant(&self, name: &str) -> Option<String> {
        slip::meant(name, self.profiles.profiles().map(|profile| profile.name.as_str())).map(str::to_owned)
    }

    /// Where the config file is or would be, as people write it.
    #[must_use]
    pub fn config_shown(&self) -> String {
        self.shown(&self.config_path, "config")
    }

    /// The same of the credentials file.
    #[must_use]
    pub fn credentials_shown(&self) -> String {
        self.shown(&self.credentials_path, "credentials")
    }

    fn shown(&self, path: &Path, name: &str) -> String {
        // Without a home there is no path, and still a place that everybody knows.
        if path.as_os_str().is_empty() { format!("~/.aws/{name}") } else { shortened(path, self.home.as_deref()) }
    }

    /// That there is no such profile.
    #[must_use]
    pub fn no_profile(&self, name: &str) -> CredentialsError {
        let looked_in = LookedIn {
            config: self.config_shown(),
            credentials: self.credentials_shown(),
            problems: self.problems.clone(),
        };
        CredentialsError::NoProfile { name: name.to_owned(), looked_in: Box::new(looked_in), meant: self.meant(name) }
    }
}

impl std::fmt::Debug for AwsFiles {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The bytes hold the secrets in clear; the profiles hide theirs.
        formatter.debug_struct("AwsFiles").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

/// Reads `~/.aws/config` and `~/.aws/credentials`, or the files the environment names.
#[must_use]
pub fn read(world: &World) -> AwsFiles {
    let config_path = path(world, vars::AWS_CONFIG_FILE, "config");
    let mut problems = Vec::new();
    let config = bytes(world, &config_path, &mut problems);
    with_bytes(world, config_path, config, problems)
}

/// The same files with another text in the config file, to look at a plan before it is written.
#[must_use]
pub fn with_config(world: &World, config: &str) -> AwsFiles {
    with_bytes(world, path(world, vars::AWS_CONFIG_FILE, "config"), Some(config.into()), Vec::new())
}

fn with_bytes(world: &World, config_path: PathBuf, config: Option<Vec<u8>>, mut problems: Vec<String>) -> AwsFiles {
    let credentials_path = path(world, vars::AWS_SHARED_CREDENTIALS_FILE, "credentials");
    let credentials = bytes(world, &credentials_path, &mut problems);
    if config_path.as_os_str().is_empty() || credentials_path.as_os_str().is_empty() {
        problems.push(format!("{NO_HOME}: {NAME_HOME}"));
    }
    // Bytes that are no UTF-8 are replaced as Node's reader replaces them.
    let text = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let profiles = ProfileFiles::parse(
        text(&config).as_deref().map(|text| (config_path.as_path(), text)),
        text(&credentials).as_deref().map(|text| (credentials_path.as_path(), text)),
    );
    AwsFiles { profiles, config_path, credentials_path, config, credentials, problems, home: world.home() }
}

fn path(world: &World, variable: &str, name: &str) -> PathBuf {
    match world.path_var(variable) {
        Some(path) => world.absolute(&world.expand_home(&path)),
        None => world.below_home(Path::new(".aws").join(name)),
    }
}

/// A file's bytes. What is no file counts as none, as a folder does for the SDKs.
fn bytes(world: &World, path: &Path, problems: &mut Vec<String>) -> Option<Vec<u8>> {
    if let Some(what) = private_file::what_instead_of_a_file(path) {
        problems.push(format!("`{}` is {what} and no file: no profile can be read from it", world.shown(path)));
        return None;
    }
    match private_file::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(format!("`{}` could not be read: {error}", world.shown(path)));
            None
        }
    }
}
