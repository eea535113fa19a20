//! What the JavaScript SDK finds in awkward files, as it was observed.

mod kinds;
mod precedence;
mod secrets;
mod sections;

use std::path::Path;

use proptest::prelude::*;

use super::{CliReading, ProfileFiles, Source, SourceFile, differences, lints, token_cache_file_name};

fn both(config: &str, credentials: &str) -> ProfileFiles {
    ProfileFiles::parse(
        Some((Path::new("/home/me/.aws/config"), config)),
        Some((Path::new("/home/me/.aws/credentials"), credentials)),
    )
}

fn config(text: &str) -> ProfileFiles {
    ProfileFiles::parse(Some((Path::new("/home/me/.aws/config"), text)), None)
}

/// Renders what was read, one key a line; a profile that Claude Code does not
/// find carries a `?`.
fn rendered(files: &ProfileFiles) -> String {
    let profiles = files.profiles().flat_map(|profile| {
        let mark = if profile.found_by_claude_code { "" } else { "?" };
        let name = &profile.name;
        let keys = profile.keys();
        keys.map(move |(key, value)| format!("{name}{mark}: {key}={}\n", value.text))
    });
    let sessions = files.sso_sessions().flat_map(|session| {
        let mark = if session.found_by_claude_code { "" } else { "?" };
        let name = &session.name;
        let keys = session.keys();
        keys.map(move |(key, value)| format!("sso {name}{mark}: {key}={}\n", value.text))
    });
    profiles.chain(sessions).collect()
}

#[test]
fn token_cache_files_are_named_by_sha1() {
    for (key, name) in [
        ("corp", "ee0bfd2552fbd840c02cc48b6e823320543c450f.json"),
        ("https://d-1234567890.awsapps.com/start", "7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json"),
        ("équipe", "e85e3a0d6d7c5e4114d817fccf50b403c11e9b7f.json"),
    ] {
        assert_eq!(token_cache_file_name(key), name);
    }
}

#[test]
fn paths_are_kept_for_the_files_that_exist() {
    use super::SourceFile::{Config, Credentials};

    let files = config("");
    assert_eq!(files.path(Config), Some(Path::new("/home/me/.aws/config")));
    assert_eq!(files.path(Credentials), None);
    assert_eq!(ProfileFiles::parse(None, None), ProfileFiles::default());
}

proptest! {
    #[test]
    fn no_text_panics(config in any::<String>(), credentials in any::<String>()) {
        exercise(&both(&config, &credentials));
        judge(&config, &credentials);
    }

    #[test]
    fn no_text_made_of_telling_parts_panics(
        config in prop::collection::vec(part(), 0..40),
        credentials in prop::collection::vec(part(), 0..40),
    ) {
        exercise(&both(&config.concat(), &credentials.concat()));
        judge(&config.concat(), &credentials.concat());
    }
}

fn part() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "[",
        "]",
        "\"",
        "'",
        "\\",
        " ",
        "\n",
        "\r\n",
        "=",
        "#",
        ";",
        "\u{feff}",
        "\u{85}",
        "é",
        "[profile ",
        "[sso-session ",
        "[default]\n",
        "__proto__",
        "a",
        "sso_session",
        "role_arn",
        "sso_start_url",
        "profile.",
        "s3 =\n",
        "  k = v\n",
    ])
}

/// Looks for what is wrong, which must be found where the AWS CLI refuses a file; no difference is without a sense.
fn judge(config: &str, credentials: &str) {
    let files = both(config, credentials);
    let cli = CliReading::of(Some(config.as_bytes()), Some(credentials.as_bytes()));
    let sources = [(SourceFile::Config, config), (SourceFile::Credentials, credentials)];
    let sources = sources.map(|(file, text)| Source { file, bytes: text.as_bytes() });
    let found = lints(&files, &cli, &sources);
    for (file, _) in &cli.refused {
        let is_told = found.iter().any(|lint| lint.file == *file && lint.stops_aws_cli());
        assert!(is_told, "{config:?} {credentials:?}");
    }
    let lines = |file| if file == SourceFile::Config { config } else { credentials }.split(['\n', '\r']).count();
    assert!(found.iter().all(|lint| lint.line >= 1 && lint.line <= lines(lint.file)), "{found:?}");
    for name in files.profiles().map(|profile| profile.name.as_str()).chain(cli.profiles().map(|(name, _)| name)) {
        if let Some(difference) = differences(&files, &cli, name) {
            assert!(difference.claude_code != difference.aws_cli || !difference.keys.is_empty());
        }
    }
}

/// Calls everything, and checks what must hold for any text.
fn exercise(files: &ProfileFiles) {
    for profile in files.profiles() {
        assert_eq!(files.profile(&profile.name), Some(profile));
        assert!(
            profile.keys().all(|(key, value)| { profile.get(key) == Some(value) && profile.setting(key).is_some() })
        );
        let _ = format!("{:?} {}", profile.kind(files), profile.kind(files));
    }
    for session in files.sso_sessions() {
        assert_eq!(files.sso_session(&session.name), Some(session));
        let _ = session.registration_scopes();
    }
}
