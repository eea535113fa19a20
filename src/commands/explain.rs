//! `explain`: what a text that somebody met means.

use std::path::Path;

use crate::cli::Global;
use crate::cli::explain::ExplainArgs;
use crate::error::Failure;
use crate::explain::{self, Explanation};
use crate::observe::pasted::{self, Pasted};
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

/// How files end that hold what somebody wants explained.
const TEXTS: [&str; 8] = ["err", "html", "json", "jsonl", "log", "md", "out", "txt"];

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &ExplainArgs) -> Result<(), Failure> {
    let pasted = read(world, ui, args)?;
    if pasted.text.trim().is_empty() {
        return Err(Failure::refused("there is no text to explain")
            .hint("give it behind the command, in a file, or on standard input"));
    }
    // What is called like a file is no message, whatever its letters resemble.
    let is_lost = pasted.file.is_none() && is_one_word(args) && is_called_like_a_file(&pasted.text);
    let explained = if is_lost { Explanation::default() } else { explain::explain(&pasted.text) };
    if global.json {
        let report = v1::explain::Explanation::of(&explained, &pasted);
        ui.answer_json(&report)?;
    } else {
        ui.answer(&human::explain::report(&explained, &pasted, world.home().as_deref()))?;
    }
    if explained.matches.is_empty() {
        let failure = Failure::failed("this text cannot be explained");
        let failure = if is_one_word(args) && pasted.file.is_none() {
            failure.hint("there is no file of that name, so the word itself was looked at")
        } else {
            failure
        };
        return Err(failure.hint("run `claude-bedrock diagnose` to look at the set-up itself"));
    }
    Ok(())
}

/// Whether what was given may have been meant for a file.
fn is_one_word(args: &ExplainArgs) -> bool {
    matches!(args.text.as_slice(), [word] if word != "-" && !word.to_string_lossy().contains(char::is_whitespace))
}

/// Whether a word is the name of a file that holds a text, or a path.
fn is_called_like_a_file(word: &str) -> bool {
    let end = Path::new(word).extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    TEXTS.contains(&end.as_str()) || ["/", "./", "../", "~/"].iter().any(|start| word.starts_with(start))
}

fn read(world: &World, ui: Ui, args: &ExplainArgs) -> Result<Pasted, Failure> {
    if args.last {
        return pasted::from_debug_log(world);
    }
    if !args.text.is_empty() && args.text != ["-"] {
        return pasted::from_arguments(world, &args.text);
    }
    if world.terminal.input {
        let end = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
        ui.status(&format!("paste the text, then press {end} on a new line"));
    }
    pasted::from_standard_input()
}
