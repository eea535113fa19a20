//! A profile from nothing but a start URL, and its way out again.

use aws_sandbox::{Account, Fault, FaultAnswer, FaultEffect};

use crate::harness::{Home, PROGRAM, Run};

const URL: &str = "https://d-9067642ac7.awsapps.com/start";

/// A machine that has never seen AWS, at a desktop.
fn bare() -> Home {
    let home = Home::approving().env("DISPLAY", ":0");
    fs_err::remove_dir_all(home.path().join(".aws")).expect("a furnished folder");
    home
}

fn setup<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["setup", "--yes", "--start-url", URL, "--sso-region", "us-east-1"], more].concat()
}

#[test]
fn a_start_url_is_enough_for_claude_code_on_bedrock_and_everything_goes_back() {
    let home = bare();
    let said = home.run(setup(&["--role", "BedrockDeveloper", "--region", "us-west-2"])).success();
    assert!(said.contains("+ [profile BedrockDeveloper-111122223333]"), "{said}");
    assert_eq!(
        String::from_utf8(home.read(".aws/config")).expect("UTF-8"),
        format!(
            "[profile BedrockDeveloper-111122223333]\nsso_session = d-9067642ac7\nsso_account_id = 111122223333\n\
             sso_role_name = BedrockDeveloper\nregion = us-west-2\n[sso-session d-9067642ac7]\nsso_start_url = {URL}\n\
             sso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
        )
    );
    let status = home.run(["status", "--json"]).json();
    assert_eq!(status["profile"], "BedrockDeveloper-111122223333");
    assert!(status["identity"]["arn"].as_str().expect("signed in").contains("BedrockDeveloper"));
    assert_eq!(status["session"]["renewable"], true);
    home.run(["reset"]).success();
    assert!(!home.path().join(".aws/config").exists());
    assert!(!home.settings().exists());
}

#[test]
fn a_config_file_with_other_things_in_it_comes_back_byte_for_byte() {
    let home = bare();
    let before = "# mine\r\n[profile other]\r\nregion = eu-west-1";
    home.write(".aws/config", before);
    home.run(setup(&["--role", "BedrockDeveloper", "--profile", "bedrock"])).success();
    let during = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    assert!(during.starts_with(before) && during.contains("\r\n\r\n[profile bedrock]\r\n"), "{during}");
    home.run(["reset"]).success();
    assert_eq!(home.read(".aws/config"), before.as_bytes());
}

#[test]
fn an_address_as_a_browser_shows_it_is_written_as_it_is_known_and_a_wrong_one_is_asked_about() {
    let home = bare();
    let typed = "https://D-9067642ac7.awsapps.com/start/#/";
    let more = ["--sso-region", "us-east-1", "--role", "BedrockDeveloper", "--region", "us-west-2"];
    home.run([&["setup", "--yes", "--start-url", typed][..], &more].concat()).success();
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    assert!(config.contains(&format!("[sso-session d-9067642ac7]\nsso_start_url = {URL}\n")), "{config}");
    let home = Home::with(Account::default(), false).env("CLAUDECODE", "1");
    let wrong = "https://nobody.awsapps.com/start";
    let command = ["setup", "--json", "--answers"];
    let answers =
        format!("{{\"start-url\":\"{wrong}\",\"sso-region\":\"us-east-1\",\"sso-session\":\"s\",\"sign-in\":\"yes\"}}");
    let said = home.run([&command[..], &[answers.as_str()]].concat()).failure(1);
    assert!(
        said.contains("Invalid start url provided") && said.contains(&format!("is `{wrong}` your start URL")),
        "{said}"
    );
}

#[test]
fn later_edits_of_the_config_file_stay() {
    let home = bare();
    home.run(setup(&["--role", "BedrockDeveloper", "--profile", "bedrock"])).success();
    let during = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", format!("{during}[profile later]\nregion = eu-west-1\n"));
    home.run(["reset"]).success();
    assert_eq!(home.read(".aws/config"), b"[profile later]\nregion = eu-west-1\n");
    home.run(setup(&["--role", "BedrockDeveloper", "--profile", "bedrock"])).success();
    let edited =
        String::from_utf8(home.read(".aws/config")).expect("UTF-8").replace("us-east-1\nsso_reg", "eu-west-1\nsso_reg");
    home.write(".aws/config", &edited);
    let said = home.run(["reset"]).success();
    assert!(said.contains("someone changed it since"), "{said}");
    assert_eq!(home.read(".aws/config"), edited.as_bytes());
}

#[test]
fn what_is_not_clear_is_listed_and_nothing_is_written() {
    let home = bare();
    let said = home.run(setup(&[])).failure(2);
    assert!(said.contains("several permission sets") && said.contains("ReadOnly"), "{said}");
    let said = home.run(setup(&["--role", "Admin"])).failure(2);
    assert!(said.contains("no permission set `Admin` in account 111122223333"), "{said}");
    let said = home.run(setup(&["--account", "999999999999"])).failure(2);
    assert!(said.contains("no account 999999999999"), "{said}");
    let said = home.run(["setup", "--yes", "--start-url", "http://acme.awsapps.com"]).failure(2);
    assert!(said.contains("https://"), "{said}");
    let said = home.run(setup(&["--role", "BedrockDeveloper", "--profile", "my dev"])).failure(2);
    assert!(said.contains("my dev"), "{said}");
    assert!(!home.path().join(".aws/config").exists());
    assert!(!home.settings().exists());
}

#[test]
fn where_nobody_can_sign_in_the_way_back_needs_no_profile() {
    let home = Home::new();
    fs_err::remove_dir_all(home.path().join(".aws")).expect("a furnished folder");
    let said = home.run(setup(&[])).failure(3);
    let whole = format!("run `claude-bedrock setup --yes --start-url {URL} --sso-region us-east-1` in a terminal of");
    assert!(said.contains(&whole), "{said}");
    assert_eq!(home.sandbox.requests().len(), 0, "{:?}", home.sandbox.requests());
    let said = home.run(["setup", "--yes"]).failure(2);
    assert!(said.contains("`claude-bedrock setup --start-url URL`"), "{said}");
    let said = home.run(["login", "--profile", "wrok"]).failure(2);
    assert!(said.contains("`claude-bedrock profiles`"), "{said}");
}

#[test]
fn a_dry_run_signs_in_and_writes_no_configuration() {
    let home = bare();
    let dry = home.run(setup(&["--role", "BedrockDeveloper", "--dry-run"])).success();
    assert!(dry.contains("+ [sso-session d-9067642ac7]") && dry.contains("Nothing was written"), "{dry}");
    assert!(!home.path().join(".aws/config").exists());
    assert!(!home.settings().exists());
}

#[test]
fn a_session_that_is_there_already_is_used_again() {
    let home = Home::approving().env("DISPLAY", ":0");
    home.run(setup(&["--role", "ReadOnly", "--profile", "reader", "--region", "us-west-2"])).success();
    // As people copy it out of a browser.
    for (name, url) in [("two", format!("{URL}/#/")), ("three", URL.replace("awsapps", "AWSapps"))] {
        let more = ["--sso-region", "us-east-1", "--role", "ReadOnly", "--profile", name, "--region", "us-west-2"];
        home.run([&["setup", "--yes", "--start-url", &url][..], &more].concat()).success();
    }
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    assert_eq!(config.matches("[sso-session").count(), 1, "{config}");
    for name in ["reader", "two", "three"] {
        assert!(config.contains(&format!("[profile {name}]\nsso_session = work\n")), "{config}");
    }
    assert_eq!(home.opened().len(), 1, "one sign-in serves them all");
}

#[test]
fn a_portal_that_leads_back_to_the_same_page_is_not_followed_for_ever() {
    let home = bare();
    let page = r#"{"accountList": [{"accountId": "111122223333", "accountName": "one"}], "nextToken": "again"}"#;
    home.sandbox
        .set_fault(Fault::of("ListAccounts", FaultEffect::Answer(FaultAnswer::page(200, "application/json", page))));
    let mut command = home.command("timeout");
    command.args(["20", PROGRAM]).args(setup(&["--dry-run", "--region", "us-west-2"]));
    let said = Run::from(command.output().expect("starts")).failure(2);
    assert!(said.contains("several"), "{said}");
    assert_eq!(home.asked("ListAccounts"), 2);
}
