//! `env` read by those it is for: real shells, a real reader of env files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use claude_bedrock::assignment::Syntax;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::harness::{Home, unavailable};

/// Shells, how they are given a script, and whose syntax they read. PowerShell and cmd.exe are nowhere to be had;
/// `assignment` reads their lines with readers of its own.
const SHELLS: [(&str, &[&str], Syntax); 4] = [
    ("sh", &["sh", "-c"], Syntax::Sh),
    ("bash", &["bash", "-c"], Syntax::Sh),
    ("zsh", &["zsh", "-fc"], Syntax::Sh),
    ("fish", &["fish", "-N", "-c"], Syntax::Fish),
];

/// A model's name as nobody would give it, and every shell would misread it unquoted.
const HOSTILE: &str = "it's \"$(touch pwned)\" `touch pwned` $HOME %PATH% !x \\ \\' # ; & | > ‘q’ é";

type Variables = BTreeMap<String, String>;

/// What a run of ours says, as names and values.
fn told(home: &Home, arguments: &[&str]) -> Variables {
    let text = home.run([&["env", "--format", "json"], arguments].concat()).success();
    serde_json::from_str(&text).expect("JSON")
}

/// The environment a command prints with `env -0` after what stands in the script.
fn evaluated(home: &Home, shell: &[&str], script: &str) -> Variables {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(script).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let output = command.current_dir(home.working_directory()).output().expect("the shell starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split('\0').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// Those of ours, without what a shell sets by itself.
fn ours(mut all: Variables, told: &Variables) -> Variables {
    all.retain(|name, _| told.contains_key(name));
    all
}

fn is_there(shell: &str) -> bool {
    let found = find(shell).is_some();
    if !found {
        unavailable(&format!("there is no {shell}"));
    }
    found
}

fn find(program: &str) -> Option<PathBuf> {
    ["/usr/local/bin", "/usr/bin", "/bin"]
        .iter()
        .map(|folder| PathBuf::from(folder).join(program))
        .find(|path| path.exists())
}

#[test]
fn real_shells_take_every_value_as_it_is_and_lose_it_again() {
    let home = Home::new();
    let arguments = ["--profile", "work", "--model", HOSTILE];
    let told = told(&home, &arguments);
    assert_eq!(told["ANTHROPIC_MODEL"], HOSTILE);
    assert_eq!(told["AWS_PROFILE"], "work");
    assert_eq!((told["AWS_REGION"].as_str(), told["CLAUDE_CODE_USE_BEDROCK"].as_str()), ("us-west-2", "1"));
    for (name, shell, syntax) in SHELLS {
        if !is_there(name) {
            continue;
        }
        let format = if syntax == Syntax::Fish { "fish" } else { "sh" };
        let set = home.run([&["env", "--format", format], &arguments[..]].concat()).success();
        assert_eq!(ours(evaluated(&home, shell, &format!("{set}\nenv -0")), &told), told, "{name}");
        let unset = home.run(["env", "--format", format, "--unset"]).success();
        let left = ours(evaluated(&home, shell, &format!("{set}\n{unset}\nenv -0")), &told);
        assert_eq!(left, Variables::new(), "{name}");
    }
    assert!(!home.working_directory().join("pwned").exists());
}

#[test]
fn what_setup_wrote_for_the_cache_goes_out_and_away_again() {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work", "--caching", "5m"]).success();
    assert_eq!(told(&home, &[])["FORCE_PROMPT_CACHING_5M"], "1");
    assert!(home.run(["env", "--unset"]).success().contains("unset FORCE_PROMPT_CACHING_5M\n"));
}

#[test]
fn what_only_settings_can_hold_is_said_not_to_go_out() {
    let home = Home::new();
    home.write(
        ".claude/settings.json",
        r#"{"modelOverrides": {"claude-opus-5": "x"}, "env": {"AWS_PROFILE": "work"}}"#,
    );
    let run = home.run(["env"]);
    assert!(run.stderr.contains("modelOverrides cannot be exported"), "{}", run.stderr);
}

/// Texts of a few signs that some shell takes for more than themselves, one beside the other in every order.
fn nasty() -> impl Strategy<Value = String> {
    let signs = "'\"\\$`!%^&|;<>()[]{}*?~#=+-,@: \n\u{2018}\u{2019}\u{201a}\u{201b}\u{201c}\u{e9}\u{1f512}aZ0";
    prop::collection::vec(prop::sample::select(signs.chars().collect::<Vec<_>>()), 0..24)
        .prop_map(|signs| signs.into_iter().collect())
}

#[test]
fn shells_take_whatever_signs_there_are_for_text() {
    let home = Home::new();
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(nasty(), 300);
    let values = strategy.new_tree(&mut runner).expect("values").current();
    let named = values.iter().enumerate().map(|(at, value)| (format!("N{at}"), value.clone()));
    let wanted: Variables = named.collect();
    for (name, shell, syntax) in SHELLS {
        if !is_there(name) {
            continue;
        }
        let set: Vec<String> =
            wanted.iter().map(|(name, value)| syntax.set(name, value).expect("every shell has words for it")).collect();
        // As a person reads it in: from a file, through the shell's own idiom.
        let file = home.write("set", set.join("\n") + "\n");
        let source = format!(". '{}'", file.display());
        let read = ours(evaluated(&home, shell, &format!("{source}\nenv -0")), &wanted);
        assert_eq!(read.len(), wanted.len(), "{name}");
        for (variable, value) in &wanted {
            assert_eq!(read.get(variable), Some(value), "{name}");
        }
        let unset: Vec<String> = wanted.keys().map(|name| syntax.unset(name).expect("every shell has")).collect();
        let left = ours(evaluated(&home, shell, &format!("{source}\n{}\nenv -0", unset.join("\n"))), &wanted);
        assert_eq!(left, Variables::new(), "{name}");
    }
}

#[test]
fn the_shells_own_idioms_work_literally() {
    let home = Home::new();
    let idioms = [
        ("sh", "eval \"$(claude-bedrock env --profile work)\"; printf '%s %s' \"$AWS_PROFILE\" \"$AWS_REGION\""),
        ("zsh", "eval \"$(claude-bedrock env --profile work)\"; printf '%s %s' \"$AWS_PROFILE\" \"$AWS_REGION\""),
        ("fish", "claude-bedrock env --format fish --profile work | source; printf '%s %s' $AWS_PROFILE $AWS_REGION"),
    ];
    for (shell, idiom) in idioms {
        if !is_there(shell) {
            continue;
        }
        let output = home.command(shell).args(["-c", idiom]).output().expect("the shell starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "work us-west-2", "{shell}: {output:?}");
    }
}

#[test]
fn an_env_file_is_read_back_by_a_real_reader_and_cannot_hold_everything() {
    let home = Home::new();
    let model = "us.anthropic.claude-opus-5-5 # not a comment, $HOME neither";
    let told = told(&home, &["--profile", "work", "--model", model]);
    let text = home.run(["env", "--format", "dotenv", "--profile", "work", "--model", model]).success();
    let file = home.write("bedrock.env", &text);
    let Some(node) = find("node") else { return unavailable("no node to read an env file") };
    let mut command = Command::new(node);
    command.env_clear().arg(format!("--env-file={}", file.display()));
    let output = command.args(["-p", "JSON.stringify(process.env)"]).output().expect("node starts");
    let read: Variables = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(ours(read, &told), told);
    let said = home.run(["env", "--format", "dotenv", "--profile", "work", "--model", HOSTILE]).failure(2);
    assert!(said.contains("an env file cannot hold the value of ANTHROPIC_MODEL"), "{said}");
    let said = home.run(["env", "--format", "cmd", "--profile", "work", "--model", HOSTILE]).failure(2);
    assert!(said.contains("cmd.exe cannot hold the value of ANTHROPIC_MODEL: it has a `%` in it"), "{said}");
}

#[test]
fn an_env_file_in_place_of_ours_sets_nothing() {
    let home = Home::new();
    let told = told(&home, &["--profile", "work", "--model", "us.anthropic.claude-opus-5-5"]);
    let run = home.run(["env", "--format", "dotenv", "--unset"]);
    assert!(run.stderr.contains("can take none away") && run.stderr.contains("delete the lines"), "{}", run.stderr);
    let text = run.success();
    for name in told.keys() {
        assert!(text.contains(&format!("# {name}=\n")), "{name}: {text}");
    }
    let file = home.write("bedrock.env", &text);
    let Some(node) = find("node") else { return unavailable("no node to read an env file") };
    let mut command = Command::new(node);
    command.env_clear().arg(format!("--env-file={}", file.display()));
    let output = command.args(["-p", "JSON.stringify(process.env)"]).output().expect("node starts");
    let read: Variables = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(ours(read, &told), Variables::new());
    let run = home.run(["env", "--format", "json", "--unset"]);
    assert!(run.stderr.contains("Null takes a name away"), "{}", run.stderr);
    let nothing: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert!(told.keys().all(|name| nothing.get(name) == Some(&Value::Null)), "{nothing}");
}

#[test]
fn vs_code_gets_its_own_settings() {
    let home = Home::new();
    let run = home.run(["env", "--format", "vscode", "--profile", "work"]);
    assert!(run.stderr.contains("VS Code's user settings"), "{}", run.stderr);
    let settings: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert_eq!(settings["claudeCode.disableLoginPrompt"], true);
    let first = &settings["claudeCode.environmentVariables"][0];
    assert_eq!(first, &serde_json::json!({ "name": "CLAUDE_CODE_USE_BEDROCK", "value": "1" }));
    let run = home.run(["env", "--format", "vscode", "--unset"]);
    // Nothing is found to be ours, and a list that replaced the user's own would lose it: the names are told.
    assert!(run.stderr.contains("entries named CLAUDE_CODE_USE_BEDROCK, CLAUDE_CODE_USE_MANTLE"), "{}", run.stderr);
    let undone: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert_eq!(undone, serde_json::json!({ "claudeCode.disableLoginPrompt": false }));
}

#[test]
fn vs_codes_settings_lose_our_entries_and_keep_the_users_own() {
    let home = Home::new();
    let ours: Value =
        serde_json::from_str(&home.run(["env", "--format", "vscode", "--profile", "work"]).success()).expect("JSON");
    let mut entries = ours["claudeCode.environmentVariables"].as_array().expect("a list").clone();
    entries.insert(1, serde_json::json!({ "name": "MY_PROXY", "value": "http://proxy:8080" }));
    let entries = Value::from(entries);
    let place = ".config/Code/User/settings.json";
    let text = format!(
        "{{ // mine\n \"editor.fontSize\": 14,\n \"claudeCode.disableLoginPrompt\": true,\n \
         \"claudeCode.environmentVariables\": {entries},\n}}"
    );
    home.write(place, &text);
    let run = home.run(["env", "--format", "vscode", "--unset"]);
    assert!(run.stderr.contains("Code/User/settings.json` holds CLAUDE_CODE_USE_BEDROCK,"), "{}", run.stderr);
    assert!(run.stderr.contains("yours stay: MY_PROXY"), "{}", run.stderr);
    let undone: Value = serde_json::from_str(&run.success()).expect("JSON");
    let kept = serde_json::json!([{ "name": "MY_PROXY", "value": "http://proxy:8080" }]);
    let expected =
        serde_json::json!({ "claudeCode.disableLoginPrompt": false, "claudeCode.environmentVariables": kept });
    assert_eq!(undone, expected);
    assert_eq!(home.read(place), text.as_bytes(), "the file is the user's to change");
    // A secret among theirs is not printed, and no list is that would lose it.
    home.write(place, text.replace("MY_PROXY", "MY_API_TOKEN").replace("http://proxy:8080", "s3cr3t"));
    let run = home.run(["env", "--format", "vscode", "--unset"]);
    assert!(!format!("{run:?}").contains("s3cr3t") && run.stderr.contains("delete our entries there"), "{run:?}");
    let undone: Value = serde_json::from_str(&run.success()).expect("JSON");
    assert_eq!(undone, serde_json::json!({ "claudeCode.disableLoginPrompt": false }));
    // One that is broken may hold anything.
    home.write(place, text.replace("MY_PROXY\",", "MY_PROXY,"));
    let run = home.run(["env", "--format", "vscode", "--unset"]);
    assert!(run.stderr.contains("Code/User/settings.json` cannot be read, or is no settings file"), "{}", run.stderr);
    assert!(run.stderr.contains("No other settings of an editor"), "{}", run.stderr);
}

#[test]
fn mantle_and_every_model_that_is_set_go_out() {
    let home = Home::new();
    let env = serde_json::json!({ "CLAUDE_CODE_USE_MANTLE": "1", "AWS_PROFILE": "work", "AWS_REGION": "us-west-2",
        "ANTHROPIC_MODEL": "anthropic.claude-opus-5-5", "CLAUDE_CODE_SUBAGENT_MODEL": "anthropic.claude-haiku-4-5" });
    let settings = serde_json::json!({ "env": env, "fallbackModel": ["anthropic.claude-haiku-4-5"] });
    home.write(".claude/settings.json", settings.to_string());
    let alone = told(&home, &[]);
    assert_eq!(alone["CLAUDE_CODE_USE_MANTLE"], "1");
    assert_eq!(alone["CLAUDE_CODE_SUBAGENT_MODEL"], "anthropic.claude-haiku-4-5");
    assert_eq!(alone.get("CLAUDE_CODE_USE_BEDROCK"), None, "plain Bedrock would answer instead");
    let run = home.run(["env"]);
    assert!(run.stderr.contains("fallbackModel cannot be exported"), "{}", run.stderr);
    assert!(!run.stderr.contains("do not switch Bedrock on"), "{}", run.stderr);
}

#[test]
fn what_is_configured_goes_out_without_its_secrets_and_helpers() {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let run = home.run(["env"]);
    assert!(run.stderr.contains("awsCredentialExport cannot be exported"), "{}", run.stderr);
    assert!(run.stderr.contains("every command that Claude Code runs shares the profile"), "{}", run.stderr);
    let text = run.success();
    let settings = home.settings_json();
    for pin in ["ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL"] {
        let line = format!("export {pin}='{}'", settings["env"][pin].as_str().expect("pinned"));
        assert!(text.lines().any(|known| known == line), "{line} in {text}");
    }
    assert!(!text.contains("credentials --sign-in"), "{text}");
    home.write(
        ".claude/settings.json",
        r#"{"awsAuthRefresh": "aws sso login", "env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work",
            "AWS_BEARER_TOKEN_BEDROCK": "s3cr3t", "ANTHROPIC_BEDROCK_BASE_URL": "https://me:s3cr3t@gateway.example",
            "ANTHROPIC_CUSTOM_HEADERS": "Authorization: s3cr3t", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "4096",
            "MAX_THINKING_TOKENS": 1024, "DISABLE_PROMPT_CACHING": "1",
            "ANTHROPIC_SMALL_FAST_MODEL": "us.anthropic.claude-haiku-4-5-20251001-v1:0"}}"#,
    );
    for format in ["sh", "fish", "powershell", "cmd", "dotenv", "json", "vscode"] {
        let run = home.run(["env", "--format", format, "--profile", "work"]);
        assert!(!run.stderr.contains("s3cr3t") && !run.stdout.contains("s3cr3t"), "{run:?}");
        assert!(run.stdout.contains("MAX_THINKING_TOKENS"), "{run:?}");
    }
    let report = home.run(["env", "--json", "--profile", "work"]).json();
    let notes: Vec<&str> = report["notes"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    for expected in [
        "awsAuthRefresh cannot be exported",
        "AWS_BEARER_TOKEN_BEDROCK is a secret",
        "ANTHROPIC_BEDROCK_BASE_URL holds a password",
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS: 4096 tokens cut",
        "MAX_THINKING_TOKENS: models that think adaptively ignore it",
        "DISABLE_PROMPT_CACHING: every turn pays",
        "ANTHROPIC_SMALL_FAST_MODEL: deprecated",
    ] {
        assert!(notes.iter().any(|note| note.contains(expected)), "{expected}: {notes:?}");
    }
}

#[test]
fn a_settings_file_that_beats_the_shell_is_named() {
    let home = Home::new();
    home.write(".claude/settings.json", r#"{"env": {"AWS_REGION": "eu-west-1"}}"#);
    let run = home.run(["env", "--profile", "work", "--region", "us-east-1"]);
    assert!(run.stderr.contains("AWS_REGION is set in `") && run.stderr.contains("settings.json:1`"), "{}", run.stderr);
    assert!(run.success().contains("export AWS_REGION='us-east-1'"));
    let said = home.run(["env", "--profile", "nobody"]).failure(2);
    assert!(said.contains("nobody"), "{said}");
    assert!(home.run(["env"]).failure(2).contains("no AWS profile is named"));
}

#[test]
fn a_shell_is_known_by_its_other_names_and_a_region_nobody_knows_is_doubted() {
    let home = Home::new();
    let of = |format: &str| home.run(["env", "--profile", "work", "--format", format]).success();
    for name in ["bash", "zsh", "posix"] {
        assert_eq!(of(name), of("sh"), "{name}");
    }
    assert_eq!(of("pwsh"), of("powershell"));
    let run = home.run(["env", "--profile", "work", "--region", "us-wets-2"]);
    assert!(run.stderr.contains("is `us-wets-2` a region? Did you mean `us-west-2`?"), "{}", run.stderr);
    assert!(run.success().contains("export AWS_REGION='us-wets-2'"), "an account may have what nobody knows yet");
    let report = home.run(["env", "--profile", "work", "--region", " us-wets-2 ", "--json"]).json();
    assert!(report["notes"].to_string().contains("Did you mean `us-west-2`?"), "{report}");
    let run = home.run(["env", "--profile", "work", "--region", " us-west-2 "]);
    assert!(!run.stderr.contains("a region?"), "{}", run.stderr);
    assert!(run.success().contains("export AWS_REGION='us-west-2'\n"));
}
