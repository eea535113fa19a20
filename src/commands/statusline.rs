//! `statusline`: what Claude Code draws below its prompt, again and again. From files alone, instant, and never an
//! error about what they hold: what is wrong is for `status` to tell.

use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::cli::{Color, Global};
use crate::error::Failure;
use crate::observe::session_start::{self, Start};
use crate::status_line::Facts;
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

/// How long Claude Code may take to say what it says on standard input, and how much that may be.
const PATIENCE: Duration = Duration::from_millis(500);
const MOST: u64 = 256 * 1024;

pub(super) fn run(world: &World, ui: Ui, global: &Global) -> Result<(), Failure> {
    if global.json {
        return Err(Failure::refused("`statusline` draws one line for Claude Code, and has no JSON form")
            .hint("`claude-bedrock status --offline --json` tells the same from the same files"));
    }
    draw(world, ui, global.color);
    Ok(())
}

fn draw(world: &World, ui: Ui, color: Color) {
    if world.home().is_none() {
        return;
    }
    let session = session(world);
    // Claude Code reads a project's settings where the session began, wherever its commands have gone since.
    let project = session["workspace"]["project_dir"].as_str().map(Path::new).filter(|folder| folder.is_absolute());
    let elsewhere = project.map(|folder| world.at(folder));
    let Start { observation, configuration, profile, .. } = session_start::look(elsewhere.as_ref().unwrap_or(world));
    let facts = Facts {
        observation: &observation,
        configuration: &configuration,
        profile: profile.as_deref(),
        model: session["model"]["id"].as_str(),
    };
    if let Some(segment) = facts.segment(wants_colour(world, color)) {
        // A reader that is gone needs no answer.
        let _ = ui.answer_verbatim(&format!("{segment}\n"));
    }
}

/// What Claude Code tells of its session, as far as it does: one JSON object, whose end counts and not that of the
/// stream.
fn session(world: &World) -> Value {
    if world.terminal.input {
        return Value::Null;
    }
    let (sender, receiver) = mpsc::channel();
    let reader = thread::Builder::new().spawn(move || {
        let mut values = serde_json::Deserializer::from_reader(io::stdin().lock().take(MOST)).into_iter();
        let _ = sender.send(values.next().and_then(Result::ok));
    });
    // One that waits still ends with the process.
    reader.ok().and_then(|_| receiver.recv_timeout(PATIENCE).ok()).flatten().unwrap_or_default()
}

/// Claude Code shows colours though it is no terminal.
fn wants_colour(world: &World, wish: Color) -> bool {
    match wish {
        Color::Auto => world.var(vars::NO_COLOR).is_none(),
        Color::Always => true,
        Color::Never => false,
    }
}
