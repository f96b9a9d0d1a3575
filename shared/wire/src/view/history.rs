//! What the history says, as values of the view `history/<plant>`: plan, supply, alarms, series.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rfc3339;

/// An order of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderValue {
    /// Of what.
    pub material: String,
    /// Its name.
    pub material_name: String,
    /// How much.
    pub quantity: f64,
    /// Done so far.
    pub done: f64,
    /// The unit of measure.
    pub unit: String,
    /// Promised for.
    pub due: Rfc3339,
    /// Expected, when there is something to compute it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Rfc3339>,
    /// The earliest and the latest date in four cases of five, by how much the pace varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[Rfc3339; 2]>,
    /// Days since `due`, when that has passed and the order is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_d: Option<f64>,
    /// For whom.
    pub customer: String,
    /// `open` or `closed`.
    pub state: String,
    /// How much was missing when it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<f64>,
}

/// A delivery to the plant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryValue {
    /// By whom, or "a supplier".
    pub supplier: String,
    /// Of what.
    pub material: String,
    /// Its name.
    pub material_name: String,
    /// How much.
    pub quantity: f64,
    /// The unit of measure.
    pub unit: String,
    /// First promised for.
    pub promised: Rfc3339,
    /// Expected now, or arrived.
    pub expected: Rfc3339,
    /// `promised`, `shipped`, `delayed`, `arrived`.
    pub state: String,
    /// Days since `expected`, when that has passed and nothing has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_d: Option<f64>,
    /// Why it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the supplier says it has finished of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<f64>,
    /// What the supplier says it has scrapped of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrapped: Option<f64>,
    /// What the supplier says it holds of the material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<f64>,
}

/// A condition that somebody must know. It is there until its cause is gone, acknowledged or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmValue {
    /// A stable word: `feed_silent`, `part_out`, `promise_missed`, `unit_down`, `unit_held`.
    pub code: String,
    /// What it is about.
    pub about: String,
    /// Since when.
    pub since: Rfc3339,
    /// What, where, what to do.
    pub text: String,
    /// Who has seen it, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// Somebody has seen an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledgement {
    /// The name of the organisation whose key it was.
    pub organisation: String,
    /// In which role: `planner`.
    pub role: String,
    /// When, on the plant's clock.
    pub at: Rfc3339,
    /// What is done about it.
    pub comment: String,
}

/// The newest value of a numeric signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignalValue {
    /// The unit of the value, as the feed declared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// When.
    pub at: Rfc3339,
    /// The value, in that unit.
    pub value: f64,
    /// `good`, `uncertain` or `bad`.
    pub quality: String,
    /// How many values are kept, of the newest.
    pub kept: u64,
}

/// The newest values of a numeric signal: columns of equal length, in the order of their times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsValue {
    /// The unit of the values, as the feed declared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// When.
    pub at: Vec<Rfc3339>,
    /// The numbers of the records that said it, which tell values of one time apart.
    pub sequence: Vec<u64>,
    /// The values, in that unit.
    pub value: Vec<f64>,
    /// `good`, `uncertain` or `bad`.
    pub quality: Vec<String>,
}

/// A stretch of one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RibbonStretch {
    /// From.
    pub from: Rfc3339,
    /// To.
    pub to: Rfc3339,
    /// The state, as in reports.
    pub state: String,
}

/// The states of one unit over the last days; short stretches are merged away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RibbonValue {
    /// In order, touching.
    pub stretches: Vec<RibbonStretch>,
}

/// A series for a chart: columns of equal length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesValue {
    /// Its name, as a words' key: `series.throughput`, `series.wip`, `series.lead_time`.
    pub word: String,
    /// Of what, in words.
    pub name: String,
    /// The unit of the values.
    pub unit: String,
    /// Unix seconds of each value.
    pub at_s: Vec<i64>,
    /// Measured; null where there is none.
    pub value: Vec<Option<f64>>,
    /// Planned; null where there is no plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Option<f64>>,
}

/// Hours at one work center over the whole record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HoursValue {
    /// The work center's name.
    pub name: String,
    /// Operations finished.
    pub operations: u64,
    /// Of these, without length.
    pub zero_length: u64,
    /// Hours worked, overlaps counted each.
    pub operation_hours: f64,
    /// Hours that parts waited before it.
    pub waiting_hours: f64,
}

/// Numbers of the plant's file that nobody measured: one table of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssumedValue {
    /// The table's name in the file: `work_center`, `operation`, `supply`, `storage`.
    pub table: String,
    /// Its id there; the material of a supply.
    pub id: String,
    /// What it is, as pages call it.
    pub name: String,
    /// The numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<AssumedNumber>,
}

/// What a simulation of a plant needs of the plant files, and nothing else of them: a programme of
/// its own, of this plant and those that give to it or take from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelValue {
    /// The plants in it.
    pub plants: Vec<String>,
    /// Its files, as `slipway sim` reads them.
    pub files: Vec<ModelFile>,
}

/// A file of a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelFile {
    /// From the programme's folder: `home-yard/equipment.toml`.
    pub name: String,
    /// What is in it, as TOML.
    pub text: String,
}

/// One number that nobody measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssumedNumber {
    /// What it says, as a words' key: `inputs.duration`.
    pub word: String,
    /// What breaks, for the numbers of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The number.
    pub value: f64,
    /// Its unit: `s` for plant seconds, `ratio`, or a unit of measure; empty for a count.
    pub unit: String,
}

/// What the whole record of a plant holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordValue {
    /// Reports taken.
    pub reports: u64,
    /// Reports refused.
    pub refused: u64,
    /// Operations finished.
    pub operations: u64,
    /// Of these, without length.
    pub zero_length: u64,
    /// Parts that were heard of.
    pub parts: u64,
    /// People named by pseudonym, where the plant's agreement allows it: how many, never who.
    pub workers: u64,
}

/// A unit's time by ISO 22400-2 elements over the last seven days, and what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KpiValue {
    /// Seconds in each state, as in reports.
    pub state_s: std::collections::BTreeMap<String, f64>,
    /// Share of the window that is known [ratio].
    pub coverage_ratio: f64,
    /// ISO 22400-2 availability, APT / PBT [ratio]; absent when nothing was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_ratio: Option<f64>,
    /// ISO 22400-2 utilization efficiency, APT / AUBT [ratio].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utilization_ratio: Option<f64>,
    /// Operations finished in the window.
    pub finished: u32,
}
