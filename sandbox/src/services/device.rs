//! Device authorization: a code shown on one screen and approved on another.

use serde_json::json;

use super::oidc::{self, Body, DEVICE_CODE, INVALID_GRANT, INVALID_REQUEST, OauthError, UNAUTHORIZED_CLIENT};
use crate::{
    approvals::{Decision, Device},
    cloud::Cloud,
    html,
    log::Entry,
    request::{Reply, Request},
    tokens::Client,
};

const PENDING: OauthError =
    OauthError("AuthorizationPendingException", 400, "authorization_pending", "Authorization is still pending");
const SLOW_DOWN: OauthError = OauthError("SlowDownException", 400, "slow_down", "Slow down");
const EXPIRED: OauthError = OauthError("ExpiredTokenException", 400, "expired_token", "Device code has expired");
const INVALID_START_URL: OauthError =
    OauthError("InvalidRequestException", 400, "invalid_request", "Invalid start url provided");
const DENIED: OauthError = OauthError("AccessDeniedException", 400, "access_denied", "Access was denied");

pub(super) fn start(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    let body = Body::read(request);
    let client = match oidc::client_of(cloud, &body) {
        Ok(client) => client,
        Err(error) => return error.reply(),
    };
    let center = &cloud.account.identity_center;
    if !client.may_use(DEVICE_CODE) {
        return UNAUTHORIZED_CLIENT.reply();
    }
    if body.text("startUrl").map(portal) != Some(portal(&center.start_url)) {
        return INVALID_START_URL.reply();
    }
    let code = cloud.mint.nonce();
    let letters = cloud.mint.letters("user code", &code, 8);
    let user_code = format!("{}-{}", &letters[..4], &letters[4..]);
    let device = Device {
        user_code: user_code.clone(),
        client: client.id,
        expires: cloud.now() + center.device_code_lifetime,
        decision: cloud.approvals.standing(),
        asked: None,
    };
    cloud.approvals.devices().insert(code.clone(), device);
    let page = format!("http://{}/device", request.header("host").unwrap_or_default());
    Reply::json(&json!({
        "deviceCode": code,
        "userCode": user_code,
        "verificationUri": page,
        "verificationUriComplete": format!("{page}?user_code={user_code}"),
        "expiresIn": center.device_code_lifetime.as_secs(),
        "interval": center.device_code_interval.as_secs(),
    }))
}

/// The page where a person types the code, approves or refuses.
pub(super) fn page(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    let typed = request.form_field("user_code").or_else(|| request.parameter("user_code"));
    let Some(typed) = typed else {
        let form = "<form><label>Code <input name=\"user_code\" autofocus></label> <button>Next</button></form>";
        return html::page(200, "Authorize a device", form);
    };
    let now = cloud.now();
    let mut devices = cloud.approvals.devices();
    let device = devices.values_mut().find(|device| is_code(&typed, &device.user_code) && device.expires > now);
    let Some(device) = device else {
        return html::page(400, "Invalid code", "<p>The code is wrong or has expired.</p>");
    };
    let decided = request.form_field("decision").map(|decision| Decision::of(decision != "deny"));
    // Whoever decides first decides, as with a code that AWS takes once.
    if let (Decision::Pending, Some(decision)) = (device.decision, decided) {
        device.decision = decision;
    }
    match device.decision {
        Decision::Pending => {
            let code = html::escape(&device.user_code);
            let fields = format!(
                "<p>Confirm that the device shows the code <b>{code}</b>.</p>\n\
                 <input type=\"hidden\" name=\"user_code\" value=\"{code}\">\n"
            );
            html::approval(&cloud.account.signer().name, &fields, "/device")
        }
        Decision::Denied => html::page(200, "Request denied", "<p>You can close this window.</p>"),
        Decision::Approved => html::page(200, "Request approved", "<p>You can close this window.</p>"),
    }
}

/// Takes an approved device code out of circulation.
pub(super) fn redeem(cloud: &Cloud, code: Option<&str>, client: &Client) -> Result<(), OauthError> {
    let code = code.ok_or(INVALID_REQUEST)?;
    let now = cloud.now();
    let mut devices = cloud.approvals.devices();
    let device = devices.get_mut(code).filter(|device| device.client == client.id).ok_or(INVALID_GRANT)?;
    if device.expires <= now {
        return Err(EXPIRED);
    }
    let interval = cloud.account.identity_center.device_code_interval;
    let before = device.asked.replace(now);
    match device.decision {
        Decision::Denied => Err(DENIED),
        Decision::Pending if before.is_some_and(|before| now.duration_since(before) < interval / 2) => Err(SLOW_DOWN),
        Decision::Pending => Err(PENDING),
        Decision::Approved => {
            devices.remove(code);
            Ok(())
        }
    }
}

/// Whether a person typed a code, in whatever case, with or without its dash.
fn is_code(typed: &str, code: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    letters(typed) == letters(code)
}

/// The same portal may be written with `/`, `#` or `#/` at its end.
fn portal(url: &str) -> &str {
    url.trim_end_matches(['/', '#'])
}
