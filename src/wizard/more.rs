//! What most people leave as it is: asked only by those who choose "more", with what is true of each today.

use std::collections::BTreeMap;

use crate::configuration;
use crate::plan::Wish;
use crate::vars;
use crate::wizard::question::{Offer, Question, Style, Topic};

/// The answer that leaves a setting to Claude Code.
pub(super) const AS_IT_IS: &str = "as it is";
/// The answer that ends the list of them.
pub const DONE: &str = "done";

/// The smallest limit of an answer that is worth writing: older models think within it.
const LEAST_TOKENS: u32 = 1024;

/// A setting beyond the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
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
    /// The one that is being asked about.
    pub asked: Option<Extra>,
    /// The answers.
    pub values: BTreeMap<Extra, String>,
}

impl Extra {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 6] =
        [Self::Background, Self::BackgroundRegion, Self::Caching, Self::Tier, Self::OutputTokens, Self::ThinkingTokens];

    /// The answer that chooses it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
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

    fn about(self) -> &'static str {
        match self {
            Self::Background => "the small model for titles and checks",
            Self::BackgroundRegion => "another region for it",
            Self::Caching => "how long prompts are kept",
            Self::Tier => "Bedrock's service tier",
            Self::OutputTokens => "the limit of an answer",
            Self::ThinkingTokens => "the limit of thinking; obsolete",
        }
    }

    /// Takes an answer, or says why it is none.
    pub(super) fn accept(self, answer: &str) -> Result<String, String> {
        match self {
            Self::BackgroundRegion if answer != AS_IT_IS && !configuration::is_region_shaped(answer) => {
                Err(format!("`{answer}` is not an AWS region; regions look like us-west-2."))
            }
            Self::OutputTokens | Self::ThinkingTokens if answer != AS_IT_IS => match answer.parse::<u32>() {
                Ok(number) if number >= LEAST_TOKENS => Ok(answer.to_owned()),
                _ => Err(format!("A number of tokens from {LEAST_TOKENS} on, or `{AS_IT_IS}`.")),
            },
            _ => Ok(answer.to_owned()),
        }
    }
}

/// Which of them is to be asked about.
pub(super) fn menu(more: &More) -> Question {
    let mut offers = vec![Offer::new(DONE, "back to the changes")];
    offers.extend(Extra::ALL.map(|extra| {
        let chosen = more.values.get(&extra).map(|value| format!("; chosen: {value}")).unwrap_or_default();
        Offer::new(extra.name(), format!("{}{chosen}", extra.about()))
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
        Extra::Background => (
            "Titles, summaries and checks go to what the alias haiku means, so both are one pin.",
            "Which model in the background?",
            if models.is_empty() { Style::Type } else { Style::Choose },
            models,
        ),
        Extra::BackgroundRegion => (
            "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION sends what goes to the haiku pin to another region. Without that pin \
             it does nothing; the pin is written.",
            "In which region does the background model answer?",
            Style::Type,
            vec![as_it_is("")],
        ),
        Extra::Caching => (
            "Claude Code caches prompts by itself. DISABLE_PROMPT_CACHING, which older guides set, has every turn pay \
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
                as_it_is("Bedrock's own default"),
                Offer::new("flex", "may wait"),
                Offer::new("priority", "goes first"),
            ],
        ),
        Extra::OutputTokens => (
            "Older guides set CLAUDE_CODE_MAX_OUTPUT_TOKENS to 4096, which ends answers in the middle. Bedrock reserves \
             this many tokens of the quota with every request, so a moderate limit helps an account that is throttled.",
            "How many tokens may an answer have?",
            Style::Type,
            vec![as_it_is("")],
        ),
        Extra::ThinkingTokens => (
            "MAX_THINKING_TOKENS, which older guides set, is passed over by models that think adaptively; older ones \
             refuse it unless it is smaller than the limit of an answer. Effort is what counts today (`/effort`).",
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
            // It is a pin, and written with them.
            Extra::Background => {}
            Extra::BackgroundRegion => wishes.push(Wish::env(vars::SMALL_FAST_MODEL_AWS_REGION, chosen, false)),
            Extra::Caching => {
                wishes.push(switch(vars::ENABLE_PROMPT_CACHING_1H, "1h"));
                wishes.push(switch(vars::FORCE_PROMPT_CACHING_5M, "5m"));
                wishes.push(switch(vars::DISABLE_PROMPT_CACHING, "off"));
            }
            Extra::Tier => wishes.push(Wish::env(vars::BEDROCK_SERVICE_TIER, chosen, false)),
            Extra::OutputTokens => wishes.push(Wish::env(vars::MAX_OUTPUT_TOKENS, chosen, false)),
            Extra::ThinkingTokens => wishes.push(Wish::env(vars::MAX_THINKING_TOKENS, chosen, false)),
        }
    }
    wishes
}
