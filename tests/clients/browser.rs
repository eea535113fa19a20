//! A real browser walks both sign-ins on the pages of the account and of ours, as a person does.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::machine::{Machine, chromium};
use crate::harness::Run;

/// Where the photographs are, for a person to look at.
fn shots(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots").join(name)
}

/// Runs a login whose browser is Chromium with a person in front of it, and gives the login and the pages they saw.
fn sign_in(chromium: &Path, way: &str, decision: &str) -> (Run, Vec<Value>) {
    let mut machine = Machine::new();
    machine.sign_out();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/browser/walk.mjs");
    let browser = machine.program_file(
        "home/browser",
        &format!(
            "#!/bin/sh\nexec node '{}' '{}' \"$1\" {decision} '{}' >\"$HOME/pages\" 2>\"$HOME/trouble\"\n",
            script.display(),
            chromium.display(),
            shots(&format!("{}-{decision}", way.trim_start_matches('-'))).display(),
        ),
    );
    machine.variable("BROWSER", browser);
    machine.variable("DISPLAY", ":0");
    // The login may end before the browser has shown what came of it.
    let script = "claude-bedrock login --profile work \"$0\"; code=$?; \
         for n in $(seq 900); do [ \"$(wc -l <\"$HOME/pages\")\" -ge 2 ] && break; sleep 0.1; done; \
         sleep 1; cat \"$HOME/trouble\" >&2; exit $code";
    let run = machine.run(["sh", "-c", script, way]);
    let pages = fs_err::read_to_string(machine.home().join("pages")).expect("pages");
    let pages = pages.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (run, pages)
}

#[track_caller]
fn assert_pages(run: &Run, pages: &[Value], expected: [&str; 2]) {
    assert_eq!(pages.len(), 2, "{run:?} {pages:?}");
    for (page, expected) in pages.iter().zip(expected) {
        assert!(page["text"].as_str().expect("text").contains(expected), "`{expected}`: {page}");
        assert_eq!(page["wide"], false, "nothing has to be scrolled sideways: {page}");
    }
}

#[test]
fn a_person_allows_it_in_a_browser_that_calls_back() {
    let Some(chromium) = chromium() else { return };
    let (run, pages) = sign_in(&chromium, "--browser", "allow");
    assert_pages(&run, &pages, ["Allow access", "claude-bedrock is signed in to the SSO session work"]);
    assert!(run.success().contains("Signed in to work"));
}

#[test]
fn a_person_refuses_it_in_a_browser_that_calls_back() {
    let Some(chromium) = chromium() else { return };
    let (run, pages) = sign_in(&chromium, "--browser", "deny");
    assert_pages(&run, &pages, ["Deny access", "Go back to your terminal"]);
    assert!(run.failure(3).contains("was refused"));
}

#[test]
fn a_person_allows_it_on_the_page_with_the_code() {
    let Some(chromium) = chromium() else { return };
    let (run, pages) = sign_in(&chromium, "--device", "allow");
    let code = pages[0]["text"].as_str().expect("text").split("shows the code ").nth(1).expect("a code");
    let code = code.split_whitespace().next().expect("a code").trim_end_matches('.').to_owned();
    assert_pages(&run, &pages, ["Allow access", "You can close this window"]);
    let said = run.success();
    assert!(said.contains(&format!("enter the code {code} at")), "{code}: {said}");
}
