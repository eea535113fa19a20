//! The models of a region as people read them: by model, newest first, each way to it below.

use std::cmp::Reverse;
use std::fmt::Write;

use jiff::Timestamp;

use crate::gate::papers;
use crate::model;
use crate::observe::models::Offering;
use crate::offering::{Entry, Kind};
use crate::proof::{Proof, Proofs, Status};
use crate::regions::Reach;
use crate::ui::wrap::{parted, width_of, wrapped};
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

use super::rough;

/// The column of what is said of a way, where the terminal is wide enough for one, and the furthest it gives way to
/// longer ids.
const COLUMN: usize = 50;
const FURTHEST: usize = 60;

/// What the report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The region that was asked.
    pub region: &'a str,
    /// What there is.
    pub offering: &'a Offering,
    /// What is pinned, and as what.
    pub pinned: &'a [(&'static str, String)],
    /// How models answered.
    pub proofs: &'a Proofs,
    /// The time of the report.
    pub now: Timestamp,
}

impl Facts<'_> {
    /// What an entry is pinned as.
    #[must_use]
    pub fn pinned_as(&self, entry: &Entry) -> Vec<&'static str> {
        self.pinned.iter().filter(|(_, id)| entry.is_named(id)).map(|(role, _)| *role).collect()
    }

    /// How an entry answered.
    #[must_use]
    pub fn proof(&self, entry: &Entry) -> Option<&Proof> {
        self.proofs.of(&[&entry.id, &entry.arn])
    }

    /// Whether the use-case form is in the way by the account's papers, and no model has answered all the same.
    #[must_use]
    pub fn lacks_form(&self) -> bool {
        let answers = |entry| self.proof(entry).is_some_and(Proof::is_usable);
        self.offering.form_is_filed == Some(false) && !self.offering.entries.iter().any(answers)
    }

    /// What is pinned and not listed, with what it is pinned as.
    #[must_use]
    pub fn unlisted(&self) -> Vec<(String, Vec<&'static str>)> {
        let is_listed = |id: &str| self.offering.entries.iter().any(|entry| entry.is_named(id));
        let mut found: Vec<(String, Vec<&'static str>)> = Vec::new();
        for (role, id) in self.pinned.iter().filter(|(_, id)| !is_listed(id)) {
            match found.iter_mut().find(|(known, _)| known == id) {
                Some((_, roles)) => roles.push(role),
                None => found.push((id.clone(), vec![*role])),
            }
        }
        found
    }
}

/// The report, as wide as told.
#[must_use]
pub fn models(facts: &Facts<'_>, width: usize) -> String {
    let mut text = String::new();
    let entries = &facts.offering.entries;
    let headline = match entries.len() {
        0 => format!("No Claude model is listed in {}", facts.region),
        1 => format!("One way to a Claude model in {}", facts.region),
        number => format!("{number} ways to Claude models in {}, newest first", facts.region),
    };
    let _ = writeln!(text, "{}", styled(BOLD, &headline));
    let columns = entries.iter().map(|entry| width_of(entry.pin()) + 4).filter(|column| *column <= FURTHEST);
    let column = columns.max().unwrap_or(COLUMN).max(COLUMN);
    let mut above = "";
    for entry in entries {
        if entry.model_id != above {
            above = &entry.model_id;
            heading(&mut text, entry, facts, width);
        }
        way(&mut text, entry, facts, (column, width));
    }
    text.push_str(&routes(entries, width));
    for (id, roles) in facts.unlisted() {
        let _ = writeln!(text);
        let words = format!(
            "{} {id} is pinned as {} and is not listed in {}",
            styled(NOTICE.bold(), "note:"),
            roles.join(", "),
            facts.region
        );
        let _ = writeln!(text, "{}", wrapped(&words, width, 2));
        if let Some(proof) = facts.proofs.of(&[&id]) {
            outcome(&mut text, proof, facts.now, width);
        }
    }
    for missing in &facts.offering.missing {
        let _ = writeln!(text, "\n{}", wrapped(&format!("{} {missing}", styled(NOTICE.bold(), "note:")), width, 2));
    }
    if !facts.offering.is_listed {
        let words = "Whoever gave you an id can be taken at their word: `claude-bedrock models pin ID --probe` asks that \
                     model and pins it. What is missing is named by `claude-bedrock policy check`.";
        let _ = writeln!(text, "\n{}", wrapped(&styled(NOTICE, words), width, 2));
    }
    if facts.lacks_form() {
        let words = format!("By its papers: {}; {}.", papers::FORM.title, papers::FORM.fix);
        let _ = writeln!(text, "\n{}", wrapped(&styled(NOTICE, &words), width, 2));
    }
    let is_pinned = |wanted: &str| facts.pinned.iter().any(|(role, _)| *role == wanted);
    if !is_pinned("main") {
        let taken = if is_pinned("opus") { "the pinned Opus" } else { "its own default, since 2.1.207 an Opus" };
        let words = format!(
            "No main model is pinned: Claude Code takes {taken}, which costs more than a Sonnet; every turn is billed \
             as such, and an update may choose another."
        );
        let _ = writeln!(text, "\n{}", wrapped(&styled(NOTICE, &words), width, 2));
    }
    text
}

/// The regions behind each kind of way, most ways first: what stays somewhere may still go to several regions of it.
fn routes(entries: &[Entry], width: usize) -> String {
    let mut kinds: Vec<(String, &[String], Vec<&str>)> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.reach != Reach::Anywhere && entry.kind != Kind::Foundation) {
        let reach = entry.reach.to_string();
        match kinds.iter_mut().find(|(known, to, _)| *known == reach && *to == entry.routes_to) {
            Some((_, _, ids)) => ids.push(&entry.id),
            None => kinds.push((reach, &entry.routes_to, vec![&entry.id])),
        }
    }
    kinds.sort_by_key(|(_, _, ids)| Reverse(ids.len()));
    let mut text = String::new();
    for (at, (reach, to, ids)) in kinds.iter().enumerate() {
        // The usual ones need no names.
        let is_usual = kinds[..at].iter().all(|(known, ..)| known != reach);
        let whose = if is_usual { String::new() } else { format!(" ({})", ids.join(", ")) };
        let _ = writeln!(text, "{}", wrapped(&styled(DIM, &format!("{reach}{whose}: {}", to.join(", "))), width, 2));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// A model's name, its family and where it is in its life.
fn heading(text: &mut String, entry: &Entry, facts: &Facts<'_>, width: usize) {
    let day = |moment: Timestamp| moment.strftime("%Y-%m-%d").to_string();
    let life = match (entry.stage(facts.now), entry.lifecycle.end_of_life_at) {
        ("legacy", Some(end)) => styled(NOTICE, &format!("legacy, ends {}", day(end))),
        ("legacy", None) => styled(NOTICE, "legacy"),
        ("end-of-life", Some(end)) => styled(BAD, &format!("ended {}", day(end))),
        (_, Some(end)) => format!("ends {}", day(end)),
        ("active", None) => styled(DIM, "active"),
        (_, None) => styled(DIM, "life unknown"),
    };
    let heading = format!("{}  {}, {life}", styled(BOLD, &entry.model_name), entry.model.family);
    let _ = writeln!(text, "\n{}", wrapped(&heading, width, 2));
    // Whoever has had an answer needs no papers, nor does who was told by each way what stops it.
    let mut ways = facts.offering.entries.iter().filter(|other| other.model_id == entry.model_id);
    let is_proven = ways.clone().any(|other| facts.proof(other).is_some_and(Proof::is_usable))
        || ways.all(|other| facts.proof(other).is_some_and(|proof| proof.status == Status::Stopped));
    if let Some(found) = entry.hindrance().filter(|_| !is_proven) {
        let words = format!("by its papers: {}; {}", found.title, found.fix);
        indented(text, &styled(NOTICE, &words), width);
    }
}

/// One way to a model: its id, where its traffic goes, what it is pinned as, and below how it answered.
fn way(text: &mut String, entry: &Entry, facts: &Facts<'_>, (column, width): (usize, usize)) {
    let mut said = vec![entry.reach.to_string()];
    match entry.kind {
        Kind::Application => said.insert(0, format!("application profile `{}`", entry.name)),
        Kind::Foundation => said.insert(0, "no profile".to_owned()),
        Kind::System => {}
    }
    let roles = facts.pinned_as(entry);
    if !roles.is_empty() {
        said.push(styled(GOOD, &format!("pinned: {}", roles.join(", "))));
    }
    let said = said.join("; ");
    let id = entry.pin();
    let column = column.max(width_of(id) + 4);
    if column + width_of(&said) <= width {
        let _ = writeln!(text, "  {id}{}{said}", " ".repeat(column - 2 - width_of(id)));
    } else {
        for (at, piece) in parted(id, width.saturating_sub(4)).into_iter().enumerate() {
            let _ = writeln!(text, "{}{piece}", if at == 0 { "  " } else { "    " });
        }
        indented(text, &said, width);
    }
    if let Some(proof) = facts.proof(entry) {
        outcome(text, proof, facts.now, width);
    }
}

fn outcome(text: &mut String, proof: &Proof, now: Timestamp, width: usize) {
    let style = match proof.status {
        Status::Answered => GOOD,
        Status::Throttled => NOTICE,
        Status::Stopped | Status::TimedOut | Status::Unreachable => BAD,
    };
    let age = now.duration_since(proof.at);
    let age = if age.as_mins() < 1 { String::new() } else { format!(" ({} ago)", rough(age)) };
    let long = if proof.id == model::without_context_suffix(&proof.id) { "" } else { " with [1m]" };
    indented(text, &styled(style, &format!("{}{long}{age}", proof.words())), width);
    if let Some(fix) = &proof.fix {
        indented(text, &styled(DIM, fix), width);
    }
}

fn indented(text: &mut String, words: &str, width: usize) {
    for line in wrapped(words, width.saturating_sub(4), 0).split('\n') {
        let _ = writeln!(text, "    {line}");
    }
}
