//! The account's files in a home directory, in the form all AWS tools read.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use serde_json::json;
use sha1::{Digest, Sha1};

use crate::{
    account::{Account, Profile},
    clock,
    cloud::Cloud,
    services::new_sign_in,
    sigv4,
    tokens::{Client, Kind},
};

const PRIVATE: u32 = 0o600;

/// Writes what is missing of `~/.aws`, and touches nothing that is there.
pub(crate) fn furnish(cloud: &Cloud, home: &Path, signed_in: bool) -> io::Result<()> {
    let aws = home.join(".aws");
    create(&aws.join("config"), &config(&cloud.account))?;
    let credentials = credentials(&cloud.account);
    if !credentials.is_empty() {
        create(&aws.join("credentials"), &credentials)?;
    }
    if signed_in {
        let cache = aws.join("sso").join("cache");
        for session in &cloud.account.sso_sessions {
            create(&cache.join(token_file(&session.name)), &token(cloud))?;
        }
    }
    Ok(())
}

fn config(account: &Account) -> String {
    let mut text = String::new();
    for profile in &account.profiles {
        let header = match profile.name.as_str() {
            "default" => "default".to_owned(),
            name => format!("profile {name}"),
        };
        section(&mut text, &header, &profile_keys(profile));
    }
    let center = &account.identity_center;
    for session in &account.sso_sessions {
        let mut keys = vec![("sso_start_url", center.start_url.as_str()), ("sso_region", center.region.as_str())];
        keys.extend(session.registration_scopes.as_deref().map(|scopes| ("sso_registration_scopes", scopes)));
        section(&mut text, &format!("sso-session {}", session.name), &keys);
    }
    text
}

fn profile_keys(profile: &Profile) -> Vec<(&str, &str)> {
    let known = [
        ("sso_session", &profile.sso_session),
        ("sso_account_id", &profile.account_id),
        ("sso_role_name", &profile.role_name),
        ("region", &profile.region),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    let settings = profile.settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    known.chain(settings).collect()
}

fn credentials(account: &Account) -> String {
    let mut text = String::new();
    for profile in &account.profiles {
        let user = account.users().find(|(_, user)| profile.user.as_ref() == Some(&user.name));
        let key = user.and_then(|(_, user)| Some((user.access_key_id.as_deref()?, user.secret_access_key.as_deref()?)));
        if let Some((id, secret)) = key {
            let keys = [("aws_access_key_id", id), ("aws_secret_access_key", secret)];
            section(&mut text, &profile.name, &keys);
        }
    }
    text
}

fn section(text: &mut String, header: &str, keys: &[(&str, &str)]) {
    writeln!(text, "[{header}]").expect("a text takes everything");
    for (key, value) in keys {
        writeln!(text, "{key} = {value}").expect("a text takes everything");
    }
}

/// The name all tools look for: the SHA-1 of the session's name.
fn token_file(session: &str) -> String {
    format!("{}.json", sigv4::hexadecimal(&Sha1::digest(session)))
}

/// The file `aws sso login` leaves behind: one line, in the CLI's order of keys.
fn token(cloud: &Cloud) -> String {
    let center = &cloud.account.identity_center;
    let client = Client {
        id: cloud.mint.nonce(),
        expires: cloud.now() + center.client_lifetime,
        redirect_uris: Vec::new(),
        scopes: vec!["sso:account:access".to_owned()],
        grant_types: Vec::new(),
    };
    let sign_in = new_sign_in(cloud, &client.id);
    let fields = [
        ("startUrl", center.start_url.clone()),
        ("region", center.region.clone()),
        ("accessToken", cloud.mint.seal(Kind::Access, &sign_in)),
        ("expiresAt", clock::to_the_second(sign_in.expires)),
        ("clientId", client.id.clone()),
        ("clientSecret", cloud.mint.seal(Kind::Client, &client)),
        ("registrationExpiresAt", clock::to_the_second(client.expires)),
        ("refreshToken", cloud.mint.seal(Kind::Refresh, &sign_in)),
    ];
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}: {}", json!(key), json!(value))).collect();
    format!("{{{}}}", fields.join(", "))
}

/// Creates a private file with its folders, unless it exists.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match options.open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_is_the_portable_one() {
        let expected = "[profile work]\n\
                        sso_session = work\n\
                        sso_account_id = 111122223333\n\
                        sso_role_name = BedrockDeveloper\n\
                        region = us-west-2\n\
                        [sso-session work]\n\
                        sso_start_url = https://d-9067642ac7.awsapps.com/start\n\
                        sso_region = us-east-1\n\
                        sso_registration_scopes = sso:account:access\n";
        assert_eq!(config(&Account::default()), expected);
        assert_eq!(credentials(&Account::default()), "");
    }

    #[test]
    fn a_token_file_is_named_after_its_session() {
        assert_eq!(token_file("corp"), "ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    }
}
