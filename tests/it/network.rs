//! Through a company's network: a proxy that every call has to take, and certificates only the company knows.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::harness::Home;

/// The hosts of AWS that a set-up in us-west-2 talks to.
const HOSTS: [&str; 5] = [
    "localhost",
    "oidc.us-east-1.amazonaws.com",
    "portal.sso.us-east-1.amazonaws.com",
    "sts.us-west-2.amazonaws.com",
    "bedrock.us-west-2.amazonaws.com",
];

/// Ends TLS and hands the bytes to the account; with `connect`, after a proxy's handshake, whatever host is asked for.
const NETWORK: &str = r"
import socket, ssl, sys, threading
certificate, key, account, mode, seen = sys.argv[1:6]
refused = sys.argv[6:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        try: target.shutdown(socket.SHUT_WR)
        except OSError: pass
def serve(client):
    try:
        if mode == 'connect':
            head = b''
            while b'\r\n\r\n' not in head:
                head += client.recv(1)
            open(seen, 'ab').write(head.split(b'\r\n')[0] + b'\n')
            if head.split(b' ')[1].split(b':')[0].decode() in refused:
                client.sendall(b'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
                return client.close()
            client.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
        client = context.wrap_socket(client, server_side=True)
        server = socket.create_connection(('127.0.0.1', int(account)))
    except (OSError, ssl.SSLError):
        return client.close()
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
";

/// A network in front of the account, ended with the test.
pub(crate) struct Network {
    process: Child,
    port: u16,
}

impl Network {
    fn start(home: &Home, mode: &str) -> Self {
        Self::with_hosts(home, mode, HOSTS.iter().map(|host| (*host).to_owned()).collect(), &[])
    }

    /// A proxy to Bedrock in some regions that will not go to the refused hosts.
    pub(crate) fn to_regions(home: &Home, regions: &[&str], refused: &[&str]) -> Self {
        let of_region = |region: &&str| {
            let region = (*region).to_owned();
            ["bedrock", "bedrock-runtime"].map(|service| format!("{service}.{region}.amazonaws.com"))
        };
        let of_bedrock = regions.iter().flat_map(of_region);
        let hosts = HOSTS.iter().map(|host| (*host).to_owned()).chain(of_bedrock).collect();
        Self::with_hosts(home, "connect", hosts, refused)
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn with_hosts(home: &Home, mode: &str, names: Vec<String>, refused: &[&str]) -> Self {
        let mut issuer = CertificateParams::new(Vec::new()).expect("parameters");
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate().expect("a key")).expect("an issuer");
        let key = KeyPair::generate().expect("a key");
        let leaf = CertificateParams::new(names).expect("parameters").signed_by(&key, &issuer).expect("a certificate");
        let certificate = home.write("network.pem", leaf.pem());
        home.write("company.pem", issuer.pem());
        let key = home.write("network.key", key.serialize_pem());
        let endpoint = home.sandbox.endpoint();
        let mut process = home.command("python3");
        process.args(["-c", NETWORK]).arg(certificate).arg(key).arg(endpoint.rsplit(':').next().expect("a port"));
        process.arg(mode).arg(home.path().join("hosts")).args(refused).stdout(Stdio::piped());
        let mut process = process.spawn().expect("python3 starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a port");
        Self { process, port: line.trim().parse().expect("a port") }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_certificate_only_the_company_knows_is_trusted_where_it_is_named() {
    let home = Home::new();
    let network = Network::start(&home, "direct");
    let home = home.env("AWS_ENDPOINT_URL", format!("https://localhost:{}", network.port));
    let said = home.run(["credentials", "--profile", "work"]).failure(1);
    assert!(said.contains("could not be reached") && said.contains("certificate"), "{said}");
    for variable in ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        let mut command = home.command(crate::harness::PROGRAM);
        command.env(variable, home.path().join("company.pem")).args(["status", "--json", "--profile", "work"]);
        let output = command.output().expect("starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.contains("assumed-role/AWSReservedSSO_BedrockDeveloper"), "{variable}: {text}");
    }
}

#[test]
fn the_bundle_of_a_profile_counts_where_no_variable_names_another() {
    let home = Home::new();
    let network = Network::start(&home, "direct");
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    let bundle = format!("[profile work]\nca_bundle = {}/company.pem\n", home.path().display());
    home.write(".aws/config", config.replace("[profile work]\n", &bundle));
    let home = home.env("AWS_ENDPOINT_URL", format!("https://localhost:{}", network.port));
    home.shorten_token(45);
    home.run(["credentials", "--profile", "work"]).success();
    home.run(["status", "--json", "--profile", "work"]).success();
    home.run(["logout", "--profile", "work"]).success();
    assert_eq!((home.asked("CreateToken"), home.asked("Logout")), (1, 1));
    let home = home.env("AWS_CA_BUNDLE", "/nowhere.pem");
    let said = home.run(["login", "--profile", "work", "--no-browser"]).failure(1);
    assert!(said.contains("certificate"), "{said}");
}

#[test]
fn every_call_takes_the_proxy_to_the_hosts_of_aws() {
    let home = Home::new();
    let network = Network::start(&home, "connect");
    home.shorten_token(45);
    let mut command = home.command(crate::harness::PROGRAM);
    command.env_remove("AWS_ENDPOINT_URL").env_remove("ANTHROPIC_BEDROCK_BASE_URL");
    command.env("HTTPS_PROXY", format!("http://127.0.0.1:{}", network.port));
    command.env("AWS_CA_BUNDLE", home.path().join("company.pem")).args(["setup", "--yes", "--profile", "work"]);
    let output = command.output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = fs_err::read_to_string(home.path().join("hosts")).expect("hosts");
    for host in &HOSTS[1..] {
        assert!(seen.contains(&format!("CONNECT {host}:443")), "{host}: {seen}");
    }
}

#[test]
fn a_host_that_needs_no_proxy_takes_none() {
    let home = Home::new();
    let network = Network::start(&home, "direct");
    let mut command = home.command(crate::harness::PROGRAM);
    command.env("AWS_ENDPOINT_URL", format!("https://localhost:{}", network.port));
    command.env("HTTPS_PROXY", "http://127.0.0.1:9").env("NO_PROXY", "example.com,localhost");
    command.env("AWS_CA_BUNDLE", home.path().join("company.pem")).args(["credentials", "--profile", "work"]);
    assert!(command.output().expect("starts").status.success());
}

#[test]
fn a_certificate_that_came_with_a_project_opens_no_way_for_a_sign_in() {
    let home = Home::new();
    let network = Network::start(&home, "connect");
    home.shorten_token(75);
    let run = |home: &Home, variable: &str, value: &str| {
        let mut command = home.command(crate::harness::PROGRAM);
        command.env_remove("AWS_ENDPOINT_URL").env_remove("ANTHROPIC_BEDROCK_BASE_URL");
        command.env("HTTPS_PROXY", network.address()).env(variable, value).args(["credentials", "--profile", "work"]);
        crate::harness::Run::from(command.output().expect("starts"))
    };
    fs_err::copy(home.path().join("company.pem"), home.path().join("work/theirs.pem")).expect("copied");
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    let config = config.replace("[profile work]\n", "[profile work]\nca_bundle = theirs.pem\n");
    home.write("work/theirs.config", config);
    for (variable, file) in
        [("AWS_CA_BUNDLE", "theirs.pem"), ("NODE_EXTRA_CA_CERTS", "theirs.pem"), ("AWS_CONFIG_FILE", "theirs.config")]
    {
        let settings =
            format!("{{\"env\": {{\"{variable}\": \"{file}\", \"HTTPS_PROXY\": \"{}\"}}}}", network.address());
        home.write("work/.claude/settings.json", settings);
        let said = run(&home, variable, file).failure(1);
        assert!(said.contains("certificate"), "{variable}: {said}");
        assert_eq!(home.sandbox.requests().len(), 0, "{variable}");
    }
    // What the company keeps on the machine may be named by anybody.
    let own = home.path().join("company.pem");
    let own = own.to_str().expect("UTF-8");
    home.write("work/.claude/settings.json", format!("{{\"env\": {{\"AWS_CA_BUNDLE\": \"{own}\"}}}}"));
    run(&home, "AWS_CA_BUNDLE", own).success();
    // And whoever names a file in a shell of their own means it.
    fs_err::remove_file(home.path().join("work/.claude/settings.json")).expect("there");
    home.shorten_token(75);
    run(&home, "AWS_CA_BUNDLE", "theirs.pem").success();
}
