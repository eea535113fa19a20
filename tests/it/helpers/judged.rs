//! `helpers test`: what is configured, judged by running it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{codes, configure, grant, script, test};
use crate::harness::{Home, PROGRAM, set_mode};

/// Judges a script that is configured by its path alone.
fn judged(home: &Home, body: &str) -> (Vec<String>, Vec<String>, i32) {
    let path = script(home, "bin/grant.sh", body);
    configure(home, path.to_str(), None);
    let hangs = body.contains("sleep 60") || body.contains("cat");
    // What is told by how it hangs must have begun to, on a busy machine too.
    let (answer, code) = test(home, &["--timeout", if hangs { "3s" } else { "60s" }]);
    assert_eq!(answer["ok"], code == 0);
    assert!(!answer.to_string().contains("SECRET"), "{answer}");
    (codes(&answer["export"], "problem"), codes(&answer["export"], "warning"), code)
}

#[test]
fn the_verdict_names_the_warnings_above_it() {
    let home = Home::new();
    let verdict = |body: &str| {
        configure(&home, script(&home, "bin/grant.sh", body).to_str(), None);
        let said = home.run(["helpers", "test"]).success();
        said.lines().last().expect("a verdict").to_owned()
    };
    assert!(verdict(&grant()).ends_with("In order."));
    let old = format!("{PROGRAM} credentials --profile work | sed 's/\"Expiration\":\"[^\"]*\",*//; s/,}}/}}/'");
    assert!(verdict(&old).ends_with("Works, with a warning."));
}

#[test]
fn every_kind_of_script_is_judged() {
    let home = Home::new();
    let none: [&str; 0] = [];
    let flat = format!("exec {PROGRAM} credentials --profile work --format process");
    let without =
        |name: &str| format!("{PROGRAM} credentials --profile work | sed 's/\"{name}\":\"[^\"]*\",*//; s/,}}/}}/'");
    let ends = |end: &str| {
        format!(
            "{PROGRAM} credentials --profile work | sed 's/\"Expiration\":\"[^\"]*\"/\"Expiration\":\"'\"{end}\"'\"/'"
        )
    };
    let in_minutes = "$(date -u -d '+5 minutes' +%FT%TZ)";
    let anew = format!("rm -rf \"$HOME/.local/state/claude-bedrock/credentials\"; {}", grant());
    let cases: [(&str, &[&str], &[&str]); 16] = [
        (&grant(), &none, &none),
        (&flat, &none, &none),
        (&format!("sleep 0.3; echo SECRETish >&2; {}", grant()), &none, &none),
        (&without("Expiration"), &none, &["no-expiration"]),
        (&ends("2020-01-01T00:00:00Z"), &none, &["past-expiration"]),
        (&ends("soon"), &none, &["unreadable-expiration"]),
        (&ends(in_minutes), &none, &["short-expiration"]),
        (&anew, &none, &["new-keys-each-run"]),
        (&without("SessionToken"), &["wrong-shape"], &none),
        ("echo SECRETish", &["not-json"], &none),
        ("exit 7", &["exit-code"], &none),
        (":", &["empty-output"], &none),
        ("kill -9 $$", &["exit-code"], &none),
        ("cat; exit 1", &["awaits-input"], &none),
        ("sleep 60", &["too-slow"], &none),
        ("sleep 60 & echo x", &["held-open"], &none),
    ];
    for (body, problems, warnings) in cases {
        let (found_problems, found_warnings, code) = judged(&home, body);
        assert_eq!(
            (found_problems.as_slice(), found_warnings.as_slice()),
            (
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(),
                warnings.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(),
            ),
            "{body}"
        );
        assert_eq!(code, i32::from(!problems.is_empty()), "{body}");
    }
}

#[test]
fn keys_that_aws_does_not_take_are_a_problem() {
    let home = Home::new();
    let body = "echo '{\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"SECRETish\",\"SessionToken\":\"SECRETish\"}'";
    let (problems, _, code) = judged(&home, body);
    assert_eq!((problems.as_slice(), code), (["keys-refused".to_owned()].as_slice(), 1));
}

#[test]
fn a_script_that_works_only_once_is_a_problem() {
    let home = Home::new();
    let body = format!("if [ -e ~/done ]; then exit 9; fi; touch ~/done; {}", grant());
    let (problems, _, _) = judged(&home, &body);
    assert_eq!(problems, ["exit-code"]);
}

#[test]
fn a_file_that_others_may_change_is_a_problem() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", &grant());
    set_mode(&path, 0o777);
    configure(&home, path.to_str(), None);
    let (answer, code) = test(&home, &[]);
    assert_eq!(
        (codes(&answer["export"], "problem").as_slice(), code),
        (["writable-by-others".to_owned()].as_slice(), 1)
    );
}

#[test]
fn the_command_sees_what_claude_code_shows_it() {
    let home = Home::new().env("AWS_REGION", "eu-west-1").env("FROM_THE_SHELL", "yes");
    let seen = home.path().join("seen");
    let body = format!(
        "{{ env; pwd; [ -S /dev/stdin ] && echo INPUT_SOCKET; [ -S /dev/stderr ] && echo OUTPUT_SOCKET; }} > {}; {}",
        seen.display(),
        grant(),
    );
    let path = script(&home, "bin/grant.sh", &body);
    configure(&home, path.to_str(), None);
    let (_, code) = test(&home, &[]);
    assert_eq!(code, 0);
    let seen = fs_err::read_to_string(seen).expect("it ran");
    let here = home.working_directory().display().to_string();
    let expected =
        ["AWS_REGION=us-west-2", "FROM_THE_SHELL=yes", "CLAUDE_CODE_USE_BEDROCK=1", "CLAUDE_CODE_ENTRYPOINT=sdk-cli"];
    for line in expected.into_iter().chain([here.as_str(), "INPUT_SOCKET", "OUTPUT_SOCKET"]) {
        assert!(seen.lines().any(|seen| seen == line), "{line}\n{seen}");
    }
    assert!(seen.lines().any(|line| line.starts_with("AI_AGENT=claude-code_2-1-")), "{seen}");
}

#[test]
fn ours_is_in_order_and_says_when_nobody_is_signed_in() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let (answer, code) = test(&home, &[]);
    assert_eq!(code, 0, "{answer}");
    assert!(answer["export"]["identity"]["arn"].as_str().expect("an ARN").contains("BedrockDeveloper"));
    assert_eq!(
        (&answer["export"]["same_keys"], &answer["export"]["document"]["form"]),
        (&true.into(), &"nested".into())
    );
    assert_eq!(answer["export"]["runs"].as_array().expect("runs").len(), 2);

    fs_err::remove_file(home.token_file()).expect("ours");
    fs_err::remove_dir_all(home.state().join("credentials")).expect("ours");
    let run = home.run(["helpers", "test"]);
    assert!(run.stdout.contains("Claude Code gets keys that AWS refuses instead"), "{run:?}");
    assert!(run.failure(1).contains("a helper command has a problem"));
}

#[test]
fn an_own_script_behind_its_guard_is_judged_by_itself() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", &grant());
    let _ = home.run(["setup", "--yes", "--export-command", path.to_str().expect("UTF-8")]).success();
    let (answer, code) = test(&home, &[]);
    assert_eq!((code, answer["export"]["program"].as_str()), (0, path.to_str()));
    script(&home, "bin/grant.sh", "echo SECRETish; exit 5");
    let (answer, code) = test(&home, &[]);
    assert_eq!(code, 1);
    assert_eq!(codes(&answer["export"], "problem"), ["stand-in", "exit-code"]);
}

#[test]
fn a_report_for_people_says_what_claude_code_says() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", "echo SECRETish");
    configure(&home, path.to_str(), Some("true"));
    let run = home.run(["helpers", "test"]);
    assert_eq!(run.code, Some(1));
    let text = home.portable(&run.stdout);
    let runs: Vec<&str> = text.lines().filter(|line| !line.contains(" run ")).collect();
    insta::assert_snapshot!(runs.join("\n"), @r#"
    awsAuthRefresh
      configured in       ~/.claude/settings.json:1 (user settings)
      credentials         fail: no profile and no keys are configured
      afterwards          fail: no profile and no keys are configured
      problem: it succeeded, and the credentials still fail: no profile and no keys are configured
        hint: Claude Code runs it again at every start, and at most every 30 s: does it sign in to the profile in use?

    awsCredentialExport
      configured in       ~/.claude/settings.json:1 (user settings)
      program             ~/bin/grant.sh
      problem: what it printed is not JSON
        Claude Code says: Error getting AWS credentials from awsCredentialExport (in settings or ~/.claude.json): JSON Parse error: …
        hint: print the credentials document to standard output, and nothing else

    ✘ Claude Code cannot work with this.
    "#);
}

#[test]
fn nothing_configured_is_told_apart() {
    let home = Home::new();
    let said = home.run(["helpers", "test"]).failure(2);
    assert!(said.contains("neither `awsCredentialExport` nor `awsAuthRefresh`"), "{said}");
}

#[test]
fn a_refresh_command_is_run_only_when_claude_code_would() {
    let home = Home::new().env("AWS_PROFILE", "work");
    let marker = home.path().join("ran");
    let touch = format!("touch '{}'", marker.display());
    configure(&home, None, Some(&touch));
    let (answer, code) = test(&home, &[]);
    assert_eq!((code, &answer["refresh"]["credentials"]["state"], marker.exists()), (0, &"resolve".into(), false));

    let run = home.run(["helpers", "test", "--refresh"]);
    assert!(run.stderr.contains("a browser may open") && marker.exists(), "{run:?}");
    let _ = run.success();

    // Signed out it is run, and what it leaves behind counts: our cache does not, for Claude Code has none.
    let token = fs_err::read(home.token_file()).expect("there");
    let kept = home.write("kept.json", token);
    let restore = format!("cp '{}' '{}'", kept.display(), home.token_file().display());
    let token_file = home.token_file();
    for (refresh, problems, ok) in [
        (touch.as_str(), vec!["still-failing"], false),
        ("exit 3", vec!["exit-code"], false),
        ("cat", vec!["awaits-input"], false),
        (&format!("{restore}; exit 3"), vec![], true),
    ] {
        let _ = fs_err::remove_file(&token_file);
        configure(&home, None, Some(refresh));
        let (answer, code) = test(&home, &["--timeout", if refresh == "cat" { "3s" } else { "60s" }]);
        assert_eq!(
            (codes(&answer["refresh"], "problem"), code == 0),
            (problems.into_iter().map(str::to_owned).collect(), ok),
            "{refresh}"
        );
        assert_eq!(answer["refresh"]["credentials"]["state"], "fail");
    }
}

/// Starts two processes that do not end when asked to, and gives the file they keep writing.
fn stubborn(home: &Home) -> (PathBuf, String) {
    let alive = home.path().join("alive");
    let child = format!("trap '' TERM INT; while :; do date +%s%N > '{}'; sleep 0.05; done", alive.display());
    (alive, format!("({child}) & ({child})"))
}

#[track_caller]
fn assert_ended(alive: &Path) {
    let last = fs_err::read(alive).expect("it ran");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(fs_err::read(alive).expect("it ran"), last, "something is still running");
}

#[test]
fn what_was_started_is_ended_with_ctrl_c() {
    let home = Home::new();
    let (alive, command) = stubborn(&home);
    configure(&home, Some(&command), None);
    let mut running = home.command(PROGRAM).args(["helpers", "test"]).spawn().expect("the program starts");
    let start = Instant::now();
    while !alive.exists() {
        assert!(start.elapsed() < Duration::from_mins(1), "it does not run");
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(interrupt.expect("kill runs").success());
    assert_eq!(running.wait().expect("it ends").code(), Some(130));
    assert_ended(&alive);
}

#[test]
fn everything_a_refresh_command_started_is_ended() {
    let home = Home::new().env("AWS_PROFILE", "nobody");
    let (alive, command) = stubborn(&home);
    configure(&home, None, Some(&command));
    let start = Instant::now();
    let (answer, code) = test(&home, &["--timeout", "3s"]);
    assert_eq!((codes(&answer["refresh"], "problem").as_slice(), code), (["too-slow".to_owned()].as_slice(), 1));
    assert!(start.elapsed() < Duration::from_mins(1));
    assert_ended(&alive);
}
