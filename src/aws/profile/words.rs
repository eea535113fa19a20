//! The words of a section header or command, split as Python's `shlex.split` does for the AWS CLI.

/// Splits at blanks as a POSIX shell would, without any expansion; none when a quote or an escape is left open.
///
/// The crate `shlex` would take `#` for a comment, which Python's function does not.
#[must_use]
pub(in crate::aws) fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().push(characters.next()?),
            '\'' => loop {
                let word = word.get_or_insert_default();
                match characters.next()? {
                    '\'' => break,
                    c => word.push(c),
                }
            },
            '"' => loop {
                let word = word.get_or_insert_default();
                match characters.next()? {
                    '"' => break,
                    '\\' => match characters.next()? {
                        c @ ('"' | '\\') => word.push(c),
                        c => word.extend(['\\', c]),
                    },
                    c => word.push(c),
                }
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_split_as_python_splits_them() {
        for (text, words) in [
            ("profile 'a b'", &["profile", "a b"][..]),
            ("profile #x", &["profile", "#x"]),
            ("a\\ b", &["a b"]),
            ("\"a\\b\\\"\\\\\"", &["a\\b\"\\"]),
            ("''", &[""]),
            ("a''b \u{a0}", &["ab", "\u{a0}"]),
            ("", &[]),
        ] {
            assert_eq!(split(text).expect("closed"), words, "{text}");
        }
        for open in ["'", "a \"", "a\\", "\"\\"] {
            assert_eq!(split(open), None, "{open}");
        }
    }
}
