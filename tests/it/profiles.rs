//! `profiles`: everything the AWS files hold, whether it works, and what is wrong with it.

mod findings;
mod login;
mod sources;

use serde_json::{Value, json};

use crate::harness::Home;

/// One profile of each kind, and what each needs.
const EVERY_KIND: &str = r"
[profile legacy]
sso_start_url = https://d-9067642ac7.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = ReadOnly
[profile role]
role_arn = arn:aws:iam::444455556666:role/teams/Admin
source_profile = work
region = eu-west-1
[profile mfa]
role_arn = arn:aws:iam::444455556666:role/Admin
source_profile = work
mfa_serial = arn:aws:iam::444455556666:mfa/ada
[profile from-variables]
role_arn = arn:aws:iam::444455556666:role/Admin
credential_source = Environment
[profile web]
role_arn = arn:aws:iam::444455556666:role/Web
web_identity_token_file = /nowhere/token
[profile program]
credential_process = /bin/true --password hush
[profile console]
login_session = arn:aws:iam::777788889999:user/Admin
[profile settings]
region = us-west-2
[profile 'two words']
region = us-west-2
";

fn home_with(config: &str) -> Home {
    let home = Home::new();
    let furnished = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", furnished + config.trim_start());
    home
}

fn profile<'a>(report: &'a Value, name: &str) -> &'a Value {
    let profiles = report["profiles"].as_array().expect("a list");
    profiles.iter().find(|profile| profile["name"] == name).unwrap_or_else(|| panic!("no {name} in {report}"))
}

#[test]
fn every_profile_is_listed_with_its_kind_and_whether_it_works() {
    let home = home_with(EVERY_KIND);
    home.write(".aws/credentials", "[keys]\naws_access_key_id = AKIA\naws_secret_access_key = hush\n");
    let report = home.run(["profiles", "--json"]).json();
    assert_eq!(home.sandbox.requests().len(), 0, "files alone");
    assert_eq!(report["version"], 1);
    let expected = [
        ("work", "sso", true, "111122223333", "BedrockDeveloper", json!([{"kind": "sso-session", "name": "work"}])),
        ("legacy", "legacy-sso", false, "111122223333", "ReadOnly", json!([])),
        ("role", "assume-role", true, "444455556666", "Admin", json!([{"kind": "profile", "name": "work"}])),
        ("mfa", "assume-role", false, "444455556666", "Admin", json!([{"kind": "profile", "name": "work"}])),
        (
            "from-variables",
            "assume-role",
            false,
            "444455556666",
            "Admin",
            json!([{"kind": "credential-source", "name": "Environment"}]),
        ),
        (
            "web",
            "web-identity",
            false,
            "444455556666",
            "Web",
            json!([{"kind": "token-file", "name": "/nowhere/token"}]),
        ),
        ("program", "credential-process", true, "", "", json!([{"kind": "program", "name": "/bin/true"}])),
        (
            "console",
            "aws-login",
            false,
            "777788889999",
            "",
            json!([{"kind": "login-session", "name": "arn:aws:iam::777788889999:user/Admin"}]),
        ),
        ("settings", "none", false, "", "", json!([])),
        ("two words", "none", false, "", "", json!([])),
        ("keys", "static-keys", true, "", "", json!([])),
    ];
    let names: Vec<_> = report["profiles"].as_array().expect("a list").iter().map(|profile| &profile["name"]).collect();
    assert_eq!(names, expected.each_ref().map(|(name, ..)| *name));
    for (name, kind, usable, account, role, depends_on) in &expected {
        let found = profile(&report, name);
        assert_eq!((&found["kind"], &found["usable"]), (&json!(kind), &json!(usable)), "{found}");
        assert_eq!(found["problem"].is_null(), *usable, "{found}");
        assert_eq!(found["account_id"].as_str().unwrap_or_default(), *account, "{found}");
        assert_eq!(found["role_name"].as_str().unwrap_or_default(), *role, "{found}");
        assert_eq!(found["depends_on"], *depends_on, "{found}");
        assert_eq!(found["found_by_claude_code"], *name != "two words", "{found}");
    }
    assert_eq!(profile(&report, "role")["region"], "eu-west-1");
    assert_eq!(profile(&report, "work")["sso_session"], "work");
    assert!(!report.to_string().contains("hush"), "{report}");
}

#[test]
fn what_is_missing_is_told_in_words() {
    let home = home_with(EVERY_KIND);
    let report = home.run(["profiles", "--json"]).json();
    for (name, words) in [
        ("legacy", "nobody is signed in"),
        ("mfa", "wants a code of the MFA device"),
        ("from-variables", "no access key is in the variables"),
        ("web", "`/nowhere/token` is not there"),
        ("console", "nobody is signed in as `arn:aws:iam::777788889999:user/Admin` with `aws login`"),
        ("settings", "only holds settings"),
    ] {
        let problem = profile(&report, name)["problem"].as_str().expect("a problem").to_owned();
        assert!(problem.contains(words), "{name}: {problem}");
    }
    let home = home.env("AWS_ACCESS_KEY_ID", "AKIA").env("AWS_SECRET_ACCESS_KEY", "hush");
    let report = home.run(["profiles", "--json"]).json();
    assert_eq!(profile(&report, "from-variables")["usable"], true);
}

#[test]
fn someone_signed_out_sees_which_profiles_it_concerns() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let furnished = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", furnished + EVERY_KIND);
    let report = home.run(["profiles", "--json"]).json();
    assert_eq!(profile(&report, "work")["problem"], "nobody is signed in to the SSO session `work`");
    assert_eq!(profile(&report, "role")["problem"], "role -> work: nobody is signed in to the SSO session `work`");
}

#[test]
fn people_see_the_same() {
    let home = home_with(
        "[foo]\nregion = us-east-1\n[profile role]\nrole_arn = arn:aws:iam::444455556666:role/Admin\nsource_profile = work # the hub\n",
    );
    let said = home.run(["profiles"]).success();
    insta::assert_snapshot!(home.portable(&said), @r"
    work  SSO, usable
      account       111122223333
      role          BedrockDeveloper
      region        us-west-2
      depends on    sso-session work

    role  assumed role, usable
      account       444455556666
      role          Admin
      depends on    profile work
      the AWS CLI   has `work ...` for `source_profile`, Claude Code `work`

    warning: ~/.aws/config:10: `[foo]` is not a profile here: the config file needs `[profile foo]` [missing-profile-prefix]
      fix: write `[profile foo]`

    warning: ~/.aws/config:14: the AWS CLI takes the comment behind `source_profile` for a part of the value, Claude Code cuts it off [inline-comment]
      fix: move the comment to a line of its own
    ");
}

#[test]
fn one_profile_can_be_asked_for() {
    let home = home_with(EVERY_KIND);
    let report = home.run(["profiles", "--json", "--profile", "web"]).json();
    assert_eq!(report["profiles"].as_array().expect("a list").len(), 1);
    let said = home.run(["profiles", "--profile", "nope"]).failure(2);
    assert!(said.contains("the profile `nope` is not there"), "{said}");
}

#[test]
fn no_files_are_no_error() {
    let home = Home::new().env("AWS_CONFIG_FILE", "/nowhere/config");
    let report = home.run(["profiles", "--json"]).json();
    assert_eq!(report["profiles"], json!([]));
    assert!(home.run(["profiles"]).success().contains("No profile is in `/nowhere/config`"));
}

#[test]
fn names_cannot_steer_the_terminal() {
    let home = Home::new();
    home.write(".aws/credentials", "[a\u{1b}]0;evil\u{7}]\nregion = us-west-2\n[b\u{9b}31m]\nregion = x\n");
    let said = home.run(["profiles", "--color", "always"]).success();
    assert!(!said.contains("\u{1b}]") && !said.contains('\u{7}') && !said.contains('\u{9b}'), "{said:?}");
}
