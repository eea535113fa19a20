//! What we write into the AWS config file, read by the real AWS tools.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::machine::{Machine, aws_cli, aws_sdk_js, oracle};
use crate::harness::PROGRAM;

/// Each prints the access key it has for the profile that is its last argument.
const BOTOCORE: &str = "import sys, botocore.session\n\
    print(botocore.session.Session(profile=sys.argv[1]).get_credentials().get_frozen_credentials().access_key)\n";
const JS: &str = "const { createRequire } = require('node:module');\n\
    const packages = createRequire(process.argv[1] + '/');\n\
    packages('@aws-sdk/credential-providers').fromNodeProviderChain({ profile: process.argv[2] })().then(\n\
      (found) => console.log(found.accessKeyId), (error) => { console.error(error.message); process.exit(1); });\n";

/// The real clients.
struct Clients {
    aws: PathBuf,
    python: PathBuf,
    packages: PathBuf,
}

impl Clients {
    fn installed() -> Option<Self> {
        Some(Self { aws: aws_cli()?, python: oracle()?, packages: aws_sdk_js()? })
    }

    /// The AWS CLI asks AWS who it is.
    fn caller(&self, machine: &Machine, profile: &str) -> Value {
        let words = ["sts", "get-caller-identity", "--output", "json", "--profile", profile];
        let run = machine.run([text(&self.aws)].into_iter().chain(words));
        serde_json::from_str(&run.success()).expect("JSON")
    }

    /// The access key that each of them finds for a profile.
    fn keys(&self, machine: &Machine, profile: &str) -> Vec<String> {
        let aws = format!(
            "{} configure export-credentials --format process --profile {profile} | sed -n 's/.*\"AccessKeyId\": \"\\(.*\\)\".*/\\1/p'",
            self.aws.display()
        );
        let commands: [&[&str]; 3] = [
            &["sh", "-c", &aws],
            &[text(&self.python), "-c", BOTOCORE, profile],
            &["node", "-e", JS, text(&self.packages), profile],
        ];
        let key = |command: &[&str]| machine.run(command).success().trim().to_owned();
        commands.into_iter().map(key).collect()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn config(machine: &Machine) -> String {
    fs_err::read_to_string(machine.home().join(".aws/config")).expect("a config")
}

/// The program below a folder and the profile behind a name that every reader has to take for one word.
#[test]
fn every_tool_gets_our_credentials_by_the_profile_for_other_tools() {
    let Some(clients) = Clients::installed() else { return };
    let machine = Machine::new();
    machine.run(["true"]).success();
    let before = format!("{}[profile \"my dev\"]\n", config(&machine))
        + "sso_session = work\nsso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\n";
    machine.write("home/.aws/config", &before);
    let folder = machine.home().join("it's my tools");
    fs_err::create_dir(&folder).expect("a folder");
    let program = folder.join("claude-bedrock");
    fs_err::hard_link(PROGRAM, &program).or_else(|_| fs_err::copy(PROGRAM, &program).map(drop)).expect("a program");
    let program = text(&program);

    let set_up = ["setup", "--yes", "--profile", "my dev", "--region", "us-west-2", "--process-profile", "tools"];
    machine.run([program].into_iter().chain(set_up)).success();
    assert!(config(&machine).contains("s my tools/claude-bedrock"), "{}", config(&machine));
    let document = machine.run([program, "credentials", "--format", "process", "--profile", "my dev"]).success();
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let ours = document["AccessKeyId"].as_str().expect("a key");
    assert_eq!(clients.keys(&machine, "tools"), [ours; 3]);
    let caller = clients.caller(&machine, "tools");
    assert!(caller["Arn"].as_str().is_some_and(|arn| arn.contains("BedrockDeveloper")), "{caller}");
    assert_eq!(machine.asked("GetRoleCredentials"), 0, "they are those of our cache");

    machine.run([program, "reset"]).success();
    assert_eq!(config(&machine), before);
}

#[test]
fn the_aws_tools_go_on_with_an_upgraded_profile() {
    let Some(clients) = Clients::installed() else { return };
    let mut machine = Machine::new();
    machine.approve();
    let legacy = "# mine\r\n[profile old]\r\nsso_start_url = https://d-9067642ac7.awsapps.com/start\r\n\
        sso_region = us-east-1\r\nsso_account_id = 111122223333\r\nsso_role_name = BedrockDeveloper\r\n\
        region = us-west-2\r\n";
    machine.write("home/.aws/config", legacy);
    machine.sign_out();
    machine.program(&["refresh", "--upgrade", "--yes", "--profile", "old", "--no-browser"]).success();

    assert!(config(&machine).contains("sso_session = d-9067642ac7"), "{}", config(&machine));
    let caller = clients.caller(&machine, "old");
    assert!(caller["Arn"].as_str().is_some_and(|arn| arn.contains("BedrockDeveloper")), "{caller}");
    assert!(clients.keys(&machine, "old").iter().all(|key| key.starts_with("ASIA")));
    // What a legacy sign-in could not do: the AWS CLI, and after it the SDK for JavaScript, renew it by themselves.
    for command in [
        &[text(&clients.aws), "sts", "get-caller-identity", "--profile", "old"][..],
        &["node", "-e", JS, text(&clients.packages), "old"],
    ] {
        let _ = fs_err::remove_dir_all(machine.home().join(".aws/cli/cache"));
        machine.change(&machine.token_file(), |token| token["expiresAt"] = json!("2020-01-01T00:00:00Z"));
        machine.run(command).success();
        assert_eq!(machine.asked("CreateToken"), 1, "{command:?}");
    }
    machine.program(&["credentials", "--profile", "old"]).success();
    machine.program(&["reset"]).success();
    assert_eq!(config(&machine), legacy);
}
