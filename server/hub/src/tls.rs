//! TLS of the hub's own, and the certificates that feeds come with.
//!
//! A feed's certificate is asked for and not required: pages and feeds with keys have none. One
//! that the named authority did not sign, or that is over, ends the handshake. What a good one
//! opens is decided by [`crate::identity`].

use std::{path::Path, sync::Arc, time::Duration};

use feed::tls::{TlsError, authorities, certificates, private_key, provider};
use journal::hexadecimal;
use sha2::{Digest, Sha256};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        pki_types::{CertificateDer, UnixTime},
        server::{NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
        version::TLS13,
    },
};
use twin::{FeedId, PlantTime};

/// How the name of a feed begins in a certificate: `URI:slipway:feed:press` names the feed `press`.
pub(crate) const NAMES_A_FEED: &str = "slipway:feed:";

/// What the hub speaks TLS with.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    feeds: Option<Arc<dyn ClientCertVerifier>>,
}

impl Tls {
    /// With the certificate and the key of these files; feeds may come with certificates that an
    /// authority of the third has signed.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is not as it should be.
    pub(crate) fn new(
        certificate: &Path,
        key: &Path,
        feeds: Option<&Path>,
    ) -> Result<Self, TlsError> {
        let unfit = |source| TlsError::Unfit { path: certificate.to_owned(), source };
        let feeds = feeds.map(feeds_of).transpose()?;
        let asks_for = feeds.clone().unwrap_or_else(WebPkiClientVerifier::no_client_auth);
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(unfit)?
            .with_client_cert_verifier(asks_for)
            .with_single_cert(certificates(certificate)?, private_key(key)?)
            .map_err(unfit)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Nothing is remembered of a connection: the next one proves everything anew.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), feeds })
    }

    /// The certificate that the other end of a connection has shown to be its own.
    pub(crate) fn shown(&self, of: &rustls::ServerConnection) -> Option<FeedCertificate> {
        let chain = of.peer_certificates()?.iter().cloned().map(CertificateDer::into_owned);
        Some(FeedCertificate { chain: chain.collect(), feeds: self.feeds.clone()? })
    }
}

fn feeds_of(authority: &Path) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let roots = Arc::new(authorities(authority)?);
    WebPkiClientVerifier::builder_with_provider(roots, provider())
        .allow_unauthenticated()
        .build()
        .map_err(|error| {
            let source = rustls::Error::General(error.to_string());
            TlsError::Unfit { path: authority.to_owned(), source }
        })
}

/// A certificate whose key the other end of a connection has.
#[derive(Clone, Debug)]
pub(crate) struct FeedCertificate {
    /// Its own and those between it and the authority.
    chain: Arc<[CertificateDer<'static>]>,
    feeds: Arc<dyn ClientCertVerifier>,
}

impl FeedCertificate {
    /// What it is registered by.
    pub(crate) fn sha256(&self) -> String {
        self.chain.first().map(fingerprint).unwrap_or_default()
    }

    /// Whether it is one of the authority's at this moment.
    pub(crate) fn is_good(&self, now: PlantTime) -> bool {
        let secs = u64::try_from(now.micros()).unwrap_or_default() / 1_000_000;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(secs));
        let Some((own, between)) = self.chain.split_first() else { return false };
        self.feeds.verify_client_cert(own, between, now).is_ok()
    }

    /// The one feed that it names.
    pub(crate) fn feed(&self) -> Option<FeedId> {
        feed_named(self.chain.first()?).ok()
    }
}

impl PartialEq for FeedCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.chain == other.chain
    }
}

impl Eq for FeedCertificate {}

/// SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` has it, in lower case and
/// without colons. No key has the same: a certificate is no text.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    hexadecimal(&Sha256::digest(certificate))
}

/// The one feed that a certificate names, or the names that it has instead.
///
/// # Errors
/// The other names, for whoever wants to know why not.
pub(crate) fn feed_named(certificate: &CertificateDer<'_>) -> Result<FeedId, Vec<String>> {
    let parsed = webpki::EndEntityCert::try_from(certificate);
    let parsed = parsed.map_err(|_no_certificate| Vec::new())?;
    let names: Vec<&str> = parsed.valid_uri_names().collect();
    let mut feeds = names.iter().filter_map(|name| name.strip_prefix(NAMES_A_FEED));
    match (feeds.next().map(FeedId::new), feeds.next()) {
        (Some(Ok(feed)), None) => Ok(feed),
        _ => Err(names.into_iter().map(str::to_owned).collect()),
    }
}
