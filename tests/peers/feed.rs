//! A feed over a real websocket.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::pump::Broker;

/// A connection that was welcomed.
pub(crate) struct Feed {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Refusals heard; a measurement with any of them is none.
    pub(crate) refused: Vec<String>,
    /// The next number that the hub wants.
    pub(crate) resume_from: u64,
}

impl Feed {
    /// Connects, says hello on a clock, declares its signals, and hears the welcome.
    pub(crate) async fn connect(
        address: SocketAddr,
        key: &str,
        clock: &Value,
        signals: impl Iterator<Item = String>,
    ) -> Self {
        let url = format!("ws://{address}/v1/ingest");
        let mut request = url.into_client_request().expect("a websocket address");
        let headers = request.headers_mut();
        headers.insert("Authorization", format!("Bearer {key}").parse().expect("a header"));
        let protocol = wire::ingest::SUBPROTOCOL.parse().expect("a header");
        headers.insert("Sec-WebSocket-Protocol", protocol);
        let opened = connect_async_with_config(request, None, true).await;
        let (socket, _) = opened.expect("the hub takes the connection");
        let mut this = Self { socket, refused: Vec::new(), resume_from: 0 };
        let declares: Vec<Value> =
            signals.map(|series| json!({ "series": series, "unit": "mm" })).collect();
        let hello = json!({
            "type": "hello", "feed": "bench", "epoch": 1, "clock": clock, "declares": declares,
        });
        this.say(hello.to_string()).await;
        let welcome = this.hear().await;
        let resume_from = welcome["resume_from"].as_u64();
        this.resume_from = resume_from.unwrap_or_else(|| panic!("no welcome: {welcome}"));
        this
    }

    async fn say(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.expect("the hub reads");
    }

    async fn hear(&mut self) -> Value {
        loop {
            match self.socket.next().await.expect("the hub stays").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Close(why) => panic!("the hub closed the connection: {why:?}"),
                _ => {}
            }
        }
    }
}

impl Broker for Feed {
    async fn publish(&mut self, _seq: u64, payload: String) {
        self.say(payload).await;
    }

    async fn acknowledged(&mut self) -> u64 {
        loop {
            let answer = self.hear().await;
            match answer["type"].as_str() {
                Some("ack") => return answer["seq"].as_u64().expect("a number"),
                Some("refused") => self.refused.push(answer.to_string()),
                _ => {}
            }
        }
    }
}
