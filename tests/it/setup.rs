//! `setup`: what is written, where, and that nothing else changes.

mod adoption;
mod answers;
mod choices;
mod closing;
mod foreign;
mod machine;

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, Run, mode, set_mode};

/// What stands in the user's settings when `claude-bedrock` is not needed to answer.
const UNUSABLE: &str = r#"{"Credentials":{"AccessKeyId":"CLAUDEBEDROCKSIGNEDOUT","SecretAccessKey":"signed-out","SessionToken":"signed-out"}}"#;

/// What a set-up of the default account writes into `env`, in this order.
const ENV: [(&str, &str); 8] = [
    ("CLAUDE_CODE_USE_BEDROCK", "1"),
    ("AWS_REGION", "us-west-2"),
    ("ANTHROPIC_MODEL", "us.anthropic.claude-sonnet-5-5"),
    ("ANTHROPIC_DEFAULT_OPUS_MODEL", "us.anthropic.claude-opus-5-5"),
    ("ANTHROPIC_DEFAULT_SONNET_MODEL", "us.anthropic.claude-sonnet-5-5"),
    ("ANTHROPIC_DEFAULT_HAIKU_MODEL", "us.anthropic.claude-haiku-5-5"),
    ("ANTHROPIC_DEFAULT_FABLE_MODEL", "us.anthropic.claude-fable-5-2"),
    ("AWS_BEARER_TOKEN_BEDROCK", ""),
];

/// Settings with everything that a parse and a rewrite would lose.
const HAIRY: &str = "{\r\n\
    \t\"$schema\": \"https://json.schemastore.org/claude-code-settings.json\",\r\n\
    \t\"permissions\": {\"allow\": [ \"Bash(ls:*)\",\"Read(//tmp/**)\" ], \"deny\": []},\r\n\
    \t\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"echo \\u00e9 ☕ \\\"x\\\" \\/\"}]}]},\r\n\
    \t\"enabledPlugins\": {\"größe@märkte\" : true},\r\n\
    \t\"env\": {\"HIDDEN_BY_THE_NEXT\": \"1\"},\r\n\
    \t\"numbers\": [1e400, 0.10000000000000000001, -0, 1E+2],\t\"twice\": 1,   \"twice\": 2,\r\n\
    \t\"env\": {\"DEBUG\": \"\", \"WINDOWS\": \"C:\\\\x\"}\r\n\
    }\r\n\r\n \r\n";

fn export_command(profile: &str) -> String {
    format!("{PROGRAM} credentials --sign-in '--profile={profile}' || echo '{UNUSABLE}'")
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The hairy settings in every encoding Claude Code reads.
fn hairy_encodings() -> [fn(&str) -> Vec<u8>; 3] {
    [|text| text.as_bytes().to_vec(), |text| format!("\u{feff}{text}").into_bytes(), utf16]
}

/// The hairy settings with the lines of an isolated set-up in them.
fn hairy_after_set_up() -> String {
    let member = |(name, value): &(&str, &str)| format!(", {}: {}", Value::from(*name), Value::from(*value));
    let env = ENV.iter().map(member).collect::<Vec<_>>().concat();
    let export = format!(",\r\n\t\"awsCredentialExport\": {}", Value::from(export_command("work")));
    HAIRY.replace("\"C:\\\\x\"}", &format!("\"C:\\\\x\"{env}}}{export}"))
}

#[test]
fn a_fresh_home_gets_exactly_these_keys() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    insta::assert_snapshot!(home.portable(&home.settings_text()), @r#"
    {
      "env": {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "us-west-2",
        "ANTHROPIC_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5",
        "ANTHROPIC_DEFAULT_FABLE_MODEL": "us.anthropic.claude-fable-5-2",
        "AWS_BEARER_TOKEN_BEDROCK": ""
      },
      "awsCredentialExport": "PROGRAM credentials --sign-in '--profile=work' || echo '{\"Credentials\":{\"AccessKeyId\":\"CLAUDEBEDROCKSIGNEDOUT\",\"SecretAccessKey\":\"signed-out\",\"SessionToken\":\"signed-out\"}}'"
    }
    "#);
    let value = home.settings_json();
    assert_eq!(value["awsCredentialExport"], export_command("work").as_str());
    assert_eq!(value["env"].as_object().expect("an object").len(), ENV.len());
    for (name, expected) in ENV {
        assert_eq!(value["env"][name], expected, "{name}");
    }
}

#[test]
fn a_set_up_says_who_where_what_and_the_way_back() {
    let home = Home::new();
    let said = home.run(["setup", "--yes"]).success();
    insta::assert_snapshot!(home.portable(&said), @r#"
    Profile work in us-west-2
      arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BedrockDeveloper_3a8bd466f62018e8/ada
      main model us.anthropic.claude-sonnet-5-5

    ~/.claude/settings.json
      + env.CLAUDE_CODE_USE_BEDROCK: "1"
      + env.AWS_REGION: "us-west-2"
      + env.ANTHROPIC_MODEL: "us.anthropic.claude-sonnet-5-5"
      + env.ANTHROPIC_DEFAULT_OPUS_MODEL: "us.anthropic.claude-opus-5-5"
      + env.ANTHROPIC_DEFAULT_SONNET_MODEL: "us.anthropic.claude-sonnet-5-5"
      + env.ANTHROPIC_DEFAULT_HAIKU_MODEL: "us.anthropic.claude-haiku-5-5"
      + env.ANTHROPIC_DEFAULT_FABLE_MODEL: "us.anthropic.claude-fable-5-2"
      + env.AWS_BEARER_TOKEN_BEDROCK: ""
      + awsCredentialExport: "PROGRAM credentials --sign-in '--profile=work' || echo '{\"Credentials\":{\"AccessKeyId\":\"CLAUDEBEDROCKSIGNEDOUT\",\"SecretAccessKey\":\"signed-out\",\"SessionToken\":\"signed-out\"}}'"
      The credentials reach Claude Code's Bedrock requests alone.
      AWS_REGION also reaches the commands Claude Code runs, as everything in `env` does.
      The empty AWS_BEARER_TOKEN_BEDROCK keeps an API key of the shell from being used instead.
      The AWS CLI and boto3 take it for a key: a command that calls Bedrock itself needs it unset.

    ✔ Claude Code is set up for Amazon Bedrock.

    Start `claude`, and Bedrock answers. Sessions that are running pick up the variables and helpers at once; the main model counts from the next one.
    Undo with `claude-bedrock reset`; look with `claude-bedrock status`.

    Should Claude Code stop answering and this program be gone, edit ~/.claude/settings.json:
      delete env.CLAUDE_CODE_USE_BEDROCK, env.AWS_REGION, env.ANTHROPIC_MODEL, env.ANTHROPIC_DEFAULT_OPUS_MODEL, env.ANTHROPIC_DEFAULT_SONNET_MODEL, env.ANTHROPIC_DEFAULT_HAIKU_MODEL, env.ANTHROPIC_DEFAULT_FABLE_MODEL, env.AWS_BEARER_TOKEN_BEDROCK, awsCredentialExport
    "#);
}

#[test]
fn a_set_up_answers_in_json() {
    let home = Home::new();
    let said = home.run(["setup", "--yes", "--json"]).json();
    assert_eq!(said["version"], 1);
    assert_eq!(said["applied"], true);
    assert_eq!(said["settings"], home.settings().to_str().expect("UTF-8"));
    let choice = json!({"profile": "work", "region": "us-west-2", "model": "us.anthropic.claude-sonnet-5-5", "identity": "isolated"});
    assert_eq!(said["choice"], choice);
    assert_eq!(said["changes"][0], json!({"key": "env.CLAUDE_CODE_USE_BEDROCK", "before": null, "after": "1"}));
    assert_eq!(said["changes"].as_array().expect("a list").len(), ENV.len() + 1);
}

#[test]
fn reset_after_a_set_up_of_a_fresh_home_leaves_nothing() {
    let home = Home::new();
    let before = home.files();
    let _ = home.run(["setup", "--yes"]).success();
    assert!(!home.state_files("credentials").is_empty() && !home.state_files("receipts").is_empty());
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
    assert!(!home.path().join(".claude").exists());
    assert_eq!(home.state_files("receipts"), Vec::<std::path::PathBuf>::new());
    assert_eq!(home.state_files("credentials"), Vec::<std::path::PathBuf>::new());
}

#[test]
fn hairy_settings_keep_every_other_byte_and_come_back_whole() {
    for encode in hairy_encodings() {
        let home = Home::new();
        let path = home.write(".claude/settings.json", encode(HAIRY));
        let _ = home.run(["setup", "--yes", "--profile", "work"]).success();
        assert_eq!(home.read(".claude/settings.json"), encode(&hairy_after_set_up()));
        let _ = home.run(["reset"]).success();
        assert_eq!(fs_err::read(path).expect("readable"), encode(HAIRY));
    }
}

#[test]
fn the_permissions_of_the_settings_stay() {
    for bits in [0o644, 0o600, 0o640] {
        let home = Home::new();
        let path = home.write(".claude/settings.json", HAIRY);
        set_mode(&path, bits);
        let _ = home.run(["setup", "--yes"]).success();
        assert_ne!(fs_err::read(&path).expect("readable"), HAIRY.as_bytes());
        assert_eq!(mode(&path), bits);
        let _ = home.run(["reset"]).success();
        assert_eq!(fs_err::read(&path).expect("readable"), HAIRY.as_bytes());
        assert_eq!(mode(&path), bits);
    }
}

#[test]
fn the_same_answers_again_change_nothing_and_say_so() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let stamp = || {
        let metadata = fs_err::metadata(home.settings()).expect("there");
        (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
    };
    let before = (stamp(), home.files());
    let said = home.run(["setup", "--yes"]).success();
    assert!(said.contains("Nothing to change: ~/.claude/settings.json already says so."), "{said}");
    assert_eq!((stamp(), home.files()), before);
    assert_eq!(home.run(["setup", "--yes", "--json"]).json()["applied"], false);
}

#[test]
fn a_wavering_user_still_gets_every_byte_back() {
    let home = Home::new();
    home.write(".claude/settings.json", HAIRY);
    let anywhere = "global.anthropic.claude-haiku-5-5";
    let steps: [&[&str]; 3] = [
        &["--identity", "isolated", "--region", "us-west-2"],
        &["--identity", "shared", "--region", "eu-central-1", "--model", "eu.anthropic.claude-opus-5-5"],
        &["--identity", "isolated", "--region", "us-east-1", "--model", anywhere, "--residency", "any"],
    ];
    for (step, arguments) in steps.iter().enumerate() {
        let _ = home.run(["setup", "--yes"].iter().chain(*arguments)).success();
        let text = home.settings_text();
        let region = arguments[3];
        assert!(text.contains(&format!("\"AWS_REGION\": \"{region}\"")), "{text}");
        let shared = step == 1;
        assert_eq!(text.contains("\"AWS_PROFILE\": \"work\""), shared, "{text}");
        assert_eq!(text.contains(&format!("{PROGRAM} refresh '--profile=work'")), shared, "{text}");
        assert_eq!(text.contains("awsCredentialExport"), !shared, "{text}");
    }
    let _ = home.run(["reset"]).success();
    assert_eq!(home.read(".claude/settings.json"), HAIRY.as_bytes());
}

#[test]
fn the_receipt_keeps_the_first_value_through_later_set_ups_and_edits() {
    let home = Home::new();
    home.write(".claude/settings.json", "{\"env\": {\"AWS_REGION\": \"eu-west-3\"}}\n");
    let _ = home.run(["setup", "--yes", "--force", "--region", "us-west-2"]).success();
    let _ = home.run(["setup", "--yes", "--region", "us-east-1"]).success();
    let edited = home.settings_text().replacen('{', "{\"language\": \"german\", ", 1);
    home.write(".claude/settings.json", edited);
    let _ = home.run(["setup", "--yes", "--region", "us-east-2", "--identity", "shared"]).success();
    let _ = home.run(["reset"]).success();
    assert_eq!(home.settings_text(), "{\"language\": \"german\", \"env\": {\"AWS_REGION\": \"eu-west-3\"}}\n");
}

#[test]
fn shared_mode_writes_the_profile_and_a_refresh_and_no_export() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--identity", "shared"]).success();
    let settings = home.settings_json();
    assert_eq!(settings["env"]["AWS_PROFILE"], "work");
    assert_eq!(settings["env"]["AWS_BEARER_TOKEN_BEDROCK"], "");
    assert_eq!(settings["awsAuthRefresh"], format!("{PROGRAM} refresh '--profile=work'").as_str());
    assert_eq!(settings.get("awsCredentialExport"), None);
    // Asked again without a mode, the one chosen before stays.
    let _ = home.run(["setup", "--yes"]).success();
    assert_eq!(home.settings_json(), settings);
}

#[test]
fn a_project_gets_no_identity_and_no_personal_path() {
    let home = Home::new();
    let before = home.files();
    let said = home.run(["setup", "--yes", "--scope", "project", "--profile", "work"]).success();
    assert!(
        !said.contains("Bedrock answers") && said.contains("without `--scope`, writes it into their own"),
        "{said}"
    );
    let text = String::from_utf8(home.read("work/.claude/settings.json")).expect("UTF-8");
    insta::assert_snapshot!(text, @r#"
    {
      "env": {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": "us-west-2",
        "ANTHROPIC_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_OPUS_MODEL": "us.anthropic.claude-opus-5-5",
        "ANTHROPIC_DEFAULT_SONNET_MODEL": "us.anthropic.claude-sonnet-5-5",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "us.anthropic.claude-haiku-5-5",
        "ANTHROPIC_DEFAULT_FABLE_MODEL": "us.anthropic.claude-fable-5-2"
      }
    }
    "#);
    assert!(!home.path().join(".claude").exists());
    let mine = home.run(["setup", "--yes", "--profile", "work"]).success();
    assert!(mine.contains("Start `claude`, and Bedrock answers."), "{mine}");
    let said = home.run(["setup", "--yes", "--scope", "project", "--tier", "flex"]).success();
    assert!(said.contains("Everybody else who works on the project needs an identity"), "{said}");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
    assert!(!home.working_directory().join(".claude").exists());
}

#[test]
fn a_local_set_up_is_written_to_the_local_settings() {
    let home = Home::new();
    home.write("work/.claude/settings.local.json", HAIRY);
    let before = home.files();
    let _ = home.run(["setup", "--yes", "--scope", "local"]).success();
    assert_eq!(home.read("work/.claude/settings.local.json"), hairy_after_set_up().as_bytes());
    assert!(!home.path().join(".claude").exists());
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
}

#[test]
fn a_project_takes_no_identity_mode() {
    let home = Home::new();
    let before = home.files();
    let said = home.run(["setup", "--yes", "--scope", "project", "--identity", "isolated"]).failure(2);
    assert!(said.contains("`--identity` has no place there"), "{said}");
    assert_eq!(home.files(), before);
}

/// This program below another name.
fn called(home: &Home, name: &str) -> std::path::PathBuf {
    let program = home.path().join(name);
    if std::fs::hard_link(PROGRAM, &program).is_err() {
        fs_err::copy(PROGRAM, &program).expect("copied");
    }
    program
}

#[test]
fn a_download_keeps_its_name_and_one_that_would_not_be_recognised_is_refused() {
    let home = Home::new();
    let run = |program: &Path, arguments: &[&str]| {
        Run::from(home.command(program.to_str().expect("UTF-8")).args(arguments).output().expect("it starts"))
    };
    let other = called(&home, "cb");
    let said = run(&other, &["setup", "--yes", "--profile", "work"]).failure(2);
    assert!(said.contains("recognised by the name `claude-bedrock`") && said.contains("cb"), "{said}");
    assert!(!home.path().join(".claude/settings.json").exists());
    let download = called(&home, "claude-bedrock-0.1.0-linux-x64");
    run(&download, &["setup", "--yes", "--profile", "work"]).success();
    let status: Value = serde_json::from_str(&run(&download, &["status", "--json"]).success()).expect("JSON");
    assert_eq!(status["identity"]["mode"], "isolated", "{status}");
    run(&download, &["reset"]).success();
    assert!(!home.path().join(".claude/settings.json").exists());
}
