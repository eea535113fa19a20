//! What holds for every document, however it is written.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::known_keys::is_looked_into;
use super::super::spans::Object;
use super::super::text::{Text, line_and_column};
use super::super::{Document, Edit, Key, RawJson};
use super::{key, utf16};
use crate::vars;

const OURS: [&str; 8] = [
    "model",
    "awsAuthRefresh",
    "env.A",
    "env.B",
    "env.C",
    "env.\u{e9}\"",
    "modelOverrides.claude-opus-5",
    "modelOverrides.X",
];

const OBJECTS: [&str; 2] = [vars::ENV, vars::MODEL_OVERRIDES];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn whitespace() -> impl Strategy<Value = String> {
    let common = select(vec!["", " ", "\n", "\r\n", "\t", "\n  ", "\r\n    ", "\n\n\t"]).prop_map(str::to_owned);
    prop_oneof![12 => common, 1 => "[ \t\n\r]{0,4}"]
}

/// `\u{e000}` becomes a byte, or a unit, that cannot be decoded.
fn scalar() -> impl Strategy<Value = String> {
    let odd = vec![
        "1e400",
        "-0",
        "0.10",
        "1E-7",
        "true",
        "null",
        "\"\"",
        "\"\\ud800\"",
        "\"\\\"}\"",
        "\"\\\\\"",
        "\"\u{e000}x\"",
        "\"é😀\\/\"",
    ];
    prop_oneof![select(odd).prop_map(str::to_owned), "\"[a-z,:{}]{0,6}\"", "[1-9][0-9]{0,30}"]
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(2, 6, 3, |inner| {
        let array = vec((whitespace(), inner.clone(), whitespace()), 0..3).prop_map(|items| {
            let items: Vec<_> = items.into_iter().map(|(before, item, after)| before + &item + &after).collect();
            format!("[{}]", items.join(","))
        });
        prop_oneof![array, object(("[a-z]{1,3}".prop_map(|name| format!("{name:?}")), inner))]
    })
}

/// An object with any members and any whitespace, often the same between all of them.
fn object(member: impl Strategy<Value = (String, String)>) -> impl Strategy<Value = String> {
    let chaotic = (whitespace(), whitespace(), whitespace(), whitespace());
    let style = (whitespace(), select(vec![":", ": ", " : "]), whitespace());
    (vec((member, chaotic), 0..5), style, any::<bool>(), whitespace()).prop_map(|(members, style, regular, empty)| {
        if members.is_empty() {
            return format!("{{{empty}}}");
        }
        let (before, colon, end) = style;
        let members: Vec<_> =
            members
                .into_iter()
                .map(|((key, value), (a, b, c, d))| {
                    if regular { format!("{before}{key}{colon}{value}") } else { format!("{a}{key}{b}:{c}{value}{d}") }
                })
                .collect();
        format!("{{{}{end}}}", members.join(","))
    })
}

fn string() -> impl Strategy<Value = String> {
    select(vec!["\"x\"", "\"\"", "\"\\u0041\\ud83d\"", "\"é\""]).prop_map(str::to_owned)
}

fn settings() -> impl Strategy<Value = String> {
    let env_name = select(vec![
        "\"A\"",
        "\"B\"",
        "\"\\u0041\"",
        "\"X\"",
        "\"Y\u{e000}\"",
        "\"\\udc00\"",
        "\"AWS_REGION\"",
        "\"AWS\\u005fPROFILE\"",
        "\"CLAUDE_CODE_SKIP_BEDROCK_AUTH\"",
    ]);
    let ours = string();
    let env =
        object((env_name.prop_map(str::to_owned), prop_oneof![ours, Just("5".to_owned()), Just("{}".to_owned())]));
    let override_name = select(vec!["\"claude-opus-5\"", "\"X\"", "\"claude-sonnet-5\""]);
    let overrides = object((override_name.prop_map(str::to_owned), string()));
    let member = prop_oneof![
        3 => (select(vec!["\"x\"", "\"permissionsX\"", "\"é\u{e000}\"", "\"x\""]).prop_map(str::to_owned), value()),
        1 => (select(vec!["\"model\"", "\"mode\\u006c\"", "\"awsAuthRefresh\"", "\"awsCredentialExport\""]).prop_map(str::to_owned), string()),
        2 => (select(vec!["\"env\"", "\"\\u0065nv\""]).prop_map(str::to_owned), env),
        1 => (Just("\"modelOverrides\"".to_owned()), overrides),
    ];
    (whitespace(), object(member), whitespace()).prop_map(|(before, object, after)| before + &object + &after)
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    MarkedUtf8,
    Utf16,
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let utf8 = |text: &str| text.split('\u{e000}').map(str::as_bytes).collect::<Vec<_>>().join(&b"\xff\xc3"[..]);
    match encoding {
        Encoding::Utf8 => utf8(text),
        Encoding::MarkedUtf8 => [b"\xef\xbb\xbf", &utf8(text)[..]].concat(),
        Encoding::Utf16 => {
            let parts: Vec<_> = text.split('\u{e000}').map(utf16).collect();
            [b"\xff\xfe", &parts.join(&0xdc00_u16.to_le_bytes()[..])[..], b"\x20"].concat()
        }
    }
}

/// A settings file that Claude Code reads, however it is written.
pub(crate) fn file() -> impl Strategy<Value = Vec<u8>> {
    let encoding = select(vec![Encoding::Utf8, Encoding::Utf8, Encoding::MarkedUtf8, Encoding::Utf16]);
    (settings(), encoding).prop_map(|(text, encoding)| encode(&text, encoding))
}

fn set() -> impl Strategy<Value = Edit> {
    (select(OURS.to_vec()), ".{0,6}").prop_map(|(name, value)| Edit::Set(key(name), RawJson::from_string(&value)))
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        5 => set(),
        2 => select(OURS.to_vec()).prop_map(|name| Edit::Remove(key(name))),
        1 => select(OBJECTS.to_vec()).prop_map(Edit::RemoveEmpty),
    ]
}

fn parsed(bytes: &[u8]) -> Document {
    Document::parse(bytes).unwrap_or_else(|malformed| panic!("{malformed}: {}", String::from_utf8_lossy(bytes)))
}

fn foreign(bytes: &[u8]) -> Vec<String> {
    foreign_to(bytes, |key| OURS.contains(&key))
}

/// The raw text of every member that is none of ours, duplicates included, whatever object it stands in.
pub(crate) fn foreign_to(bytes: &[u8], is_ours: impl Fn(&str) -> bool) -> Vec<String> {
    let text = Text::decode(bytes.to_vec());
    let text = text.as_str();
    let mut found = Vec::new();
    for member in Object::at(text, 0).expect("an object").members {
        if OBJECTS.contains(&member.name.as_str()) {
            let members = Object::at(text, member.value.start).expect("an object").members;
            let others = members.iter().filter(|inner| !is_ours(&format!("{}.{}", member.name, inner.name)));
            found.extend(others.map(|member| text[member.span()].to_owned()));
        } else if !is_ours(&member.name) {
            found.push(text[member.span()].to_owned());
        }
    }
    found
}

/// The edits that take `edits` back, in an order of their own.
fn undo_of(before: &Document, edits: &[Edit], order: &[Index]) -> Vec<Edit> {
    let mut undo: Vec<Edit> = Vec::new();
    for edit in edits {
        let Edit::Set(key, _) = edit else { continue };
        let back = match before.get(key) {
            Some(value) => Edit::Set(key.clone(), value),
            None => Edit::Remove(key.clone()),
        };
        if !undo.contains(&back) {
            let place = order.get(undo.len()).map_or(0, |index| index.index(undo.len() + 1));
            undo.insert(place, back);
        }
    }
    let made = OBJECTS.into_iter().filter(|name| before.get(&Key::top(name)).is_none());
    undo.extend(made.map(Edit::RemoveEmpty));
    undo
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn edits_take_effect_and_nothing_else_changes(bytes in file(), edits in vec(edit(), 0..6)) {
        let after = parsed(&bytes).apply(&edits).expect("the edits can be made");
        let document = parsed(&after);
        for name in OURS {
            let last = edits.iter().rev().find_map(|edit| match edit {
                Edit::Set(key, value) if key.to_string() == name => Some(Some(value.text().to_owned())),
                Edit::Remove(key) if key.to_string() == name => Some(None),
                _ => None,
            });
            if let Some(expected) = last {
                prop_assert_eq!(document.get(&key(name)).map(|value| value.text().to_owned()), expected, "{}", name);
            }
        }
        prop_assert_eq!(foreign(&after), foreign(&bytes));
    }

    #[test]
    fn setting_and_undoing_is_the_identity(
        bytes in file(), edits in vec(set(), 0..6), order in vec(any::<Index>(), 6),
    ) {
        let before = parsed(&bytes);
        let after = before.apply(&edits).expect("the edits can be made");
        let undone = parsed(&after).apply(&undo_of(&before, &edits, &order)).expect("the edits can be undone");
        prop_assert_eq!(
            &undone, &bytes,
            "\n{:?}\n{:?}\n{:?}",
            String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&after), String::from_utf8_lossy(&undone),
        );
    }
}

/// A text of the signs that JSON is made of, which a parser may or may not take.
fn signs() -> impl Strategy<Value = String> {
    let signs = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"\"",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\t\"",
        "\"",
        "\\",
        "0",
        "-0",
        "-",
        "01",
        "1.",
        ".5",
        "1e5",
        "1E+",
        "true",
        "tru",
        "false",
        "null",
        "nul",
        " ",
        "\n",
        "é",
        "\u{feff}",
        "/**/",
        "{\"a\":",
        "\"abcdefgh\\\\ijklmnop\"",
    ];
    vec(select(signs), 0..9).prop_map(|signs| signs.concat())
}

/// The walk is no parser by itself: a parser says what is JSON, and that the members are what it finds.
fn agrees_with_a_parser(text: &str) -> Result<(), TestCaseError> {
    let is_object = text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok();
    let walked = Object::whole(text, is_looked_into);
    prop_assert_eq!(walked.is_some(), is_object, "{}", text);
    let Some(root) = walked else { return Ok(()) };
    let inner = root.members.iter().filter_map(|member| member.object.as_ref()).flat_map(|object| &object.members);
    for member in root.members.iter().chain(inner) {
        prop_assert_eq!(member.newlines + 1, line_and_column(text, member.key.start).0, "{}", text);
    }
    // A lone surrogate has no value here.
    let Ok(Value::Object(parsed)) = serde_json::from_str(text) else { return Ok(()) };
    let names: BTreeSet<&str> = root.members.iter().map(|member| member.name.as_str()).collect();
    prop_assert_eq!(names, parsed.keys().map(String::as_str).collect::<BTreeSet<_>>());
    for (name, value) in &parsed {
        let member = root.member(name).expect("among the names");
        prop_assert_eq!(&serde_json::from_str::<Value>(&text[member.value.clone()]).expect("a value"), value);
        if is_looked_into(name) {
            prop_assert_eq!(member.object.is_some(), value.is_object());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn the_walk_takes_what_a_parser_takes(
        bytes in file(), damage in vec((any::<Index>(), select(b"{}[]\",:\\/\0\x1f\n a0-.e".to_vec())), 0..3),
        signs in signs(),
    ) {
        let mut bytes = bytes;
        for (index, byte) in damage {
            let place = index.index(bytes.len());
            bytes[place] = byte;
        }
        let text = Text::decode(bytes);
        agrees_with_a_parser(text.as_str())?;
        agrees_with_a_parser(&signs)?;
        agrees_with_a_parser(&format!("{{\"a\":{signs}}}"))?;
    }
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in vec(any::<u8>(), 0..40), edits in vec(edit(), 0..3)) {
        if let Ok(document) = Document::parse(&bytes) {
            document.apply(&edits).ok();
        }
    }

    #[test]
    fn a_damaged_file_does_not_panic(
        bytes in file(), damage in vec((any::<Index>(), select(b"{}[]\",:\\/\0\xff\xfe a".to_vec())), 1..4),
        edits in vec(edit(), 0..3),
    ) {
        let mut bytes = bytes;
        for (index, byte) in damage {
            let place = index.index(bytes.len());
            bytes[place] = byte;
        }
        match Document::parse(&bytes) {
            Ok(document) => drop(document.apply(&edits)),
            Err(malformed) => prop_assert!(malformed.line > 0 && malformed.column > 0),
        }
    }
}
