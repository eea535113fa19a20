//! The terminal a person sits at when the standard streams lead elsewhere, as in a helper that Claude Code runs.

/// What may be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Lines written to it appear below each other.
    Lines,
    /// A program draws on it; lines written to it would damage the picture.
    Drawn,
}

/// Whether there is one, and whether a program draws on it: Claude Code's interface switches line editing off, `claude
/// -p` and the time before the interface comes up leave it on.
#[must_use]
#[cfg(unix)]
pub fn screen() -> Option<Screen> {
    use rustix::termios::{LocalModes, tcgetattr};
    let terminal = open()?;
    let modes = tcgetattr(&terminal).ok()?.local_modes;
    Some(if modes.contains(LocalModes::ICANON) { Screen::Lines } else { Screen::Drawn })
}

/// Writes lines to it.
#[cfg(unix)]
pub(super) fn write(text: &str) {
    use std::io::Write;
    if let Some(mut terminal) = open() {
        // A terminal that was hung up has nobody at it.
        let _ = terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush());
    }
}

#[cfg(unix)]
fn open() -> Option<std::fs::File> {
    fs_err::OpenOptions::new().read(true).write(true).open("/dev/tty").ok().map(fs_err::File::into_file)
}

/// Windows' consoles are not looked for: Claude Code shows what a helper prints.
#[must_use]
#[cfg(not(unix))]
pub fn screen() -> Option<Screen> {
    None
}

#[cfg(not(unix))]
pub(super) fn write(_text: &str) {}
