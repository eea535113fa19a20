//! The questions as data: what is asked, what may be answered, and what is told before.

use crate::cli::IdentityMode;
use crate::configuration;
use crate::regions::Residency;
use crate::wizard::foreign::Recognised;
use crate::wizard::knowledge::{KeptValue, Knowledge, ProfileOption};
use crate::wizard::more::{self, Extra};

/// The answer that takes a recognised configuration over.
pub const ADOPT: &str = "adopt";
/// The answer that leaves what others wrote.
pub const KEEP: &str = "keep";
/// The answer that replaces what others wrote.
pub const REPLACE: &str = "replace";
/// The answer that has the changes written.
pub const YES: &str = "yes";
/// The answer that ends it.
pub const NO: &str = "no";
/// The answer for credentials of Claude Code's own.
pub(super) const ISOLATED: &str = "isolated";
/// The answer for `AWS_PROFILE` in the settings.
pub(super) const SHARED: &str = "shared";

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Whether somebody else's configuration is taken over.
    Adoption,
    /// The profile.
    Profile,
    /// The region.
    Region,
    /// Where traffic may go.
    Residency,
    /// The main model.
    Model,
    /// The identity mode.
    Identity,
    /// Whether values of others give way.
    Conflict,
    /// Which setting beyond the usual ones.
    More,
    /// One of those.
    Extra(Extra),
    /// Whether the changes are written.
    Confirmation,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// By one of its offers.
    Choose,
    /// By text, its offers being suggestions.
    Type,
    /// By yes or no.
    YesNo,
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The answer it stands for.
    pub value: String,
    /// What is said about it.
    pub about: String,
}

/// A question with its choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub topic: Topic,
    /// What to know before, a paragraph each.
    pub notes: Vec<String>,
    /// The question.
    pub text: String,
    /// How it is answered.
    pub style: Style,
    /// The choices, the recommended one first.
    pub offers: Vec<Offer>,
    /// Whether the first choice may be taken unasked.
    pub has_recommendation: bool,
    /// The offer to begin with.
    pub start: usize,
}

impl Topic {
    /// Every question, in the order they are asked.
    pub const ALL: [Self; 16] = [
        Self::Adoption,
        Self::Profile,
        Self::Region,
        Self::Residency,
        Self::Model,
        Self::Identity,
        Self::Conflict,
        Self::More,
        Self::Extra(Extra::StatusLine),
        Self::Extra(Extra::Background),
        Self::Extra(Extra::BackgroundRegion),
        Self::Extra(Extra::Caching),
        Self::Extra(Extra::Tier),
        Self::Extra(Extra::OutputTokens),
        Self::Extra(Extra::ThinkingTokens),
        Self::Confirmation,
    ];

    /// Its name for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Adoption => "adoption",
            Self::Profile => "profile",
            Self::Region => "region",
            Self::Residency => "residency",
            Self::Model => "model",
            Self::More => "more",
            Self::Extra(extra) => extra.name(),
            Self::Identity => "identity",
            Self::Conflict => "conflict",
            Self::Confirmation => "confirmation",
        }
    }

    /// Takes an answer as it was typed or chosen, or says why it is none.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn accept(self, answer: &str) -> Result<String, String> {
        let answer = answer.trim();
        match self {
            Self::Region if answer.is_empty() => Err("A region is needed, such as us-west-2.".into()),
            Self::Region if !configuration::is_region_shaped(answer) => {
                Err(format!("`{answer}` is not an AWS region; regions look like us-west-2."))
            }
            Self::Model if answer.is_empty() => {
                Err("An inference profile's id or ARN is needed, such as us.anthropic.claude-….".into())
            }
            Self::Model if answer.contains(char::is_whitespace) => Err("A model's id has no blanks.".into()),
            Self::Residency if Residency::parse(answer).is_none() => {
                Err(format!("`{answer}` is not a residency; there are eu, us, jp, au, apac and any."))
            }
            Self::More => more::accept_list(answer),
            Self::Extra(extra) => extra.accept(answer),
            // A profile's name is taken as it stands, blanks and all.
            _ => Ok(answer.to_owned()),
        }
    }
}

impl Question {
    /// Begins at an answer given before.
    pub(super) fn begin_at(&mut self, answer: &str) {
        match self.offers.iter().position(|offer| offer.value == answer) {
            Some(at) => self.start = at,
            None if self.style == Style::Type => {
                self.offers.insert(0, Offer { value: answer.to_owned(), about: String::new() });
                self.has_recommendation = true;
            }
            None => {}
        }
    }

    /// The offers a line that was typed means: one named in full, the only one whose name begins so, else all whose name
    /// or description holds the words.
    #[must_use]
    pub fn matching(&self, typed: &str) -> Vec<usize> {
        if let Some(exact) = self.offers.iter().position(|offer| offer.value == typed) {
            return vec![exact];
        }
        let beginning: Vec<usize> = (0..self.offers.len()).filter(|at| self.offers[*at].begins_with(typed)).collect();
        if beginning.len() == 1 {
            return beginning;
        }
        (0..self.offers.len()).filter(|at| self.offers[*at].matches(typed)).collect()
    }
}

impl Offer {
    pub(super) fn new(value: &str, about: impl Into<String>) -> Self {
        Self { value: value.to_owned(), about: about.into() }
    }

    /// Whether its name begins so, whatever the case.
    #[must_use]
    pub fn begins_with(&self, typed: &str) -> bool {
        !typed.is_empty() && self.value.to_lowercase().starts_with(&typed.to_lowercase())
    }

    /// Whether its name and description hold every word, whatever the case.
    #[must_use]
    pub fn matches(&self, words: &str) -> bool {
        let all = format!("{} {}", self.value, self.about).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

pub(super) fn adoption(recognised: &Recognised) -> Question {
    Question {
        topic: Topic::Adoption,
        notes: vec![recognised.explanation()],
        text: "Take it over?".into(),
        style: Style::Choose,
        offers: vec![
            Offer::new(ADOPT, "its values are the defaults from here on; `reset` gives every byte back"),
            Offer::new(KEEP, "leave what it wrote, as far as that can work"),
        ],
        has_recommendation: false,
        start: 0,
    }
}

pub(super) fn profile(knowledge: &Knowledge, adopted: Option<&Recognised>) -> Question {
    let theirs = adopted.and_then(|recognised| recognised.profile.as_ref());
    let first = theirs.or(knowledge.configured_profile.as_ref());
    let is_first = |option: &ProfileOption| Some(&option.name) == first;
    let mut options: Vec<&ProfileOption> = knowledge.profiles.iter().collect();
    options.sort_by_key(|option| (!is_first(option), !option.usable));
    let usable = options.iter().filter(|option| option.usable).count();
    let mut notes = Vec::new();
    if usable == 0 {
        notes.push("No profile is signed in at the moment.".into());
    }
    if let Some(missing) = theirs.filter(|name| options.iter().all(|option| &option.name != *name)) {
        notes.push(format!("The profile `{missing}` it names is in none of your AWS files."));
    }
    Question {
        topic: Topic::Profile,
        notes,
        text: "Which AWS profile should Claude Code use?".into(),
        style: Style::Choose,
        has_recommendation: is_first(options[0]) || usable == 1 || options.len() == 1,
        offers: options.iter().map(|option| Offer::new(&option.name, &option.description)).collect(),
        start: 0,
    }
}

pub(super) fn residency(offers: Vec<(Residency, String)>, kept_away: Option<Residency>) -> Question {
    let away = |kept: Residency| {
        let place = kept.place();
        format!("What is pinned now keeps requests in {place}, and nothing that is listed here stays there.")
    };
    Question {
        topic: Topic::Residency,
        notes: kept_away.map(away).into_iter().collect(),
        text: "Where may your requests be processed?".into(),
        style: Style::Choose,
        offers: offers.into_iter().map(|(residency, about)| Offer::new(residency.name(), about)).collect(),
        has_recommendation: kept_away.is_none(),
        start: 0,
    }
}

pub(super) fn model(offers: Vec<Offer>, note: Option<String>) -> Question {
    let denied = offers.is_empty();
    let unknown = "This identity may not list inference profiles (bedrock:ListInferenceProfiles), so there is nothing to \
                choose from. Ask your administrator for an inference profile's id or ARN and type it; it stays \
                unverified until `claude-bedrock models --probe` has asked it.";
    Question {
        topic: Topic::Model,
        notes: if denied { vec![unknown.into()] } else { note.into_iter().collect() },
        text: "Which model as the main one?".into(),
        style: if denied { Style::Type } else { Style::Choose },
        has_recommendation: !denied,
        offers,
        start: 0,
    }
}

pub(super) fn identity(knowledge: &Knowledge, option: Option<&ProfileOption>) -> Question {
    let isolated = Offer::new(ISOLATED, "Claude Code alone gets the credentials; all else keeps its own");
    let shared = Offer::new(SHARED, "AWS_PROFILE in the settings; the commands it runs use it, too");
    let keep_shared = knowledge.configured_identity == Some(IdentityMode::Shared)
        && option.is_some_and(|option| option.found_by_claude_code);
    Question {
        topic: Topic::Identity,
        notes: Vec::new(),
        text: "How should Claude Code get its AWS identity?".into(),
        style: Style::Choose,
        offers: if keep_shared { vec![shared, isolated] } else { vec![isolated, shared] },
        has_recommendation: true,
        start: 0,
    }
}

/// `in_vain` are the notes on values with which nothing would answer.
pub(super) fn conflict(kept: &[KeptValue], in_vain: Vec<String>) -> Question {
    let lines: Vec<&str> = kept.iter().map(|kept| kept.line.as_str()).collect();
    let mut notes = vec![format!("These values are not ours:\n{}", lines.join("\n"))];
    if kept.iter().any(|kept| kept.required) {
        notes.push("With them kept, Claude Code could not work as chosen.".into());
    }
    let start = usize::from(!in_vain.is_empty());
    notes.extend(in_vain);
    Question {
        topic: Topic::Conflict,
        notes,
        text: "Replace them?".into(),
        style: Style::Choose,
        offers: vec![
            Offer::new(KEEP, "they stay as they are"),
            Offer::new(REPLACE, "`claude-bedrock reset` brings them back"),
        ],
        has_recommendation: false,
        start,
    }
}
