//! Scripts of the user's own: what `helpers test` and `setup` say of them is what the real Claude Code does.

use std::path::Path;

use serde_json::{Value, json};

use super::machine::{AMBIENT_API_KEY, AMBIENT_KEYS, CLAUDE_VERSIONS, Machine, claude_code};
use crate::harness::{PROGRAM, Run};

/// The ambient user as the default profile.
const AMBIENT_CREDENTIALS_FILE: &str = "[default]\naws_access_key_id = AKIAAMBIENT000000001\n\
    aws_secret_access_key = ambientsecretambientsecretambientsecret0\n";

/// A script of an organisation's own, which gives the profile's credentials as a nested document.
fn grant() -> String {
    format!("{PROGRAM} credentials --profile work")
}

fn script(machine: &Machine, body: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = machine.write("home/my bin/grant.sh", format!("#!/bin/sh\n{body}\n"));
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("our own file");
    path
}

/// Scripts by name, with whether Claude Code works with them.
fn scripts() -> Vec<(&'static str, String, bool)> {
    let change = |expression: &str| format!("{} | sed '{expression}'", grant());
    let invented = |token: &str| {
        format!(r#"echo '{{"Credentials":{{"AccessKeyId":"ASIA1","SecretAccessKey":"s","SessionToken":"{token}"}}}}'"#)
    };
    vec![
        ("nested", grant(), true),
        ("flat", format!("{} --format process", grant()), true),
        ("flat without a version", format!("{} --format process | sed 's/\"Version\":1,//'", grant()), true),
        ("no Expiration", change(r#"s/,"Expiration":"[^"]*"//"#), true),
        ("past Expiration", change(r#"s/"Expiration":"[^"]*"/"Expiration":"2020-01-01T00:00:00Z"/"#), true),
        ("unreadable Expiration", change(r#"s/"Expiration":"[^"]*"/"Expiration":"soon"/"#), true),
        ("a number as Expiration", change(r#"s/"Expiration":"[^"]*"/"Expiration":1795000000/"#), true),
        ("slow", format!("sleep 2; {}", grant()), true),
        ("says something on standard error", format!("echo Welcome >&2; {}", grant()), true),
        ("blank lines around the document", format!("echo; {}; echo", grant()), true),
        ("a banner before the document", format!("echo Welcome; {}", grant()), false),
        ("something after the document", format!("{}; echo bye", grant()), false),
        ("bad JSON", "echo not json".into(), false),
        ("nothing", "true".into(), false),
        ("exit 1 after the document", format!("{}; exit 1", grant()), false),
        ("no token", change(r#"s/"SessionToken":"[^"]*",//"#), false),
        ("empty token", invented(""), false),
        ("empty key", change(r#"s/"AccessKeyId":"[^"]*"/"AccessKeyId":""/"#), false),
        ("invented keys", invented("x"), false),
        ("an array", "echo '[1]'".into(), false),
        ("reads standard input", format!("read -r line; {}", grant()), false),
        ("never ends", "sleep 30".into(), false),
        ("leaves its output open", format!("sleep 30 & {}", grant()), false),
    ]
}

fn configure(machine: &Machine, export: &Path) {
    let model = "us.anthropic.claude-sonnet-4-6";
    let settings = json!({
        "env": {
            "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "ANTHROPIC_MODEL": model,
            "ANTHROPIC_DEFAULT_OPUS_MODEL": model, "ANTHROPIC_DEFAULT_SONNET_MODEL": model,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
        },
        "awsCredentialExport": format!("'{}'", export.display()),
    });
    machine.write("home/.claude/settings.json", settings.to_string());
}

/// Asks Claude Code; a session that hangs is ended after so many seconds with the exit code 124.
fn ask_within(machine: &mut Machine, claude: &Path, seconds: &str) -> Run {
    machine.variable("CLAUDE_CODE_MAX_RETRIES", "0");
    machine.variable("DISABLE_AUTOUPDATER", "1");
    let claude = claude.to_str().expect("UTF-8");
    machine.run(["timeout", "-k", "1", seconds, claude, "-p", "Say hello."])
}

#[test]
fn helpers_test_says_of_every_script_what_claude_code_makes_of_it() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        for (name, body, works) in scripts() {
            let hangs = ["read -r", "sleep 30"].iter().any(|part| body.contains(part));
            let mut machine = Machine::new();
            configure(&machine, &script(&machine, &body));
            let test = machine.program(&["helpers", "test", "--json", "--timeout", if hangs { "1s" } else { "60s" }]);
            let answer: Value = serde_json::from_str(&test.stdout).expect("JSON");
            let asked = ask_within(&mut machine, &claude, if hangs { "6" } else { "120" });
            assert_eq!(
                (&answer["ok"], asked.code == Some(0)),
                (&Value::Bool(works), works),
                "{name}: {answer} {asked:?}"
            );
            assert_eq!(asked.code == Some(124), hangs, "{name}: {asked:?}");
            for finding in answer["export"]["findings"].as_array().expect("findings") {
                let says = finding["claude_code_says"].as_str().unwrap_or_default();
                assert!(asked.stderr.contains(says.trim_end_matches('…')), "{name}: {says}: {asked:?}");
            }
        }
    }
}

/// A machine where the wrong identity could answer, and our guard around the script or none.
fn machine_with_ambient_keys(guarded: bool) -> Machine {
    let mut machine = Machine::new();
    machine.write("home/.aws/credentials", AMBIENT_CREDENTIALS_FILE);
    let path = script(&machine, &grant());
    if guarded {
        let path = path.to_str().expect("UTF-8");
        machine.program(&["setup", "--yes", "--region", "us-west-2", "--export-command", path]).success();
    } else {
        configure(&machine, &path);
    }
    for (name, value) in AMBIENT_KEYS.into_iter().chain([AMBIENT_API_KEY].into_iter().filter(|_| guarded)) {
        machine.variable(name, value);
    }
    machine
}

/// The principals whose requests were served.
fn served(machine: &Machine) -> Vec<String> {
    machine.requests().into_iter().filter_map(|request| request.principal).collect()
}

#[test]
fn a_script_set_up_by_export_command_answers_and_one_that_starts_failing_is_not_replaced() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        let mut machine = machine_with_ambient_keys(true);
        machine.ask(&claude).success();
        assert!(served(&machine).iter().all(|arn| arn.contains("BedrockDeveloper")), "{:?}", served(&machine));
        let failing =
            ["exit 1", &format!("{}; exit 1", grant()), "true", "echo '<html>'", "echo Welcome; true", "kill -9 $$"];
        for body in failing {
            script(&machine, body);
            let asked = machine.ask(&claude);
            assert_ne!(asked.code, Some(0), "{body}: {}", asked.stdout);
            assert_eq!(served(&machine), [""; 0], "{body}");
        }
        fs_err::remove_file(machine.home().join("my bin/grant.sh")).expect("ours");
        assert_ne!(machine.ask(&claude).code, Some(0));
        assert_eq!(served(&machine), [""; 0]);
        script(&machine, &grant());
        machine.ask(&claude).success();
        machine.program(&["reset"]).success();
        assert!(!machine.home().join(".claude/settings.json").exists());
    }
}

#[test]
fn without_what_setup_puts_around_it_a_failing_script_is_replaced() {
    // The other side of the test above: it would also pass if the ambient identity could not answer at all.
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        let mut machine = machine_with_ambient_keys(false);
        script(&machine, "exit 1");
        machine.ask(&claude).success();
        assert!(served(&machine).iter().all(|arn| arn.ends_with("user/ambient")), "{:?}", served(&machine));
    }
}
