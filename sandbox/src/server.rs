//! The running sandbox: a thread that answers HTTP/1.1 and HTTP/2 on a loopback port.

use std::{
    ffi::OsString,
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{runtime, sync::oneshot, task::JoinSet};

use crate::{
    account::Account,
    approvals::Decision,
    cloud::Cloud,
    environment, exchange,
    fault::Fault,
    furnish,
    log::{Entry, Log},
    recording::Recording,
    services::WebIdentityToken,
};

/// How a sandbox runs, apart from what it contains.
#[derive(Debug, Default)]
pub struct Options {
    /// A file that gets one JSON object per request.
    pub log: Option<File>,
    /// A file that gets one JSON object per request with all of it and of its answer.
    pub record: Option<File>,
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
        let Options { log, record, latency, approve } = options;
        let mut cloud = Cloud::new(account, Log::new(log), latency, approve);
        cloud.recording = Recording::new(record);
        let cloud = Arc::new(cloud);
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

/// What a person, an administrator or bad luck does; the same is to be had below `/_sandbox`.
#[expect(clippy::must_use_candidate, reason = "what they do is the point, not what they return")]
impl Sandbox {
    /// Lets something go wrong from now on, and returns the id to clear it by.
    ///
    /// # Panics
    ///
    /// When the fault does nothing, or gives an answer HTTP does not know.
    pub fn set_fault(&self, fault: Fault) -> u64 {
        if let Err(reason) = fault.check() {
            panic!("{reason}");
        }
        self.cloud.faults.set(fault)
    }

    /// How many requests a fault has been about so far, those it still holds back among them.
    #[must_use]
    pub fn requests_of_fault(&self, id: u64) -> u64 {
        let found = self.cloud.faults.list().into_iter().find(|(known, _, _)| *known == id);
        found.map_or(0, |(_, _, requests)| requests)
    }

    /// Ends one fault; false when there is none with the id.
    pub fn clear_fault(&self, id: u64) -> bool {
        self.cloud.faults.clear(Some(id))
    }

    /// Ends all faults, those of the account file too.
    pub fn clear_faults(&self) {
        self.cloud.faults.clear(None);
    }

    /// Decides all sign-ins that wait for a person, and returns how many that were.
    pub fn decide_sign_ins(&self, allow: bool) -> usize {
        self.cloud.approvals.decide(Decision::of(allow), None)
    }

    /// Decides the sign-in of the device that shows a code; false when none that waits shows it.
    pub fn decide_device(&self, user_code: &str, allow: bool) -> bool {
        self.cloud.approvals.decide(Decision::of(allow), Some(user_code)) > 0
    }

    /// Decides all sign-ins from now on; with `None`, a person is asked.
    pub fn decide_from_now_on(&self, allow: Option<bool>) {
        self.cloud.approvals.stand_by(allow.map_or(Decision::Pending, Decision::of));
    }

    /// Forgets all SSO sessions so far: their access tokens are worth nothing, and cannot be renewed.
    pub fn forget_sessions(&self) {
        self.cloud.forget_sessions();
    }

    /// Lets all SSO access tokens issued so far expire; they can be renewed.
    pub fn expire_tokens(&self) {
        self.cloud.expire_tokens();
    }

    /// Lets all temporary credentials issued so far expire.
    pub fn expire_credentials(&self) {
        self.cloud.expire_credentials();
    }

    /// Makes a token of another identity provider, for `AssumeRoleWithWebIdentity`.
    #[must_use]
    pub fn web_identity_token(&self, issuer: &str, audience: &str, subject: &str) -> String {
        WebIdentityToken::new(&self.cloud, issuer.to_owned(), audience.to_owned(), subject.to_owned()).text(&self.cloud)
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
            let respond = service_fn(move |request| exchange::respond(Arc::clone(&cloud), request));
            // A client that hangs up early is its own affair.
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), respond).await;
        });
        while connections.try_join_next().is_some() {}
    }
}
