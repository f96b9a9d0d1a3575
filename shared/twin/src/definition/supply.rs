//! Supply, plan, people to call and the measures a plant is judged by.

use super::{Basis, Reorder};
use crate::{
    id::{
        ContactId, DeliveryId, EquipmentId, MaterialId, NationId, OrderId, OrganisationId, PartId,
        PlaceRef, SupplierId,
    },
    label::Label,
    time::{PlantTime, Span},
};

/// A firm that delivers material.
#[derive(Clone, Debug, PartialEq)]
pub struct Supplier {
    /// Its id.
    pub id: SupplierId,
    /// Its name on pages.
    pub name: String,
    /// How far from the plant: 1 delivers to it, 2 to a tier 1.
    pub tier: u8,
    /// Whose it is.
    pub nation: NationId,
    /// The organisation behind it.
    pub organisation: OrganisationId,
    /// Whom to call.
    pub contact: Option<ContactId>,
    /// Who may know, when it differs from the plant's label.
    pub label: Option<Label>,
}

/// A standing flow of material from a supplier into a storage.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyLine {
    /// What.
    pub material: MaterialId,
    /// From whom.
    pub supplier: SupplierId,
    /// Into which storage.
    pub storage: EquipmentId,
    /// How much comes at once, in the material's own unit of measure.
    pub lot: f64,
    /// How often a lot comes.
    pub every: Span,
    /// From order to arrival.
    pub lead: Span,
    /// Share of deliveries on time [ratio].
    pub on_time_ratio: f64,
    /// Mean lateness of the others.
    pub mean_late: Span,
    /// Share of a lot that is good [ratio].
    pub yield_ratio: f64,
    /// When another plant of the programme makes it: shipped from there instead of invented.
    pub from: Option<PlaceRef>,
    /// Where lots are ordered by the level of stock and not by the clock.
    pub reorder: Option<Reorder>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// What is there at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct InitialStock {
    /// Where.
    pub storage: EquipmentId,
    /// What.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
}

/// A serial part that exists at the start of the programme's clock.
///
/// In a storage it waits there like any part that arrived. At a unit it is being worked on by
/// the first operation of that unit's work center which puts out its material; `progress` of
/// the time is behind it, and what the operation takes has been taken already. Parts that were
/// consumed into it (the panels of a block, the lifts of a hull) exist no more and are not
/// listed. New parts of the same scheme go on after the last one that is listed or consumed.
#[derive(Clone, Debug, PartialEq)]
pub struct InitialPart {
    /// Which.
    pub part: PartId,
    /// What it is.
    pub material: MaterialId,
    /// The storage or unit it is at.
    pub at: EquipmentId,
    /// Share of the work at that unit that is done, 0 ≤ progress < 1 [ratio]; 0 in a storage.
    pub progress: f64,
}

/// A role with a telephone number; never a person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The role.
    pub role: String,
    /// Telephone number.
    pub phone: String,
    /// Whether suppliers are told of it on the page that they report with.
    pub for_suppliers: bool,
}

/// A promise of the plant.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Of what.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
    /// By when.
    pub due: PlantTime,
    /// For whom, in words.
    pub customer: String,
}

/// A promise to the plant.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// By whom.
    pub supplier: SupplierId,
    /// Of what.
    pub material: MaterialId,
    /// How much, in the material's own unit of measure.
    pub quantity: f64,
    /// Promised for.
    pub due: PlantTime,
}

/// One of the three numbers a plant is judged by.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name on pages.
    pub name: String,
    /// What is counted.
    pub kind: MeasureKind,
    /// The target, in the measure's unit.
    pub target: Option<f64>,
    /// The unit as shown: `/month`, `wd`, `d`.
    pub unit: String,
}

/// What a measure counts.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureKind {
    /// Completed pieces of a material over a window.
    Throughput {
        /// Of what.
        material: MaterialId,
        /// Counted over.
        window: Span,
    },
    /// Pieces in work between two stages.
    WorkInProgress {
        /// Of what.
        material: MaterialId,
    },
    /// Mean time from begin to completion over a window.
    LeadTime {
        /// Of what.
        material: MaterialId,
        /// Counted over.
        window: Span,
    },
    /// Days of stock left of a material in a storage.
    Cover {
        /// Of what.
        material: MaterialId,
        /// Where.
        storage: EquipmentId,
    },
}

/// What a shift does when the clock changes in the middle of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// The plant file must not have a shift over the change: an error.
    Refuse,
    /// Keeps its wall-clock ends: an hour shorter or longer.
    KeepWallClock,
}
