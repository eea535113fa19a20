//! What a person can do at the terminal while `login` waits: copy what has to be carried elsewhere, and paste the address
//! that a browser on another machine ended up at.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::ask;
use crate::aws::sign_in::Announcement;
use crate::clipboard;
use crate::ui::Ui;
use crate::world::World;

/// What there is to copy, and what it is called.
type Copyable = Arc<Mutex<Option<(&'static str, String)>>>;

/// A person at the keyboard, until it is dropped.
pub(super) struct Beside {
    copyable: Copyable,
    lines: Mutex<Option<UnboundedReceiver<String>>>,
    #[cfg(unix)]
    _listener: ask::Listener,
}

impl Beside {
    /// Listens to the keyboard where somebody sits at it.
    #[cfg(unix)]
    pub(super) fn begin(world: &World, ui: Ui, is_wanted: bool) -> Option<Self> {
        if !is_wanted || !world.can_ask() || !(world.terminal.output || world.terminal.error) {
            return None;
        }
        let copyable = Copyable::default();
        let (sender, lines) = mpsc::unbounded_channel();
        let (there, world) = (Arc::clone(&copyable), world.clone());
        let listener = ask::listen(ui, move |typed| match typed {
            ask::Typed::Copy => {
                let there = there.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some((what, text)) = there {
                    ui.status(&copy(&world, ui, what, &text));
                }
            }
            // Nobody waits for it any more.
            ask::Typed::Line(line) => drop(sender.send(line)),
        })?;
        Some(Self { copyable, lines: Mutex::new(Some(lines)), _listener: listener })
    }

    /// Windows' consoles are not listened to.
    #[cfg(not(unix))]
    pub(super) fn begin(_world: &World, _ui: Ui, _is_wanted: bool) -> Option<Self> {
        None
    }

    /// What the person can do about an announcement; it is noted what there is to copy of it.
    pub(super) fn invitation(&self, announcement: &Announcement) -> Option<String> {
        let (what, text, more) = match announcement {
            Announcement::Code { code, .. } => ("code", code, ""),
            Announcement::Browser { address } => (
                "address",
                address,
                "\nIf that browser is on another machine, it ends up at a page that cannot be reached: paste the \
                 address of that page here and press Enter.",
            ),
            _ => return None,
        };
        *self.copyable.lock().unwrap_or_else(PoisonError::into_inner) = Some((what, text.clone()));
        Some(format!("\nPress c to copy the {what}.{more}"))
    }

    /// The lines that are pasted, for the one who asks first.
    pub(super) fn lines(&self) -> Option<AsyncMutex<UnboundedReceiver<String>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).take().map(AsyncMutex::new)
    }
}

/// Copies a text and says how.
#[cfg(unix)]
fn copy(world: &World, ui: Ui, what: &str, text: &str) -> String {
    if let Some(program) = clipboard::copy(world, text) {
        return format!("Copied the {what} with `{program}`.");
    }
    ui.copy_by_terminal(text);
    format!("Asked the terminal to copy the {what}; not every terminal does.")
}
