//! Where in a text the literal parts of the messages stand, whole or in pieces.
//!
//! Every eight letters of every literal are in one table; the text is walked once, and where eight of its letters are
//! there the literal is compared forward. So a text of megabytes costs milliseconds, and a message whose ends are cut
//! off is found like a whole one.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalogue::{self, FailureMode, Message};

use super::squeeze::{self, Squeezed};

/// How many letters are looked up at a time; a shorter literal counts only behind another one.
pub(super) const GRAM: usize = 8;
/// Pieces shorter than this say nothing.
const SHORTEST_PIECE: usize = 10;
/// As many places of one literal as are remembered.
const MOST_PLACES: usize = 4096;
/// As many pieces of one literal as are remembered, the longest.
const MOST_PIECES: usize = 64;

/// A message with its literals.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) mode: &'static FailureMode,
    pub(super) message: &'static Message,
    pub(super) parts: Vec<Part>,
}

/// A literal of a message.
#[derive(Debug)]
pub(super) struct Part {
    /// Which of the literals it is.
    pub(super) literal: usize,
    /// Whether lines of output may stand before it, and not only a word.
    pub(super) after_output: bool,
}

/// Where a literal stands in the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Where the whole of it stands, in order.
    pub(super) whole: Vec<usize>,
    /// Where pieces of it stand.
    pub(super) pieces: Vec<Piece>,
}

/// A piece of a literal in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Where in the text.
    pub(super) place: usize,
    /// Where in the literal.
    pub(super) offset: usize,
    /// How many letters.
    pub(super) length: usize,
}

/// All messages of the catalogue, with the table of their letters.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) patterns: Vec<Pattern>,
    pub(super) literals: Vec<Vec<u8>>,
    /// How telling the letters of each literal are up to each place: a run of eight counts one when no other mode has
    /// it, less the more have it.
    weights: Vec<Vec<f64>>,
    table: Table,
}

/// Where the literals of all messages stand in one text.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) index: &'static Index,
    places: Vec<Places>,
}

impl Runs {
    /// Finds the literals of the whole catalogue in a text.
    pub(super) fn in_text(text: &Squeezed) -> Self {
        static INDEX: LazyLock<Index> = LazyLock::new(Index::of_catalogue);
        let mut runs = Self { index: &INDEX, places: vec![Places::default(); INDEX.literals.len()] };
        runs.walk(&text.bytes);
        runs
    }

    /// Where a literal stands.
    pub(super) fn places(&self, literal: usize) -> &Places {
        &self.places[literal]
    }

    fn walk(&mut self, text: &[u8]) {
        let index = self.index;
        let mut gram = 0;
        for (at, byte) in text.iter().enumerate() {
            gram = gram << 8 | u64::from(*byte);
            let Some(place) = (at + 1).checked_sub(GRAM) else { continue };
            let Some(entry) = index.table.find(gram) else { continue };
            for &(literal, offset) in &entry.uses {
                let (bytes, offset) = (&index.literals[literal as usize], offset as usize);
                // A run that began before was followed to its end there.
                if offset > 0 && place > 0 && text[place - 1] == bytes[offset - 1] {
                    continue;
                }
                let same = text[place..].iter().zip(&bytes[offset..]).take_while(|(one, other)| one == other).count();
                self.places[literal as usize].note(Piece { place, offset, length: same }, bytes.len());
            }
        }
    }
}

impl Index {
    /// How telling a piece of a literal is.
    pub(super) fn weight(&self, literal: usize, offset: usize, length: usize) -> f64 {
        if length < GRAM {
            return 0.0;
        }
        let weights = &self.weights[literal];
        weights[offset + length + 1 - GRAM] - weights[offset]
    }

    fn of_catalogue() -> Self {
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut literals: Vec<Vec<u8>> = Vec::new();
        let mut patterns = Vec::new();
        let mut table = Table::new();
        for (mode_number, mode) in catalogue::all().enumerate() {
            for message in mode.messages {
                let parts = squeeze::literals(message.text).into_iter().map(|(bytes, after_output)| {
                    let literal = *known.entry(bytes).or_insert_with_key(|bytes| {
                        literals.push(bytes.clone());
                        literals.len() - 1
                    });
                    for (offset, gram) in literals[literal].windows(GRAM).enumerate() {
                        table.insert(number(gram), mode_number, literal, offset);
                    }
                    Part { literal, after_output }
                });
                let parts = parts.collect();
                patterns.push(Pattern { mode, message, parts });
            }
        }
        let sums = |literal: &Vec<u8>| {
            let mut sum = 0.0;
            let grams = literal.windows(GRAM).map(|gram| {
                sum += table.find(number(gram)).map_or(0.0, Entry::weight);
                sum
            });
            std::iter::once(0.0).chain(grams).collect()
        };
        let weights = literals.iter().map(sums).collect();
        Self { patterns, literals, weights, table }
    }
}

impl Places {
    /// Whether nothing of the literal is in the text.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.pieces.is_empty()
    }

    fn note(&mut self, piece: Piece, whole: usize) {
        if piece.length == whole {
            if self.whole.len() < MOST_PLACES {
                self.whole.push(piece.place);
            }
            return;
        }
        if piece.length < SHORTEST_PIECE {
            return;
        }
        if self.pieces.len() < MOST_PIECES {
            self.pieces.push(piece);
        } else if let Some(shortest) = self.pieces.iter_mut().min_by_key(|piece| piece.length)
            && shortest.length < piece.length
        {
            *shortest = piece;
        }
    }
}

/// Eight letters as a number.
fn number(gram: &[u8]) -> u64 {
    gram.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Which literals have which eight letters: open addressing, never more than half full.
#[derive(Debug)]
struct Table {
    slots: Vec<u32>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    gram: u64,
    /// In how many modes.
    modes: u32,
    last_mode: usize,
    /// Literal and place in it.
    uses: Vec<(u32, u32)>,
}

impl Entry {
    fn weight(&self) -> f64 {
        1.0 / f64::from(self.modes * self.modes)
    }
}

impl Table {
    /// Four times as many slots as the catalogue has different letters in a row.
    const SLOTS: usize = 1 << 16;

    fn new() -> Self {
        Self { slots: vec![0; Self::SLOTS], entries: Vec::new() }
    }

    fn slot(gram: u64) -> usize {
        // Fibonacci hashing: the top bits of a product are well mixed.
        (gram.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize
    }

    fn find(&self, gram: u64) -> Option<&Entry> {
        let mut slot = Self::slot(gram);
        loop {
            let entry = self.entries.get((self.slots[slot] as usize).checked_sub(1)?)?;
            if entry.gram == gram {
                return Some(entry);
            }
            slot = (slot + 1) % Self::SLOTS;
        }
    }

    fn insert(&mut self, gram: u64, mode: usize, literal: usize, offset: usize) {
        let mut slot = Self::slot(gram);
        let used = (u32::try_from(literal).unwrap_or(u32::MAX), u32::try_from(offset).unwrap_or(u32::MAX));
        while self.slots[slot] > 0 {
            let entry = &mut self.entries[self.slots[slot] as usize - 1];
            if entry.gram == gram {
                if entry.last_mode != mode {
                    entry.modes += 1;
                    entry.last_mode = mode;
                }
                if !entry.uses.contains(&used) {
                    entry.uses.push(used);
                }
                return;
            }
            slot = (slot + 1) % Self::SLOTS;
        }
        self.entries.push(Entry { gram, modes: 1, last_mode: mode, uses: vec![used] });
        self.slots[slot] = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
    }
}
