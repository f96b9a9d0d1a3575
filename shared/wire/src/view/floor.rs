//! The shop floor as values: clock, layout, units, storages, resources, areas, feeds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rfc3339;

/// The plant clock; a page runs on from here and stops when it hears nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClockValue {
    /// Plant time at this version.
    pub now: Rfc3339,
    /// Plant seconds for one second of wall time; 0 when the clock stands.
    pub rate: f64,
    /// `live`, `simulated` or `recorded`.
    pub origin: String,
}

/// That something is not shown; never how much. The card `board/trust` says of what kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WithheldValue {
    /// Whether anything of this view is withheld from this audience.
    pub any: bool,
}

/// The programme itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProgrammeValue {
    /// Its name.
    pub name: String,
    /// IANA time zone of its own dates.
    pub time_zone: String,
}

/// The plant itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlantValue {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Its nation's code and name.
    pub nation: String,
    /// The nation's name.
    pub nation_name: String,
    /// Who runs it.
    pub organisation: String,
    /// IANA time zone of the site.
    pub time_zone: String,
    /// A silent feed's values are stale after so many plant seconds.
    pub stale_after_s: f64,
}

/// What a thing in the picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayoutKind {
    /// A shop, dock or building: its footprint.
    Area,
    /// A work unit.
    Unit,
    /// A storage unit.
    Storage,
    /// A crane.
    Crane,
    /// A transporter.
    Transporter,
    /// A barge.
    Barge,
}

/// Where a thing stands and what it is called. Changes only with the plant's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LayoutValue {
    /// What it is.
    pub kind: LayoutKind,
    /// Its name.
    pub name: String,
    /// The plant's own noun for it (station, bay, dock, oven).
    pub noun: String,
    /// Its area, for units and storages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Its work center, for units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center: Option<String>,
    /// The work center's name, for units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center_name: Option<String>,
    /// Metres east, north, up of the plant's datum: centre of the bottom.
    pub position_m: [f64; 3],
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// Length along heading, width, height in metres.
    pub size_m: [f64; 3],
    /// Mesh file at `/meshes/<mesh>.glb`; absent is drawn as a box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh: Option<String>,
    /// Position along the flow of material, from 0, for tables and the ribbon.
    pub order: u32,
    /// Inputs that nobody measured: names, and words' keys (`assumed.storage`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
}

/// What is waited for or released a start, resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseValue {
    /// The kind of cause, as in reports.
    pub kind: String,
    /// The id of the thing.
    pub id: String,
    /// Its name, when it may be told.
    pub name: String,
}

/// One run of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunningValue {
    /// On what.
    pub part: String,
    /// The operation's name.
    pub operation: String,
    /// For which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Since when.
    pub since: Rfc3339,
    /// How long it should take, in plant seconds.
    pub planned_s: f64,
}

/// A work unit now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitValue {
    /// State, as in reports; `idle_no_cause` where the record tells nobody why it is free, and
    /// `idle_no_order` where besides every order that the plant had is closed.
    pub state: String,
    /// Since when.
    pub since: Rfc3339,
    /// Since when it has waited for that or stood, time outside its working hours counted in; none
    /// where that is `since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_since: Option<Rfc3339>,
    /// As what it stands while it is outside its working hours, such as `down`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<String>,
    /// When its working hours begin again, while it is outside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Rfc3339>,
    /// Why, from the plant's tree of reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it waits for: who starves, blocks or stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<CauseValue>,
    /// What it works on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<RunningValue>,
    /// Parts that are there, working or not; the first few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// Operations finished in the last seven days of plant time.
    pub finished_7d: u32,
    /// Share of the last seven days spent working [ratio], of the time that is known.
    pub working_7d_ratio: f64,
    /// When it last said anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_report: Option<Rfc3339>,
    /// Whether its feed has been silent for too long.
    pub stale: bool,
    /// Whether it is the main hold-up.
    pub hold_up: bool,
}

/// A quantity of a material.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StockValue {
    /// The material's id.
    pub material: String,
    /// Its name.
    pub name: String,
    /// How much.
    pub quantity: f64,
    /// In what: `piece`, `plate`.
    pub unit: String,
}

/// A part that stands somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PartChip {
    /// Its id.
    pub id: String,
    /// Since when it is there.
    pub since: Rfc3339,
    /// Why it may not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// A storage unit now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StorageValue {
    /// Pieces there: parts, or the sum of stocks when only quantities are known.
    pub level: f64,
    /// How many fit; absent is unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// The parts, longest waiting first; the first few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartChip>,
    /// Quantities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stock: Vec<StockValue>,
    /// When something last came, left or was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_report: Option<Rfc3339>,
    /// Whether its feed has been silent for too long.
    pub stale: bool,
}

/// A crane, transporter or barge now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceValue {
    /// `idle`, `busy`, `down`, `off_shift`.
    pub state: String,
    /// Since when.
    pub since: Rfc3339,
    /// Why, from the plant's tree of reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whom it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serves: Option<String>,
    /// What it carries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carries: Vec<String>,
    /// Where it is, metres east, north, up, when it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_m: Option<[f64; 3]>,
    /// Degrees clockwise from north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading_deg: Option<f64>,
    /// Share of the last seven days spent serving [ratio], of the time that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_7d_ratio: Option<f64>,
    /// When it last said anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_report: Option<Rfc3339>,
    /// Whether its feed has been silent for too long.
    pub stale: bool,
}

/// A building's units of product against its limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AreaValue {
    /// Units of product present.
    pub present: u32,
    /// Most that may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A connection that pushes reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedValue {
    /// Whether it is connected.
    pub connected: bool,
    /// The plant it speaks for.
    pub plant: String,
    /// The plant time of its newest report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_report: Option<Rfc3339>,
    /// Whether it has been silent for too long.
    pub stale: bool,
    /// Reports taken since the hub's record began.
    pub taken: u64,
    /// Reports refused since the hub's record began.
    pub refused: u64,
    /// The last refusal's code and words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refusal: Option<String>,
}
