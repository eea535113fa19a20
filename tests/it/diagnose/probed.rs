//! Faults that only an answer of the models shows, or AWS's papers about them, each in an account that has it.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::process::Command;

use aws_sandbox::{Account, Fault, FaultAnswer, FaultEffect};
use claude_bedrock::checks::finding::Severity;
use claude_bedrock::checks::{self, Outcome, Selection};
use claude_bedrock::observe::diagnosis::{self, Depth};
use claude_bedrock::world::World;
use jiff::SignedDuration;
use serde_json::Value;

use super::online::world_of;
use super::{now, problems, shared};
use crate::harness::{Home, PROGRAM, set_mode};
use crate::network::Network;

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;

const DEFAULT: &str = include_str!("../../../sandbox/account.toml");

/// What the default account's role may do.
const MAY: &str = r#"permissions = { allow = ["bedrock:*", "servicequotas:*", "sts:*"] }"#;

/// The default account with a change, signed in, and Claude Code on its profile `work`.
fn account(from: &str, to: &str) -> Home {
    assert!(DEFAULT.contains(from), "{from}");
    let account = Account::from_toml(&DEFAULT.replacen(from, to, 1)).expect("a valid account");
    let home = Home::with(account, true);
    home.write(".claude/settings.json", shared("", ""));
    home
}

fn with_more(more: &str) -> Home {
    account("# Cross-region inference", &format!("{more}\n# Cross-region inference"))
}

fn gates(line: &str) -> Home {
    with_more(&format!("[accounts.gates]\n{line}"))
}

/// The model behind the pin of Opus with more of its life told.
fn life(more: &str) -> Home {
    let model = "id = \"anthropic.claude-opus-5-5\"\nprovider";
    account(model, &model.replace("provider", &format!("{more}\nprovider")))
}

fn quota(value: u32, unit: &str, name: &str) -> Home {
    with_more(&format!(
        "[[accounts.quotas]]\ncode = \"L-1\"\nname = \"{name} for Anthropic Claude Opus 5.5\"\nvalue = {value}\n\
         adjustable = false\nmodels = \"*.anthropic.claude-opus-5-5\"\nunit = \"{unit}\"\n"
    ))
}

/// The role may do less.
fn role(permissions: &str) -> Home {
    account(MAY, permissions)
}

fn answering(status: u16, code: &str, message: &str) -> Home {
    let home = with_more("");
    let fault = Fault::of("InvokeModelWithResponseStream", FaultEffect::error(status, code, message));
    home.sandbox.set_fault(Fault { model: Some("*opus*".to_owned()), ..fault });
    home
}

/// A gateway that gives the stream another form.
fn rewriting() -> Home {
    let home = with_more("");
    let stream = FaultEffect::Answer(FaultAnswer::page(200, "text/event-stream", "data: {}\n\n"));
    home.sandbox.set_fault(Fault::of("InvokeModelWithResponseStream", stream));
    home
}

fn day(days: i64) -> String {
    (now() + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT00:00:00Z").to_string()
}

fn outcome(world: &World, depth: Depth) -> Outcome {
    checks::judge(&diagnosis::facts(world, depth), &Selection::default())
}

fn at(home: &Home) -> World {
    world_of(home, &[])
}

#[track_caller]
fn expect(world: &World, depth: Depth, id: &str, severity: Severity, evidence: &str) {
    let outcome = outcome(world, depth);
    let found = outcome.findings.iter().find(|finding| finding.id == id);
    let found =
        found.unwrap_or_else(|| panic!("{id} among {:?}, skipped {:?}", problems(&outcome.findings), outcome.skipped));
    assert_eq!(found.severity, severity, "{found:#?}");
    let seen = format!("{:?}", found.evidence);
    assert!(seen.contains(evidence), "{id}: {evidence} in {seen}");
    let others: Vec<_> = outcome.findings.iter().filter(|other| other.severity == ERROR && other.id != id).collect();
    assert!(others.is_empty(), "beside {id}: {others:#?}");
    assert!(!outcome.passed.contains(&id), "{id} was found");
}

/// The modes that these tests find with one token of each model.
pub(super) const PROBED: [&str; 22] = [
    "M11", "M14", "M15", "M18", "M19", "M20", "P04", "P05", "P06", "P07", "P08", "P09", "P14", "Q01", "Q02", "Q05",
    "Q06", "N06", "M17", "P01", "P02", "Q03",
];

fn probed() -> Vec<(&'static str, Severity, &'static str, Home)> {
    let refused = "InvokeModelWithResponseStream us.anthropic";
    let deny = |region: &str| {
        format!(
            "[[service_control_policies]]\nname = \"no\"\n[[service_control_policies.statements]]\neffect = \"deny\"\n\
             actions = [\"bedrock:Invoke*\"]\ncondition = {{ StringEquals = {{ \"aws:RequestedRegion\" = [\"{region}\"] }} }}\n"
        )
    };
    let profiles_alone = r#"permissions = { allow = ["bedrock:Get*", "bedrock:List*", "servicequotas:*", "sts:*"], statements = [
        { effect = "allow", actions = ["bedrock:Invoke*"], resources = ["arn:aws:bedrock:*:*:inference-profile/*"] }] }"#;
    let session = format!(
        "{MAY}\nsession_policy = {{ allow = [\"bedrock:Get*\", \"bedrock:List*\", \"servicequotas:*\", \"sts:*\"] }}"
    );
    let denied = "AccessDeniedException";
    vec![
        ("M11", ERROR, "claude-haiku-5-5", gates("closed_models = [\"anthropic.claude-haiku-*\"]")),
        ("M14", ERROR, "marked by provider as Legacy", life(&format!("legacy_at = \"{}\"", day(-9)))),
        (
            "M15",
            ERROR,
            "end of its life",
            life(&format!("legacy_at = \"{}\"\nend_of_life_at = \"{}\"", day(-90), day(-1))),
        ),
        ("M18", ERROR, "not available for this account", gates("closed_models = [\"anthropic.claude-opus-*\"]")),
        ("M19", ERROR, "data retention mode 'default'", life("data_retention = [\"aws_review\"]")),
        ("M20", ERROR, "TeapotException", answering(418, "TeapotException", "something nobody has ever seen")),
        ("P04", ERROR, "INVALID_PAYMENT_INSTRUMENT", gates("no_payment_instrument = true")),
        ("P05", ERROR, "unsupported countries", gates("unsupported_country = true")),
        (
            "P06",
            ERROR,
            "no identity-based policy",
            role(&MAY.replace("bedrock:*\"", "bedrock:Get*\", \"bedrock:List*\"")),
        ),
        ("P07", ERROR, "us-east-2", with_more(&deny("us-east-2"))),
        ("P08", ERROR, ":foundation-model/", role(profiles_alone)),
        ("P09", ERROR, "session policy", account(MAY, &session)),
        (
            "P14",
            ERROR,
            refused,
            answering(403, denied, "You don't have access to the model with the specified model ID."),
        ),
        (
            "Q01",
            WARNING,
            "Too many tokens,",
            quota(1, "tokens_per_minute", "Cross-region model inference tokens per minute"),
        ),
        ("Q02", ERROR, "tokens per day", quota(1, "tokens_per_day", "Model invocation max tokens per day")),
        ("Q03", ERROR, "= 0", quota(0, "tokens_per_day", "Model invocation max tokens per day")),
        (
            "Q05",
            WARNING,
            "Too many requests",
            quota(0, "requests_per_minute", "Cross-region model inference requests per minute"),
        ),
        (
            "Q06",
            WARNING,
            "ServiceUnavailable",
            answering(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
        ),
        ("N06", ERROR, "text/event-stream", rewriting()),
        ("M17", ERROR, "NOT_AUTHORIZED", gates("models_without_access = [\"anthropic.claude-opus-*\"]")),
        ("P01", ERROR, "GetUseCaseForModelAccess", gates("use_case_form = \"missing\"")),
        (
            "P02",
            ERROR,
            "NOT_AVAILABLE",
            gates("agreements = [{ models = \"anthropic.claude-opus-*\", status = \"not_available\" }]"),
        ),
    ]
}

#[test]
fn what_the_models_answer() {
    let cases = probed();
    let covered: BTreeSet<&str> = cases.iter().map(|case| case.0).collect();
    assert_eq!(covered, PROBED.into_iter().collect());
    // Never so many that a deadline passes for want of a processor.
    for cases in cases.chunks(8) {
        std::thread::scope(|scope| {
            for (id, severity, evidence, home) in cases {
                scope.spawn(move || expect(&at(home), Depth::Probe, id, *severity, evidence));
            }
        });
    }
}

/// The modes that AWS's papers show without a token.
pub(super) const PAPERS: [&str; 5] = ["M14", "M15", "M16", "M19", "Q04"];

#[test]
fn what_the_papers_of_a_model_say() {
    let legacy = format!("legacy_at = \"{}\"", day(-30));
    expect(&at(&life(&legacy)), Depth::Network, "M14", WARNING, "LEGACY");
    let ends = format!("{legacy}\nend_of_life_at = \"{}\"", day(9));
    expect(&at(&life(&ends)), Depth::Network, "M15", WARNING, "endOfLifeTime");
    let extended = format!("{legacy}\nextended_access_at = \"{}\"\nend_of_life_at = \"{}\"", day(-3), day(200));
    expect(&at(&life(&extended)), Depth::Network, "M16", WARNING, "publicExtendedAccessTime");

    let home = with_more("");
    home.write(
        ".claude/settings.json",
        shared(", \"ANTHROPIC_DEFAULT_FABLE_MODEL\": \"us.anthropic.claude-fable-5-1\"", ""),
    );
    expect(&at(&home), Depth::Network, "M19", ERROR, "GetAccountDataRetention");
    let home = gates("data_retention = \"aws_review\"");
    home.write(
        ".claude/settings.json",
        shared(", \"ANTHROPIC_DEFAULT_FABLE_MODEL\": \"us.anthropic.claude-fable-5-1\"", ""),
    );
    assert!(!outcome(&at(&home), Depth::Network).findings.iter().any(|finding| finding.id == "M19"));

    let home = quota(20_000, "tokens_per_minute", "Cross-region model inference tokens per minute");
    home.write(".claude/settings.json", shared(", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"32000\"", ""));
    expect(&at(&home), Depth::Network, "Q04", WARNING, "20000");
}

/// The modes of the way to AWS that these tests find.
pub(super) const ON_THE_WAY: [&str; 6] = ["N01", "N05", "N10", "N12", "N13", "N14"];

/// The surroundings of a home without some of the variables that lead to its account.
fn without(home: &Home, gone: &[&str], more: &[(&str, &str)]) -> World {
    let own =
        home.sandbox.environment(home.path()).into_iter().filter(|(name, _)| !gone.iter().any(|gone| name == gone));
    let more = more.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    World::with_variables(own.chain(more), &home.working_directory())
}

/// Calls go to AWS's own hosts, by a proxy.
fn by_proxy(home: &Home, proxy: &str, bundle: &str) -> World {
    let more = [("HTTPS_PROXY", proxy), ("AWS_CA_BUNDLE", bundle)];
    without(home, &["AWS_ENDPOINT_URL", "ANTHROPIC_BEDROCK_BASE_URL"], &more)
}

/// A slow account: it takes its time with every door.
fn slow() -> Home {
    let home = with_more("");
    for operation in ["ListInferenceProfiles", "Knock"] {
        home.sandbox.set_fault(Fault {
            latency: Some(SignedDuration::from_millis(1700)),
            effect: None,
            ..Fault::of(operation, FaultEffect::Silence)
        });
    }
    home
}

#[test]
fn proxies_that_inspect_or_refuse_or_crawl() {
    let home = slow();
    let network = Network::to_regions(&home, &["us-west-2"], &[]);
    let (proxy, bundle) = (network.address(), home.path().join("company.pem"));
    let bundle = bundle.to_str().expect("UTF-8");
    expect(&by_proxy(&home, &proxy, bundle), Depth::Network, "N05", WARNING, "answered in");
    expect(&by_proxy(&home, &proxy, ""), Depth::Network, "N01", ERROR, "certificate");
    expect(&without(&home, &["ANTHROPIC_BEDROCK_BASE_URL"], &[]), Depth::Network, "N14", Severity::Hint, "answered in");

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let refusing = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 2048]);
            let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let home = with_more("");
    expect(&by_proxy(&home, &refusing, ""), Depth::Network, "N12", ERROR, "proxy authorization");
}

/// Findings of the program run in another way than by the tests themselves, as JSON.
fn report(mut command: Command) -> Value {
    let output = command.output().expect("starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[track_caller]
fn assert_reported(report: &Value, id: &str) {
    let found = report["findings"].as_array().expect("findings");
    assert!(found.iter().any(|finding| finding["id"] == id && finding["severity"] == "error"), "{id} in {report:#}");
}

/// The modes that the tests below find.
pub(super) const CONFINED: [&str; 5] = ["N10", "N13", "R24", "C27", "A16"];

#[test]
fn machines_without_a_network_a_right_or_a_readable_file() {
    let home = with_more("");
    home.write(".aws/config", super::CONFIG);
    // A namespace of its own has no network at all.
    let cut_off = |region: &str| {
        let mut command = home.command("unshare");
        command.args(["-rn", PROGRAM, "diagnose", "--json"]).env("AWS_REGION", region);
        command.env_remove("AWS_ENDPOINT_URL").env_remove("ANTHROPIC_BEDROCK_BASE_URL");
        home.write(".claude/settings.json", shared("", "").replace("us-west-2", region));
        report(command)
    };
    assert_reported(&cut_off("us-west-2"), "N10");
    let there_is_none = cut_off("us-west-9");
    assert_reported(&there_is_none, "N13");
    assert!(!there_is_none["findings"].to_string().contains("\"N10\""), "the cause hides it");

    // In a mount namespace of its own every file of the machine may be another.
    home.write(".claude/settings.json", shared("", ""));
    let managed = "mount -t tmpfs none /etc && mkdir /etc/claude-code && \
                   echo '{ \"env\": {},' > /etc/claude-code/managed-settings.json && exec \"$@\"";
    let mut command = home.command("unshare");
    command.args(["-rm", "sh", "-c", managed, "sh", PROGRAM, "diagnose", "--offline", "--json"]);
    assert_reported(&report(command), "C27");

    // Without the right to read every file, as any other user.
    let home = with_more("");
    set_mode(&home.token_file(), 0o000);
    let mut command = home.command("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", "--", PROGRAM, "diagnose", "--offline", "--json"]);
    assert_reported(&report(command), "R24");
}

#[test]
fn a_credential_process_that_never_ends() {
    let home = with_more("");
    home.write(".aws/config", "[profile work]\nregion = us-west-2\ncredential_process = /bin/sleep 300\n");
    let patience = [("CLAUDE_CODE_AWS_CHAIN_RESOLVE_TIMEOUT_MS", "300")];
    expect(&world_of(&home, &patience), Depth::Network, "A16", ERROR, "/bin/sleep");
}
