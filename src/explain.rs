//! Which failure modes a text speaks of, most likely first. Offline and pure: a text in, judgements out.

mod occurrence;
mod runs;
mod squeeze;
mod values;

use std::collections::BTreeMap;

use crate::catalogue::{FailureMode, Message, Proof};

use occurrence::{Occurrence, Search};
use runs::Runs;
use squeeze::Squeezed;

pub use values::Values;

/// In this distance another message counts as what a wrapper is put around, and words as company.
const NEAR: usize = 600;
/// A piece of a message that is shorter is no match.
const TELLING_LETTERS: usize = 16;
/// Nor is one with fewer runs of letters that no other mode has.
const TELLING_WEIGHT: f64 = 4.0;
/// Nor is one that is less of its message: a long log holds pieces of everything.
const TELLING_SHARE: f64 = 0.4;
/// From this share on a message with parts missing is believed almost like the whole.
const ALMOST_WHOLE: f64 = 0.7;
/// What a message that is almost whole must have at least, for short ones are found in any text.
const ALMOST_WHOLE_LETTERS: usize = 28;
/// As many candidates are named for a text that is not known.
const MOST_NEAREST: usize = 3;

/// What is made of a text.
#[derive(Debug, Default)]
pub struct Explanation {
    /// The modes the text speaks of, most likely first.
    pub matches: Vec<Match>,
    /// What the text resembles most where nothing matches; no answer.
    pub nearest: Vec<&'static FailureMode>,
}

/// A mode that a text speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    /// The mode.
    pub mode: &'static FailureMode,
    /// The message that was found.
    pub message: &'static Message,
    /// How sure that is.
    pub confidence: Confidence,
    /// The line of the text in which it begins, from one.
    pub line: usize,
}

impl Match {
    /// What the lines around it say of the case, in the text it was found in.
    #[must_use]
    pub fn values(&self, text: &str) -> Values {
        Values::near(text, self.line)
    }
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The text may mean it.
    Maybe,
    /// The text usually means it.
    Likely,
    /// The text means nothing else.
    Certain,
}

/// Which failure modes a text speaks of.
#[must_use]
pub fn explain(text: &str) -> Explanation {
    let text = Squeezed::of(text);
    let runs = Runs::in_text(&text);
    Judgement::of(&text, &runs).explanation()
}

impl Confidence {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Maybe => "maybe",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    fn lower(self) -> Self {
        if self == Self::Certain { Self::Likely } else { Self::Maybe }
    }
}

struct Judgement<'a> {
    text: &'a Squeezed,
    whole: Vec<Occurrence>,
    partial: Vec<Occurrence>,
}

impl<'a> Judgement<'a> {
    fn of(text: &'a Squeezed, runs: &Runs) -> Self {
        let searches = || {
            let patterns = runs.index.patterns.iter();
            let in_text =
                patterns.filter(|pattern| pattern.parts.iter().any(|part| !runs.places(part.literal).is_empty()));
            in_text.map(|pattern| Search { runs, text: &text.bytes, pattern })
        };
        let whole = searches().flat_map(|search| search.whole());
        let partial = searches().filter_map(|search| search.partial());
        Self { text, whole: whole.collect(), partial: partial.collect() }
    }

    fn explanation(&self) -> Explanation {
        let whole = self.whole.iter().filter_map(|found| Some((*found, self.confidence_of_whole(found)?)));
        let partial = self.partial.iter().filter_map(|found| Some((*found, self.confidence_of_partial(found)?)));
        let mut best: BTreeMap<&str, (Occurrence, Confidence)> = BTreeMap::new();
        for (found, confidence) in whole.chain(partial) {
            let known = best.entry(found.mode.id).or_insert((found, confidence));
            if rank(&found, confidence) > rank(&known.0, known.1) {
                *known = (found, confidence);
            }
        }
        let mut ranked: Vec<_> = best.into_values().collect();
        ranked.sort_by_key(|(found, confidence)| std::cmp::Reverse(rank(found, *confidence)));
        let nearest = if ranked.is_empty() { self.nearest() } else { Vec::new() };
        let matches = ranked.into_iter().map(|(found, confidence)| Match {
            mode: found.mode,
            message: found.message,
            confidence,
            line: self.text.line_at(found.start),
        });
        Explanation { matches: matches.collect(), nearest }
    }

    /// What a whole message proves where it stands; `None` where it only surrounds another one.
    fn confidence_of_whole(&self, found: &Occurrence) -> Option<Confidence> {
        let others = || self.whole.iter().filter(|other| other.mode.id != found.mode.id);
        let confidence = match found.message.proof {
            Proof::Certain => Confidence::Certain,
            Proof::Likely => Confidence::Likely,
            Proof::Common if self.text.has_company(found.start, found.end, NEAR) => Confidence::Likely,
            Proof::Common | Proof::Shared | Proof::Maybe => Confidence::Maybe,
            Proof::Wrapper => {
                let says_more = |other: &Occurrence| other.message.proof > Proof::Maybe && found.is_near(other, NEAR);
                return (!others().any(says_more)).then_some(Confidence::Maybe);
            }
        };
        // A message within a longer one of another mode is that other one, as far as this place goes.
        let says_all = |other: &Occurrence| {
            found.lies_in(other) && other.letters > found.letters && other.end - other.start <= NEAR
        };
        Some(if others().any(says_all) { Confidence::Maybe } else { confidence })
    }

    /// What pieces of a message prove; `None` where they are too few, or belong to another message that is whole.
    fn confidence_of_partial(&self, found: &Occurrence) -> Option<Confidence> {
        let is_most = found.letters * 3 > self.text.bytes.len() * 2;
        let telling =
            found.letters >= TELLING_LETTERS && found.weight >= TELLING_WEIGHT && found.share >= TELLING_SHARE;
        if !(telling || is_most && found.weight > 0.0) {
            return None;
        }
        let wraps = |whole: &Occurrence| found.message.proof == Proof::Wrapper && found.is_near(whole, NEAR);
        let belongs = |whole: &Occurrence| found.lies_in(whole) && whole.end - whole.start <= NEAR;
        if self.whole.iter().any(|whole| belongs(whole) || wraps(whole)) {
            return None;
        }
        if found.share < ALMOST_WHOLE || found.letters < ALMOST_WHOLE_LETTERS {
            return Some(Confidence::Maybe);
        }
        Some(match found.message.proof {
            Proof::Certain => Confidence::Certain.lower(),
            Proof::Likely | Proof::Common | Proof::Shared | Proof::Maybe | Proof::Wrapper => Confidence::Maybe,
        })
    }

    fn nearest(&self) -> Vec<&'static FailureMode> {
        let mut partial: Vec<&Occurrence> = self.partial.iter().collect();
        partial.sort_by(|one, other| other.weight.total_cmp(&one.weight));
        let mut nearest: Vec<&'static FailureMode> = Vec::new();
        for found in partial {
            if nearest.len() < MOST_NEAREST && nearest.iter().all(|mode| mode.id != found.mode.id) {
                nearest.push(found.mode);
            }
        }
        nearest
    }
}

/// What makes one match come before another: how sure it is, whether the message is whole and what it proves, then how
/// much of the text speaks for it.
fn rank(found: &Occurrence, confidence: Confidence) -> (Confidence, Option<Proof>, u64) {
    if found.share >= 1.0 {
        return (confidence, Some(found.message.proof), found.letters as u64);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
    let weight = (found.weight * 16.0) as u64;
    let halved = if found.message.proof < Proof::Common { 2 } else { 1 };
    (confidence, None, weight / halved)
}
