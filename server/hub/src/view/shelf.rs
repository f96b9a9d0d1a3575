//! The newest published version of every (audience, view), shared between the core task, which
//! writes, and sessions and HTTP answers, which read.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::extract::ws::Utf8Bytes;
use release::{AudienceId, Gate, Released};
use serde_json::value::RawValue;
use tokio::sync::watch;
use twin::PlantId;
use wire::view::ToPage;

/// Deltas kept for viewers that fall behind; older than that they get a snapshot.
pub(crate) const DELTAS_KEPT: usize = 32;
/// Events kept for viewers that come back.
pub(crate) const EVENTS_KEPT: usize = 256;
/// An audience is built for as long as somebody asked within this many ticks.
const TICKS_KEPT_WARM: u64 = 240;
/// A view that is made on demand is made for as long as somebody asked within this many ticks.
const TICKS_KEPT_ASKED: u64 = 8;
/// Views that are made on demand at once, of all audiences.
const MOST_ASKED: usize = 64;

/// Values by key, encoded once.
pub(crate) type Values = BTreeMap<String, Arc<RawValue>>;

/// One version of one view for one audience.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) version: u64,
    pub(crate) values: Arc<Released<Values>>,
    pub(crate) deltas: VecDeque<Delta>,
    pub(crate) events: VecDeque<(u64, Utf8Bytes)>,
}

/// A step from one version to the next, encoded.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    pub(crate) from: u64,
    pub(crate) frame: Utf8Bytes,
}

/// An audience that is served.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// A nation's code, `public`, or `nation/organisation`.
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) id: AudienceId,
    /// Whether anybody may ask for it by `?as=`.
    pub(crate) listed: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// Changes at each start, so that a page never takes old numbers for new ones.
    pub(crate) generation: u64,
    pub(crate) tick_ms: u32,
    offers: Vec<Offer>,
    /// Knows the audiences of the offers, and no label yet.
    gate: Gate,
    /// The organisation that runs each plant, as `nation/organisation`.
    owners: BTreeMap<PlantId, String>,
    published: RwLock<BTreeMap<(AudienceId, String), Arc<Published>>>,
    wanted: RwLock<BTreeMap<AudienceId, u64>>,
    /// Views that are made only while somebody asks for them, with the tick of the last asking.
    asked: RwLock<BTreeMap<String, u64>>,
    /// How much the core had heard when an audience's views were made last, and at which tick.
    built: RwLock<BTreeMap<AudienceId, (u64, u64)>>,
    /// How much the core has heard.
    heard: Arc<AtomicU64>,
    tick: watch::Sender<u64>,
}

/// As many views were asked for as are made at once.
#[derive(Debug)]
pub(crate) struct Busy;

impl Shelf {
    pub(crate) fn new(
        generation: u64,
        tick_ms: u32,
        (offers, gate): (Vec<Offer>, Gate),
        owners: BTreeMap<PlantId, String>,
    ) -> Self {
        Self {
            generation,
            tick_ms,
            offers,
            gate,
            owners,
            published: RwLock::default(),
            wanted: RwLock::default(),
            asked: RwLock::default(),
            built: RwLock::default(),
            heard: Arc::default(),
            tick: watch::Sender::new(0),
        }
    }

    /// A gate for the same audiences, to be asked elsewhere than in the core's loop.
    pub(crate) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The audiences that anybody may choose.
    pub(crate) fn all_listed(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.listed)
    }

    /// The first nation that anybody may choose to look as, where nations are offered.
    pub(crate) fn first_nation(&self) -> Option<String> {
        self.all_listed().find(|offer| offer.code != "public").map(|offer| offer.code.clone())
    }

    /// The audience of that code, if anybody may choose it.
    pub(crate) fn listed(&self, code: &str) -> Option<&Offer> {
        self.all_listed().find(|offer| offer.code == code)
    }

    /// The audience of a member, by `nation/organisation`.
    pub(crate) fn member(&self, code: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| !offer.listed && offer.code == code)
    }

    /// The audience of the organisation that runs a plant.
    pub(crate) fn owner(&self, plant: &PlantId) -> Option<&Offer> {
        self.member(self.owners.get(plant)?)
    }

    /// Ticks as they are published.
    pub(crate) fn ticks(&self) -> watch::Receiver<u64> {
        self.tick.subscribe()
    }

    /// The newest version, when this audience has the view.
    pub(crate) fn newest(&self, audience: AudienceId, view: &str) -> Option<Arc<Published>> {
        // The key is owned; a lookup per page and tick is cheap beside encoding.
        read(&self.published).get(&(audience, view.to_owned())).cloned()
    }

    /// Says that somebody of this audience looks, so that its views are built.
    pub(crate) fn want(&self, audience: AudienceId) {
        let now = *self.tick.borrow();
        write(&self.wanted).insert(audience, now);
    }

    /// Counts what the core has heard.
    pub(crate) fn heard(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.heard)
    }

    /// Waits until the audience's views hold everything that the core had heard at this call.
    /// Where nothing came since they were made, that is at once.
    pub(crate) async fn fresh(&self, audience: AudienceId) {
        self.want(audience);
        let heard = self.heard.load(Ordering::SeqCst);
        let mut ticks = self.ticks();
        while !self.is_built(audience, heard) {
            if ticks.changed().await.is_err() {
                return;
            }
        }
    }

    /// Has a view made that is there only while somebody asks for it.
    ///
    /// # Errors
    /// [`Busy`] when too many of them are asked for.
    pub(crate) fn ask_for(&self, view: &str) -> Result<(), Busy> {
        let now = *self.tick.borrow();
        let mut asked = write(&self.asked);
        if let Some(last) = asked.get_mut(view) {
            *last = now;
            return Ok(());
        }
        asked.retain(|_, last| is_asked(now, *last));
        if asked.len() >= MOST_ASKED {
            return Err(Busy);
        }
        asked.insert(view.to_owned(), now);
        // What was made until now was made without it.
        self.heard.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// The views that are made because somebody asks for them, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        let now = *self.tick.borrow();
        let asked = read(&self.asked);
        asked.iter().filter(|(_, last)| is_asked(now, **last)).map(|(v, _)| v.clone()).collect()
    }

    fn is_built(&self, audience: AudienceId, heard: u64) -> bool {
        let now = *self.tick.borrow();
        let built = read(&self.built);
        built.get(&audience).is_some_and(|(known, tick)| *known >= heard && *tick >= now)
    }

    /// Says that the views of the audience hold what the core had heard until `heard`.
    pub(super) fn build(&self, audience: AudienceId, heard: u64) {
        let tick = *self.tick.borrow() + 1;
        write(&self.built).insert(audience, (heard, tick));
    }

    /// Audiences that somebody looked with lately, in order.
    pub(super) fn wanted(&self) -> Vec<AudienceId> {
        let now = *self.tick.borrow();
        read(&self.wanted)
            .iter()
            .filter(|(_, asked)| now.saturating_sub(**asked) <= TICKS_KEPT_WARM)
            .map(|(audience, _)| *audience)
            .collect()
    }

    pub(super) fn put(&self, audience: AudienceId, view: &str, published: Published) {
        write(&self.published).insert((audience, view.to_owned()), Arc::new(published));
    }

    /// Takes one view away from one audience.
    pub(super) fn keep_without(&self, audience: AudienceId, view: &str) {
        write(&self.published).remove(&(audience, view.to_owned()));
    }

    /// Drops views that are no more, for instance of a plant that was taken away.
    pub(super) fn keep(&self, audience: AudienceId, views: &[String]) {
        write(&self.published).retain(|(a, view), _| *a != audience || views.contains(view));
    }

    pub(super) fn ticked(&self) {
        self.tick.send_modify(|tick| *tick += 1);
    }
}

fn is_asked(now: u64, last: u64) -> bool {
    now.saturating_sub(last) <= TICKS_KEPT_ASKED
}

/// A writer that panicked left a whole value behind: every write is one insert.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Encodes a message to a page; every value in it is text already.
pub(super) fn frame(message: &ToPage<&RawValue>) -> Utf8Bytes {
    match serde_json::to_string(message) {
        Ok(text) => text.into(),
        // Strings, numbers and valid JSON always encode; this keeps a bug visible and harmless.
        Err(error) => {
            tracing::error!(%error, "a message to a page could not be encoded");
            Utf8Bytes::from_static("{\"type\":\"refused\",\"code\":\"internal\",\"reason\":\"\"}")
        }
    }
}
