//! `explain`: any text in, the failure modes it speaks of out.

mod variants;

use std::collections::BTreeMap;

use claude_bedrock::catalogue::{self, Proof};
use claude_bedrock::explain::explain;

/// How many variants of messages have their mode first, of how many.
#[derive(Default)]
struct Score {
    right: usize,
    all: usize,
    wrong: Vec<String>,
}

impl Score {
    fn percent(&self) -> f64 {
        100.0 * f64::from(u32::try_from(self.right).expect("few")) / f64::from(u32::try_from(self.all).expect("few"))
    }
}

/// The share of the variants of all messages, shared ones left out, for which the right mode comes first.
fn score(values: usize, salt: usize) -> Score {
    let mut score = Score::default();
    for mode in catalogue::all() {
        for message in mode.messages.iter().filter(|message| message.proof != Proof::Shared) {
            let text = variants::filled(message, variants::VALUES[values]);
            for (name, variant) in variants::of(&text, salt) {
                let explanation = explain(&variant);
                let first = explanation.matches.first().map(|found| found.mode.id);
                score.all += 1;
                if first == Some(mode.id) {
                    score.right += 1;
                } else {
                    score.wrong.push(format!("{} {name}: {first:?} for {:?}", mode.id, message.text));
                }
            }
        }
    }
    score
}

#[test]
fn the_right_mode_comes_first_for_every_message_and_its_variants() {
    for (values, salt) in [(0, 0), (1, 7)] {
        let score = score(values, salt);
        println!("right mode first: {} of {} ({:.1} %)", score.right, score.all, score.percent());
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for wrong in &score.wrong {
            println!("  {wrong}");
            *kinds.entry(wrong[4..].split(':').next().unwrap_or_default()).or_default() += 1;
        }
        println!("  {kinds:?}");
        assert!(score.percent() >= 95.0);
    }
}
