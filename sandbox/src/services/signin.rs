//! AWS Sign-In for developers, which `aws login` uses: temporary credentials for what a person approved in a browser.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{invalid, pages};
use crate::{
    cloud::Cloud,
    html,
    log::Entry,
    principal::Principal,
    request::{Refusal, Reply, Request},
    tokens::{Holder, Kind},
};

const CLIENT: &str = "arn:aws:signin:::devtools/same-device";
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const CREDENTIALS_LIFETIME: SignedDuration = SignedDuration::from_mins(15);
const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// How far the time of a proof may be off.
const SKEW: i64 = 300;

/// The claims of an authorization code.
#[derive(Debug, Serialize, Deserialize)]
struct DeveloperCode {
    id: String,
    redirect_uri: String,
    challenge: String,
    expires: Timestamp,
}

/// The claims of a refresh token, which is bound to the key of the proofs.
#[derive(Debug, Serialize, Deserialize)]
struct DeveloperSession {
    id: String,
    generation: u64,
    key: String,
    started: Timestamp,
    expires: Timestamp,
}

/// The page `aws login` sends a browser to.
pub(super) fn authorize(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    let parameter = |name: &str| request.parameter(name).unwrap_or_default();
    let redirect_uri = parameter("redirect_uri");
    let sound = parameter("response_type") == "code"
        && parameter("client_id") == CLIENT
        && parameter("code_challenge_method") == "SHA-256"
        && parameter("scope") == "openid"
        && pages::is_loopback(&redirect_uri)
        && !parameter("code_challenge").is_empty();
    if !sound {
        return html::page(400, "Invalid request", "<p>This sign-in request is not valid.</p>");
    }
    let code = DeveloperCode {
        id: cloud.mint.nonce(),
        redirect_uri,
        challenge: parameter("code_challenge"),
        expires: cloud.now() + CODE_LIFETIME,
    };
    pages::decide(cloud, request, "/v1/authorize", &cloud.mint.seal(Kind::DeveloperCode, &code))
}

pub(super) fn create_token(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    super::respond(token(cloud, request, entry))
}

fn token(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let key = proven_key(cloud, request).ok_or_else(|| invalid("The DPoP proof is not valid."))?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))?;
    let text = |name: &str| body[name].as_str().ok_or_else(|| invalid(format!("{name} is required")));
    if text("clientId")? != CLIENT {
        return Err(invalid("clientId is not known"));
    }
    let session = match text("grantType")? {
        "authorization_code" => {
            let code: Option<DeveloperCode> = cloud.mint.open(Kind::DeveloperCode, text("code")?);
            let code = code.ok_or_else(|| denied("AUTHCODE_EXPIRED"))?;
            let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text("codeVerifier")?));
            let genuine = code.challenge == challenge && code.redirect_uri == text("redirectUri")?;
            if !genuine || code.expires <= cloud.now() || !cloud.spend(format!("developer code {}", code.id)) {
                return Err(denied("AUTHCODE_EXPIRED"));
            }
            let now = cloud.now();
            let id = cloud.mint.nonce();
            DeveloperSession { id, generation: 0, key, started: now, expires: now + SESSION_LIFETIME }
        }
        "refresh_token" => renewed(cloud, text("refreshToken")?, &key)?,
        _ => return Err(invalid("grantType is not supported")),
    };
    issue(cloud, &session, entry)
}

fn renewed(cloud: &Cloud, token: &str, key: &str) -> Result<DeveloperSession, Refusal> {
    let session: Option<DeveloperSession> = cloud.mint.open(Kind::DeveloperRefresh, token);
    let session = session.filter(|session| session.key == key).ok_or_else(|| denied("TOKEN_EXPIRED"))?;
    let usable = session.expires > cloud.now()
        && session.started > cloud.cutoffs().sessions
        && cloud.spend(format!("developer {} {}", session.id, session.generation));
    if usable {
        Ok(DeveloperSession { generation: session.generation + 1, ..session })
    } else {
        Err(denied("TOKEN_EXPIRED"))
    }
}

fn issue(cloud: &Cloud, session: &DeveloperSession, entry: &mut Entry) -> Result<Value, Refusal> {
    let now = cloud.now();
    let holder = console_holder(cloud).ok_or_else(|| denied("INSUFFICIENT_PERMISSIONS"))?;
    let principal = Principal::of(&cloud.account, &cloud.mint, &holder, now);
    let principal = principal.ok_or_else(|| denied("USER_CREDENTIALS_CHANGED"))?;
    let credentials = cloud.mint.credentials(holder, now, now + CREDENTIALS_LIFETIME);
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "iss": "https://signin.aws.amazon.com", "aud": CLIENT, "sub": principal.arn,
        "iat": now.as_second(), "exp": (now + CREDENTIALS_LIFETIME).as_second(),
    });
    let header = part(json!({ "typ": "JWT", "alg": "RS256", "kid": "sandbox" }));
    entry.principal = Some(principal.arn);
    entry.access_key_id = Some(credentials.access_key_id.clone());
    Ok(json!({
        "accessToken": {
            "accessKeyId": credentials.access_key_id,
            "secretAccessKey": credentials.secret_access_key,
            "sessionToken": credentials.session_token,
        },
        "tokenType": "aws_sigv4",
        "expiresIn": CREDENTIALS_LIFETIME.as_secs(),
        "refreshToken": cloud.mint.seal(Kind::DeveloperRefresh, session),
        "idToken": format!("{header}.{}.{}", part(claims), cloud.mint.letters("signature", &session.id, 32)),
    }))
}

/// Who is signed in to the console: the first IAM user, else the person in the first profile's role.
fn console_holder(cloud: &Cloud) -> Option<Holder> {
    let user = cloud.account.users().next();
    let user = user.map(|(member, user)| Holder::User { account: member.id.clone(), user: user.name.clone() });
    user.or_else(|| {
        let (account, role) = cloud
            .account
            .profiles
            .iter()
            .find_map(|profile| profile.account_id.clone().zip(profile.role_name.clone()))?;
        Some(Holder::Role { account, role, person: cloud.account.signer().name.clone() })
    })
}

/// Verifies a `DPoP` proof (RFC 9449), and names the key it was made with.
fn proven_key(cloud: &Cloud, request: &Request) -> Option<String> {
    let (message, signature) = request.header("dpop")?.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let part = |text: &str| -> Option<Value> { serde_json::from_slice(&decoded(text)?).ok() };
    let (header, claims) = (part(header)?, part(claims)?);
    let current = (claims["iat"].as_i64()? - cloud.clock.now().as_second()).abs() <= SKEW;
    let sound = header["typ"] == "dpop+jwt"
        && header["alg"] == "ES256"
        && claims["htm"] == "POST"
        && claims["htu"].as_str()?.ends_with("/v1/token")
        && current
        && cloud.spend(format!("proof {}", claims["jti"].as_str()?));
    // An uncompressed point is a 4, then both coordinates.
    let (x, y) = (header["jwk"]["x"].as_str()?, header["jwk"]["y"].as_str()?);
    let point = [&[4][..], &decoded(x)?, &decoded(y)?].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    let genuine = sound && key.verify(message.as_bytes(), &decoded(signature)?).is_ok();
    genuine.then(|| crate::sigv4::digest(format!("{x}.{y}").as_bytes()))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

fn denied(error: &str) -> Refusal {
    Refusal { error: Some(error.to_owned()), ..Refusal::new(400, "AccessDeniedException", "Access is denied.") }
}
