//! Each finding, with its file, its line and a fix; and that nothing is found in files all tools read alike.

use serde_json::Value;

use crate::harness::Home;

const CONFIG: &str = ".aws/config";
const CREDENTIALS: &str = ".aws/credentials";

fn report(files: &[(&str, &[u8])]) -> (Home, Value) {
    let home = Home::new();
    for (path, text) in files {
        home.write(path, text);
    }
    let report = home.run(["profiles", "--json"]).json();
    (home, report)
}

/// Every finding as `id@file:line`.
fn found(report: &Value) -> Vec<String> {
    let lints = report["lints"].as_array().expect("a list").iter();
    lints
        .map(|lint| {
            assert!(!lint["fix"].as_str().expect("a fix").is_empty(), "{lint}");
            assert!(!lint["message"].as_str().expect("a message").is_empty(), "{lint}");
            let (id, file) = (lint["id"].as_str().expect("an id"), lint["file"].as_str().expect("a file"));
            format!("{id}@{file}:{}", lint["line"])
        })
        .collect()
}

#[track_caller]
fn assert_found(path: &str, text: &str, expected: &[&str]) {
    let (_, report) = report(&[(path, text.as_bytes())]);
    assert_eq!(found(&report), expected, "{text:?}");
}

#[test]
fn files_that_all_tools_read_alike_are_left_alone() {
    let (_, furnished) = report(&[]);
    assert_eq!(found(&furnished), [""; 0]);
    let config = "# a comment\n[default]\nregion = us-east-1\n\n[profile dev]\ns3 =\n  addressing_style = path\n\
        region = us-west-2\n[plugins]\nx = y\n[services local]\nsts =\n  endpoint_url = http://127.0.0.1:1\n";
    let credentials = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = a+/b==\n";
    let (_, portable) = report(&[(CONFIG, config.as_bytes()), (CREDENTIALS, credentials.as_bytes())]);
    assert_eq!(found(&portable), [""; 0]);
    assert!(portable["profiles"].as_array().expect("a list").iter().all(|profile| profile["readings"].is_null()));
}

#[test]
fn headers() {
    for (text, expected) in [
        ("[foo]\nk = v\n", &["missing-profile-prefix@config:1"][..]),
        ("[profile  bar]\nk = v\n", &["header-spacing@config:1"]),
        ("[profile 'a b']\nk = v\n", &["name-hidden-from-claude-code@config:1"]),
        ("[profile été]\nk = v\n", &["name-hidden-from-claude-code@config:1"]),
        ("[profile a b]\nk = v\n", &["blanks-in-name@config:1"]),
        ("[profile bob's]\nk = v\n", &["open-quote@config:1"]),
        ("[ default ]\nk = v\n", &["blank-in-brackets@config:1"]),
        ("[profile x];c\nk = v\n", &["text-after-section@config:1"]),
        ("[profile x] junk\nk = v\n", &["text-after-section@config:1"]),
        ("[profile x\nk = v\n", &["unclosed-section@config:1", "key-before-section@config:2"]),
        ("[Profile x]\nk = v\n", &["upper-case-prefix@config:1"]),
        ("[profiles x]\nk = v\n", &["unknown-prefix@config:1"]),
        ("[profile]\nk = v\n", &["missing-name@config:1"]),
        ("[profile.x]\nk = v\n", &["dotted-prefix@config:1"]),
        ("[DEFAULT]\nk = v\n", &["upper-case-default@config:1"]),
        ("[DEFAULT]\nk = v\n[DEFAULT]\nl = w\n", &["upper-case-default@config:1", "upper-case-default@config:3"]),
        (
            "[DEFAULT]\nk = v\n[DEFAULT]\nk = w\n",
            &["upper-case-default@config:1", "upper-case-default@config:3", "unreadable-by-aws-cli@config:4"],
        ),
        ("[default]\nk = v\n[profile default]\nl = w\n", &["default-twice@config:3"]),
        ("[profile a]\nk = v\n[profile a]\nl = w\n", &["duplicate-section@config:3"]),
        ("[profile a]\n[profile b]\nk = v\n", &["empty-section@config:1"]),
        ("[profile __proto__]\nk = v\n", &["proto-section@config:1"]),
        ("[profile a]\nk = v\n  [profile b]\nl = w\n", &["indented-section@config:3"]),
    ] {
        assert_found(CONFIG, text, expected);
    }
}

#[test]
fn lines() {
    for (text, expected) in [
        ("k = v\n[profile a]\nk = v\n", &["key-before-section@config:1"][..]),
        ("[profile a]\nREGION = v\n", &["upper-case-key@config:2"]),
        ("[profile a]\nregion: v\n", &["colon@config:2", "empty-section@config:1"]),
        ("[profile a]\nregion\nk = v\n", &["no-key-and-value@config:2"]),
        ("[profile a]\n= v\nk = v\n", &["no-key-and-value@config:2"]),
        ("[profile a]\nk = v # c\n", &["inline-comment@config:2"]),
        ("[profile a]\nk = v\nk = w\n", &["duplicate-key@config:3"]),
        ("[profile a]\nk = v\nK = w\n", &["duplicate-key@config:3", "upper-case-key@config:3"]),
        ("[profile a]\nk = v\n  l = w\n", &["indented-key@config:3"]),
        ("[profile a]\nk = v\n  more\n", &["continued-value@config:3"]),
        ("[profile a]\nk =\nl = w\n", &["empty-value@config:2"]),
        ("[profile a]\nregion = \"us-east-1\"\n", &["quoted-value@config:2"]),
        ("[profile a]\ns3 =\n  path\n", &["block-without-equals@config:3", "empty-section@config:1"]),
        ("[profile a]\nk = v\rl = w\n", &["lone-carriage-return@config:2"]),
        ("\u{feff}[profile a]\nk = v\n", &["byte-order-mark@config:1"]),
    ] {
        let mut expected = expected.to_vec();
        expected.sort_by_key(|finding| finding.rsplit(':').next().map(str::to_owned));
        assert_found(CONFIG, text, &expected);
    }
    let (_, report) = report(&[(CONFIG, b"[profile a]\nk = v\nl = \xff\n")]);
    assert_eq!(found(&report), ["unreadable-by-aws-cli@config:3"]);
}

#[test]
fn the_credentials_file() {
    assert_found(CREDENTIALS, "[profile a]\nk = v\n", &["prefix-in-credentials@credentials:1"]);
    assert_found(CREDENTIALS, "[sso-session s]\nk = v\n", &["prefix-in-credentials@credentials:1"]);
    assert_found(CREDENTIALS, "[my dev]\nk = v\n", &["name-hidden-from-claude-code@credentials:1"]);
}

const SESSION: &str = "[sso-session s]\nsso_start_url = https://x\nsso_region = us-east-1\n\
    sso_registration_scopes = sso:account:access\n";

#[test]
fn profiles_put_together() {
    let sso = "sso_session = s\nsso_account_id = 1\nsso_role_name = R\n";
    for (text, expected) in [
        (format!("[profile a]\n{sso}"), &["lost-sso-session@config:2"][..]),
        (format!("{SESSION}[profile a]\n{sso}"), &[]),
        (
            format!("{}[profile a]\n{sso}", SESSION.replace("sso:account:access", "other")),
            &["no-account-access-scope@config:4"],
        ),
        (format!("{SESSION}[profile a]\n{sso}sso_region = eu-west-1\n"), &["inconsistent-sso@config:9"]),
        (format!("{SESSION}[profile a]\n{sso}credential_process = /bin/true\n"), &["several-sources@config:6"]),
        (format!("{SESSION}[profile a]\nsso_session = s\n"), &["incomplete-credentials@config:6"]),
        ("[profile a]\nrole_arn = r\nsource_profile = b\n".into(), &["lost-source-profile@config:3"]),
        ("[profile a]\nrole_arn = r\nsource_profile = a\n".into(), &["endless-chain@config:3"]),
        ("[profile a]\naws_access_key_id = AKIA\n".into(), &["incomplete-credentials@config:2"]),
        ("[profile a]\ncredential_process = aws sts x --profile a\n".into(), &["self-calling-process@config:2"]),
        (
            "[profile a]\ncredential_process = '/opt/claude-bedrock' credentials\n".into(),
            &["self-calling-process@config:2"],
        ),
        (
            "[profile a]\ncredential_process = claude-bedrock credentials --profile=b\n[profile b]\nrole_arn = r\n\
             source_profile = a\n"
                .into(),
            &["self-calling-process@config:2", "endless-chain@config:5"],
        ),
        (
            "[profile a]\ncredential_process = claude-bedrock credentials --profile=b\n[profile b]\nregion = r\n"
                .into(),
            &[],
        ),
    ] {
        assert_found(CONFIG, &text, expected);
    }
}

#[test]
fn keys_in_the_credentials_file_that_shadow_sso_are_shown_in_both_readings() {
    let config = format!("{SESSION}[profile a]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R\n");
    let keys = "[a]\naws_access_key_id = AKIA\naws_secret_access_key = hush\n";
    let (home, report) = report(&[(CONFIG, config.as_bytes()), (CREDENTIALS, keys.as_bytes())]);
    assert_eq!(found(&report), ["keys-shadow-sso@credentials:2"]);
    let readings = &report["profiles"][0]["readings"];
    assert_eq!(readings["claude_code"]["kind"], "static-keys");
    assert_eq!(readings["aws_cli"]["kind"], "sso");
    assert_eq!(report["profiles"][0]["kind"], "static-keys", "Claude Code's reading");
    assert_eq!(report["profiles"][0]["lints"], serde_json::json!(["keys-shadow-sso"]));
    assert!(home.run(["profiles"]).success().contains("reads it as sso"));
}

#[test]
fn what_only_the_aws_cli_finds_is_listed_and_marked() {
    let text = b"[profile a]\nregion = eu-west-1 # c\n[profile x];c\noutput = json\n[profile empty]\n";
    let (_, report) = report(&[(CONFIG, text)]);
    let names: Vec<_> = report["profiles"].as_array().expect("a list").iter().map(|profile| &profile["name"]).collect();
    assert_eq!(names, ["a", "empty", "x"]);
    let [a, empty, x] = [0, 1, 2].map(|index| &report["profiles"][index]);
    assert_eq!((&a["region"], &a["found_by_claude_code"]), (&"eu-west-1".into(), &true.into()));
    assert_eq!(a["readings"]["keys"][0]["aws_cli"], Value::Null, "it has `output` in its own section: {a}");
    let region = a["readings"]["keys"].as_array().expect("a list").iter().find(|key| key["key"] == "region");
    assert_eq!(region.expect("the region")["aws_cli"], "eu-west-1 ...");
    for hidden in [empty, x] {
        assert_eq!((&hidden["found_by_claude_code"], &hidden["usable"]), (&false.into(), &false.into()));
        assert_eq!(hidden["readings"]["aws_cli"]["found"], true);
    }
}
