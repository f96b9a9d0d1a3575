//! Messages cut out of a socket with as little work as can be, so that thousands of viewers fit
//! beside what they look at: payloads are passed over, only their beginnings are kept.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::nats;

/// The most that an answer to an upgrade may have.
const LONGEST_ANSWER_BYTES: usize = 8 << 10;

/// How messages lie in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A websocket's text messages.
    View,
    /// NATS within a websocket's messages.
    Nats,
    /// MQTT on a bare socket.
    Mqtt,
}

/// Cuts bytes into messages, wherever they are torn apart.
#[derive(Clone, Debug)]
pub(crate) struct Cutter {
    protocol: Protocol,
    /// How much of a message is kept.
    keep_bytes: usize,
    head: Vec<u8>,
    /// The beginning of a websocket's frame so far.
    frame: Vec<u8>,
    frame_left: usize,
    first_byte: u8,
    /// The beginning of a message so far: NATS's line, MQTT's length.
    line: Vec<u8>,
    body_left: usize,
}

impl Cutter {
    /// For a connection that has said nothing yet.
    pub(crate) fn new(protocol: Protocol, keep_bytes: usize) -> Self {
        Self {
            protocol,
            keep_bytes,
            head: Vec::new(),
            frame: Vec::new(),
            frame_left: 0,
            first_byte: 0,
            line: Vec::new(),
            body_left: 0,
        }
    }

    /// Takes what was read; `seen` gets the beginning of every message that is now whole.
    pub(crate) fn push(&mut self, mut bytes: &[u8], seen: &mut impl FnMut(&[u8])) {
        if self.protocol == Protocol::Mqtt {
            return self.messages(bytes, seen);
        }
        while let Some((&first, rest)) = bytes.split_first() {
            if self.frame_left > 0 {
                let (payload, after) = bytes.split_at(self.frame_left.min(bytes.len()));
                self.frame_left -= payload.len();
                self.payload(payload, seen);
                bytes = after;
            } else {
                self.frame.push(first);
                bytes = rest;
                if let Some(length) = frame_length(&self.frame) {
                    (self.first_byte, self.frame_left) = (self.frame[0], length);
                    self.frame.clear();
                    self.payload(&[], seen);
                }
            }
        }
    }

    /// Takes a piece of a frame's payload; the frame may end with it.
    fn payload(&mut self, payload: &[u8], seen: &mut impl FnMut(&[u8])) {
        let is_control = self.first_byte & 0x08 != 0;
        if is_control {
            return;
        }
        if self.protocol == Protocol::Nats {
            return self.messages(payload, seen);
        }
        self.keep(payload);
        let is_last = self.first_byte & 0x80 != 0;
        if self.frame_left == 0 && is_last {
            seen(&self.head);
            self.head.clear();
        }
    }

    fn messages(&mut self, mut bytes: &[u8], seen: &mut impl FnMut(&[u8])) {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.body_left > 0 {
                let (body, after) = bytes.split_at(self.body_left.min(bytes.len()));
                self.body_left -= body.len();
                self.keep(body);
                if self.body_left == 0 {
                    seen(&self.head);
                    self.head.clear();
                }
                bytes = after;
            } else {
                self.line.push(first);
                bytes = rest;
                let length = match self.protocol {
                    Protocol::Mqtt => packet_length(&self.line),
                    Protocol::Nats | Protocol::View => message_length(&self.line),
                };
                if let Some(length) = length {
                    self.line.clear();
                    self.body_left = length;
                }
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.keep_bytes.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// The length of a websocket frame's payload, once its beginning is whole; servers do not mask.
fn frame_length(frame: &[u8]) -> Option<usize> {
    let (wide, short) = match frame.get(1)? & 0x7f {
        126 => (2, 0),
        127 => (8, 0),
        short => (0, usize::from(short)),
    };
    let digits = frame.get(2..2 + wide)?;
    Some(digits.iter().fold(short, |length, digit| (length << 8) | usize::from(*digit)))
}

/// The length of an MQTT packet's body, once its beginning is whole.
fn packet_length(line: &[u8]) -> Option<usize> {
    let (_kind, digits) = line.split_first()?;
    let whole = digits.last()? & 0x80 == 0;
    let low = |(at, digit): (usize, &u8)| usize::from(digit & 0x7f) << (7 * at);
    whole.then(|| digits.iter().enumerate().map(low).sum())
}

/// The length of what follows a line of NATS: a message's body with its line end, or nothing.
fn message_length(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r\n")?;
    let text = std::str::from_utf8(line).unwrap_or_default();
    let words = text.strip_prefix("MSG ").and_then(|rest| rest.split_whitespace().last());
    Some(words.and_then(|length| length.parse::<usize>().ok()).map_or(0, |length| length + 2))
}

/// A websocket's bare socket, and what was read of it beyond the answer to the upgrade.
pub(crate) async fn upgrade(address: SocketAddr, path: &str, head: &str) -> (TcpStream, Vec<u8>) {
    let mut socket = TcpStream::connect(address).await.expect("the server listens");
    socket.set_nodelay(true).expect("a socket can be told");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{head}\r\n"
    );
    socket.write_all(request.as_bytes()).await.expect("the server reads");
    let mut read = Vec::new();
    loop {
        let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let answer = String::from_utf8_lossy(&read[..end]);
            assert!(answer.starts_with("HTTP/1.1 101"), "no websocket at {path}: {answer}");
            return (socket, read.split_off(end + 4));
        }
        assert!(read.len() < LONGEST_ANSWER_BYTES, "no end of the answer at {path}");
        let more = socket.read_buf(&mut read).await.expect("the server answers");
        assert!(more > 0, "the server ended the connection at {path}");
    }
}

/// Sends a short message on a websocket. Its mask is all zeros, which leaves it as it is.
pub(crate) async fn say(socket: &mut TcpStream, text: &str) {
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 126);
    let head = [0x81, 0x80 | length.expect("a short message"), 0, 0, 0, 0];
    socket.write_all(&[&head[..], text.as_bytes()].concat()).await.expect("the server reads");
}

/// A viewer of one view of a hub, with the headers that say as whom.
pub(crate) async fn view(
    address: SocketAddr,
    path: &str,
    head: &str,
    view: &str,
) -> (TcpStream, Vec<u8>) {
    let head = format!("Sec-WebSocket-Protocol: {}\r\n{head}", wire::view::SUBPROTOCOL);
    let (mut socket, read) = upgrade(address, path, &head).await;
    say(&mut socket, &format!("{{\"type\":\"watch\",\"view\":\"{view}\"}}")).await;
    (socket, read)
}

/// A subscriber of a NATS server over a websocket.
pub(crate) async fn nats_subscriber(address: SocketAddr) -> (TcpStream, Vec<u8>) {
    let (mut socket, read) = upgrade(address, "/", "").await;
    say(&mut socket, &format!("{}SUB {} 1\r\n", nats::CONNECT, nats::SUBJECT)).await;
    (socket, read)
}
