//! The tour: Claude Code set up on the built-in account, from nothing to an answer.

use std::{
    ffi::{OsStr, OsString},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::{Command, ExitCode, ExitStatus, Stdio},
};

use super::{Failure, Home, TourArgs, child, create, during};
use crate::{Account, Options, Sandbox, environment, process};

const PRODUCT: &str = "claude-bedrock";
const PROFILE: &str = "work";
const QUESTION: &str = "Say hello in one short sentence.";
/// Keeps Claude Code from contacting anyone but the sandbox, and from waiting long.
const QUIET: [(&str, &str); 3] =
    [("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"), ("DISABLE_AUTOUPDATER", "1"), ("CLAUDE_CODE_MAX_RETRIES", "1")];

pub(super) fn tour(args: &TourArgs) -> Result<ExitCode, Failure> {
    let product = build_and_find_product()?;
    let options = Options { record: args.record.as_deref().map(create).transpose()?, ..Options::default() };
    let sandbox = Sandbox::start(Account::default(), options).map_err(during("starting the sandbox"))?;
    let home = Home::prepare(args.home.as_deref())?;
    sandbox.furnish(home.path(), true).map_err(during("furnishing the home"))?;
    tell(&format!(
        "An AWS account is running at {}, and nowhere else.\n\
         The home of this tour is {}; yours is not touched.",
        sandbox.endpoint(),
        home.path().display()
    ));
    let inside = Inside { environment: sandbox.environment(home.path()), home: home.path() };
    let result = steps(args, &product, &inside);
    // Before the result: a failed tour is the one whose home is worth a look.
    if let (true, Home::Temporary(folder)) = (args.keep, home) {
        tell(&format!("\nThe home is kept: {}", folder.keep().display()));
    }
    result.map(|()| ExitCode::SUCCESS)
}

/// Where the steps take place.
struct Inside<'a> {
    environment: Vec<(OsString, OsString)>,
    home: &'a Path,
}

fn steps(args: &TourArgs, product: &Path, inside: &Inside<'_>) -> Result<(), Failure> {
    let mut setup = vec!["setup", "--profile", PROFILE];
    if args.yes || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        setup.push("--yes");
    }
    inside.step(product.as_os_str(), PRODUCT, &setup, Stdio::inherit())?;
    inside.step(product.as_os_str(), PRODUCT, &["status"], Stdio::inherit())?;
    if args.no_claude {
        tell("\nClaude Code is not asked, as you wished.");
    } else if let Some(claude) = inside.claude(args.claude.as_deref()) {
        inside.step(claude.as_os_str(), "claude", &["-p", QUESTION], Stdio::null())?;
    } else {
        tell("\nThere is no `claude` on your path; name one with `--claude PATH` to see it answer.");
    }
    tell(&format!("\nThe same with your own AWS account:\n\n    {PRODUCT} setup"));
    Ok(())
}

impl Inside<'_> {
    /// Runs one command of the tour, shown as one would type it.
    fn step(&self, program: &OsStr, name: &str, arguments: &[&str], input: Stdio) -> Result<(), Failure> {
        let quoted = arguments
            .iter()
            .map(|argument| if argument.contains(' ') { format!("\"{argument}\"") } else { (*argument).to_owned() });
        let step = format!("{name} {}", quoted.collect::<Vec<_>>().join(" "));
        tell(&format!("\n$ {step}"));
        let mut command = child::prepare(program, arguments, &self.environment);
        command.envs(QUIET).current_dir(self.home).stdin(input);
        end(step, child::status(command))
    }

    fn claude(&self, named: Option<&Path>) -> Option<PathBuf> {
        if let Some(path) = named {
            // Steps run in the tour's home; a relative path was meant from here.
            return Some(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        }
        let (_, search_path) = self.environment.iter().find(|(key, _)| key == "PATH")?;
        environment::find("claude".as_ref(), search_path)
    }
}

/// Finds the product beside our own executable, after building it when we were built by Cargo.
fn build_and_find_product() -> Result<PathBuf, Failure> {
    let ours = process::executable().map_err(during("finding our own program"))?;
    let folder = ours.parent().unwrap_or_else(|| Path::new("."));
    if let Some(cargo) = process::variable("CARGO") {
        build(&cargo, folder)?;
    }
    let product = folder.join(PRODUCT).with_extension(std::env::consts::EXE_EXTENSION);
    if product.is_file() {
        return Ok(product);
    }
    Err(Failure::Tour { step: PRODUCT.to_owned(), reason: format!("there is no `{}`", product.display()) })
}

fn build(cargo: &OsStr, folder: &Path) -> Result<(), Failure> {
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", PRODUCT]);
    if folder.file_name() == Some("release".as_ref()) {
        command.arg("--release");
    }
    tell(&format!("Building `{PRODUCT}`."));
    let step = format!("cargo build --package {PRODUCT}");
    end(step, child::status(command))
}

fn end(step: String, status: io::Result<ExitStatus>) -> Result<(), Failure> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Tour { step, reason: status.to_string() }),
        Err(error) => Err(Failure::Tour { step, reason: error.to_string() }),
    }
}

/// Narrates; flushed, so that it stays in order with what the commands print.
fn tell(text: &str) {
    let mut output = io::stdout();
    // Nobody is left to tell when stdout is closed.
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}
