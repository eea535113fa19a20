//! Our client registration with IAM Identity Center, kept where the AWS CLI keeps its own: either can use the other's.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use aws_sdk_ssooidc::Client;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::aws::call::{self, CallError};
use crate::aws::profile::{ACCOUNT_ACCESS, SsoProfile};
use crate::aws::session::{SessionError, format_time, parse_time};
use crate::private_file;
use crate::world::World;

use super::SignInError;

/// The redirect address that is registered: without a port, which is chosen at each sign-in.
pub(super) const REDIRECT: &str = "http://127.0.0.1/oauth/callback";

/// A registration with less than this left is not used: the sign-in could not renew itself for as long as it might, and
/// whoever was told of the end and signed in again would be told again. They last 90 days and cost one request.
const LEAST_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A client of the token service.
#[derive(Debug, Clone)]
pub(super) struct Registration {
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) expires_at: Timestamp,
}

/// The file's form, the AWS CLI's. `grantTypes` tells the two flows' registrations apart.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    client_id: String,
    client_secret: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_types: Option<Vec<String>>,
}

/// Which flow a registration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// A browser that calls back.
    Callback,
    /// A code.
    Code,
}

/// Whether a registration that ends then is not used for another sign-in.
pub(super) fn is_short(end: Timestamp, now: Timestamp) -> bool {
    end <= now + LEAST_LIFE
}

/// A registration for the flow: the cached one while it lasts, else a new one.
pub(super) async fn obtain(
    world: &World,
    client: &Client,
    sso: &SsoProfile,
    flow: Flow,
) -> Result<Registration, SignInError> {
    let path = path(world, sso);
    if let Some(known) = cached(&path, flow).filter(|known| !is_short(known.expires_at, world.now())) {
        return Ok(known);
    }
    let scopes = scopes(sso, flow);
    let name = format!("claude-bedrock-{}", sso.session_name.as_deref().unwrap_or("legacy"));
    let mut request = client.register_client().client_name(name).client_type("public").set_scopes(scopes.clone());
    if flow == Flow::Callback {
        request = request
            .grant_types("authorization_code")
            .grant_types("refresh_token")
            .redirect_uris(REDIRECT)
            .issuer_url(&sso.start_url);
    }
    let answer = request.send().await.map_err(|error| call::error("AWS IAM Identity Center", &error))?;
    let registration = Registration {
        client_id: answer.client_id.unwrap_or_default(),
        client_secret: answer.client_secret.unwrap_or_default().into(),
        expires_at: Timestamp::from_second(answer.client_secret_expires_at).unwrap_or_else(|_| world.now()),
    };
    keep(&path, &registration, scopes, flow)?;
    Ok(registration)
}

/// Forgets a cached registration that the service does not know any more, unless another client has replaced it.
pub(super) fn forget(world: &World, sso: &SsoProfile, refused: &Registration, flow: Flow) {
    let path = path(world, sso);
    if cached(&path, flow).is_some_and(|cached| cached.client_id == refused.client_id) {
        // One that cannot be removed is refused once more.
        let _ = private_file::remove(&path);
    }
}

/// Whether an error says that the service does not know the client.
pub(super) fn is_refused(error: &CallError) -> bool {
    matches!(error.code(), Some("InvalidClientException" | "UnauthorizedClientException"))
}

fn keep(path: &Path, registration: &Registration, scopes: Option<Vec<String>>, flow: Flow) -> Result<(), SignInError> {
    let grants = ["authorization_code", "refresh_token"].map(str::to_owned).to_vec();
    let file = File {
        client_id: registration.client_id.clone(),
        client_secret: registration.client_secret.expose_secret().to_owned(),
        expires_at: format_time(registration.expires_at),
        scopes,
        grant_types: (flow == Flow::Callback).then_some(grants),
    };
    let text = serde_json::to_vec(&file).unwrap_or_default();
    private_file::write(path, &text).map_err(|error| SessionError::File(error.to_string()).into())
}

fn cached(path: &Path, flow: Flow) -> Option<Registration> {
    let file: File = serde_json::from_slice(&private_file::read(path).ok()??).ok()?;
    let is_for_callback = file.grant_types.is_some();
    (is_for_callback == (flow == Flow::Callback)).then_some(())?;
    let expires_at = parse_time(&file.expires_at)?;
    Some(Registration { client_id: file.client_id, client_secret: file.client_secret.into(), expires_at })
}

fn scopes(sso: &SsoProfile, flow: Flow) -> Option<Vec<String>> {
    match (sso.registration_scopes.as_slice(), flow) {
        // Without a scope the callback flow is refused, and a sign-in by code is not renewable. The AWS CLI registers
        // none for a code; a session named as one wants to be renewed.
        ([], Flow::Code) if sso.session_name.is_none() => None,
        ([], _) => Some(vec![ACCOUNT_ACCESS.to_owned()]),
        (scopes, _) => Some(scopes.to_vec()),
    }
}

/// The registration's file, as the AWS CLI names it: the hash of a JSON text in Python's own spelling.
fn path(world: &World, sso: &SsoProfile) -> PathBuf {
    let mut name = format!("{:x}", Sha1::digest(cache_text(sso)));
    name.push_str(".json");
    world.below_home(Path::new(".aws/sso/cache").join(name))
}

fn cache_text(sso: &SsoProfile) -> String {
    let scopes = match sso.registration_scopes.as_slice() {
        [] => "null".to_owned(),
        scopes => format!("[{}]", scopes.iter().map(|scope| python_json(scope)).collect::<Vec<_>>().join(", ")),
    };
    let session = sso.session_name.as_deref().map_or("null".to_owned(), python_json);
    format!(
        r#"{{"region": {}, "scopes": {scopes}, "session_name": {session}, "startUrl": {}, "tool": "botocore"}}"#,
        python_json(&sso.region),
        python_json(&sso.start_url)
    )
}

/// A string as `json.dumps` writes it: everything beyond ASCII escaped.
pub(in crate::aws) fn python_json(text: &str) -> String {
    let plain = serde_json::to_string(text).unwrap_or_default();
    let mut escaped = String::new();
    for character in plain.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(session: Option<&str>, scopes: &[&str]) -> SsoProfile {
        SsoProfile {
            session_name: session.map(str::to_owned),
            start_url: "https://d-1234567890.awsapps.com/start".into(),
            region: "us-east-1".into(),
            account_id: String::new(),
            role_name: String::new(),
            registration_scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            token_cache_key: String::new(),
            found_by_claude_code: true,
        }
    }

    fn name(sso: &SsoProfile) -> String {
        format!("{:x}", Sha1::digest(cache_text(sso)))
    }

    #[test]
    fn files_are_named_as_the_aws_cli_names_them() {
        let scope = "sso:account:access";
        assert_eq!(name(&profile(Some("corp"), &[scope])), "bc8a1afdb0f5cdc2c789b8a6cd51898e2be3c37c");
        assert_eq!(name(&profile(None, &[])), "365414a68be7c9bfc776c660981dbdbd942acea4");
        let two = profile(Some("corp"), &[scope, "codewhisperer:completions"]);
        assert_eq!(name(&two), "11fe633be4cdab70e547d24a429e91c569f180de");
        assert_eq!(name(&profile(Some("équipe"), &[scope])), "6a570cfca0944b4a563c97f7600f102ce2fa2755");
    }
}
