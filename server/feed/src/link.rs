//! One connection to a hub: the opening, and messages as types.

use std::io;

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::rustls::{self, pki_types::ServerName};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error as WsError, Message,
        client::IntoClientRequest,
        error::UrlError,
        http::{HeaderValue, Uri, header},
    },
};
use wire::ingest::{FromFeed, SUBPROTOCOL, ToFeed};

use crate::{play::FeedError, tls::Tls};

/// Bytes both ways, in the clear or not.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// An open connection.
pub(crate) struct Link {
    socket: WebSocketStream<Box<dyn Line>>,
}

/// What a hub did.
#[derive(Debug)]
pub(crate) enum Heard {
    Said(ToFeed),
    /// The connection is over, with the hub's reason if it gave one.
    Gone(String),
}

impl Link {
    /// Connects.
    ///
    /// # Errors
    /// [`FeedError::Address`] and [`FeedError::Key`] for what no further try can mend, a text for
    /// what one may.
    pub async fn open(
        url: &str,
        key: Option<&str>,
        tls: Option<&Tls>,
    ) -> Result<Result<Self, String>, FeedError> {
        let address = |source| FeedError::Address { url: url.to_owned(), source: Box::new(source) };
        let mut request = url.into_client_request().map_err(address)?;
        let headers = request.headers_mut();
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        if let Some(key) = key {
            let mut value = HeaderValue::try_from(format!("Bearer {key}"))
                .map_err(|source| FeedError::Key { source: Box::new(source) })?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let unmended = |source| match not_accepted(&source) {
            true => Err(FeedError::Certificate { url: url.to_owned(), source }),
            false => Ok(Err(source.to_string())),
        };
        let line = match line_to(request.uri(), tls).await {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return unmended(error),
            Err(wrong) => return Err(address(WsError::Url(wrong))),
        };
        match client_async(request, line).await {
            Ok((socket, _)) => Ok(Ok(Self { socket })),
            Err(WsError::Http(answer)) if answer.status().is_client_error() => {
                let status = answer.status().as_u16();
                let body = answer.body().as_deref().unwrap_or_default();
                let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
                Err(FeedError::NotAdmitted { status, text })
            }
            Err(error @ WsError::Url(_)) => Err(address(error)),
            // Of a certificate that it does not take the hub tells after the feed's last word.
            Err(WsError::Io(error)) => unmended(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`FeedError::Encode`]; a broken connection shows at the next [`Self::hear`].
    pub async fn say(&mut self, message: &FromFeed) -> Result<(), FeedError> {
        let text = serde_json::to_string(message).map_err(FeedError::Encode)?;
        self.say_text(text).await;
        Ok(())
    }

    /// Sends a message that is encoded already.
    pub async fn say_text(&mut self, text: String) {
        if let Err(error) = self.socket.send(Message::text(text)).await {
            tracing::debug!(%error, "the connection broke while sending");
        }
    }

    /// The next message of the hub.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(text.as_str()) {
                    Ok(message) => return Heard::Said(message),
                    Err(error) => {
                        // A newer hub may say more than this program knows.
                        tracing::warn!(%error, "a message of the hub was not understood");
                    }
                },
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map(|frame| frame.reason.to_string());
                    return Heard::Gone(reason.unwrap_or_default());
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Heard::Gone(error.to_string()),
                None => return Heard::Gone("the connection ended".to_owned()),
            }
        }
    }

    /// Closes politely.
    pub async fn close(mut self) {
        if let Err(error) = self.socket.close(None).await {
            tracing::debug!(%error, "the connection was gone before it was closed");
        }
    }
}

/// Whether one end does not take the other's certificate.
fn not_accepted(error: &io::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::InvalidCertificate(_)) => true,
        Some(rustls::Error::AlertReceived(alert)) => matches!(
            alert,
            Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::CertificateRequired
                | Alert::DecryptError
        ),
        _ => false,
    }
}

/// A connection to the hub of an address, in TLS where the address says so.
///
/// # Errors
/// [`UrlError`] for an address that cannot be called; the inner error when nobody answers there.
async fn line_to(address: &Uri, tls: Option<&Tls>) -> Result<io::Result<Box<dyn Line>>, UrlError> {
    let host = address.host().ok_or(UrlError::NoHostName)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let (tls, usual_port) = match (address.scheme_str(), tls) {
        (Some("ws"), _) => (None, 80),
        (Some("wss"), Some(tls)) => (Some(tls), 443),
        (Some("wss"), None) => return Err(UrlError::TlsFeatureNotEnabled),
        _ => return Err(UrlError::UnsupportedUrlScheme),
    };
    let port = address.port_u16().unwrap_or(usual_port);
    let named = |tls: &Tls| match ServerName::try_from(host.to_owned()) {
        Ok(name) => Ok((tls.connector(), name)),
        Err(_no_name) => Err(UrlError::NoHostName),
    };
    let tls = tls.map(named).transpose()?;
    let open = async {
        let stream = TcpStream::connect((host, port)).await?;
        let line: Box<dyn Line> = match tls {
            Some((connector, name)) => Box::new(connector.connect(name, stream).await?),
            None => Box::new(stream),
        };
        Ok(line)
    };
    Ok(open.await)
}
