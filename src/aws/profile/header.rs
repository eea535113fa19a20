//! What a section header means: to Claude Code, and to the AWS CLI where that
//! reads more.

use super::words;

/// A header as `parseIni` of the JavaScript SDK files it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Header {
    /// The name of the section in its map: `profile.dev` for `[profile dev]`,
    /// and the text between the brackets when that is not two plain words.
    Filed(String),
    /// Two plain words of which the first is no kind of section, as in
    /// `[plugins x]`; the SDK drops the section.
    Dropped(String),
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Profile,
    SsoSession,
    Services,
}

/// How strongly a section claims its name: a stronger claim displaces a
/// weaker one as a whole, and so does a later claim an equal one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Claim {
    /// Only the AWS CLI reads the section.
    CliOnly,
    /// `[default]`.
    Bare,
    /// `[profile default]`, and everything else that the SDK reads.
    Full,
}

/// A header understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) claim: Claim,
}

impl Header {
    /// Reads the text between the brackets.
    pub(super) fn read(text: &str) -> Self {
        match two_words(text) {
            None => Self::Filed(text.to_owned()),
            Some((kind, name)) if Kind::parse(kind).is_some() => Self::Filed(format!("{kind}.{name}")),
            Some(_) => Self::Dropped(text.to_owned()),
        }
    }

    /// Understands a header of the config file, by `getConfigData` of the SDK
    /// and then by the AWS CLI, which splits the header as a shell would.
    pub(super) fn in_config(&self) -> Option<Title> {
        let Self::Filed(filed) = self else {
            return None;
        };
        if filed == "default" {
            return Some(Title::new(Kind::Profile, filed, Claim::Bare));
        }
        if let Some((kind, name)) = filed.split_once('.')
            && let Some(kind) = Kind::parse(kind)
        {
            // The SDK assigns the prototype of its map where it means a profile.
            let lost = kind == Kind::Profile && name == "__proto__";
            let claim = if lost { Claim::CliOnly } else { Claim::Full };
            return Some(Title::new(kind, name, claim));
        }
        let words = words::split(filed)?;
        let [kind, name] = words.as_slice() else {
            return None;
        };
        // To the CLI, too, a blank or a quote before the first word hides it.
        if !filed.starts_with(kind.as_str()) || name.is_empty() {
            return None;
        }
        Some(Title::new(Kind::parse(kind)?, name, Claim::CliOnly))
    }

    /// Understands a header of the credentials file, where every section is a
    /// profile.
    pub(super) fn in_credentials(&self) -> Title {
        match self {
            Self::Filed(name) => Title::new(Kind::Profile, name, Claim::Full),
            // The AWS CLI writes and reads `[my dev]` here, without quotes.
            Self::Dropped(name) => Title::new(Kind::Profile, name, Claim::CliOnly),
        }
    }
}

impl Kind {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "profile" => Some(Self::Profile),
            "sso-session" => Some(Self::SsoSession),
            "services" => Some(Self::Services),
            _ => None,
        }
    }
}

impl Title {
    fn new(kind: Kind, name: &str, claim: Claim) -> Self {
        let name = name.to_owned();
        Self { kind, name, claim }
    }

    /// Tells whether Claude Code finds the section.
    pub(super) fn is_found(&self) -> bool {
        self.claim != Claim::CliOnly
    }
}

/// Tells whether the SDK refuses a whole file for this header.
pub(super) fn is_refused(text: &str) -> bool {
    matches!(text, "__proto__" | "profile __proto__")
}

/// Tells whether JavaScript takes the character for white space, in `trim` as
/// in `\s`. Unlike Rust it counts the byte order mark in and U+0085 out.
pub(super) fn is_js_space(c: char) -> bool {
    c == '\u{feff}' || c.is_whitespace() && c != '\u{85}'
}

/// Matches `/^([\w-]+)\s(["'])?([\w-@+.%:/]+)\2$/` of the SDK.
fn two_words(text: &str) -> Option<(&str, &str)> {
    let (kind, rest) = text.split_once(is_js_space)?;
    let name = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].strip_suffix(quote)?,
        _ => rest,
    };
    let fits = |word: &str, more: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        !word.is_empty() && word.chars().all(fits)
    };
    (fits(kind, "_-") && fits(name, "_-@+.%:/")).then_some((kind, name))
}
