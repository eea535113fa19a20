//! What most people leave as it is: asked only by those who choose "more", with what is true of each today.
//!
//! The facts are those of Claude Code's documentation (environment variables, Amazon Bedrock) of August to October 2026.

use std::collections::BTreeMap;

use crate::configuration;
use crate::plan::Wish;
use crate::vars;
use crate::wizard::question::{NO, Offer, Question, Style, Topic, YES};

/// The answer that leaves a setting to Claude Code.
pub const AS_IT_IS: &str = "as it is";
/// The same as a word of a command line.
const AS_IT_IS_IN_ONE_WORD: &str = "as-it-is";
/// The answer that ends the list of them.
pub const DONE: &str = "done";

/// The smallest limit of an answer that is worth writing: older models think within it.
const LEAST_TOKENS: u32 = 1024;
/// The answer that has models think as little as they can.
const NO_THINKING: &str = "0";

const CACHING: [&str; 3] = ["1h", "5m", "off"];
const TIERS: [&str; 3] = ["default", "flex", "priority"];

/// A setting beyond the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
    /// Our part of Claude Code's status line.
    StatusLine,
    /// The model of background requests.
    Background,
    /// Its region.
    BackgroundRegion,
    /// How long prompts are cached.
    Caching,
    /// Bedrock's service tier.
    Tier,
    /// How long an answer may be.
    OutputTokens,
    /// How long a model may think.
    ThinkingTokens,
}

/// What was answered of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// Whether they are being asked about.
    pub open: bool,
    /// Those that are to be asked about, one after the other.
    pub asked: Vec<Extra>,
    /// The answers.
    pub values: BTreeMap<Extra, String>,
}

impl Extra {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 7] = [
        Self::StatusLine,
        Self::Background,
        Self::BackgroundRegion,
        Self::Caching,
        Self::Tier,
        Self::OutputTokens,
        Self::ThinkingTokens,
    ];

    /// The answer that chooses it, and the key of its own answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StatusLine => "status-line",
            Self::Background => "background",
            Self::BackgroundRegion => "background-region",
            Self::Caching => "caching",
            Self::Tier => "tier",
            Self::OutputTokens => "output-tokens",
            Self::ThinkingTokens => "thinking-tokens",
        }
    }

    /// Reads what [`Extra::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|extra| extra.name() == name)
    }

    /// What is true of it today, in a line.
    fn about(self) -> &'static str {
        match self {
            Self::StatusLine => "useful: profile, region and what is about to end",
            Self::Background => "useful: the small model for titles and checks",
            Self::BackgroundRegion => "seldom useful: another region for it",
            Self::Caching => "on by itself; off harms, an hour helps long pauses",
            Self::Tier => "useful: flex may wait, priority goes first",
            Self::OutputTokens => "useful when throttled; a small limit harms",
            Self::ThinkingTokens => "obsolete: current models use effort instead",
        }
    }

    /// Takes an answer, or says why it is none.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn accept(self, answer: &str) -> Result<String, String> {
        let answer = answer.trim();
        if [AS_IT_IS, AS_IT_IS_IN_ONE_WORD].contains(&answer) {
            return Ok(AS_IT_IS.to_owned());
        }
        let one_of = |choices: &[&str]| {
            if choices.contains(&answer) {
                return Ok(());
            }
            let choices = choices.join(", ");
            Err(format!("`{answer}` is not one of the choices: {choices} and `{AS_IT_IS}`."))
        };
        match self {
            Self::StatusLine => one_of(&[YES, NO])?,
            Self::Caching => one_of(&CACHING)?,
            Self::Tier => one_of(&TIERS)?,
            Self::Background => Topic::Model.accept(answer).map(drop)?,
            Self::BackgroundRegion if !configuration::is_region_shaped(answer) => {
                return Err(format!("`{answer}` is not an AWS region; regions look like us-west-2."));
            }
            Self::BackgroundRegion => {}
            Self::ThinkingTokens if answer == NO_THINKING => {}
            Self::OutputTokens | Self::ThinkingTokens => match answer.parse::<u32>() {
                Ok(number) if number >= LEAST_TOKENS => return Ok(number.to_string()),
                _ => {
                    let zero = if self == Self::ThinkingTokens { ", 0 for as little as can be" } else { "" };
                    return Err(format!(
                        "A number of tokens from {LEAST_TOKENS} on{zero}, or `{AS_IT_IS}`; `{answer}` is not one of these."
                    ));
                }
            },
        }
        Ok(answer.to_owned())
    }
}

impl More {
    /// What does not go together: models before Opus 4.6 refuse to think as long as their whole answer may be.
    #[must_use]
    pub fn objection(&self) -> Option<String> {
        let number = |extra| self.values.get(&extra).and_then(|value| value.parse::<u32>().ok());
        let (output, thinking) = (number(Extra::OutputTokens)?, number(Extra::ThinkingTokens)?);
        (thinking >= output).then(|| {
            format!(
                "A model cannot think {thinking} tokens in an answer of {output}: the limit of thinking has to be the \
                 smaller one."
            )
        })
    }
}

/// Reads one or several of them, with commas between, or [`DONE`].
pub(super) fn accept_list(answer: &str) -> Result<String, String> {
    let names: Vec<&str> = answer.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let unknown = names.iter().find(|name| **name != DONE && Extra::parse(name).is_none());
    if let Some(unknown) = unknown.copied().or_else(|| names.is_empty().then_some("")) {
        let known = Extra::ALL.map(Extra::name).join(", ");
        return Err(format!("`{unknown}` is not a setting that is asked for; there are {known}, and {DONE}."));
    }
    Ok(names.join(","))
}

/// What a list names.
pub(super) fn named(list: &str) -> Vec<Extra> {
    list.split(',').filter_map(Extra::parse).collect()
}

/// Which of them is to be asked about.
pub(super) fn menu(more: &More, has_status_line: bool) -> Question {
    let mut offers = vec![Offer::new(DONE, "back to the changes")];
    let on_offer = Extra::ALL.into_iter().filter(|extra| has_status_line || *extra != Extra::StatusLine);
    offers.extend(on_offer.map(|extra| {
        let chosen = more.values.get(&extra).map(|value| format!("now {value}; ")).unwrap_or_default();
        Offer::new(extra.name(), format!("{chosen}{}", extra.about()))
    }));
    Question {
        topic: Topic::More,
        notes: Vec::new(),
        text: "Which other setting?".into(),
        style: Style::Choose,
        offers,
        has_recommendation: true,
        start: 0,
    }
}

/// The question about one of them; `models` are those that may serve in the background.
pub(super) fn question(extra: Extra, models: Vec<Offer>) -> Question {
    let as_it_is = |about: &str| Offer::new(AS_IT_IS, about);
    let (note, text, style, offers) = match extra {
        Extra::StatusLine => (
            "Claude Code draws it below its input, again every minute: the profile, the region, the model family, and what \
             to run when the sign-in has ended. It is made from files alone. `claude-bedrock reset` takes it back.",
            "Show this in Claude Code's status line?",
            Style::Choose,
            vec![Offer::new(YES, "it is written with the rest"), Offer::new(NO, "no status line of ours")],
        ),
        Extra::Background => (
            "Titles, summaries and checks go to what the alias haiku means, so both are one pin. \
             ANTHROPIC_SMALL_FAST_MODEL, which older guides set, is deprecated, and beats the pin in the \
             background; where it says something else it is set to nothing.",
            "Which model in the background?",
            if models.is_empty() { Style::Type } else { Style::Choose },
            models,
        ),
        Extra::BackgroundRegion => (
            "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION sends what goes to the background model to another region. Where no \
             variable names that model it does nothing; the haiku pin is written.",
            "In which region does the background model answer?",
            Style::Type,
            vec![as_it_is("")],
        ),
        Extra::Caching => (
            "Claude Code caches prompts by itself. DISABLE_PROMPT_CACHING, which older guides set, harms: every turn pays \
             for the whole conversation anew.",
            "How long are prompts kept?",
            Style::Choose,
            vec![
                as_it_is("as Claude Code does it"),
                Offer::new("1h", "an hour, for long pauses; writing the cache costs more"),
                Offer::new("5m", "five minutes, always"),
                Offer::new("off", "not at all: harms, but for a model that cannot cache"),
            ],
        ),
        Extra::Tier => (
            "Not every model has every tier, and one without it refuses. What a tier costs is AWS's to say.",
            "Which service tier?",
            Style::Choose,
            vec![
                as_it_is("nothing is written: Bedrock's own default"),
                Offer::new("flex", "may wait"),
                Offer::new("priority", "goes first"),
                Offer::new("default", "the standard tier, whatever the shell says"),
            ],
        ),
        Extra::OutputTokens => (
            "Older guides set CLAUDE_CODE_MAX_OUTPUT_TOKENS to 4096, which harms: answers end in the middle. Bedrock \
             reserves this many tokens of the quota with every request, so a moderate limit helps an account that is \
             throttled.",
            "How many tokens may an answer have?",
            Style::Type,
            vec![as_it_is("")],
        ),
        Extra::ThinkingTokens => (
            "MAX_THINKING_TOKENS, which older guides set, is obsolete: models that think adaptively pass it over, and \
             older ones refuse it unless it is smaller than the limit of an answer. Effort is what counts today \
             (`/effort`).",
            "How many tokens may a model think?",
            Style::Type,
            vec![as_it_is("")],
        ),
    };
    Question {
        topic: Topic::Extra(extra),
        notes: vec![note.into()],
        text: text.into(),
        style,
        has_recommendation: !offers.is_empty(),
        offers,
        start: 0,
    }
}

/// What the answers want written; a setting left as it is gives way to Claude Code's own.
pub(super) fn wishes(more: &More) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for (extra, value) in &more.values {
        let chosen = Some(value.as_str()).filter(|value| *value != AS_IT_IS);
        let switch =
            |name: &'static str, on: &str| Wish::env(name, chosen.filter(|value| *value == on).map(|_| "1"), false);
        match extra {
            // The one is written with the helper commands, the other with the pins.
            Extra::StatusLine | Extra::Background => {}
            Extra::BackgroundRegion => wishes.push(Wish::env(vars::SMALL_FAST_MODEL_AWS_REGION, chosen, false)),
            Extra::Caching => {
                wishes.push(switch(vars::ENABLE_PROMPT_CACHING_1H, CACHING[0]));
                wishes.push(switch(vars::FORCE_PROMPT_CACHING_5M, CACHING[1]));
                wishes.push(switch(vars::DISABLE_PROMPT_CACHING, CACHING[2]));
            }
            Extra::Tier => wishes.push(Wish::env(vars::BEDROCK_SERVICE_TIER, chosen, false)),
            Extra::OutputTokens => wishes.push(Wish::env(vars::MAX_OUTPUT_TOKENS, chosen, false)),
            Extra::ThinkingTokens => wishes.push(Wish::env(vars::MAX_THINKING_TOKENS, chosen, false)),
        }
    }
    wishes
}
