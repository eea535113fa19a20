//! Files of ours that may hold a secret: 0600 from birth, replaced whole, guarded by advisory locks.

#[cfg(unix)]
mod marker;
mod room;

use std::fs::{File, FileType, TryLockError};
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::draft::Draft;
use crate::links::{self, Lost};

use room::Room;
pub use room::clear_rooms;

/// How often a taken lock is tried again.
const LOCK_POLL: Duration = Duration::from_millis(15);

/// The room that is kept for a content that is not known yet: more than an SSO token takes.
const ROOM: usize = 16 * 1024;

/// Writes a file so that readers see the old or the new bytes, never others; follows a symbolic link.
///
/// # Errors
/// The file system's, naming the path.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Prepared::begin(path)?.write(bytes)
}

/// Makes sure that a file can be written before its content is asked for, when that can be had only once.
///
/// # Errors
/// The file system's, naming the path: no permission, no space.
pub fn prepare(path: &Path) -> io::Result<Prepared> {
    let mut prepared = Prepared::begin(path)?;
    prepared.keep_room().map_err(|error| about("write", &prepared.target, &error))?;
    Ok(prepared)
}

/// A file about to be written, whole or not at all.
#[derive(Debug)]
pub struct Prepared {
    draft: Draft,
    room: Option<Room>,
    target: PathBuf,
}

impl Prepared {
    fn begin(path: &Path) -> io::Result<Self> {
        let target = match links::follow(path) {
            Ok(target) => target,
            Err(Lost::Circle) => {
                return Err(io::Error::other(format!("`{}` is a symbolic link in a circle", path.display())));
            }
            // What is in the way of the folder is told by whoever makes it.
            Err(Lost::Refused(_, error)) if error.kind() == io::ErrorKind::NotADirectory => path.to_owned(),
            Err(Lost::Refused(at, error)) => return Err(about("read", &at, &error)),
        };
        let folder = target.parent().unwrap_or(Path::new("."));
        create_private_folder(folder)?;
        let draft = Draft::begin(folder).map_err(|error| about("create a file for", &target, &error))?;
        Ok(Self { draft, room: None, target })
    }

    fn keep_room(&mut self) -> io::Result<()> {
        self.room = Some(Room::of(self.draft.path()));
        self.draft.fill(&[0; ROOM])?;
        self.draft.file().rewind()
    }

    /// Writes it, so that readers see the old or the new bytes, never others; follows a symbolic link.
    ///
    /// # Errors
    /// The file system's, naming the path.
    pub fn write(mut self, bytes: &[u8]) -> io::Result<()> {
        // From here on it is the content's own.
        drop(self.room.take());
        let Self { draft, target, .. } = &mut self;
        let filled = draft.fill(bytes).and_then(|()| draft.file().set_len(bytes.len() as u64));
        filled.and_then(|()| draft.sync()).map_err(|error| about("write", target, &error))?;
        self.draft.replace(&self.target, || true).map_err(|error| about("replace", &self.target, &error))?;
        sync_folder(self.target.parent().unwrap_or(Path::new(".")));
        Ok(())
    }
}

/// Takes a file from everybody but its owner, whose own rights stay as they are.
///
/// # Errors
/// The file system's.
#[cfg(unix)]
pub fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs_err::metadata(path)?.permissions().mode() & 0o700;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

/// Access control lists are left alone.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn close(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes a folder with everything in it; one that is not there is no error.
///
/// # Errors
/// The file system's, naming the path.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    match fs_err::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
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
/// The file system's, naming the path; and that it is no file.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    if let Some(what) = what_instead_of_a_file(path) {
        return Err(io::Error::other(format!("`{}` is {what} and no file", path.display())));
    }
    match fs_err::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What stands at a path that cannot be read like a file: to open a pipe is to wait for somebody who writes into it,
/// and a device may have no end. The null device is what people name who want an empty file.
#[must_use]
pub fn what_instead_of_a_file(path: &Path) -> Option<&'static str> {
    let kind = fs_err::metadata(path).ok()?.file_type();
    match kind {
        _ if kind.is_file() => None,
        _ if kind.is_dir() => Some("a folder"),
        _ if fs_err::canonicalize(path).is_ok_and(|target| target == Path::new("/dev/null")) => None,
        _ => Some(what_is_special(kind)),
    }
}

#[cfg(unix)]
fn what_is_special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn what_is_special(_kind: FileType) -> &'static str {
    "something else"
}

/// Holds an advisory lock until dropped.
#[derive(Debug)]
pub struct Lock {
    _held: Held,
}

#[derive(Debug)]
enum Held {
    #[expect(dead_code, reason = "the system holds the lock while the file is open")]
    File(File),
    #[cfg(unix)]
    #[expect(dead_code, reason = "it is removed when dropped")]
    Marker(marker::Marker),
}

/// Takes the lock kept in `path`, waiting for its holder at most `patience`.
///
/// # Errors
/// `TimedOut` when the holder kept it, else the file system's.
pub fn lock(path: &Path, patience: Duration) -> io::Result<Lock> {
    let mut file = Some(open_lock_file(path)?);
    let start = Instant::now();
    loop {
        if let Some(held) = try_lock(&mut file, path)? {
            return Ok(Lock { _held: held });
        }
        if start.elapsed() >= patience {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("another claude-bedrock kept `{}` for {} s", path.display(), patience.as_secs()),
            ));
        }
        std::thread::sleep(LOCK_POLL);
    }
}

/// Tries the system's lock, or the next best where the file system has none; `None` when somebody else holds it.
fn try_lock(file: &mut Option<File>, path: &Path) -> io::Result<Option<Held>> {
    if let Some(open) = file.take() {
        match open.try_lock() {
            Ok(()) => return Ok(Some(Held::File(open))),
            Err(TryLockError::WouldBlock) => {
                *file = Some(open);
                return Ok(None);
            }
            #[cfg(unix)]
            Err(TryLockError::Error(error)) if marker::is_needed(&error) => {}
            Err(TryLockError::Error(error)) => return Err(about("lock", path, &error)),
        }
    }
    #[cfg(unix)]
    return Ok(marker::Marker::take(path)?.map(Held::Marker));
    #[cfg(not(unix))]
    Ok(None)
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
    Ok(options.open(path).map_err(|error| about("lock", path, &error))?.into_file())
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
    // Beneath an error that names the path is the one that does not.
    let beneath = error.get_ref().and_then(|inner| inner.source());
    let reason = beneath.map_or_else(|| error.to_string(), ToString::to_string);
    io::Error::new(error.kind(), format!("cannot {step} `{}`: {reason}", path.display()))
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
    pub fn told(&self) -> PathBuf {
        self.0.join("told")
    }

    /// Where a lock file of the given name is.
    #[must_use]
    pub fn lock(&self, name: &str) -> PathBuf {
        self.0.join("locks").join(format!("{name}.lock"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use fs_err::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_stays_a_link_though_nothing_is_behind_it_yet() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, file) = (folder.path().join("token.json"), folder.path().join("elsewhere").join("token.json"));
        symlink("elsewhere/token.json", &link).expect("a link");
        for content in [&b"first"[..], b"second"] {
            write(&link, content).expect("writable");
            assert!(fs_err::symlink_metadata(&link).expect("there").is_symlink());
            assert_eq!(fs_err::read(&file).expect("written"), content);
            assert_eq!(fs_err::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        }
        let circle = folder.path().join("circle");
        symlink("circle", &circle).expect("a link");
        let error = write(&circle, b"x").expect_err("nobody can say where it leads");
        assert!(error.to_string().contains("circle"), "{error}");
        assert!(fs_err::symlink_metadata(&circle).expect("there").is_symlink());
    }
}
