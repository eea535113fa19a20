//! Device authorization (RFC 8628): a code, shown here and entered in any browser.

use std::time::Duration;

use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::operation::start_device_authorization::StartDeviceAuthorizationOutput;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use crate::aws::call::{self, CallError};
use crate::aws::session::Granted;

use super::record::{Pending, Record};
use super::registration::{self, Flow, Registration};
use super::{Announcement, SignIn, SignInError};

const SERVICE: &str = "AWS IAM Identity Center";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the service asks for when it does not say (RFC 8628, section 3.2).
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds (RFC 8628, section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// Shows a code and waits for it to be entered; one that was shown before and still waits is taken up again, and then
/// no browser is opened a second time.
pub(super) async fn walk(sign_in: &SignIn<'_>, record: &mut Record, opens: bool) -> Result<Granted, SignInError> {
    let client = sign_in.client();
    let waiting = record.pending(sign_in.world.now()).cloned();
    let resumed = waiting.is_some();
    let pending = match waiting {
        Some(pending) => pending,
        None => start(sign_in, &client, record).await?,
    };
    let announcement = Announcement::Code {
        code: pending.user_code.clone(),
        address: pending.address.clone(),
        complete: pending.complete.clone(),
        resumed,
    };
    let page = pending.complete.as_deref().unwrap_or(&pending.address);
    sign_in.present(announcement, (opens && !resumed).then_some(page));
    poll(sign_in, &client, &pending).await
}

async fn start(sign_in: &SignIn<'_>, client: &Client, record: &mut Record) -> Result<Pending, SignInError> {
    let SignIn { world, sso, .. } = sign_in;
    let mut registration = registration::obtain(world, client, sso, Flow::Code).await?;
    let mut answer = begin(sign_in, client, &registration).await;
    if answer.as_ref().is_err_and(registration::is_refused) {
        registration::forget(world, sso, &registration, Flow::Code);
        registration = registration::obtain(world, client, sso, Flow::Code).await?;
        answer = begin(sign_in, client, &registration).await;
    }
    let answer = answer?;
    let incomplete = || CallError::Unreachable { service: SERVICE, reason: "its answer holds no code".into() };
    let interval = u64::try_from(answer.interval).ok().filter(|seconds| *seconds > 0);
    let pending = Pending {
        client_id: registration.client_id,
        client_secret: registration.client_secret.expose_secret().to_owned(),
        registration_expires_at: registration.expires_at,
        device_code: answer.device_code.ok_or_else(incomplete)?,
        user_code: answer.user_code.ok_or_else(incomplete)?,
        address: answer.verification_uri.ok_or_else(incomplete)?,
        complete: answer.verification_uri_complete,
        interval_seconds: interval.unwrap_or(DEFAULT_INTERVAL.as_secs()),
        expires_at: world.now() + SignedDuration::from_secs(answer.expires_in.into()),
    };
    record.wait_for(world, sso, pending.clone());
    Ok(pending)
}

async fn begin(
    sign_in: &SignIn<'_>,
    client: &Client,
    registration: &Registration,
) -> Result<StartDeviceAuthorizationOutput, CallError> {
    let request = client
        .start_device_authorization()
        .client_id(&registration.client_id)
        .client_secret(registration.client_secret.expose_secret())
        .start_url(&sign_in.sso.start_url);
    request.send().await.map_err(|error| call::error(SERVICE, &error))
}

async fn poll(sign_in: &SignIn<'_>, client: &Client, pending: &Pending) -> Result<Granted, SignInError> {
    let mut interval = Duration::from_secs(pending.interval_seconds);
    loop {
        let error = match ask(sign_in, client, pending).await {
            Ok(granted) => return Ok(granted),
            Err(error) => error,
        };
        match error.code() {
            Some("SlowDownException") => interval += SLOW_DOWN,
            Some("AccessDeniedException") => return Err(SignInError::Refused(sign_in.name())),
            Some("ExpiredTokenException" | "InvalidGrantException") => {
                return Err(SignInError::TimedOut(sign_in.name()));
            }
            // Not entered yet; or the service is busy or out of reach for a moment. The code still waits, and the
            // deadline is near.
            Some(
                "AuthorizationPendingException"
                | "InternalServerException"
                | "TooManyRequestsException"
                | "ThrottlingException",
            )
            | None => {}
            Some(_) => return Err(error.into()),
        }
        tokio::time::sleep(interval).await;
    }
}

async fn ask(sign_in: &SignIn<'_>, client: &Client, pending: &Pending) -> Result<Granted, CallError> {
    let answer = client
        .create_token()
        .client_id(&pending.client_id)
        .client_secret(&pending.client_secret)
        .grant_type(GRANT)
        .device_code(&pending.device_code)
        .send()
        .await
        .map_err(|error| call::error(SERVICE, &error))?;
    let registration = Registration {
        client_id: pending.client_id.clone(),
        client_secret: pending.client_secret.clone().into(),
        expires_at: pending.registration_expires_at,
    };
    granted(sign_in.world.now(), registration, answer)
}

/// What a token answer grants.
pub(super) fn granted(
    now: Timestamp,
    registration: Registration,
    answer: aws_sdk_ssooidc::operation::create_token::CreateTokenOutput,
) -> Result<Granted, CallError> {
    let Some(access_token) = answer.access_token else {
        return Err(CallError::Unreachable { service: SERVICE, reason: "its answer holds no access token".into() });
    };
    Ok(Granted {
        access_token: access_token.into(),
        expires_at: now + SignedDuration::from_secs(answer.expires_in.into()),
        refresh_token: answer.refresh_token.map(Into::into),
        client_id: registration.client_id,
        client_secret: registration.client_secret,
        registration_expires_at: registration.expires_at,
    })
}
