//! Where the members of an object stand in a JSON text.
//!
//! One walk both judges the syntax and finds the members, for a file may be megabytes of permission rules and is read
//! each time a session starts. It accepts what `JSON.parse` accepts. Parsers that build a tree refuse what Claude Code
//! reads without a murmur: a lone `\ud800` (a truncated emoji in a permission rule) and deep nesting (2.1.329 reads a
//! million levels); so the walk does not decode, and below the members it does not recurse.

use std::ops::Range;

/// One `"key": value` of an object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The decoded key.
    pub(super) name: String,
    /// The key with its quotes.
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    /// The newlines before the key, from where the walk began.
    pub(super) newlines: usize,
    /// The value's own members, where [`Object::whole`] walked them too.
    pub(super) object: Option<Object>,
}

impl Member {
    pub(super) fn span(&self) -> Range<usize> {
        self.key.start..self.value.end
    }
}

/// An object and its members in order, duplicates included.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// From `{` to `}`, both included.
    pub(super) span: Range<usize>,
    pub(super) members: Vec<Member>,
}

impl Object {
    /// Walks a text that is one object, and in it the objects of the names that are to be looked into; `None` for every
    /// other text.
    pub(super) fn whole(text: &str, is_looked_into: fn(&str) -> bool) -> Option<Self> {
        let mut walk = Walk::begin(text, 0);
        let object = walk.object(is_looked_into)?;
        walk.skip_whitespace();
        (walk.at == text.len()).then_some(object)
    }

    /// Walks the object that starts at `start` (after whitespace); `None` when something else starts there.
    pub(super) fn at(text: &str, start: usize) -> Option<Self> {
        Walk::begin(text, start).object(|_| false)
    }

    /// The member that counts: of equal keys the last, as in `JSON.parse`.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.name == name)
    }

    /// The whitespace between an empty object's braces.
    pub(super) fn inside(&self) -> Range<usize> {
        self.span.start + 1..self.span.end - 1
    }

    /// The whitespace between the `{` or `,` before a member and its key.
    pub(super) fn lead(&self, text: &str, index: usize) -> Range<usize> {
        let key_start = self.members[index].key.start;
        let before = text[..key_start].trim_end_matches(is_whitespace).len();
        before..key_start
    }
}

pub(super) fn is_whitespace(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// The text of a JSON string, decoded; `None` for another kind of value and for a string that holds an unpaired
/// surrogate, which no Rust string can.
pub(super) fn decoded_string(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// The length of the string with which a text starts, quotes included.
pub(super) fn string_length(text: &str) -> Option<usize> {
    let mut walk = Walk::begin(text, 0);
    walk.string().map(|()| walk.at)
}

/// A key that cannot be decoded stays escaped: it is none of ours, and only its place matters.
fn decoded_key(raw: &str) -> String {
    let plain = &raw[1..raw.len() - 1];
    if plain.contains('\\') { decoded_string(raw).unwrap_or_else(|| plain.to_owned()) } else { plain.to_owned() }
}

/// A bracket that is open.
enum Open {
    Object,
    Array,
}

/// A place in a text, and the steps from there; each gives `None` where the text is no JSON.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    newlines: usize,
}

impl<'a> Walk<'a> {
    fn begin(text: &'a str, at: usize) -> Self {
        Self { text, at, newlines: 0 }
    }

    /// Whitespace, and the object behind it.
    fn object(&mut self, is_looked_into: fn(&str) -> bool) -> Option<Object> {
        self.skip_whitespace();
        let start = self.at;
        if self.next()? != b'{' {
            return None;
        }
        let mut members = Vec::new();
        let mut goes_on = !self.closes_at_once(b'}');
        while goes_on {
            members.push(self.member(is_looked_into)?);
            self.skip_whitespace();
            goes_on = self.take(b',');
            self.skip_whitespace();
            if !goes_on && !self.take(b'}') {
                return None;
            }
        }
        Some(Object { span: start..self.at, members })
    }

    fn member(&mut self, is_looked_into: fn(&str) -> bool) -> Option<Member> {
        let newlines = self.newlines;
        let key = self.key()?;
        let name = decoded_key(&self.text[key.clone()]);
        let start = self.at;
        let object = if self.next()? == b'{' && is_looked_into(&name) {
            Some(self.object(|_| false)?)
        } else {
            self.value()?;
            None
        };
        Some(Member { name, key, value: start..self.at, newlines, object })
    }

    /// A key, its colon and the whitespace behind that.
    fn key(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.string()?;
        let key = start..self.at;
        self.skip_whitespace();
        let is_key = self.take(b':');
        self.skip_whitespace();
        is_key.then_some(key)
    }

    /// One value, however deep.
    fn value(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            match self.next()? {
                b'"' => self.string()?,
                b'{' if !self.closes_at_once(b'}') => {
                    open.push(Open::Object);
                    self.key()?;
                    continue;
                }
                b'[' if !self.closes_at_once(b']') => {
                    open.push(Open::Array);
                    continue;
                }
                // Those were empty.
                b'{' | b'[' => {}
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.number()?,
            }
            if !self.goes_on(&mut open)? {
                return Some(());
            }
        }
    }

    /// Closes the brackets that end behind a value; whether another value of one that is still open begins.
    fn goes_on(&mut self, open: &mut Vec<Open>) -> Option<bool> {
        while let Some(bracket) = open.last() {
            self.skip_whitespace();
            let next = self.next()?;
            self.at += 1;
            match (next, bracket) {
                (b'}', Open::Object) | (b']', Open::Array) => drop(open.pop()),
                (b',', Open::Object) => {
                    self.skip_whitespace();
                    self.key()?;
                    return Some(true);
                }
                (b',', Open::Array) => {
                    self.skip_whitespace();
                    return Some(true);
                }
                _ => return None,
            }
        }
        Some(false)
    }

    /// Goes behind a bracket and the whitespace in it; whether it closes there.
    fn closes_at_once(&mut self, bracket: u8) -> bool {
        self.at += 1;
        self.skip_whitespace();
        self.take(bracket)
    }

    fn string(&mut self) -> Option<()> {
        if !self.take(b'"') {
            return None;
        }
        loop {
            self.skip_plain_text();
            match self.next()? {
                b'"' => break,
                b'\\' => self.escape()?,
                // A control character.
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Goes to the next quote, backslash or control character, eight bytes at a time.
    fn skip_plain_text(&mut self) {
        const EACH: u64 = u64::MAX / 0xff;
        const HIGH: u64 = EACH << 7;
        // The lowest high bit that is set marks the first byte of which this is true; those above may err.
        let is_below = |word: u64, limit: u64| word.wrapping_sub(EACH * limit) & !word & HIGH;
        let bytes = self.text.as_bytes();
        while let Some(eight) = bytes[self.at..].first_chunk() {
            let word = u64::from_le_bytes(*eight);
            let quote = is_below(word ^ (EACH * u64::from(b'"')), 1);
            let backslash = is_below(word ^ (EACH * u64::from(b'\\')), 1);
            let found = is_below(word, 0x20) | quote | backslash;
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return;
            }
            self.at += eight.len();
        }
        while self.next().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Option<()> {
        let escape = &self.text.as_bytes()[self.at + 1..];
        self.at += match escape.first()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' if escape.get(1..5)?.iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return None,
        };
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn skip_whitespace(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.next() {
            self.newlines += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.next() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
