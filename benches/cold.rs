//! What `credentials` takes when nothing is cached, beside the one round trip it cannot do without, and beside the AWS
//! CLI.

use crate::stage::{Program, Stage, aws_cli};
use crate::table::{Contender, aim, medians};
use crate::tls::Door;

/// Runs of ours, and of what takes a large part of a second.
const RUNS: usize = 60;
const SLOW_RUNS: usize = 10;

/// What it may take more than a round trip, in milliseconds.
const MORE: f64 = 20.0;

pub(crate) fn run() {
    let stage = Stage::near();
    let door = Door::to(stage.sandbox.endpoint().trim_start_matches("http://"), stage.home.path());
    let cached = stage.ours("credentials, cached", "credentials --profile work");
    let cold = cached.clone().cold("credentials, cold");
    let mut secured = cold.clone();
    secured.variables =
        vec![("AWS_ENDPOINT_URL", door.address().into()), ("AWS_CA_BUNDLE", door.authority.clone().into())];
    let bare = Contender::new("one bare HTTPS round trip, without a process", || door.round_trip());
    let took = medians("cold, over HTTPS", RUNS, &[bare, Contender::alone(&stage, &secured)]);
    aim("more than the round trip", took[1] - took[0], "ms", MORE);

    let Some(aws) = aws_cli() else { return };
    let export = ["configure", "export-credentials", "--profile", "work"].map(Into::into);
    let export = Program::new("aws configure export-credentials", std::iter::once(aws.into_os_string()).chain(export));
    let contenders = [&export, &cached, &cold].map(|program| Contender::alone(&stage, program));
    medians("beside the AWS CLI, which has its own cache; over plain HTTP", SLOW_RUNS, &contenders);
}
