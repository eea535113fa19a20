//! A message as it comes out of terminals, logs, JSON and careless copying.

use std::fmt::Write;

use claude_bedrock::catalogue::Message;

/// What placeholders stand for: once as in the observations, once otherwise, for the test that was not tuned on.
pub(super) const VALUES: [&[(&str, &str)]; 2] = [
    &[
        ("arn", "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6"),
        ("profile", "dev"),
        ("session", "corp"),
        ("region", "us-east-1"),
        ("model", "anthropic.claude-opus-4-5-20251101-v1:0"),
        ("other", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("prefix", "us"),
        ("version", "4-6"),
        ("newer", "2.1.280"),
        ("older", "5"),
        ("number", "32000"),
        ("time", "20261120T223208Z"),
        ("account", "111122223333"),
        ("output", "\n  and a line between\n"),
        ("host", "bedrock-runtime.us-east-1"),
        ("path", "model/us.anthropic.claude-sonnet-4-6/invoke"),
        ("file", "/home/ada/.claude/"),
        ("home", "/home/ada"),
        ("operation", "InvokeModel"),
    ],
    &[
        ("arn", "arn:aws-us-gov:bedrock:us-gov-west-1:999988887777:inference-profile/us-gov.anthropic.claude-3-haiku"),
        ("profile", "Team_Bedrock.prod-eu-central-1"),
        ("session", "a-very-long-session-name-of-a-large-company"),
        ("region", "ap-southeast-2"),
        ("model", "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4e5f6"),
        ("other", "eu.anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("prefix", "eu"),
        ("version", "5"),
        ("newer", "3.0.1"),
        ("older", "4.8"),
        ("number", "64000"),
        ("time", "Fri, 20 Nov 2026 22:32:08 GMT"),
        ("account", "999988887777"),
        ("output", "\n2026-11-20T22:32:08.123Z [DEBUG] one thing\n2026-11-20T22:32:08.200Z [DEBUG] and another one\n"),
        ("host", "sts.eu-central-1"),
        ("path", ""),
        ("file", "C:\\Users\\Grace Hopper\\.claude\\"),
        ("home", "/Users/grace"),
        ("operation", "GetCallerIdentity"),
    ],
];

/// The message with its placeholders filled in.
pub(super) fn filled(message: &Message, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = message.text;
    while let Some((before, after)) = rest.split_once('<') {
        let (name, behind) = after.split_once('>').expect("a closed placeholder");
        let value = values.iter().find(|(known, _)| *known == name).map_or("something", |(_, value)| value);
        text.extend([before, value]);
        rest = behind;
    }
    text + rest
}

/// Every mechanical variant of a text, by name. `salt` varies widths and places where that is possible.
pub(super) fn of(text: &str, salt: usize) -> Vec<(String, String)> {
    let mut all = vec![("as it is".to_owned(), text.to_owned())];
    for width in [38, 60, 80, 118] {
        all.push((format!("in a box of {width}"), boxed(text, width + salt)));
    }
    all.push(("broken between words".to_owned(), word_wrapped(text, 46 + salt, "  ⎿  ", "     ")));
    let json = serde_json::json!({"type": "result", "is_error": true, "result": text}).to_string();
    all.push(("in JSON in JSON".to_owned(), serde_json::json!({ "line": json }).to_string()));
    all.push(("in JSON".to_owned(), json));
    let quarter = text.chars().count() / 4;
    all.push(("without its beginning".to_owned(), text.chars().skip(quarter).collect()));
    all.push(("without its end".to_owned(), text.chars().take(3 * quarter + salt).collect()));
    let sixth = text.chars().count() / 6;
    all.push(("without both ends".to_owned(), text.chars().skip(sixth).take(4 * sixth).collect()));
    all.push(("in a log".to_owned(), logged(text, 70 + salt)));
    all.push(("in a long log".to_owned(), format!("{}{}{}", noise(150), logged(text, 400), noise(90))));
    all.push(("coloured".to_owned(), text.replace(' ', "\u{1b}[0m \u{1b}[38;5;174m")));
    all.push(("quoted".to_owned(), word_wrapped(text, 70, "> ```\n> ", "> ")));
    all.push(("with typographic quotes".to_owned(), text.replace('\'', "’").replace('"', "”")));
    all.push(("in HTML".to_owned(), text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;")));
    all.push((
        "from a container".to_owned(),
        text.lines().fold(String::new(), |all, line| all + "claude-1  | " + line + "\n"),
    ));
    all
}

fn boxed(text: &str, width: usize) -> String {
    let inner = width - 4;
    let mut boxed = format!("╭{}╮\n", "─".repeat(width - 2));
    for line in text.lines() {
        let letters: Vec<char> = line.chars().collect();
        for piece in letters.chunks(inner) {
            let piece: String = piece.iter().collect();
            let _ = writeln!(boxed, "│ {piece:inner$} │");
        }
    }
    boxed + &format!("╰{}╯\n", "─".repeat(width - 2))
}

fn word_wrapped(text: &str, width: usize, first: &str, indent: &str) -> String {
    let mut wrapped = first.to_owned();
    let mut column = 0;
    for word in text.split_whitespace() {
        if column > 0 && column + word.len() > width {
            wrapped.push('\n');
            wrapped.push_str(indent);
            column = 0;
        }
        wrapped.push_str(word);
        wrapped.push(' ');
        column += word.len() + 1;
    }
    wrapped + "\n"
}

fn logged(text: &str, width: usize) -> String {
    let mut logged = String::new();
    for line in text.lines() {
        let letters: Vec<char> = line.chars().collect();
        for (at, piece) in letters.chunks(width).enumerate() {
            let piece: String = piece.iter().collect();
            let _ = writeln!(logged, "2026-11-21T03:11:{:02}.42{}Z [ERROR] {piece}", at % 60, at % 10);
        }
    }
    logged
}

fn noise(lines: usize) -> String {
    let said = [
        "[DEBUG] Writing to temp file: /home/ada/.claude.json.tmp.6227.25a19cd5863a",
        "[DEBUG] CA certs: Loaded 118 bundled root certificates",
        "[DEBUG] [init] configureGlobalAgents complete",
        "[INFO] Compiling serde v1.0.228 (registry)",
        "[DEBUG] Broken symlink or missing file encountered for settings.json at path: /etc/claude-code/x.json",
    ];
    let line = |at: usize| format!("2026-11-21T03:{:02}:{:02}.100Z {}\n", at / 60 % 60, at % 60, said[at % said.len()]);
    (0..lines).map(line).collect()
}
