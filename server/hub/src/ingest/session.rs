//! One feed's connection: reads only while the core takes, answers in order, closes with a code.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{FutureExt, SinkExt};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, time};
use tokio_tungstenite::tungstenite;
use wire::ingest::{BadFrame, FromFeed, ToFeed, read_from_feed};

use crate::{
    core::{CREDIT, Grant, HubEvent, SessionId, Unreadable},
    identity::Caller,
    limits::Limits,
    run::{Inbox, MOST_ANSWERS, ToSession},
    shared::{Metrics, Shared, stopped},
    store::StoreState,
};

/// Pings without any sign of life before the connection is given up.
const MOST_UNANSWERED: u32 = 3;
/// A feed that does not read its answers for so long is given up.
const WRITE_WITHIN: Duration = Duration::from_secs(20);
/// How long to wait for the other side to close after us: it must get to read why.
const LINGER: Duration = Duration::from_secs(2);
/// The same while the hub stops, which must not take long.
const LINGER_STOPPING: Duration = Duration::from_millis(200);
/// The longest reason in a close frame, by the standard.
const LONGEST_CLOSE_REASON: usize = 123;

static NEXT_SESSION: AtomicU64 = AtomicU64::new(1);

/// Why a connection ends: a close code and words; none when it is gone already.
type End = Option<(u16, String)>;

/// Speaks with one feed until either side ends it.
pub(super) async fn run(shared: Shared, socket: WebSocket, grant: Grant, caller: Caller) {
    let session = SessionId(NEXT_SESSION.fetch_add(1, Ordering::Relaxed));
    let (answers_to, answers) = mpsc::channel(MOST_ANSWERS);
    shared.metrics.feeds_now.fetch_add(1, Ordering::Relaxed);
    let opened = async {
        shared.to_core.send(Inbox::Open { session, answers: answers_to }).await.ok()?;
        shared.to_core.send(Inbox::Event(HubEvent::Opened { session, grant })).await.ok()
    };
    if opened.await.is_some() {
        let speaker = Speaker { shared: shared.clone(), socket, session, caller, welcomed: false };
        speaker.run(answers).await;
        // A core that has ended needs no goodbye.
        let _ended = shared.to_core.send(Inbox::Event(HubEvent::Closed { session })).await;
    }
    shared.metrics.feeds_now.fetch_sub(1, Ordering::Relaxed);
}

struct Speaker {
    shared: Shared,
    socket: WebSocket,
    session: SessionId,
    caller: Caller,
    welcomed: bool,
}

impl Speaker {
    async fn run(mut self, mut answers: mpsc::Receiver<ToSession>) {
        let mut stopping = self.shared.stopping.clone();
        let mut rights = self.shared.identity.changes();
        // Between the request and here something may have changed already.
        rights.mark_changed();
        let mut store = self.shared.store.clone();
        let Limits { hello_within, between_pings, .. } = self.shared.limits;
        let mut pings = time::interval_at(time::Instant::now() + between_pings, between_pings);
        // After a pause of the whole machine nobody is blamed for the pings of that time.
        pings.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        let mut unanswered = 0;
        let hello_late = time::sleep(hello_within);
        tokio::pin!(hello_late);
        let end = loop {
            let step = tokio::select! {
                biased;
                () = stopped(&mut stopping) => {
                    Err(Some((close_code::AWAY, "the hub is stopping; come back soon".to_owned())))
                }
                answer = answers.recv() => match answer {
                    Some(ToSession::Say(messages)) => self.say(messages).await,
                    Some(ToSession::Close(why)) => Err(Some((close_code::POLICY, why.to_owned()))),
                    None => {
                        let why = "answers were not read in time; connect again and resume";
                        Err(Some((close_code::POLICY, why.to_owned())))
                    }
                },
                Ok(()) = store.changed() => {
                    let healthy = *store.borrow_and_update() == StoreState::Healthy;
                    self.say(vec![ToFeed::Credit { credit: if healthy { CREDIT } else { 0 } }]).await
                }
                () = &mut hello_late, if !self.welcomed => {
                    Err(Some((close_code::POLICY, "no welcome hello came in time".to_owned())))
                }
                Ok(()) = rights.changed() => self.look_again(),
                _ = pings.tick() => {
                    unanswered += 1;
                    self.look_after(unanswered).await
                }
                received = self.socket.recv() => {
                    unanswered = 0;
                    self.received(received).await
                }
            };
            if let Err(end) = step {
                break end;
            }
        };
        self.close(end, &mut answers).await;
    }

    async fn received(
        &mut self,
        received: Option<Result<Message, axum::Error>>,
    ) -> Result<(), End> {
        match received {
            Some(Ok(Message::Text(text))) => {
                Metrics::add(&self.shared.metrics.frames, 1);
                Metrics::add(&self.shared.metrics.frame_bytes, text.len() as u64);
                let event = event(self.session, text.as_str());
                let taken = self.shared.to_core.send(Inbox::Event(event)).await;
                taken.map_err(|_ended| Some((close_code::AWAY, "the hub is stopping".to_owned())))
            }
            Some(Ok(Message::Binary(bytes))) => {
                let frame = unreadable(&bytes, None, "not_text", "send JSON in text frames".into());
                let event = HubEvent::Unreadable { session: self.session, frame };
                let taken = self.shared.to_core.send(Inbox::Event(event)).await;
                taken.map_err(|_ended| Some((close_code::AWAY, "the hub is stopping".to_owned())))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) | None => Err(None),
            Some(Err(error)) => Err(why_broken(error)),
        }
    }

    async fn say(&mut self, messages: Vec<ToFeed>) -> Result<(), End> {
        let sent = time::timeout(WRITE_WITHIN, async {
            for message in &messages {
                self.welcomed |= matches!(message, ToFeed::Welcome { .. });
                let text = serde_json::to_string(message).map_err(axum::Error::new)?;
                self.socket.feed(Message::Text(text.into())).await?;
            }
            self.socket.flush().await
        });
        match sent.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_broken)) => Err(None),
            Err(_late) => Err(Some((close_code::POLICY, "answers were not read".to_owned()))),
        }
    }

    /// Goes on while the key allows what it did.
    fn look_again(&mut self) -> Result<(), End> {
        match self.shared.identity.again(&self.caller) {
            Some(caller) => {
                self.caller = caller;
                Ok(())
            }
            None => Err(Some((close_code::POLICY, "the key was revoked or is over".to_owned()))),
        }
    }

    async fn look_after(&mut self, unanswered: u32) -> Result<(), End> {
        if unanswered > MOST_UNANSWERED {
            return Err(Some((close_code::POLICY, "nothing was heard for too long".to_owned())));
        }
        self.look_again()?;
        self.shared.identity.touch(&self.caller);
        let ping = self.socket.send(Message::Ping(Vec::new().into()));
        match time::timeout(WRITE_WITHIN, ping).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(None),
        }
    }

    /// Says what is still to be said, then why the connection ends, and waits to be heard.
    async fn close(mut self, end: End, answers: &mut mpsc::Receiver<ToSession>) {
        let Some((code, why)) = end else { return };
        while let Some(Some(ToSession::Say(messages))) = answers.recv().now_or_never() {
            if self.say(messages).await.is_err() {
                return;
            }
        }
        let reason = why[..why.floor_char_boundary(LONGEST_CLOSE_REASON)].into();
        let close = Message::Close(Some(CloseFrame { code, reason }));
        let linger = if code == close_code::AWAY { LINGER_STOPPING } else { LINGER };
        let _lingered = time::timeout(linger, async {
            if self.socket.send(close).await.is_err() {
                return;
            }
            // Closing with bytes unread would reset the connection before the reason was read.
            loop {
                match self.socket.recv().await {
                    Some(Ok(_)) => {}
                    Some(Err(_)) => std::future::pending().await,
                    None => return,
                }
            }
        })
        .await;
    }
}

/// The close code for what the websocket could not read.
fn why_broken(error: axum::Error) -> End {
    use tungstenite::Error;
    match error.into_inner().downcast::<Error>().map(|error| *error) {
        Ok(Error::Capacity(error)) => Some((close_code::SIZE, error.to_string())),
        Ok(Error::Utf8(error)) => Some((close_code::INVALID, error)),
        Ok(Error::Protocol(error)) => Some((close_code::PROTOCOL, error.to_string())),
        Ok(_) | Err(_) => None,
    }
}

/// What a text frame says.
fn event(session: SessionId, text: &str) -> HubEvent {
    match read_from_feed(text) {
        Ok(FromFeed::Hello(hello)) => HubEvent::Hello { session, hello },
        Ok(FromFeed::Report(frame)) => HubEvent::Frame { session, frame },
        Err(bad) => {
            let code = match &bad {
                BadFrame::Json(_) => "malformed",
                BadFrame::Type(_) => "unknown_type",
                BadFrame::TooManyReports(_) => "too_many_reports",
            };
            let reason = crate::store::in_words(&bad);
            let frame = unreadable(text.as_bytes(), seq_of(text), code, reason);
            HubEvent::Unreadable { session, frame }
        }
    }
}

fn unreadable(bytes: &[u8], seq: Option<u64>, code: &'static str, reason: String) -> Unreadable {
    let sha256 = Sha256::digest(bytes).into();
    Unreadable { seq, code, reason, length: bytes.len() as u64, sha256 }
}

/// The number of a report frame whose rest is of a wrong shape.
fn seq_of(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Numbered<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
        seq: u64,
    }
    let numbered: Numbered<'_> = serde_json::from_str(text).ok()?;
    (numbered.kind == "report").then_some(numbered.seq)
}
