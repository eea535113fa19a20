//! SSO profiles and sessions that are incomplete, or whose sign-in does not last.

use crate::aws::profile::{
    ACCOUNT_ACCESS, Gap, Profile, ProfileFiles, ProfileKind, SourceFile, SsoProfile, SsoSession,
};
use crate::aws_config::{Change, Upgrade, is_portable_name, session_section};
use crate::checks::configuration::region_fault;
use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Fix, FixKind};

use super::{Draft, edit, headers};

/// The key for the scope with which a sign-in renews itself.
const SCOPES: &str = "sso_registration_scopes";

/// How many slips of a key make another name of it.
const SLIPS: usize = 2;

/// A sign-in that lasts: the profile moved to a session, or the session's scope added, and signed in once more.
pub(super) fn lasting(facts: &Facts) -> Option<Fix> {
    let profile = facts.profile()?;
    match facts.kind()? {
        ProfileKind::LegacySso(sso) => upgraded(facts, profile, &sso),
        ProfileKind::Sso(sso) => renewing(facts, profile, &sso),
        _ => None,
    }
}

fn upgraded(facts: &Facts, profile: &Profile, sso: &SsoProfile) -> Option<Fix> {
    Upgrade::plan(&facts.files, profile, sso).ok()?;
    let name = &profile.name;
    let quoted = shlex::try_quote(name).unwrap_or_else(|_| name.as_str().into());
    Some(Fix {
        kind: FixKind::Ask,
        command: Some(format!("claude-bedrock refresh --upgrade --profile {quoted}")),
        action: Some(Action::Upgrade { profile: name.clone() }),
        ..Fix::explain("move it to an SSO session, whose sign-in renews itself, and sign in once")
    })
}

fn renewing(facts: &Facts, profile: &Profile, sso: &SsoProfile) -> Option<Fix> {
    let name = sso.session_name.as_deref()?;
    let session = facts.files.profiles.sso_session(name)?;
    if session.registration_scopes().iter().any(|scope| scope == ACCOUNT_ACCESS) {
        let fix = Fix::sign_in(&profile.name);
        let action = Some(Action::SignIn { profile: profile.name.clone(), anew: true });
        return Some(Fix { text: "sign in once more; the next sign-in renews itself".into(), action, ..fix });
    }
    let (line, change) = match session.get(SCOPES) {
        Some(value) => {
            (value.line, Change::Value { was: value.text.clone(), is: format!("{}, {ACCOUNT_ACCESS}", value.text) })
        }
        None => (last_line(session), Change::Below(vec![format!("{SCOPES} = {ACCOUNT_ACCESS}")])),
    };
    let text = format!("ask for the scope `{ACCOUNT_ACCESS}` in `[sso-session {name}]`, and sign in once");
    let about = users(&facts.files.profiles, name);
    Draft::new(FixKind::Ask, text, vec![edit(SourceFile::Config, line, change)], &about)
        .then_sign_in(&profile.name, true)
        .fix(facts, |after| {
            let scopes = after.sso_session(name).map(SsoSession::registration_scopes);
            scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == ACCOUNT_ACCESS))
        })
}

/// The profiles that sign in to a session.
fn users<'a>(files: &'a ProfileFiles, session: &str) -> Vec<&'a str> {
    let uses = |profile: &&Profile| profile.get("sso_session").is_some_and(|value| value.text == session);
    files.profiles().filter(uses).map(|profile| profile.name.as_str()).collect()
}

/// The last line of a session that says something.
fn last_line(session: &SsoSession) -> usize {
    session.keys().map(|(_, value)| value.line).max().unwrap_or(session.line)
}

/// What an incomplete SSO profile lacks.
pub(super) fn complete(facts: &Facts) -> Option<Fix> {
    let profile = facts.profile()?;
    let ProfileKind::Incomplete { reason } = facts.kind()? else { return None };
    match reason {
        Gap::NoSuchSession(name) => lost_session(facts, profile, &name),
        Gap::SsoKeys(missing) => missing_keys(facts, profile, &missing),
        _ => None,
    }
}

fn is_sso(after: &ProfileFiles, name: &str) -> bool {
    after.profile(name).is_some_and(|profile| matches!(profile.kind(after), ProfileKind::Sso(_)))
}

fn lost_session(facts: &Facts, profile: &Profile, session: &str) -> Option<Fix> {
    let files = &facts.files.profiles;
    let about = users(files, session);
    let reached = |after: &ProfileFiles| is_sso(after, &profile.name);
    // Its header is there and written in a way that nobody finds.
    if let Some((header, edit)) = headers::of_session(facts, session)
        && let Some(fix) =
            Draft::new(FixKind::Safe, format!("write `{header}`"), vec![edit], &about).fix(facts, reached)
    {
        return Some(fix);
    }
    // The profile itself says what the session would.
    let own = |key: &str| profile.get(key).map(|value| value.text.as_str());
    if let (Some(start_url), Some(region), true) = (own("sso_start_url"), own("sso_region"), is_portable_name(session))
    {
        let append = Change::Append(session_section(session, start_url, region));
        let text = format!("add `[sso-session {session}]` with what the profile says of it");
        let edits = vec![edit(SourceFile::Config, 1, append)];
        return Draft::new(FixKind::Safe, text, edits, &about).fix(facts, reached);
    }
    let near = near_session(files, session)?;
    let value = profile.get("sso_session").filter(|value| value.file == SourceFile::Config)?;
    let change = Change::Value { was: session.to_owned(), is: near.to_owned() };
    let text = format!("did you mean the session `{near}`? Name it in the profile");
    Draft::new(FixKind::Ask, text, vec![edit(value.file, value.line, change)], &[&profile.name]).fix(facts, reached)
}

/// The session that was meant: the only one there is, or the only one that is a slip away.
fn near_session<'a>(files: &'a ProfileFiles, wanted: &str) -> Option<&'a str> {
    let names: Vec<&str> = files.sso_sessions().map(|session| session.name.as_str()).collect();
    if let [only] = names[..] {
        return Some(only);
    }
    let mut near = names.into_iter().filter(|name| strsim::levenshtein(name, wanted) <= SLIPS);
    let first = near.next()?;
    near.next().is_none().then_some(first)
}

/// The start URL or the region that a session lacks, where another section of the file says it for the same portal.
fn missing_keys(facts: &Facts, profile: &Profile, missing: &[&'static str]) -> Option<Fix> {
    let [key] = *missing else { return None };
    let other_key = match key {
        "sso_region" => "sso_start_url",
        "sso_start_url" => "sso_region",
        _ => return None,
    };
    let files = &facts.files.profiles;
    let name = profile.get("sso_session")?.text.as_str();
    let session = files.sso_session(name)?;
    let known = session.get(other_key).map(|value| value.text.as_str());
    let sessions = files.sso_sessions().map(|session| (session.get(other_key), session.get(key)));
    let profiles = files.profiles().map(|profile| (profile.get(other_key), profile.get(key)));
    let mut values: Vec<&str> = sessions
        .chain(profiles)
        .filter(|(other, _)| other.map(|value| value.text.as_str()) == known)
        .filter_map(|(_, value)| Some(value?.text.as_str()))
        .collect();
    values.sort_unstable();
    values.dedup();
    let [value] = values[..] else { return None };
    let change = Change::Below(vec![format!("{key} = {value}")]);
    let text = format!("add `{key} = {value}` to `[sso-session {name}]`, as the same portal has it elsewhere");
    let edits = vec![edit(SourceFile::Config, last_line(session), change)];
    Draft::new(FixKind::Ask, text, edits, &users(files, name)).fix(facts, |after| is_sso(after, &profile.name))
}

/// A start URL without its scheme, or the region of the portal with a slip in it.
pub(super) fn portal(facts: &Facts) -> Option<Fix> {
    let files = &facts.files.profiles;
    let profile = facts.profile()?;
    let (ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) = facts.kind()? else { return None };
    let session = sso.session_name.as_deref().and_then(|name| files.sso_session(name));
    let value = |key: &str| match session {
        Some(session) => session.get(key),
        None => profile.get(key),
    };
    let (value, is) = if let Some(right) = https(&sso.start_url) {
        (value("sso_start_url")?, right)
    } else {
        let (_, meant) = region_fault("sso_region", &sso.region)?;
        (value("sso_region")?, meant?)
    };
    let about = match session {
        Some(session) => users(files, &session.name),
        None => vec![profile.name.as_str()],
    };
    let change = Change::Value { was: value.text.clone(), is: is.clone() };
    Draft::new(FixKind::Ask, format!("write `{is}`"), vec![edit(value.file, value.line, change)], &about)
        .fix(facts, |after| after.profile(&profile.name).is_some_and(|now| now.kind(after).gap().is_none()))
}

/// The address with `https://`, for one that lacks only that.
fn https(start_url: &str) -> Option<String> {
    if start_url.starts_with("https://") {
        return None;
    }
    let rest = start_url.strip_prefix("http://").unwrap_or(start_url);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = host.contains('.') && host.chars().all(|sign| sign.is_ascii_alphanumeric() || "-.".contains(sign));
    is_host.then(|| format!("https://{rest}"))
}
