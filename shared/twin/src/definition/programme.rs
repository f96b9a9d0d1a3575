//! A programme: plants of several nations tied by products, shipments and milestones.

use super::{Basis, Duration};
use crate::{
    id::{
        EquipmentId, MaterialId, MilestoneId, NationId, OrganisationId, PartId, PlaceRef, PlantId,
        ProgrammeId,
    },
    time::{PlantTime, Span},
};

/// What ties plants together.
#[derive(Clone, Debug, PartialEq)]
pub struct Programme {
    /// Its id.
    pub id: ProgrammeId,
    /// Its name on pages.
    pub name: String,
    /// IANA time zone of the programme's own dates.
    pub time_zone: String,
    /// Day zero: when the programme's clock starts and the initial stock and parts are there.
    pub starts: PlantTime,
    /// The moment that a demonstration takes as the present; what is before it is history.
    pub demo_from: PlantTime,
    /// Its plants, in the order pages list them.
    pub plants: Vec<PlantId>,
    /// The nations of its registry; fictional or real codes.
    pub nations: Vec<Nation>,
    /// Their organisations.
    pub organisations: Vec<Organisation>,
    /// Named items and how they nest (hull, lift, block).
    pub serials: Vec<SerialScheme>,
    /// Scheduled shipments between plants.
    pub lanes: Vec<Lane>,
    /// Dated events.
    pub milestones: Vec<Milestone>,
}

/// A nation of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nation {
    /// Its code.
    pub id: NationId,
    /// Its name.
    pub name: String,
}

/// A firm or authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its nation.
    pub nation: NationId,
}

/// How the pieces of a serial material are named, and what they belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct SerialScheme {
    /// The material.
    pub material: MaterialId,
    /// The serial material one level up, whose items these are parts of.
    pub parent: Option<MaterialId>,
    /// How many belong to one parent; without a parent: how many exist in all, none is open-ended.
    pub count: Option<u32>,
    /// `{root}` the top item, `{parent}` the item above, `{n}`, `{n:02}`, `{n:03}`: the number
    /// within the root counted through (within the parent for `{i}`), from 1.
    pub pattern: String,
    /// The plant that makes it, where several do: numbers within the root; the rest is made by
    /// the plant that names the material in its operations and is not listed here.
    pub built_at: Vec<(PlantId, Vec<u32>)>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// A carrier that leaves by schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// The resource that carries.
    pub carrier: PlaceRef,
    /// What.
    pub material: MaterialId,
    /// Loaded from.
    pub from: PlaceRef,
    /// Unloaded to.
    pub to: PlaceRef,
    /// Most pieces a trip.
    pub most: u32,
    /// Leaves every.
    pub every: Span,
    /// First leaves at, from the start of the programme's clock.
    pub first: Span,
    /// One way.
    pub transit: Duration,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// A dated event of the programme.
#[derive(Clone, Debug, PartialEq)]
pub struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// Its name on pages.
    pub name: String,
    /// The plant that must reach it.
    pub plant: PlantId,
    /// The item it is about.
    pub part: PartId,
    /// The work center or storage that the item must have been completed at.
    pub reached_at: EquipmentId,
    /// Promised for.
    pub due: PlantTime,
}
