//! AWS files for which every command of the AWS CLI fails, made readable where nothing is lost by it.

use crate::aws::profile::{CliReading, Refusal, SourceFile};
use crate::aws_config::{Change, LineEdit};
use crate::checks::facts::Facts;
use crate::checks::finding::{Fix, FixKind};

use super::{Draft, edit, text_of};

/// A file with more faults than this was written by no person.
const MOST: usize = 50;

/// Sections and keys that are there twice and say the same, marks of editors, lines that say nothing to anybody.
pub(super) fn readable(facts: &Facts) -> Option<Fix> {
    let mut edits: Vec<LineEdit> = Vec::new();
    let mut kind = FixKind::Safe;
    for file in [SourceFile::Config, SourceFile::Credentials] {
        let Some(text) = text_of(&facts.files, file) else { continue };
        if mend(file, text, &mut edits)? == FixKind::Ask {
            kind = FixKind::Ask;
        }
    }
    if edits.is_empty() {
        return None;
    }
    let text = "remove what is there twice or says nothing, so that the AWS CLI reads the files again";
    let draft = Draft::new(kind, text, edits, &[]);
    draft.fix(facts, |_| true)
}

/// Finds the edits of one file; none where only a person can tell what was meant.
fn mend(file: SourceFile, text: &str, edits: &mut Vec<LineEdit>) -> Option<FixKind> {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut kind = FixKind::Safe;
    if let Some(first) = lines.first_mut().filter(|line| line.starts_with('\u{feff}')) {
        *first = first.trim_start_matches('\u{feff}');
        edits.push(edit(file, 1, Change::RemoveByteOrderMark));
    }
    for _ in 0..MOST {
        let now = lines.join("\n");
        let reading = match file {
            SourceFile::Config => CliReading::of(Some(now.as_bytes()), None),
            SourceFile::Credentials => CliReading::of(None, Some(now.as_bytes())),
        };
        let Some((_, refused)) = reading.refused.first() else { return Some(kind) };
        let at = refused.line - 1;
        let gone = match refused.reason {
            Refusal::DuplicateSection => same_section(&lines, at)?,
            Refusal::DuplicateKey => same_key(&lines, at)?,
            // Neither reader makes anything of it.
            Refusal::NoDelimiter | Refusal::NoSection => {
                kind = FixKind::Ask;
                edits.push(edit(file, refused.line, Change::CommentOut));
                lines[at] = "";
                continue;
            }
            Refusal::NestedWithoutEquals | Refusal::NotUnicode => return None,
        };
        for line in gone {
            edits.push(edit(file, line + 1, Change::Remove));
            lines[line] = "";
        }
    }
    None
}

fn header(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.split_once(']').map(|(name, _)| name)
}

/// The lines of a section, without blank ones at its end.
fn section(lines: &[&str], at: usize) -> std::ops::Range<usize> {
    let end = (at + 1..lines.len()).find(|&line| header(lines[line]).is_some()).unwrap_or(lines.len());
    let end = (at..end).rev().find(|&line| !lines[line].trim().is_empty()).map_or(end, |last| last + 1);
    at..end
}

/// What a section says, comments left out.
fn said<'a>(lines: &[&'a str], range: std::ops::Range<usize>) -> Vec<(&'a str, &'a str)> {
    let body = lines[range].iter().skip(1).map(|line| line.trim()).filter(|line| !line.is_empty());
    let mut keys: Vec<(&str, &str)> = body
        .filter(|line| !line.starts_with(['#', ';']))
        .map(|line| line.split_once('=').map_or((line, ""), |(key, value)| (key.trim(), value.trim())))
        .collect();
    keys.sort_unstable();
    keys
}

/// The lines of a section that is there before and says nothing more.
fn same_section(lines: &[&str], at: usize) -> Option<Vec<usize>> {
    let name = header(lines.get(at)?)?;
    let first = (0..at).find(|&line| header(lines[line]) == Some(name))?;
    let (one, other) = (section(lines, first), section(lines, at));
    let first = said(lines, one);
    let is_told = said(lines, other.clone()).iter().all(|pair| first.contains(pair));
    // A comment is somebody's own; it stays where it is.
    is_told.then(|| other.filter(|&line| !lines[line].trim().starts_with(['#', ';'])).collect())
}

/// The line of a key that is there before with the same value.
fn same_key(lines: &[&str], at: usize) -> Option<Vec<usize>> {
    let pair =
        |line: &str| line.split_once('=').map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned()));
    let again = pair(lines.get(at)?)?;
    let start = (0..at).rev().find(|&line| header(lines[line]).is_some())?;
    let first = (start..at).filter_map(|line| pair(lines[line])).find(|(key, _)| *key == again.0)?;
    (first == again).then(|| vec![at])
}
