//! Those who connect and say little or nothing: bounded in number and in time, at nobody else's
//! cost.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::StreamExt;
use journal::Keys;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    MaybeTlsStream,
    tungstenite::{Message, http::StatusCode},
};
use wire::ingest::SUBPROTOCOL;

use super::fixture::{Feed, PATIENCE, Place, ack, frame, status, unit_state};
use crate::{clock::wall_now, limits::Limits, serve::Hub};

/// Short enough for a test, long enough for a busy machine to answer a request within it.
const SOON: Duration = Duration::from_millis(300);

/// Connects from one of this machine's addresses: to the hub they are different ones.
pub(super) async fn connect_from(hub: &Hub, address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
    socket.connect(hub.address).await.expect("the hub listens")
}

/// Everything the hub says until it ends the connection.
pub(super) async fn heard(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // A connection that is ended with something unread is reset: that is an end, too.
    let _reset = read.expect("an end in time");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn asked(hub: &Hub, address: &str) -> String {
    let mut stream = connect_from(hub, address).await;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: hub\r\n\r\n").await.expect("it listens");
    heard(&mut stream).await
}

/// Waits until so many connections are open.
pub(super) async fn open_now(hub: &Hub, wanted: u64) {
    let reached = async {
        while hub.shared.metrics.connections_now.load(Ordering::Relaxed) != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.expect("so many in time");
}

#[tokio::test]
async fn a_stranger_who_holds_connections_leaves_others_their_places() {
    let place = Place::new();
    let hub = place.start_within(Limits { from_this_machine: 3, ..Limits::usual() }).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(connect_from(&hub, "127.0.0.2").await);
    }
    open_now(&hub, 3).await;
    let mut fourth = connect_from(&hub, "127.0.0.2").await;
    let answer = heard(&mut fourth).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("this address has as many connections as it may"), "{answer}");
    assert!(asked(&hub, "127.0.0.3").await.ends_with("ok\n"), "another address is served");
    held.pop();
    open_now(&hub, 2).await;
    assert!(asked(&hub, "127.0.0.2").await.ends_with("ok\n"), "a place was given back");
    assert_eq!(hub.shared.metrics.connections_refused.load(Ordering::Relaxed), 1);
    hub.stop().await;
}

#[tokio::test]
async fn beyond_the_limit_of_all_nobody_is_kept() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start_within(Limits { in_all: 2, ..Limits::usual() }).await;
    // A websocket holds its place after its request was answered.
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let _held = connect_from(&hub, "127.0.0.2").await;
    open_now(&hub, 2).await;
    let mut third = connect_from(&hub, "127.0.0.3").await;
    let answer = heard(&mut third).await;
    assert!(answer.contains("the hub has as many connections as it may"), "{answer}");
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(1), "who was in goes on");
    hub.stop().await;
}

#[tokio::test]
async fn a_request_that_does_not_come_is_not_waited_for() {
    let place = Place::new();
    let hub = place
        .start_within(Limits { head_within: SOON, answer_within: SOON, ..Limits::usual() })
        .await;
    let mut silent = connect_from(&hub, "127.0.0.2").await;
    let mut half = connect_from(&hub, "127.0.0.2").await;
    half.write_all(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n").await.unwrap();
    let mut bodiless = connect_from(&hub, "127.0.0.2").await;
    let head = "POST /v1/session HTTP/1.1\r\nHost: hub\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{";
    bodiless.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(heard(&mut silent).await, "");
    let answer = heard(&mut half).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    let answer = heard(&mut bodiless).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    open_now(&hub, 0).await;
    assert!(asked(&hub, "127.0.0.2").await.ends_with("ok\n"));
    hub.stop().await;
}

#[tokio::test]
async fn a_head_without_an_end_is_cut_off() {
    let place = Place::new();
    let hub = place.start().await;
    let stream = connect_from(&hub, "127.0.0.2").await;
    let (mut read, mut write) = stream.into_split();
    // The hub stops reading: the sending half fails or hangs, and must not be waited for.
    let sending = tokio::spawn(async move {
        let mut sent = write.write_all(b"GET /healthz HTTP/1.1\r\nx: ").await;
        while sent.is_ok() {
            sent = write.write_all(&[b'x'; 4096]).await;
        }
    });
    let mut bytes = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, read.read_to_end(&mut bytes)).await;
    let _reset = ended.expect("an end in time");
    sending.abort();
    let answer = String::from_utf8_lossy(&bytes);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    open_now(&hub, 0).await;
    hub.stop().await;
}

#[tokio::test]
async fn a_feed_that_does_not_say_hello_is_let_go() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start_within(Limits { hello_within: SOON, ..Limits::usual() }).await;
    let mut feed = Feed::connect(&hub, &key).await;
    let (code, why) = feed.closed_saying().await;
    assert_eq!((code, why.as_str()), (1008, "no welcome hello came in time"));
    hub.stop().await;
}

fn impatient() -> Limits {
    Limits { between_pings: Duration::from_millis(50), ..Limits::usual() }
}

#[tokio::test]
async fn a_feed_that_answers_no_ping_is_let_go() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start_within(impatient()).await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    // Read below the websocket: nobody answers what is only read there.
    let MaybeTlsStream::Plain(stream) = feed.socket.get_mut() else { panic!("plain") };
    let said = heard(stream).await;
    assert!(said.contains("nothing was heard for too long"), "{said}");
    open_now(&hub, 0).await;
    hub.stop().await;
}

#[tokio::test]
async fn a_quiet_feed_that_answers_pings_stays() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start_within(impatient()).await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let mut pings = 0;
    while pings < 12 {
        let message = tokio::time::timeout(PATIENCE, feed.socket.next()).await;
        match message.expect("a ping in time").expect("connected").expect("a message") {
            Message::Ping(_) => pings += 1,
            other => panic!("not a ping: {other:?}"),
        }
    }
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    hub.stop().await;
}

#[tokio::test]
async fn a_revoked_key_ends_its_open_connection() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start_within(impatient()).await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    Keys::open(&place.dir.path().join("data")).unwrap().revoke("a", wall_now()).unwrap();
    let (code, why) = feed.closed_saying().await;
    assert_eq!((code, why.as_str()), (1008, "the key was revoked or is over"));
    assert_eq!(status(&hub, Some(&key), SUBPROTOCOL).await, StatusCode::UNAUTHORIZED);
    hub.stop().await;
}
