//! How long it takes to ask thirty models for one token, over a network that takes 100 ms for every answer, beside one.

use std::fmt::Write as _;

use aws_sandbox::Account;

use crate::stage::{LATENCY, Stage};
use crate::table::{Contender, aim, medians};

const MODELS: usize = 30;
const RUNS: usize = 15;

/// What thirty probes may take of one.
const TWICE: f64 = 2.0;

pub(crate) fn run() {
    let (one, many) = (Stage::of(account(1), LATENCY), Stage::of(account(MODELS), LATENCY));
    let list = |stage: &Stage| stage.ours("`models`, which only lists", "models --profile work");
    let probe = |name, stage: &Stage| stage.ours(name, "models --probe --yes --profile work");
    let (list_one, list_many) = (list(&one), list(&many));
    let (probe_one, probe_many) = (probe("`models --probe` of one", &one), probe("`models --probe` of thirty", &many));
    let contenders = [
        Contender::alone(&one, &list_one),
        Contender::alone(&many, &list_many),
        Contender::alone(&one, &probe_one),
        Contender::alone(&many, &probe_many),
    ];
    let took = medians("probes, every answer after 100 ms", RUNS, &contenders);
    let asked = many.sandbox.requests().iter().filter(|request| request.operation.starts_with("InvokeModel")).count();
    assert_eq!(asked, (RUNS + 1) * MODELS, "every model was asked each time");
    aim("thirty probes without the listing, of one", (took[3] - took[1]) / (took[2] - took[0]), "x", TWICE);
}

/// The built-in account with so many models of its own, each with one inference profile.
fn account(models: usize) -> Account {
    let text = include_str!("../sandbox/account.toml");
    let mut text = text[..text.find("\n[[models]]").expect("the built-in account has models")].to_owned();
    for number in 0..models {
        let _ = write!(
            text,
            "\n[[models]]\nid = \"anthropic.claude-haiku-3-{number}\"\nprovider = \"Anthropic\"\n\
             name = \"Claude Haiku 3.{number}\"\ncreated_at = \"2025-01-01T00:00:00Z\"\ngeographies = [\"us\"]\n"
        );
    }
    Account::from_toml(&text).expect("a valid account")
}
