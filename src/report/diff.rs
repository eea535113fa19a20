//! A settings file before and after, as a unified diff: real lines, two around each change, secrets hidden.
//!
//! Pure.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use crate::ui::wrap::{fitted, parted};
use crate::ui::{BAD, DIM, GOOD, styled};

use super::redacted::redacted;

/// The lines shown around a change.
const CONTEXT: usize = 2;

/// A changed line longer than this is a whole file on one line, and shows nobody what changes.
const LONGEST_LINE: usize = 800;

/// The diff of two texts of settings, as wide as told; `None` when the lines are too long to be read.
#[must_use]
pub fn unified(before: &str, after: &str, width: usize) -> Option<String> {
    let (shown_before, shown_after) = (redacted(before), redacted(after));
    let [before, after, shown_before, shown_after] =
        [before, after, &shown_before, &shown_after].map(|text| text.lines().collect::<Vec<&str>>());
    let diff = TextDiff::from_slices(&before, &after);
    let mut text = String::new();
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = hunk(first.old_range().start, last.old_range().end);
        let new = hunk(first.new_range().start, last.new_range().end);
        let _ = writeln!(text, "{}", styled(DIM, &format!("@@ -{old} +{new} @@")));
        // The raw lines are compared, so that another secret in the place of one still is a change.
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = match change.tag() {
                ChangeTag::Insert => change.new_index().and_then(|at| shown_after.get(at)),
                ChangeTag::Delete | ChangeTag::Equal => change.old_index().and_then(|at| shown_before.get(at)),
            };
            let line = line.copied().unwrap_or_default();
            if change.tag() != ChangeTag::Equal && line.len() > LONGEST_LINE {
                return None;
            }
            push_line(&mut text, change.tag(), line, width);
        }
    }
    Some(text)
}

/// The place of a hunk: its first line, from 1, and how many there are.
fn hunk(start: usize, end: usize) -> String {
    let first = if start == end { start } else { start + 1 };
    format!("{first},{}", end - start)
}

/// One line, broken where the terminal ends, each piece with its mark.
fn push_line(text: &mut String, tag: ChangeTag, line: &str, width: usize) {
    let (mark, style) = match tag {
        ChangeTag::Insert => ("+", Some(GOOD)),
        ChangeTag::Delete => ("-", Some(BAD)),
        ChangeTag::Equal => (" ", None),
    };
    // Nothing in a file commands the terminal.
    let line: String = line.replace('\t', "  ").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let content = line.trim_start_matches(' ');
    let indent = line.len() - content.len();
    // A context line too long to be read here is of no help as a whole.
    let pieces = match tag {
        ChangeTag::Equal => vec![fitted(content, width.saturating_sub(indent + 2))],
        _ => parted(content, width.saturating_sub(indent + 4)),
    };
    for (at, piece) in pieces.iter().enumerate() {
        let margin = " ".repeat(if at == 0 { indent } else { indent + 2 });
        let row = format!("{mark} {margin}{piece}");
        let row = style.map_or_else(|| row.trim_end().to_owned(), |style| styled(style, row.trim_end()));
        let _ = writeln!(text, "{row}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(before: &str, after: &str, width: usize) -> String {
        let diff = unified(before, after, width).expect("readable");
        anstream::adapter::strip_str(&diff).to_string()
    }

    #[test]
    fn changed_lines_stand_between_two_lines_of_context() {
        let before = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4,\n  \"e\": 5\n}\n";
        let after = before.replace("3,", "33,");
        insta::assert_snapshot!(plain(before, &after, 80), @r#"
        @@ -2,5 +2,5 @@
            "a": 1,
            "b": 2,
        -   "c": 3,
        +   "c": 33,
            "d": 4,
            "e": 5
        "#);
    }

    #[test]
    fn a_new_file_is_all_added() {
        assert_eq!(plain("", "{\n  \"a\": 1\n}\n", 80), "@@ -0,0 +1,3 @@\n+ {\n+   \"a\": 1\n+ }\n");
    }

    #[test]
    fn colour_marks_what_goes_and_what_comes() {
        let diff = unified("{\n\"a\": 1}", "{\n\"a\": 2}", 80).expect("readable");
        assert!(diff.contains(&styled(BAD, "- \"a\": 1}")), "{diff:?}");
        assert!(diff.contains(&styled(GOOD, "+ \"a\": 2}")), "{diff:?}");
    }

    #[test]
    fn every_piece_of_a_long_line_carries_its_mark() {
        let after = format!("{{\n  \"a\": \"{}\"\n}}", "x".repeat(60));
        let diff = plain("{\n}", &after, 40);
        assert!(diff.lines().all(|line| line.chars().count() <= 40), "{diff}");
        assert_eq!(diff.lines().filter(|line| line.starts_with('+')).count(), 2, "{diff}");
    }

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let before = r#"{
          "env": { "AWS_BEARER_TOKEN_BEDROCK": "s3cr3t \" s3cr3t", "A": "shown" },
          "b": [true, null]
        }"#;
        let diff = plain(before, &before.replace("s3cr3t \\\"", "s3cr3t2 \\\""), 200);
        assert!(diff.contains("\n- ") && diff.contains("\n+ ") && !diff.contains("s3cr3t"), "{diff}");
    }

    #[test]
    fn a_file_on_one_endless_line_has_no_diff() {
        let before = format!("{{\"a\": \"{}\"}}", "x".repeat(LONGEST_LINE));
        assert_eq!(unified(&before, &before.replace("\"a\"", "\"b\""), 80), None);
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert!(!plain("{}", "{\"a\": \"\u{9b}31m\"}", 80).contains('\u{9b}'));
    }
}
