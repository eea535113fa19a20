//! The command itself: what it prints, its exit codes, its JSON.

use aws_sandbox::{Fault, FaultEffect};
use serde_json::Value;

use super::shared;
use crate::harness::Home;
use crate::schema::assert_fits;

fn faulty() -> Home {
    let home = Home::new();
    home.write(".claude/settings.json", shared(", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"4096\"", ""));
    home
}

#[test]
fn a_finding_is_shown_with_its_line_underlined() {
    let home = faulty();
    let run = home.run(["diagnose", "--offline", "--only", "O01"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(home.portable(&run.stdout), @r#"
    warning[O01] `CLAUDE_CODE_MAX_OUTPUT_TOKENS` is 4096: longer answers, and whole files, break off with an error
        --> ~/.claude/settings.json:9
        9 | "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "4096"
          |                                  ^^^^^^
        why: `CLAUDE_CODE_MAX_OUTPUT_TOKENS` cuts it; older guides recommend 4096, which is little for
             writing files.
        fix: take it away; each model then has a limit that fits: `claude-bedrock diagnose --fix`
             in ~/.claude/settings.json
             - env.CLAUDE_CODE_MAX_OUTPUT_TOKENS: "4096"

    ✘ 1 warning; 0 checks passed, 0 could not be made
    "#);
}

#[test]
fn an_excerpt_is_the_line_as_it_stands_in_its_file() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8").replace("[profile work]", "[profile own]");
    home.write(".aws/config", config);
    home.write(".claude/settings.json", home.settings_text().replace("us-west-2", "us-east-2"));
    let lines: Vec<String> = home.settings_text().lines().map(str::to_owned).collect();
    let run = home.run(["diagnose", "--offline", "--json", "--only", "A02,C28"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let evidence = findings.iter().flat_map(|finding| finding["evidence"].as_array().expect("a list"));
    let quoted: Vec<&Value> = evidence.filter(|one| one["kind"] == "line").collect();
    assert!(quoted.len() > 1, "{report:#}");
    for one in quoted {
        let line = &lines[usize::try_from(one["line"].as_u64().expect("a number")).expect("small") - 1];
        assert_eq!(one["text"], line.trim().trim_end_matches(','), "{report:#}");
    }
    let shown = home.run(["diagnose", "--offline", "--only", "A02"]).stdout;
    assert!(shown.contains("--profile=work' || ") && shown.contains("^^^^^^^^^^^^^^"), "{shown}");
}

#[test]
fn a_hint_says_why_too() {
    let home = Home::new();
    home.write(
        ".claude/settings.json",
        shared(", \"ANTHROPIC_SMALL_FAST_MODEL\": \"us.anthropic.claude-haiku-5-5\"", ""),
    );
    let said = home.run(["diagnose", "--offline", "--only", "C08"]).success();
    let lines: Vec<&str> = said.lines().map(str::trim_start).collect();
    assert!(lines[0].starts_with("hint[C08]") && lines.iter().any(|line| line.starts_with("why: ")), "{said}");
    // What would go and what stays are both shown.
    let shown = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(shown("| \"ANTHROPIC_SMALL_FAST_MODEL\"") && shown("| \"ANTHROPIC_DEFAULT_HAIKU_MODEL\""), "{said}");
    assert!(shown("- env.ANTHROPIC_SMALL_FAST_MODEL"), "{said}");
}

#[test]
fn exit_codes_tell_health_from_problems_from_wrong_use() {
    let home = faulty();
    assert_eq!(home.run(["diagnose", "--offline"]).code, Some(1));
    let _ = home.run(["diagnose", "--offline", "--only", "A"]).success();
    let said = home.run(["diagnose", "--only", "Z99"]).failure(2);
    assert!(said.contains("`Z99`"), "{said}");
    let _ = home.run(["diagnose", "--offline", "--probe"]).failure(2);
    let _ = home.run(["diagnose", "--yes"]).failure(2);
}

#[test]
fn only_narrows_findings_and_what_passed() {
    let home = faulty();
    let report = home.run(["diagnose", "--offline", "--json", "--only", "m13,C07"]).json();
    let ids: Vec<&str> =
        report["passed"].as_array().expect("a list").iter().filter_map(|passed| passed["id"].as_str()).collect();
    assert_eq!(ids, ["C07", "M13"], "{report}");
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn the_json_is_what_its_schema_says() {
    let home = faulty();
    let runs: [&[&str]; 4] = [
        &["diagnose", "--json"],
        &["diagnose", "--json", "--offline"],
        &["diagnose", "--json", "--fix", "--yes"],
        &["diagnose", "--json", "--only", "A"],
    ];
    assert_fits(&home, "diagnose.schema.json", &runs);
}

#[test]
fn models_are_asked_once_at_a_stated_price_and_their_answers_used_again() {
    const PROBE: &str = "InvokeModelWithResponseStream";
    let home = Home::new();
    home.write(".claude/settings.json", shared("", ""));
    let skips = |report: &Value| report["skipped"].to_string().contains("without --probe");
    let report = home.run(["diagnose", "--json"]).json();
    assert!(skips(&report), "{report}");
    assert_eq!(home.asked(PROBE), 0, "nobody agreed to it");
    let said = home.run(["diagnose", "--probe"]).failure(2);
    assert!(said.contains("3 requests of about 8 input tokens") && said.contains("`--yes`"), "{said}");
    assert_eq!(home.asked(PROBE), 0, "nobody is here to agree to it");
    let run = home.run(["diagnose", "--probe", "--yes", "--json"]);
    assert!(run.stderr.contains("3 requests of about 8 input tokens"), "{}", run.stderr);
    assert!(!skips(&run.json()));
    assert_eq!(home.asked(PROBE), 3, "each of them once");
    let report = home.run(["diagnose", "--json"]).json();
    assert!(!skips(&report), "{report}");
    let passed = report["passed"].as_array().expect("a list");
    assert!(passed.iter().any(|passed| passed["id"] == "P06"), "{report}");
    assert_eq!(home.asked(PROBE), 3, "what they answered is known");
    let listed = home.run(["models"]).success();
    assert!(listed.contains("answers after"), "{listed}");

    // Another model is another question.
    let text =
        home.settings_text().replace("us.anthropic.claude-haiku-5-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0");
    home.write(".claude/settings.json", text);
    assert!(skips(&home.run(["diagnose", "--json"]).json()));
}

#[test]
fn no_price_is_named_where_no_model_can_be_asked() {
    let home = Home::new();
    for (settings, more) in [
        (shared("", "").replace("\"work\"", "\"gone\""), &[][..]),
        (shared("", "").replace("BEDROCK\": \"1\"", "BEDROCK\": \"0\""), &[]),
        (shared("", ""), &["--only", "A"]),
    ] {
        home.write(".claude/settings.json", settings);
        let run = home.run(["diagnose", "--probe"].iter().chain(more));
        assert!(!run.stderr.contains("billed") && run.code != Some(2), "{run:?}");
    }
    assert_eq!(home.asked("InvokeModelWithResponseStream"), 0);
}

#[test]
fn a_refusal_of_a_model_is_told_again_while_it_counts() {
    let home = Home::new();
    home.write(".claude/settings.json", shared("", ""));
    let message = "You don't have access to the model with the specified model ID.";
    let refusal = FaultEffect::error(403, "AccessDeniedException", message);
    home.sandbox.set_fault(Fault::of("InvokeModelWithResponseStream", refusal));
    let ids = |run: crate::harness::Run| {
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let errors = report["findings"].as_array().expect("a list").iter().filter(|found| found["severity"] == "error");
        errors.map(|found| found["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let first = ids(home.run(["diagnose", "--probe", "--yes", "--json"]));
    assert_eq!(first.len(), 3, "one a model: {first:?}");
    let asked = home.asked("InvokeModelWithResponseStream");
    assert_eq!(ids(home.run(["diagnose", "--json"])), first);
    assert_eq!(home.asked("InvokeModelWithResponseStream"), asked);
}
