//! As much of MQTT 3.1.1 as the measurements need, straight on a socket.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::pump::Broker;

/// The one topic.
const TOPIC: &str = "d";

/// Whether a broker remembers a client that is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remembered {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// A connection to a broker.
pub(crate) struct Mqtt {
    socket: BufReader<TcpStream>,
    /// The last message that was acknowledged; they are numbered from 1.
    acknowledged: u64,
}

fn packet(kind: u8, body: &[&[u8]]) -> Vec<u8> {
    let mut left: usize = body.iter().map(|part| part.len()).sum();
    let mut packet = vec![kind];
    loop {
        let digit = (left % 128) as u8;
        left /= 128;
        packet.push(if left > 0 { digit | 0x80 } else { digit });
        if left == 0 {
            break;
        }
    }
    body.iter().for_each(|part| packet.extend_from_slice(part));
    packet
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text").to_be_bytes();
    [&length, text.as_bytes()].concat()
}

/// The packet of a message that nobody acknowledges.
pub(crate) fn message(payload: &[u8]) -> Vec<u8> {
    packet(0x30, &[&text(TOPIC), payload])
}

/// Bytes of a packet's body before the payload of such a message.
pub(crate) const BEFORE_PAYLOAD: usize = 2 + TOPIC.len();

impl Mqtt {
    /// Connects under a name.
    pub(crate) async fn connect(address: SocketAddr, name: &str, remembered: Remembered) -> Self {
        let socket = TcpStream::connect(address).await.expect("the broker listens");
        socket.set_nodelay(true).expect("a socket can be told");
        let mut this = Self { socket: BufReader::new(socket), acknowledged: 0 };
        let clean = if remembered == Remembered::Yes { 0x00 } else { 0x02 };
        let fixed = [4, clean, 0, 0];
        this.send(&packet(0x10, &[&text("MQTT"), &fixed, &text(name)])).await;
        let (kind, body) = this.hear().await;
        assert_eq!((kind, body[1]), (0x20, 0), "the broker refuses the connection");
        this
    }

    /// Wants the topic's messages.
    pub(crate) async fn subscribe(&mut self, quality: u8) {
        self.send(&packet(0x82, &[&[0, 1], &text(TOPIC), &[quality]])).await;
        assert_eq!(self.hear().await.0, 0x90, "the broker refuses the subscription");
    }

    /// The bare socket, with nothing of it read ahead.
    pub(crate) fn into_socket(self) -> TcpStream {
        assert!(self.socket.buffer().is_empty(), "a message came before it was wanted");
        self.socket.into_inner()
    }

    /// Sends a packet.
    pub(crate) async fn send(&mut self, packet: &[u8]) {
        self.socket.write_all(packet).await.expect("the broker reads");
    }

    /// A packet's kind and body.
    async fn hear(&mut self) -> (u8, Vec<u8>) {
        let kind = self.socket.read_u8().await.expect("the broker answers");
        let (mut length, mut shift) = (0, 0);
        loop {
            let digit = self.socket.read_u8().await.expect("a whole packet");
            length |= usize::from(digit & 0x7f) << shift;
            shift += 7;
            if digit & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body).await.expect("a whole packet");
        (kind, body)
    }
}

/// A number from 1 on that fits the protocol's two bytes.
fn number(seq: u64) -> [u8; 2] {
    ((seq % 65_535 + 1) as u16).to_be_bytes()
}

impl Broker for Mqtt {
    async fn publish(&mut self, seq: u64, payload: String) {
        let packet = packet(0x32, &[&text(TOPIC), &number(seq), payload.as_bytes()]);
        self.send(&packet).await;
    }

    async fn acknowledged(&mut self) -> u64 {
        let (kind, body) = self.hear().await;
        let next = self.acknowledged + 1;
        assert_eq!((kind, &body[..]), (0x40, &number(next)[..]), "messages are taken in order");
        self.acknowledged = next;
        next
    }
}
