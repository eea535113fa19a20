//! The failure modes of Claude Code on Amazon Bedrock: what is wrong, why, what a user sees, and what fixes it.
//!
//! The one source of truth of `diagnose`, `explain` and `docs/failures.md`. Plain constants, one file per part of a
//! family; nothing is parsed when the program starts.

mod configuration;
mod credentials;
mod export;
mod gates;
mod lifecycle;
mod models;
mod network;
mod no_faults;
mod quotas;
mod refresh;
mod requests;
mod sign_in;
mod surroundings;
mod traces;

/// One way in which Claude Code fails on Bedrock, or seems to.
#[derive(Debug, PartialEq, Eq)]
pub struct FailureMode {
    /// The family's letter and a number, such as `A04`.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// Why it happens, and why it matters.
    pub cause: &'static str,
    /// What fixes it.
    pub fix: Fix,
    /// How it can be seen before it bites.
    pub before: Before,
    /// What is noticed where no message tells; empty where the messages tell all.
    pub symptom: &'static str,
    /// What a user sees, most telling first.
    pub messages: &'static [Message],
    /// Where this is known from: threads by repository and number, documentation, changelog, or own observation.
    pub source: &'static str,
}

/// What mends a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// A command of this program. Words in capitals stand for the user's own values.
    Command {
        /// Whether it may be run without asking.
        kind: FixKind,
        /// The command line.
        command: &'static str,
        /// What it does, and what else there is to do.
        text: &'static str,
    },
    /// Something the user does outside of this program.
    ByHand(&'static str),
    /// A sentence to send to the administrator of the account or the machine.
    Administrator(&'static str),
    /// Another version of Claude Code.
    Update {
        /// The first version without the fault; `None` where it depends on the model or is not known.
        version: Option<&'static str>,
        /// What to do.
        text: &'static str,
    },
    /// Nothing is broken; what to do instead.
    NoFault(&'static str),
}

/// Who decides about a fix; the `kind` of the JSON reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// Local, reversible and without cost: may be applied without asking.
    Safe,
    /// Applied after a yes: opens a browser, edits settings, costs or submits something.
    Ask,
    /// Someone has to act; the program can only say what.
    Explain,
}

/// How a failure can be seen before it bites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// In files, variables and versions, without the network: what is looked at.
    Files(&'static str),
    /// By calls that cost nothing: what is asked.
    Calls(&'static str),
    /// Only by invoking a model, which costs a few tokens: what is tried.
    Probe(&'static str),
    /// Not at all, only from its message: why.
    Message(&'static str),
    /// Where this program does not get to, such as another vendor's application: where and why.
    Elsewhere(&'static str),
}

/// A text by which a failure shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The text as a user sees it. Words in angle brackets stand for what varies.
    pub text: &'static str,
    /// What the text proves.
    pub proof: Proof,
    /// Whether its words are those of a program's source, a cited report or an observation; else they are near to what
    /// is seen and may differ in detail.
    pub is_verbatim: bool,
}

/// How surely a message means its failure mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Claude Code puts it around another message, and it counts only where that one is missing.
    Wrapper,
    /// It hints at the mode.
    Maybe,
    /// Several modes say exactly this, and another one is more frequent.
    Shared,
    /// Other programs say it too: likely beside words of Claude Code or AWS, else a hint.
    Common,
    /// It usually is this mode.
    Likely,
    /// Nothing else says this.
    Certain,
}

/// A family of failure modes, by the letter of its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The letter.
    pub letter: char,
    /// The heading.
    pub title: &'static str,
    /// Its modes, in order of their ids, in one room or several.
    rooms: &'static [&'static [FailureMode]],
}

/// The families in the order of the documentation.
pub const FAMILIES: &[Family] = &[
    Family {
        letter: 'C',
        title: "Configuration",
        rooms: &[configuration::MODES, surroundings::MODES, traces::SET_UPS],
    },
    Family {
        letter: 'A',
        title: "Identity and credentials",
        rooms: &[sign_in::MODES, credentials::MODES, traces::SIGN_INS],
    },
    Family { letter: 'R', title: "Commands that renew credentials", rooms: &[refresh::MODES, export::MODES] },
    Family { letter: 'M', title: "Models, prefixes and lifecycle", rooms: &[models::MODES, lifecycle::MODES] },
    Family { letter: 'P', title: "Account gates and permissions", rooms: &[gates::MODES] },
    Family { letter: 'Q', title: "Throttling and capacity", rooms: &[quotas::MODES] },
    Family { letter: 'N', title: "Network, proxy, TLS and streaming", rooms: &[network::MODES] },
    Family { letter: 'O', title: "Request shape, output, caching and guardrails", rooms: &[requests::MODES] },
    Family { letter: 'F', title: "No faults: absent on Bedrock", rooms: &[no_faults::MODES] },
];

/// Every failure mode, family by family.
pub fn all() -> impl Iterator<Item = &'static FailureMode> {
    FAMILIES.iter().flat_map(Family::modes)
}

/// The failure mode with this id, in either case.
#[must_use]
pub fn find(id: &str) -> Option<&'static FailureMode> {
    all().find(|mode| mode.id.eq_ignore_ascii_case(id))
}

impl Family {
    /// Its modes in order of their ids.
    pub fn modes(&self) -> impl Iterator<Item = &'static FailureMode> + use<> {
        self.rooms.iter().copied().flatten()
    }
}

impl FailureMode {
    /// The command that finds out whether this is it; `None` where only the message tells.
    #[must_use]
    pub fn check(&self) -> Option<String> {
        match self.before {
            Before::Files(_) => Some(format!("claude-bedrock diagnose --offline --only {}", self.id)),
            Before::Calls(_) => Some(format!("claude-bedrock diagnose --only {}", self.id)),
            Before::Probe(_) => Some(format!("claude-bedrock diagnose --probe --only {}", self.id)),
            Before::Message(_) | Before::Elsewhere(_) => None,
        }
    }
}

impl Fix {
    /// Who decides about it.
    #[must_use]
    pub fn kind(&self) -> FixKind {
        match self {
            Self::Command { kind, .. } => *kind,
            Self::ByHand(_) | Self::Administrator(_) | Self::Update { .. } | Self::NoFault(_) => FixKind::Explain,
        }
    }

    /// The command of this program, where there is one.
    #[must_use]
    pub fn command(&self) -> Option<&'static str> {
        match self {
            Self::Command { command, .. } => Some(command),
            _ => None,
        }
    }

    /// What to do, in words.
    #[must_use]
    pub fn text(&self) -> &'static str {
        let (Self::Command { text, .. }
        | Self::Update { text, .. }
        | Self::ByHand(text)
        | Self::Administrator(text)
        | Self::NoFault(text)) = self;
        text
    }

    const fn safe(command: &'static str, text: &'static str) -> Self {
        Self::Command { kind: FixKind::Safe, command, text }
    }

    const fn ask(command: &'static str, text: &'static str) -> Self {
        Self::Command { kind: FixKind::Ask, command, text }
    }

    const fn by_hand(text: &'static str) -> Self {
        Self::ByHand(text)
    }

    const fn administrator(sentence: &'static str) -> Self {
        Self::Administrator(sentence)
    }

    const fn update(version: &'static str, text: &'static str) -> Self {
        Self::Update { version: if version.is_empty() { None } else { Some(version) }, text }
    }

    const fn no_fault(text: &'static str) -> Self {
        Self::NoFault(text)
    }
}

impl FixKind {
    /// The word of the JSON reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Ask => "ask",
            Self::Explain => "explain",
        }
    }
}

impl Before {
    /// What is looked at, or why it cannot be.
    #[must_use]
    pub fn text(&self) -> &'static str {
        let (Self::Files(text) | Self::Calls(text) | Self::Probe(text) | Self::Message(text) | Self::Elsewhere(text)) =
            self;
        text
    }
}

impl Message {
    const fn of(text: &'static str, proof: Proof) -> Self {
        Self { text, proof, is_verbatim: true }
    }

    const fn approximate(self) -> Self {
        Self { is_verbatim: false, ..self }
    }

    const fn certain(text: &'static str) -> Self {
        Self::of(text, Proof::Certain)
    }

    const fn likely(text: &'static str) -> Self {
        Self::of(text, Proof::Likely)
    }

    const fn common(text: &'static str) -> Self {
        Self::of(text, Proof::Common)
    }

    const fn shared(text: &'static str) -> Self {
        Self::of(text, Proof::Shared)
    }

    const fn maybe(text: &'static str) -> Self {
        Self::of(text, Proof::Maybe)
    }

    const fn wrapper(text: &'static str) -> Self {
        Self::of(text, Proof::Wrapper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_in_order_and_of_their_family() {
        for family in FAMILIES {
            for (at, mode) in family.modes().enumerate() {
                assert_eq!(mode.id, format!("{}{:02}", family.letter, at + 1));
                assert_eq!(find(&mode.id.to_lowercase()), Some(mode));
            }
        }
        assert_eq!(find("Z99"), None);
    }

    #[test]
    fn every_mode_says_what_why_and_what_to_do() {
        for mode in all() {
            for text in [mode.title, mode.cause, mode.fix.text(), mode.before.text(), mode.source] {
                assert!(text.len() > 4 && text.trim() == text && !text.contains("  "), "{}: {text:?}", mode.id);
            }
            assert!(mode.title.len() <= 90 && !mode.title.ends_with('.'), "{}", mode.id);
            assert!(!mode.messages.is_empty() || !mode.symptom.is_empty(), "{}: seen how?", mode.id);
        }
    }
}
