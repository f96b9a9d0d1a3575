//! Authorities and certificates for tests, and connections that show them.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use journal::KeyRow;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
        version::TLS13,
    },
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use twin::{FeedId, PlantId, Span};
use wire::ingest::SUBPROTOCOL;

use crate::{
    cli::ServeArgs,
    clock::wall_now,
    limits::Limits,
    serve::{self, Hub},
    tests::{
        fixture::{PATIENCE, Place, hello, lasting},
        identity::keys_of,
    },
    tls::fingerprint,
};

/// Somebody who signs certificates.
pub(super) struct Authority {
    pub(super) pem: String,
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(super) struct Own {
    pub(super) pem: String,
    pub(super) key_pem: String,
    pub(super) der: CertificateDer<'static>,
    key: Vec<u8>,
}

/// What a feed's certificate says.
pub(super) fn naming(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::default();
    let uri = |name: &&str| SanType::URI((*name).try_into().unwrap());
    params.subject_alt_names = names.iter().map(uri).collect();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = date_time_ymd(2020, 1, 1);
    params
}

/// The same until so long from now.
pub(super) fn lasting_for(mut params: CertificateParams, secs: i64) -> CertificateParams {
    let until = wall_now() + Span::from_secs(secs);
    let since_1970 = Duration::from_micros(until.micros().unsigned_abs());
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970;
    params
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let (pem, root) = (certificate.pem(), certificate.der().clone());
        Self { pem, root, issuer: Issuer::new(params, key) }
    }

    pub(super) fn sign(&self, params: &CertificateParams) -> Own {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Own {
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }

    /// The certificate of a hub on this machine.
    pub(super) fn for_hub(&self) -> Own {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params)
    }
}

/// A place for a hub that speaks TLS and takes certificates of feeds.
pub(super) struct TlsPlace {
    pub(super) place: Place,
    pub(super) authority: Authority,
}

impl TlsPlace {
    pub(super) fn new() -> Self {
        let this = Self { place: Place::new(), authority: Authority::new() };
        let own = this.authority.for_hub();
        this.write("hub.crt", &own.pem);
        this.write_key("hub.key", &own.key_pem);
        this.write("ca.crt", &this.authority.pem);
        this
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.place.dir.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(super) fn write_key(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(name, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    pub(super) fn args(&self) -> ServeArgs {
        ServeArgs {
            tls_cert: Some(self.path("hub.crt")),
            tls_key: Some(self.path("hub.key")),
            feed_ca: Some(self.path("ca.crt")),
            ..self.place.args()
        }
    }

    pub(super) async fn start(&self, limits: Limits) -> Hub {
        let started = serve::start_within(&self.args(), limits).await;
        started.unwrap_or_else(|error| panic!("{:?}", error.lines()))
    }

    /// Has a certificate open what a key of this feed would.
    pub(super) fn register(&self, feed: &str, own: &Own) {
        let row = KeyRow {
            sha256: fingerprint(&own.der),
            feed: FeedId::new(feed).unwrap(),
            plant: PlantId::new("shop").unwrap(),
            supplier: None,
            units: None,
            life: lasting(),
        };
        keys_of(&self.place).add(&row).unwrap();
    }

    /// What a client with this certificate speaks TLS with.
    pub(super) fn client(&self, own: Option<&Own>) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.root.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(feed::tls::provider())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.key.clone()));
                builder.with_client_auth_cert(vec![own.der.clone()], key).unwrap()
            }
        };
        TlsConnector::from(Arc::new(config))
    }
}

/// How an attempt to speak as a feed ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// There is no TLS.
    NoTls,
    /// The request is answered so.
    Status(u16),
}

/// A feed's connection in TLS.
pub(super) struct TlsFeed(WebSocketStream<TlsStream<TcpStream>>);

impl TlsFeed {
    /// Connects with these headers.
    pub(super) async fn attempt(
        hub: &Hub,
        client: &TlsConnector,
        headers: &[(&'static str, String)],
    ) -> Result<Self, Attempt> {
        let stream = TcpStream::connect(hub.address).await.expect("the hub listens");
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let Ok(stream) = client.connect(name, stream).await else { return Err(Attempt::NoTls) };
        let address = format!("wss://{}/v1/ingest", hub.address);
        let mut request = address.into_client_request().unwrap();
        let into = request.headers_mut();
        into.insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse().unwrap());
        for (name, value) in headers {
            into.insert(*name, value.parse().unwrap());
        }
        let opened = tokio::time::timeout(PATIENCE, client_async(request, stream)).await;
        match opened.expect("an answer in time") {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(Attempt::Status(answer.status().as_u16())),
            // A server tells what it thinks of a certificate after the client's last word.
            Err(Error::Io(_)) => Err(Attempt::NoTls),
            Err(other) => panic!("{other}"),
        }
    }

    /// Connects, says hello and hears the welcome.
    pub(super) async fn welcomed(hub: &Hub, client: &TlsConnector, name: &str) -> Self {
        let mut feed = Self::attempt(hub, client, &[]).await.unwrap_or_else(|e| panic!("{e:?}"));
        feed.say(&hello(name, 1)).await;
        assert_eq!(feed.hear().await["type"], "welcome");
        feed
    }

    pub(super) async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.expect("the hub listens");
    }

    async fn next(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        next.expect("an answer in time").expect("connected").expect("a message")
    }

    pub(super) async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the connection to end; returns why.
    pub(super) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.next().await {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

/// Asks over TLS; the whole answer.
pub(super) async fn ask(hub: &Hub, client: &TlsConnector, path: &str, key: &str) -> String {
    let stream = TcpStream::connect(hub.address).await.expect("the hub listens");
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = client.connect(name, stream).await.expect("TLS");
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {key}\r\n\r\n",
        hub.address
    );
    stream.write_all(request.as_bytes()).await.expect("it listens");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    read.expect("in time").expect("ended in good order");
    String::from_utf8(answer).unwrap()
}
