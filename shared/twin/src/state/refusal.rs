//! Why a report cannot be taken in: a stable code, and words that say what to do about it.

use smol_str::SmolStr;
use thiserror::Error;

use crate::{
    id::{
        CrewId, DeliveryId, EquipmentId, MaterialId, OpId, OperationId, OrderId, PartId, PlaceRef,
        PlantId, SupplierId,
    },
    time::PlantTime,
};

macro_rules! refusals {
    ($($(#[doc = $doc:literal])* $code:literal $text:literal
       $variant:ident { $($(#[doc = $field_doc:literal])* $field:ident: $kind:ty,)* })*) => {
        /// A report that was refused and changed nothing. One bad report must not stop a line:
        /// the caller records it, answers the feed and goes on.
        #[derive(Clone, Debug, PartialEq, Error)]
        pub enum Refusal {
            $($(#[doc = $doc])* #[error($text)]
            $variant { $($(#[doc = $field_doc])* $field: $kind,)* },)*
        }

        impl Refusal {
            /// The stable code that is answered and recorded.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code,)* }
            }

            /// Every code, in the order of the definition; for documents.
            pub const CODES: &'static [&'static str] = &[$($code,)*];
        }
    };
}

refusals! {
    /// The twin has no such plant.
    "unknown_plant" "plant {plant} is not known here; check the plant's id or load its definition"
    UnknownPlant {
        /// As named.
        plant: PlantId,
    }
    /// The plant has no such unit.
    "unknown_unit" "{plant} has no unit {unit}; use an id of the plant's definition"
    UnknownUnit {
        /// Whose.
        plant: PlantId,
        /// As named.
        unit: EquipmentId,
    }
    /// The plant has no such place.
    "unknown_place"
    "{plant} has no unit, storage or resource {place}; use an id of the plant's definition"
    UnknownPlace {
        /// Whose.
        plant: PlantId,
        /// As named.
        place: EquipmentId,
    }
    /// The plant has no such storage.
    "unknown_storage" "{plant} has no storage {storage}; use an id of the plant's definition"
    UnknownStorage {
        /// Whose.
        plant: PlantId,
        /// As named.
        storage: EquipmentId,
    }
    /// The plant has no such resource.
    "unknown_resource"
    "{plant} has no crane, transporter or barge {resource}; use an id of the plant's definition"
    UnknownResource {
        /// Whose.
        plant: PlantId,
        /// As named.
        resource: EquipmentId,
    }
    /// The plant has no such operation.
    "unknown_operation"
    "{plant} defines no operation {operation}; use an id of the plant's definition"
    UnknownOperation {
        /// Whose.
        plant: PlantId,
        /// As named.
        operation: OperationId,
    }
    /// The plant has no such material.
    "unknown_material" "{plant} has no material {material}; use an id of the plant's definition"
    UnknownMaterial {
        /// Whose.
        plant: PlantId,
        /// As named.
        material: MaterialId,
    }
    /// The plant has no such supplier.
    "unknown_supplier" "{plant} has no supplier {supplier}; use an id of the plant's definition"
    UnknownSupplier {
        /// Whose.
        plant: PlantId,
        /// As named.
        supplier: SupplierId,
    }
    /// The plant has no such crew.
    "unknown_crew" "{plant} has no crew {crew}; use an id of the plant's definition"
    UnknownCrew {
        /// Whose.
        plant: PlantId,
        /// As named.
        crew: CrewId,
    }
    /// No such order was placed.
    "unknown_order" "{plant} has no order {order}; place it first with order_placed"
    UnknownOrder {
        /// Whose.
        plant: PlantId,
        /// As named.
        order: OrderId,
    }
    /// The order is closed.
    "order_closed" "order {order} was closed at {at_micros} µs; place a new one"
    OrderClosed {
        /// Which.
        order: OrderId,
        /// When, in microseconds since 1970.
        at_micros: i64,
    }
    /// No such delivery was promised.
    "unknown_delivery"
    "{plant} expects no delivery {delivery}; announce it first with delivery_promised"
    UnknownDelivery {
        /// Whose.
        plant: PlantId,
        /// As named.
        delivery: DeliveryId,
    }
    /// The delivery is somebody else's or of something else.
    "delivery_conflict"
    "delivery {delivery} is {material} from {supplier}; use another id for another delivery"
    DeliveryConflict {
        /// Which.
        delivery: DeliveryId,
        /// Of what it is.
        material: MaterialId,
        /// Whose it is.
        supplier: SupplierId,
    }
    /// The delivery is here already.
    "delivery_arrived" "delivery {delivery} has arrived; use another id for another delivery"
    DeliveryHasArrived {
        /// Which.
        delivery: DeliveryId,
    }
    /// A comment about nothing that is known.
    "unknown_subject"
    "{plant} knows nothing called {about}; comment on a place, part, order, delivery or crew"
    UnknownSubject {
        /// Whose.
        plant: PlantId,
        /// As named.
        about: SmolStr,
    }
    /// The part was never heard of.
    "part_unknown"
    "part {part} is not known; the first report of a part must name a place of its own plant"
    PartUnknown {
        /// Which.
        part: PartId,
    }
    /// The part is somewhere else.
    "part_not_there"
    "part {part} is not at {from}: it is at {known}; report the moves that are missing"
    PartNotThere {
        /// Which.
        part: PartId,
        /// Where the report says it is.
        from: PlaceRef,
        /// Where it is known to be.
        known: PlaceRef,
    }
    /// The part is in production no more.
    "part_ended" "part {part} ended as {how}; use another id for another part"
    PartEnded {
        /// Which.
        part: PartId,
        /// How it ended.
        how: &'static str,
        /// When.
        at: PlantTime,
    }
    /// The operation is not running at that unit.
    "op_unknown" "operation run {op} is not running at {unit}; report op_started first"
    OpUnknown {
        /// Which run.
        op: OpId,
        /// Where it should be.
        unit: EquipmentId,
    }
    /// The end names another part or operation than the start.
    "op_conflict"
    "operation run {op} is {operation} on {part}; name the same part and operation at its end"
    OpConflict {
        /// Which run.
        op: OpId,
        /// The operation that was started.
        operation: OperationId,
        /// The part it was started on.
        part: PartId,
    }
    /// The operation has begun already.
    "op_already_running" "operation run {op} is running at {unit}; every run needs its own id"
    OpAlreadyRunning {
        /// Which run.
        op: OpId,
        /// Where.
        unit: EquipmentId,
    }
    /// The unit works on as many parts as it can.
    "unit_full"
    "{unit} runs {running} of at most {capacity} operations; report what has finished first"
    UnitFull {
        /// Which unit.
        unit: EquipmentId,
        /// How many run.
        running: usize,
        /// How many can.
        capacity: usize,
    }
    /// The resource serves somebody else.
    "resource_not_held" "{resource} is not taken by {by}; report resource_taken first"
    ResourceNotHeld {
        /// Which resource.
        resource: EquipmentId,
        /// Whom the report names.
        by: SmolStr,
    }
    /// A quantity below zero.
    "quantity_negative" "{field} is {value}; a quantity is zero or more"
    QuantityNegative {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: f64,
    }
    /// Not a number, endless, or beyond what can be meant.
    "number_out_of_range" "{field} is {value}, beyond ±{limit:e}"
    NumberOutOfRange {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: f64,
        /// The largest magnitude taken.
        limit: f64,
    }
    /// A text beyond its limit.
    "text_too_long" "{field} has {bytes} bytes, more than {limit}; shorten it"
    TextTooLong {
        /// Which field.
        field: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    }
    /// A text with a character that nobody sees.
    "text_invisible"
    "{field} holds the invisible character U+{character:04X}; write it without"
    TextInvisible {
        /// Which field.
        field: &'static str,
        /// The character's number.
        character: u32,
    }
    /// A text without content.
    "text_empty" "{field} is empty; write something or leave the report out"
    TextEmpty {
        /// Which field.
        field: &'static str,
    }
    /// An id that may be a person's.
    "may_be_a_person"
    "{id} in {field} is no place, part or crew of {plant}; people are reported as crews only"
    MayBeAPerson {
        /// Whose.
        plant: PlantId,
        /// Which field.
        field: &'static str,
        /// As named.
        id: SmolStr,
    }
    /// A correction of a correction.
    "correction_nested" "a correction holds the report that was meant, not another correction"
    CorrectionNested {}
    /// The plant holds as many as it may.
    "too_many_parts" "{plant} holds {limit} parts in production, the most that are followed; report what is completed"
    TooManyParts {
        /// Whose.
        plant: PlantId,
        /// The limit.
        limit: usize,
    }
    /// The plant's record names as many people by pseudonym as it may.
    "too_many_workers" "{plant} names {limit} workers by pseudonym, the most that are remembered; use the same pseudonym for the same person"
    TooManyWorkers {
        /// Whose.
        plant: PlantId,
        /// The limit.
        limit: usize,
    }
    /// The plant has as many open orders as it may.
    "too_many_orders" "{plant} has {limit} orders, the most that are followed; close some"
    TooManyOrders {
        /// Whose.
        plant: PlantId,
        /// The limit.
        limit: usize,
    }
    /// The plant expects as many deliveries as it may.
    "too_many_deliveries" "{plant} expects {limit} deliveries, the most that are followed"
    TooManyDeliveries {
        /// Whose.
        plant: PlantId,
        /// The limit.
        limit: usize,
    }
}

impl Refusal {
    /// Whether the report is refused for what is known at this moment: at another it may be taken.
    /// Any other refusal rests on the plant's definition or on the report alone.
    pub const fn is_of_the_moment(&self) -> bool {
        matches!(
            self,
            Self::UnknownOrder { .. }
                | Self::OrderClosed { .. }
                | Self::UnknownDelivery { .. }
                | Self::DeliveryConflict { .. }
                | Self::DeliveryHasArrived { .. }
                | Self::UnknownSubject { .. }
                | Self::PartUnknown { .. }
                | Self::PartNotThere { .. }
                | Self::PartEnded { .. }
                | Self::OpUnknown { .. }
                | Self::OpConflict { .. }
                | Self::OpAlreadyRunning { .. }
                | Self::UnitFull { .. }
                | Self::ResourceNotHeld { .. }
                | Self::TooManyParts { .. }
                | Self::TooManyWorkers { .. }
                | Self::TooManyOrders { .. }
                | Self::TooManyDeliveries { .. }
        )
    }
}
