//! Serving without a command: the variables on stdout, until the input or a signal ends it.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
    thread,
};

use tokio::{runtime, sync::oneshot};

use super::{Failure, during};
use crate::{Sandbox, environment};

pub(super) fn serve(sandbox: &Sandbox, home: &Path) -> Result<ExitCode, Failure> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(during("starting"))?;
    runtime.block_on(async {
        // Before anything is printed: whoever has read the lines may end us.
        let mut signals = end_signal().map_err(during("taking the signals"))?;
        print(sandbox, home).map_err(during("printing the variables"))?;
        tokio::select! {
            () = end_of_input() => {}
            () = signals.received() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn print(sandbox: &Sandbox, home: &Path) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for (key, value) in environment::account(home, &sandbox.endpoint()) {
        writeln!(output, "{}={}", key.display(), value.display())?;
    }
    output.flush()
}

/// Waits in a thread of its own, which is left behind when a signal comes first.
async fn end_of_input() {
    let (ended, end) = oneshot::channel();
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        while matches!(io::stdin().read(&mut buffer), Ok(1..)) {}
        // Nobody listens any more when a signal came first.
        let _ = ended.send(());
    });
    // The thread sends before it ends.
    let _ = end.await;
}

#[cfg(unix)]
fn end_signal() -> io::Result<EndSignal> {
    use tokio::signal::unix::{SignalKind, signal};

    Ok(EndSignal { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
}

#[cfg(unix)]
struct EndSignal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl EndSignal {
    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "one signature on all systems")]
fn end_signal() -> io::Result<EndSignal> {
    Ok(EndSignal)
}

#[cfg(not(unix))]
struct EndSignal;

#[cfg(not(unix))]
impl EndSignal {
    async fn received(&mut self) {
        // Without a console no signal ends it, but the input does.
        let _ = tokio::signal::ctrl_c().await;
    }
}
