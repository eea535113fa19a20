//! What earlier runs left behind: our receipts and records of sign-ins, Claude Code's note of its sign-in command, and
//! the end of its newest debug log.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::aws::credentials;
use crate::aws::files::AwsFiles;
use crate::aws::session;
use crate::aws::sign_in;
use crate::aws_config;
use crate::checks::evidence;
use crate::checks::facts::{AuthRefresh, KeyState, ReceiptState, Traces};
use crate::configuration::Configuration;
use crate::observe::pasted;
use crate::private_file::{self, StateFolder};
use crate::receipt::{Receipt, Receipts};
use crate::settings::document::{Document, Key, RawJson};
use crate::settings::scope;
use crate::vars;
use crate::world::World;

/// So much of a debug log's end is looked at.
const END_OF_LOG: u64 = 256 << 10;

/// Claude Code's words in its debug log, as 2.1.329 was observed to write them.
const RUNS: &str = "Running AWS auth refresh command";
const SKIPS: &str = "Fetched AWS caller identity, skipping AWS auth refresh command";
const REFUSED: &str = "API error (attempt ";

/// Looks for them.
pub(super) fn traces(world: &World, files: &AwsFiles, configuration: &Configuration) -> Traces {
    let mut traces = Traces { auth_refresh: auth_refresh(world), ..Traces::default() };
    receipts(world, &mut traces);
    let profile = configuration.profile.as_ref().map(|found| found.value.as_str());
    if let Some((_, sso)) = profile.and_then(|profile| credentials::sso_behind(files, profile)) {
        let remembered = sign_in::remembered(world, &sso);
        traces.cooling_down = remembered.cooling_down;
        traces.waiting_code = remembered.waiting_code;
        traces.set_aside = session::set_aside_path(world, &sso).filter(|path| path.exists());
    }
    if let Some((path, text)) = pasted::end_of_debug_log(world, END_OF_LOG) {
        traces.refresh_runs = Some((path.clone(), times_of(&text, RUNS)));
        traces.refused_although_known = refused_although_known(&text).map(|at| (path, at));
    }
    traces
}

fn receipts(world: &World, traces: &mut Traces) {
    let Some(state) = StateFolder::of(world) else { return };
    match Receipts::of(&state).all() {
        Ok((receipts, unusable)) => {
            traces.receipts = receipts.iter().filter_map(state_of).collect();
            traces.unusable_receipts = unusable.iter().map(ToString::to_string).collect();
        }
        Err(error) => traces.unusable_receipts = vec![error.to_string()],
    }
    traces.unusable_receipts.extend(aws_config::additions(&state).err().map(|error| error.to_string()));
}

/// What became of a settings file; a file that cannot be read or is no JSON has findings of its own.
fn state_of(receipt: &Receipt) -> Option<ReceiptState> {
    let settings = receipt.settings.clone();
    let is_of_set_up = receipt.keys.iter().any(|record| record.key == Key::env(vars::USE_BEDROCK));
    let Some(bytes) = private_file::read(&settings).ok()? else {
        return Some(ReceiptState { settings, is_there: false, is_of_set_up, keys: Vec::new() });
    };
    let document = Document::parse(&bytes).ok()?;
    let foreign = receipt.keys.iter().filter_map(|record| {
        let current = document.get(&record.key);
        if record.is_ours(current.as_ref()) {
            return None;
        }
        let name = record.key.name();
        let shown = |raw: RawJson| match raw.as_str() {
            Some(text) => serde_json::Value::from(evidence::shown(name, &text)).to_string(),
            None => evidence::shown(name, raw.text()),
        };
        Some(KeyState { name: name.to_owned(), line: document.line_of(&record.key), value: current.map(shown) })
    });
    let keys = foreign.collect();
    Some(ReceiptState { settings, is_there: true, is_of_set_up, keys })
}

/// The newest note beside the user's settings.
fn auth_refresh(world: &World) -> Option<AuthRefresh> {
    let entries = fs_err::read_dir(scope::claude_folder(world)?).ok()?;
    let notes = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name();
        let name = name.to_str()?;
        let is_note =
            name.starts_with(".aws_auth_refresh-") && Path::new(name).extension().is_some_and(|e| e == "json");
        is_note.then(|| note(entry.path()))?
    });
    notes.max_by_key(|note| note.at)
}

fn note(path: PathBuf) -> Option<AuthRefresh> {
    let note: serde_json::Value = serde_json::from_slice(&private_file::read(&path).ok()??).ok()?;
    let at = Timestamp::from_millisecond(note["finishedAt"].as_i64()?).ok()?;
    Some(AuthRefresh { path, failed: note["outcome"] == "failed", at })
}

/// The times of the lines that say something; a line begins with its time.
fn times_of(text: &str, words: &str) -> Vec<Timestamp> {
    let lines = text.lines().filter(|line| line.contains(words));
    lines.filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
}

/// When the last request was refused although the identity was known just before.
fn refused_although_known(text: &str) -> Option<Timestamp> {
    let lines: Vec<&str> = text.lines().collect();
    let refused = lines.iter().rposition(|line| line.contains(REFUSED))?;
    if !lines[refused].contains(": 403 ") {
        return None;
    }
    let is_known = lines[..refused].iter().any(|line| line.contains(SKIPS));
    lines[refused].split(' ').next().filter(|_| is_known)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-11-21T06:08:50.972Z [DEBUG] [API:auth] AWS credential resolve start\n\
        2026-11-21T06:08:51.481Z [DEBUG] Fetched AWS caller identity, skipping AWS auth refresh command\n\
        2026-11-21T06:08:52.260Z [ERROR] API error (attempt 1/1): 403 403 User: x is not authorized\n";

    #[test]
    fn the_debug_log_tells_of_runs_and_refusals() {
        assert_eq!(refused_although_known(LOG), "2026-11-21T06:08:52.260Z".parse().ok());
        assert_eq!(refused_although_known(&LOG.replace(" 403 403", " 429 429")), None);
        assert_eq!(refused_although_known(""), None);
        assert_eq!(times_of(LOG, SKIPS).len(), 1);
        assert!(times_of("Running AWS auth refresh command", RUNS).is_empty(), "no time, no run");
    }
}
