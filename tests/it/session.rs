//! The SSO token cache as shared ground: renewals that are refused, busy services, files that others tore.

use std::fmt::Write as _;
use std::process::Stdio;

use sha1::Digest as _;

use aws_sandbox::{Account, Fault, FaultAnswer, FaultEffect};

use crate::harness::{Home, PROGRAM, READER, Run, set_mode};

/// An answer of AWS that is an error.
fn answer(status: u16, code: &str, retry_after: Option<u32>) -> FaultEffect {
    FaultEffect::Answer(FaultAnswer { retry_after, ..FaultAnswer::error(status, code, "not now") })
}

/// A home whose token needs a renewal; `minutes` of its hour are over.
fn due(minutes: i64) -> Home {
    let home = Home::new();
    home.shorten_token(minutes);
    home
}

#[test]
fn only_a_refused_grant_costs_the_refresh_token() {
    for (status, code, exit, is_lost) in [
        (400, "InvalidGrantException", 3, true),
        (401, "InvalidClientException", 3, false),
        (400, "ExpiredTokenException", 3, false),
        (400, "InvalidRequestException", 1, false),
        (503, "ServiceUnavailableException", 1, false),
    ] {
        let home = due(75);
        home.sandbox.set_fault(Fault::of("CreateToken", answer(status, code, None)));
        home.run(["credentials", "--profile", "work"]).failure(exit);
        assert_eq!(home.token().get("refreshToken").is_none(), is_lost, "{code}");
        assert!(home.token()["accessToken"].is_string(), "{code}");
        let asked = home.asked("CreateToken");
        home.run(["credentials", "--profile", "work"]).failure(exit);
        assert_eq!(home.asked("CreateToken") == asked, is_lost, "what is spent is not sent again: {code}");
    }
}

#[test]
fn a_token_that_another_client_renewed_meanwhile_is_kept_and_used() {
    let home = due(75);
    let refused = Fault {
        latency: Some(jiff::SignedDuration::from_millis(1500)),
        ..Fault::of("CreateToken", answer(400, "InvalidGrantException", None)).times(1)
    };
    let refused = home.sandbox.set_fault(refused);
    let theirs = Home::new().token();
    let mut command = home.command(PROGRAM);
    let child = command.args(["refresh", "--profile", "work"]).spawn().expect("starts");
    home.wait_for(|| home.sandbox.requests_of_fault(refused) == 1);
    home.change_token(&[("refreshToken", "theirs".into()), ("expiresAt", theirs["expiresAt"].clone())]);
    assert!(child.wait_with_output().expect("ends").status.success());
    assert_eq!(home.token()["refreshToken"], "theirs");
}

#[test]
fn a_token_whose_renewal_was_refused_to_another_serves_those_who_waited_for_it() {
    let home = Home::with_more(READER);
    home.shorten_token(45);
    home.sandbox.set_fault(Fault::of("CreateToken", answer(400, "InvalidGrantException", None)));
    let start = |profile: &str| {
        let mut command = home.command(PROGRAM);
        command.args(["credentials", "--profile", profile]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("starts")
    };
    let first = start("work");
    // A refused renewal looks for two seconds whether somebody else has won the race for it.
    std::thread::sleep(std::time::Duration::from_millis(700));
    let waiting = start("reader");
    for child in [first, waiting] {
        let _ = Run::from(child.wait_with_output().expect("ends")).success();
    }
    assert!(home.token().get("refreshToken").is_none());
    assert_eq!(home.asked("CreateToken"), 1, "what is spent is not sent again");
}

#[test]
fn a_busy_token_service_is_asked_again_and_a_lost_answer_is_not() {
    let home = due(45);
    home.sandbox.set_fault(Fault::of("CreateToken", answer(429, "TooManyRequestsException", Some(1))).times(1));
    home.sandbox.set_fault(Fault::of("GetRoleCredentials", answer(500, "InternalServerException", None)).times(2));
    home.run(["credentials", "--profile", "work"]).success();
    let home = due(75);
    home.sandbox.set_fault(Fault::of("CreateToken", FaultEffect::DroppedAfter).times(1));
    let asked = home.asked("CreateToken");
    home.run(["credentials", "--profile", "work"]).failure(1);
    assert!(home.asked("CreateToken") <= asked + 1);
    assert!(home.token()["refreshToken"].is_string());
}

#[test]
fn more_accounts_than_fit_a_page_are_listed_and_a_busy_portal_is_waited_for() {
    let mut toml = String::new();
    for number in 0..201 {
        let _ = write!(
            toml,
            "[[accounts]]\nid = \"{:012}\"\nname = \"Team {number}\"\nemail = \"team{number}@example.com\"\n\
             [[accounts.roles]]\nname = \"Reader\"\ncredentials_lifetime = \"1h\"\n\
             permissions = {{ allow = [\"sts:*\"] }}\n",
            200_000_000_000_u64 + number
        );
    }
    let home = Home::with_more(&toml);
    home.sandbox.set_fault(Fault::of("ListAccounts", answer(429, "TooManyRequestsException", Some(1))).times(1));
    let said = home
        .run([
            "setup",
            "--dry-run",
            "--start-url",
            "https://d-9067642ac7.awsapps.com/start",
            "--sso-region",
            "us-east-1",
        ])
        .failure(2);
    assert!(said.contains("several accounts could be meant"), "{said}");
    assert!(said.contains("200000000000  Team 0") && said.contains("200000000200  Team 200"), "{said}");
    assert_eq!(home.asked("ListAccounts"), 4, "three pages, the first one twice");
}

#[test]
fn bytes_that_another_writer_left_behind_a_token_are_taken_off() {
    for command in [&["credentials", "--profile", "work"][..], &["refresh", "--profile", "work"]] {
        let home = Home::new();
        let (file, whole) = (home.token_file(), home.token());
        home.write(file.to_str().expect("UTF-8"), format!("{whole}19Z\", \"refreshToken\": \"x\"}}"));
        home.run(command).success();
        assert_eq!(home.token(), whole, "{command:?}");
        assert_eq!(home.asked("CreateToken"), 0);
    }
}

#[test]
fn a_torn_token_is_set_aside_and_a_sign_in_puts_another_in_its_place() {
    let home = Home::approving().env("DISPLAY", ":0");
    home.run(["login", "--profile", "work"]).success();
    let file = home.token_file();
    let torn = &fs_err::read(&file).expect("readable")[..120];
    home.write(file.to_str().expect("UTF-8"), torn);
    let said = home.run(["credentials", "--profile", "work"]).failure(3);
    assert!(said.contains("does not hold an SSO token"), "{said}");
    assert!(!file.exists());
    assert_eq!(fs_err::read(file.with_extension("damaged")).expect("set aside"), torn);
    home.run(["refresh", "--profile", "work"]).success();
    assert!(file.exists());
    home.run(["credentials", "--profile", "work"]).success();
}

#[test]
fn a_damaged_token_in_a_folder_nobody_may_write_to_is_used_as_it_is() {
    let home = Home::new();
    let (file, whole) = (home.token_file(), home.token());
    home.write(file.to_str().expect("UTF-8"), format!("{whole}}}"));
    let folder = file.parent().expect("a folder").to_owned();
    set_mode(&folder, 0o500);
    home.run(["credentials", "--profile", "work"]).success();
    set_mode(&folder, 0o700);
}

#[test]
fn a_client_registration_that_aws_forgot_is_made_anew() {
    let home = Home::approving();
    home.run(["login", "--profile", "work", "--no-browser"]).success();
    let refused = answer(401, "InvalidClientException", None);
    home.sandbox.set_fault(Fault::of("StartDeviceAuthorization", refused).times(1));
    home.run(["login", "--profile", "work", "--no-browser"]).success();
    assert_eq!(home.asked("RegisterClient"), 2);
}

/// A legacy profile for the default account.
const LEGACY: &str = "[profile old]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n\
                      sso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\nregion = us-west-2\n";

#[test]
fn a_legacy_profile_is_signed_in_to_shared_and_signed_out_of_by_its_start_url() {
    let home = Home::with(Account::default(), false);
    home.sandbox.decide_from_now_on(Some(true));
    home.write(".aws/config", LEGACY);
    home.run(["login", "--profile", "old", "--no-browser"]).success();
    // The names the AWS CLI gives them, see the facts about its cache.
    let cache = home.path().join(".aws/sso/cache");
    let names: Vec<String> = fs_err::read_dir(&cache)
        .expect("a cache")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    assert_eq!(names.len(), 2, "a token and a registration: {names:?}");
    home.run(["credentials", "--profile", "old"]).success();
    home.write(".aws/sso/cache/other.json", "{\"accessToken\": \"theirs\"}");
    let theirs = home.write(".aws/cli/cache/other.json", "{}");
    // What the AWS CLI keeps of the role, named as it names it.
    let name = format!(
        "{:x}",
        sha1::Sha1::digest(
            r#"{"accountId":"111122223333","roleName":"BedrockDeveloper","startUrl":"https://d-9067642ac7.awsapps.com/start"}"#
        )
    );
    let of_the_role = home.write(&format!(".aws/cli/cache/{name}.json"), "{}");
    home.run(["logout", "--profile", "old"]).success();
    assert!(theirs.exists() && !of_the_role.exists());
    home.run(["credentials", "--profile", "old"]).failure(3);
    assert!(cache.join("other.json").exists());
    assert_eq!(home.asked("Logout"), 1);
}
