//! Where the contenders run: a home with an account behind it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::{Account, Options, Sandbox};

/// What a network on the same continent takes for an answer.
pub(crate) const LATENCY: Duration = Duration::from_millis(100);

/// A program with its arguments.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) command: Vec<OsString>,
    /// Besides those of the home.
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// Without credentials of ours on the disk.
    pub(crate) is_cold: bool,
    /// Whether it may find what it asks for to be missing.
    pub(crate) may_fail: bool,
}

impl Program {
    pub(crate) fn new<T: Into<OsString>>(name: &'static str, command: impl IntoIterator<Item = T>) -> Self {
        let command = command.into_iter().map(Into::into).collect();
        Self { name, command, variables: Vec::new(), is_cold: false, may_fail: false }
    }

    pub(crate) fn cold(self, name: &'static str) -> Self {
        Self { name, is_cold: true, ..self }
    }
}

/// A home with an account behind it, and the program under test.
pub(crate) struct Stage {
    pub(crate) home: tempfile::TempDir,
    pub(crate) sandbox: Sandbox,
    program: PathBuf,
}

impl Stage {
    /// The built-in account, whose answers come at once, and a home that is signed in to it.
    pub(crate) fn near() -> Self {
        Self::of(Account::default(), Duration::ZERO)
    }

    /// An account whose answers are held back.
    pub(crate) fn of(account: Account, latency: Duration) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let sandbox = Sandbox::start(account, Options { latency, ..Options::default() }).expect("a free port");
        sandbox.furnish(home.path(), true).expect("a furnished home");
        let program = target().join("release/claude-bedrock");
        assert!(program.is_file(), "there is no `{}`: run `cargo build --release --workspace`", program.display());
        Self { home, sandbox, program }
    }

    /// Our program.
    pub(crate) fn ours(&self, name: &'static str, arguments: &str) -> Program {
        let command = std::iter::once(self.program.clone().into()).chain(arguments.split(' ').map(OsString::from));
        Program::new(name, command)
    }

    /// Sets Claude Code up for the profile.
    pub(crate) fn set_up(&self) {
        self.time(&self.ours("setup", "setup --yes --profile work"));
    }

    /// A small program, compiled as ours is.
    pub(crate) fn compiled(&self, name: &'static str, source: &str) -> Program {
        let program = self.home.path().join(name.replace(' ', "-"));
        let file = program.with_extension("rs");
        fs_err::write(&file, source).expect("writable");
        let mut compiler = Command::new("rustc");
        compiler.args(["-O", "-C", "strip=symbols", "-o"]).arg(&program).arg(&file);
        assert!(compiler.status().expect("rustc starts").success(), "{name} compiles");
        Program::new(name, [program])
    }

    pub(crate) fn command(&self, program: &Program) -> Command {
        if program.is_cold {
            let _ = fs_err::remove_dir_all(self.home.path().join(".local/state/claude-bedrock/credentials"));
        }
        let mut command = Command::new(&program.command[0]);
        command.args(&program.command[1..]).env_clear().envs(self.sandbox.environment(self.home.path()));
        command.envs(program.variables.iter().cloned()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// How long a run takes, which has to go well.
    pub(crate) fn time(&self, program: &Program) -> Duration {
        self.time_at_once(program, 1)
    }

    /// So many at once, until the last has ended.
    pub(crate) fn time_at_once(&self, program: &Program, number: usize) -> Duration {
        let mut commands: Vec<Command> = (0..number).map(|_| self.command(program)).collect();
        let start = Instant::now();
        let children: Vec<Child> = commands.iter_mut().map(|it| it.spawn().expect("the program starts")).collect();
        let ended: Vec<bool> = children.into_iter().map(|mut child| child.wait().expect("it ends").success()).collect();
        let time = start.elapsed();
        assert!(
            program.may_fail || ended.iter().all(|success| *success),
            "{} works: {:?}",
            program.name,
            program.command
        );
        time
    }

    /// One run after the other, as a script has them.
    pub(crate) fn time_in_turn(&self, programs: &[Program]) -> Duration {
        programs.iter().map(|program| self.time(program)).sum()
    }
}

/// The target folder: a benchmark is `target/release/deps/NAME`.
fn target() -> PathBuf {
    let ours = std::env::current_exe().expect("a program has a file");
    ours.ancestors().nth(3).expect("the target folder").to_owned()
}

/// The AWS CLI that the tests install below the target folder; where it cannot be had, that is said.
pub(crate) fn aws_cli() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let mut install = Command::new(root.join("scripts/clients/aws-cli-v2"));
    let output = install.arg(target().join("clients/aws-cli-v2")).stderr(Stdio::null()).output().ok();
    let path = output.filter(|output| output.status.success()).and_then(|output| String::from_utf8(output.stdout).ok());
    if path.is_none() {
        println!("  (no AWS CLI here, so nothing of it to compare with)");
    }
    path.map(|path| PathBuf::from(path.trim_end()))
}
