//! The only proof that a model works: it is asked for one token, and how that ends.

mod messages;
mod stream;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::base64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time;

use crate::aws::authority::Authority;
use crate::aws::credentials::Credentials;
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::aws::signed::{self, Post};
use crate::model;
use crate::world::World;

use stream::{Reader, Stream};

/// How many models are asked at once. Enough for a region's whole list; a thousand connections would be rude.
const AT_ONCE: usize = 32;

/// How long all of them together may take.
pub const DEADLINE: Duration = Duration::from_secs(40);

/// How long one of them may take, connecting included.
const ONE_DEADLINE: Duration = Duration::from_secs(30);

/// What is sent costs about so many input tokens, besides the one output token.
pub const INPUT_TOKENS: usize = 8;

/// The beta that Claude Code sends for an id with `[1m]` behind it (observed with 2.1.329).
const LONG_CONTEXT_BETA: &str = "context-1m-2025-08-07";

/// The end of the path of a request whose answer is streamed.
const STREAMED: &str = "/invoke-with-response-stream";

/// The same for one whose answer comes as a whole, which takes another permission.
const WHOLE: &str = "/invoke";

/// What stays as it is in a path; the rest is encoded, and once more where it is signed.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The model said its token.
    Answered {
        /// The time until then, connecting included.
        first_token: Duration,
    },
    /// AWS answered with an error, at once or within the stream.
    Refused {
        /// The HTTP status; none within a stream.
        status: Option<u16>,
        /// AWS's error type.
        code: Option<String>,
        /// Its sentence.
        message: String,
    },
    /// Nothing came in time.
    TimedOut,
    /// AWS could not be reached, or its answer not read.
    Unreachable(String),
}

/// A model, and what came of asking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The id as it was given, `[1m]` and all.
    pub id: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// Where probes go, and as whom.
#[derive(Debug, Clone)]
pub struct Prober {
    connector: SharedHttpConnector,
    authority: Authority,
    address: String,
    /// Where Mantle answers, and the ids that are asked there.
    mantle: (String, Vec<String>),
    region: String,
    world: Arc<World>,
}

impl Prober {
    /// A prober for the region; nothing is sent yet.
    #[must_use]
    pub fn new(world: &World, files: &AwsFiles, profile: &str, region: &str, credentials: &Credentials) -> Self {
        Self::by(world, files, profile, region, &Authority::Keys(credentials.clone()))
    }

    /// The same for one who may hold an API key instead.
    #[must_use]
    pub fn by(world: &World, files: &AwsFiles, profile: &str, region: &str, authority: &Authority) -> Self {
        let address = |service| endpoint::address(world, &files.profiles, Some(profile), service, region);
        Self {
            connector: network::connector(world, &files.profiles, profile),
            authority: authority.clone(),
            address: address(Service::BedrockRuntime),
            mantle: (address(Service::BedrockMantle), Vec::new()),
            region: region.to_owned(),
            world: Arc::new(world.clone()),
        }
    }

    /// Asks these ids by Mantle.
    #[must_use]
    pub fn by_mantle(self, ids: Vec<String>) -> Self {
        Self { mantle: (self.mantle.0, ids), ..self }
    }

    /// Asks every model for one token, all at once, under one deadline; the answers come in the order of the ids.
    pub async fn ask_all(&self, ids: &[String]) -> Vec<Probed> {
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        let mut running = JoinSet::new();
        for (at, id) in ids.iter().cloned().enumerate() {
            let (prober, gate) = (self.clone(), Arc::clone(&gate));
            running.spawn(async move {
                let _place = gate.acquire_owned().await;
                (at, prober.ask(&id).await)
            });
        }
        let mut outcomes = vec![Outcome::TimedOut; ids.len()];
        let collect = async {
            while let Some(done) = running.join_next().await {
                if let Ok((at, outcome)) = done {
                    outcomes[at] = outcome;
                }
            }
        };
        // What has not ended by then is dropped with the set, and counts as it was set down: timed out.
        let _ = time::timeout(DEADLINE, collect).await;
        ids.iter().cloned().zip(outcomes).map(|(id, outcome)| Probed { id, outcome }).collect()
    }

    /// Asks one model for one token.
    pub async fn ask(&self, id: &str) -> Outcome {
        time::timeout(ONE_DEADLINE, self.exchange(id)).await.unwrap_or(Outcome::TimedOut)
    }

    /// Asks one model for one token in an answer that is not streamed.
    pub async fn ask_whole(&self, id: &str) -> Outcome {
        let start = Instant::now();
        let asked = self.post(id);
        let post = Post { address: asked.address.replace(STREAMED, WHOLE), ..asked };
        match self.settled(&post).await {
            Ok(()) => Outcome::Answered { first_token: start.elapsed() },
            Err(outcome) => outcome,
        }
    }

    /// Has a model, named by its own id, count the tokens of a probe, which AWS bills to nobody (Amazon Bedrock User
    /// Guide, token counting).
    ///
    /// # Errors
    /// How it ended where nothing was counted.
    pub async fn count(&self, id: &str) -> Result<(), Outcome> {
        let asked = self.post(id);
        let body = base64::encode(&asked.body);
        let post = Post {
            address: asked.address.replace(STREAMED, "/count-tokens"),
            body: format!(r#"{{"input":{{"invokeModel":{{"body":"{body}"}}}}}}"#),
            ..asked
        };
        self.settled(&post).await
    }

    /// The same by Mantle, where models have names of their own.
    ///
    /// # Errors
    /// How it ended where nothing was counted.
    pub async fn count_by_mantle(&self, id: &str) -> Result<(), Outcome> {
        self.settled(&messages::count(&self.mantle.0, id, &self.region)).await
    }

    async fn settled(&self, post: &Post) -> Result<(), Outcome> {
        match time::timeout(ONE_DEADLINE, self.send(post)).await {
            Err(_) => Err(Outcome::TimedOut),
            Ok(Err(reason)) => Err(Outcome::Unreachable(reason)),
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(mut response)) => Err(refusal(&mut response).await),
        }
    }

    async fn send(&self, post: &Post) -> Result<HttpResponse, String> {
        match &self.authority {
            Authority::Keys(credentials) => post.send(&self.connector, credentials, self.world.now()).await,
            Authority::ApiKey(key) => post.send_showing(&self.connector, key).await,
        }
    }

    async fn exchange(&self, id: &str) -> Outcome {
        let start = Instant::now();
        let (mantle, asked_there) = &self.mantle;
        let is_there = asked_there.iter().any(|known| known == id);
        let post = if is_there { messages::post(mantle, id, &self.region) } else { self.post(id) };
        match self.send(&post).await {
            Err(reason) => Outcome::Unreachable(reason),
            Ok(mut response) if response.status().is_success() && is_there => {
                first_token(&mut response, &mut messages::Lines::default(), start).await
            }
            Ok(mut response) if response.status().is_success() => match rewritten(&response) {
                Some(outcome) => outcome,
                None => first_token(&mut response, &mut Stream::default(), start).await,
            },
            Ok(mut response) => refusal(&mut response).await,
        }
    }

    fn post(&self, id: &str) -> Post {
        let plain = model::without_context_suffix(id);
        let path = utf8_percent_encode(plain, UNRESERVED);
        let betas = if plain == id { String::new() } else { format!(r#""anthropic_beta":["{LONG_CONTEXT_BETA}"],"#) };
        Post {
            address: format!("{}/model/{path}{STREAMED}", self.address),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("x-amzn-bedrock-accept", "application/json".to_owned()),
            ],
            body: format!(
                r#"{{"anthropic_version":"bedrock-2023-05-31",{betas}"max_tokens":1,"messages":[{{"role":"user","content":"."}}]}}"#
            ),
            service: "bedrock",
            region: self.region.clone(),
        }
    }
}

/// The media type of Bedrock's streams.
const STREAM: &str = "application/vnd.amazon.eventstream";

/// A stream that somebody on the way gave another form, in the words of Claude Code, which checks the same.
fn rewritten(response: &HttpResponse) -> Option<Outcome> {
    let kind = response.headers().get("content-type").filter(|kind| !kind.starts_with(STREAM))?;
    let message = format!("the streaming response has content-type \"{kind}\"; expected \"{STREAM}\"");
    Some(Outcome::Refused { status: Some(response.status().as_u16()), code: None, message })
}

/// Reads a stream until the model has spoken, or it ends otherwise.
async fn first_token(response: &mut HttpResponse, stream: &mut (dyn Reader + Send), start: Instant) -> Outcome {
    let mut parts = signed::parts(response);
    while let Some(part) = parts.next().await {
        match part {
            Ok(bytes) => stream.take(&bytes),
            Err(error) => return Outcome::Unreachable(signed::innermost(&error)),
        }
        while let Some(event) = stream.next_event() {
            match event {
                Ok(stream::Event::Token) => return Outcome::Answered { first_token: start.elapsed() },
                Ok(stream::Event::Other) => {}
                Ok(stream::Event::Exception { name, message }) => {
                    return Outcome::Refused { status: None, code: Some(name), message };
                }
                Err(reason) => return Outcome::Unreachable(reason.to_owned()),
            }
        }
    }
    Outcome::Unreachable("the stream ended before the model had said anything".to_owned())
}

/// AWS's error: its type from the header, else from the body; its sentence under either spelling.
async fn refusal(response: &mut HttpResponse) -> Outcome {
    let status = Some(response.status().as_u16());
    let named = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let body = match signed::whole(response).await {
        Ok(body) => body,
        Err(reason) => return Outcome::Unreachable(reason),
    };
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some((code, message)) = messages::error(&value) {
        return Outcome::Refused { status, code: Some(code), message };
    }
    let text = |names: [&str; 2]| names.iter().find_map(|name| value[*name].as_str()).map(str::to_owned);
    let code = named.or_else(|| text(["code", "__type"]));
    let message = text(["message", "Message"]).unwrap_or_else(|| {
        let words = String::from_utf8_lossy(&body);
        words.chars().filter(|sign| !sign.is_control()).take(300).collect()
    });
    Outcome::Refused { status, code: code.map(|code| plain_code(&code)), message }
}

/// `AccessDeniedException` of `aws.x#AccessDeniedException:http://…`.
fn plain_code(code: &str) -> String {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().to_owned()
}
