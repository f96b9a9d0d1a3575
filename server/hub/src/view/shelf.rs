//! The newest published version of every (audience, view), shared between the core task, which
//! writes, and sessions and HTTP answers, which read.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use axum::extract::ws::Utf8Bytes;
use release::{AudienceId, Released};
use serde_json::value::RawValue;
use tokio::sync::watch;
use wire::view::ToPage;

/// Deltas kept for viewers that fall behind; older than that they get a snapshot.
pub(crate) const DELTAS_KEPT: usize = 32;
/// Events kept for viewers that come back.
pub(crate) const EVENTS_KEPT: usize = 256;
/// An audience is built for as long as somebody asked within this many ticks.
const TICKS_KEPT_WARM: u64 = 240;

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
    published: RwLock<BTreeMap<(AudienceId, String), Arc<Published>>>,
    wanted: RwLock<BTreeMap<AudienceId, u64>>,
    tick: watch::Sender<u64>,
}

impl Shelf {
    pub(crate) fn new(generation: u64, tick_ms: u32, offers: Vec<Offer>) -> Self {
        Self {
            generation,
            tick_ms,
            offers,
            published: RwLock::default(),
            wanted: RwLock::default(),
            tick: watch::Sender::new(0),
        }
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

    /// Waits until the views of the audience were built after this call.
    pub(crate) async fn fresh(&self, audience: AudienceId) {
        self.want(audience);
        let mut ticks = self.ticks();
        // The tick under way may have begun before the wish; the one after has not.
        for _ in 0..2 {
            if ticks.changed().await.is_err() {
                return;
            }
        }
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
