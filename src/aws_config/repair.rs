//! Single lines of the AWS files set right, where `diagnose` found a slip: pure, a text and what becomes of it.
//!
//! An edit names lines and never what stands in them, for that may be a secret. What comes out is read again as Claude
//! Code and as the AWS CLI read it: every profile that the repair is not about must be what it was.

use std::path::PathBuf;

use super::upgrade::Splice;
use super::with_sections;
use crate::aws::files::AwsFiles;
use crate::aws::profile::{CliReading, ProfileFiles, SourceFile};

/// What a mended AWS file needs: edits of lines, and what may be shown of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The edits.
    pub edits: Vec<LineEdit>,
    /// The profiles that become something else by them.
    pub about: Vec<String>,
    /// The edits as they may be shown.
    pub diff: Vec<FileDiff>,
    /// The sign-in without which the mended profile gives nothing, or nothing that lasts.
    pub sign_in: Option<SignInAfter>,
}

/// A sign-in that belongs to a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInAfter {
    /// The profile.
    pub profile: String,
    /// Whether one that is still good is not good enough.
    pub anew: bool,
}

/// An edit of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    /// The file.
    pub file: SourceFile,
    /// The line, counted from 1.
    pub line: usize,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Other lines stand in its place.
    Become(Vec<String>),
    /// The value behind its equals sign becomes another one.
    Value {
        /// The value.
        was: String,
        /// The other one.
        is: String,
    },
    /// A `#` makes it a comment.
    CommentOut,
    /// It goes.
    Remove,
    /// The mark in front of the file's first sign goes.
    RemoveByteOrderMark,
    /// Lines follow below it.
    Below(Vec<String>),
    /// Sections follow at the end of the file, whatever the line.
    Append(String),
}

/// The lines of one file that go and come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// The file.
    pub path: PathBuf,
    /// Whether a line comes, and the line, secrets hidden.
    pub lines: Vec<(bool, String)>,
}

/// A file's text with edits made, and the pieces that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) splices: Vec<Splice>,
    pub(super) added: String,
}

impl Repair {
    /// The edits that are of one file.
    pub fn edits_of(&self, file: SourceFile) -> impl Iterator<Item = &LineEdit> {
        self.edits.iter().filter(move |edit| edit.file == file)
    }

    /// The files as they would be read afterwards; none where the edits do not fit them, or where a profile that they
    /// are not about would become something else to Claude Code or to the AWS CLI.
    #[must_use]
    pub fn outcome(&self, files: &AwsFiles) -> Option<ProfileFiles> {
        let text_of = |file: SourceFile, bytes: Option<&[u8]>| {
            let text = std::str::from_utf8(bytes.unwrap_or_default()).ok()?;
            let edits: Vec<&LineEdit> = self.edits_of(file).collect();
            Some(if edits.is_empty() { text.to_owned() } else { repaired(text, &edits)?.text })
        };
        let config = text_of(SourceFile::Config, files.config.as_deref())?;
        let credentials = text_of(SourceFile::Credentials, files.credentials.as_deref())?;
        let after = ProfileFiles::parse(
            Some((files.config_path.as_path(), config.as_str())),
            Some((files.credentials_path.as_path(), credentials.as_str())),
        );
        let is_about = |name: &str| self.about.iter().any(|about| about == name);
        let same_to_claude_code = files.profiles.profiles().filter(|profile| !is_about(&profile.name)).all(|before| {
            after.profile(&before.name).is_some_and(|now| {
                now.found_by_claude_code == before.found_by_claude_code
                    && now.kind(&after) == before.kind(&files.profiles)
            })
        });
        let cli_before = CliReading::of(files.config.as_deref(), files.credentials.as_deref());
        let cli_after = CliReading::of(Some(config.as_bytes()), Some(credentials.as_bytes()));
        let same_to_cli = !cli_before.refused.is_empty()
            || cli_after.refused.is_empty()
                && cli_before
                    .profiles()
                    .all(|(name, _)| is_about(name) || cli_before.kind(name) == cli_after.kind(name));
        (same_to_claude_code && same_to_cli).then_some(after)
    }
}

/// Makes the edits; none where one of them does not fit the text, or two are of one line.
pub(super) fn repaired(text: &str, edits: &[&LineEdit]) -> Option<Repaired> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<(&str, Option<String>)> = text.split_inclusive('\n').map(|line| (line, None)).collect();
    let mut sections = String::new();
    for edit in edits {
        if let Change::Append(more) = &edit.change {
            sections.push_str(more);
            continue;
        }
        let (line, becomes) = lines.get_mut(edit.line.checked_sub(1)?)?;
        if becomes.is_some() {
            return None;
        }
        *becomes = Some(edit.change.made(line, newline)?);
    }
    let mut repaired = Repaired { text: String::new(), splices: Vec::new(), added: String::new() };
    let mut behind = "";
    for (was, becomes) in &lines {
        if let Some(is) = becomes {
            repaired.splice(is, was, behind);
            repaired.text.push_str(is);
        } else {
            repaired.text.push_str(was);
            behind = was;
        }
    }
    if !sections.is_empty() {
        (repaired.text, repaired.added) = with_sections(&repaired.text, &sections);
    }
    Some(repaired)
}

impl Repaired {
    /// Notes a piece; one that begins where the last one ends is one with it.
    fn splice(&mut self, is: &str, was: &str, behind: &str) {
        let at = self.text.len();
        match self.splices.last_mut() {
            Some(last) if last.at + last.is.len() == at && last.behind == behind => {
                last.is.push_str(is);
                last.was.push_str(was);
            }
            _ => self.splices.push(Splice { at, is: is.into(), was: was.into(), behind: behind.into() }),
        }
    }
}

impl Change {
    /// The lines that take the place of one, with its own end.
    fn made(&self, line: &str, newline: &str) -> Option<String> {
        let body = line.trim_end_matches(['\r', '\n']);
        let end = &line[body.len()..];
        let joined = |lines: &[String]| lines.join(newline);
        Some(match self {
            Self::Become(lines) => joined(lines) + end,
            Self::Value { was, is } => {
                let (key, value) = body.split_once('=')?;
                let at = value.find(was.as_str())?;
                format!("{key}={}{is}{}{end}", &value[..at], &value[at + was.len()..])
            }
            Self::CommentOut => format!("# {body}{end}"),
            Self::Remove => String::new(),
            Self::RemoveByteOrderMark => line.strip_prefix('\u{feff}')?.to_owned(),
            Self::Below(lines) if end.is_empty() => format!("{body}{newline}{}", joined(lines)),
            Self::Below(lines) => format!("{line}{}{end}", joined(lines)),
            Self::Append(_) => return None,
        })
    }
}

/// One piece given back in a text that somebody edited since: where it still stands behind the line it stood behind, or
/// is there only once.
pub(super) fn given_back(text: &str, splice: &Splice) -> Option<String> {
    let behind = format!("{}{}", splice.behind, splice.is);
    let at = match only(text, &behind) {
        Some(at) => at + splice.behind.len(),
        None => only(text, &splice.is)?,
    };
    Some(format!("{}{}{}", &text[..at], splice.was, &text[at + splice.is.len()..]))
}

/// Where whole lines stand that are there exactly once.
fn only(text: &str, lines: &str) -> Option<usize> {
    if lines.is_empty() {
        return None;
    }
    let mut found = text.match_indices(lines).map(|(at, _)| at).filter(|&at| at == 0 || text[..at].ends_with('\n'));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(line: usize, change: Change) -> LineEdit {
        LineEdit { file: SourceFile::Config, line, change }
    }

    fn made(text: &str, edits: &[LineEdit]) -> Repaired {
        repaired(text, &edits.iter().collect::<Vec<_>>()).expect("they fit")
    }

    #[test]
    fn an_edit_touches_its_line_and_no_other_byte() {
        let text = "# mine\r\n[work]\r\n  sso_session = corp # the one\r\nregion=x";
        let edits = [
            edit(2, Change::Become(vec!["[profile work]".into()])),
            edit(3, Change::Value { was: "corp".into(), is: "other".into() }),
            edit(4, Change::Below(vec!["output = json".into()])),
        ];
        let repaired = made(text, &edits);
        assert_eq!(
            repaired.text,
            "# mine\r\n[profile work]\r\n  sso_session = other # the one\r\nregion=x\r\noutput = json"
        );
        assert_eq!(repaired.splices.len(), 1, "neighbours are one piece");
        assert_eq!(made("a\nb\nc\n", &[edit(2, Change::CommentOut)]).text, "a\n# b\nc\n");
        assert_eq!(made("a\nb\nc\n", &[edit(2, Change::Remove)]).text, "a\nc\n");
        assert_eq!(made("\u{feff}a\n", &[edit(1, Change::RemoveByteOrderMark)]).text, "a\n");
        assert_eq!(made("a", &[edit(1, Change::Append("[b]\nc = d\n".into()))]).text, "a\n\n[b]\nc = d\n");
        let twice = [edit(1, Change::Remove), edit(1, Change::CommentOut)];
        assert_eq!(repaired_of("a\n", &twice), None);
        assert_eq!(repaired_of("a\n", &[edit(9, Change::Remove)]), None);
        assert_eq!(repaired_of("a = b\n", &[edit(1, Change::Value { was: "c".into(), is: "d".into() })]), None);
    }

    fn repaired_of(text: &str, edits: &[LineEdit]) -> Option<Repaired> {
        repaired(text, &edits.iter().collect::<Vec<_>>())
    }

    #[test]
    fn pieces_go_back_among_the_edits_of_others() {
        let text = "[work]\nregion = x\n[a]\nb = 1\n[a]\nb = 1\n[z]\n";
        let repaired = made(
            text,
            &[edit(1, Change::Become(vec!["[profile work]".into()])), edit(5, Change::Remove), edit(6, Change::Remove)],
        );
        assert_eq!(repaired.text, "[profile work]\nregion = x\n[a]\nb = 1\n[z]\n");
        let edited = format!("# by hand\n{}c = 2\n", repaired.text.replace("region = x", "region = y"));
        let mut back = edited;
        for splice in repaired.splices.iter().rev() {
            back = given_back(&back, splice).expect("still there");
        }
        assert_eq!(back, "# by hand\n[work]\nregion = y\n[a]\nb = 1\n[a]\nb = 1\n[z]\nc = 2\n");
        assert_eq!(given_back("nothing of it\n", &repaired.splices[0]), None);
    }
}
