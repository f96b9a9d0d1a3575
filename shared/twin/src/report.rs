//! What may be stated about a plant: the reports, and nothing else.
//!
//! A live feed, a recorded day and a simulation emit the same reports; every one is folded by
//! [`crate::state::TwinState::apply`]. The JSON form is in `record`.

use smol_str::SmolStr;

use crate::{
    id::{
        CrewId, DeliveryId, EquipmentId, FeedId, LotId, MaterialId, OpId, OperationId, OrderId,
        PartId, PlaceRef, SeriesId, SupplierId,
    },
    time::PlantTime,
    unit_state::UnitState,
};

/// One statement by a feed about what happened or is, at a moment of plant time.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// When it happened, on the plant's clock.
    pub at: PlantTime,
    /// What is stated.
    pub statement: Statement,
}

/// Where a value comes from. A live finding never mixes origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A real plant, now.
    Live,
    /// A model of a plant.
    Simulated,
    /// A real plant, played back.
    Recorded,
    /// Computed about the future.
    Forecast,
    /// Written down by somebody without measurement.
    Assumed,
}

/// The longest free text in bytes; longer is refused, not cut.
pub const LONGEST_TEXT: usize = 1_000;

/// What is stated. Ids of places are those of the feed's own plant unless they name another.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// A unit began an operation on a part or batch.
    OpStarted {
        /// This run of the operation; its own record until finished.
        op: OpId,
        /// Where.
        unit: EquipmentId,
        /// On what; the leading part of a batch or kit.
        part: PartId,
        /// Which operation of the plant's definition.
        operation: OperationId,
        /// For which order.
        order: Option<OrderId>,
        /// What released the start.
        cause: Option<Cause>,
    },
    /// The operation ended.
    OpFinished {
        /// The run that ended.
        op: OpId,
        /// Where.
        unit: EquipmentId,
        /// On what.
        part: PartId,
        /// Which operation.
        operation: OperationId,
        /// For which order.
        order: Option<OrderId>,
        /// What released the end, when something else than time did.
        cause: Option<Cause>,
    },
    /// A part changed place: unit, storage, crane, transporter, barge, another plant.
    PartMoved {
        /// What moved.
        part: PartId,
        /// From where; a part that is new comes from the place where it appears. The same place as
        /// `to` says that the part is there, wherever at this plant it was believed to be.
        from: PlaceRef,
        /// To where.
        to: PlaceRef,
        /// Carried by which resource.
        by: Option<EquipmentId>,
        /// What released the move: space freed, crane free, shift began.
        cause: Option<Cause>,
    },
    /// A part is lost to production.
    PartScrapped {
        /// Which.
        part: PartId,
        /// Where it was.
        at: EquipmentId,
        /// Why, from the plant's tree of reasons.
        reason: Option<SmolStr>,
    },
    /// A part must be worked again.
    PartReworked {
        /// Which.
        part: PartId,
        /// Where that was decided.
        at: EquipmentId,
        /// Why.
        reason: Option<SmolStr>,
    },
    /// A part left production good.
    PartCompleted {
        /// Which.
        part: PartId,
        /// What it is now.
        material: MaterialId,
        /// For which order.
        order: Option<OrderId>,
    },
    /// Material was used. In a supplier's own storage (the supplier's id): scrapped; `lot` is then
    /// the delivery that it was for.
    ///
    /// Assembly of serial items: `lot` spells the id of the item that is built in, `part` is the
    /// item it becomes part of, `quantity` is 1 and `storage` is the place it was taken from (a
    /// storage, unit or resource). The item then leaves that place and production.
    LotConsumed {
        /// What.
        material: MaterialId,
        /// How much, in the material's own unit of measure.
        quantity: f64,
        /// Out of which storage.
        storage: EquipmentId,
        /// Which lot, when lots are followed.
        lot: Option<LotId>,
        /// Into which part.
        part: Option<PartId>,
    },
    /// Material was made. In a supplier's own storage (the supplier's id): finished good, and not
    /// yet at the plant; `lot` is then the delivery that it is for.
    LotProduced {
        /// What.
        material: MaterialId,
        /// How much, in the material's own unit of measure.
        quantity: f64,
        /// Into which storage.
        storage: EquipmentId,
        /// Which lot.
        lot: Option<LotId>,
        /// Out of which part.
        part: Option<PartId>,
    },
    /// A unit says what it is doing; wins over what its operations imply until its next report.
    UnitState {
        /// Which unit.
        unit: EquipmentId,
        /// What it does.
        state: UnitState,
        /// Why, from the plant's tree of reasons.
        reason: Option<SmolStr>,
        /// What it waits for or was stopped by.
        cause: Option<Cause>,
    },
    /// A count; corrects the derived level.
    Stock {
        /// Where.
        storage: EquipmentId,
        /// What.
        material: MaterialId,
        /// How much is there, in the material's own unit of measure.
        quantity: f64,
    },
    /// A crane, transporter, barge or crew began to serve somebody.
    ResourceTaken {
        /// Which resource.
        resource: EquipmentId,
        /// The unit or part it serves.
        by: SmolStr,
    },
    /// The resource is free again.
    ResourceFreed {
        /// Which resource.
        resource: EquipmentId,
        /// Whom it served.
        by: SmolStr,
    },
    /// Where a movable resource is.
    Pose {
        /// Which resource.
        resource: EquipmentId,
        /// Metres east of the plant's datum.
        x_m: f64,
        /// Metres north of the plant's datum.
        y_m: f64,
        /// Metres above the plant's datum.
        z_m: f64,
        /// Degrees clockwise from north.
        heading_deg: f64,
    },
    /// An order was placed.
    OrderPlaced(OrderTerms),
    /// An order's terms changed.
    OrderChanged(OrderTerms),
    /// An order is done or given up.
    OrderClosed {
        /// Which order.
        order: OrderId,
    },
    /// A supplier promised.
    DeliveryPromised(DeliveryTerms),
    /// The goods are on their way.
    DeliveryShipped(DeliveryTerms),
    /// The goods are here.
    DeliveryArrived(DeliveryTerms),
    /// The goods will come later, at the date now given.
    DeliveryDelayed(DeliveryTerms),
    /// A part may not go on.
    PartHeld {
        /// Which.
        part: PartId,
        /// Quality, inspector, permit, engineering query, weather, building limit.
        reason: SmolStr,
    },
    /// A held part may go on.
    PartReleased {
        /// Which.
        part: PartId,
        /// Why.
        reason: SmolStr,
    },
    /// A result of an inspection or test.
    QualityResult {
        /// A part or a lot.
        subject: QualitySubject,
        /// Whether it passed.
        result: QualityVerdict,
    },
    /// How many people of a crew are there.
    Crew {
        /// Which crew.
        crew: CrewId,
        /// Where, when it is not the whole plant.
        place: Option<EquipmentId>,
        /// How many are available.
        available: u32,
    },
    /// What was meant instead of an earlier statement; the earlier one stays on record.
    Correction {
        /// The feed that made the statement.
        feed: FeedId,
        /// Its epoch.
        epoch: u64,
        /// Its sequence number.
        seq: u64,
        /// The report within that frame.
        index: u32,
        /// What was meant.
        report: Box<Report>,
    },
    /// What somebody says about something.
    Comment {
        /// The id of what it is about: a unit, part, order, delivery.
        about: SmolStr,
        /// The text, at most [`LONGEST_TEXT`] bytes.
        text: String,
    },
}

/// What releases a start or a move, or what is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cause {
    /// What kind of thing.
    pub kind: CauseKind,
    /// A unit, storage, resource, delivery or calendar; another plant's with a slash.
    pub id: SmolStr,
}

/// The kinds of cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseKind {
    /// The part or material arrived; the id is the storage, unit or delivery it came from.
    Material,
    /// The unit itself became free.
    Machine,
    /// Room became free; the id is the place.
    Space,
    /// A crane or transporter became free.
    Crane,
    /// People became free.
    Operator,
    /// A repair was done.
    Repair,
    /// A setup was done.
    Setup,
    /// The calendar opened.
    Shift,
    /// An order came.
    Order,
    /// A hold was lifted.
    Quality,
}

impl CauseKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Material,
        Self::Machine,
        Self::Space,
        Self::Crane,
        Self::Operator,
        Self::Repair,
        Self::Setup,
        Self::Shift,
        Self::Order,
        Self::Quality,
    ];

    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Material => "material",
            Self::Machine => "machine",
            Self::Space => "space",
            Self::Crane => "crane",
            Self::Operator => "operator",
            Self::Repair => "repair",
            Self::Setup => "setup",
            Self::Shift => "shift",
            Self::Order => "order",
            Self::Quality => "quality",
        }
    }
}

/// What was ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderTerms {
    /// Which order.
    pub order: OrderId,
    /// Of what.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
    /// By when.
    pub due: PlantTime,
}

/// What a supplier says about a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryTerms {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// By whom.
    pub supplier: SupplierId,
    /// Of what.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
    /// When it is expected, or when it came.
    pub date: PlantTime,
    /// Why it changed.
    pub reason: Option<SmolStr>,
}

/// What was inspected.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QualitySubject {
    /// A serial item.
    Part(PartId),
    /// A lot.
    Lot(LotId),
}

/// The outcome of an inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QualityVerdict {
    /// Good.
    Passed,
    /// Not good.
    Failed,
}

/// Numeric signals in columns of equal length; keyed by (series, at, seq), never by time alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// Which signal.
    pub series: Vec<SeriesId>,
    /// When.
    pub at: Vec<PlantTime>,
    /// The value, finite, in the unit declared for the series.
    pub value: Vec<f64>,
    /// How good.
    pub quality: Vec<PointQuality>,
}

/// OPC UA severity of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PointQuality {
    /// Trustworthy.
    #[default]
    Good,
    /// Perhaps not.
    Uncertain,
    /// Not to be used.
    Bad,
}

impl Origin {
    /// The name used in reports and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Simulated => "simulated",
            Self::Recorded => "recorded",
            Self::Forecast => "forecast",
            Self::Assumed => "assumed",
        }
    }
}
