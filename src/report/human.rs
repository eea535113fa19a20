//! The reports people read: aligned pairs, the important first.

pub mod diagnosis;
pub mod explain;
pub mod models;
pub mod policy;
pub mod profiles;
pub mod regions;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::cli::IdentityMode;
use crate::configuration::{Identity, Provider};
use crate::observe::{Facts, SessionFacts};
use crate::plan::{Change, Kept, Plan};
use crate::proof::Status;
use crate::settings::document::RawJson;
use crate::settings::scope::{Found, Source};
use crate::ui::{BAD, BOLD, DIM, GOOD, NOTICE, styled};
use crate::vars;
use crate::world::on_the_wall;

use super::redacted::shown;
use super::sheet::{Sheet, source_words};

/// What stands in the place of a value that may be a secret.
pub const HIDDEN: &str = "(hidden)";

/// The name of an identity mode, as `--identity` takes it.
#[must_use]
pub fn mode_name(mode: IdentityMode) -> &'static str {
    match mode {
        IdentityMode::Isolated => "isolated",
        IdentityMode::Shared => "shared",
    }
}

/// The report of `status`, as wide as told.
#[must_use]
pub fn status(facts: &Facts, home: Option<&Path>, width: usize) -> String {
    let mut sheet = Sheet::new(home, width);
    headline(&mut sheet, facts);
    sheet.blank();
    let configuration = &facts.configuration;
    match &configuration.profile {
        Some(found) => sheet.row("profile", &found.value, Some(found), true),
        None => sheet.fact("profile", &styled(DIM, "none")),
    }
    sheet.row("identity", &identity_words(&configuration.identity), configuration.identity.found(), true);
    if let Some(arn) = &facts.arn {
        sheet.fact("principal", arn);
    }
    sheet.fact("account", &facts.account.clone().unwrap_or_else(|| styled(DIM, "unknown")));
    sheet.row("region", &configuration.region.value, Some(&configuration.region), false);
    match &configuration.main_model {
        Some(found) => {
            sheet.row("main model", &found.value, Some(found), false);
            probed(&mut sheet, &found.value, facts);
        }
        None => sheet.fact("main model", &styled(NOTICE, "not pinned; Claude Code chooses")),
    }
    let main = configuration.main_model.as_ref().map(|found| &found.value);
    for (family, found) in &configuration.pins {
        match found {
            Some(found) => {
                sheet.row(family, &found.value, Some(found), false);
                if Some(&found.value) != main {
                    probed(&mut sheet, &found.value, facts);
                }
            }
            None => sheet.fact(family, &styled(DIM, "not pinned")),
        }
    }
    sheet.blank();
    lifetimes(&mut sheet, facts);
    for problem in &facts.problems {
        sheet.blank();
        // Broken by the terminal's width alone: a place named in it may be looked for.
        sheet.line(&format!("{} {problem}", styled(BAD.bold(), "problem:")));
    }
    sheet.text
}

/// How a pinned model answered when it was last asked.
fn probed(sheet: &mut Sheet<'_>, pin: &str, facts: &Facts) {
    let Some(proof) = facts.proofs.of_pin(pin) else { return };
    let style = match proof.status {
        Status::Answered => DIM,
        Status::Throttled => NOTICE,
        Status::Stopped | Status::TimedOut | Status::Unreachable => BAD,
    };
    sheet.below(style, &format!("probed {} ago: {}", rough(facts.now.duration_since(proof.at)), proof.words()));
    if let Some(fix) = &proof.fix {
        sheet.below(DIM, fix);
    }
}

/// Who answers, and the variable that decides it.
fn headline(sheet: &mut Sheet<'_>, facts: &Facts) {
    let configuration = &facts.configuration;
    let switch = match configuration.provider {
        Provider::Bedrock | Provider::Anthropic => vars::USE_BEDROCK,
        Provider::Mantle => vars::USE_MANTLE,
        Provider::Foundry => vars::USE_FOUNDRY,
        Provider::Vertex => vars::USE_VERTEX,
        Provider::AnthropicAws => vars::USE_ANTHROPIC_AWS,
    };
    sheet.paragraph(&styled(BOLD, &format!("Claude Code answers from {}", provider_words(configuration.provider))));
    if let Some(found) = &configuration.provider_switch {
        let place = match &found.source {
            Source::Variable(_) => "the shell's environment".to_owned(),
            source => source_words(source, sheet.home).unwrap_or_default(),
        };
        sheet.aside(2, &format!("because {switch} is {} in {place}", found.value));
        sheet.overrides(2, found, false);
    } else {
        sheet.aside(2, &format!("because no provider is switched on ({switch} is unset)"));
        sheet.aside(
            2,
            if facts.ignores_settings {
                "as far as Claude Code reads its settings: mend the file that is named below first"
            } else {
                "`claude-bedrock setup` switches Amazon Bedrock on"
            },
        );
    }
}

/// Where answers come from, as it stands behind `from`.
#[must_use]
pub fn provider_words(provider: Provider) -> &'static str {
    match provider {
        Provider::Bedrock => "Amazon Bedrock",
        Provider::Mantle => "Amazon Bedrock's Messages API (Mantle)",
        Provider::Foundry => "Microsoft Foundry",
        Provider::Vertex => "Google Vertex AI",
        Provider::AnthropicAws => "Claude Platform on AWS",
        Provider::Anthropic => "Anthropic, not from Amazon Bedrock",
    }
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

fn lifetimes(sheet: &mut Sheet<'_>, facts: &Facts) {
    if let Some(session) = &facts.session {
        sheet.fact("SSO session", &session.name);
        sheet.fact("access token", &token_words(session, facts.now));
        if let Some(end) = session.registration_expires_at {
            sheet.fact("client registration", &until(end, facts.now));
        }
    }
    let credentials = match facts.credentials_expire_at {
        Some(end) => until(end, facts.now),
        None => styled(DIM, "none cached; fetched when needed"),
    };
    sheet.fact("role credentials", &credentials);
}

fn token_words(session: &SessionFacts, now: Timestamp) -> String {
    match (session.expires_at, session.renewable) {
        (None, _) => styled(BAD, "nobody is signed in"),
        (Some(end), true) => format!("{}, renews itself", until(end, now)),
        (Some(end), false) if end > now => format!("{}, {}", until(end, now), styled(NOTICE, "cannot renew itself")),
        (Some(end), false) => format!("{}, cannot renew itself: a new sign-in is needed", until(end, now)),
    }
}

/// `until 2026-11-20 15:04 CET (in 52 min)`, or that it is over.
pub(super) fn until(end: Timestamp, now: Timestamp) -> String {
    let left = end.duration_since(now);
    let moment = on_the_wall(end);
    if left.is_positive() {
        format!("until {moment} (in {})", rough(left))
    } else {
        styled(BAD, &format!("ended {moment} ({} ago)", rough(left.abs())))
    }
}

/// A duration in the one or two units that matter.
pub(crate) fn rough(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    match (minutes / (24 * 60), minutes / 60, minutes) {
        (days, ..) if days >= 2 => format!("{days} days"),
        (_, hours, _) if hours >= 2 => format!("{hours} h {:02} min", minutes % 60),
        (.., minutes) if minutes >= 1 => format!("{minutes} min"),
        _ => format!("{} s", duration.as_secs()),
    }
}

/// A name and a value, aligned with the others.
pub(super) fn pair(text: &mut String, name: &str, value: &str) {
    // Padded by characters; the names are ours.
    text.extend(["  ", name, &" ".repeat(20_usize.saturating_sub(name.len())), value, "\n"]);
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

/// The same below the name of their file; nothing where there is nothing to say of it.
#[must_use]
pub fn changes_of(file: &str, plan: &Plan) -> String {
    if plan.is_empty() && plan.kept.is_empty() {
        String::new()
    } else {
        format!("{}\n{}", styled(BOLD, file), changes(plan))
    }
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
    let wanted = kept.wish.json().map_or("absent".to_owned(), |value| shown(key, &value));
    format!("  {key}: {}  (wanted: {wanted})", shown(key, &kept.current))
}
