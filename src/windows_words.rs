//! The words of a Windows command line, as `CommandLineToArgvW` and the C runtime take it apart.
//!
//! Backslashes are themselves but before a quotation mark: there two of them are one, and one that is left over makes
//! the mark a sign of the word. So what stands before the mark that ends a word is doubled (Microsoft's documentation of
//! `CommandLineToArgvW` and "Parsing C command-line arguments").

/// A text as one word between quotation marks. What `cmd.exe` makes of the line before is its caller's to see to.
#[must_use]
pub fn quoted(word: &str) -> String {
    let mut line = String::from("\"");
    let mut backslashes: usize = 0;
    for sign in word.chars() {
        match sign {
            '\\' => backslashes += 1,
            '"' => {
                line.push_str(&"\\".repeat(backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        line.push(sign);
    }
    line.push_str(&"\\".repeat(backslashes));
    line.push('"');
    line
}

/// The words of a line; `None` where a quotation mark is left open.
#[must_use]
pub fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut backslashes: usize = 0;
    for sign in line.chars() {
        match sign {
            '\\' => {
                word.get_or_insert_default().push('\\');
                backslashes += 1;
                continue;
            }
            '"' => {
                let word = word.get_or_insert_default();
                word.truncate(word.len() - backslashes.div_ceil(2));
                if backslashes % 2 == 1 {
                    word.push('"');
                } else {
                    is_quoted = !is_quoted;
                }
            }
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(sign),
        }
        backslashes = 0;
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn backslashes_are_doubled_before_the_end_and_nowhere_else() {
        assert_eq!(quoted("work"), r#""work""#);
        assert_eq!(quoted(r"--profile=name\"), r#""--profile=name\\""#);
        assert_eq!(quoted(r"C:\Program Files\x\\"), r#""C:\Program Files\x\\\\""#);
        assert_eq!(quoted(r#"a\"b"#), r#""a\\\"b""#);
        assert_eq!(quoted(""), r#""""#);
    }

    /// The examples of Microsoft's documentation.
    #[test]
    fn a_line_is_taken_apart_as_documented() {
        for (line, expected) in [
            (r#""a b c" d e"#, &["a b c", "d", "e"][..]),
            (r#""ab\"c" "\\" d"#, &["ab\"c", "\\", "d"]),
            (r#"a\\\b d"e f"g h"#, &[r"a\\\b", "de fg", "h"]),
            (r#"a\\\"b c d"#, &[r#"a\"b"#, "c", "d"]),
            (r#"a\\\\"b c" d e"#, &[r"a\\b c", "d", "e"]),
        ] {
            assert_eq!(words(line).expect("closed"), expected, "{line}");
        }
        assert_eq!(words(r#""C:\x.exe" "--profile=name\""#), None, "the last mark is a sign of the word");
    }

    proptest! {
        #[test]
        fn what_was_quoted_is_read_back(all in proptest::collection::vec("[a\\\\\" é=]{0,8}", 1..5)) {
            let line: Vec<String> = all.iter().map(|word| quoted(word)).collect();
            prop_assert_eq!(words(&line.join(" ")), Some(all));
        }
    }
}
