//! What is written into the AWS config file: legacy profiles moved to a session, and a profile for other tools.

use std::os::unix::fs::symlink;
use std::time::Duration;

use crate::harness::{Home, PROGRAM, mode, set_mode};

const URL: &str = "https://d-9067642ac7.awsapps.com/start";

/// Two legacy profiles of one start URL, another kind between them, comments and Windows line ends.
fn legacy() -> String {
    let keys = format!(
        "sso_start_url = {URL}\nsso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\n"
    );
    format!(
        "# mine\n[profile old]\nregion = us-west-2\n{keys}\n[profile keys]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
         aws_secret_access_key = PLANTED-SECRET\n[profile two]\n{keys}; the end\n"
    )
    .replace('\n', "\r\n")
}

/// A desktop with the legacy profiles, where sign-ins are approved.
fn home() -> Home {
    let home = Home::approving().env("DISPLAY", ":0");
    home.write(".aws/config", legacy());
    home
}

fn config(home: &Home) -> String {
    String::from_utf8(home.read(".aws/config")).expect("UTF-8")
}

#[test]
fn an_upgraded_profile_signs_in_once_renews_itself_and_goes_back_byte_for_byte() {
    let home = home();
    let dotfiles = home.write("dotfiles/aws", legacy());
    set_mode(&dotfiles, 0o640);
    fs_err::remove_file(home.path().join(".aws/config")).expect("ours");
    symlink(&dotfiles, home.path().join(".aws/config")).expect("a link");
    let upgrade = ["refresh", "--upgrade", "--profile", "old"];

    let refused = home.run(upgrade).failure(2);
    assert!(refused.contains("nothing was written") && refused.contains("--yes"), "{refused}");
    let shown = home.run([&upgrade[..], &["--dry-run"]].concat()).success();
    for line in [
        "[profile old]",
        &format!("- sso_start_url = {URL}"),
        "+ sso_session = d-9067642ac7",
        "- sso_region = us-east-1",
        "[profile two]",
        "+ [sso-session d-9067642ac7]",
        "+ sso_registration_scopes = sso:account:access",
        "Nothing was written (--dry-run).",
    ] {
        assert!(shown.lines().any(|shown| shown.trim() == line), "{line}: {shown}");
    }
    assert!(!shown.contains("PLANTED-SECRET") && config(&home) == legacy());

    let said = home.run([&upgrade[..], &["--yes"]].concat()).success();
    assert!(said.contains("The profiles `old`, `two` now sign in to the SSO session `d-9067642ac7`"), "{said}");
    assert_eq!(home.asked("StartDeviceAuthorization") + home.asked("Authorize"), 1);
    assert!(home.token()["refreshToken"].is_string());
    home.run(["credentials", "--profile", "old"]).success();
    home.run(["credentials", "--profile", "two"]).success();
    assert_eq!(mode(&dotfiles), 0o640);
    let again = home.run([&upgrade[..], &["--yes"]].concat()).success();
    assert_eq!(again, "The profile `old` is not a legacy one: it signs in to the SSO session `d-9067642ac7`.\n");
    let other = home.run(["refresh", "--upgrade", "--profile", "keys"]).success();
    assert_eq!(other, "The profile `keys` has no SSO sign-in, so there is nothing to upgrade.\n");

    let said = home.run(["reset"]).success();
    assert!(said.contains("gets its legacy SSO profiles back"), "{said}");
    assert_eq!(config(&home), legacy());
    assert!(fs_err::symlink_metadata(home.path().join(".aws/config")).expect("there").is_symlink());
}

#[test]
fn what_others_wrote_since_an_upgrade_stays() {
    let home = home();
    home.run(["refresh", "--upgrade", "--yes", "--profile", "old"]).success();
    let edited = config(&home).replace("# mine", "# mine, edited") + "[profile later]\r\nregion = eu-west-1\r\n";
    home.write(".aws/config", edited);
    home.run(["reset"]).success();
    assert_eq!(
        config(&home),
        legacy().replace("# mine", "# mine, edited") + "[profile later]\r\nregion = eu-west-1\r\n"
    );
}

#[test]
fn a_set_up_says_that_a_profile_is_legacy_and_moves_it_when_told() {
    let home = home();
    home.run(["login", "--profile", "old", "--no-browser"]).success();
    let said = home.run(["setup", "--yes", "--profile", "old"]).success();
    assert!(said.contains("`claude-bedrock refresh --upgrade --profile old`"), "{said}");
    assert_eq!(config(&home), legacy());
    let dry = home.run(["setup", "--dry-run", "--upgrade", "--profile", "old"]);
    assert!(dry.stderr.contains("+ sso_session = d-9067642ac7") && config(&home) == legacy(), "{}", dry.stderr);
    home.run(["setup", "--yes", "--upgrade", "--profile", "old"]).success();
    assert!(config(&home).contains("sso_session = d-9067642ac7"));
    home.run(["credentials", "--profile", "old"]).success();
    home.run(["reset"]).success();
    assert_eq!(config(&home), legacy());
    assert!(!home.settings().exists());
}

#[test]
fn a_profile_for_other_tools_gives_them_our_credentials() {
    let home = Home::new();
    let before = home.read(".aws/config");
    let more = ["setup", "--yes", "--profile", "work", "--region", "us-west-2", "--process-profile", "tools"];
    let shown = home.run([&more[..], &["--dry-run"]].concat()).success();
    assert!(shown.contains("+ [profile tools]") && home.read(".aws/config") == before, "{shown}");
    home.run(more).success();
    let line =
        format!("credential_process = {PROGRAM} credentials --format process --profile work\nregion = us-west-2\n");
    assert!(config(&home).ends_with(&format!("[profile tools]\n{line}")), "{}", config(&home));
    let process = home.run(["credentials", "--format", "process", "--profile", "tools"]).json();
    let own = home.run(["credentials", "--format", "process", "--profile", "work"]).json();
    assert_eq!(process["AccessKeyId"], own["AccessKeyId"]);
    assert_eq!(home.asked("GetRoleCredentials"), 1, "one cache serves both");

    home.run(more).success();
    assert_eq!(config(&home).matches("[profile tools]").count(), 1, "once is enough");
    let taken = "[profile taken]\nregion = us-west-2\n";
    home.write(".aws/config", format!("{}{taken}", config(&home)));
    for (name, reason) in [("taken", "there already is"), ("work", "would ask itself"), ("my tools", "cannot be used")]
    {
        let said = home.run(["setup", "--yes", "--profile", "work", "--process-profile", name]).failure(2);
        assert!(said.contains(reason), "{name}: {said}");
    }
    home.run(["reset"]).success();
    assert_eq!(home.read(".aws/config"), [&before[..], taken.as_bytes()].concat());
}

#[test]
fn a_profile_that_leads_back_to_the_new_one_is_refused() {
    let home = Home::with_more(
        "[[profiles]]\nname = \"loop\"\nsettings = { credential_process = \"claude-bedrock credentials --profile tools\" }\n",
    );
    let before = home.files();
    let said = home.run(["setup", "--yes", "--profile", "loop", "--region", "us-west-2", "--process-profile", "tools"]);
    assert_ne!(said.code, Some(0));
    assert_eq!(home.files(), before, "{}", said.stderr);
}

#[test]
fn a_damaged_receipt_keeps_nothing_else_from_being_undone() {
    let home = Home::new();
    home.write(".claude/settings.json", "{\"language\": \"german\"}");
    let aws = home.read(".aws/config");
    home.run(["setup", "--yes", "--profile", "work", "--process-profile", "tools"]).success();
    home.run(["setup", "--yes", "--profile", "work", "--scope", "local"]).success();
    let local = home.working_directory().join(".claude/settings.local.json");
    let receipts = home.state_files("receipts");
    let of_user = receipts.iter().find(|path| {
        path.extension().is_some_and(|end| end == "json")
            && fs_err::read_to_string(path).is_ok_and(|text| !text.contains("settings.local.json"))
    });
    let damaged = of_user.expect("a receipt").to_str().expect("UTF-8");
    home.write(damaged, "{ torn");
    let said = home.run(["reset"]).failure(1);
    assert!(said.contains(damaged) && said.contains("cannot be used"), "{said}");
    assert!(!local.exists() && home.read(".aws/config") == aws, "the others are undone");
    assert!(home.settings_text().contains("claude-bedrock"), "what cannot be undone is left");

    home.write(".local/state/claude-bedrock/aws-config.json", "torn");
    let said = home.run(["reset"]).failure(1);
    assert!(said.contains("aws-config.json") && said.contains(damaged), "both are named: {said}");
}

#[test]
fn an_aws_file_that_cannot_be_written_keeps_no_other_from_being_undone() {
    let home = Home::new();
    let before = home.read(".aws/config");
    let setup = ["setup", "--yes", "--profile", "work", "--process-profile", "tools"];
    home.run(setup).success();
    let other = home.write("other/config", &before);
    let home = home.env("AWS_CONFIG_FILE", &other);
    home.run(setup).success();
    assert!(home.read(".aws/config") != before && home.read("other/config") != before);
    set_mode(&other, 0o444);
    let reset = home.run(["reset"]);
    assert!(reset.stdout.contains(".aws/config loses the profile"), "{}", reset.stdout);
    let said = reset.failure(1);
    assert!(said.contains("other/config") && said.contains("read-only"), "{said}");
    assert_eq!(home.read(".aws/config"), before);
    set_mode(&other, 0o644);
    home.run(["reset"]).success();
    assert_eq!(home.read("other/config"), before);
}

#[test]
fn a_settings_file_changed_at_the_last_moment_is_planned_on_anew() {
    let home = Home::new();
    // An empty file may be one that somebody has just begun to write, and is given a second.
    home.write(".claude/settings.json", "");
    let mut command = home.command(PROGRAM);
    command.args(["setup", "--yes", "--profile", "work"]).stderr(std::process::Stdio::piped());
    let child = command.stdout(std::process::Stdio::null()).spawn().expect("starts");
    let lock = home.state().join("receipts");
    for _ in 0..2000 {
        if lock.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
        // Emptied again and again, so that the second does not pass before the set-up comes to it.
        home.write(".claude/settings.json", "");
    }
    home.write(".claude/settings.json", "{\"language\": \"german\"}\n");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(home.settings_json()["language"], "german");
    assert_eq!(home.settings_json()["env"]["CLAUDE_CODE_USE_BEDROCK"], "1");
    home.run(["reset"]).success();
    assert_eq!(home.settings_text(), "{\"language\": \"german\"}\n");
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_to_undo() {
    let home = home();
    let path = home.path().join(".aws/config");
    set_mode(&path, 0o444);
    let said = home.run(["refresh", "--upgrade", "--yes", "--profile", "old"]).failure(1);
    assert!(said.contains("read-only"), "{said}");
    assert_eq!(config(&home), legacy());
    let said = home.run(["reset"]).success();
    assert!(said.contains("Nothing of ours is in the settings."), "{said}");
}

#[test]
fn a_file_that_nothing_can_be_added_to_ends_a_set_up_before_it_writes() {
    let home = Home::new();
    let before = [&home.read(".aws/config")[..], b"# caf\xe9\n"].concat();
    home.write(".aws/config", &before);
    let said = home.run(["setup", "--yes", "--profile", "work", "--process-profile", "tools"]).failure(2);
    assert!(said.contains("is not UTF-8 text; nothing was written"), "{said}");
    assert!(home.read(".aws/config") == before && !home.settings().exists());
}
