//! The bytes of a file beside the text that Claude Code sees in them.
//!
//! The text is decoded with replacement characters where the bytes make no sense, which is what Claude Code does: it
//! accepts Latin-1 leftovers inside a string, and unpaired surrogates in UTF-16. An edit is made in both at once, and
//! in the bytes it touches nothing but the edited span, so whatever could not be decoded survives as it stands.

use std::ops::Range;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_MARK: &[u8] = b"\xff\xfe";

/// A decoded file that remembers its bytes.
#[derive(Clone)]
pub(super) struct Text {
    decoded: String,
    encoding: Encoding,
}

#[derive(Clone)]
enum Encoding {
    /// The text is the bytes, but for a mark.
    Utf8 {
        is_marked: bool,
    },
    /// Some bytes made no sense.
    Lossy {
        bytes: Vec<u8>,
        mark: usize,
    },
    // Claude Code 2.1.329 reads UTF-16 only when little-endian and marked; big-endian drops the file.
    Utf16 {
        bytes: Vec<u8>,
    },
}

impl Text {
    pub(super) fn decode(bytes: Vec<u8>) -> Self {
        let bytes = match String::from_utf8(bytes) {
            Ok(mut decoded) => {
                let is_marked = decoded.as_bytes().starts_with(UTF8_MARK);
                decoded.drain(..if is_marked { UTF8_MARK.len() } else { 0 });
                return Self { decoded, encoding: Encoding::Utf8 { is_marked } };
            }
            Err(error) => error.into_bytes(),
        };
        if let Some(units) = bytes.strip_prefix(UTF16_MARK) {
            // An odd last byte is ignored, as Claude Code ignores it; it stays in `bytes`.
            let units = units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            let decoded = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            return Self { decoded, encoding: Encoding::Utf16 { bytes } };
        }
        let unmarked = bytes.strip_prefix(UTF8_MARK).unwrap_or(&bytes);
        let mark = bytes.len() - unmarked.len();
        Self { decoded: String::from_utf8_lossy(unmarked).into_owned(), encoding: Encoding::Lossy { bytes, mark } }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.decoded
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 { is_marked: false } => self.decoded.into_bytes(),
            Encoding::Utf8 { is_marked: true } => [UTF8_MARK, self.decoded.as_bytes()].concat(),
            Encoding::Lossy { bytes, .. } | Encoding::Utf16 { bytes } => bytes,
        }
    }

    /// Replaces one span of the text, given in offsets of [`Text::as_str`].
    pub(super) fn splice(&mut self, span: Range<usize>, new: &str) {
        match &mut self.encoding {
            Encoding::Utf8 { .. } => {}
            Encoding::Lossy { bytes, mark } => {
                let offset = |offset| *mark + undecoded_length(&bytes[*mark..], offset);
                let bytes_span = offset(span.start)..offset(span.end);
                bytes.splice(bytes_span, new.bytes());
            }
            Encoding::Utf16 { bytes } => {
                // A replaced surrogate is one unit, and so is the replacement character.
                let offset = |offset| UTF16_MARK.len() + 2 * self.decoded[..offset].encode_utf16().count();
                let bytes_span = offset(span.start)..offset(span.end);
                bytes.splice(bytes_span, new.encode_utf16().flat_map(u16::to_le_bytes));
            }
        }
        self.decoded.replace_range(span, new);
    }
}

/// How many of the bytes became the first `offset` bytes of their lossy decoding.
fn undecoded_length(bytes: &[u8], offset: usize) -> usize {
    let mut before = 0;
    let mut decoded = 0;
    for chunk in bytes.utf8_chunks() {
        if decoded + chunk.valid().len() >= offset {
            break;
        }
        decoded += chunk.valid().len();
        before += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            decoded += char::REPLACEMENT_CHARACTER.len_utf8();
            before += chunk.invalid().len();
        }
    }
    before + (offset - decoded)
}

/// The 1-based line and column (in characters) of an offset.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[line_start..].chars().count() + 1)
}

/// The newline most lines of the text end with; an inserted line ends with it too.
pub(super) fn dominant_newline(text: &str) -> &'static str {
    let all = text.matches('\n').count();
    let with_return = text.matches("\r\n").count();
    if with_return * 2 > all { "\r\n" } else { "\n" }
}
