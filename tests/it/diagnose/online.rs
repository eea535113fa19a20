//! Faults that only AWS shows, each in an account that has it.

use aws_sandbox::{Account, Fault, FaultEffect};
use claude_bedrock::checks::finding::{Finding, Severity};
use claude_bedrock::checks::{self, Needs, Outcome, Selection};
use claude_bedrock::observe::diagnosis::{self, Depth};
use claude_bedrock::world::World;

use super::{problems, shared};
use crate::harness::Home;

/// The surroundings of a home with more variables.
pub(super) fn world_of(home: &Home, more: &[(&str, &str)]) -> World {
    let own = home.sandbox.environment(home.path());
    let more = more.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let path = [("PATH".into(), "/usr/bin:/bin".into())];
    World::with_variables(own.into_iter().chain(path).chain(more), &home.working_directory())
}

/// What is found with the network.
pub(super) fn outcome(home: &Home, more: &[(&str, &str)]) -> Outcome {
    let facts = diagnosis::facts(&world_of(home, more), Depth::Network);
    checks::judge(&facts, &Selection::default())
}

/// The default account, signed in, with Claude Code on its profile `work`.
fn configured(text: &str) -> Home {
    let home = Home::new();
    home.write(".claude/settings.json", text);
    home
}

fn plain() -> Home {
    configured(&shared("", ""))
}

fn with_account(more: &str) -> Home {
    let home = Home::with_more(more);
    home.write(".claude/settings.json", shared("", ""));
    home
}

fn faulty(operation: &str, status: u16, code: &str, message: &str) -> Home {
    let home = plain();
    home.sandbox.set_fault(Fault::of(operation, FaultEffect::error(status, code, message)));
    home
}

#[track_caller]
fn assert_found(home: &Home, more: &[(&str, &str)], id: &str, severity: Severity, evidence: &str) -> Finding {
    let outcome = outcome(home, more);
    let found = outcome.findings.iter().find(|finding| finding.id == id);
    let found =
        found.unwrap_or_else(|| panic!("{id} among {:?}, skipped {:?}", problems(&outcome.findings), outcome.skipped));
    assert_eq!(found.severity, severity, "{found:#?}");
    let seen = format!("{:?}", found.evidence).replace("\\\"", "\"");
    assert!(seen.contains(evidence), "{evidence} in {seen}");
    let others: Vec<_> =
        outcome.findings.iter().filter(|other| other.severity == Severity::Error && other.id != id).collect();
    assert!(others.is_empty(), "beside {id}: {others:#?}");
    found.clone()
}

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;

/// The modes these tests reproduce.
pub(super) const REPRODUCED: [&str; 25] = [
    "A07", "A09", "A10", "A11", "A17", "A23", "A26", "A30", "M01", "M02", "M04", "M06", "M07", "M08", "N09", "N10",
    "P01", "P02", "P03", "P11", "P15", "R02", "R16", "R17", "R18",
];

#[test]
fn sign_ins_that_aws_has_ended() {
    let revoked = include_str!("../../../sandbox/account.toml")
        .replace("client_lifetime", "sessions_revoked_before = \"2999-01-01T00:00:00Z\"\nclient_lifetime");
    let home = Home::with(Account::from_toml(&revoked).expect("a valid account"), true);
    home.write(".claude/settings.json", shared("", ""));
    home.shorten_token(50);
    let found = assert_found(&home, &[], "A07", ERROR, "CreateToken");
    assert_eq!(found.fix.command.as_deref(), Some("claude-bedrock login --profile work"));

    let home = faulty("GetRoleCredentials", 401, "UnauthorizedException", "Session token not found or invalid");
    assert_found(&home, &[], "A07", ERROR, "CreateToken");
}

#[test]
fn roles_and_keys_that_aws_does_not_take() {
    let home = plain();
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", config.replace("BedrockDeveloper", "Nobody"));
    let found = assert_found(&home, &[], "A30", ERROR, "Nobody");
    assert!(found.fix.administrator.is_some_and(|sentence| sentence.contains("Nobody")));

    let keys = [("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let home = configured(&shared("", "").replace("\"AWS_PROFILE\": \"work\",", ""));
    assert_found(&home, &keys, "A11", ERROR, "GetCallerIdentity");

    let home =
        faulty("GetCallerIdentity", 403, "ExpiredToken", "The security token included in the request is expired");
    assert_found(&home, &[], "A10", ERROR, "ExpiredToken");

    let home = plain();
    home.write(".aws/config", "[profile work]\nregion = us-west-2\ncredential_process = /bin/echo hello\n");
    assert_found(&home, &[], "A17", ERROR, "/bin/echo");

    let message = "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:CallWithBearerToken";
    let home = faulty("ListInferenceProfiles", 403, "AccessDeniedException", message);
    let text = shared(", \"AWS_BEARER_TOKEN_BEDROCK\": \"ABSKexample\"", "").replace("\"AWS_PROFILE\": \"work\",", "");
    home.write(".claude/settings.json", text);
    assert_found(&home, &[], "A23", ERROR, "CallWithBearerToken");
}

#[test]
fn a_clock_that_is_wrong() {
    let text =
        include_str!("../../../sandbox/account.toml").replacen("\nseed =", "\nclock_ahead = \"-30m\"\nseed =", 1);
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    home.write(".claude/settings.json", shared("", ""));
    let outcome = outcome(&home, &[]);
    let first = outcome.findings.first().expect("a finding");
    assert_eq!((first.id, first.severity), ("A26", ERROR), "{:?}", outcome.findings);
}

#[test]
fn gates_of_the_account() {
    let home = with_account("[accounts.gates]\nuse_case_form = \"missing\"\n");
    assert_found(&home, &[], "P01", ERROR, "GetUseCaseForModelAccess");
    let agreement = |status| {
        format!("[accounts.gates]\nagreements = [{{ models = \"anthropic.claude-opus-*\", status = \"{status}\" }}]\n")
    };
    assert_found(&with_account(&agreement("not_available")), &[], "P02", ERROR, "NOT_AVAILABLE");
    assert_found(&with_account(&agreement("pending")), &[], "P03", WARNING, "PENDING");
    let denied = "User: x is not authorized to perform: bedrock:ListInferenceProfiles";
    let home = faulty("ListInferenceProfiles", 403, "AccessDeniedException", denied);
    assert_found(&home, &[], "P11", Severity::Hint, "ListInferenceProfiles");
    home.write(
        ".claude/settings.json",
        shared("", "").replace("\"ANTHROPIC_DEFAULT_OPUS_MODEL\": \"us.anthropic.claude-opus-5-5\",", ""),
    );
    assert_found(&home, &[], "P11", WARNING, "ListInferenceProfiles");
}

#[test]
fn models_that_the_region_does_not_list() {
    let pinned = |id: &str| configured(&shared("", "").replacen("us.anthropic.claude-sonnet-5-5", id, 1));
    for (given, id, instead) in [
        ("anthropic.claude-sonnet-4-6", "M01", "us.anthropic.claude-sonnet-4-6"),
        ("eu.anthropic.claude-sonnet-4-6", "M02", "us.anthropic.claude-sonnet-4-6"),
        ("us.anthropic.claude-sonnet-4-6-v1:0", "M04", "us.anthropic.claude-sonnet-4-6"),
        ("apac.anthropic.claude-sonnet-4-6", "M06", "us.anthropic.claude-sonnet-4-6"),
    ] {
        let found = assert_found(&pinned(given), &[], id, ERROR, given);
        assert!(found.fix.text.contains(instead), "{given}: {}", found.fix.text);
    }
    let arn = "arn:aws:bedrock:us-west-2:999999999999:application-inference-profile/abc";
    assert_found(&pinned(arn), &[], "M08", ERROR, "111122223333");
    let text = include_str!("../../../sandbox/account.toml")
        .replace("anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-4-5-other");
    let home = Home::with(Account::from_toml(&text).expect("a valid account"), true);
    let settings =
        shared("", "").replace(",\n    \"ANTHROPIC_DEFAULT_HAIKU_MODEL\": \"us.anthropic.claude-haiku-5-5\"", "");
    home.write(".claude/settings.json", settings);
    let outcome = outcome(&home, &[]);
    let found = outcome.findings.iter().find(|finding| finding.id == "M07").expect("the alias");
    assert!(found.title.contains("haiku") && found.fix.text.contains("us.anthropic.claude-haiku-5-5"), "{found:#?}");
}

#[test]
fn ways_that_lead_nowhere() {
    // Nobody listens at the port of a socket that is closed again.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let nowhere = format!("http://{closed}");
    assert_found(&plain(), &[("AWS_ENDPOINT_URL_STS", &nowhere)], "P15", ERROR, &closed.to_string());
    assert_found(&plain(), &[("ANTHROPIC_BEDROCK_BASE_URL", &nowhere)], "N09", ERROR, &closed.to_string());
    let all = [("AWS_ENDPOINT_URL", nowhere.as_str()), ("ANTHROPIC_BEDROCK_BASE_URL", &nowhere)];
    let outcome = outcome(&plain(), &all);
    assert!(
        outcome.findings.iter().any(|finding| finding.id == "N09" || finding.id == "N10"),
        "{:?}",
        problems(&outcome.findings)
    );
}

#[test]
fn helpers_that_do_not_help() {
    let denied = "User: x is not authorized to perform: sts:GetCallerIdentity";
    let home = faulty("GetCallerIdentity", 403, "AccessDenied", denied);
    home.write(".claude/settings.json", shared("", ", \"awsAuthRefresh\": \"/bin/sh -c true\""));
    assert_found(&home, &[], "R02", WARNING, "/bin/sh");

    let export = |body: &str| {
        let home = plain();
        let script = home.write("grant.sh", format!("#!/bin/sh\n{body}\n"));
        crate::harness::set_mode(&script, 0o700);
        let text = shared("", &format!(", \"awsCredentialExport\": \"{}\"", script.display()));
        home.write(".claude/settings.json", text.replace("\"AWS_PROFILE\": \"work\",", ""));
        home
    };
    assert_found(&export("echo hello"), &[], "R16", ERROR, "grant.sh");
    let keys = r#"echo '{"Credentials":{"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t"}}'"#;
    let outcome = outcome(&export(keys), &[]);
    assert!(outcome.findings.iter().any(|finding| finding.id == "R17"), "{:?}", problems(&outcome.findings));
    let short = super::now() + jiff::SignedDuration::from_mins(5);
    let keys = keys.replace("\"t\"", &format!("\"t\",\"Expiration\":\"{}\"", short.strftime("%Y-%m-%dT%H:%M:%SZ")));
    let outcome = super::online::outcome(&export(&keys), &[]);
    assert!(outcome.findings.iter().any(|finding| finding.id == "R18"), "{:?}", problems(&outcome.findings));
}

/// An operation of AWS's, and what of the facts is missing without it.
const OPERATIONS: [(&str, &[Needs]); 9] = [
    ("GetRoleCredentials", &[Needs::Identity, Needs::Listing, Needs::UseCase, Needs::Quotas, Needs::Probe]),
    ("GetCallerIdentity", &[Needs::Identity]),
    ("ListInferenceProfiles", &[Needs::Listing, Needs::Availability, Needs::Lifecycle]),
    ("GetUseCaseForModelAccess", &[Needs::UseCase]),
    ("GetAccountDataRetention", &[Needs::DataRetention]),
    ("GetFoundationModelAvailability", &[Needs::Availability]),
    ("GetFoundationModel", &[Needs::Lifecycle]),
    ("ListServiceQuotas", &[Needs::Quotas]),
    ("InvokeModelWithResponseStream", &[Needs::Probe]),
];

/// What a fault of one operation leaves: nothing that needs it has passed, and everything else is as ever.
fn is_never_passed(operation: &str, lacking: &[Needs], name: &str, effect: FaultEffect, passed: &[&str]) {
    let home = plain();
    home.sandbox.set_fault(Fault::of(operation, effect));
    let depth = if operation.starts_with("Invoke") { Depth::Probe } else { Depth::Network };
    let outcome = checks::judge(&diagnosis::facts(&world_of(&home, &[]), depth), &Selection::default());
    let touched: Vec<&str> =
        checks::all().filter(|check| lacking.contains(&check.needs)).map(|check| check.id).collect();
    let found: Vec<&str> = outcome.findings.iter().map(|finding| finding.id).collect();
    for id in &touched {
        // What another observation proves is passed by that one.
        let proven = outcome.passed.contains(id);
        let by_papers = ["P01", "P02", "M14", "M15"].contains(id) && depth == Depth::Probe;
        assert!(!proven || by_papers, "{operation} {name}: {id} passed");
        let told = outcome.skipped.iter().any(|(skipped, reason)| skipped == id && !reason.is_empty());
        assert!(told || proven || found.contains(id), "{operation} {name}: {id} is neither skipped nor found");
    }
    // A door that is shut and credentials that are missing concern more than what is asked behind them.
    if !["GetRoleCredentials", "GetCallerIdentity", "ListInferenceProfiles"].contains(&operation)
        && depth != Depth::Probe
    {
        let lost: Vec<&&str> =
            passed.iter().filter(|id| !touched.contains(id) && !outcome.passed.contains(id)).collect();
        assert!(lost.is_empty(), "{operation} {name}: {lost:?} were passed without it");
    }
}

#[test]
fn what_could_not_be_asked_is_never_passed() {
    let passed = &outcome(&plain(), &[]).passed;
    let answer = |status, code: &str| FaultEffect::error(status, code, "no");
    let mut cases = Vec::new();
    for (operation, lacking) in OPERATIONS {
        let effects = [
            ("silent", FaultEffect::Silence),
            ("denied", answer(403, "AccessDeniedException")),
            ("broken", answer(500, "InternalServerException")),
            ("dropped", FaultEffect::DroppedBefore),
        ];
        // A refused model is found; and a silent portal or model has a deadline longer than a test.
        let slow = ["GetRoleCredentials", "InvokeModelWithResponseStream"].contains(&operation);
        let is_answer = |name: &str| operation.starts_with("Invoke") && name == "denied";
        let effects = effects.into_iter().filter(|(name, _)| !(slow && *name == "silent" || is_answer(name)));
        cases.extend(effects.map(|(name, effect)| (operation, lacking, name, effect)));
    }
    // The slow ones at once; and never so many that a deadline passes for want of a processor.
    cases.sort_by_key(|(_, _, name, _)| *name != "silent");
    for cases in cases.chunks(8) {
        std::thread::scope(|scope| {
            for (operation, lacking, name, effect) in cases.iter().cloned() {
                scope.spawn(move || is_never_passed(operation, lacking, name, effect, passed));
            }
        });
    }
}
