//! The reports people read: aligned pairs, the important first.

use std::fmt::Write;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::apply::shortened;
use crate::cli::IdentityMode;
use crate::configuration::{Configuration, Identity, Provider};
use crate::observe::{Facts, SessionFacts};
use crate::plan::{Change, Kept, Plan};
use crate::settings::document::{Key, RawJson};
use crate::settings::scope::{Found, Source};
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};
use crate::vars;

/// What stands in the place of a value that may be a secret.
pub const HIDDEN: &str = "(hidden)";

/// The width of the column of names.
const NAME_WIDTH: usize = 20;

/// The name of an identity mode, as `--identity` takes it.
#[must_use]
pub fn mode_name(mode: IdentityMode) -> &'static str {
    match mode {
        IdentityMode::Isolated => "isolated",
        IdentityMode::Shared => "shared",
    }
}

/// The report of `status`.
#[must_use]
pub fn status(facts: &Facts, home: Option<&Path>) -> String {
    let mut text = headline(&facts.configuration, home);
    text.push('\n');
    let configuration = &facts.configuration;
    let mut row = |name: &str, value: &str, found: Option<&Found>| {
        pair(&mut text, name, value);
        if let Some(found) = found {
            explain_source(&mut text, found, home, matches!(name, "identity" | "profile"));
        }
    };
    match &configuration.profile {
        Some(found) => row("profile", &found.value, Some(found)),
        None => row("profile", &styled(DIM, "none"), None),
    }
    row("identity", &identity_words(&configuration.identity), configuration.identity.found());
    if let Some(arn) = &facts.arn {
        row("principal", arn, None);
    }
    row("account", &facts.account.clone().unwrap_or_else(|| styled(DIM, "unknown")), None);
    row("region", &configuration.region.value, Some(&configuration.region));
    match &configuration.main_model {
        Some(found) => row("main model", &found.value, Some(found)),
        None => row("main model", &styled(NOTICE, "not pinned; Claude Code chooses"), None),
    }
    for (family, found) in &configuration.pins {
        match found {
            Some(found) => row(family, &found.value, Some(found)),
            None => row(family, &styled(DIM, "not pinned"), None),
        }
    }
    text.push('\n');
    lifetimes(&mut text, facts);
    for problem in &facts.problems {
        let _ = writeln!(text, "\n{} {problem}", styled(BAD.bold(), "problem:"));
    }
    text
}

fn headline(configuration: &Configuration, home: Option<&Path>) -> String {
    let answer = match configuration.provider {
        Provider::Bedrock => "Claude Code answers from Amazon Bedrock",
        Provider::Mantle => "Claude Code answers from Amazon Bedrock's Messages API (Mantle)",
        Provider::Foundry => "Claude Code answers from Microsoft Foundry",
        Provider::Vertex => "Claude Code answers from Google Vertex AI",
        Provider::AnthropicAws => "Claude Code answers from Claude Platform on AWS",
        Provider::Anthropic => "Claude Code answers from Anthropic, not from Amazon Bedrock",
    };
    let mut text = format!("{}\n", styled(BOLD, answer));
    match &configuration.provider_switch {
        Some(found) => explain_source(&mut text, found, home, false),
        None => {
            let _ = writeln!(
                text,
                "  {}",
                styled(DIM, &format!("no provider is switched on ({} is unset)", vars::USE_BEDROCK))
            );
        }
    }
    text
}

fn identity_words(identity: &Identity) -> String {
    match identity {
        Identity::Unsigned(_) => "requests are not signed".into(),
        Identity::ApiKey(_) => "a Bedrock API key".into(),
        Identity::Isolated(..) => "isolated: Claude Code alone has these credentials".into(),
        Identity::Export(_) => "someone's own awsCredentialExport".into(),
        Identity::Profile(Found { source: Source::Settings { .. }, .. }) => {
            "shared: AWS_PROFILE in the settings, for every command Claude Code runs".into()
        }
        Identity::Profile(_) => "ambient: AWS_PROFILE of the shell".into(),
        Identity::Keys(_) => "ambient: access keys in variables".into(),
        Identity::Ambient => "ambient: what the AWS SDK finds by itself".into(),
    }
}

fn lifetimes(text: &mut String, facts: &Facts) {
    if let Some(session) = &facts.session {
        pair(text, "SSO session", &session.name);
        pair(text, "access token", &token_words(session, facts.now));
        if let Some(end) = session.registration_expires_at {
            pair(text, "client registration", &until(end, facts.now));
        }
    }
    let credentials = match facts.credentials_expire_at {
        Some(end) => until(end, facts.now),
        None => styled(DIM, "none cached; fetched when needed"),
    };
    pair(text, "role credentials", &credentials);
}

fn token_words(session: &SessionFacts, now: Timestamp) -> String {
    match (session.expires_at, session.renewable) {
        (None, _) => styled(BAD, "nobody is signed in"),
        (Some(end), true) => format!("{}, renews itself", until(end, now)),
        (Some(end), false) if end > now => format!("{}, {}", until(end, now), styled(NOTICE, "cannot renew itself")),
        (Some(end), false) => format!("{}, cannot renew itself: a new sign-in is needed", until(end, now)),
    }
}

/// `until 2026-11-20 15:04:05 UTC (in 52 min)`, or that it is over.
pub(super) fn until(end: Timestamp, now: Timestamp) -> String {
    let left = end.duration_since(now);
    let moment = end.strftime("%Y-%m-%d %H:%M:%S UTC");
    if left.is_positive() {
        format!("until {moment} (in {})", rough(left))
    } else {
        styled(BAD, &format!("ended {moment} ({} ago)", rough(left.abs())))
    }
}

/// A duration in the one or two units that matter.
fn rough(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    match (minutes / (24 * 60), minutes / 60, minutes) {
        (days, ..) if days >= 2 => format!("{days} days"),
        (_, hours, _) if hours >= 2 => format!("{hours} h {:02} min", minutes % 60),
        (.., minutes) if minutes >= 1 => format!("{minutes} min"),
        _ => format!("{} s", duration.as_secs()),
    }
}

pub(super) fn pair(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {name:NAME_WIDTH$}{value}");
}

fn explain_source(text: &mut String, found: &Found, home: Option<&Path>, hide: bool) {
    if let Some(words) = source_words(&found.source, home) {
        let _ = writeln!(text, "  {:NAME_WIDTH$}{}", "", styled(DIM, &format!("from {words}")));
    }
    for (value, source) in &found.overrides {
        let value = if hide { HIDDEN } else { value };
        let words = source_words(source, home).unwrap_or_else(|| "the default".into());
        let line = format!("overrides {value} from {words}");
        let _ = writeln!(text, "  {:NAME_WIDTH$}{}", "", styled(DIM, &line));
    }
}

pub(super) fn source_words(source: &Source, home: Option<&Path>) -> Option<String> {
    match source {
        Source::Settings { scope, path, line } => {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            Some(format!("{}{line} ({scope} settings)", shortened(path, home)))
        }
        Source::Variable(name) if name.starts_with("--") => Some(name.clone()),
        Source::Variable(name) => Some(format!("the variable {name}")),
        Source::AwsFile { path, line } => Some(format!("{}:{line}", shortened(path, home))),
        Source::Default => None,
    }
}

/// A plan as a list of keys, before and after.
#[must_use]
pub fn changes(plan: &Plan) -> String {
    let mut text = String::new();
    for change in &plan.changes {
        text.push_str(&change_line(change));
    }
    text
}

fn change_line(change: &Change) -> String {
    let removed =
        |value: &RawJson| format!("  {}\n", styled(BAD, &format!("- {}: {}", change.key, shown(&change.key, value))));
    let added =
        |value: &RawJson| format!("  {}\n", styled(GOOD, &format!("+ {}: {}", change.key, shown(&change.key, value))));
    let before = change.before.as_ref().map(removed).unwrap_or_default();
    let after = change.after.as_ref().map(added).unwrap_or_default();
    before + &after
}

/// A kept value in a line.
#[must_use]
pub fn kept_line(kept: &Kept) -> String {
    let key = &kept.wish.key;
    let wanted =
        kept.wish.value.as_deref().map_or("absent".to_owned(), |value| shown(key, &RawJson::from_string(value)));
    format!("  {key}: {}  (wanted: {wanted})", shown(key, &kept.current))
}

fn shown(key: &Key, value: &RawJson) -> String {
    let is_secret = matches!(key, Key::Env(name) if vars::may_hold_secret(name));
    if is_secret && value.text() != "\"\"" { HIDDEN.to_owned() } else { value.text().to_owned() }
}
