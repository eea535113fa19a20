//! One call to AWS: its runtime, its deadline, and its errors in the program's own words.

pub(in crate::aws) mod retry;
pub(in crate::aws) mod unanswered;

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// The longest any single call may take, its retries included.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// How often a call is tried.
const ATTEMPTS: u32 = 3;

/// How long an answer that has begun may pause. Three such pauses, the second in which each is noticed and the SDK's
/// back-off of at most one and two seconds fit into [`DEADLINE`]: who fell silent half-way is told apart from who never
/// answered.
const PAUSE: Duration = Duration::from_secs(3);

/// What is called an error without a code: something before AWS answered in its place.
const UNNAMED: &str = "an unnamed error";

/// Why a call to AWS brought no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// AWS answered with an error.
    #[error("{service} answered {code}: {message}")]
    Answered {
        /// The service, as people call it.
        service: &'static str,
        /// AWS's error code, such as `AccessDeniedException`.
        code: String,
        /// AWS's sentence.
        message: String,
    },
    /// No answer came in time.
    #[error("{service} did not answer in time")]
    TimedOut {
        /// The service.
        service: &'static str,
    },
    /// An answer began and did not go on.
    #[error("{service} began to answer and then stopped")]
    Stalled {
        /// The service.
        service: &'static str,
    },
    /// The service could not be reached, or its answer not read.
    #[error("{service} could not be reached: {reason}")]
    Unreachable {
        /// The service.
        service: &'static str,
        /// The innermost reasons.
        reason: String,
    },
    /// Another process, which was waited for, got no answer a moment ago.
    #[error("{0}")]
    UnansweredElsewhere(
        /// What it said.
        String,
    ),
}

impl CallError {
    /// AWS's error code, when it answered.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Answered { code, .. } => Some(code),
            Self::TimedOut { .. } | Self::Stalled { .. } | Self::Unreachable { .. } | Self::UnansweredElsewhere(_) => {
                None
            }
        }
    }

    /// Whether AWS says that the keys which signed have ended, however much life they claim.
    #[must_use]
    pub fn is_about_ended_keys(&self) -> bool {
        const ENDED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
        self.code().is_some_and(|code| ENDED.contains(&code))
    }

    /// Whether it may well be over soon: nobody answered, or AWS was too busy to.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        const BUSY: [&str; 6] = [
            UNNAMED,
            "InternalServerException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "ThrottlingException",
            "TooManyRequestsException",
        ];
        self.code().is_none_or(|code| BUSY.contains(&code))
    }

    /// Whether AWS refused for want of a permission.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self.code(), Some("AccessDeniedException" | "AccessDenied" | "ForbiddenException"))
    }
}

/// Runs calls to the end on a runtime that lives as long as they do.
///
/// # Panics
/// When the operating system refuses a runtime its event queue.
#[must_use]
pub fn block_on<F: Future>(calls: F) -> F::Output {
    #[expect(clippy::expect_used, reason = "without an event queue there is nothing left to try")]
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the operating system gives an event queue");
    let answer = runtime.block_on(calls);
    // A name look-up that hangs on its own thread must not hold the answer back.
    runtime.shutdown_background();
    answer
}

/// The configuration every client of ours starts from, for one of the SDK's crates: a region, an endpoint where one is
/// configured, a way through the network, our deadline and our retries.
macro_rules! client_config {
    ($sdk:ident, $network:expr, $region:expr, $endpoint:expr) => {{
        let region = $sdk::config::Region::new(String::from($region));
        let mut builder = $sdk::config::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region(region)
            .http_client($network)
            .timeout_config($crate::aws::call::timeouts())
            .stalled_stream_protection($crate::aws::call::stalls())
            .retry_config($crate::aws::call::retries());
        builder.set_endpoint_url($endpoint);
        builder
    }};
}
pub(super) use client_config;

/// The deadline as the SDK's clients take it.
#[must_use]
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(DEADLINE)
        .build()
}

/// How a silence in the middle of an answer is noticed.
#[must_use]
pub(super) fn stalls() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().grace_period(PAUSE).build()
}

/// [`ATTEMPTS`] with the SDK's back-off.
#[must_use]
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

/// Puts an error of the SDK into our own words.
pub(super) fn error<E>(service: &'static str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let (raw, answer) = (answer.raw(), answer.err());
            let message = answer.message().map(str::to_owned).or_else(|| description(raw));
            CallError::Answered {
                service,
                code: answer.code().unwrap_or(UNNAMED).to_owned(),
                message: message.unwrap_or_else(|| "no message".to_owned()),
            }
        }
        SdkError::TimeoutError(_) => CallError::TimedOut { service },
        SdkError::DispatchFailure(failure) if failure.is_timeout() => CallError::TimedOut { service },
        other => match innermost(other) {
            // The SDK's own watch over a body; its type is not public.
            reason if reason.starts_with("minimum throughput") => CallError::Stalled { service },
            reason => CallError::Unreachable { service, reason },
        },
    }
}

/// What the token service says of an error, in the form of OAuth (RFC 6749, section 5.2), which the SDK takes for none.
fn description(answer: &HttpResponse) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(answer.body().bytes()?).ok()?;
    body["error_description"].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The last and most telling link of a chain of errors.
fn innermost<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut last = None;
    while let Some(error) = source {
        last = Some(error.to_string());
        source = error.source();
    }
    last.unwrap_or_else(|| DisplayErrorContext(error).to_string())
}

/// Waits for all, polled together; what they give, in their order.
pub async fn joined<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, output) in &mut waiting {
            if output.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if waiting.iter().all(|(_, output)| output.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}
