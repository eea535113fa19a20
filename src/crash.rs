//! What happens when the program stops over a mistake of its own: nothing it holds gets out, and the person is told.
//!
//! A panic's own message quotes values, a slice of a token among them, so it is never shown; its place is. A core file
//! would hold every secret in memory, so there is none.

use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};
use std::process::ExitCode;

use anstream::ColorChoice;

use crate::error::{Exit, Failure};
use crate::ui::Ui;
use crate::world::World;

/// Runs the program so that a panic ends it with a plain line and an exit code like any other failure.
#[must_use]
pub fn contained(world: &World, run: impl FnOnce() -> ExitCode) -> ExitCode {
    let ui = Ui::new(world.terminal, ColorChoice::Auto, false);
    panic::set_hook(Box::new(move |panic| ui.failure(&failure(panic))));
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| ExitCode::from(Exit::Failure as u8))
}

/// What is said of a panic: where, and never what.
fn failure(panic: &PanicHookInfo<'_>) -> Failure {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), place);
    let version = env!("CARGO_PKG_VERSION");
    Failure::failed(format!(
        "claude-bedrock {version} stopped because of a bug of its own at `{place}`; each file is as it was or written whole"
    ))
    .hint("run it again; should it stop there again, report these two lines, which hold nothing of yours")
}

/// A place in the source, without the folders of whoever built it.
fn place(location: &Location<'_>) -> String {
    format!("{}:{}", from_the_crate_on(location.file()), location.line())
}

fn from_the_crate_on(file: &str) -> &str {
    let Some(source) = file.rfind("/src/") else { return file };
    file[..source].rfind('/').map_or(file, |folder| &file[folder + 1..])
}

/// Lowers the limit that a shell may have raised; one that cannot be lowered is the administrator's.
pub fn leave_no_core_file() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Core).maximum;
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_is_told_by_its_place_and_without_its_words() {
        let told: Arc<Mutex<Vec<Failure>>> = Arc::default();
        let (before, here) = (panic::take_hook(), std::thread::current().id());
        let heard = Arc::clone(&told);
        panic::set_hook(Box::new(move |panic| {
            // Other tests may panic meanwhile.
            if std::thread::current().id() == here {
                heard.lock().expect("nobody panicked with it").push(failure(panic));
            }
        }));
        let token = "s3cr3t-é".to_owned();
        let end = token.len() - 1;
        let slice = panic::catch_unwind(|| token[..end].len());
        let words = panic::catch_unwind(|| panic!("{token}"));
        panic::set_hook(before);
        assert!(slice.is_err() && words.is_err());
        let told = told.lock().expect("nobody panicked with it");
        assert_eq!(told.len(), 2);
        for failure in told.iter() {
            let text = format!("{failure:?}");
            assert!(!text.contains("s3cr3t"), "{text}");
            assert!(failure.message.contains("src/crash.rs:") && failure.hints.len() == 1, "{text}");
        }
    }

    #[test]
    fn a_place_says_nothing_of_the_machine_that_built_it() {
        assert_eq!(from_the_crate_on("src/aws/call.rs"), "src/aws/call.rs");
        assert_eq!(from_the_crate_on("/home/me/.cargo/registry/x/tokio-1.54.0/src/a/b.rs"), "tokio-1.54.0/src/a/b.rs");
        assert_eq!(from_the_crate_on("/rustc/598/library/std/src/thread.rs"), "std/src/thread.rs");
    }
}
