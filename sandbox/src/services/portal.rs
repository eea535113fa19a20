//! The access portal: which accounts and roles a person has, and credentials for one.

use serde_json::{Value, json};

use super::oidc;
use crate::{
    cloud::{Cloud, Page},
    log::Entry,
    principal::Principal,
    request::{Refusal, Reply, Request},
    tokens::{Holder, Kind, SignIn},
};

const MOST_RESULTS: usize = 100;

pub(super) fn get_role_credentials(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    respond(role_credentials(cloud, request, entry))
}

pub(super) fn list_accounts(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    respond(accounts(cloud, request))
}

pub(super) fn list_account_roles(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    respond(account_roles(cloud, request))
}

pub(super) fn logout(cloud: &Cloud, request: &Request, _: &str, _: &mut Entry) -> Reply {
    match signed_in(cloud, request) {
        Ok(sign_in) => {
            cloud.spend(oidc::ended(&sign_in.session));
            Reply::of(200, "application/json", "")
        }
        Err(refusal) => refusal.rest_json(),
    }
}

fn role_credentials(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let sign_in = signed_in(cloud, request)?;
    let account_id = parameter(request, "account_id")?;
    let role_name = parameter(request, "role_name")?;
    let (_, role) = cloud
        .account
        .role(&account_id, &role_name)
        .filter(|(_, role)| role.is_assigned_to(&sign_in.person))
        .ok_or_else(|| Refusal::new(403, "ForbiddenException", "No access"))?;
    let holder = Holder::Role { account: account_id, role: role_name, person: sign_in.person };
    let now = cloud.now();
    entry.principal = Principal::of(&cloud.account, &cloud.mint, &holder, now).map(|principal| principal.arn);
    let expires = now + role.credentials_lifetime;
    let credentials = cloud.mint.credentials(holder, now, expires);
    entry.access_key_id = Some(credentials.access_key_id.clone());
    Ok(json!({ "roleCredentials": {
        "accessKeyId": credentials.access_key_id,
        "secretAccessKey": credentials.secret_access_key,
        "sessionToken": credentials.session_token,
        "expiration": expires.as_millisecond(),
    }}))
}

fn accounts(cloud: &Cloud, request: &Request) -> Result<Value, Refusal> {
    let person = signed_in(cloud, request)?.person;
    let accounts = cloud
        .account
        .accounts
        .iter()
        .filter(|member| member.roles.iter().any(|role| role.is_assigned_to(&person)))
        .map(|member| json!({ "accountId": member.id, "accountName": member.name, "emailAddress": member.email }))
        .collect();
    let Page { items, next } = page(cloud, request, accounts)?;
    Ok(json!({ "accountList": items, "nextToken": next }))
}

fn account_roles(cloud: &Cloud, request: &Request) -> Result<Value, Refusal> {
    let person = signed_in(cloud, request)?.person;
    let id = parameter(request, "account_id")?;
    let roles: Vec<Value> = cloud
        .account
        .member(&id)
        .into_iter()
        .flat_map(|member| &member.roles)
        .filter(|role| role.is_assigned_to(&person))
        .map(|role| json!({ "roleName": role.name, "accountId": id }))
        .collect();
    if roles.is_empty() {
        return Err(Refusal::new(403, "ForbiddenException", "No access"));
    }
    let Page { items, next } = page(cloud, request, roles)?;
    Ok(json!({ "roleList": items, "nextToken": next }))
}

/// Verifies the access token of the request.
fn signed_in(cloud: &Cloud, request: &Request) -> Result<SignIn, Refusal> {
    request
        .header("x-amz-sso_bearer_token")
        .and_then(|token| cloud.mint.open(Kind::Access, token))
        .filter(|sign_in: &SignIn| {
            sign_in.expires > cloud.now() && sign_in.issued > cloud.cutoffs().tokens && !oidc::is_over(cloud, sign_in)
        })
        .ok_or_else(|| Refusal::new(401, "UnauthorizedException", "Session token not found or invalid"))
}

fn page(cloud: &Cloud, request: &Request, items: Vec<Value>) -> Result<Page<Value>, Refusal> {
    let size = match request.parameter("max_result") {
        None => None,
        Some(text) => match text.parse() {
            Ok(size @ 1..=MOST_RESULTS) => Some(size),
            _ => return Err(invalid("maxResults must be between 1 and 100")),
        },
    };
    let token = request.parameter("next_token");
    let page = cloud.page(items, size, token.as_deref());
    page.ok_or_else(|| invalid("Invalid nextToken"))
}

fn parameter(request: &Request, name: &str) -> Result<String, Refusal> {
    let value = request.parameter(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| invalid(&format!("Missing required parameter: {name}")))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "InvalidRequestException", message)
}

fn respond(result: Result<Value, Refusal>) -> Reply {
    result.map_or_else(|refusal| refusal.rest_json(), |value| Reply::json(&value))
}
