//! The only printing. Standard output is the answer; everything else goes to standard error.

pub mod controlling_terminal;

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::error::Failure;

use controlling_terminal::Screen;

/// A heading.
pub const BOLD: Style = Style::new().bold();
/// What is secondary.
pub const DIM: Style = Style::new().dimmed();
/// What is in order, or added.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is wrong, or removed.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What deserves a look.
pub const NOTICE: Style = AnsiColor::Yellow.on_default();

/// Wraps text in a style; the streams strip it where colour is not wanted.
#[must_use]
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Which stream something is said on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Answer,
    /// Standard error.
    Status,
}

/// The two streams with the user's wish for colour.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    color: ColorChoice,
    verbose: bool,
}

impl Ui {
    /// Printing with a choice of colour; `Auto` looks at the terminal and at `NO_COLOR`.
    #[must_use]
    pub fn new(color: ColorChoice, verbose: bool) -> Self {
        Self { color, verbose }
    }

    /// The answer, on standard output, written whole. A reader that went away is no error: it had enough.
    ///
    /// # Errors
    /// That standard output took no more.
    pub fn answer(self, text: &str) -> Result<(), Failure> {
        Self::write(AutoStream::new(io::stdout(), self.color), text)
    }

    /// The answer for a program, on standard output, byte for byte.
    ///
    /// # Errors
    /// As [`Ui::answer`].
    pub fn answer_verbatim(self, text: &str) -> Result<(), Failure> {
        Self::write(io::stdout().lock(), text)
    }

    fn write(mut stream: impl Write, text: &str) -> Result<(), Failure> {
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::failed(format!("standard output took no more: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Something a person must see now: on the given stream and, where that leads to another program, on the terminal
    /// they sit at. A screen that is drawn on gets no lines, but a title and a notification, which spare it.
    pub fn tell_person(self, text: &str, stream: Stream) {
        let seen = match stream {
            Stream::Answer => {
                // A closed pipe leaves the terminal.
                let _ = self.answer(&format!("{text}\n"));
                io::stdout().is_terminal()
            }
            Stream::Status => {
                self.say(text);
                io::stderr().is_terminal()
            }
        };
        if seen {
            return;
        }
        let line = text.lines().collect::<Vec<_>>().join(" ").replace(['\u{1b}', '\u{7}'], "");
        match controlling_terminal::screen() {
            Some(Screen::Lines) => controlling_terminal::write(&format!("{text}\n")),
            Some(Screen::Drawn) => {
                controlling_terminal::write(&format!("\u{1b}]0;{line}\u{7}\u{1b}]9;{line}\u{7}"));
            }
            None => {}
        }
    }

    /// What is going on, on standard error.
    pub fn status(self, text: &str) {
        self.say(text);
    }

    /// What is going on, for those who asked with `--verbose`.
    pub fn detail(self, text: &str) {
        if self.verbose {
            self.say(&styled(DIM, text));
        }
    }

    /// Something that deserves a look.
    pub fn warning(self, text: &str) {
        self.say(&format!("{} {text}", styled(NOTICE.bold(), "warning:")));
    }

    /// An error with its hints, also on the terminal a person sits at.
    pub fn failure_for_person(self, failure: &Failure) {
        self.tell_person(&Self::failure_text(failure), Stream::Status);
    }

    /// An error with its hints.
    pub fn failure(self, failure: &Failure) {
        self.say(&Self::failure_text(failure));
    }

    fn failure_text(failure: &Failure) -> String {
        let mut text = format!("{} {}", styled(BAD.bold(), "error:"), failure.message);
        for hint in &failure.hints {
            let mark = styled(AnsiColor::Cyan.on_default().bold(), "hint:");
            text.extend(["\n", &mark, " ", hint]);
        }
        text
    }

    fn say(self, text: &str) {
        let mut stream = AutoStream::new(io::stderr(), self.color);
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(stream, "{text}");
    }
}
