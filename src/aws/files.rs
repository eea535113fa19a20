//! Finds and reads the user's AWS files.

use std::path::{Path, PathBuf};

use crate::aws::profile::ProfileFiles;
use crate::private_file;
use crate::vars;
use crate::world::World;

/// The user's AWS files as they stand.
#[derive(Debug)]
pub struct AwsFiles {
    /// The profiles of both files.
    pub profiles: ProfileFiles,
    /// Where the config file is or would be.
    pub config_path: PathBuf,
    /// Where the credentials file is or would be.
    pub credentials_path: PathBuf,
    /// A file that is there and could not be read, in a sentence each.
    pub problems: Vec<String>,
}

/// Reads `~/.aws/config` and `~/.aws/credentials`, or the files the environment names.
#[must_use]
pub fn read(world: &World) -> AwsFiles {
    let config_path = path(world, vars::AWS_CONFIG_FILE, "config");
    let mut problems = Vec::new();
    let config = text(&config_path, &mut problems);
    with_texts(world, config_path, config.as_deref(), problems)
}

/// The same files with another text in the config file, to look at a plan before it is written.
#[must_use]
pub fn with_config(world: &World, config: &str) -> AwsFiles {
    with_texts(world, path(world, vars::AWS_CONFIG_FILE, "config"), Some(config), Vec::new())
}

fn with_texts(world: &World, config_path: PathBuf, config: Option<&str>, mut problems: Vec<String>) -> AwsFiles {
    let credentials_path = path(world, vars::AWS_SHARED_CREDENTIALS_FILE, "credentials");
    let credentials = text(&credentials_path, &mut problems);
    let profiles = ProfileFiles::parse(
        config.map(|text| (config_path.as_path(), text)),
        credentials.as_deref().map(|text| (credentials_path.as_path(), text)),
    );
    AwsFiles { profiles, config_path, credentials_path, problems }
}

fn path(world: &World, variable: &str, name: &str) -> PathBuf {
    match world.path_var(variable) {
        Some(path) => world.absolute(&world.expand_home(&path)),
        None => world.home().unwrap_or_default().join(".aws").join(name),
    }
}

/// A file's text. Bytes that are no UTF-8 are replaced as Node's reader replaces them; a folder counts as no file,
/// as it does for the SDKs.
fn text(path: &Path, problems: &mut Vec<String>) -> Option<String> {
    if path.is_dir() {
        return None;
    }
    match private_file::read(path) {
        Ok(bytes) => bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            problems.push(format!("`{}` could not be read: {error}", path.display()));
            None
        }
    }
}
