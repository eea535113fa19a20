//! The status line: what it shows, that it comes from files alone, and that nobody's own gives way to it.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

fn set_up(identity: &str) -> Home {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work", "--identity", identity]).success();
    home
}

/// What is drawn for a session that says so much of itself and then, if at all, ends its stream.
#[track_caller]
fn drawn(home: &Home, said: &[u8], ends: bool) -> String {
    let mut command = home.command(PROGRAM);
    command.arg("statusline").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // One that has heard enough listens no longer.
    let _ = stdin.write_all(said);
    let stdin = (!ends).then_some(stdin);
    let mut output = child.stdout.take().expect("a pipe");
    let mut shown = String::new();
    std::io::Read::read_to_string(&mut output, &mut shown).expect("UTF-8");
    let ended = child.wait_with_output().expect("it ends");
    drop(stdin);
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), b"".as_slice()));
    shown
}

#[track_caller]
fn segment(home: &Home) -> String {
    let said = home.run(["statusline"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    said.stdout
}

#[test]
fn a_healthy_session_shows_who_where_and_which_model_and_nobody_is_asked() {
    assert_eq!(segment(&Home::new()), "", "not on Bedrock");
    for identity in ["isolated", "shared"] {
        let home = set_up(identity);
        let asked = home.sandbox.requests().len();
        home.shorten_token(50);
        assert_eq!(segment(&home), "Bedrock work · us-west-2 · sonnet\n", "a token that renews itself ends soon");
        let session = json!({ "model": { "id": "us.anthropic.claude-haiku-4-5-20251001-v1:0" } }).to_string();
        assert_eq!(drawn(&home, session.as_bytes(), true), "Bedrock work · us-west-2 · haiku\n");
        assert_eq!(home.sandbox.requests().len(), asked);
    }
}

#[test]
fn an_end_is_counted_down_and_then_told_with_what_to_run() {
    let home = set_up("shared").env("NO_COLOR", "1");
    home.change_token(&[("refreshToken", Value::Null)]);
    assert_eq!(segment(&home), "Bedrock work · us-west-2 · sonnet\n", "it ends in an hour");
    home.shorten_token(32);
    assert_eq!(segment(&home), "Bedrock work · us-west-2 · sonnet · 27 min left: claude-bedrock refresh --force\n");
    home.change_token(&[("expiresAt", json!(LONG_AGO))]);
    let ended = "Bedrock work · us-west-2 · sonnet · signed out: claude-bedrock refresh\n";
    assert_eq!(segment(&home), ended);
    fs_err::remove_file(home.token_file()).expect("there");
    assert_eq!(segment(&home), ended);
    let in_colour = home.env("NO_COLOR", "");
    assert!(segment(&in_colour).contains("\u{1b}[31msigned out: claude-bedrock refresh\u{1b}[0m"));
}

#[test]
fn the_end_of_the_client_registration_is_no_end_of_the_sign_in() {
    let home = set_up("shared").env("NO_COLOR", "1");
    let set =
        |minutes: i64| home.change_token(&[("registrationExpiresAt", json!(home.before_the_token_ends(minutes)))]);
    set(-24 * 60);
    assert_eq!(segment(&home), "Bedrock work · us-west-2 · sonnet\n");
    set(40);
    assert_eq!(
        segment(&home),
        "Bedrock work · us-west-2 · sonnet · renewal ends in 19 min: claude-bedrock refresh --force\n"
    );
    set(61);
    assert_eq!(segment(&home), "Bedrock work · us-west-2 · sonnet\n", "it lasts another hour");
}

#[test]
fn role_credentials_that_outlive_the_sign_in_and_a_helper_that_is_gone_are_shown() {
    let home = set_up("isolated").env("NO_COLOR", "1");
    home.change_token(&[("refreshToken", Value::Null), ("expiresAt", json!(LONG_AGO))]);
    assert!(segment(&home).ends_with("sonnet · signed out, credentials for 59 min: claude-bedrock refresh\n"));
    home.write(".claude/settings.json", home.settings_text().replace(PROGRAM, "/gone/claude-bedrock"));
    assert!(segment(&home).ends_with("sonnet · helper missing: claude-bedrock setup\n"));
    let home = set_up("shared").env("NO_COLOR", "1");
    home.write(".claude/settings.json", home.settings_text().replace("us-west-2", "us-west-2a"));
    assert!(segment(&home).ends_with("us-west-2a · sonnet · a setting is wrong: claude-bedrock diagnose\n"));
}

#[test]
fn what_the_session_says_is_bounded_in_time_and_size_and_may_be_anything() {
    let home = set_up("isolated");
    let usual = "Bedrock work · us-west-2 · sonnet\n";
    let start = Instant::now();
    assert_eq!(drawn(&home, b"", false), usual);
    assert_eq!(drawn(&home, b"{\"model\": {\"id\": ", false), usual);
    let session = br#"{"model": {"id": "eu.anthropic.claude-haiku-5-5"}}"#;
    assert_eq!(drawn(&home, session, false), "Bedrock work · us-west-2 · haiku\n");
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    let endless = [b"{\"a\": \"".as_slice(), &vec![b'x'; 1 << 20], b"\"}"].concat();
    let deep = vec![b'['; 100_000];
    let said: [&[u8]; 6] =
        [&endless, &deep, b"\xff\xfe", b"[]", b"{\"model\": 3, \"workspace\": []}", b"{\"model\": {\"id\": \"x\"}}"];
    for said in said {
        let shown = drawn(&home, said, true);
        assert!(shown == usual || shown == "Bedrock work · us-west-2\n", "{shown}");
    }
}

#[test]
fn a_project_counts_where_its_session_began() {
    let home = Home::new().env("NO_COLOR", "1");
    home.write("project/.claude/settings.json", r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work"}}"#);
    let session = json!({ "workspace": { "project_dir": home.path().join("project") } }).to_string();
    assert_eq!(drawn(&home, session.as_bytes(), true), "Bedrock work · us-west-2\n");
    assert_eq!(segment(&home), "");
}

#[test]
fn hostile_names_neither_move_the_cursor_nor_fill_the_screen() {
    let home = Home::new().env("NO_COLOR", "1").env("CLAUDE_CODE_USE_BEDROCK", "1");
    let name = format!("a\u{1b}[2Jb\u{7}\n\u{202e}c{}", "界".repeat(500));
    home.write(".claude/settings.json", json!({ "env": { "AWS_PROFILE": name } }).to_string());
    let model = json!({ "model": { "id": format!("anthropic.claude-\u{1b}]0;x\u{7}{}", "y".repeat(5_000)) } });
    let shown = drawn(&home, model.to_string().as_bytes(), true);
    let line = shown.strip_suffix('\n').expect("a line");
    assert!(line.starts_with("Bedrock a[2Jbc界界") && !line.contains(|sign: char| sign.is_control()), "{line}");
    assert!(!line.contains('\u{202e}') && line.chars().count() < 180, "{line}");
}

#[test]
fn setup_writes_it_on_request_and_reset_takes_it_back_byte_for_byte() {
    let home = Home::new();
    let mine = "{\n\t\"language\": \"german\",\n\t\"env\": {\"A\": \"b\"}\n}";
    home.write(".claude/settings.json", mine);
    home.run(["setup", "--yes", "--profile", "work"]).success();
    assert_eq!(home.settings_json()["statusLine"], Value::Null, "nobody asked for it");
    home.run(["setup", "--yes", "--profile", "work", "--statusline"]).success();
    let line = home.settings_json()["statusLine"].clone();
    assert_eq!(line, json!({ "type": "command", "command": format!("{PROGRAM} statusline"), "refreshInterval": 60 }));
    let shell = home.command("/bin/sh").args(["-c", line["command"].as_str().expect("a command")]).output();
    assert_eq!(shell.expect("sh").stdout, "Bedrock work · us-west-2 · sonnet\n".as_bytes());
    let written = home.settings_json();
    for again in [&["setup", "--yes", "--profile", "work"][..], &["setup", "--yes", "--statusline"]] {
        let said = home.run(again).success();
        assert!(said.contains("Nothing to change"), "{said}");
    }
    home.run(["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    assert_eq!(home.settings_json()["statusLine"], line, "another set-up keeps it");
    home.run(["setup", "--yes", "--profile", "work", "--identity", "isolated"]).success();
    assert_eq!(home.settings_json(), written);
    home.run(["reset"]).success();
    assert_eq!(home.settings_text(), mine);
}

#[test]
fn a_status_line_of_ones_own_is_kept_in_whichever_file() {
    let theirs = r#"{"statusLine": {"type": "command", "command": "~/.claude/line.sh"}}"#;
    for odd in [theirs, r#"{"statusLine": {}}"#] {
        let home = Home::new();
        home.write(".claude/settings.json", odd);
        let before = home.settings_json()["statusLine"].clone();
        let said = home.run(["setup", "--yes", "--force", "--profile", "work", "--statusline"]).success();
        assert!(said.contains("~/.claude/settings.json has a status line already, which stays"), "{said}");
        assert_eq!(home.settings_json()["statusLine"], before);
        let said = home.run(["setup", "--yes", "--profile", "work", "--statusline"]).success();
        assert!(said.contains("Nothing to change") && said.contains("a status line already"), "{said}");
        home.run(["reset"]).success();
        assert_eq!(home.settings_text(), odd);
    }
    let home = Home::new();
    home.write("work/.claude/settings.json", theirs);
    let said = home.run(["setup", "--yes", "--profile", "work", "--scope", "local", "--statusline"]).success();
    assert!(said.contains("settings.json has a status line already"), "{said}");
    assert!(!String::from_utf8_lossy(&home.read("work/.claude/settings.local.json")).contains("statusLine"));
    let refused = home.run(["setup", "--yes", "--scope", "project", "--statusline"]).failure(2);
    assert!(refused.contains("--statusline"), "{refused}");
}

#[test]
fn a_status_line_has_no_json_and_says_where_the_same_facts_are() {
    let home = Home::new();
    let run = home.run(["statusline", "--json"]);
    assert_eq!(run.stdout, "");
    let said = run.failure(2);
    assert!(said.contains("has no JSON form") && said.contains("`claude-bedrock status --offline --json`"), "{said}");
}
