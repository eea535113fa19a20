//! `regions` for a person: a bar of latency for every region, what is there, and the one to take.

use std::fmt::Write;

use crate::aws::reachability::{DEADLINE, Unreached};
use crate::regions::Residency;
use crate::regions::survey::{Closed, Row, State, Survey};
use crate::ui::wrap::wrapped;
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

/// The columns of a region's name, of the longest bar, and of a latency.
const NAME: usize = 15;
const BAR: usize = 20;
const LATENCY: usize = 8;

const PLACE: usize = 13;

/// Below this there is no room for bars, and only from here on for places.
const NARROW: usize = 84;
const WIDE: usize = 100;

/// Eighths of a block, by which a bar grows.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// The regions, the nearest first, and the recommendation.
#[must_use]
pub fn regions(survey: &Survey, width: usize) -> String {
    let mut text = String::new();
    let place = match survey.residency {
        Residency::Any => String::new(),
        residency => format!(" whose requests stay in {}", residency.place()),
    };
    let title = format!("Claude on Bedrock by region, nearest first{place}");
    let _ = writeln!(text, "{}\n", styled(BOLD, &title));
    let longest = survey.rows.iter().filter_map(Row::latency_ms).max().unwrap_or(1);
    for row in &survey.rows {
        line(&mut text, row, longest, width);
    }
    text.push('\n');
    match &survey.recommendation {
        Some(recommendation) => {
            let _ = writeln!(text, "Take {}:", styled(GOOD.bold(), &recommendation.region));
            for reason in &recommendation.reasons {
                let _ = writeln!(text, "{}", wrapped(&format!("  {reason}"), width, 2));
            }
        }
        None => {
            let _ = writeln!(text, "{}", styled(NOTICE, "No region lists a Claude model that fits."));
        }
    }
    text
}

fn line(text: &mut String, row: &Row, longest: u64, width: usize) {
    let mut head = format!("  {:NAME$} ", row.name);
    if width >= WIDE {
        let place = row.known.map(|known| place(known.description)).unwrap_or_default();
        let _ = write!(head, "{} ", styled(DIM, &format!("{place:PLACE$}")));
    }
    let has_bars = width >= NARROW;
    if let Some(latency) = row.latency_ms() {
        if has_bars {
            let _ = write!(head, "{} ", styled(GOOD, &format!("{:BAR$}", bar(latency, longest))));
        }
        let _ = write!(head, "{:>LATENCY$}", format!("{latency} ms"));
    } else {
        let room = if has_bars { BAR + 1 + LATENCY } else { LATENCY };
        let _ = write!(head, "{}", styled(BAD, &format!("{:>room$}", "-")));
    }
    let words = match &row.state {
        State::Open { offers, .. } if offers.is_empty() => styled(DIM, "no Claude that fits"),
        State::Open { offers, .. } => {
            let families: Vec<String> =
                offers.iter().map(|offer| format!("{} {}", offer.family, offer.version())).collect();
            let kept: Vec<&str> = row.residencies().into_iter().map(reach_word).collect();
            format!("{}  {}", families.join(", "), styled(DIM, &kept.join(", ")))
        }
        State::Closed { reason, .. } => styled(NOTICE, &closed_words(reason)),
        State::Unreached(unreached) => styled(BAD, &unreached_words(unreached)),
    };
    let _ = writeln!(text, "{head}  {words}");
}

/// `Ireland` of `Europe (Ireland)`.
fn place(description: &str) -> &str {
    let inner = description.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(description)
}

/// A bar as long as a latency, to an eighth of a column.
fn bar(latency: u64, longest: u64) -> String {
    let eighths = (BAR as u64 * 8 * latency / longest.max(1)).max(1);
    let mut bar = "█".repeat(usize::try_from(eighths / 8).unwrap_or(BAR));
    if let Some(rest) = usize::try_from(eighths % 8).ok().filter(|rest| *rest > 0) {
        bar.push(EIGHTHS[rest - 1]);
    }
    bar
}

fn reach_word(residency: Residency) -> &'static str {
    match residency {
        Residency::Any => "anywhere",
        other => other.name(),
    }
}

/// Why a region that answers lists nothing, in words.
#[must_use]
pub fn closed_words(reason: &Closed) -> String {
    match reason {
        Closed::ControlPolicy => "your organisation forbids it (a service control policy)".into(),
        Closed::Denied => "your principal may not list models here (bedrock:ListInferenceProfiles)".into(),
        Closed::NotEnabled => "the account has not enabled this region".into(),
        Closed::NoBedrock => "no Bedrock here".into(),
        Closed::TimedOut => format!("it answers, but did not list its models within {} s", DEADLINE.as_secs()),
        Closed::Other(words) => words.clone(),
    }
}

/// Why a region was not reached, in words.
#[must_use]
pub fn unreached_words(unreached: &Unreached) -> String {
    match unreached {
        Unreached::NoAddress => "its host name has no address here".into(),
        Unreached::Refused(words) => format!("refused: {words}"),
        Unreached::TimedOut => format!("no answer within {} s", DEADLINE.as_secs()),
        Unreached::Untrusted(words) => format!("its certificate is not trusted: {words}"),
        Unreached::Other(words) => words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_by_eighths_and_is_never_nothing() {
        assert_eq!(bar(100, 100), "█".repeat(BAR));
        assert_eq!(bar(50, 100), "█".repeat(BAR / 2));
        assert_eq!(bar(1, 100), "▏");
        assert_eq!(bar(0, 0), "▏");
        assert_eq!(bar(13, 100), "██▌");
    }
}
