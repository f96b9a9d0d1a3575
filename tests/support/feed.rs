//! A feed over a real websocket, written for tests: sends what it is told, hears what comes.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use super::PATIENCE;

/// A connection that has said hello.
pub(crate) struct Feed {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The next seq that the hub wants.
    pub(crate) resume_from: u64,
}

impl Feed {
    /// Connects and says hello on a recorded clock.
    pub(crate) async fn connect(url: &str, key: &str, feed: &str) -> Self {
        Self::connect_on(url, key, feed, &json!({ "kind": "recorded", "rate": 1000.0 })).await
    }

    /// Connects and says hello on a clock.
    pub(crate) async fn connect_on(url: &str, key: &str, feed: &str, clock: &Value) -> Self {
        let socket = Self::attempt(url, key).await.expect("the hub takes the connection");
        let mut this = Self { socket, resume_from: 0 };
        this.say(&json!({ "type": "hello", "feed": feed, "epoch": 1, "clock": clock })).await;
        let welcome = this.hear().await.expect("an answer to hello");
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        this.resume_from = welcome["resume_from"].as_u64().expect("a number");
        this
    }

    /// What the hub answers to whoever asks for a connection and gets none: status and words.
    pub(crate) async fn turned_away(url: &str, key: &str) -> (u16, String) {
        match Self::attempt(url, key).await {
            Err(Error::Http(response)) => {
                let words = response.body().as_deref().unwrap_or_default();
                (response.status().as_u16(), String::from_utf8_lossy(words).into_owned())
            }
            other => panic!("not turned away: {other:?}"),
        }
    }

    async fn attempt(
        url: &str,
        key: &str,
    ) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
        let mut request = url.into_client_request().expect("a websocket address");
        let headers = request.headers_mut();
        headers.insert("Authorization", format!("Bearer {key}").parse().expect("a header"));
        let protocol = wire::ingest::SUBPROTOCOL.parse().expect("a header");
        headers.insert("Sec-WebSocket-Protocol", protocol);
        connect_async(request).await.map(|(socket, _)| socket)
    }

    /// Sends a message; a connection that has broken shows when the next one is heard.
    pub(crate) async fn say(&mut self, message: &Value) {
        let _broken = self.socket.send(Message::text(message.to_string())).await;
    }

    /// The next message; none when the connection has ended.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        loop {
            let heard = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match heard.expect("the hub says something in time") {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}
