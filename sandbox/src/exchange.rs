//! One request and what comes of it: an answer of a service, or what a fault makes of it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::{Body, Frame, Incoming, SizeHint},
};
use tokio::time::{Sleep, sleep};

use crate::{
    clock,
    cloud::Cloud,
    control, eventstream,
    fault::{Asked, FaultAnswer, FaultEffect},
    log::Entry,
    recording::Exchange,
    request::{Refusal, Reply, Request},
    services::Route,
};

/// How long what was sent has before the connection breaks.
const GRACE: Duration = Duration::from_millis(50);
const THROTTLED: &str = "Too many requests, please wait before trying again.";

/// Why a connection ends without an answer, or in the middle of one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The client did it.
    #[error(transparent)]
    ByClient(#[from] hyper::Error),
    /// A fault did it.
    #[error("dropped by a fault")]
    ByFault,
}

/// What is left to send of an answer.
#[derive(Debug)]
pub(crate) struct Chunks {
    rest: vec::IntoIter<Bytes>,
    /// Set when the connection breaks after the rest.
    end: Option<Pin<Box<Sleep>>>,
}

/// Answers a request.
pub(crate) async fn respond(cloud: Arc<Cloud>, request: hyper::Request<Incoming>) -> Result<Response<Chunks>, Broken> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let request = Request::new(parts.method, &parts.uri, parts.headers, body);
    if let Some(reply) = control::answer(&cloud, &request) {
        return Ok(response(&cloud, reply, None, cloud.mint.request_id()));
    }
    let route = Route::of(&request);
    let region = request.region();
    let (service, operation, model) = (route.service, &route.operation, route.model());
    let fault = cloud.faults.due(&Asked { service, operation, model, region: region.as_deref() });
    let mut entry = Entry { fault: fault.is_some(), ..route.entry() };
    let latency = fault.as_ref().and_then(|fault| fault.latency?.try_into().ok()).unwrap_or(Duration::ZERO);
    let effect = fault.and_then(|fault| fault.effect);
    let outcome = process(&cloud, &route, &request, effect.as_ref(), &mut entry);
    if !(cloud.latency + latency).is_zero() {
        sleep(cloud.latency + latency).await;
    }
    if let Some(FaultEffect::Silence) = effect {
        finish(&cloud, &request, None, entry, effect.as_ref());
        return std::future::pending().await;
    }
    finish(&cloud, &request, outcome.as_ref(), entry, effect.as_ref());
    let reply = outcome.ok_or(Broken::ByFault)?;
    let cut = if let Some(FaultEffect::Cut { after }) = effect { Some(after) } else { None };
    Ok(response(&cloud, reply, cut, cloud.mint.request_id()))
}

/// Lets the service answer, and the fault do to it what it does; `None` when there is no answer.
fn process(
    cloud: &Cloud,
    route: &Route,
    request: &Request,
    effect: Option<&FaultEffect>,
    entry: &mut Entry,
) -> Option<Reply> {
    match effect {
        Some(FaultEffect::DroppedBefore | FaultEffect::Silence) => None,
        Some(FaultEffect::Answer(answer)) => Some(foreign(cloud, route, answer)),
        Some(FaultEffect::DroppedAfter) => {
            route.answer(cloud, request, entry);
            None
        }
        Some(FaultEffect::Exception { after, name, message }) => {
            let mut reply = route.answer(cloud, request, entry);
            if reply.is_stream() {
                reply.chunks.truncate(*after);
                reply.chunks.push(eventstream::exception(name, message));
            }
            Some(reply)
        }
        Some(FaultEffect::Cut { .. }) | None => Some(route.answer(cloud, request, entry)),
    }
}

/// Writes the answer a fault gives in the service's place.
fn foreign(cloud: &Cloud, route: &Route, answer: &FaultAnswer) -> Reply {
    let code = answer.code.as_deref().unwrap_or_default();
    let mut reply = if let Some(body) = &answer.body {
        let media_type = answer.media_type.as_deref().unwrap_or("text/plain");
        Reply::of(answer.status, media_type, body.clone())
    } else {
        let message = answer.message.as_deref().unwrap_or(if answer.status == 429 { THROTTLED } else { code });
        route.refuse(cloud, &Refusal::new(answer.status, code, message))
    };
    if let Some(seconds) = answer.retry_after {
        reply = reply.with("retry-after", seconds.to_string());
    }
    for (name, value) in &answer.headers {
        reply = reply.with(name.to_ascii_lowercase(), value);
    }
    reply
}

fn finish(cloud: &Cloud, request: &Request, reply: Option<&Reply>, mut entry: Entry, effect: Option<&FaultEffect>) {
    entry.time = clock::to_the_millisecond(cloud.clock.now());
    entry.status = reply.map_or(0, |reply| reply.status);
    let injected = effect.map(FaultEffect::name);
    cloud.recording.append(&Exchange { entry: &entry, injected, request, reply });
    cloud.log.append(entry);
}

/// Puts an answer on the wire, whole or with an end that breaks off.
fn response(cloud: &Cloud, mut reply: Reply, cut: Option<usize>, request_id: String) -> Response<Chunks> {
    let mut builder = Response::builder()
        .status(reply.status)
        .header("date", clock::http(cloud.clock.now()))
        .header("x-amzn-requestid", request_id);
    for (name, value) in &reply.headers {
        builder = builder.header(name.as_ref(), value);
    }
    if let Some(after) = cut {
        let whole = reply.chunks.len() == 1;
        let next = reply.chunks.get(after).map(|chunk| chunk.slice(..chunk.len() / 2));
        if let (true, Some(chunk)) = (whole, reply.chunks.first()) {
            // Announced in full, so that the client knows what it did not get.
            builder = builder.header("content-length", chunk.len());
        }
        reply.chunks.truncate(after);
        reply.chunks.extend(next);
    }
    let end = cut.map(|_| Box::pin(sleep(GRACE)));
    builder.body(Chunks { rest: reply.chunks.into_iter(), end }).expect("statuses and headers were checked")
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(chunk) = self.rest.next() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        match &mut self.end {
            None => Poll::Ready(None),
            // Waiting lets what came before leave the house.
            Some(end) => end.as_mut().poll(context).map(|()| Some(Err(Broken::ByFault))),
        }
    }

    /// A single chunk has a length; several are sent without, as a stream is.
    fn size_hint(&self) -> SizeHint {
        match (self.rest.as_slice(), &self.end) {
            ([], None) => SizeHint::with_exact(0),
            ([whole], None) => SizeHint::with_exact(whole.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
