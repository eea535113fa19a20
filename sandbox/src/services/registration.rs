//! The clients of IAM Identity Center: who registers, and what that one is limited to.

use serde_json::json;

use super::{
    oidc::{Body, GRANT_TYPES, INVALID_REDIRECT_URI, OauthError, UNSUPPORTED_GRANT_TYPE},
    pages,
};
use crate::{
    cloud::Cloud,
    log::Entry,
    request::{Reply, Request},
    tokens::{Client, Kind},
};

const INVALID_CLIENT_METADATA: OauthError =
    OauthError("InvalidClientMetadataException", 400, "invalid_client_metadata", "Invalid client metadata provided");
const INVALID_SCOPE: OauthError = OauthError("InvalidScopeException", 400, "invalid_scope", "Invalid scope provided");

pub(super) fn register_client(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    match registered(cloud, &Body::read(request)) {
        Ok(reply) => reply,
        Err(error) => error.reply(),
    }
}

fn registered(cloud: &Cloud, body: &Body) -> Result<Reply, OauthError> {
    if body.text("clientName").is_none() || body.text("clientType") != Some("public") {
        return Err(INVALID_CLIENT_METADATA);
    }
    let now = cloud.now();
    let client = Client {
        id: cloud.mint.nonce(),
        expires: now + cloud.account.identity_center.client_lifetime,
        redirect_uris: body.texts("redirectUris"),
        scopes: body.texts("scopes"),
        grant_types: body.texts("grantTypes"),
    };
    if !client.grant_types.iter().all(|grant| GRANT_TYPES.contains(&grant.as_str())) {
        return Err(UNSUPPORTED_GRANT_TYPE);
    }
    if !client.redirect_uris.iter().all(|uri| pages::is_loopback(uri) || uri.starts_with("https://")) {
        return Err(INVALID_REDIRECT_URI);
    }
    if !client.scopes.iter().all(|scope| is_scope(scope)) {
        return Err(INVALID_SCOPE);
    }
    Ok(Reply::json(&json!({
        "clientId": client.id,
        "clientSecret": cloud.mint.seal(Kind::Client, &client),
        "clientIdIssuedAt": now.as_second(),
        "clientSecretExpiresAt": client.expires.as_second(),
    })))
}

/// Whether a scope is one of `OpenID` Connect or of a service, such as `sso:account:access`.
fn is_scope(scope: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    ["openid", "profile", "email", "aws"].contains(&scope) || scope.contains(':') && scope.split(':').all(is_word)
}
