//! The cause-linked record: every event with a link to the event that released it.
//!
//! A link is resolved when the event is folded, from the newest event of each place, unit,
//! resource, crew and supplier, so that the critical path (Ho & Cao, perturbation analysis) is a
//! walk along links. The time between an event and the one that released it counts for the
//! event's node: an operation's work center, the crane that carried, the supplier that was
//! awaited. Links into other plants are kept open and resolved when they are walked.

pub mod fold;

use std::collections::{BTreeMap, VecDeque};

use twin::{
    Cause, CauseKind, DeliveryId, MaterialId, OpId, OperationId, PartId, PlaceRef, PlantTime, Span,
    UnitState,
};

use crate::{
    findings::Why,
    layout::{Layout, NodeIx, Place},
    parts::PartTrack,
};

/// The number of an event within its plant, rising.
pub type Seq = u64;

/// Events kept of one plant.
pub const EVENTS_KEPT: usize = 60_000;
/// How long they are kept: the longest window and a little.
pub const EVENTS_FOR: Span = Span::from_secs(66 * 86_400);
/// Newest events remembered for one place, resource, crew or supplier.
const RECENT_KEPT: usize = 32;
/// Ends of operations kept for one rank of one line.
const ENDS_KEPT: usize = 4_000;
/// Operations that may be open at once.
const OPEN_KEPT: usize = 20_000;
/// Arrived deliveries that a cause may name.
const DELIVERIES_KEPT: usize = 256;

/// What released an event.
#[derive(Clone, Debug)]
pub enum Link {
    /// Nothing on record.
    Nothing,
    /// An event of the same plant.
    To(Seq),
    /// The part's newest event in another plant.
    Abroad(PartId),
    /// The newest event at a place of another plant.
    Place(PlaceRef),
    /// Whoever began to use what lay in that storage at the same moment.
    Taker(Place),
}

/// What kind of event it is, as far as walks ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Started(OperationId),
    Other,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    pub at: PlantTime,
    pub link: Link,
    /// Who the time since the linked event counts for.
    pub node: NodeIx,
    /// As what.
    pub why: Why,
    /// The unit or resource whose states split that time.
    pub unit: Option<Place>,
    /// Where something is from now on.
    pub arrives: Option<Place>,
    pub part: Option<PartId>,
    /// The part's event before this one.
    pub before: Option<Seq>,
    /// When set, the time before the linked event counts for this node: it was holding people.
    pub holder: Option<(NodeIx, Why)>,
    pub kind: Kind,
}

/// The newest events of one thing, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Recent(VecDeque<(PlantTime, Seq)>);

impl Recent {
    fn push(&mut self, at: PlantTime, seq: Seq, most: usize) {
        self.0.push_back((at, seq));
        if self.0.len() > most {
            self.0.pop_front();
        }
    }

    /// The newest one not after `at` and numbered below `below`.
    pub fn latest(&self, at: PlantTime, below: Seq) -> Option<(PlantTime, Seq)> {
        self.0.iter().rev().find(|(t, seq)| *t <= at && *seq < below).copied()
    }

    /// All of them, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = (PlantTime, Seq)> + '_ {
        self.0.iter().rev().copied()
    }
}

/// An operation that runs.
#[derive(Clone, Debug)]
pub struct OpenOp {
    pub seq: Seq,
    pub at: PlantTime,
    pub unit: Place,
}

/// The record of one plant.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    events: VecDeque<Event>,
    first: Seq,
    /// Whether none is kept, because nobody will ask what led to what.
    forgets: bool,
    arrivals: BTreeMap<Place, Recent>,
    outs: BTreeMap<Place, Recent>,
    dones: BTreeMap<Place, Recent>,
    resumes: BTreeMap<Place, Recent>,
    freed: BTreeMap<Place, Recent>,
    crews: BTreeMap<NodeIx, Recent>,
    orders: Recent,
    supplied: BTreeMap<(NodeIx, MaterialId), Recent>,
    deliveries: VecDeque<(DeliveryId, Seq)>,
    taken: BTreeMap<Place, (Seq, String)>,
    stops: BTreeMap<Place, (UnitState, Seq)>,
    /// Running operations by id.
    pub open: BTreeMap<OpId, OpenOp>,
    /// Ends of operations and completions by line and rank.
    pub ends: BTreeMap<(usize, u32), Recent>,
    /// Starts and moves that said what released them.
    pub causes_seen: u64,
    /// Starts in all.
    pub starts_seen: u64,
}

/// A resolved cause: the link and who the gap counts for.
struct Released {
    link: Link,
    node: NodeIx,
    why: Why,
    holder: Option<(NodeIx, Why)>,
}

/// What is to be released: where, of which part, by which operation, and which events can have
/// done it: not after `at`, numbered below `below`.
struct Scene<'a> {
    unit: Option<Place>,
    track: Option<&'a PartTrack>,
    operation: Option<&'a OperationId>,
    at: PlantTime,
    below: Seq,
}

impl Trace {
    /// Keeps no events from now on.
    pub fn forget(&mut self) {
        (self.forgets, self.first) = (true, self.next());
        self.events.clear();
    }

    /// The event, while it is kept.
    pub fn get(&self, seq: Seq) -> Option<&Event> {
        self.events.get(usize::try_from(seq.checked_sub(self.first)?).ok()?)
    }

    pub fn kept(&self) -> usize {
        self.events.len()
    }

    /// The number that the next event will get.
    pub fn next(&self) -> Seq {
        self.first + self.events.len() as Seq
    }

    fn push(&mut self, event: Event) -> Seq {
        let (seq, oldest) = (self.next(), event.at - EVENTS_FOR);
        if self.forgets {
            self.first += 1;
            return seq;
        }
        self.events.push_back(event);
        while self.events.len() > EVENTS_KEPT || self.events.front().is_some_and(|e| e.at < oldest)
        {
            self.events.pop_front();
            self.first += 1;
        }
        seq
    }

    /// The newest event not after `at` that happened at or arrived in `place`, looking at most
    /// `most` events back.
    pub fn newest_at(&self, place: Place, at: PlantTime, most: usize) -> Option<Seq> {
        let end = self.events.partition_point(|event| event.at <= at);
        let of_place = |e: &Event| e.arrives == Some(place) || e.unit == Some(place);
        (end.saturating_sub(most)..end)
            .rev()
            .find(|&i| self.events.get(i).is_some_and(of_place))
            .map(|i| self.first + i as Seq)
    }

    /// The start, at the same moment as `seq`, of an operation that takes from `storage`.
    pub fn taker(&self, seq: Seq, storage: Place, layout: &Layout) -> Option<Seq> {
        const LOOK: Seq = 64;
        let at = self.get(seq)?.at;
        let takes = |event: &Event| match &event.kind {
            Kind::Started(operation) => layout
                .operations
                .get(operation)
                .is_some_and(|o| o.inputs.iter().any(|(_, place, _)| *place == storage)),
            Kind::Other => false,
        };
        (seq.saturating_sub(LOOK)..seq + LOOK)
            .find(|&s| s != seq && self.get(s).is_some_and(|e| e.at == at && takes(e)))
    }

    fn latest(
        of: &BTreeMap<Place, Recent>,
        place: Place,
        at: PlantTime,
        below: Seq,
    ) -> Option<(PlantTime, Seq)> {
        of.get(&place)?.latest(at, below)
    }

    /// When an operation last ended in a unit.
    pub fn done(&self, place: Place, at: PlantTime, below: Seq) -> Option<(PlantTime, Seq)> {
        Self::latest(&self.dones, place, at, below)
    }

    /// When the unit or place last became free: something left it, or was finished there.
    pub fn free(&self, place: Place, at: PlantTime, below: Seq) -> Option<(PlantTime, Seq)> {
        let left = Self::latest(&self.outs, place, at, below);
        left.max(self.done(place, at, below))
    }

    /// The newest thing that happened to a place at all.
    pub fn newest(&self, place: Place, at: PlantTime, below: Seq) -> Option<(PlantTime, Seq)> {
        let resumed = Self::latest(&self.resumes, place, at, below);
        let arrived = Self::latest(&self.arrivals, place, at, below);
        self.free(place, at, below).max(resumed).max(arrived)
    }

    /// The newest arrival in a place.
    pub fn arrived(&self, place: Place, at: PlantTime) -> Option<(PlantTime, Seq)> {
        Self::latest(&self.arrivals, place, at, Seq::MAX)
    }

    /// The newest delivery of a material by a supplier.
    pub fn brought(
        &self,
        supplier: NodeIx,
        material: &MaterialId,
        at: PlantTime,
    ) -> Option<(PlantTime, Seq)> {
        self.supplied.get(&(supplier, material.clone()))?.latest(at, Seq::MAX)
    }

    /// Whether a resource was last taken for `whom`.
    pub fn serves(&self, resource: Place, whom: &str) -> bool {
        self.taken.get(&resource).is_some_and(|(_, by)| by == whom)
    }

    fn timed(&self, seq: Option<Seq>) -> Option<(PlantTime, Seq)> {
        let seq = seq?;
        Some((self.get(seq)?.at, seq))
    }

    /// What last happened to a part before it came into `unit` at this very moment.
    fn own(&self, scene: &Scene<'_>) -> Option<(PlantTime, Seq)> {
        let last = self.timed(scene.track.and_then(|track| track.last))?;
        let event = self.get(last.1)?;
        let just_came =
            event.at == scene.at && event.arrives.is_some() && event.arrives == scene.unit;
        let own = if just_came { self.timed(event.before) } else { Some(last) };
        own.filter(|(at, seq)| *at <= scene.at && *seq < scene.below)
    }

    /// Finds the event that a cause speaks of. Without a cause, or when the one named is not on
    /// record, it is the later of the part's last event and the unit's becoming free.
    fn resolve(&self, layout: &Layout, cause: Option<&Cause>, scene: &Scene<'_>) -> Released {
        let (at, below, unit) = (scene.at, scene.below, scene.unit);
        let node = unit.and_then(|u| layout.info(u)).map_or(layout.orders, |info| info.node);
        let part = self.own(scene);
        let free = unit.and_then(|u| self.free(u, at, below));
        let plain = |found: Option<(PlantTime, Seq)>, why| Released {
            link: found.or(part.max(free)).map_or(Link::Nothing, |(_, seq)| Link::To(seq)),
            node,
            why,
            holder: None,
        };
        let Some(cause) = cause else { return plain(None, Why::Material) };
        let named: Option<PlaceRef> = cause.id.parse().ok();
        let why = why_of(cause.kind);
        let is_abroad = |n: &&PlaceRef| n.plant.as_ref().is_some_and(|p| *p != layout.plant);
        let abroad = named.as_ref().filter(is_abroad);
        let place = named.as_ref().and_then(|n| layout.here(n));
        let own = place.or(unit);
        let newest = |of: &BTreeMap<Place, Recent>| Self::latest(of, own?, at, below);
        match (cause.kind, abroad) {
            (CauseKind::Material, _) => {
                let came = self.came(layout, cause, place, scene);
                match (came, abroad) {
                    (None, Some(abroad)) => {
                        Released { link: Link::Place(abroad.clone()), ..plain(None, why) }
                    }
                    (came, _) => plain(came, why),
                }
            }
            (_, Some(abroad)) => Released { link: Link::Place(abroad.clone()), ..plain(None, why) },
            (CauseKind::Machine | CauseKind::Space, _) => {
                plain(own.and_then(|p| self.free(p, at, below)), why)
            }
            (CauseKind::Crane, _) => {
                let crane = place.and_then(|p| layout.info(p)).map(|info| info.node);
                // Held by this unit itself: its own part was on the way, nobody waited for the crane.
                let holder = own.and_then(|p| self.taken.get(&p)).map(|(_, whom)| whom.as_str());
                let unit_id = unit.and_then(|u| layout.info(u)).map(|info| info.id.as_str());
                if holder.is_some() && holder == unit_id {
                    return plain(free, Why::Transit);
                }
                Released { node: crane.unwrap_or(node), ..plain(newest(&self.freed), why) }
            }
            (CauseKind::Operator, _) => self.operator(layout, cause, scene, plain(None, why)),
            (CauseKind::Repair | CauseKind::Setup, _) => plain(newest(&self.resumes), why),
            // Hours began: before them, whatever came last made the start possible.
            (CauseKind::Shift, _) => {
                let came = self.came(layout, cause, None, scene);
                plain(came.max(part).max(free), Why::Material)
            }
            // An order that came just now; else the next one of a steady stream, whose time
            // since the unit became free counts for the plan.
            (CauseKind::Order, _) => {
                let order = self.orders.latest(at, below).filter(|(came, _)| *came == at);
                Released { node: layout.orders, ..plain(order, why) }
            }
            (CauseKind::Quality, _) => plain(part, why),
        }
    }

    /// The arrival that made material available: the newest among the part's own and those in
    /// the places that the operation takes from; when none came at this moment, also what the
    /// cause names: a delivery, a supplier, a unit that brought it, a storage.
    fn came(
        &self,
        layout: &Layout,
        cause: &Cause,
        place: Option<Place>,
        scene: &Scene<'_>,
    ) -> Option<(PlantTime, Seq)> {
        let (at, below) = (scene.at, scene.below);
        let inputs = scene.operation.and_then(|id| layout.operations.get(id));
        let arrivals = inputs.into_iter().flat_map(|o| &o.inputs);
        let arrived =
            arrivals.filter_map(|(_, from, _)| Self::latest(&self.arrivals, *from, at, below));
        let newest = arrived.max().max(self.own(scene));
        if newest.is_some_and(|(came, _)| came == at) {
            return newest;
        }
        let named = match place {
            Some(place) if layout.is_unit(place) => self.free(place, at, below),
            Some(place) => Self::latest(&self.arrivals, place, at, below),
            None => {
                let id = cause.id.as_str();
                let delivery = self.deliveries.iter().rev().find(|(d, _)| d.as_str() == id);
                let supplier = layout.suppliers.get(id).and_then(|node| {
                    let of = self.supplied.iter().filter(|((supplier, _), _)| supplier == node);
                    of.filter_map(|(_, recent)| recent.latest(at, below)).max()
                });
                self.timed(delivery.map(|(_, seq)| *seq)).or(supplier)
            }
        };
        newest.max(named)
    }

    /// People: the operation that let them go; its time counts for the crew.
    fn operator(
        &self,
        layout: &Layout,
        cause: &Cause,
        scene: &Scene<'_>,
        otherwise: Released,
    ) -> Released {
        let Some(crew) = layout.crews.get(cause.id.as_str()).copied() else { return otherwise };
        match self.crews.get(&crew).and_then(|recent| recent.latest(scene.at, scene.below)) {
            Some((_, seq)) => Released {
                link: Link::To(seq),
                node: crew,
                why: Why::Crew,
                holder: Some((crew, Why::Crew)),
            },
            None => Released { node: crew, ..otherwise },
        }
    }
}

/// What the time until a release counts as.
const fn why_of(kind: CauseKind) -> Why {
    match kind {
        CauseKind::Material => Why::Material,
        CauseKind::Machine => Why::Working,
        CauseKind::Space => Why::Space,
        CauseKind::Crane => Why::Crane,
        CauseKind::Operator => Why::Crew,
        CauseKind::Repair => Why::Down,
        CauseKind::Setup => Why::Setup,
        CauseKind::Shift => Why::OffShift,
        CauseKind::Order => Why::Order,
        CauseKind::Quality => Why::Held,
    }
}

/// What a state counts as; none for states that say nothing about who limits.
pub const fn why_of_state(state: UnitState) -> Option<Why> {
    match state {
        UnitState::Working => Some(Why::Working),
        UnitState::Starved => Some(Why::Material),
        UnitState::Blocked => Some(Why::Space),
        UnitState::WaitingForCrew => Some(Why::Crew),
        UnitState::WaitingForCrane => Some(Why::Crane),
        UnitState::Setup => Some(Why::Setup),
        UnitState::Down => Some(Why::Down),
        UnitState::Held => Some(Why::Held),
        UnitState::PlannedMaintenance => Some(Why::PlannedMaintenance),
        UnitState::OffShift => Some(Why::OffShift),
        UnitState::Unknown => None,
    }
}
