//! Questions as numbered lines, answered by a line: for a terminal that cannot move its cursor, and for those who
//! listen to it instead of looking at it.

use std::fmt::Write;
use std::io::BufRead;

use crate::ask::Reply;
use crate::error::Failure;
use crate::ui::Ui;
use crate::ui::wrap::wrapped;
use crate::wizard::question::{NO, YES};
use crate::wizard::{Question, Style};

/// How many suggestions are read out.
const SUGGESTIONS: usize = 6;

/// The line that goes back.
const BACK: &str = "back";

/// Asks until a line is an answer.
pub(super) fn question(ui: Ui, question: &Question, input: &mut dyn BufRead) -> Result<Reply, Failure> {
    let width = ui.prompt_width();
    if !question.notes.is_empty() {
        // Where the question is asked, what is to be known for it is told.
        ui.prompt(&format!("\n{}\n\n", wrapped(&question.notes.join("\n"), width, 0)));
    }
    ui.prompt(&listed(question, width));
    loop {
        ui.prompt(&invitation(question));
        let Some(line) = line(input) else {
            ui.prompt("\n");
            return Err(Failure::interrupted());
        };
        match understood(question, &line) {
            Ok(reply) => return Ok(reply),
            Err(reason) => ui.prompt(&format!("{}\n", wrapped(&reason, width, 0))),
        }
    }
}

/// Asks for a yes until a line is an answer; the end of the input counts as no.
pub(super) fn confirm(ui: Ui, text: &str, default: bool, input: &mut dyn BufRead) -> Result<bool, Failure> {
    loop {
        ui.prompt(&format!("{text} yes or no [{}]: ", if default { YES } else { NO }));
        let Some(line) = line(input) else { return Err(Failure::interrupted()) };
        match decided(&line) {
            Some(answer) => return Ok(answer),
            None if line.is_empty() => return Ok(default),
            None => ui.prompt("Please type yes or no.\n"),
        }
    }
}

/// The next line, trimmed; `None` at the end of the input.
fn line(input: &mut dyn BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    match input.read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&bytes).trim().to_owned()),
    }
}

fn listed(question: &Question, width: usize) -> String {
    let mut text = format!("{}\n", wrapped(&question.text, width, 0));
    if question.style == Style::YesNo {
        return text;
    }
    for (at, offer) in question.offers.iter().enumerate().take(read_out(question)) {
        let about = if offer.about.is_empty() { String::new() } else { format!(": {}", offer.about) };
        let _ = writeln!(text, "{}", wrapped(&format!("  {}. {}{about}", at + 1, offer.value), width, 3));
    }
    let rest: Vec<&str> = question.offers.iter().skip(read_out(question)).map(|offer| offer.value.as_str()).collect();
    if !rest.is_empty() {
        let named = format!("  {} more, to be typed: {}", rest.len(), rest.join(", "));
        let _ = writeln!(text, "{}", wrapped(&named, width, 3));
    }
    text
}

/// How many offers have a number: who may type another needs no description of all.
fn read_out(question: &Question) -> usize {
    let most = if question.style == Style::Type { SUGGESTIONS } else { usize::MAX };
    most.min(question.offers.len())
}

fn invitation(question: &Question) -> String {
    let default = |offer: &str| format!(" [{offer}]: ");
    let start = question.offers.get(question.start);
    match (question.style, start) {
        (Style::Choose, _) => format!("Number or name, or {BACK}{}", default(&(question.start + 1).to_string())),
        (Style::YesNo, Some(offer)) => format!("{YES}, {NO} or {BACK}{}", default(&offer.value)),
        (_, Some(offer)) => format!("Type it, or {BACK}{}", default(&offer.value)),
        (_, None) => format!("Type it, or {BACK}: "),
    }
}

/// What a line means.
fn understood(question: &Question, line: &str) -> Result<Reply, String> {
    let answer = |at: usize| Ok(Reply::Answer(question.offers[at].value.clone()));
    if line.is_empty() && question.start < question.offers.len() {
        return answer(question.start);
    }
    if line.eq_ignore_ascii_case(BACK) && question.offers.iter().all(|offer| offer.value != line) {
        return Ok(Reply::Back);
    }
    let number = line.parse::<usize>().ok().filter(|number| (1..=read_out(question)).contains(number));
    match question.style {
        Style::YesNo => match decided(line) {
            Some(yes) => Ok(Reply::Answer(if yes { YES } else { NO }.into())),
            None => Err(format!("Please type {YES}, {NO} or {BACK}.")),
        },
        Style::Type => match number {
            Some(number) => answer(number - 1),
            None => question.topic.accept(line).map(Reply::Answer),
        },
        Style::Choose => match question.matching(line).as_slice() {
            // A profile may be named `2`.
            [only] if question.offers[*only].value == line => answer(*only),
            _ if number.is_some() => answer(number.unwrap_or(1) - 1),
            [only] => answer(*only),
            [] => Err(format!("Nothing here is called `{line}`.")),
            several => {
                let names: Vec<&str> = several.iter().map(|at| question.offers[*at].value.as_str()).collect();
                Err(format!("`{line}` could be any of {}.", names.join(", ")))
            }
        },
    }
}

fn decided(line: &str) -> Option<bool> {
    match line.to_ascii_lowercase().as_str() {
        "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wizard::{Offer, Topic};

    fn asked(style: Style, topic: Topic, values: &[&str]) -> Question {
        Question {
            topic,
            notes: Vec::new(),
            text: "Which one?".into(),
            style,
            offers: values.iter().map(|value| Offer { value: (*value).into(), about: "one of many".into() }).collect(),
            has_recommendation: true,
            start: 0,
        }
    }

    #[test]
    fn a_line_is_a_number_a_name_a_part_of_one_or_the_way_back() {
        let question = asked(Style::Choose, Topic::Profile, &["work", "reader", "2", "writer"]);
        let answer = |text: &str| Ok(Reply::Answer(text.to_owned()));
        assert_eq!(understood(&question, ""), answer("work"));
        assert_eq!(understood(&question, "4"), answer("writer"));
        assert_eq!(understood(&question, "2"), answer("2"), "a name beats a number");
        assert_eq!(understood(&question, "read"), answer("reader"));
        assert_eq!(understood(&question, "Back"), Ok(Reply::Back));
        assert_eq!(understood(&question, "9"), Err("Nothing here is called `9`.".into()));
        assert_eq!(understood(&question, "er"), Err("`er` could be any of reader, writer.".into()));
    }

    #[test]
    fn a_typed_answer_is_checked() {
        let question = asked(Style::Type, Topic::Region, &["us-west-2"]);
        assert_eq!(understood(&question, ""), Ok(Reply::Answer("us-west-2".into())));
        assert_eq!(understood(&question, "eu-west-1"), Ok(Reply::Answer("eu-west-1".into())));
        let said = understood(&question, "oregon").expect_err("no region");
        assert!(said.contains("`oregon` is not an AWS region"), "{said}");
        assert!(understood(&asked(Style::Type, Topic::Model, &[]), "").is_err());
    }

    #[test]
    fn what_is_not_described_is_named_and_has_no_number() {
        let regions = ["us-west-2", "us-east-1", "us-east-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1"];
        let question = asked(Style::Type, Topic::Region, &regions);
        assert!(listed(&question, 80).ends_with("  1 more, to be typed: eu-north-1\n"), "{}", listed(&question, 80));
        assert_eq!(understood(&question, "6"), Ok(Reply::Answer("eu-west-3".into())));
        assert!(understood(&question, "7").is_err(), "nobody was shown what it would be");
        assert_eq!(understood(&question, "eu-north-1"), Ok(Reply::Answer("eu-north-1".into())));
    }

    #[test]
    fn yes_and_no_have_short_forms() {
        let question = asked(Style::YesNo, Topic::Confirmation, &["yes", "no"]);
        for (line, answer) in [("", YES), ("y", YES), ("YES", YES), ("n", NO), ("no", NO)] {
            assert_eq!(understood(&question, line), Ok(Reply::Answer(answer.into())), "{line}");
        }
        assert_eq!(understood(&question, "back"), Ok(Reply::Back));
        assert!(understood(&question, "maybe").is_err());
    }

    #[test]
    fn what_is_listed_fits_the_terminal() {
        let mut question = asked(Style::Choose, Topic::Profile, &["work"]);
        question.offers[0].about = "a description of some length that needs two lines".into();
        assert_eq!(
            listed(&question, 40),
            "Which one?\n  1. work: a description of some length\n     that needs two lines\n"
        );
    }
}
