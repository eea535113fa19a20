//! Files of the user's that hold secrets and that others may read.

use std::path::{Path, PathBuf};

use crate::aws::files::AwsFiles;
use crate::private_file::StateFolder;
use crate::world::World;

/// The folders of caches below the home folder, of the AWS CLI and every SDK.
const CACHES: [&str; 3] = [".aws/sso/cache", ".aws/cli/cache", ".aws/login/cache"];

/// The keys whose values are secrets, as they stand in a file.
const SECRET_KEYS: [&str; 2] = ["aws_secret_access_key", "aws_session_token"];

/// More files than this in a cache are not looked at.
const MOST_FILES: usize = 500;

/// Looks at the AWS files, at the caches beside them, and at our own.
pub(super) fn open_files(world: &World, files: &AwsFiles) -> Vec<PathBuf> {
    let aws_files = [(&files.config_path, &files.config), (&files.credentials_path, &files.credentials)];
    let holding = aws_files.into_iter().filter(|(_, bytes)| {
        let text = bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        SECRET_KEYS.iter().any(|key| text.contains(key))
    });
    let mut paths: Vec<PathBuf> = holding.map(|(path, _)| path.clone()).collect();
    let caches = world.home().into_iter().flat_map(|home| CACHES.map(|folder| home.join(folder)));
    let own = StateFolder::of(world).into_iter().flat_map(|state| [state.credentials(), state.receipts()]);
    paths.extend(caches.chain(own).flat_map(|folder| files_in(&folder)));
    paths.retain(|path| is_open(path));
    paths.sort();
    paths
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let files = entries.take(MOST_FILES).filter_map(Result::ok).filter(|entry| {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        is_file && entry.path().extension().is_some_and(|extension| extension == "json")
    });
    files.map(|entry| entry.path()).collect()
}

/// Whether it is the user's own, and others may read or write it.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs_err::metadata(path)
        .is_ok_and(|metadata| metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 != 0)
}

/// Access control lists are not judged.
#[cfg(not(unix))]
fn is_open(_path: &Path) -> bool {
    false
}
