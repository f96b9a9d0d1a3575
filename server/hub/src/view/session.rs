//! One viewer's websocket: remembers the last version sent of each view it watches.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code},
    },
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use wire::view::{FromPage, SUBPROTOCOL, ToPage};

use super::{
    door::{self, As, Door, NotServed},
    pieces::{Piece, pieces},
    shelf::{InForce, Offer, Published, Shelf, frame},
};
use crate::{
    clock::wall_now,
    identity::{Caller, Identity, foreign_origin, is_own_origin},
};

/// Views that one page may watch at once: a programme, a plant and its history, and some spare.
const MOST_VIEWS: usize = 8;
/// What a page may say at most in one message, in bytes.
const LARGEST_REQUEST_BYTES: usize = 4 << 10;
/// A viewer that takes nothing for this long is let go.
const SLOWEST_SEND: Duration = Duration::from_secs(10);
/// A quiet connection is asked for a sign of life this often.
const PING_EVERY: Duration = Duration::from_secs(15);
/// Whoever has rights for longer is looked at again after so long in any case.
const LOOK_AGAIN: Duration = Duration::from_secs(3_600);

/// The route of the viewers' websocket.
pub(crate) fn router(door: Arc<Door>) -> Router {
    Router::new().route("/v1/view", get(upgrade)).merge(door::router()).with_state(door)
}

async fn upgrade(
    State(door): State<Arc<Door>>,
    Query(wish): Query<As>,
    headers: HeaderMap,
    socket: WebSocketUpgrade,
) -> Response {
    if let Some(refusal) = foreign_origin(&headers) {
        return refusal.into_response();
    }
    let (offer, caller) = match door.known_audience(&wish, &headers) {
        Ok(known) => known,
        Err(refusal) => return refusal.into_response(),
    };
    // Only a page has a cookie, and a browser always says which site's page it is.
    if caller.is_in_a_browser() && !is_own_origin(&headers) {
        return NotServed::Forged.into_response();
    }
    let (shelf, identity) = (Arc::clone(&door.shelf), Arc::clone(&door.identity));
    tracing::debug!(audience = offer.code, "a viewer connects");
    socket
        .protocols([SUBPROTOCOL])
        .read_buffer_size(4 << 10)
        .write_buffer_size(0)
        .max_write_buffer_size(1 << 20)
        .max_message_size(LARGEST_REQUEST_BYTES)
        .on_upgrade(move |socket| Session::new((shelf, identity), offer, caller).run(socket))
}

struct Watched {
    /// The last version sent; none before the first snapshot.
    version: Option<u64>,
    /// The generation of the policies under which that was released.
    generation: u64,
    /// The last event sent.
    event: u64,
}

struct Session {
    shelf: Arc<Shelf>,
    identity: Arc<Identity>,
    /// What may still be sent is what was released under these.
    in_force: watch::Receiver<InForce>,
    offer: Offer,
    caller: Caller,
    views: BTreeMap<String, Watched>,
}

/// Why a session ends.
enum End {
    /// The page went away, or cannot be reached.
    Gone,
    /// The hub closes the connection.
    Close(CloseFrame),
}

impl Session {
    fn new((shelf, identity): (Arc<Shelf>, Arc<Identity>), offer: Offer, caller: Caller) -> Self {
        let in_force = shelf.in_force();
        Self { shelf, identity, in_force, offer, caller, views: BTreeMap::new() }
    }

    async fn run(mut self, mut socket: WebSocket) {
        let mut ticks = self.shelf.ticks();
        let mut rights = self.identity.changes();
        // Between the request and here something may have changed already.
        rights.mark_changed();
        let mut ping = tokio::time::interval(PING_EVERY);
        let welcome = ToPage::Welcome {
            generation: self.shelf.generation,
            tick_ms: self.shelf.tick_ms,
            audience: self.offer.code.clone(),
        };
        let mut ended = send(&mut socket, Message::Text(frame(&welcome))).await;
        while ended.is_ok() {
            ended = tokio::select! {
                said = socket.recv() => match said {
                    Some(Ok(message)) => self.hear(&mut socket, message).await,
                    Some(Err(_)) | None => Err(End::Gone),
                },
                tick = ticks.changed() => match tick {
                    Ok(()) => self.show(&mut socket).await,
                    Err(_) => Err(End::Close(CloseFrame {
                        code: close_code::AWAY,
                        reason: "the hub stops".into(),
                    })),
                },
                Ok(()) = rights.changed() => self.look_again(),
                () = sleep(self.rights_left()) => self.look_again(),
                _ = ping.tick() => {
                    if self.caller.is_kept_by_an_open_page() {
                        self.identity.touch(&self.caller);
                    }
                    send(&mut socket, Message::Ping(Default::default())).await
                }
            };
        }
        if let Err(End::Close(frame)) = ended {
            // The page may be gone already; there is nobody left to tell.
            let _ = timeout(SLOWEST_SEND, socket.send(Message::Close(Some(frame)))).await;
        }
    }

    /// Goes on while whoever looks may look as before; nothing is sent after that.
    fn look_again(&mut self) -> Result<(), End> {
        match self.identity.again(&self.caller) {
            Some(caller) => {
                self.caller = caller;
                Ok(())
            }
            None => Err(End::Close(CloseFrame {
                code: close_code::POLICY,
                reason: "the sign-in or the key has ended; sign in again".into(),
            })),
        }
    }

    /// Until the caller is to be looked at again.
    fn rights_left(&self) -> Duration {
        let micros = self.caller.until.micros().saturating_sub(wall_now().micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0)).min(LOOK_AGAIN)
    }

    async fn hear(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return refuse(socket, "not_text", "say it as JSON text").await,
        };
        match serde_json::from_str(text.as_str()) {
            Ok(FromPage::Watch { view, events_after }) => {
                self.watch(socket, view, events_after).await
            }
            Ok(FromPage::Unwatch { view }) => {
                self.views.remove(&view);
                Ok(())
            }
            Ok(FromPage::Again { view }) => {
                if let Some(watched) = self.views.get_mut(&view) {
                    watched.version = None;
                }
                self.show(socket).await
            }
            Err(error) => {
                let reason = format!("not a message of {SUBPROTOCOL}: {error}");
                refuse(socket, "not_understood", &reason).await
            }
        }
    }

    async fn watch(
        &mut self,
        socket: &mut WebSocket,
        view: String,
        events_after: Option<u64>,
    ) -> Result<(), End> {
        if self.views.len() >= MOST_VIEWS && !self.views.contains_key(&view) {
            let reason = format!("one page watches at most {MOST_VIEWS} views; unwatch one");
            return refuse(socket, "too_many_views", &reason).await;
        }
        if self.shelf.newest(self.offer.id, &view).is_none() {
            self.shelf.fresh(self.offer.id).await;
        }
        let Some(published) = self.shelf.newest(self.offer.id, &view) else {
            if let Some(reason) = self.shelf.crowded_out(self.offer.id) {
                return refuse(socket, "too_many_readers", &reason).await;
            }
            let view: String = view.chars().take(80).collect();
            return refuse(socket, "no_such_view", &format!("there is no view {view:?}")).await;
        };
        let newest = published.events.back().map_or(0, |(seq, _)| *seq);
        let event = events_after.filter(|after| *after <= newest).unwrap_or(newest);
        self.views.insert(view, Watched { version: None, generation: 0, event });
        self.show(socket).await
    }

    /// Sends what is new of every watched view.
    async fn show(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        self.shelf.want(self.offer.id);
        let mut ended = Vec::new();
        for (view, watched) in &mut self.views {
            match self.shelf.newest(self.offer.id, view) {
                Some(published) => {
                    let mut line =
                        Line { socket: &mut *socket, in_force: &mut self.in_force, cut: false };
                    show_view(&mut line, view, watched, &published).await?;
                }
                // Other policies came: what there is now is not yet made.
                None if !self.shelf.is_decided(self.offer.id) => {}
                None => ended.push(view.clone()),
            }
        }
        for view in ended {
            self.views.remove(&view);
            refuse(socket, "no_such_view", &format!("there is no view {view:?} any more")).await?;
        }
        Ok(())
    }
}

/// The way to a page for what was released.
struct Line<'a> {
    socket: &'a mut WebSocket,
    in_force: &'a mut watch::Receiver<InForce>,
    /// Whether other policies came meanwhile; nothing more of before is sent.
    cut: bool,
}

impl Line<'_> {
    /// Sends what was released under the policies of a generation, unless others are in force.
    /// A page that is slow to take it is let go when others come, as what it was being sent
    /// would follow them; it connects again and gets what it may see then.
    async fn send(&mut self, text: &Utf8Bytes, generation: u64) -> Result<(), End> {
        self.cut |= self.in_force.borrow().generation != generation;
        if self.cut {
            return Ok(());
        }
        tokio::select! {
            biased;
            sent = send(self.socket, Message::Text(text.clone())) => sent,
            () = replaced(self.in_force, generation) => Err(End::Gone),
        }
    }
}

/// Returns when the policies in force are of another generation.
async fn replaced(in_force: &mut watch::Receiver<InForce>, generation: u64) {
    // An error would mean that there is no shelf any more, and nothing to send.
    let _no_shelf = in_force.wait_for(|now| now.generation != generation).await;
}

async fn show_view(
    line: &mut Line<'_>,
    view: &str,
    watched: &mut Watched,
    published: &Published,
) -> Result<(), End> {
    let generation = published.values.generation();
    if watched.version.is_some() && watched.generation != generation {
        // What the page was told of events may be what it may not see any more.
        watched.version = None;
        resync(line.socket, view, "policy").await?;
    }
    watched.generation = generation;
    let missed = watched.version.map(|version| {
        published.deltas.iter().filter(move |delta| delta.from >= version).collect::<Vec<_>>()
    });
    match (watched.version, missed) {
        (Some(version), _) if version == published.version => {}
        (Some(version), Some(deltas)) if deltas.first().is_some_and(|d| d.from == version) => {
            for piece in deltas.iter().flat_map(|delta| &delta.frames) {
                line.send(piece, generation).await?;
            }
        }
        (version, _) => {
            if version.is_some() {
                resync(line.socket, view, "behind").await?;
            }
            for piece in snapshot(view, published) {
                line.send(&piece, generation).await?;
            }
        }
    }
    watched.version = Some(published.version);
    for (seq, event) in &published.events {
        if *seq > watched.event {
            line.send(event, generation).await?;
            watched.event = *seq;
        }
    }
    if line.cut {
        // The page holds a part of what was: it gets everything anew.
        watched.version = None;
        resync(line.socket, view, "policy").await?;
    }
    Ok(())
}

async fn resync(socket: &mut WebSocket, view: &str, why: &str) -> Result<(), End> {
    let (view, why) = (view.to_owned(), why.to_owned());
    send(socket, Message::Text(frame(&ToPage::Resync { view, why }))).await
}

/// The whole view in pieces; one that has no values is one piece.
fn snapshot(view: &str, published: &Published) -> Vec<Utf8Bytes> {
    let values = published.values.value().iter();
    let mut pieces = pieces(values.map(|(key, value)| (key, Some(&**value))));
    pieces.resize_with(pieces.len().max(1), Piece::default);
    let count = pieces.len() as u32;
    let message = |(piece, Piece { set, .. })| ToPage::Snapshot {
        view: view.to_owned(),
        version: published.version,
        piece,
        pieces: count,
        set,
    };
    (0..).zip(pieces).map(|piece| frame(&message(piece))).collect()
}

async fn refuse(socket: &mut WebSocket, code: &str, reason: &str) -> Result<(), End> {
    let refused = ToPage::Refused { code: code.to_owned(), reason: reason.to_owned() };
    send(socket, Message::Text(frame(&refused))).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SLOWEST_SEND, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Close(CloseFrame {
            code: close_code::AGAIN,
            reason: "too slow: nothing was taken for 10 s; connect again".into(),
        })),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;
    use release::{AudienceId, Gate, Labelled};
    use serde_json::value::RawValue;
    use twin::label::{Classification, Members, Originator};
    use twin::{Label, NationId, OrganisationId, PlantTime};
    use wire::view::LARGEST_PIECE_BYTES;

    use super::*;
    use crate::view::shelf::Values;

    /// A label that lets everybody see.
    pub(in crate::view) fn public() -> Label {
        Label {
            policy: "test".into(),
            classification: Classification::Public,
            releasable_to: Default::default(),
            display_only: Default::default(),
            organisations: Members::All,
            affiliations: Members::All,
            needs: Default::default(),
            information: Default::default(),
            originator: Originator {
                nation: NationId::new("XAA").unwrap(),
                organisation: OrganisationId::new("yard").unwrap(),
            },
            derived_from: std::collections::BTreeSet::new(),
            created: PlantTime::default(),
            review: PlantTime::default(),
            until: None,
            successor: None,
            registry_revision: 1,
            reason: None,
        }
    }

    fn published(lengths: &[usize]) -> Published {
        let policies = crate::policy::Policies::built_in(&NationId::new("XAA").unwrap()).unwrap();
        let mut gate = Gate::new(Arc::new(policies), 1);
        let label = gate.label(&public()).unwrap();
        let facts = lengths.iter().enumerate().map(|(number, length)| {
            let raw = serde_json::value::to_raw_value(&"x".repeat(*length)).unwrap();
            Labelled { value: (format!("unit/{number}"), Arc::<RawValue>::from(raw)), label }
        });
        let selection = gate.select(facts, AudienceId::PUBLIC);
        let values = selection.released.map(|facts| facts.into_iter().collect::<Values>());
        Published {
            copies: None,
            version: 7,
            values: Arc::new(values),
            deltas: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    proptest! {
        /// Whatever the values, each is sent once, and a message holds one large value or a
        /// bounded number of small ones.
        #[test]
        fn a_snapshot_is_small_and_whole(lengths in proptest::collection::vec(0..12_000usize, 0..80)) {
            let published = published(&lengths);
            let frames = snapshot("plant/p", &published);
            let mut keys = Vec::new();
            for (number, frame) in frames.iter().enumerate() {
                let message: serde_json::Value = serde_json::from_str(frame.as_str()).unwrap();
                prop_assert_eq!(message["piece"].as_u64(), Some(number as u64));
                prop_assert_eq!(message["pieces"].as_u64(), Some(frames.len() as u64));
                let set = message["set"].as_object().unwrap();
                prop_assert!(set.len() <= 1 || frame.len() <= LARGEST_PIECE_BYTES + 200);
                keys.extend(set.keys().cloned());
            }
            keys.sort();
            let expected: Vec<String> = published.values.value().keys().cloned().collect();
            prop_assert_eq!(keys, expected);
        }
    }
}
