//! What a person types at a terminal while the program waits for something else: one key, or a line that was pasted.
//!
//! The line is not shown as it is typed, and no key is left for the shell. Ctrl-C ends the program as it always does.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::interruption;
use crate::error::Failure;
use crate::ui::Ui;

/// The key that copies.
const COPY: u8 = b'c';

/// Longer than any address a browser ends up at.
const LONGEST_LINE: usize = 16 * 1024;

/// How long one look at the keyboard takes, in tenths of a second: how soon it is left alone when nobody listens.
const LOOK: u8 = 1;

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// The key that copies.
    Copy,
    /// A line.
    Line(String),
}

/// Listens until it is dropped, and then gives the terminal back as it was.
#[derive(Debug)]
#[must_use = "it listens until it is dropped"]
pub struct Listener {
    stop: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
    before: Termios,
}

/// Listens at standard input; none where that is no terminal.
pub fn listen(ui: Ui, hear: impl Fn(Typed) + Send + 'static) -> Option<Listener> {
    let before = tcgetattr(io::stdin().as_fd()).ok()?;
    let mut by_key = before.clone();
    by_key.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
    by_key.special_codes[SpecialCodeIndex::VMIN] = 0;
    by_key.special_codes[SpecialCodeIndex::VTIME] = LOOK;
    tcsetattr(io::stdin().as_fd(), OptionalActions::Now, &by_key).ok()?;
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, modes) = (Arc::clone(&stop), before.clone());
    let listening = thread::spawn(move || {
        let mut keys = Keys::default();
        let mut bytes = [0; 1024];
        while !stopped.load(Ordering::Relaxed) {
            let Ok(count) = rustix::io::read(io::stdin().as_fd(), &mut bytes) else { break };
            for &byte in &bytes[..count] {
                match keys.press(byte) {
                    Some(Pressed::Typed(typed)) => hear(typed),
                    Some(Pressed::Interrupt) => {
                        give_back(&modes);
                        interruption::end(ui, &Failure::interrupted());
                    }
                    None => {}
                }
            }
        }
    });
    Some(Listener { stop, listening: Some(listening), before })
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
        give_back(&self.before);
    }
}

/// What was typed and not answered by then is not left for the shell either.
fn give_back(modes: &Termios) {
    let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Flush, modes);
}

/// What a byte of the keyboard comes to.
#[derive(Debug, PartialEq, Eq)]
enum Pressed {
    Typed(Typed),
    Interrupt,
}

/// The line as it is typed so far.
#[derive(Debug, Default)]
struct Keys {
    line: Vec<u8>,
    /// In a sequence of the terminal: an arrow, or the marks around a pasted text.
    in_sequence: bool,
}

impl Keys {
    fn press(&mut self, byte: u8) -> Option<Pressed> {
        if self.in_sequence {
            self.in_sequence = !(byte.is_ascii_alphabetic() || byte == b'~');
            return None;
        }
        match byte {
            0x03 => return Some(Pressed::Interrupt),
            0x1b => self.in_sequence = true,
            0x08 | 0x7f => drop(self.line.pop()),
            b'\r' | b'\n' => {
                let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim().to_owned();
                return (!line.is_empty()).then_some(Pressed::Typed(Typed::Line(line)));
            }
            byte if self.line.is_empty() && byte.eq_ignore_ascii_case(&COPY) => {
                return Some(Pressed::Typed(Typed::Copy));
            }
            byte if byte >= b' ' && self.line.len() < LONGEST_LINE => self.line.push(byte),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(bytes: &[u8]) -> Vec<Pressed> {
        let mut keys = Keys::default();
        bytes.iter().filter_map(|byte| keys.press(*byte)).collect()
    }

    #[test]
    fn a_key_copies_and_a_line_is_a_line() {
        let line = |text: &str| Pressed::Typed(Typed::Line(text.to_owned()));
        assert_eq!(pressed(b"cC"), [Pressed::Typed(Typed::Copy), Pressed::Typed(Typed::Copy)]);
        assert_eq!(pressed(b"\n http://a/c?b=c \r\n"), [line("http://a/c?b=c")]);
        assert_eq!(pressed(b"\x1b[200~http://a\x1b[201~\x1b[A\n"), [line("http://a")]);
        assert_eq!(pressed(b"hx\x7f\x7fhc\n"), [line("hc")]);
        assert_eq!(pressed(b"http\x03"), [Pressed::Interrupt]);
    }
}
