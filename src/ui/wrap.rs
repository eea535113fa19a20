//! Lines broken between words, as wide as the terminal is; styles take no room.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes, its styles not counted.
#[must_use]
pub fn width_of(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(UnicodeWidthStr::width).sum()
}

/// Breaks every line of a text between words so that it fits. What follows a break is indented like the line itself; in
/// an item of a list, which is indented or begins with a coloured mark, `hang` columns more. A word that is longer than a line stays whole, so that it can be copied.
#[must_use]
pub fn wrapped(text: &str, width: usize, hang: usize) -> String {
    let lines = text.split('\n').map(|line| wrapped_line(line, width, hang));
    lines.collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str, width: usize, hang: usize) -> String {
    if width_of(line) <= width {
        return line.to_owned();
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let is_item = indent > 0 || line.starts_with('\u{1b}');
    let margin = " ".repeat(if is_item { indent + hang } else { 0 });
    let mut wrapped = " ".repeat(indent);
    let mut column = indent;
    let mut at_start = true;
    for word in line[indent..].split_inclusive(' ') {
        let bare = width_of(word.trim_end_matches(' '));
        if !at_start && column + bare > width {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped.push('\n');
            wrapped.push_str(&margin);
            column = margin.len();
        }
        wrapped.push_str(word);
        column += width_of(word);
        at_start = false;
    }
    wrapped
}

/// A text cut to a width, with an ellipsis where something is missing.
#[must_use]
pub fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let mut cut = String::new();
    for character in text.chars() {
        let taken = character.width().unwrap_or(0);
        if taken > room {
            break;
        }
        room -= taken;
        cut.push(character);
    }
    cut + "…"
}

/// A line in pieces that fit, each but the last ending where a reader would part it: after a blank, else after a sign
/// of an ARN or a path, else after one of an id.
#[must_use]
pub fn parted(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while rest.width() > width {
        let fits = rest.char_indices().map(|(at, _)| at).take_while(|at| rest[..*at].width() <= width).last();
        let fits = fits.filter(|at| *at > 0).unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8));
        let after = |signs: &[char]| rest[..fits].rfind(signs).map(|at| at + 1).filter(|at| 2 * at > fits);
        let at = after(&[' ']).or_else(|| after(&['/', ':', ','])).or_else(|| after(&['_', '-', '.'])).unwrap_or(fits);
        pieces.push(rest[..at].trim_end_matches(' ').to_owned());
        rest = rest[at..].trim_start_matches(' ');
    }
    pieces.push(rest.to_owned());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{DIM, styled};

    #[test]
    fn lines_break_between_words_and_keep_their_indent() {
        let text = "  one two three four\nfive";
        assert_eq!(wrapped(text, 12, 2), "  one two\n    three\n    four\nfive");
        assert_eq!(wrapped(text, 80, 2), text);
    }

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        assert_eq!(
            wrapped("see https://example.com/a/long/one now", 10, 0),
            "see\nhttps://example.com/a/long/one\nnow"
        );
    }

    #[test]
    fn styles_take_no_room() {
        let text = format!("{} {}", styled(DIM, "grey"), styled(DIM, "words"));
        assert_eq!(width_of(&text), 10);
        assert_eq!(wrapped(&text, 10, 0), text);
        assert_eq!(wrapped(&text, 9, 0), text.replace(' ', "\n"));
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(fitted("日本語です", 7), "日本語…");
        assert_eq!(fitted("abc", 3), "abc");
        assert_eq!(parted("日本語", 4), ["日本", "語"]);
        assert_eq!(
            parted("日本", 1).concat(),
            "日本",
            "a letter wider than the line ends the attempt, not the program"
        );
    }

    #[test]
    fn a_long_word_is_parted_where_a_reader_would() {
        assert_eq!(parted("arn:aws:sts::1111:assumed-role/ada", 20), ["arn:aws:sts::1111:", "assumed-role/ada"]);
        assert_eq!(parted("us.anthropic.claude-sonnet-5-5", 20), ["us.anthropic.claude-", "sonnet-5-5"]);
        assert_eq!(parted("one two three", 9), ["one two", "three"]);
        assert_eq!(parted("short", 9), ["short"]);
    }
}
