//! The receipt of what was added to an AWS file, moved or mended in it, enough to take it out again byte for byte.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::repair::{Repaired, given_back as piece_given_back};
use super::upgrade::{Moved, Splice, Upgrade};
use crate::aws::profile::{ProfileFiles, SourceFile};

/// What was added to an AWS file, the legacy profiles that were moved to it, and the lines that were mended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Addition {
    version: u32,
    /// The config file.
    pub path: PathBuf,
    /// Whether it existed before.
    pub existed: bool,
    added: String,
    before: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    moved: Vec<Moved>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mended: Vec<Splice>,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Sections were added.
    Added,
    /// Legacy profiles were moved to a session.
    Moved,
    /// Lines were mended.
    Mended,
}

/// A file without an addition.
#[derive(Debug, PartialEq, Eq)]
pub struct Rest {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether everything is as it was; else somebody edited a part of what was written, which stays.
    pub is_whole: bool,
}

impl Addition {
    /// The receipt for adding something to a file.
    #[must_use]
    pub fn new(path: &Path, before: Option<&[u8]>, added: &str) -> Self {
        Self {
            version: 1,
            path: path.to_owned(),
            existed: before.is_some(),
            added: added.to_owned(),
            before: hash(before.unwrap_or_default()),
            after: None,
            moved: Vec::new(),
            mended: Vec::new(),
        }
    }

    /// The receipt for mending lines.
    #[must_use]
    pub(super) fn mending(path: &Path, before: Option<&[u8]>, repaired: &Repaired) -> Self {
        Self {
            after: Some(hash(repaired.text.as_bytes())),
            mended: repaired.splices.clone(),
            ..Self::new(path, before, &repaired.added)
        }
    }

    /// The receipt for moving legacy profiles.
    #[must_use]
    pub fn moving(path: &Path, before: Option<&[u8]>, upgrade: &Upgrade) -> Self {
        Self {
            after: Some(hash(upgrade.text.as_bytes())),
            moved: upgrade.moved.clone(),
            ..Self::new(path, before, &upgrade.added)
        }
    }

    /// What was added, as it stands in the file.
    #[must_use]
    pub fn added(&self) -> &str {
        &self.added
    }

    /// What was done.
    #[must_use]
    pub fn deed(&self) -> Deed {
        match (self.moved.is_empty(), &self.after) {
            (false, _) => Deed::Moved,
            (true, Some(_)) => Deed::Mended,
            (true, None) => Deed::Added,
        }
    }

    /// The file without what was added, and with the lines that were moved; `None` when nothing of it is in the file
    /// any more as it was written.
    #[must_use]
    pub fn taken_out(&self, current: &[u8]) -> Option<Rest> {
        match self.deed() {
            Deed::Added => self.without_added(current).map(|bytes| Rest { bytes, is_whole: true }),
            Deed::Moved => self.moved_back(current),
            Deed::Mended => self.mended_back(current),
        }
    }

    /// Whether a file is as it was before.
    #[must_use]
    pub fn is_undone(&self, current: Option<&[u8]>) -> bool {
        match current {
            None => true,
            Some(bytes) => self.existed && hash(bytes) == self.before,
        }
    }

    fn without_added(&self, current: &[u8]) -> Option<Vec<u8>> {
        let added = self.added.as_bytes();
        let at = (0..=current.len().checked_sub(added.len())?).rev().find(|&at| current[at..].starts_with(added))?;
        let behind = &current[at + added.len()..];
        (!goes_on(behind)).then(|| [&current[..at], behind].concat())
    }

    /// The first bytes, from a file that nobody edited since.
    fn as_it_was(&self, current: &[u8]) -> Option<Rest> {
        let is_ours = self.after.as_deref() == Some(&hash(current));
        let bytes = self.spliced_back(std::str::from_utf8(current).ok().filter(|_| is_ours)?)?;
        Some(Rest { bytes, is_whole: true })
    }

    fn mended_back(&self, current: &[u8]) -> Option<Rest> {
        if let Some(rest) = self.as_it_was(current) {
            return Some(rest);
        }
        let without = self.without_added(current).filter(|_| !self.added.is_empty());
        let mut text = String::from_utf8(without.clone().unwrap_or_else(|| current.to_vec())).ok()?;
        let pieces = self.mended.len() + usize::from(!self.added.is_empty());
        let mut kept = usize::from(!self.added.is_empty() && without.is_none());
        for piece in self.mended.iter().rev() {
            match piece_given_back(&text, piece) {
                Some(changed) => text = changed,
                None => kept += 1,
            }
        }
        (kept < pieces).then(|| Rest { bytes: text.into_bytes(), is_whole: kept == 0 })
    }

    fn moved_back(&self, current: &[u8]) -> Option<Rest> {
        if let Some(rest) = self.as_it_was(current) {
            return Some(rest);
        }
        let mut text = std::str::from_utf8(current).ok()?.to_owned();
        let mut kept = 0;
        for moved in &self.moved {
            match given_back(&text, moved, &self.path) {
                Some(changed) => text = changed,
                None => kept += 1,
            }
        }
        if kept == self.moved.len() {
            return None;
        }
        let is_used = |text: &str| {
            let files = ProfileFiles::parse(Some((&self.path, text)), None);
            files.profiles().any(|profile| {
                let named = profile.get("sso_session").map(|value| value.text.as_str());
                self.moved.iter().any(|moved| named == Some(&moved.session))
            })
        };
        // A session that others have come to use stays.
        let bytes = match self.without_added(text.as_bytes()) {
            Some(rest) if !is_used(&text) => rest,
            _ => text.into_bytes(),
        };
        Some(Rest { bytes, is_whole: kept == 0 })
    }

    /// The text with every piece put back in its place.
    fn spliced_back(&self, text: &str) -> Option<Vec<u8>> {
        let mut text = text.strip_suffix(&self.added)?.to_owned();
        let mut splices: Vec<_> = self.moved.iter().flat_map(|moved| &moved.splices).chain(&self.mended).collect();
        splices.sort_unstable_by_key(|splice| splice.at);
        for splice in splices.into_iter().rev() {
            let range = splice.at..splice.at + splice.is.len();
            if text.get(range.clone())? != splice.is {
                return None;
            }
            text.replace_range(range, &splice.was);
        }
        (hash(text.as_bytes()) == self.before).then(|| text.into_bytes())
    }
}

/// A text with a profile's own start URL and region in the place of the session; none where it names another one now.
fn given_back(text: &str, moved: &Moved, path: &Path) -> Option<String> {
    let files = ProfileFiles::parse(Some((path, text)), None);
    let profile = files.profile(&moved.profile)?;
    let named = profile.get("sso_session").filter(|value| value.file == SourceFile::Config)?;
    if named.text != moved.session || profile.get("sso_start_url").is_some() {
        return None;
    }
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = lines.get_mut(named.line - 1)?;
    let newline = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let restored = moved.lines(newline);
    *line = if line.ends_with('\n') { &restored } else { restored.trim_end() };
    Some(lines.concat())
}

/// Whether what stands behind a section belongs to it still, as what `aws configure set` writes there does: without the
/// section's header it would belong to the one above.
fn goes_on(behind: &[u8]) -> bool {
    let mut lines = behind.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let telling = lines.find(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b";"));
    telling.is_some_and(|line| !line.starts_with(b"["))
}

pub(super) fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_config::with_sections;

    const SECTIONS: &str = "[profile new]\nsso_session = corp\nregion = us-west-2\n";

    #[test]
    fn what_is_added_comes_out_again_whatever_stands_around_it() {
        for before in ["", "[default]\nregion = x\n", "[default]\nregion = x", "[a]\r\nb = c\r\n", "# only a comment"] {
            let (after, added) = with_sections(before, SECTIONS);
            assert!(after.starts_with(before));
            let addition = Addition::new(Path::new("config"), Some(before.as_bytes()), &added);
            assert_eq!(addition.taken_out(after.as_bytes()).map(|rest| rest.bytes).as_deref(), Some(before.as_bytes()));
            for later in ["[profile later]\n", "\n# theirs\r\n; too\n[profile later]\n", "# theirs"] {
                let rest = addition.taken_out(format!("# mine\n{after}{later}").as_bytes()).expect("still in it");
                assert_eq!(rest.bytes, format!("# mine\n{before}{later}").into_bytes());
            }
            assert_eq!(addition.taken_out(b"something else"), None);
        }
    }

    #[test]
    fn a_section_that_others_went_on_with_stays() {
        let before = "[default]\nregion = x\n";
        let (after, added) = with_sections(before, SECTIONS);
        let addition = Addition::new(Path::new("config"), Some(before.as_bytes()), &added);
        // `aws configure set output json --profile new` writes it so; it would become the default profile's.
        for more in ["output = json\n", "# theirs\n\noutput = json\n[profile later]\n", " s3 =\n  a = b\n"] {
            assert_eq!(addition.taken_out(format!("{after}{more}").as_bytes()), None, "{more}");
        }
    }
}
