//! The hub's side of the protocol, with faults on demand.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::header,
    },
};
use twin::PlantTime;
use wire::ingest::{Hello, ReportFrame, ToFeed};

/// What is known and what is to go wrong.
struct Inner {
    epoch: Option<u64>,
    next_seq: u64,
    now: PlantTime,
    credit: u32,
    drops: VecDeque<u64>,
    forget_to: Option<u64>,
    supersede: Option<(u64, u64)>,
    refuse: Option<(u64, u32)>,
    hellos: Vec<Hello>,
    openings: Vec<String>,
    frames: Vec<(u64, ReportFrame)>,
    most_in_flight: usize,
}

/// An acceptor on a free port.
pub(super) struct Hub {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

impl Hub {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let inner = Arc::new(Mutex::new(Inner {
            epoch: None,
            next_seq: 1,
            now: super::at(0.0),
            credit: 16,
            drops: VecDeque::new(),
            forget_to: None,
            supersede: None,
            refuse: None,
            hellos: Vec::new(),
            openings: Vec::new(),
            frames: Vec::new(),
            most_in_flight: 0,
        }));
        let shared = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                serve(socket, &shared).await;
            }
        });
        Self { address, inner }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no panic while locked")
    }

    pub fn url(&self) -> String {
        format!("ws://{}/v1/ingest", self.address)
    }

    /// Breaks the connection after each of these frames, once acknowledged.
    pub fn drop_after(&self, seqs: &[u64]) {
        self.lock().drops = seqs.iter().copied().collect();
    }

    /// At the next break, everything from this frame on is lost.
    pub fn forget_to(&self, seq: u64) {
        self.lock().forget_to = Some(seq);
    }

    /// Already has frames of an epoch.
    pub fn has(&self, epoch: u64, frames: u64) {
        let mut inner = self.lock();
        (inner.epoch, inner.next_seq) = (Some(epoch), frames + 1);
    }

    pub fn is_at(&self, now: PlantTime) {
        self.lock().now = now;
    }

    pub fn offers(&self, credit: u32) {
        self.lock().credit = credit;
    }

    /// After a frame, a newer epoch is in force.
    pub fn supersede_after(&self, seq: u64, epoch: u64) {
        self.lock().supersede = Some((seq, epoch));
    }

    /// One report of a frame is refused each time the frame comes.
    pub fn refuses(&self, seq: u64, index: u32) {
        self.lock().refuse = Some((seq, index));
    }

    pub fn frames(&self) -> Vec<(u64, ReportFrame)> {
        self.lock().frames.clone()
    }

    /// Returns once so many frames have come.
    pub async fn told(&self, frames: usize) {
        while self.lock().frames.len() < frames {
            tokio::task::yield_now().await;
        }
    }

    pub fn hellos(&self) -> Vec<Hello> {
        self.lock().hellos.clone()
    }

    pub fn openings(&self) -> Vec<String> {
        self.lock().openings.clone()
    }

    pub fn most_in_flight(&self) -> usize {
        self.lock().most_in_flight
    }
}

/// What to answer to a frame.
enum Answer {
    Say(Vec<ToFeed>),
    SayAndBreak(ToFeed),
}

async fn serve(socket: TcpStream, inner: &Arc<Mutex<Inner>>) {
    let shared = Arc::clone(inner);
    #[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
    let note = move |request: &Request, mut response: Response| {
        let text = |name| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or("-").to_owned()
        };
        let protocol = text(header::SEC_WEBSOCKET_PROTOCOL);
        let opening = format!("{} {protocol}", text(header::AUTHORIZATION));
        shared.lock().expect("no panic while locked").openings.push(opening);
        let protocol = protocol.parse().expect("a header value");
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        Ok(response)
    };
    let Ok(mut socket) = accept_hdr_async(socket, note).await else { return };
    let mut epoch = 0;
    let mut waiting: VecDeque<ToFeed> = VecDeque::new();
    loop {
        // Answers are held back until the feed has nothing more to say: that shows its credit.
        let quiet = std::time::Duration::from_millis(5);
        let heard = if waiting.is_empty() {
            socket.next().await
        } else {
            match tokio::time::timeout(quiet, socket.next()).await {
                Ok(heard) => heard,
                Err(_quiet) => {
                    let answer = waiting.pop_front().expect("not empty");
                    send(&mut socket, &answer).await;
                    continue;
                }
            }
        };
        let Some(Ok(Message::Text(text))) = heard else { return };
        let message: serde_json::Value = serde_json::from_str(text.as_str()).expect("JSON");
        if message["type"] == "hello" {
            let hello: Hello = serde_json::from_value(message).expect("a hello");
            epoch = hello.epoch;
            let answer = welcome(inner, &hello);
            send(&mut socket, &answer).await;
            continue;
        }
        let frame: ReportFrame = serde_json::from_value(message).expect("a frame");
        match take(inner, epoch, frame, waiting.len()) {
            Answer::Say(answers) => waiting.extend(answers),
            Answer::SayAndBreak(answer) => {
                send(&mut socket, &answer).await;
                return;
            }
        }
    }
}

async fn send(socket: &mut tokio_tungstenite::WebSocketStream<TcpStream>, answer: &ToFeed) {
    let text = serde_json::to_string(answer).expect("JSON");
    // A feed that has gone meanwhile hears nothing; its next connection is told anew.
    let _gone = socket.send(Message::text(text)).await;
}

fn welcome(inner: &Mutex<Inner>, hello: &Hello) -> ToFeed {
    let mut inner = inner.lock().expect("no panic while locked");
    inner.hellos.push(hello.clone());
    if inner.epoch.is_some_and(|in_force| hello.epoch < in_force) {
        return superseded(None, inner.epoch);
    }
    if inner.epoch != Some(hello.epoch) {
        (inner.epoch, inner.next_seq) = (Some(hello.epoch), 1);
    }
    ToFeed::Welcome {
        resume_from: inner.next_seq,
        max_frame_bytes: 1 << 20,
        credit: inner.credit,
        now: record::format_time(inner.now).expect("a time"),
        rate: 720_000.0,
        took_over: false,
    }
}

fn superseded(seq: Option<u64>, epoch: Option<u64>) -> ToFeed {
    ToFeed::Refused {
        seq,
        index: None,
        code: "superseded".to_owned(),
        reason: "another speaks".to_owned(),
        retryable: false,
        resume_from: None,
        epoch,
    }
}

fn refused_report(seq: u64, index: u32) -> ToFeed {
    ToFeed::Refused {
        seq: Some(seq),
        index: Some(index),
        code: "unknown_unit".to_owned(),
        reason: "there is no such unit".to_owned(),
        retryable: false,
        resume_from: None,
        epoch: None,
    }
}

fn take(inner: &Mutex<Inner>, epoch: u64, frame: ReportFrame, waiting: usize) -> Answer {
    let mut inner = inner.lock().expect("no panic while locked");
    let seq = frame.seq;
    assert_eq!(seq, inner.next_seq, "no gap and nothing twice");
    inner.most_in_flight = inner.most_in_flight.max(waiting + 1);
    inner.next_seq += 1;
    inner.frames.push((epoch, frame));
    if let Some((_, newer)) = inner.supersede.take_if(|(after, _)| *after == seq) {
        inner.epoch = Some(newer);
        return Answer::SayAndBreak(superseded(Some(seq), inner.epoch));
    }
    let answer = ToFeed::Ack { seq, durable: true };
    if inner.drops.front() == Some(&seq) {
        inner.drops.pop_front();
        if let Some(lost) = inner.forget_to.take() {
            inner.next_seq = lost;
        }
        return Answer::SayAndBreak(answer);
    }
    let refused = inner.refuse.filter(|(refused, _)| *refused == seq);
    let refused = refused.map(|(seq, index)| refused_report(seq, index));
    Answer::Say(refused.into_iter().chain([answer]).collect())
}
