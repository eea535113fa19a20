//! The only prompting: with arrows where the terminal can, else line by line.

#[cfg(unix)]
mod beside;
mod interruption;
mod lines;

use std::fmt;
use std::io;

use inquire::ui::{Attributes, Color, RenderConfig, StyleSheet, Styled};
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, Select, Text};

use crate::error::Failure;
use crate::ui::Ui;
use crate::ui::wrap::{fitted, parted, width_of, wrapped};
use crate::wizard::question::{NO, YES};
use crate::wizard::{Offer, Question, Style, Topic};
use crate::world::World;

#[cfg(unix)]
pub use self::beside::{Listener, Typed, listen};
pub use self::interruption::{Watch, watch, watch_after};

/// What stands before an offer: the mark of the one chosen and a blank.
const MARK_WIDTH: usize = 2;

/// How many offers are shown at once, and how many when each takes several lines.
const PAGE: usize = 9;
const STACKED_PAGE: usize = 5;

/// What puts an offer before all others.
const FIRST: i64 = 1 << 32;

/// A list this short may take several lines for an offer.
const SHORT_LIST: usize = 4;

/// What is said about an offer needs so many columns.
const LEAST_ABOUT: usize = 20;

/// Below this an answer stands on a line of its own.
const NARROW: usize = 60;

/// What goes before such an answer.
const ANSWER_MARGIN: &str = "  ";

/// What a person did with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer(String),
    /// Esc: back to the question before.
    Back,
}

/// Asks a question; the recommended choice stands first.
///
/// # Errors
/// `Interrupted` on Ctrl-C; a failure when the terminal is gone.
pub fn question(world: &World, ui: Ui, question: &Question) -> Result<Reply, Failure> {
    if !world.can_ask_with_arrows() {
        return lines::question(ui, question, &mut io::stdin().lock());
    }
    if !question.notes.is_empty() {
        ui.status(&format!("\n{}\n", question.notes.join("\n")));
    }
    let answer = match question.style {
        Style::Choose => chosen(ui, question),
        Style::Type => typed(ui, question),
        Style::YesNo => decided(ui, &question.text, "y or n, Esc goes back", question.start == 0)
            .map(|yes| if yes { YES } else { NO }.into()),
    };
    match answer {
        Ok(answer) => Ok(Reply::Answer(answer)),
        Err(InquireError::OperationCanceled) => Ok(Reply::Back),
        Err(error) => Err(failure(&error)),
    }
}

/// Asks for a yes.
///
/// # Errors
/// As [`question`]; Esc counts as no.
pub fn confirm(world: &World, ui: Ui, text: &str, default: bool) -> Result<bool, Failure> {
    if !world.can_ask_with_arrows() {
        return lines::confirm(ui, text, default, &mut io::stdin().lock());
    }
    match decided(ui, text, "y or n", default) {
        Ok(answer) => Ok(answer),
        Err(InquireError::OperationCanceled) => Ok(false),
        Err(error) => Err(failure(&error)),
    }
}

/// An offer as it is shown: its name, and what is said about it in a second column or below.
struct Shown<'a> {
    offer: &'a Offer,
    text: String,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn chosen(ui: Ui, question: &Question) -> Result<String, InquireError> {
    let is_told_whole = matches!(question.topic, Topic::Profile | Topic::Confirmation);
    let (offers, page) = laid_out(&question.offers, ui.status_width(), is_told_whole);
    let help = fitted("arrows, type to filter, Esc goes back", ui.status_width().saturating_sub(2));
    let answer = Select::new(&headline(ui, &question.text), offers)
        .with_render_config(style(ui))
        .with_starting_cursor(question.start)
        .with_page_size(page)
        .with_help_message(&help)
        // What is cut off on a narrow terminal can be filtered for all the same; the order stays, but that those whose
        // name begins so come first.
        .with_scorer(&|words, shown: &Shown<'_>, _, at| {
            let bonus = if shown.offer.begins_with(words) { FIRST } else { 0 };
            shown.offer.matches(words).then(|| bonus - i64::try_from(at).unwrap_or(FIRST))
        })
        // What was chosen is a word; what was said about it has been read.
        .with_formatter(&|chosen| answered(ui, &chosen.value.offer.value))
        .prompt()?;
    Ok(answer.offer.value.clone())
}

/// Two columns where both fit; one above the other in a short list, on a narrow terminal or where each word counts; else
/// cut to the line. With it, how many offers are shown at once.
fn laid_out(offers: &[Offer], width: usize, is_told_whole: bool) -> (Vec<Shown<'_>>, usize) {
    let room = width.saturating_sub(MARK_WIDTH + 1);
    let column = column(offers, room);
    let both = |offer: &Offer| in_columns(offer, column);
    let fits = offers.iter().all(|offer| width_of(&both(offer)) <= room);
    let is_stacked = !fits && (is_told_whole || offers.len() <= SHORT_LIST || width < NARROW);
    let text = |offer: &Offer| {
        if !is_stacked {
            return fitted(&both(offer), room);
        }
        let margin = " ".repeat(MARK_WIDTH + 2);
        let about = wrapped(&offer.about, room.saturating_sub(margin.len()), 0).replace('\n', &format!("\n{margin}"));
        let about = if about.is_empty() { about } else { format!("\n{margin}{about}") };
        parted(&offer.value, room).join(&format!("\n{margin}")) + &about
    };
    let shown = offers.iter().map(|offer| Shown { offer, text: text(offer) }).collect();
    (shown, if is_stacked { STACKED_PAGE } else { PAGE })
}

/// The width of the names; names as long as ARNs make no column beside which there is room.
fn column(offers: &[Offer], room: usize) -> usize {
    let column = offers.iter().map(|offer| width_of(&offer.value)).max();
    column.filter(|column| column + LEAST_ABOUT < room).unwrap_or(0)
}

fn in_columns(offer: &Offer, column: usize) -> String {
    let gap = " ".repeat(column.saturating_sub(width_of(&offer.value)) + 2);
    if offer.about.is_empty() { offer.value.clone() } else { format!("{}{gap}{}", offer.value, offer.about) }
}

fn typed(ui: Ui, question: &Question) -> Result<String, InquireError> {
    let topic = question.topic;
    let room = ui.status_width().saturating_sub(MARK_WIDTH + 1);
    let has_list = question.offers.len() > 1;
    let help = match topic {
        Topic::Region if has_list => "Enter, arrows, or type another; Esc goes back",
        Topic::Region => "Enter, or type another; Esc goes back",
        _ => "Esc goes back",
    };
    let help = fitted(help, room);
    let column = column(&question.offers, room);
    let rows: Vec<(String, &Offer)> =
        question.offers.iter().map(|offer| (fitted(&in_columns(offer, column), room), offer)).collect();
    // What is chosen from the list comes back as the row it was shown as.
    let meant = |answer: &str| {
        let row = rows.iter().find(|(row, _)| row == answer);
        row.map_or_else(|| answer.trim().to_owned(), |(_, offer)| offer.value.clone())
    };
    let text = headline(ui, &question.text);
    let formatter = |answer: &str| meant(answer);
    let config = style(ui);
    let mut prompt = Text::new(&text)
        // What stood in brackets is printed as it is, so it stays beside its question.
        .with_render_config(RenderConfig { answer_from_new_line: false, ..config })
        .with_help_message(&help)
        .with_page_size(PAGE)
        .with_formatter(&formatter)
        .with_validator(|answer: &str| {
            Ok(match topic.accept(&meant(answer)) {
                Ok(_) => Validation::Valid,
                Err(reason) => Validation::Invalid(reason.into()),
            })
        });
    if has_list {
        let suggestions: Vec<(String, Offer)> =
            rows.iter().map(|(row, offer)| (row.clone(), (*offer).clone())).collect();
        prompt = prompt.with_autocomplete(move |typed: &str| {
            let fitting = suggestions.iter().filter(|(_, offer)| offer.matches(typed));
            Ok(fitting.map(|(row, _)| row.clone()).collect::<Vec<_>>())
        });
    }
    if let Some(first) = question.offers.get(question.start) {
        prompt = prompt.with_default(&first.value);
    }
    Ok(meant(&prompt.prompt()?))
}

fn decided(ui: Ui, text: &str, help: &str, default: bool) -> Result<bool, InquireError> {
    let help = fitted(help, ui.status_width().saturating_sub(2));
    let text = headline(ui, text);
    let formatter = |answer: bool| answered(ui, if answer { YES } else { NO });
    Confirm::new(&text)
        .with_formatter(&formatter)
        .with_render_config(style(ui))
        .with_help_message(&help)
        .with_error_message("y or n, please.")
        .with_default(default)
        .prompt()
}

/// A question broken between words, its mark before it.
fn headline(ui: Ui, text: &str) -> String {
    wrapped(text, ui.status_width().saturating_sub(MARK_WIDTH + 1), 0).replace('\n', "\n  ")
}

/// An answer as it stays on the screen.
fn answered(ui: Ui, answer: &str) -> String {
    if ui.status_width() >= NARROW {
        return answer.to_owned();
    }
    let lines = parted(answer, ui.status_width().saturating_sub(ANSWER_MARGIN.len() + 1));
    lines.iter().map(|line| format!("{ANSWER_MARGIN}{line}")).collect::<Vec<_>>().join("\n")
}

fn style(ui: Ui) -> RenderConfig<'static> {
    let bare = RenderConfig::empty();
    let config = if ui.colors_questions() {
        let accent = StyleSheet::new().with_fg(Color::DarkCyan);
        RenderConfig::default_colored()
            .with_prompt_prefix(Styled::new("?").with_fg(Color::DarkCyan))
            .with_answered_prompt_prefix(Styled::new("✔").with_fg(Color::DarkGreen))
            .with_highlighted_option_prefix(Styled::new("›").with_fg(Color::DarkCyan))
            .with_selected_option(Some(accent.with_attr(Attributes::BOLD)))
            .with_answer(accent)
            .with_help_message(StyleSheet::new().with_fg(Color::DarkGrey))
            .with_canceled_prompt_indicator(Styled::new("(back)").with_fg(Color::DarkGrey))
    } else {
        bare.with_answered_prompt_prefix(Styled::new("✔"))
            .with_highlighted_option_prefix(Styled::new("›"))
            .with_canceled_prompt_indicator(Styled::new("(back)"))
    };
    let config = config.with_scroll_up_prefix(Styled::new("↑")).with_scroll_down_prefix(Styled::new("↓"));
    RenderConfig { answer_from_new_line: ui.status_width() < NARROW, ..config }
}

fn failure(error: &InquireError) -> Failure {
    match error {
        InquireError::OperationInterrupted => Failure::interrupted(),
        other => Failure::refused(format!("the terminal could not be asked: {other}"))
            .hint("run with `--yes` to take the recommended answers"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(names: &[&str]) -> Vec<Offer> {
        let about = "SSO, BedrockDeveloper in 111122223333, signed in";
        names.iter().map(|name| Offer { value: (*name).to_owned(), about: about.to_owned() }).collect()
    }

    #[test]
    fn account_and_sign_in_are_told_beside_the_longest_name() {
        let long = "team-with-a-rather-long-name-for-a-profile-in-the-organisation";
        let offers = offers(&["a", "b", "c", "d", long]);
        let (shown, page) = laid_out(&offers, 80, true);
        assert_eq!(page, STACKED_PAGE);
        for offer in &shown {
            assert!(offer.text.ends_with("\n    SSO, BedrockDeveloper in 111122223333, signed in"), "{}", offer.text);
            assert!(offer.text.lines().all(|line| width_of(line) <= 80), "{}", offer.text);
        }
        let (shown, page) = laid_out(&offers, 80, false);
        assert!(page == PAGE && shown[4].text.ends_with('…'), "{}", shown[4].text);
    }
}
