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

/// Base64 (RFC 4648, section 4), in which a terminal takes a text for the clipboard.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let of = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = of(0) << 16 | of(1) << 8 | of(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            text.push(if place <= group.len() { char::from(ALPHABET[digit as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_specification() {
        // RFC 4648, section 10.
        for (text, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }
}
