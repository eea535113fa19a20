//! Asking again when AWS is busy, for the calls whose repetition the SDK does not do as its services want it: none of
//! its own honours `Retry-After`, and a refresh token must not be sent again after a lost answer.

use std::future::Future;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use aws_smithy_types::retry::ErrorKind;

use super::DEADLINE;

/// How often something is asked at most.
const MOST_ATTEMPTS: u32 = 4;

/// How long the first wait is when the service does not say; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(300);

/// After what an attempt may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::aws) enum Repeat {
    /// After an answer that says nothing was done: 429 and 5xx.
    Answered,
    /// After a lost answer too, for asking twice does no harm.
    AnsweredOrLost,
}

/// Asks until there is an answer other than that the service is busy, within [`DEADLINE`].
///
/// # Errors
/// The last attempt's.
pub(in crate::aws) async fn ask<T, E, F>(
    repeat: Repeat,
    mut attempt: impl FnMut() -> F,
) -> Result<T, SdkError<E, HttpResponse>>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let start = Instant::now();
    let mut attempts = 1;
    let mut usual_wait = FIRST_WAIT;
    loop {
        let outcome = attempt().await;
        let wait = outcome.as_ref().err().and_then(|error| wait_after(error, repeat, usual_wait));
        match wait {
            // A service that wants more patience than there is gets none at all.
            Some(wait) if attempts < MOST_ATTEMPTS && start.elapsed() + wait < DEADLINE => {
                tokio::time::sleep(wait).await;
            }
            _ => return outcome,
        }
        attempts += 1;
        usual_wait *= 2;
    }
}

/// How long to wait before the next attempt; none where there should be no next one.
fn wait_after<E>(error: &SdkError<E, HttpResponse>, repeat: Repeat, usual: Duration) -> Option<Duration> {
    let if_harmless = || (repeat == Repeat::AnsweredOrLost).then_some(usual);
    match error {
        SdkError::TimeoutError(_) => if_harmless(),
        // A connection that was closed without an answer is a transient error of no other kind.
        SdkError::DispatchFailure(failure)
            if failure.is_io() || failure.is_timeout() || failure.as_other() == Some(ErrorKind::TransientError) =>
        {
            if_harmless()
        }
        _ => {
            let answer = error.raw_response()?;
            let status = answer.status().as_u16();
            (status == 429 || status >= 500).then(|| retry_after(answer).unwrap_or(usual))
        }
    }
}

/// The seconds in `Retry-After` (RFC 9110, section 10.2.3); the form with a date is not used by AWS.
fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    answer.headers().get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}
