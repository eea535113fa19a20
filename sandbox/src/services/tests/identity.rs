//! Clients that register, what each of them may then do, and keys that are nobody's, in the words clients look for.

use serde_json::{Value, json};

use super::{SONNET, ask, body, cloud, credentials, invocation, kind, signed};
use crate::{
    clock,
    cloud::Cloud,
    request::{Reply, Request},
    sigv4::{self, Authorization},
};

fn post(cloud: &Cloud, path: &str, fields: &Value) -> Reply {
    let mut request = Request::for_test("POST", path, "", &[("host", "127.0.0.1:1")]);
    request.body = fields.to_string().into();
    ask(cloud, &request).0
}

/// Registers a client with these fields, and returns its id and secret as fields.
fn register(cloud: &Cloud, fields: Value) -> Value {
    let answer =
        body(&post(cloud, "/client/register", &with(json!({ "clientName": "x", "clientType": "public" }), fields)));
    json!({ "clientId": answer["clientId"], "clientSecret": answer["clientSecret"] })
}

fn with(mut fields: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    fields.as_object_mut().expect("an object").extend(more);
    fields
}

#[track_caller]
fn assert_error(reply: &Reply, exception: &str, error: &str, description: &str) {
    assert!(kind(reply).expect("named").starts_with(&format!("{exception}:")), "{reply:?}");
    assert_eq!(body(reply), json!({ "error": error, "error_description": description }));
}

/// Signs in with a code at once, and returns the answer of the token service.
fn sign_in(cloud: &Cloud, client: &Value) -> Reply {
    let start_url = &cloud.account.identity_center.start_url;
    let device = body(&post(cloud, "/device_authorization", &with(client.clone(), json!({ "startUrl": start_url }))));
    cloud.approvals.decide(crate::approvals::Decision::Approved, None);
    let grant = json!({ "grantType": super::super::oidc::DEVICE_CODE, "deviceCode": device["deviceCode"] });
    post(cloud, "/token", &with(client.clone(), grant))
}

#[test]
fn without_a_scope_no_sign_in_can_be_renewed() {
    let cloud = cloud();
    let plain = body(&sign_in(&cloud, &register(&cloud, json!({}))));
    assert!(plain["accessToken"].is_string() && plain["refreshToken"].is_null(), "{plain}");
    let renewable = body(&sign_in(&cloud, &register(&cloud, json!({ "scopes": ["sso:account:access"] }))));
    assert!(renewable["refreshToken"].is_string(), "{renewable}");
}

#[test]
fn a_client_uses_only_the_grants_it_registered_for() {
    let cloud = cloud();
    let browser = register(&cloud, json!({ "grantTypes": ["authorization_code"], "scopes": ["sso:account:access"] }));
    let refused = "Client is not authorized to use the requested grant type";
    let start_url = &cloud.account.identity_center.start_url;
    let start = post(&cloud, "/device_authorization", &with(browser.clone(), json!({ "startUrl": start_url })));
    assert_error(&start, "UnauthorizedClientException", "unauthorized_client", refused);
    let refresh = with(browser, json!({ "grantType": "refresh_token", "refreshToken": "aor" }));
    assert_error(&post(&cloud, "/token", &refresh), "UnauthorizedClientException", "unauthorized_client", refused);
}

#[test]
fn registrations_that_ask_for_what_there_is_not_are_refused() {
    let cloud = cloud();
    let refused = |fields: Value| {
        let fields = with(json!({ "clientName": "x", "clientType": "public" }), fields);
        post(&cloud, "/client/register", &fields)
    };
    let scope = refused(json!({ "scopes": ["everything"] }));
    assert_error(&scope, "InvalidScopeException", "invalid_scope", "Invalid scope provided");
    let grant = refused(json!({ "grantTypes": ["password"] }));
    assert_error(&grant, "UnsupportedGrantTypeException", "unsupported_grant_type", "Grant type is not supported");
    let redirect = refused(json!({ "redirectUris": ["http://example.com/"] }));
    assert_error(&redirect, "InvalidRedirectUriException", "invalid_redirect_uri", "Invalid redirect URI provided");
    let kind = refused(json!({ "clientType": "confidential" }));
    let said = "Invalid client metadata provided";
    assert_error(&kind, "InvalidClientMetadataException", "invalid_client_metadata", said);
}

#[test]
fn another_portals_start_url_is_refused_as_the_cli_quotes_it() {
    let cloud = cloud();
    let client = register(&cloud, json!({}));
    let other = with(client, json!({ "startUrl": "https://d-0000000000.awsapps.com/start" }));
    let refused = post(&cloud, "/device_authorization", &other);
    assert_error(&refused, "InvalidRequestException", "invalid_request", "Invalid start url provided");
}

#[test]
fn a_code_may_be_typed_as_people_type() {
    let cloud = cloud();
    let client = register(&cloud, json!({}));
    let start_url = &cloud.account.identity_center.start_url;
    let device = body(&post(&cloud, "/device_authorization", &with(client, json!({ "startUrl": start_url }))));
    let code = device["userCode"].as_str().expect("a code");
    for typed in [code.to_owned(), code.to_lowercase(), code.replace('-', ""), code.replace('-', "+")] {
        let page = ask(&cloud, &Request::for_test("GET", "/device", &format!("user_code={typed}"), &[])).0;
        let text = String::from_utf8(page.chunks.concat()).expect("text");
        assert!(page.status == 200 && text.contains(code), "{typed}: {text}");
    }
    let page = ask(&cloud, &Request::for_test("GET", "/device", "user_code=", &[])).0;
    assert_eq!(page.status, 400);
}

#[test]
fn whoever_decides_first_decides() {
    let cloud = cloud();
    let client = register(&cloud, json!({}));
    let start_url = &cloud.account.identity_center.start_url;
    let device = body(&post(&cloud, "/device_authorization", &with(client.clone(), json!({ "startUrl": start_url }))));
    for decision in ["deny", "allow"] {
        let mut request = Request::for_test("POST", "/device", "", &[]);
        request.body = format!("user_code={}&decision={decision}", device["userCode"].as_str().expect("a code")).into();
        let page = String::from_utf8(ask(&cloud, &request).0.chunks.concat()).expect("text");
        assert!(page.contains("Request denied"), "{page}");
    }
    let grant = json!({ "grantType": super::super::oidc::DEVICE_CODE, "deviceCode": device["deviceCode"] });
    assert_error(
        &post(&cloud, "/token", &with(client, grant)),
        "AccessDeniedException",
        "access_denied",
        "Access was denied",
    );
}

#[test]
fn a_state_comes_back_as_it_was_meant() {
    let cloud = cloud();
    let query = "response_type=code&client_id=x&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Foauth%2Fcallback\
                 &state=a+b%2B%26c&code_challenge_method=S256&scopes=sso%3Aaccount%3Aaccess&code_challenge=x";
    let mut request = Request::for_test("POST", "/authorize", query, &[]);
    request.body = "decision=deny".into();
    let reply = ask(&cloud, &request).0;
    let location = reply.headers.iter().find(|(name, _)| *name == "location").map(|(_, value)| value.as_str());
    assert_eq!(location, Some("http://127.0.0.1:1/oauth/callback?error=access_denied&state=a%20b%2B%26c"));
}

#[test]
fn no_move_of_the_clock_is_too_far() {
    let cloud = cloud();
    for _ in 0..3 {
        cloud.clock.advance(std::time::Duration::MAX);
        cloud.clock.age(std::time::Duration::MAX);
    }
    let answer = register(&cloud, json!({ "scopes": ["sso:account:access"] }));
    assert!(body(&sign_in(&cloud, &answer))["refreshToken"].is_string());
}

fn with_authorization(cloud: &Cloud, header: &str) -> Reply {
    let mut request = invocation(SONNET, "invoke", 1);
    request.headers.insert("authorization", header.parse().expect("a header value"));
    ask(cloud, &request).0
}

/// The key that `aws-bedrock-token-generator` would make of the credentials, for so many seconds.
fn short_term_key(cloud: &Cloud, seconds: u32) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let keys = credentials(cloud, "BedrockDeveloper");
    let date = clock::basic(cloud.clock.now());
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let credential = format!("{}/{}/us-west-2/bedrock/aws4_request", keys.access_key_id, &date[..8]);
    let query = format!(
        "Action=CallWithBearerToken&X-Amz-Algorithm={}&X-Amz-Credential={}&X-Amz-Date={date}&X-Amz-Expires={seconds}\
         &X-Amz-Security-Token={}&X-Amz-SignedHeaders=host",
        sigv4::ALGORITHM,
        encode(&credential),
        encode(&keys.session_token),
    );
    let host = "bedrock.amazonaws.com";
    let canonical = format!("POST\n/\n{}\nhost:{host}\n\nhost\n{}", sigv4::canonical_query(&query), sigv4::digest(b""));
    let authorization = Authorization::from_fields(&credential, "host", "").expect("well formed");
    let signature = authorization.expected_signature(&keys.secret_access_key, &date, &canonical);
    format!(
        "bedrock-api-key-{}",
        BASE64_STANDARD.encode(format!("{host}/?{query}&X-Amz-Signature={signature}&Version=1"))
    )
}

#[test]
fn api_keys_that_do_not_work_say_why_with_a_capital() {
    let cloud = cloud();
    let expect = |header: &str, message: &str| {
        let reply = with_authorization(&cloud, header);
        assert_eq!((reply.status, body(&reply)), (403, json!({ "Message": message })));
    };
    expect("Bearer ABSKnobody", "Authentication failed: Please make sure your API Key is valid.");
    expect("Bearer bedrock-api-key-x", "Authentication failed: Please make sure your API Key is valid.");
    expect("Bearer sk-ant-x", "Invalid API Key format: Must start with pre-defined prefix");
    let key = short_term_key(&cloud, 600);
    assert_eq!(with_authorization(&cloud, &format!("Bearer {key}")).status, 200);
    cloud.clock.age(std::time::Duration::from_mins(10));
    expect(&format!("Bearer {key}"), "Bearer Token has expired");
}

#[test]
fn a_request_that_is_not_signed_says_what_it_lacks() {
    let cloud = cloud();
    let reply = ask(&cloud, &invocation(SONNET, "invoke", 1)).0;
    assert_eq!((reply.status, body(&reply)), (403, json!({ "Message": "Authorization header is missing" })));
    let reply = with_authorization(&cloud, "Basic eDp5");
    assert_eq!((reply.status, kind(&reply)), (403, Some("IncompleteSignatureException")));
    let message = body(&reply)["message"].as_str().expect("a text").to_owned();
    let all = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
               parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
               existence of either a 'X-Amz-Date' or a 'Date' header. ";
    assert!(message.starts_with(all), "{message}");
}

#[test]
fn the_quotas_protocol_has_one_status_for_what_a_caller_may_not() {
    let cloud = cloud();
    let mut request =
        Request::for_test("POST", "/", "", &[("x-amz-target", "ServiceQuotasV20190624.ListServiceQuotas")]);
    request.body = "{\"ServiceCode\":\"bedrock\"}".into();
    let keys = credentials(&cloud, "ReadOnly");
    let reply = ask(&cloud, &signed(&cloud, &keys, "us-west-2/servicequotas", request)).0;
    assert_eq!((reply.status, body(&reply)["__type"].as_str()), (400, Some("AccessDeniedException")));
}
