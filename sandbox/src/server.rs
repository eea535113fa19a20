//! The running sandbox: a thread that answers HTTP/1.1 on a loopback port.

use std::{
    convert::Infallible,
    ffi::OsString,
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    thread::{self, JoinHandle},
    time::Duration,
    vec,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::{Body, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{runtime, sync::oneshot, task::JoinSet};

use crate::{
    account::Account,
    clock,
    cloud::Cloud,
    environment, furnish,
    log::{Entry, Log},
    request::{Reply, Request},
    services,
};

/// What is left to send of an answer.
struct Chunks(vec::IntoIter<Bytes>);

/// How a sandbox runs, apart from what it contains.
#[derive(Debug, Default)]
pub struct Options {
    /// A file that gets one JSON object per request.
    pub log: Option<File>,
    /// How long each answer is held back.
    pub latency: Duration,
    /// Whether sign-ins are approved without a person.
    pub approve: bool,
}

/// A running AWS account; it stops when dropped.
#[derive(Debug)]
pub struct Sandbox {
    cloud: Arc<Cloud>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts serving an account on a loopback port the system chooses.
    ///
    /// Fails when no port or no thread is to be had.
    pub fn start(account: Account, options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let Options { log, latency, approve } = options;
        let cloud = Arc::new(Cloud::new(account, Log::new(log), latency, approve));
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let served = Arc::clone(&cloud);
        let thread = thread::Builder::new()
            .name("aws-sandbox".to_owned())
            .spawn(move || runtime.block_on(serve(listener, served, stopped)))?;
        Ok(Self { cloud, address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address all services are at, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The account that is served.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.cloud.account
    }

    /// The requests answered so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Entry> {
        self.cloud.log.entries()
    }

    /// Moves the sandbox's clock forward; more than five minutes, and signatures made by the real
    /// clock are refused as expired.
    pub fn advance(&self, by: Duration) {
        self.cloud.clock.advance(by);
    }

    /// Makes tokens and credentials older than they are, while signatures stay current.
    pub fn age(&self, by: Duration) {
        self.cloud.clock.age(by);
    }

    /// Writes the account's `~/.aws` files into a home directory where they are missing.
    ///
    /// With `signed_in`, that includes the token of a fresh sign-in. Existing files stay as they
    /// are. Fails when a file cannot be written.
    pub fn furnish(&self, home: &Path, signed_in: bool) -> io::Result<()> {
        furnish::furnish(&self.cloud, home, signed_in)
    }

    /// The whole environment of a program that is to see this account, and nothing of the caller's
    /// but its `PATH` (after our own folder), terminal and language.
    #[must_use]
    pub fn environment(&self, home: &Path) -> Vec<(OsString, OsString)> {
        environment::inside(home, &self.endpoint())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only when the thread is.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, cloud: Arc<Cloud>, mut stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let cloud = Arc::clone(&cloud);
        connections.spawn(async move {
            let respond = service_fn(move |request| respond(Arc::clone(&cloud), request));
            // A client that hangs up early is its own affair.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), respond).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn respond(cloud: Arc<Cloud>, request: hyper::Request<Incoming>) -> Result<Response<Chunks>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let request = Request::new(parts.method, &parts.uri, parts.headers, body);
    let mut entry = Entry::default();
    let reply = services::answer(&cloud, &request, &mut entry);
    if !cloud.latency.is_zero() {
        tokio::time::sleep(cloud.latency).await;
    }
    entry.time = clock::to_the_millisecond(cloud.clock.now());
    entry.status = reply.status;
    cloud.log.append(entry);
    Ok(response(reply, cloud.mint.nonce()))
}

fn response(reply: Reply, request_id: String) -> Response<Chunks> {
    let mut builder = Response::builder().status(reply.status).header("x-amzn-requestid", request_id);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(Chunks(reply.chunks.into_iter())).expect("statuses and headers are ours")
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|chunk| Ok(Frame::data(chunk))))
    }

    /// A single chunk has a length; several are sent without, as a stream is.
    fn size_hint(&self) -> SizeHint {
        match self.0.as_slice() {
            [] => SizeHint::with_exact(0),
            [whole] => SizeHint::with_exact(whole.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
