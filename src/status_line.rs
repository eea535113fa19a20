//! The segment of Claude Code's status line: profile, region, model family, and what has ended or is about to. Pure.

use jiff::SignedDuration;

use crate::configuration::{Configuration, Identity};
use crate::model::{self, Model};
use crate::session_notice::{DIAGNOSE, Observation, SignIn};
use crate::ui::wrap::fitted;
use crate::ui::{BAD, NOTICE, styled};
use crate::vars;

/// The columns of one name, and of a command; a command that is longer is not cut but replaced.
const NAME: usize = 32;
const COMMAND: usize = 60;

/// What it is made of.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What the files say.
    pub observation: &'a Observation,
    /// What Claude Code does with them.
    pub configuration: &'a Configuration,
    /// The profile whose sign-in it depends on, as far as that can be known.
    pub profile: Option<&'a str>,
    /// The model the session uses, where it says so.
    pub model: Option<&'a str>,
}

/// What deserves a look.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Soon(String),
    Ended(String),
}

impl Facts<'_> {
    /// The segment; nothing where Claude Code does not use Bedrock.
    #[must_use]
    pub fn segment(&self, in_colour: bool) -> Option<String> {
        if !self.observation.on_bedrock {
            return None;
        }
        let names = [self.identity(), Some(self.configuration.region.value.clone()), self.family()];
        let names: Vec<String> = names.into_iter().flatten().map(|name| plain(&name)).collect();
        let mut segment = format!("Bedrock {}", names.join(" · "));
        if let Some(state) = state(self.observation) {
            let (style, text) = match state {
                State::Soon(text) => (NOTICE, text),
                State::Ended(text) => (BAD, text),
            };
            segment.push_str(" · ");
            segment.push_str(&if in_colour { styled(style, &text) } else { text });
        }
        Some(segment)
    }

    /// The profile, or what stands in for one.
    fn identity(&self) -> Option<String> {
        let identity = &self.configuration.identity;
        let stand_in = match identity {
            Identity::Unsigned(_) | Identity::ApiKey(_) | Identity::Export(_) | Identity::Keys(_) => {
                Some(identity.mode())
            }
            Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient => None,
        };
        self.profile.or(stand_in).map(str::to_owned)
    }

    /// The family of the session's model, else of the configured one; an opaque ARN has that of the alias pinned to it.
    fn family(&self) -> Option<String> {
        let configured = self.configuration.main_model.as_ref().map(|found| found.value.as_str());
        let id = model::without_context_suffix(self.model.or(configured)?.trim());
        let pins = self.configuration.pins.iter();
        let mut pinned = pins.filter(|(_, pin)| {
            pin.as_ref().is_some_and(|found| model::without_context_suffix(found.value.trim()) == id)
        });
        let mut alias = || pinned.next().map(|(alias, _)| *alias);
        let itself = || vars::FAMILY_PINS.iter().map(|(alias, _)| *alias).find(|alias| *alias == id);
        Model::parse(id).map(|model| model.family).or_else(|| alias().or_else(itself).map(str::to_owned))
    }
}

fn state(observation: &Observation) -> Option<State> {
    if observation.missing_program.is_some() {
        return Some(State::Ended("helper missing: claude-bedrock setup".into()));
    }
    if observation.hidden_profile.is_some() {
        return Some(State::Ended("not found by Claude Code: claude-bedrock setup --identity isolated".into()));
    }
    if let Some(trouble) = &observation.trouble {
        return Some(State::Ended(format!("no credentials: {}", short_command(trouble.command.clone()))));
    }
    if observation.fault.is_some() {
        return Some(State::Ended(format!("a setting is wrong: {DIAGNOSE}")));
    }
    about_sign_in(observation, observation.sign_in.as_ref()?)
}

fn about_sign_in(observation: &Observation, sign_in: &SignIn) -> Option<State> {
    let now = observation.now;
    let refresh = short_command(sign_in.refresh());
    let until = sign_in.token.map(|token| token.expires_at.duration_since(now)).filter(SignedDuration::is_positive);
    if let Some(token) = sign_in.token.filter(|token| token.renewable) {
        // The sign-in outlasts this, and nothing renews it then.
        let registration = token.registration_expires_at.map(|end| end.duration_since(now));
        let soon = registration.filter(|left| *left < observation.warn_before)?;
        return Some(State::Soon(format!("renewal ends in {}: {refresh}", short(soon))));
    }
    match (until, observation.credentials_until) {
        (Some(left), _) if left < observation.warn_before => {
            Some(State::Soon(format!("{} left: {refresh}", short(left))))
        }
        (Some(_), _) => None,
        (None, Some(end)) if end > now => {
            Some(State::Ended(format!("signed out, credentials for {}: {refresh}", short(end.duration_since(now)))))
        }
        (None, _) => Some(State::Ended(format!("signed out: {refresh}"))),
    }
}

/// A command that is cut off is another command.
fn short_command(command: String) -> String {
    let fits = fitted(&command, COMMAND) == command && !command.contains(is_invisible);
    if fits { command } else { "claude-bedrock status".to_owned() }
}

fn short(left: SignedDuration) -> String {
    match left.as_secs().max(0) / 60 {
        0 => "less than 1 min".to_owned(),
        minutes @ 1..120 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    }
}

/// A name of the user's files: of some width, and nothing in it that moves a cursor or turns the line around.
fn plain(name: &str) -> String {
    fitted(&name.replace(is_invisible, ""), NAME)
}

fn is_invisible(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}
