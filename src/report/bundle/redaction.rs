//! Names and secrets taken out of a text: the same value becomes the same placeholder wherever it stands.
//!
//! What is known to be somebody's (their folders, user names, start URLs, profiles, every secret that was read) goes
//! first, the longest first; then what looks like it, word by word.

mod words;

use std::collections::BTreeMap;

use crate::checks::evidence::masked;
use crate::report::human::HIDDEN;

/// A text without names and secrets. Only a [`Redactor`] makes one of what was observed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safe(String);

impl Safe {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text of the program's own.
    #[must_use]
    pub fn own(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

/// What a value is; its placeholder begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An AWS account.
    Account,
    /// A person, or the name a role is used under.
    User,
    /// An address for mail.
    Email,
    /// Where IAM Identity Center is entered.
    StartUrl,
    /// A profile of the AWS files.
    Profile,
    /// An `[sso-session]` of the AWS files.
    Session,
    /// A machine, a proxy, a gateway.
    Host,
    /// A machine's number on a network.
    Address,
    /// The name of a file that is a digest of something.
    Digest,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::Email => "email",
            Self::StartUrl => "start-url",
            Self::Profile => "profile",
            Self::Session => "session",
            Self::Host => "host",
            Self::Address => "address",
            Self::Digest => "digest",
        }
    }
}

/// Where a known value counts as itself and not as a part of something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Wherever it stands.
    Anywhere,
    /// Between signs that are no letters and digits.
    Word,
    /// In quotes, in brackets, or behind an equals sign: where an ordinary word is meant as a name.
    Quoted,
}

#[derive(Debug)]
struct Known {
    value: String,
    extent: Extent,
    placeholder: String,
}

/// Takes names and secrets out of texts.
#[derive(Debug, Default)]
pub struct Redactor {
    known: Vec<Known>,
    placeholders: BTreeMap<(Kind, String), String>,
    counts: BTreeMap<Kind, usize>,
}

/// Secrets shorter than this are left to the masks that go by names, for they would be found inside of words.
const SHORTEST_SECRET: usize = 4;

/// Secrets longer than this are taken out even from the middle of a word.
const LONG_SECRET: usize = 8;

/// Names of users that say nothing about anybody.
const NOBODY: [&str; 16] = [
    "root",
    "admin",
    "administrator",
    "user",
    "ubuntu",
    "debian",
    "ec2-user",
    "node",
    "vscode",
    "runner",
    "codespace",
    "default",
    "claude",
    "aws",
    "bedrock",
    "nobody",
];

impl Redactor {
    /// Learns a folder that is shown as something else, such as the home folder as `~`.
    pub fn learn_folder(&mut self, folder: &str, shown: &str) {
        let folder = folder.trim_end_matches(['/', '\\']);
        if folder.len() > 1 {
            self.learn(folder, Extent::Word, shown.to_owned());
        }
    }

    /// Learns a secret.
    pub fn learn_secret(&mut self, secret: &str) {
        let extent = if secret.len() >= LONG_SECRET { Extent::Anywhere } else { Extent::Word };
        if secret.len() >= SHORTEST_SECRET && ![HIDDEN, "true", "false"].contains(&secret) {
            self.learn(secret, extent, HIDDEN.to_owned());
        }
    }

    /// Learns somebody's or something's name.
    pub fn learn_name(&mut self, kind: Kind, name: &str) {
        let name = if kind == Kind::StartUrl { words::start_url(name) } else { name };
        if name.is_empty() || NOBODY.contains(&name.to_ascii_lowercase().as_str()) {
            return;
        }
        // `work` and `dev` are words of every sentence; `acme-dev` and `Ada2` are not.
        let is_plain_word = name.chars().all(|sign| sign.is_ascii_lowercase());
        let extent = match kind {
            Kind::Profile | Kind::Session if is_plain_word => Extent::Quoted,
            _ => Extent::Word,
        };
        // The case of a start URL or a host means nothing.
        let placeholder = match kind {
            Kind::StartUrl | Kind::Host | Kind::Email => self.placeholder(kind, &name.to_ascii_lowercase()),
            _ => self.placeholder(kind, name),
        };
        self.learn(name, extent, placeholder);
    }

    /// Learns the host of an address, and who is named before it.
    pub fn learn_host(&mut self, address: &str) {
        let authority = address.split_once("://").map_or(address, |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some((somebody, _)) = authority.rsplit_once('@') {
            somebody.split(':').for_each(|part| self.learn_secret(part));
        }
        let host = words::host_of(authority);
        let host = host.trim_start_matches(['.', '*']);
        if host.contains('.') && !words::is_anybodys_host(host) && host.parse::<std::net::Ipv4Addr>().is_err() {
            self.learn_name(Kind::Host, host);
        }
    }

    fn learn(&mut self, value: &str, extent: Extent, placeholder: String) {
        if self.known.iter().any(|known| known.value == value) {
            return;
        }
        self.known.push(Known { value: value.to_owned(), extent, placeholder });
        // Of values that lie in each other the longest counts.
        self.known.sort_by_key(|known| std::cmp::Reverse(known.value.len()));
    }

    fn placeholder(&mut self, kind: Kind, value: &str) -> String {
        if let Some(known) = self.placeholders.get(&(kind, value.to_owned())) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let placeholder = format!("{}-{count}", kind.name());
        self.placeholders.insert((kind, value.to_owned()), placeholder.clone());
        placeholder
    }

    /// The text without names and secrets.
    #[must_use]
    pub fn text(&mut self, text: &str) -> Safe {
        for name in words::owners_of_homes(text) {
            self.learn_name(Kind::User, name);
        }
        let mut pieces = vec![Piece::Open(masked(text))];
        for known in &self.known {
            pieces = pieces.into_iter().flat_map(|piece| piece.without(known)).collect();
        }
        let mut redacted = String::with_capacity(text.len());
        for piece in pieces {
            match piece {
                Piece::Open(text) => words::redact(self, &text, &mut redacted),
                Piece::Closed(placeholder) => redacted.push_str(&placeholder),
            }
        }
        Safe(redacted)
    }

    /// How many different values of each kind were replaced.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.counts.iter().map(|(kind, count)| (kind.name(), *count))
    }
}

/// A part of a text: still to be looked at, or a placeholder that nothing may touch again.
enum Piece {
    Open(String),
    Closed(String),
}

impl Piece {
    fn without(self, known: &Known) -> Vec<Self> {
        let Self::Open(text) = self else { return vec![self] };
        let mut pieces = Vec::new();
        let (mut start, mut from) = (0, 0);
        while let Some(at) = text[from..].find(&known.value).map(|at| at + from) {
            let end = at + known.value.len();
            if known.extent.holds(&text[..at], &text[end..]) {
                pieces.push(Self::Open(text[start..at].to_owned()));
                pieces.push(Self::Closed(known.placeholder.clone()));
                start = end;
                from = end;
            } else {
                from = at + text[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        pieces.push(Self::Open(text[start..].to_owned()));
        pieces
    }
}

impl Extent {
    fn holds(self, before: &str, after: &str) -> bool {
        let (last, next) = (before.chars().next_back(), after.chars().next());
        let is_apart = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric());
        match self {
            Self::Anywhere => true,
            Self::Word => is_apart(last) && is_apart(next),
            Self::Quoted => {
                let words = before.trim_end();
                let is_named = last.is_none_or(|sign| "`\"'[=:/".contains(sign))
                    || (last == Some(' ')
                        && ["=", ":", "profile", "session", "sso-session"].iter().any(|mark| words.ends_with(mark)));
                let is_whole = next.is_none_or(|sign| "`\"'],;:)/ \n".contains(sign));
                is_named && is_whole
            }
        }
    }
}

#[cfg(test)]
mod tests;
