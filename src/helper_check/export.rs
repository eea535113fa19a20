//! `awsCredentialExport`, run twice and judged.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::ExposeSecret;

use crate::aws::credentials::Credentials;
use crate::helper_check::Finding;
use crate::helper_check::document::{Document, no_value};
use crate::helper_check::file;
use crate::helper_check::process::{self, Ending, Ran, RunError};
use crate::helper_check::surroundings::Surroundings;
use crate::helper_command;
use crate::world::World;

/// How long an export is waited for when nobody says otherwise. Claude Code itself has no limit.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// An export that takes longer is felt at every start of a session, which waits for it.
const SLOW: Duration = Duration::from_secs(10);

/// A command to look at.
#[derive(Debug, Clone)]
pub struct Export {
    /// What Claude Code runs.
    pub command: String,
    /// The script in it, without what `setup` puts around a script of the user's own.
    pub alone: Option<String>,
    /// The file it runs, where that is plain.
    pub file: Option<PathBuf>,
    /// Whether it is this program.
    pub is_ours: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct ExportFacts {
    /// The file it runs, where that is plain.
    pub file: Option<PathBuf>,
    /// The runs, one after the other.
    pub runs: Vec<RunFacts>,
    /// The document of the first run.
    pub document: Option<Document>,
    /// Whether the second run gave the keys of the first.
    pub same_keys: Option<bool>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// One run, without what it printed.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts {
    /// How it ended.
    pub ending: Ending,
    /// How long it took.
    pub duration: Duration,
    /// How many bytes it wrote to standard error.
    pub stderr_length: u64,
}

impl Export {
    /// The command of a settings file.
    #[must_use]
    pub fn configured(command: &str) -> Self {
        let own = helper_command::own_script(command);
        let ours = helper_command::recognise(command);
        let alone = own.as_deref().and_then(|script| helper_command::own_script_alone(script).ok());
        let is_ours = ours.is_some();
        let file = own.or(ours.map(|ours| ours.program)).or_else(|| plain_file(command));
        Self { command: command.to_owned(), alone, file, is_ours }
    }

    /// Looks at the file, runs the command twice, and judges what it printed.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn look(
        &self,
        world: &World,
        surroundings: &Surroundings,
        deadline: Duration,
    ) -> Result<ExportFacts, RunError> {
        let file_findings = self.file.as_deref().map(|file| file::check(file).findings);
        let mut facts = ExportFacts {
            file: self.file.clone(),
            runs: Vec::new(),
            document: None,
            same_keys: None,
            findings: file_findings.unwrap_or_default(),
        };
        let first = facts.run(&self.command, world, surroundings, deadline).await?;
        match first {
            Err(finding) => facts.findings.push(finding),
            Ok(document) if document.is_unusable() => {
                self.explain_unusable(&mut facts, world, surroundings, deadline).await?;
            }
            Ok(document) => {
                facts.findings.extend(document.expiration.finding(world.now()));
                let second = facts.run(&self.command, world, surroundings, deadline).await?;
                facts.compare(&document, second);
                facts.document = Some(document);
            }
        }
        facts.judge_speed();
        Ok(facts)
    }

    /// The credentials of one run, as Claude Code would take them.
    ///
    /// # Errors
    /// In words, why there are none; nothing of what was printed is in them.
    pub async fn credentials(
        &self,
        world: &World,
        surroundings: &Surroundings,
        deadline: Duration,
    ) -> Result<Credentials, String> {
        let ran = process::run(&self.command, surroundings, deadline).await.map_err(|error| error.to_string())?;
        match read(&ran, world, deadline) {
            Ok(document) if document.is_unusable() => Err("no credentials could be obtained".to_owned()),
            Ok(document) => Ok(document.credentials),
            Err(finding) => Err(finding.message),
        }
    }

    /// Claude Code was given keys that AWS refuses, in the place of some that could not be had.
    async fn explain_unusable(
        &self,
        facts: &mut ExportFacts,
        world: &World,
        surroundings: &Surroundings,
        deadline: Duration,
    ) -> Result<(), RunError> {
        let stands_in = Finding::problem(
            "stand-in",
            "no credentials could be obtained; Claude Code gets keys that AWS refuses instead, so that no other identity is used",
        );
        let Some(alone) = &self.alone else {
            let hint = "run `claude-bedrock credentials` to see why";
            facts.findings.push(if self.is_ours { stands_in.hint(hint) } else { stands_in });
            return Ok(());
        };
        facts.findings.push(stands_in);
        match facts.run(alone, world, surroundings, deadline).await? {
            Err(cause) => facts.findings.push(cause),
            Ok(_) => {
                facts.findings.push(Finding::warning("unsteady", "run by itself a moment later, the script worked"));
            }
        }
        Ok(())
    }
}

/// The file of a command that is nothing but an absolute path, with or without arguments.
fn plain_file(command: &str) -> Option<PathBuf> {
    let first = helper_command::first_word(command).map(PathBuf::from)?;
    (first.is_absolute() && !command.contains(['|', '&', ';', '<', '>', '(', ')', '$', '`', '\n'])).then_some(first)
}

impl ExportFacts {
    async fn run(
        &mut self,
        command: &str,
        world: &World,
        surroundings: &Surroundings,
        deadline: Duration,
    ) -> Result<Result<Document, Finding>, RunError> {
        let ran = process::run(command, surroundings, deadline).await?;
        self.runs.push(RunFacts::of(&ran));
        Ok(read(&ran, world, deadline))
    }

    /// A second run that asks for new keys makes a grant of every start of a session.
    fn compare(&mut self, first: &Document, second: Result<Document, Finding>) {
        let same = match second {
            Ok(second) => second.credentials.access_key_id == first.credentials.access_key_id,
            Err(cause) => {
                let message = format!("it worked once and failed when it was run again: {}", cause.message);
                self.findings.push(Finding { message, ..cause });
                return;
            }
        };
        self.same_keys = Some(same);
        if !same {
            self.findings.push(
                Finding::warning("new-keys-each-run", "each run gives new keys although the first are still good")
                    .hint("let the script keep what it was given, and ask for more only when that is about to end"),
            );
        }
    }

    fn judge_speed(&mut self) {
        let Some(slowest) = self.runs.iter().map(|run| run.duration).max() else { return };
        if slowest > SLOW && self.findings.iter().all(|finding| finding.code != "too-slow") {
            let message = format!("it took {} s, and every start of a session waits for it", slowest.as_secs());
            self.findings.push(Finding::warning("slow", message));
        }
    }

    /// The first thing Claude Code could not work with.
    #[must_use]
    pub fn first_problem(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.is_problem())
    }
}

impl RunFacts {
    /// The run without what it printed.
    #[must_use]
    pub fn of(ran: &Ran) -> Self {
        Self { ending: ran.ending, duration: ran.duration, stderr_length: ran.stderr_length }
    }
}

/// Reads a run as Claude Code does.
fn read(ran: &Ran, world: &World, deadline: Duration) -> Result<Document, Finding> {
    let said = match ran.stderr_length {
        0 => String::new(),
        length => format!("; it wrote {length} bytes to standard error, which Claude Code drops"),
    };
    let by_hand = "run it by hand to see what it says";
    match ran.ending {
        Ending::Exited(0) => Document::parse(ran.stdout.expose_secret(), world.now()),
        Ending::Exited(126) => {
            Err(no_value("exit-code", "the shell is not allowed to run it (exit code 126)").hint(by_hand))
        }
        Ending::Exited(127) => Err(no_value(
            "exit-code",
            "the shell does not find it, or it does not find a program it needs (exit code 127)",
        )
        .hint("name programs by their absolute paths: Claude Code may have another `PATH` than your shell")),
        // The shell's word for a command that was ended by a signal.
        Ending::Exited(code @ 129..=192) => {
            let message = format!("it ended with exit code {code}, which stands for the signal {}{said}", code - 128);
            Err(no_value("exit-code", message).hint(by_hand))
        }
        Ending::Exited(code) => {
            Err(no_value("exit-code", format!("it ended with exit code {code}{said}")).hint(by_hand))
        }
        Ending::Signalled(signal) => Err(no_value("signal", format!("it was ended by the signal {signal}{said}"))),
        Ending::TimedOut { awaited_input: true } => Err(Finding::problem(
            "awaits-input",
            "it waits for standard input, which Claude Code never ends: the session would not start",
        )
        .hint("give it no reason to ask, or read from `</dev/null` in it")),
        Ending::TimedOut { awaited_input: false } => Err(Finding::problem(
            "too-slow",
            format!(
                "it was not done after {}; Claude Code has no limit and would have waited for ever",
                seconds(deadline)
            ),
        )),
        Ending::HeldOpen => Err(Finding::problem(
            "held-open",
            format!(
                "something it left in the background held its output open for {}; Claude Code waits for that",
                seconds(deadline)
            ),
        )
        .hint("redirect the output of what stays in the background")),
    }
}

/// A deadline as people read it.
pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 { format!("{} s", duration.as_secs()) } else { format!("{duration:.1?}") }
}
