//! A bundle as one page for a browser and for paper: no script, nothing that is asked of any server.

use std::fmt::Write;

use crate::checks::finding::Severity;
use crate::report::v1::diagnosis::title;

use super::redaction::Safe;
use super::{Bundle, Entry, MARK, Section, Seen, words_and_code};

const STYLE: &str = include_str!("page.css");

/// The page may load nothing, run nothing and send nothing, whatever a text in it says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The bundle as a file.
#[must_use]
pub fn page(bundle: &Bundle) -> String {
    let mut text = format!(
        "<!doctype html>\n{MARK}\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>claude-bedrock diagnose</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>Claude Code on Amazon Bedrock</h1>\n"
    );
    let (class, mark) = if bundle.healthy { ("healthy", "✔") } else { ("broken", "✘") };
    let _ = writeln!(text, "<p class=\"verdict {class}\">{mark} {}</p>", inline(&bundle.summary));
    let _ = writeln!(
        text,
        "<p class=\"quiet\">Found by <code>claude-bedrock diagnose</code>. {}</p>",
        inline(&bundle.replaced)
    );
    text.push_str("</header>\n<main>\n");
    if !bundle.cured.is_empty() {
        text.push_str("<h2>Cured by <code>--fix</code></h2>\n<ul>\n");
        for id in &bundle.cured {
            let _ = writeln!(text, "<li><b>{id}</b> {}</li>", spans(title(id)));
        }
        text.push_str("</ul>\n");
    }
    text.push_str("<h2>Findings</h2>\n");
    if bundle.findings.is_empty() {
        text.push_str("<p>None.</p>\n");
    }
    for entry in &bundle.findings {
        push_entry(&mut text, entry);
    }
    for section in &bundle.sections {
        push_section(&mut text, section);
    }
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

fn push_entry(text: &mut String, entry: &Entry) {
    let severity = entry.severity.name();
    let _ = writeln!(text, "<article class=\"{severity}\">");
    let _ = writeln!(text, "<h3><span class=\"badge\">{severity} {}</span> {}</h3>", entry.id, inline(&entry.title));
    for seen in &entry.evidence {
        push_seen(text, seen);
    }
    text.push_str("<dl>\n");
    if !entry.why.as_str().is_empty() && entry.severity != Severity::Hint {
        let _ = writeln!(text, "<dt>Why</dt><dd>{}</dd>", inline(&entry.why));
    }
    let _ = writeln!(text, "<dt>Fix</dt><dd>{}", inline(&entry.fix));
    if let Some(command) = &entry.command {
        let _ = writeln!(text, "<pre>{}</pre>", escaped(command.as_str()));
    }
    if !entry.edits.is_empty() {
        text.push_str("<pre>");
        for line in &entry.edits {
            let line = line.as_str();
            let tag = if line.starts_with('-') {
                "del"
            } else if line.starts_with('+') {
                "ins"
            } else {
                "span"
            };
            let _ = writeln!(text, "<{tag}>{}</{tag}>", escaped(line));
        }
        text.push_str("</pre>\n");
    }
    text.push_str("</dd>\n");
    if let Some(sentence) = &entry.administrator {
        let _ = writeln!(text, "<dt>Send</dt><dd>{}</dd>", inline(sentence));
    }
    text.push_str("</dl>\n</article>\n");
}

fn push_seen(text: &mut String, Seen { text: place, line }: &Seen) {
    let _ = writeln!(text, "<p class=\"place\">{}</p>", inline(place));
    let Some((number, shown, meant)) = line else { return };
    let (shown, meant) = (shown.as_str(), meant.as_str());
    let marked = match shown.rfind(meant).filter(|_| !meant.is_empty()) {
        None => escaped(shown),
        Some(at) => {
            let (before, after) = (&shown[..at], &shown[at + meant.len()..]);
            format!("{}<mark>{}</mark>{}", escaped(before), escaped(meant), escaped(after))
        }
    };
    let _ = writeln!(text, "<pre><span class=\"number\">{number}</span> {marked}</pre>");
}

fn push_section(text: &mut String, section: &Section) {
    if section.folded {
        let count = section.rows.len();
        let _ = writeln!(text, "<details><summary><h2>{}</h2> ({count})</summary>", escaped(section.title));
    } else {
        let _ = writeln!(text, "<h2>{}</h2>", escaped(section.title));
    }
    text.push_str("<div class=\"table\"><table>\n<thead><tr>");
    for column in &section.columns {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(column));
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for row in &section.rows {
        let cells: Vec<String> = row.iter().map(inline).collect();
        let _ = writeln!(text, "<tr><td>{}</td></tr>", cells.join("</td><td>"));
    }
    text.push_str("</tbody></table></div>\n");
    if section.folded {
        text.push_str("</details>\n");
    }
}

fn inline(text: &Safe) -> String {
    spans(text.as_str())
}

/// A text, its words in backticks as code.
fn spans(text: &str) -> String {
    let Some(pieces) = words_and_code(text) else { return escaped(text) };
    let shown = |(is_code, piece)| if is_code { format!("<code>{}</code>", escaped(piece)) } else { escaped(piece) };
    pieces.map(shown).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Signs that steer a terminal mean nothing on a page.
            sign if sign.is_control() && sign != '\n' => escaped.push('\u{fffd}'),
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::redaction::Redactor;
    use super::*;

    #[test]
    fn nothing_in_a_text_means_anything_to_a_browser() {
        let text = Redactor::default().text("`<script>` & \"'</pre>\u{1b}[1m");
        assert_eq!(inline(&text), "<code>&lt;script&gt;</code> &amp; &quot;&#39;&lt;/pre&gt;\u{fffd}[1m");
    }
}
