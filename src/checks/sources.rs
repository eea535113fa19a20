//! Where Claude Code's credentials come from: the profile, its SSO session, and what is behind it.

mod sso;

use crate::aws::credentials::{CredentialsError, LoginError};
use crate::aws::files::AwsFiles;
use crate::aws::profile::{Call, CliReading, Lint, ProfileKind, called_profile};
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix, Severity};
use crate::checks::{Check, Needs};
use crate::configuration::Identity;
use crate::settings::document::Key;
use crate::settings::scope::{Found, Source};
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("A02", Needs::Files, lost_profile),
    Check::of("A29", Needs::Files, cli_reads_otherwise),
    Check::of("A29", Needs::Files, cli_reads_nothing),
    Check::of("A15", Needs::Files, only_cli_finds),
    Check::of("A06", Needs::Files, sso::broken_sso),
    Check::of("A18", Needs::Files, self_calling),
    Check::of("A08", Needs::Files, sso::portal_address),
    Check::of("R24", Needs::Files, sso::unreadable_cache),
    Check::of("A03", Needs::Files, sso::signed_out),
    Check::of("A04", Needs::Files, sso::ended),
    Check::of("A20", Needs::Files, console_login),
    Check::of("A01", Needs::Files, nothing_found),
    Check::of("A13", Needs::Files, shadowed),
    Check::of("A05", Needs::Files, sso::short_sign_in),
    Check::of("A14", Needs::Files, chain_limits),
];

/// So many lines of an AWS file are shown that the AWS CLI cannot read.
const MOST_LINES: usize = 5;

/// Whether the profile matters: Bedrock is on and the identity comes from it.
fn uses_profile(facts: &Facts) -> bool {
    facts.is_bedrock()
        && matches!(facts.configuration.identity, Identity::Isolated(..) | Identity::Profile(_) | Identity::Ambient)
}

pub(super) fn profile_name(facts: &Facts) -> &str {
    facts.configuration.profile.as_ref().map_or("default", |found| found.value.as_str())
}

/// Where the profile's name comes from.
pub(super) fn named_by(facts: &Facts) -> Option<Evidence> {
    let found = facts.configuration.profile.as_ref()?;
    Some(match (&found.source, &facts.configuration.identity) {
        (Source::Default, _) => {
            Evidence::Said(format!("nothing names a profile, so Claude Code takes `{}`", found.value))
        }
        (_, Identity::Isolated(command, ours)) => {
            evidence::own_command(vars::CREDENTIAL_EXPORT, command, &ours.profile)
        }
        _ => evidence::found(vars::AWS_PROFILE, found),
    })
}

/// Why the files alone say that the profile gives nothing.
fn unready(facts: &Facts) -> Option<&CredentialsError> {
    if !uses_profile(facts) {
        return None;
    }
    facts.readiness.as_ref()?.as_ref().err()
}

/// What the attempt to get credentials ended with.
pub(super) fn refusal(facts: &Facts) -> Option<&CredentialsError> {
    facts.online.credentials.failed().map(CredentialsError::innermost)
}

fn lost_profile(facts: &Facts) -> Vec<Finding> {
    let Some(CredentialsError::NoProfile { name, looked_in, .. }) = unready(facts).map(CredentialsError::innermost)
    else {
        return Vec::new();
    };
    let names: Vec<&str> = facts.files.profiles.profiles().map(|profile| profile.name.as_str()).collect();
    let near = names.iter().min_by_key(|known| strsim::levenshtein(known, name)).copied();
    let near = near.filter(|known| strsim::levenshtein(known, name) <= known.len().max(name.len()) / 2);
    let fix = match (near, facts.configuration.profile.as_ref()) {
        (Some(near), Some(found))
            if name == &found.value && matches!(facts.configuration.identity, Identity::Profile(_)) =>
        {
            let edits = evidence::edit(facts, &found.source, Key::env(vars::AWS_PROFILE), Some(near));
            Fix::ask(format!("did you mean `{near}`? Set `{}` to it", vars::AWS_PROFILE), edits)
        }
        (Some(near), _) => {
            Fix::explain(format!("did you mean `{near}`? Run `claude-bedrock setup --profile {near}`")).command(
                format!("claude-bedrock setup --profile {}", shlex::try_quote(near).unwrap_or_else(|_| near.into())),
            )
        }
        (None, _) => Fix::explain("choose a profile that exists, or create one").command("claude-bedrock setup"),
    };
    let places = format!("`{}` and `{}` do not hold it", looked_in.config, looked_in.credentials);
    let finding = Finding::error("A02", format!("the profile `{name}` does not exist"), fix)
        .seen(named_by(facts).into_iter().chain([Evidence::Said(places)]));
    let why = match &facts.configuration.identity {
        Identity::Isolated(..) => {
            "Claude Code asks this program for the credentials of that profile, which then has none to give; it never \
             uses another identity instead."
        }
        Identity::Ambient => "Nothing else gives Claude Code credentials, and that profile needs what is not there.",
        _ => return vec![finding],
    };
    vec![finding.why(why)]
}

/// The helper asks the AWS CLI for a profile that the AWS CLI does not find, or cannot read at all.
fn cli_reads_otherwise(facts: &Facts) -> Vec<Finding> {
    let Some((command, named)) = profile_of_helper(facts) else { return Vec::new() };
    let seen = evidence::found(vars::AUTH_REFRESH, &command);
    let stopping = stopping_lines(facts);
    if !stopping.is_empty() {
        let title = "the helper runs the AWS CLI, which cannot read the AWS files";
        let finding = unreadable_by_cli(facts, &stopping, title);
        let evidence = std::iter::once(seen).chain(finding.evidence).collect();
        return vec![Finding { severity: Severity::Error, evidence, ..finding }];
    }
    if facts.cli_profiles.contains(&named) {
        return Vec::new();
    }
    let title = format!("the helper runs the AWS CLI with the profile `{named}`, which it does not find");
    let fix =
        Fix::explain("name a profile that exists, or let `setup` write the helper").command("claude-bedrock setup");
    vec![Finding::error("A29", title, fix).seen([seen])]
}

/// The AWS CLI reads neither file although nothing of Claude Code's asks it to.
fn cli_reads_nothing(facts: &Facts) -> Vec<Finding> {
    let stopping = stopping_lines(facts);
    if stopping.is_empty() || !facts.is_bedrock() || profile_of_helper(facts).is_some() {
        return Vec::new();
    }
    vec![unreadable_by_cli(facts, &stopping, "every command of the AWS CLI fails, for it cannot read the AWS files")]
}

/// A helper that runs the AWS CLI, and the profile it asks that for.
fn profile_of_helper(facts: &Facts) -> Option<(Found, String)> {
    let command = facts.setting(vars::AUTH_REFRESH).filter(|_| facts.is_bedrock())?;
    let named = match called_profile(&command.value)? {
        Call::Profile(name) => name,
        Call::Ambient => profile_name(facts).to_owned(),
    };
    crate::helper_command::recognise(&command.value).is_none().then_some((command, named))
}

/// What keeps the AWS CLI from reading the files.
fn stopping_lines(facts: &Facts) -> Vec<&Lint> {
    let found: Vec<&Lint> = facts.lints.iter().filter(|lint| lint.stops_aws_cli()).collect();
    let is_refused =
        |files: &AwsFiles| !CliReading::of(files.config.as_deref(), files.credentials.as_deref()).refused.is_empty();
    if found.is_empty() || is_refused(&facts.files) { found } else { Vec::new() }
}

fn unreadable_by_cli(facts: &Facts, stopping: &[&Lint], title: &str) -> Finding {
    let fix = stopping.first().map_or_else(String::new, |lint| lint.fix.clone());
    // What is no AWS file at all has as many as it has lines.
    let shown = &stopping[..stopping.len().min(MOST_LINES)];
    let why: Vec<String> = shown.iter().map(|lint| format!("Line {}: {}.", lint.line, lint.message)).collect();
    let lines = shown.iter().map(|lint| evidence::aws_line(facts, lint.file, lint.line));
    Finding::warning("A29", title, Fix::explain(fix)).why(why.join(" ")).seen(lines)
}

/// The profile is in the file in a form that only the AWS CLI reads.
fn only_cli_finds(facts: &Facts) -> Vec<Finding> {
    let uses_directly = matches!(facts.configuration.identity, Identity::Profile(_) | Identity::Ambient);
    let profile =
        facts.profile().filter(|profile| facts.is_bedrock() && uses_directly && !profile.found_by_claude_code);
    let Some(profile) = profile else { return Vec::new() };
    let title = format!("Claude Code does not find the profile `{}`, which the AWS CLI finds", profile.name);
    let quoted = shlex::try_quote(&profile.name).unwrap_or_else(|_| profile.name.as_str().into());
    let fix = Fix::explain("let this program resolve it, or give it a plain name without quotes")
        .command(format!("claude-bedrock setup --identity isolated --profile {quoted}"));
    let files = [crate::aws::profile::SourceFile::Config, crate::aws::profile::SourceFile::Credentials];
    let lines = files.into_iter().filter_map(|file| Some(evidence::aws_line(facts, file, profile.line(file)?)));
    vec![Finding::error("A15", title, fix).seen(named_by(facts).into_iter().chain(lines))]
}

fn lint_finding(facts: &Facts, id: &'static str, lint: &Lint) -> Finding {
    Finding::error(id, lint.message.clone(), Fix::explain(lint.fix.clone()))
        .seen([evidence::aws_line(facts, lint.file, lint.line)])
}

fn self_calling(facts: &Facts) -> Vec<Finding> {
    if !uses_profile(facts) {
        return Vec::new();
    }
    let about =
        |lint: &&Lint| lint.id == "self-calling-process" && lint.profile.as_deref() == Some(profile_name(facts));
    facts.lints.iter().filter(about).map(|lint| lint_finding(facts, "A18", lint)).collect()
}

fn console_login(facts: &Facts) -> Vec<Finding> {
    let errors = [unready(facts).map(CredentialsError::innermost), refusal(facts)];
    let Some(CredentialsError::Login(error)) = errors.into_iter().flatten().next() else { return Vec::new() };
    let name = profile_name(facts);
    let quoted = shlex::try_quote(name).unwrap_or_else(|_| name.into());
    let text = match error {
        LoginError::Forbidden(_) => "ask for what is refused, then sign in with the AWS CLI",
        _ => "sign in with the AWS CLI",
    };
    let fix = Fix::explain(text).command(format!("aws login --profile {quoted}"));
    let line = facts.profile().and_then(|profile| profile.get("login_session"));
    let line = line.map(|value| evidence::aws_value(facts, "login_session", value));
    vec![Finding::error("A20", error.to_string(), fix).seen(line)]
}

/// Nothing in Claude Code's chain gives credentials, for a reason that has no id of its own.
fn nothing_found(facts: &Facts) -> Vec<Finding> {
    if !uses_profile(facts) {
        return Vec::new();
    }
    let setup = || Fix::explain("choose a profile that works, or create one").command("claude-bedrock setup");
    let Some(error) = unready(facts) else {
        let ambient =
            matches!(facts.configuration.identity, Identity::Ambient) && facts.configuration.profile.is_none();
        if !ambient || may_have_a_machine_identity(facts) {
            return Vec::new();
        }
        let seen = [
            Evidence::Said(format!("neither `{}` nor `{}` is set", vars::AWS_PROFILE, vars::AWS_ACCESS_KEY_ID)),
            Evidence::Said(format!("`{}` holds no `[default]`", facts.files.config_shown())),
        ];
        return vec![Finding::error("A01", "Claude Code finds no AWS credentials at all", setup()).seen(seen)];
    };
    let elsewhere = match error.innermost() {
        CredentialsError::NoProfile { .. } => matches!(error, CredentialsError::NoProfile { .. }),
        CredentialsError::Session(_) => sso::of_profile(facts).is_some(),
        CredentialsError::Login(_) => true,
        CredentialsError::Incomplete { .. } => !sso::broken_sso(facts).is_empty() || !self_calling(facts).is_empty(),
        _ => false,
    };
    if elsewhere {
        return Vec::new();
    }
    let fix = match error.innermost() {
        CredentialsError::Session(_) => Fix::sign_in(error.failing_profile().unwrap_or(profile_name(facts))),
        _ => setup(),
    };
    let lint = facts.lints.iter().find(|lint| {
        ["lost-source-profile", "endless-chain", "mfa", "incomplete-credentials"].contains(&lint.id)
            && lint.profile.as_deref() == Some(error.failing_profile().unwrap_or(profile_name(facts)))
    });
    let shown = lint.map(|lint| evidence::aws_line(facts, lint.file, lint.line));
    vec![Finding::error("A01", error.to_string(), fix).seen(named_by(facts).into_iter().chain(shown))]
}

/// A container or an instance may answer by itself, which files do not tell.
fn may_have_a_machine_identity(facts: &Facts) -> bool {
    let container = [vars::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, vars::AWS_CONTAINER_CREDENTIALS_FULL_URI];
    let web =
        facts.world.var(vars::AWS_WEB_IDENTITY_TOKEN_FILE).is_some() && facts.world.var(vars::AWS_ROLE_ARN).is_some();
    let disabled =
        facts.variable(vars::AWS_EC2_METADATA_DISABLED).is_some_and(|found| found.value.eq_ignore_ascii_case("true"));
    web || container.iter().any(|name| facts.world.var(name).is_some()) || (facts.place.ec2 && !disabled)
}

fn shadowed(facts: &Facts) -> Vec<Finding> {
    if !uses_profile(facts) {
        return Vec::new();
    }
    let about = |lint: &&Lint| {
        ["keys-shadow-sso", "several-sources"].contains(&lint.id)
            && lint.profile.as_deref() == Some(profile_name(facts))
    };
    // What AWS refuses is then the key, and neither the sign-in nor the profile.
    let is_refused = |lint: &Lint| lint.id == "keys-shadow-sso" && are_refused(facts);
    let lints = facts.lints.iter().filter(about);
    lints
        .map(|lint| {
            let severity = if is_refused(lint) { Severity::Error } else { Severity::Warning };
            let finding = Finding::warning("A13", lint.message.clone(), Fix::explain(lint.fix.clone()));
            Finding { severity, ..finding.seen([evidence::aws_line(facts, lint.file, lint.line)]) }
        })
        .collect()
}

/// Whether AWS refuses the credentials of the profile, or those who show them.
fn are_refused(facts: &Facts) -> bool {
    let of_profile = refusal(facts).and_then(CredentialsError::call);
    of_profile.or(facts.online.identity.failed()).is_some_and(|error| error.code().is_some())
}

fn chain_limits(facts: &Facts) -> Vec<Finding> {
    let Some(ProfileKind::AssumeRole(role)) = facts.kind().filter(|_| uses_profile(facts)) else { return Vec::new() };
    let too_long = role.duration_seconds.as_deref().and_then(|text| text.trim().parse::<u64>().ok());
    let Some(seconds) = too_long.filter(|seconds| *seconds > 3600) else { return Vec::new() };
    let is_chained = facts.profile().and_then(|profile| profile.get("source_profile")).is_some_and(|source| {
        let kind = facts.files.profiles.profile(&source.text).map(|profile| profile.kind(&facts.files.profiles));
        matches!(kind, Some(ProfileKind::Sso(_) | ProfileKind::LegacySso(_) | ProfileKind::AssumeRole(_)))
    });
    if !is_chained {
        return Vec::new();
    }
    let title = format!("a role that is assumed from another one lasts an hour at most, and {seconds} s are asked for");
    let fix = Fix::explain("set `duration_seconds = 3600`, or leave it out");
    let line = facts.profile().and_then(|profile| profile.get("duration_seconds"));
    vec![
        Finding::error("A14", title, fix).seen(line.map(|value| evidence::aws_value(facts, "duration_seconds", value))),
    ]
}
