//! TLS for feeds: whom a feed trusts to be the hub, and the certificate that it comes with itself.
//!
//! Only TLS 1.3 is spoken: before it, a client's certificate crosses the network in the clear.

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, ClientConfig, RootCertStore,
        crypto::{CryptoProvider, ring},
        pki_types::{
            CertificateDer, PrivateKeyDer,
            pem::{self, PemObject},
        },
        version::TLS13,
    },
};

/// The largest file of certificates or of a key, in bytes: a system's authorities fit in.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// Why a file of certificates or of a key is not taken.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The file.
    #[error("{path} cannot be read")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file without an end.
    #[error("{path} has more than {LARGEST_FILE_BYTES} bytes; name the certificate's own file")]
    TooLarge {
        /// Which.
        path: PathBuf,
    },
    /// A key that is no secret any more.
    #[error(
        "others than its owner can read or change {path}, which holds a private key: \
         run `chmod 600 {path}`, and make a new key if somebody may have read it"
    )]
    Exposed {
        /// The key's file.
        path: PathBuf,
    },
    /// Not what it should be.
    #[error("{path} holds no {what} in PEM form (`-----BEGIN …`)")]
    NotPem {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// The parts do not fit together.
    #[error("{path} cannot be used")]
    Unfit {
        /// The certificate's file.
        path: PathBuf,
        /// Why: a key of another certificate, or an algorithm that is not known.
        #[source]
        source: rustls::Error,
    },
}

/// The certificates of a PEM file, in its order; at least one.
///
/// # Errors
/// [`TlsError`] says what is wrong with the file.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(path)?;
    let what = "certificate";
    let not_pem = |source| TlsError::NotPem { path: path.to_owned(), what, source };
    let found = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    match found.map_err(not_pem)? {
        found if found.is_empty() => Err(not_pem(pem::Error::NoItemsFound)),
        found => Ok(found),
    }
}

/// The private key of a PEM file that only its owner may read.
///
/// # Errors
/// [`TlsError::Exposed`] when others can; other ones say what is wrong with the file.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    if is_exposed(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })? {
        return Err(TlsError::Exposed { path: path.to_owned() });
    }
    let what = "private key";
    let not_pem = |source| TlsError::NotPem { path: path.to_owned(), what, source };
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(not_pem)
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let unread = |source| TlsError::Read { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unread)?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    if read as u64 > LARGEST_FILE_BYTES {
        return Err(TlsError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}

/// Whether anybody but the owner may do anything with a file.
///
/// # Errors
/// When the file is not there.
#[cfg(unix)]
pub fn is_exposed(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Elsewhere the rights of the folder decide.
///
/// # Errors
/// When the file is not there.
#[cfg(not(unix))]
pub fn is_exposed(path: &Path) -> std::io::Result<bool> {
    std::fs::metadata(path).map(|_| false)
}

/// The one maker of secrets and signatures, for both ends.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// These authorities, to be asked whether a certificate is one of theirs.
///
/// # Errors
/// [`TlsError`] for a file that holds none.
pub fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        let unfit = |source| TlsError::Unfit { path: path.to_owned(), source };
        roots.add(certificate).map_err(unfit)?;
    }
    Ok(roots)
}

/// How a feed speaks TLS.
#[derive(Clone, Debug)]
pub struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Trusts a hub whose certificate one of the authorities in this file has signed. A feed with
    /// a certificate names its file and that of its key.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is not as it should be.
    pub fn new(authority: &Path, own: Option<(&Path, &Path)>) -> Result<Self, TlsError> {
        let roots = authorities(authority)?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(|source| TlsError::Unfit { path: authority.to_owned(), source })?
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
                .map_err(|source| TlsError::Unfit { path: certificate.to_owned(), source })?,
        };
        // Every connection shows the certificate anew.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        TlsConnector::from(Arc::clone(&self.0))
    }
}
