//! The original Bedrock plugin beside ours: the commands of the AWS CLI that its scripts run, one after the other, by
//! the real AWS CLI. What its scripts do besides (Node or bash and jq start for each of them) is left out, in its favour.

use std::ffi::OsString;
use std::path::Path;

use crate::stage::{Program, Stage, aws_cli};
use crate::table::{Contender, medians};

/// Runs, of which each takes seconds.
const RUNS: usize = 5;

/// The regions its last version asks in turn, after the profile's own.
pub(crate) const REGIONS: [&str; 19] = [
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-south-1",
    "ca-central-1",
    "sa-east-1",
    "me-south-1",
    "me-central-1",
    "af-south-1",
];

/// Its hook of starting sessions: whether the credentials work, and whether they come of an SSO session.
pub(crate) fn hook() {
    let stage = Stage::near();
    stage.set_up();
    let ours = stage.ours("hook session-start, healthy", "hook session-start");
    let Some(aws) = aws_cli() else { return };
    let theirs = [
        cli(&aws, "configure export-credentials --profile work --format process"),
        cli(&aws, "configure get sso_session --profile work"),
    ];
    let theirs = Contender::new("the AWS CLI's part of the original's hook", || stage.time_in_turn(&theirs));
    medians("what a session waits for when it starts", RUNS, &[theirs, Contender::alone(&stage, &ours)]);
}

/// What its `get-aws-context --check-bedrock --region=REGION` runs where there is one profile.
pub(crate) fn context(aws: &Path) -> Vec<Program> {
    vec![
        cli(aws, "configure list-profiles"),
        cli(aws, "configure get region --profile work"),
        cli(aws, "sts get-caller-identity --profile work --output json"),
        cli(aws, "configure export-credentials --profile work --format env-no-export"),
        listing(aws, "us-west-2"),
    ]
}

/// What it runs for each region; some have no Bedrock.
pub(crate) fn listing(aws: &Path, region: &str) -> Program {
    let listing = cli(aws, &format!("bedrock list-inference-profiles --profile work --region {region} --output json"));
    Program { may_fail: true, ..listing }
}

fn cli(aws: &Path, arguments: &str) -> Program {
    let arguments = arguments.split(' ').map(OsString::from);
    Program::new("the AWS CLI", std::iter::once(aws.as_os_str().to_owned()).chain(arguments))
}
