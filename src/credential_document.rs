//! The documents `credentials` prints, each quoted for who reads it. Pure.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::assignment::{Inexpressible, Syntax};
use crate::aws::credentials::Credentials;
use crate::cli::CredentialsFormat;
use crate::vars;

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

/// The credentials in a format; `None` for the API key, which is no rendering of them.
///
/// # Errors
/// [`Inexpressible`], for what no AWS key has in it but a program may have printed.
pub fn render(credentials: &Credentials, format: CredentialsFormat) -> Result<Option<String>, Inexpressible> {
    let keys = Keys {
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose_secret(),
        session_token: credentials.session_token.expose_secret(),
        expiration: whole_seconds(credentials.expiration),
    };
    Ok(match format {
        CredentialsFormat::Claude => serde_json::to_string(&Nested { credentials: keys }).ok(),
        CredentialsFormat::Process => serde_json::to_string(&Flat { version: 1, keys }).ok(),
        CredentialsFormat::BedrockApiKey => None,
        shell => {
            let lines = variables(&keys).into_iter().map(|(name, value)| syntax(shell).set(name, value));
            Some(lines.collect::<Result<Vec<_>, _>>()?.join("\n"))
        }
    })
}

/// The names the AWS CLI exports credentials under.
fn variables<'a>(keys: &'a Keys<'_>) -> [(&'static str, &'a str); 4] {
    [
        (vars::AWS_ACCESS_KEY_ID, keys.access_key_id),
        (vars::AWS_SECRET_ACCESS_KEY, keys.secret_access_key),
        (vars::AWS_SESSION_TOKEN, keys.session_token),
        (vars::AWS_CREDENTIAL_EXPIRATION, &keys.expiration),
    ]
}

/// The syntax of the formats that are lines for a shell.
fn syntax(format: CredentialsFormat) -> Syntax {
    match format {
        CredentialsFormat::Fish => Syntax::Fish,
        CredentialsFormat::Powershell => Syntax::Powershell,
        CredentialsFormat::Cmd => Syntax::Cmd,
        CredentialsFormat::Dotenv => Syntax::Dotenv,
        _ => Syntax::Sh,
    }
}

/// The form every SDK reads.
fn whole_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(format: CredentialsFormat) -> String {
        with_token("it's=$(x)", format)
    }

    fn with_token(token: &str, format: CredentialsFormat) -> String {
        let credentials = Credentials {
            access_key_id: "ASIA1".into(),
            secret_access_key: "a/b+c".to_owned().into(),
            session_token: token.to_owned().into(),
            expiration: "2026-11-20T23:03:14.5Z".parse().expect("a time"),
        };
        render(&credentials, format).expect("expressible").expect("a rendering")
    }

    #[test]
    fn each_reader_gets_its_own_quoting() {
        assert!(rendered(CredentialsFormat::Env).contains("export AWS_SESSION_TOKEN='it'\\''s=$(x)'\n"));
        assert!(rendered(CredentialsFormat::Fish).contains("set -gx AWS_SESSION_TOKEN 'it\\'s=$(x)';\n"));
        assert!(rendered(CredentialsFormat::Powershell).contains("$Env:AWS_SESSION_TOKEN = 'it''s=$(x)'\n"));
        assert!(rendered(CredentialsFormat::Cmd).contains("set \"AWS_SECRET_ACCESS_KEY=a/b+c\"\n"));
        let dotenv = with_token("its=$(x)", CredentialsFormat::Dotenv);
        assert!(dotenv.ends_with("AWS_SESSION_TOKEN='its=$(x)'\nAWS_CREDENTIAL_EXPIRATION=2026-11-20T23:03:14Z"));
    }

    #[test]
    #[cfg(unix)]
    fn a_real_shell_takes_the_values_as_they_are() {
        let script = format!("{}\nprintf %s \"$AWS_SESSION_TOKEN\"", rendered(CredentialsFormat::Env));
        let output = std::process::Command::new("/bin/sh").arg("-c").arg(script).output().expect("sh runs");
        assert_eq!(output.stdout, b"it's=$(x)");
    }
}
