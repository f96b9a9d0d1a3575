//! What the simulated network is made of, and how each piece stands.
//!
//! Everything is numbered: an index into one of the vectors of [`crate::Model`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use des::{Distribution, EventKey, Stream};
use smol_str::SmolStr;
use twin::{
    CrewId, DeliveryId, EquipmentId, MaterialId, OpId, OperationId, OrderId, PartId, PlantId,
    PlantTime, Span, SupplierId, UnitState,
    definition::{Ages, ResourceKind},
};

use crate::{
    cards::OpCards, hours::Hours, lacks::Lacks, lasts::Lasts, outside::Reorder, over_time::OverTime,
};

/// A plant.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub id: PlantId,
    pub units: Vec<usize>,
    pub stores: Vec<usize>,
    pub runs: u64,
    /// When an operation last started or ended here.
    pub moved: PlantTime,
    pub orders: Vec<OrderState>,
    pub suppliers: BTreeMap<SupplierId, SmolStr>,
    pub kits: u64,
    /// Pieces with names that are here, and runs on quantities.
    pub named: OverTime,
    pub runs_on: OverTime,
}

#[derive(Clone, Debug)]
pub(crate) struct OrderState {
    pub order: OrderId,
    pub material: MaterialId,
    pub quantity: f64,
    pub due: PlantTime,
    pub done: f64,
    pub open: bool,
}

/// A calendar and who works by it.
#[derive(Clone, Debug)]
pub(crate) struct CalendarState {
    pub id: SmolStr,
    pub site: usize,
    pub hours: Hours,
    pub units: Vec<usize>,
    pub crews: Vec<usize>,
    pub resources: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct MaterialState {
    pub id: MaterialId,
    pub serial: bool,
    /// The next number never given out, by site, as sites may build different items.
    pub next: BTreeMap<usize, u64>,
    /// For items that any site may begin: the next number.
    pub next_open: u64,
    /// Scrapped items to be made again: (number, round).
    pub again: Vec<(u64, u32)>,
    /// Parents already begun out of order.
    pub begun: BTreeSet<u64>,
    pub completed: u64,
}

/// A building with a limit on what is in it.
#[derive(Clone, Debug)]
pub(crate) struct AreaState {
    pub id: EquipmentId,
    pub limit: Option<u32>,
    pub present: u32,
    /// Parts on the way in, by something that carries them.
    pub expected: u32,
    /// Units that may bring a part in.
    pub users: Vec<usize>,
    /// Storages in it.
    pub stores: Vec<usize>,
}

impl AreaState {
    /// Parts that may still come in.
    pub fn room(&self) -> u32 {
        self.limit.map_or(u32::MAX, |limit| limit.saturating_sub(self.present + self.expected))
    }
}

/// A storage.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub site: usize,
    pub id: EquipmentId,
    pub area: usize,
    pub capacity: Option<u32>,
    pub at: [f64; 3],
    /// In order of arrival.
    pub parts: VecDeque<usize>,
    /// How many those are, over time.
    pub named: OverTime,
    pub reserved: u32,
    pub bulk: BTreeMap<usize, OverTime>,
    /// What last brought each material.
    pub brought_by: BTreeMap<usize, SmolStr>,
    /// Units that take from here.
    pub takers: Vec<usize>,
    /// Units that put here.
    pub givers: Vec<usize>,
    /// Lots at the gate, and parts on a carrier at the quay.
    pub gate: VecDeque<usize>,
    pub barges: Vec<usize>,
    pub shipping: Vec<usize>,
    /// Operations that take parts from here in turn.
    pub turns: Vec<usize>,
    /// Supply lines that order what comes here.
    pub wanted_by: Vec<usize>,
}

impl Store {
    /// How much of a material there is.
    pub fn stock(&self, material: usize) -> f64 {
        self.bulk.get(&material).map_or(0.0, |stock| stock.level)
    }

    /// Pieces that still fit.
    pub fn room(&self) -> u32 {
        let Some(capacity) = self.capacity else { return u32::MAX };
        let bulk: f64 = self.bulk.values().map(|stock| stock.level.max(0.0)).sum();
        let used = self.parts.len() as u64 + u64::from(self.reserved) + (bulk - 1e-6).ceil() as u64;
        capacity.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
    }
}

/// Like units.
#[derive(Clone, Debug)]
pub(crate) struct Center {
    pub id: EquipmentId,
    pub site: usize,
    pub area: usize,
    pub calendar: usize,
    pub capacity: Option<u32>,
    pub ops: Vec<usize>,
    pub units: Vec<usize>,
}

/// A station.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub site: usize,
    pub id: EquipmentId,
    pub center: usize,
    pub at: [f64; 3],
    pub jobs: Vec<Job>,
    pub down: Option<Down>,
    pub modes: Vec<Mode>,
    /// Since when failures age, and whether day and night.
    pub ageing: Option<(PlantTime, bool)>,
    pub failing: Option<EventKey>,
    pub last_op: Option<usize>,
    /// The part that is being put together here, piece by piece.
    pub holding: Option<(usize, usize)>,
    /// What the last attempt to start failed for.
    pub wait: Option<Wait>,
    /// Whatever it lacked then to start, or to let go of what is finished.
    pub lacks: Lacks,
    /// Free or changed since; the longest free goes first.
    pub idle_since: PlantTime,
    pub shown: UnitState,
    pub shown_since: PlantTime,
    /// Whether a report has moved the twin's idea of the state away from `shown`.
    pub restate: bool,
    pub shares: [i64; 11],
    pub finished: u64,
    pub streams: UnitStreams,
    /// For operations that begin parts by the clock: not before.
    pub not_before: PlantTime,
}

#[derive(Clone, Debug)]
pub(crate) struct UnitStreams {
    pub time: Stream,
    pub failure: Stream,
    pub quality: Stream,
}

#[derive(Clone, Debug)]
pub(crate) struct Down {
    /// Down, held or in planned maintenance.
    pub state: UnitState,
    pub since: PlantTime,
    pub reason: SmolStr,
    pub repaired: EventKey,
    pub until: PlantTime,
}

#[derive(Clone, Debug)]
pub(crate) struct Mode {
    pub name: SmolStr,
    pub ages: Ages,
    pub remaining: Span,
    pub between: Distribution,
    pub repair: Distribution,
}

/// A run of an operation at a unit.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub id: OpId,
    pub op: usize,
    pub parts: Vec<usize>,
    pub phase: Phase,
    /// Work left when the phase was last resumed, and when that was.
    pub remaining: Span,
    pub resumed: PlantTime,
    pub ending: Option<EventKey>,
    pub work: Span,
    pub leaving: VecDeque<Leaving>,
    pub wait: Option<Wait>,
    pub order: Option<OrderId>,
    pub cause: Option<Wait>,
    /// How often its inputs were taken: the parts of a batch.
    pub times: u32,
    /// What brings its parts, while it does.
    pub fetched_by: Option<usize>,
    /// Parts on the way.
    pub fetching: Vec<usize>,
    pub setup: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Its part is being brought.
    Fetch,
    Setup,
    Working,
    Done,
}

/// What must leave a unit before its place is free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Leaving {
    /// A part, to a storage; whether it is carried.
    Part { part: usize, to: usize, carried: bool },
    /// A quantity of the operation's output.
    Bulk { quantity: f64, to: usize, carried: bool },
}

/// Why something has not begun. The last one before a start is the start's cause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wait {
    Shift(usize),
    Repair,
    Material { store: usize, material: usize },
    Order { op: usize },
    Quality { store: usize },
    Space { store: usize },
    Limit { area: usize },
    Cards { cards: usize },
    Crew { crew: usize },
    Crane { resource: usize },
    Setup,
    Machine,
}

/// A crane, transporter or barge.
#[derive(Clone, Debug)]
pub(crate) struct ResourceState {
    pub site: usize,
    pub id: EquipmentId,
    pub kind: ResourceKind,
    pub calendar: usize,
    pub at: [f64; 3],
    pub heading_deg: f64,
    pub modes: Vec<Mode>,
    pub taken_by: Option<SmolStr>,
    pub users: Vec<usize>,
    pub time: Stream,
    pub failure: Stream,
    pub down: Option<Down>,
    pub failing: Option<EventKey>,
    pub errand: Option<Errand>,
}

/// What a resource is doing for somebody, breakdowns left out.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pub what: ErrandKind,
    /// Work left when it was last resumed, and when that was.
    pub remaining: Span,
    pub resumed: PlantTime,
    pub ending: Option<EventKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrandKind {
    /// Carries off what is finished.
    Carry { carriage: usize },
    /// Brings a unit the parts of a run.
    Fetch { unit: usize, run: u64 },
}

#[derive(Clone, Debug)]
pub(crate) struct CrewState {
    pub site: usize,
    pub id: CrewId,
    pub calendar: usize,
    pub people: u32,
    pub taken: u32,
    pub users: Vec<usize>,
}

/// A serial item, or the name of a kit while it is worked on.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub name: PartId,
    pub material: usize,
    pub number: Option<u64>,
    pub remade: u32,
    pub at: At,
    /// What a start that waited for it calls its cause.
    pub brought_by: SmolStr,
    pub rounds: u32,
    pub held: bool,
    /// Pieces already in it, by number.
    pub pieces: Vec<u64>,
    /// Whether it is a quantity under a name for one run.
    pub kit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Store(usize),
    Unit(usize),
    Resource(usize),
    Gone,
}

/// What is done, with its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub site: usize,
    pub id: OperationId,
    pub center: usize,
    pub begins: Begins,
    pub takes: Vec<Take>,
    pub output: usize,
    pub quantity: f64,
    pub to: Option<usize>,
    pub carried_by: Vec<usize>,
    pub carry_time: Option<Lasts>,
    /// What fetches parts out of a storage, by storage.
    pub fetched: BTreeMap<usize, Fetch>,
    /// Where parts must come in turn: the numbers that have begun here, and the first that had
    /// not when the run began.
    pub turn: BTreeSet<u64>,
    pub turn_from: u64,
    pub every: Option<Span>,
    pub lasts: Lasts,
    pub setup: Span,
    pub batch: Option<(u32, u32)>,
    pub yield_ratio: f64,
    pub rework: Option<ReworkTo>,
    pub crew: Vec<(usize, u32)>,
    pub held_by: Option<usize>,
    pub swap_window: Option<u64>,
    pub hold_after: Option<Lasts>,
    pub order: Option<OrderId>,
    pub cards: OpCards,
}

/// How an operation comes by the part that it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// A part of the same material goes on.
    Goes,
    /// A new part of the next number.
    New,
    /// A parent of which all pieces are there.
    Assembles,
    /// A parent, begun with its first piece; `pieces` a run, `of` in all.
    Grows { pieces: u64, of: u64 },
    /// A quantity.
    Bulk,
}

/// A shared resource that brings a part to the unit before its work.
#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub by: Vec<usize>,
    pub lasts: Lasts,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Take {
    pub material: usize,
    pub store: usize,
    pub quantity: f64,
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The part itself.
    Itself,
    /// A named piece of the part.
    Piece,
    /// Any serial item.
    Any,
    /// A quantity.
    Bulk,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ReworkTo {
    pub first_pass: f64,
    pub to: usize,
    pub most_rounds: Option<u32>,
}

/// A standing flow from a supplier.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub site: usize,
    pub key: SmolStr,
    pub material: usize,
    pub supplier: SupplierId,
    pub store: usize,
    pub lot: f64,
    pub every: Span,
    pub lead: Span,
    pub on_time_ratio: f64,
    pub mean_late: Span,
    pub yield_ratio: f64,
    pub from: Option<usize>,
    /// None: lots come by the clock.
    pub reorder: Option<Reorder>,
    pub numbered: u64,
    pub next_due: PlantTime,
    /// Promised and not here, by index of delivery.
    pub open: VecDeque<usize>,
    /// Everything comes so much later than promised.
    pub late: Span,
    pub lateness: Stream,
}

#[derive(Clone, Debug)]
pub(crate) struct Consignment {
    pub id: DeliveryId,
    pub line: usize,
    pub quantity: f64,
    pub promised: PlantTime,
    pub expected: PlantTime,
    /// Lateness that the supplier has not yet told.
    pub hidden: Span,
    pub shipped: bool,
    pub announced: bool,
    pub ship: Option<EventKey>,
    /// Promised by name in the plan, besides the standing flow of its line.
    pub single: bool,
}

/// A carrier that leaves by schedule.
#[derive(Clone, Debug)]
pub(crate) struct LaneState {
    pub carrier: usize,
    pub material: usize,
    pub from: usize,
    pub to: usize,
    pub most: u32,
    pub every: Span,
    pub next: PlantTime,
    pub transit: Lasts,
    pub aboard: VecDeque<usize>,
    pub away: bool,
    pub at_quay: bool,
    pub late: Span,
    pub left: PlantTime,
    pub arrives: PlantTime,
    pub trips: u64,
}

/// A carriage under way.
#[derive(Clone, Debug)]
pub(crate) struct Carriage {
    pub resource: usize,
    pub what: Leaving,
    pub material: usize,
    pub from_unit: usize,
    pub hold_after: Option<Span>,
    pub hold_runs_on: bool,
    pub holder: SmolStr,
}
