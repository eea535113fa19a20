//! What this program itself can do about a finding whose judge could only say what a person would do: mend lines of the
//! AWS files, move a legacy profile, name a script by its absolute path.
//!
//! Pure. A fix is offered only where the files, read again with it as Claude Code and as the AWS CLI read them, hold what
//! was missing and nothing else has changed.

mod headers;
mod settings;
mod sso;
mod unreadable;
mod values;

use crate::aws::files::AwsFiles;
use crate::aws::profile::{ProfileFiles, SourceFile};
use crate::aws_config::{Change, FileDiff, LineEdit, Repair, SignInAfter};
use crate::checks::Outcome;
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Evidence, Finding, Fix, FixKind};

/// Puts what this program can do into the findings.
pub fn offer(facts: &Facts, outcome: &mut Outcome) {
    for finding in &mut outcome.findings {
        if let Some(fix) = fix(facts, finding) {
            finding.fix = fix;
        }
    }
}

fn fix(facts: &Facts, finding: &Finding) -> Option<Fix> {
    // A header that was meant says more than a name that is near.
    if matches!(finding.id, "A02" | "A15") {
        return headers::of_lost_profile(facts);
    }
    if finding.fix.action.is_some() {
        return None;
    }
    match finding.id {
        "A05" => sso::lasting(facts),
        "A06" => sso::complete(facts),
        "A08" => sso::portal(facts),
        "A13" => values::shadowing_keys(facts),
        "A14" => values::chained_duration(facts),
        "A29" => unreadable::readable(facts),
        "C10" => values::region(facts, finding),
        "C20" => settings::other_authorization(facts, &finding.fix),
        "N04" => settings::same_certificates(facts),
        "R22" => settings::sign_in_denied(facts),
        "R25" => settings::absolute_script(facts),
        _ => None,
    }
}

/// A repair on its way: what it is, what it is about, and what is reached by it.
struct Draft {
    kind: FixKind,
    text: String,
    edits: Vec<LineEdit>,
    about: Vec<String>,
    sign_in: Option<SignInAfter>,
}

impl Draft {
    fn new(kind: FixKind, text: impl Into<String>, edits: Vec<LineEdit>, about: &[&str]) -> Self {
        let about = about.iter().map(|name| (*name).to_owned()).collect();
        Self { kind, text: text.into(), edits, about, sign_in: None }
    }

    fn then_sign_in(self, profile: &str, anew: bool) -> Self {
        Self { sign_in: Some(SignInAfter { profile: profile.to_owned(), anew }), ..self }
    }

    /// The fix, where it reaches what it is for.
    fn fix(self, facts: &Facts, is_reached: impl Fn(&ProfileFiles) -> bool) -> Option<Fix> {
        let Self { kind, text, edits, about, sign_in } = self;
        let diff = diff(facts, &edits);
        let repair = Repair { edits, about, diff, sign_in };
        let after = repair.outcome(&facts.files)?;
        is_reached(&after).then(|| Fix {
            kind,
            command: Some("claude-bedrock diagnose --fix".to_owned()),
            action: Some(Action::Repair(repair)),
            ..Fix::explain(text)
        })
    }
}

fn edit(file: SourceFile, line: usize, change: Change) -> LineEdit {
    LineEdit { file, line, change }
}

/// The text of one of the files.
fn text_of(files: &AwsFiles, file: SourceFile) -> Option<&str> {
    let bytes = match file {
        SourceFile::Config => &files.config,
        SourceFile::Credentials => &files.credentials,
    };
    std::str::from_utf8(bytes.as_deref()?).ok()
}

/// The edits as they may be shown.
fn diff(facts: &Facts, edits: &[LineEdit]) -> Vec<FileDiff> {
    let files =
        [(SourceFile::Config, &facts.files.config_path), (SourceFile::Credentials, &facts.files.credentials_path)];
    let mut all = Vec::new();
    for (file, path) in files {
        let edits = edits.iter().filter(|edit| edit.file == file);
        let lines: Vec<(bool, String)> = edits.flat_map(|edit| lines(facts, edit)).collect();
        if !lines.is_empty() {
            all.push(FileDiff { path: path.clone(), lines });
        }
    }
    all
}

fn lines(facts: &Facts, edit: &LineEdit) -> Vec<(bool, String)> {
    let was = match evidence::aws_line(facts, edit.file, edit.line) {
        Evidence::Line { text, .. } => text,
        _ => String::new(),
    };
    let coming = |lines: &mut dyn Iterator<Item = &str>| {
        lines.filter(|line| !line.is_empty()).map(|line| (true, evidence::masked(line))).collect::<Vec<_>>()
    };
    let mut lines = vec![(false, was.clone())];
    match &edit.change {
        Change::Become(new) => lines.extend(coming(&mut new.iter().map(String::as_str))),
        Change::Value { was: value, is } => lines.push((true, was.replacen(value.as_str(), is, 1))),
        Change::CommentOut => lines.push((true, format!("# {was}"))),
        Change::Remove => {}
        Change::RemoveByteOrderMark => lines = vec![(false, "(a byte order mark)".to_owned())],
        Change::Below(new) => lines = coming(&mut new.iter().map(String::as_str)),
        Change::Append(sections) => lines = coming(&mut sections.lines()),
    }
    lines
}
