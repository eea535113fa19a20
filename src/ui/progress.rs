//! What is shown while something takes longer than a blink.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::wrap::{fitted, wrapped};

/// What is done within this time is not worth a word.
const BLINK: Duration = Duration::from_millis(200);

/// How long one picture stands.
const FRAME: Duration = Duration::from_millis(80);

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// Back to the start of the line, and everything right of it erased.
pub(super) const ERASE_LINE: &str = "\r\x1b[K";

/// Something that is going on; shown until dropped.
#[derive(Debug)]
#[must_use = "it is shown until it is dropped"]
pub struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

/// How progress can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A moving picture before the words.
    Moving {
        /// The width of the terminal.
        width: usize,
    },
    /// The words once, on lines of their own.
    Still {
        /// The width of the terminal.
        width: usize,
    },
    /// Nobody is looking.
    Hidden,
}

impl Progress {
    pub(super) fn start(text: String, manner: Manner) -> Self {
        if manner == Manner::Hidden {
            return Self { running: None };
        }
        let (stop, stopped) = mpsc::channel();
        let shown = thread::spawn(move || {
            // A sender that went away has stopped, too.
            if stopped.recv_timeout(BLINK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let width = match manner {
                Manner::Moving { width } => width,
                Manner::Still { width } => return write(&format!("{}\n", wrapped(&text, width, 0))),
                Manner::Hidden => return,
            };
            for frame in FRAMES.iter().cycle() {
                write(&format!("{ERASE_LINE}{}", fitted(&format!("{frame} {text}"), width.saturating_sub(1))));
                if stopped.recv_timeout(FRAME) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            write(ERASE_LINE);
        });
        Self { running: Some((stop, shown)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, shown)) = self.running.take() {
            drop(stop);
            let _ = shown.join();
        }
    }
}

fn write(text: &str) {
    let mut stream = io::stderr().lock();
    // A closed standard error leaves nobody to tell.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}
