//! No command, in no format and on no way to fail, prints a secret; `credentials` alone prints what it is for.

use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, Run, files_below, mode};

/// In every planted secret, and in nothing else.
pub(crate) const MARK: &str = "s3cr3t";

/// Every command, its failures too.
pub(crate) const COMMANDS: [&[&str]; 50] = [
    &["status"],
    &["status", "--offline"],
    &["status", "--profile", "work"],
    &["status", "--profile", "keys"],
    &["status", "--profile", "nope"],
    &["profiles"],
    &["profiles", "--profile", "odd"],
    &["credentials", "--profile", "chatty"],
    &["setup"],
    &["setup", "--dry-run"],
    &["setup", "--dry-run", "--profile", "work"],
    &["setup", "--dry-run", "--profile", "work", "--force"],
    &["setup", "--yes", "--profile", "keys"],
    &["setup", "--yes", "--profile", "work"],
    &["setup", "--yes", "--profile", "work", "--scope", "local"],
    &["setup", "--yes", "--profile", "work", "--region", "eu-west-1", "--model", "nope"],
    &["setup", "--yes", "--profile", "work", "--force"],
    &["refresh", "--profile", "work"],
    &["refresh", "--profile", "work", "--force"],
    &["refresh", "--profile", "keys"],
    &["credentials", "--profile", "keys"],
    &["credentials", "--profile", "work", "--sign-in"],
    &["login", "--profile", "keys"],
    &["models"],
    &["policy"],
    &["diagnose"],
    &["diagnose", "--offline"],
    &["explain", "--last"],
    &["models", "--profile", "work"],
    &["regions", "--profile", "work"],
    &["env", "--profile", "work"],
    &["helpers", "test"],
    &["helpers", "test", "--refresh"],
    &["hook", "session-start"],
    &["hook", "stop-failure"],
    &["plugin", "status"],
    &["check-prerequisites"],
    &["get-aws-context", "--check-bedrock"],
    &["inference-config"],
    &["test-bedrock"],
    &["apply-config", "--profile=keys", "--region=us-west-2", "--model=nope"],
    &["apply-config", "--remove"],
    &["statusline"],
    &["reset", "--dry-run"],
    &["reset", "--dry-run", "--all"],
    &["reset", "--all"],
    &["reset"],
    &["reset", "--all", "--yes"],
    &["logout", "--profile", "keys"],
    &["logout", "--all"],
];

#[track_caller]
fn assert_silent(run: &Run, what: &str) {
    assert!(!run.stdout.contains(MARK), "{what} printed {}", run.stdout);
    assert!(!run.stderr.contains(MARK), "{what} printed {}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    let is_quiet = what.contains("refresh") || what.starts_with("hook") || what.starts_with("statusline");
    assert!(!run.stdout.is_empty() || !run.stderr.is_empty() || is_quiet, "{what} ran");
}

pub(crate) fn secret_settings() -> String {
    let settings = json!({
        "env": {
            "AWS_BEARER_TOKEN_BEDROCK": format!("{MARK}-api-key"),
            "AWS_ACCESS_KEY_ID": "AKIASETTINGS",
            "AWS_SECRET_ACCESS_KEY": format!("{MARK}-access-key"),
            "AWS_SESSION_TOKEN": format!("{MARK}-session"),
            "ANTHROPIC_API_KEY": format!("{MARK}-anthropic"),
            "ANTHROPIC_CUSTOM_HEADERS": format!("Authorization: {MARK}"),
        }
    });
    settings.to_string()
}

/// Everything that can hold a secret holds one.
pub(crate) fn planted(settings: &str) -> Home {
    let mut home = Home::new();
    home.write(".claude/settings.json", settings);
    home.write("work/.claude/settings.local.json", settings);
    home.write(
        ".aws/credentials",
        format!(
            "[keys]\naws_access_key_id = AKIAKEYS\naws_secret_access_key = {MARK}-in-file\nregion = us-west-2\n\
             [odd]\naws_access_key_id = AKIAODD\nregion = us-west-2\n  aws_secret_access_key = {MARK}-nested\n\
             aws_session_token: {MARK}-colon/==\nAWS_SECRET_ACCESS_KEY = {MARK}-upper # {MARK}\n\
             external_id = {MARK} # {MARK}\n\
             [chatty]\ncredential_process = /bin/echo {MARK} '{MARK}'\n"
        ),
    );
    home.change_token(&[
        ("accessToken", format!("aoa{MARK}").into()),
        ("refreshToken", format!("aor{MARK}").into()),
        ("clientSecret", format!("{MARK}-client").into()),
    ]);
    for name in ["AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ANTHROPIC_AUTH_TOKEN"] {
        home = home.env(name, format!("{MARK}-of-the-shell"));
    }
    home.env("AWS_ACCESS_KEY_ID", "AKIASHELL")
}

/// Runs every command in every format.
fn run_everything(home: &Home) {
    for arguments in COMMANDS {
        for format in [&[][..], &["--json"], &["--verbose"], &["--json", "--verbose"]] {
            let all: Vec<&str> = arguments.iter().chain(format).copied().collect();
            assert_silent(&home.run(&all), &all.join(" "));
        }
    }
}

#[test]
fn no_command_prints_a_planted_secret() {
    run_everything(&planted(&secret_settings()));
}

#[test]
fn no_command_prints_a_secret_of_broken_settings() {
    let whole = secret_settings();
    for broken in
        [&whole[..whole.len() - 2], &format!("{whole} {whole}"), &whole.replace("{\"env\"", "{\"model\": 5, \"env\"")]
    {
        let home = planted(broken);
        for arguments in
            [&["status"][..], &["setup", "--yes"], &["setup", "--yes", "--force"], &["reset", "--all", "--yes"]]
        {
            for format in [&["--verbose"][..], &["--json"]] {
                let all: Vec<&str> = arguments.iter().chain(format).copied().collect();
                assert_silent(&home.run(&all), &all.join(" "));
            }
        }
    }
}

#[test]
fn a_signed_in_user_with_secrets_in_the_settings_can_force_and_go_back_in_silence() {
    let home = Home::new();
    home.write(".claude/settings.json", secret_settings());
    let told = home.run(["setup", "--yes", "--verbose"]);
    assert_silent(&told, "setup");
    assert!(told.failure(2).contains("env.AWS_BEARER_TOKEN_BEDROCK: (hidden)"));
    for format in [&[][..], &["--json"]] {
        let run = home.run(["setup", "--yes", "--force", "--verbose"].iter().chain(format));
        assert_silent(&run, "setup --force");
        assert!(run.success().contains("(hidden)"));
        let run = home.run(["reset", "--verbose"].iter().chain(format));
        assert_silent(&run, "reset");
        let _ = run.success();
        assert_eq!(home.settings_text(), secret_settings());
    }
    let run = home.run(["reset", "--all", "--yes", "--json"]);
    assert_silent(&run, "reset --all");
    assert!(run.success().contains("(hidden)"));
}

#[test]
fn a_reset_after_an_edit_shows_neither_the_secret_before_nor_the_one_now() {
    for format in [&[][..], &["--json"]] {
        let home = Home::new();
        home.write(".claude/settings.json", secret_settings());
        let _ = home.run(["setup", "--yes", "--force"]).success();
        let mut settings = home.settings_json();
        settings["env"]["AWS_BEARER_TOKEN_BEDROCK"] = format!("{MARK}-another").into();
        home.write(".claude/settings.json", settings.to_string());
        let run = home.run(["reset", "--verbose"].iter().chain(format));
        assert_silent(&run, "reset");
        assert!(run.success().contains("env.AWS_BEARER_TOKEN_BEDROCK"), "the key is named");
    }
}

#[test]
fn receipts_may_hold_the_bytes_before_and_are_private() {
    let home = Home::new();
    home.write(".claude/settings.json", secret_settings());
    let _ = home.run(["setup", "--yes", "--force"]).success();
    let files = home.state_files("receipts");
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(mode(&file), 0o600);
        assert!(!file.to_str().expect("UTF-8").contains(MARK));
    }
}

/// The secrets that AWS issued and that lie on the disk.
fn issued_secrets(home: &Home) -> Vec<String> {
    let token = home.token();
    let mut secrets: Vec<String> =
        ["accessToken", "refreshToken", "clientSecret"].iter().map(|name| text(&token[*name])).collect();
    let keys = home.run(["credentials", "--profile", "work"]).json()["Credentials"].clone();
    secrets.extend(["SecretAccessKey", "SessionToken"].iter().map(|name| text(&keys[*name])));
    secrets
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[test]
fn what_aws_issued_is_printed_by_credentials_alone() {
    let home = Home::new();
    let secrets = issued_secrets(&home);
    let assert_none = |run: &Run, what: &str| {
        for secret in &secrets {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{what} printed a secret: {run:?}");
        }
    };
    for arguments in
        COMMANDS.iter().filter(|arguments| arguments[0] != "credentials" && !arguments.contains(&"--force"))
    {
        for format in ["--verbose", "--json"] {
            let all: Vec<&str> = arguments.iter().copied().chain([format]).collect();
            assert_none(&home.run(&all), &all.join(" "));
        }
    }
    let run = home.run(["credentials", "--profile", "work", "--verbose"]);
    assert!(secrets.iter().all(|secret| !run.stderr.contains(secret)), "{}", run.stderr);
    // The document holds the keys it is for, and nothing of the sign-in.
    let printed: Vec<bool> = secrets.iter().map(|secret| run.stdout.contains(secret)).collect();
    assert_eq!(printed[..3], [false; 3]);
}

#[test]
fn every_command_is_among_those_that_are_tried() {
    let help = Home::new().run(["--help"]).success();
    let (_, commands) = help.split_once("Commands:\n").expect("a list");
    let (commands, _) = commands.split_once("\n\n").expect("its end");
    // What goes on in the next line is indented further.
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(COMMANDS.iter().any(|arguments| arguments[0] == name), "`{name}` is not tried");
    }
}

#[test]
fn a_document_holds_its_keys_in_every_format_and_nothing_of_the_sign_in() {
    let home = Home::new();
    let secrets = issued_secrets(&home);
    for format in ["claude", "process", "env", "fish", "powershell", "cmd", "dotenv", "bedrock-api-key"] {
        let run = home.run(["credentials", "--profile", "work", "--verbose", "--format", format]);
        assert!(secrets.iter().all(|secret| !run.stderr.contains(secret)), "{format}: {}", run.stderr);
        assert!(secrets[..3].iter().all(|secret| !run.stdout.contains(secret)), "{format}: {}", run.stdout);
        let _ = run.success();
    }
}

#[test]
fn no_program_is_given_a_secret_as_an_argument_and_no_file_but_the_caches_holds_one() {
    let home = Home::approving().env("DISPLAY", ":0");
    let trace = home.path().join("trace");
    let mut traces = String::new();
    let mut secrets = Vec::new();
    for arguments in [
        &["login", "--browser", "--profile", "work"][..],
        &["login", "--no-browser", "--profile", "work"],
        &["setup", "--yes", "--profile", "work"],
        &["helpers", "test"],
        &["status"],
        &["refresh", "--force"],
        &["credentials", "--sign-in"],
        &["models"],
        &["logout", "--all"],
    ] {
        let mut command = home.command("strace");
        command.args(["-f", "-qq", "-s", "65536", "-e", "trace=execve", "-o"]).arg(&trace).arg(PROGRAM);
        let _ = Run::from(command.args(arguments).output().expect("strace starts")).success();
        traces += &fs_err::read_to_string(&trace).expect("a trace");
        if arguments[0] != "logout" {
            secrets.extend(issued_secrets(&home));
        }
    }
    assert!(traces.contains("execve("), "{traces}");
    let signed_out = home.path().join(".aws");
    for secret in &secrets {
        assert!(!traces.contains(secret), "an argument is {secret}");
    }
    let own = home.state_files(".").into_iter().map(|path| (path.clone(), fs_err::read(path).expect("readable")));
    for (path, bytes) in files_below(home.path()).into_iter().chain(own) {
        let text = String::from_utf8_lossy(&bytes);
        let is_private = path.starts_with(&signed_out) && mode(&path) == 0o600;
        let found = secrets.iter().any(|secret| text.contains(secret));
        assert!(!found || is_private, "{} holds a secret after the sign-out", path.display());
    }
}
