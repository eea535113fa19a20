//! Kinds of profiles.

use super::super::{AssumeRole, Gap, ProfileFiles, ProfileKind, RoleSource, SsoProfile};
use super::config;

const SESSION: &str = "[sso-session corp]\n\
    sso_start_url = https://d-1234567890.awsapps.com/start\n\
    sso_region = us-east-1\n\
    sso_registration_scopes = sso:account:access, ,codewhisperer:completions\n";

fn kind_of(files: &ProfileFiles) -> ProfileKind {
    let profile = files.profiles().next().expect("there is a profile");
    profile.kind(files)
}

/// Determines the kind of a profile with these keys, in a file with a session.
fn kind(keys: &str) -> ProfileKind {
    kind_of(&config(&format!("{SESSION}[profile a]\n{keys}\n")))
}

#[test]
fn sources_are_tried_in_the_order_of_the_sdk() {
    let sources = [
        ("role_arn=r\nsource_profile=s", "assumed role"),
        ("aws_access_key_id=a\naws_secret_access_key=b", "static keys"),
        ("role_arn=r\nweb_identity_token_file=/t", "web identity"),
        ("credential_process=p", "credential process"),
        ("sso_session=corp\nsso_account_id=1\nsso_role_name=R", "SSO"),
        ("login_session=l", "console login"),
        ("region=x", "no credentials"),
    ];
    for (index, (_, name)) in sources.iter().enumerate() {
        let keys: Vec<_> = sources[index..].iter().map(|(keys, _)| *keys).collect();
        assert_eq!(kind(&keys.join("\n")).to_string(), *name);
    }
}

#[test]
fn a_session_gives_start_url_and_region() {
    let keys = "sso_session=corp\nsso_account_id=111122223333\nsso_role_name=Dev\n\
        sso_start_url=https://own\nsso_region=own";
    let expected = SsoProfile {
        session_name: Some("corp".to_owned()),
        start_url: "https://d-1234567890.awsapps.com/start".to_owned(),
        region: "us-east-1".to_owned(),
        account_id: "111122223333".to_owned(),
        role_name: "Dev".to_owned(),
        registration_scopes: vec!["sso:account:access".to_owned(), "codewhisperer:completions".to_owned()],
        token_cache_key: "corp".to_owned(),
        found_by_claude_code: true,
    };
    assert_eq!(kind(keys), ProfileKind::Sso(expected));
}

#[test]
fn a_legacy_profile_caches_its_token_under_the_start_url() {
    let keys = "sso_account_id=1\nsso_role_name=R\nsso_start_url=https://own/#/\nsso_region=r";
    let expected = SsoProfile {
        session_name: None,
        start_url: "https://own/#/".to_owned(),
        region: "r".to_owned(),
        account_id: "1".to_owned(),
        role_name: "R".to_owned(),
        registration_scopes: Vec::new(),
        token_cache_key: "https://own/#/".to_owned(),
        found_by_claude_code: true,
    };
    assert_eq!(kind(keys), ProfileKind::LegacySso(expected));
}

#[test]
fn a_session_that_only_the_aws_cli_finds_makes_a_profile_of_its_kind() {
    let text = "[profile a]\nsso_session=s p\nsso_account_id=1\nsso_role_name=R\n\
        [sso-session 's p']\nsso_start_url=https://x\nsso_region=r\n";
    let ProfileKind::Sso(profile) = kind_of(&config(text)) else {
        panic!("no SSO profile");
    };
    assert_eq!(profile.token_cache_key, "s p");
    assert!(!profile.found_by_claude_code);
}

#[track_caller]
fn assert_gap(keys: &str, message: &str) -> Gap {
    let ProfileKind::Incomplete { reason } = kind(keys) else {
        panic!("{keys} is not incomplete");
    };
    assert_eq!(reason.to_string(), message);
    reason
}

#[test]
fn one_sso_key_commits_to_sso() {
    let gap = assert_gap("sso_session=corp\nlogin_session=l", "SSO needs `sso_account_id`, `sso_role_name`");
    let missing = vec!["sso_account_id", "sso_role_name"];
    assert_eq!(gap, Gap::SsoKeys(missing));
    assert_gap("sso_account_id=1", "SSO needs `sso_start_url`, `sso_region`, `sso_role_name`");
    assert_gap("sso_session=x", "there is no `[sso-session x]`");
}

#[test]
fn a_profile_does_not_make_up_for_what_its_session_lacks() {
    let text = "[profile a]\nsso_session=s\nsso_account_id=1\nsso_role_name=R\nsso_region=r\n\
        [sso-session s]\nsso_start_url=https://x\n";
    let reason = Gap::SsoKeys(vec!["sso_region"]);
    assert_eq!(kind_of(&config(text)), ProfileKind::Incomplete { reason });
}

#[test]
fn half_a_source_is_explained() {
    assert_gap("aws_access_key_id=a", "`aws_access_key_id` is useless without `aws_secret_access_key`");
    assert_gap("source_profile=a", "`source_profile` is useless without `role_arn`");
    assert_gap("role_arn=r", "`role_arn` needs a `source_profile` or a `credential_source`");
    assert_gap(
        "role_arn=r\nsource_profile=a\ncredential_source=Environment",
        "`source_profile` and `credential_source` exclude each other",
    );
}

#[test]
fn an_assumed_role_keeps_its_parameters() {
    let keys = "role_arn=r\ncredential_source=Environment\nmfa_serial=m\nexternal_id=e\n\
        role_session_name=n\nduration_seconds=900";
    let expected = AssumeRole {
        role_arn: "r".to_owned(),
        source: RoleSource::Credentials("Environment".to_owned()),
        session_name: Some("n".to_owned()),
        external_id: Some("e".to_owned()),
        mfa_serial: Some("m".to_owned()),
        duration_seconds: Some("900".to_owned()),
    };
    assert_eq!(kind(keys), ProfileKind::AssumeRole(expected));
}

#[test]
fn static_keys_are_handed_out() {
    let ProfileKind::StaticKeys(keys) = kind("aws_access_key_id=a\naws_secret_access_key=b\naws_session_token=c")
    else {
        panic!("no static keys");
    };
    let parts = (keys.access_key_id(), keys.secret_access_key(), keys.session_token());
    assert_eq!(parts, ("a", "b", Some("c")));
}
