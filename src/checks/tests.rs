//! Facts in, findings out: what a test cannot have of a real machine is recorded here.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::aws::bedrock::{Agreement, Availability};
use crate::aws::call::CallError;
use crate::aws::credentials::{CredentialsError, ProcessError};
use crate::aws::identity::Identity;
use crate::aws::knock::Reached;
use crate::aws::probe::{Outcome as Answer, Probed};
use crate::aws::quotas::Quota;
use crate::aws::session::SessionError;
use crate::checks::facts::{Endpoint, Facts, Look, Platform, TokenContent, TokenState};
use crate::checks::finding::{Finding, Severity};
use crate::checks::{self, Selection};
use crate::helper_check;
use crate::observe::diagnosis::{self, Depth};
use crate::settings::document::Document;
use crate::settings::scope::{Content, Layer, Scope, Settings};
use crate::world::World;

const PINNED: &str = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work",
    "ANTHROPIC_MODEL": "us.anthropic.claude-opus-5-5", "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
    "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5"}}"#;

const KEYS: &str = "[profile work]\nregion = us-west-2\naws_access_key_id = AKIAX\naws_secret_access_key = s\n";

/// The facts of a home with these files, and nothing asked of the network.
#[expect(clippy::disallowed_methods, reason = "a test makes the user's files")]
fn facts(settings: &str, config: &str, variables: &[(&str, &str)]) -> Facts {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [(".claude/settings.json", settings), (".aws/config", config)] {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().expect("a parent")).expect("creatable");
        fs_err::write(path, text).expect("writable");
    }
    let home = folder.path().to_str().expect("UTF-8");
    let own = [("HOME", home), ("PATH", "/nowhere")];
    let world = World::with_variables(own.into_iter().chain(variables.iter().copied()), Path::new("/nowhere"));
    diagnosis::facts(&world, Depth::Files)
}

fn plain() -> Facts {
    facts(PINNED, KEYS, &[])
}

fn found(facts: &Facts, id: &str) -> Finding {
    let outcome = checks::judge(facts, &Selection::default());
    let found = outcome.findings.iter().find(|finding| finding.id == id);
    found.unwrap_or_else(|| panic!("{id} in {:#?}", outcome.findings)).clone()
}

fn endpoint(service: &'static str, reached: Look<Reached, String>) -> Endpoint {
    Endpoint { service, address: "https://bedrock.us-west-2.amazonaws.com".into(), reached }
}

fn open(took: Duration) -> Look<Reached, String> {
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24);
    Look::Seen(Reached { status: 403, date: Some(at), at, took })
}

#[test]
fn the_way_to_aws() {
    let failing = |reason: &str| {
        let mut facts = plain();
        facts.online.endpoints = vec![
            endpoint("AWS STS", Look::Failed(reason.into())),
            endpoint("Amazon Bedrock", Look::Failed(reason.into())),
        ];
        facts
    };
    let inspected = found(&failing("invalid peer certificate: UnknownIssuer"), "N01");
    assert!(inspected.fix.administrator.is_some() && inspected.fix.text.contains("NODE_EXTRA_CA_CERTS"));
    let outcome = checks::judge(&failing("invalid peer certificate: UnknownIssuer"), &Selection::default());
    assert!(!outcome.findings.iter().any(|finding| finding.id == "N10"), "the cause hides it");
    assert_eq!(
        found(&failing("the proxy answered 407 Proxy Authentication Required"), "N12").severity,
        Severity::Error
    );
    assert!(
        found(&failing("connection refused"), "N10")
            .fix
            .administrator
            .expect("a sentence")
            .contains("bedrock.us-west-2")
    );

    let mut far = plain();
    far.online.endpoints = vec![endpoint("Amazon Bedrock", open(Duration::from_secs(3)))];
    assert_eq!(found(&far, "N14").severity, Severity::Hint);
    let mut near = plain();
    near.online.endpoints = vec![endpoint("Amazon Bedrock", open(Duration::from_millis(30)))];
    assert!(checks::judge(&near, &Selection::default()).passed.contains(&"N14"));
}

#[test]
fn credentials_that_cannot_be_had() {
    let mut hanging = facts(PINNED, "[profile work]\ncredential_process = /bin/sh -c 'sleep 99 SECRETish'\n", &[]);
    let error =
        CredentialsError::Process { profile: "work".into(), error: ProcessError::TimedOut(Duration::from_mins(1)) };
    hanging.online.credentials = Look::Failed(error);
    let finding = found(&hanging, "A16");
    assert!(!format!("{finding:?}").contains("SECRETish"), "{finding:#?}");

    let text = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2"}}"#;
    let mut container = facts(text, "", &[]);
    container.place.container = true;
    container.online.credentials = Look::Seen(());
    assert_eq!(found(&container, "A19").severity, Severity::Warning);

    let sso = "[profile work]\nsso_session = c\nsso_account_id = 1\nsso_role_name = R\n[sso-session c]\n\
               sso_start_url = https://c\nsso_region = us-east-1\n";
    let mut mounted = facts(PINNED, sso, &[]);
    mounted.token = Some(TokenState {
        path: "/home/ada/.aws/sso/cache/x.json".into(),
        content: TokenContent::Unreadable("Permission denied (os error 13)".into()),
    });
    assert_eq!(found(&mounted, "R24").severity, Severity::Error);
}

#[test]
fn an_export_that_is_too_short() {
    let text = PINNED.trim_end_matches('}').to_owned() + "}, \"awsCredentialExport\": \"/bin/grant\"}";
    let mut short = facts(&text, KEYS, &[]);
    short.online.export = Look::Seen(vec![helper_check::Finding::warning("short-expiration", "less than 10 minutes")]);
    assert_eq!(found(&short, "R18").severity, Severity::Warning);
}

#[test]
fn another_operating_system_and_managed_settings() {
    let mut windows = facts(PINNED, KEYS, &[("USERPROFILE", r"C:\Users\ada")]);
    windows.platform = Platform::Windows;
    assert_eq!(found(&windows, "C16").severity, Severity::Warning);

    let mut managed = plain();
    let user = Document::parse(PINNED.as_bytes()).expect("settings");
    managed.settings = Settings::of(vec![
        Layer {
            scope: Scope::Managed,
            path: "/etc/claude-code/managed-settings.json".into(),
            content: Content::Dropped("the file is not valid JSON (line 3, column 1)".into()),
        },
        Layer { scope: Scope::User, path: "/home/ada/.claude/settings.json".into(), content: Content::Document(user) },
    ]);
    let finding = found(&managed, "C27");
    assert!(finding.fix.administrator.is_some() && format!("{:?}", finding.evidence).contains("line: 3"));
}

/// An account whose models are asked, and one of them answers with an error.
fn refused(status: u16, code: &str, message: &str) -> Facts {
    let mut facts = plain();
    facts.online.identity = Look::Seen(Identity {
        account: "111122223333".into(),
        arn: "arn:aws:sts::111122223333:assumed-role/Dev/ada".into(),
        user_id: String::new(),
    });
    let refusal = Answer::Refused { status: Some(status), code: Some(code.into()), message: message.into() };
    facts.online.probes = Look::Seen(vec![
        Probed {
            id: "us.anthropic.claude-sonnet-5-5".into(),
            outcome: Answer::Answered { first_token: Duration::from_millis(9) },
        },
        Probed { id: "us.anthropic.claude-opus-5-5".into(), outcome: refusal },
    ]);
    facts
}

#[test]
fn what_a_model_answers_is_its_own_finding() {
    let denied = "AccessDeniedException";
    for (id, status, code, message) in [
        (
            "M14",
            404,
            "ResourceNotFoundException",
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 15 days. Please upgrade to an active model on Amazon Bedrock",
        ),
        (
            "M15",
            404,
            "ResourceNotFoundException",
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
        ),
        ("M17", 403, denied, "You don't have access to the model with the specified model ID."),
        (
            "M18",
            403,
            denied,
            "anthropic.claude-opus-5-5 is not available for this account. You can explore other available models on Amazon Bedrock.",
        ),
        ("M19", 400, "ValidationException", "data retention mode 'default' is not available for this model"),
        ("M20", 418, "TeapotException", "something nobody has ever seen"),
        (
            "P01",
            404,
            "ResourceNotFoundException",
            "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model.",
        ),
        (
            "P02",
            403,
            denied,
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.",
        ),
        ("P04", 403, denied, "INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided."),
        (
            "P05",
            400,
            "ValidationException",
            "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.",
        ),
        (
            "P06",
            403,
            denied,
            "User: arn:aws:sts::111122223333:assumed-role/Dev/ada is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.anthropic.claude-opus-5-5 because no identity-based policy allows the bedrock:InvokeModelWithResponseStream action",
        ),
        (
            "P07",
            403,
            denied,
            "User: arn:aws:sts::111122223333:assumed-role/Dev/ada is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-opus-5-5 with an explicit deny in a service control policy",
        ),
        (
            "P09",
            403,
            denied,
            "User: arn:aws:sts::111122223333:assumed-role/Dev/ada is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.anthropic.claude-opus-5-5 because no session policy allows the bedrock:InvokeModelWithResponseStream action",
        ),
        (
            "P08",
            403,
            denied,
            "User: arn:aws:sts::111122223333:assumed-role/Dev/ada is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-opus-5-5 because no identity-based policy allows the bedrock:InvokeModelWithResponseStream action",
        ),
        (
            "P13",
            403,
            denied,
            "User: arn:aws:sts::111122223333:assumed-role/Dev/ada is not authorized to perform: bedrock-mantle:CreateInference on resource: arn:aws:bedrock-mantle:us-west-2:111122223333:project/default because no identity-based policy allows the bedrock-mantle:CreateInference action",
        ),
        ("Q01", 429, "ThrottlingException", "Too many tokens, please wait before trying again."),
        ("Q02", 429, "ThrottlingException", "Too many tokens per day, please wait before trying again."),
        ("Q05", 429, "ThrottlingException", "Too many requests, please wait before trying again."),
        ("Q06", 503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    ] {
        let facts = refused(status, code, message);
        let outcome = checks::judge(&facts, &Selection::default());
        let probed: Vec<&str> = outcome
            .findings
            .iter()
            .filter(|finding| format!("{:?}", finding.evidence).contains("InvokeModelWithResponseStream us."))
            .map(|finding| finding.id)
            .collect();
        assert_eq!(probed, [id], "{message}");
    }
}

#[test]
fn green_papers_are_no_proof_and_the_background_model_has_its_own_id() {
    let denied = "You don't have access to the model with the specified model ID.";
    let mut contradicted = refused(403, "AccessDeniedException", denied);
    let green = Availability { agreement: Agreement::Made, authorized: true, entitled: true, in_region: true };
    contradicted.online.availability = vec![("anthropic.claude-opus-5-5".into(), Look::Seen(green))];
    assert_eq!(found(&contradicted, "P14").severity, Severity::Error);

    let mut background = refused(403, "AccessDeniedException", denied);
    let probes = [("us.anthropic.claude-opus-5-5", true), ("us.anthropic.claude-haiku-5-5", false)];
    background.online.probes = Look::Seen(
        probes
            .map(|(id, answers)| Probed {
                id: id.into(),
                outcome: if answers {
                    Answer::Answered { first_token: Duration::from_millis(9) }
                } else {
                    Answer::Refused {
                        status: Some(403),
                        code: Some("AccessDeniedException".into()),
                        message: denied.into(),
                    }
                },
            })
            .into(),
    );
    assert!(found(&background, "M11").title.contains("haiku"));

    let mut closed = plain();
    closed.online.availability =
        vec![("anthropic.claude-opus-5-5".into(), Look::Seen(Availability { authorized: false, ..green }))];
    assert!(found(&closed, "M17").fix.administrator.is_some());
}

#[test]
fn quotas_that_are_zero_or_too_small() {
    let text = PINNED.replacen("\"AWS_REGION\"", "\"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"64000\", \"AWS_REGION\"", 1);
    let mut facts = facts(&text, KEYS, &[]);
    facts.online.listing = Look::Seen(vec![crate::aws::bedrock::InferenceProfile {
        id: "us.anthropic.claude-opus-5-5".into(),
        arn: String::new(),
        name: "US Anthropic Claude Opus 5.5".into(),
        is_application: false,
        model_arns: Vec::new(),
    }]);
    let quota = |name: &str, value| Quota { code: "L-1".into(), name: name.into(), value, adjustable: false };
    facts.online.quotas = Look::Seen(vec![
        quota("Model invocation max tokens per day for Anthropic Claude Opus 5.5", 0.0),
        quota("Cross-region model inference tokens per minute for Anthropic Claude Opus 5.5", 200_000.0),
    ]);
    assert!(found(&facts, "Q03").fix.administrator.expect("a sentence").contains("us-west-2"));
    assert_eq!(found(&facts, "Q04").severity, Severity::Warning);
}

#[test]
fn what_was_not_asked_is_skipped_and_never_passed() {
    let outcome = checks::judge(&plain(), &Selection::default());
    for id in ["N10", "A07", "P11", "P06", "Q03", "M14"] {
        assert!(!outcome.passed.contains(&id), "{id}");
        assert!(outcome.skipped.iter().any(|(skipped, reason)| *skipped == id && !reason.is_empty()), "{id}");
    }
    assert!(outcome.passed.contains(&"A02"));
}

#[test]
fn no_two_findings_hide_each_other() {
    for (cause, hidden) in checks::CONSEQUENCES {
        let mut reached: Vec<&str> = hidden.to_vec();
        let mut next = 0;
        while let Some(id) = reached.get(next).copied() {
            let further = checks::CONSEQUENCES.iter().filter(|(known, _)| *known == id).flat_map(|(_, hidden)| *hidden);
            let fresh: Vec<&str> = further.filter(|id| !reached.contains(id)).copied().collect();
            reached.extend(fresh);
            next += 1;
        }
        assert!(!reached.contains(cause), "{cause} hides itself by way of {reached:?}");
    }
    let settings = PINNED.replace("\"AWS_PROFILE\": \"work\",", "");
    let variables = [("AWS_ACCESS_KEY_ID", "AKIAX"), ("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")];
    let outcome = checks::judge(&facts(&settings, "", &variables), &Selection::default());
    assert!(!outcome.is_healthy(), "{outcome:#?}");
}

/// AWS routes from some regions of no geography by `eu.` and `apac.` profiles: only a listing tells.
#[test]
fn a_prefix_is_called_wrong_only_where_the_regions_geography_is_known() {
    for (prefix, region, is_wrong) in [
        ("us", "eu-west-1", true),
        ("eu", "us-west-2", true),
        ("eu", "il-central-1", false),
        ("apac", "me-central-1", false),
        ("us", "ca-central-1", false),
    ] {
        let settings = PINNED.replace("us.anthropic", &format!("{prefix}.anthropic")).replace("us-west-2", region);
        let facts = facts(&settings, KEYS, &[]);
        assert_eq!(checks::stopping(&facts).any(|finding| finding.id == "M02"), is_wrong, "{prefix} in {region}");
    }
}

/// Whatever the reason, and whatever the files alone say.
#[test]
fn credentials_that_could_not_be_had_are_never_healthy() {
    let call = || CallError::Unreachable { service: "AWS STS", reason: "no answer within 10 s".into() };
    let session = "corp".to_owned();
    let errors = [
        CredentialsError::File("read-only file system".into()),
        CredentialsError::Session(SessionError::File("read-only file system".into())),
        CredentialsError::Session(SessionError::Unreadable { path: "/x".into(), reason: "no JSON".into() }),
        CredentialsError::Session(SessionError::SignedOut(session.clone())),
        CredentialsError::Session(SessionError::Ended { session: session.clone(), at: Timestamp::UNIX_EPOCH }),
        CredentialsError::Session(SessionError::RenewalRefused(session.clone())),
        CredentialsError::Session(SessionError::Busy(session)),
        CredentialsError::Session(SessionError::Call(call())),
        CredentialsError::Call(call()),
        CredentialsError::Incomplete { name: "work".into(), reason: "it lacks a key".into() },
        CredentialsError::NoProfile { name: "work".into(), looked_in: Box::default(), meant: None },
        CredentialsError::Process { profile: "work".into(), error: ProcessError::TimedOut(Duration::from_mins(1)) },
    ];
    for error in &errors {
        let chained =
            CredentialsError::InChain { profiles: vec!["work".into(), "base".into()], error: Box::new(error.clone()) };
        for error in [error.clone(), chained] {
            for known in [Ok(()), Err(error.clone())] {
                let mut facts = plain();
                facts.readiness = Some(known.clone());
                facts.online.credentials = Look::Failed(error.clone());
                for only in ["A", "P", "M02", "R18"] {
                    let selection = Selection::parse(&[only.to_owned()]).expect("known");
                    let outcome = checks::judge(&facts, &selection);
                    assert!(!outcome.is_healthy(), "{error:?} where files say {known:?}: {outcome:#?}");
                }
                let outcome = checks::judge(&facts, &Selection::parse(&["C01".to_owned()]).expect("known"));
                assert!(outcome.is_healthy(), "what was asked for was seen: {outcome:#?}");
            }
        }
    }
}
