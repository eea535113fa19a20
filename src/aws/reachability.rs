//! How far away Bedrock is in many regions, and what each of them says: all at once, under one deadline.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::aws::authority::Authority;
use crate::aws::bedrock::{Bedrock, InferenceProfile};
use crate::aws::call::CallError;
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::world::World;

/// What a whole look at the regions may take; one that has not answered by then is out of reach.
const DEADLINE: Duration = Duration::from_secs(6);

/// What the slowest have at least, however fast the others are: a few round trips to the other side of the world.
const AT_LEAST: Duration = Duration::from_millis(2500);

/// So many regions are asked at a time: those of the largest partition, and a bound should it grow.
const AT_ONCE: usize = 48;

/// So many connections to a region are measured.
const CONNECTIONS: usize = 3;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(3);

/// What a region answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The region's name.
    pub region: String,
    /// How it was reached, or why it was not.
    pub outcome: Result<Reached, Unreached>,
}

/// A region that was reached.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The median time from a request to its answer, on connections that were open.
    pub latency: Duration,
    /// The inference profiles of the system that the principal sees there, or why it sees none; nothing where that took
    /// too long.
    pub listing: Option<Result<Vec<InferenceProfile>, CallError>>,
}

/// Why a region was not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreached {
    /// Its host has no address: a private network, or no Bedrock there.
    NoAddress,
    /// Nobody listens, or a proxy would not go there.
    Refused(String),
    /// It did not answer in time.
    TimedOut,
    /// Something between answers in its place, with a certificate that nobody here trusts.
    Untrusted(String),
    /// Something else, in the words of whoever noticed.
    Other(String),
}

/// Asks all regions at once. One that is dead is not waited for as long as the deadline allows: when three in four have
/// answered, the rest has three times as long as those took.
pub async fn ask(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    authority: &Authority,
    regions: &[String],
) -> Vec<Answer> {
    let configured = endpoint::configured(world, &files.profiles, Some(profile), Service::Bedrock);
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(DEADLINE).build();
    let connector = network::connector_with(world, &files.profiles, profile, &settings);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let begun = Instant::now();
    let (shorten, deadline) = watch::channel(begun + DEADLINE);
    let mut asked = JoinSet::new();
    for (at, region) in regions.iter().enumerate() {
        let bedrock = Bedrock::through(&connector, region, configured.clone(), authority);
        let (connector, configured, places) = (connector.clone(), configured.clone(), Arc::clone(&places));
        let (region, deadline) = (region.clone(), deadline.clone());
        asked.spawn(async move {
            let asking = async {
                let _place = places.acquire().await;
                ask_one(&connector, configured, &bedrock, &region, deadline).await
            };
            (at, Answer { outcome: asking.await, region })
        });
    }
    let mut answers = Vec::new();
    while let Some(answered) = asked.join_next().await {
        answers.extend(answered.ok());
        if answers.len() * 4 >= regions.len() * 3 {
            // The first time it is so counts; every later one would only be later.
            shorten.send_if_modified(|until| shortened(until, begun, begun.elapsed()));
        }
    }
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn shortened(until: &mut Instant, begun: Instant, most_took: Duration) -> bool {
    let sooner = begun + (most_took * 3).max(AT_LEAST);
    let is_sooner = sooner < *until;
    *until = sooner.min(*until);
    is_sooner
}

/// What comes of `work`; nothing when the deadline, which may be moved, is earlier.
async fn before<T>(deadline: &mut watch::Receiver<Instant>, work: impl Future<Output = T>) -> Option<T> {
    tokio::pin!(work);
    loop {
        let until = *deadline.borrow_and_update();
        tokio::select! {
            done = &mut work => return Some(done),
            () = sleep_until(until) => return None,
            Ok(()) = deadline.changed() => {}
        }
    }
}

/// Measures first, for what is listed takes time to be read; the listing goes through an open connection then.
async fn ask_one(
    connector: &SharedHttpConnector,
    configured: Option<String>,
    bedrock: &Bedrock,
    region: &str,
    mut deadline: watch::Receiver<Instant>,
) -> Result<Reached, Unreached> {
    let address = match configured {
        Some(address) => address,
        None => endpoint::bedrock_address(region).await.ok_or(Unreached::NoAddress)?,
    };
    let measuring = before(&mut deadline, median_latency(connector, &address));
    let latency = measuring.await.unwrap_or(Err(Unreached::TimedOut))?;
    let listing = before(&mut deadline, bedrock.inference_profiles()).await;
    Ok(Reached { latency, listing })
}

async fn median_latency(connector: &SharedHttpConnector, address: &str) -> Result<Duration, Unreached> {
    let mut measured = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (connector, address) = (connector.clone(), address.to_owned());
        measured.spawn(async move { round_trip(&connector, &address).await });
    }
    let (mut times, mut failure) = (Vec::new(), None);
    for outcome in measured.join_all().await {
        match outcome {
            Ok(time) => times.push(time),
            Err(unreached) => failure = Some(unreached),
        }
    }
    times.sort_unstable();
    match (times.get(times.len() / 2), failure) {
        (Some(median), _) => Ok(*median),
        (None, failure) => Err(failure.unwrap_or(Unreached::TimedOut)),
    }
}

/// The time of one request without a signature, which AWS refuses at its door, on a connection that another one opened.
async fn round_trip(connector: &SharedHttpConnector, address: &str) -> Result<Duration, Unreached> {
    knock(connector, address).await?;
    let begun = Instant::now();
    knock(connector, address).await?;
    Ok(begun.elapsed())
}

async fn knock(connector: &SharedHttpConnector, address: &str) -> Result<(), Unreached> {
    let request = HttpRequest::get(address).map_err(|error| Unreached::Other(error.to_string()))?;
    let answer = connector.call(request).await.map_err(|error| why(&error))?;
    // Read to its end, or the connection would not be free for the next.
    let body = aws_smithy_types::byte_stream::ByteStream::new(answer.into_body());
    body.collect().await.map(drop).map_err(|error| Unreached::Other(error.to_string()))
}

/// Reads the reason from the chain of errors; what it is made of is the HTTP client's own business.
fn why(error: &ConnectorError) -> Unreached {
    if error.is_timeout() {
        return Unreached::TimedOut;
    }
    let mut source: Option<&dyn std::error::Error> = Some(error);
    let mut words = String::new();
    while let Some(error) = source {
        words = error.to_string();
        if let Some(reason) = told_by(error, &words) {
            return reason;
        }
        source = error.source();
    }
    Unreached::Other(words)
}

fn told_by(error: &(dyn std::error::Error + 'static), words: &str) -> Option<Unreached> {
    let lower = words.to_ascii_lowercase();
    if lower.contains("dns error") || lower.contains("failed to lookup address") {
        return Some(Unreached::NoAddress);
    }
    if lower.contains("certificate") {
        return Some(Unreached::Untrusted(words.to_owned()));
    }
    if lower.contains("tunnel error") {
        return Some(Unreached::Refused(format!("the proxy would not go there ({words})")));
    }
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind)?;
    match kind {
        std::io::ErrorKind::ConnectionRefused => Some(Unreached::Refused("nobody listens there".into())),
        std::io::ErrorKind::TimedOut => Some(Unreached::TimedOut),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_region_is_waited_for_as_long_as_the_others_took_three_times() {
        let begun = Instant::now();
        for (most_took, expected) in [(100, 2500), (1500, 4500), (2500, 6000)] {
            let mut until = begun + DEADLINE;
            let is_sooner = shortened(&mut until, begun, Duration::from_millis(most_took));
            assert_eq!((until - begun).as_millis(), expected);
            assert_eq!(is_sooner, expected != DEADLINE.as_millis());
            assert!(!shortened(&mut until, begun, DEADLINE), "and never longer again");
        }
    }
}
