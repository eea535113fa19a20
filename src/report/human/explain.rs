//! The report of `explain`, for people.

use std::fmt::Write;
use std::path::Path;

use crate::apply::shortened;
use crate::catalogue::Fix;
use crate::explain::{Confidence, Explanation, Match, Values};
use crate::observe::pasted::Pasted;
use crate::ui::{BAD, BOLD, DIM, NOTICE, styled};

/// As many matches are shown with all that is known of them.
const MOST_SHOWN: usize = 8;
/// As many guesses are named beside them.
const MOST_GUESSES: usize = 3;

/// The report. Of the text itself nothing is in it but values of narrow forms, for it may hold secrets.
#[must_use]
pub fn report(explained: &Explanation, pasted: &Pasted, home: Option<&Path>) -> String {
    let mut text = String::new();
    if let Some(file) = &pasted.file {
        let _ = writeln!(text, "{}", styled(DIM, &shortened(file, home)));
    }
    if pasted.left_out > 0 {
        let _ = writeln!(text, "{}", styled(DIM, &format!("without the first {} bytes", pasted.left_out)));
    }
    let (guesses, sure): (Vec<&Match>, Vec<&Match>) =
        explained.matches.iter().partition(|found| found.confidence == Confidence::Maybe);
    for found in if sure.is_empty() { &guesses } else { &sure }.iter().take(MOST_SHOWN) {
        one(&mut text, found, &pasted.text);
    }
    if !sure.is_empty() && !guesses.is_empty() {
        let _ = writeln!(text, "{}", styled(DIM, "Perhaps also:"));
        for found in guesses.iter().take(MOST_GUESSES) {
            let _ = writeln!(text, "  {} {}, line {}", styled(DIM, found.mode.id), found.mode.title, found.line);
        }
    }
    if explained.matches.is_empty() {
        let _ = writeln!(text, "Unknown: no failure in the catalogue says this.");
        if !explained.nearest.is_empty() {
            let _ = writeln!(text, "Nearest, without being an answer:");
        }
        for mode in &explained.nearest {
            let _ = writeln!(text, "  {} {}", styled(DIM, mode.id), mode.title);
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn one(text: &mut String, found: &Match, pasted: &str) {
    let style = if found.confidence == Confidence::Maybe { NOTICE } else { BAD };
    let mode = found.mode;
    let word = found.confidence.word();
    let line = format!("line {}", found.line);
    let _ = writeln!(
        text,
        "{} {}  {}",
        styled(style.bold(), mode.id),
        styled(BOLD, mode.title),
        styled(DIM, &format!("{word}, {line}"))
    );
    let _ = writeln!(text, "  {}", mode.cause);
    fix(text, found, &found.values(pasted));
    if let Some(check) = mode.check() {
        let _ = writeln!(text, "  {} `{check}`", styled(DIM, "to be sure:"));
    }
    text.push('\n');
}

fn fix(text: &mut String, found: &Match, values: &Values) {
    let mode = found.mode;
    let label = |words: &str| styled(crate::ui::GOOD.bold(), words);
    let _ = match mode.fix {
        Fix::Command { command, text: words, .. } => {
            let command = values.command(mode).unwrap_or_else(|| command.to_owned());
            writeln!(text, "  {} `{command}`\n    {words}", label("fix:"))
        }
        Fix::Administrator(_) => {
            let sentence = values.text(&mode.fix);
            writeln!(text, "  {} ask your administrator:\n    “{sentence}”", label("fix:"))
        }
        Fix::Update { version: Some(version), text: words } => {
            writeln!(text, "  {} Claude Code {version} or newer\n    {words}", label("fix:"))
        }
        Fix::ByHand(words) | Fix::Update { version: None, text: words } => {
            writeln!(text, "  {} {words}", label("fix:"))
        }
        Fix::NoFault(words) => writeln!(text, "  {} {words}", label("no fault:")),
    };
}
