//! HTTPS in front of the sandbox, which speaks plain HTTP: an authority of its own, a server, and a bare client.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use tokio::io::copy_bidirectional;
use tokio_rustls::TlsAcceptor;

/// A door with TLS to an address without; it stands open as long as the process.
pub(crate) struct Door {
    address: SocketAddr,
    /// The certificate of the authority, as `AWS_CA_BUNDLE` takes it.
    pub(crate) authority: PathBuf,
    client: Arc<ClientConfig>,
}

impl Door {
    /// Opens a door; its authority's certificate goes into the folder.
    pub(crate) fn to(inside: &str, folder: &Path) -> Self {
        let mut issuer = CertificateParams::new(Vec::new()).expect("parameters");
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate().expect("a key")).expect("an issuer");
        let key = KeyPair::generate().expect("a key");
        let names = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let leaf = names.signed_by(&key, &issuer).expect("a certificate").der().clone();
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("a key");
        let server = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![leaf], key).expect("a server");
        let authority = folder.join("authority.pem");
        fs_err::write(&authority, issuer.pem()).expect("writable");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(issuer.der().to_vec())).expect("a certificate");
        let mut client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        // A process that has just started has no session to resume either.
        client.resumption = Resumption::disabled();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (acceptor, inside) = (TlsAcceptor::from(Arc::new(server)), inside.to_owned());
        std::thread::spawn(move || serve(listener, &acceptor, &inside));
        Self { address, authority, client: Arc::new(client) }
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Connects, shakes hands, asks one thing and reads the answer to its end, with nothing around it.
    pub(crate) fn round_trip(&self) -> Duration {
        let start = Instant::now();
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_nodelay(true).expect("an option");
        let name = "localhost".try_into().expect("a name");
        let session = ClientConnection::new(Arc::clone(&self.client), name).expect("a client");
        let mut stream = StreamOwned::new(session, stream);
        stream
            .write_all(b"GET /assignment/accounts HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .expect("sent");
        let mut answer = Vec::new();
        // Whoever hangs up without a farewell has answered all the same.
        let _ = stream.read_to_end(&mut answer);
        let time = start.elapsed();
        assert!(answer.starts_with(b"HTTP/1.1 "), "an answer");
        time
    }
}

fn serve(listener: TcpListener, acceptor: &TlsAcceptor, inside: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    listener.set_nonblocking(true).expect("an option");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        while let Ok((outside, _)) = listener.accept().await {
            let (acceptor, inside) = (acceptor.clone(), inside.to_owned());
            tokio::spawn(async move {
                // One that hangs up in between is no fault of the door's.
                let _ = pass(outside, &acceptor, &inside).await;
            });
        }
    });
}

async fn pass(outside: tokio::net::TcpStream, acceptor: &TlsAcceptor, inside: &str) -> std::io::Result<()> {
    outside.set_nodelay(true)?;
    let mut outside = acceptor.accept(outside).await?;
    let mut inside = tokio::net::TcpStream::connect(inside).await?;
    inside.set_nodelay(true)?;
    copy_bidirectional(&mut outside, &mut inside).await.map(drop)
}
