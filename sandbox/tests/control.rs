//! Faults and the door below `/_sandbox`, as a script meets them.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use aws_sandbox::{Account, Fault, FaultAnswer, FaultEffect, Options, Sandbox};
use serde_json::{Value, json};

/// The mark of a request that is wrong on purpose, for those who judge the recordings.
const MALFORMED: &str = "x-sandbox-malformed: yes\r\n";

fn sandbox() -> Sandbox {
    playing(Account::default())
}

/// Plays an account, and records it beside the recordings of the program's tests.
fn playing(account: Account) -> Sandbox {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recordings");
    fs::create_dir_all(&folder).expect("creatable");
    // The test runner names a test's thread after it.
    let test = thread::current().name().expect("a test").to_owned();
    let record = File::create(folder.join(format!("sandbox-{test}.jsonl"))).expect("creatable");
    Sandbox::start(account, Options { record: Some(record), ..Options::default() }).expect("a free port")
}

/// All a server sends until it closes the connection, and whether it closed it in order.
fn exchange(sandbox: &Sandbox, request: &str) -> (String, bool) {
    let endpoint = sandbox.endpoint();
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let in_order = stream.read_to_end(&mut answer).is_ok();
    (String::from_utf8_lossy(&answer).into_owned(), in_order)
}

fn send(sandbox: &Sandbox, method: &str, path: &str, headers: &str, body: &str) -> (u16, String, String) {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    let (answer, _) = exchange(sandbox, &request);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, head.to_ascii_lowercase(), body.to_owned())
}

/// A request to the sandbox itself.
fn control(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> (u16, Value) {
    let (status, _, body) = send(sandbox, method, &format!("/_sandbox{path}"), "", body);
    (status, serde_json::from_str(&body).expect("JSON"))
}

fn post(sandbox: &Sandbox, path: &str, body: &Value) -> (u16, String, Value) {
    let (status, head, body) = send(sandbox, "POST", path, "content-type: application/json\r\n", &body.to_string());
    (status, head, serde_json::from_str(&body).unwrap_or_default())
}

fn register(sandbox: &Sandbox) -> (u16, String, Value) {
    post(
        sandbox,
        "/client/register",
        &json!({
            "clientName": "test", "clientType": "public", "scopes": ["sso:account:access"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
        }),
    )
}

/// Starts a device authorization, and returns the request that asks how it went.
fn device(sandbox: &Sandbox) -> (Value, Value) {
    let (_, _, client) = register(sandbox);
    let start = json!({
        "clientId": client["clientId"], "clientSecret": client["clientSecret"],
        "startUrl": "https://d-9067642ac7.awsapps.com/start",
    });
    let (status, _, device) = post(sandbox, "/device_authorization", &start);
    assert_eq!(status, 200);
    let question = json!({
        "clientId": client["clientId"], "clientSecret": client["clientSecret"],
        "grantType": "urn:ietf:params:oauth:grant-type:device_code", "deviceCode": device["deviceCode"],
    });
    (device, question)
}

fn signed_in(sandbox: &Sandbox) -> (Value, Value) {
    sandbox.decide_from_now_on(Some(true));
    let (_, mut question) = device(sandbox);
    let (status, _, token) = post(sandbox, "/token", &question);
    assert_eq!(status, 200, "{token}");
    question["grantType"] = "refresh_token".into();
    question["refreshToken"] = token["refreshToken"].clone();
    (token, question)
}

fn accounts(sandbox: &Sandbox, token: &Value) -> u16 {
    let header = format!("x-amz-sso_bearer_token: {}\r\n", token["accessToken"].as_str().expect("a token"));
    send(sandbox, "GET", "/assignment/accounts", &header, "").0
}

fn throttled(code: &str) -> FaultAnswer {
    FaultAnswer {
        message: None,
        retry_after: Some(7),
        headers: [("X-Amz-Extra".to_owned(), "yes".to_owned())].into(),
        ..FaultAnswer::error(429, code, "")
    }
}

#[test]
fn an_answer_is_given_in_the_protocol_of_the_service() {
    let sandbox = sandbox();
    sandbox.set_fault(Fault::of("*", FaultEffect::Answer(throttled("ThrottlingException"))).times(4));
    let (status, head, body) = register(&sandbox);
    assert_eq!((status, &body["error"]), (429, &"throttling".into()));
    assert!(head.contains("\r\nretry-after: 7\r\n") && head.contains("\r\nx-amz-extra: yes\r\n"), "{head}");
    assert!(head.contains("x-amzn-errortype: throttlingexception:"), "{head}");
    let (status, _, body) = send(&sandbox, "POST", "/", "", "Action=GetCallerIdentity&Version=2011-06-15");
    assert!(status == 429 && body.contains("<Code>ThrottlingException</Code>"), "{body}");
    let target = "x-amz-target: ServiceQuotasV20190624.ListServiceQuotas\r\n";
    let (status, _, body) = send(&sandbox, "POST", "/", target, r#"{"ServiceCode":"bedrock"}"#);
    assert!(status == 429 && body.contains("\"__type\":\"ThrottlingException\""), "{body}");
    let (status, head, body) = send(&sandbox, "GET", "/inference-profiles", "", "");
    assert!(status == 429 && head.contains("x-amzn-errortype: throttlingexception\r\n"), "{head}");
    assert_eq!(body, r#"{"message":"Too many requests, please wait before trying again."}"#);
    assert_eq!(register(&sandbox).0, 200);
    assert_eq!(sandbox.requests().iter().filter(|entry| entry.fault).count(), 4);
}

#[test]
fn faults_are_set_listed_and_cleared_from_outside() {
    let sandbox = sandbox();
    let fault = json!({
        "operation": "sso-oidc:Register*", "skip": 1, "times": 1, "latency": "300ms",
        "effect": { "answer": { "status": 502, "body": "<html>proxy</html>", "media_type": "text/html" } },
    });
    let (status, set) = control(&sandbox, "POST", "/faults", &fault.to_string());
    assert_eq!((status, &set["id"]), (200, &1.into()));
    let began = Instant::now();
    assert_eq!(register(&sandbox).0, 200);
    let (status, head, body) = send(&sandbox, "POST", "/client/register", MALFORMED, "{}");
    assert!(status == 502 && head.contains("content-type: text/html") && body == "<html>proxy</html>", "{head}");
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert_eq!(register(&sandbox).0, 200);
    let (_, listed) = control(&sandbox, "GET", "/faults", "");
    assert_eq!((&listed[0]["id"], &listed[0]["requests"]), (&1.into(), &3.into()));
    assert_eq!(control(&sandbox, "DELETE", "/faults/2", "").0, 404);
    assert_eq!(control(&sandbox, "DELETE", "/faults/1", "").0, 200);
    for (wrong, reason) in [("{\"colour\":1}", "colour"), ("{}", "`effect`"), ("", "EOF")] {
        let (status, answer) = control(&sandbox, "POST", "/faults", wrong);
        assert!(status == 400 && answer["error"].as_str().expect("a reason").contains(reason), "{answer}");
    }
    assert_eq!(control(&sandbox, "GET", "/nothing", "").0, 404);
    // The door itself is not in the log.
    assert_eq!(control(&sandbox, "GET", "/requests", "").1.as_array().expect("a list").len(), 3);
}

#[test]
fn a_connection_is_dropped_before_or_after_the_request_is_processed() {
    let sandbox = sandbox();
    let (_, refresh) = signed_in(&sandbox);
    sandbox.set_fault(Fault::of("CreateToken", FaultEffect::DroppedBefore).times(1));
    assert_eq!(post(&sandbox, "/token", &refresh).0, 0);
    sandbox.set_fault(Fault::of("CreateToken", FaultEffect::DroppedAfter).times(1));
    // The first attempt was never processed, the second was: its token is used up.
    assert_eq!(post(&sandbox, "/token", &refresh).0, 0);
    let (status, _, answer) = post(&sandbox, "/token", &refresh);
    assert_eq!((status, &answer["error"]), (400, &"invalid_grant".into()));
    let dropped = sandbox.requests().iter().filter(|entry| entry.status == 0).count();
    assert_eq!(dropped, 2);
}

#[test]
fn an_answer_breaks_off_in_the_middle() {
    let sandbox = sandbox();
    sandbox.set_fault(Fault::of("RegisterClient", FaultEffect::Cut { after: 0 }).times(1));
    let (status, head, body) = send(&sandbox, "POST", "/client/register", MALFORMED, "{}");
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let announced: usize = announced.expect("announced").parse().expect("a number");
    assert!(status == 400 && !body.is_empty() && body.len() < announced, "{head}\n{body}");
}

#[test]
fn silence_lasts_until_the_fault_is_not_about_the_request() {
    let sandbox = sandbox();
    sandbox.set_fault(Fault::of("RegisterClient", FaultEffect::Silence).times(1));
    let address = sandbox.endpoint();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a time limit");
    stream
        .write_all(
            b"POST /client/register HTTP/1.1\r\nhost: x\r\nx-sandbox-malformed: yes\r\ncontent-length: 2\r\n\r\n{}",
        )
        .expect("sent");
    assert!(stream.read(&mut [0; 16]).is_err());
    assert_eq!(register(&sandbox).0, 200);
}

#[test]
fn a_device_waits_for_one_request_that_approves_or_denies_it() {
    let sandbox = sandbox();
    for (word, status, error) in [("approve", 200, Value::Null), ("deny", 400, "access_denied".into())] {
        let (device, question) = device(&sandbox);
        assert_eq!(post(&sandbox, "/token", &question).2["error"], "authorization_pending");
        let code = device["userCode"].as_str().expect("a code");
        assert_eq!(control(&sandbox, "GET", "", "").1["pending_sign_ins"]["user_codes"], json!([code]));
        assert_eq!(control(&sandbox, "POST", &format!("/{word}?user_code=NOBODYS"), "").1["decided"], 0);
        assert_eq!(control(&sandbox, "POST", &format!("/{word}?user_code={code}"), "").1["decided"], 1);
        let (answered, _, answer) = post(&sandbox, "/token", &question);
        assert_eq!((answered, &answer["error"]), (status, &error));
    }
    let (_, question) = device(&sandbox);
    assert!(sandbox.decide_sign_ins(true) > 0);
    assert_eq!(post(&sandbox, "/token", &question).0, 200);
}

#[test]
fn an_open_page_is_decided_from_outside_and_the_program_behind_it_gets_its_redirect() {
    let sandbox = sandbox();
    let program = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = program.local_addr().expect("bound").port();
    let (_, _, client) = register(&sandbox);
    let page = format!(
        "/authorize?response_type=code&client_id={}&redirect_uri=http%3A%2F%2F127.0.0.1%3A{port}%2Foauth%2Fcallback\
         &state=s-1&scopes=sso%3Aaccount%3Aaccess&code_challenge_method=S256&code_challenge=c",
        client["clientId"].as_str().expect("an id")
    );
    let callback = || {
        let (stream, _) = program.accept().expect("a visitor");
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).expect("a request");
        line
    };
    for (word, expected) in
        [("approve", "GET /oauth/callback?code="), ("deny", "GET /oauth/callback?error=access_denied&state=s%2D1")]
    {
        let (status, _, shown) = send(&sandbox, "GET", &page, "", "");
        assert!(status == 200 && shown.contains("Allow access"), "{shown}");
        assert_eq!(control(&sandbox, "POST", &format!("/{word}"), "").1["decided"], 1);
        let line = callback();
        assert!(line.starts_with(expected), "{line}");
    }
    // What was said beforehand needs no page, until people are asked again.
    control(&sandbox, "POST", "/approve?from_now_on=yes", "");
    assert_eq!(send(&sandbox, "GET", &page, "", "").0, 302);
    control(&sandbox, "POST", "/ask", "");
    assert_eq!(send(&sandbox, "GET", &page, "", "").0, 200);
    assert_eq!(send(&sandbox, "POST", &page, "", "decision=allow").0, 302);
    assert_eq!(control(&sandbox, "GET", "", "").1["pending_sign_ins"]["pages"], 0);
}

#[test]
fn sessions_are_forgotten_and_tokens_expire_from_outside() {
    let sandbox = sandbox();
    let (token, refresh) = signed_in(&sandbox);
    assert_eq!(accounts(&sandbox, &token), 200);
    control(&sandbox, "POST", "/expire-tokens", "");
    assert_eq!(accounts(&sandbox, &token), 401);
    let (status, _, renewed) = post(&sandbox, "/token", &refresh);
    assert_eq!((status, accounts(&sandbox, &renewed)), (200, 200));
    control(&sandbox, "POST", "/forget-sessions", "");
    assert_eq!(accounts(&sandbox, &renewed), 401);
    let mut refresh = refresh;
    refresh["refreshToken"] = renewed["refreshToken"].clone();
    assert_eq!(post(&sandbox, "/token", &refresh).2["error"], "invalid_grant");
    let (token, _) = signed_in(&sandbox);
    assert_eq!(accounts(&sandbox, &token), 200);
    control(&sandbox, "POST", "/age?by=2h", "");
    assert_eq!(accounts(&sandbox, &token), 401);
}

#[test]
fn time_goes_on_when_told_and_every_answer_says_what_time_it_is() {
    let account = Account { clock_ahead: jiff::SignedDuration::from_hours(-24), ..Account::default() };
    let sandbox = playing(account);
    let date = || {
        let (_, head, _) = register(&sandbox);
        let date = head.lines().find_map(|line| line.strip_prefix("date: ")).expect("a date").to_owned();
        jiff::fmt::rfc2822::parse(&date).expect("RFC 2822").timestamp()
    };
    let before = date();
    assert_eq!(control(&sandbox, "POST", "/advance?by=30h", "").0, 200);
    let passed = date().duration_since(before);
    assert!(
        passed >= jiff::SignedDuration::from_hours(30) && passed < jiff::SignedDuration::from_hours(31),
        "{passed}"
    );
    for wrong in ["", "?by=soon", "?by=-1h"] {
        assert_eq!(control(&sandbox, "POST", &format!("/advance{wrong}"), "").0, 400);
    }
}

#[test]
fn a_web_identity_is_exchanged_for_credentials_of_the_role_that_trusts_it() {
    let role = "[[accounts.iam_roles]]\nname = \"ci\"\npermissions = { allow = [\"bedrock:*\"] }\n\
                trust = { web_identity = { issuer = \"https://ci.example.com\", audience = \"sts.amazonaws.com\", \
                subject = \"repo:us/*\" } }\n";
    let text = include_str!("../account.toml").replace("# Cross-region", &format!("{role}\n# Cross-region"));
    let account = Account::from_toml(&text).expect("a valid account");
    let sandbox = playing(account);
    let assume = |token: &str| {
        let form = format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=run-1\
             &RoleArn=arn:aws:iam::111122223333:role/ci&WebIdentityToken={token}"
        );
        let (status, _, body) = send(&sandbox, "POST", "/", "", &form);
        (status, body)
    };
    let path = "/web-identity?issuer=https://ci.example.com&subject=repo:us/app";
    let (_, answer) = control(&sandbox, "POST", path, "");
    let (status, body) = assume(answer["token"].as_str().expect("a token"));
    assert!(status == 200 && body.contains("assumed-role/ci/run-1"), "{body}");
    let refused = |issuer: &str, audience: &str, subject: &str, code: &str| {
        let (_, body) = assume(&sandbox.web_identity_token(issuer, audience, subject));
        assert!(body.contains(&format!("<Code>{code}</Code>")), "{body}");
    };
    refused("https://ci.example.com", "sts.amazonaws.com", "repo:them/app", "AccessDenied");
    refused("https://ci.example.com", "them", "repo:us/app", "InvalidIdentityToken");
    refused("https://them.example.com", "sts.amazonaws.com", "repo:us/app", "InvalidIdentityToken");
    sandbox.age(Duration::from_hours(2));
    let (status, body) = assume(answer["token"].as_str().expect("a token"));
    assert!(status == 400 && body.contains("ExpiredTokenException"), "{body}");
}
