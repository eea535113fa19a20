//! The only printing. Standard output is the answer; everything else goes to standard error.

pub mod controlling_terminal;
mod progress;
pub mod wrap;

use std::io::{self, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::{Exit, Failure};
use crate::world::Terminal;

pub use self::progress::Progress;
use self::progress::{ERASE_LINE, Manner};

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

/// The width of a report that nobody looks at on a terminal.
const WIDTH_ELSEWHERE: usize = 100;

/// The two streams with the user's wish for colour.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    terminal: Terminal,
    color: ColorChoice,
    verbose: bool,
}

impl Ui {
    /// Printing with a choice of colour; `Auto` looks at the terminal and at `NO_COLOR`.
    #[must_use]
    pub fn new(terminal: Terminal, color: ColorChoice, verbose: bool) -> Self {
        Self { terminal, color, verbose }
    }

    /// The columns of the terminal that shows the answer, or those of a report elsewhere.
    #[must_use]
    pub fn answer_width(self) -> usize {
        if self.terminal.output { self.terminal.width } else { WIDTH_ELSEWHERE }
    }

    /// The columns of the terminal that shows everything else, or those of a report elsewhere.
    #[must_use]
    pub fn status_width(self) -> usize {
        if self.terminal.error { self.terminal.width } else { WIDTH_ELSEWHERE }
    }

    /// The columns of the terminal that [`Ui::prompt`] writes to.
    #[must_use]
    pub fn prompt_width(self) -> usize {
        if self.terminal.error || self.terminal.output { self.terminal.width } else { WIDTH_ELSEWHERE }
    }

    /// Whether questions may be coloured.
    #[must_use]
    pub fn colors_questions(self) -> bool {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            ColorChoice::Never => false,
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
        }
    }

    /// The answer, on standard output, written whole. A reader that went away is no error: it had enough.
    ///
    /// # Errors
    /// That standard output took no more.
    pub fn answer(self, text: &str) -> Result<(), Failure> {
        let text = if self.terminal.output { wrap::wrapped(text, self.terminal.width, 2) } else { text.to_owned() };
        Self::write(AutoStream::new(io::stdout(), self.color), &text)
    }

    /// The answer for a program, on standard output, byte for byte.
    ///
    /// # Errors
    /// As [`Ui::answer`].
    pub fn answer_verbatim(self, text: &str) -> Result<(), Failure> {
        Self::write(io::stdout().lock(), text)
    }

    /// The answer for a program that reads JSON.
    ///
    /// # Errors
    /// As [`Ui::answer`].
    pub fn answer_json(self, report: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(report).map_err(|error| Failure::failed(error.to_string()))?;
        self.answer_verbatim(&(text + "\n"))
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
        match controlling_terminal::screen() {
            Some(Screen::Lines) => controlling_terminal::write(&format!("{text}\n")),
            Some(Screen::Drawn) => controlling_terminal::write(&title_and_notification(text)),
            None => {}
        }
    }

    /// Tells it again where a program draws on the terminal, and may have drawn its own title since.
    pub fn remind_person(self, text: &str) {
        if !io::stderr().is_terminal() && controlling_terminal::screen() == Some(Screen::Drawn) {
            controlling_terminal::write(&title_and_notification(text));
        }
    }

    /// Asks the terminal to put a text on the clipboard of the machine it runs on (OSC 52). Whether it does is not told.
    pub fn copy_by_terminal(self, text: &str) {
        controlling_terminal::write(&format!("\u{1b}]52;c;{}\u{7}", controlling_terminal::base64(text.as_bytes())));
    }

    /// What is going on, on standard error.
    pub fn status(self, text: &str) {
        self.say(text);
    }

    /// Shows that something is going on until the value is dropped, should it take longer than a blink.
    pub fn progress(self, text: &str) -> Progress {
        let manner = match self.terminal {
            Terminal { error: false, .. } => Manner::Hidden,
            Terminal { moves_cursor: false, width, .. } => Manner::Still { width },
            Terminal { width, .. } => Manner::Moving { width },
        };
        Progress::start(text.to_owned(), manner)
    }

    /// A question whose answer is typed behind it; on the terminal a person looks at, should standard error be none.
    pub fn prompt(self, text: &str) {
        let on_output = self.terminal.output && !self.terminal.error;
        let mut stream: Box<dyn Write> = if on_output { Box::new(io::stdout()) } else { Box::new(io::stderr()) };
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }

    /// That a person ended it while nobody was asked, whatever stands on the line.
    pub fn interruption(self, word: &Failure) {
        if !self.terminal.moves_cursor {
            self.say("");
        }
        self.failure(word);
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
        if failure.exit == Exit::Interrupted {
            if self.terminal.error && self.terminal.moves_cursor {
                // A question or a moving picture may stand there.
                let _ = io::stderr().write_all(ERASE_LINE.as_bytes());
            }
            // No error: it is what they wanted.
            return self.say(&styled(NOTICE, &failure.message));
        }
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
        let text = if self.terminal.error { wrap::wrapped(text, self.terminal.width, 2) } else { text.to_owned() };
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(stream, "{text}");
    }
}

/// A text as the terminal's title and as a notification (OSC 0 and 9).
fn title_and_notification(text: &str) -> String {
    let plain = strip_str(text).to_string();
    let line: String = plain.lines().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect();
    format!("\u{1b}]0;{line}\u{7}\u{1b}]9;{line}\u{7}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_one_plain_line_whatever_is_said() {
        let failure = Failure::failed("a\u{7}b").hint("run\u{9b}2J `x`");
        let line = "error: ab hint: run2J `x`";
        assert_eq!(
            title_and_notification(&Ui::failure_text(&failure)),
            format!("\u{1b}]0;{line}\u{7}\u{1b}]9;{line}\u{7}")
        );
    }
}
