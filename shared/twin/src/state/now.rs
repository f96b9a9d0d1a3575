//! What is known of each thing now: read by pages and findings, written only by the fold.

use std::collections::{BTreeMap, VecDeque};

use smol_str::SmolStr;

use crate::{
    definition::Stage,
    id::{
        DeliveryId, EquipmentId, FeedId, MaterialId, OpId, OperationId, OrderId, PartId, PlaceRef,
        SupplierId,
    },
    report::{Cause, Origin, QualityVerdict},
    time::{PlantTime, Span},
    unit_state::UnitState,
};

/// Who said something, and how it reached the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The feed that said it.
    pub feed: FeedId,
    /// Where its values come from.
    pub origin: Origin,
    /// When the hub received it, on the plant's clock; none in a simulation.
    pub received: Option<PlantTime>,
}

/// What is known of a work unit.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitNow {
    /// Its id.
    pub unit: EquipmentId,
    /// What it does.
    pub state: UnitState,
    /// Since when; none until the first report.
    pub since: Option<PlantTime>,
    /// Since when it has been in this state for this reason and cause: a shift that ends and the
    /// next that begins with the same, and what is only said again, are passed over. None until
    /// the first report; what it works on says itself since when.
    pub same_since: Option<PlantTime>,
    /// Whether the unit said so itself, rather than its operations and parts imply it.
    pub stated: bool,
    /// Why, as last stated.
    pub reason: Option<SmolStr>,
    /// What released the state or is waited for.
    pub cause: Option<Cause>,
    /// What it was in before, off-shift time and what lasted no time left out.
    pub(super) before: Option<Stood>,
    /// Operations under way, in the order they were reported.
    pub running: Vec<RunningOp>,
    /// Parts that are here, in the order they came.
    pub present: Present,
    /// The time of the newest report about this unit; a part's move is not one.
    pub last_report: Option<PlantTime>,
    /// Who made that report, and how it came.
    pub last_said: Option<Said>,
    /// Operations finished since the twin began.
    pub finished_count: u64,
    /// Time spent working in periods that have ended.
    pub busy: Span,
    /// How many operations may still finish whose start the live state has not taken in.
    pub(super) unseen: usize,
}

impl UnitNow {
    /// As what a unit stands that is down or on hold of itself, and since when; of one that is
    /// outside its working hours, how they ended. There is no cause in it that lies elsewhere.
    pub fn stands(&self) -> Option<(UnitState, PlantTime)> {
        let (state, since, _, cause) = self.in_its_hours()?;
        let is_own = cause.is_none() && matches!(state, UnitState::Down | UnitState::Held);
        Some((state, since?)).filter(|_| is_own)
    }

    /// Since when it has been as it is; of a unit that is outside its working hours, as it was when
    /// they ended.
    pub fn as_it_is_since(&self) -> Option<PlantTime> {
        self.in_its_hours().map_or(self.same_since, |(_, since, ..)| since)
    }

    /// Why a unit is in its state, as last stated; of one that is outside its working hours, why it
    /// was in that in which they ended.
    pub fn stands_for(&self) -> Option<&SmolStr> {
        self.in_its_hours()?.2
    }

    /// State, since when, reason and cause, as it is or as its working hours ended; none where
    /// nobody knows how they did.
    fn in_its_hours(&self) -> Option<InItsHours<'_>> {
        if self.state != UnitState::OffShift {
            let (reason, cause) = (self.reason.as_ref(), self.cause.as_ref());
            return Some((self.state, self.same_since, reason, cause));
        }
        let of = self.before.as_ref()?;
        Some((of.state, Some(of.since), of.reason.as_ref(), of.cause.as_ref()))
    }
}

type InItsHours<'u> = (UnitState, Option<PlantTime>, Option<&'u SmolStr>, Option<&'u Cause>);

/// A state that a unit was in, and since when it was the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stood {
    pub(super) state: UnitState,
    pub(super) reason: Option<SmolStr>,
    pub(super) cause: Option<Cause>,
    pub(super) since: PlantTime,
}

impl Stood {
    /// Whether a unit that enters this state stands as before. Work begins anew.
    pub(super) fn goes_on(
        &self,
        state: UnitState,
        reason: Option<&SmolStr>,
        cause: Option<&Cause>,
    ) -> bool {
        let works = matches!(state, UnitState::Working | UnitState::Setup);
        let is_same = self.state == state && self.reason.as_ref() == reason;
        !works && is_same && self.cause.as_ref() == cause
    }
}

/// One operation under way.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningOp {
    /// This run.
    pub op: OpId,
    /// On what.
    pub part: PartId,
    /// Which operation.
    pub operation: OperationId,
    /// For which order.
    pub order: Option<OrderId>,
    /// When it began.
    pub started: PlantTime,
    /// What released the start.
    pub cause: Option<Cause>,
    /// How long it stood since, as its unit was down, on hold or in planned maintenance; a stop
    /// that is not over is not in it.
    pub stopped: Span,
}

/// The parts at one place, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Present {
    pub(super) by_arrival: BTreeMap<u64, PartId>,
}

impl Present {
    /// The parts, first come first.
    pub fn iter(&self) -> impl Iterator<Item = &PartId> {
        self.by_arrival.values()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.by_arrival.len()
    }

    /// Whether no part is here.
    pub fn is_empty(&self) -> bool {
        self.by_arrival.is_empty()
    }
}

/// What is known of a place where things wait.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageNow {
    /// Its id.
    pub storage: EquipmentId,
    /// Named parts, in the order they came.
    pub parts: Present,
    /// Levels of what is followed by quantity, each in its material's own unit of measure;
    /// never below zero.
    pub stock: BTreeMap<MaterialId, StockNow>,
    /// The time of the newest report about this place.
    pub last_report: Option<PlantTime>,
}

impl StorageNow {
    /// Pieces here: named parts, and quantities in whatever unit their material has.
    pub fn level(&self) -> f64 {
        self.parts.len() as f64 + self.stock.values().map(|stock| stock.quantity).sum::<f64>()
    }

    /// The quantity of a material that is followed by quantity; zero when nothing is known.
    pub fn quantity(&self, material: &MaterialId) -> f64 {
        self.stock.get(material).map_or(0.0, |stock| stock.quantity)
    }
}

/// A level of one material in one storage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StockNow {
    /// How much, in the material's own unit of measure; never below zero.
    pub quantity: f64,
    /// When somebody last counted.
    pub counted: Option<PlantTime>,
    /// The newest report that changed or confirmed the level.
    pub as_of: Option<PlantTime>,
}

/// What is known of a crane, transporter or barge.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceNow {
    /// Its id.
    pub resource: EquipmentId,
    /// Working while taken, starved while free, or as stated.
    pub state: UnitState,
    /// Since when; none until the first report.
    pub since: Option<PlantTime>,
    /// Why, as last stated.
    pub reason: Option<SmolStr>,
    /// Whom it serves.
    pub holder: Option<SmolStr>,
    /// Where it is, as last reported.
    pub pose: Option<PoseNow>,
    /// Parts on it, in the order they came.
    pub carrying: Present,
    /// The time of the newest report about its state.
    pub last_report: Option<PlantTime>,
    /// Time spent serving in periods that have ended.
    pub busy: Span,
}

/// Where a movable resource is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoseNow {
    /// Metres east of the plant's datum.
    pub x_m: f64,
    /// Metres north of the plant's datum.
    pub y_m: f64,
    /// Metres above the plant's datum.
    pub z_m: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// When.
    pub at: PlantTime,
}

/// What is known of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct PartNow {
    /// What it is, as far as its operations tell.
    pub material: Option<MaterialId>,
    /// Where it is, always with its plant; where it was last once it has ended.
    pub place: PlaceRef,
    /// Since when it is there.
    pub since: PlantTime,
    /// When it was first heard of.
    pub born: PlantTime,
    /// Why it may not go on.
    pub held: Option<SmolStr>,
    /// What it counts as in the picture of the product: that of the last place that has one.
    pub stage: Option<Stage>,
    /// The last operation begun or finished on it.
    pub last_operation: Option<OperationId>,
    /// The order it is made for.
    pub order: Option<OrderId>,
    /// How often it was sent back to be worked again.
    pub reworked: u32,
    /// The last result of an inspection.
    pub quality: Option<QualityVerdict>,
    /// How and when it ended; none while it is in production.
    pub ended: Option<(PartEnd, PlantTime)>,
    /// The newest report about it; none when only the plant's definition names it.
    pub as_of: Option<PlantTime>,
    /// Its key among the parts at its place.
    pub(super) arrival: u64,
}

impl PartNow {
    /// A part that nothing else is known of.
    pub(super) fn new(
        place: PlaceRef,
        since: PlantTime,
        stage: Option<Stage>,
        arrival: u64,
    ) -> Self {
        Self {
            material: None,
            place,
            since,
            born: since,
            held: None,
            stage,
            last_operation: None,
            order: None,
            reworked: 0,
            quality: None,
            ended: None,
            as_of: Some(since),
            arrival,
        }
    }

    /// Whether it left production good.
    pub fn completed(&self) -> bool {
        matches!(self.ended, Some((PartEnd::Completed, _)))
    }

    /// Whether it is lost.
    pub fn scrapped(&self) -> bool {
        matches!(self.ended, Some((PartEnd::Scrapped { .. }, _)))
    }

    /// The part that it was built into.
    pub fn part_of(&self) -> Option<&PartId> {
        match &self.ended {
            Some((PartEnd::PartOf(parent), _)) => Some(parent),
            _ => None,
        }
    }
}

/// How a part leaves production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartEnd {
    /// Good.
    Completed,
    /// Lost, with the stated reason.
    Scrapped {
        /// From the plant's tree of reasons.
        reason: Option<SmolStr>,
    },
    /// Built into another part.
    PartOf(PartId),
    /// Used up without a named parent.
    Consumed,
}

impl PartEnd {
    /// The name used in answers.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Scrapped { .. } => "scrapped",
            Self::PartOf(_) => "part_of",
            Self::Consumed => "consumed",
        }
    }
}

/// What is known of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderNow {
    /// Its id.
    pub order: OrderId,
    /// Of what.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
    /// By when, as it stands.
    pub due: PlantTime,
    /// By when, as it was first placed.
    pub first_due: PlantTime,
    /// When it was closed.
    pub closed: Option<PlantTime>,
    /// Pieces completed for it.
    pub completed: u64,
    /// Pieces of its material that had been completed for any order of the plant when it was
    /// closed; 0 while it is open.
    pub made_when_closed: u64,
    /// How many reports have changed it.
    pub change_count: u32,
    /// The newest report about it; none when only the plan names it.
    pub as_of: Option<PlantTime>,
}

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeliveryStatus {
    /// A date was given.
    Promised,
    /// It is on its way.
    Shipped,
    /// It comes later than promised.
    Delayed,
    /// It is here.
    Arrived,
}

impl DeliveryStatus {
    /// The name used in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::Shipped => "shipped",
            Self::Delayed => "delayed",
            Self::Arrived => "arrived",
        }
    }
}

/// What is known of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryNow {
    /// Its id.
    pub delivery: DeliveryId,
    /// By whom.
    pub supplier: SupplierId,
    /// Of what.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// The date first promised.
    pub promised: PlantTime,
    /// The date now given; the date of arrival once it is here.
    pub expected: PlantTime,
    /// Why it changed, as last stated.
    pub reason: Option<SmolStr>,
    /// What the supplier has finished good for it, in the material's own unit of measure.
    pub made: f64,
    /// What the supplier has scrapped of it, in the material's own unit of measure.
    pub scrapped: f64,
    /// How many reports have changed it.
    pub change_count: u32,
    /// The newest report about it; none when only the plan names it.
    pub as_of: Option<PlantTime>,
}

/// How many people of a crew are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrewNow {
    /// By place; none is the whole plant.
    pub available: BTreeMap<Option<EquipmentId>, CrewCount>,
}

/// A count of people at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrewCount {
    /// How many.
    pub people: u32,
    /// As of when.
    pub as_of: PlantTime,
}

/// What somebody said about something.
#[derive(Clone, Debug, PartialEq)]
pub struct CommentNow {
    /// When.
    pub at: PlantTime,
    /// By which feed, from what source.
    pub said: Said,
    /// The text.
    pub text: String,
}

/// The newest comments, by what they are about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Comments {
    pub(super) by_subject: BTreeMap<SmolStr, VecDeque<CommentNow>>,
    /// Subjects in the order of their first comment, to drop the oldest one at the limit.
    pub(super) subjects: VecDeque<SmolStr>,
}
