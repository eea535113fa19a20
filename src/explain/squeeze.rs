//! A pasted text without everything that terminals, logs and JSON add to it: what is left are letters and digits.
//!
//! A terminal breaks a message anywhere and draws boxes around it, JSON escapes its quotes, a log puts the time before
//! each line. Without blanks, signs and prefixes all of these are the same text.

/// Words that tell of Claude Code or of AWS, in whose company a common message means more.
const COMPANY: [&[u8]; 9] =
    [b"aws", b"amazonaws", b"anthropic", b"awscredentialexport", b"bedrock", b"botocore", b"boto3", b"claude", b"sso"];

/// What stands in for a letter outside of ASCII, which no message has.
const FOREIGN: u8 = b'~';

/// A line break that the text spelt out, as JSON does; it does not count as a line.
const SPELT_BREAK: char = '\u{b}';

/// A text's letters and digits in lower case, and where its lines began.
#[derive(Debug)]
pub(super) struct Squeezed {
    pub(super) bytes: Vec<u8>,
    /// The place in `bytes` at which each line begins.
    lines: Vec<usize>,
    /// The places of words that tell of Claude Code or AWS.
    company: Vec<usize>,
}

impl Squeezed {
    /// Takes a text apart.
    pub(super) fn of(text: &str) -> Self {
        let mut squeezed = Self { bytes: Vec::with_capacity(text.len()), lines: Vec::new(), company: Vec::new() };
        for line in plain(text).split('\n') {
            squeezed.lines.push(squeezed.bytes.len());
            for part in line.split([SPELT_BREAK, '\r']) {
                squeezed.push(without_prefix(part));
            }
        }
        squeezed
    }

    /// The number of the line, from one, that holds a place.
    pub(super) fn line_at(&self, place: usize) -> usize {
        self.lines.partition_point(|start| *start <= place).max(1)
    }

    /// Whether a word that tells of Claude Code or AWS stands near.
    pub(super) fn has_company(&self, start: usize, end: usize, distance: usize) -> bool {
        let first = self.company.partition_point(|place| place + distance < start);
        self.company.get(first).is_some_and(|place| *place <= end + distance)
    }

    fn push(&mut self, line: &str) {
        let mut word = self.bytes.len();
        for character in line.chars() {
            match character {
                character if character.is_ascii_alphanumeric() => {
                    self.bytes.push(u8::try_from(character.to_ascii_lowercase()).unwrap_or(FOREIGN));
                    continue;
                }
                character if character.is_alphanumeric() => self.bytes.push(FOREIGN),
                _ => {}
            }
            self.end_word(&mut word);
        }
        self.end_word(&mut word);
    }

    fn end_word(&mut self, word: &mut usize) {
        if COMPANY.contains(&&self.bytes[*word..]) {
            self.company.push(*word);
        }
        *word = self.bytes.len();
    }
}

/// The literal parts of a message, squeezed, with what may stand between them: `None` for a few words.
pub(super) fn literals(message: &str) -> Vec<(Vec<u8>, bool)> {
    let mut parts = Vec::new();
    let mut rest = message;
    let mut long_gap = false;
    loop {
        let (literal, after) = rest.split_once('<').unwrap_or((rest, ""));
        let bytes: Vec<u8> =
            literal.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect();
        if !bytes.is_empty() {
            parts.push((bytes, long_gap));
            long_gap = false;
        }
        let Some((name, behind)) = after.split_once('>') else { return parts };
        long_gap |= name == "output";
        rest = behind;
    }
}

/// The text without the escapes of terminals, JSON and HTML.
fn plain(text: &str) -> String {
    let text = unescaped(text);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = after_sequence(&rest[at + 1..]);
    }
    plain.push_str(rest);
    plain
}

/// What stands behind a terminal's control sequence, its escape character taken off (ECMA-48).
fn after_sequence(text: &str) -> &str {
    let Some(kind) = text.chars().next() else { return text };
    let body = &text[kind.len_utf8()..];
    match kind {
        '[' => {
            let parameters = body.bytes().take_while(|byte| (0x20..0x40).contains(byte)).count();
            let end = body[parameters..].chars().next().map_or(parameters, |last| parameters + last.len_utf8());
            &body[end..]
        }
        ']' | 'P' | '^' | '_' => {
            let end = body.find(['\u{7}', '\u{1b}', '\n']);
            let Some(end) = end else { return "" };
            body[end..]
                .strip_prefix('\u{7}')
                .unwrap_or_else(|| body[end..].strip_prefix("\u{1b}\\").unwrap_or(&body[end..]))
        }
        '(' | ')' => body.get(1..).unwrap_or(body),
        '\n' => text,
        _ => body,
    }
}

/// The text with escapes of JSON and the entities of HTML resolved; escaped once or more often is the same.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = if rest[at..].starts_with('&') {
            let entity = ["quot;", "amp;", "apos;", "#39;", "#x27;", "lt;", "gt;", "nbsp;"];
            plain.push(' ');
            entity.iter().find_map(|entity| after.strip_prefix(entity)).unwrap_or(after)
        } else {
            let after = after.trim_start_matches('\\');
            if let Some((character, behind)) = unicode_escape(after) {
                plain.push(character);
                behind
            } else if let Some(behind) = after.strip_prefix('n') {
                plain.push(SPELT_BREAK);
                behind
            } else if let Some(behind) = after.strip_prefix(['t', 'r', 'b', 'f']) {
                plain.push(' ');
                behind
            } else if let Some(behind) = after.strip_prefix("x1b").or_else(|| after.strip_prefix("033")) {
                plain.push('\u{1b}');
                behind
            } else {
                plain.push(' ');
                after
            }
        };
    }
    plain.push_str(rest);
    plain
}

fn unicode_escape(text: &str) -> Option<(char, &str)> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(code).unwrap_or(' '), &text[5..]))
}

/// A line without the time, the level and the name of the program that a log puts before it.
fn without_prefix(line: &str) -> &str {
    let mut rest = line;
    // `gh run view --log` puts job and step before the time, parted by tabs.
    if let Some((before, behind)) = line.rsplit_once('\t')
        && before.len() < 200
        && begins_with_time(behind)
    {
        rest = behind;
    }
    // Compose and its like: `service-1  | `.
    if let Some((name, behind)) = rest.split_once(" | ")
        && name.trim_end().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && name.contains(['-', '_'])
    {
        rest = behind;
    }
    let mut dated = false;
    loop {
        let start = rest.trim_start_matches([' ', '[', ']', '(', ')', '|', '│', '┃', '-', ':', '\u{feff}']);
        let bracketed = start.len() < rest.len() && rest[..rest.len() - start.len()].contains('[');
        let end = start.find([' ', ']', ')', '|']).unwrap_or(start.len());
        let token = start[..end].trim_end_matches([':', ',']);
        let marked = begins_with_time(token) || is_date(token);
        if marked || ((dated || bracketed) && is_level(token)) {
            dated = true;
            rest = &start[end..];
            continue;
        }
        // `Nov 20 22:32:08 host program[123]: ` of the system's log.
        let mut words = start.splitn(4, ' ').filter(|word| !word.is_empty());
        if !dated
            && words.next().is_some_and(|month| MONTHS.contains(&month))
            && words.next().is_some_and(|day| day.len() <= 2 && day.bytes().all(|byte| byte.is_ascii_digit()))
            && let Some(behind) = words.next()
            && begins_with_time(behind)
        {
            return behind.split_once("]: ").map_or(behind, |(_, message)| message);
        }
        return if dated { start } else { rest };
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Whether a word is a level as logs name them.
fn is_level(word: &str) -> bool {
    ["trace", "debug", "info", "notice", "warn", "warning", "error", "err", "fatal", "critical"]
        .iter()
        .any(|level| word.eq_ignore_ascii_case(level))
}

/// Whether a word is a date such as `2026-11-20` or `2026/11/20`.
fn is_date(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() == 10
        && matches!(bytes[4], b'-' | b'/')
        && bytes[7] == bytes[4]
        && [0, 1, 2, 3, 5, 6, 8, 9].iter().all(|at| bytes[*at].is_ascii_digit())
}

/// Whether a text begins with a time of day, with or without a date before it.
fn begins_with_time(text: &str) -> bool {
    let clock = match text.split_once('T') {
        Some((date, clock)) if is_date(date) => clock,
        _ => text,
    };
    let bytes = clock.as_bytes();
    bytes.len() >= 8
        && bytes[2] == b':'
        && bytes[5] == b':'
        && [0, 1, 3, 4, 6, 7].iter().all(|at| bytes[*at].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squeezed(text: &str) -> String {
        String::from_utf8(Squeezed::of(text).bytes).expect("ASCII")
    }

    #[test]
    fn boxes_wraps_and_quotes_leave_nothing() {
        assert_eq!(squeezed("│ The \"model\" iden │\n│ tifier’s gone   │"), "themodelidentifiersgone");
        assert_eq!(squeezed("```text\nA\n```"), "texta");
    }

    #[test]
    fn escapes_are_resolved_once_or_twice() {
        assert_eq!(squeezed(r#"{\"a\":\"b\nc\u2019d\"}"#), "abcd");
        assert_eq!(squeezed(r#"{\\\"a\\\":\\\"b\\nc\\u2019d\\\"}"#), "abcd");
        assert_eq!(squeezed("\u{1b}[31mred\u{1b}[0m \\u001b[1mbold\\x1b[0m"), "redbold");
        assert_eq!(squeezed("\u{1b}]0;title\u{7}text \u{1b}]8;;http://x\u{1b}\\link"), "textlink");
        assert_eq!(squeezed("a &quot;b&quot; [1m]"), "ab1m");
    }

    #[test]
    fn times_levels_and_names_before_lines_are_dropped() {
        for line in [
            "2026-11-21T03:11:54.426Z [ERROR] the text",
            "2026-11-21 03:11:54,426 - WARNING - the text",
            "[03:11:54] [error] the text",
            "build\tRun claude\t2026-11-21T03:11:54.4261234Z the text",
            "claude-1  | the text",
            "Nov  2 22:32:08 host claude[123]: the text",
            "2026/11/21 03:11:54 the text",
        ] {
            assert_eq!(squeezed(line), "thetext", "{line}");
        }
        assert_eq!(squeezed("API\nError: 400"), "apierror400", "a level is none where no time stands before it");
    }

    #[test]
    fn lines_are_those_of_the_text() {
        let text = Squeezed::of("one\n\ntwo\\nthree\nfour");
        assert_eq!(text.line_at(0), 1);
        assert_eq!(text.line_at(3), 3);
        assert_eq!(text.line_at(11), 4);
    }

    #[test]
    fn company_is_a_whole_word() {
        let text = Squeezed::of("flaws and laws");
        assert!(!text.has_company(0, 3, 100));
        let text = Squeezed::of("`aws` says");
        assert!(text.has_company(3, 5, 10));
        assert!(!text.has_company(30, 40, 10));
    }

    #[test]
    fn literals_are_parted_by_what_varies() {
        let parts = literals("Profile '<profile>' could not <output> be found");
        assert_eq!(parts, [(b"profile".to_vec(), false), (b"couldnot".to_vec(), false), (b"befound".to_vec(), true),]);
    }
}
