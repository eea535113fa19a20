//! What Claude Code 2.1.329 was seen to read and to refuse, and how an edited file looks.

pub(crate) mod properties;

use super::*;

fn document(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap_or_else(|malformed| panic!("{malformed}: {text}"))
}

fn key(text: &str) -> Key {
    Key::from(text.to_owned())
}

fn set(name: &str, value: &str) -> Edit {
    Edit::Set(key(name), RawJson::from_string(value))
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let bytes = document(text).apply(edits).expect("the edits can be made");
    String::from_utf8(bytes).expect("the encoding is kept")
}

fn refusal(bytes: &[u8]) -> String {
    let malformed = Document::parse(bytes).expect_err("Claude Code drops this file");
    format!("{malformed}: {}", malformed.remedy)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Sets both kinds of key where there is nothing yet, shows the result, and undoes it.
fn check_insertion(before: &str, after: &str) {
    let result = edited(before, &[set("awsAuthRefresh", "x"), set("env.A", "1"), set("env.B", "2")]);
    assert_eq!(result, after);
    let env = if document(before).get(&key("env")).is_some() { vec![] } else { vec![Edit::RemoveEmpty(vars::ENV)] };
    let undo = [Edit::Remove(key("env.A")), Edit::Remove(key("awsAuthRefresh")), Edit::Remove(key("env.B"))];
    assert_eq!(edited(&result, &[&undo[..], &env].concat()), before, "undone");
}

#[test]
fn a_new_member_copies_the_style_of_its_neighbours() {
    const NEW: &str = "{\n  \"awsAuthRefresh\": \"x\",\n  \"env\": {\n    \"A\": \"1\",\n    \"B\": \"2\"\n  }\n}";
    check_insertion("{}", NEW);
    check_insertion("{}\n", &format!("{NEW}\n"));
    check_insertion(r#"{"a":1}"#, r#"{"a":1,"awsAuthRefresh":"x","env":{"A":"1","B":"2"}}"#);
    check_insertion(r#"{"a": 1}"#, r#"{"a": 1, "awsAuthRefresh": "x", "env": {"A": "1", "B": "2"}}"#);
    check_insertion(
        "{\n\t\"a\": 1,\n\t\"b\" : 2\n}",
        "{\n\t\"a\": 1,\n\t\"b\" : 2,\n\t\"awsAuthRefresh\" : \"x\",\n\t\"env\" : {\n\t\t\"A\" : \"1\",\n\t\t\"B\" : \"2\"\n\t}\n}",
    );
    check_insertion(
        "{\r\n    \"env\": {}\r\n}\r\n",
        "{\r\n    \"env\": {\r\n        \"A\": \"1\",\r\n        \"B\": \"2\"\r\n    },\r\n    \"awsAuthRefresh\": \"x\"\r\n}\r\n",
    );
    check_insertion(
        r#"{ "env": { }, "a": [ 1 ] }"#,
        r#"{ "env": { "A": "1", "B": "2" }, "a": [ 1 ], "awsAuthRefresh": "x" }"#,
    );
    check_insertion(
        "{\n  \"env\": {\n    \"X\": \"0\"\n  },\n\n  \"a\": 1\n}",
        "{\n  \"env\": {\n    \"X\": \"0\",\n    \"A\": \"1\",\n    \"B\": \"2\"\n  },\n\n  \"a\": 1,\n  \"awsAuthRefresh\": \"x\"\n}",
    );
}

#[test]
fn whitespace_between_the_braces_of_an_empty_object_comes_back() {
    for before in ["{ }", "{\n}", "{\r\n}\r\n", "{\n\n}", "{\t}", " {} ", "{\"env\":{\n}}", "{\n  \"env\": {\n  }\n}"] {
        let result = edited(before, &[set("env.A", "1")]);
        let env = if document(before).get(&key("env")).is_some() { vec![] } else { vec![Edit::RemoveEmpty(vars::ENV)] };
        assert_eq!(edited(&result, &[&[Edit::Remove(key("env.A"))][..], &env].concat()), before);
    }
}

#[test]
fn a_value_is_replaced_in_place_and_put_back_as_it_stood() {
    let before = "{\"env\" : {\n\"A\":  1e400 , \"B\":\"\\u0041\"}, \"model\":\n\"x\"}";
    let old = document(before);
    let keys = ["env.A", "env.B", "model"].map(key);
    let undo = keys.map(|key| Edit::Set(key.clone(), old.get(&key).expect("it is there")));
    let result = edited(before, &[set("model", "é\n"), set("env.B", ""), set("env.A", "1")]);
    assert_eq!(result, "{\"env\" : {\n\"A\":  \"1\" , \"B\":\"\"}, \"model\":\n\"é\\n\"}");
    assert_eq!(edited(&result, &undo), before);
}

#[test]
fn the_last_of_equal_keys_is_the_one_that_is_read_and_edited() {
    let text = r#"{"env":{"A":"1"},"model":"a","env":{"A":"2","B":"3","A":"4"},"model":"b"}"#;
    let document = document(text);
    let env: Vec<_> = document.env().into_iter().map(|(name, value)| format!("{name}={}", value.text())).collect();
    assert_eq!(env, [r#"A="4""#, r#"B="3""#]);
    assert_eq!(document.get(&key("model")).and_then(|value| value.as_str()).as_deref(), Some("b"));
    assert_eq!(
        edited(text, &[set("env.A", "5"), set("model", "c")]),
        r#"{"env":{"A":"1"},"model":"a","env":{"A":"2","B":"3","A":"5"},"model":"c"}"#
    );
    assert_eq!(
        edited(text, &[Edit::Remove(key("env.A")), Edit::Remove(key("model")), Edit::RemoveEmpty(vars::ENV)]),
        r#"{"env":{"A":"1"},"env":{"B":"3"}}"#
    );
}

#[test]
fn an_empty_env_is_removed_only_on_request_and_only_when_no_other_would_come_to_life() {
    assert_eq!(edited(r#"{"env":{"A":"1"}}"#, &[Edit::Remove(key("env.A"))]), r#"{"env":{}}"#);
    assert_eq!(edited(r#"{"a":1,"env":{ }}"#, &[Edit::RemoveEmpty(vars::ENV)]), r#"{"a":1}"#);
    for kept in [r#"{"env":{"A":"1"}}"#, r#"{"env":{"A":"1"},"env":{}}"#, "{}", ""] {
        assert_eq!(edited(kept, &[Edit::RemoveEmpty(vars::ENV)]), kept);
    }
}

#[test]
fn escaped_keys_are_the_keys_they_decode_to() {
    let text = r#"{"\u0065nv":{"A\u0042":"1"}}"#;
    assert_eq!(document(text).get(&key("env.AB")).expect("it is there").text(), r#""1""#);
    assert_eq!(edited(text, &[set("env.AB", "2")]), r#"{"\u0065nv":{"A\u0042":"2"}}"#);
}

#[test]
fn a_blank_file_has_no_settings_and_becomes_a_new_document() {
    for blank in ["", " \n\t\r\n", "\u{feff}", "\u{feff}\n", "\u{b}", "\u{a0}"] {
        assert_eq!(document(blank).env(), []);
        assert_eq!(edited(blank, &[Edit::Remove(key("model"))]), blank);
    }
    assert_eq!(edited("", &[set("model", "x")]), "{\n  \"model\": \"x\"\n}\n");
    assert_eq!(edited("\u{feff}\r\n", &[set("model", "x")]), "\u{feff}{\r\n  \"model\": \"x\"\r\n}\r\n");
}

#[test]
fn the_encoding_and_what_cannot_be_decoded_stay() {
    let marked = edited("\u{feff}{\"model\":\"é\"}", &[set("model", "ü")]);
    assert_eq!(marked, "\u{feff}{\"model\":\"ü\"}");

    let latin1 = [&b"{\"x\":\"caf\xe9\",\"\xff\":1,"[..], b"\"model\":\"a\",\"y\":\"\xed\xa0\x80\"}"].concat();
    let bytes = Document::parse(&latin1).expect("Claude Code reads it").apply(&[set("model", "b")]).expect("edited");
    assert_eq!(bytes, [&b"{\"x\":\"caf\xe9\",\"\xff\":1,"[..], b"\"model\":\"b\",\"y\":\"\xed\xa0\x80\"}"].concat());

    let lone_surrogate = 0xd800_u16.to_le_bytes().to_vec();
    let wide = |model: &str| {
        let parts = [vec![0xff, 0xfe], utf16("{\"x\":\"😀"), lone_surrogate.clone(), utf16("\",\"model\":\"")];
        [parts.concat(), utf16(model), utf16("\"}"), vec![0x20]].concat()
    };
    let bytes = Document::parse(&wide("a")).expect("Claude Code reads it").apply(&[set("model", "é")]).expect("edited");
    assert_eq!(bytes, wide("é"));
}

#[test]
fn what_claude_code_reads_is_read() {
    let readable = [
        r#"{"x":1e400,"y":-0,"z":1E+2}"#,
        r#"{"\udc00":1,"x":"\ud800"}"#,
        "{\"x\":\"\u{7f}\u{2028}\"}",
        "{\r\"x\":1\r}\r",
        r#"{"env":{"A":1,"B":true,"C":null,"D":{},"E":[],"":"x","F=G":"x","H":"\u0000","__proto__":""}}"#,
        r#"{"awsAuthRefresh":"","model":"","hooks":5,"effortLevel":[],"extraKnownMarketplaces":null}"#,
        r#"{"env":5,"env":{},"model":null,"model":"x"}"#,
        r#"{"availableModels":[ "a" , "\"]" ],"cleanupPeriodDays":5.0,"modelOverrides":{"a":"b"}}"#,
        r#"{"permissions":{"defaultMode":"manual","allow":[5]},"enforceAvailableModels":null}"#,
    ];
    for text in readable {
        document(text);
    }
    let depth = 1_000_000;
    document(&format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth)));
}

#[test]
fn what_claude_code_drops_is_refused_with_the_place_and_the_remedy() {
    let dropped: [&[u8]; 14] = [
        b"{\n  // why\n  \"a\": 1\n}",
        b"{\"a\": 1 /* why */}",
        b"{\n  \"a\": 1,\n}",
        b"{\"a\": [1,]}",
        b"{\n  \"env\": {\n",
        b"\n[]",
        b"null",
        b"{} x",
        b"{\"a\" 1}",
        b"{\x0b}",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"\xfe\xff\0{\0}",
        b"{\0}\0",
        b"{\"x\":\"\xc3\xa9\", 'a': 1}",
    ];
    let refusals: Vec<_> = dropped.iter().map(|bytes| refusal(bytes)).collect();
    insta::assert_snapshot!(refusals.join("\n"), @r"
    JSON has no comments (line 2, column 3): Remove the comments: Claude Code ignores the whole file because of them.
    JSON has no comments (line 1, column 9): Remove the comments: Claude Code ignores the whole file because of them.
    a comma stands before a closing bracket (line 2, column 9): Remove the comma: Claude Code ignores the whole file because of it.
    a comma stands before a closing bracket (line 1, column 9): Remove the comma: Claude Code ignores the whole file because of it.
    the file ends in the middle of a value (line 3, column 1): Complete the file, or restore it from a backup.
    the file holds a value that is not an object (line 2, column 1): Settings are one object, from `{` to `}`: put the value into one, or empty the file.
    the file holds a value that is not an object (line 1, column 1): Settings are one object, from `{` to `}`: put the value into one, or empty the file.
    the file is not valid JSON: trailing characters (line 1, column 4): Correct the file: Claude Code ignores all of it until it is valid JSON.
    the file is not valid JSON: expected `:` (line 1, column 6): Correct the file: Claude Code ignores all of it until it is valid JSON.
    the file is not valid JSON: key must be a string (line 1, column 2): Correct the file: Claude Code ignores all of it until it is valid JSON.
    a byte order mark stands inside the text (line 1, column 1): Save the file as UTF-8.
    the encoding is one that Claude Code does not read (line 1, column 1): Save the file as UTF-8.
    the encoding is one that Claude Code does not read (line 1, column 2): Save the file as UTF-8.
    the file is not valid JSON: key must be a string (line 1, column 11): Correct the file: Claude Code ignores all of it until it is valid JSON.
    ");
}

#[test]
fn a_known_key_of_a_wrong_type_is_refused() {
    let dropped = [
        r#"{"awsAuthRefresh":5}"#,
        r#"{"model":"x","model":null}"#,
        r#"{"env":null}"#,
        r#"{"env":[]}"#,
        "{\n  \"permissions\": {\"defaultMode\": 5}\n}",
        r#"{"permissions":{"allow":"x"}}"#,
        r#"{"availableModels":["a",5]}"#,
        r#"{"modelOverrides":{"a":{}}}"#,
        r#"{"includeCoAuthoredBy":"true"}"#,
        r#"{"cleanupPeriodDays":0}"#,
    ];
    let refusals: Vec<_> = dropped.iter().map(|text| refusal(text.as_bytes())).collect();
    insta::assert_snapshot!(refusals.join("\n"), @r"
    `awsAuthRefresh` is a number, but Claude Code takes a string there (line 1, column 19): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `model` is `null`, but Claude Code takes a string there (line 1, column 22): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `env` is `null`, but Claude Code takes an object there (line 1, column 8): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `env` is an array, but Claude Code takes an object there (line 1, column 8): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `permissions.defaultMode` is a number, but Claude Code takes a string there (line 2, column 34): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `permissions.allow` is a string, but Claude Code takes an array there (line 1, column 25): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `availableModels` is an array, but Claude Code takes an array of strings there (line 1, column 20): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `modelOverrides` is an object, but Claude Code takes an object of strings there (line 1, column 19): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `includeCoAuthoredBy` is a string, but Claude Code takes `true` or `false` there (line 1, column 24): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    `cleanupPeriodDays` is a number, but Claude Code takes a whole number from 1 there (line 1, column 22): Correct the value or remove the key: Claude Code ignores the whole file because of it.
    ");
}

#[test]
fn an_edit_that_would_make_claude_code_drop_the_file_is_refused() {
    let number = RawJson::from_raw(" 5 ").expect("a JSON value");
    let error = document("{}").apply(&[Edit::Set(key("model"), number.clone())]).expect_err("a wrong type");
    insta::assert_snapshot!(error, @"Claude Code would ignore the edited file: `model` is a number, but Claude Code takes a string there (line 2, column 12)");
    let error = document("{}").apply(&[Edit::Set(key("env"), number), set("env.A", "1")]).expect_err("no object");
    assert_eq!(error, EditError::NotAnObject(vars::ENV));
}

#[test]
fn lines_are_counted_from_one() {
    let document = document("{\r\n\"env\": {\r\n\r\n\"A\": \"1\"},\r\n\"model\": \"x\"}");
    let lines = ["env", "env.A", "model", "env.B"].map(|name| document.line_of(&key(name)));
    assert_eq!(lines, [Some(2), Some(4), Some(5), None]);
}

#[test]
fn keys_and_values_travel_as_strings() {
    let keys = [Key::env("AWS_REGION"), Key::top("awsAuthRefresh")];
    let text = serde_json::to_string(&keys).expect("keys are strings");
    assert_eq!(text, r#"["env.AWS_REGION","awsAuthRefresh"]"#);
    assert_eq!(serde_json::from_str::<[Key; 2]>(&text).expect("the same keys"), keys);

    let value = RawJson::from_string("a\"b");
    let text = serde_json::to_string(&value).expect("a string");
    assert_eq!(serde_json::from_str::<RawJson>(&text).expect("the same value"), value);
    assert!(serde_json::from_str::<RawJson>(r#""{""#).is_err(), "half a value");
    assert!(RawJson::from_raw("1 2").is_err(), "two values");
    assert_eq!(format!("{value:?}"), "RawJson(6 bytes)");
}
