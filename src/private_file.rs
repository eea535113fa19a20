//! Files of ours that may hold a secret: 0600 from birth, replaced whole, guarded by advisory locks.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::draft::Draft;

/// How often a taken lock is tried again.
const LOCK_POLL: Duration = Duration::from_millis(15);

/// Writes a file so that readers see the old or the new bytes, never others; follows a symbolic link.
///
/// # Errors
/// The file system's, naming the path.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    create_private_folder(folder)?;
    let mut draft = Draft::begin(folder)?;
    draft.fill(bytes).and_then(|()| draft.sync()).map_err(|error| about("write", &target, &error))?;
    draft.replace(&target).map_err(|(_, error)| about("replace", &target, &error))?;
    sync_folder(folder);
    Ok(())
}

/// Removes a file; one that is not there is no error.
///
/// # Errors
/// The file system's, naming the path.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Reads a file; one that is not there is `None`.
///
/// # Errors
/// The file system's, naming the path.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs_err::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Holds an advisory lock until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock kept in `path`, waiting for its holder at most `patience`.
///
/// # Errors
/// `TimedOut` when the holder kept it, else the file system's.
pub fn lock(path: &Path, patience: Duration) -> io::Result<Lock> {
    let file = open_lock_file(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => std::thread::sleep(LOCK_POLL),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("another claude-bedrock kept `{}` for {} s", path.display(), patience.as_secs()),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn open_lock_file(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_private_folder(folder)?;
    }
    let mut options = fs_err::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    Ok(options.open(path)?.into_file())
}

/// Creates a folder and its parents, the new ones for the user alone.
fn create_private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| about("create the folder", folder, &error))
}

/// Names the file, which the system's errors do not.
fn about(step: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {step} `{}`: {error}", path.display()))
}

/// Makes a rename durable; a file system that cannot is no reason to fail.
fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

/// The folders of the program's own files.
#[derive(Debug, Clone)]
pub struct StateFolder(PathBuf);

impl StateFolder {
    /// `$XDG_STATE_HOME/claude-bedrock` or `~/.local/state/claude-bedrock`; on Windows below `%LOCALAPPDATA%`.
    #[must_use]
    pub fn of(world: &crate::world::World) -> Option<Self> {
        let base = if cfg!(windows) {
            world.path_var(crate::vars::LOCALAPPDATA).or_else(|| Some(world.home()?.join("AppData").join("Local")))
        } else {
            // The specification tells to ignore a relative path.
            let named = world.path_var(crate::vars::XDG_STATE_HOME).filter(|path| path.is_absolute());
            named.or_else(|| Some(world.home()?.join(".local").join("state")))
        };
        Some(Self(base?.join("claude-bedrock")))
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where receipts are kept.
    #[must_use]
    pub fn receipts(&self) -> PathBuf {
        self.0.join("receipts")
    }

    /// Where issued credentials are cached.
    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        self.0.join("credentials")
    }

    /// Where it is kept how models answered.
    #[must_use]
    pub fn proofs(&self) -> PathBuf {
        self.0.join("proofs")
    }

    /// Where it is kept when something was last told, so that it is not told too often.
    #[must_use]
    pub fn told(&self, name: &str) -> PathBuf {
        self.0.join("told").join(name)
    }

    /// Where a lock file of the given name is.
    #[must_use]
    pub fn lock(&self, name: &str) -> PathBuf {
        self.0.join("locks").join(format!("{name}.lock"))
    }
}
