//! Messages in a text, whole or with parts missing.

use crate::catalogue::{FailureMode, Message};

use super::runs::{GRAM, Pattern, Piece, Places, Runs};

/// How far apart two parts of a message may stand when a word or an ARN varies between them.
const WORD_GAP: usize = 220;
/// How far apart they may stand when whole lines do.
const OUTPUT_GAP: usize = 8000;
/// As many repetitions of a literal are tried as the core of a message with parts missing, the last ones.
const MOST_REPEATED: usize = 16;

/// A message, or pieces of one, at a place of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occurrence {
    pub(super) mode: &'static FailureMode,
    pub(super) message: &'static Message,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// How many letters of the message are there.
    pub(super) letters: usize,
    /// How many runs of letters are there that no other mode has.
    pub(super) weight: f64,
    /// How much of the message that is, by its letters and by its weight, whichever is less.
    pub(super) share: f64,
}

impl Occurrence {
    /// Whether another one covers this place.
    pub(super) fn lies_in(&self, other: &Self) -> bool {
        self.start >= other.start && self.end <= other.end
    }

    /// Whether another one is no farther than this from it.
    pub(super) fn is_near(&self, other: &Self, distance: usize) -> bool {
        self.start <= other.end + distance && other.start <= self.end + distance
    }
}

/// A message beside where its literals stand in a text.
pub(super) struct Search<'a> {
    pub(super) runs: &'a Runs,
    pub(super) text: &'a [u8],
    pub(super) pattern: &'a Pattern,
}

impl Search<'_> {
    /// Everywhere the message stands whole.
    pub(super) fn whole(&self) -> Vec<Occurrence> {
        let parts = 0..self.pattern.parts.len();
        // A short literal is not looked up; the one whose places are fewest leads to the others.
        let anchors = parts.clone().filter(|part| self.literal(*part).len() >= GRAM);
        let Some(anchor) = anchors.min_by_key(|part| self.places(*part).whole.len()) else { return Vec::new() };
        let mut found: Vec<Occurrence> = Vec::new();
        for place in &self.places(anchor).whole {
            let (mut start, mut end) = (*place, place + self.literal(anchor).len());
            let behind = (anchor + 1..parts.end).all(|part| {
                let next = self.first_behind(part, end);
                end = next.map_or(end, |next| next + self.literal(part).len());
                next.is_some()
            });
            let before = (0..anchor).rev().all(|part| {
                let last = self.last_before(part, start);
                start = last.unwrap_or(start);
                last.is_some()
            });
            if behind && before && found.last().is_none_or(|last| last.end <= start) {
                found.push(self.occurrence(start, end, self.all_letters(), self.all_weight()));
            }
        }
        found
    }

    /// The place at which most of the message stands, its most telling parts counting most.
    pub(super) fn partial(&self) -> Option<Occurrence> {
        let all = (0..self.pattern.parts.len()).flat_map(|part| self.pieces(part).map(move |piece| (part, piece)));
        let weighed = all.map(|(part, piece)| (part, piece, self.weight(part, piece)));
        let (core, piece, mut weight) = weighed.max_by(|(.., one), (.., other)| one.total_cmp(other))?;
        let (mut start, mut end, mut letters) = (piece.place, piece.place + piece.length, piece.length);
        // What stands around it in the message has to stand around it in the text.
        for part in core..self.pattern.parts.len() {
            let reach = end + self.gap(part);
            let fits = |other: &Piece| {
                other.place >= end
                    && other.place <= reach
                    && (part > core || other.offset >= piece.offset + piece.length)
            };
            if let Some(next) = self.pieces(part).filter(fits).max_by_key(|piece| piece.length) {
                end = next.place + next.length;
                letters += next.length;
                weight += self.weight(part, next);
            }
        }
        for part in (0..=core).rev() {
            let reach = self.gap((part + 1).min(self.pattern.parts.len() - 1));
            let fits = |other: &Piece| {
                let other_end = other.place + other.length;
                other_end <= start
                    && other_end + reach >= start
                    && (part < core || other.offset + other.length <= piece.offset)
            };
            if let Some(last) = self.pieces(part).filter(fits).max_by_key(|piece| piece.length) {
                start = last.place;
                letters += last.length;
                weight += self.weight(part, last);
            }
        }
        Some(self.occurrence(start, end, letters, weight))
    }

    #[expect(clippy::cast_precision_loss, reason = "messages are short")]
    fn occurrence(&self, start: usize, end: usize, letters: usize, weight: f64) -> Occurrence {
        let share = (letters as f64 / self.all_letters() as f64).min(weight / self.all_weight());
        Occurrence { mode: self.pattern.mode, message: self.pattern.message, start, end, letters, weight, share }
    }

    fn literal(&self, part: usize) -> &[u8] {
        &self.runs.index.literals[self.pattern.parts[part].literal]
    }

    fn places(&self, part: usize) -> &Places {
        self.runs.places(self.pattern.parts[part].literal)
    }

    fn pieces(&self, part: usize) -> impl Iterator<Item = Piece> {
        let length = self.literal(part).len();
        let whole = self.places(part).whole.iter().rev().take(MOST_REPEATED);
        let whole = whole.map(move |place| Piece { place: *place, offset: 0, length });
        self.places(part).pieces.iter().copied().chain(whole)
    }

    fn weight(&self, part: usize, piece: Piece) -> f64 {
        self.runs.index.weight(self.pattern.parts[part].literal, piece.offset, piece.length)
    }

    fn all_letters(&self) -> usize {
        (0..self.pattern.parts.len()).map(|part| self.literal(part).len()).sum()
    }

    /// At least one: a message of short words alone has none, and must not seem whole when nothing of it is there.
    fn all_weight(&self) -> f64 {
        let weight = |part| self.weight(part, Piece { place: 0, offset: 0, length: self.literal(part).len() });
        (0..self.pattern.parts.len()).map(weight).sum::<f64>().max(1.0)
    }

    fn gap(&self, part: usize) -> usize {
        if self.pattern.parts[part].after_output { OUTPUT_GAP } else { WORD_GAP }
    }

    fn first_behind(&self, part: usize, end: usize) -> Option<usize> {
        let (literal, reach) = (self.literal(part), end + self.gap(part));
        if literal.len() < GRAM {
            let window = &self.text[end..(reach + literal.len()).min(self.text.len())];
            return window.windows(literal.len()).position(|bytes| bytes == literal).map(|at| end + at);
        }
        let whole = &self.places(part).whole;
        whole.get(whole.partition_point(|place| *place < end)).copied().filter(|place| *place <= reach)
    }

    fn last_before(&self, part: usize, start: usize) -> Option<usize> {
        let literal = self.literal(part);
        let latest = start.checked_sub(literal.len())?;
        let earliest = latest.saturating_sub(self.gap(part + 1));
        if literal.len() < GRAM {
            return (earliest..=latest).rev().find(|place| self.text[*place..].starts_with(literal));
        }
        let whole = &self.places(part).whole;
        let place = *whole[..whole.partition_point(|place| *place <= latest)].last()?;
        (place >= earliest).then_some(place)
    }
}
