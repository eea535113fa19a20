//! Our two readings of the AWS files are those of the real readers: Claude Code's AWS SDK for JavaScript, and botocore
//! in the AWS CLI and as it comes from `PyPI`.

mod generate;
mod known;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use claude_bedrock::aws::profile::{CliReading, ProfileFiles};
use serde_json::Value;
use tempfile::TempDir;

use super::machine::{CLAUDE_VERSIONS, Machine, aws_cli, claude_code, installed};
use crate::harness::Home;
use generate::{Chance, Pair};

/// What Claude Code 2.1.329 embeds.
const JS_VERSION: &str = "3.936.0";
const BOTOCORE_VERSION: &str = "1.44.5";
const SEED: u64 = 20_261_120;
const GENERATED: usize = 3000;

/// Names or keys with their values.
type Table = BTreeMap<String, BTreeMap<String, String>>;

/// What a reader makes of a pair of files, or of one that it refuses nothing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    refused: bool,
    profiles: Table,
    sessions: Table,
    kinds: BTreeMap<String, String>,
}

struct Pairs {
    folder: TempDir,
    all: Vec<Pair>,
}

impl Pairs {
    #[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
    fn new() -> Self {
        let mut chance = Chance::new(SEED);
        let mut all = known::known();
        all.extend((0..GENERATED).map(|_| generate::pair(&mut chance)));
        let folder = tempfile::Builder::new().prefix("profiles").tempdir().expect("a temporary folder");
        for (index, (config, credentials)) in all.iter().enumerate() {
            for (ending, bytes) in [("config", config), ("credentials", credentials)] {
                if let Some(bytes) = bytes {
                    fs_err::write(folder.path().join(format!("{index}.{ending}")), bytes).expect("writable");
                }
            }
        }
        Self { folder, all }
    }

    /// Lets a real reader read all of them in one process.
    fn read_by(&self, program: impl AsRef<Path>, arguments: &[&str], python_path: &str) -> Vec<Value> {
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("HOME", self.folder.path()).env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("PYTHONPATH", python_path).env("PYTHONUTF8", "1").env("PYTHONWARNINGS", "ignore");
        command.args(arguments).arg(self.folder.path()).arg(self.all.len().to_string()).stdin(Stdio::null());
        let output = command.output().expect("the reader starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(answers.len(), self.all.len());
        answers
    }

    /// Asserts that ours is theirs for every pair.
    fn assert_same(&self, reader: &str, theirs: &[Value], ours: impl Fn(&Pair, &Value) -> (Reading, Reading)) {
        let mut text = String::new();
        let mut different = 0;
        let mut counted = (0, 0);
        for (pair, answer) in self.all.iter().zip(theirs) {
            let (ours, theirs) = ours(pair, answer);
            counted.0 += theirs.profiles.len();
            counted.1 += theirs.profiles.values().map(BTreeMap::len).sum::<usize>();
            if ours != theirs {
                different += 1;
                if different <= 5 {
                    let shown =
                        |bytes: &Option<Vec<u8>>| bytes.as_deref().map(String::from_utf8_lossy).map(String::from);
                    let _ = writeln!(
                        text,
                        "\nconfig {:?}\ncredentials {:?}\nours   {ours:?}\ntheirs {theirs:?}",
                        shown(&pair.0),
                        shown(&pair.1)
                    );
                }
            }
        }
        assert_eq!(different, 0, "{reader} reads {different} of {} pairs differently: {text}", self.all.len());
        // A generator that makes nothing readable would pass, too.
        assert!(counted.0 > 2000 && counted.1 > 3000, "only {counted:?} profiles and keys were read by {reader}");
    }
}

fn table(value: &Value, skip: &[String]) -> Table {
    let keys = |value: &Value| {
        let keys = value.as_object().expect("an object").iter();
        keys.map(|(key, value)| (key.clone(), value.as_str().expect("text").to_owned())).collect()
    };
    let sections = value.as_object().expect("an object").iter();
    sections.filter(|(name, _)| !skip.contains(name)).map(|(name, value)| (name.clone(), keys(value))).collect()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let pairs = value.as_object().expect("an object").iter();
    pairs.map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect()
}

/// Our reading of a pair as Claude Code's, beside the SDK's.
fn as_claude_code(pair: &Pair, answer: &Value) -> (Reading, Reading) {
    let text = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let (config, credentials) = (text(&pair.0), text(&pair.1));
    let path = Path::new("file");
    let files = ProfileFiles::parse(config.as_deref().map(|t| (path, t)), credentials.as_deref().map(|t| (path, t)));
    let special: Vec<String> = answer["special"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|name| name.as_str().expect("text").to_owned())
        .collect();
    let mut theirs = Reading {
        refused: false,
        profiles: table(&answer["profiles"], &special),
        sessions: table(&answer["sessions"], &[]),
        kinds: texts(&answer["kinds"]),
    };
    theirs.kinds.retain(|name, _| !special.contains(name));
    let mut ours = Reading::default();
    for profile in files.profiles().filter(|profile| profile.found_by_claude_code && !special.contains(&profile.name)) {
        let keys = profile.keys().map(|(key, value)| (key.to_owned(), value.text.clone())).collect();
        ours.profiles.insert(profile.name.clone(), keys);
        let kind = profile.kind(&files);
        // That a commitment to SSO cannot be kept is found out later by the SDK, and so is half a key pair.
        let is_sso = ["sso_start_url", "sso_account_id", "sso_session", "sso_region", "sso_role_name"];
        let kind = match kind.id() {
            "incomplete" | "legacy-sso" if is_sso.iter().any(|key| profile.get(key).is_some()) => "sso",
            "incomplete" => "none",
            other => other,
        };
        ours.kinds.insert(profile.name.clone(), kind.to_owned());
    }
    for session in files.sso_sessions().filter(|session| session.found_by_claude_code) {
        let keys = session.keys().map(|(key, value)| (key.to_owned(), value.text.clone())).collect();
        ours.sessions.insert(session.name.clone(), keys);
    }
    (ours, theirs)
}

/// Our reading of a pair as the AWS CLI's, beside botocore's.
fn as_aws_cli(pair: &Pair, answer: &Value, knows_login: bool) -> (Reading, Reading) {
    let cli = CliReading::of(pair.0.as_deref(), pair.1.as_deref());
    if answer["refused"] == true {
        let ours = Reading { refused: !cli.refused.is_empty(), ..Reading::default() };
        return (ours, Reading { refused: true, ..Reading::default() });
    }
    let mut theirs = Reading {
        refused: false,
        profiles: table(&answer["profiles"], &[]),
        sessions: table(&answer["sessions"], &[]),
        kinds: texts(&answer["kinds"]),
    };
    let mut ours = Reading { refused: !cli.refused.is_empty(), ..Reading::default() };
    let values = |section: &claude_bedrock::aws::profile::CliSection| {
        section.values().into_iter().map(|(key, value)| (key, value.to_owned())).collect()
    };
    for (name, section) in cli.profiles() {
        ours.profiles.insert(name.to_owned(), values(section));
        let kind = cli.kind(name);
        if kind.id() == "aws-login" && !knows_login {
            theirs.kinds.remove(name);
        } else {
            ours.kinds.insert(name.to_owned(), kind.id().to_owned());
        }
    }
    for (name, section) in cli.sso_sessions() {
        ours.sessions.insert(name.to_owned(), values(section));
    }
    (ours, theirs)
}

fn source(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/profiles").join(name).display().to_string()
}

/// The AWS CLI's Python, and where its modules are.
fn python_of(aws: &Path) -> (PathBuf, String) {
    let folder = aws.parent().expect("a folder");
    (folder.join("venv/bin/python"), folder.join("root/usr/lib/python3/dist-packages").display().to_string())
}

#[test]
fn claude_codes_sdk_reads_what_we_read() {
    let Some(modules) = installed("aws-sdk-js-profiles", &format!("aws-sdk-js-{JS_VERSION}"), &[JS_VERSION]) else {
        return;
    };
    let pairs = Pairs::new();
    let answers = pairs.read_by("node", &[&source("read.cjs"), modules.to_str().expect("UTF-8")], "");
    pairs.assert_same("the AWS SDK for JavaScript", &answers, as_claude_code);
}

#[test]
fn botocore_reads_what_we_say_the_aws_cli_reads() {
    let version = BOTOCORE_VERSION;
    let Some(python) = installed("botocore", &format!("botocore-{version}"), &[version]) else { return };
    let pairs = Pairs::new();
    let answers = pairs.read_by(&python, &[&source("read.py"), "botocore"], "");
    pairs.assert_same("botocore", &answers, |pair, answer| as_aws_cli(pair, answer, true));
}

#[test]
fn the_aws_cli_reads_what_we_say_it_reads() {
    let Some(aws) = aws_cli() else { return };
    let (python, path) = python_of(&aws);
    let pairs = Pairs::new();
    let answers = pairs.read_by(&python, &[&source("read.py"), "awscli"], &path);
    pairs.assert_same("the AWS CLI", &answers, |pair, answer| as_aws_cli(pair, answer, false));
}

/// The known files once more, through the programs themselves.
#[test]
fn aws_configure_says_what_profiles_says() {
    let Some(aws) = aws_cli() else { return };
    for text in known::KNOWN.iter().step_by(4) {
        let home = Home::new();
        home.write(".aws/config", text);
        let listed = home.run(["profiles", "--json"]).json();
        let run = home.command(&aws).args(["configure", "list-profiles"]).output().expect("aws starts");
        let refused = listed["refused_by_aws_cli"] != serde_json::json!([]);
        assert_eq!(run.status.success(), !refused, "{text:?}: {}", String::from_utf8_lossy(&run.stderr));
        let mut theirs: Vec<&str> = std::str::from_utf8(&run.stdout).expect("UTF-8").lines().collect();
        theirs.sort_unstable();
        let mut ours = Vec::new();
        for profile in listed["profiles"].as_array().expect("a list") {
            let found = profile["readings"].is_null() || profile["readings"]["aws_cli"]["found"] == true;
            let name = profile["name"].as_str().expect("a name");
            if found {
                if ours.is_empty() {
                    assert_region(&home, &aws, profile, name);
                }
                ours.push(name);
            }
        }
        ours.sort_unstable();
        assert_eq!(ours, theirs, "{text:?}");
    }
}

/// `aws configure get region` gives the region that we say the AWS CLI has.
fn assert_region(home: &Home, aws: &Path, profile: &Value, name: &str) {
    let mut command = home.command(aws);
    let output = command.args(["configure", "get", "region", "--profile", name]).output().expect("aws starts");
    let theirs = String::from_utf8(output.stdout).expect("UTF-8");
    let differs =
        profile["readings"]["keys"].as_array().and_then(|keys| keys.iter().find(|key| key["key"] == "region"));
    let ours = match differs {
        Some(key) => &key["aws_cli"],
        None => &profile["region"],
    };
    let ours = ours.as_str().unwrap_or_default().trim_end_matches(" ...").to_owned();
    assert!(
        theirs.trim_end().starts_with(&ours) && theirs.trim_end().is_empty() == ours.is_empty(),
        "{name}: {theirs}"
    );
}

/// A role, and profiles of which every tool has to choose a source.
const ROLE: &str = r#"
[[accounts.iam_roles]]
name = "Hub"
trust = { principals = ["*"] }
permissions = { allow = ["bedrock:*", "sts:*"] }
"#;
const CHOICES: &str = "\
[profile role]
role_arn = arn:aws:iam::111122223333:role/Hub
role_session_name = same
source_profile = work
[profile keys-or-sso]
sso_session = work
sso_account_id = 111122223333
sso_role_name = BedrockDeveloper
aws_access_key_id = AKIAAMBIENT000000001
aws_secret_access_key = ambientsecretambientsecretambientsecret0
[profile process-or-sso]
sso_session = work
sso_account_id = 111122223333
sso_role_name = BedrockDeveloper
credential_process = PROGRAM credentials --format process --profile role
";

#[test]
fn our_identity_is_the_one_claude_code_has() {
    let Some(claude) = claude_code(CLAUDE_VERSIONS[0]) else { return };
    let mut machine = Machine::with_more(ROLE);
    let _ = machine.program(&["status", "--offline"]).success();
    let furnished = fs_err::read_to_string(machine.home().join(".aws/config")).expect("a config");
    machine.write("home/.aws/config", furnished + &CHOICES.replace("PROGRAM", crate::harness::PROGRAM));
    machine.variable("CLAUDE_CODE_USE_BEDROCK", "1");
    machine.variable("ANTHROPIC_MODEL", "us.anthropic.claude-sonnet-4-6");
    machine.variable("AWS_REGION", "us-west-2");
    let mut seen = Vec::new();
    for profile in ["role", "keys-or-sso", "process-or-sso"] {
        machine.variable("AWS_PROFILE", profile);
        let ours = machine.program(&["status", "--json", "--profile", profile]).json();
        let ours = ours["identity"]["arn"].as_str().expect("an ARN").to_owned();
        let _ = machine.ask(&claude).success();
        let answered = machine.requests().into_iter().rfind(|request| request.model.is_some() && request.status == 200);
        assert_eq!(answered.and_then(|request| request.principal), Some(ours.clone()), "{profile}");
        seen.push(ours);
    }
    let ends = ["assumed-role/Hub/same", "user/ambient", "assumed-role/Hub/same"];
    assert!(seen.iter().zip(ends).all(|(arn, end)| arn.ends_with(end)), "{seen:?}");
}
