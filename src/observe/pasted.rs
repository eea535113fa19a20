//! A text that somebody wants explained: from the command line, a file, standard input, or Claude Code's debug log.

use std::ffi::OsString;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fs_err::File;

use crate::error::Failure;
use crate::settings::scope;
use crate::vars;
use crate::world::World;

/// As much of a text is read; of a longer one the end, which is what went wrong last.
pub const MOST_BYTES: u64 = 4 << 20;

/// A text and where it is from.
#[derive(Debug)]
pub struct Pasted {
    /// The text; what is no Unicode in it is replaced.
    pub text: String,
    /// The file it was read from.
    pub file: Option<PathBuf>,
    /// How many bytes before it were left out.
    pub left_out: u64,
}

/// The words of a command line as a text, or the content of the one file they name.
///
/// # Errors
/// That the file cannot be read.
pub fn from_arguments(world: &World, words: &[OsString]) -> Result<Pasted, Failure> {
    if let [word] = words {
        let path = world.absolute(&world.expand_home(Path::new(word)));
        if path.is_file() {
            return from_file(path);
        }
    }
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    Ok(Pasted { text: words.join(" "), file: None, left_out: 0 })
}

/// Everything on standard input, or the end of it.
///
/// # Errors
/// That it cannot be read.
pub fn from_standard_input() -> Result<Pasted, Failure> {
    let unreadable = |error: io::Error| Failure::failed(format!("standard input cannot be read: {error}"));
    let mut input = io::stdin().lock();
    let (mut kept, mut left_out) = (Vec::new(), 0);
    loop {
        let read = input.by_ref().take(MOST_BYTES).read_to_end(&mut kept).map_err(unreadable)?;
        let too_many = kept.len().saturating_sub(usize::try_from(MOST_BYTES).unwrap_or(usize::MAX));
        kept.drain(..too_many);
        left_out += too_many as u64;
        if read == 0 {
            return Ok(Pasted { text: decoded(&kept), file: None, left_out });
        }
    }
}

/// Claude Code's newest debug log.
///
/// `~/.claude/debug/SESSION.txt`, as 2.1.329 was observed to write it under `--debug`.
///
/// # Errors
/// That there is none, or that it cannot be read.
pub fn from_debug_log(world: &World) -> Result<Pasted, Failure> {
    let folder =
        debug_folder(world).ok_or_else(|| Failure::failed("the home folder is not known, so no debug log is found"))?;
    let newest = newest_log(&folder).ok_or_else(|| {
        Failure::refused(format!("there is no debug log in `{}`", folder.display()))
            .hint("run `claude --debug`, let it fail again, then ask once more")
    })?;
    from_file(newest)
}

/// The end of Claude Code's newest debug log, from a whole line on; none where there is no log.
#[must_use]
pub fn end_of_debug_log(world: &World, most_bytes: u64) -> Option<(PathBuf, String)> {
    let path = newest_log(&debug_folder(world)?)?;
    let mut file = File::open(&path).ok()?;
    let skipped = file.metadata().ok()?.len().saturating_sub(most_bytes);
    file.seek(SeekFrom::Start(skipped)).ok()?;
    let mut bytes = Vec::new();
    file.take(most_bytes).read_to_end(&mut bytes).ok()?;
    let text = decoded(&bytes);
    let whole =
        if skipped == 0 { text } else { text.split_once('\n').map_or_else(String::new, |(_, rest)| rest.into()) };
    Some((path, whole))
}

fn debug_folder(world: &World) -> Option<PathBuf> {
    let named = world.path_var(vars::DEBUG_LOGS_DIR).map(|folder| world.absolute(&folder));
    named.or_else(|| Some(scope::claude_folder(world)?.join("debug")))
}

/// The log that was written to last. Claude Code's own link `latest` is not trusted: it names a session that began
/// last, and stays when its log is deleted.
fn newest_log(folder: &Path) -> Option<PathBuf> {
    let logs = fs_err::read_dir(folder).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let is_log = path.extension().is_some_and(|extension| extension == "txt" || extension == "log");
        let written = fs_err::symlink_metadata(&path).ok().filter(std::fs::Metadata::is_file)?.modified().ok()?;
        is_log.then_some((written, path))
    });
    let newest: Option<(SystemTime, PathBuf)> = logs.max();
    newest.map(|(_, path)| path)
}

fn from_file(path: PathBuf) -> Result<Pasted, Failure> {
    let unreadable = |error: io::Error| Failure::refused(format!("the text cannot be read: {error}"));
    let mut file = File::open(&path).map_err(unreadable)?;
    let left_out = file.metadata().map_err(unreadable)?.len().saturating_sub(MOST_BYTES);
    file.seek(SeekFrom::Start(left_out)).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Pasted { text: decoded(&bytes), file: Some(path), left_out })
}

/// Bytes as text: UTF-8, or the UTF-16 that PowerShell writes behind `>`.
fn decoded(bytes: &[u8]) -> String {
    let units = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_powershell_and_garbage_are_read() {
        assert_eq!(decoded(b"\xff\xfeA\0P\0I\0"), "API");
        assert_eq!(decoded(b"\xfe\xff\0A\0P"), "AP");
        assert_eq!(decoded(b"A\xff\xfe\0B"), "A\u{fffd}\u{fffd}\0B");
    }
}
