//! Signing in: one page between all callers, none where nobody would see it, and the same door for every command.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use aws_sandbox::Account;
use serde_json::Value;

use crate::harness::{Home, PROGRAM, mode};

/// A desktop, so that a browser can be seen.
const DESKTOP: (&str, &str) = ("DISPLAY", ":0");

fn with_desktop(home: Home) -> Home {
    home.env(DESKTOP.0, DESKTOP.1)
}

#[test]
fn a_browser_signs_in_by_calling_back() {
    let home = with_desktop(Home::approving());
    let said = home.run(["login", "--profile", "work", "--browser"]).success();
    assert!(said.contains("Signed in to work") && said.contains("renews itself"), "{said}");
    assert_eq!(home.opened().len(), 1);
    let page =
        wait_for(|| fs_err::read_to_string(home.path().join("page")).ok().filter(|page| page.contains("</html>")));
    assert!(page.contains("<code>work</code>") && page.contains("close this tab"), "{page}");
    let token = home.token();
    for field in ["startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret", "refreshToken"] {
        assert!(token[field].is_string(), "{field}");
    }
    assert!(token["expiresAt"].as_str().expect("text").ends_with('Z'));
    assert_eq!(mode(&home.token_file()), 0o600);
    home.run(["credentials", "--profile", "work"]).success();
}

#[test]
fn a_code_signs_in_without_a_browser_and_the_client_registration_is_used_again() {
    let home = Home::approving();
    for _ in 0..2 {
        let said = home.run(["login", "--profile", "work", "--no-browser"]).success();
        assert!(said.contains("enter the code ") && said.contains("/device"), "{said}");
    }
    assert!(home.opened().is_empty());
    assert_eq!(home.asked("RegisterClient"), 1);
    assert_eq!(home.asked("StartDeviceAuthorization"), 2);
}

#[test]
fn a_dozen_callers_open_one_page_between_them() {
    let home = with_desktop(Home::approving());
    let start = |arguments: &[&str]| {
        let mut command = home.command(PROGRAM);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
    };
    let refresh = ["refresh", "--profile", "work"];
    let credentials = ["credentials", "--sign-in", "--profile", "work"];
    let children: Vec<Child> = (0..12).map(|n| start(if n % 2 == 0 { &refresh } else { &credentials })).collect();
    for child in children {
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    wait_for(|| home.opened().first().cloned());
    assert_eq!(home.opened().len(), 1);
    assert_eq!(home.asked("CreateToken"), 1);
    assert_eq!(home.asked("GetRoleCredentials"), 1);
}

#[test]
fn the_document_is_all_that_credentials_print_while_signing_in() {
    let home = with_desktop(Home::approving());
    let run = home.run(["credentials", "--sign-in", "--profile", "work"]);
    let document: Value = serde_json::from_str(&run.stdout).expect("one document");
    assert!(document["Credentials"]["AccessKeyId"].as_str().expect("a key").starts_with("ASIA"));
    assert!(run.stderr.contains("Sign in to AWS for the profile `work`"), "{}", run.stderr);
}

#[test]
fn a_refused_sign_in_is_not_asked_for_again_by_itself() {
    let home = with_desktop(Home::with(Account::default(), false)).with_browser("deny");
    let refused = home.run(["refresh", "--profile", "work"]).failure(3);
    assert!(refused.contains("was refused") && refused.contains("claude-bedrock login --profile work"), "{refused}");
    assert_eq!(home.opened().len(), 1);
    for command in [&["refresh", "--profile", "work"][..], &["refresh"][..]] {
        let home = &home;
        let cooling = home.command(PROGRAM).env("AWS_PROFILE", "work").args(command).output().expect("starts");
        assert_eq!(cooling.status.code(), Some(3));
        let said = String::from_utf8(cooling.stderr).expect("UTF-8");
        assert!(said.contains("the last sign-in") && said.contains("was refused"), "{said}");
    }
    assert_eq!(home.opened().len(), 1);
    home.run(["refresh", "--force", "--profile", "work"]).failure(3);
    assert_eq!(home.opened().len(), 2);
}

#[test]
fn nobody_is_asked_where_nobody_would_see_it() {
    let home = Home::approving();
    let asked = home.sandbox.requests().len();
    let surroundings: [(&[(&str, &str)], &str); 3] = [
        (&[("CI", "true"), DESKTOP], "continuous-integration"),
        (&[("BROWSER", "")], "neither a terminal nor a desktop"),
        (&[DESKTOP, ("CLAUDE_CODE_ENTRYPOINT", "sdk-cli")], "without a terminal"),
    ];
    for (variables, reason) in surroundings {
        let mut command = home.command(PROGRAM);
        command.envs(variables.iter().copied()).args(["refresh", "--profile", "work"]);
        let output = command.output().expect("starts");
        assert_eq!(output.status.code(), Some(3));
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(home.opened().len(), 0);
    assert_eq!(home.sandbox.requests().len(), asked, "and nobody at AWS is asked either");
}

#[test]
fn a_code_that_waits_is_shown_again_and_no_second_page_is_opened() {
    let home = Home::with(Account::default(), false).with_browser("nothing");
    // Opening the page answers nothing: the script's decision is made below.
    let home = home.env("BROWSER", "true");
    let mut first = home.command(PROGRAM);
    let mut first =
        first.args(["login", "--profile", "work", "--no-browser"]).stdout(Stdio::piped()).spawn().expect("starts");
    let line = first_line(&mut first);
    first.kill().expect("our own child");
    first.wait().expect("ended");
    let second =
        home.command(PROGRAM).args(["login", "--profile", "work", "--no-browser"]).stdout(Stdio::piped()).spawn();
    let mut second = second.expect("starts");
    let again = first_line(&mut second);
    assert_eq!(code_in(&line), code_in(&again));
    assert!(again.starts_with("Still waiting"), "{again}");
    approve(&home, &code_in(&again));
    assert!(second.wait().expect("ends").success());
    assert_eq!(home.asked("StartDeviceAuthorization"), 1);
}

#[test]
fn strangers_at_the_callback_address_are_survived() {
    let home = Home::with(Account::default(), false);
    let mut child = home.command(PROGRAM);
    child.env("BROWSER", "true").args(["login", "--profile", "work", "--browser"]).stdout(Stdio::piped());
    let mut child = child.spawn().expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let address = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http"))).expect("an address");
    let port: u16 = address.split("127.0.0.1%3A").nth(1).expect("a redirect")[..5].parse().expect("a port");
    let _silent = TcpStream::connect(("127.0.0.1", port)).expect("listening");
    assert!(get(port, "/favicon.ico").starts_with("HTTP/1.1 404"));
    assert!(get(port, "/oauth/callback?code=stolen&state=guessed").starts_with("HTTP/1.1 400"));
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err(), "only 127.0.0.1 is listened on");
    let browser = home
        .command("python3")
        .args(["-c", "import sys,urllib.request as u; u.urlopen(sys.argv[1], b'decision=allow')", &address])
        .status();
    assert!(browser.expect("starts").success());
    assert!(child.wait().expect("ends").success());
}

#[test]
fn a_session_that_aws_ended_early_is_signed_in_to_again() {
    let home = with_desktop(Home::approving());
    home.run(["login", "--profile", "work"]).success();
    home.change_token(&[("accessToken", "forgotten".into()), ("refreshToken", "forgotten".into())]);
    let run = home.run(["credentials", "--sign-in", "--profile", "work"]);
    assert!(run.stdout.contains("ASIA"), "{}{}", run.stdout, run.stderr);
    wait_for(|| (home.opened().len() == 2).then_some(()));
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("piped");
    BufReader::with_capacity(1, stdout).read_line(&mut line).expect("a line");
    line
}

fn code_in(line: &str) -> String {
    line.split("enter the code ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a code").to_owned()
}

/// Approves a code on the page, as a person does.
fn approve(home: &Home, code: &str) {
    let page = format!("{}/device", home.sandbox.endpoint());
    let script = "import sys,urllib.request as u; u.urlopen(sys.argv[1], sys.argv[2].encode())";
    let form = format!("user_code={code}&decision=allow");
    let status = home.command("python3").args(["-c", script, &page, &form]).status();
    assert!(status.expect("starts").success());
}

fn get(port: u16, target: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("listening");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn signing_out_touches_nothing_of_another_session() {
    let home = Home::new();
    home.run(["credentials", "--profile", "work"]).success();
    let other =
        home.write(".aws/sso/cache/other.json", r#"{"accessToken":"theirs","expiresAt":"2030-01-01T00:00:00Z"}"#);
    let said = home.run(["logout", "--profile", "work"]).success();
    assert!(said.contains("Signed out of work"), "{said}");
    assert_eq!(home.asked("Logout"), 1);
    assert_eq!(fs_err::read_dir(home.path().join(".aws/sso/cache")).expect("a cache").count(), 1);
    assert!(other.exists());
    home.run(["credentials", "--profile", "work"]).failure(3);
    let again = home.run(["logout", "--all"]).success();
    assert!(again.contains("Nobody was signed in to work"), "{again}");
}

#[test]
fn signing_out_leaves_neither_a_session_without_profiles_nor_roles_over_one() {
    let home = Home::with_more(
        "[[accounts.iam_roles]]\nname = \"Hub\"\ntrust = { principals = [\"*\"] }\npermissions = { allow = [\"*\"] }\n",
    );
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    let more = "[profile hub]\nrole_arn = arn:aws:iam::111122223333:role/Hub\nsource_profile = work\nregion = us-west-2\n\
                [sso-session lonely]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n";
    home.write(".aws/config", config + more);
    home.run(["credentials", "--profile", "hub"]).success();
    // SHA-1 of `lonely`.
    let lonely = ".aws/sso/cache/2689a5aa7f3f352630b6159ebbf0200f6a50e9ea.json";
    let lonely = home.write(lonely, home.token().to_string());
    let said = home.run(["logout", "--profile", "work"]).success();
    assert!(said.contains("Signed out of work") && !said.contains("lonely"), "{said}");
    assert_eq!(home.state_files("credentials"), Vec::<std::path::PathBuf>::new());
    home.run(["credentials", "--profile", "hub"]).failure(3);
    assert!(lonely.exists());
    let said = home.run(["logout", "--all"]).success();
    assert!(said.contains("Signed out of lonely") && !lonely.exists(), "{said}");
}

#[test]
fn a_sign_in_that_cannot_be_read_is_removed_and_said_so() {
    let home = Home::new();
    let torn = home.token_file();
    home.write(torn.to_str().expect("UTF-8"), "{ torn");
    let run = home.run(["logout", "--profile", "work"]);
    assert!(run.stderr.contains("cannot be read") && run.stderr.contains("AWS was not asked"), "{}", run.stderr);
    assert!(run.success().contains("Signed out of work") && !torn.exists());
}

#[test]
fn a_session_that_cannot_be_left_keeps_no_other_signed_in() {
    let home = Home::new();
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    let lonely =
        "[sso-session lonely]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n";
    home.write(".aws/config", config + lonely);
    let stuck = home.token_file();
    // SHA-1 of `lonely`.
    let lonely = ".aws/sso/cache/2689a5aa7f3f352630b6159ebbf0200f6a50e9ea.json";
    let lonely = home.write(lonely, home.token().to_string());
    fs_err::remove_file(&stuck).expect("removable");
    fs_err::create_dir_all(stuck.join("in the way")).expect("a folder in its place");
    let run = home.run(["logout", "--all"]);
    assert!(run.stdout.contains("Signed out of lonely") && !lonely.exists(), "{}{}", run.stdout, run.stderr);
    let said = run.failure(1);
    assert!(said.contains(stuck.to_str().expect("UTF-8")), "{said}");
}

#[test]
fn a_sign_in_under_way_is_waited_for_longer_than_a_renewal() {
    // Everybody's refresh token is refused; the first one signs in, and takes a person's time over it.
    let home = with_desktop(Home::new()).env("BROWSER", "true");
    home.change_token(&[("expiresAt", "2020-01-01T00:00:00Z".into()), ("refreshToken", "forgotten".into())]);
    let start = || {
        let mut command = home.command(PROGRAM);
        command.args(["credentials", "--sign-in", "--profile", "work"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("starts")
    };
    let children = [start(), start(), start()];
    std::thread::sleep(Duration::from_secs(35));
    let mut decide = home.command("python3");
    decide.args(["-c", "import sys,urllib.request as u; u.urlopen(sys.argv[1], b'')"]);
    decide.arg(format!("{}/_sandbox/approve", home.sandbox.endpoint()));
    assert!(decide.status().expect("starts").success());
    for child in children {
        let output = child.wait_with_output().expect("ends");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(out.contains("\"ASIA"), "{out}{err}");
    }
    assert_eq!(home.asked("StartDeviceAuthorization") + home.asked("Authorize"), 1);
}
