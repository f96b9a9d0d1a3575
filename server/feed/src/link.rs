//! One connection to a hub: the opening, and messages as types.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error as WsError, Message,
        client::IntoClientRequest,
        http::{HeaderValue, header},
    },
};
use wire::ingest::{FromFeed, SUBPROTOCOL, ToFeed};

use crate::play::FeedError;

/// An open connection.
pub(crate) struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
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
    pub async fn open(url: &str, key: Option<&str>) -> Result<Result<Self, String>, FeedError> {
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
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Ok(Self { socket })),
            Err(WsError::Http(answer)) if answer.status().is_client_error() => {
                let status = answer.status().as_u16();
                let body = answer.body().as_deref().unwrap_or_default();
                let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
                Err(FeedError::NotAdmitted { status, text })
            }
            Err(error @ WsError::Url(_)) => Err(address(error)),
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
