//! `credentials`: one document on standard output and nothing else.

use secrecy::ExposeSecret;

use crate::ask;
use crate::aws::api_key;
use crate::aws::credentials::{self, CacheKey, Credentials, CredentialsError};
use crate::aws::files::{self, AwsFiles};
use crate::aws::sign_in::Wish;
use crate::cli::{CredentialsArgs, Global};
use crate::commands::principal::named_region;
use crate::commands::sign_in;
use crate::configuration;
use crate::credential_document;
use crate::error::{Exit, Failure, UNREACHABLE_HINT};
use crate::helper_command::UNUSABLE_DOCUMENT;
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &CredentialsArgs) -> Result<(), Failure> {
    let outcome = resolve(world, ui, global, args);
    let document = match outcome {
        Ok(credentials) => document(world, global, args, &credentials)?,
        // Claude Code takes another identity when the export fails; AWS refusing these keys is what must happen.
        Err(failure) if args.sign_in => {
            ui.failure_for_person(&failure);
            UNUSABLE_DOCUMENT.to_owned()
        }
        Err(failure) => return Err(in_one_line(failure)),
    };
    ui.answer_verbatim(&(document + "\n"))
}

/// What runs this as its `credential_process` shows one line at best: that somebody has to sign in is told in one, with
/// what to run.
fn in_one_line(failure: Failure) -> Failure {
    match (failure.exit, failure.hints.as_slice()) {
        (Exit::SignedOut, [hint]) => Failure::signed_out(format!("{}: {hint}", failure.message)),
        _ => failure,
    }
}

fn resolve(world: &World, ui: Ui, global: &Global, args: &CredentialsArgs) -> Result<Credentials, Failure> {
    let files = files::read(world);
    let profile = match &global.profile {
        Some(profile) => profile.clone(),
        None => configured_profile(world, &files)?,
    };
    let resolve = || credentials::resolve(world, &files, &profile, args.min_ttl);
    match resolve() {
        Ok(cached) if args.sign_in && is_asked_for_again(world, &files, &profile, &cached) => {
            Ok(credentials::renew(world, &files, &profile).unwrap_or(cached))
        }
        Err(error) if args.sign_in && error.needs_sign_in() => {
            let _watch = ask::watch(ui);
            sign_in::for_profile(world, ui, &files, &profile, &error, Wish::IfNeeded)?;
            resolve().map_err(|error| explain(&error, &profile))
        }
        other => other.map_err(|error| explain(&error, &profile)),
    }
}

/// Whether the session of Claude Code that asks was given these before: it asks again ten minutes before they end at the
/// earliest, or after AWS has refused them.
fn is_asked_for_again(world: &World, files: &AwsFiles, profile: &str, cached: &Credentials) -> bool {
    let Some(session) = world.var(vars::MESSAGING_SOCKET) else { return false };
    CacheKey::of(world, files, profile).is_some_and(|key| credentials::was_handed(world, &key, cached, session))
}

/// The profile Claude Code is configured with, else the ambient one.
pub(super) fn configured_profile(world: &World, files: &AwsFiles) -> Result<String, Failure> {
    let settings = Settings::read(world);
    let configuration = configuration::judge(world, &settings, &files.profiles, None);
    configuration.profile.map(|found| found.value).ok_or_else(|| none_configured(files))
}

/// No profile is configured; those there are can be named.
pub(super) fn none_configured(files: &AwsFiles) -> Failure {
    const NAMED: usize = 4;
    let names: Vec<String> = files.profiles.profiles().map(|profile| format!("`{}`", profile.name)).collect();
    let there = match names.len() {
        0 => String::new(),
        1 => format!(" ({} is there)", names[0]),
        2..=NAMED => format!(" ({} are there)", names.join(", ")),
        count => format!(" ({} and {} more are there)", names[..NAMED].join(", "), count - NAMED),
    };
    let failure = Failure::refused("no AWS profile is configured");
    files
        .problems
        .iter()
        .cloned()
        .fold(failure, Failure::hint)
        .hint(format!("name one with `--profile NAME`{there}, or run `claude-bedrock setup`"))
}

/// What to do about a profile that is not there.
pub(super) fn other_profiles(meant: Option<&str>) -> String {
    let meant = meant.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
    format!("{meant}`claude-bedrock profiles` lists those there are")
}

/// An error about a profile's credentials, with its exit code and what to do.
pub(super) fn explain(error: &CredentialsError, profile: &str) -> Failure {
    if error.needs_sign_in() {
        // Of a chain of profiles, the one that holds the sign-in.
        let profile = error.failing_profile().unwrap_or(profile);
        let quoted = shlex::try_quote(profile).unwrap_or_else(|_| profile.into());
        return Failure::signed_out(error.to_string()).hint(if error.is_about_console_login() {
            format!("run `aws login --profile {quoted}`, then try again")
        } else {
            format!("run `claude-bedrock login --profile {quoted}` to sign in")
        });
    }
    match error.innermost() {
        CredentialsError::NoProfile { meant, looked_in, .. } => {
            let failure = Failure::refused(error.to_string());
            looked_in.problems.iter().cloned().fold(failure, Failure::hint).hint(other_profiles(meant.as_deref()))
        }
        CredentialsError::Incomplete { .. } => Failure::refused(error.to_string()),
        _ => match error.call() {
            Some(call) if call.code().is_none() => Failure::failed(error.to_string()).hint(UNREACHABLE_HINT),
            _ => Failure::failed(error.to_string()),
        },
    }
}

fn document(
    world: &World,
    global: &Global,
    args: &CredentialsArgs,
    credentials: &Credentials,
) -> Result<String, Failure> {
    let rendered = credential_document::render(credentials, args.format);
    if let Some(document) = rendered.map_err(|error| Failure::failed(error.to_string()))? {
        return Ok(document);
    }
    let files = files::read(world);
    let settings = Settings::read(world);
    let profile = global.profile.as_deref();
    let configured = configuration::judge(world, &settings, &files.profiles, profile).region.value;
    let region = global.region.as_deref().map_or(Ok(configured.as_str()), named_region)?;
    let key = api_key::mint(credentials, region, world.now(), args.ttl.unwrap_or(api_key::LONGEST));
    Ok(key.map_err(|error| Failure::failed(error.to_string()))?.expose_secret().to_owned())
}
