//! `explain`: any text in, the failure modes it speaks of out.

mod filled;
mod page;
mod variants;

use std::time::Duration;

use claude_bedrock::catalogue::{self, Proof};
use claude_bedrock::explain::{Confidence, explain};
use claude_bedrock::gate::{self, Answer, Asked};
use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, Run};

/// How many variants of messages have their mode first, of how many.
#[derive(Default)]
struct Score {
    right: usize,
    all: usize,
    wrong: Vec<String>,
}

impl Score {
    fn percent(&self) -> f64 {
        100.0 * f64::from(u32::try_from(self.right).expect("few")) / f64::from(u32::try_from(self.all).expect("few"))
    }
}

/// A figure of the test, seen with `--nocapture`.
#[expect(clippy::print_stdout, reason = "what was measured is the point")]
fn tell(figure: &str) {
    println!("{figure}");
}

/// The share of the variants of all messages, shared ones left out, for which the right mode comes first.
fn score(values: usize, salt: usize) -> Score {
    let mut score = Score::default();
    for mode in catalogue::all() {
        for message in mode.messages.iter().filter(|message| message.proof != Proof::Shared) {
            let text = variants::filled(message, variants::VALUES[values]);
            for (name, variant) in variants::of(&text, salt) {
                let explanation = explain(&variant);
                let first = explanation.matches.first().map(|found| found.mode.id);
                score.all += 1;
                if first == Some(mode.id) {
                    score.right += 1;
                } else {
                    score.wrong.push(format!("{} {name}: {first:?} for {:?}", mode.id, message.text));
                }
            }
        }
    }
    score
}

#[test]
fn the_right_mode_comes_first_for_every_message_and_its_variants() {
    for (values, salt) in [(0, 0), (1, 7)] {
        let score = score(values, salt);
        let wrong = score.wrong.join("\n  ");
        tell(&format!("right mode first: {} of {} ({:.1} %)", score.right, score.all, score.percent()));
        assert!(score.percent() >= 95.0, "{:.1} %\n  {wrong}", score.percent());
    }
}

#[test]
fn messages_that_several_modes_share_name_all_of_them() {
    for mode in catalogue::all() {
        for message in mode.messages.iter().filter(|message| message.proof == Proof::Shared) {
            let matches = explain(&variants::filled(message, variants::VALUES[0])).matches;
            assert!(matches.iter().any(|found| found.mode.id == mode.id), "{}: {:?}", mode.id, message.text);
            assert_ne!(matches[0].mode.id, mode.id, "{:?} is shared with a mode that is more frequent", message.text);
        }
    }
}

/// What the classifier of AWS's answers makes of a text that names no model, where it is less exact than the text.
const LESS_EXACT: [(&str, &[&str]); 7] = [
    ("M04", &["C03", "C09", "M02", "M03", "M05", "M06", "M07", "M08", "M23", "M27"]),
    ("A04", &["A03", "A06", "A09"]),
    ("C20", &["C18", "C19"]),
    ("N06", &["N07"]),
    ("N01", &["N04"]),
    ("R15", &["N12"]),
    ("Q02", &["Q03"]),
];

#[test]
fn the_classifier_of_answers_agrees() {
    let mut compared = 0;
    for mode in catalogue::all() {
        for message in mode.messages {
            let text = variants::filled(message, variants::VALUES[0]);
            let answer = Answer { status: None, code: None, message: &text };
            let Some(gate) = gate::classify(&answer, &Asked::default()) else { continue };
            let matches = explain(&text).matches;
            let less_exact = LESS_EXACT.iter().any(|(id, modes)| *id == gate.id && modes.contains(&mode.id));
            let agree = matches.iter().any(|found| found.mode.id == gate.id) || less_exact;
            assert!(agree, "{}: the classifier says {} of {text:?}", mode.id, gate.id);
            assert_eq!(catalogue::find(gate.id).map(|mode| mode.id), Some(gate.id));
            compared += 1;
        }
    }
    tell(&format!("messages that the classifier knows too: {compared}"));
    assert!(compared > 80);
}

#[test]
fn what_is_no_failure_gets_no_confident_answer() {
    let texts: Vec<&str> = include_str!("explain/no_failures.txt").split("\n%%\n").collect();
    assert!(texts.len() >= 200, "{}", texts.len());
    let mut guesses = 0;
    for text in &texts {
        for (name, variant) in [("alone", (*text).to_owned()), ("in a shell", format!("$ make\n{text}\n\n$ ls\n"))] {
            let explanation = explain(&variant);
            guesses += usize::from(!explanation.matches.is_empty());
            let sure: Vec<_> =
                explanation.matches.iter().filter(|found| found.confidence > Confidence::Maybe).collect();
            assert!(sure.is_empty(), "{name}: {text}\n{sure:#?}");
        }
    }
    let all = texts.join("\n");
    let sure = explain(&all).matches.into_iter().filter(|found| found.confidence == Confidence::Certain).count();
    assert_eq!(sure, 0, "nor in all of them together");
    tell(&format!("texts without a failure: {}, with a guess: {}", texts.len(), guesses / 2));
}

#[test]
fn a_scroll_back_with_several_failures_names_all_and_the_causes_before_the_wrappers() {
    let text = "$ aws sso login --profile dev\n\
        The config profile (dev) could not be found\n\
        $ claude -p hi\n\
        AWS authentication failed · refresh your AWS credentials (SSO sign-in, access keys, API key or proxy token) and \
        retry · if credentials are current, check AWS permissions and model access · API Error: 403 User: \
        arn:aws:sts::111122223333:assumed-role/dev/ada is not authorized to perform: \
        bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-east-2::foundation-model/x with an \
        explicit deny in a service control policy\n";
    let matches = explain(text).matches;
    let named: Vec<_> = matches.iter().map(|found| (found.mode.id, found.confidence, found.line)).collect();
    assert!(named.contains(&("A29", Confidence::Certain, 2)), "{named:?}");
    assert_eq!(named[0].0, "P07", "{named:?}");
    assert!(named.iter().all(|(id, ..)| *id != "R15"), "what is wrapped is said: {named:?}");
}

#[test]
fn the_command_explains_words_files_and_standard_input_without_repeating_them() {
    let home = Home::new();
    let words = ["explain", "API", "Error:", "400", "invalid", "beta", "flag", "AKIASECRETSECRET"];
    let run = home.run(words);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("O04") && run.stdout.contains("certain, line 1"), "{run:?}");
    assert!(!format!("{run:?}").contains("AKIASECRET"), "{run:?}");
    for name in ["error.log", "nosuchfile.log", "./no-such-file-or-directory"] {
        let absent = home.run(["explain", name]);
        assert_eq!(absent.code, Some(1), "{absent:?}");
        assert!(absent.stderr.contains("hint: there is no file of that name"), "{absent:?}");
        assert!(absent.stdout.starts_with("Unknown: "), "{absent:?}");
    }
    home.write("work/error.log", "one\n\nThe security token included in the request is expired\n");
    let report = home.run(["explain", "error.log", "--json"]).json();
    let first = &report["matches"][0];
    assert_eq!((&report["version"], &first["id"], &first["line"]), (&json!(1), &json!("A10"), &json!(3)));
    assert_eq!(first["confidence"], "certain");
    assert_eq!(first["fix"]["kind"], "safe");
    assert_eq!(first["fix"]["command"], "claude-bedrock refresh --force");
    assert_eq!(first["check"], "claude-bedrock diagnose --only A10");
    for arguments in [&["explain"][..], &["explain", "-"]] {
        let mut command = home.command(PROGRAM);
        let file = fs_err::File::open(home.path().join("work/error.log")).expect("there");
        let run: Run = command.args(arguments).stdin(file.into_file()).output().expect("starts").into();
        assert!(run.code == Some(0) && run.stdout.contains("A10"), "{run:?}");
    }
    assert_eq!(home.sandbox.requests().len(), 0, "offline");
}

#[test]
fn the_bare_words_of_an_sdk_are_known() {
    for (text, id) in [
        ("ThrottlingException: Too many requests", "Q05"),
        ("ThrottlingException: Too many tokens, please wait before trying again.", "Q01"),
    ] {
        let first = explain(text).matches.into_iter().next().expect("known");
        assert_eq!((first.mode.id, first.confidence >= Confidence::Likely), (id, true), "{text}");
    }
}

#[test]
fn what_is_not_known_is_called_unknown() {
    let home = Home::new();
    let run = home.run(["explain", "the coffee machine reports a leak in its water tank"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.starts_with("Unknown: "), "{run:?}");
    let run = home.run(["explain", "--json", "the coffee machine reports a leak in its water tank"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((run.code, &report["matches"]), (Some(1), &json!([])));
    assert_eq!(home.run(["explain"]).code, Some(2), "no text at all");
    let garbage: Vec<u8> = (0..60_000_u32).map(|at| u8::try_from(at * 7919 % 251).expect("a byte")).collect();
    home.write("work/core", garbage);
    assert_eq!(home.run(["explain", "core"]).code, Some(1));
}

#[test]
fn the_newest_debug_log_of_claude_code_is_read() {
    let home = Home::new();
    let run = home.run(["explain", "--last"]);
    assert!(run.code == Some(2) && run.stderr.contains("claude --debug"), "{run:?}");
    let log = |level: &str, text: &str| format!("2026-11-21T03:11:54.426Z [{level}] {text}\n");
    let old = home.write(".claude/debug/old.txt", log("ERROR", "API Error: 400 invalid beta flag"));
    let hour_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    fs_err::File::options().write(true).open(&old).expect("ours").into_file().set_modified(hour_ago).expect("ours");
    let said = "Bedrock ListInferenceProfiles failed: Could not load credentials from any providers";
    let text = log("DEBUG", "Writing to temp file").repeat(100_000) + &log("ERROR", said);
    home.write(".claude/debug/new.txt", text);
    let report = home.run(["explain", "--last", "--json"]).json();
    assert_eq!(report["matches"][0]["id"], "A01", "{report}");
    assert!(report["left_out_bytes"].as_u64() > Some(1_000_000), "{report}");
    assert!(report["file"].as_str().expect("a file").ends_with("new.txt"));
}
