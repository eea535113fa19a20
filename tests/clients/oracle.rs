//! The sandbox is AWS to those who know AWS: real clients work with it, and what they say to each other is what
//! botocore's models of the services describe.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::machine::{CLAUDE_VERSIONS, Machine, aws_cli, aws_sdk_js, claude_code, oracle};
use crate::harness::Run;

/// An account with gates, quotas, roles to assume and an organisation that forbids something.
const EXERCISED: &str = include_str!("oracle/account.toml");

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/oracle").join(name)
}

/// Judges a recording.
fn judge(python: &Path, recording: &Path) -> Run {
    let mut command = Command::new(python);
    command.arg(script("validate.py")).arg(recording).env_clear();
    command.output().expect("Python starts").into()
}

/// Asserts that all of the last run was as AWS's models have it, and that these operations were in it.
#[track_caller]
fn assert_like_aws(machine: &Machine, python: &Path, expected: &[&str]) {
    let checked = judge(python, &machine.recording()).json();
    for what in expected {
        assert!(checked[what].as_u64() > Some(0), "no `{what}` among {checked}");
    }
}

#[test]
fn botocore_finds_everything_as_its_models_have_it() {
    let Some(python) = oracle() else { return };
    let machine = Machine::with_more(EXERCISED);
    let exercise = script("exercise.py");
    assert_eq!(machine.run([python.as_os_str(), exercise.as_os_str()]).success(), "done\n");
    assert_like_aws(
        &machine,
        &python,
        &[
            "AssumeRole answer",
            "AssumeRoleWithWebIdentity error",
            "GetFederationToken answer",
            "GetRole answer",
            "SimulatePrincipalPolicy answer",
            "SimulatePrincipalPolicy error",
            "ListFoundationModels answer",
            "GetFoundationModel answer",
            "GetUseCaseForModelAccess error",
            "PutUseCaseForModelAccess answer",
            "CreateFoundationModelAgreement answer",
            "CreateInferenceProfile answer",
            "CreateInferenceProfile error",
            "DeleteInferenceProfile answer",
            "InvokeModelWithResponseStream answer",
            "Converse answer",
            "ConverseStream answer",
            "CountTokens answer",
            "ListServiceQuotas answer",
        ],
    );
}

#[test]
fn the_javascript_sdk_works_over_http_2_and_finds_everything_as_the_models_have_it() {
    let (Some(python), Some(packages)) = (oracle(), aws_sdk_js()) else { return };
    let mut machine = Machine::with_more(&EXERCISED.replace("use_case_form = \"missing\"\n", ""));
    machine.approve();
    let exercise = script("exercise.mjs");
    let run = machine.run(["node".as_ref(), exercise.as_os_str(), packages.as_os_str()]);
    assert_eq!(run.success(), "done\n");
    assert_like_aws(
        &machine,
        &python,
        &[
            "RegisterClient answer",
            "CreateToken answer",
            "CreateToken error",
            "GetRoleCredentials error",
            "Logout answer",
            "InvokeModel answer",
            "ConverseStream answer",
            "Converse error",
            "CreateOAuth2Token answer",
            "CreateOAuth2Token error",
        ],
    );
}

#[test]
fn the_aws_cli_signs_in_both_ways_refreshes_and_calls() {
    let (Some(python), Some(aws)) = (oracle(), aws_cli()) else { return };
    let mut machine = Machine::new();
    machine.sign_out();
    machine.approve();
    // The CLI renews a token that ends within a quarter of an hour.
    machine.change_account("access_token_lifetime = \"1h\"", "access_token_lifetime = \"10m\"");
    let browser = machine.program_file(
        "home/browser",
        &format!(
            // In the background: the CLI listens only when the browser has been started.
            "#!/bin/sh\n{} -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=30).read()' \
             \"$1\" >/dev/null 2>&1 &\n",
            python.display()
        ),
    );
    machine.variable("BROWSER", browser);
    let commands = r#"set -e
        "$1" sso login --sso-session work --use-device-code
        "$1" sso login --sso-session work
        "$1" configure export-credentials --profile work --format process > credentials.json
        "$1" sts get-caller-identity --profile work
        "$1" bedrock list-inference-profiles --profile work --max-items 1 > profiles.json
        "$1" bedrock-runtime invoke-model --profile work --model-id us.anthropic.claude-sonnet-4-6 --body "$2" \
            --cli-binary-format raw-in-base64-out answer.json
        "$1" bedrock-runtime converse --profile work --model-id us.anthropic.claude-sonnet-4-6 \
            --messages '[{"role": "user", "content": [{"text": "Say hello."}]}]' --query output.message.content[0].text
        "$1" sso logout"#;
    let body =
        r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"."}]}"#;
    let run =
        machine.run(["sh".as_ref(), "-c".as_ref(), commands.as_ref(), "sh".as_ref(), aws.as_os_str(), body.as_ref()]);
    let said = run.success();
    assert!(said.contains("Hello from the AWS sandbox"), "{said}");
    let file = fs_err::read(machine.home().join("project/credentials.json")).expect("exported");
    let exported: Value = serde_json::from_slice(&file).expect("JSON");
    assert_eq!(exported["Version"], 1);
    let tokens = machine.requests().iter().filter(|request| request.operation == "CreateToken").count();
    // One sign-in by device, one by browser, and a renewal by each command after them.
    assert!(tokens > 2, "{:#?}", machine.requests());
    assert_like_aws(
        &machine,
        &python,
        &[
            "StartDeviceAuthorization answer",
            "Authorize page",
            "CreateToken answer",
            "Converse answer",
            "Logout answer",
        ],
    );
}

#[test]
fn a_streamed_turn_of_claude_code_is_as_the_models_have_it() {
    let Some(python) = oracle() else { return };
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        let mut machine = Machine::new();
        machine.program(&["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
        assert_like_aws(&machine, &python, &["ListInferenceProfiles answer"]);
        machine.ask(&claude).success();
        assert_like_aws(&machine, &python, &["GetRoleCredentials answer", "InvokeModelWithResponseStream answer"]);
    }
}

#[test]
fn the_oracle_sees_what_is_wrong() {
    let Some(python) = oracle() else { return };
    let machine = Machine::new();
    machine.program(&["setup", "--yes", "--profile", "work"]).success();
    let recorded = fs_err::read_to_string(machine.recording()).expect("a recording");
    let listing = recorded.lines().find(|line| line.contains("ListInferenceProfiles")).expect("a listing");
    let exchange: Value = serde_json::from_str(listing).expect("JSON");
    let expect = |change: &dyn Fn(&mut Value), complaint: &str| {
        let mut changed = exchange.clone();
        change(&mut changed);
        let path = machine.write("changed.jsonl", format!("{changed}\n"));
        let said = judge(&python, &path).failure(1);
        assert!(said.contains(complaint), "{said}");
    };
    // Base64 of `{"inferenceProfileSummaries":[{"createdAt":1}]}`, of `{"colour":1}` and of `{"message":"x"}`.
    let incomplete = "eyJpbmZlcmVuY2VQcm9maWxlU3VtbWFyaWVzIjpbeyJjcmVhdGVkQXQiOjF9XX0=";
    expect(&|it| it["response"]["body"] = incomplete.into(), "lacks the required member inferenceProfileArn");
    expect(&|it| it["response"]["body"] = incomplete.into(), "1 is no ISO 8601 time");
    expect(&|it| it["response"]["body"] = "eyJjb2xvdXIiOjF9".into(), "has the member colour");
    expect(&|it| it["response"]["status"] = 202.into(), "status 202 is not 200");
    expect(&|it| it["request"]["query"] = "color=red".into(), "has the parameter color");
    let error = "eyJtZXNzYWdlIjoieCJ9";
    let code = |status: u16, code: &str| {
        let code = code.to_owned();
        move |it: &mut Value| {
            it["response"] = serde_json::json!({
                "status": status, "headers": [["x-amzn-errortype", code.as_str()]], "body": error,
            });
        }
    };
    expect(&code(400, "ThrottlingException"), "ThrottlingException has the status 400, not 429");
    expect(&code(400, "NobodysException"), "has no error NobodysException");
}
