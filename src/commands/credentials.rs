//! `credentials`: one document on standard output and nothing else.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::aws::credentials::{self, Credentials, CredentialsError};
use crate::aws::files;
use crate::cli::{CredentialsArgs, CredentialsFormat, Global};
use crate::configuration;
use crate::error::Failure;
use crate::helper_command::UNUSABLE_DOCUMENT;
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::world::World;

/// The document of `awsCredentialExport`: what `aws sts assume-role` prints.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Nested<'a> {
    credentials: Keys<'a>,
}

/// The document of `credential_process`, flat and with a version.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Flat<'a> {
    version: u32,
    #[serde(flatten)]
    keys: Keys<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Keys<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: String,
}

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &CredentialsArgs) -> Result<(), Failure> {
    let outcome = resolve(world, global, args);
    let document = match outcome {
        Ok(credentials) => document(&credentials, args.format),
        // Claude Code takes another identity when the export fails; AWS refusing these keys is what must happen.
        Err(failure) if args.sign_in => {
            ui.failure(&failure);
            UNUSABLE_DOCUMENT.to_owned()
        }
        Err(failure) => return Err(failure),
    };
    ui.answer_verbatim(&(document + "\n"))
}

fn resolve(world: &World, global: &Global, args: &CredentialsArgs) -> Result<Credentials, Failure> {
    let files = files::read(world);
    let profile = match &global.profile {
        Some(profile) => profile.clone(),
        None => configured_profile(world, &files)?,
    };
    credentials::resolve(world, &files, &profile, args.min_ttl).map_err(|error| explain(&error, &profile))
}

/// The profile Claude Code is configured with, else the ambient one.
pub(super) fn configured_profile(world: &World, files: &files::AwsFiles) -> Result<String, Failure> {
    let settings = Settings::read(world);
    let configuration = configuration::judge(world, &settings, &files.profiles, None);
    configuration.profile.map(|found| found.value).ok_or_else(|| {
        Failure::refused("no AWS profile is configured")
            .hint("name one with `--profile NAME`, or run `claude-bedrock setup`")
    })
}

/// An error about a profile's credentials, with its exit code and what to do.
pub(super) fn explain(error: &CredentialsError, profile: &str) -> Failure {
    if error.needs_sign_in() {
        // Of a chain of profiles, the one that holds the sign-in.
        let profile = error.failing_profile().unwrap_or(profile);
        let quoted = shlex::try_quote(profile).unwrap_or_else(|_| profile.into());
        let command = if error.is_about_console_login() { "aws login" } else { "aws sso login" };
        return Failure::signed_out(error.to_string())
            .hint(format!("sign in with `{command} --profile {quoted}`, then try again"));
    }
    match error.innermost() {
        CredentialsError::NoProfile { .. } | CredentialsError::Incomplete { .. } => Failure::refused(error.to_string()),
        _ => Failure::failed(error.to_string()),
    }
}

fn document(credentials: &Credentials, format: CredentialsFormat) -> String {
    let keys = Keys {
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose_secret(),
        session_token: credentials.session_token.expose_secret(),
        expiration: whole_seconds(credentials.expiration),
    };
    let text = match format {
        CredentialsFormat::Claude => serde_json::to_string(&Nested { credentials: keys }),
        CredentialsFormat::Process => serde_json::to_string(&Flat { version: 1, keys }),
    };
    text.unwrap_or_default()
}

/// The form every SDK reads.
fn whole_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
