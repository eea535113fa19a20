//! The services as a client meets them, without the sockets in between.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Route, new_sign_in};
use crate::{
    account::Account,
    clock,
    cloud::Cloud,
    log::{Entry, Log},
    request::{Reply, Request},
    sigv4::{self, Authorization},
    tokens::{Client, Credentials, Holder, Kind},
};

mod gates;
mod iam;
mod identity;
mod mantle;

const SONNET: &str = "us.anthropic.claude-sonnet-4-6";

fn cloud() -> Cloud {
    Cloud::new(Account::default(), Log::default(), Duration::ZERO, false)
}

fn ask(cloud: &Cloud, request: &Request) -> (Reply, Entry) {
    let route = Route::of(request);
    let mut entry = route.entry();
    let reply = route.answer(cloud, request, &mut entry);
    (reply, entry)
}

fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.chunks.concat()).expect("JSON")
}

fn kind(reply: &Reply) -> Option<&str> {
    let header = reply.headers.iter().find(|(name, _)| *name == "x-amzn-errortype");
    header.map(|(_, value)| value.as_str())
}

fn credentials(cloud: &Cloud, role: &str) -> Credentials {
    let holder = Holder::Role { account: "111122223333".to_owned(), role: role.to_owned(), person: "ada".to_owned() };
    let lifetime = jiff::SignedDuration::from_hours(1);
    cloud.mint.credentials(holder, cloud.now(), cloud.now() + lifetime)
}

/// Signs a request as an AWS client does.
fn signed(cloud: &Cloud, keys: &Credentials, scope: &str, mut request: Request) -> Request {
    let timestamp = clock::basic(cloud.clock.now());
    let credential = format!("{}/{}/{scope}/aws4_request", keys.access_key_id, &timestamp[..8]);
    let names = "host;x-amz-date;x-amz-security-token";
    let mut set = |name: &'static str, value: &str| {
        request.headers.insert(name, value.parse().expect("a header value"));
    };
    set("host", "127.0.0.1:1");
    set("x-amz-date", &timestamp);
    set("x-amz-security-token", &keys.session_token);
    let authorization = Authorization::from_fields(&credential, names, "").expect("well formed");
    let digest = sigv4::digest(&request.body);
    let canonical = sigv4::canonical_request(&request, &authorization.signed_headers, &digest);
    let signature = authorization.expected_signature(&keys.secret_access_key, &timestamp, &canonical);
    let header = format!("{} Credential={credential}, SignedHeaders={names}, Signature={signature}", sigv4::ALGORITHM);
    request.headers.insert("authorization", header.parse().expect("a header value"));
    request
}

fn invocation(model: &str, operation: &str, most_tokens: u32) -> Request {
    let mut request = Request::for_test("POST", &format!("/model/{model}/{operation}"), "", &[]);
    request.body = Bytes::from(
        json!({
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": most_tokens,
            "messages": [{ "role": "system", "content": "s" }, { "role": "user", "content": "hi" }],
        })
        .to_string(),
    );
    request
}

fn invoke(cloud: &Cloud, role: &str, model: &str) -> (Reply, Entry) {
    let keys = credentials(cloud, role);
    ask(cloud, &signed(cloud, &keys, "us-west-2/bedrock", invocation(model, "invoke", 100)))
}

#[test]
fn a_model_answers_a_signed_request_and_the_log_says_who_asked() {
    let (reply, entry) = invoke(&cloud(), "BedrockDeveloper", SONNET);
    assert_eq!(reply.status, 200);
    let text = body(&reply)["content"][0]["text"].to_string();
    assert!(text.contains(&format!("{SONNET} in us-west-2, as arn:aws:sts::111122223333:")), "{text}");
    assert_eq!((entry.service, entry.operation.as_str()), ("bedrock-runtime", "InvokeModel"));
    assert_eq!(entry.model.as_deref(), Some(SONNET));
    assert_eq!(entry.region.as_deref(), Some("us-west-2"));
    assert!(entry.principal.expect("signed").ends_with("/ada"));
}

#[test]
fn both_encodings_of_a_colon_name_the_same_model() {
    let cloud = cloud();
    for model in ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1%3A0"] {
        assert_eq!(invoke(&cloud, "BedrockDeveloper", model).0.status, 200);
    }
}

#[test]
fn a_stream_is_as_long_as_it_may_be_and_ends_with_message_stop() {
    let cloud = cloud();
    let keys = credentials(&cloud, "BedrockDeveloper");
    let request = invocation(SONNET, "invoke-with-response-stream", 1);
    let (reply, _) = ask(&cloud, &signed(&cloud, &keys, "us-west-2/bedrock", request));
    // Start of message and block, one word, end of block, delta and end of message.
    assert_eq!(reply.chunks.len(), 6);
    for chunk in &reply.chunks {
        let length = u32::from_be_bytes(chunk[..4].try_into().expect("four bytes"));
        assert_eq!(length as usize, chunk.len());
    }
}

#[test]
fn what_a_role_may_not_do_is_refused_in_the_words_of_iam() {
    let (reply, _) = invoke(&cloud(), "ReadOnly", SONNET);
    assert_eq!((reply.status, kind(&reply)), (403, Some("AccessDeniedException")));
    let message = body(&reply)["message"].to_string();
    assert!(message.contains("is not authorized to perform: bedrock:InvokeModel on resource:"), "{message}");
}

#[test]
fn models_are_of_a_region_and_need_a_profile() {
    let cloud = cloud();
    let (reply, _) = invoke(&cloud, "BedrockDeveloper", "eu.anthropic.claude-sonnet-4-6");
    assert_eq!(body(&reply)["message"], "The provided model identifier is invalid.");
    for malformed in
        ["arn:aws:bedrock:us-west-2:1:inference-profile%2Fx", "arn:aws:bedrock:us-west-2::foundation-model"]
    {
        let (reply, _) = invoke(&cloud, "BedrockDeveloper", malformed);
        let message = body(&reply)["message"].to_string();
        assert!(
            message.contains("at 'modelId' failed to satisfy constraint: Member must satisfy regular"),
            "{message}"
        );
    }
    let elsewhere = "arn:aws:bedrock:eu-west-1:111122223333:inference-profile%2Feu.anthropic.claude-sonnet-4-6";
    let (reply, _) = invoke(&cloud, "BedrockDeveloper", elsewhere);
    assert_eq!(body(&reply)["message"], "The provided model identifier is invalid.");
    let (reply, _) = invoke(&cloud, "BedrockDeveloper", "anthropic.claude-sonnet-4-6");
    assert!(body(&reply)["message"].to_string().contains("with on-demand throughput isn\u{2019}t supported"));
}

#[test]
fn bad_signatures_scopes_clocks_and_tokens_are_told_apart() {
    let cloud = cloud();
    let keys = credentials(&cloud, "BedrockDeveloper");
    let scope = "us-west-2/bedrock";
    let expect = |request: &Request, code: &str| {
        let (reply, _) = ask(&cloud, request);
        assert_eq!((reply.status, kind(&reply)), (403, Some(code)));
    };
    expect(&invocation(SONNET, "invoke", 1), "MissingAuthenticationTokenException");
    let mut request = signed(&cloud, &keys, scope, invocation(SONNET, "invoke", 1));
    request.body = invocation(SONNET, "invoke", 2).body;
    expect(&request, "InvalidSignatureException");
    let request = signed(&cloud, &keys, "us-west-2/sts", invocation(SONNET, "invoke", 1));
    expect(&request, "InvalidSignatureException");
    let stranger = Credentials { access_key_id: "ASIANOBODY".to_owned(), ..keys.clone() };
    let request = signed(&cloud, &stranger, scope, invocation(SONNET, "invoke", 1));
    expect(&request, "UnrecognizedClientException");
    let request = signed(&cloud, &keys, scope, invocation(SONNET, "invoke", 1));
    cloud.clock.advance(Duration::from_mins(6));
    expect(&request, "InvalidSignatureException");
    cloud.clock.age(Duration::from_hours(1));
    let request = signed(&cloud, &keys, scope, invocation(SONNET, "invoke", 1));
    expect(&request, "ExpiredTokenException");
}

#[test]
fn credentials_outlive_the_sandbox_that_issued_them() {
    let keys = credentials(&cloud(), "BedrockDeveloper");
    let next = cloud();
    let request = signed(&next, &keys, "us-west-2/bedrock", invocation(SONNET, "invoke", 1));
    assert_eq!(ask(&next, &request).0.status, 200);
}

#[test]
fn profiles_are_listed_page_by_page() {
    let cloud = cloud();
    let keys = credentials(&cloud, "ReadOnly");
    let mut query = "maxResults=10&type=SYSTEM_DEFINED".to_owned();
    let mut ids = Vec::new();
    loop {
        let request = Request::for_test("GET", "/inference-profiles", &query, &[]);
        let (reply, _) = ask(&cloud, &signed(&cloud, &keys, "eu-west-1/bedrock", request));
        let page = body(&reply);
        let profiles = page["inferenceProfileSummaries"].as_array().expect("a list");
        assert!(profiles.len() <= 10);
        ids.extend(profiles.iter().map(|profile| profile["inferenceProfileId"].to_string()));
        match page["nextToken"].as_str() {
            Some(next) => query = format!("maxResults=10&nextToken={next}"),
            None => break,
        }
    }
    let total = ids.len();
    ids.sort();
    ids.dedup();
    assert!(total > 10 && ids.len() == total);
}

#[test]
fn a_refresh_token_works_once_and_its_successor_after_it() {
    let cloud = cloud();
    let client = Client {
        id: "client".to_owned(),
        expires: cloud.now() + jiff::SignedDuration::from_hours(1),
        redirect_uris: Vec::new(),
        scopes: vec!["sso:account:access".to_owned()],
        grant_types: Vec::new(),
    };
    let secret = cloud.mint.seal(Kind::Client, &client);
    let refresh = |token: &str| {
        let mut request = Request::for_test("POST", "/token", "", &[]);
        let fields = json!({
            "grantType": "refresh_token", "clientId": "client", "clientSecret": secret, "refreshToken": token,
        });
        request.body = fields.to_string().into();
        ask(&cloud, &request).0
    };
    let first = cloud.mint.seal(Kind::Refresh, &new_sign_in(&cloud, "client"));
    let renewed = body(&refresh(&first));
    assert_eq!(renewed["expiresIn"], 3600);
    let reused = refresh(&first);
    assert_eq!((reused.status, body(&reused)["error"].as_str()), (400, Some("invalid_grant")));
    assert!(kind(&reused).expect("named").starts_with("InvalidGrantException:"));
    let second = renewed["refreshToken"].as_str().expect("a token");
    assert_eq!(refresh(second).status, 200);
    assert_eq!(refresh("aorx").status, 400);
}

#[test]
fn the_portal_knows_its_access_tokens_and_assignments() {
    let cloud = cloud();
    let token = cloud.mint.seal(Kind::Access, &new_sign_in(&cloud, "client"));
    let ask_for = |role: &str, token: &str| {
        let query = format!("account_id=111122223333&role_name={role}");
        let headers = [("x-amz-sso_bearer_token", token)];
        ask(&cloud, &Request::for_test("GET", "/federation/credentials", &query, &headers)).0
    };
    assert_eq!(ask_for("ReadOnly", &token).status, 200);
    let refused = ask_for("Administrator", &token);
    assert_eq!((refused.status, &body(&refused)), (403, &json!({ "message": "No access" })));
    let unknown = ask_for("ReadOnly", "aoax");
    assert_eq!((unknown.status, kind(&unknown)), (401, Some("UnauthorizedException")));
    cloud.clock.age(Duration::from_hours(1));
    assert_eq!(ask_for("ReadOnly", &token).status, 401);
}

#[test]
fn sts_answers_in_xml_and_gives_sessions_no_sessions() {
    let cloud = cloud();
    let keys = credentials(&cloud, "BedrockDeveloper");
    let call = |action: &str, scope: &str| {
        let mut request = Request::for_test("POST", "/", "", &[]);
        request.body = format!("Action={action}&Version=2011-06-15").into();
        let (reply, _) = ask(&cloud, &signed(&cloud, &keys, scope, request));
        let text = String::from_utf8(reply.chunks.concat()).expect("text");
        (reply.status, text)
    };
    let (status, text) = call("GetCallerIdentity", "us-west-2/sts");
    assert!(status == 200 && text.contains("<Account>111122223333</Account>"), "{text}");
    let (status, text) = call("GetSessionToken", "us-west-2/sts");
    assert!(status == 403 && text.contains("<Code>AccessDenied</Code>"), "{text}");
    let (status, text) = call("GetCallerIdentity", "us-west-2/bedrock");
    assert!(status == 403 && text.contains("<Code>SignatureDoesNotMatch</Code>"), "{text}");
}
