//! As much of NATS and JetStream as the measurements need, straight on a socket.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::pump::Broker;

/// What a connection says first.
pub(crate) const CONNECT: &str = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";
/// The subject of what is fanned out.
pub(crate) const SUBJECT: &str = "d";
/// The subject of what is kept.
const KEPT: &str = "bench.kept";
/// Where answers go.
const INBOX: &str = "_INBOX.bench";
/// The most that the stream keeps; then the oldest goes, so that a long run fills no disk.
const MOST_KEPT_BYTES: u64 = 8 << 30;

/// A connection to a server.
pub(crate) struct Nats {
    socket: BufReader<TcpStream>,
}

impl Nats {
    /// Connects and listens for answers.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.expect("the server listens");
        socket.set_nodelay(true).expect("a socket can be told");
        let mut this = Self { socket: BufReader::new(socket) };
        this.send(CONNECT.as_bytes()).await;
        this.send(format!("SUB {INBOX}.* 1\r\n").as_bytes()).await;
        this
    }

    /// Makes the stream that keeps messages in a file.
    pub(crate) async fn make_stream(&mut self) {
        let stream = json!({
            "name": "BENCH", "subjects": [KEPT], "retention": "limits", "storage": "file",
            "discard": "old", "num_replicas": 1, "max_bytes": MOST_KEPT_BYTES,
        });
        self.ask("$JS.API.STREAM.CREATE.BENCH", 0, stream.to_string().as_bytes()).await;
        let (_, answer) = self.answer().await;
        assert!(answer["error"].is_null(), "the server makes no stream: {answer}");
    }

    /// Publishes to a subject, and wants the answer under a number.
    async fn ask(&mut self, subject: &str, number: u64, payload: &[u8]) {
        let head = format!("PUB {subject} {INBOX}.{number} {}\r\n", payload.len());
        self.send(&[head.as_bytes(), payload, b"\r\n"].concat()).await;
    }

    /// Publishes and wants nothing.
    pub(crate) async fn tell(&mut self, payload: &[u8]) {
        let head = format!("PUB {SUBJECT} {}\r\n", payload.len());
        self.send(&[head.as_bytes(), payload, b"\r\n"].concat()).await;
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.expect("the server reads");
    }

    /// The next answer and the number that it was wanted under.
    async fn answer(&mut self) -> (u64, Value) {
        loop {
            let mut line = String::new();
            let read = self.socket.read_line(&mut line).await.expect("the server answers");
            assert!(read > 0, "the server ended the connection");
            assert!(!line.starts_with("-ERR"), "the server says {line}");
            if line.starts_with("PING") {
                self.send(b"PONG\r\n").await;
            }
            let Some(message) = line.strip_prefix("MSG ") else { continue };
            let words: Vec<&str> = message.split_whitespace().collect();
            let number = words[0].rsplit('.').next().and_then(|text| text.parse().ok());
            let length: usize = words[words.len() - 1].parse().expect("a length");
            let mut body = vec![0; length + 2];
            self.socket.read_exact(&mut body).await.expect("a whole message");
            let answer = serde_json::from_slice(&body[..length]).expect("JSON");
            return (number.expect("a number"), answer);
        }
    }
}

impl Broker for Nats {
    async fn publish(&mut self, seq: u64, payload: String) {
        self.ask(KEPT, seq, payload.as_bytes()).await;
    }

    async fn acknowledged(&mut self) -> u64 {
        let (number, answer) = self.answer().await;
        assert!(answer["error"].is_null(), "the server keeps nothing: {answer}");
        number
    }
}
