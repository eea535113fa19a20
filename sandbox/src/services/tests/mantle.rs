//! Mantle as a client meets it.

use super::*;

/// The default account, whose developer may use Mantle.
fn open() -> Cloud {
    let mut account = Account::default();
    account.accounts[0].roles[0].permissions.allow.push("bedrock-mantle:*".to_owned());
    Cloud::new(account, Log::default(), Duration::ZERO, false)
}

fn message(model: &str, stream: bool) -> Request {
    let mut request =
        Request::for_test("POST", "/anthropic/v1/messages", "beta=true", &[("anthropic-version", "2023-06-01")]);
    let messages = json!([{ "role": "user", "content": "hi" }]);
    let body = json!({ "model": model, "max_tokens": 1, "messages": messages, "stream": stream });
    request.body = Bytes::from(body.to_string());
    request
}

fn ask_for(cloud: &Cloud, scope: &str, model: &str, stream: bool) -> (Reply, Entry) {
    let keys = credentials(cloud, "BedrockDeveloper");
    ask(cloud, &signed(cloud, &keys, scope, message(model, stream)))
}

const OWN: &str = "us-west-2/bedrock-mantle";
const OPUS: &str = "anthropic.claude-opus-5-5";

#[test]
fn a_model_answers_in_anthropics_own_shape() {
    let cloud = open();
    for scope in [OWN, "us-west-2/bedrock"] {
        let (reply, entry) = ask_for(&cloud, scope, OPUS, false);
        assert_eq!((reply.status, body(&reply)["type"].as_str()), (200, Some("message")), "{scope}");
        assert_eq!((entry.service, entry.operation.as_str()), ("bedrock-mantle", "CreateInference"));
        assert_eq!(entry.model.as_deref(), Some(OPUS));
    }
    // Without the date and the version that the model's own id has.
    assert_eq!(ask_for(&cloud, OWN, "anthropic.claude-haiku-4-5", false).0.status, 200);
    let (reply, _) = ask_for(&cloud, OWN, OPUS, true);
    let text = String::from_utf8(reply.chunks.concat()).expect("text");
    assert!(text.starts_with("event: message_start\ndata: {"), "{text}");
    assert!(text.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"), "{text}");
}

#[test]
fn its_permission_is_none_of_bedrocks() {
    let (reply, _) = ask_for(&cloud(), OWN, OPUS, false);
    let refused = body(&reply);
    assert_eq!((reply.status, &refused["error"]["type"]), (403, &json!("permission_error")));
    let message = refused["error"]["message"].as_str().expect("text");
    let expected = "is not authorized to perform: bedrock-mantle:CreateInference on resource: \
                    arn:aws:bedrock-mantle:us-west-2:111122223333:project/default because no identity-based policy \
                    allows the bedrock-mantle:CreateInference action";
    assert!(message.ends_with(expected), "{message}");
}

#[test]
fn a_profile_is_no_model_there_and_a_signature_for_another_service_is_nobodys() {
    let cloud = open();
    let (reply, _) = ask_for(&cloud, OWN, "us.anthropic.claude-opus-5-5", false);
    let told = "The model 'us.anthropic.claude-opus-5-5' does not exist";
    assert_eq!((reply.status, &body(&reply)["error"]["message"]), (404, &json!(told)));
    let (reply, _) = ask_for(&cloud, "us-west-2/sts", OPUS, false);
    let told = "Credential should be scoped to correct service: 'bedrock-mantle'.";
    assert_eq!((reply.status, &body(&reply)["error"]["message"]), (401, &json!(told)));
    let (reply, _) = ask(&cloud, &message(OPUS, false));
    assert_eq!((reply.status, &body(&reply)["error"]["type"]), (401, &json!("authentication_error")));
}

#[test]
fn what_a_request_lacks_is_named_in_anthropics_way() {
    let cloud = open();
    let keys = credentials(&cloud, "BedrockDeveloper");
    let refused = |request: Request| {
        let (reply, _) = ask(&cloud, &signed(&cloud, &keys, OWN, request));
        (reply.status, body(&reply)["error"]["message"].as_str().expect("text").to_owned())
    };
    let mut request = message(OPUS, false);
    request.headers.remove("anthropic-version");
    assert_eq!(refused(request), (400, "anthropic-version: header is required".to_owned()));
    let mut request = message(OPUS, false);
    request.body = Bytes::from(json!({ "model": OPUS, "max_tokens": 1 }).to_string());
    assert_eq!(refused(request), (400, "messages: Field required".to_owned()));
    let mut request = message(OPUS, false);
    request.path = "/anthropic/v1/messages/count_tokens".to_owned();
    let (reply, entry) = ask(&cloud, &signed(&cloud, &keys, OWN, request));
    assert_eq!((reply.status, entry.operation.as_str()), (200, "CountTokens"));
    assert!(body(&reply)["input_tokens"].as_u64().is_some_and(|tokens| tokens > 0));
}
