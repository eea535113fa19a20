//! The `aws-sandbox` program: its command line, and what each way of calling it does.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, CommandFactory, Parser, Subcommand, error::ErrorKind};
use tempfile::TempDir;

use crate::{Account, AccountError, Options, Sandbox};

mod child;
mod serve;
mod tour;

/// An AWS account in one process.
///
/// Runs a command in a clean environment and a home of its own, where AWS is an account this
/// program plays over loopback. It is not a jail: a command that looks for the network or for
/// your files by their full names finds them.
///
/// Below `/_sandbox` of its address, plain HTTP requests approve sign-ins, end sessions, move time
/// and let things go wrong; sandbox/README.md lists them.
#[derive(Debug, Parser)]
#[command(name = "aws-sandbox", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    errand: Option<Errand>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Subcommand)]
enum Errand {
    /// Set up Claude Code on the built-in account, from nothing to an answer
    Tour(TourArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Home directory of the command; without it a temporary one, removed at the end
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Account file (TOML) to play instead of the built-in one
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// Write one JSON object per request to this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Write requests and answers in full, as JSON lines, to this file
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Start without a signed-in SSO session
    #[arg(long)]
    signed_out: bool,
    /// Hold back each answer for this long
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Approve every sign-in at once, without a person
    #[arg(long)]
    approve: bool,
    /// Give the command one more variable (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Print the variables that lead to the account, and serve until the input ends
    #[arg(long, conflicts_with_all = ["command", "env"])]
    serve: bool,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Debug, Args)]
struct TourArgs {
    /// Home directory of the tour, kept; without it a temporary one
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Keep the temporary home
    #[arg(long)]
    keep: bool,
    /// The Claude Code program, when it is not the `claude` on the path
    #[arg(long, value_name = "PATH", conflicts_with = "no_claude")]
    claude: Option<PathBuf>,
    /// Write requests and answers in full, as JSON lines, to this file
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// Stop before Claude Code is asked
    #[arg(long)]
    no_claude: bool,
}

/// Why the program failed, apart from what a command inside it did.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line makes no sense.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// The account file was refused.
    #[error("account file `{}`: {reason}", path.display())]
    Account {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: AccountError,
    },
    /// A file, port or process was not to be had.
    #[error("{doing}: {reason}")]
    System {
        /// What was being done, as a gerund.
        doing: String,
        /// What the system said.
        reason: io::Error,
    },
    /// A step of the tour did not succeed.
    #[error("the tour stopped at `{step}`: {reason}")]
    Tour {
        /// The step, as a command.
        step: String,
        /// How it ended.
        reason: String,
    },
}

/// Does what the command line asks for, and returns the exit code to leave with.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.errand {
        Some(Errand::Tour(args)) => tour::tour(&args),
        None if cli.run.serve || !cli.run.command.is_empty() => run_or_serve(&cli.run),
        None => {
            let message = "name a COMMAND after `--`, or `--serve`, or `tour`";
            Err(Cli::command().error(ErrorKind::MissingRequiredArgument, message).into())
        }
    }
}

fn run_or_serve(args: &RunArgs) -> Result<ExitCode, Failure> {
    let account = match &args.account {
        None => Account::default(),
        Some(path) => Account::from_file(path).map_err(|reason| Failure::Account { path: path.clone(), reason })?,
    };
    let options = Options {
        log: args.log.as_deref().map(create).transpose()?,
        record: args.record.as_deref().map(create).transpose()?,
        latency: Duration::from_millis(args.latency),
        approve: args.approve,
    };
    let sandbox = Sandbox::start(account, options).map_err(during("starting the sandbox"))?;
    let home = Home::prepare(args.home.as_deref())?;
    sandbox.furnish(home.path(), !args.signed_out).map_err(during("furnishing the home"))?;
    if args.serve {
        return serve::serve(&sandbox, home.path());
    }
    let mut environment = sandbox.environment(home.path());
    environment.extend(args.env.iter().map(|(key, value)| (key.into(), value.into())));
    child::run(&args.command, &environment)
}

/// The home of a command: one that was named, or a temporary one.
#[derive(Debug)]
enum Home {
    Named(PathBuf),
    Temporary(TempDir),
}

impl Home {
    fn prepare(named: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = named else {
            let folder = tempfile::Builder::new().prefix("aws-sandbox-").tempdir();
            return folder.map(Self::Temporary).map_err(during("making a home"));
        };
        // Programs inside run in folders of their own; a relative HOME would lead each elsewhere.
        std::fs::create_dir_all(path)
            .and_then(|()| path.canonicalize())
            .map(Self::Named)
            .map_err(during(format!("making the home `{}`", path.display())))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Named(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(during(format!("creating `{}`", path.display())))
}

fn during(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Failure {
    let doing = doing.into();
    |reason| Failure::System { doing, reason }
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Tells the person at the terminal something; stdout belongs to the commands inside.
fn say(text: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(io::stderr(), "{text}");
}
