//! What a text says of the case at hand: the region, the model, the profile, the action. Each is taken by its own narrow
//! form, so that nothing else of a text is ever repeated, and quoted where it stands in a command.

use crate::catalogue::{FailureMode, Fix};
use crate::model;
use crate::regions;

/// So many lines before and after a message are looked at.
const BEFORE: usize = 2;
const AFTER: usize = 4;

/// Longer words are no value of these.
const LONGEST: usize = 300;

/// What the lines around a message name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The model that failed.
    pub model: Option<String>,
    /// The model that Claude Code suggests instead.
    pub suggested: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The profile of the AWS files.
    pub profile: Option<String>,
    /// The twelve digits of an account.
    pub account: Option<String>,
    /// The action of IAM that was refused.
    pub action: Option<String>,
    /// What it was refused on.
    pub resource: Option<String>,
    /// To whom it was refused.
    pub principal: Option<String>,
}

impl Values {
    /// The values near a line, counted from one.
    #[must_use]
    pub fn near(text: &str, line: usize) -> Self {
        let first = line.saturating_sub(1 + BEFORE);
        let lines: Vec<&str> = text.lines().skip(first).take(BEFORE + 1 + AFTER).collect();
        // The message's own line comes before those around it.
        let own = lines.get(line.saturating_sub(1).min(BEFORE)).copied().unwrap_or_default();
        let mut values = Self::default();
        values.take(own);
        values.take(&lines.join("\n"));
        values
    }

    fn take(&mut self, text: &str) {
        let words: Vec<&str> = words(text).collect();
        for (at, word) in words.iter().enumerate() {
            let before = |back: usize| at.checked_sub(back).map_or("", |before| words[before]);
            if is_model(word) {
                let after_switch = before(1) == "to" && before(2) == "switch";
                set(if after_switch { &mut self.suggested } else { &mut self.model }, word);
            }
            if is_arn(word) {
                let parts: Vec<&str> = word.splitn(6, ':').collect();
                self.take_region(parts[3]);
                if is_account(parts[4]) {
                    set(&mut self.account, parts[4]);
                }
                if before(1) == "resource:" {
                    set(&mut self.resource, word);
                } else if before(1) == "User:" {
                    set(&mut self.principal, word);
                }
            } else {
                word.split(['.', '=', '/']).for_each(|part| self.take_region(part));
            }
            if before(1) == "perform:" && is_action(word) {
                set(&mut self.action, word);
            }
            let named = word.strip_prefix("profile=").or_else(|| word.strip_prefix("--profile="));
            let behind = ["--profile", "profile:"].contains(&before(1))
                || before(1) == "profile" && ["config", "Config"].contains(&before(2))
                || before(1) == "Profile" && words.get(at + 1) == Some(&"could");
            if let Some(name) = named.or_else(|| behind.then_some(*word)).filter(|name| is_profile(name)) {
                set(&mut self.profile, name);
            }
        }
    }

    fn take_region(&mut self, word: &str) {
        let has_form = word.len() <= 20 && word.ends_with(|sign: char| sign.is_ascii_digit()) && word.contains('-');
        if has_form && regions::find(word).is_some() {
            set(&mut self.region, word);
        }
    }

    /// The command that mends a mode in this case: the catalogue's with the values that are known in their places, and
    /// without a place for one that a program can find by itself.
    #[must_use]
    pub fn command(&self, mode: &FailureMode) -> Option<String> {
        let command = mode.fix.command()?;
        let filled = match command {
            "claude-bedrock models pin MODEL" => match (mode.id, &self.suggested, &self.model) {
                ("M22", _, Some(model)) => pin(model::without_context_suffix(model)),
                ("M21", _, Some(model)) if !model.ends_with("[1m]") => pin(&format!("{model}[1m]")),
                // The one finds the mark by itself, the other shows which models there are.
                ("M22", ..) => "claude-bedrock diagnose --fix --only M22".to_owned(),
                ("M21", ..) => "claude-bedrock models".to_owned(),
                (_, Some(suggested), _) => pin(suggested),
                _ => "claude-bedrock models pin --auto".to_owned(),
            },
            "claude-bedrock login"
            | "claude-bedrock refresh"
            | "claude-bedrock policy"
            | "claude-bedrock policy check" => self.with_profile(command),
            _ => {
                let filled = replaced(command, " NAME", self.profile.as_deref());
                // A text about a region that is none names no other.
                let region = self.region.as_deref().filter(|_| mode.id != "C10" && mode.id != "N13");
                without_places(&replaced(&filled, " REGION", region))
            }
        };
        Some(filled)
    }

    fn with_profile(&self, command: &str) -> String {
        match &self.profile {
            Some(profile) => format!("{command} --profile {}", quoted(profile)),
            None => command.to_owned(),
        }
    }

    /// What to do, in words; a sentence for an administrator names what was refused.
    #[must_use]
    pub fn text(&self, fix: &Fix) -> String {
        let Fix::Administrator(sentence) = fix else { return fix.text().to_owned() };
        let known = [
            ("action", &self.action),
            ("resource", &self.resource),
            ("principal", &self.principal),
            ("model", &self.model),
            ("account", &self.account),
            ("region", &self.region),
        ];
        // What an ARN says need not be said again.
        let said = |name: &str| self.resource.is_some() && ["model", "account", "region"].contains(&name);
        let known: Vec<String> = known
            .into_iter()
            .filter(|(name, _)| !said(name))
            .filter_map(|(name, value)| Some(format!("{name} {}", value.as_deref()?)))
            .collect();
        if known.is_empty() { (*sentence).to_owned() } else { format!("{sentence} ({})", known.join(", ")) }
    }
}

fn pin(model: &str) -> String {
    format!("claude-bedrock models pin {}", quoted(model))
}

/// A command without the options whose values are not known: this program asks for them, or finds them itself.
fn without_places(command: &str) -> String {
    ["--profile NAME", "--sso-region REGION", "--region REGION", "--start-url URL"]
        .iter()
        .fold(command.to_owned(), |command, option| command.replace(&format!(" {option}"), ""))
}

fn replaced(command: &str, place: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => command.replace(place, &format!(" {}", quoted(value))),
        None => command.to_owned(),
    }
}

fn quoted(value: &str) -> String {
    // Without control characters, which no value has, everything can be quoted.
    shlex::try_quote(value).map(Into::into).unwrap_or_default()
}

fn set(place: &mut Option<String>, value: &str) {
    if place.is_none() {
        *place = Some(value.to_owned());
    }
}

/// Words whose colon tells what follows.
const INTRODUCTIONS: [&str; 4] = ["perform:", "resource:", "User:", "profile:"];

/// The words of a text without the quotes, brackets and stops around them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let around = |sign: char| "\"'`“”()<>{},;│|".contains(sign);
    let words = text.split(move |sign: char| sign.is_whitespace() || around(sign));
    words.map(bare).filter(|word| !word.is_empty())
}

fn bare(word: &str) -> &str {
    if INTRODUCTIONS.contains(&word) { word } else { word.trim_end_matches(['.', ':']) }
}

fn is_of(word: &str, signs: &str) -> bool {
    !word.is_empty()
        && word.len() <= LONGEST
        && word.chars().all(|sign| sign.is_ascii_alphanumeric() || signs.contains(sign))
}

fn is_model(word: &str) -> bool {
    let plain = model::without_context_suffix(word);
    is_of(plain, "-.:") && (plain.starts_with("anthropic.claude-") || plain.contains(".anthropic.claude-"))
}

fn is_arn(word: &str) -> bool {
    word.starts_with("arn:") && word.split(':').count() >= 6 && is_of(word, ":/_.@+=,-*")
}

fn is_account(word: &str) -> bool {
    word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_action(word: &str) -> bool {
    word.split_once(':').is_some_and(|(service, name)| {
        is_of(service, "-") && name.chars().all(|sign| sign.is_ascii_alphanumeric()) && !name.is_empty()
    })
}

/// A profile's name of plain signs that is no key.
fn is_profile(word: &str) -> bool {
    let is_key = word.len() > 15 && ["AKIA", "ASIA", "ABSK", "AROA"].iter().any(|start| word.starts_with(start));
    is_of(word, "_.@+-") && word.len() <= 64 && !word.starts_with('-') && !is_key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn command(id: &str, text: &str) -> String {
        Values::near(text, 1).command(catalogue::find(id).expect("a mode")).expect("a command")
    }

    #[test]
    fn values_are_taken_by_their_form_alone() {
        let text = "API Error: 403 User: arn:aws:sts::111122223333:assumed-role/Dev/ada is not authorized to perform: \
                    bedrock:InvokeModelWithResponseStream on resource: \
                    arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-opus-5-5 because password=hunter2";
        let values = Values::near(text, 1);
        assert_eq!(values.action.as_deref(), Some("bedrock:InvokeModelWithResponseStream"));
        assert_eq!(values.account.as_deref(), Some("111122223333"));
        assert_eq!(values.region.as_deref(), Some("us-east-2"));
        assert_eq!(values.principal.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/Dev/ada"));
        assert!(!format!("{values:?}").contains("hunter2"));
        let sentence = values.text(&catalogue::find("P09").expect("a mode").fix);
        assert!(sentence.contains("on resource") || sentence.contains("resource arn:aws:bedrock"), "{sentence}");
    }

    #[test]
    fn commands_can_be_run_as_they_stand() {
        for (id, text, expected) in [
            (
                "M02",
                "API Error (eu.anthropic.claude-sonnet-5-5): 400 The provided model identifier is invalid.. Try --model to switch to us.anthropic.claude-sonnet-5.",
                "claude-bedrock models pin us.anthropic.claude-sonnet-5",
            ),
            ("M14", "Access denied. This Model is marked by provider as Legacy", "claude-bedrock models pin --auto"),
            (
                "M22",
                "API Error (us.anthropic.claude-haiku-4-5[1m]): 400",
                "claude-bedrock models pin us.anthropic.claude-haiku-4-5",
            ),
            (
                "M22",
                "The long context beta is not yet available for this subscription.",
                "claude-bedrock diagnose --fix --only M22",
            ),
            ("M21", "Prompt is too long", "claude-bedrock models"),
            (
                "A03",
                "The SSO session token associated with profile=dev was not found or is invalid.",
                "claude-bedrock login --profile dev",
            ),
            ("A03", "The SSO session token associated with profile=$(reboot) was not found", "claude-bedrock login"),
            ("C10", "region us-west-2", "claude-bedrock setup"),
        ] {
            assert_eq!(command(id, text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_profiles_are_found_in_every_program_s_words() {
        for text in [
            "The config profile (team.dev) could not be found",
            "Profile 'team.dev' could not be found in shared credentials file.",
            "aws sso login --profile team.dev",
            "associated with profile=team.dev was not found",
        ] {
            assert_eq!(Values::near(text, 1).profile.as_deref(), Some("team.dev"), "{text}");
        }
        assert_eq!(Values::near("--profile AKIAIOSFODNN7EXAMPLE", 1).profile, None);
    }
}
