//! Credentials of `aws login`: the sign-in is made as the AWS CLI makes it, and renewed by us.

use std::io::{Read, Write};
use std::net::TcpStream;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::harness::{Home, mode};
use crate::hostile_files::in_namespace;

const USER: &str = r#"
[[accounts.users]]
name = "Admin"
permissions = { allow = ["bedrock:*", "sts:*"] }
"#;
const SESSION: &str = "arn:aws:iam::111122223333:user/Admin";
const CLIENT: &str = "arn:aws:signin:::devtools/same-device";
/// SHA-256 of the session.
const FILE: &str = ".aws/login/cache/15ad6a9800868e2ba5939d78849f67465e0f8392752060b3bfa16b8e10b47063.json";
const ASK: [&str; 3] = ["credentials", "--profile", "console"];

fn base64(bytes: impl AsRef<[u8]>) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.as_ref().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            text.push(char::from(DIGITS[usize::try_from(bits >> (18 - 6 * index) & 63).expect("six bits")]));
        }
    }
    text
}

fn url_safe(bytes: impl AsRef<[u8]>) -> String {
    base64(bytes).replace('+', "-").replace('/', "_")
}

fn proof(key: &EcdsaKeyPair, url: &str) -> String {
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": url_safe(x), "y": url_safe(y)});
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
    let now = now().as_second();
    let payload = json!({"htm": "POST", "htu": url, "iat": now, "jti": format!("the first of {now}")});
    let message = format!("{}.{}", url_safe(header.to_string()), url_safe(payload.to_string()));
    let signature = key.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
    format!("{message}.{}", url_safe(signature))
}

fn exchange(home: &Home, request: &str) -> String {
    let endpoint = home.sandbox.endpoint();
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://")).expect("the sandbox listens");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Signs in as `aws login` does and leaves its file behind.
fn signed_in() -> Home {
    let home = Home::with_more(USER);
    home.sandbox.decide_from_now_on(Some(true));
    let verifier = "a-verifier-of-more-than-forty-three-characters-as-it-has-to-be";
    let challenge = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    let page = exchange(
        &home,
        &format!(
            "GET /v1/authorize?response_type=code&client_id={CLIENT}&state=s&code_challenge_method=SHA-256&scope=openid\
             &redirect_uri=http://127.0.0.1:1/oauth/callback&code_challenge={} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            url_safe(challenge)
        ),
    );
    let code = page.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let url = format!("{}/v1/token", home.sandbox.endpoint());
    let body = json!({
        "clientId": CLIENT, "grantType": "authorization_code", "code": code, "codeVerifier": verifier,
        "redirectUri": "http://127.0.0.1:1/oauth/callback",
    })
    .to_string();
    let host = home.sandbox.endpoint().trim_start_matches("http://").to_owned();
    let answer = exchange(
        &home,
        &format!(
            "POST /v1/token HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nDPoP: {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            proof(&key, &url),
            body.len()
        ),
    );
    let (_, answer) = answer.split_once("\r\n\r\n").expect("a body");
    let answer: Value = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    let der = key.private_key().as_der().expect("RFC 5915");
    let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", padded(der.as_ref()));
    let mut token = answer["accessToken"].clone();
    token["accountId"] = "111122223333".into();
    token["expiresAt"] = time(now() + jiff::SignedDuration::from_mins(15));
    let file = json!({
        "accessToken": token, "tokenType": "aws_sigv4", "clientId": CLIENT, "refreshToken": answer["refreshToken"],
        "idToken": answer["idToken"], "dpopKey": pem, "unknown": ["kept"],
    });
    home.write(FILE, file.to_string());
    home.write(".aws/config", format!("[profile console]\nlogin_session = {SESSION}\nregion = us-west-2\n"));
    home
}

fn padded(bytes: &[u8]) -> String {
    let mut text = base64(bytes);
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

fn file(home: &Home) -> Value {
    serde_json::from_slice(&home.read(FILE)).expect("JSON")
}

fn change(home: &Home, pointer: &str, value: Value) {
    let mut file = file(home);
    *file.pointer_mut(pointer).expect("there") = value;
    home.write(FILE, file.to_string());
}

fn time(time: jiff::Timestamp) -> Value {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

#[expect(clippy::disallowed_methods, reason = "the test's own clock")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[test]
fn a_fresh_console_sign_in_is_used_as_it_is() {
    let home = signed_in();
    let before = home.asked("CreateOAuth2Token");
    let answer = home.run(ASK).json();
    assert_eq!(answer["Credentials"]["AccessKeyId"], file(&home)["accessToken"]["accessKeyId"]);
    assert_eq!(home.asked("CreateOAuth2Token"), before);
    let status = home.run(["status", "--json", "--profile", "console"]).json();
    assert_eq!(status["identity"]["arn"], SESSION);
}

#[test]
fn one_with_little_left_is_renewed_once_and_the_file_keeps_what_others_put_there() {
    let home = signed_in();
    change(&home, "/accessToken/expiresAt", time(now() + jiff::SignedDuration::from_mins(2)));
    let before = file(&home);
    let asked = home.asked("CreateOAuth2Token");
    let answer = home.run(ASK).json();
    let after = file(&home);
    assert_eq!(answer["Credentials"]["AccessKeyId"], after["accessToken"]["accessKeyId"]);
    assert_ne!(after["refreshToken"], before["refreshToken"]);
    for kept in ["unknown", "clientId", "dpopKey", "idToken", "tokenType"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!(after["accessToken"]["accountId"], "111122223333");
    assert_eq!(mode(&home.path().join(FILE)), 0o600);
    home.run(ASK).success();
    assert_eq!(home.asked("CreateOAuth2Token"), asked + 1);
    // The new refresh token works, too.
    change(&home, "/accessToken/expiresAt", time(now() - jiff::SignedDuration::from_mins(2)));
    home.run(ASK).success();
    assert_eq!(home.asked("CreateOAuth2Token"), asked + 2);
}

#[test]
fn a_renewal_that_could_not_be_kept_is_not_begun() {
    let home = signed_in();
    let before = home.asked("CreateOAuth2Token");
    for (minutes, code) in [(2, 0), (-2, 1)] {
        change(&home, "/accessToken/expiresAt", time(now() + jiff::SignedDuration::from_mins(minutes)));
        let script =
            "mount --bind ../.aws ../.aws; mount -o remount,bind,ro ../.aws; exec \"$0\" credentials --profile console";
        let Some(run) = in_namespace(&home, script) else { return };
        assert_eq!(run.code, Some(code), "{run:?}");
        assert!(code == 0 || run.stderr.contains("cannot create a file"), "{run:?}");
        assert_eq!(home.asked("CreateOAuth2Token"), before, "the refresh token is not spent");
    }
    home.run(ASK).success();
}

#[test]
fn one_that_cannot_be_renewed_is_used_to_its_end_and_then_needs_a_sign_in() {
    let home = signed_in();
    change(&home, "/refreshToken", "spent".into());
    change(&home, "/accessToken/expiresAt", time(now() + jiff::SignedDuration::from_mins(2)));
    home.run(ASK).success();
    change(&home, "/accessToken/expiresAt", time(now() - jiff::SignedDuration::from_mins(2)));
    let said = home.run(ASK).failure(3);
    insta::assert_snapshot!(said, @"error: the `aws login` sign-in as `arn:aws:iam::111122223333:user/Admin` has ended: run `aws login --profile console`, then try again");
}

#[test]
fn a_missing_or_damaged_file_needs_a_sign_in_and_is_not_shown() {
    let home = Home::with_more(USER);
    home.write(".aws/config", format!("[profile console]\nlogin_session = {SESSION}\n"));
    let said = home.run(ASK).failure(3);
    assert!(said.contains("aws login --profile console"), "{said}");
    for damaged in [r"{", r#"{"accessToken": "hush"}"#, r#"{"accessToken": {}, "dpopKey": "hush"}"#] {
        home.write(FILE, damaged);
        let said = home.run(ASK).failure(3);
        assert!(said.contains("does not hold an `aws login` sign-in") && !said.contains("hush"), "{said}");
    }
    let home = signed_in();
    change(&home, "/dpopKey", "hush".into());
    let said = home.run(ASK).failure(3);
    assert!(said.contains("its `dpopKey` is not a P-256 key"), "{said}");
}
