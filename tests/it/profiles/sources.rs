//! Credentials of profiles of every kind, as Claude Code would resolve them.

mod machines;

use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Home, PROGRAM, Run, mode, set_mode};

/// A user with keys, and roles that trust each other.
const ACCOUNT: &str = r#"
[[accounts.users]]
name = "ci"
access_key_id = "AKIACI00000000000001"
secret_access_key = "cisecretcisecretcisecretcisecretcisecret"
permissions = { allow = ["bedrock:*", "sts:*"] }

[[accounts.iam_roles]]
name = "Hub"
trust = { principals = ["*"] }
permissions = { allow = ["bedrock:*", "sts:*"] }

[[accounts.iam_roles]]
name = "Admin"
longest_session = "2h"
trust = { principals = ["arn:aws:sts::111122223333:assumed-role/Hub/*"], external_id = "ext-1" }
permissions = { allow = ["bedrock:*", "sts:*"] }

[[accounts.iam_roles]]
name = "Web"
trust = { web_identity = { issuer = "https://ci.example.com", audience = "sts.amazonaws.com", subject = "repo:*" } }
permissions = { allow = ["bedrock:*", "sts:*"] }
"#;

const HUB: &str = "role_arn = arn:aws:iam::111122223333:role/Hub\n";
const KEYS: &str = "[keys]\naws_access_key_id = AKIACI00000000000001\n\
    aws_secret_access_key = cisecretcisecretcisecretcisecretcisecret\nregion = us-west-2\n";

fn home(config: &str) -> Home {
    let home = Home::with_more(ACCOUNT);
    let furnished = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", furnished + config);
    home.write(".aws/credentials", KEYS);
    home
}

/// Who AWS says a profile is.
#[track_caller]
fn arn(home: &Home, profile: &str) -> String {
    let report = home.run(["status", "--json", "--profile", profile]).json();
    assert_eq!(report["problems"], serde_json::json!([]), "{report}");
    report["identity"]["arn"].as_str().expect("an ARN").to_owned()
}

/// Runs of the program at once.
fn at_once(home: &Home, count: usize, arguments: &[&str]) -> Vec<Run> {
    let start = || home.command(PROGRAM).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let children: Vec<_> = (0..count).map(|_| start().expect("the program starts")).collect();
    children.into_iter().map(|child| child.wait_with_output().expect("it ends").into()).collect()
}

fn ask(profile: &str) -> [&str; 3] {
    ["credentials", "--profile", profile]
}

#[test]
fn a_role_is_assumed_over_any_source() {
    let program = format!("credential_process = {PROGRAM} credentials --format process --profile keys");
    let home = home(&format!(
        "[profile over-sso]\n{HUB}source_profile = work\n[profile over-keys]\n{HUB}source_profile = keys\n\
         role_session_name = named\n[profile program]\n{program}\n[profile over-program]\n{HUB}source_profile = program\n\
         [profile over-variables]\n{HUB}credential_source = Environment\n"
    ));
    assert!(arn(&home, "over-sso").starts_with("arn:aws:sts::111122223333:assumed-role/Hub/claude-bedrock-"));
    assert_eq!(arn(&home, "over-keys"), "arn:aws:sts::111122223333:assumed-role/Hub/named");
    assert_eq!(arn(&home, "program"), "arn:aws:iam::111122223333:user/ci");
    assert!(arn(&home, "over-program").contains("assumed-role/Hub/"));
    let said = home.run(ask("over-variables")).failure(2);
    assert!(said.contains("no access key is in the variables"), "{said}");
    let home = home
        .env("AWS_ACCESS_KEY_ID", "AKIACI00000000000001")
        .env("AWS_SECRET_ACCESS_KEY", "cisecretcisecretcisecretcisecretcisecret");
    assert!(arn(&home, "over-variables").contains("assumed-role/Hub/"));
}

#[test]
fn a_profile_beats_keys_in_variables_as_in_claude_code() {
    let home = home("").env("AWS_ACCESS_KEY_ID", "AKIACI00000000000001").env("AWS_SECRET_ACCESS_KEY", "wrong");
    assert!(arn(&home, "work").contains("AWSReservedSSO_BedrockDeveloper"));
}

#[test]
fn a_chain_of_roles_passes_external_id_and_duration_and_is_cached_link_by_link() {
    let home = home(&format!(
        "[profile hub]\n{HUB}source_profile = work\n[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/Admin\n\
         source_profile = hub\nexternal_id = ext-1\nduration_seconds = 900\n"
    ));
    let first = home.run(ask("admin")).json();
    let left = first["Credentials"]["Expiration"].as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time");
    assert!(left.duration_since(jiff_now()).as_mins() <= 15, "{first}");
    assert_eq!((home.asked("AssumeRole"), home.asked("GetRoleCredentials")), (2, 1));
    assert_eq!(home.run(ask("admin")).json(), first);
    home.run(ask("hub")).success();
    assert_eq!((home.asked("AssumeRole"), home.asked("GetRoleCredentials")), (2, 1), "all of it was cached");
    let files = home.state_files("credentials");
    assert_eq!(files.len(), 3);
    assert!(files.iter().all(|file| mode(file) == 0o600));
    // Another external id is another request, and AWS refuses it.
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", config.replace("ext-1", "ext-2"));
    let said = home.run(ask("admin")).failure(1);
    assert!(said.contains("`arn:aws:iam::111122223333:role/Admin` cannot be assumed"), "{said}");
}

#[test]
fn an_error_in_a_chain_names_its_profiles() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let furnished = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(
        ".aws/config",
        furnished + &format!("[profile hub]\n{HUB}source_profile = work\n[profile top]\n{HUB}source_profile = hub\n"),
    );
    let said = home.run(ask("top")).failure(3);
    insta::assert_snapshot!(said, @"error: top -> hub -> work: nobody is signed in to the SSO session `work`: run `claude-bedrock login --profile work` to sign in");
}

#[test]
fn chains_that_lead_nowhere_are_refused_without_the_network() {
    let home = home(&format!(
        "[profile a]\n{HUB}source_profile = b\n[profile b]\n{HUB}source_profile = a\n[profile self]\n{HUB}source_profile = self\n\
         [profile lost]\n{HUB}source_profile = nope\n[profile mfa]\n{HUB}source_profile = work\nmfa_serial = arn:mfa\n\
         [profile ecs]\n{HUB}credential_source = EcsContainer\n[profile mars]\n{HUB}credential_source = Mars\n[profile empty]\n{HUB}source_profile = settings\n\
         [profile settings]\nregion = us-west-2\n[profile odd]\n{HUB}source_profile = work\nduration_seconds = soon\n"
    ));
    for (profile, words) in [
        ("a", "a -> b -> a: "),
        ("self", "self -> self: "),
        ("lost", "`nope` is in neither"),
        ("mfa", "wants a code of the MFA device `arn:mfa`, which cannot be asked for here"),
        ("ecs", "no variable says where a container asks"),
        ("mars", "there is no credential_source `Mars`"),
        ("empty", "empty -> settings: the profile `settings` gives no credentials"),
    ] {
        let said = home.run(ask(profile)).failure(2);
        assert!(said.contains(words), "{profile}: {said}");
    }
    assert_eq!(home.sandbox.requests().len(), 0);
    let said = home.run(ask("odd")).failure(2);
    assert!(said.contains("`soon` is not a number of seconds"), "{said}");
}

#[test]
fn a_profile_with_keys_is_its_own_source() {
    let home = home(&format!(
        "[profile own]\n{HUB}source_profile = own\naws_access_key_id = AKIACI00000000000001\n\
         aws_secret_access_key = cisecretcisecretcisecretcisecretcisecret\n"
    ));
    assert!(arn(&home, "own").contains("assumed-role/Hub/"));
}

#[test]
fn a_web_identity_is_unsigned_and_its_token_is_read_fresh() {
    let home = home(
        "[profile web]\nrole_arn = arn:aws:iam::111122223333:role/Web\nweb_identity_token_file = token\n\
         role_session_name = build\n",
    );
    let said = home.run(ask("web")).failure(2);
    assert!(said.contains("work/token` is not there"), "{said}");
    home.write("work/token", "  \n");
    assert!(home.run(ask("web")).failure(2).contains("holds no token"));
    home.write("work/token", "not a token");
    assert!(home.run(ask("web")).failure(1).contains("InvalidIdentityToken"));
    let token = home.sandbox.web_identity_token("https://ci.example.com", "sts.amazonaws.com", "repo:us/tool");
    home.write("work/token", format!("{token}\n"));
    assert_eq!(arn(&home, "web"), "arn:aws:sts::111122223333:assumed-role/Web/build");
    assert_eq!(home.asked("AssumeRoleWithWebIdentity"), 2);
}

/// A program in the home that prints a document.
fn program(home: &Home, script: &str) -> String {
    let path = home.write("tools/my program", format!("#!/bin/sh\n{script}\n"));
    set_mode(&path, 0o700);
    path.display().to_string()
}

fn document(fields: &str) -> String {
    format!(
        r#"printf '%s' '{{"Version": 1, "AccessKeyId": "ASIA1", "SecretAccessKey": "s", "SessionToken": "t"{fields}}}'"#
    )
}

#[test]
fn a_program_is_run_with_nothing_to_read_and_its_answer_is_kept_until_it_ends() {
    let home = home("");
    let end = r#", "Expiration": "2099-01-01T00:00:00+00:00""#;
    let path =
        program(&home, &format!("cat >/dev/null; echo run >>\"$HOME/runs\"; echo 'a warning' >&2; {}", document(end)));
    home.write(".aws/config", format!("[profile p]\ncredential_process = \"{path}\" --quiet\n"));
    let answer = home.run(ask("p")).json();
    assert_eq!(answer["Credentials"]["Expiration"], "2099-01-01T00:00:00Z");
    assert_eq!(home.run(ask("p")).json(), answer);
    assert_eq!(home.read("runs"), b"run\n", "once");
    // Without an end nobody would know when to ask again: it is asked every time.
    let forever = home_with_program(&format!("echo run >>\"$HOME/runs\"; {}", document("")));
    forever.run(ask("p")).success();
    forever.run(ask("p")).success();
    assert_eq!(forever.read("runs"), b"run\nrun\n");
    assert_eq!(forever.state_files("credentials").len(), 0);
}

fn home_with_program(script: &str) -> Home {
    let home = home("");
    let path = program(&home, script);
    home.write(".aws/config", format!("[profile p]\ncredential_process = '{path}'\n"));
    home
}

#[test]
fn what_a_program_prints_wrongly_is_told_without_showing_it() {
    for (script, words) in [
        ("echo hush; exit 3", "it ended with exit status: 3"),
        ("echo broken >&2; echo why it is >&2; exit 1", ": why it is"),
        ("echo hush", "did not print a JSON document"),
        (r#"echo '{"Version": 2, "AccessKeyId": "hush"}'"#, "no `\"Version\": 1`"),
        (r#"echo '{"Version": "1", "AccessKeyId": "hush"}'"#, "no `\"Version\": 1`"),
        (r#"echo '{"Version": 1, "AccessKeyId": "hush"}'"#, "lacks `AccessKeyId` or `SecretAccessKey`"),
        (&document(r#", "Expiration": "2020-01-01T00:00:00Z""#), "ended at 2020-01-01T00:00:00Z"),
        (&document(r#", "Expiration": "soon""#), "is not a time"),
        ("head -c 2000000 /dev/zero", "more than 1 MiB"),
        ("kill -9 $$", "signal: 9"),
    ] {
        let home = home_with_program(script);
        let said = home.run(ask("p")).failure(1);
        assert!(said.contains(words), "{script}: {said}");
        assert!(said.contains("credential_process of the profile `p`"), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
    let home = home("[profile p]\ncredential_process = /nowhere/tool --password hush\n");
    let said = home.run(ask("p")).failure(1);
    assert!(said.contains("exit status: 127") && !said.contains("hush"), "{said}");
}

#[test]
fn a_line_that_needs_a_shell_gets_one_as_in_claude_code() {
    let home = home("");
    let path = program(&home, &document(r#", "Expiration": "2099-01-01T00:00:00Z""#));
    home.write(".aws/config", format!("[profile p]\ncredential_process = TOOL='{path}'; \"$TOOL\" | cat\n"));
    assert_eq!(home.run(ask("p")).json()["Credentials"]["AccessKeyId"], "ASIA1");
}

#[test]
fn a_program_that_calls_us_for_the_same_profile_is_stopped() {
    // A script hides it from the finding; the variable tells.
    let home = home_with_program(&format!("exec '{PROGRAM}' credentials --format process --profile p"));
    let said = home.run(ask("p")).failure(1);
    assert!(said.contains("its credential_process calls itself: p -> p"), "{said}");
    let open = home_with_program(&format!("exec '{PROGRAM}' credentials --format process --profile keys"));
    assert!(open.run(ask("p")).json()["Credentials"]["SessionToken"].is_string());
    let seen = home.run(["profiles", "--json"]).json();
    assert_eq!(seen["profiles"][0]["usable"], true);
}

#[test]
fn claude_code_is_set_up_with_a_role() {
    let home = home(&format!("[profile hub]\n{HUB}source_profile = work\nregion = us-west-2\n"));
    home.run(["setup", "--yes", "--profile", "hub"]).success();
    let export = home.settings_json()["awsCredentialExport"].as_str().expect("a command").to_owned();
    let run = home.command("/bin/sh").arg("-c").arg(export).output().expect("a shell");
    let document: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert!(document["Credentials"]["SessionToken"].as_str().expect("text").len() > 10, "{document}");
}

#[expect(clippy::disallowed_methods, reason = "the test's own clock")]
fn jiff_now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[test]
fn callers_at_once_ask_once_however_little_life_there_is() {
    // Slow enough for all of them to find that what is there does not suffice.
    let end = r#", "Expiration": "'$(date -u -d '+5 minutes' +%FT%TZ)'""#;
    let home = home_with_program(&format!("echo run >>\"$HOME/runs\"; sleep 2; {}", document(end)));
    for run in at_once(&home, 8, &ask("p")) {
        assert!(run.success().contains("ASIA"));
    }
    assert_eq!(home.read("runs"), b"run\n");
    // Whoever comes later asks anew, for more life than that is wanted.
    home.run(ask("p")).success();
    assert_eq!(home.read("runs"), b"run\nrun\n");

    let home = Home::far_away(std::time::Duration::from_secs(2));
    for run in at_once(&home, 8, &["credentials", "--profile", "work", "--min-ttl", "2h"]) {
        assert!(run.success().contains("ASIA"), "as long as AWS gives them");
    }
    assert_eq!(home.asked("GetRoleCredentials"), 1);
}

#[test]
fn a_sign_out_takes_the_credentials_of_roles_over_it_along() {
    let home = home(&format!(
        "[profile over-sso]\n{HUB}source_profile = work\n[profile over-keys]\n{HUB}source_profile = keys\n"
    ));
    for profile in ["over-sso", "over-keys"] {
        home.run(ask(profile)).success();
    }
    let kept = home.state_files("credentials").len();
    home.run(["logout", "--profile", "work"]).success();
    home.run(ask("over-sso")).failure(3);
    home.run(ask("over-keys")).success();
    assert_eq!(home.state_files("credentials").len(), kept - 2, "those of the profile and of the role over it");
}

#[test]
fn without_a_home_nothing_of_the_folder_around_is_taken_for_the_user_s() {
    let home = Home::new();
    let keys = "[default]\naws_access_key_id = AKIAPLANTED\naws_secret_access_key = x\naws_session_token = y\n";
    home.write("work/.aws/credentials", keys);
    home.write("work/.aws/config", "[profile work]\nregion = us-west-2\ncredential_process = touch planted\n");
    for profile in ["default", "work"] {
        let mut command = home.command("env");
        command.args(["-u", "HOME", PROGRAM]).args(ask(profile)).env("XDG_STATE_HOME", home.path().join("state"));
        let said = Run::from(command.output().expect("starts")).failure(2);
        assert!(said.contains("is in neither"), "{said}");
    }
    assert!(!home.path().join("work/planted").exists());
}
