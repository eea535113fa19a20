//! A terminal of some size with a person's keys, played by tmux.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::clients::machine::{in_ci, sandbox_program, say};
use crate::harness::{Run, files_below};
use crate::recordings;

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a picture stands still when it is whole.
const SETTLED_AFTER: Duration = Duration::from_millis(60);

/// A home folder, an account and the terminal in front of it.
pub(super) struct Screen {
    folder: TempDir,
    socket: String,
    width: u16,
    account: Option<PathBuf>,
    variables: Vec<String>,
    options: Vec<String>,
}

impl Screen {
    /// A terminal so many columns wide; `None`, said aloud, where there is no tmux.
    pub(super) fn new(width: u16) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if Command::new("tmux").arg("-V").output().is_err() {
            assert!(!in_ci(), "tmux is needed");
            say("SKIPPED, there is no tmux here");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("screen").tempdir().expect("a temporary folder");
        fs_err::create_dir_all(folder.path().join("home/work")).expect("a working directory");
        let socket = format!("claude-bedrock-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Some(Self { folder, socket, width, account: None, variables: Vec::new(), options: Vec::new() })
    }

    /// More profiles, users and roles for the account.
    pub(super) fn with_more(mut self, toml: &str) -> Self {
        let text = include_str!("../../sandbox/account.toml");
        let at = text.find("# Cross-region inference").expect("the default account has its landmark");
        self.account = Some(self.write("../account.toml", format!("{}{toml}\n{}", &text[..at], &text[at..])));
        self
    }

    /// More tables of the account file that belong to no account: faults.
    pub(super) fn with_more_at_the_end(mut self, toml: &str) -> Self {
        let text = include_str!("../../sandbox/account.toml");
        self.account = Some(self.write("../account.toml", format!("{text}\n{toml}")));
        self
    }

    /// One more variable of the shell.
    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push(format!("{name}={value}"));
        self
    }

    /// One more option of the account.
    pub(super) fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// The home folder.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a file below the home folder.
    #[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(path);
        fs_err::create_dir_all(path.parent().expect("below the folder")).expect("parents");
        fs_err::write(&path, content).expect("writable");
        path
    }

    /// A file below the home folder as text.
    pub(super) fn read(&self, path: &str) -> String {
        fs_err::read_to_string(self.home().join(path)).expect("readable")
    }

    /// Starts our program, its whole output kept.
    pub(super) fn start(&self, command: &str) {
        let run = r#"trap : INT; read -r _; cd "$1"; shift; "$@"; echo "exit code $?"; exec cat"#;
        let work = self.home().join("work");
        let mut words: Vec<OsString> = ["sh", "-c", run, "sh"].map(OsString::from).to_vec();
        words.push(work.into());
        words.push("env".into());
        words.extend(self.variables.iter().filter(|pair| pair.starts_with("TERM=")).map(OsString::from));
        words.extend(self.sandbox());
        // The exit code is to be the program's, not that of a shell that was interrupted too.
        let command = if command.contains(';') { command.to_owned() } else { format!("exec {command}") };
        words.extend(["sh", "-c", &command].map(OsString::from));
        let size = self.width.to_string();
        let mut tmux = self.tmux();
        tmux.args(["-f", "/dev/null", "new-session", "-d", "-x", &size, "-y", "45"]).args(words);
        assert!(tmux.status().expect("tmux starts").success(), "tmux opens a terminal");
        let raw = shlex_quoted(&self.raw_path());
        Self::told(self.tmux().args(["pipe-pane", "-o", &format!("cat >> {raw}")]));
        self.keys(&["Enter"]);
    }

    /// Runs our program in the same home without a terminal.
    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        let words: Vec<OsString> = self.sandbox();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg("claude-bedrock").args(arguments).current_dir(self.home().join("work"));
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.stdin(std::process::Stdio::null()).output().expect("the sandbox starts").into()
    }

    /// The words that run what follows them inside the account.
    fn sandbox(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![sandbox_program().into(), "--home".into(), self.home().into()];
        if let Some(account) = &self.account {
            words.extend(["--account".into(), account.into()]);
        }
        words.extend(["--record".into(), recordings::next().into()]);
        words.extend(self.options.iter().map(OsString::from));
        for pair in self.variables.iter().filter(|pair| !pair.starts_with("TERM=")) {
            words.extend(["--env".into(), pair.into()]);
        }
        words.push("--".into());
        words
    }

    /// Presses keys, named as tmux names them.
    pub(super) fn keys(&self, keys: &[&str]) {
        Self::told(self.tmux().arg("send-keys").args(keys));
    }

    /// Types text.
    pub(super) fn types(&self, text: &str) {
        Self::told(self.tmux().args(["send-keys", "-l", text]));
    }

    /// Waits for a text and gives the whole screen.
    #[track_caller]
    pub(super) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits for the last question to be this one.
    #[track_caller]
    pub(super) fn wait_for_question(&self, text: &str) -> String {
        self.wait_until(text, |screen| {
            let asked = screen.lines().rfind(|line| line.starts_with("? "));
            asked.is_some_and(|line| line.contains(text) && !line.ends_with("(back)"))
        })
    }

    /// Waits for the end and gives the exit code.
    #[track_caller]
    pub(super) fn exit_code(&self) -> i32 {
        let screen = self.wait_for("exit code ");
        let code = screen.rsplit("exit code ").next().and_then(|rest| rest.split_whitespace().next());
        code.and_then(|code| code.parse().ok()).expect("a number")
    }

    #[track_caller]
    fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let screen = self.shown();
            if holds(&screen) {
                // What goes on never stands still, and may be over in a moment.
                if !holds(&still(&screen)) {
                    return screen;
                }
                // A picture half drawn holds what was waited for and not yet what stands below it.
                std::thread::sleep(SETTLED_AFTER);
                if still(&self.shown()) == still(&screen) {
                    return screen;
                }
            }
            assert!(Instant::now() < end, "{what:?} did not appear:\n{screen}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything shown so far, lines that the terminal broke joined again.
    pub(super) fn shown(&self) -> String {
        let output = self.tmux().args(["capture-pane", "-p", "-J", "-S", "-"]).output().expect("tmux answers");
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Every byte that was written to the terminal.
    pub(super) fn raw(&self) -> String {
        String::from_utf8_lossy(&fs_err::read(self.raw_path()).expect("a recording")).into_owned()
    }

    /// The lines that were too long for the terminal and that it had to break.
    pub(super) fn too_long(&self) -> Vec<String> {
        let shown = self.shown();
        let longer = |line: &&str| line.chars().count() > usize::from(self.width);
        shown.lines().filter(longer).map(str::to_owned).collect()
    }

    /// Every file of the home with its bytes, except what the program keeps for itself.
    pub(super) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files_below(&self.home())
    }

    fn raw_path(&self) -> PathBuf {
        self.folder.path().join("raw")
    }

    fn tmux(&self) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &self.socket]);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("HOME", self.folder.path()).env("TMUX_TMPDIR", self.folder.path());
        command
    }

    #[track_caller]
    fn told(command: &mut Command) -> Output {
        let output = command.output().expect("tmux answers");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&format!("the screen was:\n{}", self.shown()));
        }
        let _ = self.tmux().arg("kill-server").output();
    }
}

/// What stands on a screen, without the line of what goes on behind a moving picture (`ui/progress`).
fn still(screen: &str) -> String {
    let moves = |line: &&str| line.starts_with(|sign| ('\u{2800}'..='\u{28ff}').contains(&sign));
    let lines: Vec<&str> = screen.lines().filter(|line| !moves(line)).collect();
    lines.join("\n").trim_end().to_owned()
}

fn shlex_quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}
