//! Assuming IAM roles: with credentials, or with another provider's token.

use jiff::SignedDuration;

use super::{credentials, element, query_code};
use crate::{
    account::{IamRole, Member, glob},
    authentication::Caller,
    cloud::Cloud,
    log::Entry,
    principal::Principal,
    request::{Refusal, Request},
    services::WebIdentityToken,
    tokens::Holder,
};

const DEFAULT_SECONDS: i64 = 3600;
const SHORTEST_SECONDS: i64 = 900;
const LONGEST_SECONDS: i64 = 43_200;
/// The longest session of a role that was assumed with another role's credentials.
const CHAINED_SECONDS: i64 = 3600;

pub(super) fn role(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<String, Refusal> {
    let (arn, session) = names(request)?;
    let principal = &caller.principal;
    let not_trusted = || {
        let message =
            format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}", principal.arn);
        Refusal::new(403, "AccessDenied", message)
    };
    let (member, role) = find(cloud, &arn).ok_or_else(not_trusted)?;
    let trusted = role.trust.principals.iter().any(|pattern| glob(pattern, &principal.arn));
    let external_id = request.form_field("ExternalId");
    if !trusted || role.trust.external_id.is_some() && role.trust.external_id != external_id {
        return Err(not_trusted());
    }
    principal.require("sts:AssumeRole", &arn, &caller.region).map_err(query_code)?;
    let chained = !matches!(principal.holder, Holder::User { .. });
    let lifetime = lifetime(request, role, chained)?;
    Ok(session_of(cloud, member, role, &session, lifetime))
}

pub(super) fn with_web_identity(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<String, Refusal> {
    let (arn, session) = names(request)?;
    let text = required(request, "WebIdentityToken")?;
    let token = WebIdentityToken::open(cloud, &text).ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        )
    })?;
    let now = cloud.now().as_second();
    if token.exp <= now {
        let message =
            format!("Token expired: current date/time {now} must be before the expiration date/time {}", token.exp);
        return Err(Refusal::new(400, "ExpiredTokenException", message));
    }
    let not_trusted = || Refusal::new(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let (member, role) = find(cloud, &arn).ok_or_else(not_trusted)?;
    let trust = role.trust.web_identity.as_ref().ok_or_else(not_trusted)?;
    if token.iss != trust.issuer {
        let message = format!("No OpenIDConnect provider found in your account for {}", token.iss);
        return Err(Refusal::new(400, "InvalidIdentityToken", message));
    }
    if token.aud != trust.audience {
        return Err(Refusal::new(400, "InvalidIdentityToken", "Incorrect token audience"));
    }
    if !glob(&trust.subject, &token.sub) {
        return Err(not_trusted());
    }
    let lifetime = lifetime(request, role, false)?;
    let answer = session_of(cloud, member, role, &session, lifetime);
    let holder = Holder::Assumed { account: member.id.clone(), role: role.name.clone(), session };
    entry.principal = Principal::of(&cloud.account, &cloud.mint, &holder, cloud.now()).map(|principal| principal.arn);
    let provider = trust.issuer.trim_start_matches("https://");
    let provider = format!("arn:{}:iam::{}:oidc-provider/{provider}", cloud.account.partition(), member.id);
    Ok(answer
        + &element("SubjectFromWebIdentityToken", &token.sub)
        + &element("Audience", &token.aud)
        + &element("Provider", &provider))
}

fn session_of(cloud: &Cloud, member: &Member, role: &IamRole, session: &str, lifetime: SignedDuration) -> String {
    let holder = Holder::Assumed { account: member.id.clone(), role: role.name.clone(), session: session.to_owned() };
    let principal = Principal::of(&cloud.account, &cloud.mint, &holder, cloud.now());
    let user = principal.map_or_else(String::new, |principal| {
        element("AssumedRoleId", &principal.user_id) + &element("Arn", &principal.arn)
    });
    credentials(cloud, holder, lifetime) + &format!("    <AssumedRoleUser>\n{user}    </AssumedRoleUser>\n")
}

fn find<'a>(cloud: &'a Cloud, arn: &str) -> Option<(&'a Member, &'a IamRole)> {
    let partition = cloud.account.partition();
    let roles =
        cloud.account.accounts.iter().flat_map(|member| member.iam_roles.iter().map(move |role| (member, role)));
    roles.into_iter().find(|(member, role)| role.arn(partition, &member.id) == arn)
}

/// The role's ARN and the name its session is to have.
fn names(request: &Request) -> Result<(String, String), Refusal> {
    let arn = required(request, "RoleArn")?;
    let session = required(request, "RoleSessionName")?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
    if !(2..=64).contains(&session.len()) || !session.chars().all(allowed) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    Ok((arn, session))
}

fn lifetime(request: &Request, role: &IamRole, chained: bool) -> Result<SignedDuration, Refusal> {
    let seconds = match request.form_field("DurationSeconds") {
        None => DEFAULT_SECONDS,
        Some(text) => text.parse().map_err(|_| invalid("DurationSeconds is not a number".to_owned()))?,
    };
    if !(SHORTEST_SECONDS..=LONGEST_SECONDS).contains(&seconds) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: \
             Member must have value between {SHORTEST_SECONDS} and {LONGEST_SECONDS}"
        )));
    }
    if chained && seconds > CHAINED_SECONDS {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(invalid(message.to_owned()));
    }
    if seconds > role.longest_session.as_secs() {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned(),
        ));
    }
    Ok(SignedDuration::from_secs(seconds))
}

fn required(request: &Request, name: &str) -> Result<String, Refusal> {
    let value = request.form_field(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| invalid(format!("The request must contain the parameter {name}")))
}

fn invalid(message: String) -> Refusal {
    Refusal::new(400, "ValidationError", message)
}
