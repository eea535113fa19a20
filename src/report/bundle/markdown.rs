//! A bundle as Markdown (`CommonMark` with the tables of GitHub), for tickets and chats.

use std::fmt::Write;

use crate::report::v1::diagnosis::title;

use super::redaction::Safe;
use super::{Bundle, Entry, MARK, Section, Seen, words_and_code};

/// The bundle as a file.
#[must_use]
pub fn page(bundle: &Bundle) -> String {
    let mut text = format!("{MARK}\n# Claude Code on Amazon Bedrock: what `claude-bedrock diagnose` found\n\n");
    let mark = if bundle.healthy { "✔" } else { "✘" };
    let _ = writeln!(text, "{mark} {}. {}\n", inline(&bundle.summary), inline(&bundle.replaced));
    if !bundle.cured.is_empty() {
        text.push_str("Cured by `--fix`:\n\n");
        for id in &bundle.cured {
            let _ = writeln!(text, "* **{id}** {}", escaped(title(id)));
        }
        text.push('\n');
    }
    text.push_str("## Findings\n\n");
    if bundle.findings.is_empty() {
        text.push_str("None.\n\n");
    }
    for entry in &bundle.findings {
        push_entry(&mut text, entry);
    }
    for section in &bundle.sections {
        push_section(&mut text, section);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn push_entry(text: &mut String, entry: &Entry) {
    let _ = writeln!(text, "### {} {}: {}\n", entry.severity.name(), entry.id, inline(&entry.title));
    for Seen { text: place, line } in &entry.evidence {
        let _ = writeln!(text, "* {}", inline(place));
        if let Some((number, shown, _)) = line {
            push_code(text, &format!("{number} | {}", shown.as_str()), "  ");
        }
    }
    if !entry.evidence.is_empty() {
        text.push('\n');
    }
    if !entry.why.as_str().is_empty() {
        let _ = writeln!(text, "**Why:** {}\n", inline(&entry.why));
    }
    let _ = writeln!(text, "**Fix:** {}\n", inline(&entry.fix));
    if let Some(command) = &entry.command {
        push_code(text, command.as_str(), "");
        text.push('\n');
    }
    if !entry.edits.is_empty() {
        let lines: Vec<&str> = entry.edits.iter().map(Safe::as_str).collect();
        push_code(text, &lines.join("\n"), "");
        text.push('\n');
    }
    if let Some(sentence) = &entry.administrator {
        let _ = writeln!(text, "**Send to the administrator:** {}\n", inline(sentence));
    }
}

/// A block of code, fenced so that nothing in it can end it.
fn push_code(text: &mut String, code: &str, margin: &str) {
    let longest = code.split(|sign| sign != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    let _ = writeln!(text, "{margin}{fence}text");
    for line in code.lines() {
        let _ = writeln!(text, "{margin}{line}");
    }
    let _ = writeln!(text, "{margin}{fence}");
}

fn push_section(text: &mut String, section: &Section) {
    let _ = writeln!(text, "## {}\n", section.title);
    let _ = writeln!(text, "| {} |", section.columns.join(" | "));
    let _ = writeln!(text, "|{}", " --- |".repeat(section.columns.len()));
    for row in &section.rows {
        let cells: Vec<String> = row.iter().map(inline).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
}

/// A text in a line, its words in backticks left as code and everything else without a meaning to Markdown.
fn inline(text: &Safe) -> String {
    let text = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(pieces) = words_and_code(&text) else { return escaped(&text) };
    let shown = |(is_code, piece): (bool, &str)| match (is_code, piece.is_empty()) {
        (false, _) => escaped(piece),
        (true, true) => "\\`\\`".to_owned(),
        // In tables a stroke ends a cell even in code, unless it is escaped.
        (true, false) => format!("`{}`", piece.replace('|', "\\|")),
    };
    pieces.map(shown).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '>' => {
                escaped.push('\\');
                escaped.push(sign);
            }
            _ => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::redaction::Redactor;
    use super::*;

    #[test]
    fn nothing_in_a_text_means_anything_to_markdown() {
        let mut redactor = Redactor::default();
        for (text, expected) in [
            ("`AWS_PROFILE` is a|b", r"`AWS_PROFILE` is a\|b"),
            ("one ` alone", r"one \` alone"),
            ("![x](y) <b> & *c*", r"\!\[x\](y) &lt;b\> &amp; \*c\*"),
            ("`a|b`\n\n# c", r"`a\|b` \# c"),
        ] {
            assert_eq!(inline(&redactor.text(text)), expected);
        }
        let mut code = String::new();
        push_code(&mut code, "a ```` b", "");
        assert_eq!(code, "`````text\na ```` b\n`````\n");
    }
}
