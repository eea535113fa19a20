//! Faults that files and variables show.

mod helpers;

use claude_bedrock::checks::finding::{FixKind, Severity};

use super::{CONFIG, Machine, PINS, SSO, problems, shared};

pub(super) use helpers::helpers;

/// A home with one fault, and what is to be found: the id, its weight, who mends it, and a part of the evidence.
pub(super) type Case = (&'static str, Severity, FixKind, &'static str, Machine);

pub(super) const ERROR: Severity = Severity::Error;
pub(super) const WARNING: Severity = Severity::Warning;
pub(super) const HINT: Severity = Severity::Hint;
pub(super) const SAFE: FixKind = FixKind::Safe;
pub(super) const ASK: FixKind = FixKind::Ask;
pub(super) const EXPLAIN: FixKind = FixKind::Explain;

pub(super) fn env(more: &str) -> Machine {
    Machine::shared(&format!(", {more}"), "", CONFIG)
}

pub(super) fn top(more: &str) -> Machine {
    Machine::shared("", &format!(", {more}"), CONFIG)
}

pub(super) fn model(id: &str) -> Machine {
    let text = shared("", "").replacen("us.anthropic.claude-sonnet-5-5", id, 1);
    Machine::new(&text, CONFIG)
}

pub(super) fn region(value: &str) -> Machine {
    Machine::new(&shared("", "").replace("us-west-2", value), CONFIG)
}

fn profile(config: &str) -> Machine {
    Machine::shared("", "", config)
}

pub(super) fn refresh(command: &str) -> Machine {
    top(&format!("\"awsAuthRefresh\": \"{command}\"")).file("bin/aws", "")
}

fn export(command: &str) -> Machine {
    Machine::new(&shared("", &format!(", \"awsCredentialExport\": \"{command}\"")), CONFIG)
}

/// Settings without a profile, for identities of other kinds.
fn without_profile(more: &str) -> Machine {
    let text =
        format!("{{\"env\": {{\"CLAUDE_CODE_USE_BEDROCK\": \"1\", \"AWS_REGION\": \"us-west-2\", {PINS}{more}}}}}");
    Machine::new(&text, "")
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn configuration() -> Vec<Case> {
    vec![
        (
            "C01",
            ERROR,
            EXPLAIN,
            "CLAUDE_CODE_USE_BEDROCK",
            Machine::new("", "").file(".config/fish/config.fish", "set CLAUDE_CODE_USE_BEDROCK 1\n"),
        ),
        (
            "C02",
            HINT,
            EXPLAIN,
            "CLAUDE_CODE_USE_BEDROCK",
            Machine::new("", CONFIG).file("work/.claude/settings.json", &shared("", "")),
        ),
        (
            "C02",
            HINT,
            EXPLAIN,
            "disableLoginPrompt",
            env("\"X\": \"1\"").file(".vscode/extensions/anthropic.claude-code-2.1.3/x", ""),
        ),
        ("C03", ERROR, ASK, "MiniMax-M2.7", model("MiniMax-M2.7")),
        (
            "C03",
            ERROR,
            ASK,
            "ANTHROPIC_MODEL",
            Machine::new("{\"env\": {\"ANTHROPIC_MODEL\": \"us.anthropic.claude-opus-5-5\"}}", CONFIG),
        ),
        (
            "C03",
            ERROR,
            EXPLAIN,
            "ANTHROPIC_DEFAULT_FABLE_MODEL",
            Machine::new(
                &shared(", \"ANTHROPIC_DEFAULT_FABLE_MODEL\": \"us.anthropic.claude-fable-5\"", "")
                    .replace("BEDROCK\": \"1\"", "BEDROCK\": \"0\""),
                CONFIG,
            ),
        ),
        (
            "C03",
            ERROR,
            ASK,
            "ANTHROPIC_DEFAULT_FABLE_MODEL",
            Machine::new("{\"env\": {\"ANTHROPIC_DEFAULT_FABLE_MODEL\": \"us.anthropic.claude-fable-5\"}}", CONFIG),
        ),
        (
            "C04",
            WARNING,
            EXPLAIN,
            "awsAuthRefresh",
            env("\"X\": \"1\"").file(".claude.json", "{\n \"awsAuthRefresh\": \"x\"}"),
        ),
        (
            "C04",
            WARNING,
            EXPLAIN,
            "awsAuthRefresh",
            env("\"X\": \"1\"").file("work/.claude/settings-local.json", "{\"awsAuthRefresh\": \"x\"}"),
        ),
        ("C05", HINT, EXPLAIN, "eu-west-1", env("\"X\": \"1\"").with("AWS_REGION", "eu-west-1")),
        (
            "C06",
            ERROR,
            EXPLAIN,
            "\"0\"",
            env("\"X\": \"1\"").file("work/.claude/settings.json", "{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"0\"}}"),
        ),
        ("C07", ERROR, EXPLAIN, "comma", Machine::new("{\n  \"env\": {},\n}", CONFIG)),
        ("C07", ERROR, EXPLAIN, "`model`", top("\"model\": 5")),
        ("C07", WARNING, ASK, "null", env("\"NOTHING\": null")),
        ("C08", WARNING, ASK, "CLAUDE_CODE_AWS_PROFILE", env("\"CLAUDE_CODE_AWS_PROFILE\": \"work\"")),
        ("C08", WARNING, ASK, "ANTHROPIC_DEFAULT_OPUS_MODELS", env("\"ANTHROPIC_DEFAULT_OPUS_MODELS\": \"x\"")),
        (
            "C08",
            WARNING,
            ASK,
            "us.anthropic.claude-opus-5-5",
            env("\"ANTHROPIC_DEFAULT_OPUS_MODELS\": \"us.anthropic.claude-opus-5\""),
        ),
        (
            "C08",
            HINT,
            ASK,
            "ANTHROPIC_SMALL_FAST_MODEL",
            env("\"ANTHROPIC_SMALL_FAST_MODEL\": \"us.anthropic.claude-haiku-5-5\""),
        ),
        (
            "C09",
            ERROR,
            SAFE,
            "2.1.100",
            Machine::new(&shared("", "").replace("\"AWS_REGION\": \"us-west-2\",", ""), CONFIG).claude("2.1.100"),
        ),
        ("C10", ERROR, ASK, "us-west-2a", region("us-west-2a")),
        ("C10", ERROR, ASK, "us west 2", region("us west 2")),
        ("C10", ERROR, ASK, "US-WEST-2", region("US-WEST-2")),
        ("C11", HINT, EXPLAIN, "eu-west-1", profile(&CONFIG.replace("us-west-2", "eu-west-1"))),
        ("C12", ERROR, EXPLAIN, "CLAUDE_CONFIG_DIR", env("\"X\": \"1\"").with("CLAUDE_CONFIG_DIR", "HOME/other")),
        ("C13", ERROR, EXPLAIN, "AWS_CONFIG_FILE", env("\"X\": \"1\"").with("AWS_CONFIG_FILE", "HOME/nowhere")),
        ("C13", ERROR, EXPLAIN, "~", profile("").file("aws", SSO).signed_in(60, "").with("AWS_CONFIG_FILE", "~/aws")),
        (
            "C17",
            ERROR,
            EXPLAIN,
            "(hidden)",
            env("\"X\": \"1\"")
                .file("work/.claude/settings.json", "{\"env\": {\"AWS_SECRET_ACCESS_KEY\": \"SECRETish\"}}"),
        ),
        ("C18", ERROR, ASK, "CLAUDE_CODE_SKIP_BEDROCK_AUTH", env("\"CLAUDE_CODE_SKIP_BEDROCK_AUTH\": \"1\"")),
        (
            "C21",
            ERROR,
            ASK,
            "enabled",
            Machine::new(&shared("", "").replace("BEDROCK\": \"1\"", "BEDROCK\": \"enabled\""), CONFIG),
        ),
        ("C22", HINT, EXPLAIN, "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB", env("\"CLAUDE_CODE_SUBPROCESS_ENV_SCRUB\": \"1\"")),
        ("C23", WARNING, ASK, "CLAUDE_CODE_USE_VERTEX", env("\"CLAUDE_CODE_USE_VERTEX\": \"1\"")),
        (
            "C24",
            HINT,
            EXPLAIN,
            "aws",
            refresh("aws sso login --profile work").file(".vscode/extensions/anthropic.claude-code-2.1.3/x", ""),
        ),
        (
            "C25",
            WARNING,
            EXPLAIN,
            "AWS_PROFILE",
            env("\"X\": \"1\"").with("WSL_INTEROP", "/run/x").file(
                ".vscode-server/data/Machine/settings.json",
                "{\"claudeCode.environmentVariables\": [{\"name\": \"AWS_PROFILE\"}]}",
            ),
        ),
        ("C26", HINT, EXPLAIN, "", env("\"X\": \"1\"").file(".config/Claude/config.json", "{}")),
    ]
}

pub(super) fn versions() -> Vec<Case> {
    let key = ", \"AWS_BEARER_TOKEN_BEDROCK\": \"ABSKexample\"";
    vec![
        ("C14", ERROR, EXPLAIN, "2.1.275", env("\"X\": \"1\"").claude("2.1.275")),
        ("C15", ERROR, EXPLAIN, "2.1.95", without_profile(key).claude("2.1.95")),
        ("C19", ERROR, EXPLAIN, "2.1.96", env("\"AWS_BEARER_TOKEN_BEDROCK\": \"\"").claude("2.1.96")),
        ("C20", ERROR, EXPLAIN, "2.1.100", env("\"ANTHROPIC_AUTH_TOKEN\": \"x\"").claude("2.1.100")),
        (
            "C21",
            WARNING,
            SAFE,
            "\"0\"",
            env("\"X\": \"1\"")
                .claude("1.0.120")
                .file("work/.claude/settings.local.json", "{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"0\"}}"),
        ),
        (
            "A09",
            ERROR,
            EXPLAIN,
            "2.1.207",
            profile(&SSO.replace("sso_region = us-west-2", "sso_region = us-east-1"))
                .signed_in(60, "")
                .claude("2.1.207"),
        ),
        ("A27", WARNING, EXPLAIN, "2.1.200", env("\"X\": \"1\"").claude("2.1.200")),
        ("M09", ERROR, EXPLAIN, "2.1.120", env("\"X\": \"1\"").claude("2.1.120")),
        ("M21", WARNING, EXPLAIN, "2.1.216", model("us.anthropic.claude-opus-4-8").claude("2.1.216")),
        ("M27", HINT, EXPLAIN, "2.1.195", env("\"X\": \"1\"").claude("2.1.195")),
        ("N03", WARNING, EXPLAIN, "2.1.259", env("\"HTTPS_PROXY\": \"http://proxy:3128\"").claude("2.1.259")),
        (
            "N07",
            WARNING,
            EXPLAIN,
            "2.1.207",
            env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"https://gateway.example\"").claude("2.1.207"),
        ),
        (
            "N08",
            WARNING,
            EXPLAIN,
            "2.1.230",
            env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"https://gateway.example\"").claude("2.1.230"),
        ),
        (
            "O05",
            WARNING,
            EXPLAIN,
            "2.1.121",
            env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"https://gateway.example\"").claude("2.1.121"),
        ),
        (
            "R09",
            WARNING,
            EXPLAIN,
            "2.0.14",
            refresh("aws sso login --profile work")
                .claude("2.0.14")
                .file(".vscode/extensions/anthropic.claude-code-2.0.1/x", ""),
        ),
        ("R19", ERROR, EXPLAIN, "2.1.140", export("/bin/sh").claude("2.1.140")),
        (
            "R20",
            WARNING,
            EXPLAIN,
            "2.1.205",
            export("/bin/sh").with("HTTPS_PROXY", "http://proxy:3128").claude("2.1.205"),
        ),
        (
            "R21",
            ERROR,
            EXPLAIN,
            "2.1.200",
            refresh("aws sso login --profile work").with("HTTPS_PROXY", "http://proxy:3128").claude("2.1.200"),
        ),
    ]
}

pub(super) fn credentials() -> Vec<Case> {
    let ended = "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbiZYLUFtei1EYXRlPTIwMjAwMTAxVDAwMDAwMFomWC1BbXotRXhwaXJlcz00MzIwMA==";
    vec![
        ("A01", ERROR, EXPLAIN, "neither", without_profile("")),
        ("A01", ERROR, EXPLAIN, "mfa_serial", profile("[profile base]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n[profile work]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\nmfa_serial = arn\n")),
        ("A02", ERROR, ASK, "work", profile("[profile worke]\nregion = us-west-2\n")),
        ("A03", ERROR, ASK, "sso_session = corp", profile(SSO)),
        ("A04", ERROR, ASK, "refresh token", profile(SSO).signed_in(-60, "")),
        ("A05", HINT, EXPLAIN, "sso_session = corp", profile(SSO).signed_in(60, "")),
        ("A05", HINT, EXPLAIN, "sso_start_url", profile("[profile work]\nsso_start_url = https://corp\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = R\n").legacy_signed_in("https://corp")),
        ("A06", ERROR, EXPLAIN, "sso_session = other", profile(&SSO.replace("sso_session = corp", "sso_session = other"))),
        ("A06", ERROR, EXPLAIN, "sso_session = corp", profile(&SSO.replace("sso_region = us-west-2\n", ""))),
        ("A08", ERROR, EXPLAIN, "sso_start_url", profile(&SSO.replace("https://", "")).signed_in(60, "")),
        ("A10", ERROR, EXPLAIN, "2020-01-01", without_profile("").with("AWS_ACCESS_KEY_ID", "ASIAX").with("AWS_SECRET_ACCESS_KEY", "s").with("AWS_SESSION_TOKEN", "t").with("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")),
        ("A11", ERROR, EXPLAIN, "AWS_ACCESS_KEY_ID", without_profile("").with("AWS_ACCESS_KEY_ID", "ASIAX").with("AWS_SECRET_ACCESS_KEY", "s")),
        ("A11", ERROR, EXPLAIN, "aws_access_key_id", profile(&CONFIG.replace("AKIA", "ASIA"))),
        ("A12", WARNING, EXPLAIN, "AWS_PROFILE", without_profile("").file(".aws/config", CONFIG).with("AWS_PROFILE", "work").with("AWS_ACCESS_KEY_ID", "AKIAX").with("AWS_SECRET_ACCESS_KEY", "s")),
        ("A13", WARNING, EXPLAIN, "aws_access_key_id", profile(SSO).file(".aws/credentials", "[work]\naws_access_key_id = AKIAX\naws_secret_access_key = SECRETish\n")),
        ("A14", ERROR, EXPLAIN, "duration_seconds", profile(&format!("{SSO}[profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = work\nduration_seconds = 7200\n")).signed_in(60, "").with_role()),
        ("A15", ERROR, EXPLAIN, "my dev", Machine::new(&shared("", "").replace("\"work\"", "\"my dev\""), &CONFIG.replace("profile work", "profile \"my dev\""))),
        ("A18", ERROR, EXPLAIN, "credential_process", profile("[profile work]\ncredential_process = aws configure export-credentials --profile work\n").file("bin/aws", "")),
        ("A20", ERROR, EXPLAIN, "login_session", profile("[profile work]\nlogin_session = arn:aws:iam::111122223333:user/ada\n")),
        ("A21", ERROR, EXPLAIN, "(hidden)", without_profile(", \"AWS_BEARER_TOKEN_BEDROCK\": \"sk-ant-x\"")),
        ("A22", ERROR, EXPLAIN, "2020-01-01T12:00:00Z", without_profile(&format!(", \"AWS_BEARER_TOKEN_BEDROCK\": \"{ended}\""))),
        ("A24", WARNING, ASK, "AWS_PROFILE", env("\"AWS_BEARER_TOKEN_BEDROCK\": \"ABSKexample\"")),
        ("A25", HINT, EXPLAIN, "AWS_ACCESS_KEY_ID", without_profile("").with("CI", "true").with("AWS_ACCESS_KEY_ID", "ASIAX").with("AWS_SECRET_ACCESS_KEY", "s").with("AWS_SESSION_TOKEN", "t")),
        ("A27", HINT, EXPLAIN, "AWS_ACCESS_KEY_ID", without_profile("").with("AWS_ACCESS_KEY_ID", "ASIAX").with("AWS_SECRET_ACCESS_KEY", "s").with("AWS_SESSION_TOKEN", "t")),
        ("A28", HINT, EXPLAIN, "", profile(SSO).signed_in(60, "")),
        ("A29", ERROR, EXPLAIN, "aws sso login", refresh("aws sso login --profile gone")),
        ("A29", WARNING, EXPLAIN, "line: 5", profile(&format!("{CONFIG}[profile work]\nregion = us-east-1\n"))),
        ("A29", WARNING, EXPLAIN, "(hidden)", profile(&format!("{CONFIG}hello SECRETish\n"))),
        ("A29", WARNING, EXPLAIN, "[profile broken", profile(&format!("{CONFIG}[profile broken\nSECRETish = x"))),
        ("A29", WARNING, EXPLAIN, "credentials", profile(CONFIG).file(".aws/credentials", "[x]\na = 1\na = 2\n")),
    ]
}

impl Machine {
    /// The settings name the profile `role`.
    fn with_role(self) -> Self {
        self.file(".claude/settings.json", &shared("", "").replace("\"work\"", "\"role\""))
    }
}

pub(super) fn assert_found(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for (number, (id, severity, kind, evidence, machine)) in cases.into_iter().enumerate() {
        let findings = machine.findings();
        let home = machine.path().to_str().expect("UTF-8");
        let Some(found) = findings.iter().find(|finding| finding.id == id) else {
            wrong.push(format!("#{number} {id} is not found, but {:?}", problems(&findings)));
            continue;
        };
        let seen = format!("{:?}", found.evidence).replace("\\\"", "\"");
        if (found.severity, found.fix.kind) != (severity, kind) || !seen.contains(evidence) {
            wrong.push(format!("#{number} {id}: {found:#?}"));
        }
        // A fault is one finding: nothing else weighs as much.
        let others: Vec<String> = findings
            .iter()
            .filter(|other| other.severity <= severity && other.id != id && severity != HINT)
            .map(|other| format!("{} {}", other.id, other.title))
            .collect();
        if !others.is_empty() && !MAY_COME_TOGETHER.contains(&id) {
            wrong.push(format!("#{number} {id} comes with {others:?}"));
        }
        let all = format!("{findings:?}");
        assert!(!all.contains("SECRETish"), "{all}");
        assert!(home.len() > 4);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Faults that cannot be had alone: an old version has more than one, and a helper that needs a shell's surroundings is
/// touched by each of them; a sign-in that is wanted is missing.
const MAY_COME_TOGETHER: [&str; 24] = [
    "C03", "C09", "C14", "C15", "C19", "C20", "C21", "A09", "A27", "M09", "M21", "N03", "N07", "N08", "O05", "R09",
    "R19", "R20", "R21", "R07", "C12", "A19", "A31", "A32",
];

#[test]
fn what_is_configured() {
    assert_found(configuration());
}

#[test]
fn which_version_is_installed() {
    assert_found(versions());
}

#[test]
fn where_credentials_come_from() {
    assert_found(credentials());
}

#[test]
fn which_helpers_are_run() {
    assert_found(helpers());
}
