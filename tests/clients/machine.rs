//! A machine cut off from every network, with an AWS account on loopback and real clients on it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use aws_smithy_types::base64;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{PROGRAM, Run};
use crate::recordings;

/// The newest Claude Code that was tried, and the one npm installs on Node 20 without saying so.
pub(super) const CLAUDE_VERSIONS: [&str; 2] = ["2.1.329", "2.1.197"];

/// A principal with long-term keys and an API key beside the profile `work`: everything Bedrock needs, and the wrong
/// identity whenever `work` was chosen.
const AMBIENT_USER: &str = r#"
[[accounts.users]]
name = "ambient"
access_key_id = "AKIAAMBIENT000000001"
secret_access_key = "ambientsecretambientsecretambientsecret0"
api_key = "ABSKambientambientambient"
permissions = { allow = ["bedrock:*", "sts:*"] }
"#;

/// The ambient user's keys as variables of a shell.
pub(super) const AMBIENT_KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIAAMBIENT000000001"),
    ("AWS_SECRET_ACCESS_KEY", "ambientsecretambientsecretambientsecret0"),
];

/// The ambient user's Bedrock API key as a variable of a shell.
pub(super) const AMBIENT_API_KEY: (&str, &str) = ("AWS_BEARER_TOKEN_BEDROCK", "ABSKambientambientambient");

/// A home folder, an account file and a request log.
pub(super) struct Machine {
    folder: TempDir,
    variables: Vec<(String, OsString)>,
    signed_out: bool,
    approve: bool,
}

/// A request the account received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) operation: String,
    pub(super) principal: Option<String>,
    pub(super) region: Option<String>,
    pub(super) model: Option<String>,
    pub(super) status: u64,
}

impl Machine {
    /// A machine signed in to the default account, with the ambient user in it.
    pub(super) fn new() -> Self {
        Self::with_more("")
    }

    /// More TOML for the account.
    pub(super) fn with_more(toml: &str) -> Self {
        Self::playing(include_str!("../../sandbox/account.toml"), toml)
    }

    /// Any account with more TOML for it.
    pub(super) fn playing(text: &str, toml: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("machine").tempdir().expect("a temporary folder");
        let at = text.find("# Cross-region inference").expect("the default account has its landmark");
        let machine = Self { folder, variables: Vec::new(), signed_out: false, approve: false };
        machine.write("account.toml", format!("{}{AMBIENT_USER}{toml}\n{}", &text[..at], &text[at..]));
        fs_err::create_dir_all(machine.home().join("project")).expect("a working directory");
        machine
    }

    /// One more variable of the user's shell.
    pub(super) fn variable(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// From now on nobody signs in by furnishing.
    pub(super) fn sign_out(&mut self) {
        self.signed_out = true;
        for gone in [".aws/sso", ".local/state/claude-bedrock/credentials"] {
            let _ = fs_err::remove_dir_all(self.home().join(gone));
        }
    }

    /// Signed in again, as after a person did so.
    pub(super) fn sign_in(&mut self) {
        self.signed_out = false;
    }

    /// From now on every sign-in that somebody starts is approved at once.
    pub(super) fn approve(&mut self) {
        self.approve = true;
    }

    /// The home folder.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a file below the machine's folder.
    #[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(path);
        fs_err::create_dir_all(path.parent().expect("below the folder")).expect("parents");
        fs_err::write(&path, content).expect("writable");
        path
    }

    /// Writes a program below the machine's folder.
    pub(super) fn program_file(&self, path: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(path, text);
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("our own file");
        path
    }

    /// Changes the account file.
    pub(super) fn change_account(&self, from: &str, to: &str) {
        let text = fs_err::read_to_string(self.folder.path().join("account.toml")).expect("the account file");
        assert!(text.contains(from), "{text}");
        self.write("account.toml", text.replace(from, to));
    }

    /// Runs a command on the machine.
    pub(super) fn run<S: AsRef<OsStr>>(&self, command: impl IntoIterator<Item = S>) -> Run {
        let mut namespace = Command::new("unshare");
        // Without a controlling terminal, whoever started the tests: nobody is there to sign in.
        let script = r#"ip link set lo up && cd "$1" && shift && exec setsid --wait "$@""#;
        namespace.args(["-rn", "sh", "-c", script, "sh"]);
        namespace.arg(self.home().join("project")).arg(sandbox_program());
        namespace.arg("--home").arg(self.home()).arg("--account").arg(self.folder.path().join("account.toml"));
        namespace.arg("--log").arg(self.log());
        if self.signed_out {
            namespace.arg("--signed-out");
        }
        namespace.arg("--record").arg(self.recording());
        if self.approve {
            namespace.arg("--approve");
        }
        for (name, value) in &self.variables {
            let mut pair = OsString::from(format!("{name}="));
            pair.push(value);
            namespace.arg("--env").arg(pair);
        }
        namespace.arg("--").args(command);
        namespace.env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        let output = namespace.stdin(Stdio::null()).output().expect("unshare starts");
        // The next run writes over it, and all of them are judged in the end.
        fs_err::copy(self.recording(), recordings::next()).expect("a recording");
        output.into()
    }

    /// Runs our program on the machine.
    pub(super) fn program(&self, arguments: &[&str]) -> Run {
        self.run(std::iter::once(PROGRAM).chain(arguments.iter().copied()))
    }

    /// Asks Claude Code one question, with few retries so that a failure is soon known.
    pub(super) fn ask(&mut self, claude: &Path) -> Run {
        for (name, value) in [("CLAUDE_CODE_MAX_RETRIES", "0"), ("DISABLE_AUTOUPDATER", "1")] {
            if self.variables.iter().all(|(known, _)| known != name) {
                self.variable(name, value);
            }
        }
        self.run([claude.as_os_str(), "-p".as_ref(), "Say hello.".as_ref()])
    }

    /// Asks Claude Code the same question in several sessions at once, each started by a person at one terminal, and
    /// gives what each answered.
    pub(super) fn ask_at_a_terminal(&mut self, claude: &Path, sessions: usize) -> Vec<String> {
        self.variable("CLAUDE_CODE_MAX_RETRIES", "1");
        self.variable("DISABLE_AUTOUPDATER", "1");
        let answers = self.folder.path().join("answers");
        let _ = fs_err::remove_dir_all(&answers);
        let script = format!(
            "mkdir '{0}'\nfor n in $(seq {sessions}); do '{1}' -p 'Say hello.' </dev/null >'{0}/'$n 2>&1 & done\nwait\n",
            answers.display(),
            claude.display(),
        );
        let script = self.write("sessions.sh", script);
        // `script` gives what it runs a terminal of its own.
        let run = self.run(["script", "-qec", &format!("sh {}", script.display()), "/dev/null"]);
        let read =
            |n: usize| fs_err::read_to_string(answers.join(n.to_string())).unwrap_or_else(|_| format!("{run:?}"));
        (1..=sessions).map(read).collect()
    }

    /// The cache file of the SSO session's token.
    pub(super) fn token_file(&self) -> PathBuf {
        let files = fs_err::read_dir(self.home().join(".aws/sso/cache")).expect("a cache");
        let mut paths = files.map(|file| file.expect("a file").path());
        let holds_token = |path: &PathBuf| fs_err::read_to_string(path).expect("text").contains("accessToken");
        paths.find(holds_token).expect("a token")
    }

    /// Changes a JSON file of the home.
    pub(super) fn change(&self, path: &Path, change: impl FnOnce(&mut Value)) {
        let mut object: Value = serde_json::from_slice(&fs_err::read(path).expect("readable")).expect("JSON");
        change(&mut object);
        self.write(path.to_str().expect("UTF-8"), object.to_string());
    }

    /// How often the account was asked for an operation in the last run.
    pub(super) fn asked(&self, operation: &str) -> usize {
        self.requests().iter().filter(|request| request.operation == operation).count()
    }

    /// The requests of the last run.
    pub(super) fn requests(&self) -> Vec<Request> {
        let log = fs_err::read_to_string(self.log()).expect("a log");
        log.lines().map(|line| Request::of(&serde_json::from_str(line).expect("JSON"))).collect()
    }

    /// The models and bodies of the last run's requests for an operation of the runtime.
    pub(super) fn bodies(&self, operation: &str) -> Vec<(String, Value)> {
        let text = fs_err::read_to_string(self.recording()).expect("a recording");
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let wanted = all.filter(|exchange| exchange["operation"] == operation);
        wanted
            .map(|exchange| {
                let path = exchange["request"]["path"].as_str().expect("a path");
                let model = path.split('/').nth(2).expect("a model").to_owned();
                let body = base64::decode(exchange["request"]["body"].as_str().expect("text")).expect("Base64");
                (model, serde_json::from_slice(&body).expect("JSON"))
            })
            .collect()
    }

    /// The requests and answers of the last run in full.
    pub(super) fn recording(&self) -> PathBuf {
        self.folder.path().join("recording.jsonl")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("requests.jsonl")
    }
}

impl Request {
    fn of(entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        Self {
            operation: text("operation").expect("an operation"),
            principal: text("principal"),
            region: text("region"),
            model: text("model"),
            status: entry["status"].as_u64().expect("a status"),
        }
    }
}

/// The `aws-sandbox` program beside ours, built when it is not there.
pub(crate) fn sandbox_program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(PROGRAM).parent().expect("a folder");
        let mut build = Command::new(env!("CARGO"));
        // With the features and in the folder of the whole workspace, where all it needs is built already.
        build.args(["build", "--quiet", "--workspace", "--bin", "aws-sandbox", "--target-dir"]);
        build.arg(folder.parent().expect("a target folder")).current_dir(env!("CARGO_MANIFEST_DIR"));
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo starts").success(), "aws-sandbox builds");
        folder.join("aws-sandbox")
    })
}

/// A version of Claude Code; `None`, said aloud, when it cannot be had here.
pub(super) fn claude_code(version: &str) -> Option<PathBuf> {
    client("claude-code", &format!("claude-code-{version}"), &[version])
}

/// The AWS CLI.
pub(super) fn aws_cli() -> Option<PathBuf> {
    client("aws-cli-v2", "aws-cli-v2", &[])
}

/// A Python with botocore, whose models of the AWS services judge recordings.
pub(super) fn oracle() -> Option<PathBuf> {
    client("oracle", "oracle", &[])
}

/// A Python with cfn-lint, which carries a copy of AWS's Service Authorization Reference.
pub(super) fn cfn_lint() -> Option<PathBuf> {
    client("cfn-lint", "cfn-lint-1.58.0", &["1.58.0"])
}

/// A Python with jsonschema, which judges documents by their schema.
pub(crate) fn json_schema() -> Option<PathBuf> {
    client("jsonschema", "jsonschema-4.26.0", &["4.26.0"])
}

/// The folder with the AWS SDK for JavaScript.
pub(super) fn aws_sdk_js() -> Option<PathBuf> {
    client("aws-sdk-js", "aws-sdk-js", &[])
}

/// The browser Chromium; `None`, said aloud, when it cannot be had here.
pub(super) fn chromium() -> Option<PathBuf> {
    let path = PathBuf::from("/usr/bin/chromium");
    if path.is_file() {
        return Some(path);
    }
    assert!(!in_ci(), "there is no Chromium");
    say("SKIPPED, there is no Chromium here");
    None
}

/// What a script installs below `target/`; `None`, said aloud, when it cannot be had here.
pub(super) fn installed(script: &str, name: &str, arguments: &[&str]) -> Option<PathBuf> {
    client(script, name, arguments)
}

/// Installs a client below `target/`, and makes sure that a network of nothing but loopback can be had for it.
fn client(script: &str, name: &str, arguments: &[&str]) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(PROGRAM).ancestors().nth(2).expect("the target folder");
    let mut install = Command::new(root.join("scripts/clients").join(script));
    install.arg(target.join("clients").join(name)).args(arguments);
    let installed = install.output().map_err(|error| error.to_string()).and_then(|output| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(output.stdout) } else { Err(said) }
    });
    let namespace = Command::new("unshare").args(["-rn", "ip", "link", "set", "lo", "up"]).output();
    let isolated = match namespace {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    };
    match (installed, isolated) {
        (Ok(path), Ok(())) => Some(PathBuf::from(String::from_utf8(path).expect("UTF-8").trim_end())),
        (Err(reason), _) | (_, Err(reason)) => {
            assert!(!in_ci(), "the client {name} cannot be had: {reason}");
            say(&format!("SKIPPED, {name} cannot be had here: {reason}"));
            None
        }
    }
}

/// Whether a test that cannot run is a failure.
#[expect(clippy::disallowed_methods, reason = "the test runner's own variable, not the program's")]
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// Says why a test did not run, or what it saw.
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
