//! What a plant is: equipment, materials, operations, people, calendars, supply, plan.
//!
//! Filled by `plant` from TOML and checked there: every id that is named exists, every number
//! is in range. All lengths are metres, all angles degrees, all times [`Span`].

mod like;
mod operation;
mod programme;
mod serial;
mod supply;

use crate::{
    id::{
        CalendarId, ContactId, CrewId, EquipmentId, MaterialId, NationId, OrganisationId, PlantId,
        SupplierId,
    },
    label::Label,
    time::Span,
};

pub use like::{Arrival, BegunPiece, BegunUnit, CardLoop, InStep, Reorder, StepUp};
pub use operation::{
    Batch, Blocking, Carry, CrewNeed, Duration, Input, Operation, Output, Rework, Sequence, Shape,
    SourceRule,
};
pub use programme::{Lane, Milestone, Nation, Organisation, Programme, SerialScheme};
pub use serial::Serials;
pub use supply::{
    ClockChange, Contact, Delivery, InitialPart, InitialStock, Measure, MeasureKind, Order,
    Supplier, SupplyLine,
};

/// One site: everything that a report about it may name.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// Its id; the name of its folder.
    pub id: PlantId,
    /// Its name on pages.
    pub name: String,
    /// One sentence on what it makes.
    pub description: String,
    /// Whose it is.
    pub nation: NationId,
    /// Who runs it.
    pub organisation: OrganisationId,
    /// IANA time zone of the site.
    pub time_zone: String,
    /// Who may know what is reported from here, unless a thing says otherwise.
    pub label: Label,
    /// Whether part-bound reports may name people by pseudonym, as the agreement allows.
    pub pseudonyms_allowed: bool,
    /// A silent feed's values are stale after this.
    pub stale_after: Span,
    /// Shops, docks, buildings.
    pub areas: Vec<Area>,
    /// Groups of like units.
    pub work_centers: Vec<WorkCenter>,
    /// Stations, in the order of the files.
    pub units: Vec<WorkUnit>,
    /// Where things wait.
    pub storages: Vec<Storage>,
    /// Cranes, transporters, barges.
    pub resources: Vec<Resource>,
    /// People by trade.
    pub crews: Vec<Crew>,
    /// When places work.
    pub calendars: Vec<Calendar>,
    /// What is made and used.
    pub materials: Vec<Material>,
    /// What is done.
    pub operations: Vec<Operation>,
    /// Who delivers.
    pub suppliers: Vec<Supplier>,
    /// What they deliver, how regularly.
    pub supply_lines: Vec<SupplyLine>,
    /// What is there when the plant is first seen.
    pub initial_stock: Vec<InitialStock>,
    /// Serial parts that exist when the plant is first seen, in the order they would be taken.
    pub initial_parts: Vec<InitialPart>,
    /// Whom to call.
    pub contacts: Vec<Contact>,
    /// The plan; empty means that pages say "no plan".
    pub orders: Vec<Order>,
    /// What suppliers promised.
    pub deliveries: Vec<Delivery>,
    /// The three measures that the plant is judged by, at most three.
    pub headline: Vec<Measure>,
    /// Reasons for holds, stops, scrap and rework, as paths (`quality/weld`).
    pub reasons: Vec<String>,
    /// Pieces that come from outside by chance or by the clock.
    pub arrivals: Vec<Arrival>,
    /// Cards that limit how many pieces are under way.
    pub card_loops: Vec<CardLoop>,
    /// Units that hold a piece or are broken when the plant is first seen.
    pub begun_units: Vec<BegunUnit>,
    /// Whether all stations move in step, with one cycle time.
    pub in_step: Option<InStep>,
}

impl Plant {
    /// Whether a supplier delivers a material, by the definition.
    pub fn is_brought_by(&self, material: &MaterialId, supplier: &SupplierId) -> bool {
        let mut lines = self.supply_lines.iter();
        lines.any(|line| line.supplier == *supplier && line.material == *material)
    }
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A source that can be looked up.
    Source(String),
    /// Nobody measured it.
    Assumed,
}

/// A shop, dock or building.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its id.
    pub id: EquipmentId,
    /// Its name on pages.
    pub name: String,
    /// Most units of product that may be present at once (a safety limit of the building).
    pub unit_limit: Option<u32>,
    /// Where its footprint lies.
    pub placement: Option<Placement>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// Units that do the same work.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkCenter {
    /// Its id.
    pub id: EquipmentId,
    /// Its name on pages.
    pub name: String,
    /// The area it belongs to.
    pub area: EquipmentId,
    /// What the plant calls one of its units: bay, dock, oven.
    pub noun: String,
    /// What a part that is here counts as in the picture of the product.
    pub stage: Option<Stage>,
    /// When it works.
    pub calendar: CalendarId,
    /// Parts that one unit works on at once; none is unbounded.
    pub capacity: Option<u32>,
    /// How its units fail.
    pub failures: Vec<FailureMode>,
    /// Whom to call when it holds the plant up.
    pub contact: Option<ContactId>,
    /// Whether findings may call it a bottleneck; false where the record cannot tell.
    pub may_limit: bool,
    /// What decides whether a unit runs in a cycle, where all move in step.
    pub step: Option<StepUp>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// One way of breaking.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureMode {
    /// What breaks.
    pub name: String,
    /// Time between failures.
    pub between: Duration,
    /// Time to repair.
    pub repair: Duration,
    /// What brings it nearer.
    pub ages: Ages,
}

/// What brings a failure nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ages {
    /// Working time alone.
    WithWork,
    /// Time, whatever the unit does.
    WithTime,
}

/// One station: a work cell.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkUnit {
    /// Its id.
    pub id: EquipmentId,
    /// Its name on pages.
    pub name: String,
    /// The work center it belongs to.
    pub work_center: EquipmentId,
    /// Where it stands.
    pub placement: Placement,
    /// Its label, when it differs from the plant's.
    pub label: Option<Label>,
}

/// A place where things wait: a storage unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    /// Its id.
    pub id: EquipmentId,
    /// Its name on pages.
    pub name: String,
    /// The area it belongs to.
    pub area: EquipmentId,
    /// How many pieces fit; none is unbounded.
    pub capacity: Option<u32>,
    /// What a part that is here counts as in the picture of the product.
    pub stage: Option<Stage>,
    /// Where it lies.
    pub placement: Placement,
    /// Its label, when it differs from the plant's.
    pub label: Option<Label>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// A crane, transporter or barge: one at a time for each of its count.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its id.
    pub id: EquipmentId,
    /// Its name on pages.
    pub name: String,
    /// What it is.
    pub kind: ResourceKind,
    /// When it works.
    pub calendar: CalendarId,
    /// How it fails.
    pub failures: Vec<FailureMode>,
    /// What a part on it counts as in the picture of the product.
    pub stage: Option<Stage>,
    /// Where it starts.
    pub placement: Placement,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// Kinds of movable resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceKind {
    /// Lifts.
    Crane,
    /// Carries on land.
    Transporter,
    /// Carries on water.
    Barge,
}

/// People of one trade.
#[derive(Clone, Debug, PartialEq)]
pub struct Crew {
    /// Its id.
    pub id: CrewId,
    /// The trade.
    pub name: String,
    /// How many in one shift.
    pub people: u32,
    /// When they work.
    pub calendar: CalendarId,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// When a place works, in the site's time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// Its name on pages.
    pub name: String,
    /// Working hours of Monday to Sunday; each as minutes since local midnight, `end` up to
    /// 1,440, in order, not touching.
    pub week: [Vec<Shift>; 7],
    /// Days off, as local dates `YYYY-MM-DD`.
    pub holidays: Vec<String>,
    /// What a shift does when the clock changes in the middle of it.
    pub on_clock_change: ClockChange,
    /// Works day and night; then `week` and `holidays` are empty. Otherwise the intervals come
    /// out of `plant::calendar::WorkingTime`.
    pub always: bool,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// One stretch of work within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// Minutes since local midnight.
    pub start_min: u16,
    /// Minutes since local midnight, above `start_min`, at most 1,440.
    pub end_min: u16,
}

/// A kind of thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// Its name on pages.
    pub name: String,
    /// How it is followed.
    pub tracking: Tracking,
    /// The unit of measure that quantities are in: `piece`, `plate`, `kg`.
    pub unit_of_measure: String,
    /// What it is made of, each in its own unit of measure: bill of materials, acyclic.
    pub made_of: Vec<(MaterialId, f64)>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// How a material is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tracking {
    /// Every piece has a name.
    Serial,
    /// Only quantities are known.
    Bulk,
}

/// Where a part is in its life, for the picture of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing yet.
    NotStarted,
    /// Being cut, welded, machined.
    Making,
    /// Being fitted out.
    Outfitting,
    /// Being painted.
    Painting,
    /// Waiting in a park.
    Parked,
    /// On a barge.
    AtSea,
    /// Ready to be lifted in.
    Ready,
    /// Part of the whole.
    Erected,
}

/// A box on the ground: where a thing stands and what it looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Metres east of the plant's datum, centre.
    pub x_m: f64,
    /// Metres north of the plant's datum, centre.
    pub y_m: f64,
    /// Metres above the plant's datum, bottom.
    pub z_m: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// Length (along heading), width, height in metres.
    pub size_m: [f64; 3],
    /// Mesh by file name without ending; none is drawn as a box.
    pub mesh: Option<String>,
}
