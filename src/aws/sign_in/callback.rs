//! The authorization-code grant with a proof key (RFC 8252, RFC 7636): the browser calls back to a port of this
//! machine's loopback address. Where that browser runs on another machine it ends up at an address nobody answers, and
//! a person can paste that one.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::aws::call::{self, CallError};
use crate::aws::profile::{ACCOUNT_ACCESS, SsoProfile};
use crate::aws::session::{Granted, SessionError};

use super::proof::Proof;
use super::record::Record;
use super::registration::{self, Flow, Registration};
use super::{Announcement, SignIn, SignInError, code, page};

const SERVICE: &str = "AWS IAM Identity Center";

/// The path the browser is sent back to.
const PATH: &str = "/oauth/callback";

/// How long one connection may take to say what it wants; browsers open spare ones and say nothing.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(5);

/// The longest request that is read; an authorization code takes a few hundred bytes.
const LONGEST_REQUEST: usize = 16 * 1024;

/// What stays as it is in a query's value (RFC 3986's unreserved characters).
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the browser brought back, with the connection that waits for a page.
struct Callback {
    outcome: Result<String, String>,
    /// None where the address was pasted.
    stream: Option<TcpStream>,
}

/// Opens the authorization page and waits for the browser to come back with a code.
pub(super) async fn walk(sign_in: &SignIn<'_>, record: &mut Record) -> Result<Granted, SignInError> {
    let SignIn { world, sso, .. } = sign_in;
    // Listening comes first: a browser that is signed in already is back in an instant.
    let file_error = |error: std::io::Error| SignInError::Session(SessionError::File(error.to_string()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(file_error)?;
    let port = listener.local_addr().map_err(file_error)?.port();
    let client = sign_in.client();
    let registration = registration::obtain(world, &client, sso, Flow::Callback).await?;
    let no_randomness = || SessionError::File("the operating system gives no random numbers".into());
    let proof = Proof::new().ok_or_else(no_randomness)?;
    let redirect = format!("http://127.0.0.1:{port}{PATH}");
    let base = sign_in.authorize_base().await;
    let address = address(&base, sso, &registration, &proof, &redirect);
    sign_in.present(Announcement::Browser { address: address.clone() }, Some(&address));
    record.forget(world, sso);
    let Callback { outcome, stream } = tokio::select! {
        callback = wait(listener, &proof.state) => callback,
        outcome = pasted(sign_in, &proof.state) => Callback { outcome, stream: None },
    };
    let granted = match outcome {
        Ok(code) => exchange(sign_in, &client, &registration, &proof, &redirect, &code).await,
        Err(reason) if reason == "access_denied" => Err(SignInError::Refused(sign_in.name())),
        Err(reason) => {
            Err(CallError::Answered { service: SERVICE, code: reason, message: "no sign-in was granted".into() }.into())
        }
    };
    let page = match &granted {
        Ok(_) => page::signed_in(&sign_in.name(), sign_in.profile),
        Err(error) => page::failed(&error.to_string()),
    };
    if let Some(mut stream) = stream {
        answer(&mut stream, "200 OK", &page).await;
    }
    granted
}

/// The authorization page's address. The service names the parameter `scopes`.
fn address(base: &str, sso: &SsoProfile, registration: &Registration, proof: &Proof, redirect: &str) -> String {
    let scopes = match sso.registration_scopes.as_slice() {
        [] => ACCOUNT_ACCESS.to_owned(),
        scopes => scopes.join(" "),
    };
    let parameters = [
        ("response_type", "code"),
        ("client_id", &registration.client_id),
        ("redirect_uri", redirect),
        ("state", &proof.state),
        ("code_challenge_method", "S256"),
        ("scopes", &scopes),
        ("code_challenge", &proof.challenge),
    ];
    let query: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY_VALUE))).collect();
    format!("{base}/authorize?{}", query.join("&"))
}

async fn exchange(
    sign_in: &SignIn<'_>,
    client: &aws_sdk_ssooidc::Client,
    registration: &Registration,
    proof: &Proof,
    redirect: &str,
    code: &str,
) -> Result<Granted, SignInError> {
    let answer = client
        .create_token()
        .client_id(&registration.client_id)
        .client_secret(registration.client_secret.expose_secret())
        .grant_type("authorization_code")
        .redirect_uri(redirect)
        .code_verifier(&proof.verifier)
        .code(code)
        .send()
        .await
        .map_err(|error| call::error(SERVICE, &error))
        .inspect_err(|error| {
            if registration::is_refused(error) {
                // The next sign-in registers anew.
                registration::forget(sign_in.world, sign_in.sso, registration, Flow::Callback);
            }
        })?;
    Ok(code::granted(sign_in.world.now(), registration.clone(), answer)?)
}

/// Serves connections until one brings the answer to our question. The others, a favicon's, a spare one's or a
/// stranger's, are answered and forgotten.
async fn wait(listener: TcpListener, state: &str) -> Callback {
    let (sender, mut receiver) = mpsc::channel(1);
    loop {
        tokio::select! {
            Some(callback) = receiver.recv() => return callback,
            Ok((stream, _)) = listener.accept() => {
                let (sender, state) = (sender.clone(), state.to_owned());
                tokio::spawn(async move {
                    let served = tokio::time::timeout(CONNECTION_PATIENCE, serve(stream, &state)).await;
                    if let Ok(Some(callback)) = served {
                        let _ = sender.send(callback).await;
                    }
                });
            }
        }
    }
}

/// Waits until a line that was pasted answers our question; for ever where nobody pastes any.
async fn pasted(sign_in: &SignIn<'_>, state: &str) -> Result<String, String> {
    let Some(lines) = &sign_in.pasted else { return std::future::pending().await };
    let mut lines = lines.lock().await;
    while let Some(line) = lines.recv().await {
        match judge(target_in(&line), state) {
            Judged::Answer(outcome) => return outcome,
            Judged::Stray | Judged::Forged => (sign_in.tell)(&Announcement::NotTheAddress),
        }
    }
    std::future::pending().await
}

/// The target of a request in the address line of a browser, which may leave the scheme out.
fn target_in(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or(rest, |at| &rest[at..])
}

async fn serve(mut stream: TcpStream, state: &str) -> Option<Callback> {
    let target = read_target(&mut stream).await?;
    match judge(&target, state) {
        Judged::Answer(outcome) => Some(Callback { outcome, stream: Some(stream) }),
        Judged::Stray => {
            answer(&mut stream, "404 Not Found", &page::nothing_here()).await;
            None
        }
        Judged::Forged => {
            answer(&mut stream, "400 Bad Request", &page::not_ours()).await;
            None
        }
    }
}

/// What a request means.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    /// A code, or why there is none.
    Answer(Result<String, String>),
    /// Not the callback's path.
    Stray,
    /// The callback's path without our state: some other page's doing.
    Forged,
}

fn judge(target: &str, state: &str) -> Judged {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != PATH {
        return Judged::Stray;
    }
    let value = |wanted: &str| {
        let pair = query.split('&').find_map(|pair| pair.strip_prefix(wanted)?.strip_prefix('='))?;
        percent_decode_str(&pair.replace('+', " ")).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    if value("state").as_deref() != Some(state) {
        return Judged::Forged;
    }
    match (value("code"), value("error")) {
        (Some(code), None) => Judged::Answer(Ok(code)),
        (_, Some(error)) => Judged::Answer(Err(error)),
        (None, None) => Judged::Forged,
    }
}

/// The target of a GET request.
async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut piece = [0; 2048];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.ok()?;
        if read == 0 || request.len() + read > LONGEST_REQUEST {
            return None;
        }
        request.extend_from_slice(&piece[..read]);
    }
    let text = String::from_utf8(request).ok()?;
    let mut words = text.lines().next()?.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned))?
}

async fn answer(stream: &mut TcpStream, status: &str, page: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nConnection: close\r\n\r\n",
        page.len()
    );
    // A browser that went away needs no page.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(page.as_bytes()).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_question_is_answered() {
        let answer = |result: Result<&str, &str>| Judged::Answer(result.map(str::to_owned).map_err(str::to_owned));
        assert_eq!(judge("/oauth/callback?code=a%2Fb&state=s", "s"), answer(Ok("a/b")));
        assert_eq!(judge("/oauth/callback?state=s&error=access_denied", "s"), answer(Err("access_denied")));
        assert_eq!(judge("/oauth/callback?code=c&state=x", "s"), Judged::Forged);
        assert_eq!(judge("/oauth/callback?code=c", "s"), Judged::Forged);
        assert_eq!(judge("/oauth/callback", "s"), Judged::Forged);
        assert_eq!(judge("/favicon.ico", "s"), Judged::Stray);
        assert_eq!(judge("/?code=c&state=s", "s"), Judged::Stray);
    }

    #[test]
    fn an_address_line_holds_the_same_answer() {
        let target = "/oauth/callback?code=c&state=s";
        for line in ["http://127.0.0.1:4711", "127.0.0.1:4711", ""] {
            assert_eq!(target_in(&format!("{line}{target}")), target);
        }
        assert_eq!(judge(target_in("no address"), "s"), Judged::Stray);
    }
}
