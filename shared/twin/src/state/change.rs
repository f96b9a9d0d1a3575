//! What one report changed, by key, with enough to fold it further without the state.

use smol_str::SmolStr;

use super::now::{DeliveryStatus, PartEnd, RunningOp};
use crate::{
    id::{CrewId, DeliveryId, EquipmentId, LotId, MaterialId, OrderId, PartId, PlaceRef, PlantId},
    report::{Cause, QualitySubject, QualityVerdict},
    time::{PlantTime, Span},
    unit_state::UnitState,
};

/// One change of the live state. Places always name their plant: a report of one plant may move
/// a part of another.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A unit entered a state, possibly the same one again with another reason.
    UnitState {
        /// The unit's plant.
        plant: PlantId,
        /// Which unit.
        unit: EquipmentId,
        /// The state it left.
        left: UnitState,
        /// How long that lasted; zero when nothing was known before.
        lasted: Span,
        /// The state it is in now.
        entered: UnitState,
        /// Why.
        reason: Option<SmolStr>,
        /// What released it or is waited for.
        cause: Option<Cause>,
        /// When.
        at: PlantTime,
    },
    /// An operation began.
    OpStarted {
        /// Where.
        unit: EquipmentId,
        /// The run.
        op: RunningOp,
    },
    /// An operation ended.
    OpFinished {
        /// Where.
        unit: EquipmentId,
        /// The run; when its start was never taken in, `started` is the time of the end.
        op: RunningOp,
        /// When it ended.
        at: PlantTime,
        /// How long it took; none when its start was never taken in.
        lasted: Option<Span>,
        /// What released the end, when something else than time did.
        cause: Option<Cause>,
    },
    /// The unit says that it is free, so an operation thought to be running is not.
    OpDropped {
        /// Where.
        unit: EquipmentId,
        /// The run.
        op: RunningOp,
        /// When.
        at: PlantTime,
    },
    /// A part was heard of for the first time.
    PartAppeared {
        /// Which.
        part: PartId,
        /// Where.
        place: PlaceRef,
        /// When.
        at: PlantTime,
    },
    /// A part changed place.
    PartMoved {
        /// Which.
        part: PartId,
        /// From where.
        from: PlaceRef,
        /// How long it was there.
        stayed: Span,
        /// To where.
        to: PlaceRef,
        /// Carried by which resource.
        by: Option<EquipmentId>,
        /// What released the move.
        cause: Option<Cause>,
        /// When.
        at: PlantTime,
        /// Whether it was said, or follows from an operation that began elsewhere.
        basis: MoveBasis,
    },
    /// A part left production.
    PartEnded {
        /// Which.
        part: PartId,
        /// What it is, as far as known.
        material: Option<MaterialId>,
        /// How.
        end: PartEnd,
        /// Where it was last.
        place: PlaceRef,
        /// For which order.
        order: Option<OrderId>,
        /// From the first report of it to its end.
        lived: Span,
        /// When.
        at: PlantTime,
    },
    /// A part may not go on (a reason) or may again (none).
    PartHold {
        /// Which.
        part: PartId,
        /// Why it is held now.
        held: Option<SmolStr>,
        /// When.
        at: PlantTime,
    },
    /// A part must be worked again.
    PartReworked {
        /// Which.
        part: PartId,
        /// Where that was decided.
        place: PlaceRef,
        /// How often by now.
        rounds: u32,
        /// When.
        at: PlantTime,
    },
    /// A result of an inspection.
    Quality {
        /// A part or a lot.
        subject: QualitySubject,
        /// Whether it passed.
        verdict: QualityVerdict,
        /// When.
        at: PlantTime,
    },
    /// A level changed.
    Stock {
        /// Where.
        storage: EquipmentId,
        /// Of what.
        material: MaterialId,
        /// Which lot, when lots are followed.
        lot: Option<LotId>,
        /// The level before, in the material's own unit of measure.
        before: f64,
        /// The level now.
        after: f64,
        /// By what.
        kind: StockChange,
        /// When.
        at: PlantTime,
    },
    /// A crane, transporter or barge entered a state.
    Resource {
        /// Which.
        resource: EquipmentId,
        /// The state it left.
        left: UnitState,
        /// How long that lasted; zero when nothing was known before.
        lasted: Span,
        /// The state it is in now.
        entered: UnitState,
        /// Whom it serves now.
        holder: Option<SmolStr>,
        /// When.
        at: PlantTime,
    },
    /// A resource is somewhere else.
    Pose {
        /// Which.
        resource: EquipmentId,
        /// When.
        at: PlantTime,
    },
    /// An order is new or has other terms, or was closed.
    Order {
        /// Which.
        order: OrderId,
        /// By how much its date moved; positive is later.
        moved: Span,
        /// Whether it is closed now.
        closed: bool,
        /// When.
        at: PlantTime,
    },
    /// A delivery is new or came further, or has another date.
    Delivery {
        /// Which.
        delivery: DeliveryId,
        /// How far it has come.
        status: DeliveryStatus,
        /// Now expected behind the date first promised; positive is late.
        late: Span,
        /// When.
        at: PlantTime,
    },
    /// A count of people changed.
    Crew {
        /// Which crew.
        crew: CrewId,
        /// Where; none is the whole plant.
        place: Option<EquipmentId>,
        /// How many now.
        available: u32,
        /// When.
        at: PlantTime,
    },
    /// Somebody said something.
    Comment {
        /// What it is about.
        about: SmolStr,
        /// When.
        at: PlantTime,
    },
    /// The report is older than what is known of this subject: history, not live state.
    Outdated {
        /// What is known better.
        subject: Subject,
        /// As of when.
        as_of: PlantTime,
        /// The report's time.
        at: PlantTime,
    },
}

/// Whether a move was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MoveBasis {
    /// A report says so.
    Stated,
    /// An operation began elsewhere, so the part must be there.
    Implied,
}

/// Why a level changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StockChange {
    /// Material was used.
    Consumed {
        /// Used beyond what was thought to be there: the derived level was wrong by this.
        short: f64,
    },
    /// Material was made.
    Produced,
    /// A delivery came.
    Delivered,
    /// Somebody counted.
    Counted,
}

/// A thing that the live state knows by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A work unit.
    Unit(EquipmentId),
    /// A level of a material in a storage.
    Stock(EquipmentId, MaterialId),
    /// A resource's state.
    Resource(EquipmentId),
    /// A resource's place.
    Pose(EquipmentId),
    /// A part.
    Part(PartId),
    /// An order.
    Order(OrderId),
    /// A delivery.
    Delivery(DeliveryId),
    /// A crew.
    Crew(CrewId),
}
