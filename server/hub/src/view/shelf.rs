//! The newest published version of every (audience, view), shared between the core task, which
//! writes, and sessions and HTTP answers, which read.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::extract::ws::Utf8Bytes;
use release::{AudienceId, Gate, Released};
use serde_json::value::RawValue;
use tokio::sync::{oneshot, watch};
use twin::{Agreement, Label, PlantId};
use wire::view::ToPage;

use crate::{board::MOST_READABLE_SETS, policy::Policies};

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

/// Questions after labels that wait for the next tick.
const MOST_QUESTIONS: usize = 16;

/// Values by key, encoded once.
pub(crate) type Values = BTreeMap<String, Arc<RawValue>>;

/// One version of one view for one audience; its values tell under which generation of the
/// policies they were released, and so were its deltas and events.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) version: u64,
    pub(crate) values: Arc<Released<Values>>,
    /// What of the values the audience may keep, where that is not all of them.
    pub(crate) copies: Option<Arc<Released<Values>>>,
    pub(crate) deltas: VecDeque<Delta>,
    pub(crate) events: VecDeque<(u64, Utf8Bytes)>,
}

impl Published {
    /// What may be kept, by a program that takes it: fewer values, where some may be looked at only.
    pub(crate) fn to_keep(&self) -> &Released<Values> {
        self.copies.as_ref().unwrap_or(&self.values)
    }
}

/// A step from one version to the next, encoded in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    pub(crate) from: u64,
    pub(crate) frames: Vec<Utf8Bytes>,
}

/// The policies and the decisions in force. Nothing that was released under other ones is handed
/// out.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    /// Counts from 1; a change is one more.
    pub(crate) generation: u64,
    pub(crate) policies: Arc<Policies>,
    /// What people decided about sharing while the hub runs: it shares nothing itself.
    pub(crate) decided: Arc<Agreement>,
}

impl InForce {
    /// Has a gate decide by these policies, if it does not already.
    pub(super) fn put_into(&self, gate: &mut Gate) {
        if gate.generation() != self.generation {
            gate.adopt(Arc::<Policies>::clone(&self.policies), self.generation);
        }
    }
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
    in_force: watch::Sender<InForce>,
    /// The organisation that runs each plant, as `nation/organisation`.
    owners: BTreeMap<PlantId, String>,
    published: RwLock<BTreeMap<(AudienceId, String), Arc<Published>>>,
    wanted: RwLock<BTreeMap<AudienceId, u64>>,
    /// Views that are made only while somebody asks for them, with the tick of the last asking.
    asked: RwLock<BTreeMap<String, u64>>,
    /// Audiences that nothing is made for: as many different readers as possible look already.
    crowded_out: RwLock<BTreeSet<AudienceId>>,
    /// When and under what an audience's views were made last.
    built: RwLock<BTreeMap<AudienceId, Built>>,
    questions: RwLock<Vec<Question>>,
    /// How much the core has heard.
    heard: Arc<AtomicU64>,
    tick: watch::Sender<u64>,
}

/// Which label a value has that an audience may see.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) audience: AudienceId,
    pub(super) plant: PlantId,
    pub(super) key: String,
    pub(super) answer: oneshot::Sender<Option<Label>>,
}

/// When and under what the views of an audience were made.
#[derive(Clone, Copy, Debug)]
struct Built {
    /// How much the core had heard.
    heard: u64,
    tick: u64,
    /// The generation of the policies.
    generation: u64,
}

/// As many views were asked for as are made at once, or as many questions wait as may.
#[derive(Debug)]
pub(crate) struct Busy;

impl Shelf {
    pub(crate) fn new(
        generation: u64,
        tick_ms: u32,
        (offers, gate): (Vec<Offer>, Gate),
        owners: BTreeMap<PlantId, String>,
        (policies, decided): (Arc<Policies>, Arc<Agreement>),
    ) -> Self {
        let in_force = InForce { generation: gate.generation(), policies, decided };
        Self {
            in_force: watch::Sender::new(in_force),
            generation,
            tick_ms,
            offers,
            gate,
            owners,
            published: RwLock::default(),
            wanted: RwLock::default(),
            asked: RwLock::default(),
            crowded_out: RwLock::default(),
            built: RwLock::default(),
            questions: RwLock::default(),
            heard: Arc::default(),
            tick: watch::Sender::new(0),
        }
    }

    /// A gate for the same audiences and the policies in force, to be asked elsewhere than in the
    /// core's loop.
    pub(crate) fn gate(&self) -> Gate {
        let mut gate = self.gate.clone();
        self.in_force.borrow().put_into(&mut gate);
        gate
    }

    /// Puts other policies in force, as the generation that it returns. From here on nothing is
    /// handed out that was released under those of before; the next tick makes everything anew.
    pub(crate) fn enforce(&self, policies: Arc<Policies>) -> u64 {
        self.in_force.send_modify(|in_force| {
            in_force.generation += 1;
            in_force.policies = policies;
        });
        self.generation_in_force()
    }

    /// The same for what people decided about sharing.
    pub(crate) fn decide(&self, decided: Agreement) -> u64 {
        self.in_force.send_modify(|in_force| {
            in_force.generation += 1;
            in_force.decided = Arc::new(decided);
        });
        self.generation_in_force()
    }

    /// The policies in force, and word of every change of them.
    pub(crate) fn in_force(&self) -> watch::Receiver<InForce> {
        self.in_force.subscribe()
    }

    /// The generation of the policies in force.
    pub(crate) fn generation_in_force(&self) -> u64 {
        self.in_force.borrow().generation
    }

    /// The audiences that anybody may choose.
    pub(crate) fn all_listed(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.listed)
    }

    /// The first nation that anybody may choose to look as, where nations are offered.
    pub(crate) fn first_nation(&self) -> Option<String> {
        self.all_listed().find(|offer| offer.code != "public").map(|offer| offer.code.clone())
    }

    /// Everybody, and each organisation's members, whether anybody may choose to look as them.
    pub(crate) fn public_and_members(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| !offer.listed || offer.id == AudienceId::PUBLIC)
    }

    /// Whether somebody of the audience looked within the time that its views are kept ready.
    pub(crate) fn looked_lately(&self, audience: AudienceId) -> bool {
        let now = *self.tick.borrow();
        let asked = read(&self.wanted).get(&audience).copied();
        asked.is_some_and(|asked| now.saturating_sub(asked) <= TICKS_KEPT_WARM)
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

    /// The newest version, when this audience has the view under the policies in force.
    pub(crate) fn newest(&self, audience: AudienceId, view: &str) -> Option<Arc<Published>> {
        let in_force = self.generation_in_force();
        self.last(audience, view).filter(|last| last.values.generation() == in_force)
    }

    /// The last version, whatever it was released under: to be compared with, not to go out.
    pub(super) fn last(&self, audience: AudienceId, view: &str) -> Option<Arc<Published>> {
        // The key is owned; a lookup per page and tick is cheap beside encoding.
        read(&self.published).get(&(audience, view.to_owned())).cloned()
    }

    /// Whether something that the audience sees has the shape of that name.
    pub(crate) fn shows_mesh(&self, audience: AudienceId, name: &str) -> bool {
        #[derive(serde::Deserialize)]
        struct Shaped {
            mesh: Option<String>,
        }
        let in_force = self.generation_in_force();
        let published = read(&self.published);
        let ours = published
            .iter()
            .filter(|((of, _), p)| *of == audience && p.values.generation() == in_force);
        let values = ours.flat_map(|(_, published)| published.values.value());
        let mut layouts = values.filter(|(key, _)| key.starts_with("layout/"));
        layouts.any(|(_, layout)| {
            let shaped = serde_json::from_str::<Shaped>(layout.get());
            shaped.is_ok_and(|shaped| shaped.mesh.as_deref() == Some(name))
        })
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
        // One that nobody has asked for lately is not made any more.
        asked.retain(|_, last| is_asked(now, *last));
        if let Some(last) = asked.get_mut(view) {
            *last = now;
            return Ok(());
        }
        if asked.len() >= MOST_ASKED {
            return Err(Busy);
        }
        asked.insert(view.to_owned(), now);
        // What was made until now was made without it.
        self.heard.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// The label of a value of a plant, when the audience may see the value.
    ///
    /// # Errors
    /// [`Busy`] when too many ask.
    pub(crate) async fn label_of(
        &self,
        audience: AudienceId,
        plant: &PlantId,
        key: &str,
    ) -> Result<Option<Label>, Busy> {
        let (answer, label) = oneshot::channel();
        self.want(audience);
        {
            let mut questions = write(&self.questions);
            questions.retain(|question| !question.answer.is_closed());
            if questions.len() >= MOST_QUESTIONS {
                return Err(Busy);
            }
            let (plant, key) = (plant.clone(), key.to_owned());
            questions.push(Question { audience, plant, key, answer });
        }
        // Nobody answers when the hub stops.
        Ok(label.await.unwrap_or_default())
    }

    /// The questions that wait; whoever asked them looks, so that there are views to answer from.
    pub(super) fn questions(&self) -> Vec<Question> {
        std::mem::take(&mut *write(&self.questions))
    }

    /// Whether somebody waits for the next tick to be told a label.
    #[cfg(test)]
    pub(crate) fn has_questions(&self) -> bool {
        !read(&self.questions).is_empty()
    }

    /// Every audience that is served, in the order of the programme.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter()
    }

    /// The views that are made because somebody asks for them, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        let now = *self.tick.borrow();
        let asked = read(&self.asked);
        asked.iter().filter(|(_, last)| is_asked(now, **last)).map(|(v, _)| v.clone()).collect()
    }

    fn is_built(&self, audience: AudienceId, heard: u64) -> bool {
        let now = *self.tick.borrow();
        let generation = self.generation_in_force();
        let built = read(&self.built).get(&audience).copied();
        built.is_some_and(|built| {
            built.heard >= heard && built.tick >= now && built.generation == generation
        })
    }

    /// Whether the audience's views were made under the policies in force. Until then it cannot
    /// be told which of them there are.
    pub(crate) fn is_decided(&self, audience: AudienceId) -> bool {
        let generation = self.generation_in_force();
        read(&self.built).get(&audience).is_some_and(|built| built.generation == generation)
    }

    /// Says that the views of the audience hold what the core had heard until `heard`, released
    /// under the policies of that generation.
    pub(super) fn build(&self, audience: AudienceId, heard: u64, generation: u64) {
        let tick = *self.tick.borrow() + 1;
        write(&self.built).insert(audience, Built { heard, tick, generation });
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

    /// Says for whom nothing is made.
    pub(super) fn crowd_out(&self, audiences: BTreeSet<AudienceId>) {
        *write(&self.crowded_out) = audiences;
    }

    /// Why the audience sees nothing though it might: too many different readers look at once.
    pub(crate) fn crowded_out(&self, audience: AudienceId) -> Option<String> {
        read(&self.crowded_out).contains(&audience).then(|| {
            format!(
                "readers of {MOST_READABLE_SETS} different kinds look at this hub now, and it \
                 makes findings for no more; try again when somebody has left"
            )
        })
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
