//! A lock for file systems that have none, as network file systems without their lock service: a file that only one
//! process can bring into being, and that says who did.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, getpid, test_kill_process};

use crate::draft::Draft;

/// A marker of another machine that is older than the longest sign-in is taken for left behind.
const LONGEST_HELD: Duration = Duration::from_mins(4);

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Marker {
    path: PathBuf,
    holder: String,
}

/// Whether an error of a lock says that the file system has no locks.
pub(super) fn is_needed(error: &io::Error) -> bool {
    let none = [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS];
    error.raw_os_error().is_some_and(|code| none.contains(&Errno::from_raw_os_error(code)))
}

impl Marker {
    /// Takes the lock; `None` when somebody else holds it.
    pub(super) fn take(lock: &Path) -> io::Result<Option<Self>> {
        let path = lock.with_extension("held");
        let marker = Self { holder: format!("{} {}", getpid(), machine()), path };
        if marker.settle()? {
            return Ok(Some(marker));
        }
        let Ok(holder) = fs_err::read_to_string(&marker.path) else { return Ok(None) };
        if is_left_behind(&marker.path, &holder) {
            clear_away(&marker.path, &holder)?;
        }
        Ok(None)
    }

    /// Brings the marker into being, whole; false when there is one.
    fn settle(&self) -> io::Result<bool> {
        let mut draft = Draft::begin(self.path.parent().unwrap_or(Path::new(".")))?;
        draft.fill(self.holder.as_bytes())?;
        match draft.settle(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            other => other.map(|()| true),
        }
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        // One that was cleared away while its holder slept belongs to somebody else now.
        if fs_err::read_to_string(&self.path).is_ok_and(|holder| holder == self.holder) {
            let _ = fs_err::remove_file(&self.path);
        }
    }
}

fn is_left_behind(path: &Path, holder: &str) -> bool {
    let (pid, elsewhere) = holder.split_once(' ').unwrap_or_default();
    if elsewhere == machine() {
        let pid = pid.parse().ok().and_then(Pid::from_raw);
        return pid.is_none_or(|pid| test_kill_process(pid) == Err(Errno::SRCH));
    }
    let age = fs_err::metadata(path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > LONGEST_HELD)
}

/// Removes a marker that was left behind; of those who see it one does so, and puts back what it should not have taken.
fn clear_away(path: &Path, holder: &str) -> io::Result<()> {
    let taken = path.with_extension(format!("held-{}", getpid()));
    match fs_err::rename(path, &taken) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    }
    if fs_err::read_to_string(&taken)? != holder {
        // Somebody was faster, and this is their marker; a new one in its place is as good.
        let _ = fs_err::hard_link(&taken, path);
    }
    fs_err::remove_file(&taken)
}

/// This machine, or this container of it: where a process id means something.
fn machine() -> String {
    let namespace = fs_err::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{} {}", rustix::system::uname().nodename().to_string_lossy(), namespace.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_what_a_dead_process_left_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = folder.path().join("a.lock");
        let held = Marker::take(&lock).expect("a file system").expect("nobody holds it");
        assert!(Marker::take(&lock).expect("a file system").is_none());
        drop(held);
        let mut child = std::process::Command::new("true").spawn().expect("it starts");
        child.wait().expect("it ends");
        #[expect(clippy::disallowed_methods, reason = "as another process left it")]
        let leave = |holder: String| fs_err::write(lock.with_extension("held"), holder).expect("writable");
        leave(format!("{} {}", child.id(), machine()));
        assert!(Marker::take(&lock).expect("a file system").is_none(), "it is cleared away first");
        drop(Marker::take(&lock).expect("a file system").expect("nobody holds it"));
        leave(format!("{} another machine", child.id()));
        for _ in 0..2 {
            assert!(Marker::take(&lock).expect("a file system").is_none(), "nobody here knows whether it lives");
        }
        assert_eq!(fs_err::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn only_a_file_system_without_locks_needs_it() {
        assert!(is_needed(&Errno::NOLCK.into()) && is_needed(&Errno::OPNOTSUPP.into()));
        assert!(!is_needed(&Errno::ACCESS.into()) && !is_needed(&Errno::WOULDBLOCK.into()));
    }
}
