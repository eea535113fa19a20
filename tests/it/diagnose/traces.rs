//! What earlier runs left behind, and what an editor's settings say.

use claude_bedrock::private_file::StateFolder;
use claude_bedrock::receipt::{Before, Receipt, Receipts};
use claude_bedrock::settings::document::{Key, RawJson};
use claude_bedrock::vars;
use jiff::SignedDuration;

use super::files::{ASK, Case, EXPLAIN, HINT, WARNING, assert_found, env, refresh};
use super::{CONFIG, Machine, SSO, now, shared};

/// The token of the session `corp`, by the name of its file.
const TOKEN: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";

fn signed_out(record: &str) -> Machine {
    let path = format!(".local/state/claude-bedrock/sign-in/{TOKEN}.json");
    Machine::shared("", "", SSO).file(&path, record)
}

fn ago(minutes: i64) -> jiff::Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// A home with a receipt for its user settings: we wrote `env` keys as they stand there, and one more.
fn with_receipt(machine: Machine, key: &Key, wrote: &str) -> Machine {
    let state = StateFolder::of(&machine.world()).expect("a home");
    let settings = machine.path().join(".claude/settings.json");
    let mut receipt = Receipt::begin(&settings, "user", Before::of(None, false, &|_| false));
    receipt.record(&Key::env(vars::USE_BEDROCK), None, Some(RawJson::from_string("1")));
    receipt.record(key, None, Some(RawJson::from_string(wrote)));
    Receipts::of(&state).store(&receipt, None).expect("writable");
    machine
}

fn without_settings(machine: Machine) -> Machine {
    fs_err::remove_file(machine.path().join(".claude/settings.json")).expect("ours");
    machine
}

/// A debug log as Claude Code 2.1.329 writes it, in which the sign-in command ran so many minutes ago.
fn log_of_runs(minutes: &[i64]) -> String {
    let line = |minutes: &i64| format!("{} [DEBUG] Running AWS auth refresh command\n", stamp(*minutes));
    minutes.iter().map(line).collect()
}

fn stamp(minutes: i64) -> String {
    ago(minutes).strftime("%Y-%m-%dT%H:%M:%S.123Z").to_string()
}

fn refused_log() -> String {
    format!(
        "{0} [DEBUG] Fetching AWS caller identity for AWS auth refresh command\n\
         {0} [DEBUG] Fetched AWS caller identity, skipping AWS auth refresh command\n\
         {0} [ERROR] API error (attempt 1/1): 403 403 User: x is not authorized to perform: bedrock:InvokeModel\n",
        stamp(3)
    )
}

fn editor(settings: &str) -> Machine {
    env("\"X\": \"1\"").file(".config/Code/User/settings.json", settings)
}

pub(super) fn cases() -> Vec<Case> {
    let note = |outcome: &str| format!("{{\"outcome\":\"{outcome}\",\"finishedAt\":{}}}", ago(5).as_millisecond());
    let pending = format!(
        "{{\"pending\": {{\"client_id\": \"c\", \"client_secret\": \"SECRETish\", \"registration_expires_at\": \"2999-01-01T00:00:00Z\", \"device_code\": \"SECRETish\", \"user_code\": \"ABCD\", \"address\": \"https://device.example\", \"complete\": null, \"interval_seconds\": 1, \"expires_at\": \"{}\"}}}}",
        ago(-5)
    );
    let opus = Key::env(vars::DEFAULT_OPUS_MODEL);
    vec![
        (
            "A31",
            WARNING,
            ASK,
            "claude-bedrock login",
            signed_out(&format!("{{\"ended\": {{\"at\": \"{}\", \"how\": \"refused\"}}}}", ago(1))),
        ),
        ("A32", WARNING, ASK, "https://device.example", signed_out(&pending)),
        (
            "A33",
            HINT,
            EXPLAIN,
            "damaged",
            Machine::shared("", "", SSO).signed_in(60, "").file(&format!(".aws/sso/cache/{TOKEN}.damaged"), "{"),
        ),
        (
            "R01",
            WARNING,
            EXPLAIN,
            "3 times",
            refresh("aws sso login --profile work").file(".claude/debug/s.txt", &log_of_runs(&[4, 3, 1])),
        ),
        (
            "R14",
            HINT,
            EXPLAIN,
            "skipping AWS auth refresh",
            env("\"X\": \"1\"").file(".claude/debug/s.txt", &refused_log()),
        ),
        (
            "R29",
            WARNING,
            EXPLAIN,
            "failed",
            refresh("aws sso login --profile work").file(".claude/.aws_auth_refresh-ab.json", &note("failed")),
        ),
        (
            "C28",
            HINT,
            EXPLAIN,
            "us.anthropic.claude-opus-5-5",
            with_receipt(env("\"X\": \"1\""), &opus, "us.anthropic.claude-opus-5"),
        ),
        (
            "C28",
            WARNING,
            EXPLAIN,
            "awsCredentialExport",
            with_receipt(env("\"X\": \"1\""), &Key::top(vars::CREDENTIAL_EXPORT), "claude-bedrock credentials"),
        ),
        (
            "C29",
            WARNING,
            EXPLAIN,
            "cannot be used",
            env("\"X\": \"1\"").file(".local/state/claude-bedrock/receipts/00.json", "{"),
        ),
        (
            "C29",
            WARNING,
            EXPLAIN,
            "aws-config.json",
            env("\"X\": \"1\"").file(".local/state/claude-bedrock/aws-config.json", "[{"),
        ),
        ("C30", HINT, EXPLAIN, "settings.json", without_settings(with_receipt(env("\"X\": \"1\""), &opus, "x"))),
        (
            "C05",
            HINT,
            EXPLAIN,
            "eu-west-1",
            editor("{\"claudeCode.environmentVariables\": [{\"name\": \"AWS_REGION\", \"value\": \"eu-west-1\"}]}"),
        ),
        (
            "C17",
            WARNING,
            EXPLAIN,
            "(hidden)",
            editor("{\"claudeCode.environmentVariables\": {\"AWS_BEARER_TOKEN_BEDROCK\": \"SECRETish\"}}"),
        ),
        (
            "C24",
            HINT,
            EXPLAIN,
            "CLAUDE_CODE_USE_BEDROCK",
            Machine::new("", CONFIG).file(
                ".config/Code/User/settings.json",
                "{\"claudeCode.environmentVariables\": [{\"name\": \"CLAUDE_CODE_USE_BEDROCK\", \"value\": \"1\"},]}",
            ),
        ),
        ("A19", WARNING, EXPLAIN, "", nameless_container()),
    ]
}

/// A container without any source of credentials, whose instance may or may not give some.
fn nameless_container() -> Machine {
    let text = shared("", "").replace("\"AWS_PROFILE\": \"work\",", "");
    let mut machine = Machine::new(&text, "").with("CODESPACES", "true");
    machine.variables.retain(|(name, _)| name != "AWS_EC2_METADATA_DISABLED");
    machine
}

#[test]
fn what_earlier_runs_left_behind() {
    assert_found(cases());
}

#[test]
fn what_is_over_is_not_told_again() {
    let ended = |minutes| format!("{{\"ended\": {{\"at\": \"{}\", \"how\": \"refused\"}}}}", ago(minutes));
    let machines = [
        signed_out(&ended(11)),
        signed_out(&ended(1)).signed_in(60, ""),
        refresh("aws sso login --profile work").file(".claude/debug/s.txt", &log_of_runs(&[400, 399, 398])),
        refresh("aws sso login --profile work").file(".claude/debug/s.txt", &log_of_runs(&[30, 16, 1])),
        with_receipt(env("\"X\": \"1\""), &Key::env(vars::AWS_PROFILE), "work"),
    ];
    for machine in machines {
        let found: Vec<&str> = machine.findings().iter().map(|finding| finding.id).collect();
        assert!(["A31", "A32", "R01", "R29", "C28"].iter().all(|id| !found.contains(id)), "{found:?}");
    }
}
