//! The pages that send a browser back to the program that waits for it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    approvals::{Decision, OpenPage},
    cloud::Cloud,
    html,
    request::{Reply, Request},
};

/// Asks whether to let an application in, unless that is decided, and sends the browser back.
///
/// The page remembers its own query, so that the decision needs no more than a form.
pub(super) fn decide(cloud: &Cloud, request: &Request, path: &str, code: &str) -> Reply {
    let redirect_uri = request.parameter("redirect_uri").unwrap_or_default();
    let state = request.parameter("state").unwrap_or_default();
    let state = utf8_percent_encode(&state, NON_ALPHANUMERIC);
    let page = OpenPage {
        query: request.query.clone(),
        allowed: format!("{redirect_uri}?code={code}&state={state}"),
        denied: format!("{redirect_uri}?error=access_denied&state={state}"),
    };
    let decision = match request.form_field("decision").as_deref() {
        Some("deny") => Decision::Denied,
        Some(_) => Decision::Approved,
        None => cloud.approvals.standing(),
    };
    let location = match decision {
        Decision::Pending => {
            cloud.approvals.open(page);
            return html::approval(&cloud.account.signer().name, "", &format!("{path}?{}", request.query));
        }
        Decision::Approved => page.allowed,
        Decision::Denied => page.denied,
    };
    cloud.approvals.close(&page.query);
    Reply::of(302, "text/plain", "").with("location", location)
}

pub(super) fn is_loopback(uri: &str) -> bool {
    let authority = uri.strip_prefix("http://").and_then(|rest| rest.split('/').next());
    let host = authority.map(|authority| authority.split(':').next().unwrap_or(authority));
    matches!(host, Some("127.0.0.1" | "localhost"))
}
