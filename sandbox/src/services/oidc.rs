//! IAM Identity Center OIDC: tokens for what a person approved.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{device, pages};
use crate::{
    cloud::Cloud,
    html,
    log::Entry,
    request::{Refusal, Reply, Request},
    tokens::{Client, Code, Kind, SignIn},
};

/// An error of the service: its exception, HTTP status, OAuth code and text.
#[derive(Clone, Copy, Debug)]
pub(super) struct OauthError(pub(super) &'static str, pub(super) u16, pub(super) &'static str, pub(super) &'static str);

pub(super) const INVALID_REQUEST: OauthError =
    OauthError("InvalidRequestException", 400, "invalid_request", "Invalid request");
pub(super) const INVALID_CLIENT: OauthError =
    OauthError("InvalidClientException", 401, "invalid_client", "Invalid client provided");
pub(super) const INVALID_GRANT: OauthError =
    OauthError("InvalidGrantException", 400, "invalid_grant", "Invalid grant provided");
const INVALID_REFRESH_TOKEN: OauthError =
    OauthError("InvalidGrantException", 400, "invalid_grant", "Invalid refresh token provided");
pub(super) const UNSUPPORTED_GRANT_TYPE: OauthError =
    OauthError("UnsupportedGrantTypeException", 400, "unsupported_grant_type", "Grant type is not supported");
pub(super) const INVALID_REDIRECT_URI: OauthError =
    OauthError("InvalidRedirectUriException", 400, "invalid_redirect_uri", "Invalid redirect URI provided");
pub(super) const UNAUTHORIZED_CLIENT: OauthError = OauthError(
    "UnauthorizedClientException",
    400,
    "unauthorized_client",
    "Client is not authorized to use the requested grant type",
);

pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The grants there are.
pub(super) const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", DEVICE_CODE];

const CODE_LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

pub(super) fn create_token(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    let body = Body::read(request);
    let tokens = client_of(cloud, &body).and_then(|client| match body.text("grantType") {
        Some(known) if GRANT_TYPES.contains(&known) && !client.may_use(known) => Err(UNAUTHORIZED_CLIENT),
        Some("refresh_token") => refresh(cloud, &body, &client),
        Some("authorization_code") => redeem_code(cloud, &body, &client),
        Some(DEVICE_CODE) => device::redeem(cloud, body.text("deviceCode"), &client).map(|()| sign_in(cloud, &client)),
        Some(_) => Err(UNSUPPORTED_GRANT_TYPE),
        None => Err(INVALID_REQUEST),
    });
    tokens.map_or_else(OauthError::reply, |tokens| Reply::json(&tokens))
}

/// The page a browser is sent to; approving it sends the browser back with a code.
pub(super) fn authorize(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    let parameter = |name: &str| request.parameter(name).unwrap_or_default();
    let redirect_uri = parameter("redirect_uri");
    let sound = parameter("response_type") == "code"
        && parameter("code_challenge_method") == "S256"
        && pages::is_loopback(&redirect_uri)
        && !parameter("client_id").is_empty()
        && !parameter("scopes").is_empty()
        && !parameter("code_challenge").is_empty();
    if !sound {
        return html::page(400, "Invalid request", "<p>This sign-in request is not valid.</p>");
    }
    let code = Code {
        id: cloud.mint.nonce(),
        person: cloud.account.signer().name.clone(),
        client: parameter("client_id"),
        redirect_uri,
        challenge: parameter("code_challenge"),
        expires: cloud.now() + CODE_LIFETIME,
    };
    pages::decide(cloud, request, "/authorize", &cloud.mint.seal(Kind::Code, &code))
}

/// Verifies who the client says it is.
pub(super) fn client_of(cloud: &Cloud, body: &Body) -> Result<Client, OauthError> {
    let id = body.text("clientId").ok_or(INVALID_REQUEST)?;
    let secret = body.text("clientSecret").ok_or(INVALID_REQUEST)?;
    let client: Client = cloud.mint.open(Kind::Client, secret).ok_or(INVALID_CLIENT)?;
    if client.id == id && client.expires > cloud.now() { Ok(client) } else { Err(INVALID_CLIENT) }
}

/// The claims of a new sign-in of the person who signs in.
pub(crate) fn new_sign_in(cloud: &Cloud, client: &str) -> SignIn {
    let center = &cloud.account.identity_center;
    let now = cloud.now();
    SignIn {
        session: cloud.mint.nonce(),
        person: cloud.account.signer().name.clone(),
        client: client.to_owned(),
        generation: 0,
        started: now,
        issued: now,
        expires: now + center.access_token_lifetime,
        session_expires: now + center.session_lifetime,
    }
}

/// The name under which an ended sign-in is remembered.
pub(super) fn ended(session: &str) -> String {
    format!("session {session}")
}

/// Whether a sign-in was ended: by its person, by an administrator, or from outside.
pub(super) fn is_over(cloud: &Cloud, sign_in: &SignIn) -> bool {
    cloud.is_spent(&ended(&sign_in.session)) || sign_in.started <= cloud.cutoffs().sessions
}

fn sign_in(cloud: &Cloud, client: &Client) -> Value {
    tokens(cloud, &new_sign_in(cloud, &client.id), client)
}

fn refresh(cloud: &Cloud, body: &Body, client: &Client) -> Result<Value, OauthError> {
    let token = body.text("refreshToken").ok_or(INVALID_REQUEST)?;
    let old: SignIn = cloud.mint.open(Kind::Refresh, token).ok_or(INVALID_REFRESH_TOKEN)?;
    let usable = old.client == client.id
        && old.session_expires > cloud.now()
        && !is_over(cloud, &old)
        && cloud.spend(format!("refresh {} {}", old.session, old.generation));
    if !usable {
        return Err(INVALID_REFRESH_TOKEN);
    }
    let issued = cloud.now();
    let expires = (issued + cloud.account.identity_center.access_token_lifetime).min(old.session_expires);
    let renewed = SignIn { generation: old.generation + 1, issued, expires, ..old };
    Ok(tokens(cloud, &renewed, client))
}

fn redeem_code(cloud: &Cloud, body: &Body, client: &Client) -> Result<Value, OauthError> {
    let code = body.text("code").ok_or(INVALID_REQUEST)?;
    let verifier = body.text("codeVerifier").ok_or(INVALID_REQUEST)?;
    let code: Code = cloud.mint.open(Kind::Code, code).ok_or(INVALID_GRANT)?;
    if !may_redirect(client, &code.redirect_uri) || body.text("redirectUri") != Some(&code.redirect_uri) {
        return Err(INVALID_REDIRECT_URI);
    }
    let usable = code.client == client.id
        && code.expires > cloud.now()
        && code.challenge == BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
        && cloud.spend(format!("code {}", code.id));
    if usable { Ok(sign_in(cloud, client)) } else { Err(INVALID_GRANT) }
}

fn tokens(cloud: &Cloud, sign_in: &SignIn, client: &Client) -> Value {
    json!({
        "accessToken": cloud.mint.seal(Kind::Access, sign_in),
        "tokenType": "Bearer",
        "expiresIn": seconds_between(cloud.now(), sign_in.expires),
        "refreshToken": client.renews().then(|| cloud.mint.seal(Kind::Refresh, sign_in)),
        "idToken": null,
    })
}

fn seconds_between(start: Timestamp, end: Timestamp) -> i64 {
    // Rounded, or the moment between issuing and telling would cost a second.
    (end.as_millisecond() - start.as_millisecond() + 500) / 1000
}

/// A client registers its loopback address without the port, which it only knows later.
fn may_redirect(client: &Client, uri: &str) -> bool {
    let without_port = |uri: &str| {
        let (scheme, rest) = uri.split_once("://")?;
        let (authority, path) = rest.split_once('/')?;
        let host = authority.split_once(':').map_or(authority, |(host, _)| host);
        Some(format!("{scheme}://{host}/{path}"))
    };
    client
        .redirect_uris
        .iter()
        .any(|registered| without_port(registered) == without_port(uri) && without_port(uri).is_some())
}

impl OauthError {
    pub(super) fn reply(self) -> Reply {
        let Self(exception, status, error, description) = self;
        error_reply(exception, status, error, description)
    }
}

/// Writes an error from outside as the service writes its own.
pub(super) fn foreign_error(refusal: &Refusal) -> Reply {
    let name = refusal.code.strip_suffix("Exception").unwrap_or(&refusal.code);
    let error = match name {
        "InternalServer" => "server_error".to_owned(),
        _ => snake_case(name),
    };
    error_reply(&refusal.code, refusal.status, &error, &refusal.message)
}

fn error_reply(exception: &str, status: u16, error: &str, description: &str) -> Reply {
    let body = json!({ "error": error, "error_description": description });
    let kind = format!("{exception}:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/");
    Reply::of(status, "application/json", body.to_string()).with("x-amzn-errortype", kind)
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (position, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && position > 0 {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// A JSON body of text fields; an absent field may also be `null`.
pub(super) struct Body(Value);

impl Body {
    pub(super) fn read(request: &Request) -> Self {
        Self(serde_json::from_slice(&request.body).unwrap_or_default())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let values = self.0.get(name).and_then(Value::as_array);
        let texts = values.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }
}
