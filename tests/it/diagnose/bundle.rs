//! `--report`: the support bundle has the findings and none of the names and secrets.

use std::collections::BTreeSet;

use super::shared;
use crate::harness::{Home, mode, set_mode};

/// Every secret and name that is planted; none may be in any report.
const PLANTED: [&str; 13] = [
    "111122223333",
    "ada.lovelace",
    "analytical-engine",
    "acme.example",
    "planted-gateway-token",
    "planted-header-value",
    "planted-proxy-password",
    "planted-secret-access-key",
    "AKIAPLANTEDPLANTED00",
    "planted-helper-secret",
    "difference-dev",
    "ABSKplantedplantedplantedplanted",
    "awsapps.com",
];

/// A home with several faults, in whose evidence names and secrets stand.
fn faulty() -> Home {
    let home = Home::new()
        .env("USER", "ada.lovelace")
        .env("HOSTNAME", "analytical-engine")
        .env("ANTHROPIC_AUTH_TOKEN", "planted-gateway-token")
        .env("ANTHROPIC_CUSTOM_HEADERS", "X-Key: planted-header-value")
        .env("NO_PROXY", "127.0.0.1,inner.acme.example");
    let more = ", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"4096\", \"ANTHROPIC_CUSTOM_HEADERS\": \"X-Key: planted-header-value\", \
                \"AWS_SECRET_ACCESS_KEY\": \"planted-secret-access-key\", \"ANTHROPIC_MODEL\": \
                \"arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc\", \"AWS_PROFILE\": \"difference-dev\"";
    let top = ", \"awsAuthRefresh\": \"/home/ada.lovelace/sign-in --token planted-helper-secret --to https://portal.acme.example/x\"";
    home.write(".claude/settings.json", shared(more, top));
    let mut config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    config.push_str(
        "\n[profile difference-dev]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-west-2\n\
         sso_account_id = 111122223333\nsso_role_name = Dev\nregion = us-west-2\n\
         [profile other]\naws_access_key_id = AKIAPLANTEDPLANTED00\naws_secret_access_key = planted-secret-access-key\n\
         endpoint_url = https://robot:planted-proxy-password@gateway.acme.example\n\
         [profile ada.lovelace-prod]\nrole_arn = arn:aws:iam::111122223333:role/team/ada.lovelace\n\
         source_profile = difference-dev\nrole_session_name = ada.lovelace@acme.example\n",
    );
    home.write(".aws/config", config);
    home.env("AWS_BEARER_TOKEN_BEDROCK", "ABSKplantedplantedplantedplanted")
}

fn placeholders(text: &str, kind: &str) -> BTreeSet<String> {
    let found = text.match_indices(kind).filter_map(|(at, _)| {
        let digits: String = text[at + kind.len()..].chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then(|| format!("{kind}{digits}"))
    });
    found.collect()
}

#[test]
fn a_report_has_the_findings_and_no_name_and_no_secret() {
    let home = faulty();
    for name in ["report.md", "report.html"] {
        let run = home.run(["diagnose", "--report", name]);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains(name), "{}", run.stderr);
        let path = home.working_directory().join(name);
        let text = fs_err::read_to_string(&path).expect("a report");
        assert_eq!(mode(&path), 0o600);
        for planted in PLANTED.into_iter().chain([home.path().to_str().expect("UTF-8")]) {
            assert!(!text.contains(planted), "{planted} is in\n{text}");
        }
        let report = home.run(["diagnose", "--json"]);
        for planted in ["111122223333", "ada.lovelace"] {
            assert!(report.stdout.contains(planted), "{planted} is in no finding: {}", report.stdout);
        }
        let report: serde_json::Value = serde_json::from_str(&report.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("a list");
        assert!(findings.len() >= 2, "{report}");
        for finding in findings {
            let id = finding["id"].as_str().expect("an id");
            assert!(
                text.contains(&format!("{} {id}", finding["severity"].as_str().expect("a severity"))),
                "{id}: {text}"
            );
        }
        assert_eq!(placeholders(&text, "account-").len(), 1, "{text}");
        for said in ["profile-", "~/.claude/settings.json", "env.AWS_SECRET_ACCESS_KEY", "Timings", "4096"] {
            assert!(text.replace('\\', "").contains(said), "{said} is not in\n{text}");
        }
        assert!(!text.contains("<script") && !text.contains("src=") && !text.contains("href="), "{text}");
    }
}

#[test]
fn a_report_takes_the_place_of_a_report_and_of_nothing_else() {
    let home = faulty();
    let arguments = ["diagnose", "--offline", "--report", "report.md"];
    let foreign = home.write("work/report.md", "mine\n");
    let said = home.run(arguments).failure(2);
    assert!(said.contains("`report.md`") && said.contains("--yes"), "{said}");
    assert_eq!(fs_err::read(&foreign).expect("there"), b"mine\n");
    assert_eq!(home.run(arguments.into_iter().chain(["--yes"])).code, Some(1));
    set_mode(&foreign, 0o644);
    assert_eq!(home.run(arguments).code, Some(1));
    assert_eq!(mode(&foreign), 0o600);
    let target = home.path().join("elsewhere.md");
    std::os::unix::fs::symlink(&target, home.working_directory().join("link.md")).expect("linkable");
    assert_eq!(home.run(["diagnose", "--offline", "--report", "link.md"]).code, Some(1));
    assert!(!target.exists(), "a link that leads nowhere is not followed");
    for wrong in ["report.txt", "report", "no/folder/report.md"] {
        let _ = home.run(["diagnose", "--offline", "--report", wrong]).failure(2);
    }
}

#[test]
fn a_report_after_mending_tells_what_is_cured() {
    let home = Home::new();
    home.write(".claude/settings.json", shared(", \"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"4096\"", ""));
    let _ = home.run(["diagnose", "--offline", "--only", "O01", "--fix", "--yes", "--report", "mended.md"]).success();
    let text = fs_err::read_to_string(home.working_directory().join("mended.md")).expect("a report");
    assert!(text.contains("**O01**") && text.contains("✔ nothing wrong"), "{text}");
}

#[test]
fn lines_that_are_mended_are_told_without_names() {
    let home = Home::new();
    home.write(".claude/settings.json", shared("", ""));
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    let session = config.replace("sso_session = work", "sso_session = ada.lovelace-corp");
    home.write(".aws/config", session);
    let home = home.env("USER", "ada.lovelace");
    let run = home.run(["diagnose", "--offline", "--only", "A06", "--report", "mended.html"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let text = fs_err::read_to_string(home.working_directory().join("mended.html")).expect("a report");
    assert!(text.contains("in ~/.aws/config") && text.contains("- sso_session = session-"), "{text}");
    assert!(text.contains("+ sso_session = ") && !text.contains("lovelace"), "{text}");
}
