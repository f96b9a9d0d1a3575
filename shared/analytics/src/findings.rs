//! What the analytics conclude: plain values, each with the sources that it was computed from.
//!
//! Nothing here is labelled: the hub combines the labels of [`Inputs`] and releases the finding
//! under the result.

mod promise;

use std::collections::BTreeSet;

use twin::{
    CalendarId, CrewId, DeliveryId, EquipmentId, MaterialId, PartId, PlantId, PlantTime, Span,
    SupplierId, UnitState, unit_state::TimeElement,
};

pub use promise::{Outlook, OutlookMethod, Promise};

/// Who made a statement that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A unit, storage or resource.
    Equipment(EquipmentId),
    /// A supplier's deliveries.
    Supplier(SupplierId),
    /// The plan of the plant: what is ordered, and for when.
    Plan,
}

/// Everything that a finding was computed from, by plant.
pub type Inputs = BTreeSet<(PlantId, Source)>;

/// A thing that can hold production up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// The plant it belongs to; for a supplier, the plant that it delivers to.
    pub plant: PlantId,
    /// What it is.
    pub thing: Thing,
}

/// Kinds of thing that can hold production up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A group of like units.
    WorkCenter(EquipmentId),
    /// A place where things wait: no room, or a hold.
    Storage(EquipmentId),
    /// A crane, transporter or barge.
    Resource(EquipmentId),
    /// A firm that delivers.
    Supplier(SupplierId),
    /// People of one trade.
    Crew(CrewId),
    /// Working hours.
    Calendar(CalendarId),
    /// The plan: no order was there.
    Orders,
}

impl Thing {
    /// The kind as pages and answers name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::WorkCenter(_) => "work_center",
            Self::Storage(_) => "storage",
            Self::Resource(_) => "resource",
            Self::Supplier(_) => "supplier",
            Self::Crew(_) => "crew",
            Self::Calendar(_) => "calendar",
            Self::Orders => "orders",
        }
    }

    /// The id; `orders` for the plan.
    pub fn id(&self) -> &str {
        match self {
            Self::WorkCenter(id) | Self::Storage(id) | Self::Resource(id) => id.as_str(),
            Self::Supplier(id) => id.as_str(),
            Self::Crew(id) => id.as_str(),
            Self::Calendar(id) => id.as_str(),
            Self::Orders => "orders",
        }
    }
}

/// How a node spends limiting time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Working: it is slow for what is asked of it.
    Working,
    /// Being made ready.
    Setup,
    /// Broken.
    Down,
    /// Stopped, or parts held, by decision.
    Held,
    /// Planned maintenance.
    PlannedMaintenance,
    /// People are missing.
    Crew,
    /// Lifting or carrying is missing.
    Crane,
    /// Parts or material have not come.
    Material,
    /// No room downstream.
    Space,
    /// On the way between places.
    Transit,
    /// No order.
    Order,
    /// Outside working hours; never ranked.
    OffShift,
}

impl Why {
    /// The name used in words' keys: `why.down`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Setup => "setup",
            Self::Down => "down",
            Self::Held => "held",
            Self::PlannedMaintenance => "planned_maintenance",
            Self::Crew => "crew",
            Self::Crane => "crane",
            Self::Material => "material",
            Self::Space => "space",
            Self::Transit => "transit",
            Self::Order => "order",
            Self::OffShift => "off_shift",
        }
    }

    /// Whether it is a stop, of which it is known whether it goes on.
    pub const fn is_stop(self) -> bool {
        matches!(self, Self::Down | Self::Held | Self::PlannedMaintenance)
    }

    /// Whether the time is part of what was planned: the work itself and the way.
    pub const fn is_planned(self) -> bool {
        matches!(self, Self::Working | Self::Transit | Self::OffShift | Self::PlannedMaintenance)
    }
}

/// 2. What holds a plant back.
#[derive(Clone, Debug, PartialEq)]
pub enum HoldUp {
    /// A verdict.
    Known(Box<Verdict>),
    /// None can be given.
    Unknown {
        /// Why not.
        why: WhyNot,
        /// What was looked at.
        inputs: Inputs,
    },
}

/// Why no verdict is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// Too little has happened in the window.
    TooEarly,
    /// The record says neither what released a start nor what units do, or the plant's
    /// definition says that its record cannot tell.
    NoCauses,
    /// There was time to lose and nobody lost it.
    NothingWaits,
    /// What of the plant is in sight does not tell.
    NotShown,
}

impl WhyNot {
    /// The name used in words' keys: `holdup.too_early`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooEarly => "too_early",
            Self::NoCauses => "no_causes",
            Self::NothingWaits => "nothing_waits",
            Self::NotShown => "not_shown",
        }
    }
}

/// Who leads the critical path and how surely.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The main hold-up; of another plant when the causes cross the border.
    pub node: Node,
    /// The units concerned: those of the work center that lay on the path, or none.
    pub units: Vec<EquipmentId>,
    /// Where it bites in the plant that was asked about, so that it can be pointed at: its own
    /// units, or the storage that runs empty or full for want of it, or the resource itself, or
    /// else the units that wait for it.
    pub bites_at: Vec<EquipmentId>,
    /// What leaves the line that it holds up the most.
    pub product: Option<MaterialId>,
    /// How the lead holds up: the `why` of the last step of the chain.
    pub why: Why,
    /// How it was found.
    pub method: Method,
    /// Its share of the window's critical path, off-shift time left out; only what has passed
    /// counts, not how long a stop is expected to last [ratio].
    pub share_ratio: f64,
    /// Its share of the part of the path since it leads by `why`, at least a day and at most the
    /// window [ratio]; as `share_ratio` when nothing of that is on the path.
    pub recent_share_ratio: f64,
    /// The time that `recent_share_ratio` is of.
    pub recent: Span,
    /// All shares, the lead first; they sum to 1, or to 0 when all of it is yet to come.
    pub shares: Vec<Share>,
    /// The chain of causes from what is seen at the last station to the main hold-up.
    pub chain: Vec<ChainStep>,
    /// What the main hold-up has cost by a stop that is long over: no share counts it.
    pub earlier: Option<ChainStep>,
    /// Whether it still holds anything up.
    pub present: Present,
    /// How sure; of what holds nothing up any more never sure.
    pub confidence: Confidence,
    /// The share of resamples in which it leads [ratio].
    pub agreement_ratio: f64,
    /// The node with the second largest share.
    pub second: Option<Node>,
    /// Since when it leads by `why`; none when it does not in the sampled history yet.
    pub since: Option<PlantTime>,
    /// Who led since when, oldest first, the current lead last.
    pub before: Vec<Lead>,
    /// Lost to it a day [pieces of `loss_material`].
    pub loss_per_day: Option<f64>,
    /// What is lost.
    pub loss_material: Option<MaterialId>,
    /// Days of the last seven that the critical path spent at it beyond planned work and ways.
    pub slip_d: f64,
    /// How long a window was looked at.
    pub window: Span,
    /// Units in sight that reported in the window.
    pub stations_reporting: u32,
    /// Units of the plant.
    pub stations: u32,
    /// What it was computed from.
    pub inputs: Inputs,
}

/// What a main hold-up does at this moment: that it leads is a finding about weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Present {
    /// It holds up, or nothing says that it does not.
    GoesOn,
    /// What it delivers is there, lasts for a day at least, and no unit waits for it. Whose
    /// material units wait for instead, if for any.
    IsOver {
        /// The supplier of that material.
        instead: Option<Node>,
    },
}

/// How a main hold-up was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Walk back through the causes on record.
    CriticalPath,
    /// Mean length of active periods (Roser, Nakano, Tanaka, 2001): no causes on record.
    ActivePeriod,
}

/// How sure a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// At least 90 % of the resamples agree on the first.
    Sure,
    /// At least 60 %.
    Probably,
    /// The first cannot be told from the second.
    CannotTell,
}

/// A node's part of the critical path.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Who.
    pub node: Node,
    /// Its share [ratio].
    pub share_ratio: f64,
    /// The same, split by how the time was spent, largest first [ratio].
    pub split: Vec<(Why, f64)>,
}

/// One step of a cause chain.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainStep {
    /// Who.
    pub node: Node,
    /// How it causes the step before it.
    pub why: Why,
    /// Its share of the critical path [ratio].
    pub share_ratio: f64,
    /// The last part that the path followed there.
    pub part: Option<PartId>,
    /// Days of the window that the path spent there so, time off shift in between included [d].
    pub lost_d: f64,
    /// Since when it is over, if it is a stop of a work center or resource that is not in force.
    pub over_since: Option<PlantTime>,
    /// Whether it is such a stop, and in force.
    pub goes_on: bool,
    /// Whether it is a wait, and no unit there waits so now or did when its shift ended.
    pub has_passed: bool,
}

/// Who led from when on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Since when.
    pub since: PlantTime,
    /// Who.
    pub node: Node,
    /// By what.
    pub why: Why,
}

/// 3. A material that is used up.
#[derive(Clone, Debug, PartialEq)]
pub struct DryPart {
    /// What.
    pub material: MaterialId,
    /// How much is there in all storages of the plant [the material's unit of measure].
    pub stock: f64,
    /// Used a calendar day [as `stock`].
    pub use_per_day: f64,
    /// How long the stock lasts without further deliveries [d]; none when nothing is used.
    pub cover_d: Option<f64>,
    /// First moment that use is held up for want of it, counting the promised deliveries: now
    /// when somebody waits for it; none is in sight.
    pub dry: Option<PlantTime>,
    /// Since when there has been less than a run takes, if `dry` is now; while the next delivery
    /// is not late, since somebody waits besides.
    pub out_since: Option<PlantTime>,
    /// The last use, when more time has gone by since than between two uses as a rule: what is
    /// said of it holds if it is used again as before.
    pub unused_since: Option<PlantTime>,
    /// The longest time without it that is to follow the next delivery, if a longer one than until
    /// that: from when, and the delivery that ends it.
    pub again: Option<(PlantTime, PlantTime)>,
    /// The next delivery as now promised.
    pub next_delivery: Option<PlantTime>,
    /// The first promise for that delivery.
    pub first_promise: Option<PlantTime>,
    /// Days that it is late against its first promise.
    pub late_d: Option<f64>,
    /// Days since `next_delivery`, when that date has passed and nothing has come.
    pub overdue_d: Option<f64>,
    /// That delivery.
    pub delivery: Option<DeliveryId>,
    /// Whether a unit waits for it, now or when its shift ended.
    pub waited_for: bool,
    /// Who delivers it next, or as a rule.
    pub supplier: Option<SupplierId>,
    /// What it was computed from.
    pub inputs: Inputs,
}

/// 4. What a unit did over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitUse {
    /// Seconds in each state, in the order of [`UnitState::ALL`].
    pub state_s: Vec<(UnitState, f64)>,
    /// Seconds that count toward each ISO 22400-2 time element; only those above zero.
    pub elements_s: Vec<(TimeElement, f64)>,
    /// Operations finished.
    pub finished: u32,
    /// Share of the known time spent working [ratio]; 0 when nothing is known.
    pub working_ratio: f64,
    /// Last statement about it.
    pub last_report: Option<PlantTime>,
}

/// A stretch of time that a unit spent in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its start.
    pub from: PlantTime,
    /// Its end.
    pub to: PlantTime,
    /// The state.
    pub state: UnitState,
}

/// What was completed on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayCount {
    /// Midnight UTC at which the day begins.
    pub day: PlantTime,
    /// How much [pieces, or the material's own unit].
    pub count: f64,
}

/// How a material flows through a plant.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Pieces between first appearance and completion.
    pub in_work: u64,
    /// Completed over the window [pieces, or the material's own unit].
    pub completed: f64,
    /// Mean time from first appearance to completion of those completed in the window.
    pub lead_time: Option<Span>,
}

/// 5. What a work center did over the whole record.
#[derive(Clone, Debug, PartialEq)]
pub struct CenterHours {
    /// Which.
    pub work_center: EquipmentId,
    /// Operations finished.
    pub operations: u64,
    /// Of those, ended at the moment they began.
    pub zero_length: u64,
    /// Sum of their lengths [h]; overlapping operations count each.
    pub operation_hours: f64,
    /// Sum of the time that parts waited for them [h]: from the end of the operation that began
    /// on the part before this one, or from the part's first appearance, to the start; nothing
    /// while that operation still runs.
    pub waiting_hours: f64,
}

/// 6. What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The id it is about.
    pub about: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: PlantTime,
    /// The moment that it promises something for, when it says `in 14 d` or the like.
    pub until: Option<PlantTime>,
}
