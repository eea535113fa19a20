//! `docs/failures.md` is written from the catalogue: `UPDATE_DOCS=1 cargo test --test it failures` writes it anew.

use std::fmt::Write;
use std::path::Path;

use clap::Parser;
use claude_bedrock::catalogue::{self, Before, FAMILIES, FailureMode, Fix, Proof};
use claude_bedrock::cli::Cli;

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of the test, and the page it writes")]
fn the_page_of_failures_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/failures.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("ours");
        fs_err::write(&path, &page).expect("ours");
    }
    let written = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/failures.md is not the catalogue's; run this test with UPDATE_DOCS=1");
}

#[test]
fn every_command_in_the_catalogue_is_one_of_this_program() {
    for mode in catalogue::all() {
        let texts = [mode.fix.command().unwrap_or_default(), mode.fix.text(), mode.cause];
        let quoted = texts.iter().flat_map(|text| text.split('`')).filter(|part| part.starts_with("claude-bedrock "));
        let check = mode.check();
        for command in quoted.chain(check.as_deref()) {
            if let Err(error) = Cli::try_parse_from(command.split_whitespace()) {
                panic!("{}: {command}\n{error}", mode.id);
            }
        }
        if mode.id != "F02" {
            assert!(texts.iter().all(|text| !text.contains("/login")), "{}: it never helps on Bedrock", mode.id);
        }
    }
}

fn page() -> String {
    let mut page = String::from(
        "# What goes wrong, and what fixes it\n\n\
         Written from the catalogue of the program by a test; do not edit. `claude-bedrock explain` finds the entry for \
         a text you met, `claude-bedrock diagnose` looks for those that can be seen beforehand. Words in capitals stand \
         for your own values, words in angle brackets for what varies.\n",
    );
    let silent: Vec<&FailureMode> = catalogue::all().filter(|mode| mode.messages.is_empty()).collect();
    for family in FAMILIES {
        let _ = write!(page, "\n## {}\n", family.title);
        for mode in family.modes() {
            entry(&mut page, mode);
        }
    }
    let _ = write!(page, "\n## Without a message\n\nThese say nothing of their own that `explain` could know:\n\n");
    for mode in silent {
        let _ = writeln!(page, "* {}, {}: {}", mode.id, mode.title, mode.symptom);
    }
    page
}

fn entry(page: &mut String, mode: &FailureMode) {
    let _ = write!(page, "\n### {} {}\n\n{}\n", mode.id, mode.title, mode.cause);
    if !mode.symptom.is_empty() {
        let _ = write!(page, "\nWhat you notice: {}.\n", mode.symptom.trim_end_matches('.'));
    }
    if !mode.messages.is_empty() {
        page.push('\n');
    }
    for message in mode.messages {
        let note = match message.proof {
            Proof::Certain => "",
            Proof::Likely | Proof::Common => " (usually this)",
            Proof::Shared => " (more often something else)",
            Proof::Maybe => " (perhaps this)",
            Proof::Wrapper => " (put around another message, which counts)",
        };
        let wording = if message.is_verbatim { "" } else { " (wording approximate)" };
        let _ = writeln!(page, "* {}{wording}{note}", code(message.text));
    }
    let _ = match mode.fix {
        Fix::Command { command, text, .. } => write!(page, "\n**Fix:** {}. {text}.\n", code(command)),
        Fix::ByHand(text) | Fix::Update { version: None, text } => write!(page, "\n**Fix:** {text}.\n"),
        Fix::Update { version: Some(version), text } => {
            write!(page, "\n**Fix:** Claude Code {version} or newer. {text}.\n")
        }
        Fix::Administrator(sentence) => write!(page, "\n**Fix:** ask your administrator: “{sentence}”\n"),
        Fix::NoFault(text) => write!(page, "\n**No fault:** {text}.\n"),
    };
    let _ = match mode.before {
        Before::Files(how) => write!(page, "\nSeen beforehand in files: {how}. "),
        Before::Calls(how) => write!(page, "\nSeen beforehand by asking: {how}. "),
        Before::Probe(how) => write!(page, "\nSeen beforehand by a probe: {how}. "),
        Before::Message(why) => write!(page, "\nNot seen beforehand: {why}. "),
        Before::Elsewhere(why) => write!(page, "\nNot seen from here: {why}. "),
    };
    let _ = writeln!(page, "Known from: {}.", mode.source);
}

/// A text as code, with as many ticks around it as it needs.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
