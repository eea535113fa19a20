//! Keys, tokens and clocks: credentials that are there and not good, or will not be for long.

use jiff::{SignedDuration, Timestamp};

use crate::aws::call::CallError;
use crate::aws::profile::ProfileKind;
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::{Check, Needs};
use crate::configuration::Identity;
use crate::settings::document::Key;
use crate::settings::scope::Source;
use crate::vars;
use crate::world::on_the_wall;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("A26", Needs::Endpoints, clock),
    Check::of("A21", Needs::Files, malformed_api_key),
    Check::of("A22", Needs::Files, api_key_ended),
    Check::of("A24", Needs::Files, api_key_wins),
    Check::of("A10", Needs::Files, keys_ended),
    Check::of("A11", Needs::Files, partial_keys),
    Check::of("A10", Needs::Identity, keys_refused_as_ended),
    Check::of("A11", Needs::Identity, keys_refused),
    Check::of("A23", Needs::Listing, api_key_not_allowed),
    Check::of("A12", Needs::Files, two_identities),
    Check::of("A25", Needs::Files, keys_of_a_run),
    Check::of("A27", Needs::Files, keys_that_cannot_renew),
    Check::of("A28", Needs::Files, no_helper),
];

/// AWS takes no request that is five minutes off.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(4);

fn clock(facts: &Facts) -> Vec<Finding> {
    let off = facts.online.endpoints.iter().find_map(|endpoint| {
        let reached = endpoint.reached.seen()?;
        let skew = reached.date?.duration_since(reached.at);
        (skew.abs() > MOST_SKEW).then_some((endpoint, skew))
    });
    let Some((endpoint, skew)) = off else { return Vec::new() };
    let direction = if skew.is_positive() { "behind" } else { "ahead" };
    let title =
        format!("this machine's clock is {} min {direction}, and AWS refuses its requests", skew.abs().as_mins());
    let fix = Fix::explain("set the clock; in WSL `sudo hwclock -s`, elsewhere switch time synchronisation on");
    let answer = format!("Date {} min {direction} of ours", skew.abs().as_mins());
    vec![Finding::error("A26", title, fix).seen([evidence::call(endpoint.service, &answer)])]
}

/// A Bedrock API key, and where it is set.
fn api_key(facts: &Facts) -> Option<&crate::settings::scope::Found> {
    match &facts.configuration.identity {
        Identity::ApiKey(found) if facts.is_bedrock() => Some(found),
        _ => None,
    }
}

fn malformed_api_key(facts: &Facts) -> Vec<Finding> {
    let Some(found) = api_key(facts) else { return Vec::new() };
    let known = ["ABSK", "bedrock-api-key-"].iter().any(|start| found.value.starts_with(start));
    if known {
        return Vec::new();
    }
    let title = format!(
        "`{}` holds no Bedrock API key: those begin with `ABSK` or `bedrock-api-key-`",
        vars::BEARER_TOKEN_BEDROCK
    );
    let fix = Fix::explain("put the key of the Bedrock console in its place, or use a profile")
        .command("claude-bedrock setup");
    vec![Finding::error("A21", title, fix).seen([evidence::found(vars::BEARER_TOKEN_BEDROCK, found)])]
}

fn api_key_ended(facts: &Facts) -> Vec<Finding> {
    let Some(found) = api_key(facts) else { return Vec::new() };
    let Some(end) = crate::aws::api_key::end_of(&found.value) else { return Vec::new() };
    let fix = || {
        Fix::explain(
            "make a new one with `claude-bedrock credentials --format bedrock-api-key`, or use a profile, \
                               which renews itself",
        )
        .command("claude-bedrock setup")
    };
    let seen =
        [evidence::found(vars::BEARER_TOKEN_BEDROCK, found), Evidence::Said(format!("it says that it ends at {end}"))];
    if end <= facts.now {
        let title = format!("the Bedrock API key ended at {}, and no API key renews itself", on_the_wall(end));
        return vec![Finding::error("A22", title, fix()).seen(seen)];
    }
    Vec::new()
}

fn api_key_wins(facts: &Facts) -> Vec<Finding> {
    let Some(found) = api_key(facts) else { return Vec::new() };
    let helper =
        [vars::CREDENTIAL_EXPORT, vars::AUTH_REFRESH].into_iter().find_map(|key| Some((key, facts.setting(key)?)));
    let of_settings = |found: &crate::settings::scope::Found| matches!(found.source, Source::Settings { .. });
    let profile = facts.variable(vars::AWS_PROFILE).filter(of_settings).map(|found| (vars::AWS_PROFILE, found));
    let Some((name, other)) = helper.or(profile) else { return Vec::new() };
    let title = format!("a Bedrock API key is set and wins: `{name}` is never used");
    let edits = evidence::edit(facts, &found.source, Key::env(vars::BEARER_TOKEN_BEDROCK), None);
    let text = if edits.is_empty() {
        format!("unset `{}` in your shell, or run `claude-bedrock setup`, which cancels it", vars::BEARER_TOKEN_BEDROCK)
    } else {
        "remove the key".to_owned()
    };
    let seen = [evidence::found(vars::BEARER_TOKEN_BEDROCK, found), evidence::found(name, &other)];
    vec![Finding::warning("A24", title, Fix::ask(text, edits)).seen(seen)]
}

/// The access key in variables that Claude Code signs with.
fn keys(facts: &Facts) -> Option<&crate::settings::scope::Found> {
    match &facts.configuration.identity {
        Identity::Keys(found) if facts.is_bedrock() => Some(found),
        _ => None,
    }
}

fn keys_ended(facts: &Facts) -> Vec<Finding> {
    let Some(found) = keys(facts) else { return Vec::new() };
    let Some(end) = facts.variable(vars::AWS_CREDENTIAL_EXPIRATION) else { return Vec::new() };
    match end.value.parse::<Timestamp>() {
        Ok(moment) if moment <= facts.now => {
            let title = format!("the access keys in the variables ended at {moment}");
            let fix = Fix::explain("export fresh ones, or use a profile, which renews itself")
                .command("claude-bedrock setup");
            let seen = [
                evidence::found(vars::AWS_CREDENTIAL_EXPIRATION, &end),
                evidence::found(vars::AWS_ACCESS_KEY_ID, found),
            ];
            vec![Finding::error("A10", title, fix).seen(seen)]
        }
        _ => Vec::new(),
    }
}

fn partial_keys(facts: &Facts) -> Vec<Finding> {
    let fix = || Fix::explain("set all parts of one set of keys, or use a profile").command("claude-bedrock setup");
    if let Some(found) = keys(facts) {
        let seen = [evidence::found(vars::AWS_ACCESS_KEY_ID, found)];
        if facts.variable(vars::AWS_SECRET_ACCESS_KEY).is_none() {
            let title = format!("`{}` is set and `{}` is not", vars::AWS_ACCESS_KEY_ID, vars::AWS_SECRET_ACCESS_KEY);
            return vec![Finding::error("A11", title, fix()).seen(seen)];
        }
        if found.value.starts_with("ASIA") && facts.variable(vars::AWS_SESSION_TOKEN).is_none() {
            let title = format!(
                "the access key in the variables is a temporary one, and `{}` is missing",
                vars::AWS_SESSION_TOKEN
            );
            return vec![Finding::error("A11", title, fix()).seen(seen)];
        }
    }
    let profile = facts.profile().filter(|_| facts.is_bedrock());
    let keys = profile.and_then(|profile| Some((profile.static_keys()?, profile.get("aws_access_key_id")?)));
    match keys {
        Some((keys, value)) if keys.access_key_id().starts_with("ASIA") && keys.session_token().is_none() => {
            let title = "the access key of the profile is a temporary one, and its session token is missing";
            let fix = Fix::explain("put `aws_session_token` beside it, or sign in another way");
            vec![Finding::error("A11", title, fix).seen([evidence::aws_value(facts, "aws_access_key_id", value)])]
        }
        _ => Vec::new(),
    }
}

/// AWS's codes for keys it does not know.
const UNKNOWN: [&str; 4] =
    ["InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException"];

fn keys_refused_as_ended(facts: &Facts) -> Vec<Finding> {
    let refused = facts.online.identity.failed();
    let Some(error) = refused.filter(|error| error.is_about_ended_keys()) else { return Vec::new() };
    let fix = match (facts.configuration.profile.as_ref(), facts.kind()) {
        // A sign-in alone would leave the cached credentials, which still look good.
        (Some(profile), Some(ProfileKind::Sso(_) | ProfileKind::LegacySso(_))) => {
            let fix = Fix::sign_in(&profile.value).command("claude-bedrock diagnose --fix --only A10");
            Fix { text: "sign in again, and forget the cached credentials".to_owned(), ..fix }
        }
        (Some(profile), _) => Fix::explain(format!("give the profile `{}` fresh credentials", profile.value)),
        (None, _) => {
            Fix::explain("export fresh ones, or use a profile, which renews itself").command("claude-bedrock setup")
        }
    };
    let seen = facts.configuration.identity.found().map(|found| evidence::found(vars::AWS_ACCESS_KEY_ID, found));
    vec![Finding::error("A10", "AWS says that the credentials have ended", fix).seen(
        seen.into_iter().filter(|_| keys(facts).is_some()).chain([evidence::call("sts:GetCallerIdentity", error)]),
    )]
}

fn keys_refused(facts: &Facts) -> Vec<Finding> {
    let is_unknown = |error: &&CallError| error.code().is_some_and(|code| UNKNOWN.contains(&code));
    let Some(error) = facts.online.identity.failed().filter(is_unknown) else { return Vec::new() };
    let fix = Fix::explain("they are mistyped, deactivated or of another partition; choose others")
        .command("claude-bedrock setup");
    let seen = keys(facts).map(|found| evidence::found(vars::AWS_ACCESS_KEY_ID, found));
    vec![
        Finding::error("A11", "AWS does not know the credentials", fix)
            .seen(seen.into_iter().chain([evidence::call("sts:GetCallerIdentity", error)])),
    ]
}

fn api_key_not_allowed(facts: &Facts) -> Vec<Finding> {
    let (Some(_), Some(error)) = (api_key(facts), facts.online.listing.failed()) else { return Vec::new() };
    let answer = error.to_string();
    if !answer.contains("CallWithBearerToken") {
        return Vec::new();
    }
    let sentence = "Please allow bedrock:CallWithBearerToken to the principal of my Bedrock API key.";
    let fix = Fix::administrator("an administrator has to allow it", sentence);
    let title = "the principal of the API key may not use API keys";
    vec![Finding::error("A23", title, fix).seen([evidence::call("bedrock:ListInferenceProfiles", error)])]
}

fn two_identities(facts: &Facts) -> Vec<Finding> {
    let Identity::Profile(profile) = &facts.configuration.identity else { return Vec::new() };
    let Some(key) = facts.variable(vars::AWS_ACCESS_KEY_ID).filter(|_| facts.is_bedrock()) else { return Vec::new() };
    let both_in_shell = matches!((&profile.source, &key.source), (Source::Variable(_), Source::Variable(_)));
    let title = "a profile and access keys are set together: Claude Code takes the profile, the AWS CLI the keys";
    let fix = Fix::explain(format!("unset `{}` or `{}`", vars::AWS_ACCESS_KEY_ID, vars::AWS_PROFILE));
    let seen = [evidence::found(vars::AWS_PROFILE, profile), evidence::found(vars::AWS_ACCESS_KEY_ID, &key)];
    let finding = if both_in_shell { Finding::warning("A12", title, fix) } else { Finding::hint("A12", title, fix) };
    vec![finding.seen(seen)]
}

fn keys_of_a_run(facts: &Facts) -> Vec<Finding> {
    let Some(found) = keys(facts) else { return Vec::new() };
    if facts.variable(vars::AWS_SESSION_TOKEN).is_none() || !facts.world.is_continuous_integration() {
        return Vec::new();
    }
    let title = "the keys of this CI run end with the role's session, and nothing renews them";
    let fix = Fix::explain("ask for a longer role session, or let the job use a web identity token file");
    vec![Finding::hint("A25", title, fix).seen([evidence::found(vars::AWS_ACCESS_KEY_ID, found)])]
}

fn keys_that_cannot_renew(facts: &Facts) -> Vec<Finding> {
    let Some(found) = keys(facts) else { return Vec::new() };
    if facts.variable(vars::AWS_SESSION_TOKEN).is_none() || facts.world.is_continuous_integration() {
        return Vec::new();
    }
    let title = "temporary keys in variables: when they end, every open session has to be started again";
    let fix = Fix::explain("use a profile, which renews itself").command("claude-bedrock setup");
    vec![Finding::hint("A27", title, fix).seen([evidence::found(vars::AWS_ACCESS_KEY_ID, found)])]
}

fn no_helper(facts: &Facts) -> Vec<Finding> {
    let uses_profile = matches!(facts.configuration.identity, Identity::Profile(_) | Identity::Ambient);
    let has_helper = facts.setting(vars::AUTH_REFRESH).is_some() || facts.setting(vars::CREDENTIAL_EXPORT).is_some();
    if !facts.is_bedrock() || !uses_profile || has_helper {
        return Vec::new();
    }
    let Some(ProfileKind::Sso(_) | ProfileKind::LegacySso(_) | ProfileKind::Login { .. }) = facts.kind() else {
        return Vec::new();
    };
    let title = "nothing signs in again when the sign-in ends: a session then stands still";
    let fix = Fix::explain("let `setup` write a helper").command("claude-bedrock setup");
    vec![Finding::hint("A28", title, fix)]
}
