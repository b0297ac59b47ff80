//! The connection through a proxy and TLS, on loopback: trusted certificates and the used proxy.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rolecall_agent::sts::AwsSts;
use rolecall_core::calls::sts::{Assumed, StsError};
use rolecall_core::settings::Settings;
use rolecall_keeper::ports::Sts;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::call::{call, caller, in_an_hour};
use crate::loopback::{Loopback, Reply, assumed_body, xml};

const HOST: &str = "sts.eu-west-1.amazonaws.com";

fn assume(settings: &Settings) -> Result<Assumed, StsError> {
    AwsSts::new(Arc::default(), settings).assume_role(&caller(), &call())
}

fn good_answer() -> Vec<u8> {
    xml("200 OK", &assumed_body(in_an_hour()))
}

/// A certificate authority that is not trusted by default.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(parameters, key).expect("a certificate"))
    }

    fn certify(&self, host: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new(vec![host.to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.0).expect("a certificate");
        let chain = vec![CertificateDer::from(certificate)];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key);
        Arc::new(config.expect("a configuration"))
    }
}

/// The server behind the proxy.
#[derive(Clone)]
enum Behind {
    /// A server with this certificate, which assumes every role.
    Server(Arc<ServerConfig>),
    /// A server that sends this instead of TLS, then closes.
    Garbage(&'static [u8]),
    /// None: the proxy itself answers with this head.
    Nothing(&'static str),
}

/// A proxy that connects every tunnel to the same server.
struct Proxy {
    url: String,
    tunnels: Arc<AtomicUsize>,
    wanted: Arc<Mutex<String>>,
}

impl Proxy {
    fn start(behind: Behind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (tunnels, wanted) = (
            Arc::<AtomicUsize>::default(),
            Arc::<Mutex<String>>::default(),
        );
        let (counted, noted) = (tunnels.clone(), wanted.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (behind, noted) = (behind.clone(), noted.clone());
                thread::spawn(move || tunnel(stream, behind, &noted));
            }
        });
        Self {
            url,
            tunnels,
            wanted,
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            proxy: Some(self.url.clone()),
            ..Settings::default()
        }
    }

    fn tunnels(&self) -> usize {
        self.tunnels.load(Ordering::SeqCst)
    }
}

fn head_of(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Serves one tunnel. The client may disconnect at any point, as some tests do on purpose.
fn tunnel(mut stream: TcpStream, behind: Behind, wanted: &Mutex<String>) {
    let head = head_of(&mut stream);
    head.lines()
        .next()
        .unwrap_or_default()
        .clone_into(&mut wanted.lock().expect("no panic inside"));
    let opened = b"HTTP/1.1 200 Connection established\r\n\r\n";
    let _ = match behind {
        Behind::Nothing(head) => stream.write_all(head.as_bytes()),
        Behind::Garbage(bytes) => stream
            .write_all(opened)
            .and_then(|()| stream.read_exact(&mut [0]))
            .and_then(|()| stream.write_all(bytes))
            // Closing a stream with unread data would discard what was written.
            .and_then(|()| stream.shutdown(Shutdown::Write))
            .and_then(|()| stream.read_to_end(&mut Vec::new()).map(drop)),
        Behind::Server(config) => stream.write_all(opened).and_then(|()| {
            let connection = ServerConnection::new(config).expect("a connection");
            let mut tls = StreamOwned::new(connection, stream);
            head_of(&mut tls);
            tls.write_all(&good_answer())?;
            tls.conn.send_close_notify();
            tls.flush()
        }),
    };
}

/// Writes a certificate file and returns settings that name it.
fn trusting(settings: Settings, pem: &str) -> (Settings, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(pem.as_bytes()).expect("written");
    let ca_bundle = Some(file.path().to_string_lossy().into_owned());
    (
        Settings {
            ca_bundle,
            ..settings
        },
        file,
    )
}

#[test]
fn r07_the_proxy_and_authority_of_the_settings_are_used() {
    let authority = Authority::new();
    let proxy = Proxy::start(Behind::Server(authority.certify(HOST)));
    let (settings, _file) = trusting(
        proxy.settings(),
        &format!("# corporate\n{}\nrest", authority.0.pem()),
    );
    let outcome = assume(&settings);
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(
        *proxy.wanted.lock().expect("no panic inside"),
        format!("CONNECT {HOST}:443 HTTP/1.1")
    );
}

#[test]
fn b61_an_untrusted_certificate_or_one_of_another_host_is_not_retried() {
    let authority = Authority::new();
    for (host, trusted) in [(HOST, false), ("sts.evil.example", true)] {
        let proxy = Proxy::start(Behind::Server(authority.certify(host)));
        let (settings, _file) = trusting(proxy.settings(), &authority.0.pem());
        let settings = if trusted { settings } else { proxy.settings() };
        let Err(StsError::Insecure { host, reason }) = assume(&settings) else {
            unreachable!("a certificate that must not be trusted was");
        };
        assert_eq!(host, HOST);
        assert!(reason.contains("certificate"), "{reason}");
        assert_eq!(
            proxy.tunnels(),
            1,
            "it does not become better by trying again"
        );
    }
}

#[test]
fn b61_an_answer_without_tls_is_insecure_and_a_closed_connection_is_unreachable() {
    let proxy = Proxy::start(Behind::Garbage(b"HTTP/1.0 400 Bad Request\r\n\r\n"));
    let outcome = assume(&proxy.settings());
    assert!(
        matches!(outcome, Err(StsError::Insecure { .. })),
        "{outcome:?}"
    );
    let proxy = Proxy::start(Behind::Garbage(b""));
    let outcome = assume(&proxy.settings());
    assert!(
        matches!(outcome, Err(StsError::Unreachable { .. })),
        "{outcome:?}"
    );
}

#[test]
fn r07_a_proxy_that_requires_a_sign_in_or_is_down_is_named() {
    let proxy = Proxy::start(Behind::Nothing(
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    ));
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("bound"))
    };
    for url in [proxy.url.clone(), dead] {
        let outcome = assume(&Settings {
            proxy: Some(url.clone()),
            ..Settings::default()
        });
        assert!(
            matches!(&outcome, Err(StsError::Unreachable { host, .. }) if url.ends_with(host)),
            "{outcome:?}"
        );
    }
}

#[test]
fn an_unusable_certificate_file_is_reported() {
    let proxy = Proxy::start(Behind::Garbage(b""));
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, part) in [
        ("", "contains no certificate"),
        (broken, "contains no certificate"),
        ("no PEM", "contains no certificate"),
    ] {
        let (settings, _file) = trusting(proxy.settings(), pem);
        let outcome = assume(&settings);
        assert!(
            matches!(&outcome, Err(StsError::Insecure { reason, .. }) if reason.contains(part)),
            "{outcome:?}"
        );
    }
    for path in ["/nowhere.pem", "/dev/zero", "/dev"] {
        let settings = Settings {
            ca_bundle: Some(path.into()),
            ..proxy.settings()
        };
        let outcome = assume(&settings);
        assert!(
            matches!(&outcome, Err(StsError::Insecure { reason, .. }) if reason.contains("cannot be read")),
            "{outcome:?}"
        );
    }
    assert_eq!(proxy.tunnels(), 0);
}

/// The variable that selects the hostile environment in the test below, with the addresses of its servers.
const INSIDE: &str = "ROLECALL_TEST_SERVERS";

#[test]
fn t17_the_environment_cannot_redirect_calls() {
    if let Some(servers) = std::env::var_os(INSIDE) {
        return from_a_hostile_environment(&servers.to_string_lossy());
    }
    let trap = Loopback::start(|_| Reply::Bytes(good_answer()));
    let endpoint = Loopback::start(|_| Reply::Bytes(good_answer()));
    let proxy = Proxy::start(Behind::Garbage(b""));
    let mut again = std::process::Command::new(std::env::current_exe().expect("this program"));
    again
        .args(["--exact", "tls::t17_the_environment_cannot_redirect_calls"])
        .env(INSIDE, format!("{} {}", endpoint.url, proxy.url));
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_STS",
    ] {
        again.env(name, &trap.url);
    }
    for (name, value) in [
        ("AWS_REGION", "us-gov-west-1"),
        ("AWS_PROFILE", "nowhere"),
        ("AWS_ACCESS_KEY_ID", "AKIAEVILEVILEVILEVIL"),
        ("AWS_SECRET_ACCESS_KEY", "evil"),
        ("AWS_CONFIG_FILE", "/nowhere"),
        ("AWS_CA_BUNDLE", "/nowhere"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
    ] {
        again.env(name, value);
    }
    let output = again.output().expect("this program");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(trap.asked().len(), 0);
    let asked = endpoint.asked();
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].head.contains("Credential=AKIAIOSFODNN7EXAMPLE/"),
        "{}",
        asked[0].head
    );
    assert!(
        proxy
            .wanted
            .lock()
            .expect("no panic inside")
            .starts_with(&format!("CONNECT {HOST}:443"))
    );
}

fn from_a_hostile_environment(servers: &str) {
    let (endpoint, proxy) = servers.split_once(' ').expect("two servers");
    let settings = Settings {
        endpoint_url: Some(endpoint.to_owned()),
        ..Settings::default()
    };
    assert!(assume(&settings).is_ok());
    let settings = Settings {
        proxy: Some(proxy.to_owned()),
        ..Settings::default()
    };
    assert!(assume(&settings).is_err());
}
