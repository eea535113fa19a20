//! Finds and reads the user's AWS files.

use std::path::{Path, PathBuf};

use crate::aws::profile::ProfileFiles;
use crate::private_file;
use crate::slip;
use crate::vars;
use crate::world::World;

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
    /// A file that is there and could not be read, in a sentence each.
    pub problems: Vec<String>,
}

impl AwsFiles {
    /// The profile that was probably meant by a name that none has.
    #[must_use]
    pub fn meant(&self, name: &str) -> Option<String> {
        slip::meant(name, self.profiles.profiles().map(|profile| profile.name.as_str())).map(str::to_owned)
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
    let config = bytes(&config_path, &mut problems);
    with_bytes(world, config_path, config, problems)
}

/// The same files with another text in the config file, to look at a plan before it is written.
#[must_use]
pub fn with_config(world: &World, config: &str) -> AwsFiles {
    with_bytes(world, path(world, vars::AWS_CONFIG_FILE, "config"), Some(config.into()), Vec::new())
}

fn with_bytes(world: &World, config_path: PathBuf, config: Option<Vec<u8>>, mut problems: Vec<String>) -> AwsFiles {
    let credentials_path = path(world, vars::AWS_SHARED_CREDENTIALS_FILE, "credentials");
    let credentials = bytes(&credentials_path, &mut problems);
    // Bytes that are no UTF-8 are replaced as Node's reader replaces them.
    let text = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let profiles = ProfileFiles::parse(
        text(&config).as_deref().map(|text| (config_path.as_path(), text)),
        text(&credentials).as_deref().map(|text| (credentials_path.as_path(), text)),
    );
    AwsFiles { profiles, config_path, credentials_path, config, credentials, problems }
}

fn path(world: &World, variable: &str, name: &str) -> PathBuf {
    match world.path_var(variable) {
        Some(path) => world.absolute(&world.expand_home(&path)),
        None => world.below_home(Path::new(".aws").join(name)),
    }
}

/// A file's bytes; a folder counts as no file, as it does for the SDKs.
fn bytes(path: &Path, problems: &mut Vec<String>) -> Option<Vec<u8>> {
    if path.is_dir() {
        return None;
    }
    match private_file::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(format!("`{}` could not be read: {error}", path.display()));
            None
        }
    }
}
