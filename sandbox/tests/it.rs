//! The program as its users start it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_aws-sandbox"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The file that holds the sign-in of the session `work`.
fn token_file(home: &Path) -> std::path::PathBuf {
    home.join(".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json")
}

#[test]
fn the_environment_is_clean() {
    let output = program()
        .args(["--env", "MORE=1", "--", "env"])
        .env("AWS_PROFILE", "mine")
        .env("AWS_ACCESS_KEY_ID", "AKIAMINE")
        .env("CLAUDE_CONFIG_DIR", "/mine")
        .env("XDG_CONFIG_HOME", "/mine")
        .env("LC_ALL", "C")
        .env("LANG", "C")
        .env("TERM", "dumb")
        .output()
        .expect("the program starts");
    let lines = text(&output.stdout);
    let mut names: Vec<&str> = lines.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.sort_unstable();
    let expected = [
        "ANTHROPIC_BEDROCK_BASE_URL",
        "ANTHROPIC_BEDROCK_MANTLE_BASE_URL",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "HOME",
        "LANG",
        "LC_ALL",
        "MORE",
        "PATH",
        "TERM",
    ];
    assert_eq!(names, expected);
    let ours = Path::new(env!("CARGO_BIN_EXE_aws-sandbox")).parent().expect("a folder");
    assert!(lines.contains(&format!("PATH={}:", ours.display())), "{lines}");
}

#[test]
fn the_exit_code_is_the_commands() {
    let code = |command: &[&str]| run(&[&["--"], command].concat()).status.code();
    assert_eq!(code(&["true"]), Some(0));
    assert_eq!(code(&["sh", "-c", "exit 7"]), Some(7));
    assert_eq!(code(&["sh", "-c", "kill -KILL $$"]), Some(137));
    assert_eq!(code(&["there-is-no-such-command"]), Some(127));
}

#[test]
fn without_a_command_it_says_what_to_name() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--serve"));
}

#[test]
fn a_signal_reaches_the_command_before_it_ends_us() {
    let mut child = program()
        .args(["--", "sh", "-c", "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.05; done"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "ready");
    for signal in ["-INT", "-TERM"] {
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.expect("kill starts").success());
    }
    assert_eq!(lines.next().expect("a line").expect("text"), "caught");
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
}

#[test]
fn a_home_is_furnished_where_files_are_missing() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().to_str().expect("a plain path");
    assert!(run(&["--home", path, "--signed-out", "--", "true"]).status.success());
    assert!(fs::read_to_string(home.path().join(".aws/config")).expect("written").starts_with("[profile work]\n"));
    assert!(!token_file(home.path()).exists());

    let kept = "[profile mine]\n";
    fs::remove_file(home.path().join(".aws/config")).expect("removed");
    fs::File::create(home.path().join(".aws/config"))
        .and_then(|mut file| file.write_all(kept.as_bytes()))
        .expect("written");
    assert!(run(&["--home", path, "--", "true"]).status.success());
    assert_eq!(fs::read_to_string(home.path().join(".aws/config")).expect("there"), kept);
    let token: Value = serde_json::from_slice(&fs::read(token_file(home.path())).expect("written")).expect("JSON");
    assert_eq!(token["region"], "us-east-1");
    assert!(token["refreshToken"].is_string());
}

#[cfg(unix)]
#[test]
fn the_sign_in_is_private() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().to_str().expect("a plain path");
    assert!(run(&["--home", path, "--", "true"]).status.success());
    let mode = fs::metadata(token_file(home.path())).expect("written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_temporary_home_is_removed() {
    let output = run(&["--", "sh", "-c", "echo $HOME; test -f $HOME/.aws/config"]);
    assert!(output.status.success());
    assert!(!Path::new(text(&output.stdout).trim()).exists());
}

#[test]
fn a_wrong_account_file_is_named_with_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("account.toml");
    fs::File::create(&file).and_then(|mut file| file.write_all(b"colour = 1\n")).expect("written");
    let output = run(&["--account", file.to_str().expect("a plain path"), "--", "true"]);
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("account.toml") && message.contains("colour"), "{message}");
}

#[test]
fn serving_prints_the_way_and_logs_until_the_input_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let recordings = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recordings");
    fs::create_dir_all(&recordings).expect("creatable");
    let mut child = program()
        .args(["--serve", "--log", log.to_str().expect("a plain path"), "--record"])
        .arg(recordings.join("sandbox-serving.jsonl"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let variables: Vec<String> = lines.take(5).map(|line| line.expect("text")).collect();
    let value = |name: &str| {
        let prefix = format!("{name}=");
        let line = variables.iter().find_map(|line| line.strip_prefix(&prefix));
        line.expect("printed").to_owned()
    };
    assert_eq!(value("AWS_EC2_METADATA_DISABLED"), "true");
    assert_eq!(value("AWS_ENDPOINT_URL"), value("ANTHROPIC_BEDROCK_BASE_URL"));
    assert!(Path::new(&value("HOME")).join(".aws/config").exists());

    let answer = get(&value("AWS_ENDPOINT_URL"), "/inference-profiles?type=SYSTEM_DEFINED");
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(answer.contains("x-amzn-errortype: MissingAuthenticationTokenException"), "{answer}");
    let logged = fs::read_to_string(&log).expect("written");
    let entry: Value = serde_json::from_str(&logged).expect("one line of JSON");
    assert_eq!(entry["operation"], "ListInferenceProfiles");
    assert_eq!(entry["status"], 403);
    assert_eq!(entry["principal"], Value::Null);

    drop(child.stdin.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(!Path::new(&value("HOME")).exists());
}

/// Puts the program beside a product that reports its arguments, and runs the tour.
#[cfg(unix)]
fn tour(product: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    // A shell writes the programs: one this process had open for writing could be busy when run.
    let furnish = r#"cd "$1" && cp "$2" aws-sandbox && printf '#!/bin/sh\n%s\n' "$3" > claude-bedrock &&
        printf '#!/bin/sh\necho "asked: $2"\n' > claude && chmod +x claude claude-bedrock"#;
    let mut shell = Command::new("sh");
    shell.args(["-c", furnish, "sh"]).arg(folder.path()).args([env!("CARGO_BIN_EXE_aws-sandbox"), product]);
    assert!(shell.status().expect("the shell starts").success());
    // Cargo sets it for tests; with it the tour would build the real product.
    let mut command = Command::new(folder.path().join("aws-sandbox"));
    command.arg("tour").args(arguments).env_remove("CARGO").stdin(Stdio::null());
    command.output().expect("the program starts")
}

#[cfg(unix)]
#[test]
fn the_tour_sets_up_looks_and_asks() {
    let output = tour("echo \"did: $*\"", &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let story = text(&output.stdout);
    let mut rest = story.as_str();
    let expected = [
        "$ claude-bedrock setup --profile work --yes",
        "did: setup --profile work --yes",
        "$ claude-bedrock status",
        "did: status",
        "$ claude -p \"Say hello in one short sentence.\"",
        "asked: Say hello in one short sentence.",
        "    claude-bedrock setup",
    ];
    for line in expected {
        let (_, after) = rest.split_once(&format!("{line}\n")).unwrap_or_else(|| panic!("no `{line}` in: {story}"));
        rest = after;
    }
}

#[cfg(unix)]
#[test]
fn the_tour_names_the_step_it_stopped_at() {
    let output = tour("test \"$1\" = setup", &["--no-claude"]);
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("the tour stopped at `claude-bedrock status`"), "{message}");
}

fn get(endpoint: &str, path: &str) -> String {
    let address = endpoint.strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}
