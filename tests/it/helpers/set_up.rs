//! `setup --export-command` and `--refresh-command`: what is written, and what is refused before anything is.

use serde_json::Value;

use super::{grant, script};
use crate::harness::{Home, PROGRAM, mode, set_mode};

const UNUSABLE_KEY: &str = "CLAUDEBEDROCKSIGNEDOUT";

/// What Claude Code's shell prints for the export that is configured.
fn exported(home: &Home) -> Value {
    let command = home.settings_json()["awsCredentialExport"].as_str().expect("an export").to_owned();
    let output = home.command("/bin/sh").args(["-c", &command]).output().expect("sh runs");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("one document")
}

#[test]
fn an_own_script_and_refresh_command_are_written_as_given_and_reset_brings_every_byte_back() {
    let home = Home::new();
    let before = "{\n  \"awsCredentialExport\": \"/bin/old.sh\",\n  \"theme\": \"dark\"\n}\n";
    home.write(".claude/settings.json", before);
    let path = script(&home, "o'dd bin/my grant.sh", &grant());
    let path = path.to_str().expect("UTF-8");
    let refresh = "aws sso login --profile myprofile";
    let arguments = ["setup", "--yes", "--export-command", path, "--refresh-command", refresh, "--region", "us-east-1"];
    let said = home.run(arguments).failure(2);
    assert!(said.contains("/bin/old.sh") && said.contains("--force"), "{said}");
    let said = home.run(arguments.iter().chain(&["--force"])).success();
    let said = home.portable(&said);
    let (of_the_plan, _) = said.split_once("  AWS_REGION also").expect("the notes");
    let told: Vec<&str> = of_the_plan.lines().filter(|line| !line.contains("env.")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    Export command ~/o'dd bin/my grant.sh in us-east-1
      arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BedrockDeveloper_3a8bd466f62018e8/ada
      main model us.anthropic.claude-sonnet-5-5

    ~/.claude/settings.json
      - awsCredentialExport: "/bin/old.sh"
      + awsCredentialExport: "document=$(\"HOME/o'dd bin/my grant.sh\") && case $document in *'\"SessionToken\":\"\"'*|*'\"SessionToken\": \"\"'*) false;; '{'*'\"SessionToken\"'*'}') printf '%s\\n' \"$document\";; *) false;; esac || echo '{\"Credentials\":{\"AccessKeyId\":\"CLAUDEBEDROCKSIGNEDOUT\",\"SecretAccessKey\":\"signed-out\",\"SessionToken\":\"signed-out\"}}'"
      + awsAuthRefresh: "aws sso login --profile myprofile"
      The credentials reach Claude Code's Bedrock requests alone.
      When an export command fails, Claude Code silently uses another identity of this machine; what stands around yours answers with keys that AWS refuses instead.
      `claude-bedrock helpers test --refresh` tries the refresh command; it may open a browser.
    "#);
    let settings = home.settings_json();
    assert_eq!(settings["awsAuthRefresh"], refresh);
    assert_eq!(settings["env"]["AWS_PROFILE"], Value::Null);
    assert_eq!(settings["env"]["AWS_REGION"], "us-east-1");
    assert!(exported(&home)["Credentials"]["AccessKeyId"].as_str().expect("a key").starts_with("ASIA"));
    assert_eq!(home.run(["status", "--json"]).json()["identity"]["mode"], "export");

    let again = home.run(["setup", "--yes", "--json"].iter().chain(&arguments[2..])).json();
    assert_eq!((&again["applied"], &again["choice"]["profile"]), (&Value::Bool(false), &Value::Null));
    assert_eq!(
        (&again["choice"]["identity"], &again["choice"]["refresh_command"]),
        (&"export".into(), &refresh.into())
    );
    assert!(again["identity"]["arn"].as_str().expect("an ARN").contains("BedrockDeveloper"));

    let _ = home.run(["reset"]).success();
    assert_eq!(home.read(".claude/settings.json"), before.as_bytes());
}

#[test]
fn a_script_that_starts_failing_is_answered_for() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", &grant());
    let _ = home.run(["setup", "--yes", "--export-command", path.to_str().expect("UTF-8")]).success();
    for failing in
        ["exit 1", "echo '{\"Credentials\":{\"SessionToken\":\"x\"}}'; exit 1", ":", "echo moved", "kill -9 $$"]
    {
        script(&home, "bin/grant.sh", failing);
        assert_eq!(exported(&home)["Credentials"]["AccessKeyId"], UNUSABLE_KEY, "{failing}");
    }
    fs_err::remove_file(path).expect("ours");
    assert_eq!(exported(&home)["Credentials"]["AccessKeyId"], UNUSABLE_KEY);
}

#[test]
fn a_relative_path_is_refused_with_the_absolute_one() {
    let home = Home::new();
    let path = script(&home, "work/my grant.sh", &grant());
    let before = home.files();
    for given in ["my grant.sh", "./my grant.sh"] {
        let said = home.run(["setup", "--yes", "--export-command", given]).failure(2);
        assert!(said.contains(&format!("--export-command '{}'", path.display())), "{said}");
    }
    let said = home.run(["setup", "--yes", "--refresh-command", "./login.sh now"]).failure(2);
    assert!(said.contains(&format!("name it as {}/login.sh", home.working_directory().display())), "{said}");
    assert_eq!(home.files(), before);
}

#[test]
fn a_script_that_others_could_change_is_refused_with_the_command_or_narrowed_by_force() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", &grant());
    let path = path.to_str().expect("UTF-8");
    for bits in [0o777, 0o720, 0o644] {
        set_mode(path.as_ref(), bits);
        let said = home.run(["setup", "--yes", "--export-command", path]).failure(2);
        assert!(said.contains(&format!("run `chmod 700 {path}`")) && said.contains("--force"), "{said}");
        let _ = home.run(["setup", "--dry-run", "--force", "--export-command", path]).failure(2);
        assert_eq!(mode(path.as_ref()), bits);
        assert!(!home.settings().exists());
        let _ = home.run(["setup", "--dry-run", "--yes", "--export-command", path]).failure(2);
        let _ = home.run(["setup", "--yes", "--force", "--export-command", path]).success();
        assert_eq!(mode(path.as_ref()), 0o700);
        let _ = home.run(["reset"]).success();
    }
    set_mode(&home.path().join("bin"), 0o777);
    let said = home.run(["setup", "--yes", "--force", "--export-command", path]).failure(2);
    assert!(said.contains("everybody may write the folder"), "{said}");
    assert!(!home.settings().exists());
}

#[test]
fn what_claude_code_cannot_use_is_refused_before_anything_is_written_and_never_shown() {
    let cases = [
        ("echo SECRETish >&2; exit 4", "it ended with exit code 4; it wrote 10 bytes"),
        (":", "it printed nothing"),
        ("echo SECRETish", "is not JSON"),
        ("echo Welcome; echo '{\"AccessKeyId\":\"SECRETish\"}'", "something stands before the document"),
        (
            "echo '{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"SECRETish\",\"SessionToken\":\"\"}'",
            "the `SessionToken` in its document is empty",
        ),
        (
            "echo '{\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"SECRETish\",\"SessionToken\":\"SECRETish\"}'",
            "AWS does not take",
        ),
        ("kill -9 $$", "exit code 137, which stands for the signal 9"),
    ];
    for (body, expected) in cases {
        let home = Home::new();
        let path = script(&home, "bin/grant.sh", body);
        let run = home.run(["setup", "--yes", "--export-command", path.to_str().expect("UTF-8")]);
        assert!(matches!(run.code, Some(1 | 2)), "{run:?}");
        assert!(run.stderr.contains(expected) && !run.stderr.contains("SECRET") && run.stdout.is_empty(), "{run:?}");
        assert!(!home.settings().exists(), "{body}");
    }
}

#[test]
fn a_document_that_the_guard_would_hold_back_is_refused_too() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", &format!("echo; {PROGRAM} credentials --profile work"));
    let said = home.run(["setup", "--yes", "--export-command", path.to_str().expect("UTF-8")]).failure(2);
    assert!(said.contains("nothing before or after it"), "{said}");
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let home = Home::new();
    let path = script(&home, "bin/grant.sh", &grant());
    let path = path.to_str().expect("UTF-8");
    let cases: [(&[&str], &str); 6] = [
        (&["--export-command", path, "--profile", "work"], "leave `--profile` out"),
        (&["--export-command", path, "--scope", "project"], "no commands of yours"),
        (&["--export-command", path, "--identity", "shared"], "cannot be used with"),
        (&["--refresh-command", "true", "--identity", "isolated"], "use `--identity shared`"),
        (&["--refresh-command", "echo 'x"], "the shell cannot read"),
        (&["--refresh-command", " "], "is empty"),
    ];
    for (arguments, expected) in cases {
        let said = home.run(["setup", "--yes"].iter().chain(arguments)).failure(2);
        assert!(said.contains(expected), "{said}");
        assert!(!home.settings().exists());
    }
}

#[test]
fn a_refresh_command_alone_shares_the_profile() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--refresh-command", "aws sso login --profile work && echo done"]).success();
    let settings = home.settings_json();
    assert_eq!(settings["awsAuthRefresh"], "aws sso login --profile work && echo done");
    assert_eq!(settings["env"]["AWS_PROFILE"], "work");
    assert_eq!(settings["awsCredentialExport"], Value::Null);
}

#[test]
fn an_earlier_shared_profile_of_ours_is_not_what_the_script_works_by() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--identity", "shared"]).success();
    let path = script(&home, "bin/grant.sh", &format!("[ -z \"$AWS_PROFILE\" ] && {}", grant()));
    let _ = home.run(["setup", "--yes", "--export-command", path.to_str().expect("UTF-8")]).success();
    assert_eq!(home.settings_json()["env"]["AWS_PROFILE"], Value::Null);
    assert_eq!(home.settings_json()["awsAuthRefresh"], Value::Null);
    let _ = home.run(["reset"]).success();
    assert!(!home.settings().exists());
}
