//! A home folder with an AWS account behind it, and the program run in it with nothing else around.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Options, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

use crate::recordings;

/// For an account: a second profile that would work as well as `work`.
pub(crate) const READER: &str = r#"
[[profiles]]
name = "reader"
sso_session = "work"
account_id = "111122223333"
role_name = "ReadOnly"
region = "us-east-2"
"#;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_claude-bedrock");

/// A user's machine: a home folder, signed in to the account the sandbox plays.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) sandbox: Sandbox,
    extra: Vec<(OsString, OsString)>,
}

/// What a run printed and how it ended.
#[derive(Debug)]
#[must_use = "assert what it printed or how it ended"]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    /// The default account, signed in.
    pub(crate) fn new() -> Self {
        Self::with(Account::default(), true)
    }

    /// The default account with more TOML below it: users, profiles.
    pub(crate) fn with_more(toml: &str) -> Self {
        let text = include_str!("../../sandbox/account.toml");
        // Arrays of tables of the default's last account go before the next top-level table.
        let at = text.find("# Cross-region inference").expect("the default account has its landmark");
        let text = format!("{}{toml}\n{}", &text[..at], &text[at..]);
        Self::with(Account::from_toml(&text).expect("a valid account"), true)
    }

    /// Any account.
    pub(crate) fn with(account: Account, signed_in: bool) -> Self {
        Self::with_options(account, signed_in, Options::default())
    }

    /// The default account, signed in, behind a network that takes its time.
    pub(crate) fn far_away(latency: Duration) -> Self {
        Self::with_options(Account::default(), true, Options { latency, ..Options::default() })
    }

    fn with_options(account: Account, signed_in: bool, options: Options) -> Self {
        let folder = tempfile::Builder::new().prefix("home").tempdir().expect("a temporary folder");
        let record = Some(fs_err::File::create(recordings::next()).expect("creatable").into_file());
        let sandbox = Sandbox::start(account, Options { record, ..options }).expect("a free port");
        sandbox.furnish(folder.path(), signed_in).expect("a furnished home");
        fs_err::create_dir(folder.path().join("work")).expect("a working directory");
        Self { folder, sandbox, extra: Vec::new() }
    }

    /// An account whose sign-ins are approved at once, with nobody signed in yet, and a browser that follows them.
    pub(crate) fn approving() -> Self {
        let home = Self::with_options(Account::default(), false, Options { approve: true, ..Options::default() });
        home.with_browser("allow")
    }

    /// A browser that answers the sign-in page like a person, and notes every page it opened.
    pub(crate) fn with_browser(self, decision: &str) -> Self {
        let script = format!(
            "#!/usr/bin/env python3\nimport sys, urllib.parse, urllib.request\n\
             open('{0}/opened', 'a').write(sys.argv[1] + '\\n')\n\
             query = urllib.parse.urlsplit(sys.argv[1]).query\n\
             form = urllib.parse.parse_qsl(query) + [('decision', '{decision}')]\n\
             page = urllib.request.urlopen(sys.argv[1], urllib.parse.urlencode(form).encode(), timeout=30)\n\
             open('{0}/page', 'w').write(page.read().decode())\n",
            self.path().display()
        );
        let browser = self.write("browser", script);
        set_mode(&browser, 0o700);
        self.env("BROWSER", browser)
    }

    /// The pages the browser opened.
    pub(crate) fn opened(&self) -> Vec<String> {
        let text = fs_err::read_to_string(self.path().join("opened")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// One more variable for every run.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.extra.push((name.into(), value.as_ref().into()));
        self
    }

    /// The home folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder programs are started in.
    pub(crate) fn working_directory(&self) -> PathBuf {
        self.path().join("work")
    }

    /// The user's settings file.
    pub(crate) fn settings(&self) -> PathBuf {
        self.path().join(".claude/settings.json")
    }

    /// Writes a file below the home folder, its parents too.
    #[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs_err::create_dir_all(path.parent().expect("below the home")).expect("parents");
        fs_err::write(&path, content).expect("writable");
        path
    }

    /// Reads a file below the home folder.
    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs_err::read(self.path().join(path)).expect("readable")
    }

    /// Runs the program without a terminal.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.command(PROGRAM).args(arguments).output().expect("the program starts").into()
    }

    /// A command in this home, without a terminal.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        // Whoever started the tests may sit at a terminal; the program under test must not find it.
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(program);
        command.env_clear().envs(self.sandbox.environment(self.path())).env("PATH", path_with_program());
        command.envs(self.extra.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.working_directory()).stdin(Stdio::null());
        command
    }

    /// The folder the program keeps its own files in.
    pub(crate) fn state(&self) -> PathBuf {
        self.path().join(".local/state/claude-bedrock")
    }

    /// The files in one of the program's own folders; none when the folder is not there.
    pub(crate) fn state_files(&self, folder: &str) -> Vec<PathBuf> {
        let folder = self.state().join(folder);
        let mut found = Vec::new();
        if folder.exists() {
            collect(&folder, &mut found);
        }
        found.into_iter().map(|(path, _)| path).collect()
    }

    /// Waits until something is so, for as long as a busy machine may need.
    #[track_caller]
    pub(crate) fn wait_for(&self, is_so: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_mins(1);
        while !is_so() {
            assert!(Instant::now() < end, "in time; asked so far: {:?}", self.sandbox.requests());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// How often the account was asked for an operation.
    pub(crate) fn asked(&self, operation: &str) -> usize {
        self.sandbox.requests().iter().filter(|entry| entry.operation == operation).count()
    }

    /// The cache file of the one SSO session.
    pub(crate) fn token_file(&self) -> PathBuf {
        let mut found = Vec::new();
        collect(&self.path().join(".aws/sso/cache"), &mut found);
        // Client registrations lie beside it, and drafts while something is written.
        found.retain(|(path, bytes)| path.extension() == Some("json".as_ref()) && !bytes.starts_with(b"{\"clientId\""));
        assert_eq!(found.len(), 1, "one session, one token");
        found.remove(0).0
    }

    /// The SSO token as its cache file holds it.
    pub(crate) fn token(&self) -> Value {
        serde_json::from_slice(&fs_err::read(self.token_file()).expect("readable")).expect("JSON")
    }

    /// Gives the SSO token other fields.
    #[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
    pub(crate) fn change_token(&self, fields: &[(&str, Value)]) {
        let mut token = self.token();
        for (name, value) in fields {
            token[*name] = value.clone();
        }
        fs_err::write(self.token_file(), token.to_string()).expect("writable");
    }

    /// Lets the SSO token end so many minutes earlier than it would.
    pub(crate) fn shorten_token(&self, minutes: i64) {
        self.change_token(&[("expiresAt", self.before_the_token_ends(minutes).into())]);
    }

    /// The moment so many minutes before the SSO token ends, as its file would say it.
    pub(crate) fn before_the_token_ends(&self, minutes: i64) -> String {
        let end: jiff::Timestamp = self.token()["expiresAt"].as_str().expect("text").parse().expect("a time");
        (end - jiff::SignedDuration::from_mins(minutes)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The user's settings as text.
    pub(crate) fn settings_text(&self) -> String {
        fs_err::read_to_string(self.settings()).expect("readable")
    }

    /// The user's settings as JSON.
    pub(crate) fn settings_json(&self) -> Value {
        serde_json::from_str(&self.settings_text()).expect("JSON")
    }

    /// A text with this machine's places and the moments taken out.
    pub(crate) fn portable(&self, text: &str) -> String {
        let text = text.replace(PROGRAM, "PROGRAM").replace(self.path().to_str().expect("UTF-8"), "HOME");
        let mut parts = text.split("until 2");
        let mut portable = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (_, rest) = part.split_once(')').expect("a moment and how far it is");
            portable.push_str("until TIME (in TIME)");
            portable.push_str(rest);
        }
        portable
    }

    /// Every file below the home with its bytes, except what the program keeps for itself.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files_below(self.path())
    }
}

/// Every file below a home with its bytes, except what the program keeps for itself.
pub(crate) fn files_below(home: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    collect(home, &mut found);
    let own = home.join(".local");
    found.retain(|(path, _)| !path.starts_with(&own));
    found.sort();
    found
}

/// The permission bits of a file or folder.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs_err::metadata(path).expect("there").permissions().mode() & 0o777
}

/// Gives a file its permission bits.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("our file");
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs_err::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push((path.clone(), fs_err::read(&path).expect("readable")));
        }
    }
}

/// `PATH` with the program's folder first.
pub(crate) fn path_with_program() -> OsString {
    let folder = Path::new(PROGRAM).parent().expect("a folder");
    let mut path = OsString::from(folder);
    path.push(":/usr/local/bin:/usr/bin:/bin");
    path
}

/// Says aloud that a test cannot be made here; in continuous integration it must be.
#[expect(clippy::disallowed_methods, reason = "the test runner's own variable, not the program's")]
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
pub(crate) fn unavailable(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{reason}");
    eprintln!("SKIPPED: {reason}");
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Run {
    /// Asserts that it went well and gives what it printed.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Asserts how it failed and gives what it said.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stderr
    }

    /// Its answer as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.success()).expect("JSON")
    }
}
