//! Receipts: what `setup` found and what it wrote, enough to undo it byte for byte.
//!
//! A receipt may hold a user's prior bytes: it is 0600 from birth and never printed.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::draft;
use crate::private_file::{self, StateFolder};
use crate::settings::document::{Key, RawJson};
use crate::vars;

/// What was done to one settings file since it was last free of us.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receipt {
    version: u32,
    /// The settings file, as Claude Code names it.
    pub settings: PathBuf,
    /// Its scope's name, for messages.
    pub scope: String,
    /// What there was before.
    pub before: Before,
    /// The first bytes are still what a reset should bring back when nobody edited since: false once someone else
    /// had edited between two set-ups.
    pub unbroken: bool,
    /// The hashes of every content we left behind.
    pub left: Vec<String>,
    /// Every key of ours.
    pub keys: Vec<KeyRecord>,
}

/// What there was of a settings file before the first set-up.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each tells of one thing that was there or not")]
pub struct Before {
    /// Whether the file existed.
    pub file: bool,
    /// Whether its folder existed.
    pub folder: bool,
    /// Whether it had an `env` object.
    pub env: bool,
    /// Whether it had a `modelOverrides` object.
    #[serde(default)]
    pub overrides: bool,
    /// The hash of its content; the content itself is beside the receipt.
    pub hash: Option<String>,
}

impl Before {
    /// What there is of a settings file now: its content, whether its folder is there, and which objects it has.
    #[must_use]
    pub fn of(content: Option<&[u8]>, folder: bool, has: &dyn Fn(&'static str) -> bool) -> Self {
        let (env, overrides) = (has(vars::ENV), has(vars::MODEL_OVERRIDES));
        Self { file: content.is_some(), folder, env, overrides, hash: content.map(hash) }
    }

    /// The objects it did not have.
    #[must_use]
    pub fn lacked(&self) -> Vec<&'static str> {
        let objects = [(vars::ENV, self.env), (vars::MODEL_OVERRIDES, self.overrides)];
        objects.into_iter().filter(|(_, had)| !had).map(|(name, _)| name).collect()
    }

    /// Whether a content, or none, is what there was.
    #[must_use]
    pub fn was(&self, content: Option<&[u8]>) -> bool {
        self.file == content.is_some() && self.hash == content.map(hash)
    }
}

/// What became of one key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The key.
    pub key: Key,
    /// The value of others that ours stands in for.
    pub before: Option<RawJson>,
    /// Every value we gave it; `None` where we removed it.
    pub wrote: Vec<Option<RawJson>>,
}

impl KeyRecord {
    /// Whether a value in the file is one of ours.
    #[must_use]
    pub fn is_ours(&self, current: Option<&RawJson>) -> bool {
        self.wrote.iter().any(|wrote| same_value(wrote.as_ref(), current))
    }
}

/// Whether two values mean the same, however they are written: Claude Code re-serialises the file.
#[must_use]
pub fn same_value(one: Option<&RawJson>, other: Option<&RawJson>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.text() == other.text() || parsed(one).is_some_and(|v| Some(v) == parsed(other)),
        (None, None) => true,
        _ => false,
    }
}

fn parsed(value: &RawJson) -> Option<serde_json::Value> {
    serde_json::from_str(value.text()).ok()
}

impl Receipt {
    /// An empty receipt for a file nothing was done to yet.
    #[must_use]
    pub fn begin(settings: &Path, scope: &str, before: Before) -> Self {
        Self {
            version: 1,
            settings: settings.to_owned(),
            scope: scope.to_owned(),
            before,
            unbroken: true,
            left: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// The record of a key.
    #[must_use]
    pub fn key(&self, key: &Key) -> Option<&KeyRecord> {
        self.keys.iter().find(|record| &record.key == key)
    }

    /// Notes that we are about to give a key a value. When the value that goes is none of ours, it is the one to bring
    /// back, whatever was there when a set-up first came by: someone chose it since.
    pub fn record(&mut self, key: &Key, before: Option<RawJson>, wrote: Option<RawJson>) {
        match self.keys.iter_mut().find(|record| &record.key == key) {
            Some(record) => {
                if !record.is_ours(before.as_ref()) {
                    record.before = before;
                }
                if !record.is_ours(wrote.as_ref()) {
                    record.wrote.push(wrote);
                }
            }
            None => self.keys.push(KeyRecord { key: key.clone(), before, wrote: vec![wrote] }),
        }
    }

    /// Notes the whole content we are about to leave behind.
    pub fn leave(&mut self, content: &[u8]) {
        let hash = hash(content);
        if !self.left.contains(&hash) {
            self.left.push(hash);
        }
    }

    /// Whether a content is one we left behind.
    #[must_use]
    pub fn left_behind(&self, content: &[u8]) -> bool {
        self.left.contains(&hash(content))
    }
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The folder of receipts.
#[derive(Debug, Clone)]
pub struct Receipts {
    folder: PathBuf,
}

impl Receipts {
    /// The receipts below our state folder.
    #[must_use]
    pub fn of(state: &StateFolder) -> Self {
        Self { folder: state.receipts() }
    }

    /// The receipt for a settings file.
    ///
    /// # Errors
    /// When the file cannot be read, or is no receipt of a version this program knows.
    pub fn find(&self, settings: &Path) -> io::Result<Option<Receipt>> {
        load(&self.path(settings))
    }

    /// Every receipt, and what is wrong with each that cannot be used.
    ///
    /// # Errors
    /// That the folder cannot be read.
    pub fn all(&self) -> io::Result<(Vec<Receipt>, Vec<io::Error>)> {
        let entries = match fs_err::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), Vec::new())),
            Err(error) => return Err(error),
        };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort_unstable();
        let (mut receipts, mut unusable) = (Vec::new(), Vec::new());
        for path in paths {
            match load(&path) {
                Ok(receipt) => receipts.extend(receipt),
                Err(error) => unusable.push(error),
            }
        }
        Ok((receipts, unusable))
    }

    /// Writes a receipt; `first_bytes` go beside it when it is new.
    ///
    /// The receipt comes first and goes last, so that whatever a killed run leaves belongs to one.
    ///
    /// # Errors
    /// The file system's.
    pub fn store(&self, receipt: &Receipt, first_bytes: Option<&[u8]>) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(receipt)?;
        private_file::write(&self.path(&receipt.settings), &text)?;
        match first_bytes {
            Some(bytes) => private_file::write(&self.before_path(&receipt.settings), bytes),
            None => Ok(()),
        }
    }

    /// The content of a settings file before the first set-up; `None` when its copy is gone or is another one.
    ///
    /// # Errors
    /// The file system's.
    pub fn first_bytes(&self, receipt: &Receipt) -> io::Result<Option<Vec<u8>>> {
        let bytes = private_file::read(&self.before_path(&receipt.settings))?;
        Ok(bytes.filter(|bytes| receipt.before.was(Some(bytes))))
    }

    /// Removes a receipt, and the folder with the last one.
    ///
    /// # Errors
    /// The file system's.
    pub fn forget(&self, settings: &Path) -> io::Result<()> {
        private_file::remove(&self.before_path(settings))?;
        private_file::remove(&self.path(settings))?;
        draft::sweep(&self.folder);
        let _ = fs_err::remove_dir(&self.folder);
        Ok(())
    }

    fn path(&self, settings: &Path) -> PathBuf {
        self.folder.join(format!("{}.json", Self::name(settings)))
    }

    fn before_path(&self, settings: &Path) -> PathBuf {
        self.folder.join(format!("{}.before", Self::name(settings)))
    }

    fn name(settings: &Path) -> String {
        hash(settings.as_os_str().as_encoded_bytes())[..32].to_owned()
    }
}

fn load(path: &Path) -> io::Result<Option<Receipt>> {
    let Some(bytes) = private_file::read(path)? else { return Ok(None) };
    let receipt: Receipt = serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
    if receipt.version != 1 {
        return Err(damaged(path, "it was written by a newer version of this program"));
    }
    Ok(Some(receipt))
}

fn damaged(path: &Path, reason: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the receipt `{}` cannot be used: {reason}; move it away to go on without it", path.display()),
    )
}
