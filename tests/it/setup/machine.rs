//! Where files are, links, terminals and dry runs.

use crate::harness::{Home, mode, set_mode};

#[test]
fn a_link_stays_and_its_target_is_written() {
    let home = Home::new();
    let target = home.write("dotfiles/claude.json", "{ \"language\": \"german\" }\n");
    set_mode(&target, 0o640);
    fs_err::create_dir(home.path().join(".claude")).expect("a folder");
    fs_err::os::unix::fs::symlink("../dotfiles/claude.json", home.settings()).expect("a link");
    let _ = home.run(["setup", "--yes"]).success();
    let link = || fs_err::read_link(home.settings()).expect("still a link");
    assert_eq!(link().to_str(), Some("../dotfiles/claude.json"));
    assert_eq!(home.settings_json()["env"]["AWS_REGION"], "us-west-2");
    assert_eq!(mode(&target), 0o640);
    let _ = home.run(["reset"]).success();
    assert_eq!(link().to_str(), Some("../dotfiles/claude.json"));
    assert_eq!(home.read("dotfiles/claude.json"), b"{ \"language\": \"german\" }\n");
    assert_eq!(mode(&target), 0o640);
}

#[test]
fn the_named_configuration_folder_is_used_and_no_other() {
    let home = Home::new();
    let before = home.files();
    let folder = home.path().join("elsewhere");
    let home = home.env("CLAUDE_CONFIG_DIR", &folder);
    let _ = home.run(["setup", "--yes"]).success();
    assert!(folder.join("settings.json").exists());
    assert!(!home.path().join(".claude").exists());
    assert_eq!(home.run(["status", "--offline", "--json"]).json()["provider"], "bedrock");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_written_anywhere() {
    let home = Home::new();
    let before = home.files();
    let run = home.run(["setup"]);
    assert_eq!(run.stdout, "");
    let said = run.failure(2);
    assert!(said.contains("no terminal") && said.contains("--yes"), "{said}");
    assert_eq!(home.files(), before);
    assert!(!home.path().join(".local").exists());
    assert_eq!(home.sandbox.requests().len(), 0);
}

#[test]
fn a_dry_run_shows_the_changes_and_writes_none() {
    for arguments in [&["setup", "--dry-run"][..], &["setup", "--dry-run", "--yes"]] {
        let home = Home::new();
        let before = home.files();
        let said = home.run(arguments).success();
        assert!(said.contains("+ env.CLAUDE_CODE_USE_BEDROCK: \"1\""), "{said}");
        assert!(said.contains("+ env.AWS_REGION: \"us-west-2\""), "{said}");
        assert!(said.contains("+ awsCredentialExport: "), "{said}");
        assert!(said.contains("Nothing was written (--dry-run)."), "{said}");
        assert_eq!(home.files(), before);
        assert!(home.state_files("receipts").is_empty());
    }
}

#[test]
fn a_dry_run_in_json_is_not_applied() {
    let home = Home::new();
    let said = home.run(["setup", "--dry-run", "--json"]).json();
    assert_eq!(said["applied"], false);
    assert_eq!(said["changes"].as_array().map(Vec::len), Some(9));
    assert!(!home.settings().exists());
}

#[test]
fn receipts_are_for_the_user_alone() {
    let home = Home::new();
    home.write(".claude/settings.json", "{\"a\": 1}");
    let _ = home.run(["setup", "--yes"]).success();
    let files = home.state_files("receipts");
    assert_eq!(files.len(), 2, "the receipt and the first bytes");
    for file in files {
        assert_eq!(mode(&file), 0o600);
    }
    for folder in [home.state(), home.state().join("receipts")] {
        assert_eq!(mode(&folder), 0o700);
    }
}

#[test]
fn a_read_only_settings_file_is_left_alone() {
    let home = Home::new();
    let path = home.write(".claude/settings.json", "{\"a\": 1}");
    set_mode(&path, 0o444);
    let run = home.run(["setup", "--yes"]);
    assert_ne!(run.code, Some(0));
    assert!(run.stderr.contains("read-only") && run.stderr.contains(path.to_str().expect("UTF-8")), "{run:?}");
    assert_eq!(home.read(".claude/settings.json"), b"{\"a\": 1}");
}

#[test]
fn a_secret_beside_a_change_or_in_a_value_that_stays_is_in_no_plan() {
    let home = Home::new();
    home.write(
        ".claude/settings.json",
        r#"{
  "env": {
    "AWS_REGION": "eu-west-1",
    "HTTPS_PROXY": "http://ada:PLANTED-SECRET@127.0.0.1:9",
    "NO_PROXY": "127.0.0.1"
  },
  "awsAuthRefresh": "vault login --password \"PLANTED SECRET\""
}
"#,
    );
    let answers =
        r#"{"adoption": "adopt", "profile": "work", "region": "us-west-2", "residency": "any", "identity": "shared"}"#;
    let runs: [&[&str]; 4] = [
        &["setup", "--dry-run", "--profile", "work", "--region", "us-west-2", "--identity", "shared"],
        &["setup", "--dry-run", "--profile", "work", "--region", "us-west-2", "--identity", "shared", "--force"],
        &[
            "setup",
            "--dry-run",
            "--json",
            "--profile",
            "work",
            "--region",
            "us-west-2",
            "--identity",
            "shared",
            "--force",
        ],
        &["setup", "--json", "--answers", answers],
    ];
    for run in runs {
        let said = home.run(run);
        let said = format!("{}{}", said.stdout, said.stderr);
        assert!(said.contains("awsAuthRefresh") || said.contains("question"), "{run:?}: {said}");
        assert!(!said.contains("PLANTED") && !said.contains("SECRET\\"), "{run:?}: {said}");
    }
}
