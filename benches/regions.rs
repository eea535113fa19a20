//! How long the look at every region takes when each answer takes 100 ms, beside the fewest regions that can be asked
//! for, and beside the look the original Bedrock plugin takes: the AWS CLI, one region after the other.

use aws_sandbox::Account;

use crate::original::{self, REGIONS};
use crate::stage::{LATENCY, Stage, aws_cli};
use crate::table::{Contender, aim, medians};

/// Runs of each of ours; a scan of the plugin's takes many seconds, and one of it is enough.
const RUNS: usize = 15;

/// What the look at all may take of the look at the slowest.
const SLOWEST: f64 = 1.5;

pub(crate) fn run() {
    let stage = Stage::of(Account::default(), LATENCY);
    let all = stage.ours("`regions`, all of the partition", "regions --profile work");
    let few = stage.ours("`regions --residency jp`, which are two", "regions --profile work --residency jp");
    let contenders = [&few, &all].map(|program| Contender::alone(&stage, program));
    let took = medians("regions, every answer after 100 ms", RUNS, &contenders);
    aim("all regions, of the time of one", took[1] / took[0], "x", SLOWEST);

    let Some(aws) = aws_cli() else { return };
    let listings = REGIONS.map(|region| original::listing(&aws, region));
    let in_turn = |number: usize| {
        let (stage, listings) = (&stage, &listings[..number]);
        move || stage.time_in_turn(listings)
    };
    let contenders = [
        Contender::alone(&stage, &all),
        Contender::new("the original plugin's calls for one region", in_turn(1)),
        Contender::new("... for three, where it stops when all have models", in_turn(3)),
        Contender::new("... for all 19 of its list", in_turn(REGIONS.len())),
    ];
    medians("the original plugin's calls of the AWS CLI, one after the other", 1, &contenders);
}
