//! Ctrl-C while nobody is asked: said in words, and nothing is left half-done.

use std::pin::pin;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::error::{Exit, Failure};
use crate::private_file;
use crate::ui::Ui;

/// While it lives, an interrupt ends the program with a word and exit code 130. Once it is dropped an interrupt is
/// not heard any more, so that what is being written is written whole.
#[derive(Debug)]
#[must_use = "it watches until it is dropped"]
pub struct Watch {
    watching: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// Watches for an interrupt. Where the system does not allow that, an interrupt ends the program as it always does.
pub fn watch(ui: Ui) -> Watch {
    watch_to_say(ui, Failure::interrupted())
}

/// The same after something was done, which the word names.
pub fn watch_after(ui: Ui, done: &str) -> Watch {
    watch_to_say(ui, Failure::interrupted().after(done))
}

fn watch_to_say(ui: Ui, word: Failure) -> Watch {
    let (stop, stopped) = oneshot::channel::<()>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let watching = runtime.ok().map(|runtime| {
        let (ready, listens) = mpsc::channel();
        let watching = thread::spawn(move || {
            runtime.block_on(async {
                let mut interrupted = pin!(tokio::signal::ctrl_c());
                // To ask for the signal once is to have it from then on.
                tokio::select! {
                    biased;
                    Ok(()) = &mut interrupted => end(ui, &word),
                    () = async {} => {}
                }
                let _ = ready.send(());
                tokio::select! {
                    Ok(()) = interrupted => end(ui, &word),
                    _ = stopped => {}
                }
            });
        });
        // Nothing that an interrupt would leave half-done begins before it is heard.
        let _ = listens.recv();
        (stop, watching)
    });
    Watch { watching }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((stop, watching)) = self.watching.take() {
            drop(stop);
            let _ = watching.join();
        }
    }
}

#[expect(clippy::disallowed_methods, clippy::exit, reason = "the main thread is waiting for AWS or for a line")]
pub(super) fn end(ui: Ui, word: &Failure) {
    // The signal may have come from elsewhere while a question had the keyboard.
    let _ = crossterm::terminal::disable_raw_mode();
    private_file::clear_rooms();
    ui.interruption(word);
    std::process::exit(Exit::Interrupted as i32);
}
