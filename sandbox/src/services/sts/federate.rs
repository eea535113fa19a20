//! Sessions of a user that have a name and a policy of their own.

use jiff::SignedDuration;

use super::{credentials, element, query_code};
use crate::{
    account::Permissions,
    authentication::Caller,
    cloud::Cloud,
    request::{Refusal, Request},
    tokens::Holder,
};

/// What `GetFederationToken` gives: no more than both the user and the policy of the request allow.
pub(super) fn token(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<String, Refusal> {
    let session = || Refusal::new(403, "AccessDenied", "Cannot call GetFederationToken with session credentials");
    let Holder::User { account, user } = &caller.principal.holder else { return Err(session()) };
    if caller.principal.expires.is_some() {
        return Err(session());
    }
    let invalid = |message: &str| Refusal::new(400, "ValidationError", message);
    let name = request.form_field("Name").filter(|name| (2..=32).contains(&name.len()));
    let name = name.ok_or_else(|| invalid("Name must have from 2 to 32 characters"))?;
    let arn = format!("arn:{}:sts::{account}:federated-user/{name}", cloud.account.partition());
    caller.principal.require("sts:GetFederationToken", &arn, &caller.region).map_err(query_code)?;
    let policy = request.form_field("Policy");
    if policy.as_deref().is_some_and(|policy| Permissions::from_document(policy).is_none()) {
        return Err(Refusal::new(400, "MalformedPolicyDocument", "Syntax errors in policy."));
    }
    let seconds = match request.form_field("DurationSeconds") {
        None => super::DEFAULT_SECONDS,
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| super::ALLOWED_SECONDS.contains(seconds))
            .ok_or_else(|| invalid("DurationSeconds must be between 900 and 129600"))?,
    };
    let holder = Holder::Federated { account: account.clone(), user: user.clone(), name: name.clone(), policy };
    let user = element("FederatedUserId", &format!("{account}:{name}")) + &element("Arn", &arn);
    Ok(credentials(cloud, holder, SignedDuration::from_secs(seconds))
        + &format!("    <FederatedUser>\n{user}    </FederatedUser>\n"))
}
