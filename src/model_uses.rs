//! The models Claude Code sends by a configuration, and what makes it send each. Pure.
//!
//! Which setting counts for what was observed with 2.1.329 and 2.1.197.

use serde_json::Value;

use crate::claude_code::defaults::Defaults;
use crate::configuration::{Configuration, Provider};
use crate::model;
use crate::pins;
use crate::vars;

/// What is looked at.
pub struct Look<'a> {
    /// What Claude Code will do.
    pub configuration: &'a Configuration,
    /// A variable's value, none for unset or empty.
    pub variable: &'a dyn Fn(&'static str) -> Option<String>,
    /// Every value of a settings key, the strongest file's first: a string decoded, another value as written.
    pub setting: &'a dyn Fn(&'static str) -> Vec<String>,
    /// What the installed version takes where nobody says.
    pub defaults: &'a Defaults,
}

/// A reason to send a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Which.
    pub choice: Choice,
    /// What makes Claude Code send it: a variable, a settings key, or what nobody names a model for.
    pub by: String,
    /// Whether a setting says so; else it is Claude Code's own choice.
    pub is_set: bool,
    /// Whether it is the background model by a setting of its own, which may be in a region of its own.
    pub is_background: bool,
}

/// How a model is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// By an id of Bedrock's or an ARN.
    Id(String),
    /// By its id without the prefix of a profile, which Claude Code adds.
    BuiltIn(&'static str),
    /// By Anthropic's name, such as `claude-sonnet-4-6`.
    Called(String),
    /// By a word this program does not know.
    Unknown(String),
}

/// A model that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its id or ARN, as Claude Code sends it.
    pub id: String,
    /// What makes Claude Code send it, each once.
    pub by: Vec<String>,
    /// Whether one of the uses is the background model's.
    pub is_background: bool,
    /// Whether a setting names it by this id, so that it has to be there.
    pub is_named: bool,
}

impl Look<'_> {
    /// Every reason to send a model that the settings tell. What a person picks, and what a subagent's own file names,
    /// they do not.
    #[must_use]
    pub fn uses(&self) -> Vec<Use> {
        let (main_by, main, is_set) = self.main();
        let mut uses = Vec::new();
        let mut add = |by: &str, choices: Vec<Choice>, is_set: bool, is_background: bool| {
            let of = |choice| Use { choice, by: by.to_owned(), is_set, is_background };
            uses.extend(choices.into_iter().map(of));
        };
        for (family, name) in vars::FAMILY_PINS.iter().filter(|(family, _)| self.pin(family).is_some()) {
            add(name, vec![self.family(family)], true, false);
        }
        let (by, background, names_background) = self.background(&main);
        let is_apart = background != main;
        add(&main_by, main, is_set, false);
        add(by, background, names_background, names_background && is_apart);
        for (name, _) in vars::FURTHER_MODELS {
            add(name, (self.variable)(name).map(|text| self.read(&text)).unwrap_or_default(), true, false);
        }
        for key in [vars::FALLBACK_MODEL, vars::MODEL_OVERRIDES, vars::AVAILABLE_MODELS, vars::MODEL_PICKER] {
            let texts = (self.setting)(key).into_iter().flat_map(|text| texts_of(key, &text));
            let choices: Vec<Choice> = texts.flat_map(|text| self.read(&text)).collect();
            // Whoever may choose from a list chooses aliases too, which are pinned or not.
            let is_choice = key == vars::AVAILABLE_MODELS || key == vars::MODEL_PICKER;
            let is_wanted = |choice: &Choice| !is_choice || matches!(choice, Choice::Id(_));
            add(key, choices.into_iter().filter(is_wanted).collect(), true, false);
        }
        uses
    }

    /// The aliases that nobody pins.
    #[must_use]
    pub fn unpinned(&self) -> Vec<&'static str> {
        vars::FAMILY_PINS.iter().map(|(family, _)| *family).filter(|family| self.pin(family).is_none()).collect()
    }

    /// The main model, what says so, and whether a setting does.
    fn main(&self) -> (String, Vec<Choice>, bool) {
        let by_variable = (self.variable)(vars::MODEL).is_some();
        let chosen = self.configuration.main_model.as_ref().map(|found| self.read(&found.value));
        if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) {
            return (if by_variable { vars::MODEL } else { vars::MODEL_SETTING }.to_owned(), chosen, true);
        }
        let default = (self.variable)(vars::DEFAULT_MODEL).map(|text| self.read(&text));
        if let Some(default) = default.filter(|default| !default.is_empty()) {
            return (vars::DEFAULT_MODEL.to_owned(), default, true);
        }
        let family =
            if self.pin("sonnet").is_some() && self.pin("opus").is_none() { "sonnet" } else { self.defaults.main };
        ("turns, for which nobody names a model".to_owned(), vec![self.family(family)], self.pin(family).is_some())
    }

    /// The background model, what says so, and whether that is a setting of its own.
    fn background(&self, main: &[Choice]) -> (&'static str, Vec<Choice>, bool) {
        if let Some(found) = &self.configuration.background_model {
            return (vars::SMALL_FAST_MODEL, self.read(&found.value), true);
        }
        if self.pin("haiku").is_some() {
            return (vars::DEFAULT_HAIKU_MODEL, vec![self.family("haiku")], true);
        }
        let nobody = "background requests, for which nobody names a model";
        let is_chosen = self.configuration.main_model.is_some() || (self.variable)(vars::DEFAULT_MODEL).is_some();
        let has_sonnet = self.pin("opus").is_none() || self.pin("sonnet").is_some();
        let takes_sonnet = self.configuration.provider != Provider::Mantle && !is_chosen && has_sonnet;
        (nobody, if takes_sonnet { vec![self.family("sonnet")] } else { main.to_vec() }, false)
    }

    fn read(&self, text: &str) -> Vec<Choice> {
        let plain = model::without_context_suffix(text.trim());
        if model::is_bedrock_id(plain) {
            return vec![Choice::Id(plain.to_owned())];
        }
        let word = plain.to_ascii_lowercase();
        match word.as_str() {
            "" | "default" | "inherit" => Vec::new(),
            "opusplan" => vec![self.family("opus"), self.family("sonnet")],
            alias if vars::FAMILY_PINS.iter().any(|(family, _)| *family == alias) => vec![self.family(alias)],
            name if name.starts_with("claude-") => vec![self.overridden(name)],
            _ => vec![Choice::Unknown(plain.to_owned())],
        }
    }

    fn family(&self, family: &str) -> Choice {
        let pin = self.pin(family).map(|pin| model::without_context_suffix(&pin).to_owned());
        match (pin, self.defaults.model(family, false)) {
            (Some(id), _) if model::is_bedrock_id(&id) => Choice::Id(id),
            (Some(name), _) if name.starts_with("claude-") => self.overridden(&name),
            (None, Some(model)) => Choice::BuiltIn(model),
            (Some(word), _) => Choice::Unknown(word),
            (None, None) => Choice::Unknown(family.to_owned()),
        }
    }

    fn overridden(&self, name: &str) -> Choice {
        let values = (self.setting)(vars::MODEL_OVERRIDES).into_iter().find_map(|text| {
            let overrides: Value = serde_json::from_str(&text).ok()?;
            overrides.get(name)?.as_str().map(str::to_owned)
        });
        values.map_or_else(|| Choice::Called(name.to_owned()), Choice::Id)
    }

    fn pin(&self, family: &str) -> Option<String> {
        let pins = &self.configuration.pins;
        pins.iter().find(|(known, _)| *known == family)?.1.as_ref().map(|found| found.value.clone())
    }
}

/// The models as they are sent, each once; and what is named in a way that does not tell which is meant, each with what
/// names it. What Claude Code puts together itself it takes from the list of the region.
#[must_use]
pub fn sent(
    uses: &[Use],
    region: &str,
    preferred: Option<&str>,
    listed: &[String],
) -> (Vec<Sent>, Vec<(String, String)>) {
    let (mut all, mut unknown): (Vec<Sent>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for one in uses {
        let with_prefix = |model: &str| pins::unpinned_id(region, preferred, listed, model);
        let called = |name: &str| {
            let of_name = listed.iter().find(|id| pins::anthropic_name(id) == name)?;
            of_name.split_once('.').map(|(_, model)| with_prefix(model))
        };
        let id = match &one.choice {
            Choice::Id(id) => Ok(id.clone()),
            Choice::BuiltIn(model) => Ok(with_prefix(model)),
            Choice::Called(name) => called(name).ok_or(name),
            Choice::Unknown(word) => Err(word),
        };
        let is_named = matches!(one.choice, Choice::Id(_));
        match id {
            Err(word) => unknown.push((one.by.clone(), word.clone())),
            Ok(id) => {
                let at = all.iter().position(|known| known.id == id).unwrap_or(all.len());
                if at == all.len() {
                    all.push(Sent { id, by: Vec::new(), is_background: false, is_named: false });
                }
                let known = &mut all[at];
                if !known.by.contains(&one.by) {
                    known.by.push(one.by.clone());
                }
                known.is_background |= one.is_background;
                known.is_named |= is_named;
            }
        }
    }
    unknown.dedup();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    (all, unknown)
}

/// The names of models in a settings key that holds more than one.
fn texts_of(key: &str, text: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let strings = |values: &mut dyn Iterator<Item = &Value>| -> Vec<String> {
        values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    match &value {
        Value::String(one) => vec![one.clone()],
        Value::Array(list) => strings(&mut list.iter()),
        Value::Object(_) if key == vars::MODEL_PICKER => {
            let options = value["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            strings(&mut options.iter().map(|option| &option["model"]))
        }
        // One that says what its name means anyhow sends nothing that would not be sent without it.
        Value::Object(object) => {
            let says_more = |(name, value): &(&String, &Value)| {
                value.as_str().is_none_or(|id| id.starts_with("arn:") || pins::anthropic_name(id) != name.as_str())
            };
            strings(&mut object.iter().filter(says_more).map(|(_, value)| value))
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
