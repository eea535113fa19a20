//! `regions` for a person: a bar of latency for every region, what is there, and the one to take.

use std::fmt::Write;

use crate::aws::reachability::Unreached;
use crate::regions::Residency;
use crate::regions::survey::{Closed, Offer, Row, State, Survey};
use crate::ui::wrap::wrapped;
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};

/// The columns of a region's name, of its place and of a latency.
const NAME: usize = 15;
const PLACE: usize = 13;
const LATENCY: usize = 8;

/// From here on there is room for every family in every row, for places, and for a row on one line.
const ROOMY: usize = 122;
const WIDE: usize = 104;
const NARROW: usize = 80;

/// Eighths of a block, by which a bar grows.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// What a row has room for.
struct Layout {
    width: usize,
    /// The columns of the longest bar.
    bar: usize,
    /// What rows need not repeat: the newest generation of each family, where that is said once for all.
    newest: Option<Vec<String>>,
    /// What is said of a region that lists models, and none of Claude's that keeps to the residency.
    nothing: &'static str,
}

impl Layout {
    fn of(survey: &Survey, width: usize) -> Self {
        let bar = match width {
            WIDE.. => 20,
            NARROW.. => 12,
            _ => width.saturating_sub(2 + NAME + 1 + 1 + LATENCY).clamp(4, 12),
        };
        let newest: Vec<String> = survey.newest().into_iter().map(named).collect();
        let nothing = if survey.residency == Residency::Any { "no Claude" } else { "no Claude that stays there" };
        Self { width, bar, newest: (width < ROOMY && !newest.is_empty()).then_some(newest), nothing }
    }
}

fn named(offer: &Offer) -> String {
    format!("{} {}", offer.family, offer.version())
}

/// The regions, the nearest first, and the recommendation.
#[must_use]
pub fn regions(survey: &Survey, width: usize) -> String {
    let mut text = String::new();
    let place = match survey.residency {
        Residency::Any => String::new(),
        residency => format!(", for requests that stay in {}", residency.place()),
    };
    let title = format!("Claude on Bedrock by region, nearest first{place}");
    let _ = writeln!(text, "{}", styled(BOLD, &title));
    let layout = Layout::of(survey, width);
    if let Some(newest) = &layout.newest {
        let _ = writeln!(text, "{}", styled(DIM, &format!("  all newest: {}", newest.join(", "))));
    }
    text.push('\n');
    let longest = survey.rows.iter().filter_map(Row::latency_ms).max().unwrap_or(1);
    for row in &survey.rows {
        line(&mut text, row, longest, &layout);
    }
    text.push('\n');
    if let Some(recommendation) = &survey.recommendation {
        let _ = writeln!(text, "Take {}:", styled(GOOD.bold(), &recommendation.region));
        for reason in &recommendation.reasons {
            let _ = writeln!(text, "{}", wrapped(&format!("  {reason}"), width, 2));
        }
    } else {
        let _ = writeln!(text, "{}", wrapped(&styled(NOTICE, &nothing_to_take(survey)), width, 2));
    }
    text
}

/// Why there is nothing to recommend; a region that lists nothing may have models all the same.
fn nothing_to_take(survey: &Survey) -> String {
    let is_open = |row: &Row| matches!(row.state, State::Open { .. });
    let is_denied = |row: &&Row| matches!(row.state, State::Closed { reason: Closed::Denied, .. });
    // The rows are sorted by latency.
    match survey.rows.iter().find(is_denied) {
        Some(nearest) if !survey.rows.iter().any(is_open) => format!(
            "Which models there are cannot be told without bedrock:ListInferenceProfiles. The nearest region is {}, {} \
             ms away; with an id you were given, `claude-bedrock setup --region {0} --model ID` goes on.",
            nearest.name,
            nearest.latency_ms().unwrap_or_default()
        ),
        _ if survey.residency == Residency::Any => "No region lists a Claude model.".to_owned(),
        _ => "No region lists a Claude model that stays there.".to_owned(),
    }
}

fn line(text: &mut String, row: &Row, longest: u64, layout: &Layout) {
    let mut head = format!("  {:NAME$} ", row.name);
    if layout.width >= WIDE {
        let place = row.known.map(|known| place(known.description)).unwrap_or_default();
        let _ = write!(head, "{} ", styled(DIM, &format!("{place:PLACE$}")));
    }
    let columns = layout.bar;
    if let Some(latency) = row.latency_ms() {
        let bar = format!("{:columns$}", bar(latency, longest, columns));
        let _ = write!(head, "{} {:>LATENCY$}", styled(GOOD, &bar), format!("{latency} ms"));
    } else {
        let room = columns + 1 + LATENCY;
        let _ = write!(head, "{}", styled(BAD, &format!("{:>room$}", "-")));
    }
    let words = match &row.state {
        State::Open { offers, .. } if offers.is_empty() => styled(DIM, layout.nothing),
        State::Open { offers, .. } => {
            let families: Vec<String> = offers.iter().map(named).collect();
            let has_all = layout.newest.as_ref().is_some_and(|newest| *newest == families);
            let families = if has_all { "all newest".to_owned() } else { families.join(", ") };
            let kept: Vec<&str> = row.residencies().into_iter().map(reach_word).collect();
            format!("{families}  {}", styled(DIM, &kept.join(", ")))
        }
        State::Closed { reason, .. } => styled(NOTICE, &closed_words(reason)),
        State::Unreached(unreached) => styled(BAD, &unreached_words(unreached)),
    };
    let between = if layout.width < NARROW { "\n    " } else { "  " };
    let _ = writeln!(text, "{head}{between}{words}");
}

/// `Ireland` of `Europe (Ireland)`.
fn place(description: &str) -> &str {
    let inner = description.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(description)
}

/// A bar as long as a latency, to an eighth of a column; the longest has all the columns.
fn bar(latency: u64, longest: u64, columns: usize) -> String {
    let eighths = (columns as u64 * 8 * latency / longest.max(1)).max(1);
    let mut bar = "█".repeat(usize::try_from(eighths / 8).unwrap_or(columns));
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
        Closed::TimedOut => "it answers, but did not list its models in time".into(),
        Closed::Other(words) => words.clone(),
    }
}

/// Why a region was not reached, in words.
#[must_use]
pub fn unreached_words(unreached: &Unreached) -> String {
    match unreached {
        Unreached::NoAddress => "its host name has no address here".into(),
        Unreached::Refused(words) => format!("refused: {words}"),
        Unreached::TimedOut => "no answer in time".into(),
        Unreached::Untrusted(words) => format!("its certificate is not trusted: {words}"),
        Unreached::Other(words) => words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_bar_grows_by_eighths_and_is_never_nothing() {
        assert_eq!(bar(100, 100, 20), "█".repeat(20));
        assert_eq!(bar(50, 100, 20), "█".repeat(10));
        assert_eq!(bar(1, 100, 20), "▏");
        assert_eq!(bar(0, 0, 4), "▏");
        assert_eq!(bar(13, 100, 20), "██▌");
    }

    fn row(name: &str, state: State) -> Row {
        Row { name: name.into(), known: crate::regions::find(name), state }
    }

    #[test]
    fn every_width_has_its_bars_and_no_row_is_broken() {
        let offer = |generation: &[u32]| Offer {
            family: "opus".into(),
            generation: generation.to_vec(),
            residencies: vec![Residency::Us, Residency::Any],
            generations: BTreeMap::new(),
        };
        let open = |latency_ms, generation: &[u32]| State::Open { latency_ms, offers: vec![offer(generation)] };
        let rows = vec![
            row("us-west-2", open(40, &[5, 5])),
            row("us-east-1", open(80, &[5])),
            row("ap-southeast-7", State::Closed { latency_ms: 80, reason: Closed::NotEnabled }),
            row("us-east-2", State::Unreached(Unreached::TimedOut)),
        ];
        let survey = Survey { partition: "aws", residency: Residency::Us, rows, recommendation: None };
        for width in [40, 64, 80, 104, 122, 200] {
            let said = anstream::adapter::strip_str(&regions(&survey, width)).to_string();
            let rows: Vec<&str> = said.lines().skip_while(|line| !line.is_empty()).collect();
            let longest = rows.iter().map(|line| line.chars().count()).max().expect("rows");
            assert!(longest <= width.max(44), "{width}: {said}");
            let blocks = |name: &str| {
                let line = said.lines().find(|line| line.contains(name)).expect("a row");
                line.chars().filter(|sign| *sign == '█').count()
            };
            assert_eq!(blocks("us-east-1"), 2 * blocks("us-west-2"), "{width}: {said}");
            let is_said_once = said.contains("all newest: opus 5.5");
            assert_eq!(is_said_once, width < 122, "{said}");
            assert!(said.contains("opus 5  us, anywhere"), "what is older is named: {said}");
            assert!(said.contains("for requests that stay in the US"), "{said}");
        }
    }
}
